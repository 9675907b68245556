"""Turns timed phonemes into the mouth of each frame. Knows no sound, no state, no picture.

Shapes are blended by dominance (Cohen & Massaro 1993, "Modeling coarticulation in synthetic visual speech"): each sound
pulls towards its own shape, most in its middle, and the mouth is the weighted mean of all pulls. Here the pull ends at
a fixed reach on both sides instead of fading for ever, so that a frame depends only on phonemes that begin less than
`HORIZON_S` after it, and a stream gives the same mouth however it is cut.

On top of the blend: a low-pass at the speed of lips; the lips of p, b, m shut completely on the frame nearest to the
sound's middle, because a viewer forgives much but not an open mouth there; a jaw that cannot move faster than jaws do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, SAMPLES_PER_FRAME, Phoneme
from face.viseme import SHUT, Viseme, parts

Curve = NDArray[np.float64]

STEP_S = 0.005  # the mouth is computed at 200 Hz
STEPS_PER_FRAME = round(SAMPLES_PER_FRAME / RATE / STEP_S)

LEAD_S = 0.045  # the mouth goes before the sound
JAW_BEFORE_S = 0.070  # how long before its core a sound begins to pull at the jaw
JAW_AFTER_S = 0.095
LIPS_BEFORE_S = 0.130  # rounding is prepared further ahead than opening (Perkell 1990)
LIPS_AFTER_S = 0.150
CORE_INSET = 0.22  # share of a sound's length, at each end, that is not its core
CORE_INSET_LIMIT_S = 0.045
JAW_REST_PULL = 0.03  # dominance of the mouth at rest where nothing else pulls
LIPS_REST_PULL = 0.07

SHORT_PAUSE_S = 0.060  # a gap this short between syllables is no pause
FULL_PAUSE_S = 0.140  # a pause this long shuts the mouth

LOWPASS_HZ = 9.0  # half power
LOWPASS_REACH_S = 0.040

LIPS_LEAD_S = 0.015  # lips meet almost with the sound: this is seen
STOP_SHUT_BEFORE_END_S = 0.060  # middle of the closure of p, b; measured on espeak-ng's sound
STOP_EARLIEST_S = 0.030  # the middle of a closure lies no further before the label
STOP_SHUT_S = 0.085  # at least, parting and meeting included
SEAL_RAMP_S = 0.085  # lips part and meet in this time, eased
SEAL_EASE_S = 0.030  # of a closure's time, at each end, in which the lips already part
SEAL_HOLD_LIMIT_S = 0.060  # half of the longest closure
TUCK_RAMP_S = 0.060
TUCK_HOLD_S = 0.022  # half of the shortest tuck: always seen on one frame
TUCK_NARROWS = 0.6  # share of the aperture lost by a lip under the teeth

JAW_SPEED = 0.230 / 0.040  # E a second; read by the mesh, which sees slits as shut, this is .29–.31 E in 40 ms
JAW_LOOK_S = 0.060

STRESS_GAIN = {0: 0.80, 1: 0.95, 2: 1.06}  # of a vowel's aperture
WEAK_APERTURE = 0.115  # E; a weak vowel still parts the lips
LONG_VOWEL_S = 0.130  # a longer vowel opens, then slackens: no mouth stands still
LONG_VOWEL_TURN = 0.5  # share of its time after which it slackens
LONG_VOWEL_SLACK = 0.80
BARELY = 0.045  # E; what is less open than this goes towards shut, so that lips never hover

_SEAL_AHEAD_S = (
    STOP_EARLIEST_S + SAMPLES_PER_FRAME / RATE / 2 + STOP_SHUT_S / 2 - SEAL_EASE_S + SEAL_RAMP_S + JAW_LOOK_S
)
HORIZON_S = max(  # the furthest that a phoneme may begin after a frame's middle and still be seen in it
    LEAD_S + LOWPASS_REACH_S + max(LIPS_BEFORE_S, JAW_BEFORE_S + JAW_LOOK_S),
    _SEAL_AHEAD_S,
)
PAST_S = 0.400  # phonemes that ended longer ago no longer matter


@dataclass(frozen=True, slots=True)
class Articulation:
    """The mouth of consecutive frames, each field (n,), in the units of `Pose`."""

    aperture: Curve
    spread: Curve
    protrusion: Curve
    tuck: Curve
    tongue: Curve


@dataclass(frozen=True, slots=True)
class _Pull:
    """One shape with the time over which it is aimed at, seconds."""

    start_s: float
    end_s: float
    viseme: Viseme
    aperture: float
    weight: float = 1.0  # less for pauses too short to count


def articulate(phonemes: Sequence[Phoneme], start_samples: int, frames: int) -> Articulation:
    """The mouth at the middle of each of `frames` frames from `start_samples` on; shut where no phoneme is near."""
    centre_s = (start_samples + SAMPLES_PER_FRAME / 2) / RATE
    pad = ceil(JAW_LOOK_S / STEP_S)
    steps = np.arange(-pad, (frames - 1) * STEPS_PER_FRAME + 1 + pad)
    times = centre_s + steps * STEP_S
    pulls = [pull for phoneme in phonemes for pull in _pulls(phoneme)]
    jaw, spread, protrusion, tongue = _blend(pulls, times + LEAD_S)
    tuck = _tucks(pulls, times)
    seal = _seals(pulls, times, start_samples)
    opening = jaw * (1.0 - TUCK_NARROWS * tuck) * (1.0 - seal)
    aperture = _slowed(opening * eased(opening / BARELY))
    at = slice(pad, len(times) - pad, STEPS_PER_FRAME)
    return Articulation(aperture[at], spread[at], protrusion[at], tuck[at], tongue[at])


def eased(share: Curve) -> Curve:
    """The minimum-jerk course from 0 to 1 (Flash & Hogan 1985), flat outside."""
    s = np.clip(share, 0.0, 1.0)
    course: Curve = s**3 * (10.0 + s * (6.0 * s - 15.0))
    return course


def _pulls(phoneme: Phoneme) -> list[_Pull]:
    """A phoneme's parts one after the other; a diphthong has several."""
    start_s = phoneme.start_samples / RATE
    pulls: list[_Pull] = []
    for part in parts(phoneme.ipa):
        length_s = part.share * (phoneme.end_samples - phoneme.start_samples) / RATE
        if part.viseme is SHUT:
            pulls.append(_Pull(start_s, start_s + length_s, SHUT, 0.0, _pause_weight(length_s)))
        elif part.viseme.vowel:
            pulls += _vowel(part.viseme, phoneme.stress, start_s, length_s)
        else:
            pulls.append(_Pull(start_s, start_s + length_s, part.viseme, part.viseme.aperture))
        start_s += length_s
    return pulls


