"""Tells who speaks in a line that begins with a name and a colon: "Tom: I burnt the kettle". Knows no kind of file.

Most colons follow no name: a letter greets before one, lists, and adds a postscript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_NAME_CHARS = 24

_NAME = r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2}"
_SPEAKER = re.compile(rf"\s*(?P<name>{_NAME})\s?(?::(?=\s|$|[\u3400-\u9fff])|：)")
_NO_SPEAKER = re.compile(
    r"p\.?p?\.?s\.?|n\.?b\.?|notes?|re|remember|reminder|recipe|warning|question|answer|.*[说說讲講问問道写寫]|记得|注意|附",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody says, and the name before it."""

    speaker: str
    words: str


def spoken(text: str) -> Line | None:
    """None where the text begins with no name."""
    match = _SPEAKER.match(text)
    return Line(match["name"], text[match.end() :].strip()) if match and is_name(match["name"]) else None


def is_name(text: str) -> bool:
    """Whether this may be somebody's name: up to three words with capitals, or in a writing without them."""
    if len(text) > LONGEST_NAME_CHARS or not re.fullmatch(_NAME, text) or _NO_SPEAKER.fullmatch(text):
        return False
    return all(word[0].isupper() or not word[0].isascii() for word in text.split())
