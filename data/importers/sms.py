"""The XML of SMS Backup & Restore (Android): text messages, and picture messages with their parts. Knows no letters.

Its emoji are often written as two halves (`&#55357;&#56397;`), which is no XML: they are mended while it is read. What
was sent stands in attributes, years of it: these are passed over, and read from their place when they are wanted.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from data.errors import NoChat
from data.importers.chat import ME, MEDIA, Chat, at, counted
from data.importers.imported import Attachment, File, Item
from data.importers.lines import reading
from data.importers.text import opening

UNSENT = "a message that was never sent"
CHUNK_BYTES = 65_536
MILLISECONDS = 1e11  # a date above that counts them, not seconds

_RECEIVED, _SENT, _DRAFT = "1", "2", "3"
_FROM = "137"  # the type of an address: who sent a picture message
_NAMELESS = frozenset({"", "null", "(Unknown)"})
_LAYOUT = "application/smil"  # how a telephone shows a picture message; nobody wrote it
# Each part keeps what it took, or a row of comments could be cut in endless ways.
_BEGINNING = re.compile(r"\s*+(?:(?:<!--(?:(?!-->).)*+-->|<\?[^>]*+>)\s*+)*+<smses[\s>]", re.DOTALL)
_REFERENCE = re.compile(
    rb"&#(55[2-9]\d\d|56[0-2]\d\d|563[01]\d|x[dD][89abAB][0-9a-fA-F]{2});"  # the halves of a character
    rb"&#(563[2-9]\d|56[4-9]\d\d|57[0-3]\d\d|x[dD][c-fC-F][0-9a-fA-F]{2});"
    rb"|&#(x[0-9a-fA-F]{1,8}|\d{1,10});"
)
_LONGEST_REFERENCES = 32  # bytes of two
_LEAST_MEDIA = 1_000  # characters of an attribute that is passed over; no picture has fewer
_MEDIA = re.compile(rb"\sdata=\"(?=[A-Za-z0-9+/\s]{%d})" % _LEAST_MEDIA)
_AT = re.compile(r"@(\d+)-(\d+)")  # what stands for it: from where to where in the file
_LINE_END = re.compile(rb"&#x?[0-9A-Fa-f]+;")  # inside of it, as some wrote them


class Sms:
    """Reads the .xml of its messages."""

    name = "sms"

    def knows(self, file: File) -> bool:
        """By the first element."""
        return bool(_BEGINNING.match(opening(file)))

    def read(self, file: File) -> Iterator[Item]:
        """Each message and each picture, in the file's order. Raises `BadText`."""
        chats: dict[str, Chat] = {}
        left_out = Counter[str]()
        read_any = False
        for element in _elements(file):
            read_any = True
            name = _conversation(element)
            chat = chats.setdefault(name, Chat(file.name, name, left_out))
            yield from _items(element, chat, file)
        if not read_any:
            raise NoChat(f"{file.name} holds no message: make the backup anew, with messages chosen", file=file.name)
        yield from counted(left_out)


def _elements(file: File) -> Iterator[Element]:
    """Each `sms` and `mms`, whole; what is read is let go of."""
    with reading(file) as stream:
        root: Element | None = None
        try:
            # No DTD: its entities could grow without end, or name other files.
            for event, element in iterparse(cast(BinaryIO, _Mended(_Cut(stream))), ("start", "end"), forbid_dtd=True):
                if root is None:
                    root = element
                elif event == "end" and element.tag in ("sms", "mms"):
                    yield element
                    root.clear()
        except DefusedXmlException as err:
            raise NoChat(
                f"{file.name} declares entities, as no backup does: make the backup anew", file=file.name
            ) from err
        except (ParseError, LookupError, UnicodeDecodeError) as err:
            raise NoChat(
                f"{file.name} is damaged, or no backup of messages: make the backup anew", file=file.name
            ) from err


def _items(element: Element, chat: Chat, file: File) -> Iterator[Item]:
    box = element.get("type" if element.tag == "sms" else "msg_box", _RECEIVED)
    if box == _DRAFT:
        chat.left_out[UNSENT] += 1
        return
    author = _name(element) if box == _RECEIVED else ME
    date = _date(element.get("date", ""))
    if element.tag == "sms":
        yield from chat.message(author, date, element.get("body", ""))
        return
    written = []
    for part in element.iter("part"):
        kind = part.get("ct", "")
        if kind == "text/plain":
            written.append(part.get("text", ""))
        elif kind != _LAYOUT:
            yield from _attachment(part, author, date, chat, file)
    if written or not any(part.get("ct") != _LAYOUT for part in element.iter("part")):
        yield from chat.message(author, date, "\n".join(written))


