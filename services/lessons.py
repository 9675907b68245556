"""What a language model is to learn of a memorial, and what comes of it, as bytes to be kept. Knows no job.

Nothing of the neural libraries is imported before it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from data.archive import Archive, Memorial
from data.samples import Sample, sample, sample_names
from services import build, engines
from services.progress import Advance

if TYPE_CHECKING:
    from persona.base import Bits
    from persona.corpus import Corpus
    from persona.lesson import Learnt


def made(archive: Archive, memorial: Memorial, base: str, *, named: bool, bits: Bits | None) -> bytes:
    """What a language model is to learn of the memorial, and what measures it. `named` hides no names."""
    from persona.lesson import Lesson, asked
    from persona.tune import Plan

    own = _corpus(archive, memorial, named=named)
    questions = asked(build.recollection(archive, memorial), own)
    other = _sample_corpus(_another(memorial)).held_out
    return Lesson(own, other, questions, place(base), Plan(bits=bits)).to_json().encode()


def place(base: str) -> str:
    """A folder by its whole path, wherever the next command is given; a name on the hub as it is."""
    return str(Path(base).resolve()) if Path(base).is_dir() else base


def learn(
    given: bytes,
    advance: Advance,
    kept: bytes | None = None,
    keep: Callable[[bytes], None] = lambda _state: None,
    *,
    base: str | None = None,
    download: bool = False,
) -> dict[str, bytes]:
    """Tune on a lesson and judge what came of it: the files of a model, by their names. `base` is where that lies."""
    from persona.lesson import Lesson
    from persona.lesson import learn as learn_lesson

    lesson = Lesson.from_json(given)
    lesson = replace(lesson, base=place(base or lesson.base))
    return _files(learn_lesson(lesson, advance=advance, kept=kept, keep=keep, download=download))


def learn_live(archive: Archive, memorial: Memorial, folder: Path, advance: Advance) -> dict[str, bytes]:
    """The same with a small base made on the spot, which is left in the folder."""
    from persona.lesson import asked
    from persona.live_tuning import tuned_live

    own = _corpus(archive, memorial)
    questions = asked(build.recollection(archive, memorial), own)
    return _files(tuned_live(own, _sample_corpus(_another(memorial)), questions, folder, advance=advance))


def merge(adapter: bytes, folder: Path, base: str | None = None, *, download: bool = False) -> None:
    """Write an adapter and its base as one model into a folder."""
    from persona.adapter import merge as write_merged

    write_merged(base or tuned_base(adapter), adapter, folder, download=download)


def tuned_base(adapter: bytes) -> str:
    """The base that an adapter was made for, a folder or a name."""
    from persona.adapter import base_of

    return base_of(adapter)


def _corpus(archive: Archive, memorial: Memorial, *, named: bool = False) -> Corpus:
    from persona.corpus import corpus_of

    memory = archive.memory(memorial.id)
    names = [visitor.name for visitor in memory.visitors()]
    letters = archive.letters(memorial.id)
    return corpus_of(memorial.person, letters, struck=memory.struck(), names=names, masked=not named)


def _another(memorial: Memorial) -> Sample:
    """Somebody else, of the same language where that is not the sample itself."""
    others = [one for one in map(sample, sample_names()) if one.person != memorial.person]
    return max(others, key=lambda one: one.person.language == memorial.person.language)


def _sample_corpus(of: Sample) -> Corpus:
    from data.importers import read_letters
    from persona.corpus import corpus_of

    letters = (letter for path in (*of.letters, *of.messages) for letter in read_letters(path).letters)
    return corpus_of(of.person, letters)


def _files(learnt: Learnt) -> dict[str, bytes]:
    from persona.verdict import to_json

    return {
        engines.ADAPTER: learnt.adapter,
        engines.VERDICT: to_json(learnt.verdict).encode(),
        engines.REPORT: json.dumps(learnt.report, ensure_ascii=False).encode(),
        engines.PAGE: learnt.page.encode(),
    }
