"""A conversation as those who listen have it."""

import io
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.conversations import Reason
from data.errors import BadText, Busy, UnknownNote
from data.types import Person, Phrase, Turn
from orchestrator.stages import Animator, Face
from services import metrics
from services.answers import SPEAKING_RATE
from services.live.house import SOCKETS
from services.live.performance import Performance
from services.live.room import REMOVED, TAKEN, UNWELCOME
from services.live.tape import AHEAD_S, Piece, Tape
from services.logs import OURS, Lines
from services.report import Json
from tests.services.live.conftest import Page, Talk
from tests.small_stages import Colour, Tone, Words, phrase

LONG = "one two three four five six seven eight nine ten " * 10  # 490 frames of sound: 19.6 s


@dataclass
class Watching(Words):
    """Keeps what it was asked."""

    seen: list[Sequence[Turn]] = field(default_factory=list)

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        self.seen.append(turns)
        return super().reply(turns)


def frames_of(film: bytes) -> int:
    with av.open(io.BytesIO(film), "r") as container:
        return sum(1 for _ in container.decode(video=0))


def test_an_answer_is_told_in_words_then_in_pieces_and_then_it_ends(talk: Talk) -> None:
    talk.says("Good morning.", "It rains.")
    page = Page(talk)
    talk.say("Hello", "a")
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
    page = Page(talk)
    talk.say("Hello")
    page.until(lambda page: len(page.words()) == 6)
    assert not page.pieces
    hold.set()
    page.until_the_end()


def test_a_cue_tells_where_each_sentence_begins(talk: Talk) -> None:
    talk.says("Good morning.", "It rains.", phrase("Call 112.", "notice"), "Bye.")
    page = Page(talk)
    talk.say("Hello")
    page.until_the_end()
    cues = [(each["phrase"], each["start_s"]) for each in page.told if each["type"] == "cue"]
    assert cues == [(0, 0.0), (1, 13 / 25), (3, 22 / 25)]


def test_an_answer_in_chinese_is_cut_at_its_own_marks_and_told_as_fast_as_it_is_spoken(talk: Talk) -> None:
    memorial = talk.archive.create(Person("外公", None, None, "zh"))
    kept = talk.archive.conversations(memorial.id).create(talk.kept.account_id, "小梅")
    home = replace(talk, memorial=memorial, kept=kept)
    home.says(*(Phrase(text, "zh", "imagined") for text in ("鱼没有味道，", "要多放姜。", "你吃饭了吗？")))
    page = Page(home)
    home.say("外公，鱼好吃吗？")
    assert page.until_the_end()["reason"] == "said"
    cues = {each["phrase"]: each["start_s"] for each in page.told if each["type"] == "cue"}
    assert cues[0] == 0.0
    assert cues[1] == pytest.approx(len("鱼没有味道，") / SPEAKING_RATE["zh"], abs=0.001)
    assert cues[2] == len("鱼没有味道，要多放姜。") / 25
    talk.troupe.persona = watching = Watching([Phrase("好。", "zh", "imagined")])
    home.say("再见")
    page.until_the_end(1)
    assert watching.seen[-1][1] == Turn("persona", "鱼没有味道，要多放姜。你吃饭了吗？")


def test_notices_alone_are_text_alone(talk: Talk) -> None:
    talk.says(phrase("Please call 112.", "notice"))
    page = Page(talk)
    talk.say("I am in danger")
    assert page.until_the_end()["reason"] == "said"
    assert page.kinds() == ["turn", "phrase", "end"]
    assert not page.told[1]["spoken"]
    assert not page.pieces


def test_without_a_portrait_there_are_words(talk: Talk) -> None:
    talk.troupe.face = None
    page = Page(talk)
    talk.say("Hello")
    page.until_the_end()
    assert page.words() == ["Good morning."]
    assert not page.pieces


def test_an_interruption_ends_the_answer_at_once_and_no_thread_is_left(talk: Talk) -> None:
    talk.says(LONG)
    voice, face = Tone(), Colour()
    talk.troupe.voice, talk.troupe.face = voice, face
    page = Page(talk, slow=True)
    performance = talk.say("Hello")
    page.until(lambda page: len(page.pieces) > 3)
    had = len(page.pieces)
    talk.room.interrupt()
    assert page.until_the_end()["reason"] == "interrupted"
    assert len(page.pieces) == had
    performance.join()
    assert voice.closed.is_set()
    assert face.closed.is_set()
    assert not any(thread.name == "answer" for thread in threading.enumerate())


