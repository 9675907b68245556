"""Source speech into the person's voice, block by block. Knows nothing of text or of who reads it.

Pitch is mapped in the log domain by mean and spread, which keeps a Mandarin tone's shape, and changed on the waveform
itself; formants are moved by one factor; then the spectrum is carried over to where the person's lies
(`voice.transport`) by filtering. Nothing is made anew from parameters, so what was clear stays clear.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.ndimage import uniform_filter1d

from data.types import RATE, Wave
from voice.equalizer import equalize
from voice.profile import Conversion, VoiceProfile
from voice.psola import repitch
from voice.world import (
    BINS,
    FRAME_SAMPLES,
    HIGHEST_F0_HZ,
    LOWEST_F0_HZ,
    QUIETEST,
    Array,
    Features,
    Reach,
    analyse,
    bands_db,
    bins_db,
    stretch,
    track,
)

SHIFT_FRAMES = 5  # 25 ms over which what is added is smoothed
CARRIED_FRAMES = 8  # 40 ms, by which a voice is heard before and after it is tracked
UNVOICED = 0.25  # of the way to the person's noises, which tell words more than people: with all 57 of 100 lost, not 38
VOICING_FRAMES = 5  # over which voiced and unvoiced sounds pass into each other

HZ_A_BIN = RATE / 2 / (BINS - 1)
NO_VOICE_DB = -60.0  # below any pitch, where a map would raise rumble

PITCH_SPREAD = 0.5, 1.6  # bounds of the factor on the spread of log F0
PITCH_REACH = 2.5  # standard deviations of the person's log F0, beyond which the pitch is bent back
OWN_MIDDLE = 0.6  # how much of a clause's own middle counts
FEWEST_FRAMES = 20  # voiced ones, for a clause to have a middle
PITCH_SEARCH, PITCH_HEADROOM = 3.5, 1.15  # standard deviations and factor around the source's mean
LEVEL = 0.08  # of the louder half of speech, A-weighted, for every voice
LEAST_HEARD = 0.25  # of a window's power, so that rumble is not blown up
KNEE, CEILING = 0.75, 0.98  # the limiter: untouched below, never above

MARGIN_SAMPLES = 20 * FRAME_SAMPLES  # 100 ms analysed beyond a block on both sides
OVERLAP_SAMPLES = 2 * FRAME_SAMPLES  # 10 ms crossfade
FADE_SAMPLES = RATE // 100  # at the ends of a clause
FIRST_BLOCK_S = 0.5, 0.9  # the first sound should come soon; longer blocks cost less
BLOCK_S = 1.2, 2.4


def level_ratio(wave: Wave) -> float:
    """A-weighted root mean square of the louder half of 20 ms windows: what the ear takes for the level of speech.

    Unweighted, a voice with a strong fundamental is turned down until its words are lost in a room's noise.
    """
    size = RATE // 50
    windows = wave[: len(wave) // size * size].reshape(-1, size)
    lines = np.abs(np.fft.rfft(windows.astype(np.float64), axis=1)) ** 2
    power = np.sort(np.maximum(lines @ _ear(size), LEAST_HEARD * (windows.astype(np.float64) ** 2).mean(axis=1)))
    return float(np.sqrt(power[len(power) // 2 :].mean())) if len(power) else 0.0


@cache
def _ear(size: int) -> Array:
    """By what each line of a spectrum of `size` samples counts in their mean power, A-weighted (IEC 61672-1)."""
    square = np.fft.rfftfreq(size, 1 / RATE) ** 2
    weight = 12_194**2 * square**2 / ((square + 20.6**2) * (square + 12_194**2))
    weight /= np.sqrt((square + 107.7**2) * (square + 737.9**2))
    twice = np.where((np.arange(len(square)) == 0) | (np.arange(len(square)) == size / 2), 1, 2)
    return np.asarray(twice * (weight * 10**0.1) ** 2 / size**2)


def limit(wave: Wave) -> Wave:
    """A soft knee without memory, so that blocks join as they are; a sample that is not a number becomes silence."""
    sound = np.nan_to_num(wave, nan=0.0, posinf=CEILING, neginf=-CEILING)
    size = np.abs(sound)
    bent = KNEE + (CEILING - KNEE) * np.tanh((size - KNEE) / (CEILING - KNEE))
    return np.where(size <= KNEE, sound, np.sign(sound) * bent).astype(np.float32)


def pitch_reach(log_f0_mean: float, log_f0_sd: float) -> Reach:
    """Where the pitch of a source is looked for, Hz."""
    spread = PITCH_SEARCH * log_f0_sd + math.log(PITCH_HEADROOM)
    return max(math.exp(log_f0_mean - spread), LOWEST_F0_HZ), min(math.exp(log_f0_mean + spread), HIGHEST_F0_HZ)


def map_pitch(f0_hz: Array, profile: VoiceProfile, conversion: Conversion, middle: float) -> Array:
    """Log-linear; zeros stay zeros. `middle` is what in the source, log Hz, becomes the person's own middle."""
    spread = float(np.clip(profile.log_f0_sd / max(conversion.log_f0_sd, 1e-3), *PITCH_SPREAD))
    voiced = f0_hz > 0
    offset = (np.log(np.where(voiced, f0_hz, 1.0)) - middle) * spread
    reach = PITCH_REACH * conversion.log_f0_sd * spread
    offset = np.where(np.abs(offset) < reach, offset, np.sign(offset) * (reach + (np.abs(offset) - reach) / 4))
    return np.asarray(np.where(voiced, np.exp(profile.log_f0_mean + offset), 0.0))


