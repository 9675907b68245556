"""Reads letters of LibreOffice and its like, .odt: a zip of XML. Knows the container; the letter inside is told from
its text as a plain one is. A picture in it may be the scan of a letter: each is given as an attachment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from data.errors import BadText, Damaged, Empty
from data.importers.archives import is_archive, members
from data.importers.chat import counted
from data.importers.imported import Attachment, File, Item
from data.importers.letters import letters_in, spaced
from data.importers.text import UNREADABLE, decoded
from data.importers.xmlparts import show

CONTENT, KIND = "content.xml", "mimetype"
TEXT = b"application/vnd.oasis.opendocument.text"
PICTURES = "Pictures/"
MOST_SPACES = 100  # in a row

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _OFFICE = f"{_NAMES}text:1.0}}", f"{_NAMES}office:1.0}}"
_PARAGRAPHS = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_SIGNS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n", f"{_TEXT}s": " "}
_BESIDE = {f"{_TEXT}note": "a footnote or endnote", f"{_OFFICE}annotation": "a comment beside the text"}
_HIDDEN = frozenset({f"{_TEXT}tracked-changes", f"{_OFFICE}forms", *_BESIDE})


class OpenDocument:
    """Reads .odt."""

    name = "odt"

    def knows(self, file: File) -> bool:
        """By the kind that the container tells."""
        try:
            parts = members(file) if is_archive(file) else {}
            return KIND in parts and CONTENT in parts and parts[KIND].head(len(TEXT) + 1).strip() == TEXT
        except (BadText, *UNREADABLE):
            return False

    def read(self, file: File) -> Iterator[Item]:
        """One letter, or messages, then its pictures; what stands beside the text is counted. Raises `BadText`."""
        left_out = Counter[str]()
        text = document_text(file, left_out)
        pictures = [part for path, part in members(file).items() if path.startswith(PICTURES)]
        if text.strip():
            yield from letters_in(file.name, decoded(file.name, text.encode()))
        elif not pictures:
            raise Empty(f"{file.name} is empty: choose a file with words in it", file=file.name)
        yield from (Attachment(picture, None, None) for picture in pictures)
        yield from counted(left_out)


def document_text(file: File, left_out: Counter[str]) -> str:
    """Its words, a blank line between paragraphs. Raises `BadText`."""
    shown = _Shown(left_out)
    damaged = f"{file.name} is damaged or has a password: save it anew as .odt without a password, or as .txt"
    part = members(file).get(CONTENT)
    if part is None:
        raise Damaged(damaged, file=file.name)
    show(file, part, shown, damaged)
    return spaced(shown.paragraphs)


class _Shown:
    """Takes the elements as they come and keeps the paragraphs that are shown."""

    def __init__(self, left_out: Counter[str]) -> None:
        self.paragraphs: list[str] = []
        self._open: list[list[str]] = []  # a paragraph in a frame stands inside another
        self._hidden = 0
        self._left_out = left_out

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BESIDE:
            self._left_out[_BESIDE[tag]] += 1
        elif tag in _PARAGRAPHS:
            self._open.append([])
        elif tag in _SIGNS:
            told = attributes.get(f"{_TEXT}c", "")
            self.data(_SIGNS[tag] * (min(int(told), MOST_SPACES) if told.isdecimal() else 1))

    def data(self, text: str) -> None:
        if self._open and not self._hidden:
            self._open[-1].append(text)

    def end(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden -= 1
        elif tag in _PARAGRAPHS:
            words = "".join(self._open.pop())
            if not self._hidden:
                self.paragraphs.append(words)

    def close(self) -> None:
        """Asked for by the parser."""
