"""What was worked out of much, kept in memory for as long as it holds. Knows nothing of what it keeps.

Each is made once for all who ask for it at the same time. Of more than so many, the one that was used longest ago goes.
"""

from __future__ import annotations

import operator
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Mark = TypeVar("Mark")
T = TypeVar("T")


@dataclass(slots=True)
class _Held(Generic[Mark, T]):
    mark: Mark
    what: T
    used_at: float = field(default_factory=time.monotonic)


@dataclass(slots=True, eq=False)
class _Making:
    """Those who want the same at the same time: one makes it, and the others wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    askers: int = 0


class Shelf(Generic[Key, Mark, T]):
    """Things by their key, each with the mark of what it was made of; None is not kept, and tried again.

    `still_holds` tells of the mark of what is here and the mark of now whether that may still be used.
    """

    def __init__(self, most: int | None = None, still_holds: Callable[[Mark, Mark], bool] = operator.eq) -> None:
        self._most = most
        self._still_holds = still_holds
        self._lock = threading.Lock()
        self._making: dict[Key, _Making] = {}
        self._held: OrderedDict[Key, _Held[Mark, T]] = OrderedDict()  # the one used longest ago first

    def get(self, key: Key, mark: Mark, make: Callable[[], T]) -> T:
        """What was made under this mark; made now where there is none, or where the mark does not hold any more."""
        held = self._found(key, mark) or self._made(key, mark, make)
        return held.what

    def holds(self, key: Key, mark: Mark) -> bool:
        """Whether it need not be made."""
        return self._found(key, mark) is not None

    def forget(self, is_gone: Callable[[Key], bool]) -> None:
        """Let go of those, and of what is being made of them now once it is made."""
        with self._lock:
            for keys in (self._held, self._making):
                for key in [key for key in keys if is_gone(key)]:
                    del keys[key]

    def tidy(self, idle_s: float) -> None:
        """Let go of what nobody used for so long."""
        with self._lock:
            before = time.monotonic() - idle_s
            for key in [key for key, held in self._held.items() if held.used_at < before]:
                del self._held[key]

    def _found(self, key: Key, mark: Mark) -> _Held[Mark, T] | None:
        with self._lock:
            held = self._held.get(key)
            if held is None or not self._still_holds(held.mark, mark):
                return None
            held.used_at = time.monotonic()
            self._held.move_to_end(key)
            return held

    def _made(self, key: Key, mark: Mark, make: Callable[[], T]) -> _Held[Mark, T]:
        with self._lock:
            making = self._making.setdefault(key, _Making())
            making.askers += 1
        try:
            with making.lock:
                held = self._found(key, mark)
                if held is None:
                    held = _Held(mark, make())
                    self._keep(key, held, making)
                return held
        finally:
            with self._lock:
                making.askers -= 1
                if not making.askers and self._making.get(key) is making:
                    del self._making[key]

    def _keep(self, key: Key, held: _Held[Mark, T], making: _Making) -> None:
        with self._lock:
            if held.what is None or self._making.get(key) is not making:  # it was forgotten while it was made
                return
            self._held[key] = held
            self._held.move_to_end(key)
            if self._most is not None and len(self._held) > self._most:
                self._held.popitem(last=False)
