"""How often somebody may ask, and how long they wait after a wrong password. Knows accounts and addresses by their keys
alone, keeps all of it in memory, and forgets the oldest when there are too many.

Requests are let through by the generic cell rate algorithm: each pushes the moment at which the caller's allowance
would be whole again a little further, and whoever has pushed it a whole window ahead waits. Wrong secrets are counted:
the first ones cost nothing, and each after these doubles the wait.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from starlette.requests import HTTPConnection

from services.api.problems import Problem

MOST_KEYS = 10_000  # remembered at once, of each kind
MOST_DOUBLINGS = 30  # of a second: longer than any wait


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds; all of them at once is well."""

    most: int
    window_s: float


@dataclass(frozen=True, slots=True)
class Patience:
    """So many wrong secrets cost nothing; the next one a second, each further one twice as long."""

    free: int
    longest_s: float
    forgotten_s: float  # after the last one

    def wait_s(self, count: int) -> float:
        """After so many wrong ones."""
        doublings = min(count - self.free - 1, MOST_DOUBLINGS)
        return min(2.0**doublings, self.longest_s) if count > self.free else 0.0


READS, WRITES = Rate(600, 60.0), Rate(300, 60.0)  # a page loads in 20; an upload writes 8 MiB each time
OF_A_NAME = Patience(free=5, longest_s=300.0, forgotten_s=3_600.0)  # short enough that nobody is locked out by others
OF_AN_ADDRESS = Patience(free=20, longest_s=900.0, forgotten_s=3_600.0)  # a house may have one for all

Clock = Callable[[], float]
Value = TypeVar("Value")


class Throttle:
    """Those of one service."""

    def __init__(self, reads: Rate = READS, writes: Rate = WRITES, clock: Clock = time.monotonic) -> None:
        self._reads, self._writes, self._clock = reads, writes, clock
        self._whole = _Remembered[float]()  # when the allowance will be whole again
        self._wrong = _Remembered[tuple[int, float, float]]()  # how many, since when, and until when one waits
        self._lock = Lock()

    def request(self, who: str, *, writes: bool) -> None:
        """One request; raises 429 where there were too many."""
        rate, key, now = self._writes if writes else self._reads, f"{who} {writes}", self._clock()
        with self._lock:
            whole = max(self._whole.get(key, now), now) + rate.window_s / rate.most
            if whole - now > rate.window_s:
                raise _wait(whole - now - rate.window_s, "that was a lot at once")
            self._whole.put(key, whole)

    def guess(self, who: str, patience: Patience) -> None:
        """A secret is about to be looked at, and counts as wrong unless `right`; raises 429 where they must wait."""
        now = self._clock()
        with self._lock:
            count, since, until = self._wrong.get(who, (0, now, now))
            if now < until:
                raise _wait(until - now, "that was wrong too often")
            count = 1 if now - since > patience.forgotten_s else count + 1
            self._wrong.put(who, (count, now, now + patience.wait_s(count)))

    def right(self, who: str) -> None:
        """It was right, and does not count; the wrong ones before it do, or an account of one's own would wipe them."""
        with self._lock:
            count, since, _ = self._wrong.get(who, (1, 0.0, 0.0))
            self._wrong.put(who, (count - 1, since, since))


class _Remembered(Generic[Value]):
    """By key, the last ones put there."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Value] = OrderedDict()

    def get(self, key: str, default: Value) -> Value:
        return self._kept.get(key, default)

    def put(self, key: str, value: Value) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEYS:
            self._kept.popitem(last=False)


def address_of(connection: HTTPConnection) -> str:
    """That of the machine at the other end, which is a proxy's where one stands between."""
    return connection.client.host if connection.client else "?"


def _wait(wait_s: float, why: str) -> Problem:
    whole_s = math.ceil(wait_s)
    return Problem(429, "too-often", f"{why}: try again in {whole_s} s", {"Retry-After": str(whole_s)})
