"""Looks after the jobs that somebody follows: one look for all of them, however many listen. Knows no HTTP.

A listener holds nothing but the latest standing, so that a slow one misses steps in between and fills no queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

from data.errors import LanternError
from orchestrator.job import Standing

LOOKING_S: Final = 0.25
LONGEST_S: Final = 600.0  # after which a listener comes again, and has to be let in again
MOST_LISTENERS: Final = 100  # at once: one more, and who has listened the longest has to come again

Look = Callable[[Collection[str]], Mapping[str, Standing]]


@dataclass(eq=False)
class _Listener:
    job_id: str
    latest: Standing | None = None
    told: asyncio.Event = field(default_factory=asyncio.Event)


class Watch:
    """All who follow jobs, in one event loop. It looks only while somebody does."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._listeners: dict[_Listener, None] = {}  # in the order in which they came
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    async def follow(self, job_id: str) -> AsyncIterator[Standing]:
        """Each standing of a job that differs from the one before, the last of them ended. Ends too where it is gone,
        after `LONGEST_S`, or once the watch is closed.
        """
        if self._closed:
            return
        listener = _Listener(job_id)
        self._listeners[listener] = None
        if len(self._listeners) > MOST_LISTENERS:
            oldest = next(iter(self._listeners))
            del self._listeners[oldest]
            _tell(oldest, None)
        until = asyncio.get_running_loop().time() + LONGEST_S
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        try:
            while (standing := await _next(listener, until)) is not None:
                yield standing
                if standing.ended:
                    return
        finally:
            self._listeners.pop(listener, None)

    async def close(self) -> None:
        """Let all who listen go, for good, and look no more."""
        self._closed = True
        for each in self._listeners:
            _tell(each, None)
        self._listeners.clear()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def _look_on(self) -> None:
        while self._listeners:
            wanted = {each.job_id for each in self._listeners}
            with suppress(LanternError):  # busy, or a full disk: the next look may tell
                found = await run_in_threadpool(self._look, wanted)
                for each in [each for each in self._listeners if each.job_id in wanted]:
                    _tell(each, found.get(each.job_id))
            await asyncio.sleep(LOOKING_S)


class Watches:
    """The watch of each event loop, of which a service has one."""

    def __init__(self) -> None:
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()

    def here(self, look: Look) -> Watch:
        """That of the loop which runs."""
        return self._by_loop.setdefault(asyncio.get_running_loop(), Watch(look))

    async def close(self) -> None:
        """Let all go who listen in the loop which runs."""
        if (watch := self._by_loop.get(asyncio.get_running_loop())) is not None:
            await watch.close()


async def _next(listener: _Listener, until: float) -> Standing | None:
    """The next standing; None where there is no job any more, or it has taken too long."""
    try:
        async with asyncio.timeout_at(until):
            await listener.told.wait()
    except TimeoutError:
        return None
    listener.told.clear()
    return listener.latest


def _tell(listener: _Listener, standing: Standing | None) -> None:
    if standing is None or standing != listener.latest:
        listener.latest = standing
        listener.told.set()
