"""Keeps the libraries' bars and warnings off the screen: what a family must know, an error of ours says.

Knows no model. Used around every call that reads, changes or saves one.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from transformers.utils import logging

_TALK: Final[Any] = logging  # of transformers, which also speaks for the hub's library


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing but errors is said within, and afterwards all is as it was."""
    verbosity, bars = _TALK.get_verbosity(), _TALK.is_progress_bar_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _TALK.set_verbosity_error()
        _TALK.disable_progress_bar()
        try:
            yield
        finally:
            _TALK.set_verbosity(verbosity)
            if bars:
                _TALK.enable_progress_bar()
