"""Tunes a causal language model on one person's writing, by LoRA. Knows no vault and no queue.

Only the person's words are learnt: what stands before them is read, and weighs nothing in the loss. The adapter that
is handed back is the one that did best on what was written next, and tuning ends once nothing better comes; how good it
is, what was written last tells, which decided nothing. The whole state is handed out from time to time as bytes, from
which a run that was cut off goes on and, on a CPU, reaches the same end bit for bit.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from math import ceil, exp
from pathlib import Path
from typing import Any, Final

import torch
from peft import PeftModel, prepare_model_for_kbit_training
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase
from transformers.optimization import get_cosine_schedule_with_warmup

from persona.adapter import likeness_of, pack, put_back, state_of, with_adapter
from persona.base import Bits, configuration, enough_memory, read_base
from persona.batches import Texts, Window
from persona.corpus import Corpus
from persona.language import HAN
from persona.language_model import LanguageModel
from persona.loss import batch_loss, device_of, loss_on, parts_of
from persona.means import Means, means_for
from persona.progress import Advance, unheard

DEFAULT_BASE: Final = "EleutherAI/gpt-j-6b"
KEPT_EVERY_S: Final = 120.0  # what a crash may cost
STEEPEST: Final = 1.0  # norm of a step's gradient; a steeper one is shortened
SPELLED: Final = 1.0  # tokens per Chinese character: above that a vocabulary spells them in bytes

Keep = Callable[[bytes], None]
State = Mapping[str, Any]  # of a run


@dataclass(frozen=True, slots=True)
class Plan:
    """How to tune. Hu et al. found so low a rank to do as well as much higher ones."""

    rank: int = 8
    alpha: int = 16
    dropout: float = 0.05
    learning_rate: float = 2e-4  # at its highest
    warm_up: float = 0.05  # of all steps
    batch: int = 8  # windows in a step
    window_tokens: int = 512
    most_epochs: int = 6
    fewest_steps: int = 100  # of which ten letters would have a dozen; it ends before that where nothing better comes
    measured_per_epoch: int = 2
    fewest_between: int = 5  # steps from one measurement to the next
    patience: int = 3  # measurements without anything better
    seed: int = 0
    bits: Bits | None = None  # of each of the base's weights, where memory is short: Dettmers et al., "QLoRA", 2023


@dataclass(frozen=True, slots=True)
class Measured:
    """After so many steps: loss in nats per token of the person's words; of what was learnt since the last time."""

    step: int
    validation: float
    training: float | None


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a base's vocabulary takes the person's language."""

    tokens_per_char: float
    advice: str | None


@dataclass(frozen=True, slots=True)
class Tuned:
    """An adapter, and how it came about. `adapter` is an archive that `adapter.put_on` reads."""

    adapter: bytes
    base: str
    parameters: int  # of the base
    learning: int  # of the adapter
    means: Means
    plan: Plan
    spelling: Spelling
    windows: int
    tokens: int  # of the person's, in one epoch
    curve: tuple[Measured, ...]
    held_out_before: float  # loss of the base in nats per token of the person's words
    held_out_after: float  # of the tuned model

    @property
    def best(self) -> Measured:
        """Where the adapter was taken."""
        return min(self.curve, key=lambda measured: measured.validation)

    @property
    def perplexity_before(self) -> float:
        """Of the base on the held-out words, per token."""
        return exp(self.held_out_before)

    @property
    def perplexity_after(self) -> float:
        """Of the tuned model on the held-out words, per token."""
        return exp(self.held_out_after)


def tune(
    base: str | Path,
    corpus: Corpus,
    *,
    plan: Plan | None = None,
    means: Means | None = None,
    advance: Advance = unheard,
    kept: bytes | None = None,
    keep: Keep = lambda _state: None,
    kept_every_s: float = KEPT_EVERY_S,
    download: bool = False,
) -> Tuned:
    """An adapter for the base, learnt from the corpus.

    `keep` is handed the run's state every so often, and at its end; given back as `kept`, the run goes on from there.
    A state of another base, corpus or plan is passed over, and its means where this machine has not its device any
    more. `advance` is called before each pass through the model and
    may raise to stop. Raises Missing where the base is not here, or the memory for it.
    """
    plan = plan or Plan()
    config = configuration(base, download)
    mark = _mark(base, config, corpus, plan)
    state = _state_in(kept, mark)
    before = Means(**state["means"]) if state else None
    if before and before.here:
        means = before
    elif means is None:
        means = means_for(config, plan.batch, plan.window_tokens, plan.bits)
    model, tokenizer = _base_for_tuning(base, means, plan.bits, download)
    with enough_memory(means.spread), torch.random.fork_rng():
        torch.manual_seed(plan.seed)
        language_model = LanguageModel(model, tokenizer)
        texts = Texts.of(corpus, language_model, plan.window_tokens)
        adapted = with_adapter(model, plan.rank, plan.alpha, plan.dropout)
        run = _Run(adapted, texts, plan, means)
        if state and state["likeness"] == likeness_of(model):
            run.go_on_from(state)
        run.to_the_end(advance, lambda: keep(run.state(mark)), kept_every_s)
        untuned, tuned = run.held_out(advance)
        return Tuned(
            adapter=pack(adapted, run.best, str(base)),
            base=str(base),
            parameters=model.num_parameters() - run.learning,
            learning=run.learning,
            means=means,
            plan=plan,
            spelling=spelling_of(language_model, corpus),
            windows=len(texts.training),
            tokens=sum(window.learnt for window in texts.training),
            curve=tuple(run.curve),
            held_out_before=untuned,
            held_out_after=tuned,
        )


def spelling_of(model: LanguageModel, corpus: Corpus) -> Spelling:
    """How many tokens the base needs for a character of the person's, and what to do where they are too many."""
    text = "\n".join(corpus.training_texts)
    per_char = len(model.encode(text)) / len(text)
    han = "".join(HAN.findall(text))
    per_han = len(model.encode(han)) / max(1, len(han))
    if per_han <= SPELLED:
        return Spelling(per_char, None)
    return Spelling(
        per_char,
        f"this base spells a Chinese character in {per_han:.1f} tokens and so knows little Chinese: give one that "
        "was made for it with --base",
    )


