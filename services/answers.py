"""An answer in words, and as a clip. Knows no command line and no engine by name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from data.archive import Archive, Memorial
from data.errors import BadText, NotWritable, Refused
from data.importers import read_letters
from data.label import Label
from data.media import ClipInfo, write_clip
from data.types import FPS, Language, Shot, Turn
from orchestrator.flow import Record, perform
from orchestrator.stages import Persona
from services import build
from services.progress import Advance, Steps

EXHIBIT = "written for an exhibition"  # what the label of a sample says of its words
SCRIPT_CHARS = 10_000  # a clip of some twelve minutes
SPEAKING_RATE: dict[Language, float] = {"en": 14.0, "zh": 4.0}  # characters a second, for the time left


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that was written. `first_frame_s` counts from the visitor's line to the first picture."""

    path: Path
    info: ClipInfo
    first_frame_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, and the clip of it: None where none was asked for, or where all of it is a notice."""

    record: Record
    clip: Clip | None
    total_s: float

    @property
    def text(self) -> str:
        """The phrases as one text."""
        joined = ""
        for phrase in self.record.phrases:
            joined += phrase.text if phrase.language == "zh" or not joined else f" {phrase.text}"
        return joined

    @property
    def guard(self) -> str:
        """`notice` where the product spoke beside the persona or instead of it, else `passed`."""
        return "notice" if any(phrase.mark == "notice" for phrase in self.record.phrases) else "passed"


def ask(archive: Archive, memorial: Memorial, text: str, clip: Path | None, steps: Steps) -> Answer:
    """Answer one line; with `clip`, as a film too."""
    persona = build.persona(archive, memorial)
    turns = [Turn("visitor", text)]
    if clip is None:
        return _in_words(persona, turns)
    words = EXHIBIT if memorial.person.exhibit else "from what the person wrote, or imagined"
    return film(archive, memorial, persona, turns, clip, steps, words)


def farewell(
    archive: Archive, memorial: Memorial, script: Path, author: str | None, clip: Path, steps: Steps
) -> Answer:
    """Film the family's own words. The script is read as letters are: any encoding, without control characters."""
    text = "\n".join(letter.text for letter in read_letters(script).letters)
    if len(text) > SCRIPT_CHARS:
        raise BadText(f"{script.name} has {len(text):,} characters: a farewell has at most {SCRIPT_CHARS:,}")
    held = build.held_back(memorial, script.name, text)
    if held:
        raise Refused(f"{script.name}: a memorial must not say {held[0]!r}: reword it, it speaks for the living")
    persona = build.script(memorial, script.name, text, author)
    return film(archive, memorial, persona, [], clip, steps, f"written by {author or 'the family'}")


def film(
    archive: Archive,
    memorial: Memorial,
    persona: Persona,
    turns: Sequence[Turn],
    path: Path,
    steps: Steps,
    words: str,
) -> Answer:
    """Let the persona answer, and write the answer as a clip. `words` is what its label says of them."""
    if path.is_dir():
        raise Refused(f"{path} is a folder: give the name of a file in it")
    if not path.absolute().parent.is_dir():
        raise NotWritable(f"{path} cannot be written: make the folder {path.absolute().parent} first")
    if path.suffix.lower() != ".mp4":
        raise Refused(f"{path.name}: clips are written as MP4: give a name that ends in .mp4")
    began = time.perf_counter()
    record = Record()
    voice, face = build.voice(archive, memorial), build.face(archive, memorial)
    shots = perform(persona, voice, face, turns, record)
    try:
        with steps.step(f"{memorial.person.name} answers") as advance:
            first = next(shots, None)
            if first is None:
                return Answer(record, None, time.perf_counter() - began)
            first_frame_s = time.perf_counter() - began
            watched = _watched(chain([first], shots), record, advance)
            info = write_clip(path, watched, label(memorial, words))
    finally:
        shots.close()
    return Answer(record, Clip(path, info, first_frame_s), time.perf_counter() - began)


def label(memorial: Memorial, words: str) -> Label:
    """What every picture and sound of this memorial says of itself."""
    return Label(memorial.person.language, {"words": words, "voice": "synthesised", "face": "animated from one photo"})


def _in_words(persona: Persona, turns: Sequence[Turn]) -> Answer:
    began, record = time.perf_counter(), Record()
    record.phrases.extend(persona.reply(turns))
    record.persona_s = time.perf_counter() - began
    return Answer(record, None, record.persona_s)


def _watched(shots: Iterator[Shot], record: Record, advance: Advance) -> Iterator[Shot]:
    """The same shots, with the progress told by how much of the words known so far has been filmed."""
    frames = 0
    for shot in shots:
        frames += len(shot.frames)
        expected_s = sum(len(phrase.text) / SPEAKING_RATE[phrase.language] for phrase in record.phrases)
        advance(frames, expected_s * FPS)
        yield shot
