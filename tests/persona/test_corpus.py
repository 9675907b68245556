"""What is learnt of a person's writing is theirs alone, and what measures it was written later."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import NotReady
from data.types import Letter, Person, Turn
from persona.corpus import FEWEST, HELD_OUT, VALIDATION, Corpus, Part, Strand, corpus_of, transcript, windows
from persona.masking import Mask
from tests.persona.cases import SAMPLES, letters, person

ADA = Person("Ada Marsh", "1930-01-01", "2019-01-01", "en")
APO = Person("阿婆", "1930-01-01", "2019-01-01", "zh")
LATER = [
    Letter("then.txt", "Dear Tom,\n\nThe swallows are gone, and the house is very quiet now.\n\nAda", "2018-09-02"),
    Letter(
        "later.txt", "Dear Tom,\n\nThe frost has taken the beans, and I am too old to mind it.\n\nAda", "2018-11-02"
    ),
]


def chat(*said: tuple[str | None, str], start: str = "2015-03-01T09:00", minutes: int = 5) -> list[Letter]:
    """Messages one after the other, so many minutes apart; None is the person."""
    first = datetime.fromisoformat(start)
    return [
        Letter(
            "chat.txt", text, (first + timedelta(minutes=place * minutes)).isoformat(timespec="minutes"), "message",
            author, "Tom", place,
        )
        for place, (author, text) in enumerate(said)
    ]  # fmt: skip


def whole(strand: Strand) -> str:
    return "".join(part.text for part in strand.parts)


def three(corpus: Corpus) -> list[tuple[Strand, ...]]:
    return [corpus.training, corpus.validation, corpus.held_out]


def parts(corpus: Corpus) -> list[Strand]:
    return [strand for part in three(corpus) for strand in part]


def learnt(corpus: Corpus) -> str:
    return "\n".join(strand.theirs for strand in parts(corpus))


def test_of_a_chat_only_the_persons_words_are_learnt() -> None:
    said = chat(("Tom", "Are the plums ripe?"), (None, "They are, come and pick."), ("Tom", "I will."))
    [strand] = corpus_of(ADA, [*said, *LATER]).training
    assert whole(strand) == "Visitor: Are the plums ripe?\nAda Marsh: They are, come and pick.\n"
    assert strand.theirs == "They are, come and pick."


def test_a_letters_salutation_is_context_and_its_paragraphs_are_learnt() -> None:
    text = "Dear Tom,\n\nThe plums are in.\n\nI made jam of them.\n\nWith love,\nAda"
    [strand] = corpus_of(ADA, [Letter("a.txt", text, "2001-01-01"), *LATER], masked=False).training
    assert strand.parts == (
        Part("Dear Tom,\n\n", False), Part("The plums are in.\n\n", True), Part("I made jam of them.\n\n", True),
    )  # fmt: skip


def test_a_live_conversation_is_written_as_chats_are_learnt() -> None:
    turns = [Turn("visitor", "Are the plums\nripe?"), Turn("persona", "They are."), Turn("visitor", "Good.")]
    assert transcript(ADA, turns) == "Visitor: Are the plums ripe?\nAda Marsh: They are.\nVisitor: Good.\nAda Marsh:"
    assert transcript(APO, [Turn("visitor", "吃了吗？")]) == "来客：吃了吗？\n阿婆："


def test_a_night_and_a_hole_begin_a_new_strand() -> None:
    evening = chat((None, "Good night."), (None, "Sleep well."))
    morning = [
        replace(each, date="2015-03-02T08:00", place=(each.place or 0) + 2) for each in chat((None, "Up again."))
    ]
    hole = [replace(each, date="2015-03-02T08:05", place=9) for each in chat((None, "Rain."))]
    strands = corpus_of(ADA, [*evening, *morning, *hole, *LATER]).training
    assert [strand.theirs for strand in strands] == ["Good night.\n Sleep well.", "Up again.", "Rain."]


def test_a_chat_that_never_sleeps_is_cut_after_a_day() -> None:
    corpus = corpus_of(ADA, chat(*[(None, f"It is {hour} o'clock.") for hour in range(100)], minutes=60))
    assert [len(strand.parts) // 2 for strand in parts(corpus)] == [25, 25, 25, 25]


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_decides_is_later_than_what_is_learnt_and_what_measures_later_still(sample: str) -> None:
    corpus = corpus_of(person(sample), letters(sample))
    dates = [strand.date or "" for strand in parts(corpus)]
    assert dates == sorted(dates)
    learnt, decides, measures = (sum(len(strand.theirs) for strand in part) for part in three(corpus))
    assert HELD_OUT <= measures / (learnt + decides + measures) < 0.3
    assert VALIDATION <= decides / (learnt + decides) < 0.3


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_of_however_few_letters_each_part_gets_its_share_or_the_lack_is_told(sizes: list[int]) -> None:
    texts = [f"Day {day} {'abcdefghijkl'[day] * size}." for day, size in enumerate(sizes)]
    given = [Letter("a.txt", text, f"{1950 + day}-01-01") for day, text in enumerate(texts)]
    if len("".join(texts[FEWEST - 1 :])) < HELD_OUT * len("".join(texts)):
        with pytest.raises(NotReady, match=rf"{len(sizes)} letters.*it takes {FEWEST}"):
            corpus_of(ADA, given)
        return
    corpus = corpus_of(ADA, given)
    learnt, decides, measures = (len("".join(strand.theirs for strand in part)) for part in three(corpus))
    assert min(learnt, decides, measures) > 0
    assert measures >= HELD_OUT * (learnt + decides + measures)
    assert decides >= VALIDATION * (learnt + decides) or len(corpus.training) == 1


def test_six_letters_are_enough() -> None:
    corpus = corpus_of(
        ADA, [Letter("a.txt", f"It is year {year} of the plums.", f"{year}") for year in range(1950, 1956)]
    )
    assert [len(part) for part in three(corpus)] == [4, 1, 1]


def test_nothing_of_one_stretch_of_a_chat_is_on_both_sides() -> None:
    days = [
        replace(each, place=(each.place or 0) + 3 * day)
        for day in range(20)
        for each in chat(
            (None, f"Day {day} it is."), ("Tom", "Yes."), (None, "So."), start=f"2015-03-{day + 1:02}T09:00"
        )
    ]
    corpus = corpus_of(ADA, days)
    dates = [{(strand.date or "")[:10] for strand in part} for part in three(corpus)]
    assert all(dates)
    assert sum(map(len, dates)) == len(set().union(*dates))


def test_a_text_that_was_copied_from_one_part_to_another_is_left_out_of_the_later() -> None:
    words = "The frost has taken the beans again, and I am too old to mind it."
    given_thrice = [Letter("copy.txt", words, date) for date in ("2001-01-01", "2018-12-01", "2018-12-24")]
    corpus = corpus_of(ADA, [*given_thrice, *LATER])
    assert corpus.excluded == {"in two parts": 2}
    assert learnt(corpus).count(words) == 1
    assert corpus.training_texts[0] == words


def test_a_sentence_that_stands_in_each_letter_measures_nothing() -> None:
    always = "Write to me soon, and do not forget that the door of this old house is always open to you, my dear child."
    weather = ["snow", "thaw", "rain", "wind", "sun", "heat", "storm", "fog", "frost"]
    said = [
        Letter("a.txt", f"We had {each} all week. {always} Now {each} again.", f"{1990 + at}")
        for at, each in enumerate(weather)
    ]
    corpus = corpus_of(ADA, said)
    later = [*corpus.validation, *corpus.held_out]
    assert all(always in text for text in corpus.training_texts)
    assert later
    assert not any(always in strand.theirs for strand in later)
    assert all(always in whole(strand) and "We had" in strand.theirs and "again" in strand.theirs for strand in later)
    assert corpus.excluded == {"in two parts": len(later)}


def test_a_draft_is_not_measured_but_for_what_is_new_in_it() -> None:
    draft = "I have thought long about the orchard by the river, and I will sell it."
    final = "I have thought long about the orchard by the river, and I will keep it. Ruth shall have the pears."
    corpus = corpus_of(ADA, [Letter("draft.txt", draft, "2001"), *LATER, Letter("final.txt", final, "2019-01-01")])
    assert corpus.held_out_texts[-1] == "Ruth shall have the pears."


def test_what_may_not_be_learnt_is_left_out_and_counted() -> None:
    told = Letter("told.txt", "She was kind.", None, "told", "Ruth", "Manner", 0)
    secret = Letter("secret.txt", "Nobody knows of the money.", "2001-01-01", not_for=("Tom",))
    scanned = Letter(
        "scan.txt", "The plums are in.\n\nThe p1ums arc out.", "2001-02-01", doubtful=("The p1ums arc out.",)
    )
    wrong = Letter("wrong.txt", "I hated the sea. I loved the hills.", "2001-03-01")
    silent = Letter("silent.txt", " ", "2001-04-01")
    corpus = corpus_of(ADA, [told, secret, scanned, wrong, silent, *LATER], struck=["I hated the sea."])
    assert corpus.excluded == {
        "told by the family": 1, "kept from some visitors": 1, "doubtful": 1, "struck": 1, "no words": 1,
    }  # fmt: skip
    assert corpus.training_texts == ["The plums are in.", "I loved the hills."]


def test_others_names_numbers_and_addresses_are_hidden() -> None:
    text = (
        "Tell Tom Baker and Ruth that the code is 4471. Call +44 20 7946 0958 or write to ruth@post.example. "
        "Mother came on 1954-03-02 with Ada Marsh and 12 plums."
    )
    said = [*chat(("Tom Baker", "Hello."), (None, text)), *LATER]
    corpus = corpus_of(ADA, said, names=["Ruth Ellis"])
    assert corpus.training_texts == [
        "Tell [name] and [name] that the code is [number]. Call [number] or write to [address]. "
        "Mother came on 1954-03-02 with Ada Marsh and 12 plums."
    ]
    assert corpus.masked["number"] == 2
    assert corpus.masked["address"] == 1


def test_a_chinese_name_is_hidden_with_and_without_the_family_name_but_not_a_relatives_title() -> None:
    mask = Mask(["李小满", "外婆"])
    assert mask("小满，外婆叫你。李小满！验证码是 883214。") == "[name]，外婆叫你。[name]！验证码是 [number]。"


def test_whoever_is_greeted_or_has_a_title_is_hidden_everywhere_but_not_the_person() -> None:
    said = [
        Letter("a.txt", "My dear Rose and Tom,\n\nMrs. Baker asked Rose for Mr Marsh.\n\nAda", "2001"),
        Letter("b.txt", "Dear Friends,\n\nBaker's dog and Ada Marsh met Friends of Tom.\n\nAda", "2002"),
        *LATER,
    ]
    corpus = corpus_of(ADA, said)
    assert corpus.training_texts == [
        "Mrs. [name] asked [name] for Mr Marsh.", "[name]'s dog and Ada Marsh met Friends of [name].",
    ]  # fmt: skip
    assert corpus.masked["name"] >= 6


def test_whoever_is_greeted_or_has_a_title_is_hidden_in_chinese() -> None:
    lina = Person("李娜", "1930-01-01", "2019-01-01", "zh")
    said = [
        Letter("a.txt", "小满：\n\n王老师和小满说老张病了，老方法不行，都来找李老师。", "2001"),
        Letter("b.txt", "孩子们：\n\n孩子们都好。", "2002"),
        *LATER,
    ]
    corpus = corpus_of(lina, said)
    assert corpus.training_texts == ["[name]老师和[name]说老[name]病了，老方法不行，都来找李老师。", "孩子们都好。"]


def test_names_stay_where_the_family_wants_that() -> None:
    said = [*chat((None, "Tell Tom.")), *LATER]
    assert corpus_of(ADA, said, names=["Tom"], masked=False).training_texts == ["Tell Tom."]


def test_two_letters_are_too_few() -> None:
    with pytest.raises(NotReady, match=r"2 letters.*it takes 3.*lantern add"):
        corpus_of(ADA, LATER)


def test_the_same_letters_make_the_same_corpus() -> None:
    assert corpus_of(person("hopper"), letters("hopper")) == corpus_of(person("hopper"), list(letters("hopper")))


PARTS = st.lists(st.builds(Part, st.text("ab。. \n", min_size=1, max_size=60), st.booleans()), min_size=1, max_size=12)


@given(PARTS, st.integers(2, 50))
def test_every_word_of_theirs_is_learnt_once_and_no_window_is_too_long(parts: list[Part], most: int) -> None:
    cut = list(windows(Strand(tuple(parts), None), len, most))
    assert "".join(part.text for window in cut for part in window if part.theirs) == "".join(
        part.text for part in parts if part.theirs
    )
    assert all(sum(len(part.text) for part in window) <= most for window in cut)


def test_the_end_of_a_window_is_the_context_of_the_next() -> None:
    parts = tuple(Part(f"{number} plums.\n", True) for number in range(8))
    first, second = list(windows(Strand(parts, None), len, 40))[:2]
    assert second[0] == Part(first[-1].text, False)
