"""Source speech into the person's voice, block by block. Knows nothing of text or espeak-ng.

Pitch is mapped in the log domain by mean and spread, which keeps a Mandarin tone's shape; formants are moved by one
factor; each class of sounds is then given the person's mean envelope; the source's own dynamics stay.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.ndimage import uniform_filter1d
from scipy.signal import fftconvolve

from data.types import RATE, Wave
from voice.profile import Conversion, VoiceProfile
from voice.world import (
    BINS,
    FRAME_SAMPLES,
    HIGHEST_F0_HZ,
    LOWEST_F0_HZ,
    Array,
    Features,
    analyse,
    band_centres_hz,
    bands_db,
    bins_db,
    stretch,
    synthesize,
    track,
)

CEPSTRA = 16  # of the mel envelope, the level left out: what a class is told by
CLASS_SOFTNESS = 8.0  # squared standard deviations; smaller makes borders between classes harder
CLASS_SMOOTHING = 7  # frames, 35 ms: about the length of a change from one sound to the next

PITCH_SPREAD = 0.75, 1.6  # bounds of the factor on the spread of log F0
PITCH_REACH = 2.5  # standard deviations of the person's log F0, beyond which the pitch is bent back
OWN_MIDDLE = 0.6  # how much of a clause's own middle counts
FEWEST_FRAMES = 20  # voiced ones, for a clause to have a middle
PITCH_SEARCH, PITCH_HEADROOM = 3.5, 1.15  # standard deviations and factor around the source's mean
JITTER_SD = 0.008  # of F0, from one 5 ms frame to the next few: a steady pitch sounds like a machine
JITTER_FRAMES = 5
TREBLE_FROM_HZ, TREBLE_FULL_HZ = 4_200.0, 5_500.0  # above F4
TONAL, TONAL_WIDTH = 0.85, 0.25  # mean aperiodicity of the treble: above, it is a consonant's own noise and stays
ANCHOR_HZ = 2_000.0, 4_200.0
BREATH_FROM_HZ, BREATH_FULL_HZ = 3_000.0, 7_000.0
BREATH = 0.30  # least aperiodicity at the top of the band: a purely tonal treble buzzes
DISPERSION_SAMPLES = 255  # length of the filter that spreads pulses
DISPERSION_S = 0.0012  # spread of the delay above DISPERSION_FROM_HZ
DISPERSION_FROM_HZ = 1_500.0
KNEE, CEILING = 0.75, 0.98  # the limiter: untouched below, never above

MARGIN_SAMPLES = 20 * FRAME_SAMPLES  # 100 ms analysed beyond a block on both sides
OVERLAP_SAMPLES = 2 * FRAME_SAMPLES  # 10 ms crossfade
FADE_SAMPLES = RATE // 100  # at the ends of a clause
FIRST_BLOCK_S = 0.5, 0.9  # the first sound should come soon; longer blocks cost less
BLOCK_S = 1.2, 2.4


def level_ratio(wave: Wave) -> float:
    """Root mean square of the louder half of 20 ms windows: the level of the speech, not of its pauses."""
    size = RATE // 50
    windows = wave[: len(wave) // size * size].reshape(-1, size)
    power = np.sort((windows.astype(np.float64) ** 2).mean(axis=1))
    return float(np.sqrt(power[len(power) // 2 :].mean())) if len(power) else 0.0


def limit(wave: Wave) -> Wave:
    """A soft knee without memory, so that blocks join as they are; a sample that is not a number becomes silence."""
    sound = np.nan_to_num(wave, nan=0.0, posinf=CEILING, neginf=-CEILING)
    size = np.abs(sound)
    bent = KNEE + (CEILING - KNEE) * np.tanh((size - KNEE) / (CEILING - KNEE))
    return np.where(size <= KNEE, sound, np.sign(sound) * bent).astype(np.float32)


def cepstra(bands: Array) -> Array:
    """(n, BANDS) decibels to (n, CEPSTRA), the level left out."""
    return np.asarray(dct(bands, norm="ortho", axis=1)[:, 1 : CEPSTRA + 1])


def memberships(conversion: Conversion, bands: Array, voiced: NDArray[np.bool_]) -> Array:
    """How much each frame belongs to each class: (n, classes), rows summing to one."""
    side = voiced.astype(int)
    standard = (cepstra(bands) - conversion.feature_mean[side]) / conversion.feature_sd[side]
    distance = ((standard[:, None, :] - conversion.centroids[None]) ** 2).sum(axis=2)
    of_voiced = np.arange(len(conversion.centroids)) < conversion.voiced_classes
    distance = np.where(voiced[:, None] == of_voiced[None], distance, np.inf)
    weights = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / CLASS_SOFTNESS)
    return np.asarray(uniform_filter1d(weights / weights.sum(axis=1, keepdims=True), CLASS_SMOOTHING, axis=0))


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


def convert_features(features: Features, profile: VoiceProfile, conversion: Conversion, middle: float) -> Features:
    """The features of the person saying the same; `middle` as for `map_pitch`."""
    envelope = stretch(features.envelope, conversion.warp)
    weights = memberships(conversion, bands_db(envelope), features.voiced)
    envelope = envelope * 10 ** (bins_db(weights @ conversion.shifts_db) / 10)
    tonal = np.clip((TONAL - features.aperiodicity @ _treble_mean()) / TONAL_WIDTH, 0, 1)
    envelope = _with_own_treble(envelope, weights, tonal, conversion)
    breath = 10 ** (bins_db(conversion.aperiodicity_db[None]) / 20)
    aperiodicity = np.clip(np.maximum(features.aperiodicity * breath, _least_breath()), 1e-3, 1.0)
    aperiodicity = np.where(features.voiced[:, None], aperiodicity, 1.0)
    return Features(map_pitch(features.f0_hz, profile, conversion, middle), envelope, aperiodicity)


def _with_own_treble(envelope: Array, weights: Array, tonal: Array, conversion: Conversion) -> Array:
    """The top of voiced sounds as the person has it on the mean.

    espeak-ng's voiced sounds have three lone peaks there, which tell a listener nothing but that a machine speaks.
    """
    voiced = weights[:, : conversion.voiced_classes].sum(axis=1, keepdims=True) * tonal[:, None]
    usual = weights @ conversion.means_db
    level = (bands_db(envelope) - usual) @ _anchor_weights()
    share = voiced * _treble()
    logs = 10 * np.log10(envelope) * (1 - share) + (bins_db(usual) + level[:, None]) * share
    return np.asarray(10 ** (logs / 10))


@cache
def _anchor_weights() -> Array:
    """(BANDS,) weights of the bands that say how loud the treble is to be."""
    inside = (band_centres_hz() > ANCHOR_HZ[0]) & (band_centres_hz() < ANCHOR_HZ[1])
    return np.asarray(inside / inside.sum())


@cache
def _treble() -> Array:
    """(BINS,), 0 below and 1 above the border."""
    hz = np.linspace(0, RATE / 2, BINS)
    return np.clip((hz - TREBLE_FROM_HZ) / (TREBLE_FULL_HZ - TREBLE_FROM_HZ), 0, 1)


@cache
def _treble_mean() -> Array:
    """(BINS,) weights that take the mean over the treble."""
    return np.asarray(_treble() / _treble().sum())


@cache
def _least_breath() -> Array:
    hz = np.linspace(0, RATE / 2, BINS)
    return np.asarray(BREATH * np.clip((hz - BREATH_FROM_HZ) / (BREATH_FULL_HZ - BREATH_FROM_HZ), 0, 1))


@cache
def _dispersion() -> Array:
    """An all-pass filter that delays the treble unevenly, so that a pulse is no longer a click.

    The idea is the pulse dispersion of McCree and Barnwell, "A mixed excitation LPC vocoder model for low bit rate
    speech coding" (1995); here the delay is a smooth random walk over frequency.
    """
    size = 1024
    hz = np.fft.rfftfreq(size, 1 / RATE)
    walk = uniform_filter1d(np.random.default_rng(1995).standard_normal(len(hz)), 12)
    walk = walk / walk.std() * np.clip((hz - DISPERSION_FROM_HZ) / DISPERSION_FROM_HZ, 0, 1) * DISPERSION_S
    phase = -2 * np.pi * np.cumsum(walk) * (hz[1] - hz[0])
    phase *= np.linspace(1, 0, len(hz)) ** 0.05  # real at half the rate
    pulse = np.roll(np.fft.irfft(np.exp(1j * phase), size), DISPERSION_SAMPLES // 2)[:DISPERSION_SAMPLES]
    return np.asarray(pulse * np.hanning(DISPERSION_SAMPLES))


class Converter:
    """Turns clauses of one source voice into the person's voice. Holds no state between clauses."""

    def __init__(self, profile: VoiceProfile, conversion: Conversion) -> None:
        self._profile = profile
        self._conversion = conversion
        middle, spread = conversion.log_f0_mean, PITCH_SEARCH * conversion.log_f0_sd + math.log(PITCH_HEADROOM)
        self._reach_hz = (
            max(math.exp(middle - spread), LOWEST_F0_HZ),
            min(math.exp(middle + spread), HIGHEST_F0_HZ),
        )

    def convert(self, source: Wave) -> Iterator[Wave]:
        """Pieces that together are exactly as long as the source."""
        borders = cut_points(source)
        tail = np.zeros(0, np.float32)
        half = OVERLAP_SAMPLES // 2
        rise = np.linspace(0, 1, OVERLAP_SAMPLES, dtype=np.float32)
        middle = clause_middle(source, self._conversion)
        jitter = _jitter(len(source) // FRAME_SAMPLES + 2)
        for start, end in pairwise(borders):
            first, last = start == 0, end == len(source)
            low, high = max(0, start - MARGIN_SAMPLES), min(len(source), end + MARGIN_SAMPLES)
            sound = self._block(source[low:high], middle, jitter[low // FRAME_SAMPLES :])
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

    def _block(self, source: Wave, middle: float, jitter: Array) -> Wave:
        features = convert_features(analyse(source, self._reach_hz), self._profile, self._conversion, middle)
        features = Features(features.f0_hz * jitter[: len(features.f0_hz)], features.envelope, features.aperiodicity)
        sound = fftconvolve(synthesize(features, len(source)), _dispersion(), mode="same")
        return (sound * self._conversion.gain).astype(np.float32)


def _jitter(frames: int) -> Array:
    """Small deviations of F0, the same for the same clause."""
    noise = uniform_filter1d(np.random.default_rng(frames).standard_normal(frames), JITTER_FRAMES)
    return np.asarray(np.exp(noise * JITTER_SD * np.sqrt(JITTER_FRAMES)))


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