def test_a_line_during_an_answer_interrupts_it(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk, slow=True)
    talk.say("Hello")
    page.until(lambda page: page.pieces)
    talk.says("Yes.")
    talk.say("Wait")
    page.until_the_end(1)
    order = [(each["type"], each["turn"]) for each in page.told if each["type"] in ("turn", "end")]
    assert order == [("turn", 0), ("end", 0), ("turn", 1), ("end", 1)]
    assert page.ends(0)[0]["reason"] == "interrupted"


def test_the_same_line_sent_twice_is_said_once(talk: Talk) -> None:
    page = Page(talk)
    talk.say("Hello", "a")
    assert talk.room.say("Hello", "Tom", "a") is None
    page.until_the_end()
    assert [each["turn"] for each in page.told if each["type"] == "turn"] == [0]
    assert len(talk.conversations.turns(talk.kept.id, -1, 10)) == 1


def test_a_line_that_is_sent_again_after_everybody_left_is_told_again_and_not_answered_again(talk: Talk) -> None:
    page = Page(talk)
    talk.say("Hello", "a")
    page.until_the_end()
    page.leave()
    assert talk.house.rooms == {}
    talk.says("Something else.")
    back = Page(talk)
    talk.room.resume(-1 + back.ready["turn"], 0, 0)
    assert talk.room.say("Hello", "Tom", "a") is None
    assert back.until_the_end()["reason"] == "said"
    assert back.told[0] == {"type": "turn", "turn": 0, "id": "a", "line": "Hello"}
    assert back.words() == ["Good morning."]
    assert not back.pieces
    talk.say("And now?", "b")
    back.until_the_end(1)
    assert back.words(1) == ["Something else."]
    assert len(talk.conversations.turns(talk.kept.id, -1, 10)) == 2


def test_what_was_taken_back_since_is_not_told_again(talk: Talk) -> None:
    page = Page(talk)
    talk.say("Hello", "a")
    page.until_the_end()
    page.leave()
    talk.archive.memory(talk.memorial.id).strike("Good morning.")
    back = Page(talk)
    assert talk.room.say("Hello", "Tom", "a") is None
    back.until_the_end()
    assert back.words() == [""]


def test_one_who_comes_later_takes_the_place(talk: Talk) -> None:
    first = Page(talk)
    second = Page(talk)
    assert first.dismissed == (TAKEN, "opened elsewhere")
    talk.say("Hello")
    second.until_the_end()
    assert first.take() is None
    assert not talk.room.leave(first)


def test_one_who_comes_anew_is_not_told_the_middle_of_an_answer(talk: Talk) -> None:
    talk.says(LONG)
    first = Page(talk, slow=True)
    talk.say("Hello")
    first.until(lambda page: page.pieces)
    second = Page(talk)
    assert second.ready == {"type": "ready", "turn": 1, "listening": False}
    assert second.take() is None
    talk.says("Yes.")
    talk.say("And now?")
    second.until_the_end(1)
    assert {each["turn"] for each in second.told} == {1}


def test_no_more_is_made_than_a_little_ahead_of_what_is_played(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk, slow=True)
    talk.say("Hello")
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
    page = Page(talk, slow=True)
    turn = page.ready["turn"]
    talk.say("Hello")
    for messages in cuts:
        for _ in range(messages):
            if not page.ends(turn):
                page.until_more()
        page.leave()
        back = Page(talk, slow=True)
        back.told, back.pieces = page.told, page.pieces
        talk.room.resume(turn, len(page.words(turn)), len(page.pieces))
        page = back
    page.until_the_end(turn)
    assert page.words(turn) == ["Good morning.", "The beans are in flower again."]
    assert [each.number for each in page.pieces] == list(range(len(page.pieces)))
    assert frames_of(page.film(turn)) == 13 + 30


def test_who_comes_back_to_what_was_let_go_has_the_words_and_an_end(talk: Talk) -> None:
    talk.says(LONG, "And that is all.")
    page = Page(talk)
    talk.say("Hello")
    page.until(lambda page: page.pieces and page.pieces[-1].end_s > 4)
    back = Page(talk)
    talk.room.resume(0, 0, 0)
    back.until_the_end()
    assert len(back.words()) == 2
    assert not back.pieces
    assert back.ends(0)[0]["reason"] == "interrupted"


