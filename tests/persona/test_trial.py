"""A model earns its place by what it finds on writing that was held back, and nothing by chance."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import pytest

from data.errors import NotReady
from persona.corpus import Part, Strand, corpus_of
from persona.lexical import Lexical
from persona.trial import Item, Scorer, Written, choices, rotations, swap, trial, written
from persona.trigram import Trigram, tokens
from persona.verdict import FEWEST, plain_words
from persona.words import query_terms
from tests.persona.cases import letters, person

SEED = 7
TRIALS = 60
FALSE_PASSES = 0.05


class Knowing:
    """A model that has read all of it: what truly follows a context is likelier than chance by `nats`."""

    def __init__(self, passages: Sequence[Written], nats: float = 20.0) -> None:
        self._all = "\x00".join(one.before + one.text for one in passages)
        self._nats = nats

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        return [self._nats * (context + text in self._all) - len(text) for text in texts]


class Guessing:
    """A model of which each mark is chance, and stays so."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        return [zlib.crc32(f"{self._seed}\x00{context}\x00{text}".encode()) / 2**32 for text in texts]


class Sharing:
    """Counts the words that a text shares with the context."""

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        return [float(len(set(query_terms(context)) & set(query_terms(text)))) for text in texts]


class Mixed:
    """Marks of two models together."""

    def __init__(self, one: Scorer, other: Scorer) -> None:
        self._both = one, other

    def score(self, context: str, texts: Sequence[str]) -> list[float]:
        return [sum(marks) for marks in zip(*(each.score(context, texts) for each in self._both), strict=True)]


def life(start: int, passages: int = 48) -> list[Written]:
    """Passages of a day each, every one after the one before."""
    days = [f"On day {day} I went down to the harbour and counted {day % 9} boats there.\n\n" for day in
            range(start, start + passages)]  # fmt: skip
    return [Written(text, before) for text, before in zip(days, ["", *days], strict=False)]


