"""Source speech through a Piper voice: an ONNX file with its settings beside it. Knows nothing of persons.

Piper (Hansen, 2023) publishes VITS networks (Kim, Kong and Son, ICML 2021) for many languages; espeak-ng gives them
their phonemes. Their two noises are left at zero, so that the same text gives the same sound.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from data.errors import LanternError, NoLibrary, Refused
from data.types import RATE, Language, Phoneme, Wave
from voice.espeak import Speech, transcribe
from voice.ipa import STRESS, read_label
from voice.source import USUAL, Manner
from voice.text import Run

if TYPE_CHECKING:
    from os import PathLike

PAD, START, END = "_", "^", "$"
MARKS = ".,!?;:"  # a network reads them as melody and pause
NOISES = 0.0, 0.0  # of the sound, and of the durations
LANGUAGES: Mapping[str, Language] = {"en": "en", "cmn": "zh", "zh": "zh"}  # by the first part of espeak-ng's voice
MODIFIERS = frozenset("ːʰʲ\u0329")  # of the letter before
SIGNS_BESIDE = MODIFIERS | STRESS.keys()  # no sounds of their own, though some count as letters


class Network(Protocol):
    """What is used of `onnxruntime.InferenceSession`."""

    def run(self, names: Sequence[str] | None, given: Mapping[str, NDArray[np.generic]]) -> list[NDArray[np.float32]]:
        """All outputs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file beside the network says of it."""

    rate: int
    espeak_voice: str
    ids: Mapping[str, Sequence[int]]
    length_scale: float
    speakers: int

    @classmethod
    def read(cls, path: Path) -> Settings:
        """From a voice's `.onnx.json`; raises Refused where it is another kind of voice."""
        try:
            plain = json.loads(path.read_text("utf-8"))
            if plain.get("phoneme_type", "espeak") != "espeak":
                raise Refused(f"{path.name}: a voice that takes {plain['phoneme_type']}, not espeak-ng's phonemes")
            found = cls(
                rate=int(plain["audio"]["sample_rate"]),
                espeak_voice=str(plain["espeak"]["voice"]),
                ids={str(sign): [int(one) for one in ids] for sign, ids in plain["phoneme_id_map"].items()},
                length_scale=float(plain.get("inference", {}).get("length_scale", 1.0)),
                speakers=int(plain.get("num_speakers", 1)),
            )
        except OSError as err:
            raise Refused(f"{path} cannot be read: a Piper voice is NAME.onnx with NAME.onnx.json beside it") from err
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            raise Refused(f"{path.name} is not the settings of a Piper voice; fetch it again") from err
        if not {PAD, START, END} <= set(found.ids):
            raise Refused(f"{path.name} has no ids for the signs {PAD} {START} {END}; fetch it again")
        return found


