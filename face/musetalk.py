"""The neural face: our portrait's head, eyes and quiet life, and a mouth that MuseTalk draws. Knows no files.

The network works on the photo before the head is turned: what it sees of the face never changes and is coded once,
what it draws moves with the skin around it, and there is no box whose trembling could be seen. Where nobody speaks,
the mouth is the photo's own. Satisfies `Face` of `orchestrator/stages.py` by its shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data.errors import NoFace
from data.types import (
    FRAMES_PER_CHUNK,
    SAMPLES_PER_FRAME,
    AudioChunk,
    Frames,
    Pace,
    Picture,
    Sentence,
    Shot,
    Wave,
    unhurried,
)
from face.articulation import eased
from face.engine import PortraitFace
from face.head import Head
from face.landmarks import landmarks
from face.motion import Motion
from face.musetalk_crop import Crop
from face.musetalk_hearing import Heard, Hearing
from face.pose import Pose
from face.renderer import held
from face.rig import Rig
from face.warp import Doubled

if TYPE_CHECKING:
    from face.musetalk_model import MuseTalkModel

BEGIN_FRAMES = 4  # the drawn mouth takes to come in the place of the photo's own
OWN = ("blink_right", "blink_left", "widen", "squint", "gaze_x", "gaze_y", "brow", "inner_brow")  # moved in the photo


class MuseTalkFace(PortraitFace):
    """Animates one rig. The same rig, model, seed and sound give the same frames."""

    def __init__(self, rig: Rig, model: MuseTalkModel, seed: int = 0) -> None:
        super().__init__(rig, seed)
        try:
            points = landmarks(rig.photo)
        except NoFace as err:
            raise NoFace(
                "MuseTalk cannot read this portrait's face: `lantern portrait engine MEMORIAL portrait` moves it"
            ) from err
        self._crop = Crop.of(points, rig.size)
        self._head = Head(rig.relief, Doubled.of(rig.photo), rig.e_px)
        self._model = model
        self._seen = model.look(self._crop.face(rig.photo))

    def animate(self, audio: Iterator[AudioChunk], pace: Pace = unhurried) -> Iterator[Shot]:
        """One shot a chunk, one chunk behind within a sentence: the mouth is drawn from the sound on both sides of it.

        From the rest pose; after the last chunk the soundless return to it. Closing this closes `audio`.
        """
        motion, hearing, begun = Motion(self._seed, self._renderer.rig.manner), Hearing(self._model.hear), 0
        try:
            for chunk, heard in hearing.follow(audio):
                shares = eased(np.minimum(1, (begun + 1 + np.arange(len(heard))) / BEGIN_FRAMES))
                yield self._shot(motion.poses(chunk), heard, shares, chunk.samples, chunk.sentence, pace())
                begun += len(heard)
            yield from self._settled(motion.settle(), hearing, pace)
        finally:
            close = getattr(audio, "close", None)
            if close is not None:
                close()

    def _settled(self, poses: Sequence[Pose], hearing: Hearing, pace: Pace) -> Iterator[Shot]:
        """The way back to the photo's own mouth."""
        shares = 1 - eased((1 + np.arange(len(poses))) / max(1, len(poses)))
        for start in range(0, len(poses), FRAMES_PER_CHUNK):
            few = poses[start : start + FRAMES_PER_CHUNK]
            still = np.zeros(len(few) * SAMPLES_PER_FRAME, np.float32)
            yield self._shot(few, hearing.silence(len(few)), shares[start:], still, None, pace())

    def _shot(
        self,
        poses: Sequence[Pose],
        heard: Heard,
        shares: NDArray[np.float64],
        samples: Wave,
        sentence: Sentence | None,
        every: int,
    ) -> Shot:
        drawn = self._frames(poses[::every], heard[::every], shares[::every])
        return Shot(samples, held(drawn, every, len(poses)), sentence, every)

    def _frames(self, poses: Sequence[Pose], heard: Heard, shares: NDArray[np.float64]) -> Frames:
        drawn = self._model.draw(self._seen, heard)
        return np.stack([self._frame(*each) for each in zip(poses, drawn, shares, strict=False)])

    def _frame(self, pose: Pose, drawn: Picture, share: float) -> Picture:
        still = self._renderer.render(Pose(**{name: getattr(pose, name) for name in OWN}))
        return self._head.draw(self._crop.shown(still, drawn, share), pose)
