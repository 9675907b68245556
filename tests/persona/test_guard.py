"""The guard: honest about what answers, careful with who asks, deaf to a swindler."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import pytest

from data.errors import BadText
from data.types import Letter, Mark, Person, Phrase, Source, Turn
from persona.claims import claim_in
from persona.crisis import danger_in
from persona.guard import guard, helplines
from persona.identity import asks_what_this_is
from persona.verbatim import Originals
from tests.persona.cases import LANGUAGES, cases, person, recollection

ANN = Person("Ann Lee", "1920", "1999", "en")
LETTER = Letter("may.txt", "I am here at the sea.\nSend me some money for the train.\nThe roses are out.", "1950-05-03")
FRAME = "In May 1950 I wrote:"


class Says:
    """A persona that says what it is told to, to test what passes."""

    def __init__(self, *phrases: Phrase) -> None:
        self._phrases = phrases
        self.asked = 0

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        self.asked += 1
        yield from self._phrases


def phrase(text: str, mark: Mark = "imagined", date: str | None = None) -> Phrase:
    return Phrase(text, "en", mark, Source("may.txt", date, text) if mark == "theirs" else None)


def heard(*phrases: Phrase, line: str = "Tell me about the sea.", who: Person = ANN) -> list[tuple[str, str]]:
    said = guard(Says(*phrases), who, Originals.of([LETTER])).reply([Turn("visitor", line)])
    return [(one.mark, one.text) for one in said]


def scored(name: str, judge: Callable[[str], str]) -> tuple[list[str], list[str], int, int]:
    """Missed, false alarms, how many should and should not alarm."""
    rows = cases(name)
    quiet = ("no", "none")
    missed = [line for expected, line in rows if expected not in quiet and judge(line) != expected]
    false = [line for expected, line in rows if expected in quiet and judge(line) != expected]
    return missed, false, sum(row[0] not in quiet for row in rows), sum(row[0] in quiet for row in rows)


JUDGES: dict[str, Callable[[str], str]] = {
    "crisis": lambda line: "no" if danger_in(line) == "none" else "yes",
    "identity": lambda line: asks_what_this_is(line) or "none",
    "claims": lambda line: claim_in(line, "Grace Hopper") or claim_in(line, "沈永泉") or "none",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", JUDGES)
def test_written_cases_are_told_apart(kind: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    missed, false, alarms, quiet = scored(f"{kind}_{language}", JUDGES[kind])
    with capsys.disabled():
        print(f"\n{kind} {language}: {alarms - len(missed)} of {alarms} found, {len(false)} of {quiet} false alarms")
    assert alarms + quiet >= 60
    assert missed == []
    assert len(false) <= 0.05 * quiet, false


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", ["hopper", "waigong"])
def test_in_danger_the_product_speaks_first_and_alone_where_it_is_clear(language: str, sample: str) -> None:
    for expected, line in cases(f"crisis_{language}"):
        if expected == "yes":
            said = list(guard(recollection(sample), person(sample)).reply([Turn("visitor", line)]))
            help_ = list(itertools.takewhile(lambda one: one.mark == "notice", said))
            assert any("findahelpline.com" in one.text for one in help_)
            assert any(("12356" if language == "zh" else "988") in one.text for one in help_)
            assert {one.language for one in help_} == {language}
            assert danger_in(line) == "possible" or help_ == said


def test_where_danger_is_only_possible_the_persona_is_silent_too() -> None:
    said = heard(phrase("The roses are out."), line="I want to be with you")
    assert {mark for mark, _ in said} == {"notice"}
    assert "not Ann Lee" in said[0][1]


def test_the_persona_is_not_even_asked_in_danger_or_about_itself() -> None:
    persona = Says(phrase("Yes."))
    for line in ("I want to die", "Are you still alive?", "Is it really you?", "你是真的吗"):
        list(guard(persona, ANN).reply([Turn("visitor", line)]))
    assert persona.asked == 0


def test_a_visitor_is_told_in_their_own_language_what_this_is() -> None:
    english = list(guard(recollection("waigong"), person("waigong")).reply([Turn("visitor", "Are you real?")]))
    chinese = list(guard(recollection("hopper"), person("hopper")).reply([Turn("visitor", "你是真的吗？")]))
    assert {one.language for one in english} == {"en"}
    assert {one.language for one in chinese} == {"zh"}


def test_an_exhibit_does_not_say_that_its_letters_are_theirs() -> None:
    said = " ".join(
        one.text
        for one in guard(recollection("hopper"), person("hopper")).reply([Turn("visitor", "Is it really you?")])
    )
    assert "exhibit" in said
    assert "Grace Hopper wrote" not in said


def test_a_claim_to_live_is_dropped_and_a_notice_says_so() -> None:
    assert [mark for mark, _ in heard(phrase("I am still alive."))] == ["notice"]
    said = heard(phrase("I am right here with you."), phrase("The roses are out."))
    assert said[0] == ("imagined", "The roses are out.")
    assert [mark for mark, _ in said[1:]] == ["notice"]


@pytest.mark.parametrize("text", ["Send me some money for the train.", "I am here at the sea."])
def test_a_sentence_of_theirs_passes_only_with_its_date(text: str) -> None:
    theirs = phrase(text, "theirs", "1950-05-03")
    assert [mark for mark, _ in heard(theirs)] == ["notice"]
    assert heard(phrase(FRAME), theirs) == [("imagined", FRAME), ("theirs", text)]
    assert [mark for mark, _ in heard(phrase("In May 1951 I wrote:"), theirs)] == ["notice"]
    assert [mark for mark, _ in heard(phrase(FRAME), phrase(text))] == ["notice"]


def test_a_sentence_of_no_known_date_passes_as_one_from_a_letter() -> None:
    theirs = Phrase("I am here at the sea.", "en", "theirs", Source("may.txt", None, "I am here at the sea."))
    frame = phrase("This is what I wrote in one of my letters:")
    assert heard(frame, theirs) == [("imagined", frame.text), ("theirs", theirs.text)]
    assert [mark for mark, _ in heard(phrase("This is true today:"), theirs)] == ["notice"]
    assert [mark for mark, _ in heard(theirs)] == ["notice"]


def test_a_frame_does_not_stay_behind_without_its_sentence() -> None:
    assert heard(phrase(FRAME), phrase("I am alive."), phrase("Good."))[-2] == ("imagined", "Good.")
    assert ("imagined", FRAME) not in heard(phrase(FRAME), phrase("I am alive."))


def test_what_is_wrongly_marked_as_theirs_is_taken_back() -> None:
    assert heard(phrase("The roses are in.", "theirs", "1950-05-03")) == [("imagined", "The roses are in.")]
    assert heard(phrase("The roses are out.", "theirs", "1950-05-03")) == [("theirs", "The roses are out.")]


def test_sentences_that_are_cut_already_do_as_well_as_the_letters() -> None:
    given = [phrase("The roses are in.", "theirs", "1950-05-03"), phrase("The roses are out.", "theirs", "1950-05-03")]
    guarded = guard(Says(*given), ANN, Originals.of([LETTER])).reply([Turn("visitor", "Tell me about the roses")])
    assert [one.mark for one in guarded] == ["imagined", "theirs"]


def test_a_sample_never_says_theirs() -> None:
    exhibit = Person("Ann Lee", "1920", "1999", "en", exhibit=True)
    assert heard(phrase("The roses are out.", "theirs", "1950-05-03"), who=exhibit) == [
        ("exhibit", "The roses are out.")
    ]


def test_bad_lines_are_refused_before_anybody_is_asked() -> None:
    persona = Says()
    for line in ("", "   ", "a\x00b", "x" * 20_000):
        with pytest.raises(BadText):
            list(guard(persona, ANN).reply([Turn("visitor", line)]))
    assert persona.asked == 0


def test_a_farewell_without_a_line_passes() -> None:
    assert [one.text for one in guard(Says(phrase("Be well.")), ANN).reply([])] == ["Be well."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_lines_say_where_they_are_from(language: str) -> None:
    lines = helplines("zh" if language == "zh" else "en")
    assert len(lines) >= 8
    assert 3 <= sum(line.named for line in lines) <= 4
    assert [line.number for line in lines if line.named][-1] == "findahelpline.com"
    assert all(line.country and line.name and line.number and line.source for line in lines)
    assert all(len(line.date) == len("2025-01") for line in lines)
    assert lines[0].number == ("12356" if language == "zh" else "988")
