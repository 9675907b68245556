"""Sound as pitch, envelope and breath, and back: WORLD through pyworld. Knows nothing of persons or languages.

Morise, Yokomori, Ozawa: "WORLD: a vocoder-based high-quality speech synthesis system for real-time applications"
(IEICE Trans. Inf. & Syst., 2016); harvest for recordings (Morise 2017), DIO with StoneMask for clean source speech,
D4C for aperiodicity (Morise 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data.errors import NoLibrary
from data.types import RATE, Wave

Array = NDArray[np.float64]

FRAME_SAMPLES = 120  # 5 ms
FRAME_MS = 1000 * FRAME_SAMPLES / RATE
FRAMES_PER_S = RATE / FRAME_SAMPLES
SPARSE = 3  # every third frame, 15 ms, tells a mean as well as all of them, at a third of the cost
FFT = 1024
BINS = FFT // 2 + 1
ENVELOPE_FFT = 2048  # CheapTrick takes frames below 3·rate / FFT for unvoiced: 71 Hz at 1024, too high for deep voices
LOWEST_F0_HZ, HIGHEST_F0_HZ = 50.0, 500.0
Reach = tuple[float, float]  # lowest and highest pitch, Hz
HEADROOM = 1.3
OCTAVE = 1.9  # a little less, so that the doubled and the halved pitch lie outside
BANDS = 40
ALL_NOISE = 0.99  # D4C sets the whole of an unvoiced frame to 1
QUIETEST = 1e-12  # floor of a power spectrum before its logarithm, −120 dB


@dataclass(frozen=True, slots=True)
class Features:
    """`f0_hz` (n,), 0 where unvoiced; `envelope` (n, BINS), power; `aperiodicity` (n, BINS), 0 tonal … 1 noise."""

    f0_hz: Array
    envelope: Array
    aperiodicity: Array

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """(n,), true where the vocal folds move."""
        return np.asarray(self.f0_hz > 0)


def analyse(wave: Wave, reach_hz: Reach | None = None, every: int = 1, *, clean: bool = False) -> Features:
    """Take sound apart, a frame each 5 ms or each `every` times that; `reach_hz` and `clean` as for `track`."""
    import pyworld

    sound = np.ascontiguousarray(wave, dtype=np.float64)
    f0_hz, times = (np.ascontiguousarray(row[::every]) for row in track(sound, reach_hz, clean=clean))
    envelope = pyworld.cheaptrick(sound, f0_hz, times, RATE, fft_size=ENVELOPE_FFT)[:, :: ENVELOPE_FFT // FFT]
    aperiodicity = pyworld.d4c(sound, f0_hz, times, RATE, fft_size=FFT)
    f0_hz = np.where(aperiodicity.min(axis=1) > ALL_NOISE, 0.0, f0_hz)  # D4C finds frames that the trackers bridge
    return Features(f0_hz, np.maximum(envelope, QUIETEST), aperiodicity)


def track(sound: Wave | Array, reach_hz: Reach | None = None, *, clean: bool = False) -> tuple[Array, Array]:
    """Pitch in Hz, 0 where unvoiced, and the frames' times in seconds, both (n,).

    Without `reach_hz` a quick look (DIO); with it the sure one (harvest), which keeps to what that voice can reach: its
    cost goes with the octaves, and the doubled and halved pitch lie outside. For `clean` sound, a synthesiser's, the
    quick look is as sure within the same reach, and costs a tenth.
    """
    try:
        import pyworld
    except ImportError as err:
        raise NoLibrary("pyworld is not installed; install it with: pip install pyworld-prebuilt") from err

    wave = np.ascontiguousarray(sound, dtype=np.float64)
    search = pyworld.dio if clean or reach_hz is None else pyworld.harvest
    lowest, highest = reach_hz or (LOWEST_F0_HZ, HIGHEST_F0_HZ)
    f0_hz, times = search(wave, RATE, f0_floor=lowest, f0_ceil=highest, frame_period=FRAME_MS)
    return pyworld.stonemask(wave, f0_hz, times, RATE), times


def reach(f0_hz: Array) -> Reach:
    """What a voice can reach, from a first look at it: an octave around its middle at most."""
    voiced = f0_hz[f0_hz > 0]
    if not len(voiced):
        return LOWEST_F0_HZ, HIGHEST_F0_HZ
    low, middle, high = np.percentile(voiced, [5, 50, 95])
    lowest, highest = max(low / HEADROOM, middle / OCTAVE), min(high * HEADROOM, middle * OCTAVE)
    return max(float(lowest), LOWEST_F0_HZ), min(float(highest), HIGHEST_F0_HZ)


def synthesize(features: Features, samples: int) -> Wave:
    """Sound of exactly `samples` samples."""
    import pyworld

    sound = pyworld.synthesize(
        np.ascontiguousarray(features.f0_hz),
        np.ascontiguousarray(features.envelope),
        np.ascontiguousarray(features.aperiodicity),
        RATE,
        FRAME_MS,
    )[:samples]
    return np.asarray(np.pad(sound, (0, samples - len(sound))), dtype=np.float32)


def mel(hz: Array) -> Array:
    """O'Shaughnessy's mel scale."""
    return np.asarray(1127.0 * np.log1p(hz / 700.0))


@cache
def band_centres_hz() -> Array:
    """(BANDS,), evenly spaced in mel from 0 to half the rate, both left out."""
    edges = np.linspace(0, mel(np.array(RATE / 2)), BANDS + 2)
    return np.asarray(700.0 * np.expm1(edges / 1127.0))[1:-1]


@cache
def _band_weights() -> Array:
    """(BINS, BANDS) triangles, each summing to one."""
    edges = np.linspace(0, mel(np.array(RATE / 2)), BANDS + 2)
    place = mel(np.linspace(0, RATE / 2, BINS))[:, None]
    rising = (place - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - place) / (edges[2:] - edges[1:-1])
    weights = np.clip(np.minimum(rising, falling), 0, None)
    nearest = np.abs(place - edges[1:-1]).argmin(axis=0)
    weights[nearest, np.arange(BANDS)] += 1e-6  # the lowest bands are narrower than a bin
    return np.asarray(weights / weights.sum(axis=0))


@cache
def _bin_weights() -> Array:
    """(BANDS, BINS): straight lines between the band centres, level beyond the outer ones."""
    bins_hz = np.linspace(0, RATE / 2, BINS)
    return np.stack([np.interp(mel(bins_hz), mel(band_centres_hz()), row) for row in np.eye(BANDS)])


def bands_db(spectra: Array) -> Array:
    """Power spectra (n, BINS) as mean decibels in mel bands (n, BANDS)."""
    return np.asarray(10 * np.log10(np.maximum(spectra, QUIETEST)) @ _band_weights())


def bins_db(bands: Array) -> Array:
    """Decibels in mel bands (n, BANDS) as a smooth curve over the bins (n, BINS)."""
    return np.asarray(bands @ _bin_weights())


def stretch(spectra: Array, warp: float) -> Array:
    """Move every formant in (n, BINS) by the factor `warp`: above 1 is a shorter vocal tract.

    Straight up to seven eighths of the band, then bent so that the ends meet (Lee and Rose, "A frequency warping
    approach to speaker normalization", 1998).
    """
    if warp == 1.0:
        return spectra
    knee = (BINS - 1) * 7 / 8 * min(1.0, warp)
    place = np.arange(BINS, dtype=np.float64)
    origin = np.interp(place, [0, knee, BINS - 1], [0, knee / warp, BINS - 1])
    low = np.minimum(origin.astype(int), BINS - 2)
    share = origin - low
    logs = np.log(np.maximum(spectra, QUIETEST))
    return np.asarray(np.exp(logs[:, low] * (1 - share) + logs[:, low + 1] * share))
