"""Tells whether a visitor's line speaks of ending or hurting themselves. Knows nothing of what is done about it.

When in doubt it says yes: a needless list of help lines costs a moment, a missed one may cost a life. Sayings that only
sound alike ("dying to know", 想死你了) are taken out first.
"""

from __future__ import annotations

from typing import Final

from persona.language import folded
from persona.patterns import pattern

_FILE: Final = "crisis.toml"


def in_crisis(line: str) -> bool:
    """Whether the line holds a sign that its writer may end or hurt themselves."""
    plain = pattern(_FILE, "sayings").sub(" ", folded(line))
    if not pattern(_FILE, "signs").search(plain):
        return False
    # A question about somebody's past is no sign, unless the visitor speaks of themselves as well.
    return bool(pattern(_FILE, "of_self").search(plain)) or not pattern(_FILE, "of_others").search(plain)
