"""Tuning is real: a small GPT-J that knows other people's letters learns a person's, and no more than theirs."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GPTJConfig, PreTrainedModel, T5Config
from transformers.pytorch_utils import Conv1D

from data.errors import Missing, NoLibrary, NotReady
from data.types import Letter
from persona import base as base_module
from persona import means as means_module
from persona.adapter import BASE_FILE, CONFIG_FILE, WEIGHTS_FILE, base_of, merge, pack, put_on, state_of, with_adapter
from persona.base import Bits
from persona.batches import MEASURED, NO_TARGET, Batch, Texts
from persona.corpus import Corpus, corpus_of
from persona.language_model import LanguageModel
from persona.loss import loss_of, loss_on
from persona.means import Means, means_for
from persona.small_base import small_base
from persona.tune import Tuned, tune
from tests.persona.cases import SAMPLES, person
from tests.persona.small_models import Family, other_texts, small_model, untrained
from tests.persona.tuning_process import MEANS, PLAN, corpus

LEARNING = replace(PLAN, batch=4, window_tokens=128, most_epochs=4, dropout=0.05)
OTHER = {"hopper": "waigong", "waigong": "hopper"}
FAMILIES: tuple[Family, ...] = get_args(Family)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_base(other_texts(), tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tuned(base: Path) -> dict[str, Tuned]:
    return {sample: tune(base, corpus(sample), plan=LEARNING, means=MEANS) for sample in SAMPLES}


def model_of(base: Path) -> PreTrainedModel:
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(base)
    return model


def held_out(base: Path, sample: str, adapter: bytes | None) -> float:
    model = model_of(base)
    texts = Texts.of(corpus(sample), LanguageModel(model, AutoTokenizer.from_pretrained(base)), LEARNING.window_tokens)
    return loss_on(model if adapter is None else put_on(model, adapter), texts.held_out, at_once=8)


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(torch.arange(40)[None]).logits
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_held_out_loss_falls_below_the_bases_on_their_own_text(tuned: dict[str, Tuned], sample: str) -> None:
    found = tuned[sample]
    assert found.perplexity_after < 0.85 * found.perplexity_before
    assert found.curve[0].step == 0
    assert found.learning < found.parameters / 10


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_adapter_does_better_on_its_own_person_than_the_others(
    base: Path, tuned: dict[str, Tuned], sample: str
) -> None:
    own = held_out(base, sample, tuned[sample].adapter)
    others = held_out(base, sample, tuned[OTHER[sample]].adapter)
    untuned = held_out(base, sample, None)
    assert own == pytest.approx(tuned[sample].held_out_after, rel=1e-5)
    assert own < min(others, untuned) - 0.1


def test_a_kept_adapter_gives_the_same_outputs_again(base: Path, tuned: dict[str, Tuned], tmp_path: Path) -> None:
    again = put_on(model_of(base), tuned["hopper"].adapter)
    lent = LanguageModel.load(base, tuned["hopper"].adapter, "cpu")
    assert torch.equal(logits(again), logits(lent.model))
    assert pack(again, state_of(again), str(base)) == tuned["hopper"].adapter
    assert base_of(tuned["hopper"].adapter) == str(base)
    assert not torch.allclose(logits(again), logits(model_of(base)), atol=1e-2)


def test_a_merged_model_says_the_same_without_an_adapter(base: Path, tuned: dict[str, Tuned], tmp_path: Path) -> None:
    merge(base, tuned["hopper"].adapter, tmp_path)
    alone = LanguageModel.load(tmp_path, device="cpu").model
    assert not any("lora" in name for name, _ in alone.named_parameters())
    assert torch.allclose(logits(alone), logits(put_on(model_of(base), tuned["hopper"].adapter)), atol=1e-4)


def test_an_adapter_learns_and_is_kept_exactly_on_a_coarser_base(base: Path) -> None:
    found = tune(base, corpus("waigong"), plan=PLAN, means=replace(MEANS, format="bfloat16"))
    assert found.held_out_after < found.held_out_before - 0.05
    coarse = put_on(model_of(base).to(torch.bfloat16), found.adapter)  # type: ignore[arg-type]
    assert all(weight.dtype == torch.float32 for weight in state_of(coarse).values())
    assert pack(coarse, state_of(coarse), str(base)) == found.adapter


def test_two_memorials_adapters_never_mix(base: Path, tuned: dict[str, Tuned]) -> None:
    first, second = (put_on(model_of(base), tuned[sample].adapter) for sample in SAMPLES)
    alone = logits(put_on(model_of(base), tuned[SAMPLES[0]].adapter))
    assert torch.equal(logits(first), alone)
    assert not torch.allclose(logits(second), alone, atol=1e-2)
    assert torch.equal(logits(first), alone)


def test_an_adapter_is_put_on_no_other_base(base: Path, tuned: dict[str, Tuned]) -> None:
    stranger = small_model("gptj", model_of(base).config.vocab_size, seed=1)
    with pytest.raises(NotReady, match="tuned on"):
        put_on(stranger, tuned["hopper"].adapter)
    with pytest.raises(NotReady, match="damaged"):
        put_on(model_of(base), tuned["hopper"].adapter[:-100])


@pytest.mark.parametrize(
    ("file", "content"),
    [(CONFIG_FILE, b"{"), (CONFIG_FILE, b"[]"), (BASE_FILE, b"{}"), (WEIGHTS_FILE, b"no weights")],
)
def test_a_damaged_adapter_is_told(base: Path, tuned: dict[str, Tuned], file: str, content: bytes) -> None:
    damaged = with_file(tuned["hopper"].adapter, file, content)
    with pytest.raises(NotReady, match="damaged"):
        put_on(model_of(base), damaged)
    with pytest.raises(NotReady, match="damaged"):
        base_of(damaged)


def test_an_adapter_of_a_newer_peft_is_read(base: Path, tuned: dict[str, Tuned]) -> None:
    adapter = tuned["hopper"].adapter
    with zipfile.ZipFile(io.BytesIO(adapter)) as given:
        config = json.loads(given.read(CONFIG_FILE))
    newer = with_file(adapter, CONFIG_FILE, json.dumps(config | {"unheard_of": 1}).encode())
    assert torch.equal(logits(put_on(model_of(base), newer)), logits(put_on(model_of(base), adapter)))


def with_file(archive: bytes, name: str, content: bytes) -> bytes:
    """The archive with another content of one of its files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(out, "w") as made:
        for each in given.namelist():
            made.writestr(each, content if each == name else given.read(each))
    return out.getvalue()


