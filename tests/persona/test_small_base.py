"""A base made on the spot reads as any published one, and knows what it was given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.errors import NotReady
from persona.language_model import LanguageModel
from persona.small_base import small_base
from tests.persona.small_models import other_texts, untrained

TEXTS = other_texts(300)


def test_it_is_laid_out_as_a_published_model_is(tmp_path: Path) -> None:
    model = LanguageModel.load(small_base(TEXTS, tmp_path, steps=1), device="cpu")
    assert json.loads((tmp_path / "config.json").read_text())["architectures"] == ["GPTJForCausalLM"]
    assert model.decode(model.encode("We planted 玫瑰。🌹")) == "We planted 玫瑰。🌹"


def test_it_knows_what_it_has_read_better_than_an_untrained_one(tmp_path: Path) -> None:
    read = LanguageModel.load(small_base(TEXTS, tmp_path / "read", steps=60), device="cpu")
    fresh = LanguageModel.load(untrained(TEXTS, tmp_path / "fresh"), device="cpu")
    assert read.score("", TEXTS[:1])[0] > 0.8 * fresh.score("", TEXTS[:1])[0]


def test_the_same_texts_make_the_same_model(tmp_path: Path) -> None:
    first, second = (small_base(TEXTS, tmp_path / name, steps=3) for name in "ab")
    assert (first / "model.safetensors").read_bytes() == (second / "model.safetensors").read_bytes()
    other = small_base(TEXTS, tmp_path / "c", steps=3, seed=1)
    assert (other / "model.safetensors").read_bytes() != (first / "model.safetensors").read_bytes()


def test_it_tells_how_far_it_is_and_stops_when_told_to(tmp_path: Path) -> None:
    told: list[float] = []
    small_base(TEXTS, tmp_path, steps=3, advance=lambda done, _: told.append(done))
    assert told == [0, 1, 2, 3]

    def stop(done: float, _of: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        small_base(TEXTS, tmp_path, advance=stop)


def test_a_few_words_are_too_few(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="more to read"):
        small_base(["Hello."], tmp_path)
