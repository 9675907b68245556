"""Whether somebody asked this process to stop. Knows no signal."""

from __future__ import annotations

from threading import Event

asked = Event()


def check() -> None:
    """Raise what Ctrl-C raises, once it was asked for: Python drops an exception that falls into its own tidying up."""
    if asked.is_set():
        raise KeyboardInterrupt
