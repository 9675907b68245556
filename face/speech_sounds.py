"""Hears in sound what the mouth does that makes it, whatever is said and in whatever language. Knows no phonemes, no
faces and no files.

The spectrum goes through a small network: three convolutions read the last 140 ms of log-mel columns, a gated recurrent
unit (Cho et al. 2014, arXiv:1406.1078) remembers who speaks in which room, and a frame is told when `LOOK_FRAMES` more
have been heard, because lips round and part before their sound. `services/ear_fit.py` fits its weights on speech whose
phonemes are known, towards what `face/articulation.py` makes of them; nobody's recording is in them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, SAMPLES_PER_FRAME, Wave

Array = NDArray[np.float32]

HOP = RATE // 100  # samples from one column to the next
WINDOW = 600  # samples of a column, 25 ms
FFT = 1_024
BANDS = 40
BAND_HZ = (80.0, 8_000.0)
QUIETEST = 1e-9  # power of full scale: what is fainter is silence
COLUMNS_PER_FRAME = SAMPLES_PER_FRAME // HOP

LOOK_FRAMES = 4  # 160 ms of sound are heard past a frame before its mouth is told
COLUMNS = 14  # that one step of the network reads
STEPS = 7  # of the network that one frame is told from: two before it, its own and those ahead

# What the network tells, in the units of `Pose`; the last two as log odds.
OUTPUTS: Final = ("aperture", "spread", "protrusion", "tuck", "tongue", "closure", "voice")
UNITS: Final = np.array((0.1, 0.05, 0.3, 0.3, 0.3, 1.0, 1.0), np.float32)  # of one step of the network's outputs

CLOSURE_ODDS = (0.40, 0.65)  # probabilities over which lips go from parted to shut
VOICE_ODDS = (0.35, 0.65)  # … over which a mouth comes out of rest
APERTURE_GAIN = 1.12  # what is unsure lies too near the middle: brings back the spread that phonemes give

Weights = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Mouth:
    """The mouth of one frame, in the units of `Pose`, and whether somebody speaks."""

    aperture: float
    spread: float
    protrusion: float
    tuck: float
    tongue: float
    speaking: bool


class Listener:
    """Hears a stream frame by frame. How the sound is cut into pieces changes nothing; its memory is constant."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = fitted() if weights is None else weights
        self._tail = np.zeros(WINDOW - HOP, np.float32)
        self._columns = deque([np.full(BANDS, scaled(np.float32(0.0)), np.float32)] * COLUMNS, COLUMNS)
        self._state = np.zeros(self._weights["gru_hh"].shape[1], np.float32)
        silent = self._read()
        self._steps = deque([silent] * STEPS, STEPS)
        self._ahead = -LOOK_FRAMES  # frames heard and not told, when it is above zero

    def hear(self, samples: Wave) -> list[Mouth]:
        """(k · 960,) -> the mouths of the frames that can now be told, in order; none may be twice or missing."""
        mouths = []
        for frame in samples.reshape(-1, SAMPLES_PER_FRAME):
            self._take(frame)
            self._ahead += 1
            if self._ahead > 0:
                self._ahead -= 1
                mouths.append(self._told())
        return mouths

    def finish(self) -> list[Mouth]:
        """The rest, as if silence followed."""
        return self.hear(np.zeros(LOOK_FRAMES * SAMPLES_PER_FRAME, np.float32))

    def _take(self, frame: Wave) -> None:
        sound = np.concatenate((self._tail, frame))
        self._tail = sound[-len(self._tail) :]
        self._columns.extend(scaled(powers(sound)))
        step = self._read()
        self._steps.append(step)
        self._state = _recurred(self._weights, step, self._state)

    def _read(self) -> Array:
        """The newest columns through the convolutions."""
        w, x = self._weights, np.stack(self._columns)
        for name, stride in (("conv1", 1), ("conv2", 2), ("conv3", 2)):
            x = _convolved(x, w[name], w[f"{name}_bias"], stride)
        return np.asarray(x[0])

    def _told(self) -> Mouth:
        w = self._weights
        hidden = np.maximum(w["head"] @ np.concatenate((*self._steps, self._state)) + w["head_bias"], 0.0)
        told = (w["out"] @ hidden + w["out_bias"]) * UNITS
        closure, voice = 1.0 / (1.0 + np.exp(-told[5:]))
        present = _between(float(voice), *VOICE_ODDS)
        parted = present * (1.0 - _between(float(closure), *CLOSURE_ODDS))
        aperture, spread, protrusion, tuck, tongue = (float(value) for value in told[:5])
        return Mouth(
            aperture=APERTURE_GAIN * parted * max(aperture, 0.0),
            spread=present * spread,
            protrusion=present * min(max(protrusion, 0.0), 1.0),
            tuck=present * min(max(tuck, 0.0), 1.0),
            tongue=present * min(max(tongue, 0.0), 1.0),
            speaking=bool(voice > 0.5),
        )


