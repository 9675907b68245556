"""Reads letters written with a word processor, .docx, or printed to PDF. Knows the two containers; the letter inside
is told from its text as a plain one is.

Word's own files are a zip of XML, read here piece by piece; PDFs are read by PDFium. A picture in a Word file may be
the scan of a letter: each is given as an attachment.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.errors import BadText, Damaged, Empty, Locked, PicturesOnly, TooMuch, UnknownKind
from data.importers.apart import is_harmless, pages_apart
from data.importers.archives import is_archive, members
from data.importers.imported import Attachment, File, Item, LeftOut
from data.importers.letters import left_out, letters_in, spaced
from data.importers.lines import reading
from data.importers.opendocument import OpenDocument, document_text
from data.importers.pdfium import LOCK, opened
from data.importers.richtext import RichText, rich_text
from data.importers.text import LARGEST_BYTES, UNREADABLE, decoded, whole
from data.importers.xmlparts import show

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MOST_PAGES = 2_000
LARGEST_PDF_BYTES = 500_000_000
LOST_SHARE = 0.05  # of a page's characters stand for no letter: its fonts do not say which is which
FULL_LINE_SHARE = 0.7  # of the widest line; a line shorter than this ends its paragraph

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Word up to 2003, and newer files under a password
DOCUMENT = "word/document.xml"
PICTURES = "word/media/"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HIDDEN = frozenset({"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{_W}moveFrom"})
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
BESIDE = {
    "word/footnotes.xml": "a footnote",
    "word/endnotes.xml": "an endnote",
    "word/comments.xml": "a comment beside the text",
}
_LOST = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\uffff]")
_PRESENTED = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")  # radicals and ligatures in place of letters
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]")


class Word:
    """Reads .docx."""

    name = "word"

    def knows(self, file: File) -> bool:
        """By the document inside. Files of an older Word are known in order to say what to do with them."""
        try:
            if file.head(len(OLD_OFFICE)) == OLD_OFFICE:
                return True
            return is_archive(file) and DOCUMENT in members(file)
        except (BadText, *UNREADABLE):
            return False

    def read(self, file: File) -> Iterator[Item]:
        """One letter, or messages, then its pictures. Raises `BadText`."""
        parts = _parts(file)
        text = _word_text(file, parts)
        pictures = [part for path, part in parts.items() if path.startswith(PICTURES)]
        if text.strip():
            yield from letters_in(file.name, decoded(file.name, text.encode()))
        elif not pictures:
            raise Empty(f"{file.name} is empty: choose a file with words in it", file=file.name)
        yield from (Attachment(picture, None, None) for picture in pictures)
        yield from left_out(_beside(file, parts))


class Pdf:
    """Reads PDFs that hold text."""

    name = "pdf"

    def knows(self, file: File) -> bool:
        """By its mark."""
        try:
            return b"%PDF-" in file.head(1024)  # as far as readers look for it
        except (BadText, *UNREADABLE):
            return False

    def read(self, file: File) -> Iterator[Item]:
        """One letter, or messages. Pages without text are counted. Raises `BadText`."""
        pages = _pdf_pages(file)
        yield from letters_in(file.name, _pdf_text(file, pages))
        wordless = sum(not page for page in pages)
        if wordless:
            yield LeftOut(wordless, "a page without text, which may be a scan")


def text_of(file: File) -> str:
    """The words of a text, a PDF, or what a word processor saved. Raises `BadText`."""
    if Word().knows(file):
        return decoded(file.name, _word_text(file, _parts(file)).encode())
    if OpenDocument().knows(file):
        return decoded(file.name, document_text(file, Counter()).encode())
    if RichText().knows(file):
        return rich_text(file, Counter())
    if Pdf().knows(file):
        return _pdf_text(file, _pdf_pages(file))
    return decoded(file.name, whole(file))


def is_scan(file: File) -> bool:
    """Whether a PDF can be read and has no text: pictures of pages. Never raises."""
    try:
        return not any(_pdf_pages(file))
    except BadText:
        return False


def _parts(file: File) -> dict[str, File]:
    """Those of a .docx by their paths. Raises `BadText`."""
    try:
        if file.head(len(OLD_OFFICE)) == OLD_OFFICE and file.name.lower().endswith(".msg"):
            raise UnknownKind(
                f"{file.name} is a mail of Outlook: open it there and save it as .eml or .txt", file=file.name
            )
        if file.head(len(OLD_OFFICE)) == OLD_OFFICE:
            raise Locked(
                f"{file.name} has a password or is of an older Office: save it as .docx without a password",
                file=file.name,
            )
        parts = members(file)
    except UNREADABLE as err:
        raise Damaged(_damaged(file), file=file.name) from err
    if DOCUMENT not in parts:
        raise Damaged(_damaged(file), file=file.name)
    return parts


def _damaged(file: File) -> str:
    return f"{file.name} is damaged: open it in Word and save it anew as .docx or .txt"


def _word_text(file: File, parts: dict[str, File]) -> str:
    """Its paragraphs, a blank line between them, unless the writer left blank lines where they belong."""
    return spaced(_paragraphs_of(file, parts[DOCUMENT]))


def _paragraphs_of(file: File, part: File) -> list[str]:
    shown = _Shown()
    show(file, part, shown, _damaged(file))
    return shown.paragraphs


class _Shown:
    """Takes a part's elements as they come and keeps the paragraphs that are shown, in reading order: neither deleted
    text, nor the copy of a text box for older programs."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self._open: list[list[str]] = [[]]  # a paragraph in a text box stands inside another
        self._hidden = 0
        self._is_text = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._is_text = tag == f"{_W}t"
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == f"{_W}p":
            self._open.append([])
        elif tag in _SIGNS and f"{_W}val" not in attributes:  # with a value, it says where tabs stop
            self.data(_SIGNS[tag], is_text=True)

    def data(self, text: str, is_text: bool = False) -> None:
        if (self._is_text or is_text) and not self._hidden:
            self._open[-1].append(text)

    def end(self, tag: str) -> None:
        self._is_text = False
        if tag in _HIDDEN:
            self._hidden -= 1
        elif tag == f"{_W}p":
            words = "".join(self._open.pop())
            if not self._hidden:
                self.paragraphs.append(words)

    def close(self) -> None:
        """Asked for by the parser."""


