"""A MuseTalk with weights by chance, laid out in a folder as the published one is: small, or of its published sizes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import WhisperConfig, WhisperModel


@dataclass(frozen=True)
class Sizes:
    """Of the three models, as their configurations have them."""

    network: dict[str, Any]
    coder: dict[str, Any]
    ear: dict[str, Any]


PUBLISHED = Sizes(
    network={
        "act_fn": "silu",
        "attention_head_dim": 8,
        "block_out_channels": [320, 640, 1280, 1280],
        "cross_attention_dim": 384,
        "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
        "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
        "layers_per_block": 2,
        "in_channels": 8,
        "out_channels": 4,
        "norm_num_groups": 32,
        "sample_size": 64,
    },
    coder={
        "block_out_channels": [128, 256, 512, 512],
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
        "layers_per_block": 2,
        "latent_channels": 4,
        "norm_num_groups": 32,
        "sample_size": 256,
    },
    ear={
        "d_model": 384,
        "encoder_layers": 4,
        "encoder_attention_heads": 6,
        "encoder_ffn_dim": 1536,
        "decoder_layers": 4,
        "decoder_attention_heads": 6,
        "decoder_ffn_dim": 1536,
    },
)
SMALL = Sizes(
    network=PUBLISHED.network
    | {
        "attention_head_dim": 2,
        "block_out_channels": [8, 16],
        "cross_attention_dim": 16,
        "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
        "layers_per_block": 1,
        "norm_num_groups": 4,
    },
    coder=PUBLISHED.coder | {"block_out_channels": [4, 4, 8, 8], "layers_per_block": 1, "norm_num_groups": 4},
    ear={
        "d_model": 16,
        "encoder_layers": 2,
        "encoder_attention_heads": 2,
        "encoder_ffn_dim": 32,
        "decoder_layers": 1,
        "decoder_attention_heads": 2,
        "decoder_ffn_dim": 32,
        "vocab_size": 32,
        "pad_token_id": 0,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "decoder_start_token_id": 0,
    },
)


def built(sizes: Sizes, seed: int = 0) -> tuple[Any, Any, Any]:
    """The U-Net, the picture coder and Whisper, of those sizes, with weights by chance."""
    network: Any = UNet2DConditionModel
    coder: Any = AutoencoderKL
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return network(**sizes.network), coder(**sizes.coder), WhisperModel(WhisperConfig(**sizes.ear))


def write_musetalk(folder: Path, sizes: Sizes = SMALL, seed: int = 0, *, safe: bool = True) -> Path:
    """musetalkV15, sd-vae and whisper; `safe` writes the latter two as safetensors."""
    (folder / "musetalkV15").mkdir(parents=True, exist_ok=True)
    (folder / "musetalkV15" / "musetalk.json").write_text(json.dumps(sizes.network))
    network, coder, ear = built(sizes, seed)
    torch.save(network.state_dict(), folder / "musetalkV15" / "unet.pth")
    coder.save_pretrained(folder / "sd-vae", safe_serialization=safe)
    ear.save_pretrained(folder / "whisper")
    if not safe:
        (folder / "whisper" / "model.safetensors").unlink()
        torch.save(ear.state_dict(), folder / "whisper" / "pytorch_model.bin")
    return folder
