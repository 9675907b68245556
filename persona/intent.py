"""What kind of line a visitor wrote: a greeting, a goodbye, grief, a wish to hear more, or a question.

Knows phrases of English and Chinese, none of the letters. Several kinds may stand in one line.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from persona.language import folded
from persona.patterns import pattern

Intent = Literal[
    "letter", "more", "missing", "sadness", "apology", "about_us", "wellbeing", "news", "thanks", "farewell", "greeting"
]
_INTENTS: Final[tuple[Intent, ...]] = (
    "letter", "more", "missing", "sadness", "apology", "about_us", "wellbeing", "news", "thanks", "farewell", "greeting"
)  # fmt: skip
_FILE: Final = "intent.toml"

_KIN: Final = (
    "grandpa|grandad|granddad|grandfather|gramps|grandma|grandmother|granny|nana|gran|dad|daddy|father|papa|pa|mum|mom|"
    "mummy|mommy|mother|mama|ma|uncle|aunt|auntie|dear|darling|"
    "外公|外婆|爷爷|奶奶|姥姥|姥爷|阿公|阿婆|爸爸|妈妈|老爸|老妈|爸|妈|爹|娘|舅舅|叔叔|阿姨|姑姑|老师"
)
_VOCATIVE: Final = re.compile(
    rf"^(?P<hail>(?:oh|hi|hello|dear|hey|my dear),? )?(?:{_KIN})(?=[\s,，!！。.?？:：]|你|我|$)[\s,，!！。.:：]*"
    rf"|[,，]\s*(?:{_KIN})(?=[\s!！。.?？]*$)"
)


def intents_of(line: str) -> tuple[Intent, ...]:
    """Every kind of line that this is, the weightiest first; empty for a plain question."""
    plain = without_vocative(line)
    if not re.search(r"\w", plain):  # "Mum?" is a greeting
        return ("greeting",)
    return tuple(intent for intent in _INTENTS if pattern(_FILE, intent).search(plain))


def remainder(line: str) -> str:
    """The line without its phrases of greeting, thanks and the like: what is left may be a question."""
    plain = without_vocative(line)
    for intent in _INTENTS:
        plain = pattern(_FILE, intent).sub(" ", plain)
    left = _VOCATIVE.sub("", " ".join(plain.split()))
    return "" if re.fullmatch(rf"\W*(?:{_KIN})?\W*", left) else left


def without_vocative(line: str) -> str:
    """The folded line without the name by which the visitor calls."""
    return _VOCATIVE.sub(lambda match: match["hail"] or "", folded(line)).strip()
