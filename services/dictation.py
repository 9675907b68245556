"""Makes text of what a visitor says, on this machine: faster-whisper, where its model is given by path.

What is said is decoded in memory, and neither the sound nor the text is kept or logged. The language is what the model
is sure of hearing, else the memorial's. Knows no route.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from data import files
from data.errors import Busy, Missing, NoLibrary
from data.home import SPEECH_MODEL, named_model
from data.settings import Settings
from data.sound import read_sound
from data.types import RATE, Language, Wave

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

LARGEST_BYTES: Final = 10 * 2**20
LONGEST_S: Final = 61.0  # pages stop at 60, and recorders run on for a moment
HEARING_RATE: Final = 16_000
SURE: Final = 0.7  # of the language: on less, the memorial's is likelier
TEMPERATURES: Final = [0.0, 0.4]  # once more, less strictly, where it lost its thread
PATIENCE_S: Final = 20.0  # for others who are being heard
MODEL_FILES: Final = ("model.bin", "config.json", "tokenizer.json")
SAID: Final = Path("what you said")  # how a refusal calls it

_opening = Lock()


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said. The text is empty where nothing was."""

    text: str
    language: Language
    seconds: float


class Ear:
    """One model, which hears one visitor at a time."""

    def __init__(self, model: WhisperModel) -> None:
        self._model = model
        self._turn = Lock()

    def hear(self, sound: bytes, likely: Language) -> Heard:
        """Raises `BadRecording` for what is no sound or too long, `Busy` where too many are being heard."""
        wave = read_sound(SAID, sound, LONGEST_S)
        if not self._turn.acquire(timeout=PATIENCE_S):
            raise Busy("others are being heard: try again in a moment, or write it")
        try:
            text, language = self._transcribed(_resampled(wave), likely)
        finally:
            self._turn.release()
        return Heard(text, language, round(len(wave) / RATE, 2))

    def _transcribed(self, wave: Wave, likely: Language) -> tuple[str, Language]:
        from faster_whisper.vad import collect_chunks, get_speech_timestamps

        stretches = get_speech_timestamps(wave)
        if not stretches:  # of silence and noise a model makes words of its own
            return "", likely
        spoken = np.concatenate(collect_chunks(wave, stretches)[0])
        language = self._language(spoken, likely)
        segments, _ = self._model.transcribe(
            spoken,
            language=language,
            temperature=TEMPERATURES,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join("".join(segment.text for segment in segments).split()), language

    def _language(self, wave: Wave, likely: Language) -> Language:
        if not self._model.model.is_multilingual:
            return "en"
        _, _, chances = self._model.detect_language(wave)
        ours = {name: chance for name, chance in chances if name in get_args(Language)}
        found: Language
        for found in get_args(Language):
            if ours.get(found, 0.0) > SURE:
                return found
        return likely


def folder(settings: Settings) -> Path | None:
    """Where the model lies, if the family gave one. Raises `Missing` where nothing of the kind lies there."""
    named = settings.speech_model or named_model(settings.home, SPEECH_MODEL)
    if named is None:
        return None
    path = files.expanded(Path(named))
    lacking = [name for name in MODEL_FILES if not (path / name).is_file()]
    if lacking:
        raise Missing(f"{path} holds no faster-whisper model ({lacking[0]} is missing): {how(settings)}")
    return path


def ear(path: Path) -> Ear:
    """The one for that model, read when somebody speaks for the first time."""
    with _opening:
        return _ear(path)


def how(settings: Settings) -> str:
    """What to do that it hears."""
    return (
        f"write the path of a folder with a faster-whisper model (model.bin, tokenizer.json …) into "
        f"{settings.home / SPEECH_MODEL}, or into LANTERN_SPEECH_MODEL"
    )


@lru_cache(maxsize=1)
def _ear(path: Path) -> Ear:
    try:
        from faster_whisper import WhisperModel
    except ImportError as err:
        raise NoLibrary("faster-whisper is missing: run `make install` again") from err
    try:
        return Ear(WhisperModel(str(path), compute_type="auto", local_files_only=True))
    except (RuntimeError, ValueError) as err:
        raise Missing(f"{path.name} cannot be read as a faster-whisper model: fetch it anew") from err


def _resampled(wave: Wave) -> Wave:
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(wave, HEARING_RATE // 8_000, RATE // 8_000), dtype=np.float32)
