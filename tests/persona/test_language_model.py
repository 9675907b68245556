"""A language model: likelihoods, words as they come, what is kept of a prompt, and files as GPT-J is published in."""

from __future__ import annotations

import json
import shutil
import socket
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from huggingface_hub import constants
from hypothesis import given, settings
from hypothesis import strategies as st
from peft import PeftModel
from transformers import GPTJConfig, GPTJForCausalLM, PreTrainedModel

from data.errors import BadText, Missing, NotReady
from persona import language_model
from persona.adapter import pack, state_of, with_adapter
from persona.base import configuration, enough_memory
from persona.language_model import LanguageModel, Untuned
from persona.sampling import LONGEST_ECHO, ROUNDS, Loops
from persona.small_base import CONTEXT
from persona.streaming import words
from tests.persona.small_models import Family, other_texts, untrained

FAMILIES: tuple[Family, ...] = ("gptj", "gpt2", "llama", "qwen2")
PROMPTS = ("We planted the roses", "我们在院子里", "Visitor: How was the sea?\nAnn:")
VOCABULARY = 50_400  # of the published model
TOKENS = 50_257  # of its tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained(other_texts(400), tmp_path_factory.mktemp("model") / "base")


@pytest.fixture(scope="module")
def model(folder: Path) -> LanguageModel:
    return LanguageModel.load(folder, device="cpu")


def plain_score(model: LanguageModel, context: str, text: str) -> float:
    """By one plain pass over all of it."""
    before, after = model.encode(context), model.continuing(text)
    with torch.no_grad():
        likely = model.model(torch.tensor([before + after])).logits[0].log_softmax(-1)
    return sum(float(likely[len(before) + at - 1, token]) for at, token in enumerate(after))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_score_is_the_summed_log_likelihood(family: Family, tmp_path: Path) -> None:
    model = LanguageModel.load(untrained(other_texts(200), tmp_path / family, 3, family), device="cpu")
    texts = [" The roses are out, and the cat is asleep.", "下雨了。", " No.", ""]
    found = model.score(PROMPTS[2], texts)
    assert found == pytest.approx([plain_score(model, PROMPTS[2], text) for text in texts], abs=1e-3)


def test_a_batch_of_one_scores_as_a_large_one(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f" There were {number} roses in the garden." for number in range(7)]
    together = model.score("", texts)
    monkeypatch.setattr(language_model, "SCORED_AT_ONCE", 1)
    assert model.score("", texts) == pytest.approx(together, abs=1e-3)


