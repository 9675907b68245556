"""What holds a thread for seconds goes on a few times at once: threads are left for everything else, talking above all.

Who comes when all places are taken is told so at once, and nobody waits in a thread for a thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from data.errors import Busy

AT_ONCE: Final = 8  # of the 40 threads that the routes of a service share


class Few:
    """The places of one service."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._places = Semaphore(most)

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of them, for a block; raises `Busy` where there is none."""
        if not self._places.acquire(blocking=False):
            raise Busy("much is being worked out at this moment: try again in a few seconds")
        try:
            yield
        finally:
            self._places.release()


def _place(connection: HTTPConnection) -> Iterator[None]:
    few: Few = connection.app.state.lantern.few
    with few.place():
        yield


OneOfFew = Annotated[None, Depends(_place, scope="function")]  # held by the handler, and not while the answer is sent
