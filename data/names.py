"""How names of people and of files are compared. Knows nobody's."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator


def folded(name: str) -> str:
    """A name as it is compared: whatever its case, its white space and its Unicode form."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip().casefold()


def alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: Lucy and Lucy Hale, 小雨 and 陈小雨."""
    one, other = sorted((folded(one), folded(other)), key=len)
    return one in other if not one.isascii() else set(one.split()) <= set(other.split())


def covers(place: str, file: str) -> bool:
    """Whether a path, `/` between its parts, is that of a file or of a folder around it; or stands in it as a whole:
    a name alone, as older memorials have them, is that of every file called so."""
    return f"/{place}/" in f"/{file}/"


def shortest(paths: Collection[str]) -> dict[str, str]:
    """The shortest end by which each path is told from the others; all of it where it is the end of another."""
    shared = Counter(end for path in set(paths) for end in _ends(path))
    return {path: next((end for end in _ends(path) if shared[end] == 1), path) for path in paths}


def _ends(path: str) -> Iterator[str]:
    """From the last part alone to the whole."""
    parts = path.split("/")
    return ("/".join(parts[start:]) for start in reversed(range(len(parts))))
