"""Says on standard error what is going on, how far it is and how long it may take. Knows nothing of what is done."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

HIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they reorder what stands around them

Advance = Callable[[float, float], None]  # done, of how many

WORDS = {
    "queued": "Waiting for a turn",
    "begin": "Beginning",
    "look": "Looking through the files",
    "read": "Reading the pictures of writing",
    "portrait": "Reading the portrait",
    "watch": "Watching the video",
    "voice": "Learning the voice",
    "speak": "Letting it speak",
    "keep": "Keeping it",
    "lesson": "Choosing what is to be learnt",
    "tune": "Tuning the language model",
    "merge": "Merging base and adapter",
    "words": "Finding the words",
    "questions": "Asking the questions",
    "film": "Filming the answer",
    "deliver": "Writing the clip",
    "animate": "Bringing it to life",
    "follow": "Following the face of the film",
    "montage": "Filming everybody",
}


class Steps(Protocol):
    """Whom work tells what it is doing."""

    def step(self, name: str, usual_s: float | None = None) -> AbstractContextManager[Advance]:
        """One step, while the block runs. `usual_s` is told where the step cannot count how far it is."""


class Quiet:
    """Tells nobody."""

    @contextmanager
    def step(self, name: str, usual_s: float | None = None) -> Iterator[Advance]:  # noqa: ARG002 — the protocol's
        """Nothing."""
        yield lambda _done, _total: None


class Shown:
    """One line a step on standard error, with a bar and the time left where the length is known."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    @contextmanager
    def step(self, name: str, usual_s: float | None = None) -> Iterator[Advance]:
        """A bar while the block runs; on what is no terminal, one line."""
        text = WORDS.get(name, name) if usual_s is None else f"{WORDS.get(name, name)} (about {usual_s:.0f} s)"
        if not self._console.is_terminal:
            self._console.print(text, markup=False)
            yield lambda _done, _total: None
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(24))
        with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=self._console) as progress:
            task = progress.add_task(text, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=max(done, total))
            progress.update(task, total=1, completed=1)


def shown(text: str) -> str:
    """The text on one line of a terminal: nothing in a strange file's name may move the cursor or forge a line."""
    return "".join(char if unicodedata.category(char) not in HIDDEN and char not in TURNING else "�" for char in text)
