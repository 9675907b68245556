"""Reads a base: any causal language model of a folder or the hub, with its tokenizer, in a chosen format and place.

Knows nothing of whom it speaks or learns for. Nothing is fetched unless that is said, and no code of a base is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Final, Literal

import torch
from huggingface_hub import try_to_load_from_cache
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from data.errors import Missing, NoLibrary
from persona.quiet import quiet

Bits = Literal[4, 8]  # of each weight, where a base is read with fewer than its format has

_NO_CODE: Final[dict[str, Any]] = {"trust_remote_code": False}


def configuration(base: str | Path, download: bool = False) -> PreTrainedConfig:
    """The shape of a base, without its weights. Raises Missing."""
    with quiet(), readable(base):
        place = _place(base, download)
        found: PreTrainedConfig = AutoConfig.from_pretrained(place, local_files_only=not download, **_NO_CODE)
        return found


def read_base(
    base: str | Path, dtype: torch.dtype, spread: str, *, bits: Bits | None = None, download: bool = False
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The base and its tokenizer. `spread` is a device, or "auto" for all GPUs of this machine.

    No weight is made up because the files lack it. Raises Missing where weights or memory are, NoLibrary where fewer
    bits need one.
    """
    quantised = _quantised(bits, dtype)
    with enough_memory(spread), quiet(), readable(base):
        place = _place(base, download)
        tokenizer = AutoTokenizer.from_pretrained(place, local_files_only=not download, **_NO_CODE)
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            place,
            local_files_only=not download,
            dtype=dtype,
            device_map=spread,
            quantization_config=quantised,
            output_loading_info=True,
            **_NO_CODE,
        )
    model: PreTrainedModel = loaded[0]
    if lacking := loaded[1]["missing_keys"]:
        raise Missing(f"{base}: {len(lacking)} of the model's weights are missing there: get its files anew")
    return model, tokenizer


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> Path:
    """A model in a folder, as the hub lays such folders out."""
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


@contextmanager
def readable(base: str | Path) -> Iterator[None]:
    """Says in our words that a base cannot be read."""
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, EOFError, UnpicklingError, SafetensorError) as err:
        if isinstance(err, torch.OutOfMemoryError) or _speaks_of_memory(err):
            raise
        if Path(base).is_dir():
            raise Missing(f"{base}: no language model can be read from this folder: get its files anew") from err
        raise Missing(
            f"the model {base} is not on this machine: give the folder that holds it, "
            f"or see with `lantern doctor --tune {base}` what fetching it takes"
        ) from err


@contextmanager
def enough_memory(device: object) -> Iterator[None]:
    """Says in our words that memory ran out."""
    try:
        yield
    except (MemoryError, RuntimeError) as err:
        if not isinstance(err, MemoryError | torch.OutOfMemoryError) and not _speaks_of_memory(err):
            raise
        raise Missing(
            f"too little memory on {device} for this model: close other programs, or take a smaller one"
        ) from err


def _place(base: str | Path, download: bool) -> str:
    """Where a base lies on this machine. To ask the libraries by its name would have them ask the hub as well."""
    if download or Path(base).exists():
        return str(base)
    config = try_to_load_from_cache(str(base), "config.json")
    if not isinstance(config, str):
        raise FileNotFoundError(base)
    return str(Path(config).parent)


def _quantised(bits: Bits | None, dtype: torch.dtype) -> Any:
    """How weights are read with fewer bits; None where they are not."""
    if bits is None:
        return None
    if find_spec("bitsandbytes") is None:
        raise NoLibrary(
            f"{bits} bits need a library that is not installed: `pip install bitsandbytes`, or leave them out"
        )
    config: Any = BitsAndBytesConfig
    if bits == 8:
        return config(load_in_8bit=True)
    return config(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)


def _speaks_of_memory(error: Exception) -> bool:
    return isinstance(error, RuntimeError) and bool(
        re.search(r"not enough memory|out of memory|allocate memory", str(error))
    )
