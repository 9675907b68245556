"""How far long work has come. Knows neither what is done nor who is told."""

from __future__ import annotations

from collections.abc import Callable

Advance = Callable[[float, float], None]  # done, of how many; it may raise to stop the work


def unheard(_done: float, _of: float) -> None:
    """For work that nobody waits for."""


def stretch(advance: Advance, first: float, last: float) -> Advance:
    """For one part of the work, which takes it from one share of the whole to another."""
    return lambda done, of: advance(first + (last - first) * (done / of if of else 1.0), 1.0)
