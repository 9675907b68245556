"""Reads what the family tells of a person in its own words: under headings, or as free prose. Knows the headings of
the form that families are given, in English and Chinese; others are kept as they stand.

The letters are told, not theirs, and come without an author: who tells is known to who brings the file. Lines under
"Sayings" are sentences as the person used to say them, one a line, from the family's memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from data.errors import Empty
from data.importers.documents import text_of
from data.importers.imported import File, Item, Told
from data.importers.letters import left_out
from data.importers.text import opening
from data.types import Letter

SECTIONS: dict[str, frozenset[str]] = {
    "born": frozenset({
        "born", "birth", "birth and childhood", "childhood", "origins", "出生", "出身", "童年", "生平",
    }),
    "work": frozenset({
        "work", "job", "jobs", "profession", "career", "working life", "工作", "职业", "事业",
    }),
    "temper": frozenset({
        "temper", "temperament", "character", "personality", "nature", "脾气", "性格", "性情", "为人",
    }),
    "sayings": frozenset({
        "sayings", "phrases", "expressions", "favourite sayings", "favorite sayings", "口头禅", "常说的话", "名言",
    }),
    "people": frozenset({
        "people", "family", "friends", "family and friends", "relatives", "家人", "亲人", "亲友", "家庭", "朋友",
    }),
}  # fmt: skip
FEWEST_SECTIONS = 2  # by which a text is known for an introduction; one such word may head a letter's list
LONGEST_HEADING_CHARS = 40  # of the family's own

_MARKED = re.compile(r"\s*+#[\s#]*+(?P<heading>.+)|\s*+【(?P<bracketed>[^】]+)】\s*$")
_LED = re.compile(
    r"[\s#*【]*+(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[.、)）]\s*)?"
    r"(?P<heading>[^\s:：#*【】][^:：#*【】]{0,39}?)\s*+(?:[】*]++\s*+)?(?:[:：]\s*[*]*\s*(?P<words>.*))?$"
)
_SENTENCE = re.compile(r"[.!?。！？]\s*$")
_BULLET = re.compile(r"\A\s*(?:[-*•·–]\s+|\d{1,2}\s*[.、)）]\s*)")
_QUOTED = re.compile(r"[\"“「『](?P<said>[^\"“”「」『』]+)[\"”」』]\s*$")


@dataclass(frozen=True, slots=True)
class _Heading:
    section: str
    words: str  # that follow on its line


class Introduction:
    """Reads texts, Word files and PDFs."""

    name = "introduction"

    def knows(self, file: File) -> bool:
        """By two of the headings. Free prose must be named as what it is."""
        headings = (_known(line) for line in opening(file).split("\n"))
        return len({heading.section for heading in headings if heading}) >= FEWEST_SECTIONS

    def read(self, file: File) -> Iterator[Item]:
        """A letter for each paragraph, and for each saying. Raises `BadText`."""
        reasons: list[str] = []
        is_empty = True
        for section, words in _told(text_of(file).split("\n"), reasons):
            is_empty = False
            yield Told(Letter(file.name, words, None, "told"), section)
        if is_empty:
            raise Empty(f"{file.name} holds headings alone: write under them what you want to tell", file=file.name)
        yield from left_out(reasons)


def _told(lines: list[str], reasons: list[str]) -> Iterator[tuple[str | None, str]]:
    """Each paragraph, or saying, with the section it stands in."""
    section: str | None = None
    held: list[str] = []
    is_bare = False  # a heading under which nothing stands yet
    for line in [*lines, ""]:
        heading = _known(line) or _own(line)
        if heading or not line.strip() or section == "sayings":
            if held:
                yield section, "\n".join(held)
            held = []
        if heading:
            reasons += ["a heading with nothing under it"] * is_bare
            section, line = heading.section, heading.words
        elif _MARKED.match(line):
            reasons.append("a note")
            continue
        if words := _saying(line) if section == "sayings" else line.strip():
            held.append(words)
        is_bare = not words and (bool(heading) or is_bare)
    reasons += ["a heading with nothing under it"] * is_bare


def _known(line: str) -> _Heading | None:
    """One of the form's headings, alone on its line or before a colon."""
    match = _LED.match(line)
    if match is None:
        return None
    heading = match["heading"].strip().casefold()
    section = next((name for name, headings in SECTIONS.items() if heading in headings), None)
    return _Heading(section, (match["words"] or "").strip()) if section else None


def _own(line: str) -> _Heading | None:
    """One of the family's own, marked as a heading; a marked sentence is a note about the file."""
    match = _MARKED.match(line)
    heading = (match["heading"] or match["bracketed"]).strip().rstrip("#").rstrip() if match else ""
    is_heading = bool(heading) and len(heading) <= LONGEST_HEADING_CHARS and not _SENTENCE.search(heading)
    return _Heading(heading, "") if is_heading else None


def _saying(line: str) -> str:
    """Without a list's sign before it and the marks that quote the whole of it."""
    line = _BULLET.sub("", line, count=1).strip()
    quoted = _QUOTED.fullmatch(line)
    return quoted["said"].strip() if quoted else line