class _Run:
    """One run: where it is, and how it goes on."""

    def __init__(self, model: PeftModel, texts: Texts, plan: Plan, means: Means) -> None:
        self._model, self._texts, self._plan, self._means = model, texts, plan, means
        self._device = device_of(model)
        self._weights = [weight for weight in model.parameters() if weight.requires_grad]
        self.learning = sum(weight.numel() for weight in self._weights)
        self._per_epoch = ceil(len(texts.training) / plan.batch)
        self._steps = max(self._per_epoch * plan.most_epochs, plan.fewest_steps)
        self._every = max(self._per_epoch // plan.measured_per_epoch, plan.fewest_between)
        self._optimiser = torch.optim.AdamW(self._weights, lr=plan.learning_rate)
        self._schedule = get_cosine_schedule_with_warmup(self._optimiser, ceil(self._steps * plan.warm_up), self._steps)
        self._step, self._worse = 0, 0
        self._since = (0.0, 0)  # nats and tokens learnt since the last measurement
        self.best = state_of(model)
        self.curve: list[Measured] = []

    def to_the_end(self, advance: Advance, keep: Callable[[], None], kept_every_s: float) -> None:
        """Step by step, until all is done or nothing better comes."""
        kept_at = time.monotonic()
        if not self.curve:
            self._measure(advance)
        while self._step < self._steps and self._worse < self._plan.patience:
            self._learn(advance)
            if self._step % self._every == 0 or self._step == self._steps:
                self._measure(advance)
            if time.monotonic() - kept_at >= kept_every_s:
                keep()
                kept_at = time.monotonic()
        keep()

    def held_out(self, advance: Advance) -> tuple[float, float]:
        """The losses of the base and of the best adapter on what decided nothing; with that, all is done."""
        with self._model.disable_adapter():
            before = self._loss_on(self._texts.held_out, advance)
        put_back(self._model, self.best)
        after = self._loss_on(self._texts.held_out, advance)
        advance(self._steps, self._steps)
        return before, after

    def state(self, mark: str) -> bytes:
        """All that is needed to go on from here."""
        out = io.BytesIO()
        torch.save(
            {
                "mark": mark,
                "likeness": likeness_of(self._model),
                "means": asdict(self._means),
                "adapter": state_of(self._model),
                "best": self.best,
                "optimiser": self._optimiser.state_dict(),
                "schedule": self._schedule.state_dict(),
                "chance": torch.get_rng_state(),
                "chance_gpu": torch.cuda.get_rng_state_all() if self._device.type == "cuda" else [],
                "place": (self._step, self._worse, self._since),
                "curve": [astuple(measured) for measured in self.curve],
            },
            out,
        )
        return out.getvalue()

    def go_on_from(self, state: State) -> None:
        """Be where a run was when it handed out this state."""
        put_back(self._model, state["adapter"])
        self.best = state["best"]
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["chance"])
        if len(state["chance_gpu"]) == torch.cuda.device_count() > 0:
            torch.cuda.set_rng_state_all(state["chance_gpu"])
        self._step, self._worse, self._since = state["place"]
        self.curve = [Measured(*measured) for measured in state["curve"]]

    def _learn(self, advance: Advance) -> None:
        """One step: every window of a batch, as many at once as fit, weighted by their words."""
        epoch, place = divmod(self._step, self._per_epoch)
        batch = self._texts.batch(epoch, place, self._plan.batch, self._plan.seed)
        count = sum(window.learnt for window in batch)
        nats = torch.zeros((), device=self._device)  # a GPU is asked for it once
        self._model.train()
        for part in parts_of(batch, self._means.at_once, self._device):
            advance(self._step, self._steps)
            loss = batch_loss(self._model, part)
            (loss / count).backward()  # type: ignore[no-untyped-call]
            nats += loss.detach()
        torch.nn.utils.clip_grad_norm_(self._weights, STEEPEST)
        self._optimiser.step()
        self._schedule.step()
        self._optimiser.zero_grad()
        self._since = (self._since[0] + nats.item(), self._since[1] + count)
        self._step += 1

    def _measure(self, advance: Advance) -> None:
        """What was written next, as the model is now; the best so far is kept."""
        loss = self._loss_on(self._texts.validation, advance)
        better = all(loss < measured.validation for measured in self.curve)
        self._worse = 0 if better else self._worse + 1
        if better:
            self.best = state_of(self._model)
        nats, count = self._since
        self.curve.append(Measured(self._step, loss, nats / count if count else None))
        self._since = (0.0, 0)

    def _loss_on(self, some: Sequence[Window], advance: Advance) -> float:
        return loss_on(self._model, some, self._means.at_once, lambda: advance(self._step, self._steps))


def _base_for_tuning(
    base: str | Path, means: Means, bits: Bits | None, download: bool
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    model, tokenizer = read_base(base, means.dtype, means.spread, bits=bits, download=download)
    if bits:
        prepare: Any = prepare_model_for_kbit_training
        prepare(model, use_gradient_checkpointing=False)
    if means.recompute:
        model.activation_checkpointing_enable()
    return model, tokenizer


def _mark(base: str | Path, config: PreTrainedConfig, corpus: Corpus, plan: Plan) -> str:
    """What a run's state belongs to: a state of anything else is none of this run."""
    parts = corpus.training, corpus.validation, corpus.held_out
    told = [str(base), config.to_json_string(), astuple(plan), [[astuple(strand) for strand in part] for part in parts]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _state_in(kept: bytes | None, mark: str) -> State | None:
    state: State | None = torch.load(io.BytesIO(kept), map_location="cpu", weights_only=True) if kept else None
    return state if state and state["mark"] == mark else None
