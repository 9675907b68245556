"""The main job on a sample memorial: build it, ask it one line, and write the answer as clip, data and pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from data.archive import Archive, Memorial
from data.files import explained, write
from data.media import write_picture
from data.samples import Sample, sample
from orchestrator.sheet import contact_sheet
from services import answers, memorials
from services.answers import Answer
from services.progress import Steps
from services.report import demo_report


@dataclass(frozen=True, slots=True)
class Demo:
    """What was written into the folder."""

    memorial: Memorial
    line: str
    answer: Answer
    data: Path
    sheet: Path | None
    warnings: tuple[str, ...]


def demo(archive: Archive, name: str, line: str | None, out: Path, size_px: int, steps: Steps) -> Demo:
    """Build the sample memorial where it is not there yet, ask it, and write `reply.mp4`, `.json` and `.png`."""
    chosen = sample(name)
    with explained(out):
        out.mkdir(parents=True, exist_ok=True)
    memorial, warnings = _built(archive, chosen, size_px, steps)
    data, sheet = out / "reply.json", None
    for old in ("reply.mp4", "reply.png"):  # an answer without a clip must not lie beside the clip of another
        (out / old).unlink(missing_ok=True)
    line = chosen.question if line is None else line
    answer = answers.ask(archive, memorial, line, out / "reply.mp4", steps)
    if answer.clip is not None:
        sheet = out / "reply.png"
        write_picture(sheet, contact_sheet(answer.clip.path), answers.label(memorial, answers.EXHIBIT))
    write(data, (json.dumps(demo_report(line, answer), ensure_ascii=False, indent=2) + "\n").encode())
    return Demo(memorial, line, answer, data, sheet, tuple(warnings))


def _built(archive: Archive, chosen: Sample, size_px: int, steps: Steps) -> tuple[Memorial, list[str]]:
    """The sample as it is there, or built now. A memorial of the same name that is no sample is not touched."""
    there = [memorial for memorial in archive.memorials() if memorial.person == chosen.person]
    if there and archive.rig(there[0].id) and archive.voice_profile(there[0].id):
        return there[0], []
    memorial = there[0] if there else archive.create(chosen.person)
    files = [*chosen.letters, *chosen.messages, chosen.recording, chosen.portrait]
    try:
        _, warnings = memorials.add(archive, memorial, files, steps=steps, size_px=size_px, to_sample=True)
    except BaseException:
        archive.remove(memorial.id)
        raise
    return memorial, warnings