def test_a_killed_run_goes_on_and_reaches_the_same_end(base: Path, tmp_path: Path) -> None:
    place = tmp_path / "state"
    command = [sys.executable, "-m", "tests.persona.tuning_process", str(base), str(place)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        while not place.exists() and running.poll() is None:
            time.sleep(0.01)
        assert running.poll() is None
        running.kill()
    begun: list[float] = []
    again = tune(
        base,
        corpus("hopper"),
        plan=PLAN,
        means=MEANS,
        kept=place.read_bytes(),
        advance=lambda done, _: begun.append(done),
    )
    whole = tune(base, corpus("hopper"), plan=PLAN, means=MEANS)
    assert begun[0] > 0
    assert again.curve == whole.curve
    assert (again.held_out_before, again.held_out_after) == (whole.held_out_before, whole.held_out_after)
    assert again.adapter == whole.adapter


def test_a_run_does_not_go_on_from_the_state_of_another_memorials(base: Path) -> None:
    states: list[bytes] = []
    tune(base, corpus("waigong"), plan=PLAN, means=MEANS, keep=states.append, kept_every_s=0.0)
    begun: list[float] = []
    short = replace(PLAN, patience=0)
    found = tune(
        base, corpus("hopper"), plan=short, means=MEANS, kept=states[-1], advance=lambda done, _: begun.append(done)
    )
    assert begun[0] == 0
    assert len(found.curve) == 1


def kept_state(base: Path) -> bytes:
    """The last state of a run that was done."""
    states: list[bytes] = []
    tune(base, corpus("waigong"), plan=PLAN, means=MEANS, keep=states.append)
    return states[-1]


def test_a_run_does_not_go_on_where_another_base_was_put_in_its_place(base: Path, tmp_path: Path) -> None:
    place = shutil.copytree(base, tmp_path / "base")
    kept = kept_state(place)
    model = model_of(place)
    model.get_input_embeddings().weight.data += 0.5  # type: ignore[assignment,operator]
    model.save_pretrained(place)
    begun: list[float] = []
    tune(place, corpus("waigong"), plan=PLAN, means=MEANS, kept=kept, advance=lambda done, _: begun.append(done))
    assert begun[0] == 0


def test_a_run_goes_on_with_other_means_where_its_device_is_gone(base: Path) -> None:
    state = torch.load(io.BytesIO(kept_state(base)), weights_only=True)
    state["means"]["spread"] = "cuda:99"
    out = io.BytesIO()
    torch.save(state, out)
    begun: list[float] = []
    found = tune(
        base, corpus("waigong"), plan=PLAN, means=MEANS, kept=out.getvalue(),
        advance=lambda done, _: begun.append(done),
    )  # fmt: skip
    assert begun[0] > 0
    assert found.means == MEANS


def test_what_is_only_read_weighs_nothing(base: Path) -> None:
    language_model = LanguageModel.load(base, device="cpu")
    given = Texts.of(chatty(), language_model, 96)
    batch = Batch.of(given.training[:4], torch.device("cpu"))
    scores = torch.randn(*batch.tokens.shape, language_model.model.config.vocab_size, requires_grad=True)
    loss_of(scores, batch.targets).backward()  # type: ignore[no-untyped-call]
    assert scores.grad is not None
    pulled = scores.grad[:, :-1].abs().sum(-1) > 0
    assert torch.equal(pulled, batch.targets[:, 1:] != NO_TARGET)
    assert 0 < pulled.sum() < batch.mask.sum() - len(batch.mask)


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_learnt_has_the_tokens_that_it_has_in_a_prompt(base: Path, sample: str) -> None:
    model = LanguageModel.load(base, device="cpu")
    given = Texts.of(corpus(sample), model, 96)
    for window in (*given.training, *given.validation, *given.held_out):
        text = model.decode(list(window.tokens[1:]))
        assert model.encode(text) == list(window.tokens[1:])


def test_the_adapter_is_moved_by_their_words_and_not_by_what_they_answered(base: Path) -> None:
    adapted = with_adapter(model_of(base), 4, 8, 0.0)
    language_model = LanguageModel(adapted, AutoTokenizer.from_pretrained(base))
    batch = Batch.of(Texts.of(chatty(), language_model, 96).training[:1], torch.device("cpu"))
    unlearnt = torch.full_like(batch.targets, NO_TARGET)
    assert pull(adapted, batch.tokens, unlearnt) == 0.0
    only_theirs = pull(adapted, batch.tokens, batch.targets)
    assert only_theirs > 0.0
    assert only_theirs != pytest.approx(pull(adapted, batch.tokens, batch.tokens))


def pull(model: Any, tokens: torch.Tensor, targets: torch.Tensor) -> float:
    """How strongly the adapter is moved."""
    model.zero_grad()
    loss_of(model(input_ids=tokens).logits, targets).backward()  # type: ignore[no-untyped-call]
    return sum(float(weight.grad.norm()) for weight in model.parameters() if weight.grad is not None)


def chatty() -> Corpus:
    said = [
        Letter("chat.txt", text, f"2015-03-{day + 1:02}T09:0{place}", "message", author, "Tom", 2 * day + place)
        for day in range(9)
        for place, (author, text) in enumerate([("Tom", f"Are the {day} plums ripe?"), (None, "Come and pick them.")])
    ]
    return corpus_of(person("hopper"), said)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_layers_of_every_family_are_found(family: Family) -> None:
    model = small_model(family, 300, seed=0)
    blocks = max((m for m in model.modules() if isinstance(m, torch.nn.ModuleList)), key=len)
    linear = {name for name, layer in blocks.named_modules() if isinstance(layer, torch.nn.Linear | Conv1D)}
    adapted = with_adapter(model, 4, 8, 0.0)
    learning = [name for name, weight in adapted.named_parameters() if weight.requires_grad]
    assert len(linear) >= 8
    assert len(learning) == 2 * len(linear)
    assert all(any(f"{layer}.lora_" in name for name in learning) for layer in linear)
    assert not any("head" in name or "wte" in name or "embed" in name for name in learning)


@pytest.mark.parametrize("family", FAMILIES)
def test_any_family_is_tuned_and_comes_back(family: Family, tmp_path: Path) -> None:
    folder = untrained(other_texts(300), tmp_path, family=family)
    found = tune(folder, corpus("hopper"), plan=replace(PLAN, batch=16), means=MEANS)
    assert found.best.step > 0
    again = put_on(model_of(folder), found.adapter)
    assert pack(again, state_of(again), str(folder)) == found.adapter


def test_tuning_stops_once_nothing_better_comes(base: Path) -> None:
    hopeless = replace(PLAN, learning_rate=0.3, most_epochs=20, patience=2)
    found = tune(base, corpus("waigong"), plan=hopeless, means=MEANS)
    assert found.curve[-1].step < 20 * found.windows / hopeless.batch / 2
    assert [measured.validation > found.best.validation for measured in found.curve[-2:]] == [True, True]


def test_little_text_gets_enough_steps_and_not_too_many_measurements(base: Path) -> None:
    told: list[float] = []
    found = tune(
        base, chatty(), plan=replace(PLAN, fewest_steps=20), means=MEANS, advance=lambda _, of: told.append(of)
    )
    assert told[-1] == 20
    assert [measured.step for measured in found.curve[:3]] == [0, 5, 10]


def test_of_much_that_is_held_out_a_part_is_measured_evenly(base: Path) -> None:
    fruit = {"plums": 1000, "pears": 1000, "apples": 4000}
    texts = ["\n\n".join(f"Year {number} of the {each}." for number in range(many)) for each, many in fruit.items()]
    long = corpus_of(person("hopper"), [Letter("a.txt", text, f"{2001 + at}") for at, text in enumerate(texts)])
    given = Texts.of(long, LanguageModel.load(base, device="cpu"), 96)
    assert MEASURED / 2 < len(given.held_out) <= MEASURED


def test_computing_twice_and_taking_less_at_once_change_nothing_but_the_time(base: Path) -> None:
    exact = replace(PLAN, dropout=0.0, measured_per_epoch=1)
    usual = tune(base, corpus("waigong"), plan=exact, means=MEANS)
    sparing = tune(base, corpus("waigong"), plan=exact, means=Means("cpu", "float32", 1, True))
    assert sparing.best.validation == pytest.approx(usual.best.validation, abs=1e-3)


def test_progress_never_goes_back_and_ends_at_its_end(base: Path) -> None:
    told: list[tuple[float, float]] = []
    tune(base, corpus("waigong"), plan=PLAN, means=MEANS, advance=lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_tuning_stops_when_it_is_told_to(base: Path) -> None:
    class Stopped(BaseException):
        pass

    def stop(done: float, _of: float) -> None:
        if done >= 3:
            raise Stopped

    with pytest.raises(Stopped):
        tune(base, corpus("waigong"), plan=PLAN, means=MEANS, advance=stop)


def test_each_pass_of_the_last_measurement_is_told(base: Path) -> None:
    told: list[tuple[float, float]] = []
    kept = kept_state(base)  # all steps are done
    tune(base, corpus("waigong"), plan=PLAN, means=MEANS, kept=kept, advance=lambda *at: told.append(at))
    assert len(told) > 2  # passes of the base and of the tuned model


def test_a_base_that_spells_chinese_in_bytes_is_advised_against(tmp_path: Path) -> None:
    plan = replace(PLAN, patience=0)
    english = untrained([text for text in other_texts(600) if text.isascii()], tmp_path)
    assert "--base" in (tune(english, corpus("waigong"), plan=plan, means=MEANS).spelling.advice or "")
    assert tune(english, corpus("hopper"), plan=plan, means=MEANS).spelling.advice is None


def test_a_base_that_is_not_here_or_not_whole_is_missing(base: Path, tmp_path: Path) -> None:
    with pytest.raises(Missing):
        tune(tmp_path / "nothing", corpus("hopper"))
    model = model_of(base)
    weights = {name: weight for name, weight in model.state_dict().items() if "h.1.mlp" not in name}
    model.save_pretrained(tmp_path, state_dict=weights)
    AutoTokenizer.from_pretrained(base).save_pretrained(tmp_path)
    with pytest.raises(Missing, match="4 of the model's weights"):
        tune(tmp_path, corpus("hopper"), means=MEANS)


def test_the_faster_format_is_taken_and_the_exact_one_where_it_is_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {"float32": 1.0, "bfloat16": 0.5}
    monkeypatch.setattr(means_module, "_step_s", lambda _config, name, *_: steps[name])
    assert means_for(small_model("gptj", 300, 0).config, 8, 64).format == "bfloat16"
    steps["bfloat16"] = 0.95
    assert means_for(small_model("gptj", 300, 0).config, 8, 64).format == "float32"


def test_one_block_of_every_family_can_be_timed() -> None:
    for family in FAMILIES:
        assert means_for(small_model(family, 300, 0).config, 8, 64).at_once == 8


def test_where_memory_is_short_results_are_computed_twice_or_the_base_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gptj_6b, gib = GPTJConfig(), 2**30

    def free(gibibytes: float) -> None:
        monkeypatch.setattr(means_module, "_free_bytes", lambda _device: gibibytes * gib)

    free(20.0)
    assert (means_for(gptj_6b, 8, 512).format, means_for(gptj_6b, 8, 512).recompute) == ("bfloat16", False)
    free(15.0)
    assert means_for(gptj_6b, 8, 512).recompute
    free(8.0)
    with pytest.raises(Missing, match="GiB"):
        means_for(gptj_6b, 8, 512)


def test_means_for_a_base_that_does_not_go_on_with_text_are_refused() -> None:
    with pytest.raises(Missing, match="goes on with a text"):
        means_for(T5Config(), 8, 64)


def test_fewer_bits_need_a_library_and_say_which(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_module, "find_spec", lambda _name: None)
    with pytest.raises(NoLibrary, match="bitsandbytes"):
        tune(base, corpus("waigong"), plan=replace(PLAN, bits=4), means=MEANS)


@pytest.mark.parametrize("bits", get_args(Bits))
def test_an_adapter_learnt_on_fewer_bits_fits_the_whole_base(base: Path, bits: Bits) -> None:
    pytest.importorskip("bitsandbytes")
    found = tune(base, corpus("waigong"), plan=replace(PLAN, bits=bits), means=MEANS)
    assert found.best.step > 0
    assert held_out(base, "waigong", found.adapter) < found.held_out_before
