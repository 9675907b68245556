"""The built-in face: a portrait that speaks. Knows poses and pictures; knows nothing of voices, files or sockets.

Satisfies `Face` of `orchestrator/stages.py` by its shape.
"""

from __future__ import annotations

from collections.abc import Iterator

from data.types import AudioChunk, Pace, Shot, unhurried
from face.idle import idle_poses, listening_poses
from face.motion import Motion
from face.renderer import Renderer, shot, silent
from face.rig import Rig
from face.sound import with_mouths


class PortraitFace:
    """Animates one rig. The same rig, seed and sound give the same frames."""

    def __init__(self, rig: Rig, seed: int = 0) -> None:
        self._renderer = Renderer(rig)
        self._seed = seed

    def animate(self, audio: Iterator[AudioChunk], pace: Pace = unhurried) -> Iterator[Shot]:
        """One shot a chunk, from the rest pose; after the last chunk the soundless return to it.

        Closing this closes `audio`.
        """
        motion = Motion(self._seed, self._renderer.rig.manner)
        try:
            for chunk, mouths in with_mouths(audio):
                poses = motion.poses(chunk, mouths)
                yield shot(self._renderer.render, poses, chunk.samples, chunk.sentence, pace())
            yield from silent(self._renderer.render, motion.settle(), pace)
        finally:
            close = getattr(audio, "close", None)
            if close is not None:
                close()

    def idle(self) -> Iterator[Shot]:
        """One loop of quiet life, from and to the rest pose."""
        yield from silent(self._renderer.render, idle_poses(self._seed))

    def listen(self) -> Iterator[Shot]:
        """One loop of listening to the visitor, from and to the rest pose."""
        yield from silent(self._renderer.render, listening_poses(self._seed))
