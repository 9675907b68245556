"""Sentences that a persona must not say: that it lives or is the person, and requests that a swindler would make.

Knows single sentences; whether one may pass all the same, being theirs and framed, is the guard's matter. It is stern
on purpose: an engine's own sentence is about what was, and one in the present or the future of the first person is
held rather than weighed.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from persona.language import folded
from persona.likeness import kind_of
from persona.patterns import pattern, plain

Claim = Literal["claim", "ask"]

PEOPLE_LIKELY: Final = 0.6  # of the written cases of fraud and of claims to live, nine in ten are above it
_FILE: Final = "claims.toml"
_WORD: Final = re.compile(r"\w")
_TOLD_BY_VISITOR: Final = re.compile(  # as manner.toml has it; what stands between the quotation marks is the visitor's
    r"^(?:In [\w ]+|Earlier today) you told me: “([^“”]+)”$|^[^“”，。：]*你跟我讲过：“([^“”]+)”$"
)


def claim_in(sentence: str, name: str = "") -> Claim | None:
    """What the patterns alone say of a sentence, quickly: why it must not be spoken as of today, or None.

    "claim" says that the speaker lives, is here, or is the person; "ask" wants money, codes, secrecy or haste.
    """
    said = plain(sentence)
    if _asks(said) or pattern(_FILE, "topic").search(_without_advice(said)):
        return "ask"
    if _says("claim", said) or (name and _names_itself(said, folded(name))):
        return "claim"
    return None


def held_in(sentence: str, name: str, by_people: bool = False) -> Claim | None:
    """Why the guard holds a sentence: it is not surely harmless, or says that the speaker is the person.

    Of what the person or the family wrote (`by_people`), which no model made up, only what is likely to harm is held.
    """
    if told := _TOLD_BY_VISITOR.match(sentence):
        return _held_of_told(told[1] or told[2])
    if not _WORD.search(sentence):
        return None
    kind = kind_of(sentence, "persona", PEOPLE_LIKELY if by_people else None)
    if kind == "ask":
        return "ask"
    return "claim" if kind == "claim" or _names_itself(plain(sentence), folded(name)) else None


def _held_of_told(line: str) -> Claim | None:
    """The same of a visitor's line that is told back: its "I" is the visitor, who lives and may say so."""
    if swindle_in(line) or (kind_of(line, "persona") == "ask" == claim_in(line)):
        return "ask"
    return "claim" if kind_of(line, "visitor") == "identity" else None


def swindle_in(line: str) -> bool:
    """Whether a visitor is after money, codes or secrecy, or would put words into the person's mouth for that."""
    return kind_of(line, "visitor") == "fraud"


def _asks(said: str) -> bool:
    return _says("ask", _without_advice(said))


def _says(kind: Claim, said: str) -> bool:
    if pattern(_FILE, kind).search(said):
        return True
    return bool(pattern(_FILE, f"{kind}_of_today").search(said)) and not pattern(_FILE, "told").search(said)


def _without_advice(said: str) -> str:
    return pattern(_FILE, "advice").sub(" ", said)


def _names_itself(said: str, name: str) -> bool:
    named = re.escape(name)
    return re.search(rf"\bi(?:'m| am) (?:\w+ )?{named}|我(?:就|真的|确实)*(?:是|叫){named}", said) is not None
