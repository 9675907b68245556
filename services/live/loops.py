"""The portrait while nobody speaks: a loop of quiet life, one of listening, and a still picture. Knows no socket.

Each loop is rendered once for a portrait and kept sealed with the memorial, behind a mark of what it was made of. Like
an answer they begin and end at rest, so that a page can go from any of them to any other.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from data.archive import Archive, Memorial
from data.media import Label, write_clip, write_picture
from data.stream import Stream
from data.types import Shot
from orchestrator.stages import Face
from services import answers, face_engine
from services.live.cast import Troupe

LoopName = Literal["idle", "listen"]
LOOPS: tuple[LoopName, ...] = get_args(LoopName)
VERSION = 1  # of how they are made; raised, they are made anew
MARK_CHARS = 64


@dataclass(frozen=True, slots=True)
class Looks:
    """What a page must know of the portrait before it moves; `mark` is another once the portrait is."""

    width: int
    height: int
    mime: str
    mark: str


class Loops:
    """Those of all memorials. Threads share it: what one renders, another waits for."""

    def __init__(self, archive: Archive, troupe: Troupe) -> None:
        self._archive = archive
        self._troupe = troupe
        self._rendering = threading.Lock()  # one at a time: somebody may be talking

    def looks(self, memorial: Memorial) -> Looks | None:
        """None where there is no portrait."""
        face = self._troupe.face(memorial)
        if face is None:
            return None
        height, width = _first(face).frames.shape[1:3]
        stream = Stream(width, height, self._label(memorial))
        try:
            stream.begin()
            return Looks(width, height, stream.mime, self.mark(memorial))
        finally:
            stream.close()

    def mark(self, memorial: Memorial) -> str:
        """Of what they are made of now."""
        rests_on = self._archive.face_mark(memorial.id, face_engine.CHOICE)
        return hashlib.sha256(f"{VERSION} {rests_on}".encode()).hexdigest()

    def loop(self, memorial: Memorial, name: LoopName) -> bytes | None:
        """An MP4; None where there is no portrait."""
        with self._rendering:
            mark = self.mark(memorial).encode()
            kept = self._archive.model_file(memorial.id, f"loop-{name}")
            if kept is not None and kept[:MARK_CHARS] == mark:
                return kept[MARK_CHARS:]
            face = self._troupe.face(memorial)
            if face is None:
                return None
            made = self._written(".mp4", lambda path: _write_loop(path, face, name, self._label(memorial)))
            with self._archive.adding(memorial.id) as adding:
                adding.set_model_files({f"loop-{name}": mark + made})
            return made

    def poster(self, memorial: Memorial) -> bytes | None:
        """The first picture of the loops, as JPEG; None where there is no portrait."""
        face = self._troupe.face(memorial)
        if face is None:
            return None
        picture = _first(face).frames[0]
        return self._written(".jpg", lambda path: write_picture(path, picture, self._label(memorial)))

    def prepare(self, memorial: Memorial) -> None:
        """Render in the background what is not kept yet."""
        threading.Thread(target=lambda: [self.loop(memorial, name) for name in LOOPS], daemon=True).start()

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


def _write_loop(path: Path, face: Face, name: LoopName, label: Label) -> None:
    write_clip(path, face.idle() if name == "idle" else face.listen(), label)


def _first(face: Face) -> Shot:
    shots: Iterator[Shot] = face.idle()
    try:
        return next(shots)
    finally:
        close = getattr(shots, "close", None)
        if close is not None:
            close()
