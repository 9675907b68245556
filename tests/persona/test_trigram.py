"""The trigram model is a probability, learns word order, and reads Chinese by the character."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.trigram import Trigram, tokens
from tests.persona.cases import letters

WORDS = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), min_size=1, max_size=8)


@given(TEXTS, WORDS | st.just("unseen"), WORDS | st.just(""))
def test_probabilities_after_any_two_words_sum_to_one(texts: list[str], before: str, last: str) -> None:
    model = Trigram(texts)
    words = [*model.vocabulary, "a word that nobody wrote"]
    assert sum(model.probability((before, last, word)) for word in words) == pytest.approx(1.0)


@given(TEXTS, st.lists(WORDS, max_size=6).map(" ".join), st.lists(WORDS, max_size=6).map(" ".join))
def test_the_score_of_a_text_is_that_of_its_parts(texts: list[str], first: str, second: str) -> None:
    model = Trigram(texts)
    whole = model.score("", [f"{first} {second}"])[0]
    assert whole == pytest.approx(model.score("", [first])[0] + model.score(first, [second])[0])


def test_kneser_ney_by_hand() -> None:
    model = Trigram(["a b a b", "a c"])
    # Of the bigrams only "a b" has two words before it and three have one: the discount is 3 / (3 + 2·1).
    # "a" stands behind the start and b, b behind a, c behind a: of one word, two are seen once and one twice.
    one_word = (1 - 0.5 + 0.5 * 3 * (1 / 4)) / 4
    two_words = (1 - 0.6 + 0.6 * 2 * one_word) / 3
    assert model.probability(("x", "a", "c")) == pytest.approx(two_words)


@pytest.mark.parametrize("sample", ["hopper", "waigong"])
def test_words_in_their_own_order_are_likelier_than_turned_about(sample: str) -> None:
    written = [letter.text for letter in letters(sample)]
    model = Trigram(written[1:])
    words = tokens(written[0])
    join = " ".join if sample == "hopper" else "".join
    right, turned = model.score("", [join(words), join(reversed(words))])
    assert right > turned


def test_a_chinese_text_is_read_by_the_character_and_english_by_the_word() -> None:
    assert tokens("外公 likes Tom's fish，蒸的!") == ["外", "公", "likes", "tom's", "fish", ",", "蒸", "的", "!"]


def test_a_model_of_nothing_knows_nothing() -> None:
    assert Trigram([]).score("", ["a b"]) == [pytest.approx(2 * math.log(1.0))]
