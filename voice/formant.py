"""The built-in voice: a source's speech, turned into the person's voice. Knows nothing of faces, files or sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from data.errors import NotReady
from data.types import AudioChunk, Language, Sentence, Wave
from voice.aloud import aloud, trim
from voice.convert import Converter
from voice.espeak import Speech
from voice.parts import MEND
from voice.profile import VoiceProfile
from voice.pronunciation import NONE, Pronunciations
from voice.room import Room
from voice.source import Espeak, Source, for_language
from voice.text import Run


class Exemplar(Protocol):
    """Turns English speech into the person's voice by their own sounds."""

    def convert(self, speech: Speech) -> Iterator[Wave]:
        """Pieces that together are exactly as long as the speech."""


class FormantVoice:
    """A `Voice`: the same text gives the same samples.

    `source` is what reads, and must be what the profile was fitted to. `exemplar`, where there is one, turns English in
    place of the profile's own conversion; `pronunciations` say how names are said.
    """

    def __init__(
        self,
        profile: VoiceProfile,
        language: Language,
        *,
        source: Source | None = None,
        exemplar: Exemplar | None = None,
        pronunciations: Pronunciations = NONE,
    ) -> None:
        missing = {"en", "zh"} - set(profile.conversions)
        if missing:
            raise NotReady(f"the voice profile lacks {', '.join(sorted(missing))}: {MEND}")
        self._language = language
        self._exemplar = exemplar
        self._pronunciations = pronunciations
        self._converters = {tongue: Converter(profile, way) for tongue, way in profile.conversions.items()}
        self._sources = {tongue: _fitted(profile, tongue, source or Espeak()) for tongue in profile.conversions}
        self._room = Room(profile.room_db)

    def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
        """Sound of the sentence with its phonemes, over the recordings' own quiet."""
        return aloud(sentence, self._language, self._pronunciations, self._say, self._room)

    def _say(self, run: Run, melody: str) -> tuple[Speech, Iterator[Wave]]:
        speech = trim(self._sources[run.language].read(run, melody))
        return speech, self._turned(speech, run.language)

    def _turned(self, speech: Speech, language: Language) -> Iterator[Wave]:
        if self._exemplar is not None and language == "en":
            return self._exemplar.convert(speech)
        return self._converters[language].convert(speech.samples)


def _fitted(profile: VoiceProfile, language: Language, source: Source) -> Source:
    reader, way = for_language(source, language), profile.conversions[language]
    if reader.name != way.source:
        raise NotReady(
            f"this voice was learnt for the source {way.source}, not {reader.name}: learn it again for that one"
        )
    return reader.within(way.manner)
