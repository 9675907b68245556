"""Plain text letters, and plain text messages one a line. Knows their outer form; what they say is the persona's.

A letter is one file. Lines beginning with `#` at its head are a note about it (samples say there that they were
written for a demonstration) and no part of it. Its date is looked for in its first lines, then in its last, where
Chinese letters have it; it stays in the text, which is otherwise the file's own, character by character.

A file whose lines begin as `2003-05-01 19:20 text` holds messages; a line without such a beginning goes on the one
before it. A chat of several people is refused, in this form or in that of a messenger's export: whose words are whose
would be a guess, and a wrong one puts them into somebody's mouth.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from data.dates import dateline, read_date
from data.errors import BadDate, BadText
from data.importers.imported import Imported, LeftOut
from data.importers.text import decoded
from data.types import Letter

SUFFIXES = frozenset({".txt", ".md", ".text"})

HEAD_LINES = 4  # of those that hold something: place, date, greeting
FOOT_LINES = 2
SPEAKING_SHARE = 1 / 3  # of the messages begin with one name: then it says who speaks
CHAT_LINES = 2  # that begin as those of an export do, in a file that is not one of messages

_CHAT = (
    "a chat of several people: keep only the lines that the person wrote, one a line as `2003-05-01 19:20 text`, "
    "without names"
)
_MESSAGE = re.compile(
    r"\s*[\[(]?(?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?[\])]?"
    r"(?:\s+(?P<text>.*))?$"
)
_DAY = r"\d{1,4}(?:[-/.]\d{1,2}[-/.]\d{1,4}|年\d{1,2}月\d{1,2}日)"
_HOUR = r"(?:[上下中]午|凌晨|早上|晚上)?\s*\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s*[APap]\.?[Mm]\.?)?"
_EXPORTED = re.compile(
    rf"[\s\u200e\u200f\ufeff]*(?:[^\d\s:：][^\d:：]{{0,30}}[,，]?\s+)?[\[(]?{_DAY}[,，]?\s*{_HOUR}[\])]?(?:\s|$)"
)
_SPEAKER = re.compile(r"\s*(?P<name>[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2})\s?(?::(?=\s|$|[\u3400-\u9fff])|：)")
_SPEAKER_CHARS = 24
_NO_SPEAKER = re.compile(
    r"p\.?p?\.?s\.?|n\.?b\.?|notes?|re|remember|reminder|recipe|warning|question|answer|.*[说說讲講问問道写寫]|记得|注意|附",
    re.IGNORECASE,
)


class PlainText:
    """Reads .txt and .md."""

    def reads(self, path: Path) -> bool:
        """By the ending."""
        return path.suffix.lower() in SUFFIXES

    def read(self, path: Path, original: bytes) -> Imported:
        """One letter, or messages. Raises `BadText`."""
        text = decoded(path.name, original)
        lines = _without_note(text.split("\n"))
        if not any(line.strip() for line in lines):
            raise BadText(f"{path.name} holds nothing but a note: choose a file with words in it")
        if _are_messages(lines):
            _refuse_several(path.name, [match["text"] or "" for line in lines if (match := _MESSAGE.match(line))])
            return _messages(path.name, lines, original)
        _refuse_exported(path.name, lines)
        body = "\n".join(lines).strip("\n")
        return Imported((Letter(path.name, body, _date(lines)),), (), original)


def _without_note(lines: list[str]) -> list[str]:
    """Without the `#` lines at the head. A Markdown title goes, too; the original keeps both."""
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    after = first
    while after < len(lines) and lines[after].lstrip().startswith("#"):
        after += 1
    return lines[after:]


def _date(lines: list[str]) -> str | None:
    """The date that heads the letter, or signs it. A line that is a sentence only speaks of a date."""
    held = [place for place, line in enumerate(lines) if line.strip()]
    for place in (*held[:HEAD_LINES], *reversed(held[HEAD_LINES:][-FOOT_LINES:])):
        beside = (*lines[max(0, place - 1) : place], *lines[place + 1 : place + 2])
        if date := dateline(lines[place], set_off=not any(line.strip() for line in beside)):
            return date
    return None


def _are_messages(lines: list[str]) -> bool:
    held = [line for line in lines if line.strip()]
    begun = sum(_MESSAGE.match(line) is not None for line in held)
    return bool(_MESSAGE.match(held[0])) and (begun >= 2 or len(held) == 1)


def _refuse_several(name: str, texts: list[str]) -> None:
    """Raises `BadText` where the messages say who speaks: two names, or one again and again."""
    speakers = Counter(speaker for text in texts if (speaker := _speaker(text)))
    often = max(speakers.values(), default=0)
    if len(speakers) > 1 or often > 1 or often >= SPEAKING_SHARE * len(texts):
        raise BadText(f"{name} seems to be {_CHAT}")


def _refuse_exported(name: str, lines: list[str]) -> None:
    """Raises `BadText` for what a messenger wrote out, in a form that is not read, and for talk set down by names."""
    held = [line for line in lines if line.strip()]
    speakers = Counter(speaker for line in held if (speaker := _speaker(line)))
    talk = len(speakers) > 1 and sum(speakers.values()) > max(len(speakers), len(held) / 2)
    if talk or sum(_EXPORTED.match(line) is not None for line in held) >= CHAT_LINES:
        raise BadText(f"{name} seems to be {_CHAT}")


def _speaker(text: str) -> str | None:
    """The name before a colon that a line begins with."""
    match = _SPEAKER.match(text)
    if match is None or len(match["name"]) > _SPEAKER_CHARS or _NO_SPEAKER.fullmatch(match["name"]):
        return None
    named = all(word[0].isupper() or not word[0].isascii() for word in match["name"].split())
    return match["name"] if named else None


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
