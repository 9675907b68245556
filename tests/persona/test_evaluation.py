"""Questions put to a persona are counted for what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from data.errors import BadText
from data.types import Phrase, Source, Turn
from persona.evaluation import Question, questions_in, report

GARDEN = "I grew beans along the wall."
SEA = "I never saw the sea."


def reply(turns: Sequence[Turn]) -> Iterator[Phrase]:
    """Knows of a garden and a sea, and mixes up the two for a boat."""
    line = turns[-1].text
    for word, words in (("garden", GARDEN), ("sea", SEA), ("boat", GARDEN)):
        if word in line:
            yield Phrase(words, "en", "theirs", Source("a.txt", "1950", words))
            return
    yield Phrase("I left no word about that.", "en", "imagined")


def test_each_outcome_is_told_apart() -> None:
    asked = [
        Question("Had you a garden?", (GARDEN,)),
        Question("Had you a boat?", (SEA,)),
        Question("Had you a dog?", ("A dog, yes.",)),
        Question("Did you like the sea?", ()),
        Question("Had you a car?", ()),
    ]
    found = report(asked, reply)
    assert [one.outcome for one in found.answered] == ["right", "wrong", "unanswered", "false", "declined"]
    assert found.right_share == pytest.approx(1 / 3)
    assert found.false_share == 0.5
    assert [source.file for source in found.answered[0].sources] == ["a.txt"]


def test_nothing_asked_of_a_kind_has_no_share() -> None:
    found = report([Question("Had you a garden?", (GARDEN,))], reply)
    assert found.false_share is None


@pytest.mark.parametrize(
    "text",
    [
        '{"question": "a", "right": "b"}\n\n{"question": "c", "right": null}\n{"question": "d", "right": ["e", "f"]}\n',
        '[{"question": "a", "right": "b"}, {"question": "c", "right": null}, {"question": "d", "right": ["e", "f"]}]',
    ],
)
def test_a_set_is_read_as_lines_or_as_a_list(text: str) -> None:
    assert questions_in(text) == [Question("a", ("b",)), Question("c", ()), Question("d", ("e", "f"))]


@pytest.mark.parametrize("text", ["", "[]", "no JSON", '{"question": 3, "right": null}', '{"right": null}', "[3]"])
def test_what_is_no_set_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        questions_in(text)
