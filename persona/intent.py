"""What kind of line a visitor wrote: a greeting, a goodbye, grief, a wish to hear more, or a question.

Knows phrases of English and Chinese, none of the letters. Several kinds may stand in one line; what a question asks
after ("and your sister?") is told by `turned_to`, and whether a line asks at all by `asks`.
"""

from __future__ import annotations

import re
from typing import Final, Literal, get_args

from persona.language import folded
from persona.patterns import pattern

Intent = Literal[
    "letter", "another", "called", "my_name", "joke", "more", "when", "detail",
    "anger", "left", "missing", "love", "sadness", "apology", "praise", "birthday",
    "about_us", "knows_me", "wellbeing", "advice", "news", "everyday", "festive", "longing", "voice", "fond", "meet",
    "anything", "recollects", "thanks", "farewell", "night", "greeting", "nod",
]  # fmt: skip
_INTENTS: Final[tuple[Intent, ...]] = get_args(Intent)
# What is left of a line without these may be a question of its own.
_SET_PHRASES: Final[tuple[Intent, ...]] = (
    "letter", "more", "missing", "love", "sadness", "apology", "about_us", "wellbeing", "news", "thanks", "farewell",
    "greeting",
)  # fmt: skip
_FILE: Final = "intent.toml"

_KIN_EN: Final = (
    "grandpa|grandad|granddad|grandfather|gramps|grandma|grandmother|granny|nana|gran|dad|daddy|father|papa|pa|mum|mom|"
    "mummy|mommy|mother|mama|ma|uncle|aunt|auntie|sister|brother|husband|wife|son|daughter|dear|darling"
)
_KIN_ZH: Final = "外公|外婆|爷爷|奶奶|姥姥|姥爷|阿公|阿婆|爸爸|妈妈|老爸|老妈|爸|妈|爹|娘|舅舅|叔叔|阿姨|姑姑|老师"
_KIN: Final = f"{_KIN_EN}|{_KIN_ZH}"
_VOCATIVE: Final = re.compile(
    rf"^(?P<hail>(?:oh|hi|hello|dear|hey|my dear),? )?(?:{_KIN})(?=[\s,，!！。.?？:：]|你|我|$)[\s,，!！。.:：]*"
    rf"|[,，]\s*(?:{_KIN})(?=[\s!！。.?？]*$)"
)


def intents_of(line: str) -> tuple[Intent, ...]:
    """Every kind of line that this is, the weightiest first; empty for a plain question."""
    plain = without_vocative(line)
    found = tuple(intent for intent in _INTENTS if pattern(_FILE, intent).search(plain))
    if found or re.search(r"\w", plain):
        return found
    return ("greeting",) if re.search(r"\w", line) else ("nod",)  # "Mum?" is a greeting


def remainder(line: str) -> str:
    """The line without its phrases of greeting, thanks and the like: what is left may be a question."""
    plain = without_vocative(line)
    for intent in _SET_PHRASES:
        plain = pattern(_FILE, intent).sub(" ", plain)
    left = _VOCATIVE.sub("", " ".join(plain.split()))
    return "" if re.fullmatch(rf"\W*(?:{_KIN})?\W*", left) else left


def without_vocative(line: str) -> str:
    """The folded line without the name by which the visitor calls."""
    return _VOCATIVE.sub(lambda match: match["hail"] or "", folded(line)).strip()


def asks(line: str) -> bool:
    """Whether a line wants to know something, rather than to tell it."""
    return bool(pattern(_FILE, "asks").search(without_vocative(line)))


def is_troubled(line: str) -> bool:
    """Whether a line that tells something tells of trouble."""
    return bool(pattern(_FILE, "troubled").search(folded(line)))


def gives_reason(sentence: str) -> bool:
    """Whether a sentence explains the one before it."""
    return bool(pattern(_FILE, "reason").search(folded(sentence)))


def without_furniture(line: str) -> str:
    """The line without what only asks for a story: "Tell me a story about the moth" is about the moth."""
    return pattern(_FILE, "furniture").sub(" ", line)


def asks_anything_about(line: str) -> bool:
    """Whether a line names something and leaves open what it wants to hear of it: "Tell me about the garden"."""
    return bool(pattern(_FILE, "about").search(without_vocative(line)))


def names_only(line: str) -> bool:
    """Whether a line is no more than a name, as of what one wants to hear of: "the moth"."""
    return bool(pattern(_FILE, "name_only").search(folded(line)))


def leans_on_before(line: str) -> bool:
    """Whether a line speaks of what was named before: "Did she like it?"."""
    return bool(pattern(_FILE, "leans").search(without_vocative(line)))


def turned_to(line: str) -> str | None:
    """Whom or what a line turns the last question to: "and your sister?" to "your sister"."""
    found = pattern(_FILE, "turns").search(without_vocative(line))
    return next((group for group in found.groups() if group), None) if found else None


def matter_of(line: str) -> str | None:
    """What a line wants to tell somebody else of: "What should I tell my students about mistakes?"."""
    found = pattern(_FILE, "matter").search(without_vocative(line))
    return next((group for group in found.groups() if group), None) if found else None


def fond_of(line: str) -> str | None:
    """Of whom a line asks whether they were fond: "Did you love grandpa?"."""
    found = pattern(_FILE, "fond").search(without_vocative(line))
    return next((group for group in found.groups() if group), None) if found else None


def with_other_kin(question: str, kin: str) -> str | None:
    """A question asked of somebody else: "Where did your father work?" of "your mother"; None where it names nobody."""
    plain = without_vocative(question)
    asked = re.sub(rf"(?:\b(?:your|the|my) )?(?:\b(?:{_KIN_EN})\b|{_KIN_ZH})", kin, plain, count=1)
    return None if asked == plain else asked
