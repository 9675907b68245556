"""What a trial's figures allow, how they are kept, and what they mean in plain words."""

from __future__ import annotations

import math

import pytest

from data.errors import NotReady
from data.types import Language
from persona.verdict import Comparison, Losses, Swap, Verdict, from_json, plain_words, to_json
from tests.persona.cases import LANGUAGES

OWN_WAY = Swap(Losses(4.4, 4.0, 4.6), Losses(4.4, 4.5, 5.2))
NO_WAY = Swap(Losses(4.4, 4.3, 4.6), Losses(4.4, 4.2, 5.2))


@pytest.mark.parametrize("swapped", [None, OWN_WAY])
def test_a_verdict_is_read_as_it_was_written(swapped: Swap | None) -> None:
    verdict = Verdict(Comparison(60, 0.63, 0.41, 0.1, 0.3), 0.2, Comparison(60, 0.89, 0.84, -0.1, 0.2), swapped)
    assert from_json(to_json(verdict)) == verdict
    assert from_json(to_json(verdict.allowing_writing("Anna"))) == verdict


def test_what_is_allowed_follows_from_the_figures_and_not_from_what_the_file_says() -> None:
    earned = to_json(Verdict(Comparison(60, 0.3, 0.3, -0.1, 0.1), 0.2, Comparison(60, 0.5, 0.8, -0.4, -0.2)))
    claimed = earned.replace('"may_choose": false', '"may_choose": true')
    assert claimed != earned
    assert not from_json(claimed).may_choose


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"choosing": 1}'])
def test_a_broken_verdict_is_refused(text: str) -> None:
    with pytest.raises(NotReady, match="lantern tune"):
        from_json(text)


def test_a_figure_that_is_no_number_earns_nothing() -> None:
    broken = Comparison(60, 0.3, 0.3, math.nan, math.nan)
    read = from_json(to_json(Verdict(broken, 0.2, broken)))
    assert not read.may_choose
    assert not read.may_judge


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("choosing", [0.1, -0.1])
@pytest.mark.parametrize("judging", [0.1, -0.1])
@pytest.mark.parametrize("swapped", [None, OWN_WAY, NO_WAY])
def test_plain_words_are_one_sentence_with_the_figures(
    language: Language, choosing: float, judging: float, swapped: Swap | None
) -> None:
    verdict = Verdict(Comparison(60, 0.63, 0.41, choosing, 0.3), 0.2, Comparison(60, 0.89, 0.84, judging, 0.3), swapped)
    text = plain_words(verdict, language)
    assert all(f"{share}%" in text for share in (63, 41, 89, 84))
    assert text[-1] in ".。"
    assert text.count(". ") == text[:-1].count("。") == 0
    assert ("{" in text, "turned that on" in text) == (False, False)
    assert "Anna" in plain_words(verdict.allowing_writing("Anna"), language)


def test_plain_words_say_what_is_allowed() -> None:
    good, bad = Comparison(60, 0.6, 0.4, 0.1, 0.3), Comparison(60, 0.4, 0.6, -0.3, -0.1)
    assert "no say" in plain_words(Verdict(bad, 0.2, bad), "en")
    assert "but not choose" in plain_words(Verdict(bad, 0.2, good), "en")
    assert "but not judge" in plain_words(Verdict(good, 0.2, bad), "en")
    assert "may help to choose" in plain_words(Verdict(good, 0.2, good), "en")
