"""Text falls into whole sentences, never into halves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.sentences import joined, paragraphs_of, sentences_of

ENGLISH = [
    ("I came home. It rained.", ["I came home.", "It rained."]),
    ("Mr. and Mrs. J. R. Smith came. We had tea.", ["Mr. and Mrs. J. R. Smith came.", "We had tea."]),
    ("My sister Mary, Roger and I. I am the oldest.", ["My sister Mary, Roger and I.", "I am the oldest."]),
    ("The U.S. Navy took me. At last!", ["The U.S. Navy took me.", "At last!"]),
    ("We met at 5 p.m. on a Sunday. It was cold.", ["We met at 5 p.m. on a Sunday.", "It was cold."]),
    ("It cost 3.50 in those days. Imagine.", ["It cost 3.50 in those days.", "Imagine."]),
    ('"Why not?" he said. "Because!"', ['"Why not?" he said.', '"Because!"']),
    ("“Come in.” She smiled.", ["“Come in.”", "She smiled."]),
    ("Well... I thought so. Yes", ["Well...", "I thought so.", "Yes"]),
    ("I wondered... and then I knew.", ["I wondered... and then I knew."]),
    ("Dr. Lee (a friend, e.g. of mine) left. Then", ["Dr. Lee (a friend, e.g. of mine) left.", "Then"]),
    ("What?! No. 7 was shut.", ["What?!", "No. 7 was shut."]),
    ("A line\nbroken here. And on.", ["A line broken here.", "And on."]),
]
CHINESE = [
    ("天凉了。被子要晒！好吗？", ["天凉了。", "被子要晒！", "好吗？"]),
    ("她说：“轻一点。”我就轻一点。", ["她说：“轻一点。”", "我就轻一点。"]),
    ("“好听吗？”她问我。我点头。", ["“好听吗？”她问我。", "我点头。"]),
    ("我想……算了。", ["我想……算了。"]),
    ("等你们回来……", ["等你们回来……"]),
    ("真的？！太好了。", ["真的？！", "太好了。"]),
    ("「吃飯了。」阿婆喊道。大家都來了。", ["「吃飯了。」阿婆喊道。", "大家都來了。"]),
    ("外公\n老了。", ["外公老了。"]),
    ("好吧!走了.", ["好吧!", "走了."]),
]


@pytest.mark.parametrize(("text", "expected"), [*ENGLISH, *CHINESE])
def test_text_falls_into_its_sentences(text: str, expected: list[str]) -> None:
    assert sentences_of(text) == expected


@given(st.text(max_size=300))
def test_nothing_is_lost_and_nothing_added(text: str) -> None:
    assert "".join("".join(sentences_of(text)).split()) == "".join(joined(text).split())


@given(st.text(alphabet="abc .!?。！？…“”\"' A1\n我说", max_size=80))
def test_cutting_a_sentence_again_changes_nothing_of_its_words(text: str) -> None:
    for sentence in sentences_of(text):
        assert "".join(sentences_of(sentence)).replace(" ", "") == sentence.replace(" ", "")


def test_an_item_of_a_list_is_a_sentence_without_its_number() -> None:
    text = "Do this:\n1. Fry the onions.\n2. Add the rice\n- I am proud of you.\n\nPPS - I forgive you for the vase."
    said = [sentence for block in paragraphs_of(text) for sentence in sentences_of(block)]
    assert said == ["Do this:", "Fry the onions.", "Add the rice", "I am proud of you.", "I forgive you for the vase."]
    chinese = "红烧肉：\n1、五花肉切块。\n2. 炒糖色，火要小；\n又及：早点睡。"
    said = [sentence for block in paragraphs_of(chinese) for sentence in sentences_of(block)]
    assert said == ["红烧肉：", "五花肉切块。", "炒糖色，火要小；", "早点睡。"]


def test_a_number_at_the_head_of_a_line_is_not_always_an_item() -> None:
    assert paragraphs_of("It cost\n2.50 at the market.") == ["It cost\n2.50 at the market."]
    assert paragraphs_of("He said\n- and I agreed - that it rains.") == ["He said\n- and I agreed - that it rains."]