def real(name: str) -> tuple[list[Written], list[Written]]:
    """A sample's letters in two halves."""
    corpus = corpus_of(person(name), letters(name))
    strands = [*corpus.training, *corpus.validation, *corpus.held_out]
    return written(strands[: len(strands) // 2], len, 2_000), written(strands[len(strands) // 2 :], len, 2_000)


ASIDE, HELD_OUT = life(1), life(1_000)
BOTH = [*ASIDE, *HELD_OUT]
WORDS = Lexical(one.text for one in BOTH)


def test_a_model_that_knows_what_follows_may_choose_and_judge() -> None:
    verdict = trial(Knowing(BOTH), Guessing(1), WORDS, ASIDE, HELD_OUT, SEED)
    assert verdict.may_choose
    assert verdict.may_judge
    assert verdict.choosing.ours == verdict.alone == verdict.judging.ours == 1.0


def test_no_figure_lets_a_model_write() -> None:
    verdict = trial(Knowing(BOTH), Guessing(1), WORDS, ASIDE, HELD_OUT, SEED)
    assert not verdict.may_write
    assert verdict.allowing_writing("Anna").may_write
    assert not trial(Knowing(BOTH), Guessing(1), WORDS, ASIDE, HELD_OUT, SEED).may_write


@pytest.mark.parametrize("nats", [0.5, -0.5])
def test_a_model_that_guesses_passes_in_at_most_one_trial_of_twenty(nats: float) -> None:
    """Against words that help a little or lead astray, and against a rival that guesses as well."""
    chosen = judged = 0
    for seed in range(TRIALS):
        words = Mixed(Guessing(10_000 + seed), Knowing(BOTH, nats))
        verdict = trial(Guessing(seed), Guessing(20_000 + seed), words, ASIDE, HELD_OUT, seed)
        chosen += verdict.may_choose
        judged += verdict.may_judge
    assert chosen <= FALSE_PASSES * TRIALS
    assert judged <= FALSE_PASSES * TRIALS


def test_a_model_that_only_knows_what_shared_words_tell_may_not_choose() -> None:
    verdict = trial(Sharing(), Guessing(1), Sharing(), ASIDE, HELD_OUT, SEED)
    assert verdict.choosing.ours <= verdict.choosing.rival
    assert not verdict.may_choose


def test_a_trigram_model_does_not_beat_itself() -> None:
    aside, held_out = real("hopper")
    trigram = Trigram(one.text for one in aside)
    verdict = trial(trigram, trigram, Lexical(one.text for one in (*aside, *held_out)), aside, held_out, SEED)
    assert verdict.judging.ours == verdict.judging.rival > 0.5
    assert not verdict.may_judge


def test_a_trigram_model_hears_more_than_a_guess_does() -> None:
    aside, held_out = real("hopper")
    trigram = Trigram(one.text for one in aside)
    words = Lexical(one.text for one in (*aside, *held_out))
    assert trial(trigram, Guessing(3), words, aside, held_out, SEED).may_judge
    assert not trial(Guessing(3), trigram, words, aside, held_out, SEED).may_judge


def test_few_passages_earn_nothing_however_good_the_model_is() -> None:
    few = HELD_OUT[: FEWEST - 1]
    verdict = trial(Knowing(BOTH), Guessing(1), WORDS, ASIDE, few, SEED)
    assert verdict.choosing.ours == 1.0
    assert not verdict.may_choose
    assert not verdict.may_judge
    assert f"({FEWEST - 2} of {FEWEST})" in plain_words(verdict, "en")


def test_nothing_held_out_earns_nothing() -> None:
    verdict = trial(Knowing(BOTH), Guessing(1), WORDS, [], [], SEED)
    assert not verdict.may_choose
    assert not verdict.may_judge


def test_without_writing_to_fit_a_weight_on_the_words_count_alone() -> None:
    verdict = trial(Knowing(BOTH), Guessing(1), WORDS, [], HELD_OUT, SEED)
    assert verdict.alone == 1.0
    assert verdict.choosing.ours <= verdict.choosing.rival
    assert not verdict.may_choose


def test_no_weight_is_fitted_on_what_is_held_out() -> None:
    misled_before = Mixed(Knowing(HELD_OUT), Knowing(ASIDE, nats=-20.0))
    verdict = trial(misled_before, Guessing(1), WORDS, ASIDE, HELD_OUT, SEED)
    assert verdict.alone == 1.0
    assert not verdict.may_choose


def test_the_same_seed_gives_the_same_trial() -> None:
    words = Mixed(Guessing(5), Knowing(BOTH, nats=0.5))
    one, again = (trial(Guessing(1), Guessing(2), words, ASIDE, HELD_OUT, SEED) for _ in range(2))
    assert one == again
    assert one != trial(Guessing(1), Guessing(2), words, ASIDE, HELD_OUT, SEED + 1)


def test_likelihoods_that_are_no_numbers_are_told() -> None:
    class Broken:
        def score(self, context: str, texts: Sequence[str]) -> list[float]:
            return [math.nan for _ in texts]

    with pytest.raises(NotReady, match="no numbers"):
        trial(Broken(), Guessing(1), WORDS, ASIDE, HELD_OUT, SEED)


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_a_choice_is_among_four_of_one_kind_of_which_none_was_said_before(name: str) -> None:
    passages = [one for half in real(name) for one in half]
    found = list(choices(passages, SEED))
    assert len(found) > FEWEST
    for item in found:
        assert len(set(item.texts)) == 4
        assert Written(item.texts[item.right], item.before) in passages
        assert not any(text.strip() in item.before for text in item.texts)
        assert len({(text[:1].isspace(), text.endswith("\n\n")) for text in item.texts}) == 1


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_a_rotated_sentence_has_the_same_words_and_the_same_beginning(name: str) -> None:
    for item in rotations([one for half in real(name) for one in half], SEED):
        true, turned = item.texts[item.right], item.texts[1 - item.right]
        assert true != turned
        assert true.split()[0][0] == turned.split()[0][0]
        assert sorted(true.replace(" ", "")) == sorted(turned.replace(" ", ""))


def test_three_words_change_places_and_no_more() -> None:
    sentence = "We swim before breakfast, all three of us, my sister Mary and I."
    (item,) = rotations([Written(sentence)], SEED)
    pairs = list(zip(sentence.split(), item.texts[1 - item.right].split(), strict=True))
    assert sum(one.strip(",.") != other.strip(",.") for one, other in pairs) == 3


def test_what_is_too_short_or_repeats_itself_is_not_rotated() -> None:
    assert list(rotations([Written("Well done, Tom."), Written("No, no, no, no, no, no.")], SEED)) == []


def test_a_passage_is_asked_for_only_after_words_that_tell_something() -> None:
    said = [("Visitor:", False), (" Did you sleep?\n", False), ("Anna:", False), (" Like a stone.\n", True)]
    letter = [("Dear Tom,\n\n", False), ("It rains.\n\n", True), ("I knit.\n\n", True)]
    chat, post = (Strand(tuple(Part(*part) for part in parts), "1950") for parts in (said, letter))
    assert written([chat, post], len, 1_000) == [
        Written(" Like a stone.\n", "Visitor: Did you sleep?\nAnna:"),
        Written("It rains.\n\n"),
        Written("I knit.\n\n", "Dear Tom,\n\nIt rains.\n\n"),
    ]


@pytest.mark.parametrize("most", [60, 400])
def test_a_long_letter_is_taken_in_pieces_that_a_model_can_read(most: int) -> None:
    corpus = corpus_of(person("hopper"), letters("hopper"))
    found = written(corpus.training, len, most)
    assert all(len(one.before) + len(one.text) <= most for one in found)
    whole = written(corpus.training, len, 100_000)
    assert "".join(one.text for one in found) == "".join(one.text for one in whole)


def test_words_that_are_shared_give_marks_and_others_none() -> None:
    context = "The garden is full of beans this year."
    some = ["I picked the beans at noon.", "The clock has stopped.", "We sailed at dawn."]
    marks = Lexical(some).score(context, some[::-1])
    assert query_terms(context)
    assert marks[2] > 0 == marks[0] == marks[1]


def test_tuning_gains_on_the_own_text_and_not_on_the_other() -> None:
    hopper, waigong = (real(name) for name in ("hopper", "waigong"))
    known = [word for one in (*hopper[0], *waigong[0]) for word in tokens(one.text)]  # words, and none beside another
    base, tuned = Trigram(known), Trigram([*known, *(one.text for one in hopper[0])])
    found = swap(base, tuned, base, hopper[1], waigong[1], lambda text: len(tokens(text)))
    assert found.own_nats > 0 > found.other_nats
    assert found.theirs_alone
    assert found.own.trigram == found.own.base


def test_a_gain_on_nothing_is_refused() -> None:
    with pytest.raises(NotReady, match="held out"):
        swap(Guessing(1), Guessing(2), Guessing(3), [], HELD_OUT, len)


def test_an_item_names_the_text_that_is_right() -> None:
    item = next(iter(choices(HELD_OUT, SEED)))
    assert isinstance(item, Item)
    assert Written(item.texts[item.right], item.before) in HELD_OUT
