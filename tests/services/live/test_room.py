"""A conversation as those who listen have it."""

import io
import threading
from collections.abc import Iterator, Sequence

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import BadText
from data.types import Phrase, Turn
from services.live.room import TAKEN
from services.live.tape import AHEAD_S, Piece
from tests.services.live.conftest import Page, Talk
from tests.small_stages import Colour, Tone, Words, phrase

LONG = "one two three four five six seven eight nine ten " * 10  # 490 frames of sound: 19.6 s


def frames_of(film: bytes) -> int:
    with av.open(io.BytesIO(film), "r") as container:
        return sum(1 for _ in container.decode(video=0))


def test_an_answer_is_told_in_words_then_in_pieces_and_then_it_ends(talk: Talk) -> None:
    talk.says("Good morning.", "It rains.")
    page = Page(talk.room)
    talk.room.say("Hello", "a")
    end = page.until_the_end()
    assert page.ready == {"type": "ready", "turn": 0, "listening": True}
    assert page.told[0] == {"type": "turn", "turn": 0, "id": "a", "line": "Hello"}
    assert page.words() == ["Good morning.", "It rains."]
    assert page.kinds().index("media") < page.kinds().index("cue")
    assert (end["reason"], end["duration_s"]) == ("said", (13 + 9) / 25)
    assert [each.number for each in page.pieces] == list(range(len(page.pieces)))
    assert frames_of(page.film()) == 22


def test_the_words_do_not_wait_for_the_sound(talk: Talk) -> None:
    hold = threading.Event()
    talk.says("One.", "Two.", "Three.", "Four.", "Five.", "Six.")

    def wait() -> None:
        hold.wait(20)

    talk.troupe.voice = Tone(before_each=wait)
    page = Page(talk.room)
    talk.room.say("Hello")
    page.until(lambda page: len(page.words()) == 6)
    assert not page.pieces
    hold.set()
    page.until_the_end()


def test_a_cue_tells_where_each_sentence_begins(talk: Talk) -> None:
    talk.says("Good morning.", "It rains.", phrase("Call 112.", "notice"), "Bye.")
    page = Page(talk.room)
    talk.room.say("Hello")
    page.until_the_end()
    cues = [(each["phrase"], each["start_s"]) for each in page.told if each["type"] == "cue"]
    assert cues == [(0, 0.0), (1, 13 / 25), (3, 22 / 25)]


def test_notices_alone_are_text_alone(talk: Talk) -> None:
    talk.says(phrase("Please call 112.", "notice"))
    page = Page(talk.room)
    talk.room.say("I am in danger")
    assert page.until_the_end()["reason"] == "said"
    assert page.kinds() == ["turn", "phrase", "end"]
    assert not page.told[1]["spoken"]
    assert not page.pieces


def test_without_a_portrait_there_are_words(talk: Talk) -> None:
    talk.troupe.face = None
    page = Page(talk.room)
    talk.room.say("Hello")
    page.until_the_end()
    assert page.words() == ["Good morning."]
    assert not page.pieces


def test_an_interruption_ends_the_answer_at_once_and_no_thread_is_left(talk: Talk) -> None:
    talk.says(LONG)
    voice, face = Tone(), Colour()
    talk.troupe.voice, talk.troupe.face = voice, face
    page = Page(talk.room, slow=True)
    performance = talk.room.say("Hello")
    page.until(lambda page: len(page.pieces) > 3)
    had = len(page.pieces)
    talk.room.interrupt()
    assert page.until_the_end()["reason"] == "interrupted"
    assert len(page.pieces) == had
    assert performance is not None
    performance.join()
    assert voice.closed.is_set()
    assert face.closed.is_set()
    assert not any(thread.name == "answer" for thread in threading.enumerate())


def test_a_line_during_an_answer_interrupts_it(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk.room, slow=True)
    talk.room.say("Hello")
    page.until(lambda page: page.pieces)
    talk.says("Yes.")
    talk.room.say("Wait")
    page.until_the_end(1)
    order = [(each["type"], each["turn"]) for each in page.told if each["type"] in ("turn", "end")]
    assert order == [("turn", 0), ("end", 0), ("turn", 1), ("end", 1)]
    assert page.ends(0)[0]["reason"] == "interrupted"


