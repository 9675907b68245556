"""The portrait while nobody speaks: a loop of quiet life, one of listening, and a still picture. Knows no socket.

Each loop is rendered once for a portrait and kept sealed with the memorial, behind a mark of what it was made of: by
the job that reads the portrait, or else when somebody first comes, shot by shot between what is said. Like an answer
they begin and end at rest, so that a page can go from any of them to any other.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from data.archive import Archive, Memorial
from data.errors import LanternError
from data.media import Label, write_clip, write_picture
from data.shelf import Shelf
from data.stream import Stream
from data.types import Shot
from orchestrator.job import Job
from orchestrator.stages import Face
from services import answers, face_engine
from services.live.cast import Troupe

LoopName = Literal["idle", "listen"]
LOOPS: tuple[LoopName, ...] = get_args(LoopName)
VERSION = 1  # of how they are made; raised, they are made anew
MARK_CHARS = 64
RENDERED_USUAL_S = 8.0  # both, on two cores
# From one shot to the next while somebody is answered: a tenth of the machine, and an end in a minute
GIVES_WAY_S = 0.8


@dataclass(frozen=True, slots=True)
class Looks:
    """What a page must know of the portrait before it moves; `mark` is another once the portrait is."""

    width: int
    height: int
    mime: str
    mark: str


class Loops:
    """Those of all memorials. Threads share it: what one makes, another waits for, and nobody else."""

    def __init__(self, archive: Archive, troupe: Troupe) -> None:
        self._archive = archive
        self._troupe = troupe
        self._looks = Shelf[str, str, Looks | None]()
        self._posters = Shelf[str, str, bytes | None]()
        self._rendering: dict[str, threading.Lock] = {}  # of each memorial: one loop at a time
        self._prepared: dict[str, str] = {}  # the marks of what was looked after already

    def looks(self, memorial: Memorial) -> Looks | None:
        """None where there is no portrait."""
        mark = self.mark(memorial)
        return self._looks.get(memorial.id, mark, lambda: self._look(memorial, mark))

    def mark(self, memorial: Memorial) -> str:
        """Of what they are made of now."""
        rests_on = self._archive.face_mark(memorial.id, face_engine.CHOICE)
        return hashlib.sha256(f"{VERSION} {rests_on}".encode()).hexdigest()

    def loop(self, memorial: Memorial, name: LoopName, check: Callable[[], None] = lambda: None) -> bytes | None:
        """An MP4; None where there is no portrait. Where it is not kept yet, `check` is called before each shot."""
        mark = self.mark(memorial)
        there = self._kept(memorial, name, mark)
        if there is None:
            with self._rendering.setdefault(memorial.id, threading.Lock()):
                there = self._kept(memorial, name, mark) or self._render(memorial, name, mark, check)
        return there

    def poster(self, memorial: Memorial) -> bytes | None:
        """The first picture of the loops, as JPEG; None where there is no portrait."""
        return self._posters.get(memorial.id, self.mark(memorial), lambda: self._draw(memorial))

    def prepare(self, memorial: Memorial) -> None:
        """Render in the background what is not kept yet, once for a portrait."""
        mark = self.mark(memorial)
        if self._prepared.get(memorial.id) == mark:
            return
        self._prepared[memorial.id] = mark

        def render() -> None:
            with suppress(LanternError):  # it is told when somebody asks for one
                for name in LOOPS:
                    self.loop(memorial, name)

        threading.Thread(target=render, name="loops", daemon=True).start()

    def forget(self, memorial_id: str) -> None:
        """Let go of a memorial that is no more."""
        self._looks.forget(memorial_id.__eq__)
        self._posters.forget(memorial_id.__eq__)
        self._prepared.pop(memorial_id, None)

    # Inside

    def _look(self, memorial: Memorial, mark: str) -> Looks | None:
        face = self._troupe.face(memorial)
        if face is None:
            return None
        height, width = _first(face).frames.shape[1:3]
        stream = Stream(width, height, self._label(memorial))
        try:
            stream.begin()
            return Looks(width, height, stream.mime, mark)
        finally:
            stream.close()

    def _draw(self, memorial: Memorial) -> bytes | None:
        face = self._troupe.face(memorial)
        if face is None:
            return None
        picture = _first(face).frames[0]
        return self._written(".jpg", lambda path: write_picture(path, picture, self._label(memorial)))

    def _kept(self, memorial: Memorial, name: LoopName, mark: str) -> bytes | None:
        kept = self._archive.model_file(memorial.id, f"loop-{name}")
        return kept[MARK_CHARS:] if kept is not None and kept[:MARK_CHARS] == mark.encode() else None

    def _render(self, memorial: Memorial, name: LoopName, mark: str, check: Callable[[], None]) -> bytes | None:
        face = self._troupe.face(memorial)
        if face is None:
            return None
        shots = self._between_answers(face.idle() if name == "idle" else face.listen(), check)
        made = self._written(".mp4", lambda path: write_clip(path, shots, self._label(memorial)))
        with self._archive.adding(memorial.id) as adding:
            adding.set_model_files({f"loop-{name}": mark.encode() + made})
        return made

    def _between_answers(self, shots: Iterator[Shot], check: Callable[[], None]) -> Iterator[Shot]:
        for shot in shots:
            check()
            if self._archive.home.somebody_talks():
                time.sleep(GIVES_WAY_S)
            yield shot

    def _label(self, memorial: Memorial) -> Label:
        return answers.label(self._archive, memorial, "none", mode="off")

    def _written(self, ending: str, write: Callable[[Path], object]) -> bytes:
        path = self._archive.home.temporary()
        named = path.with_suffix(ending)
        try:
            write(named)
            return named.read_bytes()
        finally:
            path.unlink(missing_ok=True)
            named.unlink(missing_ok=True)


def make_ready(job: Job) -> None:
    """The last step of a job that has kept a portrait: who comes first finds the loops there.

    Where they cannot be rendered, whoever asks for one is told so.
    """
    troupe = Troupe(job.archive)
    try:
        with job.step("animate", RENDERED_USUAL_S), suppress(LanternError):
            memorial, loops = job.archive.memorial(job.memorial_id), Loops(job.archive, troupe)
            for name in LOOPS:
                loops.loop(memorial, name, job.check)
    finally:
        troupe.close()


def _first(face: Face) -> Shot:
    shots: Iterator[Shot] = face.idle()
    try:
        return next(shots)
    finally:
        close = getattr(shots, "close", None)
        if close is not None:
            close()
