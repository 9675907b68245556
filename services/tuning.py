"""Tuning a language model for a memorial: as a durable job here, or by way of a borrowed machine. Knows no terminal.

The borrowed machine is given a lesson, which holds what is to be learnt with the names in it hidden, and gives back
what a job here makes: adapter, verdict, report and page.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from data.archive import Archive, Memorial
from data.errors import NotReady, NotTuned, Refused
from data.files import explained, try_place
from orchestrator.job import Job
from services import bundle, engines, lessons
from services.progress import Steps
from services.report import Json

Bits = Literal[4, 8]
FILES = (engines.ADAPTER, engines.VERDICT, engines.REPORT, engines.PAGE)
BUNDLES = "bundles"  # the keys of what was packed, each with what was held back then
REMEMBERED = 20  # bundles
_STATE = "state"
_LESSON = "lesson"


def order(base: str, *, named: bool, bits: Bits | None, download: bool) -> bytes:
    """What a tuning job is given: `named` leaves other people's names in, `download` lets the base be fetched."""
    return json.dumps({"base": base, "named": named, "bits": bits, "download": download}).encode()


def tune(job: Job) -> None:
    """The body of the job: what to learn, learning it, and keeping what came of it."""
    if job.paper("report") is not None:
        return
    given = json.loads(job.given("order"))
    if job.paper(_LESSON) is None:
        with job.step("lesson"):
            memorial = job.archive.memorial(job.memorial_id)
            withheld = engines.withheld(job.archive, job.memorial_id)
            lesson = lessons.made(job.archive, memorial, given["base"], named=given["named"], bits=given["bits"])
        job.publish(**{_LESSON: lesson, engines.WITHHELD: withheld.encode()})
    with job.step("tune") as advance:
        files = lessons.learn(
            job.given(_LESSON),
            advance,
            kept=job.paper(_STATE),
            keep=partial(_keep_state, job),
            download=given["download"],
        )
    with job.step("keep"), job.publishing() as adding:
        adding.set_model_files({**files, engines.WITHHELD: job.given(engines.WITHHELD)})
        adding.add_paper(job.id, "report", files[engines.REPORT])
        adding.remove_papers(job.id, _LESSON, engines.WITHHELD, _STATE)


def pack(archive: Archive, memorial: Memorial, path: Path, base: str, *, named: bool, bits: Bits | None) -> str:
    """Write the lesson for another machine; gives the key that opens it, of which the memorial keeps one as well."""
    try_place(path)
    withheld, key = engines.withheld(archive, memorial.id), bundle.new_key()
    lesson = lessons.made(archive, memorial, base, named=named, bits=bits)
    known = [*_bundles(archive, memorial), (key, withheld)][-REMEMBERED:]
    with archive.adding(memorial.id) as adding:
        adding.set_model_files({BUNDLES: json.dumps(known).encode()})
    bundle.pack(path, "lesson", lesson, key)
    return key


def learn(lesson: Path, out: Path, key: str, base: str | None, steps: Steps, *, download: bool) -> Json:
    """On the other machine: learn what was packed, and write what is to be brought home. Gives the report.

    `base` says where the base lies there, if not under the name that it has here.
    """
    try_place(out)
    given = bundle.unpack(lesson, "lesson", key)
    with steps.step("tune") as advance:
        files = lessons.learn(given, advance, base=base, download=download)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as written:
        for name, data in files.items():
            written.writestr(name, data)
    bundle.pack(out, "learnt", packed.getvalue(), key)
    return _report(files[engines.REPORT])


def adopt(archive: Archive, memorial: Memorial, path: Path) -> Json:
    """Keep what another machine learnt. Gives the report."""
    packed, withheld = _unpacked(path, _bundles(archive, memorial))
    with zipfile.ZipFile(io.BytesIO(packed)) as given:
        files = {name: given.read(name) for name in FILES}
    with archive.adding(memorial.id) as adding:
        adding.set_model_files({**files, engines.WITHHELD: withheld.encode()})
    return _report(files[engines.REPORT])


def merge(
    archive: Archive, memorial: Memorial, folder: Path, base: str | None, steps: Steps, *, download: bool
) -> None:
    """Write base and adapter as one model, for servers that take no adapter. It lies there in the clear."""
    adapter = archive.model_file(memorial.id, engines.ADAPTER)
    if adapter is None:
        raise NotTuned("nothing was tuned for this memorial yet: begin with `lantern tune`")
    with explained(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refused(f"{folder} is there already: give the name of a new folder")
    with explained(folder):
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.absolute().parent))  # for nobody else's eyes
    try:
        with steps.step("merge"), explained(folder):
            lessons.merge(adapter, part, base, download=download)
            part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def report(archive: Archive, memorial_id: str) -> Json | None:
    """What came of the last tuning; None where there was none."""
    told = archive.model_file(memorial_id, engines.REPORT)
    return None if told is None else _report(told)


def tuned_base(archive: Archive, memorial: Memorial) -> str:
    """The base that the adapter was made for."""
    adapter = archive.model_file(memorial.id, engines.ADAPTER)
    if adapter is None:
        raise NotTuned("nothing was tuned for this memorial yet: begin with `lantern tune`, or give --base")
    return lessons.tuned_base(adapter)


def _bundles(archive: Archive, memorial: Memorial) -> list[tuple[str, str]]:
    """The keys of what was packed, and what was held back then."""
    return [(key, withheld) for key, withheld in json.loads(archive.model_file(memorial.id, BUNDLES) or b"[]")]


def _unpacked(path: Path, bundles: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    """What came back for one of them."""
    if not bundles:
        raise NotReady("nothing was packed for this memorial: begin with `lantern tune MEMORIAL --pack FILE`")
    refused: list[Refused] = []
    for key, withheld in reversed(bundles):
        try:
            return bundle.unpack(path, "learnt", key), withheld
        except bundle.WrongKey as err:
            refused.append(err)
    raise Refused(
        f"{path.name} was made for another memorial, or for a lesson packed long ago: pack it anew"
    ) from refused[0]


def _report(data: bytes) -> Json:
    found: Json = json.loads(data)
    return found


def _keep_state(job: Job, state: bytes) -> None:
    with job.publishing() as adding:
        adding.remove_papers(job.id, _STATE)
        adding.add_paper(job.id, _STATE, state)
