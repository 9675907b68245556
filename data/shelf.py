"""What was worked out of much, kept in memory for as long as it holds. Knows nothing of what it keeps.

Each is made once for all who ask for it at the same time. Of more than so many, the one that was used longest ago goes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
T = TypeVar("T")


class Shelf(Generic[Key, T]):
    """Things by their key, each with the mark of what it was made of."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._making: dict[Key, threading.Lock] = {}
        self._held: OrderedDict[Key, tuple[Hashable, T]] = OrderedDict()

    def get(self, key: Key, mark: Hashable, make: Callable[[], T]) -> T:
        """What was made under this mark; made now where there is none, or where the mark is another by now."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            held = self._held.get(key)
            if held is None or held[0] != mark:
                held = mark, make()
            with self._lock:
                self._held[key] = held
                self._held.move_to_end(key)
                if len(self._held) > self._most:
                    gone, _ = self._held.popitem(last=False)
                    self._making.pop(gone, None)
            return held[1]

    def forget(self, is_gone: Callable[[Key], bool]) -> None:
        """Let go of those."""
        with self._lock:
            for key in [key for key in self._held if is_gone(key)]:
                del self._held[key]
                self._making.pop(key, None)
