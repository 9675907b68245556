"""Mends recordings: clipping, offset, hum, hiss and level, each only where it is measured. Knows nothing of who speaks.

What a cure takes from the voice is as bad as the fault, so each is gentle: clipped samples alone are made anew, notches
are as narrow as mains hum, and noise is lowered, never removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, solve_toeplitz, solveh_banded
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import ShortTimeFFT, butter, sosfiltfilt
from scipy.special import exp1

from data.types import RATE, Wave
from voice.activity import Mask, frames, levels_db, loud, thresholds_db
from voice.world import FRAME_SAMPLES, QUIETEST, Array

Cure = Literal["not numbers", "clipping", "offset", "hum", "hiss"]

LEAST_S = 0.1  # a shorter sound tells nothing of its faults

# A clipped recording has many samples at one height and few beyond: a step up in the histogram of heights.
HEIGHTS = 100  # bins between zero and the highest
LOWEST_RAIL = 0.5  # of the highest: a codec lets samples shoot over the rail, but not further
RAIL_RISE = 3.0  # times as many as a little below
LEAST_CLIPPED = 2e-4  # share of samples
ORDER, DECLIP_BLOCK, DECLIP_ROUNDS = 32, 1_200, 3
LEAST_KNOWN = 0.5  # of a block: with less the voice is lost there

LEAST_OFFSET = 2e-3  # of full scale
LOWEST_HZ = 25.0  # no voice reaches below

MAINS_HZ = 50.0, 60.0
MAINS_OFF, MAINS_STEP = 0.01, 0.0005  # shares by which a tape or a clock may run off, and the step of the search
HUM_HARMONICS = 20
HUM_WINDOW_S = 1.0
HUM_PERCENTILE = 10  # over time: a voice passes a line, hum stays on it
BESIDE_HZ = 3.0, 12.0  # where the noise beside a line is measured
HUM_DB, LINE_DB = 10.0, 5.0  # above the noise beside it: of two lines that prove hum, and of the others then
LEAST_HUM_DB = -50.0  # of the loud frames: less is not heard
LEAST_LINES = 2
LINE_BLOCK_S = 0.1  # whole periods of both mains, so that one line does not leak into the next
LINE_BLOCKS = 21  # over which a line keeps its strength and phase

FFT, HOP = 1024, 256  # 43 and 11 ms
NOISY_DB = 35.0  # speech less than this above the noise is worth the cure
LEAST_QUIET_S = 0.4  # between speech, from which the noise is known
FLOOR = 0.2  # −14 dB: what stays hides the musical tones that a lower one would leave
SMOOTH = 0.98  # of the a-priori ratio over time (Ephraim and Malah, 1984)
LEAST_RATIO = 10 ** (-25 / 10)
SMOOTH_BINS = 3

LEVEL_DB = -20.0  # of the loud half of speech
HIGHEST = 0.97


@dataclass(frozen=True, slots=True, eq=False)
class Mended:
    """Sound as long as it was given, and what was cured in it."""

    samples: Wave
    cures: tuple[Cure, ...]


def mend(wave: Wave) -> Mended:
    """Every cure that the recording needs, in the order in which the faults arose, backwards."""
    cures: list[Cure] = []

    def cured(sound: Wave, cure: Cure) -> Wave:
        cures.append(cure)
        return sound

    sound = np.asarray(wave, dtype=np.float32)
    if not np.isfinite(sound).all():
        sound = cured(np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0), "not numbers")
    if len(sound) < LEAST_S * RATE:
        return Mended(np.clip(sound, -1, 1), tuple(cures))
    if clipped(sound).any():
        sound = cured(declip(sound), "clipping")
    if abs(float(sound.mean())) > LEAST_OFFSET:
        sound = cured(without_offset(sound), "offset")
    if lines := hum_lines(sound):
        sound = cured(without_hum(sound, lines), "hum")
    if snr_db(sound) < NOISY_DB:
        sound = cured(without_hiss(sound), "hiss")
    return Mended(levelled(sound), tuple(cures))


def clipped(wave: Wave) -> Mask:
    """(n,) true for the samples that stand at a rail; none where there is no rail."""
    above, below = (_at_rail(side) for side in (wave, -wave))
    found = above | below
    return found if found.any() and found.mean() > LEAST_CLIPPED else np.zeros(len(wave), bool)


def _at_rail(side: Wave) -> Mask:
    highest = float(side.max(initial=0.0))
    counts = np.histogram(side, HEIGHTS, (0, highest or 1.0))[0].astype(np.float64)
    for height in range(HEIGHTS - 1, int(LOWEST_RAIL * HEIGHTS), -1):
        usual = counts[height - 10 : height - 3].mean()
        if counts[height] > RAIL_RISE * max(usual, 1.0) and counts[height] > LEAST_CLIPPED / 2 * len(side):
            return np.asarray(side >= (height - 0.5) / HEIGHTS * highest)
    return np.zeros(len(side), bool)


def declip(wave: Wave) -> Wave:
    """Makes clipped samples anew from those around them, never lower than the rail: after Janssen, Veldhuis and Vries,
    "Adaptive interpolation of discrete-time signals that can be modeled as autoregressive processes" (1986)."""
    lost, sound = clipped(wave), wave.astype(np.float64)
    step = DECLIP_BLOCK // 2
    for start in range(0, len(sound), step):
        low, high = max(0, start - step // 2), start + step + step // 2
        block, gaps = sound[low:high], lost[low:high].copy()
        if gaps.any() and gaps.mean() < LEAST_KNOWN and len(block) > 4 * ORDER:
            sound[low:high][gaps] = _interpolated(block, gaps)
    return np.asarray(sound, dtype=np.float32)


def _interpolated(block: Array, gaps: Mask) -> Array:
    """The samples at `gaps`, as an autoregressive process that fits the block would have them."""
    places, rails = np.flatnonzero(gaps), block[gaps]
    found = block.copy()
    for _ in range(DECLIP_ROUNDS):
        lags = np.correlate(found, found, "full")[len(found) - 1 : len(found) + ORDER]
        lags[0] *= 1 + 1e-6
        try:
            filter_ = np.append(1.0, -solve_toeplitz(lags[:-1], lags[1:]))
            both = np.correlate(filter_, filter_, "full")  # the error's weight at each distance, −ORDER … ORDER
            known = np.where(gaps, 0.0, found)
            right = -np.convolve(known, both, "same")[places]
            made = solveh_banded(_weights(places, both[ORDER:]), right, lower=True)
        except LinAlgError:
            return rails
        found[places] = np.where(
            np.sign(made) == np.sign(rails), np.sign(rails) * np.maximum(np.abs(made), np.abs(rails)), rails
        )
    return found[places]


def _weights(places: NDArray[np.int64], both: Array) -> Array:
    """(ORDER + 1, n) lower bands of the equations for the samples at `places`: those far apart do not meet."""
    bands = np.zeros((ORDER + 1, len(places)))
    for step in range(min(ORDER + 1, len(places))):
        apart = places[step:] - places[: len(places) - step]
        bands[step, : len(apart)] = np.where(apart <= ORDER, both[np.minimum(apart, ORDER)], 0.0)
    return bands


def without_offset(wave: Wave) -> Wave:
    """Nothing below any voice: neither a constant offset nor one that wanders."""
    high_pass = butter(2, LOWEST_HZ, "highpass", fs=RATE, output="sos")
    return np.asarray(sosfiltfilt(high_pass, wave.astype(np.float64) - wave.mean()), dtype=np.float32)


def hum_lines(wave: Wave) -> tuple[float, ...]:
    """The mains' frequencies in Hz that are heard in a recording, none where it does not hum."""
    size = round(HUM_WINDOW_S * RATE)
    if len(wave) < 2 * size:
        return ()
    window = np.hanning(size)
    bins = round(MAINS_HZ[-1] * (HUM_HARMONICS + 1) * HUM_WINDOW_S)
    starts = range(0, len(wave) - size + 1, size // 2)
    power = np.stack([np.abs(np.fft.rfft(wave[start : start + size] * window)[:bins]) ** 2 for start in starts])
    power *= 2 / window.sum() ** 2
    level = 10 * np.log10(np.maximum(np.percentile(power, HUM_PERCENTILE, axis=0), QUIETEST))
    found = max((_lines_of(level, base) for base in MAINS_HZ), key=lambda lines: sum(lines.values()))
    heard = 10 * np.log10(sum(10 ** (level[round(hz * HUM_WINDOW_S)] / 10) for hz in found) + QUIETEST)
    if heard < np.percentile(levels_db(wave), 95) + LEAST_HUM_DB:
        return ()
    return tuple(found)


def _lines_of(level_db: Array, mains_hz: float) -> dict[float, float]:
    """The lines of the base near the mains' that stands out most: Hz, and dB above the noise beside."""
    bin_hz = np.arange(len(level_db)) / HUM_WINDOW_S
    near, far = (round(hz * HUM_WINDOW_S) for hz in BESIDE_HZ)
    best: dict[float, float] = {}
    for off in np.arange(-MAINS_OFF, MAINS_OFF + MAINS_STEP / 2, MAINS_STEP):
        lines = mains_hz * (1 + off) * np.arange(1, HUM_HARMONICS + 1)
        lines = lines[lines < bin_hz[-far - 2]]
        places = np.round(lines * HUM_WINDOW_S).astype(int)
        beside = np.stack(
            [np.concatenate([level_db[at - far : at - near], level_db[at + near + 1 : at + far + 1]]) for at in places]
        )
        height = np.interp(lines, bin_hz, level_db) - np.median(beside, axis=1)
        if (height > HUM_DB).sum() < LEAST_LINES:
            continue
        found = {float(hz): float(db) for hz, db in zip(lines, height, strict=True) if db > LINE_DB}
        best = max(best, found, key=lambda each: sum(each.values()))
    return best


def without_hum(wave: Wave, lines_hz: tuple[float, ...]) -> Wave:
    """Takes off each line as it stands between and under the words: by the median over two seconds, which a voice that
    passes does not move. A notch would take the voice's own harmonics as well."""
    size = round(LINE_BLOCK_S * RATE)
    sound, blocks = wave.astype(np.float64), len(wave) // size
    time = np.arange(len(wave))
    middles = (np.arange(blocks) + 0.5) * size
    for hz in lines_hz:
        turning = np.exp(2j * np.pi * hz / RATE * time)
        strength = 2 * (sound * turning.conj())[: blocks * size].reshape(blocks, size).mean(axis=1)
        steps = strength[1:] * strength[:-1].conj()
        drift = np.angle((steps / np.maximum(np.abs(steps), QUIETEST)).mean())  # each block
        still = strength * np.exp(-1j * drift * np.arange(blocks))
        steady = median_filter(still.real, LINE_BLOCKS) + 1j * median_filter(still.imag, LINE_BLOCKS)
        smooth = np.interp(time, middles, steady.real) + 1j * np.interp(time, middles, steady.imag)
        sound -= (smooth * np.exp(1j * drift * (time / size - 0.5)) * turning).real
    return np.asarray(sound, dtype=np.float32)


def snr_db(wave: Wave) -> float:
    """Speech above the noise between it, in dB; infinite where nothing is between, or nothing is heard at all."""
    level = levels_db(wave)
    speech, quiet = _parted(level)
    if quiet.sum() < frames(LEAST_QUIET_S) or not speech.any():
        return float("inf")
    power = 10 ** (level / 10)
    noise = float(np.median(power[quiet]))
    return float(10 * np.log10(max(power[speech].mean() - noise, QUIETEST) / max(noise, QUIETEST)))


def _parted(level_db: Array) -> tuple[Mask, Mask]:
    """Frames loud enough for speech, and those well away from any."""
    active = loud(level_db, thresholds_db(level_db)) if len(level_db) else np.zeros(0, bool)
    near = uniform_filter1d(active.astype(np.float64), frames(0.1)) > 0
    return active, np.asarray(~near & (level_db > -100.0))


def without_hiss(wave: Wave) -> Wave:
    """Lowers the noise heard between speech, everywhere: Ephraim and Malah, "Speech enhancement using a minimum
    mean-square error log-spectral amplitude estimator" (1985)."""
    _, quiet = _parted(levels_db(wave))
    window = ShortTimeFFT(np.hanning(FFT), HOP, RATE)
    spectrum = window.stft(wave.astype(np.float64)).T  # (frames, bins)
    centres = np.clip((np.arange(len(spectrum)) + window.p_min) * HOP // FRAME_SAMPLES, 0, max(len(quiet) - 1, 0))
    still = quiet[centres]
    if not still.any():
        return wave
    power = np.abs(spectrum) ** 2
    noise = uniform_filter1d(power[still].mean(axis=0), SMOOTH_BINS) + QUIETEST
    gains = _gains(power / noise)
    return np.asarray(window.istft((spectrum * gains).T, k1=len(wave)), dtype=np.float32)


def _gains(posterior: Array) -> Array:
    """(frames, bins) from each one's ratio to the noise."""
    gains = np.empty_like(posterior)
    before = np.ones(posterior.shape[1])  # clean power of the frame before, over the noise
    for place, ratio in enumerate(posterior):
        prior = np.maximum(SMOOTH * before + (1 - SMOOTH) * np.maximum(ratio - 1, 0), LEAST_RATIO)
        share = prior / (1 + prior)
        gain = share * np.exp(exp1(np.maximum(share * ratio, 1e-3)) / 2)
        gains[place] = np.clip(gain, FLOOR, 1.0)
        before = gain**2 * ratio
    return uniform_filter1d(gains, SMOOTH_BINS, axis=1)


def levelled(wave: Wave) -> Wave:
    """Its loud frames at `LEVEL_DB`, and no sample beyond full scale."""
    level = levels_db(wave)
    if not len(level) or level.max() < -100.0:
        return wave
    loud_frames = level[level > np.percentile(level, 95) - 20.0]
    gain = 10 ** ((LEVEL_DB - 10 * np.log10(np.mean(10 ** (loud_frames / 10)))) / 20)
    return np.asarray(wave * np.float32(min(gain, HIGHEST / float(np.abs(wave).max()))), dtype=np.float32)