def test_of_a_long_context_the_end_is_read(model: LanguageModel) -> None:
    long = "The sea was grey, and we were cold. " * 200
    assert model.score(long, [" Yes."]) == pytest.approx(model.score(long[len(long) // 2 :], [" Yes."]), abs=1e-3)
    with pytest.raises(BadText, match="tokens"):
        model.score("", [long])
    with pytest.raises(BadText, match="no room"):
        list(model.stream(long, most_tokens=8))


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_likeliest_tokens_are_those_of_transformers_generate(model: LanguageModel, prompt: str) -> None:
    given = torch.tensor([model.encode(prompt)])
    plain: Any = model.model
    theirs = plain.generate(given, attention_mask=torch.ones_like(given), max_new_tokens=ROUNDS, do_sample=False)
    assert list(model.tokens(prompt, most_tokens=ROUNDS)) == theirs[0, given.shape[1] :].tolist()


@pytest.mark.parametrize("seed", range(5))
def test_words_are_what_the_tokens_say_but_for_half_characters(model: LanguageModel, seed: int) -> None:
    for prompt in PROMPTS:
        said = list(model.stream(prompt, most_tokens=60, seed=seed))
        assert said == list(model.stream(prompt, most_tokens=60, seed=seed))
        tokens = list(model.tokens(prompt, most_tokens=60, seed=seed))
        whole = "".join(said)
        assert "\ufffd" not in whole
        assert whole == model.decode(tokens).replace("\ufffd", "").rstrip()
        assert whole != "".join(model.stream(prompt, most_tokens=60, seed=seed + 100))


class Reads:
    """Counts the tokens that a model is given."""

    def __init__(self, model: LanguageModel) -> None:
        self.tokens = 0
        embedding = cast(PreTrainedModel, model.model).get_input_embeddings()
        self._hook = embedding.register_forward_pre_hook(self._count)

    def _count(self, module: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        self.tokens += given[0].numel()

    def __enter__(self) -> Reads:
        return self

    def __exit__(self, *error: object) -> None:
        self._hook.remove()


def test_the_next_turn_reads_only_what_is_new(folder: Path, model: LanguageModel) -> None:
    first, more = PROMPTS[2], "\nVisitor: Was it cold?\nAnn:"
    answer = "".join(model.stream(first, most_tokens=8))
    with Reads(model) as reads:
        said = list(model.stream(first + answer + more, most_tokens=8))
    assert reads.tokens < model.count(more) + 2 * 8
    assert said == list(LanguageModel.load(folder, device="cpu").stream(first + answer + more, most_tokens=8))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_kept_of_another_prompt_changes_nothing(family: Family, tmp_path: Path) -> None:
    model = LanguageModel.load(untrained(other_texts(200), tmp_path / family, 4, family), device="cpu")
    alone = [list(LanguageModel(model.model, model.tokenizer).tokens(each, most_tokens=20, seed=1)) for each in PROMPTS]
    for _ in range(2):
        assert [list(model.tokens(each, most_tokens=20, seed=1)) for each in PROMPTS] == alone


def test_a_cancelled_answer_leaves_no_trace(model: LanguageModel) -> None:
    whole = list(model.stream(PROMPTS[0], most_tokens=30, seed=2))
    cut = model.stream(PROMPTS[0], most_tokens=30, seed=2)
    assert list(islice(cut, 3)) == whole[:3]
    cut.close()
    assert list(model.stream(PROMPTS[0], most_tokens=30, seed=2)) == whole


def test_two_conversations_at_once_do_not_mix(model: LanguageModel) -> None:
    alone = [list(model.tokens(prompt, most_tokens=20, seed=3)) for prompt in PROMPTS[:2]]
    together = zip(*(model.tokens(prompt, most_tokens=20, seed=3) for prompt in PROMPTS[:2]), strict=True)
    assert [list(each) for each in zip(*together, strict=True)] == alone


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("ab \n我:V", max_size=4)), st.lists(st.text("a\n:V", min_size=1, max_size=3), max_size=2))
def test_nothing_of_a_stop_comes_out_and_all_before_it(pieces: list[str], stops: list[str]) -> None:
    text = "".join(pieces)
    end = min((at for stop in stops if (at := text.find(stop)) >= 0), default=len(text))
    said = list(words(pieces, stops))
    assert "".join(said) == text[:end].rstrip()
    assert all(word.strip() and len(word.split()) == 1 for word in said)


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_no_answer_goes_round_in_circles(model: LanguageModel, seed: int | None) -> None:
    said = list(model.tokens("no no no", most_tokens=CONTEXT - 20, seed=seed))
    echoes = [tuple(said[at : at + LONGEST_ECHO]) for at in range(len(said) - LONGEST_ECHO + 1)]
    assert len(echoes) == len(set(echoes))
    for length in range(1, LONGEST_ECHO):
        for at in range(len(said) - length * (ROUNDS + 1) + 1):
            assert said[at : at + length] * (ROUNDS + 1) != said[at : at + length * (ROUNDS + 1)]


def test_what_people_say_thrice_is_no_loop() -> None:
    loops = Loops()
    for token in (7, 8, 7, 8):
        loops.take(token)
    assert loops.closing() == set()


def test_what_looks_like_a_sign_in_a_text_is_text(model: LanguageModel) -> None:
    text = f"She wrote {model.tokenizer.eos_token} on the wall."
    assert model.ends.isdisjoint(model.encode(text))
    assert model.decode(model.encode(text)) == text


def published(folder: Path) -> Path:
    """A tiny checkpoint in the layout of GPT-J's: one file of weights with the mask buffers, GPT-2's tokenizer."""
    config = GPTJConfig(n_positions=64, n_embd=16, n_layer=2, n_head=2, rotary_dim=4)
    torch.manual_seed(1)
    weights = GPTJForCausalLM(config).state_dict()
    for layer in range(2):
        weights[f"transformer.h.{layer}.attn.bias"] = torch.ones(64, 64).tril().bool()[None, None]
        weights[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e9)
    weights["lm_head.bias"][TOKENS:] = 100.0  # whoever samples there is seen to
    folder.mkdir()
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "config.json").write_text(json.dumps(config.to_dict() | {"architectures": ["GPTJForCausalLM"]}))
    small = json.loads((untrained(other_texts(100), folder.parent / "small") / "tokenizer.json").read_text())["model"]
    known = [token for token in small["vocab"] if token != "<|endoftext|>"]
    known += [f"\u0120filler{number}" for number in range(TOKENS - 1 - len(known))]
    vocabulary = {token: number for number, token in enumerate([*known, "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in small["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
    extra = {f"<|extratoken_{number}|>": TOKENS - 1 + number for number in range(1, VOCABULARY - TOKENS + 1)}
    (folder / "added_tokens.json").write_text(json.dumps(extra))
    sign = "<|endoftext|>"
    tokenizer = {"tokenizer_class": "GPT2Tokenizer", "bos_token": sign, "eos_token": sign, "unk_token": sign}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    return folder


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_the_published_layout_loads_and_nothing_beyond_the_tokenizer_is_said(tmp_path: Path, seed: int | None) -> None:
    model = LanguageModel.load(published(tmp_path / "gpt-j"), device="cpu")
    assert model.model.config.vocab_size == VOCABULARY
    assert model.context_tokens == 64
    assert model.ends == {TOKENS - 1}
    assert model.decode(model.encode("We planted 玫瑰。")) == "We planted 玫瑰。"
    assert all(token < TOKENS for token in model.tokens("We planted", most_tokens=40, seed=seed))


def test_a_folder_without_a_model_is_said_in_one_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"nobody/has-this is not on this machine.*doctor"):
        LanguageModel.load("nobody/has-this")
    with pytest.raises(Missing, match="no language model can be read"):
        LanguageModel.load(tmp_path)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(Missing, match="no language model can be read"):
        LanguageModel.load(tmp_path)
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:1000])
    with pytest.raises(Missing, match="no language model can be read"):
        LanguageModel.load(tmp_path)


def test_nothing_is_fetched_unasked(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(host: object, *more: object, **named: object) -> None:
        asked.append(host)
        raise socket.gaierror("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert LanguageModel.load(folder, device="cpu").context_tokens == CONTEXT
    with pytest.raises(Missing):
        LanguageModel.load("nobody/has-this", device="cpu")
    with pytest.raises(Missing):
        configuration("nobody/has-this")
    assert asked == []


def test_a_model_fetched_before_is_found_by_its_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "models--ann--small"
    shutil.copytree(folder, kept / "snapshots" / "abc")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert LanguageModel.load("ann/small", device="cpu").context_tokens == CONTEXT


def test_weights_that_are_missing_are_not_made_up(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    weights = dict(GPTJForCausalLM.from_pretrained(folder).state_dict())
    del weights["lm_head.weight"]
    torch.save(weights, tmp_path / "pytorch_model.bin")
    with pytest.raises(Missing, match="1 of the model's weights"):
        LanguageModel.load(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_said_in_one_line(folder: Path) -> None:
    with pytest.raises(Missing, match="no GPU"):
        LanguageModel.load(folder, device="cuda")


def test_too_little_memory_is_said_in_one_line() -> None:
    with pytest.raises(Missing, match="too little memory on cpu"), enough_memory("cpu"):
        torch.empty(10**15)


def adapted(folder: Path) -> PeftModel:
    """With an adapter that changes what is said."""
    tuned = with_adapter(GPTJForCausalLM.from_pretrained(folder), 4, 8, 0.0)
    torch.manual_seed(2)
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight)
    return tuned


def test_an_adapter_comes_back_as_it_was(folder: Path) -> None:
    tuned = adapted(folder)
    base = LanguageModel.load(folder, device="cpu")
    before = LanguageModel(tuned, base.tokenizer)
    after = LanguageModel.load(folder, pack(tuned, state_of(tuned), "small"), "cpu")
    texts = [" The roses are out."]
    assert after.score(PROMPTS[0], texts) == pytest.approx(before.score(PROMPTS[0], texts))
    assert after.score(PROMPTS[0], texts) != pytest.approx(base.score(PROMPTS[0], texts), abs=0.1)
    said = [list(each.tokens(PROMPTS[0], most_tokens=20, seed=1)) for each in (before, after)]
    assert said[0] == said[1]


def test_the_base_under_a_tuned_model_is_the_base(folder: Path) -> None:
    base = LanguageModel.load(folder, device="cpu")
    tuned = LanguageModel(adapted(folder), base.tokenizer)
    under, texts = Untuned(tuned), [" The roses are out."]
    assert under.score(PROMPTS[0], texts) == pytest.approx(base.score(PROMPTS[0], texts))
    alone = [list(one.tokens(PROMPTS[0], most_tokens=12, seed=1)) for one in (base, tuned)]
    together = zip(*(one.tokens(PROMPTS[0], most_tokens=12, seed=1) for one in (under, tuned)), strict=True)
    assert [list(each) for each in zip(*together, strict=True)] == alone
    with pytest.raises(TypeError):
        Untuned(base)


def test_an_adapter_of_another_base_is_refused(folder: Path) -> None:
    other = GPTJForCausalLM(GPTJConfig(vocab_size=64, n_positions=32, n_embd=32, n_layer=1, n_head=2, rotary_dim=4))
    tuned = with_adapter(other, 4, 8, 0.0)
    with pytest.raises(NotReady, match="tuned on small"):
        LanguageModel.load(folder, pack(tuned, state_of(tuned), "small"), "cpu")
    with pytest.raises(NotReady, match="lantern tune"):
        LanguageModel.load(folder, b"no adapter", "cpu")


def test_reading_a_model_says_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tuned = adapted(folder)
    capfd.readouterr()
    LanguageModel.load(folder, pack(tuned, state_of(tuned), "small"), "cpu")
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.mark.gpu
def test_a_gpu_is_taken_where_there_is_one(folder: Path) -> None:
    model = LanguageModel.load(folder)
    assert (model.model.device.type, model.model.dtype) == ("cuda", torch.bfloat16)
    on_cpu = LanguageModel.load(folder, device="cpu")
    texts = [" The roses are out."]
    assert model.score(PROMPTS[0], texts) == pytest.approx(on_cpu.score(PROMPTS[0], texts), rel=0.05)
    assert "".join(model.stream(PROMPTS[0], most_tokens=20, seed=1))
