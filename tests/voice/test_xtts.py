"""XTTS from its files to its sound, with a small model of weights by chance. Nothing is fetched."""

from __future__ import annotations

import gc
import json
import shutil
import threading
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadHome, BadRecording, Missing, NotReady, Refused
from data.types import RATE, AudioChunk, Wave
from tests.voice.small_xtts import SMALL, small_decoder, write_xtts
from tests.voice.voices import follow_each_other, recording, sentence
from voice.convert import LEVEL, level_ratio
from voice.pronunciation import NONE, Pronunciations
from voice.text import clauses
from voice.xtts import XttsVoice, latents
from voice.xtts_latents import Latents
from voice.xtts_model import XttsModel, halve
from voice.xtts_text import main_language, parts
from voice.xtts_weights import FILES, LICENCE, LICENCE_FILE, fetch

TEXT = "When I was seven, I took apart every alarm clock in the house. My mother found out."
HEARD_S = 8


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with small_decoder():
        return write_xtts(tmp_path_factory.mktemp("xtts"))


@pytest.fixture(scope="module")
def model(folder: Path) -> XttsModel:
    return load(folder)


@pytest.fixture(scope="module")
def theirs(model: XttsModel) -> Latents:
    return latents(model, [heard()])


def load(folder: Path) -> XttsModel:
    with small_decoder():
        return XttsModel.load(folder, "cpu")


def heard() -> Wave:
    return recording("hopper")[: HEARD_S * RATE]


def sound(found: list[AudioChunk]) -> Wave:
    return np.concatenate([chunk.samples for chunk in found])


def fits(text: str) -> bool:
    return len(text) <= 250


# speaking


@pytest.mark.parametrize("text", [TEXT, "Hi.", "我叫Grace，今年85岁。", "She was 外婆 to us.", "……", "", "9" * 100])
def test_chunks_are_whole_frames_one_after_the_other(model: XttsModel, theirs: Latents, text: str) -> None:
    found = list(XttsVoice(model, theirs, "en").speak(sentence(text)))
    assert follow_each_other(found)
    assert all(chunk.phonemes is None for chunk in found)


def test_the_same_sentence_is_the_same_sound(model: XttsModel, theirs: Latents) -> None:
    voice = XttsVoice(model, theirs, "en")
    first, disturbed = sound(list(voice.speak(sentence(TEXT)))), voice.speak(sentence(TEXT))
    begun = next(disturbed)
    torch.manual_seed(3)  # as another engine may
    np.testing.assert_array_equal(sound([begun, *disturbed]), first)


def test_another_seed_is_another_sound(model: XttsModel, theirs: Latents) -> None:
    one, other = (np.concatenate(list(model.stream("hello", "en", theirs, seed))) for seed in (1, 2))
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_two_who_speak_at_once_do_not_disturb_each_other(model: XttsModel, theirs: Latents) -> None:
    texts = ("hello, my dear. how are you?", "the roses are out")
    alone = [np.concatenate(list(model.stream(text, "en", theirs, 8))) for text in texts]
    together = list(zip_longest(*(model.stream(text, "en", theirs, 8) for text in texts)))
    assert len(together) > 1
    for at, whole in enumerate(alone):
        np.testing.assert_array_equal(np.concatenate([both[at] for both in together if both[at] is not None]), whole)


def test_a_closed_stream_leaves_no_thread_and_no_tensor(model: XttsModel, theirs: Latents) -> None:
    voice = XttsVoice(model, theirs, "en")
    next(voice.speak(sentence("Hi.")))
    before, threads = tensors(), threading.active_count()
    speaking = voice.speak(sentence(TEXT))
    begun = [next(speaking) for _ in range(3)]
    assert tensors() > before
    speaking.close()
    assert len(begun) == 3
    assert tensors() == before
    assert threading.active_count() == threads


def tensors() -> int:
    gc.collect()
    return sum(issubclass(type(each), torch.Tensor) for each in gc.get_objects())


def test_speaking_goes_on_after_one_was_closed(model: XttsModel, theirs: Latents) -> None:
    voice = XttsVoice(model, theirs, "en")
    whole = sound(list(voice.speak(sentence(TEXT))))
    speaking = voice.speak(sentence(TEXT))
    next(speaking)
    del speaking
    np.testing.assert_array_equal(sound(list(voice.speak(sentence(TEXT)))), whole)


