"""A sample memorial: whether it is there, and how it is built. Knows no command line and no web."""

from __future__ import annotations

import json

from data.archive import Archive, Memorial
from data.importers import File
from data.importers.gathered import Found
from data.samples import Sample, sample
from orchestrator.job import Job
from services import add_job, bringing, roles, voices
from services.live import loops
from services.report import Json


def there(archive: Archive, chosen: Sample) -> Memorial | None:
    """The sample, built or not. A memorial of the same name that is no sample is another one."""
    return next((memorial for memorial in archive.memorials() if memorial.person == chosen.person), None)


def is_built(archive: Archive, memorial: Memorial) -> bool:
    """Whether all of it is there: it can speak and be seen."""
    return archive.rig(memorial.id) is not None and voices.speaks(archive, memorial.id)


def batch(memorial: Memorial, chosen: Sample, size_px: int) -> bringing.Batch:
    """What it is built of."""
    kinds = dict.fromkeys((*chosen.letters, *chosen.messages), "text")
    kinds |= {chosen.recording: roles.RECORDING, chosen.portrait: roles.PORTRAIT}
    found = bringing.Batch([], size_px=size_px)
    for path, role in kinds.items():
        one = bringing.Brought(role, (Found(File.on_disk(path), path.name),))
        bringing.look_into(found, memorial, one)
    return found


def order(name: str, size_px: int) -> Json:
    """What a job that builds one is given."""
    return {"sample": name, "size_px": size_px}


def build(job: Job) -> None:
    """The body of that job."""
    if job.paper("report") is None:
        told = json.loads(job.given("order"))
        memorial = job.archive.memorial(job.memorial_id)
        add_job.keep_with_papers(job, memorial, batch(memorial, sample(told["sample"]), told["size_px"]))
    loops.make_ready(job)
