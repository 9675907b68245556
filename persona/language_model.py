"""A causal language model with its tokenizer, from a folder or the hub, perhaps with a memorial's LoRA adapter.

It knows how likely a text is after another, and goes on with a prompt word by word. What was read of a prompt is kept,
so that the next one is only read from where it differs. Knows no person, no letters and no conversation.
"""

from __future__ import annotations

import copy
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol

import torch
from peft import PeftModel
from tokenizers.decoders import DecodeStream
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase

from data.errors import BadText, Missing
from persona.adapter import put_on
from persona.base import enough_memory, read_base
from persona.prefix import Prefix
from persona.sampling import Chance, Loops
from persona.streaming import words

CONTEXT_TOKENS: Final = 2048  # where a model's configuration names no limit: that of GPT-J
CONTEXT_LIMIT: Final = 8192  # tokens: what a model could read beyond that would only cost memory
SCORED_AT_ONCE: Final = 2**25  # logits: 128 MiB in float32
TOKEN_CHARS: Final = 16  # characters, more than any but a freak among tokens has: of a long text the end is enough
_IGNORED: Final = -100  # where a row is shorter than the others: nothing is expected there
_ANCHOR: Final = "\n"  # what a tokenizer puts before a beginning, it puts before this


class Allowed(Protocol):
    """What may come next, where not everything may."""

    def options(self) -> Sequence[int]:
        """The tokens of which one must come: at least one."""
        ...

    def take(self, token: int) -> bool:
        """One of them came: whether the text goes on after it."""
        ...