def test_a_slow_page_gets_fewer_pictures_and_whole_sound(talk: Talk) -> None:
    talk.says(LONG)
    left_out = metrics.REGISTRY.get_sample_value("lantern_frames_left_out_total") or 0.0
    page = Page(talk, slow=True)
    talk.say("Hello")

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
    assert metrics.REGISTRY.get_sample_value("lantern_frames_left_out_total") == left_out + 490 - pictures
    assert abs(sound_s - 490 / 25) < 0.05


def test_an_answer_that_nobody_plays_ends_and_long_work_goes_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.live.tape.STALLED_S", 0.05)
    talk.says(LONG)
    page = Page(talk, slow=True)
    performance = talk.say("Hello")
    assert page.until_the_end()["reason"] == "interrupted"
    performance.join()
    assert not talk.archive.home.somebody_talks()
    assert talk.conversations.turn(talk.kept.id, 0).reason == "interrupted"


def test_a_page_that_plays_a_little_now_and_then_is_not_waited_for_for_ever(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.live.tape.STALLED_S", 0.2)
    talk.says(LONG)
    page = Page(talk, slow=True)
    performance = talk.say("Hello")
    page.until(lambda page: page.pieces and page.pieces[-1].end_s >= AHEAD_S)
    played_s = 0.0
    while not page.ends(0):
        page.take()
        played_s += 0.001
        talk.room.played(0, played_s)
        time.sleep(0.005)
    assert page.ends(0)[0]["reason"] == "interrupted"
    performance.join()
    assert not talk.archive.home.somebody_talks()


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
    page = Page(talk)
    performance = talk.say("x")
    end = page.until_the_end()
    performance.join()
    assert (end["reason"], end["problem"]["detail"]) == ("failed", "this line cannot be answered")
    assert talk.conversations.turns(talk.kept.id, -1, 10) == []
    talk.says("Yes.")
    talk.say("And now?")
    assert page.until_the_end(1)["reason"] == "said"


def test_what_fails_midway_is_kept_as_far_as_it_came(talk: Talk) -> None:
    talk.troupe.persona = Failing()
    page = Page(talk)
    performance = talk.say("x")
    assert page.until_the_end()["reason"] == "failed"
    performance.join()
    (kept,) = talk.conversations.turns(talk.kept.id, -1, 10)
    assert (kept.reason, [each.text for each in kept.phrases]) == ("failed", ["Good"])


class Faulty:
    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        raise ValueError(turns[-1].text)
        yield


def test_a_fault_is_written_down_without_a_word_of_anybodys(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    talk.troupe.persona = Faulty()
    page = Page(talk)
    performance = talk.say("My secret")
    assert page.until_the_end()["reason"] == "failed"
    performance.join()
    (record,) = [each for each in caplog.records if each.name == OURS]
    line = json.loads(Lines(debug=False).format(record))
    assert (line["event"], line["error"]) == ("answer-failed", "ValueError")
    assert "My secret" not in json.dumps([line, page.ends(0)])


def test_what_cannot_be_kept_fails_once(caplog: pytest.LogCaptureFixture) -> None:
    tape, kept = Tape(0, lambda: None), list[Reason | None]()

    def over(performance: Performance) -> Json:
        kept.append(performance.tape.ended)
        raise Busy("somebody else is writing")

    def silent(_: Phrase) -> bool:
        return True

    def paced(face: Face) -> Animator:
        return face

    performance = Performance(
        tape, "Hello", lambda: iter([phrase("Yes.")]), silent, lambda: None, nullcontext, paced, over
    )
    performance.start()
    performance.join()
    told = [each for each in iter(tape.take, None) if isinstance(each, dict)]
    assert (kept, tape.ended) == ([None], "failed")
    assert [each["type"] for each in told] == ["phrase", "end"]
    assert told[-1]["problem"]["detail"] == "somebody else is writing"


def test_an_answer_is_counted_and_timed(talk: Talk) -> None:
    def counted(name: str) -> float:
        return metrics.REGISTRY.get_sample_value(f"lantern_{name}") or 0.0

    before = {name: counted(name) for name in ("first_phrase_seconds_count", "first_piece_seconds_count")}
    talk.says(LONG)
    page = Page(talk, slow=True)
    performance = talk.say("Hello")
    page.until(lambda page: page.pieces)
    assert counted("answers_running") == 1
    talk.room.interrupt()
    performance.join()
    assert counted("answers_running") == 0
    assert {name: counted(name) - before[name] for name in before} == dict.fromkeys(before, 1.0)


def test_a_turn_is_kept_as_far_as_it_was_heard(talk: Talk) -> None:
    talk.says("Good morning.", LONG, "And that is all.")
    page = Page(talk)
    performance = talk.say("Hello")
    page.until(lambda page: page.pieces and page.pieces[-1].end_s > 2)
    talk.room.interrupt()
    performance.join()
    kept = talk.conversations.turn(talk.kept.id, 0)
    assert (kept.line, kept.reason) == ("Hello", "interrupted")
    assert [each.text for each in kept.phrases] == ["Good morning.", LONG]


def test_an_answer_rests_on_what_was_said_before_even_after_everybody_left(talk: Talk) -> None:
    talk.troupe.persona = watching = Watching([phrase("Good morning.")])
    page = Page(talk)
    talk.say("Hello")
    page.until_the_end()
    page.leave()
    assert talk.house.rooms == {}
    page = Page(talk)
    assert page.ready["turn"] == 1
    talk.say("Again")
    page.until_the_end(1)
    assert watching.seen[-1] == [Turn("visitor", "Hello"), Turn("persona", "Good morning."), Turn("visitor", "Again")]


def test_what_a_visitor_tells_is_remembered_and_told_so(talk: Talk) -> None:
    page = Page(talk)
    talk.say("The teahouse show was taken off the air")
    remembered = page.until_the_end()["remembered"]
    assert remembered["text"] == "The teahouse show was taken off the air"
    assert [each.id for each in talk.archive.memory(talk.memorial.id).remembered("Tom")] == [remembered["id"]]


def test_a_conversation_that_is_removed_sends_everybody_away(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk)
    talk.say("Hello")
    page.until(lambda page: page.pieces)
    account = talk.archive.accounts().all()[0]
    talk.conversations.remove(account.id, talk.kept.id)
    talk.house.removed(talk.kept.id)
    assert page.dismissed is not None
    assert talk.house.rooms == {}


def test_an_answer_is_dropped_when_nobody_comes_back(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.live.house.COMES_BACK_S", 0.05)
    talk.says(LONG)
    page = Page(talk, slow=True)
    performance = talk.say("Hello")
    page.until(lambda page: page.pieces)
    page.leave()
    performance.join()
    assert performance.tape.ended == "interrupted"
    assert isinstance(page.pieces[0], Piece)
    assert talk.house.rooms == {}


def test_somebody_is_talking_while_an_answer_is_under_way(talk: Talk) -> None:
    talk.says(LONG)
    page = Page(talk, slow=True)
    performance = talk.say("Hello")
    page.until(lambda page: page.pieces)
    assert talk.archive.home.somebody_talks()
    talk.room.interrupt()
    performance.join()
    assert not talk.archive.home.somebody_talks()


@pytest.mark.parametrize(("who", "code"), [("memorial", REMOVED), ("account", UNWELCOME), ("member", UNWELCOME)])
def test_who_is_shut_out_is_sent_away_and_what_is_said_to_them_ends(talk: Talk, who: str, code: int) -> None:
    talk.says(LONG)
    page = Page(talk, slow=True)
    performance = talk.say("Hello")
    page.until(lambda page: page.pieces)
    room = talk.room
    talk.house.shut_out(account_id="0" * 32)
    assert page.dismissed is None
    memorial_id = None if who == "account" else talk.memorial.id
    talk.house.shut_out(memorial_id, None if who == "memorial" else talk.kept.account_id)
    assert page.dismissed is not None
    assert page.dismissed[0] == code
    assert performance.tape.ended == "interrupted"
    assert talk.house.rooms == {}
    with pytest.raises(UnknownNote):
        room.say("And now?", "Tom")


def test_a_room_goes_with_the_last_who_is_in_it(talk: Talk) -> None:
    page, other = Page(talk), talk.house.enter(talk.memorial, talk.kept)
    page.leave()
    assert talk.room is other
    talk.house.left(other)
    assert talk.house.rooms == {}


def test_an_account_has_so_many_sockets_and_no_more(talk: Talk) -> None:
    with ExitStack() as open_:
        for _ in range(SOCKETS):
            open_.enter_context(talk.house.seat("mary"))
        with talk.house.seat("mary") as is_free:
            assert not is_free
        with talk.house.seat("mary") as is_free:
            assert not is_free
        assert open_.enter_context(talk.house.seat("tom"))
    with talk.house.seat("mary") as is_free:
        assert is_free
