"""With what a model can be tuned on this machine: device, number format, how much at once. Knows no texts.

The format is chosen by timing one small step in each, not by name: bfloat16 is fast on today's GPUs and was twenty
times slower than float32 on CPUs that have no instructions for it.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import torch
from accelerate import PartialState  # type: ignore[import-untyped]
from transformers import AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel

from data.errors import Missing
from persona.base import Bits

NUMBER_BYTES: Final = {"float32": 4, "bfloat16": 2}  # float16 overflows in training
FORMATS: Final = tuple(NUMBER_BYTES)  # the most exact first
TIMED_WORK: Final = {"cpu": 2**27}  # tokens times a block's width squared: 8 tokens of GPT-J
TIMED_WORK_GPU: Final = 2**35  # less would time how long it takes to ask a GPU for anything
TIMED_MOST: Final = 2048  # tokens
TIMES: Final = 3  # and the best of them
CLEARLY: Final = 0.8  # of the time of a more exact format, at most
HOPELESS: Final = 4.0  # times what is wanted: not looked at again
TIMED_VOCABULARY: Final = 256  # tokens
USABLE: Final = 0.8  # of the free memory: the rest is for what libraries take
LOGIT_COPIES: Final = 3  # the logits in float32, their softmax and its gradient


@dataclass(frozen=True, slots=True)
class Means:
    """`spread` is a device, or "auto" for all GPUs of this machine, the blocks spread over them by accelerate.

    `at_once` is the number of windows that go through the model together. With `recompute` a block's inner results are
    computed a second time on the way back and not kept (Chen et al., "Training Deep Nets with Sublinear Memory Cost",
    2016): a third more work, a tenth of the memory.
    """

    spread: str
    format: str
    at_once: int
    recompute: bool

    @property
    def dtype(self) -> torch.dtype:
        """The number format as torch has it."""
        found = getattr(torch, self.format)
        assert isinstance(found, torch.dtype)  # noqa: S101
        return found

    @property
    def here(self) -> bool:
        """Whether this machine has that device."""
        try:
            torch.empty(0, device="cuda" if self.spread == "auto" else self.spread)
        except (RuntimeError, AssertionError):
            return False
        return True


def means_for(config: PreTrainedConfig, windows: int, tokens: int, bits: Bits | None = None) -> Means:
    """The fastest that fit: batches of so many windows of so many tokens. Raises Missing where none do.

    `bits` are those of the base's weights, where it is read with fewer than its number format has.
    """
    device = str(PartialState().device)
    free_bytes = _free_bytes(device) * USABLE
    parameters = int(weightless(config).num_parameters())
    fitting = {
        name: found
        for name in FORMATS
        if (found := _within(config, free_bytes - _weights_bytes(parameters, name, bits), name, windows, tokens))
    }
    if not fitting:
        least = _weights_bytes(parameters, "bfloat16", bits) + needed_bytes(
            config, "bfloat16", 1, tokens, recompute=True
        )
        raise Missing(
            f"tuning this base takes about {least / USABLE / 2**30:.1f} GiB of free memory and {device} has "
            f"{free_bytes / USABLE / 2**30:.1f}: take a smaller base, or a machine with more"
        )
    chosen = next(iter(fitting)) if len(fitting) == 1 else _fastest(config, device)
    spread = "auto" if torch.cuda.device_count() > 1 and device.startswith("cuda") else device
    return Means(spread, chosen, *fitting[chosen])


def weightless(config: PreTrainedConfig) -> PreTrainedModel:
    """The model of a configuration, with none of its weights in memory. Raises Missing where it is none of text."""
    make: Any = AutoModelForCausalLM.from_config
    try:
        with torch.device("meta"):
            model: PreTrainedModel = make(config)
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise Missing(f"{_named(config)} is no language model that goes on with a text: choose another base") from err
    return model


def needed_bytes(config: PreTrainedConfig, name: str, at_once: int, tokens: int, *, recompute: bool) -> float:
    """What a step holds beside the weights, about: s·b·h (34 + 5 a s / h) bytes a block where numbers have two.

    Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", 2022. Raises Missing where the
    model is not made of such blocks.
    """
    hidden, heads, blocks, vocabulary = _shape(config)
    one = tokens * at_once * hidden * (34 + 5 * heads * tokens / hidden) * NUMBER_BYTES[name] / 2
    between = tokens * at_once * hidden * NUMBER_BYTES[name]
    logits = tokens * at_once * vocabulary * 4.0 * LOGIT_COPIES
    return float(logits + (one + blocks * between if recompute else blocks * one))


def _shape(config: PreTrainedConfig) -> tuple[int, int, int, int]:
    """Hidden size, heads, blocks, vocabulary."""
    shape: Any = config.get_text_config(decoder=True)
    try:
        return (
            int(shape.hidden_size),
            int(shape.num_attention_heads),
            int(shape.num_hidden_layers),
            int(shape.vocab_size),
        )
    except (AttributeError, TypeError, ValueError) as err:
        raise Missing(
            f"{_named(config)} is not made of like blocks with attention, and what it takes cannot be told: choose "
            "another base"
        ) from err


def _named(config: PreTrainedConfig) -> str:
    return str(config.name_or_path) or "this base"


def _within(config: PreTrainedConfig, free: float, name: str, windows: int, tokens: int) -> tuple[int, bool] | None:
    """As much at once as fits, without computing anything twice where that can be."""
    for recompute in (False, True):
        at_once = windows
        while at_once:
            if needed_bytes(config, name, at_once, tokens, recompute=recompute) <= free:
                return at_once, recompute
            at_once //= 2
    return None


def _fastest(config: PreTrainedConfig, device: str) -> str:
    """float32, unless another is clearly faster: it is the most exact."""
    best, best_s = FORMATS[0], _step_s(config, FORMATS[0], device)
    for name in FORMATS[1:]:
        taken_s = _step_s(config, name, device, CLEARLY * best_s)
        if taken_s < CLEARLY * best_s:
            best, best_s = name, taken_s
    return best


def _step_s(config: PreTrainedConfig, name: str, device: str, wanted_s: float = float("inf")) -> float:
    """Seconds that one block takes there and back, in a format; fewer looks where it is far from what is wanted."""
    make: Any = AutoModelForCausalLM.from_config
    small = _one_block(config)
    model = make(small, dtype=getattr(torch, name)).to(device).requires_grad_(False)
    width = model.get_input_embeddings().weight.shape[1]
    tokens = TIMED_WORK.get(device, TIMED_WORK_GPU) // width**2
    tokens = max(1, min(tokens, getattr(small, "max_position_embeddings", TIMED_MOST), TIMED_MOST))
    given = torch.zeros(1, tokens, width, dtype=model.dtype, device=device)
    given.requires_grad_()
    taken_s = float("inf")
    for _ in range(TIMES + 1):  # the first one also warms up
        began = time.perf_counter()
        loss = model(inputs_embeds=given, use_cache=False).logits.float().sum()
        float(torch.autograd.grad(loss, given)[0].sum())  # waits until a GPU is done
        taken_s = min(taken_s, time.perf_counter() - began)
        if taken_s > HOPELESS * wanted_s:
            break
    return taken_s


def _one_block(config: PreTrainedConfig) -> PreTrainedConfig:
    """The same model with one block and few words."""
    small = copy.deepcopy(config.get_text_config(decoder=True))
    small.num_hidden_layers = 1
    if getattr(small, "layer_types", None):
        small.layer_types = small.layer_types[:1]
    small.vocab_size = TIMED_VOCABULARY
    small.pad_token_id = None
    return small


def _free_bytes(device: str) -> float:
    if not device.startswith("cuda"):
        return float(psutil.virtual_memory().available)
    return float(sum(torch.cuda.mem_get_info(number)[0] for number in range(torch.cuda.device_count())))


def _weights_bytes(parameters: int, name: str, bits: Bits | None) -> float:
    return parameters * (bits / 8 if bits else NUMBER_BYTES[name])