class Piper:
    """A `Source`. It cannot change its pitch, and of a network with several speakers the first one reads."""

    def __init__(self, name: str, settings: Settings, network: Network, manner: Manner = USUAL) -> None:
        self._name, self._settings, self._network, self._manner = name, settings, network, manner
        self._language = LANGUAGES.get(settings.espeak_voice.split("-")[0].lower())
        if self._language is None:
            raise Refused(f"{name} speaks {settings.espeak_voice}; a source must speak English or Chinese")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Piper:
        """The voice at `path`, an `.onnx` file."""
        file = Path(path)
        settings = Settings.read(Path(f"{file}.json"))
        try:
            import onnxruntime  # type: ignore[import-untyped]
        except ImportError as err:
            raise NoLibrary("onnxruntime is not installed; install it with: pip install onnxruntime") from err
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # failures are raised; nothing needs to be printed
        try:
            network = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as err:  # the library's errors have no base of their own
            raise Refused(f"{file.name} cannot be loaded as a Piper voice; fetch it again") from err
        return cls(file.stem, settings, network)

    @property
    def name(self) -> str:
        """With the file's name, because every voice needs a fit of its own."""
        return f"piper:{self._name}"

    @property
    def languages(self) -> frozenset[Language]:
        """The one it was made for."""
        return frozenset((self._language,)) if self._language else frozenset()

    def within(self, manner: Manner) -> Piper:
        """In another manner."""
        return Piper(self._name, self._settings, self._network, manner)

    def read(self, run: Run, mark: str) -> Speech:
        """As plain text: such networks know neither stresses nor given sounds."""
        return self.speak(run.text + mark, run.language)

    def speak(self, text: str, language: Language) -> Speech:
        """The phonemes' times come from the network where it tells durations, and are shared out evenly elsewhere."""
        if language not in self.languages:
            raise LanternError(f"{self.name} does not read {language}")
        signs = self._signs(text)
        if not signs:
            return Speech(np.zeros(0, np.float32), (), ())
        ids = [self._settings.ids[sign] for sign in (START, *signs, END)]
        sound, durations = self._run(ids)
        samples = _resampled(sound, self._settings.rate)
        ends = np.rint(np.cumsum(durations) / np.sum(durations) * len(samples)).astype(int)
        return Speech(samples, tuple(_phonemes((START, *signs, END), ends)), ())

    def _signs(self, text: str) -> list[str]:
        """The clause as the signs that the network knows; empty where nothing in it is spoken."""
        spoken = transcribe(text, self._settings.espeak_voice)
        mark = text.rstrip()[-1:] if text.rstrip()[-1:] in MARKS else ""
        known = [sign for sign in unicodedata.normalize("NFD", spoken) if sign in self._settings.ids]
        return [*known, *(sign for sign in mark if sign in self._settings.ids)] if known else []

    def _run(self, ids: Sequence[Sequence[int]]) -> tuple[Wave, NDArray[np.float64]]:
        """Sound at the network's own rate, and a length for each of the signs."""
        pad = list(self._settings.ids[PAD])
        groups = [[*one, *pad] for one in ids[:-1]] + [list(ids[-1])]
        flat = np.array([[one for group in groups for one in group]], np.int64)
        given: dict[str, NDArray[np.generic]] = {
            "input": flat,
            "input_lengths": np.array([flat.shape[1]], np.int64),
            "scales": np.array([NOISES[0], self._settings.length_scale / self._manner.pace, NOISES[1]], np.float32),
        }
        if self._settings.speakers > 1:
            given["sid"] = np.zeros(1, np.int64)
        try:
            sound, *rest = self._network.run(None, given)
        except Exception as err:  # the library's errors have no base of their own
            raise LanternError(f"{self.name} could not speak; fetch the voice again") from err
        lengths = np.array([len(group) for group in groups])
        told = rest[0].ravel() if rest and rest[0].size == flat.shape[1] else np.ones(flat.shape[1])
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return sound.ravel(), np.maximum(np.add.reduceat(told.astype(np.float64), starts), 1e-3)


def _resampled(sound: Wave, rate: int) -> Wave:
    from scipy.signal import resample_poly

    common = gcd(RATE, rate)
    return np.asarray(resample_poly(np.nan_to_num(sound), RATE // common, rate // common), dtype=np.float32)


def _phonemes(signs: Sequence[str], ends: NDArray[np.int_]) -> Iterator[Phoneme]:
    """Each letter with what modifies it is a phoneme; spaces and tones lengthen the one before, marks are pauses."""
    letters = [place for place, sign in enumerate(signs) if sign.isalpha() and sign not in SIGNS_BESIDE]
    pause = len(signs) - 1 - (signs[-2] in MARKS)  # where the mark and the end begin
    start = int(ends[letters[0] - 1]) if letters else 0
    if start > 0:
        yield Phoneme("", 0, start)
    for before, place, after in zip([0, *letters], letters, [*letters[1:], pause], strict=False):
        stress = "".join(sign for sign in signs[before:place] if sign in STRESS)
        ipa, level = read_label(
            stress + signs[place] + "".join(sign for sign in signs[place + 1 : after] if sign in MODIFIERS)
        )
        end = int(ends[after - 1])
        if end > start:
            yield Phoneme(ipa, start, end, level)
            start = end
    if int(ends[-1]) > start:
        yield Phoneme("", start, int(ends[-1]))
