"""What XTTS is given to say: a sentence in parts that it can read at once, each with the time it should take.

Knows no model: what fits is asked of a function. The times are espeak-ng's for the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import Literal

from data.types import RATE, Language
from voice.babble import Expected
from voice.espeak import SourceVoice, speak
from voice.text import Clause, Run

Tongue = Literal["en", "zh-cn"]  # as XTTS names them

TONGUES: dict[Language, Tongue] = {"en": "en", "zh": "zh-cn"}
PACE = SourceVoice(rate=170)  # words a minute
LEAST_S = 0.2  # of speech, for a text of which espeak-ng names no phoneme
MARKS = {"…": "."}  # XTTS makes much of an ellipsis


@dataclass(frozen=True, slots=True)
class Part:
    """Some clauses for the model at once, and the silence after them."""

    text: str
    expected: Expected
    pause_s: float


@dataclass(frozen=True, slots=True)
class _Breath:
    text: str
    spoken_s: float
    pause_s: float


def main_language(clauses: Iterable[Clause], language: Language) -> Language:
    """That of most characters (Chinese) or words (English); `language` where there are as many of both."""
    runs = [run for clause in clauses for run in clause.runs]
    han = sum(len(run.text) for run in runs if run.language == "zh")
    words = sum(len(run.text.split()) for run in runs if run.language == "en")
    if han == words:
        return language
    return "zh" if han > words else "en"


def parts(clauses: Sequence[Clause], language: Language, fits: Callable[[str], bool]) -> list[Part]:
    """As few parts as can be, of about the same length: what is very short is spoken badly. Cut between clauses.

    `language` is that of all of them together, as `main_language` tells it.
    """
    breaths = [breath for clause in clauses for breath in _halved(_breath(clause, language), fits)]
    joint = " " if language == "en" else ""
    rows = list(_rows(breaths, joint, fits, inf))
    if len(rows) > 1:
        rows = list(_rows(breaths, joint, fits, sum(len(breath.text) for breath in breaths) / len(rows)))
    return [_part(row, joint) for row in rows]


def _rows(
    breaths: Iterable[_Breath], joint: str, fits: Callable[[str], bool], share: float
) -> Iterator[Sequence[_Breath]]:
    row: list[_Breath] = []
    for breath in breaths:
        said = joint.join(each.text for each in row)
        if row and (len(said) >= share or not fits(said + joint + breath.text)):
            yield row
            row = []
        row.append(breath)
    if row:
        yield row


def _part(row: Sequence[_Breath], joint: str) -> Part:
    ends = list(accumulate(breath.spoken_s + breath.pause_s for breath in row))
    pauses = tuple(end - breath.pause_s for end, breath in zip(ends[:-1], row, strict=False))
    return Part(joint.join(each.text for each in row), Expected(ends[-1] - row[-1].pause_s, pauses), row[-1].pause_s)


def _breath(clause: Clause, language: Language) -> _Breath:
    said = (_written(run, language) for run in clause.runs)
    text = (" " if language == "en" else "").join(said) + MARKS.get(clause.mark, clause.mark)
    spoken_s = sum(_spoken_s(run) for run in clause.runs)
    return _Breath(text, max(spoken_s, LEAST_S), clause.pause_s)


def _written(run: Run, language: Language) -> str:
    """Latin letters are read in Chinese; the characters of a Chinese name are not in English, so these are spelt."""
    if run.language == "en" or language == "zh":
        return run.text
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(run.text))


def _spoken_s(run: Run) -> float:
    """From the first phoneme to the last."""
    phonemes = [one for one in speak(run.text, run.language, PACE).phonemes if one.ipa]
    return (phonemes[-1].end_samples - phonemes[0].start_samples) / RATE if phonemes else 0.0


def _halved(breath: _Breath, fits: Callable[[str], bool]) -> Iterator[_Breath]:
    """A clause that is too long for the model even alone, as one of many figures is."""
    if fits(breath.text) or len(breath.text) < 2:
        yield breath
        return
    middle = len(breath.text) // 2
    cut = breath.text.find(" ", middle) + 1 or middle
    for text, pause_s in ((breath.text[:cut].strip(), 0.0), (breath.text[cut:].strip(), breath.pause_s)):
        if text:
            yield from _halved(_Breath(text, breath.spoken_s * len(text) / len(breath.text), pause_s), fits)
