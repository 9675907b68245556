"""A conversation of many turns: it does not repeat itself, follows what was said, and meets a feeling before a fact."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadText
from data.types import Known, Language, Letter, Person, Phrase, Turn, Visitor
from persona.claims import held_in
from persona.grave import is_grave
from persona.guard import guard
from persona.intent import intents_of
from persona.patterns import table
from persona.recall import leans_back
from persona.recollection import Recollection
from persona.sentences import even
from persona.topics import family_topics
from persona.verbatim import Originals
from tests.persona.cases import SAMPLES, letters, person, recollection

TALKS: dict[str, tuple[str, ...]] = {
    "hopper": (
        "Hello", "I miss you", "How are you?", "Tell me about the clocks", "and then?", "When was that?", "Why?",
        "What was your mother like?", "And your father?", "What is your favourite colour?", "I passed my exam!",
        "What do you think of ChatGPT?", "Tell me about the lake", "tell me more", "I'm so sad today", "ok",
        "What did you do at Harvard?", "Who was your boss?", "I planted a tree yesterday", "What is Cobol?",
        "Read me a letter", "Why did you leave me?", "I'm sorry I never called", "What about bitcoin?",
        "Thank you", "I love you", "Goodbye",
    ),
    "waigong": (
        "外公好", "我想你了", "你好吗", "蒸鱼好吃吗？", "后来呢", "那是什么时候？", "为什么？", "你和外婆怎么认识的？",
        "还有呢", "你最喜欢什么颜色？", "我考上研究生了！", "你怎么看ChatGPT？", "给我讲讲钓鱼", "接着讲", "今天好难过",
        "嗯", "厂里的事讲讲", "院子里种了什么？", "我昨天去爬山了", "评弹好听吗？", "给我念一封信", "你为什么丢下我？",
        "对不起，没能见到你", "比特币是什么？", "谢谢外公", "我爱你", "再见",
    ),
}  # fmt: skip
FEELINGS = {
    "missing": ("I miss you so much", "I dreamt of you last night", "我好想你", "昨晚梦见你了", "I wish you were here"),
    "left": ("Why did you leave me?", "Why did you have to go so soon?", "你为什么丢下我？", "你怎么就走了"),
    "love": ("I love you", "我爱你", "❤️"),
    "sadness": (
        "I feel so sad", "I'm so lonely", "I can't stop crying", "I had a miscarriage", "My husband left me", "😢",
        "今天好难过", "我一个人好孤单", "孩子没了", "我要离婚了",
    ),
    "praise": ("I'm so proud of you", "I forgive you", "我为你骄傲"),
    "birthday": ("It's my birthday today", "今天是我生日"),
    "anything": ("Tell me something", "随便讲讲", "Tell me a story"),
    "apology": ("I'm sorry I never called", "对不起，没能见到你"),
    "about_us": ("Are you proud of me?", "你爱我吗", "What would you say to me?"),
    "advice": ("Should I take the job?", "I don't know what to do", "我该不该换工作？", "怎么办"),
    "news": ("I passed my exam!", "I'm pregnant", "我考上大学了", "我结婚了"),
    "anger": ("I hate you", "You were never there for me", "我恨你"),
    "wellbeing": ("How are you?", "外公你好吗"),
    "thanks": ("Thank you", "谢谢外公"),
    "farewell": ("Goodnight", "I have to go now, see you tomorrow", "我走了，明天再来"),
    "greeting": ("Hello Grandma", "外公好", "Merry Christmas"),
    "more": ("and then?", "tell me more", "后来呢", "接着讲"),
    "when": ("When was that?", "那是什么时候？"),
    "detail": ("Why?", "为什么？", "Who was that?"),
    "letter": ("Read me a letter", "再念一封"),
    "nod": ("ok", "I see", "嗯", "..."),
    "recollects": ("I remember when you taught me to swim", "我还记得那次我们去爬山"),
    "meet": ("Can I call you tomorrow?", "我能给你打电话吗？"),
}  # fmt: skip
WOUNDING = ("congratulations", "great!", "恭喜", "太好了", "cheer up", "别难过")


def talk(persona: Recollection, *lines: str) -> list[list[Phrase]]:
    """The answers to one line after the other."""
    turns: list[Turn] = []
    answers = []
    for line in lines:
        turns.append(Turn("visitor", line))
        answers.append(list(persona.reply(turns)))
        turns.append(Turn("persona", " ".join(phrase.text for phrase in answers[-1])))
    return answers


def theirs(answer: list[Phrase]) -> list[str]:
    return [phrase.text for phrase in answer if phrase.mark in ("theirs", "exhibit")]


def is_frame(phrase: Phrase) -> bool:
    return phrase.text.endswith((":", "："))


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_sentence_is_said_twice_in_a_long_conversation(sample: str) -> None:
    answers = talk(recollection(sample), *TALKS[sample])
    said = [phrase.text for answer in answers for phrase in answer if not is_frame(phrase)]
    assert len(answers) > 20
    assert all(answers)
    assert sorted(said) == sorted(set(said))
    assert len([one for answer in answers for one in theirs(answer)]) > 20


@pytest.mark.parametrize("sample", SAMPLES)
def test_words_of_two_sources_have_a_frame_between_them(sample: str) -> None:
    for answer in talk(recollection(sample), *TALKS[sample]):
        for one, other in pairwise(answer):
            if one.source is not None and other.source is not None:
                assert (one.source.file, one.source.date) == (other.source.file, other.source.date)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_guard_lets_a_whole_conversation_pass(sample: str) -> None:
    persona = recollection(sample)
    turns: list[Turn] = []
    for line in TALKS[sample]:
        turns.append(Turn("visitor", line))
        plain = [phrase.text for phrase in persona.reply(turns)]
        assert [phrase.text for phrase in guard(persona, person(sample), persona.originals).reply(turns)] == plain
        turns.append(Turn("persona", " ".join(plain)))


FIELDS: dict[Language, dict[str, str]] = {
    "en": {
        "a": "the garden", "b": "fishing", "date": "March 1987", "to": "Mary", "author": "Mary", "name": "sparrow",
        "told": "The teahouse show was taken off the air", "born": "1 May 1920", "died": "2 February 1999",
    },
    "zh": {
        "a": "钓鱼", "b": "院子里种的东西", "date": "一九八七年三月", "to": "小满", "author": "舅舅", "name": "囡囡",
        "told": "茶馆那个节目停播了", "born": "一九二〇年五月一日", "died": "一九九九年二月二日",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_guard_holds_no_sentence_of_ours(language: Language) -> None:
    forms = [form for forms in table("manner.toml")[language].values() for form in forms]
    said = [form.format(**FIELDS[language]) for form in forms]
    assert [each for each in said if held_in(each, "Ann Lee")] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_guard_holds_no_topic_that_is_named(language: Language) -> None:
    offers = [topic.offer[language] for topic in family_topics().all if topic.offer[language]]
    forms = [form for key in ("of_topic", "offer_one") for form in table("manner.toml")[language][key]]
    said = [form.format(a=offer) for form in forms for offer in offers]
    assert [each for each in said if held_in(each, "Ann Lee")] == []


@pytest.mark.parametrize(("intent", "line"), [(intent, line) for intent, lines in FEELINGS.items() for line in lines])
def test_every_kind_of_line_is_known(intent: str, line: str) -> None:
    assert intent in intents_of(line)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("line", [line for lines in FEELINGS.values() for line in lines])
def test_a_feeling_is_met_with_framed_words_and_never_with_cheer(sample: str, line: str) -> None:
    (answer,) = talk(recollection(sample), line)
    assert answer
    assert not any(words in phrase.text.lower() for phrase in answer for words in WOUNDING if phrase.mark == "imagined")
    feeling = set(intents_of(line)) & {"missing", "left", "love", "sadness", "apology", "about_us", "news", "anger"}
    if feeling and theirs(answer):
        assert is_frame(answer[0]) or (answer[0].mark == "imagined" and is_frame(answer[1]))


@pytest.mark.parametrize(("sample", "line"), [("hopper", "Why did you leave me?"), ("waigong", "你为什么丢下我？")])
def test_a_reproach_finds_no_sentence_by_its_verb(sample: str, line: str) -> None:
    (answer,) = talk(recollection(sample), line)
    assert answer[0].mark == "imagined"
    wishes = {one.text for one in recollection(sample).manner.wishes}
    assert set(theirs(answer)) <= wishes


@pytest.mark.parametrize(
    ("sample", "line"),
    [
        ("hopper", "My cat died yesterday"), ("hopper", "Grandma passed away last week"), ("hopper", "Mum has cancer"),
        ("waigong", "我的猫昨天死了"), ("waigong", "外婆上个月走了"), ("waigong", "我妈妈住院了"),
    ],
)  # fmt: skip
def test_a_death_told_by_the_visitor_is_no_news_and_finds_no_sentence_by_its_words(sample: str, line: str) -> None:
    (answer,) = talk(recollection(sample), line)
    assert answer[0].text in recollection(sample).manner.forms("bereaved")
    for phrase in answer[1:]:
        assert not is_grave(phrase.text)


def test_who_leaves_it_open_is_told_something() -> None:
    for sample, line in (("hopper", "Tell me something"), ("waigong", "随便讲讲")):
        (answer,) = talk(recollection(sample), line)
        assert theirs(answer)


# Follow-ups

GARDEN = (
    Letter(
        "garden.txt",
        "Dear Tom,\n\nWe planted the beans along the south wall. My father had told us that they would freeze. "
        "They did, because the wall gave no shelter from the wind. The year after we built a fence of willow.",
        "1951-05-03",
    ),
    Letter("bakery.txt", "My mother worked in a bakery in Leeds.", "1952"),
    Letter("trams.txt", "My sister worked on the trams in Leeds.", "1953"),
    Letter("dance.txt", "Dear Ann,\n\nI met him at a dance, and he stepped on my foot.", "1949"),
)
ANN = Person("Ann Lee", "1920-05-01", "1999-02-02", "en")


def ann(known: Known | None = None) -> Recollection:
    return Recollection(ANN, GARDEN, known)


def test_and_then_goes_on_in_the_letter() -> None:
    first, second = talk(ann(), "Tell me about the beans", "and then?")
    assert theirs(first)[0] == "We planted the beans along the south wall."
    assert theirs(second)[0] in GARDEN[0].text
    assert not set(theirs(first)) & set(theirs(second))


def test_when_was_that_is_answered_with_the_date_of_what_was_said() -> None:
    _, answer = talk(ann(), "Tell me about the beans", "When was that?")
    assert [(phrase.mark, phrase.text) for phrase in answer] == [("imagined", "I wrote that in May 1951.")]


def test_why_is_answered_where_a_reason_follows_and_not_made_up_elsewhere() -> None:
    _, first = talk(ann(), "How did you meet him? At a dance?", "Why?")
    assert theirs(first) == []
    assert "not" in first[0].text


def test_and_your_sister_asks_the_same_of_her() -> None:
    first, second = talk(ann(), "Where did your mother work?", "And your sister?")
    assert theirs(first) == ["My mother worked in a bakery in Leeds."]
    assert theirs(second) == ["My sister worked on the trams in Leeds."]


def test_more_of_nothing_is_not_made_up() -> None:
    (answer,) = talk(ann(), "and then?")
    assert theirs(answer) == []


# Who is spoken to

LETTERS_TO_XIAOMAN = (
    Letter(
        "a.txt",
        "囡囡：\n\n院子里的月季开了两种颜色。\n\n你五岁的时候学骑车，摔了七八跤，天黑了终于骑了出去。\n\n外公",
        "2007-05-20",
    ),
)
GRANDPA = Person("沈永泉", "1938-04-12", "2019-11-03", "zh")


@pytest.mark.parametrize(
    ("visitor", "hailed"),
    [(Visitor("小满", "外孙女", "囡囡"), True), (Visitor("豆豆", "外孙", None), False), (None, False)],
)
def test_a_pet_name_is_for_the_one_who_was_called_so(visitor: Visitor | None, hailed: bool) -> None:
    persona = Recollection(GRANDPA, LETTERS_TO_XIAOMAN, Known(visitor))
    (answer,) = talk(persona, "外公好")
    assert (answer[0].text == "囡囡。") == hailed
    assert ("囡囡" in "".join(phrase.text for phrase in answer)) == hailed


def test_a_frame_says_to_whom_it_was_written_and_to_the_visitor_that_it_was_to_them() -> None:
    letter = [Letter("a.txt", "囡囡：\n\n你上次种的向日葵，已经比豆豆高了。\n\n外公", "2007-05-20")]
    for visitor, to in ((Visitor("小满", None, "囡囡"), "写给你"), (Visitor("豆豆"), "写给囡囡"), (None, "写给囡囡")):
        (answer,) = talk(Recollection(GRANDPA, letter, Known(visitor)), "给我讲讲向日葵")
        assert to in answer[0].text


def test_the_person_s_own_signs_end_a_greeting() -> None:
    chat = [Letter("c.txt", text, f"2015-01-0{day}", "message") for day, text in enumerate(
        ("The roses are out! 🌹", "Snow again! 🌹", "Soup for supper! 🌹", "The cat came home!"), start=1)]  # fmt: skip
    persona = Recollection(ANN, chat, Known(Visitor("Tom", None, "my dear Tom")))
    (answer,) = talk(persona, "Hello")
    assert answer[0].text == "My dear Tom!🌹"


# What cannot be answered from letters


@pytest.mark.parametrize(
    ("language", "line", "after"),
    [
        ("en", "What do you think of ChatGPT?", True),
        ("en", "Did you hear about the pandemic?", True),
        ("en", "What happened in 2021?", True),
        ("en", "Who is the president now?", True),
        ("en", "What did you do in 1950?", False),
        ("zh", "你知道新冠吗？", True),
        ("zh", "二零二三年你在做什么？", True),
        ("zh", "你喜欢喝茶吗？", False),
    ],
)
def test_what_came_after_their_time_is_said_to_have(language: Language, line: str, after: bool) -> None:
    persona = Recollection(Person("Ann", "1920", "1999", language), GARDEN)
    (answer,) = talk(persona, line)
    assert (answer[0].text in persona.manner.forms("after")) == after


def test_of_somebody_whose_death_is_not_told_nothing_is_after_their_time() -> None:
    persona = Recollection(Person("Ann", "1920", None, "en"), GARDEN)
    (answer,) = talk(persona, "What do you think of ChatGPT?")
    assert answer[0].text not in persona.manner.forms("after")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("When were you born?", "The day that is kept here for my birth is 1 May 1920."),
        ("When did you die?", "The day that is kept here for my death is 2 February 1999."),
        ("How old were you?", "The dates that are kept here are 1 May 1920 and 2 February 1999."),
        ("你是什么时候出生的？", "The day that is kept here for my birth is 1 May 1920."),
    ],
)
def test_birth_and_death_are_answered_from_what_the_memorial_knows(line: str, answer: str) -> None:
    (said,) = talk(ann(), line)
    assert [(phrase.mark, phrase.text) for phrase in said] == [("imagined", answer)]


# Illness, anger and death

SICK = (
    Letter("a.txt", "My garden kept me busy all that summer. The beans grew taller than the shed.", "1960"),
    Letter("b.txt", "My brother Will died in the mine when the roof fell on his shift.", "1961"),
)


def test_a_death_is_not_brought_up_unasked_but_told_to_who_wants_to_hear() -> None:
    persona = Recollection(ANN, SICK)
    first, second = talk(persona, "Tell me about your brother Will and his shift in the mine", "go on")
    assert theirs(first) == []
    assert first[0].text in persona.manner.forms("grave")
    assert theirs(second) == [SICK[1].text]
    (asked,) = talk(persona, "How did your brother Will die in the mine?")
    assert theirs(asked) == [SICK[1].text]


def test_a_letter_read_unasked_is_not_one_of_death() -> None:
    (answer,) = talk(Recollection(ANN, SICK[::-1]), "Read me a letter")
    assert theirs(answer)[0] == "My garden kept me busy all that summer."


def test_who_wrote_messages_alone_is_not_said_to_have_written_letters() -> None:
    chat = [Letter("c.txt", "The roses grew along the wall.", "2015-01-01", "message")]
    ((said,),) = talk(Recollection(ANN, chat), "Read me a letter")
    assert said.text in Recollection(ANN, chat).manner.forms("no_letter")


# What the family says was never said


def test_a_struck_sentence_is_never_said_and_may_be_given_back() -> None:
    quote = "My mother worked in a bakery in Leeds."
    asked = "Where did your mother work?"
    assert theirs(talk(ann(), asked)[0]) == [quote]
    struck = ann(Known(struck=frozenset([quote])))
    for line in (asked, "Tell me about Leeds", "Tell me about your mother", "I miss you", "and then?"):
        assert quote not in [one for answer in talk(struck, line, line) for one in theirs(answer)]


# Verbatim

LINES = st.one_of(
    st.sampled_from([line for lines in (*TALKS.values(), *FEELINGS.values()) for line in lines]),
    st.text(max_size=60).filter(str.strip),
)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(SAMPLES), st.lists(LINES, min_size=1, max_size=4))
def test_whatever_is_marked_theirs_is_theirs_to_the_letter(sample: str, lines: list[str]) -> None:
    originals = Originals.of(letters(sample))
    turns: list[Turn] = []
    for line in lines:
        turns.append(Turn("visitor", line))
        try:
            answer = list(recollection(sample).reply(turns))
        except BadText:  # a line that cannot be answered
            return
        for phrase in answer:
            if phrase.mark in ("theirs", "exhibit"):
                assert originals.source_of(phrase.text) is not None
                assert phrase.source is not None
                assert even(phrase.source.quote) == even(phrase.text)
            else:
                assert originals.source_of(phrase.text) is None or phrase.source is None
        turns.append(Turn("persona", " ".join(phrase.text for phrase in answer)))


# Whose matters are spoken of

OF_BOTH = (
    Letter(
        "a.txt",
        "小满：\n\n你出生在一个雪天，你爸爸在医院的院子里走来走去。我出生在河边的一条船上。我爹是摇船的，一辈子不肯上岸。\n\n外公",
        "2007-05-20",
    ),
    Letter("b.txt", "小满：\n\n你的左手上有一颗痣，洗不掉的。\n\n外公", "2008-05-20"),
    Letter("c.txt", "Dear Tom,\n\nYou were born in a blizzard. I was born above a bakery in Leeds.", "1950-05-01"),
    Letter("d.txt", "Dear Tom,\n\nYour father plays the trumpet. My father played nothing but cards.", "1951-05-01"),
)


@pytest.mark.parametrize(
    ("language", "line", "not_said"),
    [
        ("zh", "你在哪里出生的", "你出生在"), ("zh", "你的左手怎么了", "你的左手"),
        ("zh", "你的爸爸是做什么的", "你爸爸"),
        ("en", "Where were you born?", "You were born"), ("en", "What did your father play?", "Your father"),
    ],
)  # fmt: skip
def test_who_asks_of_them_is_not_answered_of_the_reader(language: Language, line: str, not_said: str) -> None:
    persona = Recollection(Person("Ann", "1920", "1999", language), OF_BOTH)
    (answer,) = talk(persona, line)
    assert not any(said.startswith(not_said) for said in theirs(answer))


def test_a_visitor_s_father_is_the_one_that_a_letter_calls_yours() -> None:
    persona = Recollection(ANN, OF_BOTH)
    for line, said in (
        ("What did my father play?", "Your father plays the trumpet."),
        ("What did your father play?", "My father played nothing but cards."),
    ):
        assert theirs(talk(persona, line)[0])[0] == said


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_told_to_who_leaves_it_open_leans_on_nothing(sample: str) -> None:
    lines = ("Tell me something", "Tell me a story") if sample == "hopper" else ("随便讲讲", "讲个故事")
    for answer in talk(recollection(sample), *lines * 4):
        first = next((phrase for phrase in answer if phrase.source is not None), None)
        assert first is None or not leans_back(first.text) or first.text in OPENINGS[sample]


OPENINGS = {
    sample: {one.text for one in recollection(sample).recall.said if one.number == 0} for sample in SAMPLES
}  # of letters: nothing stands before them


def test_who_asks_about_something_hears_the_story_and_not_that_there_is_one() -> None:
    for line in ("Tell me about the moth", "Tell me the story of the moth"):
        (answer,) = talk(recollection("hopper"), line)
        assert "It was a moth." in theirs(answer)
        assert not leans_back(theirs(answer)[0])


NEAR = {
    "hopper": (
        "What did you have for breakfast?",
        "Did you ever feel lonely?",
        "What did you teach?",
        "Do you still knit?",
    ),
    "waigong": ("厂里的师傅凶不凶", "怎么泡龙井", "你的手指怎么了", "你种过玫瑰吗"),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_lies_near_is_said_to_be_no_more_than_near_and_has_its_date(sample: str) -> None:
    persona = recollection(sample)
    answers = [talk(persona, line)[0] for line in NEAR[sample]]
    near = [answer for answer in answers if answer[0].text in persona.manner.forms("nearest")]
    assert near
    for answer in near:
        assert is_frame(answer[1])
        assert theirs(answer)
        assert not any(is_grave(said) for said in theirs(answer))


@pytest.mark.parametrize(
    "line", ["Do you remember my dog and his bowl?", "Did I ever visit the machine?", "What hurt?"]
)
def test_nothing_near_is_offered_about_the_visitor(line: str) -> None:
    (answer,) = talk(recollection("hopper"), line)
    assert answer[0].text not in recollection("hopper").manner.forms("nearest")


# Company


@pytest.mark.parametrize(
    ("intent", "line"),
    [
        ("everyday", "What are you doing?"), ("everyday", "Did you sleep well?"), ("everyday", "What's for dinner?"),
        ("everyday", "你在干嘛"), ("everyday", "吃饭了吗"), ("everyday", "外公，昨晚睡得好吗"),
        ("festive", "Merry Christmas, Granny"), ("festive", "新年快乐"), ("festive", "中秋节快乐"),
        ("longing", "I want to eat your soup again"), ("longing", "I miss your cooking"),
        ("longing", "我想吃你做的红烧鱼"),
        ("voice", "I want to hear your voice"), ("voice", "我想听你的声音"),
        ("night", "Good night"), ("night", "晚安"), ("knows_me", "Do you remember me?"), ("knows_me", "你还记得我吗"),
    ],
)  # fmt: skip
def test_company_is_known_and_met_with_a_word_of_ours(intent: str, line: str) -> None:
    assert intent in intents_of(line)
    for sample in SAMPLES:
        (answer,) = talk(recollection(sample), line)
        manner = recollection(sample).manner
        assert answer[0].text not in (*manner.forms("nothing"), *manner.forms("heard"))


@pytest.mark.parametrize(
    ("sample", "line"), [("hopper", "What are you doing?"), ("waigong", "吃饭了吗"), ("waigong", "你在干嘛")]
)
def test_small_talk_is_answered_with_a_day_of_long_ago_and_its_date(sample: str, line: str) -> None:
    (answer,) = talk(recollection(sample), line)
    assert answer[0].mark == "imagined"
    assert is_frame(answer[1])
    assert theirs(answer)
    assert not any(is_grave(said) for said in theirs(answer))


def test_asked_whom_they_were_fond_of_they_tell_of_the_two_of_them() -> None:
    (answer,) = talk(recollection("waigong"), "你爱外婆吗")
    assert answer[0].text in recollection("waigong").manner.forms("fond")
    assert "外婆" in theirs(answer)[0]
    assert "我" in theirs(answer)[0]
    (nobody,) = talk(recollection("hopper"), "Did you love Grandma?")
    assert nobody[0].text not in recollection("hopper").manner.forms("fond")


def test_a_wedding_is_met_with_theirs_but_not_with_one_that_ended() -> None:
    (happy,) = talk(recollection("waigong"), "我要结婚了")
    assert any("结的婚" in said for said in theirs(happy))
    (parted,) = talk(recollection("hopper"), "I'm getting married in June")
    assert not any("married" in said for said in theirs(parted))


def test_snow_told_of_calls_up_their_snow() -> None:
    (answer,) = talk(recollection("waigong"), "今天下雪了")
    assert any("雪" in said for said in theirs(answer))


def test_an_offer_is_not_made_twice_in_a_row() -> None:
    offers = ("You could ask", "Ask me about", "I wrote of")
    said = [
        " ".join(one.text for one in each) for each in talk(recollection("hopper"), *["What is bitcoin mining?"] * 4)
    ]
    offered = [any(lead in text for lead in offers) for text in said]
    assert not any(one and other for one, other in pairwise(offered))


def test_a_name_called_at_the_beginning_needs_a_frame_for_anybody_else() -> None:
    chat = [
        Letter("a.txt", "囡囡：\n\n院子里的月季开了两种颜色。\n\n外公", "2007-05-20"),
        Letter("c.txt", "囡囡，老师傅当年扫了三个月的地。", "2015-01-01", "message"),
    ]
    for visitor, framed in ((None, True), (Visitor("小满", None, "囡囡"), False)):
        (answer,) = talk(Recollection(GRANDPA, chat, Known(visitor)), "给我讲讲老师傅扫地")
        assert is_frame(answer[0]) == framed


# Two visitors of two memorials

NAN = Person("Nan Hill", "1930-05-01", "2018-02-02", "en")
NAN_LETTERS = (
    Letter(
        "a.txt",
        "Dear Lucy,\n\nI cleaned offices for thirty years. A house will wait for you, a good job will not.",
        "1996-03",
    ),
    Letter(
        "b.txt",
        "Dear Lucy,\n\nYour grandad stood in the snow for three hours to see the train. He came home blue.",
        "1998-01",
    ),
)
WAIPO = Person("林秀英", "1932", "2019", "zh")
WAIPO_LETTERS = (
    Letter("a.txt", "小雨：\n\n你外公年轻的时候，在雪地里站了三个钟头等火车。回来脸都青了。\n\n外婆", "1996-03-02"),
    Letter("b.txt", "小雨：\n\n红烧肉要用五花肉，小火炖两个钟头，油不要疼。院子里的枇杷熟了。\n\n外婆", "1998-03-02"),
)
LUCY, XIAOYU = Visitor("Lucy", "granddaughter", "sparrow"), Visitor("小雨", "外孙女", "囡囡")


def nan(visitor: Visitor | None = LUCY) -> Recollection:
    return Recollection(NAN, NAN_LETTERS, Known(visitor))


def waipo(visitor: Visitor | None = XIAOYU) -> Recollection:
    return Recollection(WAIPO, WAIPO_LETTERS, Known(visitor))


@pytest.mark.parametrize("line", ["I lost my job", "I lost the house", "I got sacked from my job", "I lost my job."])
def test_no_consolation_is_hard_on_what_was_lost(line: str) -> None:
    (answer,) = talk(nan(), line)
    assert answer[0].text in nan().manner.forms("sadness")
    assert not any("will not" in said for said in theirs(answer))


def test_who_lost_their_work_is_not_told_of_work() -> None:
    for line in ("I lost my job", "I was laid off"):
        answers = talk(recollection("hopper"), *[line] * 4)
        assert any(map(theirs, answers))
        assert not any("work" in said for answer in answers for said in theirs(answer))


def test_the_same_words_are_said_where_nothing_was_lost() -> None:
    (answer,) = talk(nan(), "What did you say about a good job?")
    assert "A house will wait for you, a good job will not." in theirs(answer)


@pytest.mark.parametrize(
    "line",
    [
        "I wish I had called you more", "I feel so guilty", "It's my fault", "I wasn't there at the end",
        "对不起，我没有见到你最后一面", "都是我的错", "我很内疚", "最后我没有赶到",
    ],
)  # fmt: skip
def test_guilt_is_met_gently(line: str) -> None:
    for persona in (nan(), waipo()):
        (answer,) = talk(persona, line)
        assert answer[0].text in persona.manner.forms("apology")
        assert not any(words in answer[0].text for words in ("Put that down", "先放一放"))


def test_who_misses_them_is_offered_a_letter_and_no_topic() -> None:
    for persona, line in ((nan(), "I miss you so much"), (waipo(), "我好想你")):
        ours, offer = talk(persona, line)[0]
        assert ours.text in persona.manner.forms("missing")
        assert offer.text in persona.manner.forms("voice")


@pytest.mark.parametrize("line", ["你疼不疼", "疼吗", "你走的时候疼不疼"])
def test_asked_whether_it_hurt_no_letter_answers(line: str) -> None:
    (answer,) = talk(waipo(), line)
    assert [phrase.text for phrase in answer] == waipo().manner.forms("end")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("What did you call me?", "I called you sparrow."), ("What was your pet name for me?", "I called you sparrow."),
        ("What's my name?", "The name that you came with is Lucy."),
    ],
)  # fmt: skip
def test_the_visitor_s_name_and_what_they_were_called_are_known(line: str, said: str) -> None:
    guarded = guard(nan(), NAN, nan().originals)
    assert [(one.mark, one.text) for one in guarded.reply([Turn("visitor", line)])] == [("imagined", said)]


def test_in_chinese_too() -> None:
    for line, said in (("你以前怎么叫我", "我叫你囡囡。"), ("我叫什么名字", "你来的时候，报的名字是小雨。")):
        assert [phrase.text for phrase in talk(waipo(), line)[0]] == [said]


def test_a_name_that_is_not_known_is_not_made_up() -> None:
    for visitor, key in ((None, "who_reads"), (Visitor("Lucy"), "called_nothing")):
        (answer,) = talk(nan(visitor), "What did you call me?")
        assert [phrase.text in nan().manner.forms(key) for phrase in answer] == [True]


@pytest.mark.parametrize(
    ("line", "greeted"), [("我是小雨", True), ("外婆，我是小雨", True), ("我又来了", True), ("我是老师", False)]
)
def test_who_says_who_they_are_is_greeted(line: str, greeted: bool) -> None:
    (answer,) = talk(waipo(), line)
    assert (answer[0].text == "囡囡。") == greeted


def test_another_one_after_a_letter_is_another_letter() -> None:
    for persona, lines in ((nan(), ("Read me a letter", "another one")), (waipo(), ("念一封信", "另一封"))):
        first, second, none = talk(persona, *lines, lines[-1])
        assert theirs(first)
        assert theirs(second)
        assert not set(theirs(first)) & set(theirs(second))
        assert none[0].text in persona.manner.forms("spent_all")


def test_another_one_after_anything_else_reads_no_letter() -> None:
    _, answer = talk(recollection("hopper"), "Tell me about the clocks", "another one")
    assert answer
    assert not any(phrase.text.startswith("This is what I wrote") for phrase in answer)


def test_no_joke_is_made_up() -> None:
    for persona, line in ((nan(), "Tell me a joke"), (waipo(), "讲个笑话")):
        (answer,) = talk(persona, line)
        assert answer[0].text in persona.manner.forms("no_joke")
        assert theirs(answer) == []


def test_a_joke_that_was_written_down_is_told() -> None:
    joke = Letter("joke.txt", "The best joke I know: a duck walks into a chemist and asks for lip balm.", "1990-01")
    (answer,) = talk(Recollection(NAN, [*NAN_LETTERS, joke]), "Do you know a joke?")
    assert theirs(answer) == [joke.text]


@pytest.mark.parametrize(
    ("asked", "further", "sentence"),
    [
        ("Tell me about the train", "How long did he stand?", "for three hours"),
        ("Tell me about the train", "how long?", "for three hours"),
        ("外公等火车的事", "他站了多久", "三个钟头"),
    ],
)
def test_what_was_just_heard_is_said_again_to_who_asks_for_it(asked: str, further: str, sentence: str) -> None:
    persona = waipo() if "站" in further else nan()
    _, answer = talk(persona, asked, further)
    assert answer[0].text in persona.manner.forms("just_now")
    assert any(sentence in said for said in theirs(answer))


def test_what_was_not_in_it_is_not_said_again() -> None:
    _, answer = talk(nan(), "Tell me about the train", "What colour was it?")
    assert theirs(answer) == []


def test_a_question_that_stood_before_in_the_chat_helps_to_find_the_reply() -> None:
    reply = "Half a pound of flour, two spoons of treacle, and biscuits want a slow oven."
    said = []
    for asker in (Letter("c.txt", "How do you make the ginger biscuits?", None, "message", "Lucy", "fam"), None):
        chat = [asker, Letter("c.txt", reply, "2015-05-01", "message", None, "fam")]
        chat.append(
            Letter("c.txt", "The biscuits that your mother brought were hard.", "2015-06", "message", None, "fam")
        )
        (answer,) = talk(Recollection(NAN, [one for one in chat if one]), "How do you make the ginger biscuits?")
        said.append(theirs(answer))
    assert said[0] == [reply]
    assert reply not in said[1]
