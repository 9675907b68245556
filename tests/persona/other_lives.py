"""Letters of people who never were, to hide the right passages among: same everyday matters, other lives. Seeded."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from data.types import Language, Letter

_FILE = Path(__file__).with_name("other_lives.toml")
_HOLE = re.compile(r"\{(\w+)\}")
SENTENCES_PER_LETTER = 7
FIRST_YEAR, LAST_YEAR = 1925, 2018


def sentences(language: Language, seed: int) -> Iterator[str]:
    """Endless sentences, no two the same."""
    table = tomllib.loads(_FILE.read_text("utf-8"))[language]
    chance, seen = random.Random(seed), set[str]()
    while True:
        plan = chance.choice(table["sentences"])
        text = _HOLE.sub(lambda hole: str(chance.choice(table["holes"][hole[1]])), plan)
        text = text[0].upper() + text[1:]
        if text not in seen:
            seen.add(text)
            yield text


def letters(language: Language, count: int, seed: int = 7) -> list[Letter]:
    """Letters that hold `count` sentences in all, in paragraphs of a few."""
    chance = random.Random(seed)
    found = []
    for number, part in enumerate(_batched(list(islice(sentences(language, seed), count)))):
        cut = chance.randint(2, SENTENCES_PER_LETTER - 2)
        join = "" if language == "zh" else " "
        text = f"{join.join(part[:cut])}\n\n{join.join(part[cut:])}".strip()
        date = f"{chance.randint(FIRST_YEAR, LAST_YEAR)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        found.append(Letter(f"other-{language}-{number}.txt", text, date))
    return found


def _batched(all_of_them: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(all_of_them), SENTENCES_PER_LETTER):
        yield all_of_them[at : at + SENTENCES_PER_LETTER]