def _attachment(part: Element, author: str, date: str | None, chat: Chat, file: File) -> Iterator[Attachment]:
    data = part.get("data", "")
    try:
        content = base64.b64decode(data)
    except (binascii.Error, ValueError):
        content = b""
    at = _AT.fullmatch(data)
    start, end = (int(at[1]), int(at[2])) if at else (0, 0)
    if not content and end <= start:
        chat.left_out[MEDIA] += 1
        return
    called = next((name for key in ("cl", "name", "fn") if (name := part.get(key, "null")) not in _NAMELESS), "")
    name = re.split(r"[\\/]", called)[-1] or f"picture.{part.get('ct', '').rpartition('/')[2] or 'bin'}"
    sent = File(name, (end - start) * 3 // 4, partial(_opened, file, start, end)) if at else File.of(name, content)
    yield Attachment(sent, author, date)


def _opened(file: File, start: int, end: int) -> BinaryIO:
    """What is written in base64 at that place of a file."""
    with file.opened() as stream:
        stream.seek(start)
        return io.BytesIO(base64.b64decode(_LINE_END.sub(b"", stream.read(end - start))))


def _conversation(element: Element) -> str:
    name = element.get("contact_name", "")
    return element.get("address", "") if name in _NAMELESS else name


def _name(element: Element) -> str:
    """Who sent what was received: the number where several may have, for nothing says which name is whose."""
    senders = [address.get("address", "") for address in element.iter("addr") if address.get("type") == _FROM]
    if "~" in element.get("address", "") and senders:
        return senders[0]
    return _conversation(element)


def _date(told: str) -> str | None:
    try:
        moment = int(told)
    except ValueError:
        return None
    return at(moment / 1000 if moment > MILLISECONDS else moment) if 0 < moment < 1e15 else None


class _Cut:
    """The file's bytes; in the place of what was sent, where in the file it stands."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._kept = b""  # in which a medium may begin
        self._offset = 0  # of what is kept, in the file
        self._media: int | None = None  # where the one begins in which we are

    def read(self, _size: int = CHUNK_BYTES) -> bytes:
        """The next bytes; none at the end."""
        written, goes_on = b"", True
        while goes_on and not written:
            more = self._stream.read(CHUNK_BYTES)
            goes_on = bool(more)
            written = self._without_media(self._kept + more, goes_on)
        return written

    def _without_media(self, data: bytes, goes_on: bool) -> bytes:
        parts, at = list[bytes](), 0
        while True:
            if self._media is not None:
                end = data.find(b'"', at)
                if end < 0:
                    self._kept, self._offset = b"", self._offset + len(data)
                    return b"".join(parts)
                parts.append(b"@%d-%d" % (self._media, self._offset + end))
                self._media, at = None, end
            match = _MEDIA.search(data, at)
            if match is None:
                sure = max(at, len(data) - _LEAST_MEDIA - _LONGEST_REFERENCES) if goes_on else len(data)
                self._kept, self._offset = data[sure:], self._offset + sure
                return b"".join((*parts, data[at:sure]))
            parts.append(data[at : match.end()])
            at = match.end()
            self._media = self._offset + at


class _Mended:
    """The file's bytes with every character written as XML wants it."""

    def __init__(self, stream: _Cut) -> None:
        self._stream = stream
        self._kept = b""

    def read(self, _size: int = CHUNK_BYTES) -> bytes:
        """The next bytes; none at the end."""
        data = self._kept + (more := self._stream.read(CHUNK_BYTES))
        # What begins near the end may go on in the next piece; what begins before that is whole.
        sure = max(0, len(data) - _LONGEST_REFERENCES) if more else len(data)
        written, cut = [], 0
        for match in _REFERENCE.finditer(data):
            if match.start() >= sure:
                break
            written += [data[cut : match.start()], _mended(match)]
            cut = match.end()
        written.append(data[cut:sure])
        self._kept = data[max(cut, sure) :]
        return b"".join(written) or (self.read() if more else b"")


def _mended(match: re.Match[bytes]) -> bytes:
    """Two halves as the one character they are; what is no character as U+FFFD."""
    points = [int(told[1:], 16) if told[:1] == b"x" else int(told) for told in match.groups() if told]
    if len(points) == 2 and 0xD800 <= points[0] < 0xDC00 <= points[1] < 0xE000:
        points = [0x10000 + (points[0] - 0xD800 << 10) + points[1] - 0xDC00]
    return b"".join(b"&#%d;" % (point if _is_character(point) else 0xFFFD) for point in points)


def _is_character(point: int) -> bool:
    """As XML 1.0 has them."""
    return point in (9, 10, 13) or 32 <= point < 0xD800 or 0xE000 <= point < 0xFFFE or 0x10000 <= point < 0x110000
