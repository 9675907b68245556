"""How fast a model goes on, beside transformers' own `generate`: `pytest tests/bench/bench_language_model.py -s`.

A small GPT-J with the published vocabulary on the CPU; on a GPU the shape of GPT-J-6B with random weights, as a share
of what the memory could deliver at best: every weight must be read once for a token.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
from transformers import GPTJConfig, GPTJForCausalLM

from persona.language_model import LanguageModel
from persona.sampling import LIKELIEST, NUCLEUS, TEMPERATURE
from persona.small_base import small_tokenizer
from tests.persona.small_models import other_texts

PROMPT_TOKENS = 400  # what was recalled, and some turns
TURN = "\nVisitor: And what did you do in the evenings?\nAnn:"
ANSWER_TOKENS = 64
COPIED_BYTES = 2**32  # 4 GiB, to measure what the memory delivers
WAYS = ("ours", "generate")


@cache
def small() -> LanguageModel:
    """Four layers of 256."""
    torch.manual_seed(1)
    config = GPTJConfig(n_embd=256, n_layer=4, n_head=4, rotary_dim=64)
    return LanguageModel(GPTJForCausalLM(config), small_tokenizer(other_texts(400)))


def prompt(model: LanguageModel) -> str:
    return str(model.tokenizer.decode(model.encode(" ".join(other_texts(200)))[:PROMPT_TOKENS]))


def going_on(model: LanguageModel, way: str, most_tokens: int) -> Callable[[], int]:
    """Reads the prompt and goes on with it: how many tokens came."""
    text = prompt(model)
    plain: Any = model.model

    def ours() -> int:
        fresh = LanguageModel(plain, model.tokenizer)
        return len(list(fresh.tokens(text, most_tokens=most_tokens, seed=1)))

    def generate() -> int:
        given = torch.tensor([model.encode(text)], device=plain.device)
        asked: dict[str, Any] = {"do_sample": True, "top_k": LIKELIEST, "top_p": NUCLEUS, "temperature": TEMPERATURE}
        limits = {"max_new_tokens": most_tokens, "min_new_tokens": most_tokens, "pad_token_id": 0}
        made: torch.Tensor = plain.generate(given, attention_mask=torch.ones_like(given), **asked, **limits)
        return made.shape[1] - given.shape[1]

    return ours if way == "ours" else generate


@pytest.mark.benchmark(group="first token")
@pytest.mark.parametrize("way", WAYS)
def test_first_token(benchmark: Any, way: str) -> None:
    assert benchmark.pedantic(going_on(small(), way, 1), rounds=20, warmup_rounds=2) == 1


@pytest.mark.benchmark(group=f"{ANSWER_TOKENS} tokens")
@pytest.mark.parametrize("way", WAYS)
def test_answer(benchmark: Any, way: str) -> None:
    assert benchmark.pedantic(going_on(small(), way, ANSWER_TOKENS), rounds=10, warmup_rounds=1)


@pytest.mark.benchmark(group="first token of the second turn")
@pytest.mark.parametrize("kept", [True, False])
def test_second_turn(benchmark: Any, kept: bool) -> None:
    first = prompt(small())

    def before() -> tuple[tuple[LanguageModel], dict[str, Any]]:
        model = LanguageModel(small().model, small().tokenizer)
        if kept:
            list(model.tokens(first, most_tokens=1))
        return (model,), {}

    benchmark.pedantic(lambda model: list(model.tokens(first + TURN, most_tokens=1)), setup=before, rounds=20)


@pytest.mark.benchmark(group="scoring four passages")
def test_score(benchmark: Any) -> None:
    texts = [" ".join(text.split()[:40]) for text in other_texts(200)[:4]]
    assert benchmark(lambda: small().score(prompt(small()), texts))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize("way", WAYS)
def test_gpt_j_6b_s_shape_as_a_share_of_the_memory_s_bandwidth(way: str) -> None:
    model = large()
    plain: Any = model.model
    step = going_on(model, way, ANSWER_TOKENS)
    first = going_on(model, way, 1)
    step()
    first_s, all_s = timed(first), timed(step)
    token_s = (all_s - first_s) / (ANSWER_TOKENS - 1)
    read_bytes = sum(each.nbytes for each in plain.parameters())
    read_bytes -= plain.get_input_embeddings().weight.nbytes  # of which a token reads one row
    share = read_bytes / token_s / bandwidth()
    peak_gib = torch.cuda.max_memory_allocated() / 2**30
    print(f"\n{torch.cuda.get_device_name()}, {way}: first token {first_s * 1e3:.0f} ms, {1 / token_s:.1f} tokens/s,")
    print(f"{share:.0%} of {bandwidth() / 1e12:.2f} TB/s as measured by copying, {peak_gib:.1f} GiB at most")


@cache
def large() -> LanguageModel:
    """GPT-J-6B's shape in bfloat16, made on the GPU."""
    with torch.device("cuda"):
        torch.set_default_dtype(torch.bfloat16)
        try:
            model = GPTJForCausalLM(GPTJConfig())
        finally:
            torch.set_default_dtype(torch.float32)
    return LanguageModel(model, small_tokenizer(other_texts(400)))


@cache
def bandwidth() -> float:
    """Bytes a second that the GPU's memory reads and writes when it copies."""
    given = torch.empty(COPIED_BYTES, dtype=torch.uint8, device="cuda")
    taken = torch.empty_like(given)
    return 2 * COPIED_BYTES / timed(lambda: taken.copy_(given))


def timed(work: Callable[[], object], rounds: int = 5) -> float:
    """The shortest of some times, in seconds."""
    found = []
    for _ in range(rounds):
        torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        torch.cuda.synchronize()
        found.append(time.perf_counter() - start)
    return min(found)
