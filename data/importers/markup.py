"""Turns a mail's HTML into plain text. Knows no mail: what it quotes comes out as lines that begin with `> `.

Mails come from strangers, and Python's own HTML parser takes hours over some megabytes of opening brackets; here a text
is cut into tags and words by one expression, in a time that grows with its length.
"""

from __future__ import annotations

import re
from html import unescape

BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
APART = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})  # blank lines
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
UNSEEN = frozenset({"head", "script", "style", "template", "title"})
DEEPEST = 100  # open elements; those inside are taken for closed
QUOTES = re.compile(r"\b(?:gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|protonmail_quote|divRplyFwdMsg)\b")

_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^<>]{0,5000}>|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:]{0,30})(?P<rest>[^<>]{0,5000})>"
    r"|(?P<words>[^<]+|<)",
    re.DOTALL,
)


def text_of_markup(markup: str) -> str:
    """The words that a page shows, a line for each block. Never raises."""
    page = _Page()
    for piece in _PIECE.finditer(markup):
        if piece["words"]:
            page.say(unescape(piece["words"]))
        elif piece["tag"] and piece["end"]:
            page.end(piece["tag"].lower())
        elif piece["tag"]:
            page.begin(piece["tag"].lower(), piece["rest"])
    return page.text()


class _Page:
    """The elements that are open, and the lines that are done."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []  # each with whether it quotes
        self._quotes = self._unseen = self._kept = 0  # how many of those open quote, hide, or keep their line ends
        self._parts: list[str] = []
        self._lines: list[str] = []

    def begin(self, tag: str, rest: str) -> None:
        if tag in BLOCKS:
            self._end_line(apart=tag in APART)
        if tag == "br":
            self._end_line(even_empty=True)
        elif tag == "li":
            self._parts.append("- ")
        if tag not in VOID and not rest.endswith("/") and len(self._open) < DEEPEST:
            quotes = tag == "blockquote" or bool(QUOTES.search(rest))
            self._open.append((tag, quotes))
            self._count(tag, quotes, 1)

    def end(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end_line(apart=tag in APART)
        if any(tag == name for name, _ in self._open):
            closed = None
            while closed != tag:
                closed, quotes = self._open.pop()
                self._count(closed, quotes, -1)

    def say(self, words: str) -> None:
        if self._unseen:
            return
        if not self._kept:
            self._parts.append(re.sub(r"[ \t\r\n]+", " ", words))
            return
        *ended, last = words.split("\n")
        for line in ended:
            self._parts.append(line)
            self._end_line(even_empty=True)
        self._parts.append(last)

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _count(self, tag: str, quotes: bool, change: int) -> None:
        self._quotes += change * quotes
        self._unseen += change * (tag in UNSEEN)
        self._kept += change * (tag == "pre")

    def _end_line(self, apart: bool = False, even_empty: bool = False) -> None:
        words = "".join(self._parts).replace("\xa0", " ").strip()
        self._parts.clear()
        if words or even_empty:
            self._lines.append(f"> {words}".rstrip() if self._quotes else words)
        if apart and self._lines and self._lines[-1]:
            self._lines.append("")
