"""Durable jobs: what is handed in is done, once, whatever happens to the processes that do it."""

import errno
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import current_thread, main_thread

import pytest

from data.archive import Archive, Memorial
from data.errors import BadText, Cancelled, LanternError, Missing, UnknownJob
from data.home import Home
from data.identity import Passage
from data.types import Letter, Person
from orchestrator.job import Job, Kind, Turns
from orchestrator.jobs import KEPT, MOST_CRASHES, POLLING_S, Desk, Worker
from tests import small_jobs as small
from tests.small_jobs import COUNT, DEAF, KILLED_AT, KINDS, NOTHING, TUNE, WAIT, killed, work_in_a_process

ANN = Person("Ann Lee", None, None, "en")
SECRET = b"the garden by the sea"
BORDERS = 4 * (STEPS := 4) + 3  # two of each step and three of each publication, as KILLED_AT counts them


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    with Archive.open(home) as archive, Desk(archive) as desk:
        yield desk


@pytest.fixture
def ann(desk: Desk) -> Memorial:
    return desk.archive.create(ANN)


@pytest.fixture
def worker(desk: Desk) -> Iterator[Worker]:
    worker = Worker.start(desk, KINDS)
    assert worker is not None
    yield worker
    worker.stop()


def wait_for(done: Callable[[], bool], limit_s: float = 30.0) -> None:
    until = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)


def effects(home: Path) -> dict[str, object]:
    """What jobs did: their reports, the letters, and how much lies in the vault."""
    with Archive.open(home) as archive, Desk(archive) as desk:
        done = desk.standings(100)
        assert {standing.state for standing in done} == {"done"}
        return {
            "reports": {each.id: archive.paper(each.memorial_id, each.id, "report") for each in done},
            "letters": [sorted(archive.letters(memorial.id), key=str) for memorial in archive.memorials()],
            "blobs": [len(list((archive.home.vault / memorial.id).iterdir())) for memorial in archive.memorials()],
        }


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A home with three accepted jobs of two memorials, and what an undisturbed run makes of a copy."""
    home = tmp_path_factory.mktemp("accepted") / "home"
    with Archive.open(home) as archive, Desk(archive) as desk:
        for person in (ANN, Person("Bo", None, None, "en")):
            memorial = archive.create(person)
            desk.enqueue(COUNT, memorial.id, {"order": SECRET})
        desk.enqueue(COUNT, memorial.id, {"order": b"another"})
    shutil.copytree(home, home.with_name("undisturbed"))
    assert not killed(work_in_a_process(home.with_name("undisturbed")))
    return home, effects(home.with_name("undisturbed"))


# Nothing is lost, nothing is done twice


@pytest.mark.parametrize("border", range(1, BORDERS + 1))
def test_a_kill_at_any_border_changes_nothing(
    accepted: tuple[Path, dict[str, object]], tmp_path: Path, border: int
) -> None:
    home = shutil.copytree(accepted[0], tmp_path / "home")
    assert killed(work_in_a_process(home, KILLED_AT.format(number=border)))
    assert not killed(work_in_a_process(home))
    assert effects(home) == accepted[1]


def kill_at_random(home: Path, seed: int, kills: int) -> None:
    """Kill whoever works, again and again at moments drawn by lot, then let the work be done."""
    chance = random.Random(seed)
    for _ in range(kills):
        process = work_in_a_process(home)
        time.sleep(chance.uniform(0.5, 3.5))
        process.kill()
        process.communicate(timeout=60)
    assert not killed(work_in_a_process(home))


@pytest.mark.parametrize("seed", range(4))
def test_kills_at_random_moments_change_nothing(
    accepted: tuple[Path, dict[str, object]], tmp_path: Path, seed: int
) -> None:
    home = shutil.copytree(accepted[0], tmp_path / "home")
    kill_at_random(home, seed, kills=3)
    assert effects(home) == accepted[1]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100, 150))
def test_two_hundred_kills_change_nothing(accepted: tuple[Path, dict[str, object]], tmp_path: Path, seed: int) -> None:
    home = shutil.copytree(accepted[0], tmp_path / "home")
    kill_at_random(home, seed, kills=4)
    assert effects(home) == accepted[1]


def test_several_processes_on_one_home_never_do_the_same_work(
    accepted: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    home = shutil.copytree(accepted[0], tmp_path / "home")
    processes = [work_in_a_process(home) for _ in range(4)]
    time.sleep(3)
    for process in processes[:2]:
        process.kill()
    for process in processes:
        killed(process)
    assert effects(home) == accepted[1]
    assert not (home / "twice").exists()


def test_a_job_survives_newer_code(accepted: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    home = shutil.copytree(accepted[0], tmp_path / "home")
    assert killed(work_in_a_process(home, KILLED_AT.format(number=8)))
    newer = """
