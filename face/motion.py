"""Sound and phonemes in, poses out, one a frame. Knows how people move when they speak; knows nothing of pictures.

Streams: the poses of a chunk need that chunk (whose phonemes reach past it) and what was there before. How the sound
is cut into chunks changes nothing. Everything that looks like chance comes from the seed and the first words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from zlib import crc32

import numpy as np

from data.types import FPS, RATE, SAMPLES_PER_FRAME, AudioChunk, Expression, Phoneme, Sentence
from face.articulation import PAST_S, Articulation, articulate, eased
from face.blink import Blinks
from face.breath import Breath
from face.expression import Expressions
from face.gaze import Gaze
from face.head_motion import HeadMotion
from face.manner import USUAL, Manner
from face.pose import REST, Pose, scaled
from face.prosody import Prosody
from face.sound import Ear, Heard
from face.speech_sounds import Mouth
from face.viseme import is_pause

SETTLE_FRAMES = round(0.6 * FPS)  # the way back to rest
BEGIN_FRAMES = 3  # the mouth takes to come out of rest, however soon somebody speaks
NEAR_S = 0.10  # a phoneme this near means that somebody speaks
HEARD_ACCENT_DB = 5.0  # above the running level, where there are no phonemes
HEARD_ACCENT_S = 0.12  # such an accent is seen this much later
HEARD_ACCENT_SIZE = 0.6

FIRST_GLANCE, PHRASE_END_GLANCE = 0.5, 0.22  # chances that the eyes leave the viewer, looking for words

SWAYS, BLINKS, JAWS = (0.6, 1.5), (0.5, 1.8), (0.8, 1.2)  # a person's own share of what is usual: least, most

# What one frame may change. The curves keep to less; this catches seams that no look-ahead could foresee.
STEPS = {"aperture": 0.26, "spread": 0.09, "protrusion": 0.30}


class Motion:
    """The motion of one answer, from the rest pose back to it."""

    def __init__(self, seed: int = 0, manner: Manner = USUAL) -> None:
        self._seed, self._manner = seed, manner
        self._actor: _Actor | None = None
        self._phonemes: list[Phoneme] = []
        self._end_samples = 0

    def poses(self, chunk: AudioChunk, mouths: Sequence[Mouth] | None = None) -> list[Pose]:
        """One pose a frame of the chunk, for the frame's middle; `mouths` are heard where no phonemes are known."""
        if self._actor is None:
            self._actor = _Actor(np.random.default_rng((self._seed, crc32(chunk.sentence.text.encode()))), self._manner)
        actor = self._actor
        self._remember(chunk)
        actor.prosody.read(chunk.phonemes or ())
        frames = len(chunk.samples) // SAMPLES_PER_FRAME
        shapes = articulate(self._phonemes, chunk.start_samples, frames)
        poses = []
        for frame in range(frames):
            start = chunk.start_samples + frame * SAMPLES_PER_FRAME
            heard = actor.ear.hear(chunk.samples[frame * SAMPLES_PER_FRAME :][:SAMPLES_PER_FRAME])
            if mouths is not None:
                lips, speaking = _heard_lips(mouths[frame], heard.gain), mouths[frame].speaking
                actor.listen(replace(heard, speaking=speaking), start / RATE)
            else:
                lips, speaking = _lips(shapes, frame, heard.gain), self._speaking(start)
            lips = replace(lips, aperture=actor.jaw * lips.aperture)
            poses.append(actor.move(lips, start, speaking, chunk.sentence))
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
            pose = self._actor.move(_lips(shapes, frame, 1.0), start, False, None)
            poses.append(scaled(pose, float(share)))
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

    def __init__(self, chance: np.random.Generator, manner: Manner) -> None:
        for_prosody, for_head, for_lids, for_eyes = chance.spawn(4)  # apart: one's draws do not shift another's
        self.prosody = Prosody(for_prosody)
        self.ear = Ear()
        self._head = HeadMotion(for_head, _own(manner.sway_e, USUAL.sway_e, SWAYS))
        self._blinks = Blinks(for_lids, _own(manner.blinks_a_minute, USUAL.blinks_a_minute, BLINKS))
        self.jaw = _own(manner.jaw_e, USUAL.jaw_e, JAWS)
        self._gaze = Gaze(for_eyes)
        self._breath = Breath()
        self._expressions = Expressions()
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

    def move(self, lips: Pose, start: int, speaking: bool, sentence: Sentence | None) -> Pose:
        """The whole pose of the frame that begins at sample `start`; no sentence is the way back to rest."""
        start_s, end_s = start / RATE, (start + SAMPLES_PER_FRAME) / RATE
        phrase_end = any(start_s <= at_s < end_s for at_s in self.prosody.phrase_ends_s)
        head = self._head.step((start_s + end_s) / 2, speaking, phrase_end, self.prosody.accents)
        head = _added(head, self._expressions.step(*_feeling(sentence)))
        glance = FIRST_GLANCE if self._frames == BEGIN_FRAMES else PHRASE_END_GLANCE if phrase_end else 0.0
        look = self._gaze.step(head.yaw, head.pitch, glance, home=sentence is None)
        closed = self._blinks.step(phrase_end, look.jumped, may_begin=sentence is not None)
        self._frames += 1
        begun = float(eased(np.array((self._frames - 0.5) / BEGIN_FRAMES)))
        breath = self._breath.step(speaking or sentence is None)
        life = Pose(blink_right=closed, blink_left=closed, gaze_x=look.x, gaze_y=look.y, breath=breath)
        self._last = _limited(self._last, _added(scaled(lips, begun), head, life))
        return self._last


def _feeling(sentence: Sentence | None) -> tuple[Expression, float, int]:
    """A sentence has one face, that of its first phrase that has any: which, how strong, and the sentence's number."""
    if sentence is None:
        return "neutral", 0.0, -1
    phrase = next((each for each in sentence.phrases if each.expression != "neutral"), sentence.phrases[0])
    return phrase.expression, phrase.strength, sentence.index


def _own(figure: float, usual: float, within: tuple[float, float]) -> float:
    """How much more of something the person does than others do, within reason."""
    return min(max(figure / usual, within[0]), within[1])


def _lips(shapes: Articulation, frame: int, gain: float) -> Pose:
    return Pose(
        aperture=gain * float(shapes.aperture[frame]),
        spread=float(shapes.spread[frame]),
        protrusion=float(shapes.protrusion[frame]),
        tuck=float(shapes.tuck[frame]),
        tongue=float(shapes.tongue[frame]),
    )


def _heard_lips(mouth: Mouth, gain: float) -> Pose:
    return Pose(
        aperture=gain * mouth.aperture,
        spread=mouth.spread,
        protrusion=mouth.protrusion,
        tuck=mouth.tuck,
        tongue=mouth.tongue,
    )


def _limited(before: Pose, pose: Pose) -> Pose:
    limits = {}
    for name, step in STEPS.items():
        was = getattr(before, name)
        limits[name] = min(max(getattr(pose, name), was - step), was + step)
    return replace(pose, **limits)


def _added(*poses: Pose) -> Pose:
    """All of them at once."""
    return Pose(**{field.name: sum(getattr(pose, field.name) for pose in poses) for field in fields(Pose)})