def test_the_same_line_sent_twice_is_said_once(talk: Talk) -> None:
    page = Page(talk.room)
    assert talk.room.say("Hello", "a") is not None
    assert talk.room.say("Hello", "a") is None
    page.until_the_end()
    assert [each["turn"] for each in page.told if each["type"] == "turn"] == [0]
    assert len(talk.conversations.turns(talk.kept.id, -1, 10)) == 1


def test_one_who_comes_later_takes_the_place(talk: Talk) -> None:
    first = Page(talk.room)
    second = Page(talk.room)
    assert first.dismissed == (TAKEN, "opened elsewhere")
    talk.room.say("Hello")
    second.until_the_end()
    assert first.take() is None
    assert not talk.room.leave(first)


def test_one_who_comes_anew_is_not_told_the_middle_of_an_answer(talk: Talk) -> None:
    talk.says(LONG)
    first = Page(talk.room, slow=True)
    talk.room.say("Hello")
    first.until(lambda page: page.pieces)
    second = Page(talk.room)
    assert second.ready == {"type": "ready", "turn": 1, "listening": False}
    assert second.take() is None
    talk.says("Yes.")
    talk.room.say("And now?")
    second.until_the_end(1)
    assert {each["turn"] for each in second.told} == {1}


def test_no_more_is_made_than_a_little_ahead_of_what_is_played(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk.room, slow=True)
    talk.room.say("Hello")
    page.until(lambda page: page.pieces and page.pieces[-1].end_s >= AHEAD_S)
    assert page.take() is None
    talk.room.played(0, 1.0)
    page.until(lambda page: page.pieces[-1].end_s >= AHEAD_S + 1.0)
    assert page.pieces[-1].end_s < AHEAD_S + 1.0 + 0.4
    talk.room.interrupt()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 14), max_size=5))
def test_wherever_the_line_breaks_nothing_is_lost_and_nothing_comes_twice(talk: Talk, cuts: list[int]) -> None:
    talk.says("Good morning.", "The beans are in flower again.")
    page = Page(talk.room, slow=True)
    turn = page.ready["turn"]
    talk.room.say("Hello")
    for messages in cuts:
        for _ in range(messages):
            if not page.ends(turn):
                page.until_more()
        talk.house.left(talk.room, page)
        back = Page(talk.room, slow=True)
        back.told, back.pieces = page.told, page.pieces
        talk.room.resume(turn, len(page.words(turn)), len(page.pieces))
        page = back
    page.until_the_end(turn)
    assert page.words(turn) == ["Good morning.", "The beans are in flower again."]
    assert [each.number for each in page.pieces] == list(range(len(page.pieces)))
    assert frames_of(page.film(turn)) == 13 + 30


def test_who_comes_back_to_what_was_let_go_has_the_words_and_an_end(talk: Talk) -> None:
    talk.says(LONG, "And that is all.")
    page = Page(talk.room)
    talk.room.say("Hello")
    page.until(lambda page: page.pieces and page.pieces[-1].end_s > 4)
    back = Page(talk.room)
    talk.room.resume(0, 0, 0)
    back.until_the_end()
    assert len(back.words()) == 2
    assert not back.pieces
    assert back.ends(0)[0]["reason"] == "interrupted"


def test_a_slow_page_gets_fewer_pictures_and_whole_sound(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk.room, slow=True)
    talk.room.say("Hello")

    def behind(page: Page) -> bool:
        """Played up to just before what is there."""
        if page.pieces:
            talk.room.played(0, max(0.01, page.pieces[-1].end_s - 0.05))
        return bool(page.ends(0))

    page.until(behind)
    with av.open(io.BytesIO(page.film()), "r") as container:
        pictures = sum(1 for _ in container.decode(video=0))
    with av.open(io.BytesIO(page.film()), "r") as container:
        sound_s = sum(each.samples for each in container.decode(audio=0)) / 48_000
    assert pictures < 490 * 0.75
    assert abs(sound_s - 490 / 25) < 0.05


