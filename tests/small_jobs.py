"""Small real jobs, and the processes that do them: each counts its steps, and keeps one letter at its end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from data.archive import Archive
from data.identity import Passage
from data.types import Letter
from orchestrator.job import Job, Kind
from orchestrator.jobs import Desk, Worker

STEPS = 4


def count(job: Job) -> None:
    """Four steps of 0.1 s, each of which publishes what the one before it made and one more; then a letter."""
    if job.paper("report") is not None:
        return
    made = job.given("order")
    with exclusive(job):
        for number in range(STEPS):
            name = f"step-{number}"
            if job.paper(name) is None:
                with job.step("count") as advance:
                    for part in range(5):
                        advance(part, 5)
                        time.sleep(0.02)
                job.publish(**{name: made + b"%d" % number})
            made = job.given(name)
        letter = Letter(job.id, made.decode(), None)
        with job.publishing() as adding:
            adding.add_passages([Passage(letter)], made)
            adding.add_paper(job.id, "report", json.dumps({"made": made.decode()}).encode())
            adding.remove_papers(job.id, *(f"step-{number}" for number in range(STEPS)))


class exclusive:  # noqa: N801 — used as a word
    """Leaves a mark where another living process is at the same job."""

    def __init__(self, job: Job) -> None:
        self._place = job.archive.home.root / f"at-{job.id}"

    def __enter__(self) -> None:
        if self._place.exists() and alive(int(self._place.read_text() or "0")):
            self._place.with_name("twice").touch()
        self._place.write_text(str(os.getpid()))

    def __exit__(self, *_: object) -> None:
        self._place.unlink(missing_ok=True)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return process not in (0, os.getpid())


def wait_long(job: Job) -> None:
    with job.step("wait") as advance:
        for part in range(10_000):
            advance(part, 10_000)
            time.sleep(0.05)


def wait_deaf(job: Job) -> None:
    """Never looks whether it shall stop."""
    time.sleep(20)


def nothing(job: Job) -> None:
    """Is done at once."""


COUNT = Kind("count", count, limit_s=60)
WAIT = Kind("wait", wait_long, limit_s=60)
DEAF = Kind("deaf", wait_deaf, limit_s=60)
TUNE = Kind("tune", wait_long, limit_s=60, urgency="tuning")
NOTHING = Kind("nothing", nothing, limit_s=60)
KINDS = (COUNT, WAIT, DEAF, TUNE, NOTHING)


def work(home: Path, until: Callable[[Desk], bool], kinds: tuple[Kind, ...] = KINDS) -> None:
    """Do this home's work, or wait for one's turn to, until there is no more."""
    with Archive.open(home) as archive, Desk(archive) as desk:
        worker = None
        while not until(desk):
            worker = worker or Worker.start(desk, kinds)
            if worker is not None:
                worker.tend()
            time.sleep(0.05)
        if worker is not None:
            worker.stop()


def all_ended(desk: Desk) -> bool:
    return all(standing.ended for standing in desk.standings(0))


def work_in_a_process(home: Path, before: str = "", **env: str) -> "subprocess.Popen[str]":
    """A process that works until every job has ended, after the Python lines `before`."""
    code = f"""import sys
from pathlib import Path
{before}
from tests import small_jobs as jobs
jobs.work(Path(sys.argv[1]), jobs.all_ended)"""
    return subprocess.Popen(
        [sys.executable, "-c", code, str(home)],
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


# Lines for a process that kills itself at the n-th border: before or after something is published, or a step begins.
KILLED_AT = """
import os, signal
from contextlib import contextmanager
from orchestrator.job import Job
borders = [0]
def border():
    borders[0] += 1
    if borders[0] == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
def bordered(method):
    @contextmanager
    def inner(self, *args, **kwargs):
        border()
        with method(self, *args, **kwargs) as given:
            yield given
            border()
        border()
    return inner
Job.step, Job.publishing = bordered(Job.step), bordered(Job.publishing)
"""


def killed(process: "subprocess.Popen[str]") -> bool:
    """Whether it died of a kill; any other failure is shown."""
    _, err = process.communicate(timeout=280)
    assert process.returncode in (0, -signal.SIGKILL), err
    return process.returncode != 0
