"""What was uploaded, on its way to being added: lent as files under their names, and looked through. Knows no web.

Uploads go once something was made of them, in the change that keeps it; what was refused may be tried again otherwise.
What takes long is made once for all looks at the same uploads, and goes with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256

from data.archive import Archive, Memorial
from data.importers.gathered import given
from data.importers.imported import File
from data.importers.lines import reading
from data.uploads import Uploads
from orchestrator.job import Job
from services import bringing, keeping
from services.bringing import Batch, Brought
from services.build import Made
from services.learning import Making, Once
from services.progress import Quiet, Steps
from services.report import Json

PIECE_BYTES = 1 << 20  # of a file, in memory at a time
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
    with _lent(archive.uploads(memorial.id), told) as files:
        yield list(files.values())


@contextmanager
def looked(
    archive: Archive, memorial: Memorial, told: Json, steps: Steps, *, preview: bool
) -> Iterator[tuple[Batch, Once]]:
    """All of an order, looked through; and what makes of it what takes long, unless a look before this one did."""
    uploads = archive.uploads(memorial.id)
    with _lent(uploads, told) as by_id:
        files = list(by_id.values())
        batch = Batch(
            [], author=told["author"], given=tuple(told["person"]), face=told["face"], size_px=told["size_px"]
        )
        batch.several = len(files) > 1
        coming = given(files, lambda found, err: batch.leave_out(Brought("", (found,)), err))
        bringing.looked_through(memorial, coming, batch, steps, told["kind"], preview=preview)
        batch.warnings += keeping.withheld(archive, memorial, batch)
        yield batch, _once(uploads, by_id)


def preview(archive: Archive, memorial: Memorial, told: Json) -> Json | None:
    """What adding it would report, where that can be said within seconds; else None."""
    uploads = archive.uploads(memorial.id).whole(told["account"], told["uploads"])
    if len(uploads) > SHORT_FILES or sum(each.size for each in uploads) > bringing.LONG_BYTES:
        return None
    with looked(archive, memorial, told, Quiet(), preview=True) as (batch, once):
        return None if bringing.is_long(batch) else keeping.preview(archive, memorial, batch, Quiet(), once)


def preview_job(job: Job) -> None:
    """The body of a job that says the same where it takes longer."""
    if job.paper("report") is not None:
        return
    memorial, told = job.archive.memorial(job.memorial_id), json.loads(job.given("order"))
    with looked(job.archive, memorial, told, job, preview=True) as (batch, once):
        report = keeping.preview(job.archive, memorial, batch, job, once)
    job.publish(report=json.dumps(report).encode())


@contextmanager
def _lent(uploads: Uploads, told: Json) -> Iterator[dict[str, File]]:
    """By the ids of the uploads."""
    with ExitStack() as held:
        whole = uploads.whole(told["account"], told["uploads"])
        yield {each.id: File.on_disk(held.enter_context(uploads.file(each)), each.name) for each in whole}


def _once(uploads: Uploads, lent: dict[str, File]) -> Once:
    """Keeps what is made with the uploads that it is made of. What lies in a zip is taken to be of all of them.

    It is known again by what is in its files: a zip may hold many of one name.
    """
    by_path = {file.path: upload_id for upload_id, file in lent.items()}

    def once(making: Making, make: Callable[[], Made]) -> Made:
        of = [by_path.get(file.path) for file in making.files]
        upload_ids = list(lent) if None in of else [each for each in of if each is not None]
        files = [[file.name, _digest(file)] for file in making.files]
        key = json.dumps([making.kind, files, making.how], sort_keys=True)
        kept = uploads.made(upload_ids[0], key)
        if kept is not None:
            says, _, data = kept.partition(b"\n")
            return Made(data, tuple(json.loads(says)))
        made = make()
        uploads.keep_made(upload_ids, key, json.dumps(made.warnings).encode() + b"\n" + made.data)
        return made

    return once


def _digest(file: File) -> str:
    digest = sha256()
    with reading(file) as stream:
        while piece := stream.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
