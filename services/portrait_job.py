"""Reading a portrait of uploaded photos as a durable job. Knows no web."""

from __future__ import annotations

import json
from collections.abc import Sequence

from data.uploads import forget
from face.chosen import Chosen
from orchestrator.job import Job
from services import portraying, uploaded
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
) -> Json:
    """What is to be read, and how: as `lantern portrait read` takes it. Raises `Refused` for what does not fit."""
    how = {"face": face, "speaker": speaker, "frame": frame, "size_px": size_px, "marks": list(marks), "as_is": as_is}
    _chosen(how)
    return {**uploaded.order(account_id, upload_ids), **how}


def read(job: Job) -> None:
    """The body of the job."""
    if job.paper("report") is not None:
        return
    told = json.loads(job.given("order"))
    memorial = job.archive.memorial(job.memorial_id)
    wanted, everybody = _chosen(told)
    with uploaded.lent(job.archive, memorial, told) as files:
        report = portraying.portray(job.archive, memorial, files, wanted, job, everybody=everybody)
    with job.publishing() as adding:
        adding.add_paper(job.id, "report", json.dumps(report).encode())
        forget(adding, told["uploads"])


def _chosen(told: Json) -> tuple[Chosen, bool]:
    frame = None if told["frame"] is None else FrameName(told["frame"])
    return chosen(told["face"], told["speaker"], told["size_px"], frame, tuple(told["marks"]), as_is=told["as_is"])
