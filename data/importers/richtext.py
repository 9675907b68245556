"""Reads letters in the Rich Text Format, .rtf, as TextEdit, WordPad and older word processors write it.

    {\\rtf1\\ansi\\ansicpg1252 {\\fonttbl{\\f0\\fcharset134 SimSun;}} \\f0 \\'c4\\'e3\\'ba\\'c3 \\u8220? \\par}

Groups in braces, and words after a backslash: what is shown is told from what describes it. Every byte is looked at
once, so that a file written to do harm takes no longer than any other of its size.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from data.errors import BadText, Damaged
from data.importers.chat import counted
from data.importers.imported import File, Item
from data.importers.letters import letters_in, spaced
from data.importers.text import UNREADABLE, decoded, whole

MARK = b"{\\rtf"
LARGEST_RTF_BYTES = 50_000_000  # pictures stand in it as letters and digits
DEEPEST = 1_000  # groups inside groups; word processors come to some twenty
PICTURE, FOOTNOTE = "a picture inside the text: give it by itself", "a footnote"

_TOKEN = re.compile(
    r"\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\(?P<sign>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n\\]",
    re.DOTALL,
)
_UNSHOWN = frozenset({
    "colortbl", "stylesheet", "info", "pict", "footnote", "header", "headerl", "headerr", "headerf", "footer",
    "footerl", "footerr", "footerf", "object", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator",
    "xmlnstbl", "themedata", "annotation", "fldinst", "nonshppict",
})  # fmt: skip
_COUNTED = {"pict": PICTURE, "footnote": FOOTNOTE}
_WORDS = {
    "par": "\n", "sect": "\n", "page": "\n", "row": "\n", "line": "\v", "tab": "\t", "cell": "\t",
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_SIGNS = {"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n", "\\": "\\", "{": "{", "}": "}"}
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_CODES = {936: "gb18030", 10000: "mac_roman", 65001: "utf-8"}


class RichText:
    """Reads .rtf."""

    name = "rtf"

    def knows(self, file: File) -> bool:
        """By its first word."""
        try:
            return file.head(len(MARK)) == MARK
        except (BadText, *UNREADABLE):
            return False

    def read(self, file: File) -> Iterator[Item]:
        """One letter, or messages; pictures and footnotes are counted. Raises `BadText`."""
        left_out = Counter[str]()
        yield from letters_in(file.name, rich_text(file, left_out))
        yield from counted(left_out)


def rich_text(file: File, left_out: Counter[str]) -> str:
    """Its words, a blank line between paragraphs. Raises `BadText`."""
    page = _Page(file.name, left_out)
    page.write(whole(file, LARGEST_RTF_BYTES).decode("latin-1"))
    paragraphs = [line.replace("\v", "\n") for line in page.text().split("\n")]
    return decoded(file.name, spaced(paragraphs).encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds up to the next closing brace."""

    is_shown: bool = True
    in_picture: bool = False  # as Word wraps one that older programs are given again
    in_fonts: bool = False
    font: int | None = None
    after_unicode: int = 1  # characters that stand for one, for older programs


@dataclass
class _Page:
    """What is shown so far."""

    name: str
    left_out: Counter[str]
    group: _Group = field(default_factory=_Group)
    code: str = "cp1252"
    _outer: list[_Group] = field(default_factory=list)
    _fonts: dict[int | None, str] = field(default_factory=dict)
    _written: list[str] = field(default_factory=list)
    _bytes: bytearray = field(default_factory=bytearray)  # of characters that take one or two
    _passed: int = 0  # characters still to pass over
    _is_optional: bool = False  # the next word tells what older programs need not know

    def write(self, source: str) -> None:
        """All of a file."""
        at = 0
        while match := _TOKEN.match(source, at):
            at = match.end()
            if match["word"] == "bin":
                at += max(0, int(match["number"] or 0))
            elif match["word"]:
                self._word(match["word"], match["number"])
            elif match["brace"]:
                self._brace(match["brace"])
            elif match["sign"] == "*":
                self._is_optional = True
            elif match["sign"]:
                self._characters(_SIGNS.get(match["sign"], ""))
            elif match["byte"]:
                self._raw(bytes.fromhex(match["byte"]))
            elif match["text"]:
                self._raw(match["text"].encode("latin-1"))

    def text(self) -> str:
        """The words, halves of a character put together."""
        self._flush()
        return "".join(self._written).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _brace(self, brace: str) -> None:
        self._flush()
        self._passed, self._is_optional = 0, False
        if brace == "{":
            if len(self._outer) >= DEEPEST:
                raise Damaged(f"{self.name} is damaged: open it in a word processor and save it anew", file=self.name)
            self._outer.append(self.group)
        elif self._outer:
            self.group = self._outer.pop()

    def _word(self, word: str, told: str | None) -> None:
        number = 0 if told is None else int(told)
        is_optional, self._is_optional = self._is_optional, False
        if word == "u":
            self._characters(chr(number & 0xFFFF))
            self._passed = self.group.after_unicode
            return
        self._flush()
        if word in _UNSHOWN or is_optional:
            if (self.group.is_shown or self.group.in_picture) and word in _COUNTED:
                self.left_out[_COUNTED[word]] += 1
            self.group = replace(self.group, is_shown=False, in_picture=word == "shppict")
        elif word == "fonttbl":
            self.group = replace(self.group, is_shown=False, in_fonts=True)
        elif word in _WORDS:
            self._characters(_WORDS[word])
        else:
            self._set(word, number, is_off=told == "0")

    def _set(self, word: str, number: int, *, is_off: bool) -> None:
        if word in {"f", "deff"}:
            self.group = replace(self.group, font=number)
        elif word == "fcharset" and self.group.in_fonts and number in _CHARSETS:
            self._fonts[self.group.font] = _CHARSETS[number]
        elif word == "uc":
            self.group = replace(self.group, after_unicode=max(0, number))
        elif word == "ansicpg":
            self.code = _code(number)
        elif word in {"v", "deleted"}:
            self.group = replace(self.group, is_shown=is_off)

    def _characters(self, text: str) -> None:
        self._flush()
        if self.group.is_shown:
            self._written.append(text)

    def _raw(self, data: bytes) -> None:
        passed = min(self._passed, len(data))
        self._passed -= passed
        if self.group.is_shown:
            self._bytes += data[passed:]

    def _flush(self) -> None:
        if self._bytes:
            code = self._fonts.get(self.group.font, self.code)
            self._written.append(self._bytes.decode(code, "replace"))
            self._bytes.clear()


def _code(page: int) -> str:
    """The name of a code page; that of Western Europe where there is none."""
    name = _CODES.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name
