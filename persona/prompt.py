"""Lays a conversation out for a language model: what they wrote about each line, and the line, as chats are learnt.

What was recalled for an earlier line stays where it stood, so that a prompt goes on where the last one ended and a
model need not read it again. Knows how many tokens there is room for, and no model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from data.types import Language, Person, Turn
from persona.corpus import TURN_END, VISITOR, label, transcript
from persona.dates import spoken
from persona.passages import Said

PASSAGES_SHARE: Final = 0.5  # of the room, for what was recalled for one line
KEPT_SHARE: Final = 0.5  # of the room, when it was full: dropping turns one by one would have each prompt read anew

Passage = tuple[Said, ...]

_HEAD: Final[dict[Language, str]] = {
    "en": "What {name} wrote, and how {name} answers a visitor with it.\n\n",
    "zh": "{name}写过的话，以及{name}怎样用这些话回答来客。\n\n",
}
_DATED: Final[dict[Language, str]] = {"en": "{name} wrote in {date}: {text}\n", "zh": "{name}在{date}写过：{text}\n"}
_UNDATED: Final[dict[Language, str]] = {"en": "{name} once wrote: {text}\n", "zh": "{name}写过：{text}\n"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A visitor's line, what was recalled for it, and the answer where there is one yet."""

    turns: tuple[Turn, ...]
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model goes on with, and the passages for the last line that are in it, none of them cut."""

    text: str
    passages: tuple[Passage, ...]


def exchanges(turns: Sequence[Turn]) -> Iterator[tuple[Turn, ...]]:
    """The turns, cut before each line of the visitor's that follows an answer."""
    group: list[Turn] = []
    for turn in turns:
        if group and turn.speaker == "visitor" and group[-1].speaker == "persona":
            yield tuple(group)
            group = []
        group.append(turn)
    if group:
        yield tuple(group)


def prompt_of(person: Person, talk: Sequence[Exchange], count: Callable[[str], int], room: int) -> Prompt:
    """As much of a conversation as there is room for, the oldest exchanges left out first."""
    head = _HEAD[person.language].format(name=person.name)
    left = room - count(head)
    shown = [tuple(_fitting(person, one.passages, count, int(left * PASSAGES_SHARE))) for one in talk]
    blocks = [_block(person, one.turns, passages) for one, passages in zip(talk, shown, strict=True)]
    first = _first([count(block) for block in blocks], left)
    text = head + "".join(blocks[first:]) + label(person, theirs=True)
    return Prompt(text, shown[-1] if first < len(blocks) else ())


def stops_of(language: Language) -> tuple[str, ...]:
    """Where an answer is over: at the turn's end, and where a model begins to speak for the visitor."""
    return (TURN_END, *(f"{VISITOR[language]}{colon}" for colon in ":："))


def _first(sizes: Sequence[int], room: int) -> int:
    """The oldest exchange that there is room for. It stays the same for some turns, as it would have been before."""
    first = total = 0
    for number, size in enumerate(sizes):
        total += size
        if total > room:
            while first <= number and total > room * (KEPT_SHARE if first < number else 1):
                total -= sizes[first]
                first += 1
    return first


def _fitting(person: Person, passages: Iterable[Passage], count: Callable[[str], int], room: int) -> Iterator[Passage]:
    """The passages for which there is room, the best first."""
    for passage in passages:
        size = count(_written(person, passage))
        if size <= room:
            room -= size
            yield passage


def _block(person: Person, turns: Sequence[Turn], passages: Sequence[Passage]) -> str:
    """One exchange: what they wrote, the visitor's line, and the answer."""
    said = transcript(person, turns).removesuffix(label(person, theirs=True))
    return "".join(chain((_written(person, passage) for passage in passages), [said]))


def _written(person: Person, passage: Passage) -> str:
    date, language = passage[0].date, person.language
    form = _UNDATED if date is None else _DATED
    text = ("" if language == "zh" else " ").join(one.text for one in passage)
    return form[language].format(name=person.name, date=spoken(date, language) if date else "", text=text)
