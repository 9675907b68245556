"""Sound and phonemes in, poses out, one a frame. Knows how people move when they speak; knows nothing of pictures.

Streams: the poses of a chunk need that chunk (whose phonemes reach past it) and what was there before. How the sound
is cut into chunks changes nothing. Everything that looks like chance comes from the seed and the first words.
"""

from __future__ import annotations

from dataclasses import fields, replace
from zlib import crc32

import numpy as np

from data.types import FPS, RATE, SAMPLES_PER_FRAME, AudioChunk, Expression, Phoneme, Sentence
from face.articulation import PAST_S, Articulation, articulate, eased
from face.blink import Blinks
from face.head_motion import HeadMotion
from face.pose import REST, Pose
from face.prosody import Prosody
from face.sound import Ear, Heard
from face.viseme import is_pause

SETTLE_FRAMES = round(0.6 * FPS)  # the way back to rest
BEGIN_FRAMES = 3  # the mouth takes to come out of rest, however soon somebody speaks
NEAR_S = 0.10  # a phoneme this near means that somebody speaks
HEARD_ACCENT_DB = 5.0  # above the running level, where there are no phonemes
HEARD_ACCENT_S = 0.12  # such an accent is seen this much later
HEARD_ACCENT_SIZE = 0.6

# What one frame may change. The curves keep to less; this catches seams that no look-ahead could foresee.
STEPS = {"aperture": 0.26, "spread": 0.09, "protrusion": 0.30}


class Motion:
    """The motion of one answer, from the rest pose back to it."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._actor: _Actor | None = None
        self._phonemes: list[Phoneme] = []
        self._end_samples = 0

    def poses(self, chunk: AudioChunk) -> list[Pose]:
        """One pose a frame of the chunk, for the frame's middle."""
        if self._actor is None:
            self._actor = _Actor(np.random.default_rng((self._seed, crc32(chunk.sentence.text.encode()))))
        actor, expression = self._actor, expression_of(chunk.sentence)
        self._remember(chunk)
        actor.prosody.read(chunk.phonemes or ())
        frames = len(chunk.samples) // SAMPLES_PER_FRAME
        shapes = articulate(self._phonemes, chunk.start_samples, frames)
        poses = []
        for frame in range(frames):
            start = chunk.start_samples + frame * SAMPLES_PER_FRAME
            heard = actor.ear.hear(chunk.samples[frame * SAMPLES_PER_FRAME :][:SAMPLES_PER_FRAME])
            if chunk.phonemes is None:
                lips = Pose(aperture=heard.aperture, spread=heard.spread, protrusion=heard.protrusion)
                actor.listen(heard, start / RATE)
                speaking = heard.speaking
            else:
                lips, speaking = _lips(shapes, frame, heard.gain), self._speaking(start)
            poses.append(actor.move(lips, start, speaking, expression))
        self._end_samples = chunk.start_samples + len(chunk.samples)
        actor.prosody.forget(chunk.start_samples / RATE)
        return poses

    def settle(self) -> list[Pose]:
        """The soundless way back; the last pose is exactly `REST`. Empty where nothing has moved."""
        if self._actor is None:
            return []
        shapes = articulate(self._phonemes, self._end_samples, SETTLE_FRAMES)
        shares = 1.0 - eased(np.arange(1, SETTLE_FRAMES + 1) / SETTLE_FRAMES)
        poses = []
        for frame, share in enumerate(shares[:-1]):
            start = self._end_samples + frame * SAMPLES_PER_FRAME
            pose = self._actor.move(_lips(shapes, frame, 1.0), start, False, "neutral", may_blink=False)
            poses.append(_scaled(pose, float(share)))
        self._actor = None
        return [*poses, REST]

    def _remember(self, chunk: AudioChunk) -> None:
        """Keep the phonemes that can still matter; a chunk repeats some of those before it."""
        since = chunk.start_samples - round(PAST_S * RATE)
        kept = [phoneme for phoneme in self._phonemes if phoneme.end_samples > since]
        newest = kept[-1].start_samples if kept else -1
        kept += [phoneme for phoneme in chunk.phonemes or () if phoneme.start_samples > newest]
        self._phonemes = kept

    def _speaking(self, start: int) -> bool:
        near = round(NEAR_S * RATE)
        return any(
            phoneme.start_samples < start + SAMPLES_PER_FRAME + near
            and phoneme.end_samples > start - near
            and not is_pause(phoneme.ipa)
            for phoneme in self._phonemes
        )


class _Actor:
    """All that has a memory from frame to frame: head, lids, ear, and the pose before."""

    def __init__(self, chance: np.random.Generator) -> None:
        for_prosody, for_head, for_eyes = chance.spawn(3)  # apart, so that one's draws do not shift another's
        self.prosody = Prosody(for_prosody)
        self.ear = Ear()
        self._head = HeadMotion(for_head)
        self._blinks = Blinks(for_eyes)
        self._last = REST
        self._spoke = False
        self._frames = 0

    def listen(self, heard: Heard, now_s: float) -> None:
        """Accents and phrase ends by ear, where there are no phonemes."""
        if heard.speaking and heard.loud_db > HEARD_ACCENT_DB:
            self.prosody.lean(now_s + HEARD_ACCENT_S, HEARD_ACCENT_SIZE)
        if self._spoke and not heard.speaking:
            self.prosody.end_phrase(now_s)
        self._spoke = heard.speaking

    def move(self, lips: Pose, start: int, speaking: bool, expression: Expression, *, may_blink: bool = True) -> Pose:
        """The whole pose of the frame that begins at sample `start`."""
        start_s, end_s = start / RATE, (start + SAMPLES_PER_FRAME) / RATE
        phrase_end = any(start_s <= at_s < end_s for at_s in self.prosody.phrase_ends_s)
        head = self._head.step((start_s + end_s) / 2, speaking, phrase_end, self.prosody.accents, expression)
        closed = self._blinks.step(phrase_end, may_blink)
        self._frames += 1
        begun = float(eased(np.array((self._frames - 0.5) / BEGIN_FRAMES)))
        pose = replace(
            _scaled(lips, begun),
            corners=head.corners,
            blink_right=closed,
            blink_left=closed,
            brow=head.brow,
            yaw=head.yaw,
            pitch=head.pitch,
            roll=head.roll,
            shift_x=head.shift_x,
            shift_y=head.shift_y,
        )
        self._last = _limited(self._last, pose)
        return self._last


def expression_of(sentence: Sentence) -> Expression:
    """A sentence has one face: that of its first phrase that has any."""
    return next((phrase.expression for phrase in sentence.phrases if phrase.expression != "neutral"), "neutral")


def _lips(shapes: Articulation, frame: int, gain: float) -> Pose:
    return Pose(
        aperture=gain * float(shapes.aperture[frame]),
        spread=float(shapes.spread[frame]),
        protrusion=float(shapes.protrusion[frame]),
        tuck=float(shapes.tuck[frame]),
        tongue=float(shapes.tongue[frame]),
    )


def _limited(before: Pose, pose: Pose) -> Pose:
    limits = {}
    for name, step in STEPS.items():
        was = getattr(before, name)
        limits[name] = min(max(getattr(pose, name), was - step), was + step)
    return replace(pose, **limits)


def _scaled(pose: Pose, share: float) -> Pose:
    """Between rest (0) and the pose (1); rest is zero in every field."""
    return Pose(**{field.name: share * getattr(pose, field.name) for field in fields(Pose)})
