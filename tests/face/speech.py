"""Speech for the face's tests: phonemes written by hand, or spoken by the real source of speech; cut into chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from data.types import (
    LOOKAHEAD_SAMPLES,
    RATE,
    SAMPLES_PER_FRAME,
    AudioChunk,
    Expression,
    Language,
    Phoneme,
    Phrase,
    Sentence,
    Wave,
)

SILENCE_S = 0.3


def spoken(*labels: str, ms: int = 90, lead_ms: int = 300) -> tuple[Phoneme, ...]:
    """One label after the other; "ˈa" is stressed, "a:200" lasts 200 ms, "" is a pause of a third of a second."""
    phonemes, at = [Phoneme("", 0, lead_ms * RATE // 1000)], lead_ms
    for label in (*labels, ":300"):
        ipa, _, length = label.partition(":")
        length_ms = int(length) if length else ms if ipa else 330
        stress = 2 if ipa.startswith("ˈ") else 0
        phonemes.append(Phoneme(ipa.strip("ˈ"), at * RATE // 1000, (at + length_ms) * RATE // 1000, stress))
        at += length_ms
    return tuple(phonemes)


def sound_of(phonemes: Sequence[Phoneme], seed: int = 0) -> Wave:
    """Noise wherever somebody speaks, silence elsewhere; a whole number of frames."""
    chance = np.random.default_rng(seed)
    frames = -(-phonemes[-1].end_samples // SAMPLES_PER_FRAME)
    samples = np.zeros(frames * SAMPLES_PER_FRAME, np.float32)
    for phoneme in phonemes:
        if phoneme.ipa:
            stretch = slice(phoneme.start_samples, phoneme.end_samples)
            samples[stretch] = 0.06 * chance.standard_normal(phoneme.end_samples - phoneme.start_samples)
    return samples


def said(text: str, language: Language) -> tuple[Wave, tuple[Phoneme, ...]]:
    """Real speech with its real phonemes, between two silences; a whole number of frames."""
    from voice.espeak import SourceVoice, speak

    speech = speak(text, language, SourceVoice(rate=150))
    lead = round(SILENCE_S * RATE)
    end = lead + len(speech.samples)
    frames = -(-(end + lead) // SAMPLES_PER_FRAME)
    samples = np.zeros(frames * SAMPLES_PER_FRAME, np.float32)
    samples[lead:end] = speech.samples
    pauses = Phoneme("", 0, lead), Phoneme("", end, len(samples))
    return samples, (pauses[0], *(phoneme.shifted(lead) for phoneme in speech.phonemes), pauses[1])


def sentence(
    text: str = "…", language: Language = "en", expression: Expression = "neutral", index: int = 0
) -> Sentence:
    return Sentence(index, (Phrase(text, language, "exhibit", expression=expression),))


def chunks(
    samples: Wave,
    phonemes: Sequence[Phoneme] | None,
    of: Sentence,
    sizes: Sequence[int] = (5,),
) -> Iterator[AudioChunk]:
    """The sound cut into chunks of these numbers of frames, over and over, each with the phonemes it is owed."""
    start, turn = 0, 0
    while start < len(samples):
        end = min(start + sizes[turn % len(sizes)] * SAMPLES_PER_FRAME, len(samples))
        near = None
        if phonemes is not None:
            first, last = start - LOOKAHEAD_SAMPLES, end + LOOKAHEAD_SAMPLES
            near = tuple(p for p in phonemes if p.end_samples > first and p.start_samples < last)
        yield AudioChunk(samples[start:end], start, of, near, last=end == len(samples))
        start, turn = end, turn + 1
