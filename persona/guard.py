"""Stands around every persona: honest about what answers, careful with who asks. Knows no engine.

Of the visitor's line it asks whether somebody is in danger, then whether they ask what they are talking to, then
whether they are after money, codes or words for others to hear; each is answered by the product itself, as notices, and
the persona is not asked. Of the persona's phrases it lets none pass that claims to live or asks for money, codes,
secrecy or haste, unless it is a sentence of theirs, framed with its date or, where that is not known, as one from a
letter; and of theirs none without such a frame that was true only on its day. What texts order changes none of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from data.types import Language, Person, Phrase, Turn
from persona.claims import held_in, swindle_in
from persona.crisis import danger_in
from persona.dates import spoken
from persona.framing import needs_frame
from persona.identity import asks_what_this_is
from persona.language import language_of
from persona.line import line_of
from persona.patterns import table
from persona.verbatim import Originals

_NOTICES: Final = "notices.toml"
_HELPLINES: Final = "helplines.toml"
_UNDATED_FRAME: Final = re.compile(r"\bone of my letters\b|在(?:一封)?信里写")


class Persona(Protocol):
    """What the guard stands around, and what it is itself."""

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        """Answer the last turn."""


@dataclass(frozen=True, slots=True)
class Helpline:
    """A line that somebody in distress can call, in one language. `date` is the month of the source that says so."""

    country: str
    codes: frozenset[str]  # of the countries it serves (ISO 3166); none where it serves all
    name: str
    number: str
    source: str
    date: str
    named: bool  # in the notice of this language where no country is known


def guard(persona: Persona, person: Person, originals: Originals | None = None, country: str | None = None) -> Persona:
    """The persona with the guard around it. Given all that is theirs, it takes back what is wrongly marked so.

    `country` is where the visitor is (ISO 3166), for its help lines; without it those that the language suggests.
    """
    danger_in("-"), held_in("-", "-"), needs_frame("-")  # read now rather than under the first visitor's eyes
    return _Guarded(persona, person, originals, country)


def helplines_for(language: Language, country: str | None) -> list[Helpline]:
    """The lines that a notice names: those of the country, or of the language where it is unknown or has none here."""
    lines = helplines(language)
    local = [line for line in lines if country is not None and country.upper() in line.codes]
    return [*local, *(line for line in lines if not line.codes)] if local else [line for line in lines if line.named]


def helplines(language: Language) -> list[Helpline]:
    """All lines, those that a notice of the language names first."""
    rows = sorted(table(_HELPLINES)["line"], key=lambda row: language not in row["named_in"])
    return [
        Helpline(
            row["country"][language],
            frozenset(row["codes"]),
            row["name"][language],
            row["number"],
            row["source"],
            row["date"],
            named=language in row["named_in"],
        )
        for row in rows
    ]


class _Guarded:
    def __init__(self, persona: Persona, person: Person, originals: Originals | None, country: str | None) -> None:
        self._persona = persona
        self._person = person
        self._originals = originals
        self._country = country

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        if not turns:  # a farewell is spoken to nobody's line
            yield from self._sifted(self._persona.reply(turns), self._person.language)
            return
        line = line_of(turns)
        language = language_of(line, self._person.language)
        if danger_in(line):  # any word of theirs could be taken as an answer
            yield from self._help(language)
        elif asking := asks_what_this_is(line):
            if asking == "alive" and self._person.died is None:
                asking = "identity"  # whose death is not told is not called dead
            exhibit = "_exhibit" if asking == "identity" and self._person.exhibit else ""
            yield from self._notices(f"{asking}{exhibit}", language)
        elif swindle_in(line):
            yield from self._notices("fraud", language)
        else:
            yield from self._sifted(self._persona.reply(turns), language)

    def _sifted(self, phrases: Iterator[Phrase], language: Language) -> Iterator[Phrase]:
        held: str | None = None
        frame: Phrase | None = None  # the last "In March 1987 I wrote:"
        waiting: Phrase | None = None  # a frame not passed on yet: it goes only with what it frames
        for given in phrases:
            phrase = self._truly_marked(given)
            framed = frame is not None and _frames(frame, phrase)
            if not framed and (reason := self._reason_to_hold(phrase)):
                held, waiting = reason, None
                continue
            if phrase.mark == "imagined" and phrase.text.rstrip().endswith((":", "：")):
                frame = waiting = phrase
                continue
            if waiting is not None:
                yield waiting
                waiting = None
            if not framed:
                frame = None
            yield phrase
        if held is not None:
            yield from self._notices(f"held_{held}", language)

    def _reason_to_hold(self, phrase: Phrase) -> str | None:
        """Why a phrase without a frame is not spoken: "ask", "claim", or "stale" for what was true on its day only."""
        said = phrase.text.rstrip()
        closed = re.sub("[:：]$", "。" if said.endswith("：") or phrase.language == "zh" else ".", said)
        name, by_people = self._person.name, phrase.mark == "told"
        if reason := held_in(said, name, by_people) or held_in(closed, name, by_people):
            return reason  # a colon at its end makes no claim harmless
        return "stale" if phrase.mark in ("theirs", "exhibit") and needs_frame(phrase.text) else None

    def _truly_marked(self, phrase: Phrase) -> Phrase:
        if phrase.mark not in ("theirs", "exhibit"):
            return phrase
        if self._originals is not None and self._originals.source_of(phrase.text) is None:
            return replace(phrase, mark="imagined", source=None)
        return replace(phrase, mark="exhibit") if self._person.exhibit else phrase

    def _help(self, language: Language) -> Iterator[Phrase]:
        yield from self._notices("crisis", language)
        colon, comma = ("：", "，") if language == "zh" else (": ", ", ")
        for line in helplines_for(language, self._country):
            yield Phrase(f"{line.country}{colon}{line.name}{comma}{line.number}", language, "notice")

    def _notices(self, key: str, language: Language) -> Iterator[Phrase]:
        for text in table(_NOTICES)[language][key]:
            yield Phrase(text.format(name=self._person.name), language, "notice", expression="warm")


def _frames(frame: Phrase, phrase: Phrase) -> bool:
    """Whether a sentence of theirs follows the phrase that says when it was written, or that it is from a letter."""
    if phrase.mark not in ("theirs", "exhibit") or phrase.source is None:
        return False
    if phrase.source.date is None:
        return bool(_UNDATED_FRAME.search(frame.text))
    return spoken(phrase.source.date, phrase.language) in frame.text
