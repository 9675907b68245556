"""Durable jobs: handed in by any process, done by one, and never lost. The only file that knows the queue library.

The library is DBOS Transact on a SQLite file of its own. Its rows hold the kind of a job, random ids and times; what a
job is given and what it makes are papers, sealed in the vault (`orchestrator/job.py`). One workflow runs every kind,
without steps of the library's own: the papers tell what is done already, so that newer code may have other steps.

One process a home does the work, under a file lock, because a second one on the same database would take running work
up again. Each urgency of a resource has a queue that runs one job at a time and draws the next memorial by lot, so that
a family with a hundred jobs does not keep out one with a single job; between the queues `Turns` decides.
"""

from __future__ import annotations

import errno
import json
import logging
import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, product
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self, get_args

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, WorkflowStatus

from data import files
from data.archive import Archive
from data.errors import Busy, Cancelled, LanternError, Missing, NoRoom, UnknownJob, as_json, from_json, in_our_words
from data.store import explained, new_file, sqlite_url
from data.uploads import KEPT as KEPT_UPLOADED
from orchestrator.job import (
    ENDED,
    SHOWN_CHARS,
    URGENCIES,
    Abandoned,
    Crashes,
    Job,
    Kind,
    Resource,
    Standing,
    State,
    Turns,
    read_progress,
)

STATES: dict[str, State] = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",  # or failed, where its output says so
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}
UNENDED = ["ENQUEUED", "DELAYED", "PENDING"]

APPLICATION = "lantern"
VERSION = "2"  # by default a hash of the source, and what another version began is not taken up again
WORKFLOW = "job"
MOST_CRASHES = 5  # of the whole process, one after the other, while it was at the same job

LOOKING_S = 0.1  # between two looks for whether a running job shall stop
POLLING_S = 0.5  # between two looks into a queue, of which each is a query: there are several, for as long as it runs
GRACE_S = 0.6  # for a body to stop by itself, before it is left alone and may publish nothing more
AGAIN_AFTER_S = (1.0, 4.0, 16.0)  # what failed in a way that may pass
MAY_PASS = frozenset({
    errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOLCK, errno.ESTALE,
    errno.ETIMEDOUT,
})  # fmt: skip
ORPHANED_S = 5.0  # that a job counts as running without anybody at it
KEPT = timedelta(days=30)  # what has ended
UNKNOWN_AFTER = timedelta(hours=1)  # papers of a job that was never handed in
PRUNED_EVERY_S = 3_600.0
TENDED_EVERY_S = 1.0
LISTED = 10_000  # at a time
LISTED_AT_ONCE = 500  # of what is looked up as it is asked for

PREFIX_CHARS = 4  # of an id, at least, to name a job by it
LOG_BYTES, LOG_FILES = 1_000_000, 3

SERIALIZER = DBOSPortableJSONSerializer()  # by default rows are pickled
Outcome = dict[str, str]  # empty, or the class of the error


