"""Draws a portrait in a pose. Knows nothing of sound, time or how the portrait was read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import numpy as np

from data.types import FRAMES_PER_CHUNK, SAMPLES_PER_FRAME, Frames, Pace, Picture, Sentence, Shot, Wave, unhurried
from face.brows import BrowView
from face.eyes import EyeView
from face.head import Head
from face.mouth import Mouth
from face.pose import Pose
from face.rig import Rig
from face.warp import Doubled

P = TypeVar("P")  # a pose, or what stands for one


class Renderer:
    """Frames of one portrait. Nothing in it changes after it is made, so that threads may share it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        photo = Doubled.of(rig.photo)
        self._brows = BrowView(rig.brows, rig.size)
        self._right_eye, self._left_eye = EyeView(rig.right_eye, rig.photo), EyeView(rig.left_eye, rig.photo)
        self._mouth = Mouth(photo, rig.person, rig.lips, rig.e_px, rig.interior)
        self._head = Head(rig.relief, photo, rig.e_px)

    def render(self, pose: Pose) -> Picture:
        """(H, W, 3) uint8 RGB; the same pose gives the same frame."""
        canvas = self.rig.photo.copy()
        self._right_eye.draw(canvas, pose, pose.blink_right)
        self._left_eye.draw(canvas, pose, pose.blink_left)
        self._brows.draw(canvas, pose)
        self._mouth.draw(canvas, pose, self.rig.aperture(pose.aperture))
        return self._head.draw(canvas, pose)


def side_by_side(render: Callable[[P], Picture], poses: Sequence[P]) -> Frames:
    """Some poses drawn at once, one on each of the machine's cores: OpenCV lets go of the interpreter as it works."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.stack(list(pool.map(render, poses)))


def shot(
    render: Callable[[P], Picture], poses: Sequence[P], samples: Wave, sentence: Sentence | None, every: int
) -> Shot:
    """Poses with their sound; one picture stands for `every` frames."""
    return Shot(samples, held(side_by_side(render, poses[::every]), every, len(poses)), sentence, every)


def held(drawn: Frames, every: int, count: int) -> Frames:
    """So many frames, of pictures each of which stands for `every` of them."""
    return drawn if every == 1 else np.repeat(drawn, every, axis=0)[:count]


def silent(render: Callable[[P], Picture], poses: Iterable[P], pace: Pace = unhurried) -> Iterator[Shot]:
    """Poses as soundless shots of nobody's sentence, a chunk of frames at a time."""
    left = iter(poses)
    while few := list(islice(left, FRAMES_PER_CHUNK)):
        yield shot(render, few, np.zeros(len(few) * SAMPLES_PER_FRAME, np.float32), None, pace())