def clause_middle(source: Wave, conversion: Conversion) -> float:
    """The pitch, log Hz, around which a clause is mapped: between the source voice's middle and the clause's own.

    A widened spread widens the differences between clauses too, and a sentence then drifts off the person's pitch.
    """
    f0_hz, _ = track(source)
    near = f0_hz[np.abs(np.log(np.maximum(f0_hz, 1.0)) - conversion.log_f0_mean) < PITCH_SEARCH * conversion.log_f0_sd]
    if len(near) < FEWEST_FRAMES:
        return conversion.log_f0_mean
    return float((1 - OWN_MIDDLE) * conversion.log_f0_mean + OWN_MIDDLE * np.median(np.log(near)))


def carried(f0_hz: Array) -> Array:
    """Pitch carried on by `CARRIED_FRAMES` past both ends of each voiced stretch, (n,).

    There the folds still move, too softly or too noisily for the tracker, and would keep the source's pitch.
    """
    places = np.arange(len(f0_hz))
    voiced = np.flatnonzero(f0_hz > 0)
    if not len(voiced):
        return f0_hz
    after = np.searchsorted(voiced, places).clip(max=len(voiced) - 1)
    before = (after - 1).clip(min=0)
    near = np.where(np.abs(voiced[after] - places) <= np.abs(voiced[before] - places), voiced[after], voiced[before])
    return np.where(np.abs(near - places) <= CARRIED_FRAMES, f0_hz[near], 0.0)


def turned(source: Wave, features: Features, wanted_hz: Array, conversion: Conversion) -> Array:
    """The person saying what the source says, `wanted_hz` high; `features` are the source's."""
    warped = stretch(features.envelope, conversion.warp)
    bands = bands_db(warped)
    voicing = uniform_filter1d(features.voiced.astype(np.float64), VOICING_FRAMES)[:, None]
    unvoiced = UNVOICED * conversion.unvoiced.shifts(bands)
    shifts = voicing * conversion.voiced.shifts(bands) + (1 - voicing) * unvoiced
    gains = 10 * np.log10(warped / features.envelope) + bins_db(uniform_filter1d(shifts, SHIFT_FRAMES, axis=0))
    gains[:, : math.ceil(LOWEST_F0_HZ / HZ_A_BIN)] = NO_VOICE_DB
    sound = equalize(repitch(source, carried(features.f0_hz), carried(wanted_hz)), gains)
    if conversion.breath.any():
        share = voicing * 10 ** (bins_db(10 * np.log10(conversion.breath + 1e-6)) / 10)
        noise = np.random.default_rng(len(source)).standard_normal(len(source))
        sound += equalize(noise, 10 * np.log10(features.envelope * share + QUIETEST) + gains)
    return sound * conversion.gain


class Converter:
    """Turns clauses of one source voice into the person's voice. Holds no state between clauses."""

    def __init__(self, profile: VoiceProfile, conversion: Conversion) -> None:
        self._profile = profile
        self._conversion = conversion
        self._reach_hz = pitch_reach(conversion.log_f0_mean, conversion.log_f0_sd)

    def convert(self, source: Wave) -> Iterator[Wave]:
        """Pieces that together are exactly as long as the source."""
        borders = cut_points(source)
        tail = np.zeros(0, np.float32)
        half = OVERLAP_SAMPLES // 2
        rise = np.linspace(0, 1, OVERLAP_SAMPLES, dtype=np.float32)
        middle = clause_middle(source, self._conversion)
        for start, end in pairwise(borders):
            first, last = start == 0, end == len(source)
            low, high = max(0, start - MARGIN_SAMPLES), min(len(source), end + MARGIN_SAMPLES)
            sound = self._block(source[low:high], middle)
            piece = sound[(start if first else start - half) - low : (end if last else end + half) - low]
            if not first:
                piece[:OVERLAP_SAMPLES] = piece[:OVERLAP_SAMPLES] * rise + tail * (1 - rise)
            if not last:
                piece, tail = piece[:-OVERLAP_SAMPLES], piece[-OVERLAP_SAMPLES:]
            if first:
                piece[:FADE_SAMPLES] *= np.linspace(0, 1, len(piece[:FADE_SAMPLES]), dtype=np.float32)
            if last:
                piece[-FADE_SAMPLES:] *= np.linspace(1, 0, len(piece[-FADE_SAMPLES:]), dtype=np.float32)
            yield limit(piece)

    def _block(self, source: Wave, middle: float) -> Wave:
        features = analyse(source, self._reach_hz, clean=True)
        wanted = map_pitch(features.f0_hz, self._profile, self._conversion, middle)
        return turned(source, features, wanted, self._conversion).astype(np.float32)


def cut_points(source: Wave) -> list[int]:
    """Where to cut, in samples, 0 and the end with it: at quiet spots, where a seam cannot be heard."""
    smooth = uniform_filter1d(np.square(source, dtype=np.float64), FRAME_SAMPLES * 4)[::FRAME_SAMPLES]
    borders = [0]
    shortest, longest = (int(s * RATE) for s in FIRST_BLOCK_S)
    while len(source) - borders[-1] > longest + shortest:
        low, high = (borders[-1] + shortest) // FRAME_SAMPLES, (borders[-1] + longest) // FRAME_SAMPLES
        borders.append((low + int(smooth[low:high].argmin())) * FRAME_SAMPLES)
        shortest, longest = (int(s * RATE) for s in BLOCK_S)
    return [*borders, len(source)]