def _pause_weight(length_s: float) -> float:
    return min(max((length_s - SHORT_PAUSE_S) / (FULL_PAUSE_S - SHORT_PAUSE_S), 0.0), 1.0)


def _vowel(viseme: Viseme, stress: int, start_s: float, length_s: float) -> list[_Pull]:
    """A vowel as open as its stress asks for; a long one in two halves."""
    floor = min(viseme.aperture, WEAK_APERTURE)
    aperture = max(viseme.aperture * STRESS_GAIN.get(stress, 1.0), floor)
    end_s = start_s + length_s
    if length_s < LONG_VOWEL_S:
        return [_Pull(start_s, end_s, viseme, aperture)]
    turn_s = start_s + LONG_VOWEL_TURN * length_s
    slack = max(aperture * LONG_VOWEL_SLACK, floor)
    return [_Pull(start_s, turn_s, viseme, aperture), _Pull(turn_s, end_s, viseme, slack)]


def _blend(pulls: Sequence[_Pull], times: Curve) -> tuple[Curve, Curve, Curve, Curve]:
    """Aperture, spread, protrusion and tongue at `times`, blended and low-passed."""
    reach = ceil(LOWPASS_REACH_S / STEP_S)
    before = times[0] + STEP_S * np.arange(-reach, 0)
    after = times[-1] + STEP_S * np.arange(1, reach + 1)
    grid = np.concatenate([before, times, after])
    starts = np.array([pull.start_s for pull in pulls])[:, None]
    ends = np.array([pull.end_s for pull in pulls])[:, None]
    weights = np.array([pull.weight for pull in pulls])[:, None]
    jaw = weights * np.array([pull.viseme.jaw for pull in pulls])[:, None]
    lips = weights * np.array([pull.viseme.lips for pull in pulls])[:, None]
    jaw = jaw * _pull_shape(starts, ends, grid, JAW_BEFORE_S, JAW_AFTER_S)
    lips = lips * _pull_shape(starts, ends, grid, LIPS_BEFORE_S, LIPS_AFTER_S)
    shapes = [(pull.aperture, pull.viseme.spread, pull.viseme.protrusion, pull.viseme.tongue) for pull in pulls]
    targets = np.array(shapes, np.float64).reshape(-1, 4)
    curves = []
    by_jaw, by_lips = (jaw, JAW_REST_PULL), (lips, LIPS_REST_PULL)
    for target, (pull, rest) in zip(targets.T, (by_jaw, by_lips, by_lips, by_jaw), strict=True):
        blended = (pull * target[:, None]).sum(axis=0) / (pull.sum(axis=0) + rest)
        curves.append(np.convolve(blended, _LOWPASS, mode="valid"))
    return curves[0], curves[1], curves[2], curves[3]


