"""Who speaks, as 256 numbers: how alike two voices sound. Knows nothing of words, files or profiles.

The network is that of Wan, Wang, Papir and Moreno, "Generalized end-to-end loss for speaker verification" (ICASSP
2018), with the weights that the package Resemblyzer carries (Apache-2.0). Only these are taken of it, so that neither
its voice detector nor its audio library is needed.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, uniform_filter1d
from scipy.signal import resample_poly

from data.errors import NoLibrary
from data.types import RATE, Wave

if TYPE_CHECKING:
    from torch import Tensor, nn

Embedding = NDArray[np.float32]  # (256,), of unit length; (n, 256) for windows

NETWORK_RATE = 16_000  # samples a second
WINDOW_SAMPLES, HOP_SAMPLES = 400, 160  # 25 and 10 ms
MELS = 40
HIDDEN, LAYERS = 256, 3
FRAMES = 160  # that the network hears at a time: 1.6 s
STEP = 77  # frames between two such windows, 1.3 windows a second
LEAST_COVERED = 0.75  # of the last window
LEVEL_DB = -30.0  # of all speech: the network hears levels, and a copy 20 dB softer would be only .87 alike
QUIET_DB = 35.0  # below the loud windows: silence, which tells nothing of a voice
KEPT_S = 0.1  # of silence on both sides of speech
AT_ONCE = 64  # windows through the network

WINDOW_S = FRAMES * HOP_SAMPLES / NETWORK_RATE
MISSING = "the speaker network is not installed; install it with: pip install --no-deps resemblyzer"


def embed(wave: Wave) -> Embedding:
    """One voice (256,) from 24 kHz sound, silences left out; the longer the surer. Raises NoLibrary."""
    mean = _embeddings(_spoken(_resampled(wave)))[1].mean(axis=0)
    return _unit(mean)


def embed_windows(wave: Wave) -> tuple[NDArray[np.int64], Embedding]:
    """Where each window of `WINDOW_S` starts, in samples of the 24 kHz sound (n,), and its voice (n, 256).

    Nothing is left out: what is silent has a voice too, which says nothing.
    """
    starts, embeddings = _embeddings(_levelled(_resampled(wave)))
    return starts * RATE // NETWORK_RATE, embeddings


def likeness(one: Embedding, other: Embedding) -> float:
    """Cosine, 0 … 1: about .9 for clips of one speaker, .4 to .7 for two."""
    return float(one @ other)


def _unit(mean: Embedding) -> Embedding:
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _resampled(wave: Wave) -> Wave:
    common = gcd(NETWORK_RATE, RATE)
    return np.asarray(resample_poly(np.nan_to_num(wave), NETWORK_RATE // common, RATE // common), dtype=np.float32)


def _levelled(sound: Wave) -> Wave:
    level = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0
    return sound * np.float32(10 ** (LEVEL_DB / 20) / max(level, 1e-9))


def _spoken(sound: Wave) -> Wave:
    """Without long silences."""
    power = uniform_filter1d(np.square(sound, dtype=np.float64), 2 * WINDOW_SAMPLES)
    if not len(power) or power.max() <= 0:
        return sound
    loud = power[::HOP_SAMPLES] > np.percentile(power[::HOP_SAMPLES], 95) / 10 ** (QUIET_DB / 10)
    kept = binary_dilation(loud, np.ones(2 * round(KEPT_S * NETWORK_RATE / HOP_SAMPLES) + 1, bool))
    return _levelled(sound[np.repeat(kept, HOP_SAMPLES)[: len(sound)]])


def _embeddings(sound: Wave) -> tuple[NDArray[np.int64], Embedding]:
    """Starts in samples of `sound`, and the voice of each window."""
    import torch

    frames = len(sound) // HOP_SAMPLES + 1
    starts = np.arange(0, max(1, frames - FRAMES + STEP + 1), STEP)
    if len(starts) > 1 and (frames - starts[-1]) / FRAMES < LEAST_COVERED:
        starts = starts[:-1]
    padded = np.pad(sound, (0, max(0, (int(starts[-1]) + FRAMES) * HOP_SAMPLES - len(sound))))
    with torch.inference_mode():
        mels = _mel(torch.from_numpy(padded))
        windows = [mels[start : start + FRAMES] for start in starts]
        found = [_network()(torch.stack(windows[low : low + AT_ONCE])) for low in range(0, len(windows), AT_ONCE)]
    return starts * HOP_SAMPLES, torch.cat(found).numpy()


def _mel(sound: Tensor) -> Tensor:
    """(frames, MELS) power, not its logarithm: so the network learnt."""
    import torch
    from torchaudio.functional import melscale_fbanks

    window = torch.hann_window(WINDOW_SAMPLES)
    spectrum = torch.stft(sound, WINDOW_SAMPLES, HOP_SAMPLES, window=window, pad_mode="constant", return_complex=True)
    bank = melscale_fbanks(
        WINDOW_SAMPLES // 2 + 1, 0.0, NETWORK_RATE / 2, MELS, NETWORK_RATE, norm="slaney", mel_scale="slaney"
    )
    mels: Tensor = spectrum.abs().square().T @ bank
    return mels


@cache
def _network() -> nn.Module:
    import torch
    from torch import nn

    class Encoder(nn.Module):
        """(n, FRAMES, MELS) → (n, HIDDEN), rows of unit length."""

        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(MELS, HIDDEN, LAYERS, batch_first=True)
            self.linear = nn.Linear(HIDDEN, HIDDEN)

        def forward(self, mels: Tensor) -> Tensor:
            _, (last, _) = self.lstm(mels)
            return nn.functional.normalize(torch.relu(self.linear(last[-1])), dim=1)

    encoder = Encoder()
    learnt = torch.load(_weights(), map_location="cpu", weights_only=True)["model_state"]
    encoder.load_state_dict({name: learnt[name] for name in encoder.state_dict()})
    return encoder.eval()


def _weights() -> Path:
    found = find_spec("resemblyzer")
    if found is None or found.origin is None:
        raise NoLibrary(MISSING)
    return Path(found.origin).with_name("pretrained.pt")
