"""No stale present: what was true only when it was written is spoken with its date, and nothing else is held up.

`python -m tests.persona.test_stale` prints the table.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from data.types import Language, Letter, Person, Phrase, Turn
from persona.framing import needs_frame
from persona.recollection import Recollection
from tests.persona.cases import LANGUAGES

HALVES = ("dev", "held_out")
FOUND_AT_LEAST = (
    0.95  # of the stale lines; measured, dev and held out: 0.98 and 1.00 in English, 0.98 and 0.97 in Chinese
)
FALSE_AT_MOST = 0.2  # of the harmless ones: a frame too many is true all the same
DATES: dict[Language, str] = {"en": "March 1987", "zh": "一九八七年三月"}


@cache
def lines(language: Language, half: str, kind: str) -> tuple[str, ...]:
    table = tomllib.loads(Path(__file__).with_name(f"stale_{language}.toml").read_text("utf-8"))
    return tuple(table[half][kind])


def figures(language: Language, half: str) -> tuple[float, float]:
    """Shares: of the stale lines that get a frame, and of the harmless ones that get one too many."""
    stale, harmless = lines(language, half, "stale"), lines(language, half, "harmless")
    return sum(map(needs_frame, stale)) / len(stale), sum(map(needs_frame, harmless)) / len(harmless)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", HALVES)
def test_stale_lines_need_a_frame_and_others_rarely_get_one(language: Language, half: str) -> None:
    found, false = figures(language, half)
    assert found >= FOUND_AT_LEAST
    assert false <= FALSE_AT_MOST


@cache
def persona(language: Language, dated: bool) -> Recollection:
    """One who wrote every line of both kinds, each in a letter of its own."""
    said = [line for half in HALVES for kind in ("stale", "harmless") for line in lines(language, half, kind)]
    date = "1987-03-14" if dated else None
    letters = [Letter(f"{number}.txt", line, date, "message") for number, line in enumerate(said)]
    return Recollection(Person("Ann Lee", "1920-05-01", "1999-02-02", language), letters)


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", HALVES)
def test_nothing_stale_is_spoken_bare(language: Language, half: str, dated: bool) -> None:
    spoken = 0
    for line in lines(language, half, "stale"):
        answer = list(persona(language, dated).reply([Turn("visitor", asking_for(line, language))]))
        for before, phrase in zip([None, *answer], answer, strict=False):
            if phrase.mark == "theirs" and needs_frame(phrase.text):
                spoken += 1
                assert before is not None
                assert is_frame(before, language, dated) or before.mark == "theirs", (line, before.text)
    assert spoken >= len(lines(language, half, "stale")) // 3  # else nothing was tried


def asking_for(line: str, language: Language) -> str:
    return f"讲讲{line}" if language == "zh" else f"Tell me about this: {line}"


def is_frame(phrase: Phrase, language: Language, dated: bool) -> bool:
    undated = ("one of my letters", "信里")
    named = DATES[language] in phrase.text if dated else any(words in phrase.text for words in undated)
    return phrase.mark == "imagined" and phrase.text.endswith((":", "：")) and named


if __name__ == "__main__":
    print(f"{'':4}{'half':10}{'stale':>6}{'framed':>8}{'harmless':>10}{'framed':>8}")
    for each in LANGUAGES:
        for part in HALVES:
            framed, too_many = figures(each, part)
            counts = len(lines(each, part, "stale")), len(lines(each, part, "harmless"))
            print(f"{each:4}{part:10}{counts[0]:>6}{framed:>8.0%}{counts[1]:>10}{too_many:>8.0%}")
