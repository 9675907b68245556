"""XTTS-v2 and what was tuned from it, through coqui-tts: weights, a voice as it hears one, and speech as a stream.

Casanova et al., "XTTS: a Massively Multilingual Zero-Shot Text-to-Speech Model" (Interspeech 2024). Sound comes and
goes as arrays, because the library reads files through a decoder that needs FFmpeg. Knows no sentences and no babble.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchaudio.functional import resample
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)
from transformers.utils import logging as transformers_logging

from data.errors import BadRecording, Missing
from data.types import RATE, Wave
from voice.xtts_latents import Latents
from voice.xtts_text import Tongue
from voice.xtts_weights import complete

HEARD_RATE = 22_050  # samples a second, of what the model listens to
LEAST_HEARD_S = 3.0
LEAST_PIECE_S = 1.0  # of a long recording: the last piece may be shorter, and tells less
LOUDEST_SILENCE = 1e-3  # of full scale
PIECE_TOKENS = 20  # 0.93 s of sound: the vocoder reads all again for each piece, and the first must come soon
LOOKED_AT = 64  # numbers of each tensor of the weights that are looked at to tell models apart

TRAINING_ONLY = ("torch_mel_spectrogram_style_encoder", "torch_mel_spectrogram_dvae", "dvae")
AGAIN = ("gpt.gpt_inference.", "gpt.gpt.wte.")  # the same weights under another name, in the first release
OLD_MODULE = "TTS.tts.models.xtts"  # where the published file believes its configuration's classes to be


class XttsModel:
    """Weights on one device. Several threads may use it: their streams take turns, piece by piece."""

    def __init__(self, model: Any, fingerprint: str) -> None:
        self._model = model
        self._config = model.config
        self._turn = Lock()
        self.fingerprint = fingerprint

    @classmethod
    def load(cls, folder: Path, device: str | None = None) -> XttsModel:
        """A model from a folder that holds config.json, model.pth and vocab.json; on the GPU if there is one.

        On a GPU the language model's weights have half precision. Raises Missing where files, memory or the device are.
        """
        complete(folder)
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise Missing("there is no GPU here that torch can use: leave the device out, and the CPU is taken")
        with _enough_memory(device), _quiet(), _readable(folder):
            model = _built(folder)
            model.load_state_dict(_weights(folder / "model.pth"))
            fingerprint = _fingerprint(model.state_dict())
            model.hifigan_decoder.eval()
            model.gpt.init_gpt_for_inference(kv_cache=True)
            model.gpt.eval()
            if device.startswith("cuda"):
                halve(model)
            return cls(model.to(device), fingerprint)

    def fits(self, text: str, tongue: Tongue) -> bool:
        """Whether a text can be read at once."""
        tokenizer = self._model.tokenizer
        if len(text) > tokenizer.char_limits[tongue.split("-")[0]]:
            return False
        return bool(len(tokenizer.encode(text.lower(), lang=tongue)) < self._config.model_args.gpt_max_text_tokens)

    def listen(self, waves: Sequence[Wave]) -> Latents:
        """A voice from recordings of it, of gain and pace 1. Their first half minute gives the manner of speaking.

        Raises BadRecording where there is too little sound.
        """
        seconds = sum(map(len, waves)) / RATE
        if seconds < LEAST_HEARD_S:
            raise BadRecording(
                f"{seconds:.1f} s of sound, at least {LEAST_HEARD_S:.0f} s needed; add a longer recording"
            )
        whole = np.nan_to_num(np.concatenate(waves).astype(np.float32))
        if np.abs(whole).max() < LOUDEST_SILENCE:
            raise BadRecording("the recording is silent: check that the right file was given")
        config = self._config
        with self._turn, _enough_memory(self._model.device), torch.inference_mode():
            sound = resample(torch.from_numpy(whole)[None].to(self._model.device), RATE, HEARD_RATE)
            style = self._model.get_gpt_cond_latents(
                sound, HEARD_RATE, length=config.gpt_cond_len, chunk_length=config.gpt_cond_chunk_len
            )
            pieces = sound.split(config.max_ref_len * HEARD_RATE, dim=-1)
            used = [piece for piece in pieces if piece.shape[-1] >= LEAST_PIECE_S * HEARD_RATE]
            speaker = torch.stack([self._model.get_speaker_embedding(piece, HEARD_RATE) for piece in used]).mean(dim=0)
        return Latents(_array(style[0]), _array(speaker.flatten()), 1.0, 1.0, self.fingerprint)

    def stream(self, text: str, tongue: Tongue, latents: Latents, seed: int) -> Generator[Wave, None, None]:
        """The text's sound at 24 kHz as it is made, the same for the same seed; close it to cancel."""
        config, device = self._config, self._model.device
        pieces = self._model.inference_stream(
            text,
            tongue,
            torch.from_numpy(latents.style)[None].to(device),
            torch.from_numpy(latents.speaker)[None, :, None].to(device),
            stream_chunk_size=PIECE_TOKENS,
            repetition_penalty=config.repetition_penalty,
            logits_processor=LogitsProcessorList([_Draw(config, seed, device)]),
            **_DRAWN_ALREADY,
        )
        prefix: Tensor | None = None
        try:
            while True:
                with self._turn, _enough_memory(device):
                    wave, prefix = self._next(pieces, prefix)
                if wave is None:
                    return
                if len(wave):
                    yield wave
        finally:
            pieces.close()

    def _next(self, pieces: Iterator[Tensor], prefix: Tensor | None) -> tuple[Wave | None, Tensor | None]:
        """The next piece. The library keeps in the model what it is reading: each stream brings and takes its own."""
        inference = self._model.gpt.gpt_inference
        inference.cached_prefix_emb = prefix
        try:
            piece = next(pieces, None)
            return (None if piece is None else _array(piece)), inference.cached_prefix_emb
        finally:
            inference.cached_prefix_emb = None


