"""Reads mails: one in an .eml file, or many in an mbox, as mail programs and their providers give them out. Knows their
form; which words are the writer's own is told by `replies`.

Each mail is a letter by its sender, at the sender's own clock. Mails of one subject are a conversation. What is
attached is given as it is; what is quoted or signed is cut and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from mimetypes import guess_extension
from pathlib import PurePosixPath

from data.errors import BadText, Damaged, Empty
from data.importers.imported import Attachment, File, Item, LeftOut
from data.importers.markup import text_of_markup
from data.importers.replies import own_words
from data.importers.text import UNREADABLE, decoded
from data.types import Letter

LARGEST_MAIL_BYTES = 100_000_000  # four times what most providers let through
DEEPEST = 20  # parts inside parts
HEAD_BYTES = 65_536
FEWEST_HEADERS = 3

# What the standard library says by turns of mails that it cannot read.
BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
WEAK = frozenset({"", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "unknown-8bit", "default"})
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "ks_c_5601-1987": "cp949"}

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,75}):[ \t\r\n]")
_TELLING = frozenset({b"date", b"subject", b"to", b"message-id", b"mime-version", b"received", b"return-path"})
_ENVELOPE = re.compile(rb"From \S+.*\d{4}.*")
_ANSWERS = re.compile(
    r"(?:(?:re|fwd?|aw|wg|sv|antw|回复|回覆|答复|转发|轉寄)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)
_STUFFED = re.compile(rb"^>(>*From )", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a mail holds, boxes opened. `text` is None for what is to be saved rather than read."""

    message: Message
    text: str | None


class Mail:
    """Reads .eml and .mbox."""

    name = "mail"

    def knows(self, file: File) -> bool:
        """By the headers that a mail begins with."""
        try:
            head = file.head(HEAD_BYTES)
        except (BadText, *UNREADABLE):
            return False
        first, _, rest = head.lstrip(b"\xef\xbb\xbf\r\n").partition(b"\n")
        return _are_headers(rest if _ENVELOPE.match(first) else first + b"\n" + rest)

    def read(self, file: File) -> Iterator[Item]:
        """Each mail's words, then what is attached to it; what is left out, at the end. Raises `BadText`."""
        left_out, places = Counter[str](), Counter[str]()
        for content in _mails(file, left_out):
            yield from _items(file.name, content, left_out, places)
        yield from (LeftOut(times, reason) for reason, times in left_out.items())


def _are_headers(head: bytes) -> bool:
    """Whether lines of headers stand here, a sender's address among them."""
    names: set[bytes] = set()
    has_address = False
    for line in re.split(rb"\r?\n|\r", head):
        match = _HEADER.match(line + b"\n")
        if match:
            names.add(match[1].lower())
            has_address |= match[1].lower() == b"from" and b"@" in line
        elif line[:1] not in {b" ", b"\t"} or not names:
            break
        else:
            has_address |= b"@" in line
    return b"from" in names and has_address and len(names) >= FEWEST_HEADERS and bool(names & _TELLING)


def _mails(file: File, left_out: Counter[str]) -> Iterator[bytes]:
    """The mails of a box, one in memory at a time, or the one that the file is. Raises `BadText`."""
    held: list[bytes] = []
    size_bytes, is_box, after_blank = 0, False, True
    for line in _lines(file):
        begins = after_blank and bool(_ENVELOPE.match(line))
        is_box |= begins and not held
        if begins and is_box:
            if size_bytes:
                yield from _whole(held, size_bytes, is_box, left_out)
            held, size_bytes = [], 0
        else:
            size_bytes += len(line)
            if size_bytes <= LARGEST_MAIL_BYTES:
                held.append(line)
        after_blank = line in {b"\n", b"\r\n"}
    if not b"".join(held).strip() and not is_box:
        raise Empty(f"{file.name} is empty: choose a file with mails in it", file=file.name)
    yield from _whole(held, size_bytes, is_box, left_out)


def _lines(file: File) -> Iterator[bytes]:
    """Its lines; one that is very long in pieces."""
    try:
        with file.opened() as stream:
            while line := stream.readline(HEAD_BYTES):
                yield line
    except UNREADABLE as err:
        raise Damaged(f"{file.name} cannot be read: it is damaged, or gone: give it anew", file=file.name) from err


def _whole(held: list[bytes], size_bytes: int, is_box: bool, left_out: Counter[str]) -> Iterator[bytes]:
    if size_bytes > LARGEST_MAIL_BYTES:
        left_out[f"a mail larger than {LARGEST_MAIL_BYTES // 1_000_000} MB"] += 1
    elif is_box:
        yield _STUFFED.sub(rb"\1", b"".join(held))
    else:
        yield b"".join(held).lstrip(b"\xef\xbb\xbf\r\n")


