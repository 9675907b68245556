"""MuseTalk 1.5 through diffusers and transformers: what it sees of a face, hears in sound, and draws. Knows no motion.

Zhang et al., "MuseTalk: Real-Time High-Fidelity Video Dubbing via Spatio-Temporal Sampling" (2024, arXiv:2410.10122).
It is no diffusion: a U-Net is given the face coded twice, whole and with its lower half blanked, and draws in one step
what belongs there, led by the sound. Whatever is drawn comes from what is given: nothing is left to chance.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor
from transformers import WhisperFeatureExtractor, WhisperModel
from transformers.utils import logging

from data.errors import Missing
from data.types import Frames, Picture, Wave
from face.musetalk_crop import FACE_PX
from face.musetalk_hearing import EAR_RATE, EAR_S, Heard, Steps
from face.musetalk_weights import CODER, CODER_SAFE, EAR, NETWORK, NETWORK_CONFIG, complete

STEP = 0  # the one step
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, EOFError)
LONGEST_WAVE = 10_000.0  # of the sines that tell the network the tokens' places (Vaswani et al. 2017)


class MuseTalkModel:
    """Weights on one device. Several threads may use it: they take turns, call by call."""

    def __init__(self, network: Any, coder: Any, ear: Any) -> None:
        self._network, self._coder, self._ear = network, coder, ear.get_encoder()
        spectrum: Any = WhisperFeatureExtractor
        self._spectrum = spectrum(feature_size=ear.config.num_mel_bins, sampling_rate=EAR_RATE, chunk_length=EAR_S)
        self._turn = Lock()

    @classmethod
    def load(cls, folder: Path, device: str | None = None) -> MuseTalkModel:
        """The models of a folder (`face/musetalk_weights.py`), of half precision on a GPU. Nothing is fetched.

        Raises Missing where files, memory or the device are, or where the three do not belong together.
        """
        complete(folder)
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise Missing("there is no GPU here that torch can use: leave the device out, and the CPU is taken")
        with _enough_memory(device), _quiet(), _readable(folder):
            models = _network(folder), _coder(folder), _ear(folder)
            _check_fit(folder, *models)
            for model in models:
                model.eval().requires_grad_(False)
                if device.startswith("cuda"):
                    model.half()
                model.to(device)
            return cls(*models)

    @property
    def device(self) -> torch.device:
        """Where it works."""
        return torch.device(self._network.device)

    def look(self, face: Picture) -> Tensor:
        """A face, (256, 256, 3), as the network is given it: (1, 8, 32, 32)."""
        whole = torch.from_numpy(face).to(self.device, self._network.dtype).permute(2, 0, 1)[None] / 127.5 - 1
        blanked = whole.clone()
        blanked[:, :, FACE_PX // 2 :] = -1
        with self._turn, _enough_memory(self.device), torch.inference_mode():
            coded = self._coder.encode(torch.cat((blanked, whole))).latent_dist.mode()
            seen: Tensor = (coded * self._coder.config.scaling_factor).reshape(1, -1, *coded.shape[2:])
            return seen

    def hear(self, sound: Wave, since: int, until: int) -> Steps:
        """Whisper's steps of at most 30 s of sound, 16 kHz, as all of its layers see them."""
        mel = self._spectrum(sound, sampling_rate=EAR_RATE, return_tensors="pt").input_features
        with self._turn, _enough_memory(self.device), torch.inference_mode():
            layers = self._ear(mel.to(self.device, self._ear.dtype), output_hidden_states=True).hidden_states
            return _array(torch.stack([layer[0, since:until] for layer in layers], dim=1))

    def draw(self, seen: Tensor, heard: Heard) -> Frames:
        """One face a frame, (frames, 256, 256, 3)."""
        placed = heard + places(*heard.shape[1:])
        with self._turn, _enough_memory(self.device), torch.inference_mode():
            told = torch.from_numpy(placed).to(self.device, self._network.dtype)
            given = seen.expand(len(heard), -1, -1, -1)
            coded = self._network(given, STEP, encoder_hidden_states=told).sample / self._coder.config.scaling_factor
            drawn = self._coder.decode(coded).sample.float()
            levels = ((drawn.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
            return np.ascontiguousarray(levels.permute(0, 2, 3, 1).cpu().numpy())


def places(tokens: int, width: int) -> NDArray[np.float32]:
    """(tokens, width): sines and cosines in turn, of ever longer waves."""
    at = np.arange(tokens)[:, None] * LONGEST_WAVE ** (-np.arange(0, width, 2) / width)
    return np.asarray(np.stack((np.sin(at), np.cos(at)), axis=-1).reshape(tokens, -1), np.float32)


def _network(folder: Path) -> Any:
    """The U-Net; no code in the file of its weights is run, and they are read only once."""
    config = json.loads((folder / NETWORK_CONFIG).read_text())
    kind: Any = UNet2DConditionModel
    with torch.device("meta"):
        network = kind.from_config(config)
    weights = torch.load(folder / NETWORK, map_location="cpu", weights_only=True, mmap=True)
    network.load_state_dict(weights, assign=True)
    return network


def _coder(folder: Path) -> Any:
    kind: Any = AutoencoderKL
    is_safe = (folder / CODER_SAFE).is_file()
    return kind.from_pretrained(folder / CODER, local_files_only=True, use_safetensors=is_safe)


def _ear(folder: Path) -> Any:
    return WhisperModel.from_pretrained(folder / EAR, local_files_only=True)


def _check_fit(folder: Path, network: Any, coder: Any, ear: Any) -> None:
    """Raises Missing where one of the three is not the one that belongs to the others."""
    coded, hears, tells = coder.config.latent_channels, network.config.cross_attention_dim, ear.config.d_model
    if (network.config.in_channels, network.config.out_channels) != (2 * coded, coded):
        raise Missing(f"{folder}: this U-Net does not draw what this coder codes: take MuseTalk 1.5 and sd-vae-ft-mse")
    if hears != tells:
        raise Missing(
            f"{folder}: this U-Net hears {hears} numbers at once, this Whisper tells {tells}: take whisper-tiny"
        )


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.float().cpu().numpy(), np.float32)


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Says in our words that a model cannot be read."""
    try:
        yield
    except (*UNREADABLE, SafetensorError, UnpicklingError) as err:
        if isinstance(err, torch.OutOfMemoryError):
            raise
        raise Missing(f"{folder}: no MuseTalk can be read from this folder: get its files anew") from err


@contextmanager
def _enough_memory(device: object) -> Iterator[None]:
    """Says in our words that memory ran out."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as err:
        raise Missing(f"too little memory on {device} for this face: close other programs") from err


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the library's progress bars off the screen while a model is read."""
    talk: Any = logging
    shown = talk.is_progress_bar_enabled()
    talk.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            talk.enable_progress_bar()
