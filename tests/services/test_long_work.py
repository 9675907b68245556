"""The long work of the command line: killed anywhere it ends as if undisturbed, and can be watched and cancelled."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from data.archive import Archive
from data.samples import sample
from orchestrator.jobs import Desk
from services import answers
from services.add_job import AddOrder
from services.bringing import Batch, looked
from services.build import kinds
from services.progress import Shown
from tests.services.conftest import ANN, Lantern, Ran
from tests.small_jobs import KILLED_AT, killed, work_in_a_process

HOPPER = "Grace Hopper"
REAL = """from services import build; from tests import small_jobs; small_jobs.work.__defaults__ = (build.kinds(),)
from services.live import loops; loops.LOOPS = ()
"""  # without what takes long and is only made ready
CLIP_BORDERS, ADD_BORDERS = 15, 18  # as KILLED_AT counts them


def ordered(home: Path, name: str) -> tuple[Path, str]:
    """A home with one accepted job, and where its clip is to lie."""
    out = home.with_name("out")
    out.mkdir(exist_ok=True)
    kind = next(kind for kind in kinds() if kind.name == name)
    with Archive.open(home) as archive, Desk(archive) as desk:
        if name == "clip":
            memorial, given = archive.find(HOPPER), {"order": answers.clip_order("moth?", out / "a.mp4")}
        else:
            memorial = archive.find(ANN)
            paths = [*sample("hopper").letters[:2], sample("hopper").recording, sample("hopper").portrait]
            batch = looked(memorial, paths, Batch([], size_px=256), Shown(), preview=False)
            given = dict(AddOrder(batch))
        return home, desk.enqueue(kind, memorial.id, given)


def effect(home: Path, job_id: str) -> dict[str, Any]:
    """All that a finished job left: its clip byte by byte, what it reports, and everything that is kept."""
    clip = home.with_name("out") / "a.mp4"
    with Archive.open(home) as archive, Desk(archive) as desk:
        standing = desk.standing(job_id)
        assert standing.state == "done"
        memorial_id = standing.memorial_id
        report = json.loads(archive.paper(memorial_id, job_id, "report") or b"{}")
        report.pop("timings", None)
        left = {
            "report": report,
            "clip": clip.read_bytes() if clip.exists() else None,
            "beside": [path.name for path in clip.parent.iterdir()],
            "sources": list(archive.sources(memorial_id)),
            "profile": archive.voice_profile(memorial_id),
            "blobs": len(list((archive.home.vault / memorial_id).iterdir())),
        }
    clip.unlink(missing_ok=True)
    return left


@pytest.fixture(scope="module", params=["clip", "add"])
def undisturbed(
    sample_home: tuple[Path, Ran], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> tuple[Path, str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp(request.param)
    home, job_id = ordered(shutil.copytree(sample_home[0] / "home", folder / "home"), request.param)
    shutil.copytree(home, folder / "copy")
    assert not killed(work_in_a_process(folder / "copy", REAL))
    return home, job_id, effect(folder / "copy", job_id)


def after_a_kill(undisturbed: tuple[Path, str, dict[str, Any]], border: int) -> None:
    home, job_id, expected = undisturbed
    copy = shutil.copytree(home, home.with_name(f"killed-{border}"))
    try:
        assert killed(work_in_a_process(copy, REAL + KILLED_AT.format(number=border)))
        assert not killed(work_in_a_process(copy, REAL))
        assert effect(copy, job_id) == expected
    finally:
        shutil.rmtree(copy)


@pytest.mark.parametrize("border", [5, 12])
def test_a_kill_between_two_steps_changes_nothing(undisturbed: tuple[Path, str, dict[str, Any]], border: int) -> None:
    after_a_kill(undisturbed, border)


@pytest.mark.slow
@pytest.mark.parametrize("border", range(1, 16))
def test_a_kill_at_any_border_changes_nothing(undisturbed: tuple[Path, str, dict[str, Any]], border: int) -> None:
    after_a_kill(undisturbed, border)


def in_the_background(home: Path, *arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "services", *arguments],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home.parent), "LANTERN_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def at_work(home: Path) -> "subprocess.Popen[str]":
    """A worker that holds the home."""
    worker = in_the_background(home, "worker")
    with Archive.open(home) as archive:
        while not archive.home.somebody_works():
            assert worker.poll() is None
            time.sleep(0.1)
    return worker


def running(lantern: Lantern) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for job in lantern("jobs", "--json").json["jobs"]:
            if job["state"] == "running" and job["step"]:
                return dict(job)
        time.sleep(0.1)
    raise AssertionError("no job began")


def test_a_worker_does_what_another_process_hands_in(home: Path, lantern: Lantern, tmp_path: Path) -> None:
    worker = at_work(home)
    try:
        ran = lantern("ask", HOPPER, "moth?", "--clip", tmp_path / "a.mp4", "--json")
        assert ran.code == 0, ran.err
        assert (tmp_path / "a.mp4").stat().st_size > 10_000
        assert [job["state"] for job in lantern("jobs", "--json").json["jobs"]] == ["done"]
    finally:
        worker.send_signal(signal.SIGINT)
        _, err = worker.communicate(timeout=30)
    assert worker.returncode == 130
    assert "Traceback" not in err


def test_a_second_worker_waits_for_its_turn(home: Path) -> None:
    first, second = at_work(home), in_the_background(home, "worker")
    try:
        assert "waits" in (second.stderr.readline() if second.stderr else "")
        first.kill()
        first.communicate(timeout=30)
        with Archive.open(home) as archive:
            until = time.monotonic() + 30
            while not archive.home.somebody_works() and time.monotonic() < until:
                time.sleep(0.1)
            assert archive.home.somebody_works()
        assert second.poll() is None
    finally:
        for each in (first, second):
            each.send_signal(signal.SIGINT)
            each.communicate(timeout=30)


def test_who_stops_asking_cancels_what_another_process_does(home: Path, lantern: Lantern, tmp_path: Path) -> None:
    worker = at_work(home)
    try:
        asking = in_the_background(home, "ask", HOPPER, "Tell me about the moth.", "--clip", tmp_path / "a.mp4")
        running(lantern)
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=30)
        assert asking.returncode == 130
        assert lantern("jobs", "--json").json["jobs"][0]["state"] == "cancelled"
    finally:
        worker.send_signal(signal.SIGINT)
        worker.communicate(timeout=30)
    assert list(tmp_path.glob("*.mp4")) == []


def test_who_stops_following_cancels_nothing(home: Path, lantern: Lantern, tmp_path: Path) -> None:
    asking = in_the_background(home, "ask", HOPPER, "moth?", "--clip", tmp_path / "a.mp4")
    job = running(lantern)
    asking.kill()
    asking.communicate(timeout=30)
    following = in_the_background(home, "jobs", "follow", job["id"][:8])
    running(lantern)
    following.send_signal(signal.SIGINT)
    _, err = following.communicate(timeout=30)
    assert following.returncode == 130
    assert "lantern jobs cancel" in err
    assert lantern("jobs", "--json").json["jobs"][0]["state"] == "interrupted"


def test_whoever_follows_takes_over_when_the_worker_dies(home: Path, lantern: Lantern, tmp_path: Path) -> None:
    worker = at_work(home)
    asking = in_the_background(home, "ask", HOPPER, "moth?", "--clip", tmp_path / "a.mp4")
    running(lantern)
    worker.kill()
    worker.communicate(timeout=30)
    _, err = asking.communicate(timeout=120)
    assert asking.returncode == 0, err
    assert (tmp_path / "a.mp4").stat().st_size > 10_000


def test_a_job_can_be_cancelled_from_another_terminal(home: Path, lantern: Lantern, tmp_path: Path) -> None:
    asking = in_the_background(home, "ask", HOPPER, "Tell me about the moth.", "--clip", tmp_path / "a.mp4")
    job = running(lantern)
    assert lantern("jobs", "cancel", job["id"][:8]).code == 0
    _, err = asking.communicate(timeout=60)
    assert asking.returncode == 130, err
    assert "cancelled" in err
    assert list(tmp_path.glob("*.mp4")) == []
    assert lantern("jobs", "--json").json["jobs"][0]["state"] == "cancelled"


def test_what_a_killed_command_began_can_be_followed_to_its_end(home: Path, lantern: Lantern, tmp_path: Path) -> None:
    asking = in_the_background(home, "ask", HOPPER, "moth?", "--clip", tmp_path / "a.mp4")
    job = running(lantern)
    asking.kill()
    asking.communicate(timeout=30)
    shown = lantern("jobs")
    assert "interrupted" in shown.out
    assert HOPPER in shown.out
    assert lantern("jobs", "follow", job["id"][:8]).code == 0
    assert (tmp_path / "a.mp4").stat().st_size > 10_000


def test_a_job_that_is_not_there_is_said(lantern: Lantern) -> None:
    for verb in ("follow", "cancel"):
        ran = lantern("jobs", verb, "abcd1234")
        assert ran.code == 2
        assert "lantern jobs" in ran.err
