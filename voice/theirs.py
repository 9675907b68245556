"""Plays what a real recording holds, and lets another voice say the rest. Knows no words and no file system."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Protocol

import numpy as np

from data.types import CHUNK_SAMPLES, RATE, SAMPLES_PER_FRAME, AudioChunk, Sentence, Span, Wave
from voice.convert import LEVEL, level_ratio, limit

JOINED_SAMPLES = RATE * 6 // 100  # of the recording's own room before and after the words, over which it comes and goes
PAUSE_SAMPLES = RATE * 3 // 10  # of silence after it
MOST_GAIN = 10.0  # a whisper is not made a shout, nor its noise


class Voice(Protocol):
    """Turns sentences into sound."""

    def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
        """Sound of one sentence; the last chunk is marked `last`."""


class WithRecordings:
    """A `Voice`. `recordings` gives the sound of a file by the name that spans have."""

    def __init__(self, voice: Voice, recordings: Callable[[str], Wave]) -> None:
        self._voice = voice
        self._recordings = recordings

    def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
        """The sentence, each phrase from its recording or in the other voice; the face reads what is played."""
        waiting: AudioChunk | None = None
        start = 0
        for is_played, group in groupby(sentence.phrases, lambda phrase: phrase.recording is not None):
            phrases = tuple(group)
            part = Sentence(sentence.index, phrases)
            spans = [phrase.recording for phrase in phrases if phrase.recording is not None]
            there = is_played and all(span.end_samples <= len(self._recordings(span.file)) + RATE for span in spans)
            chunks = self._played(part, spans) if there else self._voice.speak(part)
            end = start
            for chunk in chunks:
                if waiting is not None:
                    yield waiting
                moved = chunk.shifted(start)
                end = moved.start_samples + len(moved.samples)
                waiting = AudioChunk(moved.samples, moved.start_samples, sentence, moved.phonemes, last=False)
            start = end
        if waiting is not None:
            yield AudioChunk(waiting.samples, waiting.start_samples, sentence, waiting.phonemes, last=True)

    def _played(self, sentence: Sentence, spans: list[Span]) -> Iterator[AudioChunk]:
        sound = np.concatenate([self._stretch(span) for span in spans])
        sound = np.pad(sound, (0, -len(sound) % SAMPLES_PER_FRAME))
        for start in range(0, len(sound), CHUNK_SAMPLES):
            piece = sound[start : start + CHUNK_SAMPLES]
            yield AudioChunk(piece, start, sentence, None, last=start + CHUNK_SAMPLES >= len(sound))

    def _stretch(self, span: Span) -> Wave:
        """As loud as the other voice, coming out of silence and going back into it."""
        whole = self._recordings(span.file)
        low, high = max(0, span.start_samples - JOINED_SAMPLES), min(len(whole), span.end_samples + JOINED_SAMPLES)
        sound = np.array(whole[low:high], dtype=np.float32)
        sound *= np.float32(min(LEVEL / max(level_ratio(sound), 1e-6), MOST_GAIN))
        rise = np.square(np.sin(np.linspace(0, np.pi / 2, min(JOINED_SAMPLES, len(sound)), dtype=np.float32)))
        sound[: len(rise)] *= rise
        sound[len(sound) - len(rise) :] *= rise[::-1]
        return np.concatenate([limit(sound), np.zeros(PAUSE_SAMPLES, np.float32)])
