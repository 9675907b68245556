"""The main job on a sample memorial: build it, ask it one line, and write the answer as clip, data and pictures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.archive import Archive, Memorial
from data.files import explained, write
from data.media import write_picture
from data.samples import Sample, sample
from orchestrator.sheet import contact_sheet
from services import answers, engines, keeping, lessons, sampling
from services.progress import Steps
from services.report import Json, demo_report

BASE = "small-base"  # the folder of the model that is made on the spot
TUNING = ("base", "parameters", "heldout_before", "heldout_after", "swap_nats", "verdict")  # of its report


@dataclass(frozen=True, slots=True)
class Demo:
    """What was written into the folder."""

    memorial: Memorial
    report: Json
    written: Sequence[Path]
    warnings: tuple[str, ...]


def demo(archive: Archive, name: str, line: str | None, out: Path, size_px: int, steps: Steps) -> Demo:
    """Build the sample memorial where it is not there yet, ask it, and write `reply.mp4`, `.json` and `.png`."""
    chosen = sample(name)
    with explained(out):
        out.mkdir(parents=True, exist_ok=True)
    memorial, warnings = _built(archive, chosen, size_px, steps)
    tuning = _tuned(archive, memorial, name, steps)
    data, sheet = out / "reply.json", None
    for old in ("reply.mp4", "reply.png"):  # an answer without a clip must not lie beside the clip of another
        (out / old).unlink(missing_ok=True)
    line = chosen.question if line is None else line
    clip = out / "reply.mp4"
    answer = answers.ask_on_film(archive, memorial, line, clip, steps)
    if answer.clip is not None:
        sheet = out / "reply.png"
        write_picture(sheet, contact_sheet(clip), answers.label(archive, memorial, answers.EXHIBIT))
    told = demo_report(line, answer.record, clip, answer.clip, answer.first_frame_s, answer.total_s)
    told["tuning"] = {each: tuning[each] for each in TUNING}
    write(data, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
    written = [path for path in (answer.clip and clip, data, sheet) if path]
    return Demo(memorial, told, written, tuple(warnings))


def _tuned(archive: Archive, memorial: Memorial, name: str, steps: Steps) -> Json:
    """A small model tuned on the sample before the eyes of whoever looks on, kept as a real one is; its report."""
    base = archive.home.cache(f"{BASE}-{name}")
    adapter = archive.model_file(memorial.id, engines.ADAPTER)
    shutil.rmtree(base, ignore_errors=True)
    with steps.step("tune") as advance:
        files = lessons.learn_live(archive, memorial, base, advance)
    if adapter is None or Path(lessons.tuned_base(adapter)).parent == base:  # else somebody tuned one of their own
        with archive.adding(memorial.id) as adding:
            adding.set_model_files({**files, engines.WITHHELD: engines.withheld(archive, memorial.id).encode()})
    told: Json = json.loads(files[engines.REPORT])
    return told


def _built(archive: Archive, chosen: Sample, size_px: int, steps: Steps) -> tuple[Memorial, list[str]]:
    """The sample as it is there, or built now. A memorial of the same name that is no sample is not touched."""
    there = sampling.there(archive, chosen)
    if there is not None and sampling.is_built(archive, there):
        return there, []
    memorial = there or archive.create(chosen.person)
    try:
        added = keeping.add(archive, memorial, sampling.batch(memorial, chosen, size_px), steps)
    except BaseException:
        archive.remove(memorial.id)
        raise
    return memorial, added["warnings"]
