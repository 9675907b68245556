"""Everybody in one photo, alive at once: one speaks while the others look on. Knows poses; knows no voice and no file.

Satisfies `Face` of `orchestrator/stages.py` by its shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat

import numpy as np

from data.types import FPS, AudioChunk, Pace, Picture, Shot, unhurried
from face.articulation import eased
from face.group import Group, laid
from face.idle import idle_poses, listening_poses
from face.motion import Motion
from face.pose import REST, Pose, scaled
from face.renderer import Renderer, shot, silent
from face.sound import with_mouths

BACK_FRAMES = round(0.6 * FPS)  # in which those who looked on come back to rest

Poses = tuple[Pose, ...]  # one for each member


class GroupRenderer:
    """Frames of one group. Nothing in it changes after it is made, so that threads may share it."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self._renderers = [Renderer(member.rig) for member in group.members]

    def render(self, poses: Sequence[Pose]) -> Picture:
        """(H, W, 3) uint8 RGB, given a pose for each member."""
        canvas = self.group.photo.copy()
        for member, renderer, pose in zip(self.group.members, self._renderers, poses, strict=True):
            if pose != REST:
                canvas[member.window] = laid(canvas[member.window], member, renderer.render(pose))
        return canvas


class GroupFace:
    """Animates a group in which one member answers; the same group, seed and sound give the same frames."""

    def __init__(self, group: Group, seed: int = 0) -> None:
        self._renderer = GroupRenderer(group)
        self._speaker, self._seed = group.speaker, seed

    def animate(self, audio: Iterator[AudioChunk], pace: Pace = unhurried) -> Iterator[Shot]:
        """One shot a chunk, from the rest pose; after the last chunk the soundless return to it.

        Closing this closes `audio`.
        """
        speaker = self._renderer.group.members[self._speaker].rig
        motion, others = Motion(self._seed, speaker.manner), self._looking_on()
        try:
            for chunk, mouths in with_mouths(audio):
                poses = [self._beside(next(others), pose) for pose in motion.poses(chunk, mouths)]
                yield shot(self._renderer.render, poses, chunk.samples, chunk.sentence, pace())
            ending = motion.settle()
            shares = 1.0 - eased(np.arange(1, len(ending) + 1) / max(1, len(ending)))
            back = zip(others, ending, shares, strict=False)
            settling = [
                self._beside(tuple(scaled(other, float(share)) for other in beside), pose)
                for beside, pose, share in back
            ]
            yield from silent(self._renderer.render, settling, pace)
        finally:
            close = getattr(audio, "close", None)
            if close is not None:
                close()

    def idle(self) -> Iterator[Shot]:
        """One loop of quiet life, from and to the rest pose."""
        yield from silent(self._renderer.render, zip(*self._loops(), strict=True))

    def listen(self) -> Iterator[Shot]:
        """One loop in which the speaker listens to the visitor, from and to the rest pose."""
        listening = listening_poses(self._seed)
        idle = _returning(zip(*self._loops(), strict=True), len(listening))
        yield from silent(
            self._renderer.render, [self._beside(beside, pose) for beside, pose in zip(idle, listening, strict=True)]
        )

    def _loops(self) -> list[list[Pose]]:
        return [idle_poses(self._seed + place) for place in range(len(self._renderer.group.members))]

    def _looking_on(self) -> Iterator[Poses]:
        for loop in repeat(list(zip(*self._loops(), strict=True))):
            yield from loop

    def _beside(self, others: Poses, pose: Pose) -> Poses:
        return (*others[: self._speaker], pose, *others[self._speaker + 1 :])


def in_turn_and_together(courses: Sequence[Sequence[Pose]], seed: int = 0) -> Iterator[Poses]:
    """A course for each member, from and to rest: one after the other while the others look on, then all of them."""
    loops = [idle_poses(seed + place) for place in range(len(courses))]
    frames = sum(len(course) for course in courses) + BACK_FRAMES
    idle = _returning((tuple(loop[frame % len(loop)] for loop in loops) for frame in range(frames)), frames)
    for turn, course in enumerate(courses):
        for pose in course:
            beside = next(idle)
            yield (*beside[:turn], pose, *beside[turn + 1 :])
    yield from idle
    for frame in range(max(map(len, courses), default=0)):
        yield tuple(course[frame] if frame < len(course) else REST for course in courses)


def _returning(poses: Iterator[Poses], frames: int) -> Iterator[Poses]:
    """The same for so many frames, and over the last `BACK_FRAMES` of them back to rest; at rest beyond their end."""
    shares = 1.0 - eased(np.clip((np.arange(frames) - frames + 1 + BACK_FRAMES) / BACK_FRAMES, 0, 1))
    for share, each in zip(shares, poses, strict=False):
        yield tuple(scaled(pose, float(share)) for pose in each)
