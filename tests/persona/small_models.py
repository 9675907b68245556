"""Small causal language models of several families, untrained, and what they may have read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from persona.base import save_model
from persona.small_base import CONTEXT, HEADS, LAYERS, WIDTH, small_gptj, small_tokenizer
from tests.persona import other_lives

Family = Literal["gptj", "gpt2", "llama", "qwen2"]


def small_model(family: Family, vocabulary: int, seed: int, end: int = 0) -> PreTrainedModel:
    """An untrained model of a family, on the CPU in float32. `end` is the token that ends a text."""
    torch.manual_seed(seed)
    if family == "gptj":
        return small_gptj(vocabulary, end)
    ends: dict[str, Any] = {"vocab_size": vocabulary, "bos_token_id": end, "eos_token_id": end}
    if family == "gpt2":
        return GPT2LMHeadModel(GPT2Config(n_positions=CONTEXT, n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, **ends))
    shape: dict[str, Any] = {
        "hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "num_key_value_heads": HEADS // 2, "max_position_embeddings": CONTEXT,
    }  # fmt: skip
    if family == "llama":
        return LlamaForCausalLM(LlamaConfig(**shape, **ends))
    return Qwen2ForCausalLM(Qwen2Config(**shape, **ends))


def untrained(texts: Sequence[str], folder: Path, seed: int = 0, family: Family = "gptj") -> Path:
    """An untrained model with a tokenizer learnt from the texts, saved as the hub lays such folders out."""
    tokenizer = small_tokenizer(texts)
    return save_model(small_model(family, len(tokenizer), seed, tokenizer.eos_token_id), tokenizer, folder)


def other_texts(sentences: int = 3000) -> list[str]:
    """What a base may know: English and Chinese letters of people who never were, shuffled."""
    found = [letter.text for language in ("en", "zh") for letter in other_lives.letters(language, sentences // 2)]
    random.Random(0).shuffle(found)
    return found
