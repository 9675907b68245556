"""Source speech: text to sound and timed phonemes through espeak-ng. Knows nothing of the person whose voice is wanted.

espeak-ng is one library with one voice, one callback and one set of parameters for the whole process, so everything
here stands behind one lock and each call sets all it needs.
"""

from __future__ import annotations

import _ctypes
import ctypes
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from data.errors import LanternError, NoLibrary
from data.types import RATE, Language, Phoneme, Wave
from voice.ipa import read_label

ESPEAK_RATE = 22_050  # what the library speaks at, samples a second
UP, DOWN = RATE // gcd(RATE, ESPEAK_RATE), ESPEAK_RATE // gcd(RATE, ESPEAK_RATE)  # 160, 147

VOICES: dict[Language, str] = {"en": "en-us", "zh": "cmn"}
VOLUME = 60  # of 100; at 100 the Mandarin voice clips inside the library
SHORT_GAP_MS = 30  # an unlabelled stretch shorter than this is a syllable border, not a pause
SEED = 1  # of the noise in a breathy variant
LONGEST_DATA_PATH = 150  # bytes; the library copies the path into a buffer of 160

# from speak_lib.h
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEMES_AS_IPA = 1, 2
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_UTF8, _SSML, _BRACKETED = 1, 0x10, 0x100
_END, _WORD, _PHONEME = 0, 1, 7


