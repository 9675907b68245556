"""Reads the lists of regular expressions that are kept as data, one idea a line. Knows nothing of what they mean.

They are tried on a line made plain: folded, and spelt in one way whatever the dialect, the script or the thumb's slips.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from persona.language import HAN, folded

_FOLDER: Final = Path(__file__).parent
_SPELLING: Final = "spelling.toml"
_NAME: Final = re.compile(r"<(\w+)>")
BETWEEN_HAN: Final = re.compile(rf"(?<={HAN.pattern})[\s*._·~-]+(?={HAN.pattern})")
_NEVER: Final = "(?!)"


@cache
def pattern(file: str, key: str) -> re.Pattern[str]:
    """Everything under a key of a file, in both languages, as one expression; `<name>` stands for a group of words."""
    return in_both_languages(table(file)[key], table(file).get("groups", {}))


def in_both_languages(entry: dict[str, list[str]], groups: dict[str, str]) -> re.Pattern[str]:
    """The expressions of an entry as one."""
    return either([*entry.get("en", ()), *entry.get("zh", ())], groups)


def either(entries: list[str], groups: dict[str, str]) -> re.Pattern[str]:
    """All expressions as one, with their groups filled in."""
    filled = (f"(?:{_filled(entry, groups)})" for entry in entries)
    return re.compile("|".join(filled) or _NEVER)


def plain(line: str) -> str:
    """The line as the patterns expect it. For comparing alone."""
    text = BETWEEN_HAN.sub("", folded(line).translate(_characters()))
    for written, usual in _instead("words"):
        text = written.sub(usual, text)
    return text


def retyped(line: str) -> str:
    """The line without slips of the finger in its question words. For answering: what is shown is never changed."""
    for written, meant in _instead("questions"):
        line = written.sub(meant, line)
    return line


@cache
def table(file: str) -> dict[str, Any]:
    """A file of this folder."""
    with (_FOLDER / file).open("rb") as opened:
        return tomllib.load(opened)


def _filled(entry: str, groups: dict[str, str]) -> str:
    while _NAME.search(entry):  # a group may name another
        entry = _NAME.sub(lambda name: groups[name[1]], entry)
    return entry


@cache
def _characters() -> dict[int, int]:
    replaced = table(_SPELLING)["characters"]
    return str.maketrans(replaced["from"], replaced["to"])


@cache
def _instead(section: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(written), usual) for written, usual in table(_SPELLING)[section]["instead"])
