"""What is told of a tuned model is measured, whole on one page, and safe to open."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import NotReady
from persona.means import Means
from persona.style import copied, distance, units
from persona.tune import Measured, Plan, Spelling, Tuned
from persona.tuning_report import Answered, Report, as_json, as_page, report_of
from persona.verdict import Comparison, Losses, Swap, Verdict
from tests.persona.cases import SAMPLES
from tests.persona.small_models import other_texts
from tests.persona.tuning_process import corpus

CURVE = (Measured(0, 5.0, None), Measured(10, 4.5, 4.8), Measured(20, 4.6, 4.2))
LEARNT_BY_HEART = "The lake is so still this morning that the far hills are standing on their heads in it."


def report(after: float = 4.6, answer: str = f"Well. {LEARNT_BY_HEART}", curve: tuple[Measured, ...] = CURVE) -> Report:
    means = Means("cpu", "float32", 8, False)
    tuned = Tuned(b"", "a <base>", 1000, 10, means, Plan(), Spelling(0.4, None), 12, 900, curve, 5.1, after)
    compared = Comparison(items=90, ours=0.4, rival=0.5, low=-0.2, high=0.0)
    verdict = Verdict(compared, 0.3, compared, Swap(Losses(4.5, 4.25, 4.75), Losses(5.0, 5.125, 6.0)))
    return report_of(
        tuned, corpus("hopper"), verdict, [Answered("What of the lake?", "It is wet & <b>cold</b>.", answer)]
    )


def test_figures_go_through_json_as_they_are() -> None:
    told = json.loads(json.dumps(as_json(report())))
    assert told["heldout_before"] == pytest.approx(164.02, abs=0.01)
    assert told["heldout_after"] == pytest.approx(99.48, abs=0.01)
    assert told["best_step"] == 10
    assert [measured["step"] for measured in told["curve"]] == [0, 10, 20]
    assert told["swap_nats"] == {"own": 0.25, "other": -0.125}
    assert "has no say" in told["verdict"]
    assert set(told["style"]) == {"theirs", "base", "tuned"}
    assert "one of 164 before tuning and as one of 99 after" in told["sentence"]


def test_a_tuning_that_did_not_help_says_so() -> None:
    assert "did not help" in report(after=5.2).sentence


def test_the_page_is_whole_and_fetches_nothing() -> None:
    page = as_page(report())
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert not re.search(r"https?:|src=|url\(|<script|@import", page)
    assert page.count("<polyline") == 2
    assert page.count("<circle") == len(CURVE) + 2


def test_the_page_says_what_the_model_has_earned() -> None:
    page = as_page(report())
    assert "it has no say in what is answered" in page
    assert "40%, 50% of 90" in page
    assert "4.50 base, 4.25 tuned, 4.75 word triples" in page


def test_what_a_model_said_is_shown_and_never_run() -> None:
    page = as_page(report())
    assert "It is wet &amp; &lt;b&gt;cold&lt;/b&gt;." in page
    assert "a &lt;base&gt;" in page


def test_a_model_that_says_nothing_but_signs_is_reported_all_the_same() -> None:
    found = report(answer="…!")
    assert found.tuned_style is None
    assert "Answers side by side" in as_page(found)


def test_a_passage_learnt_by_heart_is_found_and_named() -> None:
    found = report()
    assert found.copied.text == LEARNT_BY_HEART.rstrip(".")
    assert "learnt by heart" in as_page(found)
    assert "learnt by heart" not in as_page(report(answer="I do not know."))


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_person_is_nearer_to_themselves_than_others_are(sample: str) -> None:
    theirs = corpus(sample)
    own = distance(theirs.training_texts, theirs.held_out_texts)
    chinese = sample == "waigong"
    others = [text for text in other_texts(800) if text.isascii() is not chinese]
    strangers = distance(others, theirs.held_out_texts)
    assert own.vocabulary < strangers.vocabulary
    assert own.sentence_length < strangers.sentence_length
    assert own.punctuation < strangers.punctuation
    assert own.address < strangers.address


def test_a_text_is_at_no_distance_from_itself() -> None:
    one = corpus("waigong").held_out_texts
    assert distance(one, one).vocabulary == distance(one, one).punctuation == distance(one, one).address == 0.0


def test_there_is_no_manner_without_a_sentence() -> None:
    with pytest.raises(NotReady):
        distance(["…"], ["A word."])


WORDS = st.lists(st.sampled_from("ab"), min_size=0, max_size=12).map(" ".join)


@given(WORDS, st.lists(WORDS, max_size=3))
def test_the_longest_copied_run_is_the_longest_there_is(text: str, sources: list[str]) -> None:
    said = units(text)
    runs = [said[start:end] for start in range(len(said)) for end in range(start + 1, len(said) + 1)]
    shared = [run for run in runs if any(f" {' '.join(run)} " in f" {source} " for source in sources)]
    found = copied(text, sources)
    assert found.length == max(map(len, shared), default=0)
    assert units(found.text) in [*shared, []]


def test_a_chinese_run_is_counted_in_characters() -> None:
    assert copied("他说：外婆又拿去蒸了！", ["可惜，外婆又拿去蒸了。"]).length == 7


class _Reader(HTMLParser):
    """Which tags are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
