"""Reading a portrait of photos, uploaded or kept already, as a durable job. Knows no web."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath

from data.archive import Archive, Memorial
from data.importers.imported import File
from data.uploads import forget
from face.chosen import Chosen
from orchestrator.job import Job
from services import portraying, uploaded
from services.live import loops
from services.portrait_options import FrameName, chosen
from services.report import Json


def order(
    account_id: str,
    upload_ids: Sequence[str],
    *,
    face: str | None = None,
    speaker: int | None = None,
    frame: str | None = None,
    size_px: int = 512,
    marks: Sequence[float] = (),
    as_is: bool = False,
    photo: str | None = None,
) -> Json:
    """What is to be read, and how: as `lantern portrait read` takes it. Raises `Refused` for what does not fit.

    `photo` is the id of one that is kept already, where nothing was uploaded.
    """
    how = {"face": face, "speaker": speaker, "frame": frame, "size_px": size_px, "marks": list(marks), "as_is": as_is}
    _chosen(how)
    return {**uploaded.order(account_id, upload_ids), **how, "photo": photo}


def read(job: Job) -> None:
    """The body of the job."""
    if job.paper("report") is None:
        _read(job)
    loops.make_ready(job)


def _read(job: Job) -> None:
    told = json.loads(job.given("order"))
    memorial = job.archive.memorial(job.memorial_id)
    wanted, everybody = _chosen(told)
    with _lent(job.archive, memorial, told) as files:
        report = portraying.portray(job.archive, memorial, files, wanted, job, everybody=everybody)
    with job.publishing() as adding:
        adding.add_paper(job.id, "report", json.dumps(report).encode())
        adding.remove_papers(job.id, "order")
        forget(adding, told["uploads"])


@contextmanager
def _lent(archive: Archive, memorial: Memorial, told: Json) -> Iterator[list[File]]:
    """The files to read it from, which are gone after the block. Orders of before knew no photo that is kept."""
    photo_id = told.get("photo")
    if photo_id is None:
        with uploaded.lent(archive, memorial, told) as files:
            yield files
    else:
        kept = archive.file(memorial.id, photo_id)
        with archive.original(memorial.id, kept) as path:
            yield [File.on_disk(path, PurePosixPath(kept.path).name)]


def _chosen(told: Json) -> tuple[Chosen, bool]:
    frame = None if told["frame"] is None else FrameName(told["frame"])
    return chosen(told["face"], told["speaker"], told["size_px"], frame, tuple(told["marks"]), as_is=told["as_is"])