def test_half_precision_speaks_nearly_the_same(folder: Path, model: XttsModel, theirs: Latents) -> None:
    half = load(folder)
    halve(half._model)
    one, other = (next(each.stream("hello", "en", theirs, 1)) for each in (model, half))
    np.testing.assert_allclose(one, other, atol=0.01)


def test_nothing_is_said_on_the_screen(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = load(folder)
    list(XttsVoice(model, model.listen([heard()]), "en").speak(sentence("Hello there, 5 of you, and 外婆.")))
    assert capfd.readouterr() == ("", "")


# what it is given to say


def test_mixed_text_is_read_in_its_main_language() -> None:
    assert main_language(list(clauses("我叫Grace，今年八十五岁。", "en")), "en") == "zh"
    assert main_language(list(clauses("We called her 外婆, all of us.", "zh")), "zh") == "en"
    assert main_language(list(clauses("…", "zh")), "zh") == "zh"


def test_a_chinese_name_is_spelt_in_english() -> None:
    (part,) = parts(list(clauses("We called her 外婆.", "en")), "en", fits)
    assert part.text == "We called her wai po."


def test_a_listed_name_is_read_as_the_family_says_it(model: XttsModel, theirs: Latents) -> None:
    listed = Pronunciations({"Niamh": "neev"})
    with_list, spelt, without = (
        sound(list(XttsVoice(model, theirs, "en", names).speak(sentence(f"Ask {name}."))))
        for names, name in ((listed, "Niamh"), (NONE, "neev"), (NONE, "Niamh"))
    )
    np.testing.assert_array_equal(with_list, spelt)
    assert not np.array_equal(with_list, without)


def test_what_is_too_long_is_cut_between_clauses_into_even_parts() -> None:
    text = "He came home in the evening, and we all sat down. " * 6
    found = parts(list(clauses(text, "en")), "en", fits)
    assert " ".join(part.text for part in found) == text.strip()
    assert all(len(part.text) <= 250 and part.text[-1] in ".," for part in found)
    assert len(found) == 2
    assert min(len(part.text) for part in found) > 100


@given(
    st.lists(st.sampled_from(["yes", "1234567890", "家", "我们在院子里种了玫瑰", "and", ",", ".", "!"]), max_size=60)
)
@settings(deadline=None, max_examples=30)
def test_every_part_fits(pieces: list[str]) -> None:
    found = list(clauses(" ".join(pieces), "en"))
    made = parts(found, main_language(found, "en"), lambda text: len(text) <= 40)
    assert all(0 < len(part.text) <= 40 for part in made)
    assert all(part.expected.seconds > 0 and part.pause_s > 0 for part in made[-1:])


def test_a_part_knows_how_long_it_takes_and_where_it_pauses() -> None:
    (part,) = parts(list(clauses(TEXT, "en")), "en", fits)
    assert 4.5 < part.expected.seconds < 7
    assert len(part.expected.pauses_s) == 2
    assert part.pause_s == pytest.approx(0.42)


def test_what_has_too_many_tokens_does_not_fit(model: XttsModel) -> None:
    assert model.fits("nine", "en")
    assert not model.fits("999999999999 " * 15, "en")
    assert not model.fits("家" * 83, "zh-cn")


# the voice


def test_latents_come_back_from_bytes_as_they_were(theirs: Latents) -> None:
    back = Latents.from_bytes(theirs.to_bytes())
    np.testing.assert_array_equal(back.style, theirs.style)
    np.testing.assert_array_equal(back.speaker, theirs.speaker)
    assert (back.gain, back.pace, back.model) == (theirs.gain, theirs.pace, theirs.model)


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04", b"nothing of the kind"])
def test_damaged_latents_are_told(damaged: bytes) -> None:
    with pytest.raises(BadHome, match="damaged"):
        Latents.from_bytes(damaged)


def test_another_recording_is_another_voice(model: XttsModel, theirs: Latents) -> None:
    other = model.listen([recording("waigong")[: HEARD_S * RATE]])
    assert not np.allclose(other.speaker, theirs.speaker, atol=1e-3)
    assert not np.allclose(other.style, theirs.style, atol=1e-3)


def test_several_recordings_are_one_voice(model: XttsModel) -> None:
    whole, half = heard(), len(heard()) // 2
    one, other = model.listen([whole]), model.listen([whole[:half], whole[half:]])
    np.testing.assert_array_equal(one.speaker, other.speaker)


def test_the_level_is_that_of_all_voices(model: XttsModel, theirs: Latents) -> None:
    spoken = sound(list(XttsVoice(model, theirs, "en").speak(sentence(TEXT))))
    assert level_ratio(spoken) == pytest.approx(LEVEL, rel=0.2)


@pytest.mark.parametrize(
    ("waves", "says"),
    [([np.zeros(2 * RATE, np.float32)], "2.0 s"), ([np.zeros(9 * RATE, np.float32)], "silent"), ([], "0.0 s")],
)
def test_too_little_sound_is_told(model: XttsModel, waves: list[Wave], says: str) -> None:
    with pytest.raises(BadRecording, match=says):
        latents(model, waves)


def test_the_voice_of_another_model_is_refused(model: XttsModel, theirs: Latents, tmp_path: Path) -> None:
    with small_decoder():
        other = XttsModel.load(write_xtts(tmp_path, seed=1), "cpu")
    with pytest.raises(NotReady, match="another XTTS model"):
        XttsVoice(other, theirs, "en")


def test_the_same_model_elsewhere_takes_the_voice(folder: Path, theirs: Latents, tmp_path: Path) -> None:
    again = load(shutil.copytree(folder, tmp_path / "again"))
    assert again.fingerprint == theirs.model


# files


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named_with_where_to_get_it(folder: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).unlink()
    with pytest.raises(Missing, match=rf"lacks {name}: .*huggingface\.co/coqui/XTTS-v2.*non-commercial") as told:
        load(copy)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"[]", b"nothing of the kind"])
