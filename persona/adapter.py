"""A memorial's LoRA adapter: small matrices beside those of a model, and the one archive in which they are kept.

What a layer adds is (alpha / rank) · B A x, and B begins at zero, so an untrained adapter changes nothing: Hu et al.,
"LoRA: Low-Rank Adaptation of Large Language Models", 2021. The model's own weights stay as they are. An archive says
which base it was made for, and is put on no other. Knows no texts.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from data.errors import NotReady
from persona.base import configuration, enough_memory, read_base, save_model
from persona.quiet import quiet

WEIGHTS_FILE: Final = "adapter_model.safetensors"  # peft's own names: other programs read these
CONFIG_FILE: Final = "adapter_config.json"
BASE_FILE: Final = "base.json"
ALL_LAYERS: Final = "all-linear"  # peft looks for the linear layers of the model's blocks itself, and leaves the head
LOOKED_AT: Final = 64  # rows of the embedding by which two models of one shape are told apart
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # of every file: the same adapter is the same archive, whenever it was made

State = Mapping[str, Tensor]


def with_adapter(model: PreTrainedModel, rank: int, alpha: int, dropout: float) -> PeftModel:
    """The model with a new adapter on every linear layer of its blocks, the only weights that learn."""
    transposed = any(isinstance(layer, Conv1D) for layer in model.modules())
    config = LoraConfig(
        r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=ALL_LAYERS, task_type="CAUSAL_LM",
        fan_in_fan_out=transposed,
    )  # fmt: skip
    return _adapted(model, config)


def state_of(model: PeftModel) -> dict[str, Tensor]:
    """A copy of the adapter's weights, on the CPU."""
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: weight.detach().to("cpu", copy=True).contiguous() for name, weight in sorted(state.items())}


def put_back(model: PeftModel, state: State) -> None:
    """Give a model's adapter the weights it had."""
    set_peft_model_state_dict(model, dict(state))


def pack(model: PeftModel, state: State, base: str) -> bytes:
    """An adapter as one archive, with the base's name and likeness. The same weights make the same bytes."""
    config: dict[str, Any] = {
        key: sorted(value) if isinstance(value, set) else value
        for key, value in model.peft_config[model.active_adapter].to_dict().items()
    }
    config |= {"base_model_name_or_path": base, "inference_mode": True}
    made_for = {"name": base, "likeness": likeness_of(model)}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name, data in (
            (CONFIG_FILE, json.dumps(config, sort_keys=True).encode()),
            (BASE_FILE, json.dumps(made_for, sort_keys=True).encode()),
            (WEIGHTS_FILE, save(dict(state))),
        ):
            out.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return archive.getvalue()


def base_of(archive: bytes) -> str:
    """The base that an adapter was made for: its folder, or its name on the hub. Raises NotReady."""
    return _kept(archive).base


def put_on(model: PreTrainedModel, archive: bytes) -> PeftModel:
    """The model with a kept adapter. Raises NotReady where it was made for another base, or is damaged."""
    kept = _kept(archive)
    if kept.likeness != likeness_of(model):
        raise NotReady(f"this adapter was tuned on {kept.base}: give that base, or tune anew with this one")
    with torch.random.fork_rng():  # drawn only to be replaced, and in float32, however coarse the base is
        adapted = _adapted(model, kept.config)
    found: Any = set_peft_model_state_dict(adapted, dict(kept.weights))
    if found.unexpected_keys or any("lora_" in key for key in found.missing_keys):
        raise NotReady(_DAMAGED)
    return adapted.eval()


def merged(model: PreTrainedModel, archive: bytes) -> PreTrainedModel:
    """The model with the adapter worked into its weights, for programs that take no adapters."""
    whole: Any = put_on(model, archive).merge_and_unload()
    found: PreTrainedModel = whole
    return found


def merge(base: str | Path, archive: bytes, folder: Path, *, download: bool = False) -> Path:
    """Base and adapter as one model in a folder, in the base's own format. It is in the clear there."""
    dtype = configuration(base, download).dtype
    exact = dtype if isinstance(dtype, torch.dtype) else torch.float32
    model, tokenizer = read_base(base, exact, "cpu", download=download)
    with enough_memory("cpu"):
        return save_model(merged(model, archive), tokenizer, folder)


def likeness_of(model: PreTrainedModel | PeftModel) -> str:
    """What tells a base from others: its family, its shape, and a look at its embedding, the same in any format."""
    config = model.config.get_text_config(decoder=True)
    seen = hashlib.sha256(f"{config.model_type} {config.num_hidden_layers} {config.hidden_size}".encode())
    embedding: Any = model.get_input_embeddings()
    rows: Tensor = embedding.weight.detach()
    step = max(1, len(rows) // LOOKED_AT)
    coarse = rows[::step][:LOOKED_AT].to("cpu", torch.bfloat16).contiguous()
    seen.update(f"{tuple(rows.shape)}".encode() + coarse.view(torch.int16).numpy().tobytes())
    return seen.hexdigest()


def _adapted(model: PreTrainedModel, config: LoraConfig) -> PeftModel:
    with quiet():
        adapted = get_peft_model(model, config)
    if not isinstance(adapted, PeftModel):
        raise TypeError(f"peft made a {type(adapted).__name__}")
    return adapted


_DAMAGED: Final = "this adapter is damaged or comes from another program: tune anew with `lantern tune`"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an archive holds."""

    base: str
    likeness: str
    config: LoraConfig
    weights: State


def _kept(archive: bytes) -> _Kept:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as given:
            made_for, config = json.loads(given.read(BASE_FILE)), json.loads(given.read(CONFIG_FILE))
            weights = load(given.read(WEIGHTS_FILE))
        known = {each.name for each in fields(LoraConfig) if each.init}  # another version of peft may write others
        theirs = LoraConfig(**{key: value for key, value in config.items() if key in known})
        return _Kept(str(made_for["name"]), str(made_for["likeness"]), theirs, weights)
    except (
        zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, SafetensorError,
    ) as err:  # fmt: skip
        raise NotReady(_DAMAGED) from err
