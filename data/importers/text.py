"""Bytes to text, whichever way a family's computer wrote it down in the last forty years. Knows nothing of letters.

A byte-order mark decides; else UTF-8 where every byte fits; else GB 18030 where nearly all of it is everyday Chinese;
else Western European where it is nearly all plain letters. Anything else is refused: text that was guessed wrongly
would be put into somebody's mouth.
"""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib

from data.errors import BadText, Damaged, Empty, TooMuch
from data.importers.imported import File

LARGEST_BYTES = 5_000_000
OPENING_BYTES = 65_536  # by which a kind of text is told
EVERYDAY_SHARE = 0.85  # of a Chinese text's double bytes; .99 and more in the sample letters
PLAIN_SHARE = 0.85  # of a Western text's characters

DOS_END = "\x1a"  # with which MS-DOS and CP/M ended a text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n|\r|\x0c|\x85|\u2028|\u2029")


# What reading a file may raise besides `BadText`; one inside a damaged archive is among them.
UNREADABLE = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile)


def whole(file: File, most_bytes: int = LARGEST_BYTES) -> bytes:
    """All of a file. Raises `BadText` where it is too large or cannot be read."""
    if file.size_bytes > most_bytes:
        raise TooMuch(_too_large(file.name, most_bytes), file=file.name)
    try:
        with file.opened() as stream:
            data = stream.read(most_bytes + 1)
    except UNREADABLE as err:
        raise Damaged(f"{file.name} cannot be read: it is damaged, or gone: give it anew", file=file.name) from err
    if len(data) > most_bytes:
        raise TooMuch(_too_large(file.name, most_bytes), file=file.name)
    return data


def opening(file: File) -> str:
    """The beginning of a text; empty where the file is none. Never raises."""
    try:
        head = file.head(OPENING_BYTES)
        return _plain(file.name, head, is_whole=len(head) >= file.size_bytes)
    except (BadText, *UNREADABLE):
        return ""


def decoded(name: str, data: bytes) -> str:
    """The text with plain line ends. `name` is the file's, for the message. Raises `BadText`."""
    if len(data) > LARGEST_BYTES:
        raise TooMuch(_too_large(name, LARGEST_BYTES), file=name)
    return _plain(name, data)


def _plain(name: str, data: bytes, is_whole: bool = True) -> str:
    text = _LINE_ENDS.sub("\n", _decoded(name, data, is_whole).removesuffix(DOS_END))
    if _CONTROL.search(text):
        raise Damaged(f"{name} holds control characters, as no text does: save it as plain text", file=name)
    if not text.strip():
        raise Empty(f"{name} is empty: choose a file with words in it", file=name)
    return text


def _decoded(name: str, data: bytes, is_whole: bool) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return _in(encoding, data, is_whole)
            except UnicodeDecodeError as err:
                raise Damaged(f"{name} is damaged: save it anew as UTF-8", file=name) from err
    if b"\0" in data:
        raise Damaged(f"{name} is not plain text: save it as .txt in UTF-8", file=name)
    for encoding, fits in (("utf-8", None), ("gb18030", _is_chinese), ("cp1252", _is_western)):
        try:
            text = _in(encoding, data, is_whole)
        except UnicodeDecodeError:
            continue
        if fits is None or fits(text):
            return text
    raise Damaged(f"{name}: how its text is encoded cannot be told: save it as UTF-8", file=name)


def _in(encoding: str, data: bytes, is_whole: bool) -> str:
    """A character cut at the end is no error where more follows."""
    return codecs.getincrementaldecoder(encoding)().decode(data, final=is_whole)


def _too_large(name: str, most_bytes: int) -> str:
    return f"{name} is larger than {most_bytes // 1_000_000} MB: cut it into shorter files"


def _is_chinese(text: str) -> bool:
    """Nearly all beyond ASCII is of GB 2312's punctuation (rows 1 to 3) or its 3,755 everyday characters (16 to 55)."""
    beyond = [char for char in text if not char.isascii()]
    everyday = sum(_is_everyday(char) for char in beyond)
    return bool(beyond) and everyday >= EVERYDAY_SHARE * len(beyond)


def _is_everyday(char: str) -> bool:
    try:
        lead, trail = char.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return False
    return trail >= 0xA1 and (0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7)


def _is_western(text: str) -> bool:
    return sum(char.isascii() for char in text) >= PLAIN_SHARE * len(text)


def encoding(name: str, head: bytes) -> str:
    """That of a text too long to be held, by its first bytes. Raises `BadText` where it cannot be told."""
    for mark, marked in _MARKS:
        if head.startswith(mark):
            return marked
    if b"\0" in head:
        raise Damaged(f"{name} is not plain text: save it as .txt in UTF-8", file=name)
    for found, fits in (("utf-8", None), ("gb18030", _is_chinese), ("cp1252", _is_western)):
        try:
            text = _in(found, head, is_whole=False)
        except UnicodeDecodeError:
            continue
        if fits is None or fits(text):
            return found
    raise Damaged(f"{name}: how its text is encoded cannot be told: save it as UTF-8", file=name)
