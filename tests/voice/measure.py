"""How near one voice is to another, in numbers. Knows sound alone, not how it was made.

    python -m tests.voice.measure reference.wav spoken.wav [raw.wav]

prints pitch, distance of the long-term spectra, level and clicks of each file against the reference.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, Wave

Array = NDArray[np.float64]

WINDOW, HOP, BANDS = 1024, 240, 40
CLICK_S = 0.002


def read(path: str) -> Wave:
    """Any sound file as 24,000 Hz mono."""
    import av

    with av.open(path) as file:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frames = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.asarray(np.concatenate([frame.to_ndarray()[0] for frame in frames]), dtype=np.float32)


def log_mel(wave: Wave, highest_hz: float = 7_000.0) -> Array:
    """(n, BANDS) decibels, of the frames within 40 dB of the loud ones."""
    windows = np.lib.stride_tricks.sliding_window_view(wave.astype(np.float64), WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW), axis=1)) ** 2
    edges = 700 * np.expm1(np.linspace(np.log1p(80 / 700), np.log1p(highest_hz / 700), BANDS + 2))
    hz = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    rise, fall = (hz - edges[:-2]) / np.diff(edges)[:-1], (edges[2:] - hz) / np.diff(edges)[1:]
    weights = np.clip(np.minimum(rise, fall), 0, None)
    weights /= np.maximum(weights.sum(axis=0), 1e-9)
    level = 10 * np.log10(power.sum(axis=1) + 1e-12)
    spoken = level > np.percentile(level, 95) - 40
    return np.asarray(10 * np.log10(power[spoken] @ weights + 1e-9))


def spectrum_distance_db(one: Wave, other: Wave) -> float:
    """Root mean square difference of the mean log mel spectra, levels taken out."""
    means = [log_mel(wave).mean(axis=0) for wave in (one, other)]
    difference = (means[0] - means[0].mean()) - (means[1] - means[1].mean())
    return float(np.sqrt((difference**2).mean()))


def pitch_hz(wave: Wave) -> Array:
    """F0 each 5 ms, 0 where unvoiced, by a tracker of its own settings."""
    import pyworld

    f0_hz, _ = pyworld.harvest(wave.astype(np.float64), RATE, f0_floor=60, f0_ceil=420)
    return np.asarray(f0_hz)


def median_pitch_hz(wave: Wave) -> float:
    f0_hz = pitch_hz(wave)
    return float(np.median(f0_hz[f0_hz > 0]))


def worst_click(wave: Wave) -> float:
    """The largest burst of treble (above 9 kHz) in 2 ms against what stands 10 ms around it, in dB, where it is loud
    enough to be heard. A click is a line through the whole spectrogram; a consonant's burst lasts longer."""
    from scipy.ndimage import median_filter, uniform_filter1d
    from scipy.signal import butter, sosfiltfilt

    high = sosfiltfilt(butter(6, 9_000, "high", fs=RATE, output="sos"), wave.astype(np.float64))
    power = uniform_filter1d(high**2, int(CLICK_S * RATE))[:: int(CLICK_S * RATE)]
    floor = (float(np.abs(wave).max()) * 1e-3) ** 2
    around = median_filter(power, 11)
    return float((10 * np.log10((power + floor) / (around + floor))).max())


@dataclass(frozen=True, slots=True)
class Figures:
    """One file against the reference."""

    pitch_hz: float
    pitch_off: float  # share of the reference's
    spectrum_db: float
    peak: float
    click_db: float


def measure(wave: Wave, reference: Wave) -> Figures:
    """All figures of one sound."""
    pitch = median_pitch_hz(wave)
    return Figures(
        pitch_hz=pitch,
        pitch_off=pitch / median_pitch_hz(reference) - 1,
        spectrum_db=spectrum_distance_db(wave, reference),
        peak=float(np.abs(wave).max()),
        click_db=worst_click(wave),
    )


def main() -> None:
    """The command line; what cannot be measured ends it with one line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.voice.measure", description="How near one voice is to another."
    )
    parser.add_argument("reference", help="a sound file of the voice that is wanted")
    parser.add_argument("files", nargs="+", metavar="spoken", help="sound files to be measured against it")
    given = parser.parse_args()
    for name in (given.reference, *given.files):
        try:
            print(name, measure(read(name), read(given.reference)))
        except (OSError, ValueError, IndexError) as err:  # av's errors are of these
            parser.exit(2, f"{name}: cannot be measured: {err}\n")


if __name__ == "__main__":
    main()
