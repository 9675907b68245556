"""A small XTTS with weights by chance, laid out in a folder as the published one is."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Whitespace

SIGNS = ("[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[zh-cn]")
WIDTH = 64
AUDIO_TOKENS = 64  # and two for the start and the stop
LONGEST_TOKENS = 130  # of sound: 6 s; the stop comes by chance, after one or two as a rule

PUBLISHED: dict[str, Any] = {  # the shape of XTTS-v2
    "gpt_layers": 30,
    "gpt_n_model_channels": 1024,
    "gpt_n_heads": 16,
    "gpt_number_text_tokens": 6681,
    "gpt_num_audio_tokens": 1026,
    "gpt_start_audio_token": 1024,
    "gpt_stop_audio_token": 1025,
    "gpt_use_perceiver_resampler": True,
}
SMALL: dict[str, Any] = PUBLISHED | {
    "gpt_layers": 2,
    "gpt_n_model_channels": WIDTH,
    "gpt_n_heads": 2,
    "gpt_num_audio_tokens": AUDIO_TOKENS + 2,
    "gpt_start_audio_token": AUDIO_TOKENS,
    "gpt_stop_audio_token": AUDIO_TOKENS + 1,
    "gpt_max_audio_tokens": LONGEST_TOKENS,
    "decoder_input_dim": WIDTH,
}


@contextmanager
def small_decoder() -> Iterator[None]:
    """Within, the library makes a small vocoder and speaker encoder: its configuration has no say in their size."""
    from TTS.tts.layers.xtts import hifigan_decoder
    from TTS.tts.models import xtts

    vocoder = partial(
        hifigan_decoder.HifiDecoder,
        upsample_initial_channel_decoder=16,
        resblock_kernel_sizes_decoder=[3],
        resblock_dilation_sizes_decoder=[[1, 3, 5]],
    )
    encoder = partial(hifigan_decoder.ResNetSpeakerEncoder, layers=[1, 1, 1, 1], num_filters=[8, 8, 8, 8])
    with patch.object(xtts, "HifiDecoder", vocoder), patch.object(hifigan_decoder, "ResNetSpeakerEncoder", encoder):
        yield


def write_xtts(folder: Path, shape: dict[str, Any] = SMALL, seed: int = 0) -> Path:
    """config.json, vocab.json and model.pth of that shape."""
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
    from TTS.tts.models.xtts import Xtts

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary(shape["gpt_number_text_tokens"]).save(str(folder / "vocab.json"))
    config = XttsConfig()
    for name, value in shape.items():
        setattr(config.model_args, name, value)
    (folder / "config.json").write_text(json.dumps(config.to_dict()))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        config.model_args.gpt_number_text_tokens = None
        model = Xtts(config)
        model.tokenizer = VoiceBpeTokenizer(folder / "vocab.json")
        model.init_models()
    torch.save({"model": model.state_dict()}, folder / "model.pth")
    return folder


def vocabulary(size: int) -> Tokenizer:
    """Signs and letters, filled up to a size."""
    letters = [*SIGNS, *string.ascii_lowercase, *string.digits, *",;:.!?'-"]
    ids = {token: at for at, token in enumerate([*letters, *(f"<{at}>" for at in range(len(letters), size))])}
    tokenizer = Tokenizer(BPE(vocab=ids, merges=[], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.add_special_tokens(list(SIGNS))
    return tokenizer