def _items(name: str, content: bytes, left_out: Counter[str], places: Counter[str]) -> Iterator[Item]:
    """One mail. What cannot be read of it is counted, and what is attached given in any case."""
    try:
        message = message_from_bytes(content)  # the newer policy's header parser takes seconds over a hostile header
        parts = list(_parts(name, message, DEEPEST))
        author, date, subject = _sender(message), _moment(message), _subject(message)
        attachments = [_attachment(part.message, author, date) for part in parts if part.text is None]
    except BROKEN:
        left_out["a mail that is damaged"] += 1
        return
    if author is None:
        left_out["a mail that does not say who sent it"] += 1
        return
    own = own_words("\n\n".join(part.text for part in parts if part.text))
    left_out += Counter({"a quoted line": own.quoted_lines, "a line of a signature": own.signature_lines})
    if own.text:
        place = places[subject] if subject else None
        places[subject] += 1
        yield Letter(name, own.text, date, "letter", author, subject or None, place)
    elif not attachments:
        left_out["a mail without words of its own"] += 1
    yield from attachments


def _parts(name: str, message: Message, deepest: int) -> Iterator[_Part]:
    """In their order. Of alternatives the words of one are taken, plain ones before HTML, and everything attached."""
    if not deepest:
        raise ValueError("parts inside parts without end")
    payload = message.get_payload()
    if not isinstance(payload, list) or message.get_content_maintype() == "message":
        yield _Part(message, _words(name, message))
        return
    branches = [list(_parts(name, inner, deepest - 1)) for inner in payload if isinstance(inner, Message)]
    if message.get_content_type() == "multipart/alternative":
        shown = _best(branches)
        branches = [[part for part in branch if part.text is None or branch is shown] for branch in branches]
    for branch in branches:
        yield from branch


def _best(branches: list[list[_Part]]) -> list[_Part]:
    """The alternative to read: one with plain words, or the last with any."""
    worded = [branch for branch in branches if any((part.text or "").strip() for part in branch)]
    plain = (branch for branch in worded if any(part.message.get_content_type() == "text/plain" for part in branch))
    return next(plain, worded[-1] if worded else [])


def _words(name: str, message: Message) -> str | None:
    """What a part says; None where it is no text, is attached as a file, or is in no encoding that can be told."""
    kind = message.get_content_type()
    if kind not in {"text/plain", "text/html"} or message.get_filename():
        return None
    if message.get_content_disposition() == "attachment":
        return None
    data = message.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return ""
    try:
        text = _decoded(name, data, message.get_content_charset() or "")
    except BadText:
        return None
    return text_of_markup(text) if kind == "text/html" else text


def _decoded(name: str, data: bytes, charset: str) -> str:
    """By the encoding that the mail names, unless it fits none or every text. Raises `BadText`."""
    charset = WIDER.get(charset.lower(), charset.lower())
    if charset not in WEAK:
        with suppress(LookupError, ValueError):
            data = data.decode(charset).encode()
    return decoded(name, data)


def _header(message: Message, header: str) -> str:
    """As it stands, its lines joined."""
    raw = next((str(value) for name, value in message.raw_items() if name.lower() == header), "")
    return re.sub(r"\r?\n[ \t]*", " ", raw).strip()


def _readable(raw: str) -> str:
    """A header's words, whichever way they were packed into ASCII, or not. Raises `BadText`."""
    try:
        packed = decode_header(raw)
    except HeaderParseError as err:
        raise BadText("a header of the mail is damaged") from err
    pieces = [
        _decoded("a header", piece, charset or "") if isinstance(piece, bytes) else _unpacked(piece)
        for piece, charset in packed
        if piece
    ]
    return " ".join(_CONTROL.sub(" ", "".join(pieces)).split())


def _unpacked(piece: str) -> str:
    return piece if piece.isascii() else decoded("a header", piece.encode("utf-8", "surrogateescape"))


def _sender(message: Message) -> str | None:
    """The name before the address, or the address."""
    name, address = parseaddr(_header(message, "from"))
    try:
        return _readable(name) or address or None
    except BadText:
        return address or None


def _subject(message: Message) -> str:
    """Without the signs of an answer; empty where there is none, or it cannot be read."""
    try:
        return _ANSWERS.sub("", _readable(_header(message, "subject")), count=1)
    except BadText:
        return ""


def _moment(message: Message) -> str | None:
    """ISO 8601 to the minute, the sender's own clock."""
    try:
        moment = parsedate_to_datetime(_header(message, "date"))
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def _file_name(message: Message) -> str:
    name = message.get_filename() or ""
    try:
        return _readable(name)
    except BadText:
        return name


def _attachment(message: Message, author: str | None, date: str | None) -> Attachment:
    payload = message.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if isinstance(inner, Message):  # a mail inside the mail
        name, data = f"{_subject(inner) or 'mail'}.eml", inner.as_bytes()
    else:
        name = _file_name(message) or f"unnamed{guess_extension(message.get_content_type()) or ''}"
        raw = message.get_payload(decode=True)
        data = raw if isinstance(raw, bytes) else b""
    return Attachment(File.of(PurePosixPath(name.replace("\\", "/")).name or "unnamed", data), author, date)
