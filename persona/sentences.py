"""Splits running text into whole sentences, English and Chinese. Knows nothing of letters or of meaning.

Rules rather than a model, so that the same letter always falls into the same sentences: what is marked as theirs hangs
on it. When in doubt it does not split: a longer piece is still theirs, half a sentence would not be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

from persona.language import HAN
from persona.wordlists import word_list

_WIDTHS: Final = ("<wide>", "<narrow>")
_WIDE_OR_NARROW: Final = (0x3000, *range(0xFF01, 0xFFEF))  # the ideographic space, and Unicode's block of such forms
_CLOSERS: Final = "\"'”’」』）)】》]"
_BREAK: Final = re.compile(rf"(?:[.!?]+|[。！？]+|(?:……|…|\.\.\.)+[。！？]?)[{re.escape(_CLOSERS)}]*")
_OPENS: Final = re.compile(r"[\"'“‘「『（(\[—–-]*\s*[A-Z\u00c0-\u00de0-9\u3400-\u9fff]")
_SPEECH_TAG: Final = re.compile(r"[^，。！？,.!?\s]{0,6}(?:说|問|问|道|讲|講|喊|叫|笑|答|写道|寫道)")
_LAST_WORD: Final = re.compile(r"([A-Za-z][A-Za-z.]*)$")
_ITEM: Final = re.compile(
    r"[ \t\u3000]*(?:(?:\d{1,2}|[一二三四五六七八九十])[.)、．）](?=\s|[^\d\s])|[-*•·–](?=\s)"
    r"|(?:P\.? ?)+S\b\.?|又及|附言)[ \t\u3000]*[:：,，–—-]?[ \t]*"
)
_BEFORE_ITEM: Final = re.compile(r"(?:^|[.!?。！？…:：;；])[\"'”’」』)）]*\s*$")
_PARAGRAPH: Final = re.compile(r"\n\s*\n|\n(?=[\u3000\t]| {2,})")
_CHINESE: Final = r"[\u3000-\u9fff\uff00-\uffef]"
_SHARED_SIGN: Final = "[“”‘’…—·]"  # Chinese ones as well as English: their neighbours tell
_BETWEEN_CHINESE: Final = re.compile(
    rf"(?<={_CHINESE})\s(?={_CHINESE}|{_SHARED_SIGN})|(?<={_SHARED_SIGN})\s(?={_CHINESE})"
    rf"|(?<={_CHINESE}{_SHARED_SIGN})\s(?={_SHARED_SIGN})"
)


def paragraphs_of(text: str) -> list[str]:
    """Blocks between blank lines, or lines that begin indented; items of a list and postscripts are their own."""
    apart = _items_apart(text.replace("\r\n", "\n").split("\n"))
    return [block.strip() for block in _PARAGRAPH.split("\n".join(apart)) if block.strip()]


def _items_apart(lines: list[str]) -> Iterator[str]:
    """A blank line before each item, and its mark ("2.", "-", "PS") left out: it is no word of a sentence.

    A line that goes on a sentence of the line before is no item, however it begins.
    """
    before, in_list = "", False
    for line in lines:
        mark = _ITEM.match(line)
        in_list = bool(mark) and (in_list or bool(_BEFORE_ITEM.search(before)))
        if mark and in_list:
            yield ""
            line = line[mark.end() :]
        yield line
        before = line


def sentences_of(paragraph: str) -> list[str]:
    """Whole sentences in order, each as it stands in the text but with its line breaks undone."""
    text = joined(paragraph)
    found: list[str] = []
    start = 0
    for match in _BREAK.finditer(text):
        if match.end() > start and _ends(text, start, match):
            found.append(text[start : match.end()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def joined(text: str) -> str:
    """White space as single spaces, none between two Chinese characters or signs."""
    return _BETWEEN_CHINESE.sub("", " ".join(text.split()))


def even(text: str) -> str:
    """NFC, widths of signs and white space evened out; nothing else.

    Of NFKC only the width forms are folded: the rest of it turns 10² into 102 and ½ into 1⁄2, which is another number.
    """
    composed = unicodedata.normalize("NFC", text)
    return joined(composed.translate(_narrowed()))


@cache
def _narrowed() -> dict[int, str]:
    """Every sign of another width to its usual form."""
    return {
        code: unicodedata.normalize("NFKC", chr(code))
        for code in _WIDE_OR_NARROW
        if unicodedata.decomposition(chr(code)).startswith(_WIDTHS)
    }


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    rest = text[match.end() :]
    if not rest.strip():
        return True
    mark = match.group()
    before = text[start : match.start()]
    closed = mark[-1] in _CLOSERS
    if "。" in mark or "！" in mark or "？" in mark or (before and HAN.match(before[-1]) and mark[0] in "!?."):
        return not (closed and _SPEECH_TAG.match(rest))
    if "…" in mark and not closed:  # trailing off in the middle of a thought, unless a capital follows a space
        return bool(rest[0].isspace() and _OPENS.match(rest.lstrip()) and not HAN.match(rest.lstrip()[0]))
    if not rest[0].isspace() or not _OPENS.match(rest.lstrip()):
        return False
    return not (mark.startswith(".") and len(mark.rstrip(_CLOSERS)) == 1 and _abbreviated(before, rest.lstrip()))


def _abbreviated(before: str, rest: str) -> bool:
    word = _LAST_WORD.search(before)
    if word is None:
        return False
    token = word.group(1)
    if len(token) == 1:
        return token.isupper() and token != "I"  # noqa: S105 — an initial: J. R. Smith; "Roger and I." ends
    if re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", token):  # U.S. Navy
        return True
    if token.lower() in word_list("either"):
        return token.lower() == "no" and rest[:1].isdigit()  # No. 7
    return token.lower() in word_list("abbreviations")
