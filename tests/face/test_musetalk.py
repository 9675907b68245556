"""The neural face on a small MuseTalk with weights by chance: it draws nothing of meaning, in the real way."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import WhisperModel

from data.errors import Missing, NoFace
from data.types import CHUNK_SAMPLES, FPS, SAMPLES_PER_FRAME, AudioChunk, Shot, Wave
from face.engine import PortraitFace
from face.head import Head
from face.landmarks import CHIN, RIGHT_CORNER, RIGHT_EYE_OUTER, landmarks
from face.motion import Motion
from face.musetalk import OWN, MuseTalkFace
from face.musetalk_crop import FACE_PX, Crop
from face.musetalk_hearing import AROUND_FRAMES, EAR_RATE, EAR_S, Hearing, Steps
from face.musetalk_model import MuseTalkModel, places
from face.musetalk_weights import FILES
from face.pose import REST, Pose
from face.renderer import Renderer
from face.warp import Doubled
from orchestrator.stages import Face
from tests.face.portraits import rig_of
from tests.face.small_musetalk import SMALL, write_musetalk
from tests.face.speech import chunks, sentence, sound_of, spoken

PHONEMES = spoken("m", "ˈa", lead_ms=120)
STEP_SAMPLES = EAR_RATE // 50
ROOM = np.random.default_rng(0).standard_normal(2 * EAR_RATE).astype(np.float32)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_musetalk(tmp_path_factory.mktemp("musetalk"))


@pytest.fixture(scope="module")
def model(folder: Path) -> MuseTalkModel:
    return MuseTalkModel.load(folder, "cpu")


@pytest.fixture(scope="module")
def face(model: MuseTalkModel) -> MuseTalkFace:
    return MuseTalkFace(rig_of("hopper"), model, seed=1)


@pytest.fixture(scope="module")
def shots(face: MuseTalkFace) -> list[Shot]:
    return list(face.animate(audio()))


def audio(sizes: tuple[int, ...] = (5, 3)) -> Iterator[AudioChunk]:
    return chunks(sound_of(PHONEMES), PHONEMES, sentence(), sizes)


# --- the face ------------------------------------------------------------------------------------------------------


def test_it_is_a_face(face: MuseTalkFace) -> None:
    as_protocol: Face = face
    assert as_protocol is face


def test_each_chunk_becomes_a_shot_whose_frames_cover_exactly_its_sound(shots: list[Shot]) -> None:
    given_ = list(audio())
    for chunk, shot in zip(given_, shots, strict=False):
        np.testing.assert_array_equal(shot.audio, chunk.samples)
        assert shot.sentence == chunk.sentence
        assert shot.frames.dtype == np.uint8
        assert shot.frames.shape[1:] == rig_of("hopper").photo.shape
    tail = shots[len(given_) :]
    assert 0.4 <= sum(len(shot.frames) for shot in tail) / FPS <= 0.6
    assert all(shot.sentence is None and not shot.audio.any() and len(shot.audio) <= CHUNK_SAMPLES for shot in tail)


def test_an_answer_ends_exactly_on_the_rest_pose(shots: list[Shot]) -> None:
    np.testing.assert_array_equal(shots[-1].frames[-1], Renderer(rig_of("hopper")).render(REST))


def test_the_same_model_seed_and_sound_give_the_same_frames(model: MuseTalkModel, shots: list[Shot]) -> None:
    again = MuseTalkFace(rig_of("hopper"), model, seed=1).animate(audio())
    for one, other in zip(shots, again, strict=True):
        np.testing.assert_array_equal(one.frames, other.frames)


def test_another_network_draws_another_mouth(tmp_path: Path, shots: list[Shot]) -> None:
    other = MuseTalkModel.load(write_musetalk(tmp_path, seed=1), "cpu")
    first = next(MuseTalkFace(rig_of("hopper"), other, seed=1).animate(audio()))
    assert (first.frames[-1] != shots[0].frames[-1]).any()


def test_frames_are_the_portraits_own_outside_what_the_network_may_draw(face: MuseTalkFace, shots: list[Shot]) -> None:
    rig = rig_of("hopper")
    renderer, head, motion = Renderer(rig), Head(rig.relief, Doubled.of(rig.photo), rig.e_px), Motion(seed=1)
    crop = Crop.of(landmarks(rig.photo), rig.size)
    drawn = np.zeros((*rig.size, 3), np.uint8)
    drawn[crop.box.region] = 255 * np.ceil(crop.mask)[..., None].astype(np.uint8)
    for chunk, shot in zip(audio(), shots, strict=False):
        for pose, frame in zip(motion.poses(chunk), shot.frames, strict=True):
            own = renderer.render(replace(pose, **dict.fromkeys(mouth_fields(), 0.0)))
            may = cv2.dilate(head.draw(drawn.copy(), pose).max(axis=-1), np.ones((9, 9), np.uint8)) > 0
            np.testing.assert_array_equal(frame[~may], own[~may])
            assert may.mean() < 0.15
    assert (frame != own).any()


def mouth_fields() -> set[str]:
    head = {"yaw", "pitch", "roll", "shift_x", "shift_y", "breath"}
    return set(Pose.__dataclass_fields__) - {*OWN, *head}


def test_where_nobody_speaks_it_is_the_portrait_itself(face: MuseTalkFace) -> None:
    portrait = PortraitFace(rig_of("hopper"), seed=1)
    for ours, theirs in ((face.idle(), portrait.idle()), (face.listen(), portrait.listen())):
        for _, one, other in zip(range(3), ours, theirs, strict=False):
            np.testing.assert_array_equal(one.frames, other.frames)


def test_two_answers_at_once_do_not_disturb_each_other(face: MuseTalkFace, shots: list[Shot]) -> None:
    for expected, one, other in zip(shots[:2], face.animate(audio()), face.animate(audio()), strict=False):
        np.testing.assert_array_equal(expected.frames, one.frames)
        np.testing.assert_array_equal(expected.frames, other.frames)


def test_closing_it_closes_the_sound(face: MuseTalkFace) -> None:
    def told() -> Iterator[AudioChunk]:
        try:
            yield from audio()
        finally:
            closed.append(True)

    closed: list[bool] = []
    answer = face.animate(told())
    next(answer)
    assert not closed
    assert isinstance(answer, Generator)
    answer.close()
    assert closed


def test_no_sound_gives_no_shot(face: MuseTalkFace) -> None:
    assert list(face.animate(iter(()))) == []


def test_a_portrait_that_the_mesh_cannot_read_is_refused(model: MuseTalkModel) -> None:
    blank = replace(rig_of("hopper"), photo=np.full_like(rig_of("hopper").photo, 127))
    with pytest.raises(NoFace, match="portrait engine MEMORIAL portrait"):
        MuseTalkFace(blank, model)


# --- what it hears -------------------------------------------------------------------------------------------------


def by_ear(sound: Wave, since: int, until: int) -> Steps:
    """Two layers of one number: the median of each step, and half of it; silence after the end."""
    assert len(sound) <= EAR_S * EAR_RATE
    assert until <= EAR_S * 50
    whole = np.pad(sound, (0, max(0, until * STEP_SAMPLES - len(sound))))
    steps = np.median(whole[since * STEP_SAMPLES : until * STEP_SAMPLES].reshape(-1, STEP_SAMPLES), axis=1)
    return np.asarray(np.stack((steps, steps / 2), axis=1)[..., None], np.float32)


def numbered(frames: int) -> Wave:
    """Sound that says in each frame how many came before."""
    return np.repeat(np.arange(1, frames + 1, dtype=np.float32), SAMPLES_PER_FRAME)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(1, 30))
def test_a_frame_hears_two_frames_on_either_side_however_the_sound_is_cut(sizes: list[int], frames: int) -> None:
    check_heard(sizes, frames)


def test_after_half_a_minute_frames_hear_as_before() -> None:
    check_heard([5], 800)


def check_heard(sizes: list[int], frames: int) -> None:
    told = Hearing(by_ear).follow(chunks(numbered(frames), None, sentence(), sizes))
    heard = np.concatenate([each for _, each in told])
    assert heard.shape == (frames, 20, 1)
    for at in range(frames):
        near = np.arange(at - AROUND_FRAMES, at + AROUND_FRAMES + 1) + 1
        near[(near < 1) | (near > frames)] = 0
        np.testing.assert_allclose(heard[at, ::2, 0], np.repeat(near, 2), atol=0.5)
        np.testing.assert_allclose(heard[at, 1::2, 0], np.repeat(near, 2) / 2, atol=0.25)


def test_a_chunk_is_told_once_two_frames_follow_it_and_the_last_at_once() -> None:
    taken: list[int] = []

    def told() -> Iterator[AudioChunk]:
        for at, chunk in enumerate(chunks(numbered(9), None, sentence(), (2, 1, 1, 5))):
            taken.append(at)
            yield chunk

    seen = [(chunk.start_samples // SAMPLES_PER_FRAME, taken[-1]) for chunk, _ in Hearing(by_ear).follow(told())]
    assert seen == [(0, 2), (2, 3), (3, 3), (4, 3)]


def test_silence_is_heard_after_the_last_sound() -> None:
    hearing = Hearing(by_ear)
    list(hearing.follow(chunks(numbered(5), None, sentence(), (5,))))
    first, second, third = hearing.silence(3)
    np.testing.assert_allclose(first[::2, 0], [4, 4, 5, 5, 0, 0, 0, 0, 0, 0], atol=0.5)
    np.testing.assert_allclose(second[::2, 0], [5, 5, 0, 0, 0, 0, 0, 0, 0, 0], atol=0.5)
    assert third.max() < 0.5


def test_all_layers_of_whisper_are_heard_the_first_before_any_and_the_last_normalised(
    model: MuseTalkModel, folder: Path
) -> None:
    ear: Any = WhisperModel.from_pretrained(folder / "whisper").get_encoder()
    heard = model.hear(ROOM, 10, 30)
    assert heard.shape == (20, SMALL.ear["encoder_layers"] + 1, SMALL.ear["d_model"])
    with torch.inference_mode():
        mel = model._spectrum(ROOM, sampling_rate=EAR_RATE, return_tensors="pt").input_features
        last = ear(mel).last_hidden_state[0, 10:30].numpy()
        gelu = torch.nn.functional.gelu
        first = gelu(ear.conv2(gelu(ear.conv1(mel)))).permute(0, 2, 1) + ear.embed_positions.weight
    np.testing.assert_allclose(heard[:, -1], last, atol=1e-5)
    np.testing.assert_allclose(heard[:, 0], first[0, 10:30].numpy(), atol=1e-5)


def test_places_are_sines_and_cosines_of_ever_longer_waves() -> None:
    table = places(50, 384)
    for token, pair in ((0, 0), (7, 0), (49, 100), (49, 191)):
        angle = token / 10_000 ** (2 * pair / 384)
        assert table[token, 2 * pair] == pytest.approx(math.sin(angle), abs=1e-6)
        assert table[token, 2 * pair + 1] == pytest.approx(math.cos(angle), abs=1e-6)


# --- what it sees and draws ----------------------------------------------------------------------------------------


def test_the_first_half_of_what_it_sees_is_blind_to_the_mouth(model: MuseTalkModel) -> None:
    one = np.random.default_rng(0).integers(0, 256, (FACE_PX, FACE_PX, 3)).astype(np.uint8)
    other = one.copy()
    other[FACE_PX // 2 :] = 255 - other[FACE_PX // 2 :]
    seen = [model.look(each).numpy() for each in (one, other)]
    assert seen[0].shape == (1, 8, FACE_PX // 8, FACE_PX // 8)
    np.testing.assert_array_equal(seen[0][:, :4], seen[1][:, :4])
    assert (seen[0][:, 4:] != seen[1][:, 4:]).any()


def test_a_batch_draws_what_its_frames_draw_alone(model: MuseTalkModel) -> None:
    seen = model.look(np.full((FACE_PX, FACE_PX, 3), 90, np.uint8))
    heard = np.random.default_rng(0).standard_normal((3, 30, SMALL.ear["d_model"])).astype(np.float32)
    together = model.draw(seen, heard)
    assert together.shape == (3, FACE_PX, FACE_PX, 3)
    for each, drawn in zip(heard, together, strict=True):
        alone = model.draw(seen, each[None])[0]
        assert np.abs(alone.astype(int) - drawn).max() <= 1


@pytest.mark.parametrize("name", ["hopper", "astronaut", "waigong"])
def test_the_mouth_is_shown_and_the_eyes_are_not(name: str) -> None:
    rig = rig_of(name)
    points = landmarks(rig.photo)
    crop = Crop.of(points, rig.size)
    shown = np.zeros(rig.size, np.float32)
    shown[crop.box.region] = crop.mask

    def at(landmark: int, down_px: float = 0.0) -> float:
        x, y = points[landmark, :2]
        return float(shown[round(float(y + down_px)), round(float(x))])

    assert at(RIGHT_CORNER) > 0.95
    assert at(13) > 0.95
    assert at(CHIN, -0.1 * rig.e_px) > 0.5
    assert at(RIGHT_EYE_OUTER) == 0
    edges = (crop.mask[0], crop.mask[-1], crop.mask[:, 0], crop.mask[:, -1])
    assert max(float(edge.max()) for edge in edges) < 0.05
    assert np.abs(np.diff(crop.mask, axis=0)).max() < 0.3


def test_what_is_in_the_box_comes_back_into_its_place() -> None:
    rig = rig_of("hopper")
    crop = Crop.of(landmarks(rig.photo), rig.size)
    back = crop.shown(rig.photo, crop.face(rig.photo), 1.0)
    assert np.abs(back.astype(int) - rig.photo).mean() < 0.5
    np.testing.assert_array_equal(crop.shown(rig.photo, crop.face(rig.photo), 0.0), rig.photo)


# --- its weights ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", FILES, ids=lambda names: names[0])
def test_each_file_that_is_missing_is_named(folder: Path, tmp_path: Path, names: tuple[str, ...]) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    for name in names:
        (copy / name).unlink(missing_ok=True)
    with pytest.raises(Missing) as caught:
        MuseTalkModel.load(copy, "cpu")
    assert all(name in str(caught.value) for name in names)
    assert "huggingface.co/TMElyralab/MuseTalk" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [names[0] for names in FILES])
def test_a_damaged_file_is_said_in_one_line(folder: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).write_bytes(b"no model")
    with pytest.raises(Missing, match="get its files anew"):
        MuseTalkModel.load(copy, "cpu")


def test_models_that_do_not_belong_together_are_told(folder: Path, tmp_path: Path) -> None:
    ear = replace(SMALL, ear=SMALL.ear | {"d_model": 32})
    with pytest.raises(Missing, match="hears 16 numbers at once, this Whisper tells 32"):
        MuseTalkModel.load(write_musetalk(tmp_path / "ear", ear), "cpu")
    network = replace(SMALL, network=SMALL.network | {"in_channels": 4})
    with pytest.raises(Missing, match="does not draw what this coder codes"):
        MuseTalkModel.load(write_musetalk(tmp_path / "network", network), "cpu")


def test_weights_are_read_as_safetensors_and_as_they_were_before(
    model: MuseTalkModel, tmp_path: Path, face: MuseTalkFace
) -> None:
    old = MuseTalkModel.load(write_musetalk(tmp_path, safe=False), "cpu")
    picture = np.full((FACE_PX, FACE_PX, 3), 90, np.uint8)
    assert torch.equal(old.look(picture), model.look(picture))
    np.testing.assert_array_equal(old.hear(ROOM, 0, 20), model.hear(ROOM, 0, 20))


def test_the_published_configuration_is_read_with_all_that_stands_in_it(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    config = copy / "musetalkV15" / "musetalk.json"
    more = {"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0.dev0", "center_input_sample": False}
    config.write_text(json.dumps(json.loads(config.read_text()) | more | {"mid_block_scale_factor": 1}))
    assert MuseTalkModel.load(copy, "cpu").device.type == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_said_in_one_line(folder: Path) -> None:
    with pytest.raises(Missing, match="no GPU here"):
        MuseTalkModel.load(folder, "cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_draws_nearly_the_same(folder: Path, model: MuseTalkModel) -> None:
    there = MuseTalkModel.load(folder)
    picture = np.random.default_rng(0).integers(0, 256, (FACE_PX, FACE_PX, 3)).astype(np.uint8)
    heard = np.random.default_rng(0).standard_normal((2, 30, SMALL.ear["d_model"])).astype(np.float32)
    one, other = (each.draw(each.look(picture), heard).astype(int) for each in (model, there))
    assert there.device.type == "cuda"
    assert np.abs(one - other).mean() < 1  # of 255, with half precision


def test_nothing_neural_is_loaded_before_it_is_chosen() -> None:
    code = (
        "import sys, face.engine, face.musetalk, face.musetalk_weights, services.build, services.face_engine;"
        "print(sorted({'torch', 'diffusers', 'transformers', 'mediapipe'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