def _beside(file: File, parts: dict[str, File]) -> Iterator[str]:
    """Why it is not taken, for each paragraph that stands beside the text."""
    for name in BESIDE.keys() & parts.keys():
        yield from (BESIDE[name] for words in _paragraphs_of(file, parts[name]) if words.strip())


def _pdf_pages(file: File) -> list[list[str]]:
    """The lines of each page; none for one without text. Raises `BadText`."""
    if file.size_bytes > LARGEST_PDF_BYTES:
        raise TooMuch(
            f"{file.name} is larger than {LARGEST_PDF_BYTES // 1_000_000} MB: cut it into shorter files", file=file.name
        )
    content = whole(file, LARGEST_PDF_BYTES)
    return pages_here(File.of(file.name, content)) if is_harmless(content) else pages_apart(file.name, content)


def pages_here(file: File) -> list[list[str]]:
    """The same, in this process. Raises `BadText`."""
    with reading(file) as stream, LOCK, opened(file.name, stream) as document:
        return _page_lines(file, document)


def _pdf_text(file: File, pages: list[list[str]]) -> str:
    if not any(pages):
        raise PicturesOnly(
            f"{file.name} holds no text, so it is a scan: give photos of its pages as .jpg or .png", file=file.name
        )
    return decoded(file.name, _paragraphs([line for page in pages for line in page]).encode())


def _page_lines(file: File, document: PdfDocument) -> list[list[str]]:
    if len(document) > MOST_PAGES:
        raise TooMuch(
            f"{file.name} has {len(document):,} pages, at most {MOST_PAGES:,} are read: cut it up", file=file.name
        )
    pages, size = [], 0
    for index in range(len(document)):
        pages.append(_lines(document[index]))
        size += sum(map(len, pages[-1]))
        if size > LARGEST_BYTES:
            raise TooMuch(f"{file.name} holds too much text: cut it into shorter files", file=file.name)
    return pages


def _lines(page: PdfPage) -> list[str]:
    shown = page.get_textpage()
    try:
        text = shown.get_text_bounded()
    finally:
        shown.close()
        page.close()
    text = re.sub("\ufffe\r?\n?", "", text)  # a hyphen at a line's end that joins a word
    text = _PRESENTED.sub(lambda char: unicodedata.normalize("NFKC", char[0]), text)
    if len(_LOST.findall(text)) > LOST_SHARE * len(text):
        return []
    return [line.rstrip() for line in _LOST.sub("", text).splitlines() if line.strip()]


def _paragraphs(lines: list[str]) -> str:
    """With a blank line after each that ends early: a PDF knows where lines stand, not which belong together."""
    widest = max(map(_width, lines), default=0)
    return "\n".join(line if _width(line) >= FULL_LINE_SHARE * widest else f"{line}\n" for line in lines)


def _width(line: str) -> int:
    """In halves of a Chinese character."""
    return len(line) + len(_HAN.findall(line))
