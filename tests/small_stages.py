"""Small real stages: words as given, a tone for a voice, a plain colour for a face."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from data.types import (
    CHUNK_SAMPLES,
    RATE,
    SAMPLES_PER_FRAME,
    AudioChunk,
    Mark,
    Pace,
    Phoneme,
    Phrase,
    Sentence,
    Shot,
    Turn,
    unhurried,
)


def phrase(text: str, mark: Mark = "imagined") -> Phrase:
    return Phrase(text, "en", mark)


@dataclass
class Words:
    """A persona that says what it was given."""

    phrases: Sequence[Phrase]
    before_each: Callable[[], None] = lambda: None

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        for each in self.phrases:
            self.before_each()
            yield each


@dataclass
class Tone:
    """A voice that hums for as long as the text is: one frame a character, one phoneme a word."""

    before_each: Callable[[], None] = lambda: None
    closed: threading.Event = field(default_factory=threading.Event)

    def speak(self, sentence: Sentence) -> Iterator[AudioChunk]:
        wave = np.sin(np.arange(len(sentence.text) * SAMPLES_PER_FRAME) * (2 * np.pi * 220 / RATE)).astype(np.float32)
        whole = (Phoneme("a", 0, len(wave)),)
        try:
            for start in range(0, len(wave), CHUNK_SAMPLES):
                self.before_each()
                piece = wave[start : start + CHUNK_SAMPLES]
                yield AudioChunk(piece, start, sentence, whole, start + CHUNK_SAMPLES >= len(wave))
        finally:
            self.closed.set()


@dataclass
class Colour:
    """A face of one colour, which grows brighter frame by frame."""

    size_px: int = 64
    before_each: Callable[[], None] = lambda: None
    closed: threading.Event = field(default_factory=threading.Event)

    def animate(self, audio: Iterator[AudioChunk], pace: Pace = unhurried) -> Iterator[Shot]:
        try:
            for chunk in audio:
                self.before_each()
                first, count = chunk.start_samples // SAMPLES_PER_FRAME, len(chunk.samples) // SAMPLES_PER_FRAME
                levels = (np.arange(first, first + count) % 256).astype(np.uint8)
                frames = np.broadcast_to(levels[:, None, None, None], (count, self.size_px, self.size_px, 3))
                every = pace()
                shown = np.repeat(frames[::every], every, axis=0)[:count]
                yield Shot(chunk.samples, shown, chunk.sentence, every)
        finally:
            self.closed.set()

    def idle(self) -> Iterator[Shot]:
        frames = np.zeros((1, self.size_px, self.size_px, 3), np.uint8)
        yield Shot(np.zeros(SAMPLES_PER_FRAME, np.float32), frames, None)

    def listen(self) -> Iterator[Shot]:
        yield from self.idle()
