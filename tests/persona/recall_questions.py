"""The questions that recall is fitted on and measured by, and the sentences that they are asked of.

They were written by somebody who knew the facts and had not seen the letters' words; `questions/*_where.json` says
which sentence holds each fact. The weights are fitted on the "written" ones; a set of `*_fresh.json` is only ever
measured. The right passages stand among more than 2,000 sentences of other lives.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from data.types import Language
from persona.intent import without_furniture, without_vocative
from persona.passages import Said, read_all
from persona.recall import Near, Recall
from persona.sentences import even
from persona.timing import Interval, interval_of
from persona.topics import family_topics
from persona.words import bag, query_terms
from tests.persona import other_lives
from tests.persona.cases import letters, person

Set = Literal["written", "fresh"]
Group = Literal["shared", "none", "unanswerable"]

_FOLDER: Final = Path(__file__).with_name("questions")
_FILES: Final[dict[Set, str]] = {"written": "questions", "fresh": "fresh"}
OTHERS: Final = 2_000  # sentences of other lives in the sample's language
FOREIGN: Final = 300  # and in the other one
FOLDS: Final = 5  # of the facts: each is measured by weights that were fitted without it
SETS: Final[tuple[Set, ...]] = ("written", "fresh")
GROUPS: Final[tuple[Group, ...]] = ("shared", "none", "unanswerable")
TODAY: Final = date(2026, 1, 1)  # what "last year" counts from


@dataclass(frozen=True, slots=True)
class Question:
    """A line as recall is given it, the evened sentences that answer it (none: unanswerable), and where it counts."""

    line: str
    during: Interval | None
    right: frozenset[str]
    fold: int
    group: Group


@cache
def questions(sample: str, of: Set = "written") -> Sequence[Question]:
    """All questions of a set about a sample; none where the set is not there."""
    path = _FOLDER / f"{sample}_{_FILES[of]}.json"
    return tuple(_read(sample, path)) if path.exists() else ()


def _read(sample: str, path: Path) -> Iterator[Question]:
    where, born = json.loads((_FOLDER / f"{sample}_where.json").read_text("utf-8")), person(sample).born
    for row in json.loads(path.read_text("utf-8")):
        facts = _facts(row["fact"])
        right = [even(text) for fact in facts for text in (where[str(fact)]["quote"], *where[str(fact)]["also"])]
        fold = zlib.crc32(f"{sample}:{facts[0] if facts else row['question']}".encode()) % FOLDS
        line = without_furniture(without_vocative(row["question"]))
        yield Question(line, interval_of(line, TODAY, born), frozenset(right), fold, _group(line, right))


def _facts(fact: Any) -> list[int]:
    return [] if fact is None else fact if isinstance(fact, list) else [fact]


def _group(line: str, right: Sequence[str]) -> Group:
    if not right:
        return "unanswerable"
    bags, terms = [bag(text) for text in right], query_terms(line)
    return "shared" if any(one.holds(term) >= 1.0 for one in bags for term in terms) else "none"


def said_of(sample: str, among_others: bool) -> list[Said]:
    """A sample's sentences, and those of other lives after them."""
    own = list(letters(sample))
    if among_others:
        languages: tuple[Language, Language] = ("zh", "en") if person(sample).language == "zh" else ("en", "zh")
        own += other_lives.letters(languages[0], OTHERS) + other_lives.letters(languages[1], FOREIGN)
    return [one for each in read_all(own) for one in each.said]


def recall_of(sample: str, among_others: bool, near: Near | None = None) -> Recall:
    """Recall over a sample."""
    return Recall(said_of(sample, among_others), person(sample).language, family_topics(), near=near)