class Desk:
    """Where jobs are handed in, looked up and cancelled, from any process. Use it in a `with` block."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.home = archive.home
        self.url = sqlite_url(self.home.jobs_database)
        _quiet()
        with explained():
            self._set_up()
            self._client = DBOSClient(system_database_url=self.url, serializer=SERIALIZER, application_name=APPLICATION)
            self._register_queues()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.destroy()

    def enqueue(self, kind: Kind, memorial_id: str, given: Mapping[str, bytes], by: str | None = None) -> str:
        """Hand in a job with its papers; gives its id. Once this returns, it will be done; where it raises, not.

        `by` is the id of the account that wants it.
        """
        job_id = _new_id()
        try:
            with self.archive.adding(memorial_id) as adding:
                for name, data in given.items():
                    adding.add_paper(job_id, name, data)
            with explained():
                self._client.enqueue(
                    {
                        "workflow_name": WORKFLOW,
                        "workflow_id": job_id,
                        "queue_name": _queue(kind.resource, kind.urgency),
                        "queue_partition_key": memorial_id,
                    },
                    kind.name,
                    memorial_id,
                    by,
                )
        except BaseException:
            with suppress(LanternError, OSError), explained():
                self._client.cancel_workflow(job_id)
            with suppress(LanternError, OSError):
                self._tidy(memorial_id, job_id)
            raise
        return job_id

    def standing(self, job_id: str) -> Standing:
        """Of one job; raises `UnknownJob`."""
        found = self._list(workflow_ids=[job_id])
        if not found:
            raise UnknownJob("this job is not here any more: `lantern jobs` lists those that there are")
        return found[0]

    def standings(self, ended: int) -> list[Standing]:
        """All that have not ended, the first handed in first, behind the latest `ended` that have."""
        going = self._list(status=UNENDED)  # looked for first: what ends in between is then in one of the two
        if not ended:
            return going
        over = self._list(status=[name for name in STATES if name not in UNENDED], limit=ended, sort_desc=True)
        just_ended = {each.id for each in over}
        return [*reversed(over), *(each for each in going if each.id not in just_ended)]

    def history(self) -> Iterator[Standing]:
        """All there are, the latest handed in first; looked up as they are asked for."""
        seen = set[str]()  # one that is handed in meanwhile moves the others on
        for offset in count(0, LISTED_AT_ONCE):
            found = self._list(limit=LISTED_AT_ONCE, offset=offset, sort_desc=True)
            yield from (each for each in found if each.id not in seen)
            seen |= {each.id for each in found}
            if len(found) < LISTED_AT_ONCE:
                return

    def standings_by_id(self, job_ids: Collection[str]) -> dict[str, Standing]:
        """Those of some jobs; what is not here any more is not among them."""
        return {each.id: each for each in self._list(workflow_ids=list(job_ids))} if job_ids else {}

    def find(self, prefix: str) -> Standing:
        """The one whose id begins so; raises `UnknownJob`."""
        found = self._list(workflow_id_prefix=prefix.lower(), limit=2) if len(prefix) >= PREFIX_CHARS else []
        if len(found) != 1:
            which = "several jobs have" if found else "no job has"
            raise UnknownJob(f"{which} an id that begins so: `lantern jobs` lists those that there are")
        return found[0]

    def cancel(self, job_id: str) -> None:
        """Let it end where it is, undone; it is well if it has ended already, or has done all that it does for good."""
        standing = self.standing(job_id)
        if not standing.ended and not self._is_kept(standing):
            with explained():
                self._client.cancel_workflow(job_id)
        standing = self.standing(job_id)
        if standing.state == "cancelled":
            with suppress(Busy):  # whoever is at it tidies up once it has stopped
                self._tidy(standing.memorial_id, job_id)

    def failure(self, standing: Standing) -> LanternError:
        """What a job failed with, in full."""
        if standing.state == "cancelled":
            return Cancelled("the job was cancelled; nothing half-done is left")
        paper = self.archive.paper(standing.memorial_id, standing.id, "error")
        return from_json({"error": standing.error, "says": "the job failed"} if paper is None else json.loads(paper))

    def prune(self, now: datetime) -> int:
        """Forget what ended long ago, and papers without a job; gives how many jobs went."""
        old = self._list(completed_before=(now - KEPT).isoformat(), limit=LISTED)
        gone = [each for each in old if each.ended]
        for each in gone:
            self._tidy(each.memorial_id, each.id)
        with explained():
            self._client.delete_workflows([each.id for each in gone])
        self.archive.answered().prune(now)
        self.archive.prune_uploads(now - KEPT_UPLOADED)
        long_there = self.archive.jobs_with_papers(now - UNKNOWN_AFTER)
        with_papers = self.archive.jobs_with_papers(now)
        states = {each.id: each.state for each in self._list()}
        for memorial_id, job_id in with_papers:
            unknown = job_id not in states and (memorial_id, job_id) in long_there
            if unknown or states.get(job_id) == "cancelled":
                self._tidy(memorial_id, job_id)
        return len(gone)

    def _is_kept(self, standing: Standing) -> bool:
        """Whether a job has done all that it does for good: it has given its order away for its report."""
        of = partial(self.archive.paper, standing.memorial_id, standing.id)
        return of("order") is None and of("report") is not None

    def _tidy(self, memorial_id: str, job_id: str) -> None:
        """Leave nothing of a job that will not be done."""
        self.archive.remove_papers(memorial_id, job_id)
        for path in self.home.jobs.glob(f"{job_id}.*"):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _list(
        self,
        *,
        status: list[str] | None = None,
        workflow_ids: list[str] | None = None,
        workflow_id_prefix: str | None = None,
        completed_before: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        sort_desc: bool = False,
    ) -> list[Standing]:
        works = self.home.somebody_works()
        with explained():
            rows = self._client.list_workflows(
                name=WORKFLOW,
                status=status,
                workflow_ids=workflow_ids,
                workflow_id_prefix=workflow_id_prefix,
                completed_before=completed_before,
                limit=limit,
                offset=offset,
                sort_desc=sort_desc,
            )
        return [self._standing(row, works=works) for row in rows]

    def _standing(self, row: WorkflowStatus, *, works: bool) -> Standing:
        kind, memorial_id, by = _given(row)
        error = (row.output or {}).get("error")
        state: State = "failed" if error else STATES[row.status]
        if state == "running" and not works:
            state = "interrupted"
        if state == "failed" and error is None:
            error = "LanternError"
        progress = read_progress(self.home.jobs, row.workflow_id) if state == "running" else None
        ended = _time(row.completed_at) if state in ENDED and row.completed_at else None
        return Standing(
            row.workflow_id, kind, memorial_id, state, _time(row.created_at or 0), ended, progress, error, by
        )

    def _set_up(self) -> None:
        with self.home.setting_up():
            if not self.home.jobs_database.exists():
                new_file(self.home.jobs_database)
            DBOS.migrate(self.url)

    def _register_queues(self) -> None:
        """Those that are missing, and those that an earlier version looked into at another pace."""
        there = {queue.name for queue in self._client.list_queues() if queue.polling_interval_sec == POLLING_S}
        for name in set(_queues()) - there:
            self._client.register_queue(
                name, worker_concurrency=1, partition_concurrency=1, polling_interval_sec=POLLING_S
            )


class Worker:
    """The one that does the jobs of a home. There is at most one in a process."""

    def __init__(self, desk: Desk, kinds: Sequence[Kind], log: logging.Logger, held: ExitStack) -> None:
        self._desk = desk
        self._kinds = {kind.name: kind for kind in kinds}
        self._log = log
        self._held = held
        self._turns = Turns()
        self._stopping = Event()
        self._running = set[str]()
        self._orphans: dict[str, float] = {}
        self._tend_at = self._prune_at = time.monotonic()

    @classmethod
    def start(cls, desk: Desk, kinds: Sequence[Kind]) -> Worker | None:
        """Begin to work, or None where another process does this home's work."""
        with ExitStack() as held:
            if not held.enter_context(desk.home.working()):
                return None
            worker = cls(desk, kinds, _log(desk.home.logs), held.pop_all())
        try:
            worker._launch()
        except BaseException:
            worker.stop()
            raise
        return worker

    @property
    def busy(self) -> bool:
        """Whether it is at a job."""
        return bool(self._running)

    def stop(self) -> None:
        """Drop what is being done; it is begun again with the next worker."""
        self._stopping.set()
        deadline = time.monotonic() + 2 * GRACE_S
        while self.busy and time.monotonic() < deadline:
            time.sleep(LOOKING_S / 4)
        DBOS.destroy(destroy_registry=True)
        self._log.info("the worker stopped")
        _close(self._log)
        self._held.close()

    def tend(self) -> None:
        """To be called every second or oftener: forgets what is old, and notices what could not be written down.

        Raises `NoRoom` where the end of a job could not be recorded.
        """
        now = time.monotonic()
        if now < self._tend_at:
            return
        self._tend_at = now + TENDED_EVERY_S
        with suppress(Busy):
            self._look_around(now)

    def _look_around(self, now: float) -> None:
        if now >= self._prune_at:
            self._prune_at = now + PRUNED_EVERY_S
            if count := self._desk.prune(datetime.now(UTC)):
                self._log.info("%d jobs of long ago were forgotten", count)
        pending = {each.id for each in self._desk._list(status=["PENDING"])} - self._running
        self._orphans = {job_id: self._orphans.get(job_id, now) for job_id in pending}
        if any(now - since > ORPHANED_S for since in self._orphans.values()):
            raise NoRoom("what became of a job cannot be written down: make room on the home folder's disk, then go on")

    def _launch(self) -> None:
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._desk.url,
            "application_version": VERSION,
            "serializer": SERIALIZER,
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": POLLING_S,
            "log_level": "ERROR",
        }

        def job(kind: str, memorial_id: str, _by: str | None = None) -> Outcome:
            return self._work(kind, memorial_id)

        with explained():
            DBOS(config=config)
            DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(job)
            DBOS.launch()
        _quiet()
        self._log.info("the worker started")

    def _work(self, kind_name: str, memorial_id: str) -> Outcome:
        """The workflow: one job, from wherever it stands to its end."""
        job_id = DBOS.workflow_id or ""
        called = f"{kind_name} {job_id[:SHOWN_CHARS]}"
        self._running.add(job_id)
        try:
            self._log.info("%s: started", called)
            began = time.monotonic()
            error = self._seen_to(kind_name, memorial_id, job_id)
            word = f"failed: {error}" if error else "done"
            self._log.info("%s: %s after %.1f s", called, word, time.monotonic() - began)
        except Abandoned:
            self._log.info("%s: %s", called, "cancelled" if self._is_cancelled(job_id) else "interrupted")
            raise
        else:
            return {"error": error} if error else {}
        finally:
            if self._is_cancelled(job_id):
                with suppress(LanternError, OSError):  # pruning tries again
                    self._desk._tidy(memorial_id, job_id)
            self._running.discard(job_id)

    def _seen_to(self, kind_name: str, memorial_id: str, job_id: str) -> str | None:
        """Do the job; gives the class of what it failed with, and keeps the words for the family in its papers."""
        if self._stopping.is_set():  # the job was on its way when the worker was told to stop
            raise Abandoned
        job = Job(self._desk.archive, job_id, memorial_id, lambda: self._is_cancelled(job_id))
        crashes = Crashes(self._desk.home.jobs / f"{job_id}.crashes")
        try:
            if (told := job.paper("error")) is not None:  # the worker before this one came no further
                return str(json.loads(told)["error"])
            error = self._attempts(job, self._kinds.get(kind_name), crashes)
        except Exception as err:  # noqa: BLE001 — its words would come into the library's rows
            error = in_our_words(err)
        finally:
            crashes.forget()
            job.forget_progress()
        return None if error is None else self._tell(job, error)

    def _attempts(self, job: Job, kind: Kind | None, crashes: Crashes) -> LanternError | None:
        """Try until it is done or fails in a way that does not pass; gives what it failed with."""
        if kind is None:
            return Missing("this version of Lantern does not know that kind of job: install the newest")
        if crashes.number >= MOST_CRASHES:
            return LanternError(
                f"Lantern was killed {crashes.number} times at this: free memory, or give it less at a time"
            )
        with self._turns.wanting(kind.resource, kind.urgency) as my_turn:
            for again_after_s in (*AGAIN_AFTER_S, None):
                self._wait(job, my_turn)
                error = self._attempt(job, kind, my_turn, crashes)
                if error is None:
                    return None
                may_pass = isinstance(error, Busy) or (isinstance(error, OSError) and error.errno in MAY_PASS)
                if again_after_s is None or not may_pass:
                    return in_our_words(error)
                self._log.info("%s: %s, again in %.0f s", job.id[:SHOWN_CHARS], type(error).__name__, again_after_s)
                self._wait(job, _after(again_after_s))
        raise AssertionError("the last attempt returns")

    def _attempt(self, job: Job, kind: Kind, my_turn: Callable[[], bool], crashes: Crashes) -> Exception | None:
        """Run the body in a thread of its own, which is left alone where it does not stop by itself."""
        ended, failures = Event(), list[BaseException]()
        crashes.at_work(True)
        Thread(target=_run, args=(kind.body, job, ended, failures), daemon=True).start()
        run_s, looked = 0.0, time.monotonic()
        while not ended.wait(LOOKING_S):
            now = time.monotonic()
            held = self._somebody_talks() or not my_turn()
            job.hold(others_first=held)
            crashes.at_work(not held)
            run_s, looked = run_s + (0.0 if held else now - looked), now
            if run_s > kind.limit_s or self._shall_stop(job):
                job.abandon()
                if ended.wait(GRACE_S) and not failures:
                    return None  # it was at its very end
                if run_s <= kind.limit_s:
                    raise Abandoned
                return LanternError(f"this took longer than {kind.limit_s / 60:.0f} minutes: give it less at a time")
        for failure in failures:
            if isinstance(failure, Exception):
                return failure
            raise failure
        return None

    def _wait(self, job: Job, until: Callable[[], bool]) -> None:
        while not until():
            if self._shall_stop(job):
                raise Abandoned
            time.sleep(LOOKING_S)

    def _shall_stop(self, job: Job) -> bool:
        return self._stopping.is_set() or self._is_cancelled(job.id)

    def _is_cancelled(self, job_id: str) -> bool:
        try:
            return self._desk.standing(job_id).state == "cancelled"
        except UnknownJob:
            return True
        except (LanternError, OSError):
            return False  # the file could not be read for once

    def _somebody_talks(self) -> bool:
        try:
            return self._desk.home.somebody_talks()
        except (LanternError, OSError):
            return False

    def _tell(self, job: Job, error: LanternError) -> str:
        """Keep the words for the family, sealed: they name files. The rows and the log have the class alone."""
        name = type(error).__name__
        with suppress(LanternError, OSError), job.archive.adding(job.memorial_id) as adding:
            adding.remove_papers(job.id)
            adding.add_paper(job.id, "error", json.dumps(as_json(error)).encode())
        return name


