"""Prints how well drawn letters are read, by what happened to the paper: `python -m tests.data.measure_scans`.

Wrong characters in a hundred (CER) over whole letters, and lines: how many, how many read wrongly, how many of those
the reader was sure of. Type only: nobody's handwriting is at hand, and what is read of it is for a person to confirm.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.importers.ocr import SURE, Reading, read_line
from data.importers.page import straightened
from data.types import Picture
from tests.data.sheets import CONDITIONS, HAN, KAI, SERIF, drawn, sample_text

LETTERS: dict[str, list[tuple[str, str, Path | None, int]]] = {
    "en": [("hopper", "1944-an-officer-at-last", SERIF, 26), ("hopper", "1953-nobody-believes-me", SERIF, 30)],
    "zh": [("waigong", "2008-the-factory", HAN, 30), ("waigong", "2013-qingming", KAI, 34)],
}
_SAME = str.maketrans("’‘“”，：；？！（）丶", "''\"\",:;?!()、")


@dataclass(frozen=True)
class Measured:
    """One condition, one language."""

    wrong_chars: int
    chars: int
    readings: list[tuple[Reading, bool]]  # with whether it is a line of the letter's
    pages: int
    seconds: float


def measured(condition: str, language: str) -> Measured:
    """The letters of a language, each in a condition."""
    wrong = chars = pages = 0
    readings: list[tuple[Reading, bool]] = []
    began = time.perf_counter()
    for sample, name, font, size in LETTERS[language]:
        if font is None:
            continue
        for sheet in drawn(sample_text(sample, name), font, size):
            read = lines_of(CONDITIONS[condition](sheet.picture))
            truth = {same(line) for line in sheet.lines}
            readings += [(reading, same(reading.text) in truth) for reading in read]
            text = "\n".join(map(same, sheet.lines))
            wrong += distance(text, "\n".join(same(reading.text) for reading in read))
            chars, pages = chars + len(text), pages + 1
    return Measured(wrong, chars, readings, pages, time.perf_counter() - began)


def lines_of(picture: Picture) -> list[Reading]:
    """What the lines of a page say, in reading order."""
    page = straightened(picture)
    return [reading for box in page.boxes if (reading := read_line(page.line(box))).text]


def same(line: str) -> str:
    """Without what two fonts draw alike."""
    return line.translate(_SAME)


def distance(one: str, other: str) -> int:
    """Levenshtein's."""
    codes = np.array([ord(char) for char in other])
    places = np.arange(len(other) + 1)
    row = places.copy()
    for char in one:
        changed = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(char)))
        row = np.concatenate([[row[0] + 1], changed])
        row = np.minimum.accumulate(row - places) + places
    return int(row[-1])


def row_of(condition: str, language: str, one: Measured) -> str:
    wrong = [reading for reading, right in one.readings if not right]
    sure = sum(reading.sure >= SURE for reading, _ in one.readings)
    above = sum(reading.sure >= SURE for reading in wrong)
    return (
        f"{condition:14} {language}  {100 * one.wrong_chars / max(1, one.chars):6.2f}  {len(one.readings):5}  "
        f"{len(wrong):5}  {sure:5}  {above:5}  {one.seconds / max(1, one.pages):5.1f}"
    )


def thresholds(readings: Sequence[tuple[Reading, bool]]) -> str:
    """How many lines would be sure at other thresholds, and how many of them wrong."""
    rows = []
    for least in (0.5, 0.7, 0.8, 0.9, 0.95, 0.97):
        kept = [right for reading, right in readings if reading.sure >= least]
        rows.append(f"  {least:4}  {len(kept):5} sure  {kept.count(False):3} of them wrong")
    return "\n".join(rows)


def main() -> None:
    """All conditions in both languages."""
    print("condition      la  CER %   lines  wrong   sure  wrong  s/page\n" + " " * 46 + "& sure")
    everything: list[tuple[Reading, bool]] = []
    for condition in CONDITIONS:
        for language in LETTERS:
            one = measured(condition, language)
            everything += one.readings
            print(row_of(condition, language, one), flush=True)
    print(f"thresholds, of {len(everything)} lines:\n{thresholds(everything)}")
    wrong = Counter(reading.text for reading, right in everything if not right and reading.sure >= SURE)
    for line, count in wrong.items():
        print(f"  sure and wrong, {count} times: {line}")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
