"""The visitor's line, taken from the conversation and checked. Knows nothing of answers."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from data.errors import BadLength, BadText
from data.types import Turn

LINE_LIMIT: Final = 2_000  # characters: a page of talk; more is a document, which belongs among the letters
_HARMLESS_CONTROLS: Final = frozenset("\n\r\t")


def line_of(turns: Sequence[Turn]) -> str:
    """The last turn's text in NFC with single spaces. Raises BadText where it cannot be answered."""
    if not turns or turns[-1].speaker != "visitor":
        raise BadText("there is no line to answer: the last turn must be the visitor's")
    text = turns[-1].text
    if len(text) > LINE_LIMIT:
        raise BadLength(
            f"the line has {len(text):,} characters; the limit is {LINE_LIMIT:,}: ask in shorter lines", most=LINE_LIMIT
        )
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in _HARMLESS_CONTROLS for char in text):
        raise BadText("the line holds control characters: type it again as plain text")
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(unicodedata.category(char)[0] in "LNPS" for char in line):
        raise BadLength("the line is empty: write a question or a greeting", most=LINE_LIMIT)
    return line