class LanguageModel:
    """Weights, tokenizer, and what was read last. Several threads may use it: only one of them goes on from that."""

    def __init__(self, model: PreTrainedModel | PeftModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        config = model.config.get_text_config(decoder=True)
        limit = getattr(config, "max_position_embeddings", None) or CONTEXT_TOKENS
        self.context_tokens: int = min(limit, CONTEXT_LIMIT)
        self.ends = self._ends(config.vocab_size)
        self._barred = self._never_sampled(config.vocab_size)
        beginning = self.tokenizer.bos_token_id
        self._start: int = min(self.ends, default=0) if beginning is None else beginning  # before a text of nothing
        self._prefix: Prefix | None = None

    @classmethod
    def load(
        cls, base: str | Path, adapter: bytes | None = None, device: str | None = None, *, download: bool = False
    ) -> LanguageModel:
        """A model of a folder, or by its name on the hub; nothing is fetched unless `download` says so.

        `adapter` is an archive that `tune` made. In bfloat16 on a GPU and float32 on a CPU. Raises Missing where
        weights, memory or the device are, and NotReady where the adapter was made for another base.
        """
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise Missing("there is no GPU here that torch can use: leave the device out, and the CPU is taken")
        dtype = torch.bfloat16 if device.startswith("cuda") else torch.float32
        model, tokenizer = read_base(base, dtype, device, download=download)
        with enough_memory(device):
            return cls(model if adapter is None else put_on(model, adapter), tokenizer)

    # likelihood

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        """The summed log-likelihood of each text after the context, in nats. Of a long context the end is read.

        Raises BadText where a text is longer than the model can read.
        """
        rows = [self.continuing(text) for text in texts]
        longest = max(map(len, rows), default=0)
        if longest >= self.context_tokens:
            raise BadText(f"a text of {longest} tokens: this model reads {self.context_tokens} at once, cut it shorter")
        before = self.encode(context[-self.context_tokens * TOKEN_CHARS :]) or [self._start]
        *earlier, last = before[longest - self.context_tokens :]
        at_once = max(1, SCORED_AT_ONCE // max(1, longest * self.model.config.vocab_size))
        with enough_memory(self.model.device), torch.inference_mode():
            read = DynamicCache(config=self.model.config)
            if earlier:
                self.model(input_ids=self._tensor([earlier]), past_key_values=read, use_cache=True, logits_to_keep=1)
            found = [self._scored(last, rows[at : at + at_once], read) for at in range(0, len(rows), at_once)]
        return [score for batch in found for score in batch]

    def _scored(self, last: int, rows: Sequence[Sequence[int]], read: DynamicCache) -> list[float]:
        """Of some rows at once, after what was read and one more token."""
        longest = max(map(len, rows))
        if longest == 0:
            return [0.0] * len(rows)
        wanted = self._tensor([[*row, *[_IGNORED] * (longest - len(row))] for row in rows])
        given = torch.cat([torch.full_like(wanted[:, :1], last), wanted[:, :-1].clamp(min=0)], dim=1)
        cache = copy.deepcopy(read)
        cache.batch_repeat_interleave(len(rows))
        logits = self.model(input_ids=given, past_key_values=cache, use_cache=True).logits.float()
        losses = cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=_IGNORED, reduction="none")
        return [-loss for loss in losses.view_as(wanted).sum(1).tolist()]

    def _tensor(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor(tokens, device=self.model.device)

    # text to tokens

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, without a beginning or an end; what looks like a sign of the model is text, too."""
        return list(self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True))

    def continuing(self, text: str) -> list[int]:
        """The tokens of a text that goes on with another: a tokenizer may begin a new one with a space of its own."""
        anchor, both = self.encode(_ANCHOR), self.encode(_ANCHOR + text)
        return both[len(anchor) :] if both[: len(anchor)] == anchor else self.encode(text)

    def count(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.encode(text))

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens that go on with another."""
        anchor = self.encode(_ANCHOR)
        both, before = (
            str(self.tokenizer.decode(each, clean_up_tokenization_spaces=False))
            for each in ([*anchor, *tokens], anchor)
        )
        return both.removeprefix(before)

    # going on

    def stream(
        self,
        prompt: str,
        *,
        most_tokens: int,
        stops: Sequence[str] = (),
        seed: int | None = None,
        allowed: Allowed | None = None,
    ) -> Generator[str, None, None]:
        """What follows a prompt, word by word, up to the text's end or a stop; close it to cancel.

        Sampled with a seed, and else the likeliest each time; no loops, and no half characters.
        """
        decoder, raw = DecodeStream(skip_special_tokens=True), self.tokenizer.backend_tokenizer
        tokens = self.tokens(prompt, most_tokens=most_tokens, seed=seed, allowed=allowed)
        texts = (text.replace("\ufffd", "") for token in tokens if (text := decoder.step(raw, token)))
        with closing(tokens):
            yield from words(texts, stops)

    def tokens(
        self, prompt: str, *, most_tokens: int, seed: int | None = None, allowed: Allowed | None = None
    ) -> Generator[int, None, None]:
        """What follows a prompt as tokens. Where only one may come, the model is not asked."""
        before = self.encode(prompt) or [self._start]
        if len(before) + most_tokens > self.context_tokens:
            raise BadText(f"a prompt of {len(before)} tokens leaves no room: this model reads {self.context_tokens}")
        chance, loops, said = Chance(seed), Loops(), list[int]()
        prefix, self._prefix = self._prefix or Prefix(self.model), None  # another conversation meanwhile has its own
        try:
            while len(said) < most_tokens:
                options = None if allowed is None else allowed.options()
                if options is not None and len(options) == 1:
                    token = options[0]
                else:
                    logits = self._likely(prefix, before + said)
                    token = (
                        chance.choose(logits, self._barred, loops.closing())
                        if options is None
                        else chance.choose_among(logits, options)
                    )
                if token in self.ends if allowed is None else not allowed.take(token):
                    return
                said.append(token)
                loops.take(token)
                yield token
        finally:
            self._prefix = prefix

    def _likely(self, prefix: Prefix, tokens: list[int]) -> Tensor:
        with enough_memory(self.model.device):
            return prefix.likely_after(tokens)

    def _ends(self, vocabulary: int) -> frozenset[int]:
        """The tokens that end a text, of the tokenizer and of the model, as far as it has them."""
        configured = self.model.generation_config or self.model.config
        ends = configured.eos_token_id
        own = ends if isinstance(ends, list) else [ends]
        return frozenset(end for end in (*own, self.tokenizer.eos_token_id) if end is not None and end < vocabulary)

    def _never_sampled(self, vocabulary: int) -> Tensor:
        """Which of all tokens (V,) are none of the tokenizer's, or signs rather than text, and no end either."""
        barred = torch.arange(vocabulary) >= len(self.tokenizer)
        signs = {token for token in self.tokenizer.added_tokens_decoder if token < vocabulary}
        barred[list(signs - self.ends)] = True
        return barred.to(self.model.device)


class Untuned(LanguageModel):
    """The base under a tuned model: the same weights, read as if the adapter were not there."""

    def __init__(self, tuned: LanguageModel) -> None:
        if not isinstance(tuned.model, PeftModel):
            raise TypeError("a model without an adapter is its own base")
        super().__init__(tuned.model, tuned.tokenizer)
        self._adapted = tuned.model

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        """As the base scores them."""
        with self._adapted.disable_adapter():
            return super().score(context, texts)

    def _likely(self, prefix: Prefix, tokens: list[int]) -> Tensor:
        with self._adapted.disable_adapter():
            return super()._likely(prefix, tokens)
