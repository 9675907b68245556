"""What was uploaded, on its way to being added: lent as files under their names, and looked through. Knows no web.

Uploads go once something was made of them, in the change that keeps it; what was refused may be tried again otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from data.archive import Archive, Memorial
from data.importers.gathered import given
from data.importers.imported import File
from orchestrator.job import Job
from services import bringing, keeping
from services.bringing import Batch
from services.progress import Quiet, Steps
from services.report import Json

SHORT_FILES = 8  # half a second each, where they are pictures


def order(
    account_id: str,
    upload_ids: Sequence[str],
    *,
    kind: str | None = None,
    person: Sequence[str] = (),
    author: str | None = None,
    face: int | None = None,
    size_px: int = 512,
) -> Json:
    """What is to be added, and what the family says of it: as `lantern add` takes it."""
    said = {"kind": kind, "person": list(person), "author": author, "face": face, "size_px": size_px}
    return {"account": account_id, "uploads": list(dict.fromkeys(upload_ids)), **said}


@contextmanager
def lent(archive: Archive, memorial: Memorial, told: Json) -> Iterator[list[File]]:
    """The uploads of an order as files, which are gone after the block. Raises where not all of them are here."""
    uploads = archive.uploads(memorial.id)
    with ExitStack() as held:
        whole = uploads.whole(told["account"], told["uploads"])
        yield [File.on_disk(held.enter_context(uploads.file(each)), each.name) for each in whole]


@contextmanager
def looked(archive: Archive, memorial: Memorial, told: Json, steps: Steps, *, preview: bool) -> Iterator[Batch]:
    """All of an order, looked through."""
    with lent(archive, memorial, told) as files:
        batch = Batch(
            [], author=told["author"], given=tuple(told["person"]), face=told["face"], size_px=told["size_px"]
        )
        batch.several = len(files) > 1
        coming = given(files, batch.left_out if batch.several else None)
        bringing.looked_through(memorial, coming, batch, steps, told["kind"], preview=preview)
        batch.warnings += keeping.withheld(archive, memorial, batch)
        yield batch


def preview(archive: Archive, memorial: Memorial, told: Json) -> Json | None:
    """What adding it would report, where that can be said within seconds; else None."""
    uploads = archive.uploads(memorial.id).whole(told["account"], told["uploads"])
    if len(uploads) > SHORT_FILES or sum(each.size for each in uploads) > bringing.LONG_BYTES:
        return None
    with looked(archive, memorial, told, Quiet(), preview=True) as batch:
        return None if bringing.is_long(batch) else keeping.preview(archive, memorial, batch, Quiet())


def preview_job(job: Job) -> None:
    """The body of a job that says the same where it takes longer."""
    if job.paper("report") is not None:
        return
    memorial, told = job.archive.memorial(job.memorial_id), json.loads(job.given("order"))
    with looked(job.archive, memorial, told, job, preview=True) as batch:
        report = keeping.preview(job.archive, memorial, batch, job)
    job.publish(report=json.dumps(report).encode())