from dataclasses import replace
from tests import small_jobs
def upgraded(job):
    if job.paper("checked") is None:
        with job.step("check"):
            job.publish(checked=b"a step that there was not before")
    older(job)
older = small_jobs.count
small_jobs.KINDS = (replace(small_jobs.COUNT, body=upgraded),)
small_jobs.work.__defaults__ = (small_jobs.KINDS,)
"""
    assert not killed(work_in_a_process(home, newer))
    assert effects(home)["letters"] == accepted[1]["letters"]


def test_a_job_that_ends_the_whole_process_each_time_is_given_up(desk: Desk, ann: Memorial, home: Path) -> None:
    job_id = desk.enqueue(COUNT, ann.id, {"order": SECRET})
    for _ in range(MOST_CRASHES):
        assert killed(work_in_a_process(home, KILLED_AT.format(number=1)))
    assert not killed(work_in_a_process(home))
    standing = desk.standing(job_id)
    assert standing.state == "failed"
    assert f"killed {MOST_CRASHES} times" in str(desk.failure(standing))
    assert desk.archive.paper(ann.id, job_id, "order") is None


def test_a_job_that_only_waited_is_not_blamed(desk: Desk, ann: Memorial, home: Path) -> None:
    bo = desk.archive.create(Person("Bo", None, None, "en"))
    tuning = desk.enqueue(TUNE, ann.id, {"order": SECRET})
    worker = Worker.start(desk, KINDS)
    assert worker is not None
    wait_for(lambda: desk.standing(tuning).progress is not None)
    clip = desk.enqueue(WAIT, bo.id, {})
    crashes = [home / "jobs" / f"{job_id}.crashes" for job_id in (tuning, clip)]
    wait_for(lambda: [path.exists() and path.read_text() for path in crashes] == ["0", "1"])
    worker.stop()
    assert not any(path.exists() for path in crashes)


def test_one_look_that_fails_ends_nothing(desk: Desk, ann: Memorial, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([OSError(errno.EMFILE, "too many files")] * 3)
    somebody_works = type(desk.home).somebody_works

    def shaky(home: Home) -> bool:
        if (error := next(looks, None)) is not None and current_thread() is not main_thread():
            raise error
        return somebody_works(home)

    monkeypatch.setattr(Home, "somebody_works", shaky)
    assert desk.standing(run(desk, ann, small.count)).state == "done"


def test_a_worker_that_stops_cleanly_is_no_crash(desk: Desk, ann: Memorial) -> None:
    job_id = desk.enqueue(WAIT, ann.id, {"order": SECRET})
    for _ in range(MOST_CRASHES + 1):
        worker = Worker.start(desk, KINDS)
        assert worker is not None
        wait_for(lambda: desk.standing(job_id).progress is not None)
        worker.stop()
    assert desk.standing(job_id).state == "interrupted"


def test_a_full_disk_ends_a_job_in_a_clear_state(accepted: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    home = shutil.copytree(accepted[0], tmp_path / "home")
    full = """
