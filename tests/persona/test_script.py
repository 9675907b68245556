"""A farewell says what the family wrote, and what it may not say is told rather than lost."""

from data.types import Person
from persona.guard import guard
from persona.script import Script

ANN = Person("Ann Lee", "1920", "1999", "en")


def test_every_sentence_is_told_by_its_author() -> None:
    said = list(Script(ANN, "words.txt", "Thank you. The sea is calm.\n\nGood night.", "Mary").reply([]))
    assert [one.text for one in said] == ["Thank you.", "The sea is calm.", "Good night."]
    assert {one.mark for one in said} == {"told"}
    assert {one.source.author for one in said if one.source} == {"Mary"}


def test_a_sentence_that_is_held_back_is_not_lost_silently() -> None:
    said = list(guard(Script(ANN, "words.txt", "The sea is calm. I am still alive.", "Mary"), ANN).reply([]))
    assert [one.mark for one in said] == ["told", "notice"]
