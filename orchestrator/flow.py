"""The one flow: persona → sentences → voice → audio → face → shots. Knows no engine and no file."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from data.types import AudioChunk, Phoneme, Phrase, Sentence, Shot, Turn
from orchestrator.ahead import Line
from orchestrator.stages import Animator, Persona, Voice

SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’」』)）]*\s*$")


@dataclass
class Record:
    """What was said in one turn and how long each stage worked on it, filled while the turn is performed.

    A stage's own time is what its thread was busy, less what it waited for the stage before.
    """

    phrases: list[Phrase] = field(default_factory=list)  # notices too
    phonemes: list[Phoneme] = field(default_factory=list)  # samples since the turn began
    persona_s: float = 0.0
    voice_s: float = 0.0
    face_s: float = 0.0


def perform(
    persona: Persona, voice: Voice, face: Animator, turns: Sequence[Turn], record: Record | None = None
) -> Generator[Shot, None, None]:
    """Answer the last of `turns`, each stage one step ahead of the next.

    Closing the iterator stops every stage after the item that it is making. An error of any stage is raised here. An
    answer that holds nothing but notices gives no shots.
    """
    record = Record() if record is None else record
    line = Line()
    try:
        phrases = line.ahead(persona.reply(turns))
        sentences = to_sentences(_noted(phrases, record))
        first = next(sentences, None)
        if first is None:
            return
        before_s = phrases.waited_s  # for the first sentence, before the voice's thread began
        audio = line.ahead(_spoken(voice, chain([first], sentences), record))
        shots = line.ahead(face.animate(audio))
        for shot in shots:
            record.persona_s = phrases.busy_s
            record.voice_s = max(0.0, audio.busy_s - (phrases.waited_s - before_s))
            record.face_s = max(0.0, shots.busy_s - audio.waited_s)
            yield shot
    finally:
        line.stop()


def to_sentences(phrases: Iterator[Phrase]) -> Iterator[Sentence]:
    """Join phrases up to the one that ends a sentence. A notice is never voiced, so it is in no sentence."""
    index, waiting = 0, list[Phrase]()
    for phrase in phrases:
        if phrase.mark == "notice":
            continue
        waiting.append(phrase)
        if SENTENCE_END.search(phrase.text):
            yield Sentence(index, tuple(waiting))
            index, waiting = index + 1, []
    if waiting:
        yield Sentence(index, tuple(waiting))


def _noted(phrases: Iterator[Phrase], record: Record) -> Iterator[Phrase]:
    for phrase in phrases:
        record.phrases.append(phrase)
        yield phrase


def _spoken(voice: Voice, sentences: Iterator[Sentence], record: Record) -> Iterator[AudioChunk]:
    """The sound of all sentences on the turn's clock."""
    turn_samples = 0
    for sentence in sentences:
        sentence_samples, known_samples = 0, -1
        for chunk in voice.speak(sentence):
            sentence_samples = chunk.start_samples + len(chunk.samples)
            moved = chunk.shifted(turn_samples)
            for phoneme in moved.phonemes or ():
                if phoneme.start_samples > known_samples:
                    record.phonemes.append(phoneme)
                    known_samples = phoneme.start_samples
            yield moved
        turn_samples += sentence_samples