def _after(wait_s: float) -> Callable[[], bool]:
    until = time.monotonic() + wait_s
    return lambda: time.monotonic() >= until


def _run(body: Callable[[Job], None], job: Job, ended: Event, failures: list[BaseException]) -> None:
    try:
        body(job)
    except BaseException as error:  # noqa: BLE001 — the worker raises it again, or tells it
        failures.append(error)
    finally:
        ended.set()


def _new_id() -> str:
    """Random, behind the milliseconds of this second: rows have times in seconds, and equal ones go by their ids."""
    return f"{time.time_ns() // 1_000_000 % 1_000:03x}{secrets.token_hex(15)[1:]}"


def _queue(resource: Resource, urgency: str) -> str:
    return f"{resource}-{urgency}"


def _queues() -> list[str]:
    return [_queue(resource, urgency) for resource, urgency in product(get_args(Resource), URGENCIES)]


def _given(row: WorkflowStatus) -> tuple[str, str, str | None]:
    """Kind, memorial, and who handed it in, which rows of earlier versions do not tell."""
    kind, memorial_id, *by = row.input["args"] if row.input else ("", "")
    return kind, memorial_id, by[0] if by else None


def _time(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


class _LogFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 — the library's
        """A line that finds no room on the disk is no reason to stop working."""


def _log(folder: Path) -> logging.Logger:
    """The log for people: kinds, ids, times and classes of errors, and nothing that anybody wrote or is called."""
    log = logging.getLogger("lantern.jobs")
    log.propagate = False
    log.setLevel(logging.INFO)
    path = folder / "jobs.log"
    with files.explained(path):
        handler = _LogFile(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    return log


def _close(log: logging.Logger) -> None:
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()


def _quiet() -> None:
    """The library would write to the terminal."""
    library = logging.getLogger("dbos")
    library.propagate = False
    library.handlers[:] = [logging.NullHandler()]
