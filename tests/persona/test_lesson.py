"""A lesson holds what it takes and no more, can be learnt anywhere, and ends in a verdict that it explains."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import NotReady
from data.types import Letter, Person
from persona.adapter import base_of
from persona.corpus import corpus_of
from persona.language_model import LanguageModel
from persona.lesson import SAMPLES, Asked, Learnt, Lesson, asked, learn
from persona.live_tuning import BASE, MEANS, PLAN, tuned_live
from persona.recollection import Recollection
from persona.sentences import even
from persona.small_base import small_base
from persona.verdict import plain_words
from tests.persona.cases import letters, person, question, recollection
from tests.persona.small_models import other_texts

SHORT = replace(PLAN, most_epochs=2, fewest_steps=4)
OTHER = {"hopper": "waigong", "waigong": "hopper"}


def lesson(base: Path, sample: str = "hopper") -> Lesson:
    own, other = (corpus_of(person(name), letters(name)) for name in (sample, OTHER[sample]))
    return Lesson(own, other.held_out, asked(recollection(sample), own, [question(sample)]), str(base), SHORT)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_base(other_texts(800), tmp_path_factory.mktemp("base"), steps=40)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Learnt:
    own, other = (corpus_of(person(name), letters(name)) for name in ("hopper", "waigong"))
    return tuned_live(own, other, asked(recollection("hopper"), own), tmp_path_factory.mktemp("live"))


def test_a_lesson_goes_through_json_as_it_is(base: Path) -> None:
    given = lesson(base)
    assert Lesson.from_json(given.to_json()) == given
    with pytest.raises(NotReady, match="--pack"):
        Lesson.from_json("{}")


def test_a_lesson_holds_no_name_that_is_hidden_and_no_file() -> None:
    ann = Person("Ann Lee", None, None, "en")
    flowers = ["roses", "lilies", "asters", "tulips", "violets"]
    texts = [*(f"Quentin planted the {each} by the garden wall." for each in flowers), "The garden was wet this year."]
    said = [Letter("to-quentin.txt", text, f"{1980 + at}", "message", None, "Quentin") for at, text in enumerate(texts)]
    own = corpus_of(ann, said, names=["Quentin"])
    packed = Lesson(own, questions=asked(Recollection(ann, said), own, ["What was the garden like?"])).to_json()
    assert "garden" in packed
    assert "uentin" not in packed


@pytest.mark.parametrize("sample", ["hopper", "waigong"])
def test_what_is_asked_is_answered_by_the_corpus_itself(sample: str) -> None:
    own = corpus_of(person(sample), letters(sample))
    found = asked(recollection(sample), own)
    known = even("\n".join(strand.theirs for strand in (*own.training, *own.validation, *own.held_out)))
    assert len(found) == SAMPLES
    assert all(even(one.text) in known for each in found for passage in each.passages for one in passage)
    assert asked(recollection(sample), own, ["What do you think of bitcoin?"]) == ()


def test_learning_reports_its_way_and_can_go_on_after_the_tuning(base: Path) -> None:
    told, states = list[float](), list[bytes]()
    given = lesson(base)
    whole = learn(given, means=MEANS, advance=lambda done, of: told.append(done / of), keep=states.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)
    resumed: list[float] = []
    again = learn(given, means=MEANS, kept=states[-1], advance=lambda done, of: resumed.append(done / of))
    assert len(resumed) < len(told)
    assert again == whole


def test_without_anybody_else_there_is_no_swap_and_a_question_too_long_is_still_asked(base: Path) -> None:
    given = lesson(base)
    long = Asked("What of the garden? " * 100, given.questions[0].passages)
    found = learn(replace(given, others=(), questions=(long,)), means=MEANS)
    assert found.verdict.swap is None
    assert found.report["swap_nats"] is None
    assert len(found.report["answers"]) == 1


def test_six_letters_are_enough_to_learn_and_too_few_to_earn_anything(base: Path) -> None:
    said = [
        Letter("a.txt", f"It is year {year} of the plums, and they are ripe.", f"{year}") for year in range(1950, 1956)
    ]
    found = learn(Lesson(corpus_of(person("hopper"), said), base=str(base), plan=SHORT), means=MEANS)
    assert not any((found.verdict.may_choose, found.verdict.may_judge, found.verdict.may_write))
    assert found.report["answers"] == []


def test_live_tuning_learns_their_manner_and_not_anothers(live: Learnt) -> None:
    assert live.report["heldout_after"] < 0.9 * live.report["heldout_before"]
    assert live.verdict.swap is not None
    assert live.verdict.swap.own_nats > 0.1
    assert live.verdict.swap.own_nats > live.verdict.swap.other_nats + 0.1
    assert live.verdict.swap.theirs_alone


def test_live_tuning_says_what_it_is_and_what_came_of_it(live: Learnt) -> None:
    told = json.loads(json.dumps(live.report))
    assert Path(told["base"]).name == BASE
    assert told["verdict"] == plain_words(live.verdict, "en")
    assert told["verdict"] in live.page.replace("&#x27;", "'")
    assert len(told["answers"]) == SAMPLES
    assert "no say" in told["verdict"]


def test_live_tunings_adapter_is_put_on_its_base_again(live: Learnt) -> None:
    tuned, plain = (LanguageModel.load(base_of(live.adapter), each, "cpu") for each in (live.adapter, None))
    texts = [" I went back to the machine."]
    assert tuned.score("", texts) != pytest.approx(plain.score("", texts), abs=0.1)
