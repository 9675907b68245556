"""A corpus in a model's tokens, in batches: what is read, and of that what is learnt. Knows nothing of learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

import torch
from torch import Tensor

from persona.corpus import Corpus, Part, Strand, windows
from persona.language_model import LanguageModel

MEASURED: Final = 256  # windows that are measured, at most: more would tell little more
REMEMBERED: Final = 1024  # parts
NO_TARGET: Final = -100  # where nothing is learnt, as torch has it


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens, and the same again where they are learnt; `NO_TARGET` elsewhere."""

    tokens: tuple[int, ...]
    targets: tuple[int, ...]

    @property
    def learnt(self) -> int:
        """How many tokens of it are learnt."""
        return sum(target != NO_TARGET for target in self.targets)


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows side by side: each (n, tokens), the shorter ones filled up at their end."""

    tokens: Tensor
    targets: Tensor
    mask: Tensor  # 1 where there is a token

    @classmethod
    def of(cls, some: Sequence[Window], device: torch.device) -> Batch:
        """A batch on a device."""
        longest = max(len(window.tokens) for window in some)

        def filled(rows: Sequence[Sequence[int]], value: int) -> Tensor:
            return torch.tensor([[*row, *[value] * (longest - len(row))] for row in rows], device=device)

        return cls(
            filled([window.tokens for window in some], 0),
            filled([window.targets for window in some], NO_TARGET),
            filled([[1] * len(window.tokens) for window in some], 0),
        )


@dataclass(frozen=True, slots=True)
class Texts:
    """What is learnt, what says when to stop, and what is measured in the end, as windows."""

    training: tuple[Window, ...]
    validation: tuple[Window, ...]
    held_out: tuple[Window, ...]

    @classmethod
    def of(cls, corpus: Corpus, model: LanguageModel, most: int) -> Texts:
        """Windows of at most so many tokens, and no more than the model can see at once.

        Of what is measured a part is enough, taken evenly.
        """
        most = min(most, model.context_tokens)
        training, validation, held_out = (
            tuple(_cut(strands, model, most)) for strands in (corpus.training, corpus.validation, corpus.held_out)
        )
        return cls(training, _some(validation), _some(held_out))

    def batch(self, epoch: int, place: int, size: int, seed: int) -> list[Window]:
        """One batch of what is learnt, in the order of an epoch: another each time, and the same for the same seed."""
        order = torch.randperm(len(self.training), generator=torch.Generator().manual_seed(seed + epoch))
        return [self.training[at] for at in order[place * size : (place + 1) * size].tolist()]


def _some(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    return windows[:: ceil(len(windows) / MEASURED)]


def _cut(strands: Sequence[Strand], model: LanguageModel, most: int) -> Iterator[Window]:
    tokens = lru_cache(REMEMBERED)(model.continuing)  # asked for the length first, and then for the tokens
    start = model.tokenizer.bos_token_id
    if start is None:
        start = model.tokenizer.eos_token_id or 0
    for strand in strands:
        for parts in windows(strand, lambda text: len(tokens(text)), most - 1):
            yield _window(start, parts, tokens)


def _window(start: int, parts: Sequence[Part], tokens: Callable[[str], list[int]]) -> Window:
    """Each part by itself, so that the border of their words is one of tokens, as it is when the model answers."""
    given, targets = [start], [NO_TARGET]
    for part in parts:
        found = tokens(part.text)
        given += found
        targets += found if part.theirs else [NO_TARGET] * len(found)
    return Window(tuple(given), tuple(targets))