class _Draw(LogitsProcessor):
    """Draws the next token and leaves no other. The library would draw by chance that all threads share."""

    def __init__(self, config: Any, seed: int, device: torch.device) -> None:
        self._likely: Any = LogitsProcessorList(
            [
                TemperatureLogitsWarper(config.temperature),
                TopKLogitsWarper(config.top_k),
                TopPLogitsWarper(config.top_p),
            ]
        )
        self._chance = torch.Generator(device).manual_seed(seed)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        likely = self._likely(input_ids, scores).softmax(-1)
        token = torch.multinomial(likely, 1, generator=self._chance)
        return torch.full_like(scores, -torch.inf).scatter(-1, token, 0.0)


_DRAWN_ALREADY = {"temperature": 1.0, "top_k": 0, "top_p": 1.0}


def halve(model: Any) -> None:
    """Half precision for what is read again for each token. What listens is read once, and the vocoder sums up more."""
    gpt = model.gpt
    for part in (gpt.gpt, gpt.mel_embedding, gpt.mel_pos_embedding, gpt.text_embedding, gpt.text_pos_embedding):
        part.half()
    gpt.final_norm.half()
    gpt.mel_head.half()
    gpt.gpt.drop.register_forward_pre_hook(
        lambda _, given: (given[0].half(),)
    )  # after its places, which are not halved
    model.hifigan_decoder.register_forward_pre_hook(lambda _, given: (given[0].float(), *given[1:]))


def _built(folder: Path) -> Any:
    """The model of the folder's configuration and vocabulary, with weights by chance."""
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
    from TTS.tts.models.xtts import Xtts

    config = XttsConfig()
    config.load_json(folder / "config.json")
    if config.model != "xtts":
        raise ValueError(f"a model of the kind {config.model}")
    tokens = config.model_args.gpt_number_text_tokens
    config.model_args.gpt_number_text_tokens = None  # or the language model would be made twice
    model = Xtts(config)
    config.model_args.gpt_number_text_tokens = tokens
    _ = json.loads((folder / "vocab.json").read_text())["model"]["vocab"]  # the library's own error has no kind
    model.tokenizer = VoiceBpeTokenizer(folder / "vocab.json")
    model.init_models()
    return model


def _weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a published or tuned model; no code in the file is run, and the file stays as it is."""
    from TTS.config.shared_configs import BaseDatasetConfig
    from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig

    moved = [(each, f"{OLD_MODULE}.{each.__name__}") for each in (XttsArgs, XttsAudioConfig)]
    known = [XttsConfig, XttsArgs, XttsAudioConfig, BaseDatasetConfig, *moved]
    with torch.serialization.safe_globals(known):
        saved = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    named = {name.removeprefix("xtts."): tensor for name, tensor in saved["model"].items()}
    return {
        name: tensor
        for name, tensor in named.items()
        if name.split(".")[0] not in TRAINING_ONLY and not name.startswith(AGAIN)
    }


def _fingerprint(state: Mapping[str, Tensor]) -> str:
    """What tells a model from others: names, shapes, and a look at each tensor."""
    seen = hashlib.sha256()
    for name, tensor in sorted(state.items()):
        flat = tensor.flatten()
        some = flat[:: max(1, len(flat) // LOOKED_AT)][:LOOKED_AT]
        seen.update(f"{name} {tuple(tensor.shape)}".encode() + some.float().numpy().tobytes())
    return seen.hexdigest()


def _array(tensor: Tensor) -> Wave:
    return tensor.detach().float().cpu().numpy()


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Says in our words that a model cannot be read."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, EOFError, UnpicklingError) as err:
        if isinstance(err, torch.OutOfMemoryError):
            raise
        raise Missing(f"{folder}: no XTTS model can be read from this folder: get its files anew") from err


@contextmanager
def _enough_memory(device: object) -> Iterator[None]:
    """Says in our words that memory ran out."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as err:
        raise Missing(f"too little memory on {device} for this voice: close other programs") from err


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the libraries' warnings off the screen while a model is read."""
    logging.getLogger("TTS").addHandler(logging.NullHandler())  # or it would write where nobody listens to it
    talk: Any = transformers_logging
    verbosity = talk.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        talk.set_verbosity_error()
        try:
            yield
        finally:
            talk.set_verbosity(verbosity)