class _EventId(ctypes.Union):
    _fields_: ClassVar = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class SourceVoice:
    """How espeak-ng is to speak. `variant` is one of its voice files ("f3", "m3"), or empty for the plain voice."""

    variant: str = ""
    rate: int = 170  # words a minute, 80 … 450
    pitch: int = 50  # 0 … 99
    pitch_range: int = 50  # 0 … 99


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound with its phonemes, and where in the text each spoken word stands (start, end), in characters."""

    samples: Wave
    phonemes: tuple[Phoneme, ...]
    words: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: int
    time_ms: int
    label: str
    start: int
    length: int


class _Library:
    """The library, opened for one utterance.

    Its flutter runs on from one utterance to the next and nothing resets it but unloading the library; opening it
    afresh takes a millisecond and, with the seed of its breath noise, makes the same text the same sound.
    """

    def __init__(self) -> None:
        self._pieces: list[NDArray[np.int16]] = []
        self._marks: list[_Mark] = []
        self._callback = _Callback(self._take)  # kept alive here: the library holds only the address
        self._handle = _load()
        self._handle.espeak_ng_SetRandSeed(ctypes.c_long(SEED))
        self._handle.espeak_SetSynthCallback(self._callback)

    def close(self) -> None:
        self._handle.espeak_Terminate()
        _ctypes.dlclose(self._handle._handle)

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        position = 0
        while (event := events[position]).type != _END:
            label = event.id.string.decode("utf-8", "ignore") if event.type == _PHONEME else ""
            self._marks.append(_Mark(event.type, event.audio_position, label, event.text_position - 1, event.length))
            position += 1
        return 0

    def synthesize(self, text: str, name: str, voice: SourceVoice, flags: int) -> tuple[NDArray[np.int16], list[_Mark]]:
        self._choose(name)
        settings = ((_RATE, voice.rate), (_VOLUME, VOLUME), (_PITCH, voice.pitch), (_RANGE, voice.pitch_range))
        for parameter, value in settings:
            self._handle.espeak_SetParameter(parameter, value, 0)
        encoded = text.encode()
        status = self._handle.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, flags, None, None)
        if status != 0:
            raise LanternError(f"espeak-ng could not speak (status {status})")
        return (np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)), self._marks

    def transcribe(self, text: str, name: str) -> str:
        self._choose(name)
        left, found = ctypes.c_char_p(text.encode()), []
        self._handle.espeak_TextToPhonemes.restype = ctypes.c_char_p
        while left.value is not None:  # a clause at a time; the library moves the pointer on
            found.append(
                (self._handle.espeak_TextToPhonemes(ctypes.byref(left), _UTF8, _PHONEMES_AS_IPA) or b"").decode()
            )
        return " ".join(part for part in found if part)

    def _choose(self, name: str) -> None:
        if self._handle.espeak_SetVoiceByName(name.encode()) != 0:
            raise NoLibrary(f"espeak-ng has no voice {name}; reinstall espeakng-loader")


_lock = threading.Lock()


def _load() -> ctypes.CDLL:
    try:
        import espeakng_loader

        handle = ctypes.CDLL(espeakng_loader.get_library_path())
        data_path = espeakng_loader.get_data_path().encode()
    except (ImportError, OSError, RuntimeError) as err:
        raise NoLibrary("espeak-ng cannot be loaded; install it with: pip install espeakng-loader") from err
    if len(data_path) > LONGEST_DATA_PATH:
        raise NoLibrary(f"espeak-ng's data lies too deep ({len(data_path)} characters); install into a shorter path")
    rate = handle.espeak_Initialize(_SYNCHRONOUS, 0, data_path, _PHONEME_EVENTS | _PHONEMES_AS_IPA)
    if rate != ESPEAK_RATE:
        raise NoLibrary(f"espeak-ng did not start (answered {rate}); reinstall espeakng-loader")
    return handle


def transcribe(text: str, name: str) -> str:
    """The clause in IPA as the voice `name` ("en-us", "cmn") says it, spaces between words, stress in its place."""
    with _lock:
        library = _Library()
        try:
            return library.transcribe(text, name)
        finally:
            library.close()


def _utter(text: str, name: str, voice: SourceVoice, flags: int = _UTF8) -> tuple[NDArray[np.int16], list[_Mark]]:
    with _lock:
        library = _Library()
        try:
            return library.synthesize(text, name, voice, flags)
        finally:
            library.close()


def speak(text: str, language: Language, voice: SourceVoice, *, marked_up: bool = False) -> Speech:
    """Speak a clause: plain words, digits and punctuation, or SSML with phonemes in [[ ]] (see `voice.markup`)."""
    return speak_as(text, VOICES[language], voice, marked_up=marked_up)


def speak_as(text: str, name: str, voice: SourceVoice, *, marked_up: bool = False) -> Speech:
    """The same in any language that the library has, by the library's own name for it: "fr", "pt-BR"."""
    from scipy.signal import resample_poly

    full_name = f"{name}+{voice.variant}" if voice.variant else name
    raw, marks = _utter(text, full_name, voice, _UTF8 | _SSML | _BRACKETED if marked_up else _UTF8)
    if not len(raw):
        return Speech(np.zeros(0, np.float32), (), ())
    samples = resample_poly(raw.astype(np.float32) / 32_768, UP, DOWN).astype(np.float32)
    words = tuple((mark.start, mark.start + mark.length) for mark in marks if mark.kind == _WORD)
    return Speech(samples, _phonemes(marks, len(samples)), words)


def _phonemes(marks: Sequence[_Mark], samples: int) -> tuple[Phoneme, ...]:
    """The marks give starts only, and "(en)" where the Mandarin voice changes tongue."""
    timed = [mark for mark in marks if mark.kind == _PHONEME and not mark.label.startswith("(")]
    found: list[Phoneme] = []
    for position, mark in enumerate(timed):
        start = min(mark.time_ms * RATE // 1000, samples)
        end = min(timed[position + 1].time_ms * RATE // 1000, samples) if position + 1 < len(timed) else samples
        if end <= start:
            continue
        ipa, stress = read_label(mark.label)
        gap = end - start < SHORT_GAP_MS * RATE // 1000
        if found and not ipa and (gap or not found[-1].ipa):
            before = found.pop()
            found.append(Phoneme(before.ipa, before.start_samples, end, before.stress))
        else:
            found.append(Phoneme(ipa, start, end, stress))
    return tuple(found)
