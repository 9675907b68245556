"""A voice that is plainly nobody's whom anybody knew: the source of speech as it is. Knows no profile."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data.types import AudioChunk, Language, Sentence, Wave
from voice.aloud import aloud, trim
from voice.convert import LEVEL, level_ratio, limit
from voice.espeak import Speech
from voice.pronunciation import NONE, Pronunciations
from voice.room import Room
from voice.source import Espeak
from voice.text import Run
from voice.world import BANDS

SILENT_ROOM_DB = -120.0
MOST_GAIN = 4.0  # a run too short to tell its level


class NarratorVoice:
    """A `Voice`: espeak-ng's own."""

    def __init__(self, language: Language, pronunciations: Pronunciations = NONE) -> None:
        self._language = language
        self._pronunciations = pronunciations
        self._source = Espeak()
        self._room = Room(np.full(BANDS, SILENT_ROOM_DB))

    def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
        """Sound of the sentence with its phonemes."""
        return aloud(sentence, self._language, self._pronunciations, self._say, self._room)

    def _say(self, run: Run, melody: str) -> tuple[Speech, Iterator[Wave]]:
        speech = trim(self._source.read(run, melody))
        return speech, iter(
            [limit(speech.samples * np.float32(min(LEVEL / max(level_ratio(speech.samples), 1e-6), MOST_GAIN)))]
        )
