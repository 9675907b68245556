"""What a visitor says aloud: heard by a model that is given by path, in their language, and kept nowhere."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from data.errors import BadRecording, Missing
from data.home import SPEECH_MODEL
from data.label import Label
from data.samples import sample
from data.sound import read_sound, sound_bytes
from data.types import RATE, Language, Wave
from services import dictation
from services.dictation import Ear, ear
from services.doctor import examine
from tests.services.api.conftest import Served
from tests.services.api.small_whisper import small_whisper

WORD = "moth"
LABEL = Label("en", {"words": "a test", "voice": "a synthesiser", "face": "none"})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_whisper(tmp_path_factory.mktemp("whisper"), WORD)


@pytest.fixture(scope="module")
def speech() -> Wave:
    """Three seconds of somebody speaking."""
    return read_sound(sample("hopper").recording)[: 3 * RATE]


@pytest.fixture
def hearing(served: Served, model: Path) -> Iterator[Served]:
    (served.lantern.archive.home.root / SPEECH_MODEL).write_text(f"{model}\n")
    yield served
    dictation._ear.cache_clear()


def wav(wave: Wave) -> bytes:
    return sound_bytes(wave, LABEL)


def webm(wave: Wave) -> bytes:
    """As a browser records."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray((wave[None] * 32_767).astype(np.int16), format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return buffer.getvalue()


@pytest.mark.parametrize("recorded", [wav, webm])
def test_a_recording_becomes_text(hearing: Served, speech: Wave, recorded: Any) -> None:
    said = hearing.client("visitor").post(hearing.url("/speech"), content=recorded(speech))
    assert said.status_code == 200, said.text
    assert (said.json()["text"], said.json()["language"]) == (WORD, "en")
    assert said.json()["seconds"] == pytest.approx(3.0, abs=0.1)


def test_silence_says_nothing(hearing: Served) -> None:
    said = hearing.client("visitor").post(hearing.url("/speech"), content=wav(np.zeros(RATE, np.float32)))
    assert said.json()["text"] == ""


def test_what_was_said_is_kept_nowhere(hearing: Served, speech: Wave) -> None:
    visitor, kept = hearing.client("visitor"), []
    for _ in range(2):  # the first time makes the files that everything makes
        visitor.post(hearing.url("/speech"), content=wav(speech))
        kept.append({path for path in hearing.lantern.archive.home.root.rglob("*") if path.is_file()})
    assert kept[0] == kept[1]


def test_a_longer_recording_is_refused_as_it_is_decoded(hearing: Served) -> None:
    minutes = webm(np.zeros(90 * RATE, np.float32))
    answer = hearing.client("visitor").post(hearing.url("/speech"), content=minutes)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/long-recording")
    assert "61 seconds" in answer.json()["detail"]


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1aE\xdf\xa3" + b"\0" * 100, b"<svg onload='alert(1)'/>"])
def test_what_is_no_recording_is_refused(hearing: Served, content: bytes) -> None:
    answer = hearing.client("visitor").post(hearing.url("/speech"), content=content)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-recording")


def test_a_body_that_is_too_large_is_refused(hearing: Served) -> None:
    answer = hearing.client("visitor").post(hearing.url("/speech"), content=b"x" * (dictation.LARGEST_BYTES + 1))
    assert answer.status_code == 413


def test_without_a_model_it_says_how_to_give_one(served: Served, speech: Wave) -> None:
    visitor = served.client("visitor")
    assert visitor.get(served.url("/speech")).json()["server"] is False
    answer = visitor.post(served.url("/speech"), content=wav(speech))
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-speech-model")
    assert "LANTERN_SPEECH_MODEL" in answer.json()["detail"]


def test_with_a_model_the_page_may_send_recordings(hearing: Served) -> None:
    assert hearing.client("visitor").get(hearing.url("/speech")).json()["server"] is True


def test_the_model_of_the_environment_goes_before_the_homes(hearing: Served, model: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(model, tmp_path / "other"))
    settings = replace(hearing.lantern.settings, speech_model=str(other))
    assert dictation.folder(settings) == other


def test_a_folder_without_a_model_is_said_and_not_passed_over(served: Served, tmp_path: Path) -> None:
    (served.lantern.archive.home.root / SPEECH_MODEL).write_text(str(tmp_path))
    with pytest.raises(Missing, match="holds no faster-whisper model"):
        dictation.folder(served.lantern.settings)


def test_a_damaged_model_is_said(model: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(model, tmp_path / "damaged"))
    (damaged / "model.bin").write_bytes(b"damaged")
    with pytest.raises(Missing, match="fetch it anew"):
        ear(damaged)


@pytest.mark.parametrize(("given", "standing"), [(None, "note"), ("model", "ok"), ("nowhere", "missing")])
def test_the_doctor_tells_of_it(served: Served, model: Path, given: str | None, standing: str) -> None:
    if given is not None:
        named = model if given == "model" else model / given
        (served.lantern.archive.home.root / SPEECH_MODEL).write_text(str(named))
    found = {each.name: each.standing for each in examine(served.lantern.settings)}
    assert found["speech model"] == standing


class Sure:
    """A model that knows languages, as far as choosing one goes."""

    def __init__(self, **chances: float) -> None:
        self.model = SimpleNamespace(is_multilingual=True)
        self.chances = list(chances.items())

    def detect_language(self, _: Wave) -> tuple[str, float, list[tuple[str, float]]]:
        return *self.chances[0], self.chances

    def transcribe(self, _: Wave, language: str, **__: Any) -> tuple[list[SimpleNamespace], None]:
        return [SimpleNamespace(text=f" heard in {language}")], None


@pytest.mark.parametrize(
    ("chances", "likely", "language"),
    [
        ({"zh": 0.9, "en": 0.05}, "en", "zh"),  # sure of another one that Lantern speaks
        ({"zh": 0.5, "en": 0.4}, "en", "en"),
        ({"de": 0.9, "en": 0.05}, "zh", "zh"),
    ],
)
def test_the_language_is_what_it_is_sure_of_else_the_memorials(
    speech: Wave, chances: dict[str, float], likely: Language, language: Language
) -> None:
    heard = Ear(Sure(**chances)).hear(wav(speech), likely)
    assert (heard.text, heard.language) == (f"heard in {language}", language)


def test_a_play_list_opens_no_other_file(hearing: Served, tmp_path: Path) -> None:
    with pytest.raises(BadRecording):
        read_sound(Path("what you said"), f"#EXTM3U\n{tmp_path / 'secret.wav'}\n".encode(), 61.0)
