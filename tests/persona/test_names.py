"""Names are known by their form: capitals in English, the tagger and forms of address in Chinese."""

from __future__ import annotations

import pytest

from data.types import Letter
from persona.names import names_in
from persona.passages import read_all
from persona.recall import Recall
from persona.topics import family_topics


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Who was Zelda?", [{"zelda"}]),
        ("who is zelda", [{"zelda"}]),
        ("Did you ever meet Howard Aiken?", [{"howard", "aiken"}]),
        ("小芳是谁？", [{"小芳"}]),
        ("王建国身体好吗？", [{"王建国"}]),
        ("老周还在吗？", [{"老周"}]),
    ],
)
def test_names_are_known_by_their_form(line: str, names: list[set[str]]) -> None:
    assert set(names_in(line)) == {frozenset(name) for name in names}


@pytest.mark.parametrize(
    "line",
    [
        "Gardens were dear to you.",
        "How was the lake, Grace?",
        "WHAT DID YOU EAT",
        "Who is it?",
        "您是老几？",
        "老大叫什么？",
        "What did I say?",
    ],
)
def test_what_only_looks_like_a_name_is_none(line: str) -> None:
    assert not list(names_in(line))


def test_the_persons_own_name_and_the_visitors_are_no_strangers() -> None:
    said = [one for each in read_all([Letter("a.txt", "I planted beans along the wall.", "1950")]) for one in each.said]
    for names, knows in (((), False), (("Ann Lee", "Tom"), True)):
        recall = Recall(said, "en", family_topics(), names=names)
        passages = recall.find("What did Ann and Tom plant along the wall, beans?", lambda _: False)
        assert any(passage.fits or passage.near for passage in passages) == knows
