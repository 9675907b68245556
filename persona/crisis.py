"""Tells whether a visitor's line speaks of ending or hurting themselves, or of somebody who may. Knows no answers.

There is no "perhaps": where it is likely enough the product speaks, for a needless notice costs a moment and a missed
one may cost a life. It reads one line at a time, and only words: irony, silence and a worsening from line to line
escape it.
"""

from __future__ import annotations

from persona.likeness import kind_of


def danger_in(line: str) -> bool:
    """Whether help lines are owed as the answer."""
    return kind_of(line, "visitor") == "danger"
