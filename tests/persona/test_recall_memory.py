"""What recall holds: it grows and is corrected, leaves out what may not be quoted, and knows slips and family words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from data.types import Language, Letter
from persona.fitness import ENOUGH, PLAUSIBLE
from persona.index import Index
from persona.passages import read_all
from persona.recall import Passage, Recall, length_of
from persona.timing import Interval
from persona.topics import family_topics
from persona.words import Bags, bag
from tests.persona import other_lives

GARDEN = "I grew runner beans along the south wall of the garden."
TRAIN = "The train to Cork was always late on Mondays."
FIRST = 3  # passages: what comes after may change places, where lengths are rounded once a sentence is indexed
CLOCK = "My father repaired the church clock every spring."


def recall_of(
    letters: Sequence[Letter],
    language: Language = "en",
    glossary: dict[str, str] | None = None,
    struck: frozenset[str] = frozenset(),
) -> Recall:
    said = [one for each in read_all(letters, struck) for one in each.said]
    return Recall(said, language, family_topics(), glossary)


def letters_of(*texts: str, kind: str = "letter") -> list[Letter]:
    return [Letter(f"{at}.txt", text, "1950-03-01") for at, text in enumerate(texts)]


def first(recall: Recall, line: str, during: Interval | None = None) -> str:
    found = recall.find(line, lambda _: False, during)
    return found[0].said[0].text if found else ""


def texts(passages: Sequence[Passage]) -> list[str]:
    return [one.text for passage in passages for one in passage.said]


def test_a_sentence_added_is_found_and_one_removed_is_not() -> None:
    recall = recall_of(letters_of(GARDEN, TRAIN))
    assert first(recall, "Who mended the church clock?") != CLOCK
    (clock,) = (one for each in read_all([Letter("c.txt", CLOCK, None)]) for one in each.said)
    clock = replace(clock, place=9)
    recall.add([clock])
    assert first(recall, "Who mended the church clock?") == CLOCK
    recall.remove(clock)
    assert CLOCK not in texts(recall.find("Who mended the church clock?", lambda _: False))


def test_a_corrected_sentence_is_found_by_its_new_words_alone() -> None:
    recall = recall_of(letters_of(GARDEN, TRAIN))
    old = recall.said[0]
    new = replace(old, text="I grew yellow marrows along the south wall of the garden.")
    recall.correct(old, new)
    assert first(recall, "Did you grow marrows?") == new.text
    assert GARDEN not in texts(recall.find("Did you grow runner beans in the garden?", lambda _: False))
    recall.correct(new, old)
    assert first(recall, "Did you grow runner beans?") == GARDEN


def test_one_by_one_finds_what_all_at_once_finds() -> None:
    said = [one for each in read_all(other_lives.letters("en", 200)) for one in each.said]
    whole, grown = Recall(said, "en", family_topics()), Recall([], "en", family_topics())
    for one in said:
        grown.add([one])
    for line in ("What did you plant in the garden?", "Who taught you the violin?", "Were you married in church?"):
        both = [texts(recall.find(line, lambda _: False)[:FIRST]) for recall in (whole, grown)]
        assert both[0] == both[1]


def test_what_is_near_is_no_answer_and_what_fits_is_not_near() -> None:
    recall = recall_of(letters_of(GARDEN, TRAIN, CLOCK))
    said = recall.said[:1]
    levels = [Passage(tuple(said), said[0], 1.0, 1.0, sure) for sure in (0.0, PLAUSIBLE, ENOUGH, 1.0)]
    assert [(one.fits, one.near) for one in levels] == [(False, False), (False, True), (True, False), (True, False)]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(["put", "remove"]), st.integers(0, 99), st.integers(0, 99)), max_size=150))
def test_an_index_that_is_changed_holds_what_one_built_at_once_holds(changes: list[tuple[str, int, int]]) -> None:
    held = {number: BAGS[number] for number in range(100)}
    changed, whole = Index(), Index()
    changed.add(held.items())
    for what, number, other in changes:
        if what == "put":
            held[number] = BAGS[other]
            changed.put(number, BAGS[other])
        elif held.pop(number, None):
            changed.remove(number)
    whole.add(held.items())
    assert len(changed) == len(whole) == len(held)
    for term in ("garden", "train", "church"):
        numbers = {number for number, _ in changed.search({term: 1.0}, 100)}
        assert numbers == {number for number, _ in whole.search({term: 1.0}, 100)}
        assert numbers == {number for number, of in held.items() if of.holds(term)}


def test_what_the_family_struck_is_never_found() -> None:
    recall = recall_of(letters_of(f"{GARDEN} {TRAIN}"), struck=frozenset([TRAIN.replace(" to ", "  to ")]))
    assert [one.text for one in recall.said] == [GARDEN]


def test_a_sentence_with_a_doubtful_line_in_it_is_left_out() -> None:
    text = "I grew beans along\nthe south wail. My father\nrepaired clocks. All is well."
    letter = Letter("scan.jpg", text, None, doubtful=("the south wail. My father",))
    assert [one.text for one in recall_of([letter]).said] == ["All is well."]


def test_words_of_others_are_never_theirs_but_tell_what_a_message_answers() -> None:
    chat = [
        Letter("c.txt", "How is the old tomcat?", "2003", "message", "Ann", "c.txt", 0),
        Letter("c.txt", "Asleep since noon, as ever.", "2003", "message", None, "c.txt", 1),
        Letter("c.txt", "And the weather?", "2003", "message", "Ann", "c.txt", 2),
        Letter("c.txt", "Rain.", "2003", "message", None, "c.txt", 4),
    ]
    recall = recall_of([*chat, *letters_of(TRAIN, CLOCK)])
    assert {one.text for one in recall.said} == {chat[1].text, chat[3].text, TRAIN, CLOCK}
    assert recall.said[0].heard == chat[0].text
    assert recall.said[1].heard == ""  # something stood between
    assert first(recall, "Was the tomcat asleep?") == chat[1].text


def test_a_reply_that_shares_no_word_with_the_question_is_found_by_what_it_replied_to() -> None:
    chat = [
        Letter("c.txt", "Have you fed the tortoise?", "2003", "message", "Ann", "c.txt", 0),
        Letter("c.txt", "Lettuce, two leaves.", "2003", "message", None, "c.txt", 1),
    ]
    recall = recall_of([*chat, *other_lives.letters("en", 300)])
    assert first(recall, "Have you fed the tortoise yet?") == chat[1].text
    alone = recall_of([chat[1], *other_lives.letters("en", 300)])
    assert chat[1].text not in texts(alone.find("Have you fed the tortoise yet?", lambda _: False))


def test_a_reply_corrected_or_removed_is_found_as_it_then_stands() -> None:
    chat = [
        Letter("c.txt", "Have you fed the tortoise?", "2003", "message", "Ann", "c.txt", 0),
        Letter("c.txt", "Lettuce, two leaves.", "2003", "message", None, "c.txt", 1),
    ]
    recall = recall_of([*chat, *letters_of(GARDEN, TRAIN, CLOCK)])
    old = recall.said[0]
    new = replace(old, text="Dandelions.")
    recall.correct(old, new)
    assert first(recall, "Have you fed the tortoise yet?") == new.text
    recall.remove(new)
    assert not recall.find("Have you fed the tortoise yet?", lambda _: False)


def test_what_the_visitor_calls_mine_the_letters_call_yours() -> None:
    recall = recall_of(letters_of("Your father plays the trumpet.", "My father plays the violin."))
    assert first(recall, "What does my father play?") == "Your father plays the trumpet."
    assert first(recall, "What does your father play?") == "My father plays the violin."


def test_what_others_said_or_wrote_is_not_theirs_but_what_the_family_tells_is_read() -> None:
    given = [
        Letter("a.srt", "I fed the hens.", None, "spoken", "Ann"),
        Letter("b.txt", GARDEN, None, "letter", "Aunt Rose"),
        Letter("c.txt", TRAIN, None, "told", "Ann"),
    ]
    assert [one.text for each in read_all(given) for one in each.said] == [TRAIN]


def test_family_words_are_found_by_plain_ones_and_the_other_way_round() -> None:
    letters = [Letter("a.txt", "今天的鱼又是洁洁淡。", None), Letter("b.txt", "火车晚点了两个钟头。", None)]
    recall = recall_of(letters, "zh", {"洁洁淡": "没有味道"})
    assert first(recall, "鱼有没有味道？") == "今天的鱼又是洁洁淡。"
    other = recall_of([Letter("a.txt", "这碗汤没有味道。", None), letters[1]], "zh", {"洁洁淡": "没有味道"})
    assert first(other, "什么东西洁洁淡？") == "这碗汤没有味道。"


def test_slips_are_understood() -> None:
    recall = recall_of(letters_of(GARDEN, TRAIN, CLOCK))
    assert first(recall, "What grew in the gardn?") == GARDEN
    assert first(recall, "Was the trian late?") == TRAIN
    chinese = recall_of([Letter("a.txt", "春联还是我自己写。", None), Letter("b.txt", "火车晚点了。", None)], "zh")
    assert first(chinese, "春莲呢？") == "春联还是我自己写。"
    assert first(chinese, "火車呢？") == "火车晚点了。"


def test_what_was_said_twice_is_one_passage() -> None:
    recall = recall_of([*letters_of(GARDEN, TRAIN), Letter("again.txt", GARDEN, "1950-03-01")])
    assert texts(recall.find("What grew in your garden?", lambda _: False)).count(GARDEN) == 1
    assert texts(recall.gather("What grew in your garden?", 200)).count(GARDEN) == 1


def test_what_was_written_at_the_time_asked_for_comes_first() -> None:
    letters = [
        Letter(f"{year}.txt", f"We ate goose with {who}.", f"{year}-12-26")
        for year, who in ((1951, "Ann"), (1962, "Tom"))
    ]
    recall = recall_of(letters)
    for year, who in ((1951, "Ann"), (1962, "Tom")):
        during = Interval(date(year, 12, 1), date(year, 12, 31))
        assert first(recall, "Did you eat goose?", during) == f"We ate goose with {who}."


@settings(deadline=None)
@given(st.integers(0, 200))
def test_what_is_gathered_fits_the_budget(budget: int) -> None:
    gathered = MANY.gather("What did you grow in the garden?", budget)
    assert sum(length_of(one.text, "en") for each in gathered for one in each.said) <= budget
    assert len(gathered) == len(set(gathered))
    assert gathered or budget < 45


MANY = recall_of(other_lives.letters("en", 300))
BAGS = [bag(one.text) for one in MANY.said[:100]]


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_packed_bags_are_the_bags(lines: list[str]) -> None:
    bags = [bag(line) for line in lines]
    assert list(Bags(bags)) == bags
