"""What a piece of long work is, what its body is handed, and how far it is. Knows no queue library and no engine.

A body is a plain function of its `Job`. It may be begun again at any time, after a crash or in a newer version of the
program, so it keeps what each step made as a paper of the job, sealed in the memorial's vault, and passes over the
steps whose papers are there. What it does for good it does in one transaction with its last paper, the report. Where
that takes its order away, the job cannot be cancelled any more: what follows is only made ready, and may be left out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import Event, Lock
from typing import Literal, get_args

from data.adding import Adding
from data.archive import Archive
from data.errors import BadHome

Resource = Literal["cpu", "gpu"]
Urgency = Literal["clip", "tuning"]  # the first goes first; live answers go before all of them
Advance = Callable[[float, float], None]  # done, of how many

State = Literal["queued", "running", "interrupted", "done", "failed", "cancelled"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
SHOWN_CHARS = 8  # of an id
TELLING_S = 0.25  # at least, between two words on how far a job is


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job. `limit_s` is for one attempt, pauses left out; beyond it the job fails."""

    name: str
    body: Callable[[Job], None]
    limit_s: float
    resource: Resource = "cpu"
    urgency: Urgency = "clip"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running job is: its step, the share of it that is done, and the seconds left, where they are known."""

    step: str
    share: float | None = None
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands. `error` is the class of what it failed with; what is `interrupted` goes on with a worker."""

    id: str
    kind: str
    memorial_id: str
    state: State
    queued_at: datetime
    ended_at: datetime | None
    progress: Progress | None
    error: str | None
    by: str | None = None  # the id of the account that handed it in; none from the command line

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


class Abandoned(BaseException):
    """Raised in a body whose job was cancelled or whose worker stops; whatever is being made is dropped.

    No `Exception`, so that no body takes it for a failure of its own.
    """


class Job:
    """What a body is handed."""

    def __init__(self, archive: Archive, job_id: str, memorial_id: str, is_cancelled: Callable[[], bool]) -> None:
        self.archive = archive
        self.id = job_id
        self.memorial_id = memorial_id
        self._is_cancelled = is_cancelled
        self._abandoned, self._free = Event(), Event()
        self._free.set()
        self._telling = Lock()
        self._place = progress_file(archive.home.jobs, job_id)

    def paper(self, name: str) -> bytes | None:
        """What was given with the job, or an earlier step made."""
        return self.archive.paper(self.memorial_id, self.id, name)

    def given(self, name: str) -> bytes:
        """A paper without which there is no job."""
        paper = self.paper(name)
        if paper is None:
            raise BadHome("what this job was given is gone: give the command again")
        return paper

    @contextmanager
    def publishing(self) -> Iterator[Adding]:
        """One transaction: all that the block does takes effect or none of it, and none once the job is abandoned."""
        self.check()
        with self.archive.adding(self.memorial_id) as adding:
            yield adding
            if self._abandoned.is_set() or self._is_cancelled():
                raise Abandoned

    def publish(self, **papers: bytes) -> None:
        """Keep what a step has made."""
        with self.publishing() as adding:
            for name, data in papers.items():
                adding.add_paper(self.id, name, data)

    @contextmanager
    def step(self, name: str, usual_s: float | None = None) -> Iterator[Advance]:
        """One step of the work, by a name that tells nobody anything. What it yields says how far the step is.

        `usual_s` is told where the step cannot count that.
        """
        self.check()
        began, told, share = time.monotonic(), 0.0, 0.0
        self._tell(Progress(name, None, usual_s))

        def advance(done: float, of: float) -> None:
            nonlocal told, share
            self.check()
            now = time.monotonic()
            if now - told >= TELLING_S and of > 0:
                share = max(share, min(done / of, 1.0))  # more to do may show itself; what is done stays done
                self._tell(Progress(name, share, (now - began) * (1 - share) / share if share > 0 else None))
                told = now

        yield advance
        self.check()

    def check(self) -> None:
        """To be called at least every half second: waits while others go first, raises `Abandoned` at an end."""
        while not self._free.wait(TELLING_S) and not self._abandoned.is_set():
            pass
        if self._abandoned.is_set():
            raise Abandoned

    # For the worker

    def abandon(self) -> None:
        """Let the body stop at its next look."""
        self._abandoned.set()

    def hold(self, others_first: bool) -> None:
        """Let the body wait at its next look, or go on."""
        if others_first:
            self._free.clear()
        else:
            self._free.set()

    def forget_progress(self) -> None:
        """Once it has ended."""
        with self._telling, suppress(OSError):
            self._abandoned.set()
            self._place.unlink(missing_ok=True)

    def _tell(self, progress: Progress) -> None:
        """To a file that other processes read; without a flush, and a full disk is no reason to stop working."""
        part = self._place.with_suffix(".part")
        with self._telling, suppress(OSError):
            if not self._abandoned.is_set():
                part.write_text(json.dumps(asdict(progress)))
                part.replace(self._place)


class Crashes:
    """How often in a row a job was at work when the whole process ended; told by a file that outlives the process."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._counted = 0
        self.number = 0
        with suppress(OSError, ValueError):
            self.number = int(place.read_text())

    def at_work(self, is_at_work: bool) -> None:
        """An end of the process from now on counts, or does not: one that only waits is not to blame."""
        if is_at_work != self._counted:
            self._counted = int(is_at_work)
            with suppress(OSError):  # a full disk is no reason to stop working
                self._place.write_text(str(self.number + self._counted))

    def forget(self) -> None:
        """Once the job has come to an end, or was dropped on purpose."""
        with suppress(OSError):
            self._place.unlink(missing_ok=True)


def progress_file(folder: Path, job_id: str) -> Path:
    """Where a job says how far it is."""
    return folder / f"{job_id}.json"


def read_progress(folder: Path, job_id: str) -> Progress | None:
    """What the job last said, in whichever process it runs."""
    try:
        return Progress(**json.loads(progress_file(folder, job_id).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


class Turns:
    """Who goes first where several want one resource: the most urgent, then the one that has waited longest.

    Everyone asks again and again, and waits while the answer is no; so one that is less urgent makes way as soon as it
    looks, and goes on afterwards.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[tuple[Resource, int, int]] = []  # resource, rank, number
        self._number = 0

    @contextmanager
    def wanting(self, resource: Resource, urgency: Urgency) -> Iterator[Callable[[], bool]]:
        """What it yields says whether it is this one's turn now."""
        with self._lock:
            self._number += 1
            mine = (resource, URGENCIES.index(urgency), self._number)
            self._waiting.append(mine)
        try:
            yield lambda: self._first(resource) == mine
        finally:
            with self._lock:
                self._waiting.remove(mine)

    def _first(self, resource: Resource) -> tuple[Resource, int, int]:
        with self._lock:
            return min(each for each in self._waiting if each[0] == resource)
