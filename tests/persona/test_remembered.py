"""What a visitor tells is kept in their words and told back as theirs; never mixed up with what the person wrote."""

from __future__ import annotations

import datetime

import pytest

from data.types import Known, Language, Letter, Person, Phrase, Remembered, Turn, Visitor
from persona.claims import claim_in
from persona.recollection import Recollection
from persona.remembered import worth_keeping

KEPT = (
    "The teahouse show was taken off the air", "I passed my driving test", "We named the baby Grace",
    "My dog is called Biscuit", "I've moved to Leeds", "They closed the old cinema", "Sam started school today",
    "The cherry tree fell in the storm", "Grandma died in March", "I work at the library now", "I'm learning Chinese",
    "茶馆那个节目停播了", "我搬到上海了", "我们养了一条狗", "我女儿叫小雨", "舅舅退休了", "老房子拆了",
    "我是老师", "I'm a teacher", "I came back from Spain", "I'm back at work", "我是素食者",
    "我下个月结婚", "妈妈把你的收音机修好了", "我现在在银行上班",
)  # fmt: skip
NOT_KEPT = (
    "Hello", "I miss you", "How are you?", "What did you eat?", "Goodbye", "Thank you", "I love you so much", "ok",
    "Tell me about the garden", "I am sad", "I have a question", "I read your letter", "You were a good man",
    "I have to go now", "My password is hunter2", "你好", "我想你了", "再见", "谢谢外公", "我爱你", "讲讲钓鱼",
    "我又来了", "我今天又来了", "我是小雨", "我叫小雨", "我是你外孙女小雨", "I'm back", "It's me", "I came back",
    "Hello again, it's Lucy", "My name is Lucy", "I came to see you", "我好难过", "嗯",
    "我来看你了", "我有个问题", "我知道了",
)  # fmt: skip
DANGER = ("I want to die", "I want to kill myself", "I bought pills to end it all", "我不想活了", "我想死")
TODAY = datetime.date(2026, 11, 21)
TEAHOUSE = Remembered("1", "The teahouse show was taken off the air", "2026-03-04", "Tom")
MOVED = Remembered("2", "I've moved to Leeds", "2025-05-06", "Tom")
MUM = Remembered("3", "My mum is in hospital", "2026-10-04", "Tom")
LETTERS = (
    Letter("a.txt", "We went to the teahouse every Sunday. The tea was weak and the stories were strong.", "1951-05"),
    Letter("b.txt", "The roses grew along the wall of the school.", "1952-05"),
)


def ask(line: str, *told: Remembered, language: Language = "en") -> list[Phrase]:
    persona = Recollection(
        Person("Ann Lee", "1920", "1999", language), LETTERS, Known(Visitor("Tom"), remembered=told), TODAY
    )
    return list(persona.reply([Turn("visitor", line)]))


@pytest.mark.parametrize("line", KEPT)
def test_what_tells_of_the_visitor_is_kept_in_their_words(line: str) -> None:
    assert worth_keeping(line) == line


@pytest.mark.parametrize("line", [*NOT_KEPT, *DANGER])
def test_questions_greetings_feelings_secrets_and_danger_are_not_kept(line: str) -> None:
    assert worth_keeping(line) is None


def test_only_the_telling_sentences_of_a_line_are_kept() -> None:
    assert worth_keeping("Hi Grandpa. I passed my test. How are you?") == "I passed my test."


def test_what_was_told_once_is_told_back_in_a_later_conversation() -> None:
    said = ask("What about the teahouse show?", MOVED, TEAHOUSE)
    back = [phrase for phrase in said if TEAHOUSE.text in phrase.text]
    assert [phrase.mark for phrase in back] == ["imagined"]
    assert back[0].text == f"In March you told me: “{TEAHOUSE.text}”"
    assert MOVED.text not in "".join(phrase.text for phrase in said)


def test_it_is_never_mixed_up_with_what_the_person_wrote() -> None:
    said = ask("Tell me about the teahouse", TEAHOUSE)
    assert next(phrase.text for phrase in said if phrase.mark == "theirs") == "We went to the teahouse every Sunday."
    assert all(phrase.source is None for phrase in said if TEAHOUSE.text in phrase.text)
    assert not any(TEAHOUSE.text in phrase.text for phrase in said if phrase.mark == "theirs")


def test_who_asks_what_they_told_hears_the_latest_first() -> None:
    said = ask("Do you remember what I told you?", MOVED, TEAHOUSE, MUM)
    assert [phrase.text.split(": ")[1].strip("“”") for phrase in said] == [MUM.text, TEAHOUSE.text, MOVED.text]
    assert ask("What did I tell you?")[0].text == "There is nothing kept here that you told me."


@pytest.mark.parametrize("line", ["What was my news?", "Tell me my news", "我的好消息是什么"])
def test_who_asks_for_their_news_hears_what_they_told(line: str) -> None:
    language: Language = "zh" if "我" in line else "en"
    assert MOVED.text in ask(line, MOVED, language=language)[0].text


def test_a_question_for_what_was_passed_is_no_news_but_asks_for_what_was_told() -> None:
    told = Remembered("1", "我考上研究生了", "2026-10-04", "小雨")
    for line in ("我考上什么了", "我考上了什么学校"):
        assert [phrase.text for phrase in ask(line, told, language="zh")] == ["十月你跟我讲过：“我考上研究生了”"]
    assert told.text not in "".join(phrase.text for phrase in ask("我考上大学了！", told, language="zh"))


def test_a_greeting_recalls_the_latest_that_is_no_grief() -> None:
    text = " ".join(phrase.text for phrase in ask("Hello", MOVED, TEAHOUSE, MUM))
    assert TEAHOUSE.text in text
    assert MUM.text not in text


def test_what_was_told_today_is_said_to_be_of_today() -> None:
    (said, *_) = ask("What about the teahouse show?", Remembered("1", TEAHOUSE.text, "2026-11-21", "Tom"))
    assert not said.text.startswith("In November")


def test_what_was_told_earlier_in_the_same_conversation_is_known_too() -> None:
    turns = [
        Turn("visitor", "My dog is called Biscuit"), Turn("persona", "That is worth setting down."),
        Turn("visitor", "Hello"), Turn("persona", "All that I wrote is here."),
        Turn("visitor", "What is my dog called?"),
    ]  # fmt: skip
    persona = Recollection(Person("Ann Lee", "1920", "1999", "en"), LETTERS)
    assert [phrase.text for phrase in persona.reply(turns)] == ["Earlier today you told me: “My dog is called Biscuit”"]


def test_nothing_told_makes_the_persona_claim_to_live() -> None:
    for text in ("I am still alive and here with you", "Send me the money today"):
        said = ask("What did I tell you?", Remembered("1", text, "2026-03-04", "Tom"))
        assert not any(claim_in(phrase.text) for phrase in said)


def test_chinese_tells_back_in_chinese() -> None:
    told = Remembered("1", "茶馆那个节目停播了", "2026-03-04", "小满")
    said = ask("茶馆那个节目怎么样了？", told, language="zh")
    assert said[0].text == "三月你跟我讲过：“茶馆那个节目停播了”"
