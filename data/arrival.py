"""What comes into one memorial a piece at a time, and is seen by nobody until all of it is there.

Each piece is a short transaction of its own, so that nobody waits long for one; the last of them shows everything. One
who adds has the memorial's sources to itself meanwhile. Knows rows, and not what they hold.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from data.errors import UnknownMemorial
from data.store import Rows, Store
from data.vault import Vault

TAKEN_AT_ONCE = 10_000  # rows
NUMBER_BITS = 63  # of an arrival: none is ever met again

Step = Callable[[Rows], None]


class Arrival:
    """One of them. Use it in a `with` block; what is not `shown` in it stays hidden until it is `taken_back`."""

    def __init__(self, vault: Vault, store: Store, memorial_id: str) -> None:
        self.number = secrets.randbits(NUMBER_BITS)
        self._vault = vault
        self._store = store
        self._memorial_id = memorial_id
        self._held = ExitStack()
        self._is_alone = self._has_begun = False

    def __enter__(self) -> Arrival:
        with self._store.reading() as rows:
            check_there(rows, self._memorial_id)
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def looking(self) -> AbstractContextManager[Rows]:
        """What is there, and what arrived so far. Nobody else changes the sources from now on."""
        self._alone()
        return self._store.reading(sees_all=True)

    @contextmanager
    def bringing(self) -> Iterator[Rows]:
        """One piece."""
        self._alone()
        with self._changing() as rows:
            if not self._has_begun:
                rows.set_arriving(self._memorial_id, self.number)
                self._has_begun = True
            yield rows

    def show(self, last: Iterable[Step]) -> None:
        """All that arrived, with some last steps, in one transaction."""
        with self._changing() as rows:
            for step in last:
                step(rows)
            if self._has_begun:
                rows.set_arriving(self._memorial_id, None)

    def take_back(self) -> None:
        """All that arrived, unless it was shown after all: Ctrl-C may come after the commit."""
        if self._has_begun:
            take_back(self._store, self._memorial_id, self.number)

    def _alone(self) -> None:
        if not self._is_alone:
            self._held.enter_context(self._vault.alone(self._memorial_id))
            self._is_alone = True
            take_back(self._store, self._memorial_id)

    @contextmanager
    def _changing(self) -> Iterator[Rows]:
        with self._store.changing() as rows:
            check_there(rows, self._memorial_id, for_change=True)
            yield rows


def take_back(store: Store, memorial_id: str, number: int | None = None) -> None:
    """What began to arrive in a memorial and was never shown: that of the number, or of whoever crashed over it."""
    with store.reading() as rows:
        arriving = rows.arriving(memorial_id)
    if arriving is None or number not in {None, arriving}:
        return
    went = TAKEN_AT_ONCE
    while went == TAKEN_AT_ONCE:
        with store.changing() as rows:
            went = rows.take_back(memorial_id, arriving, TAKEN_AT_ONCE)
    with store.changing() as rows:
        rows.set_arriving(memorial_id, None)


def check_there(rows: Rows, memorial_id: str, *, for_change: bool = False) -> None:
    """Raises `UnknownMemorial` where somebody removed it."""
    if not rows.knows(memorial_id, for_change=for_change):
        raise UnknownMemorial("this memorial is not here any more: `lantern list` shows those that there are")
