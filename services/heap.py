"""Keeps what C code frees from being set aside for every thread. Knows glibc alone; elsewhere nothing is done.

glibc gives each of many threads a heap ("arena") of its own, up to eight for each core, and what was freed in one is
not used by another: threads that come and go, as every answer's does, leave a process the larger the longer it runs.
"""

from __future__ import annotations

import ctypes
from typing import Final

_M_ARENA_MAX: Final = -8  # of <malloc.h>
_ARENAS: Final = 2


def share_arenas() -> None:
    """Let all threads that begin from now on share two."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
