"""The flow from words to frames: order, times, cancelling, errors, threads."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText, LanternError
from data.types import SAMPLES_PER_FRAME, Turn
from orchestrator.ahead import DEPTH, Line
from orchestrator.flow import Record, perform, to_sentences
from tests.small_stages import Colour, Tone, Words, phrase

TURNS = [Turn("visitor", "hello")]
ANSWER = [phrase("In March I wrote:"), phrase("The garden is green."), phrase("Come and see.")]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_frames_cover_exactly_the_audio() -> None:
    shots = list(perform(Words(ANSWER), Tone(), Colour(), TURNS))
    for shot in shots:
        assert len(shot.frames) * SAMPLES_PER_FRAME == len(shot.audio)
    said = "In March I wrote: The garden is green." + "Come and see."
    assert sum(len(shot.frames) for shot in shots) == len(said)


def test_times_run_on_from_sentence_to_sentence() -> None:
    record = Record()
    shots = list(perform(Words(ANSWER), Tone(), Colour(), TURNS, record))
    frames = np.concatenate([shot.frames[:, 0, 0, 0] for shot in shots])
    assert frames.tolist() == list(range(len(frames)))
    assert [phoneme.start_samples for phoneme in record.phonemes] == [0, 38 * SAMPLES_PER_FRAME]
    assert record.phrases == ANSWER


def test_a_sentence_ends_where_a_phrase_ends_it() -> None:
    sentences = list(to_sentences(iter(ANSWER)))
    assert [sentence.text for sentence in sentences] == ["In March I wrote: The garden is green.", "Come and see."]
    assert [sentence.index for sentence in sentences] == [0, 1]


@given(st.lists(st.text(max_size=8), max_size=8))
def test_every_phrase_is_in_exactly_one_sentence(texts: list[str]) -> None:
    phrases = [phrase(text) for text in texts]
    assert [each for sentence in to_sentences(iter(phrases)) for each in sentence.phrases] == phrases


def test_a_notice_is_recorded_but_never_voiced() -> None:
    record = Record()
    answer = [phrase("Please call 988.", "notice"), ANSWER[1]]
    shots = list(perform(Words(answer), Tone(), Colour(), TURNS, record))
    assert {shot.sentence.text for shot in shots if shot.sentence} == {ANSWER[1].text}
    assert record.phrases == answer


def test_an_answer_of_notices_alone_gives_no_shots() -> None:
    face = Colour()
    assert list(perform(Words([phrase("Please call 988.", "notice")]), Tone(), face, TURNS)) == []
    assert not face.closed.is_set(), "the face was never started"


def test_closing_stops_every_stage_within_one_item() -> None:
    voice, face = Tone(), Colour()
    shots = perform(Words([phrase("a long sentence " * 200 + ".")] * 50), voice, face, TURNS)
    next(shots)
    shots.close()
    assert voice.closed.is_set()
    assert face.closed.is_set()


@pytest.mark.parametrize("stage", ["persona", "voice", "face"])
def test_an_error_of_any_stage_reaches_the_caller(stage: str) -> None:
    def fail() -> None:
        raise BadText(f"from the {stage}")

    persona, voice, face = Words(ANSWER), Tone(), Colour()
    {"persona": persona, "voice": voice, "face": face}[stage].before_each = fail  # type: ignore[attr-defined]
    with pytest.raises(LanternError, match=f"from the {stage}"):
        list(perform(persona, voice, face, TURNS))


def test_stages_work_at_the_same_time() -> None:
    def work() -> None:
        time.sleep(0.02)

    record, began = Record(), time.perf_counter()
    shots = list(perform(Words([phrase("x" * 100 + ".")]), Tone(work), Colour(before_each=work), TURNS, record))
    one_after_the_other_s = 2 * 0.02 * len(shots)
    assert time.perf_counter() - began < 0.8 * one_after_the_other_s
    assert record.voice_s == pytest.approx(0.02 * len(shots), rel=0.5)


def test_a_stage_runs_no_further_ahead_than_it_may() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    line = Line()
    ahead = line.ahead(numbers())
    for read in range(1, 20):
        next(ahead)
        time.sleep(0.005)
        assert len(made) <= read + DEPTH + 1
    line.stop()