import errno, os
from orchestrator.job import Job
from data import files
def publish(part, path):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
files.publish = publish
"""
    assert not killed(work_in_a_process(home, full))
    with Archive.open(home) as archive, Desk(archive) as desk:
        for standing in desk.standings(10):
            assert (standing.state, standing.error) == ("failed", "NoRoom")
        again = desk.enqueue(COUNT, archive.memorials()[0].id, {"order": SECRET})
    assert not killed(work_in_a_process(home))
    with Archive.open(home) as archive, Desk(archive) as desk:
        assert desk.standing(again).state == "done"


def test_a_full_disk_under_the_jobs_own_file_is_said_and_loses_nothing(
    accepted: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=False).returncode:
        pytest.skip("a small disk can be made by root alone")
    try:
        home = shutil.copytree(accepted[0], disk / "home")
        filler = disk / "filler"
        fill(filler)
        process = work_in_a_process(home, "sys.dont_write_bytecode = True")
        time.sleep(8)
        process.terminate()
        process.communicate(timeout=60)
        filler.unlink()
        assert not killed(work_in_a_process(home))
        with Archive.open(home) as archive, Desk(archive) as desk:
            standings = desk.standings(10)
            assert len(standings) == 3
            assert all(each.state == "done" or each.error == "NoRoom" for each in standings)
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(path: Path) -> None:
    """Take all the room that is left on a disk."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    with suppress(OSError):
        while os.write(handle, bytes(4096)):
            pass
    os.close(handle)


# Python's own sleep fails under faketime 0.9.10.
SLEEP = "import time; from select import select; time.sleep = lambda wait_s: select([], [], [], wait_s)"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


@pytest.mark.skipif(not FAKETIME.exists(), reason="faketime is not installed")
@pytest.mark.parametrize("jump", ["-40d", "+400d"])
def test_a_jump_of_the_clock_changes_nothing(
    accepted: tuple[Path, dict[str, object]], tmp_path: Path, jump: str
) -> None:
    home = shutil.copytree(accepted[0], tmp_path / "home")
    clock = tmp_path / "clock"
    clock.write_text("+0d")
    env = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    process = work_in_a_process(home, SLEEP, **env)
    wait_for(lambda: (home / "logs" / "jobs.log").exists())
    time.sleep(0.3)
    clock.write_text(jump)
    assert not killed(process)
    assert effects(home) == accepted[1]


# Order


def test_a_family_with_many_jobs_does_not_keep_out_another(desk: Desk, ann: Memorial) -> None:
    bo = desk.archive.create(Person("Bo", None, None, "en"))
    for _ in range(60):
        desk.enqueue(NOTHING, ann.id, {})
    last = desk.enqueue(NOTHING, bo.id, {})
    worker = Worker.start(desk, KINDS)
    assert worker is not None
    wait_for(lambda: desk.standing(last).ended)
    worker.stop()
    assert sum(each.ended for each in desk.standings(100)) < 30  # drawn by lot: two, on the average


def test_jobs_of_one_memorial_are_done_in_the_order_in_which_they_came(desk: Desk, ann: Memorial) -> None:
    order: list[str] = []
    kind = Kind("noted", lambda job: order.append(job.id), limit_s=60)
    ids = [desk.enqueue(kind, ann.id, {}) for _ in range(8)]
    worker = Worker.start(desk, [kind])
    assert worker is not None
    wait_for(lambda: len(order) == len(ids))
    worker.stop()
    assert order == ids


def test_the_more_urgent_goes_first_and_the_other_goes_on_afterwards() -> None:
    turns = Turns()
    with turns.wanting("cpu", "tuning") as tuning, turns.wanting("gpu", "tuning") as elsewhere:
        assert tuning()
        with turns.wanting("cpu", "clip") as clip, turns.wanting("cpu", "clip") as later:
            assert clip()
            assert not tuning()
            assert not later()
            assert elsewhere()
        assert tuning()


