"""Reads sentences aloud, clause by clause, as a stream of chunks. Knows nothing of whose voice it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from data.types import (
    CHUNK_SAMPLES,
    LOOKAHEAD_SAMPLES,
    RATE,
    SAMPLES_PER_FRAME,
    AudioChunk,
    Language,
    Phoneme,
    Sentence,
    Wave,
)
from voice.convert import CEILING
from voice.espeak import Speech
from voice.pronunciation import Pronunciations
from voice.room import Room
from voice.text import Clause, Run, clauses

LEAD_S = 0.1  # silence before a sentence
UNSPOKEN_S = 0.25  # silence for a sentence without a word in it
RUN_GAP_S = 0.05  # between a Chinese and an English run of one clause
QUIET = 0.004  # of the loudest sample: below is silence before and after a run
KEPT_S = 0.02  # of that silence

Say = Callable[[Run, str], tuple[Speech, Iterator[Wave]]]  # a run and its melody: how it is read, and how it sounds
_Piece = tuple[Wave, tuple[Phoneme, ...]]


def aloud(
    sentence: Sentence, language: Language, pronunciations: Pronunciations, say: Say, room: Room
) -> Iterator[AudioChunk]:
    """Sound of the sentence with its phonemes, from its own zero, over the quiet of a room.

    Starts with 100 ms of quiet and ends with a pause that fits its last mark. A sentence without a word in it
    ("……", an emoji) is a short quiet, so that every sentence has a last chunk.
    """
    stream = _Stream(sentence, room)
    yield from stream.add(*_pause(LEAD_S))
    spoken = False
    for clause in clauses(sentence.text, language, pronunciations):
        spoken = True
        for samples, timed in _clause(clause, say):
            yield from stream.add(samples, timed)
    if not spoken:
        yield from stream.add(*_pause(UNSPOKEN_S))
    yield from stream.end()


def _clause(clause: Clause, say: Say) -> Iterator[_Piece]:
    for position, run in enumerate(clause.runs):
        last = position == len(clause.runs) - 1
        speech, sound = say(run, clause.melody if last else ",")
        timed = speech.phonemes
        for samples in sound:
            yield samples, timed
            timed = ()
        yield _pause(clause.pause_s if last else RUN_GAP_S)


def _pause(seconds: float) -> _Piece:
    samples = np.zeros(round(seconds * RATE), np.float32)
    return samples, (Phoneme("", 0, len(samples)),)


def trim(speech: Speech) -> Speech:
    """Drop the silence around a run."""
    loud = np.flatnonzero(np.abs(speech.samples) > QUIET * np.abs(speech.samples).max(initial=0))
    if not len(loud):
        return Speech(speech.samples[:0], (), speech.words)
    kept = int(KEPT_S * RATE)
    start, end = max(0, int(loud[0]) - kept), min(len(speech.samples), int(loud[-1]) + kept)
    samples = speech.samples[start:end]
    timed = [phoneme.shifted(-start) for phoneme in speech.phonemes]
    inside = [
        Phoneme(phoneme.ipa, max(0, phoneme.start_samples), min(len(samples), phoneme.end_samples), phoneme.stress)
        for phoneme in timed
    ]
    return Speech(samples, tuple(part for part in inside if part.end_samples > part.start_samples), speech.words)


class _Stream:
    """Cuts what comes into chunks, and holds a chunk back until the phonemes it must show are known."""

    def __init__(self, sentence: Sentence, room: Room) -> None:
        self._sentence = sentence
        self._room = room
        self._waiting: list[Wave] = []
        self._phonemes: list[Phoneme] = []
        self._given = 0  # samples that came
        self._sent = 0  # samples that went
        self._known = 0  # samples up to which the phonemes are known

    def add(self, samples: Wave, phonemes: Sequence[Phoneme]) -> Iterator[AudioChunk]:
        """Take sound; `phonemes` count from its start, and may reach beyond its end."""
        moved = [phoneme.shifted(self._given) for phoneme in phonemes]
        self._phonemes += moved
        self._given += len(samples)
        self._known = max(self._known, self._given, *(phoneme.end_samples for phoneme in moved), 0)
        self._waiting.append(samples)
        while (
            self._given - self._sent >= CHUNK_SAMPLES and self._known >= self._sent + CHUNK_SAMPLES + LOOKAHEAD_SAMPLES
        ):
            yield self._chunk(CHUNK_SAMPLES, last=False)

    def end(self) -> Iterator[AudioChunk]:
        """What is left, filled up with silence to a whole number of frames."""
        missing = -(self._given - self._sent) % SAMPLES_PER_FRAME
        if missing:
            self._waiting.append(np.zeros(missing, np.float32))
            self._phonemes.append(Phoneme("", self._given, self._given + missing))
            self._given += missing
        while (left := self._given - self._sent) > 0:
            yield self._chunk(min(left, CHUNK_SAMPLES), last=left <= CHUNK_SAMPLES)

    def _chunk(self, size: int, *, last: bool) -> AudioChunk:
        sound = np.concatenate(self._waiting)
        samples, self._waiting = sound[:size], [sound[size:]]
        start, end = self._sent, self._sent + size
        samples = np.clip(samples + self._room.quiet(start, end), -CEILING, CEILING)
        self._sent = end
        low, high = start - LOOKAHEAD_SAMPLES, end + LOOKAHEAD_SAMPLES
        near = tuple(one for one in self._phonemes if one.end_samples > low and one.start_samples < high)
        self._phonemes = [one for one in self._phonemes if one.end_samples > end - LOOKAHEAD_SAMPLES]
        return AudioChunk(samples, start, self._sentence, near, last)
