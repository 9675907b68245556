"""Runs an iterator one step ahead of its reader, in a thread of its own. Knows nothing of what passes through.

A generator that runs in one thread cannot be closed from another, so cancelling sets a flag that every thread of the
line looks at between items, and each thread closes its own iterator.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

from data.errors import Cancelled

T = TypeVar("T")

DEPTH = 2  # items made and not yet read: one waits while the next is being made


class Line:
    """The threads of one turn, which wait for each other and stop together."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.stopped = False
        self._stretches: list[Ahead[object]] = []

    def ahead(self, items: Iterator[T], depth: int = DEPTH) -> Ahead[T]:
        """Start making `items` now, at most `depth` of them ahead; they are read from what this returns."""
        stretch = Ahead(self, items, depth)
        self._stretches.append(stretch)  # type: ignore[arg-type]
        return stretch

    def stop(self) -> None:
        """Stop every thread after the item that it is making, and wait for all of them."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
        for stretch in self._stretches:
            stretch.thread.join()


class Ahead(Generic[T]):
    """An iterator over items that are made in another thread. `busy_s` is the time that making them took."""

    def __init__(self, line: Line, items: Iterator[T], depth: int) -> None:
        self._line = line
        self._items = items
        self._depth = depth
        self._ready: deque[T] = deque()
        self._ended = False
        self._error: BaseException | None = None
        self.busy_s = 0.0
        self.waited_s = 0.0  # by the reader, for the next item
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def __iter__(self) -> Ahead[T]:
        return self

    def __next__(self) -> T:
        began = time.perf_counter()
        with self._line.changed:
            self._line.changed.wait_for(lambda: self._ready or self._ended or self._line.stopped)
            self.waited_s += time.perf_counter() - began
            if self._line.stopped:
                raise Cancelled("stopped")
            if self._ready:
                item = self._ready.popleft()
                self._line.changed.notify_all()
                return item
        if self._error is not None:
            raise self._error
        raise StopIteration

    def _run(self) -> None:
        try:
            while (item := self._make()) is not None and self._hand_over(item[0]):
                pass
        except BaseException as error:  # noqa: BLE001 — it is raised again where the items are read
            self._error = error
        finally:
            close(self._items)
            with self._line.changed:
                self._ended = True
                self._line.changed.notify_all()

    def _make(self) -> tuple[T] | None:
        began = time.perf_counter()
        try:
            return (next(self._items),)
        except StopIteration:
            return None
        finally:
            self.busy_s += time.perf_counter() - began

    def _hand_over(self, item: T) -> bool:
        with self._line.changed:
            self._line.changed.wait_for(lambda: len(self._ready) < self._depth or self._line.stopped)
            if self._line.stopped:
                return False
            self._ready.append(item)
            self._line.changed.notify_all()
        return True


def close(items: Iterator[object]) -> None:
    """Close an iterator if it can be closed: generators can, lists' iterators cannot."""
    if isinstance(items, Generator):
        items.close()