def test_a_damaged_file_is_told(folder: Path, tmp_path: Path, name: str, content: bytes) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).write_bytes(content)
    with pytest.raises(Missing, match="get its files anew"):
        load(copy)


def test_weights_of_another_shape_are_told(folder: Path, tmp_path: Path) -> None:
    with small_decoder():
        other = write_xtts(tmp_path, SMALL | {"gpt_layers": 1})
    (other / "model.pth").write_bytes((folder / "model.pth").read_bytes())
    with pytest.raises(Missing, match="get its files anew"):
        load(other)


def test_another_kind_of_model_is_told(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"model": "vits"}))
    with pytest.raises(Missing, match="get its files anew"):
        load(copy)


def test_code_in_the_weights_is_not_run(folder: Path, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (open, (str(tmp_path / "sprung"), "w"))  # type: ignore[return-value]

    copy = shutil.copytree(folder, tmp_path / "copy")
    torch.save({"model": {}, "config": Trap()}, copy / "model.pth")
    with pytest.raises(Missing, match="get its files anew"):
        load(copy)
    assert not (tmp_path / "sprung").exists()


def test_a_file_as_the_published_one_or_a_tuned_one_is_read_and_left_as_it_is(folder: Path, tmp_path: Path) -> None:
    from TTS.tts.configs.xtts_config import XttsConfig

    copy = shutil.copytree(folder, tmp_path / "copy")
    state = torch.load(folder / "model.pth", weights_only=True)["model"]
    tuned = {f"xtts.{name}": tensor for name, tensor in state.items()} | {"dvae.weight": torch.zeros(1)}
    torch.save({"model": tuned, "config": XttsConfig()}, copy / "model.pth")
    before = (copy / "model.pth").read_bytes()
    assert load(copy).fingerprint == load(folder).fingerprint
    assert (copy / "model.pth").read_bytes() == before


def test_a_device_that_is_not_there_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Missing, match="no GPU"):
        XttsModel.load(folder, "cuda")


@pytest.mark.parametrize("licence", ["", "yes", "CPML"])
def test_nothing_is_fetched_without_consent_to_the_licence_by_name(tmp_path: Path, licence: str) -> None:
    with pytest.raises(Refused, match=rf"non-commercial.*{LICENCE_FILE}.*{LICENCE}"):
        fetch(tmp_path / "xtts", licence)
    assert not (tmp_path / "xtts").exists()


def test_offline_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(Missing, match=r"go online") as told:
        fetch(tmp_path / "xtts", LICENCE)
    assert "\n" not in str(told.value)
    assert capfd.readouterr() == ("", "")
