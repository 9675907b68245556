"""iMessage and SMS of a Mac or an iPhone: the database chat.db, and the TXT that imessage-exporter writes.

The database's dates count from 2001, in seconds or nanoseconds, and are told by this machine's clock. Where a message's
column of text is empty, an archived NSAttributedString has it.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from data.errors import NoChat
from data.importers.chat import BEFORE, DELETED, ME, MEDIA, NOTICE, REACTION, Chat, at, counted, unmarked
from data.importers.imported import File, Item
from data.importers.lines import lines
from data.importers.text import UNREADABLE, opening, whole
from data.store import messages
from data.types import Letter

EPOCH_S = datetime(2001, 1, 1, tzinfo=UTC).timestamp()
NANOSECONDS = 1e11  # a date above that counts them, as since macOS 10.13
LARGEST_BYTES = 2_000_000_000  # of a database inside an archive, which is read whole
SCHEMA_BYTES = 1_000_000  # at the beginning of a database, where its tables are told
REPLY_AGAIN = "a reply shown a second time, below the message that it answers"
EARLIER = "an earlier wording of an edited message"

_MAGIC = b"SQLite format 3\0"
_TABLE = re.compile(rb"CREATE TABLE [\"'\[]?message[\"'\]]?\s?\(")
_OBJECT = "\ufffc"  # stands in a text where a photo or another file is
_STRING = re.compile(rb"NS(?:Mutable)?String.{1,40}?\x84\x01\+", re.DOTALL)
_WIDTHS = {0x81: 2, 0x82: 4}  # bytes of a length, told by the byte before it

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STAMP = rf"(?P<stamp>(?:{'|'.join(_MONTHS)}) \d\d, \d{{4}} [ \d]\d:\d\d:\d\d [AP]M)"
_HEAD = re.compile(rf"{_STAMP}(?P<read> \(Read by .*\))?$")
_ANNOUNCED = re.compile(rf"{_STAMP} (?!\(Read by )\S")
_REPLY = re.compile(rf" {{4}}{_STAMP}")
_REACTIONS = re.compile(r"(?:Reactions|Tapbacks):$")
_PATH = re.compile(r"(?:~|/|attachments/|[A-Z]:\\).*\.\w{2,5}$|Attachment missing!$")
_NOTES = re.compile(
    r"This message responded to an earlier message\.$|Sent with .{3,30}$|SharePlay Message$|Ended$|"
    r"Handwritten messages are not yet supported!$|Unable to format app message: "
)
_UNSENT = re.compile(r".{1,40} (?:deleted|unsent) (?:a|this) message.*$")
_EDIT = re.compile(r"Edited .{1,60}? later: (?P<text>.*)$")


class IMessage:
    """Reads chat.db."""

    name = "imessage"

    def knows(self, file: File) -> bool:
        """By the beginning, where a database tells its tables."""
        try:
            head = file.head(SCHEMA_BYTES)
        except UNREADABLE:
            return False
        return head.startswith(_MAGIC) and _TABLE.search(head) is not None

    def read(self, file: File) -> Iterator[Item]:
        """Each message of every chat, one chat after the other, oldest first. Raises `BadText`."""
        try:
            with messages.opened(file.path or whole(file, LARGEST_BYTES)) as database:
                if not messages.holds_messages(database):
                    raise NoChat(
                        f"{file.name} is no database of messages: give chat.db from ~/Library/Messages", file=file.name
                    )
                yield from _rows(file, database)
        except messages.BROKEN as err:
            raise NoChat(f"{file.name} is damaged: copy chat.db anew while Messages is closed", file=file.name) from err


class IMessageText:
    """Reads one conversation that imessage-exporter wrote as TXT."""

    name = "imessage-text"

    def knows(self, file: File) -> bool:
        """By its first line."""
        first = next((line for line in opening(file).split("\n") if line.strip()), "")
        return bool(_HEAD.match(first) or _ANNOUNCED.match(first))

    def read(self, file: File) -> Iterator[Item]:
        """Each message. Raises `BadText`."""
        chat = Chat(file.name, file.name.removesuffix(".txt"))
        for entry in _entries(file, chat.left_out):
            yield from _letters(entry, chat)
        yield from chat.ended()


# The database


def _rows(file: File, database: sqlite3.Connection) -> Iterator[Item]:
    left_out = Counter[str]()
    chat, chat_id = Chat(file.name, None, left_out), object()
    read_any = False
    for row_chat, called, sender, record in messages.messages(database):
        if row_chat != chat_id:
            chat, chat_id = Chat(file.name, _text(called) or _text(sender) or None, left_out), row_chat
        read_any = True
        yield from _items(record, _text(sender), chat)
    if not read_any:
        raise NoChat(
            f"{file.name} holds no message: give chat.db from a Mac or an iPhone that has some", file=file.name
        )
    yield from counted(left_out)


def _items(record: dict[str, object], sender: str, chat: Chat) -> Iterator[Letter]:
    if record["associated_message_type"]:
        chat.left_out[REACTION] += 1
        return
    if record["item_type"]:
        chat.left_out[NOTICE] += 1
        return
    text = _text(record["text"]) or _archived(record["attributedBody"])
    if objects := text.count(_OBJECT):
        chat.left_out[MEDIA] += objects
    text = text.replace(_OBJECT, "")
    if unmarked(text) or not objects:
        yield from chat.message(ME if record["is_from_me"] else sender, _date(record["date"]), text)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _archived(body: object) -> str:
    """The string of an archived NSAttributedString: its length in one byte, or in two or four, then UTF-8."""
    match = _STRING.search(body) if isinstance(body, bytes) else None
    if match is None or not isinstance(body, bytes) or match.end() >= len(body):
        return ""
    start = match.end() + 1
    length = body[match.end()]
    if width := _WIDTHS.get(length):
        length, start = int.from_bytes(body[start : start + width], "little"), start + width
    return body[start : start + length].decode("utf-8", "replace")


def _date(value: object) -> str | None:
    if not isinstance(value, int | float) or not value:
        return None
    return at(EPOCH_S + (value / 1e9 if abs(value) > NANOSECONDS else value))


# The text


def _entries(file: File, left_out: Counter[str]) -> Iterator[list[str]]:
    """The lines of each message, its head first. One begins only below a blank line."""
    gathered: list[str] = []
    below_blank = True
    for line in lines(file):
        if below_blank and (_HEAD.match(line) or _ANNOUNCED.match(line)):
            if gathered:
                yield gathered
            gathered = [line]
        elif gathered:
            gathered.append(line)
        elif line.strip():
            left_out[BEFORE] += 1
        below_blank = not line.strip()
    if gathered:
        yield gathered


def _letters(entry: list[str], chat: Chat) -> Iterator[Letter]:
    match = _HEAD.match(entry[0])
    if match is None or len(entry) < 2:
        chat.left_out[NOTICE] += 1
        return
    author = entry[1].strip()
    body, apart = _body(entry[2:])
    chat.left_out.update(apart)
    if unmarked("\n".join(body)) or not apart:
        yield from chat.message(ME if author in ("Me", "You") else author, _stamp(match["stamp"]), "\n".join(body))


def _body(entry: list[str]) -> tuple[list[str], Counter[str]]:
    """What was written; the exporter's own lines are counted."""
    body: list[str] = []
    apart = Counter[str]()
    for place, line in enumerate(entry):
        if _REPLY.match(line):
            # All that follows may be the reply's: it stands at its own place as well.
            apart[REPLY_AGAIN] += sum(bool(_REPLY.match(each)) for each in entry[place:])
            break
        if _REACTIONS.match(line) and all(
            " by " in each or " from " in each for each in _until_blank(entry[place + 1 :])
        ):
            apart[REACTION] += len(_until_blank(entry[place + 1 :]))
            break
        if edit := _EDIT.match(line):
            apart[EARLIER] += 1
            body = [edit["text"]]
        elif _PATH.match(line):
            apart[MEDIA] += 1
        elif _UNSENT.match(line) and len(entry) <= 2:
            apart[DELETED] += 1
        elif _NOTES.match(line):
            apart[NOTICE] += 1
        else:
            body.append(line)
    return body, apart


def _until_blank(entry: list[str]) -> list[str]:
    return entry[: next((place for place, line in enumerate(entry) if not line.strip()), len(entry))]


def _stamp(stamp: str) -> str | None:
    month, day, year, clock, half = stamp.replace(",", "").split()
    hour, minute, second = (int(part) for part in clock.split(":"))
    try:
        moment = datetime(
            int(year), _MONTHS.index(month) + 1, int(day), hour % 12 + 12 * (half == "PM"), minute, second
        )
    except ValueError:
        return None
    return moment.isoformat(timespec="seconds")
