"""A small GPT-J made on the spot, where no base is at hand: a tokenizer and weights learnt from a few texts.

It is laid out as published models are, so that everything made for those takes it. It knows which words follow which in
what it was given, and nothing of the world. Seeded; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from transformers import GPTJConfig, GPTJForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from data.errors import FewWords
from persona.base import save_model
from persona.progress import Advance, unheard

END: Final = "<|endoftext|>"
VOCABULARY: Final = 1200  # tokens, at most
CONTEXT: Final = 256  # tokens
WIDTH: Final = 64
LAYERS: Final = 2
HEADS: Final = 4
STEPS: Final = 150  # of training: some seconds, and what follows what is known
BATCH: Final = 8  # windows
WINDOW: Final = 64  # tokens
LEARNING_RATE: Final = 3e-3


def small_base(
    texts: Sequence[str], folder: Path, *, seed: int = 0, steps: int = STEPS, advance: Advance = unheard
) -> Path:
    """A GPT-J that has read the texts, saved in a folder. `advance` is called before each step and may raise to stop.

    Raises NotReady where there is too little to read.
    """
    tokenizer = small_tokenizer(texts)
    encoded = tokenizer(list(texts))["input_ids"]
    tokens = torch.tensor(list(chain.from_iterable([*each, tokenizer.eos_token_id] for each in encoded)))
    if len(tokens) <= WINDOW:
        raise FewWords(f"a model needs more to read than {len(tokens)} tokens: add letters or chats with `lantern add`")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = small_gptj(len(tokenizer), tokenizer.eos_token_id)
        _train(model, tokens, torch.Generator().manual_seed(seed), steps, advance)
    return save_model(model, tokenizer, folder)


def small_tokenizer(texts: Sequence[str], vocabulary: int = VOCABULARY) -> PreTrainedTokenizerFast:
    """A byte-level BPE as GPT-2 and GPT-J have it, learnt from some texts: any text goes through it unharmed."""
    raw = Tokenizer(BPE())
    raw.pre_tokenizer = ByteLevel(add_prefix_space=False)
    raw.decoder = ByteLevelDecoder()
    alphabet = ByteLevel.alphabet()
    raw.train_from_iterator(
        texts,
        BpeTrainer(vocab_size=vocabulary, special_tokens=[END], initial_alphabet=alphabet, show_progress=False),
    )
    make: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerFast = make(tokenizer_object=raw, bos_token=END, eos_token=END, unk_token=END)
    return tokenizer


def small_gptj(vocabulary: int, end: int) -> PreTrainedModel:
    """An untrained one, on the CPU in float32. `end` is the token that ends a text."""
    return GPTJForCausalLM(
        GPTJConfig(
            vocab_size=vocabulary,
            n_positions=CONTEXT,
            n_embd=WIDTH,
            n_layer=LAYERS,
            n_head=HEADS,
            rotary_dim=WIDTH // HEADS // 2,
            bos_token_id=end,
            eos_token_id=end,
        )
    )


def _train(model: PreTrainedModel, tokens: torch.Tensor, chance: torch.Generator, steps: int, advance: Advance) -> None:
    """On windows taken by chance, the learning rate rising and falling once (Smith, "Super-Convergence", 2018)."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps)
    model.train()
    for step in range(steps):
        advance(step, steps)
        starts = torch.randint(len(tokens) - WINDOW, (BATCH,), generator=chance).tolist()
        batch = torch.stack([tokens[start : start + WINDOW] for start in starts])
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
    model.train(False)
    advance(steps, steps)
