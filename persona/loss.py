"""How hard a model finds the person's words, in nats; what is only read weighs nothing. Knows nothing of learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel

from persona.batches import NO_TARGET, Batch, Window


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """The summed loss in nats of what is learnt: logits (n, tokens, V), targets (n, tokens). Others weigh nothing."""
    said = targets[:, 1:].reshape(-1)
    learnt = said != NO_TARGET
    return cross_entropy(logits[:, :-1].reshape(len(said), -1)[learnt].float(), said[learnt], reduction="sum")


@torch.no_grad()
def loss_on(
    model: PreTrainedModel | PeftModel,
    some: Sequence[Window],
    at_once: int = 1,
    tell: Callable[[], None] = lambda: None,
) -> float:
    """A model's loss on what is learnt of some windows, in nats per token. `tell` is called before each pass."""
    model.eval()
    total = 0.0
    for part in parts_of(some, at_once, device_of(model)):
        tell()
        total += batch_loss(model, part).item()
    return total / sum(window.learnt for window in some)


def batch_loss(model: PreTrainedModel | PeftModel, batch: Batch) -> Tensor:
    """The summed loss of some windows, with its gradient."""
    logits = model(input_ids=batch.tokens, attention_mask=batch.mask, use_cache=False).logits
    return loss_of(logits, batch.targets)


def parts_of(some: Sequence[Window], at_once: int, device: torch.device) -> Iterator[Batch]:
    """As many at once as the machine can take, those of one length together: less is filled up."""
    even = sorted(some, key=lambda window: len(window.tokens))
    for start in range(0, len(even), at_once):
        yield Batch.of(even[start : start + at_once], device)


def device_of(model: PreTrainedModel | PeftModel) -> torch.device:
    """Where a model reads its tokens."""
    embedding: Any = model.get_input_embeddings()
    device: torch.device = embedding.weight.device
    return device
