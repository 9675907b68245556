"""Which sentences of theirs may not be spoken bare, because they would sound as if said today. Knows no dates.

Plans, appointments, promises, money, health, and words like "tomorrow" were true on the day they were written; they are
spoken only after a phrase that says when that was. No list holds everything of that kind, so it is the other way round:
bare is only what is told of the past ("my first wage was two pounds"), lasting ("I have always loved the sea") or
general ("measure twice and cut once"). A frame too many is true all the same; one too few is not.
"""

from __future__ import annotations

from typing import Final, Literal

from persona.claims import claim_in
from persona.language import folded
from persona.patterns import pattern

_FILE: Final = "framing.toml"
_Kind = Literal["of_its_day", "past", "present", "lasting", "general", "somebodys"]


def needs_frame(sentence: str) -> bool:
    """Whether a sentence must be introduced with the time when it was written."""
    plain = folded(sentence)
    if _is("of_its_day", plain) or claim_in(sentence) is not None:
        return True
    told_of_past = _is("past", plain) and not _is("present", plain)
    return not (told_of_past or is_general(sentence) or _is("lasting", plain))


def is_general(sentence: str) -> bool:
    """Whether it is said of nobody in particular, as advice and proverbs are."""
    plain = folded(sentence)
    return _is("general", plain) and not _is("somebodys", plain)


def _is(kind: _Kind, plain: str) -> bool:
    return bool(pattern(_FILE, kind).search(plain))