def _pull_shape(starts: Curve, ends: Curve, times: Curve, before_s: float, after_s: float) -> Curve:
    """1 over a sound's core, falling smoothly to 0 at its reach: (pulls, 1), (pulls, 1), (n,) -> (pulls, n)."""
    inset = np.minimum(CORE_INSET * (ends - starts), CORE_INSET_LIMIT_S)
    early = np.clip((starts + inset - times) / before_s, 0.0, 1.0)
    late = np.clip((times - ends + inset) / after_s, 0.0, 1.0)
    shape: Curve = (1.0 - np.maximum(early, late) ** 2) ** 2
    return shape


def _seals(pulls: Sequence[_Pull], times: Curve, start_samples: int) -> Curve:
    """1 where the lips are shut for p, b, m: on the frame that holds the closure's middle, never between two frames."""
    seal = np.zeros_like(times)
    for pull in pulls:
        if pull.viseme.closure == "none":
            continue
        middle_s, half_s = _closure(pull)
        frame = (round(middle_s * RATE) - start_samples) // SAMPLES_PER_FRAME  # whole numbers: no tie ever tips over
        snapped_s = (start_samples + (frame + 0.5) * SAMPLES_PER_FRAME) / RATE
        hold_s = min(max(half_s - SEAL_EASE_S, STEP_S / 2), SEAL_HOLD_LIMIT_S)
        seal = np.maximum(seal, _window(times, snapped_s, hold_s, SEAL_RAMP_S))
    return seal


def _closure(pull: _Pull) -> tuple[float, float]:
    """Middle and half length of the time for which the lips are shut.

    A stop is shut until it bursts. Synthesisers label a short one from its burst on, a long one with its closure;
    counted from the end, both agree.
    """
    half_s = (pull.end_s - pull.start_s) / 2
    if pull.viseme.closure == "stop":
        middle_s = max(pull.end_s - STOP_SHUT_BEFORE_END_S, pull.start_s - STOP_EARLIEST_S)
        return middle_s, max(half_s, STOP_SHUT_S / 2)
    return (pull.start_s + pull.end_s) / 2 - LIPS_LEAD_S, half_s


def _tucks(pulls: Sequence[_Pull], times: Curve) -> Curve:
    """1 where the lower lip is tucked under the teeth for f, v."""
    tuck = np.zeros_like(times)
    for pull in pulls:
        if not pull.viseme.tuck:
            continue
        middle_s = (pull.start_s + pull.end_s) / 2 - LIPS_LEAD_S
        hold_s = max((pull.end_s - pull.start_s) / 2 - SEAL_EASE_S, TUCK_HOLD_S)
        tuck = np.maximum(tuck, pull.viseme.tuck * _window(times, middle_s, hold_s, TUCK_RAMP_S))
    return tuck


def _window(times: Curve, middle_s: float, hold_s: float, ramp_s: float) -> Curve:
    return 1.0 - eased((np.abs(times - middle_s) - hold_s) / ramp_s)


def _slowed(aperture: Curve) -> Curve:
    """The widest curve under `aperture` that keeps to the jaw's speed: opening waits and closing begins early."""
    slowed = aperture.copy()
    for step in range(1, ceil(JAW_LOOK_S / STEP_S) + 1):
        slack = step * STEP_S * JAW_SPEED
        slowed[:-step] = np.minimum(slowed[:-step], aperture[step:] + slack)
        slowed[step:] = np.minimum(slowed[step:], aperture[:-step] + slack)
    return slowed


def _lowpass() -> Curve:
    """A Gaussian with half power at `LOWPASS_HZ`, cut at its reach, of sum 1."""
    sigma_s = sqrt(log(2.0)) / (2.0 * pi * LOWPASS_HZ)
    reach = ceil(LOWPASS_REACH_S / STEP_S)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) * STEP_S / sigma_s) ** 2)
    kernel: Curve = taps / taps.sum()
    return kernel


_LOWPASS = _lowpass()
