"""Sentences that a persona must not say: that it lives or is the person, and requests that a swindler would make.

Knows single sentences; whether one may pass all the same, being theirs and framed, is the guard's matter.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from persona.language import folded
from persona.patterns import pattern

Claim = Literal["claim", "ask"]

_FILE: Final = "claims.toml"


def claim_in(sentence: str, name: str = "") -> Claim | None:
    """Why a sentence must not be spoken as an answer of today, or None where it may.

    "claim" says that the speaker lives, is here, or is the person; "ask" wants money, codes, secrecy or haste.
    """
    plain = folded(sentence)
    if pattern(_FILE, "ask").search(plain):
        return "ask"
    if pattern(_FILE, "claim").search(plain) or (name and _names_itself(plain, folded(name))):
        return "claim"
    return None


def _names_itself(plain: str, name: str) -> bool:
    named = re.escape(name)
    return re.search(rf"\bi(?:'m| am) (?:\w+ )?{named}|我(?:就|真的|确实)*(?:是|叫){named}", plain) is not None
