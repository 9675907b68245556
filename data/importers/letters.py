"""Plain text letters, and plain text messages one a line. Knows their outer form; what they say is the persona's.

A letter is one file. Lines beginning with `#` at its head are a note about it (samples say there that they were
written for a demonstration) and no part of it. Its date is looked for in its first lines, then in its last, where
Chinese letters have it; it stays in the text, which is otherwise the file's own, character by character.

A file whose lines begin as `2003-05-01 19:20 text` holds messages; a line without such a beginning goes on the one
before it. Where they name who speaks, as in `2003-05-01 19:20 Tom: text`, or where talk is set down as `Tom: text`
without dates, the names become the authors. What a messenger wrote out in a form that nobody here knows is refused:
whose words are whose would be a guess, and a wrong one puts them into somebody's mouth.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, dropwhile
from pathlib import PurePath

from data.dates import dateline, read_date
from data.errors import BadDate, Empty, NoChat
from data.importers.chat import sign
from data.importers.imported import File, Item, LeftOut
from data.importers.talk import Line, spoken
from data.importers.text import decoded, opening, whole
from data.types import Letter

HEAD_LINES = 4  # of those that hold something: place, date, greeting
FOOT_LINES = 2
SPEAKING_SHARE = 1 / 3  # of the messages begin with one name: then it says who speaks
NAMED_SHARE = 1 / 2  # of a chat's messages; where fewer begin with a name, the others may be anybody's
CHAT_LINES = 2  # that begin as those of an export do, in a file that is not one of messages

CHAT = (
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
_MARKUP = re.compile(r"\s*(?:[\[{]\s*[\[{\"]|<[!?a-z]|\{\\rtf|BEGIN:V|%PDF-)", re.IGNORECASE)  # text, but no letter

_MARKDOWN = re.compile(r"^[ \t]*(?:>[ \t]?|#{1,6}[ \t]+)+", re.MULTILINE)  # quotes and headings, not their words


class PlainText:
    """Reads .txt and .md."""

    name = "text"

    def knows(self, file: File) -> bool:
        """Any text that is not in the form of data or of a page."""
        text = opening(file)
        return bool(text) and not _MARKUP.match(text)

    def read(self, file: File) -> Iterator[Item]:
        """One letter, or messages. Raises `BadText`."""
        text = decoded(file.name, whole(file))
        yield from letters_in(file.name, _MARKDOWN.sub("", text) if file.name.lower().endswith(".md") else text)


def letters_in(name: str, text: str) -> Iterator[Item]:
    """The letter, or the messages, that a file of this name says. Raises `BadText`."""
    lines = _without_note(text.split("\n"))
    if not any(line.strip() for line in lines):
        raise Empty(f"{name} holds nothing but a note: choose a file with words in it", file=name)
    if _are_messages(lines):
        yield from _messages(name, lines)
    elif sum(_EXPORTED.match(line) is not None for line in lines) >= CHAT_LINES:
        raise NoChat(f"{name} seems to be {CHAT}", file=name)
    elif _is_talk(lines):
        yield from _talk(name, lines)
    else:
        yield Letter(name, "\n".join(lines).strip("\n"), date_of(lines))


def date_of(lines: list[str]) -> str | None:
    """The date that heads the letter, or signs it. A line that is a sentence only speaks of a date."""
    held = [place for place, line in enumerate(lines) if line.strip()]
    for place in (*held[:HEAD_LINES], *reversed(held[HEAD_LINES:][-FOOT_LINES:])):
        beside = (*lines[max(0, place - 1) : place], *lines[place + 1 : place + 2])
        if date := dateline(lines[place], set_off=not any(line.strip() for line in beside)):
            return date
    return None


def spaced(paragraphs: Iterable[str]) -> str:
    """Paragraphs with a blank line between them, unless the writer left blank lines where they belong."""
    lines = list(paragraphs)
    text = "\n".join(lines).strip()
    return text if "\n\n" in text else "\n\n".join(lines).strip()


def left_out(reasons: Iterable[str]) -> Iterator[LeftOut]:
    """Each reason once, with how often it was given."""
    return (LeftOut(times, reason) for reason, times in Counter(reasons).items())


def _without_note(lines: list[str]) -> list[str]:
    """Without the `#` lines at the head. A Markdown title goes, too; the original keeps both."""
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    after = first
    while after < len(lines) and lines[after].lstrip().startswith("#"):
        after += 1
    return lines[after:]


def _are_messages(lines: list[str]) -> bool:
    held = [line for line in lines if line.strip()]
    begun = sum(_MESSAGE.match(line) is not None for line in held)
    return bool(_MESSAGE.match(held[0])) and (begun >= 2 or len(held) == 1)


def _messages(name: str, lines: list[str]) -> Iterator[Item]:
    gathered = list(_dated(lines))
    is_chat = _name_speakers(name, [text for _, text in gathered])
    reasons, places = [], count()
    for moment, text in gathered:
        line = spoken(text) if is_chat else None
        words = line.words if line else text
        if not words:
            reasons.append("a message without words")
        elif reason := sign(words):
            reasons.append(reason)
        elif moment is None:
            reasons.append("a message with an impossible date")
        elif line:
            yield _message(name, line, moment, next(places))
        elif is_chat:
            reasons.append("a message that names nobody")
        else:
            next(places)
            yield Letter(name, words, moment, "message")
    if not next(places):
        raise Empty(f"{name} holds no message with words: choose another file", file=name)
    yield from left_out(reasons)


def _dated(lines: list[str]) -> Iterator[tuple[str | None, str]]:
    """Each message with its moment."""
    moment: str | None = None
    parts: list[str] = []
    for line in dropwhile(lambda line: not line.strip(), lines):
        match = _MESSAGE.match(line)
        if match and parts:
            yield moment, "\n".join(parts).strip()
        if match:
            moment, parts = _moment(match), [match["text"] or ""]
        else:
            parts.append(line)
    yield moment, "\n".join(parts).strip()


def _name_speakers(name: str, texts: list[str]) -> bool:
    """Whether the messages say who speaks: two names, or one again and again. Raises `BadText` where too few do."""
    speakers = Counter(line.speaker for text in texts if (line := spoken(text)))
    often, named = max(speakers.values(), default=0), sum(speakers.values())
    if len(speakers) < 2 and often < 2 and (not often or often < SPEAKING_SHARE * len(texts)):
        return False
    if named < NAMED_SHARE * len(texts):
        raise NoChat(f"{name} seems to be {CHAT}", file=name)
    return True


def _is_talk(lines: list[str]) -> bool:
    """Whether most lines begin with a name, and some name comes again."""
    held = [line for line in lines if line.strip()]
    speakers = Counter(line.speaker for text in held if (line := spoken(text)))
    return len(speakers) > 1 and sum(speakers.values()) > max(len(speakers), len(held) / 2)


def _talk(name: str, lines: list[str]) -> Iterator[Item]:
    """A line without a name goes on the one before it; those before the first name are a head, for its date alone."""
    first = next(place for place, text in enumerate(lines) if spoken(text))
    date, places, reasons = date_of(lines[:first]), count(), []
    reasons += ["a line before the first name"] * sum(bool(text.strip()) for text in lines[:first])
    for turn in _turns(lines[first:]):
        if reason := sign(turn.words):
            reasons.append(reason)
        elif turn.words:
            yield _message(name, turn, date, next(places))
        else:
            reasons.append("a message without words")
    yield from left_out(reasons)


def _turns(lines: list[str]) -> Iterator[Line]:
    """What each says until the next name."""
    speaker = ""
    parts: list[str] = []
    for text in lines:
        line = spoken(text)
        if line and parts:
            yield Line(speaker, "\n".join(parts).strip())
        if line:
            speaker, parts = line.speaker, [line.words]
        else:
            parts.append(text)
    yield Line(speaker, "\n".join(parts).strip())


def _message(name: str, line: Line, date: str | None, place: int) -> Letter:
    return Letter(name, line.words, date, "message", line.speaker, PurePath(name).stem, place)


def _moment(match: re.Match[str]) -> str | None:
    """ISO 8601 to the minute, the writer's own clock."""
    hour, minute = int(match["hour"]), int(match["minute"])
    try:
        day = read_date(match["day"])
    except BadDate:
        return None
    return f"{day}T{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
