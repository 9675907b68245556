"""The neural voice: XTTS speaks a sentence as the recordings sound, in a stream. Knows nothing of faces or sockets."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from data.errors import NotReady
from data.types import CHUNK_SAMPLES, RATE, SAMPLES_PER_FRAME, AudioChunk, Language, Sentence, Wave
from voice.babble import sober
from voice.convert import LEVEL, level_ratio, limit
from voice.parts import MEND
from voice.passages import PASSAGES
from voice.pronunciation import NONE, Pronunciations
from voice.text import clauses
from voice.xtts_latents import Latents
from voice.xtts_text import TONGUES, Part, Tongue, main_language, parts

if TYPE_CHECKING:
    from voice.xtts_model import XttsModel

SEED = 1  # the same sentence sounds the same each time
LEAD_S = 0.1  # silence before a sentence
UNSPOKEN_S = 0.25  # silence for a sentence without a word in it
# Bounds: beyond these, what was spoken to measure them was no speech.
GAINS = 0.25, 4.0
PACES = 0.8, 1.5


def latents(model: XttsModel, waves: Sequence[Wave]) -> Latents:
    """The voice of some recordings, 24 kHz: the model listens to them, then speaks once to tell how loud and how fast.

    Raises BadRecording where there is too little sound.
    """
    heard = model.listen(waves)
    part, *_ = _parts(model, PASSAGES["en"][0], "en", NONE)[1]  # any voice speaks it
    pieces = sober(partial(model.stream, part.text, "en", heard), part.expected, SEED)
    spoken = np.concatenate([_silence(0), *pieces])
    gain = np.clip(LEVEL / max(level_ratio(spoken), 1e-6), *GAINS)
    pace = np.clip(len(spoken) / RATE / part.expected.seconds, *PACES)
    return replace(heard, gain=float(gain), pace=float(pace))


class XttsVoice:
    """A `Voice` without phonemes: who animates it reads the sound. The same text gives the same samples."""

    def __init__(
        self, model: XttsModel, latents: Latents, language: Language, pronunciations: Pronunciations = NONE
    ) -> None:
        if latents.model != model.fingerprint:
            raise NotReady(f"this voice was made with another XTTS model: give that model, or {MEND}")
        self._model = model
        self._latents = latents
        self._language = language
        self._pronunciations = pronunciations

    def speak(self, sentence: Sentence) -> Generator[AudioChunk, None, None]:
        """Sound of the sentence, from its own zero; closing it stops the model at once.

        Starts with 100 ms of silence and ends with a pause that fits its last mark. A sentence without a word in it
        is a short silence, so that every sentence has a last chunk.
        """
        with closing(self._say(sentence.text)) as pieces:
            yield from _chunks(pieces, sentence)

    def _say(self, text: str) -> Generator[Wave, None, None]:
        """Sound of a text, in pieces of any length."""
        yield _silence(LEAD_S)
        tongue, found = _parts(self._model, text, self._language, self._pronunciations)
        for part in found:
            attempt = partial(self._model.stream, part.text, tongue, self._latents)
            with closing(sober(attempt, part.expected.at_pace(self._latents.pace), SEED)) as pieces:
                for piece in pieces:
                    yield limit(piece * np.float32(self._latents.gain))
            yield _silence(part.pause_s)
        if not found:
            yield _silence(UNSPOKEN_S)


def _parts(
    model: XttsModel, text: str, language: Language, pronunciations: Pronunciations
) -> tuple[Tongue, list[Part]]:
    """What the model is given for a text, and the language in which it reads all of it."""
    found = list(clauses(text, language, pronunciations))
    main = main_language(found, language)
    return TONGUES[main], parts(found, main, partial(model.fits, tongue=TONGUES[main]))


def _silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE), np.float32)


def _chunks(pieces: Iterable[Wave], sentence: Sentence) -> Iterator[AudioChunk]:
    """Cuts sound into chunks of whole frames; the last one is filled up with silence."""
    waiting, start = np.zeros(0, np.float32), 0
    for piece in pieces:
        waiting = np.concatenate([waiting, piece])
        while len(waiting) > CHUNK_SAMPLES:  # one is kept back, because the last one must say so
            yield AudioChunk(waiting[:CHUNK_SAMPLES], start, sentence, None, last=False)
            waiting, start = waiting[CHUNK_SAMPLES:], start + CHUNK_SAMPLES
    whole = np.pad(waiting, (0, -len(waiting) % SAMPLES_PER_FRAME))
    yield AudioChunk(whole, start, sentence, None, last=True)