def test_tuning_makes_way_for_a_clip_and_both_for_a_live_answer(desk: Desk, ann: Memorial, worker: Worker) -> None:
    bo = desk.archive.create(Person("Bo", None, None, "en"))
    tuning = desk.enqueue(TUNE, ann.id, {})
    wait_for(lambda: desk.standing(tuning).progress is not None)
    clip = desk.enqueue(WAIT, bo.id, {})
    wait_for(lambda: desk.standing(clip).progress is not None)
    time.sleep(0.5)
    assert stands_still(desk, tuning)
    assert not stands_still(desk, clip)
    with desk.home.talking():
        time.sleep(0.5)
        assert stands_still(desk, clip)
    desk.cancel(clip)
    wait_for(lambda: not stands_still(desk, tuning))


def stands_still(desk: Desk, job_id: str) -> bool:
    before = desk.standing(job_id).progress
    time.sleep(1.0)
    return desk.standing(job_id).progress == before


# Ends


def test_progress_is_told_to_other_processes(desk: Desk, ann: Memorial, worker: Worker) -> None:
    job_id = desk.enqueue(WAIT, ann.id, {})
    wait_for(lambda: (p := desk.standing(job_id).progress) is not None and p.share is not None)
    code = (
        "import sys; from pathlib import Path; from data.archive import Archive; from orchestrator.jobs import Desk\n"
        "with Archive.open(Path(sys.argv[1])) as archive, Desk(archive) as desk:\n"
        "    p = desk.standing(sys.argv[2]).progress; print(p.step, p.share > 0, p.left_s > 1)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, desk.home.root, job_id], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["wait", "True", "True"]


@pytest.mark.parametrize("kind", [WAIT, DEAF])
def test_cancelling_ends_a_job_and_leaves_nothing(desk: Desk, ann: Memorial, worker: Worker, kind: Kind) -> None:
    job_id = desk.enqueue(kind, ann.id, {"order": SECRET})
    wait_for(lambda: desk.standing(job_id).state == "running")
    desk.cancel(job_id)
    wait_for(lambda: desk.archive.paper(ann.id, job_id, "order") is None)
    assert desk.standing(job_id).state == "cancelled"
    assert isinstance(desk.failure(desk.standing(job_id)), Cancelled)
    after = desk.enqueue(NOTHING, ann.id, {})
    wait_for(lambda: desk.standing(after).state == "done")


def test_what_is_cancelled_while_it_publishes_is_not_kept(desk: Desk, ann: Memorial) -> None:
    def body(job: Job) -> None:
        with job.publishing() as adding:
            adding.add_passages([Passage(Letter("a.txt", "Dear all.", None))], b"Dear all.")
            desk._client.cancel_workflow(job.id)

    job_id = run(desk, ann, body)
    assert desk.standing(job_id).state == "cancelled"
    assert desk.archive.letters(ann.id) == []
    assert desk.archive.paper(ann.id, job_id, "order") is None


def test_what_cannot_be_handed_in_leaves_nothing(desk: Desk, ann: Memorial, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk._client, "enqueue", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.enqueue(COUNT, ann.id, {"order": SECRET})
    assert desk.archive.jobs_with_papers(datetime.now(UTC) + timedelta(hours=1)) == []


def test_what_is_kept_for_good_is_not_cancelled_while_more_is_made_ready(desk: Desk, ann: Memorial) -> None:
    def body(job: Job) -> None:
        with job.publishing() as adding:
            adding.add_paper(job.id, "report", b"{}")
            adding.remove_papers(job.id, "order")
        desk.cancel(job.id)
        with job.step("ready"):
            pass

    job_id = run(desk, ann, body)
    assert desk.standing(job_id).state == "done"
    assert desk.archive.paper(ann.id, job_id, "report") == b"{}"


def test_a_job_that_waits_can_be_cancelled(desk: Desk, ann: Memorial) -> None:
    job_id = desk.enqueue(WAIT, ann.id, {"order": SECRET})
    desk.cancel(job_id)
    assert desk.standing(job_id).state == "cancelled"
    assert desk.archive.paper(ann.id, job_id, "order") is None


def run(desk: Desk, ann: Memorial, body: Callable[[Job], None], limit_s: float = 60.0) -> str:
    kind = Kind("tried", body, limit_s=limit_s)
    worker = Worker.start(desk, [kind])
    assert worker is not None
    job_id = desk.enqueue(kind, ann.id, {"order": SECRET})
    wait_for(lambda: desk.standing(job_id).ended)
    worker.stop()
    return job_id


def test_what_may_pass_is_tried_again(desk: Desk, ann: Memorial) -> None:
    attempts: list[Job] = []

    def shaky(job: Job) -> None:
        attempts.append(job)
        if len(attempts) < 2:
            raise OSError(errno.EIO, "the disk did not answer")

    assert desk.standing(run(desk, ann, shaky)).state == "done"
    assert len(attempts) == 2


def test_what_cannot_pass_is_not_tried_again(desk: Desk, ann: Memorial) -> None:
    attempts: list[Job] = []

    def hopeless(job: Job) -> None:
        attempts.append(job)
        raise BadText("grandma.txt is empty: choose a file with words in it")

    standing = desk.standing(run(desk, ann, hopeless))
    assert (standing.state, standing.error, len(attempts)) == ("failed", "BadText", 1)
    failure = desk.failure(standing)
    assert (type(failure), str(failure)) == (BadText, "grandma.txt is empty: choose a file with words in it")
    assert desk.archive.paper(ann.id, standing.id, "order") is None


def test_a_fault_of_ours_is_told_without_its_words(desk: Desk, ann: Memorial) -> None:
    def faulty(job: Job) -> None:
        raise ValueError(SECRET.decode())

    standing = desk.standing(run(desk, ann, faulty))
    assert standing.error == "LanternError"
    assert SECRET.decode() not in str(desk.failure(standing))


def test_no_words_of_a_fault_reach_the_rows(desk: Desk, ann: Memorial, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(SECRET.decode())

    monkeypatch.setattr(Worker, "_attempts", broken)
    assert desk.standing(run(desk, ann, small.nothing)).error == "LanternError"
    assert all(SECRET not in path.read_bytes() for path in desk.home.root.glob("jobs.sqlite*"))


def test_an_error_may_name_a_file_of_any_bytes(desk: Desk, ann: Memorial) -> None:
    def refusing(job: Job) -> None:
        raise BadText(f"{os.fsdecode(bytes([0xFF]))}.txt is empty")

    assert "is empty" in str(desk.failure(desk.standing(run(desk, ann, refusing))))


def test_a_job_ends_at_its_time_limit(desk: Desk, ann: Memorial) -> None:
    standing = desk.standing(run(desk, ann, small.wait_deaf, limit_s=0.3))
    assert standing.state == "failed"
    assert "took longer" in str(desk.failure(standing))


def test_a_kind_that_this_version_does_not_know_is_refused_with_a_word(desk: Desk, ann: Memorial) -> None:
    worker = Worker.start(desk, [NOTHING])
    assert worker is not None
    job_id = desk.enqueue(WAIT, ann.id, {})
    wait_for(lambda: desk.standing(job_id).ended)
    worker.stop()
    assert isinstance(desk.failure(desk.standing(job_id)), Missing)


def test_a_memorial_that_went_takes_its_jobs_with_it(desk: Desk, ann: Memorial) -> None:
    job_id = desk.enqueue(COUNT, ann.id, {"order": SECRET})
    desk.archive.remove(ann.id)
    worker = Worker.start(desk, KINDS)
    assert worker is not None
    wait_for(lambda: desk.standing(job_id).ended)
    worker.stop()
    assert desk.standing(job_id).error == "UnknownMemorial"


def test_what_ended_long_ago_is_forgotten_and_what_waits_is_not(desk: Desk, ann: Memorial) -> None:
    ended = run(desk, ann, small.nothing)
    waiting = desk.enqueue(COUNT, ann.id, {"order": SECRET})
    now = datetime.now(UTC)
    assert desk.prune(now) == 0
    assert desk.prune(now + KEPT + timedelta(hours=2)) == 1
    with pytest.raises(UnknownJob):
        desk.standing(ended)
    assert desk.archive.paper(ann.id, ended, "order") is None
    assert desk.standing(waiting).state == "queued"
    assert desk.archive.paper(ann.id, waiting, "order") == SECRET


def test_papers_of_a_job_that_was_never_accepted_are_forgotten(desk: Desk, ann: Memorial) -> None:
    with desk.archive.adding(ann.id) as adding:
        adding.add_paper("cd" * 16, "order", SECRET)
    desk.prune(datetime.now(UTC))
    assert desk.archive.paper(ann.id, "cd" * 16, "order") == SECRET
    desk.prune(datetime.now(UTC) + timedelta(hours=2))
    assert desk.archive.paper(ann.id, "cd" * 16, "order") is None


def test_what_stops_with_its_worker_goes_on_with_the_next(desk: Desk, ann: Memorial) -> None:
    worker = Worker.start(desk, KINDS)
    assert worker is not None
    job_id = desk.enqueue(WAIT, ann.id, {"order": SECRET})
    wait_for(lambda: desk.standing(job_id).state == "running")
    assert Worker.start(desk, KINDS) is None
    worker.stop()
    assert desk.standing(job_id).state == "interrupted"
    assert desk.archive.paper(ann.id, job_id, "order") == SECRET
    again = Worker.start(desk, KINDS)
    assert again is not None
    wait_for(lambda: desk.standing(job_id).progress is not None)
    again.stop()


def test_nothing_personal_is_left_in_the_clear(desk: Desk, ann: Memorial, home: Path) -> None:
    def failing(job: Job) -> None:
        with job.step("words") as advance:
            advance(1, 2)
        job.publish(words=SECRET)
        raise BadText(f"{SECRET.decode()}.txt is empty")

    run(desk, ann, failing)
    run(desk, ann, lambda job: (_ for _ in ()).throw(RuntimeError(SECRET.decode())))
    for path in home.rglob("*"):
        if path.is_file():
            assert SECRET not in path.read_bytes(), path
            assert b"Ann Lee" not in path.read_bytes(), path
            assert path.stat().st_mode & 0o077 == 0 or path.parent.name == "logs", path


def test_a_damaged_jobs_file_is_said_in_one_line(desk: Desk, ann: Memorial, home: Path) -> None:
    path = home / "jobs.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(b"not a database" * 1000)
    with Archive.open(home) as archive, pytest.raises(LanternError, match="damaged"), Desk(archive):
        pass


def test_an_id_is_found_by_its_beginning(desk: Desk, ann: Memorial) -> None:
    job_id = desk.enqueue(WAIT, ann.id, {})
    assert desk.find(job_id[:8]).id == job_id
    for wrong in (job_id[:2], "zzzz"):
        with pytest.raises(UnknownJob, match="lantern jobs"):
            desk.find(wrong)


def test_the_queues_of_an_earlier_version_are_looked_into_at_todays_pace(home: Path) -> None:
    with Archive.open(home) as archive, Desk(archive) as desk:
        for queue in desk._client.list_queues():
            desk._client.register_queue(
                queue.name, worker_concurrency=1, partition_concurrency=1, polling_interval_sec=POLLING_S / 5
            )
    with Archive.open(home) as archive, Desk(archive) as desk:
        assert {each.polling_interval_sec for each in desk._client.list_queues()} == {POLLING_S}
