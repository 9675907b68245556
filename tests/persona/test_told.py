"""What the family tells stands in where letters have nothing, marked as told and by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.types import Known, Language, Letter, Person, Phrase, Turn
from persona.guard import guard
from persona.recollection import Recollection

ANN = Person("Ann Lee", "1920-05-01", "1999-02-02", "en")
INTRODUCTION = Letter(
    "about.txt",
    "Ann was born in Whitby, above a bakery. She worked as a telephone operator for nine years. "
    "Harold was her husband. Her temper was quick and her laugh was quicker.",
    None,
    "told",
    "Mary",
)
SAMPLES = Letter("sayings.txt", "Measure twice and cut once.\n\nA kettle sings when nobody listens.", None, "spoken")
ROSES = Letter("roses.txt", "I worked in the rose garden every spring.", "1951-04")


def ask(line: str, *letters: Letter, told: tuple[Letter, ...] = (INTRODUCTION,)) -> list[Phrase]:
    persona = Recollection(ANN, letters, Known(told=told))
    return list(guard(persona, ANN, persona.originals).reply([Turn("visitor", line)]))


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("Where were you born?", "Ann was born in Whitby, above a bakery."),
        ("Who was Harold?", "Harold was her husband."),
        ("What was your work as a telephone operator?", "She worked as a telephone operator for nine years."),
    ],
)
def test_facts_are_answered_from_the_introduction(line: str, fact: str) -> None:
    frame, *said = ask(line, ROSES)
    assert frame.text == "Mary wrote this about me:"
    assert fact in [phrase.text for phrase in said]
    for phrase in said:
        assert phrase.mark == "told"
        assert phrase.source is not None
        assert (phrase.source.author, phrase.source.file) == ("Mary", "about.txt")


def test_their_own_words_come_before_what_is_told_of_them() -> None:
    said = ask("Tell me about the rose garden", ROSES)
    assert [phrase.mark for phrase in said if phrase.source] == ["theirs"]


def test_a_persona_can_begin_with_an_introduction_alone() -> None:
    assert {phrase.mark for phrase in ask("Who was Harold?")} == {"imagined", "told"}
    for line in ("Hello", "I miss you", "How are you?", "Read me a letter", "and then?", "Goodbye", "What is Cobol?"):
        assert all(phrase.mark == "imagined" for phrase in ask(line))


def test_sample_sentences_are_theirs_beside_an_introduction() -> None:
    said = ask("Tell me about the kettle", SAMPLES)
    assert [phrase.text for phrase in said if phrase.mark == "theirs"] == ["A kettle sings when nobody listens."]


def test_who_told_it_need_not_be_known() -> None:
    anonymous = Letter("about.txt", "Harold was her husband.", None, "told")
    frame, *_ = ask("Who was Harold?", told=(anonymous,))
    assert frame.text == "The family wrote this about me:"


@pytest.mark.parametrize("author", ["the family", "The family", "家里人"])
def test_the_family_as_an_author_is_named_in_the_memorial_s_language(author: str) -> None:
    frames: dict[Language, str] = {"en": "The family wrote this about me:", "zh": "家里人是这样写我的："}
    for language, frame in frames.items():
        told = Letter("about.txt", "Harold was her husband.", None, "told", author)
        persona = Recollection(replace(ANN, language=language), [ROSES], Known(told=(told,)))
        assert next(iter(persona.reply([Turn("visitor", "Who was Harold?")]))).text == frame


def test_how_they_died_is_the_family_s_to_tell() -> None:
    assert ask("What did you die of?")[0].text == "No letter can know how that was: the family can tell you."
    death = Letter("end.txt", "She died of pneumonia in her own bed.", None, "told", "Mary")
    assert "She died of pneumonia in her own bed." in [one.text for one in ask("What did you die of?", told=(death,))]


def test_a_struck_sentence_of_the_introduction_is_not_told() -> None:
    persona = Recollection(ANN, [ROSES], Known(told=(INTRODUCTION,), struck=frozenset(["Harold was her husband."])))
    said = persona.reply([Turn("visitor", "Who was Harold?")])
    assert "Harold was her husband." not in [phrase.text for phrase in said]
