"""Tells whether a line asks about what came after somebody's time. Knows when things began, not what letters say."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from persona.language import folded
from persona.patterns import pattern, table

_FILE: Final = "after.toml"
_YEAR: Final = re.compile(r"(?<![\d.,])((?:19|20)\d\d)(?!\d)(?=$|\D)")
_YEAR_HAN: Final = re.compile(r"([一二][零〇一二三四五六七八九]{3})年")
_DIGITS: Final = str.maketrans("零〇一二三四五六七八九", "00123456789")


def after_their_time(line: str, died: str | None) -> bool:
    """Whether it speaks of a year after the death, of something that was not there before, or of the time since."""
    if died is None:
        return False
    plain = folded(line)
    years = [*_YEAR.findall(plain), *(year.translate(_DIGITS) for year in _YEAR_HAN.findall(plain))]
    if any(year > died[:4] for year in years):
        return True
    if any(since > died for since, speaks in _news() if speaks.search(plain)):
        return True
    return bool(pattern(_FILE, "since_then").search(plain))


@cache
def _news() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((each["since"], re.compile(each["speaks"])) for each in table(_FILE)["new"])
