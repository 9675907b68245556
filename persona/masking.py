"""Hides other people's names, numbers and addresses in a text. Knows the names it was given, and no others.

What is hidden is shown as hidden: a false name in its place would be a false memory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from functools import cache
from typing import Final, Literal

from persona.language import HAN
from persona.patterns import table

Masked = Literal["name", "number", "address"]

_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LONG: Final = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ().-]{0,2}\d){6,18}[Xx]?(?![\dA-Za-z])")  # telephones, accounts
_DATE: Final = re.compile(r"(?:1[89]|20)\d\d[ .-]\d{1,2}[ .-]\d{1,2}|\d{1,2}[ .-]\d{1,2}[ .-](?:1[89]|20)\d\d")
_SECRET: Final = re.compile(
    r"(?P<what>\b(?:code|pin|password|passcode)(?: is|:| =)? )(?P<secret>[\w-]*\d[\w-]*)"
    r"|(?P<what_zh>(?:密码|验证码|口令)[是为:：]?\s*)(?P<secret_zh>[A-Za-z\d-]{3,})",
    re.IGNORECASE,
)
_FILE: Final = "masking.toml"
_SHORTEST: Final = 3  # letters of one word of a name: a shorter one is too often another word
_SHORTEST_HAN: Final = 2
_WITH_FAMILY_NAME: Final = 3  # Chinese characters: the last two are used alone


class Mask:
    """Puts "[name]", "[number]" and "[address]" in place of what is hidden; `counts` says how often."""

    def __init__(self, names: Collection[str]) -> None:
        self.counts: Counter[Masked] = Counter()
        self._names = _any_of(names)

    def __call__(self, text: str) -> str:
        """The text without them."""
        text = self._hide(_ADDRESS, "address", text)
        text = _SECRET.sub(self._without_secret, text)
        text = _LONG.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else self._shown("number"), text)
        return self._hide(self._names, "name", text) if self._names else text

    def _hide(self, pattern: re.Pattern[str], what: Masked, text: str) -> str:
        return pattern.sub(lambda _found: self._shown(what), text)

    def _without_secret(self, found: re.Match[str]) -> str:
        return (found["what"] or found["what_zh"]) + self._shown("number")

    def _shown(self, what: Masked) -> str:
        self.counts[what] += 1
        return f"[{what}]"


def _any_of(names: Collection[str]) -> re.Pattern[str] | None:
    forms = {form for name in names for form in _forms(" ".join(name.split()))}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    each = [re.escape(form) if HAN.search(form) else rf"\b{re.escape(form)}\b" for form in longest_first]
    return re.compile("|".join(each)) if each else None


def _forms(name: str) -> set[str]:
    """How somebody of that name is called: all of it, and its parts."""
    if HAN.search(name):
        short = {name[1:]} if len(name) == _WITH_FAMILY_NAME else set()
        return {form for form in {name} | short if len(form) >= _SHORTEST_HAN and form not in _nameless()}
    words = {word for word in name.split(" ") if len(word) >= _SHORTEST and word.strip(".").lower() not in _nameless()}
    return words | {name} if words else set()


@cache
def _nameless() -> frozenset[str]:
    """How relatives are called, which names nobody."""
    return frozenset(word for words in table(_FILE).values() for word in words.split())
