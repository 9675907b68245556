"""Kept to their sentences: whatever is drawn, it is a row of whole sentences and words of ours, each in its place."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

from data.types import Language, Letter
from persona.claims import held_in
from persona.excerpts import leans_back
from persona.language_model import LanguageModel
from persona.passages import Said, read_all
from persona.small_base import END, small_tokenizer
from persona.spans import SENTENCES, Piece, Spans, connectives, sentences
from tests.persona.cases import LANGUAGES, SAMPLES, letters, person
from tests.persona.small_models import other_texts, small_model

TEXTS = other_texts(300)
KINDS = ("bytes", "bytes with a space before", "pieces with a mark before", "characters, in lower case")
ROOM = 400


def tokenizer_of(kind: str) -> PreTrainedTokenizerFast:
    """As GPT-2 and GPT-J have it, as RoBERTa, as Llama 2, and one that cannot spell everything."""
    if kind == "bytes":
        return small_tokenizer(TEXTS)
    raw = Tokenizer(BPE(unk_token="?"))
    alphabet: list[str] = []
    if kind == "bytes with a space before":
        raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        raw.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
    else:
        raw.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
        raw.decoder = decoders.Metaspace(prepend_scheme="always")
        if kind == "characters, in lower case":
            raw.normalizer = normalizers.Lowercase()
    trainer = BpeTrainer(vocab_size=3000, special_tokens=[END, "?"], initial_alphabet=alphabet, show_progress=False)
    raw.train_from_iterator([*TEXTS, "\n"], trainer)
    build: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerFast = build(tokenizer_object=raw, bos_token=END, eos_token=END, unk_token="?")
    return tokenizer


CODECS = {kind: LanguageModel(small_model("gptj", 3000, 0), tokenizer_of(kind)) for kind in KINDS}


def walk(spans: Spans, seed: int, most: int = 2000) -> list[int]:
    """Tokens drawn at random, up to an end."""
    dice, taken = random.Random(seed), list[int]()
    for _ in range(most):
        token = dice.choice(spans.options())
        if not spans.take(token):
            return taken
        taken.append(token)
    raise AssertionError("it never ended")


def passages(texts: Sequence[str]) -> list[tuple[Said, ...]]:
    given = [Letter(f"{number}.txt", text, "1987", "message") for number, text in enumerate(texts)]
    return [read.said for read in read_all(given) if read.said]


WORDS = st.sampled_from(
    ["roses", "cat", "I", "He", "It was", "not", "我", "院子", "下雨", "他", "ok", "--", "…", "½", "é", "😀", END]
)
SENTENCE = st.builds(
    lambda words, stop: " ".join(words) + stop,
    st.lists(WORDS, min_size=1, max_size=6),
    st.sampled_from(["", ".", "!", "。", "..."]),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.lists(SENTENCE, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=5),
    seed=st.integers(0, 999),
)
def test_any_text_drawn_is_whole_pieces_in_a_row(kind: str, language: Language, texts: list[str], seed: int) -> None:
    codec = CODECS[kind]
    given = passages(texts)
    spans = Spans([*sentences(given), *connectives(language)], codec, codec.ends, language, ROOM)
    if not spans.options():
        return
    text = codec.decode(walk(spans, seed))
    theirs = [piece.said for piece in spans.said if piece.said is not None]
    assert "".join(text.split()) == "".join("".join(piece.text for piece in spans.said).split())
    assert 1 <= len(theirs) <= SENTENCES
    assert len({piece.text for piece in spans.said}) == len(spans.said)
    assert spans.said[0].said is not None
    assert spans.said[-1].said is not None
    assert all(one.text in [each.text for each in given[one.place]] for one in theirs if one.place < len(given))
    assert not any(one.said is other.said is None for one, other in zip(spans.said, spans.said[1:], strict=False))


@pytest.mark.parametrize("sample", SAMPLES)
def test_gpt_j_s_kind_of_tokenizer_has_a_path_for_every_sentence(sample: str) -> None:
    codec, language = CODECS["bytes"], person(sample).language
    for read in read_all(letters(sample)):
        for one in read.said:
            spans = Spans([Piece(one.text, one)], codec, codec.ends, language, ROOM)
            walk(spans, 0)
            assert [piece.text for piece in spans.said] == [one.text]


def test_what_a_tokenizer_cannot_spell_is_not_said() -> None:
    codec = CODECS["characters, in lower case"]
    (said,) = passages(["The roses were out."])
    assert Spans(sentences([said]), codec, codec.ends, "en", ROOM).options() == []


def test_a_sentence_that_leans_on_another_comes_right_behind_it_or_not_at_all() -> None:
    (said,) = passages(["My brother came home. He was tall. The roses were out. We ate plums."])
    assert [leans_back(one.text) for one in said] == [False, True, False, False]
    codec, seen = CODECS["bytes"], set[str]()
    for seed in range(60):
        spans = Spans([*sentences([said]), *connectives("en")], codec, codec.ends, "en", ROOM)
        walk(spans, seed)
        texts = [piece.text for piece in spans.said]
        seen.update(texts)
        if "He was tall." in texts:
            assert texts[texts.index("He was tall.") - 1] == "My brother came home."
    assert "He was tall." in seen


def test_there_is_never_a_piece_for_which_there_is_no_room() -> None:
    codec = CODECS["bytes"]
    given = passages(["The roses were out.", "We ate plums in the kitchen, and it rained.", "Yes."])
    for room in range(1, 60):
        for seed in range(5):
            spans = Spans([*sentences(given), *connectives("en")], codec, codec.ends, "en", room)
            if spans.options():
                assert len(walk(spans, seed)) <= room
                assert spans.said


def test_the_order_is_free() -> None:
    codec = CODECS["bytes"]
    given = passages(["The roses were out.", "We ate plums."])
    orders = set()
    for seed in range(40):
        spans = Spans(sentences(given), codec, codec.ends, "en", ROOM)
        walk(spans, seed)
        orders.add(tuple(piece.text for piece in spans.said))
    assert {("The roses were out.", "We ate plums."), ("We ate plums.", "The roses were out.")} <= orders


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_ours_pass_the_guard_and_stand_by_themselves(language: Language) -> None:
    for piece in connectives(language):
        assert held_in(piece.text, "Ann Lee") is None
        assert piece.text[-1] in ".。"
