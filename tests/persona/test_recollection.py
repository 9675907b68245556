"""The built-in persona: their own words with their sources, and nothing invented."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadLength, BadText, NotReady, NoWords
from data.types import Language, Letter, Person, Phrase, Turn
from persona.claims import claim_in
from persona.framing import needs_frame
from persona.guard import guard
from persona.holders import Holders
from persona.offers import OFFER_AT_LEAST, offers, taken_up
from persona.passages import read_all
from persona.recall import LIMIT, length_of, terms_of_topic
from persona.recollection import Recollection
from persona.topics import family_topics
from persona.verbatim import Originals
from persona.words import bag
from tests.persona.cases import LANGUAGES, SAMPLES, cases, letters, person, question, recollection

LINES = [line for sample in SAMPLES for _, line in cases(f"questions_{sample}")]
FEELINGS = [
    *("Hello", "I miss you", "I feel so sad today", "I'm sorry I never called", "Are you proud of me?", "How are you?"),
    *("I passed my exam!", "Thank you", "Goodbye", "tell me more"),
    *(
        "你好",
        "我想你了",
        "今天好难过",
        "对不起，没能见到你",
        "你爱我吗",
        "外公你好吗",
        "我考上了",
        "谢谢",
        "再见",
        "晚安",
        "后来呢",
    ),
]
PRAISE = re.compile(r"\b(?:good|great|wonderful|congratulations|excellent)\b!?|太好了|恭喜|真棒", re.IGNORECASE)


def ask(sample: str, *lines: str) -> list[list[Phrase]]:
    """One conversation: the phrases of each answer."""
    turns: list[Turn] = []
    answers = []
    for line in lines:
        turns.append(Turn("visitor", line))
        answers.append(list(recollection(sample).reply(turns)))
        turns.append(Turn("persona", " ".join(phrase.text for phrase in answers[-1])))
    return answers


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("line", [*LINES, *FEELINGS])
def test_every_phrase_is_theirs_to_the_letter_or_imagined(sample: str, line: str) -> None:
    originals = Originals.of(letters(sample))
    (answer,) = ask(sample, line)
    assert answer
    for phrase in answer:
        assert phrase.mark in ("exhibit", "imagined")
        assert (phrase.mark == "exhibit") == (phrase.source is not None)
        assert phrase.language == person(sample).language
        assert phrase.mark == "imagined" or originals.source_of(phrase.text) is not None


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("line", [*LINES, *FEELINGS])
def test_answers_are_brief_and_what_is_of_its_day_is_framed(sample: str, line: str) -> None:
    (answer,) = ask(sample, line)
    theirs = [phrase for phrase in answer if phrase.mark == "exhibit"]
    language = person(sample).language
    assert len(theirs) == 1 or sum(length_of(phrase.text, language) for phrase in theirs) <= LIMIT[language]
    assert len(theirs) <= 3
    dated = any(
        re.search(r"\d{4}|[零一二三四五六七八九]{4}年", phrase.text) for phrase in answer if phrase.mark == "imagined"
    )
    if any(needs_frame(phrase.text) for phrase in theirs):
        assert dated


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("line", [*LINES, *FEELINGS])
def test_the_guard_takes_nothing_away_from_the_built_in_persona(sample: str, line: str) -> None:
    turns = [Turn("visitor", line)]
    guarded = list(guard(recollection(sample), person(sample), recollection(sample).originals).reply(turns))
    plain = list(recollection(sample).reply(turns))
    assert [phrase.text for phrase in guarded] == [phrase.text for phrase in plain]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("line", FEELINGS)
def test_nothing_imagined_claims_to_live_or_cheers(sample: str, line: str) -> None:
    (answer,) = ask(sample, line)
    for phrase in answer:
        if phrase.mark == "imagined":
            assert claim_in(phrase.text, person(sample).name) is None
            assert not PRAISE.search(phrase.text)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_demonstration_asks_what_is_answered_in_their_words(sample: str) -> None:
    (answer,) = ask(sample, question(sample))
    assert {phrase.mark for phrase in answer} == {"exhibit"}


def test_a_conversation_never_repeats_itself_and_ends_by_saying_so() -> None:
    answers = ask("waigong", *["给我讲讲钓鱼"] * 12)
    theirs = [phrase.text for answer in answers for phrase in answer if phrase.mark == "exhibit"]
    assert len(theirs) == len(set(theirs))
    assert len(theirs) >= 4
    assert answers[-1][0].text in recollection("waigong").manner.forms("spent")


def test_more_goes_on_in_the_same_letter() -> None:
    first, second = ask("hopper", "What did you do with the alarm clocks?", "What happened next?")
    assert {phrase.source.file for phrase in second if phrase.source} == {
        first[-1].source.file if first[-1].source else ""
    }
    assert not {phrase.text for phrase in first if phrase.source} & {phrase.text for phrase in second}


def test_a_letter_is_read_whole_and_in_order() -> None:
    (answer,) = ask("hopper", "Read me the letter about the moth.")
    read = [phrase for phrase in answer if phrase.mark == "exhibit"]
    assert {phrase.source.file for phrase in read if phrase.source} == {"1947-a-moth.txt"}
    assert len(read) == 17
    assert "1947" in answer[0].text


@pytest.mark.parametrize("date", ["1950-05-03", None])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_of_a_letter_is_held_back_when_it_is_read(language: Language, date: str | None) -> None:
    texts: dict[Language, tuple[str, str]] = {
        "en": ("It rains. I am still here. Send me some money for the train.", "Read me a letter"),
        "zh": ("下雨了。我还在这里，我还活着。给我汇款五百块。", "给我念一封信"),
    }
    text, line = texts[language]
    ann, given = Person("Ann", None, None, language), [Letter("a.txt", text, date)]
    frame, *read = guard(Recollection(ann, given), ann, Originals.of(given)).reply([Turn("visitor", line)])
    assert frame.text.endswith((":", "："))
    assert "".join(one.text for one in read).replace(" ", "") == text.replace(" ", "")
    assert {one.mark for one in read} == {"theirs"}


def test_two_letters_of_one_file_name_are_two_letters() -> None:
    given = [Letter("letter.txt", "The roses are out.", "1950"), Letter("letter.txt", "The cat is asleep.", "1951")]
    (_, *read) = Recollection(Person("Ann", None, None, "en"), given).reply([Turn("visitor", "Read me a letter")])
    assert [one.text for one in read] == ["The roses are out."]


@pytest.mark.parametrize(
    ("language", "endless", "line"),
    [
        ("en", "we planted the roses by the wall and then " * 12 + "it rained", "Tell me about the roses"),
        ("zh", "我们在院子里种了玫瑰花浇了水然后又" * 12 + "下雨了", "给我讲讲玫瑰花"),
    ],
)
def test_a_letter_without_full_stops_is_no_answer(language: Language, endless: str, line: str) -> None:
    for kind in ("letter", "message"):
        given = [Letter("a.txt", endless, "1950-05-03", "message" if kind == "message" else "letter")]
        persona = Recollection(Person("Ann", None, None, language), given)
        for asked in (line, "I miss you", "我想你了", "How are you?", "你好吗", "Goodbye"):
            assert all(one.mark == "imagined" for one in persona.reply([Turn("visitor", asked)])), asked


@pytest.mark.parametrize("sample", SAMPLES)
def test_offers_are_the_topics_that_two_sentences_hold(sample: str) -> None:
    said = [one.text for each in read_all(letters(sample)) for one in each.said]
    bags, topics, language = [bag(text) for text in said], family_topics(), person(sample).language
    counts = {
        topic.name: sum(
            any(one.holds(term) >= 1.0 for term in terms_of_topic(topics, [topic.name], language)) for one in bags
        )
        for topic in topics.all
        if topic.offer[language]
    }
    found = [name for name, _ in offers(topics, Holders(bags), language, ())]
    assert set(found) == {name for name, count in counts.items() if count >= OFFER_AT_LEAST}
    assert [counts[name] for name in found] == sorted((counts[name] for name in found), reverse=True)
    grandmother = topics["grandmother"].terms
    assert "grandmother" not in [name for name, _ in offers(topics, Holders(bags), language, grandmother)]


def test_what_is_offered_is_there() -> None:
    (answer,) = ask("waigong", "你怎么看比特币？")
    assert answer[0].mark == "imagined"
    offered = re.findall(r"问问(.+?)，或者(.+?)。", answer[1].text)[0]
    for topic in offered:
        (about,) = ask("waigong", f"给我讲讲{topic}")
        assert any(phrase.mark == "exhibit" for phrase in about)


@pytest.mark.parametrize("sample", SAMPLES)
def test_nobody_is_called_by_another_ones_name(sample: str) -> None:
    names = re.compile(r"Mary|Roger|小满|囡囡|豆豆|students|孩子们")
    for line in ("Hello", "你好", "Goodbye", "再见"):
        (answer,) = ask(sample, line)
        assert not names.search(" ".join(phrase.text for phrase in answer if phrase.mark == "imagined"))


def test_a_familys_letters_are_theirs_and_a_samples_are_not() -> None:
    letter = Letter("a.txt", "We planted the roses in the garden by the wall.", "1950-05-03")
    family = Recollection(Person("Ann", None, None, "en"), [letter])
    assert [phrase.mark for phrase in family.reply([Turn("visitor", "Tell me about the roses")])] == ["theirs"]


def test_messages_given_one_by_one_keep_their_own_dates() -> None:
    messages = [
        Letter("chat.txt", "Planted the tomatoes along the south wall with Peter.", "2001-04-01T10:00", "message"),
        Letter("chat.txt", "The dog ate a whole cake and looked very pleased.", "2002-05-01T11:00", "message"),
    ]
    persona = Recollection(Person("Ann", None, None, "en"), messages)
    (phrase,) = persona.reply([Turn("visitor", "What did the dog eat?")])
    assert phrase.source is not None
    assert phrase.source.date == "2002-05-01T11:00"


def test_without_letters_it_says_what_is_missing() -> None:
    with pytest.raises(NoWords, match="letters"):
        Recollection(Person("Ann", None, None, "en"), [])


@pytest.mark.parametrize(
    ("line", "kind"), [("", BadLength), (" \n ", BadLength), ("a\x07b", BadText), ("\ud800", BadText)]
)
def test_a_line_that_is_no_text_is_refused(line: str, kind: type[BadText]) -> None:
    with pytest.raises(BadText) as refusal:
        list(recollection("hopper").reply([Turn("visitor", line)]))
    assert refusal.type is kind


def test_a_line_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(BadText, match="2,000"):
        list(recollection("hopper").reply([Turn("visitor", "x" * 20_000)]))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120), st.sampled_from(SAMPLES))
def test_any_text_is_answered_or_refused(line: str, sample: str) -> None:
    try:
        answer = list(guard(recollection(sample), person(sample)).reply([Turn("visitor", line)]))
    except BadText:
        return
    assert answer
    assert all(phrase.text.strip() for phrase in answer)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(min_size=1, max_size=40))
def test_any_letter_can_be_read(text: str, line: str) -> None:
    try:
        persona = Recollection(Person("Ann", None, None, "zh"), [Letter("a.txt", text, None)])
        assert list(persona.reply([Turn("visitor", line)]))
    except (BadText, NotReady):
        return


FAMILY = (
    Letter(
        "a.txt", "My darling Pip,\n\nThe cat has had a go at the curtains. I am proud of you, you know.", "1998-06-14"
    ),
    Letter("b.txt", "Dear Pip,\n\nLemon cake: two eggs and one lemon, and twenty minutes in a hot oven.", "2009-12-03"),
)


@pytest.mark.parametrize("line", ["Hello Mum", "Hi Mum, it's Pip", "Mum?", "妈", "Good morning, Nana"])
def test_who_is_greeted_by_a_family_name_greets_back(line: str) -> None:
    said = list(Recollection(Person("Ann", None, None, "en"), FAMILY).reply([Turn("visitor", line)]))
    assert not any("left no word" in one.text for one in said)


def test_asked_whether_they_were_proud_they_answer_with_what_they_wrote() -> None:
    said = list(Recollection(Person("Ann", None, None, "en"), FAMILY).reply([Turn("visitor", "Are you proud of me?")]))
    assert (said[0].mark, said[0].text[-13:]) == ("imagined", "wrote to Pip:")
    assert "I am proud of you, you know." in [one.text for one in said if one.mark == "theirs"]


def test_nobody_takes_leave_with_a_recipe() -> None:
    said = list(Recollection(Person("Ann", None, None, "en"), FAMILY).reply([Turn("visitor", "Bye Mum")]))
    assert "theirs" not in {one.mark for one in said}


ASKED_FOR: dict[Language, tuple[str, ...]] = {
    "en": ("Tell me about {}.", "What do you remember of {}?", "What did you write about {}?"),
    "zh": ("讲讲{}吧。", "你还记得{}吗？", "{}呢？"),
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_offered_is_answered_in_either_language(sample: str, language: Language) -> None:
    persona = recollection(sample)
    offered = [(name, offer) for name, offer in persona.offers if persona.tells_of(offer)]
    assert persona.openings == [offer for _, offer in offered[:2]]
    offers_here = [offer for name, _ in offered if (offer := persona.topics[name].offer[language])]
    asked = [form.format(offer) for offer in offers_here for form in ASKED_FOR[language]]
    told = {line for line in asked for phrase in persona.reply([Turn("visitor", line)]) if phrase.mark == "exhibit"}
    assert len(asked) > len(offered)
    assert set(asked) - told == set()


@pytest.mark.parametrize(
    ("sample", "line", "holds"),
    [
        ("hopper", "moth", "It was a moth."),
        ("hopper", "The pirate flag", "pirate flag"),
        ("waigong", "西湖", "西湖"),
        ("waigong", "外婆", "外婆"),  # he signed as 外公: it is not he who is called
    ],
)
def test_what_is_only_named_is_told_of(sample: str, line: str, holds: str) -> None:
    (answer,) = ask(sample, line)
    assert any(holds in phrase.text for phrase in answer if phrase.mark == "exhibit")


@pytest.mark.parametrize("line", ["Mum?", "tired", "yes", "hello", "zebra"])
def test_a_word_that_is_no_name_of_theirs_asks_for_nothing(line: str) -> None:
    (answer,) = ask("hopper", line)
    assert "exhibit" not in {phrase.mark for phrase in answer}


@pytest.mark.parametrize(
    ("sample", "line", "holds"),
    [
        ("hopper", "What do you remember of the moth?", "It was a moth."),
        ("hopper", "tell me abuot cobol", "Cobol"),
        ("hopper", "Who was Vincent?", "Vincent"),
        ("waigong", "你还记得那只猫吗？", "猫"),
        ("waigong", "讲讲你小时候", "我生在乡下"),
    ],
)
def test_who_asks_for_anything_about_a_thing_is_told_without_a_doubt(sample: str, line: str, holds: str) -> None:
    (answer,) = ask(sample, line)
    doubts = recollection(sample).manner.forms("nearest")
    assert not [phrase.text for phrase in answer if phrase.text in doubts]
    assert any(holds in phrase.text for phrase in answer if phrase.mark == "exhibit")


@pytest.mark.parametrize(
    ("sample", "line"),
    [
        ("hopper", "What should I tell my students about mistakes?"),
        ("hopper", "What would you say to my daughter who is afraid of math?"),
        ("hopper", "How do I get through grief?"),
        ("waigong", "我该怎么教孩子？"),
        ("waigong", "怎么样才能睡着？"),
    ],
)
def test_who_asks_for_advice_hears_that_none_is_given_and_then_what_bears_on_it(sample: str, line: str) -> None:
    (answer,) = ask(sample, line)
    assert answer[0].text in recollection(sample).manner.forms("advice")
    assert [phrase.mark for phrase in answer[1:3]] == ["imagined", "exhibit"]


@pytest.mark.parametrize(
    ("line", "answered"),
    [
        ("What would you like to be remembered for?", "I would like people to say that I was a good teacher."),
        ("What would you tell a girl who is the only girl in her class?", "So was I, very often."),
    ],
)
def test_what_a_letter_announces_is_said_with_it(line: str, answered: str) -> None:
    (answer,) = ask("hopper", line)
    assert answered in [phrase.text for phrase in answer]


def test_what_was_heard_is_not_said_again_for_a_sentence_that_leans_on_it() -> None:
    first, second = ask("hopper", "What do you remember of your father?", "How did he walk?")
    heard = {phrase.text for phrase in first if phrase.mark == "exhibit"}
    assert heard
    assert heard.isdisjoint(phrase.text for phrase in second)


@pytest.mark.parametrize(("sample", "line"), [("hopper", "Tell me about Paris"), ("waigong", "你去过上海吗？")])
def test_of_a_place_that_no_letter_names_nothing_is_told(sample: str, line: str) -> None:
    (answer,) = ask(sample, line)
    assert "exhibit" not in {phrase.mark for phrase in answer}


def test_who_asks_for_a_year_hears_what_was_written_in_it() -> None:
    persona = Recollection(person("hopper"), letters("hopper"), today=datetime.date(2026, 1, 1))
    said = list(persona.reply([Turn("visitor", "What were you doing in 1960?")]))
    assert "1960-01-09" in [phrase.source.date for phrase in said if phrase.source]


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_was_just_asked_for_is_not_offered(sample: str) -> None:
    persona = recollection(sample)
    for _, offer in persona.offers:
        line = taken_up(offer, person(sample).language)
        said = [phrase for phrase in persona.reply([Turn("visitor", line)]) if phrase.mark == "imagined"]
        assert not any(offer in phrase.text for phrase in said), offer
