"""A voice that says nothing, for as long as the words take to be read. For a memorial whose family wants none made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from data.types import CHUNK_SAMPLES, RATE, SAMPLES_PER_FRAME, AudioChunk, Language, Phoneme, Sentence

READ_CHARS_PER_S: dict[Language, float] = {"en": 15.0, "zh": 5.0}  # of captions, at ease
LEAST_S = 1.5  # that a caption stands


class SilentVoice:
    """A `Voice`."""

    def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
        """Silence of a whole number of frames."""
        seconds = max(LEAST_S, sum(len(each.text) / READ_CHARS_PER_S[each.language] for each in sentence.phrases))
        samples = round(seconds * RATE / SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME
        pause = (Phoneme("", 0, samples),)
        for start in range(0, samples, CHUNK_SAMPLES):
            size = min(CHUNK_SAMPLES, samples - start)
            yield AudioChunk(np.zeros(size, np.float32), start, sentence, pause, last=start + size == samples)