class Failing:
    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        yield phrase("Good")
        raise BadText("this line cannot be answered")


class Refusing:
    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        raise BadText("this line cannot be answered")
        yield


def test_a_line_that_cannot_be_answered_is_no_turn(talk: Talk) -> None:
    talk.troupe.persona = Refusing()
    page = Page(talk.room)
    performance = talk.room.say("x")
    end = page.until_the_end()
    assert performance is not None
    performance.join()
    assert (end["reason"], end["problem"]["detail"]) == ("failed", "this line cannot be answered")
    assert talk.conversations.turns(talk.kept.id, -1, 10) == []
    talk.says("Yes.")
    talk.room.say("And now?")
    assert page.until_the_end(1)["reason"] == "said"


def test_what_fails_midway_is_kept_as_far_as_it_came(talk: Talk) -> None:
    talk.troupe.persona = Failing()
    page = Page(talk.room)
    performance = talk.room.say("x")
    assert page.until_the_end()["reason"] == "failed"
    assert performance is not None
    performance.join()
    (kept,) = talk.conversations.turns(talk.kept.id, -1, 10)
    assert (kept.reason, [each.text for each in kept.phrases]) == ("failed", ["Good"])


def test_a_turn_is_kept_as_far_as_it_was_heard(talk: Talk) -> None:
    talk.says("Good morning.", LONG, "And that is all.")
    page = Page(talk.room)
    performance = talk.room.say("Hello")
    page.until(lambda page: page.pieces and page.pieces[-1].end_s > 2)
    talk.room.interrupt()
    assert performance is not None
    performance.join()
    kept = talk.conversations.turn(talk.kept.id, 0)
    assert (kept.line, kept.reason) == ("Hello", "interrupted")
    assert [each.text for each in kept.phrases] == ["Good morning.", LONG]


def test_an_answer_rests_on_what_was_said_before_even_after_everybody_left(talk: Talk) -> None:
    seen: list[Sequence[Turn]] = []

    class Watching(Words):
        def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
            seen.append(turns)
            return super().reply(turns)

    talk.troupe.persona = Watching([phrase("Good morning.")])
    page = Page(talk.room)
    talk.room.say("Hello")
    page.until_the_end()
    talk.house.left(talk.room, page)
    assert talk.house.rooms == {}
    page = Page(talk.room)
    assert page.ready["turn"] == 1
    talk.room.say("Again")
    page.until_the_end(1)
    assert seen[-1] == [Turn("visitor", "Hello"), Turn("persona", "Good morning."), Turn("visitor", "Again")]


def test_what_a_visitor_tells_is_remembered_and_told_so(talk: Talk) -> None:
    page = Page(talk.room)
    talk.room.say("The teahouse show was taken off the air")
    remembered = page.until_the_end()["remembered"]
    assert remembered["text"] == "The teahouse show was taken off the air"
    assert [each.id for each in talk.archive.memory(talk.memorial.id).remembered("Tom")] == [remembered["id"]]


def test_a_conversation_that_is_removed_sends_everybody_away(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk.room)
    talk.room.say("Hello")
    page.until(lambda page: page.pieces)
    account = talk.archive.accounts().all()[0]
    talk.conversations.remove(account.id, talk.kept.id)
    talk.house.removed(talk.kept.id)
    assert page.dismissed is not None
    assert talk.house.rooms == {}


def test_an_answer_is_dropped_when_nobody_comes_back(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.live.house.COMES_BACK_S", 0.05)
    talk.says(LONG)
    page = Page(talk.room, slow=True)
    room = talk.room
    performance = room.say("Hello")
    page.until(lambda page: page.pieces)
    talk.house.left(room, page)
    assert performance is not None
    performance.join()
    assert performance.tape.ended == "interrupted"
    assert isinstance(page.pieces[0], Piece)
    assert talk.house.rooms == {}


def test_somebody_is_talking_while_an_answer_is_under_way(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk.room, slow=True)
    performance = talk.room.say("Hello")
    page.until(lambda page: page.pieces)
    assert talk.archive.home.somebody_talks()
    talk.room.interrupt()
    assert performance is not None
    performance.join()
    assert not talk.archive.home.somebody_talks()
