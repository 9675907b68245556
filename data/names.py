"""How names are compared. Knows nobody's."""

from __future__ import annotations

import re
import unicodedata


def folded(name: str) -> str:
    """A name as it is compared: whatever its case, its white space and its Unicode form."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip().casefold()


def alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: Lucy and Lucy Hale, 小雨 and 陈小雨."""
    one, other = sorted((folded(one), folded(other)), key=len)
    return one in other if not one.isascii() else set(one.split()) <= set(other.split())
