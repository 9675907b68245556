"""Long work from the command line: does it, or follows the process that does. Knows no kind of work."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress

from data.archive import Archive
from data.errors import Busy
from orchestrator.job import Standing
from orchestrator.jobs import Desk, Worker
from services import stopping
from services.build import kinds
from services.progress import Advance, Steps
from services.report import Json

LOOKING_S = 0.1
SILENT_S = 1.0  # before waiting is worth a word


def done(archive: Archive, kind_name: str, memorial_id: str, given: Mapping[str, bytes], steps: Steps) -> Json:
    """Hand in a job and see it through; gives its report. Raises what it failed with; Ctrl-C cancels it."""
    kind = next(kind for kind in kinds() if kind.name == kind_name)
    with Desk(archive) as desk:
        job_id = desk.enqueue(kind, memorial_id, given)
        try:
            see_through(desk, job_id, steps)
        except KeyboardInterrupt:
            desk.cancel(job_id)
            if archive.paper(memorial_id, job_id, "report") is None:  # it may have come to its end just then
                raise
        report: Json = json.loads(archive.paper(memorial_id, job_id, "report") or b"{}")
        return report


def see_through(desk: Desk, job_id: str, steps: Steps) -> None:
    """Follow a job to its end; as soon as nobody works in this home, this process does. Raises what it failed with.

    Ctrl-C ends the looking on; the job goes on with the next worker.
    """
    with closing(_Display(steps)) as display, _working(desk) as tend:
        while not (standing := desk.standing(job_id)).ended:
            stopping.check()
            tend()
            display.show(standing)
            time.sleep(LOOKING_S)
    if standing.state != "done":
        raise desk.failure(standing)


def work(archive: Archive) -> None:
    """Do the jobs of this home until Ctrl-C; wait while another process does."""
    with Desk(archive) as desk, _working(desk) as tend:
        while True:
            stopping.check()
            tend()
            time.sleep(LOOKING_S)


@contextmanager
def _working(desk: Desk) -> Iterator[Callable[[], None]]:
    """Yields what is to be called again and again: it works as soon as nobody else in this home does."""
    worker: Worker | None = None

    def tend() -> None:
        nonlocal worker
        with suppress(Busy):  # the next call tries again
            worker = worker or Worker.start(desk, kinds())
            if worker is not None:
                worker.tend()

    try:
        yield tend
    finally:
        if worker is not None:
            worker.stop()


class _Display:
    """Tells the steps of a job as if they were done here."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._began = time.monotonic()
        self._name = ""
        self._shown = ExitStack()
        self._advance: Advance = lambda _done, _of: None

    def show(self, standing: Standing) -> None:
        progress = standing.progress
        if progress is not None:
            self._turn_to(progress.step, progress.left_s if progress.share is None else None)
            self._advance(progress.share or 0.0, 1.0 if progress.share else 0.0)
        elif time.monotonic() - self._began > SILENT_S and not self._name:
            self._turn_to("queued", None)

    def close(self) -> None:
        self._shown.close()

    def _turn_to(self, name: str, usual_s: float | None) -> None:
        if name != self._name:
            self._shown.close()
            self._advance = self._shown.enter_context(self._steps.step(name, usual_s))
            self._name = name
