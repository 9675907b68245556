"""Where a neural voice has said its text, so that what it adds is left out. Knows sound and times; no model, no words.

Such a model sometimes goes on after the last word: a pause, then mumbling, until it is stopped. How long the text takes
is known from elsewhere, and so two readings of a late pause are weighed against each other: that the text ends there,
or that it ends where the sound ends. The one whose length is nearer to the known one is taken, and in doubt the longer
one: a mumble is ugly, a lost word is a loss. All of it depends on what came before alone, never on how the sound was
cut on its way, so that it can be decided while the sound is still coming.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, Wave

FRAMES_PER_S = 50
FRAME_SAMPLES = RATE // FRAMES_PER_S
QUIET = 0.05  # of the loudest frame so far, −26 dB: below is a pause
SILENT = 0.003  # of full scale, −50 dB: silent whatever came before
PAUSE_FRAMES = 15  # 0.3 s: a stop's closure is silent too, but never as long

# Factors on the known length. Four voices of flite took 0.90 to 1.38 of espeak-ng's time for the same texts, the most
# for two or three words, where the last syllable's lengthening weighs most. People differ more among themselves, so the
# known length should be at the person's own pace. At that, four voices of flite at three speeds lost no word of 216
# texts; of mumbles of 0.5 to 4 s put after a pause of 0.35 to 1 s behind these, nine of ten were left out.
EARLIEST = 0.7  # no text ends before
LATEST, LATEST_MORE_S = 1.7, 0.8  # none goes on after; the seconds are for the shortest texts
LEAST = 0.5  # shorter than this, words are missing
SURE = log(1.25)  # by how much the shorter reading must be nearer: a fifth slower than usual, with a halt, is no babble
OWN = 0.15  # of the known length: a pause no farther than this from where the text has one is the text's own
WHOLE_S = 2.0  # a text that takes less is heard to its end before any of it is given: there babble is the commonest

ATTEMPTS = 2
KEPT_FRAMES = 3  # of the silence after the end: 60 ms, in which the sound fades
FADE_SAMPLES = RATE // 50


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a text takes a usual speaker, and when in it there are pauses."""

    seconds: float
    pauses_s: tuple[float, ...] = ()

    @property
    def earliest_frame(self) -> int:
        """The text does not end before, counted from the first sound."""
        return round(EARLIEST * self.seconds * FRAMES_PER_S)

    @property
    def latest_frame(self) -> int:
        """The text does not go on after."""
        return round((LATEST * self.seconds + LATEST_MORE_S) * FRAMES_PER_S)

    @property
    def stopped_frame(self) -> int:
        """Where a text is stopped that goes on all the same, so that there is time to fade out."""
        return self.latest_frame - KEPT_FRAMES

    def at_pace(self, pace: float) -> Expected:
        """Of a speaker who takes so many times as long."""
        return Expected(self.seconds * pace, tuple(at * pace for at in self.pauses_s))

    def has_pause(self, frame: int) -> bool:
        """Whether the text has a pause about there."""
        return any(abs(frame / FRAMES_PER_S - at) <= OWN * self.seconds for at in self.pauses_s)

    def distance(self, frames: int) -> float:
        """How far a length is from it, as the size of the logarithm of the two's ratio."""
        return abs(log(max(frames, 1) / FRAMES_PER_S / self.seconds))


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the text ends, and whether what was heard before can be all of it."""

    samples: int
    plausible: bool


def sober(
    speak: Callable[[int], Generator[Wave, None, None]], expected: Expected, seed: int
) -> Generator[Wave, None, None]:
    """What `speak` gives for a seed, without what it adds to the text.

    A long text's sound goes on as it comes, but for what follows a pause that may be the end. While nothing has gone
    on, a text that came out too short, or too long without a pause, is spoken once more with the next seed.
    """
    for attempt in range(ATTEMPTS):
        sound, sent = np.zeros(0, np.float32), 0
        with closing(speak(seed + attempt)) as pieces:
            for piece in pieces:
                sound = np.concatenate([sound, piece])
                sure = certain(sound, expected) if expected.seconds >= WHOLE_S else 0
                if sure > sent:
                    yield sound[sent:sure]
                    sent = sure
                if _is_over(_quiet(sound), expected):
                    break
        end = ending(sound, expected)
        if sent or end.plausible or attempt == ATTEMPTS - 1:
            yield from _rest(sound, sent, end.samples)
            return


def ending(sound: Wave, expected: Expected) -> Ending:
    """Where the text ends in sound that has come to its own end, or far enough to see that it had no end."""
    quiet = _quiet(sound)
    if quiet.all():
        return Ending(0, plausible=False)
    first, last = _first_loud(quiet), len(quiet) - _first_loud(quiet[::-1])
    found = [start for start in _late_pauses(quiet, expected) if first + start < last]
    best = min(found, key=expected.distance, default=None)
    if _is_over(quiet, expected):
        end = expected.stopped_frame if best is None else best
        return Ending((first + end) * FRAME_SAMPLES, plausible=best is not None)
    heard = last - first
    if best is not None and expected.distance(best) + SURE < expected.distance(heard):
        return Ending((first + best) * FRAME_SAMPLES, plausible=True)
    return Ending(last * FRAME_SAMPLES, plausible=heard >= LEAST * expected.seconds * FRAMES_PER_S)


def certain(sound: Wave, expected: Expected) -> int:
    """How many samples of what came so far belong to the text, whatever comes next."""
    quiet = _quiet(sound)
    first = _first_loud(quiet)
    bound = next(_late_pauses(quiet, expected), expected.stopped_frame)
    return min(len(quiet), first + bound) * FRAME_SAMPLES


def _quiet(sound: Wave) -> NDArray[np.bool_]:
    """(n // FRAME_SAMPLES,) which frames are a pause, told by what came before."""
    frames = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(np.float64)
    level = np.sqrt((frames**2).mean(axis=1))
    return np.asarray(level < np.maximum(QUIET * np.maximum.accumulate(level), SILENT))


def _first_loud(quiet: NDArray[np.bool_]) -> int:
    return int(np.argmin(quiet)) if not quiet.all() else len(quiet)


def _late_pauses(quiet: NDArray[np.bool_], expected: Expected) -> Iterator[int]:
    """Frames from the first sound to each pause at which the text may end; one that still goes on is one of them."""
    spoken = quiet[_first_loud(quiet) :]
    steps = np.diff(np.concatenate([[0], spoken.astype(int), [0]]))
    for start, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
        is_pause = end - start >= PAUSE_FRAMES or end == len(spoken)
        if is_pause and expected.earliest_frame <= start <= expected.stopped_frame and not expected.has_pause(start):
            yield int(start)


def _is_over(quiet: NDArray[np.bool_], expected: Expected) -> bool:
    """Whether there is sound after the latest end."""
    return not quiet[_first_loud(quiet) + expected.latest_frame :].all()


def _rest(sound: Wave, sent: int, end: int) -> Iterator[Wave]:
    """What is left up to the end and a moment after, faded out."""
    rest = sound[sent : max(sent, end + KEPT_FRAMES * FRAME_SAMPLES)].copy()
    fade = min(len(rest), FADE_SAMPLES)
    if fade:
        rest[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        yield rest
