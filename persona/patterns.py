"""Reads the lists of regular expressions that are kept as data, one idea a line. Knows nothing of what they mean."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@cache
def pattern(file: str, key: str) -> re.Pattern[str]:
    """Everything under a key of a file, in both languages, as one expression."""
    table = _table(file)[key]
    return re.compile("|".join(f"(?:{entry})" for language in ("en", "zh") for entry in table[language]))


@cache
def _table(file: str) -> dict[str, Any]:
    with (_FOLDER / file).open("rb") as opened:
        return tomllib.load(opened)
