"""How often the same has come in a long stream. Forgets what lies far back, so that a stream of any length fits."""

from __future__ import annotations

from collections import Counter

HELD = 100_000  # at least, of what came last; some 15 MB


class Repeats:
    """Counts what comes."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._near, self._far = Counter[bytes](), Counter[bytes]()

    def times(self, what: bytes) -> int:
        """How often it has come by now, this time included."""
        times = self._near[what] = (self._near[what] or self._far[what]) + 1
        if len(self._near) >= self._held:
            self._far, self._near = self._near, Counter()
        return times
