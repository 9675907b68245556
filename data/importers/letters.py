"""Plain text letters, and plain text messages one a line. Knows their outer form; what they say is the persona's.

A letter is one file. Lines beginning with `#` at its head are a note about it (samples say there that they were
written for a demonstration) and no part of it. Its date is looked for in its first lines, then in its last, where
Chinese letters have it; it stays in the text, which is otherwise the file's own, character by character.

A file whose lines begin as `2003-05-01 19:20 text` holds messages; a line without such a beginning goes on the one
before it.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from data.dates import find_date, read_date
from data.errors import BadDate, BadText
from data.importers.imported import Imported, LeftOut
from data.importers.text import LARGEST_BYTES, decoded
from data.types import Letter

SUFFIXES = frozenset({".txt", ".md", ".text"})

HEAD_LINES = 4  # of those that hold something: place, date, greeting
FOOT_LINES = 2
AROUND_CHARS = 40  # beside the date, a place or a weekday; more, and the line is a sentence that speaks of a date
SENTENCE_ENDS = ".!?。！？…"

_MESSAGE = re.compile(
    r"\s*[\[(]?(?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?[\])]?"
    r"(?:\s+(?P<text>.*))?$"
)


class PlainText:
    """Reads .txt and .md."""

    def reads(self, path: Path) -> bool:
        """By the ending."""
        return path.suffix.lower() in SUFFIXES

    def read(self, path: Path) -> Imported:
        """One letter, or messages. Raises `BadText`."""
        original = _content(path)
        text = decoded(path.name, original)
        lines = _without_note(text.split("\n"))
        if not any(line.strip() for line in lines):
            raise BadText(f"{path.name} holds nothing but a note: choose a file with words in it")
        if _are_messages(lines):
            return _messages(path.name, lines, original)
        body = "\n".join(lines).strip("\n")
        return Imported((Letter(path.name, body, _date(lines)),), (), original)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except FileNotFoundError as err:
        raise BadText(f"{path.name}: there is no such file: check its name") from err
    except OSError as err:
        raise BadText(f"{path.name} cannot be read: check its permissions") from err


def _without_note(lines: list[str]) -> list[str]:
    """Without the `#` lines at the head. A Markdown title goes, too; the original keeps both."""
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    after = first
    while after < len(lines) and lines[after].lstrip().startswith("#"):
        after += 1
    return lines[after:]


def _date(lines: list[str]) -> str | None:
    """The date that heads the letter, or signs it. A line that is a sentence only speaks of a date."""
    held = [line.strip() for line in lines if line.strip()]
    for line in (*held[:HEAD_LINES], *reversed(held[HEAD_LINES:][-FOOT_LINES:])):
        found = find_date(line)
        if found is None:
            continue
        around = line[: found.start] + line[found.end :]
        if len(around.strip()) <= AROUND_CHARS and not _is_sentence(line[: found.start], line[found.end :]):
            return found.iso
    return None


def _is_sentence(before: str, after: str) -> bool:
    return after.strip().endswith(tuple(SENTENCE_ENDS)) and len((before + after).split()) > 2


def _are_messages(lines: list[str]) -> bool:
    held = [line for line in lines if line.strip()]
    begun = sum(_MESSAGE.match(line) is not None for line in held)
    return bool(_MESSAGE.match(held[0])) and (begun >= 2 or len(held) == 1)


def _messages(name: str, lines: list[str], original: bytes) -> Imported:
    gathered: list[tuple[str | None, list[str]]] = []
    for line in lines:
        match = _MESSAGE.match(line)
        if match:
            gathered.append((_moment(match), [match["text"] or ""]))
        elif gathered:
            gathered[-1][1].append(line)
    letters, left_out = [], Counter[str]()
    for moment, parts in gathered:
        text = "\n".join(parts).strip()
        if not text:
            left_out["a message without words"] += 1
        elif moment is None:
            left_out["a message with an impossible date"] += 1
        else:
            letters.append(Letter(name, text, moment, "message"))
    if not letters:
        raise BadText(f"{name} holds no message with words: choose another file")
    return Imported(tuple(letters), tuple(LeftOut(count, reason) for reason, count in left_out.items()), original)


def _moment(match: re.Match[str]) -> str | None:
    """ISO 8601 to the minute, the writer's own clock."""
    hour, minute = int(match["hour"]), int(match["minute"])
    try:
        day = read_date(match["day"])
    except BadDate:
        return None
    return f"{day}T{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
