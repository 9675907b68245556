"""Which sentences of theirs may not be spoken bare, because they would sound as if said today. Knows no dates.

Plans, appointments, promises, money, health, and words like "tomorrow" were true on the day they were written; they are
spoken only after a phrase that says when that was.
"""

from __future__ import annotations

from persona.claims import claim_in
from persona.language import folded
from persona.patterns import pattern


def needs_frame(sentence: str) -> bool:
    """Whether a sentence must be introduced with the time when it was written."""
    return bool(pattern("framing.toml", "of_its_day").search(folded(sentence))) or claim_in(sentence) is not None
