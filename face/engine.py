"""The built-in face: a portrait that speaks. Knows poses and pictures; knows nothing of voices, files or sockets.

Satisfies `Face` of `orchestrator/stages.py` by its shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data.types import AudioChunk, Sentence, Shot, Wave
from face.idle import idle_poses, listening_poses
from face.motion import Motion
from face.pose import Pose
from face.renderer import Renderer, side_by_side, silent
from face.rig import Rig
from face.sound import with_mouths


class PortraitFace:
    """Animates one rig. The same rig, seed and sound give the same frames."""

    def __init__(self, rig: Rig, seed: int = 0) -> None:
        self._renderer = Renderer(rig)
        self._seed = seed

    def animate(self, audio: Iterator[AudioChunk]) -> Iterator[Shot]:
        """One shot a chunk, from the rest pose; after the last chunk the soundless return to it.

        Closing this closes `audio`.
        """
        motion = Motion(self._seed, self._renderer.rig.manner)
        try:
            for chunk, mouths in with_mouths(audio):
                yield self._shot(motion.poses(chunk, mouths), chunk.samples, chunk.sentence)
            yield from silent(self._renderer.render, motion.settle())
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

    def _shot(self, poses: Sequence[Pose], samples: Wave, sentence: Sentence | None) -> Shot:
        return Shot(samples, side_by_side(self._renderer.render, poses), sentence)
