from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
import pytest

from data.types import CHUNK_SAMPLES, FPS, SAMPLES_PER_FRAME, AudioChunk, Shot
from face.engine import PortraitFace
from face.idle import IDLE_FRAMES, LISTENING_FRAMES
from face.motion import Motion
from face.pose import REST
from face.renderer import Renderer
from orchestrator.stages import Face
from tests.face.portraits import rig_of
from tests.face.speech import chunks, sentence, sound_of, spoken

PHONEMES = spoken("m", "ˈa", "p", "ˈu", "", lead_ms=120)


class Tape:
    """An iterator of chunks that knows whether it was closed."""

    def __init__(self, sizes: tuple[int, ...] = (5,)) -> None:
        self._chunks = chunks(sound_of(PHONEMES), PHONEMES, sentence(), sizes)
        self.taken = 0
        self.closed = False

    def __iter__(self) -> Iterator[AudioChunk]:
        return self

    def __next__(self) -> AudioChunk:
        chunk = next(self._chunks)
        self.taken += 1
        return chunk

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def face() -> PortraitFace:
    return PortraitFace(rig_of("hopper"), seed=1)


def test_it_is_a_face(face: PortraitFace) -> None:
    as_protocol: Face = face
    assert as_protocol is face


def test_each_chunk_becomes_a_shot_whose_frames_cover_exactly_its_sound(face: PortraitFace) -> None:
    given = list(Tape((5, 2)))
    shots = list(face.animate(Tape((5, 2))))
    for chunk, shot in zip(given, shots, strict=False):
        np.testing.assert_array_equal(shot.audio, chunk.samples)
        assert shot.sentence == chunk.sentence
        assert len(shot.frames) * SAMPLES_PER_FRAME == len(chunk.samples)
        assert shot.frames.dtype == np.uint8
        assert shot.frames.shape[1:] == rig_of("hopper").photo.shape
    tail = shots[len(given) :]
    assert 0.4 <= sum(len(shot.frames) for shot in tail) / FPS <= 0.6
    assert all(shot.sentence is None and not shot.audio.any() and len(shot.audio) <= CHUNK_SAMPLES for shot in tail)


def test_an_answer_ends_exactly_on_the_rest_pose(face: PortraitFace) -> None:
    *_, last = face.animate(Tape())
    np.testing.assert_array_equal(last.frames[-1], Renderer(rig_of("hopper")).render(REST))


def test_frames_show_the_poses_that_the_motion_means(face: PortraitFace) -> None:
    motion, renderer = Motion(seed=1), Renderer(rig_of("hopper"))
    chunk, shot = next(Tape()), next(iter(face.animate(Tape())))
    for pose, frame in zip(motion.poses(chunk), shot.frames, strict=True):
        np.testing.assert_array_equal(frame, renderer.render(pose))


def test_two_answers_of_one_face_do_not_disturb_each_other(face: PortraitFace) -> None:
    alone = [shot.frames for shot in face.animate(Tape())]
    together = list(zip(face.animate(Tape()), face.animate(Tape()), strict=True))
    for frames, (one, other) in zip(alone, together, strict=True):
        np.testing.assert_array_equal(frames, one.frames)
        np.testing.assert_array_equal(frames, other.frames)


def test_it_takes_one_chunk_at_a_time(face: PortraitFace) -> None:
    tape = Tape()
    shots = face.animate(tape)
    for taken in (1, 2):
        next(shots)
        assert tape.taken == taken


def test_closing_it_closes_the_sound(face: PortraitFace) -> None:
    tape = Tape()
    shots = face.animate(tape)
    next(shots)
    assert isinstance(shots, Generator)
    shots.close()
    assert tape.closed


def test_an_error_in_the_sound_reaches_the_caller_and_closes_it(face: PortraitFace) -> None:
    class Broken(Tape):
        def __next__(self) -> AudioChunk:
            if self.taken == 1:
                raise RuntimeError("no more breath")
            return super().__next__()

    tape = Broken()
    with pytest.raises(RuntimeError, match="no more breath"):
        list(face.animate(tape))
    assert tape.closed


def test_no_sound_gives_no_shot(face: PortraitFace) -> None:
    assert list(face.animate(iter(()))) == []


@pytest.mark.parametrize(("loop", "length"), [("idle", IDLE_FRAMES), ("listen", LISTENING_FRAMES)])
def test_a_loop_begins_at_rest_lasts_its_time_and_closes(face: PortraitFace, loop: str, length: int) -> None:
    frames = 0
    first, last, steps = None, None, []
    shots: Iterator[Shot] = getattr(face, loop)()
    for shot in shots:
        assert shot.sentence is None
        assert not shot.audio.any()
        frames += len(shot.frames)
        for frame in shot.frames:
            first = frame if first is None else first
            if last is not None:
                steps.append(np.abs(frame.astype(np.int16) - last).mean())
            last = frame
    assert frames == length
    assert first is not None
    assert last is not None
    np.testing.assert_array_equal(first, Renderer(rig_of("hopper")).render(REST))
    assert np.abs(first.astype(np.int16) - last).mean() <= np.median(steps)
