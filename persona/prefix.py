"""What a model has read of a text, kept so that only what is new is read. Knows no words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import torch
from peft import PeftModel
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel


class Prefix:
    """The keys and values of some tokens (a KV cache), and which tokens those are."""

    def __init__(self, model: PreTrainedModel | PeftModel) -> None:
        self._model = model
        self._tokens: list[int] = []
        self._cache = DynamicCache(config=model.config)

    def likely_after(self, tokens: Sequence[int]) -> Tensor:
        """The logits of what follows the tokens: (V,) in float32. Only what differs from the last time is read."""
        given = list(tokens)
        same = self._forget_what_differs(given)
        cache, self._cache, self._tokens = self._cache, DynamicCache(config=self._model.config), []  # if this fails
        with torch.inference_mode():
            new = torch.tensor([given[same:]], device=self._model.device)
            read = self._model(input_ids=new, past_key_values=cache, use_cache=True, logits_to_keep=1)
        self._cache, self._tokens = cache, given
        logits: Tensor = read.logits[0, -1]
        return logits.float()

    def _forget_what_differs(self, tokens: list[int]) -> int:
        """How many tokens need not be read again; the last one must, for what follows it."""
        if self._tokens == tokens[: len(self._tokens)] and len(self._tokens) < len(tokens):
            return len(self._tokens)
        pairs = zip(self._tokens, tokens[:-1], strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        surplus = len(self._tokens) - same
        if surplus and (not same or not self._cache.is_croppable or any(self._cache.is_sliding)):
            self._cache, same = DynamicCache(config=self._model.config), 0  # a window that slid has lost its beginning
        else:
            self._cache.crop(-surplus)
        return same
