"""What tuning a base model takes, told from its configuration alone, before its weights are fetched.

Parameters are counted exactly, by building the model without memory; bytes and hours are estimates, and hold what
means.py will ask for. Knows no memorial.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from transformers import GPTJConfig, PreTrainedConfig, PreTrainedModel

from data.errors import Missing
from persona.base import configuration
from persona.means import NUMBER_BYTES, USABLE, needed_bytes, weightless
from persona.tune import Plan

TOKENS: Final = 300_000  # where nobody says how much text there is: some hundred letters, and a chat of years
ADAM_BYTES: Final = 16  # for each number of the adapter: itself, its gradient and two moments, in float32
SAVED_BYTES: Final = 12  # of these, what a checkpoint keeps
CHECKPOINTS: Final = 2  # on the disk at once: the best, and the last
PASSES: Final = 3  # forward, forward again where inner results are not kept, and back; the base has no gradients
FLOP: Final = 2  # for each parameter and token of a pass: a multiplication and an addition
REACHED: Final = 0.4  # of the speed of a plain product of matrices
SIDES: Final = {"cpu": 1024}  # of the matrices that are multiplied to measure that
GPU_SIDE: Final = 8192  # smaller ones would leave most of a GPU idle
MEASURED_S: Final = 0.3

_KNOWN: Final[dict[str, PreTrainedConfig]] = {  # nothing at all has to be fetched to tell of these
    "eleutherai/gpt-j-6b": GPTJConfig(
        vocab_size=50_400,
        n_positions=2048,
        n_embd=4096,
        n_layer=28,
        n_head=16,
        rotary_dim=64,
        tie_word_embeddings=False,
    )
}


@dataclass(frozen=True, slots=True)
class Needs:
    """`memory_bytes` is for a CPU in float32, `gpu_memory_bytes` for a GPU in bfloat16, both free; `hours` at most."""

    parameters: int
    disk_bytes: int
    memory_bytes: int
    gpu_memory_bytes: int
    hours: float


def needs(base: Path | str, *, flop_per_s: float, tokens: int = TOKENS, download: bool = False) -> Needs:
    """What tuning a base takes on a machine that multiplies matrices so fast, for a text of so many tokens.

    Its configuration alone is read: of GPT-J-6B it is known here, of another base on the hub it is fetched where
    `download` says so, and never its weights. Raises Missing where there is none.
    """
    config, plan = _config(base, download), Plan()
    model = weightless(config)
    parameters, adapted = int(model.num_parameters()), _adapter_numbers(model, plan.rank)
    least = {
        name: parameters * each
        + adapted * ADAM_BYTES
        + needed_bytes(config, name, 1, plan.window_tokens, recompute=True)
        for name, each in NUMBER_BYTES.items()
    }
    flop = FLOP * PASSES * (parameters - _looked_up(model)) * tokens * plan.most_epochs
    fetched = 0 if Path(base).is_dir() else parameters * _published_bytes(config)
    return Needs(
        parameters=parameters,
        disk_bytes=fetched + adapted * SAVED_BYTES * CHECKPOINTS,
        memory_bytes=int(least["float32"] / USABLE),
        gpu_memory_bytes=int(least["bfloat16"] / USABLE),
        hours=flop / (flop_per_s * REACHED) / 3_600,
    )


def measured_flop_per_s(device: str, dtype: torch.dtype) -> float:
    """How fast a machine multiplies matrices, measured for a moment."""
    side = SIDES.get(device, GPU_SIDE)
    one = torch.ones(side, side, device=device, dtype=dtype)
    float((one @ one)[0, 0])  # the first is slow; reading a number waits for the device
    start, products = time.perf_counter(), 0
    while time.perf_counter() - start < MEASURED_S:
        float((one @ one)[0, 0])
        products += 1
    return float(FLOP * side**3 * products / (time.perf_counter() - start))


def _config(base: Path | str, download: bool) -> PreTrainedConfig:
    known = _KNOWN.get(str(base).lower())
    if known is not None and not Path(base).exists():
        return known
    try:
        return configuration(base, download)
    except Missing as err:
        raise Missing(
            f"{base}: no model's configuration can be read there: give a folder with a config.json, or a name that is "
            "on the Hugging Face hub"
        ) from err


def _adapter_numbers(model: PreTrainedModel, rank: int) -> int:
    """Of a LoRA adapter on every matrix but the vocabulary's: Hu et al., "LoRA", 2021."""
    head = _head(model)
    weights: list[Any] = [
        module.weight
        for module in model.modules()
        if module is not head and not isinstance(module, nn.Embedding) and hasattr(module, "weight")
    ]
    return sum(rank * sum(weight.shape) for weight in weights if weight.ndim == 2)


def _looked_up(model: PreTrainedModel) -> int:
    """Numbers that are looked up and not multiplied with."""
    head, embedding = _head(model), _embedding(model)
    return 0 if head is not None and head.weight is embedding.weight else int(embedding.weight.numel())


def _head(model: Any) -> Any:
    return model.get_output_embeddings()


def _embedding(model: Any) -> Any:
    return model.get_input_embeddings()


def _published_bytes(config: Any) -> int:
    """Of a number in the files; a configuration that does not say is of a time when all were float32."""
    return NUMBER_BYTES["float32"] if config.dtype is None else int(config.dtype.itemsize)
