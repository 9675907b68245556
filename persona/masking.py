"""Hides other people's names, numbers and addresses in a text. Knows the names it was given, and a few by their form.

Those are the names in a salutation and behind a title (Mrs Baker, and then Baker anywhere; 王老师, 老王). A bare name
that was not given, such as a neighbour's who is only spoken of, stays: it cannot be told from other words for sure. A
name that is also a word (Will, May) is hidden wherever it has a capital. The person's own name is never hidden, nor, in
Chinese, a title with their family name. What is hidden is shown as hidden: a false name in its place would be a false
memory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final, Literal

from persona.language import HAN
from persona.names import SURNAMES
from persona.patterns import table

Masked = Literal["name", "number", "address"]

HIDDEN: Final = re.compile(r"\[(?:name|number|address)\]")  # what stands in the place of what is hidden
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LONG: Final = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ().-]{0,2}\d){6,18}[Xx]?(?![\dA-Za-z])")  # telephones, accounts
_DATE: Final = re.compile(r"(?:1[89]|20)\d\d[ .-]\d{1,2}[ .-]\d{1,2}|\d{1,2}[ .-]\d{1,2}[ .-](?:1[89]|20)\d\d")
_SECRET: Final = re.compile(
    r"(?P<what>\b(?:code|pin|password|passcode)(?: is|:| =)? )(?P<secret>[\w-]*\d[\w-]*)"
    r"|(?P<what_zh>(?:密码|验证码|口令)[是为:：]?\s*)(?P<secret_zh>[A-Za-z\d-]{3,})",
    re.IGNORECASE,
)
_NAME: Final = r"[A-Z\u00c0-\u00de][^\W\d_]*(?:['’-][A-Z\u00c0-\u00de][^\W\d_]+)*"
_NAMES: Final = re.compile(rf"{_NAME}(?:\s+{_NAME})*")
_GREETS: Final = re.compile(r"(?:(?:my|our)\b[\w ]*? )?(?:dear(?:est)?|darling|beloved|hello|hi|hey)\b", re.IGNORECASE)
_TITLED: Final = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Doctor|Prof|Professor)\b\.?[ ]+({_NAME}(?: {_NAME})?)")
_GREETS_ZH: Final = re.compile(
    r"(?:(?:亲爱的|親愛的|敬爱的|敬愛的)(?P<dear>[^：:，,！!]+)[：:，,！!]|(?P<plain>[^：:，,！!]+)[：:])"
)
_AND_ZH: Final = re.compile(r"[、和与\s]")
_GIVEN_ZH: Final = re.compile(rf"{HAN.pattern}{{2,3}}(?<!们)")
_TITLED_ZH: Final = re.compile(
    rf"(?P<before>老)(?P<old>[{''.join(sorted(SURNAMES - set('方高常史白江牛孔龙毛')))}])"  # 老方法, 老高了, 老白干
    rf"|(?P<family>[{''.join(sorted(SURNAMES))}])(?=老师|先生|阿姨|医生|大夫|师傅|太太|女士|校长)"
)
_FILE: Final = "masking.toml"
_SHORTEST: Final = 3  # letters of one word of a name: a shorter one is too often another word
_SHORTEST_HAN: Final = 2
_WITH_FAMILY_NAME: Final = 3  # Chinese characters: the last two are used alone


class Mask:
    """Puts "[name]", "[number]" and "[address]" in place of what is hidden; `counts` says how often."""

    def __init__(self, names: Collection[str], own: str = "") -> None:
        self.counts: Counter[Masked] = Counter()
        self._own = own
        self._names = _any_of(names, {own} | _forms(own))

    def __call__(self, text: str) -> str:
        """The text without them."""
        text = self._hide(_ADDRESS, "address", text)
        text = _SECRET.sub(self._without_secret, text)
        text = _LONG.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else self._shown("number"), text)
        text = self._hide(self._names, "name", text) if self._names else text
        return _TITLED_ZH.sub(self._without_family_name, text)

    def _hide(self, pattern: re.Pattern[str], what: Masked, text: str) -> str:
        return pattern.sub(lambda _found: self._shown(what), text)

    def _without_secret(self, found: re.Match[str]) -> str:
        return (found["what"] or found["what_zh"]) + self._shown("number")

    def _without_family_name(self, found: re.Match[str]) -> str:
        if (found["old"] or found["family"]) == self._own[:1]:
            return found[0]
        return (found["before"] or "") + self._shown("name")

    def _shown(self, what: Masked) -> str:
        self.counts[what] += 1
        return f"[{what}]"


def greeted(salutation: str) -> Iterator[str]:
    """The names in a letter's salutation."""
    if found := _GREETS_ZH.fullmatch(salutation):
        yield from filter(_GIVEN_ZH.fullmatch, _AND_ZH.split(found["dear"] or found["plain"]))
    elif greets := _GREETS.match(salutation):
        yield from _NAMES.findall(salutation, greets.end())


def titled(text: str) -> Iterator[str]:
    """The names behind an English title."""
    yield from _TITLED.findall(text)


def _any_of(names: Collection[str], own: Collection[str]) -> re.Pattern[str] | None:
    forms = {form for name in names for form in _forms(" ".join(name.split()))} - set(own)
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
