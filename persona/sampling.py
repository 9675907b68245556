"""Chooses the next token among likely ones. Knows neither what they mean nor what likelihood is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import torch
from torch import Tensor

TEMPERATURE: Final = 0.7  # below 1 a model of few letters keeps to what it is surer of
LIKELIEST: Final = 50  # tokens among which one is drawn (top-k: Fan, Lewis and Dauphin, 2018)
NUCLEUS: Final = 0.9  # of those, the fewest that together are so likely (top-p: Holtzman et al., 2020)
LONGEST_ECHO: Final = 12  # tokens that may come again, about nine English words
ROUNDS: Final = 3  # of a stretch that short, one after the other: "no, no, no" is human, a fourth is a loop


class Chance:
    """Draws with a seed; without one it takes the likeliest."""

    def __init__(self, seed: int | None) -> None:
        self._dice = None if seed is None else torch.Generator().manual_seed(seed)

    def choose(self, logits: Tensor, barred: Tensor, closing: Collection[int] = ()) -> int:
        """One of all tokens (V,) but those barred for ever (V,) and those that would close a loop."""
        open_logits = logits.masked_fill(barred, -torch.inf)
        open_logits[list(closing)] = -torch.inf
        if self._dice is None:
            return int(open_logits.argmax())
        values, tokens = open_logits.topk(min(LIKELIEST, len(open_logits)))
        return int(tokens[self._draw(values, NUCLEUS)])

    def choose_among(self, logits: Tensor, options: Sequence[int]) -> int:
        """One of some tokens."""
        values, order = logits[torch.tensor(options, device=logits.device)].sort(descending=True, stable=True)
        return options[int(order[0 if self._dice is None else self._draw(values, 1.0)])]

    def _draw(self, sorted_logits: Tensor, share: float) -> int:
        likely = torch.softmax(sorted_logits.float().cpu() / TEMPERATURE, dim=0)
        before = likely.cumsum(0) - likely
        return int(torch.multinomial(likely * (before < share), 1, generator=self._dice))


class Loops:
    """Tells which tokens would make a text repeat itself without end.

    None that is the twelfth of a dozen that stood there already (n-gram blocking: Paulus, Xiong and Socher, 2018), and
    none that begins a stretch shorter than that for the fourth time in a row.
    """

    def __init__(self) -> None:
        self._after: dict[tuple[int, ...], set[int]] = {}
        self._said: list[int] = []

    def take(self, token: int) -> None:
        """One more token came."""
        self._said.append(token)
        if len(self._said) >= LONGEST_ECHO:
            *before, last = self._said[-LONGEST_ECHO:]
            self._after.setdefault(tuple(before), set()).add(last)

    def closing(self) -> set[int]:
        """The tokens that must not come next."""
        said = self._said
        found = set(self._after.get(tuple(said[1 - LONGEST_ECHO :]), ()))
        for length in range(1, min(LONGEST_ECHO - 1, len(said) // ROUNDS) + 1):
            rounds = said[-length * ROUNDS :]
            if rounds == rounds[:length] * ROUNDS:
                found.add(rounds[0])
        return found
