"""Reads the lists of words kept as data. Knows nothing of what they are for."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, Literal

WordList = Literal["en", "zh", "grammar", "abbreviations", "either"]

_FILE: Final = Path(__file__).with_name("stopwords.toml")


@cache
def word_list(name: WordList) -> frozenset[str]:
    """One list of words."""
    with _FILE.open("rb") as file:
        return frozenset(tomllib.load(file)[name].split())
