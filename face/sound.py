"""What the face takes from the sound itself: how loud somebody speaks, and a mouth where no phonemes are known.

Loudness explains little of a real talker's mouth (r = .2–.34), so it only strengthens or weakens its shapes a little;
these come from the phonemes or, for a recording, from the sounds themselves (`face/speech_sounds.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from data.types import CHUNK_SAMPLES, FPS, SAMPLES_PER_FRAME, AudioChunk, Sentence, Wave
from face.speech_sounds import Listener, Mouth

SILENCE_DB = -46.0  # of full scale, RMS of a frame; below it nobody speaks
USUAL_DB = -24.0  # where the running level of speech starts
LEVEL_S = 3.0  # time constant of the running level
QUICK_S = 0.12  # … of the present level
GAIN_PER_DB = 0.010
GAINS = (0.88, 1.08)


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame of sound. `gain` is for the mouth's shapes."""

    speaking: bool
    loud_db: float  # against the running level of this speaker
    gain: float


class Ear:
    """Hears the level of one frame after the other; looks back only."""

    def __init__(self) -> None:
        self._level_db = USUAL_DB
        self._quick_db = USUAL_DB

    def hear(self, samples: Wave) -> Heard:
        """(960,) -> what this frame says."""
        power = float(np.mean(np.square(samples, dtype=np.float64)))
        level_db = 10.0 * np.log10(power + 1e-10)
        speaking = level_db > SILENCE_DB
        if speaking:
            self._level_db += (level_db - self._level_db) / (LEVEL_S * FPS)
            self._quick_db += (level_db - self._quick_db) / (QUICK_S * FPS)
        gain = float(np.clip(1.0 + GAIN_PER_DB * (self._quick_db - self._level_db), *GAINS))
        return Heard(speaking, float(level_db - self._level_db), gain)


def blocks(pieces: Iterable[Wave]) -> Generator[Wave]:
    """The same sound in blocks of `CHUNK_SAMPLES`; the last ends with a whole frame, filled up with silence."""
    waiting = np.zeros(0, np.float32)
    for piece in pieces:
        waiting = np.concatenate((waiting, piece))
        whole = len(waiting) // CHUNK_SAMPLES * CHUNK_SAMPLES
        yield from waiting[:whole].reshape(-1, CHUNK_SAMPLES)
        waiting = waiting[whole:]
    if len(waiting):
        yield np.pad(waiting, (0, -len(waiting) % SAMPLES_PER_FRAME))


def chunks(pieces: Iterable[Wave], sentence: Sentence) -> Iterator[AudioChunk]:
    """Any sound as the face is given it: without phonemes, and a chunk late, so that the last one is known."""
    start, before = 0, None
    for block in blocks(pieces):
        if before is not None:
            yield AudioChunk(before, start, sentence, None, last=False)
            start += len(before)
        before = block
    if before is not None:
        yield AudioChunk(before, start, sentence, None, last=True)


def with_mouths(audio: Iterator[AudioChunk]) -> Iterator[tuple[AudioChunk, Sequence[Mouth] | None]]:
    """Each chunk with its frames' mouths, or None where it has phonemes.

    A chunk without phonemes is held back until its sentence has been heard `LOOK_FRAMES` further, or is over.
    """
    held: deque[AudioChunk] = deque()
    mouths: deque[Mouth] = deque()
    listener: Listener | None = None
    for chunk in audio:
        if chunk.phonemes is not None:
            if listener is not None:
                mouths += listener.finish()
                yield from _told(held, mouths)
                listener = None
            yield chunk, None
            continue
        listener = listener or Listener()
        held.append(chunk)
        mouths += listener.hear(chunk.samples)
        if chunk.last:
            mouths += listener.finish()
            listener = None
        yield from _told(held, mouths)
    if listener is not None:
        mouths += listener.finish()
        yield from _told(held, mouths)


def _told(held: deque[AudioChunk], mouths: deque[Mouth]) -> Iterator[tuple[AudioChunk, Sequence[Mouth]]]:
    while held and len(mouths) * SAMPLES_PER_FRAME >= len(held[0].samples):
        chunk = held.popleft()
        yield chunk, [mouths.popleft() for _ in range(len(chunk.samples) // SAMPLES_PER_FRAME)]
