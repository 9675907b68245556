"""An answer in pieces is what was given, and each piece is complete."""

import io
import json
from collections.abc import Sequence
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.label import Label
from data.stream import Stream
from data.types import FPS, SAMPLES_PER_FRAME, Shot, Wave

LABEL = Label("en", {"words": "a test"})
FLASH_FRAME = 12  # of each second
SYNC_S = 0.01


def flashing(lengths: Sequence[int], every: int = 1, size_px: int = 64) -> list[Shot]:
    """Shots of so many frames: grey, once a second with a white frame and a click at the same moment."""
    shots, number = [], 0
    for length in lengths:
        frames = np.full((length, size_px, size_px, 3), 40, np.uint8)
        audio = np.zeros(length * SAMPLES_PER_FRAME, np.float32)
        for place in range(length):
            if (number + place) % FPS == FLASH_FRAME:
                frames[place] = 255
                audio[place * SAMPLES_PER_FRAME :][:96] = 0.8
        number += length
        shots.append(Shot(audio, frames, None, every))
    return shots


def pieces(shots: Sequence[Shot]) -> tuple[list[bytes], str]:
    stream = Stream(shots[0].frames.shape[2], shots[0].frames.shape[1], LABEL)
    made = [stream.begin(), *map(stream.write, shots), stream.finish()]
    stream.close()
    return made, stream.mime


def pictures(data: bytes) -> list[tuple[float, float]]:
    """When each is shown, and how bright it is."""
    with av.open(io.BytesIO(data), "r") as container:
        return [(each.time or 0.0, float(each.to_ndarray(format="gray").mean())) for each in container.decode(video=0)]


def sound(data: bytes) -> tuple[float, Wave]:
    """When it begins, and its samples."""
    with av.open(io.BytesIO(data), "r") as container:
        parts = list(container.decode(audio=0))
    return parts[0].time or 0.0, np.concatenate([each.to_ndarray()[0] for each in parts])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_the_pieces_together_are_the_frames_and_the_sound_that_were_given(lengths: list[int]) -> None:
    made, _ = pieces(flashing(lengths))
    whole = b"".join(made)
    assert [round(time_s * FPS, 3) for time_s, _ in pictures(whole)] == list(range(sum(lengths)))
    start_s, samples = sound(whole)
    assert start_s == 0
    assert abs(len(samples) / 48_000 - sum(lengths) / FPS) < 1024 / 48_000 * 2  # whole packets


def test_each_piece_is_complete_once_its_shot_is_written() -> None:
    made, _ = pieces(flashing([3, 5, 1, 5]))
    so_far = [len(pictures(b"".join(made[: count + 1]))) for count in range(1, 5)]
    assert so_far == [3, 8, 9, 14]


@pytest.mark.parametrize("every", [1, 2, 5])
def test_a_player_can_jump_into_every_two_seconds_however_few_pictures_there_are(every: int) -> None:
    made, _ = pieces(flashing([5] * 50, every))
    with av.open(io.BytesIO(b"".join(made)), "r") as container:
        keys = [
            float(each.pts * each.time_base)
            for each in container.demux(video=0)
            if each.is_keyframe and each.pts is not None
        ]
    assert keys[0] == 0
    assert all(0 < later - earlier <= 2.2 for earlier, later in pairwise([*keys, 10.0]))


def test_sound_and_picture_stay_together() -> None:
    made, _ = pieces(flashing([5] * 100))
    whole = b"".join(made)
    flashes = [time_s for time_s, bright in pictures(whole) if bright > 150]
    start_s, samples = sound(whole)
    loud = start_s + np.flatnonzero(np.abs(samples) > 0.3) / 48_000
    clicks = loud[np.diff(loud, prepend=-1.0) > 0.5]
    assert len(clicks) == len(flashes) == 20
    assert np.abs(clicks - np.array(flashes)).max() < SYNC_S


@pytest.mark.parametrize(("every", "shown"), [(2, 3), (5, 1)])
def test_fewer_pictures_keep_their_times_and_leave_no_gap(every: int, shown: int) -> None:
    made, _ = pieces(flashing([5] * 10, every))
    whole = b"".join(made)
    expected = [shot * 5 + place for shot in range(10) for place in range(0, 5, every)]
    assert [round(time_s * FPS) for time_s, _ in pictures(whole)] == expected
    assert len(expected) == 10 * shown
    with av.open(io.BytesIO(whole), "r") as container:
        ends = [((each.pts or 0), (each.duration or 0)) for each in container.demux(video=0) if each.pts is not None]
    assert all(start + lasts == after for (start, lasts), (after, _) in pairwise(ends))
    assert len(sound(whole)[1]) == len(sound(b"".join(pieces(flashing([5] * 10))[0]))[1])


def test_the_pace_may_change_from_shot_to_shot() -> None:
    shots = [Shot(each.audio, each.frames, None, pace) for each, pace in zip(flashing([5] * 6), (1, 5, 2, 1, 2, 5))]  # noqa: B905
    made, _ = pieces(shots)
    assert len(pictures(b"".join(made))) == 5 + 1 + 3 + 5 + 3 + 1


def test_a_browser_is_told_exactly_what_comes() -> None:
    made, mime = pieces(flashing([5], size_px=512))
    with av.open(io.BytesIO(b"".join(made)), "r") as container:
        told = container.streams.video[0].codec_context.extradata
        assert told is not None
        assert mime == f'video/mp4; codecs="avc1.{told[1:4].hex()}, mp4a.40.2"'
        assert container.streams.audio[0].codec_context.profile == "LC"


def test_one_can_begin_to_look_every_two_seconds() -> None:
    grey = Shot(np.zeros(5 * SAMPLES_PER_FRAME, np.float32), np.full((5, 64, 64, 3), 40, np.uint8), None)
    made, _ = pieces([grey] * 25)
    with av.open(io.BytesIO(b"".join(made)), "r") as container:
        packets = [each for each in container.demux(video=0) if each.is_keyframe and each.pts is not None]
        keys = [float((each.pts or 0) * each.time_base) for each in packets]
    assert keys == [0.0, 2.0, 4.0]


def test_every_picture_and_the_file_carry_the_label() -> None:
    grey = np.full((5, 256, 256, 3), 40, np.uint8)
    made, _ = pieces([Shot(np.zeros(5 * SAMPLES_PER_FRAME, np.float32), grey, None)] * 3)
    marked = grey[:1].copy()
    stamp = LABEL.drawn(256, 256)
    stamp.lay_over(marked)
    high, wide = stamp.keep.shape[:2]
    region = np.s_[stamp.top : stamp.top + high, stamp.left : stamp.left + wide]
    with av.open(io.BytesIO(b"".join(made)), "r") as container:
        for frame in container.decode(video=0):
            seen = frame.to_ndarray(format="rgb24")[region].mean(axis=2)
            assert np.corrcoef(seen.ravel(), marked[0][region].mean(axis=2).ravel())[0, 1] > 0.95
    with av.open(io.BytesIO(made[0]), "r") as container:
        fields = container.metadata
    assert json.loads(fields["AIGC"])["Label"] == "1"
    assert fields["comment"] == "AI-generated likeness"


def test_what_is_given_is_left_as_it_is() -> None:
    (shot,) = flashing([5])
    before = shot.frames.copy()
    pieces([shot])
    np.testing.assert_array_equal(shot.frames, before)