@cache
def fitted() -> Weights:
    """The weights that come with the package."""
    with resources.files("face").joinpath("speech_sounds.npz").open("rb") as file, np.load(file) as archive:
        return {name: archive[name].astype(np.float32) for name in archive.files}


# --- the spectrum ----------------------------------------------------------------------------------------------------


def powers(sound: Wave) -> Array:  # (WINDOW - HOP + n · HOP,) -> (n, BANDS)
    """Mean power in each band, of windows that end at the end of each hop."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * _taper()
    spectra = np.abs(np.fft.rfft(windows, FFT)) ** 2
    return np.asarray(spectra @ _bands(), np.float32)


def scaled(power: Array | np.float32) -> Array:
    """As the network wants it: about -2 … 2."""
    return np.asarray(np.log10(power + np.float32(QUIETEST)) / 2 + 2.5, np.float32)


@cache
def _taper() -> Array:
    return np.hanning(WINDOW).astype(np.float32)


@cache
def _bands() -> NDArray[np.float64]:  # (FFT // 2 + 1, BANDS)
    """Triangles evenly spaced in mel, scaled so that a wave's power is that of full scale."""
    low, high = (2595.0 * np.log10(1.0 + hertz / 700.0) for hertz in BAND_HZ)
    edges = np.linspace(low, high, BANDS + 2)
    place = 2595.0 * np.log10(1.0 + np.fft.rfftfreq(FFT, 1.0 / RATE) / 700.0)[:, None]
    rising = (place - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - place) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(np.minimum(rising, falling), 0.0)
    whole: NDArray[np.float64] = triangles * 2.0 / (FFT * np.sum(_taper() ** 2))
    return whole


# --- the network -----------------------------------------------------------------------------------------------------


def _convolved(x: Array, weight: Array, bias: Array, stride: int) -> Array:
    """(n, in), (width · in, out) -> (m, out), rectified."""
    width = weight.shape[0] // x.shape[1]
    starts = range(0, len(x) - width + 1, stride)
    rows = np.stack([x[start : start + width].ravel() for start in starts])
    return np.asarray(np.maximum(rows @ weight + bias, 0.0), np.float32)


def _recurred(w: Weights, x: Array, state: Array) -> Array:
    """One step of a gated recurrent unit, its gates in PyTorch's order: reset, update, new."""
    given, kept = w["gru_ih"] @ x + w["gru_ih_bias"], w["gru_hh"] @ state + w["gru_hh_bias"]
    size = len(state)
    gates = 1.0 / (1.0 + np.exp(-(given[: 2 * size] + kept[: 2 * size])))
    fresh = np.tanh(given[2 * size :] + gates[:size] * kept[2 * size :])
    update = gates[size:]
    return np.asarray((1.0 - update) * fresh + update * state, np.float32)


def _between(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)
