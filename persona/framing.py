"""Which sentences of theirs may not be spoken bare, because they would sound as if said today. Knows no dates.

Plans, appointments, promises, money, health, and words like "tomorrow" were true on the day they were written; they are
spoken only after a phrase that says when that was. No list holds everything of that kind, so it is the other way round:
bare is only what holds on any day. A frame too many is true all the same; one too few is not.
"""

from __future__ import annotations

from persona.claims import claim_in
from persona.tense import holds_on_any_day


def needs_frame(sentence: str) -> bool:
    """Whether a sentence must be introduced with the time when it was written."""
    return claim_in(sentence) is not None or not holds_on_any_day(sentence)
