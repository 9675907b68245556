"""How like and how clear a voice of the person's own grains is, and what it costs.

    python -m tests.bench.bench_exemplar [rms slt awb …]

prints a table for flite's voices as persons and espeak-ng as the source, by length of reference.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from data.types import RATE, Wave
from tests.voice.persons import flite, said
from voice.clearness import Errors, Listener, rate, word_errors, worse_by_at_most
from voice.convert import Converter
from voice.enroll import enroll
from voice.everyday import EVERYDAY
from voice.exemplar import Exemplar, fit
from voice.regrain import ExemplarConverter
from voice.source import Espeak
from voice.speaker import Embedding, embed, likeness

REFERENCE_S = 10, 30, 50, 100
TRIED, HELD_OUT = EVERYDAY[:24], EVERYDAY[-12:]
TEXT = "When I was seven, I took apart every alarm clock in the house to find out how they worked."


def test_fitting(benchmark: BenchmarkFixture) -> None:
    pieces = said("moved", 20.0)
    benchmark(lambda: fit(pieces, Espeak()))


def test_speaking(benchmark: BenchmarkFixture) -> None:
    converter = ExemplarConverter(fit(said("moved", 20.0), Espeak()))
    speech = Espeak().speak(TEXT, "en")
    benchmark(lambda: list(converter.convert(speech)))
    if benchmark.stats:
        benchmark.extra_info["real_time_factor"] = benchmark.stats.stats.mean * RATE / len(speech.samples)


def test_first_piece(benchmark: BenchmarkFixture) -> None:
    converter = ExemplarConverter(fit(said("moved", 20.0), Espeak()))
    speech = Espeak().speak(TEXT, "en")
    benchmark(lambda: next(converter.convert(speech)))


def row(name: str, sounds: Sequence[Wave], person: Embedding, source: Sequence[Errors] | None) -> list[Errors]:
    """One line of the table; returns the errors, which stand for the source where it is the first."""
    listener = Listener()
    errors = [word_errors(sound, text, listener) for sound, text in zip(sounds, TRIED, strict=True)]
    worse = f"{worse_by_at_most(errors, source):+.2f}" if source else ""
    alike = likeness(embed(np.concatenate(sounds)), person)
    print(f"| {name} | {alike:.3f} | {rate(errors):.2f} | {worse} |", flush=True)
    return errors


def exemplar_row(voice: str, seconds: float, source: Espeak, person: Embedding, errors: Sequence[Errors]) -> Exemplar:
    """The line of one length of reference, with its costs (of processor time) on standard error."""
    pieces = said(voice, seconds)
    began = time.process_time()
    kept = fit(pieces, source)
    fitted = time.process_time()
    converter = ExemplarConverter(kept)
    speeches = [source.speak(text, "en") for text in TRIED]
    spoke = time.process_time()
    sounds = [np.concatenate(list(converter.convert(speech))) for speech in speeches]
    factor = (time.process_time() - spoke) * RATE / sum(map(len, sounds))
    row(f"exemplar, {seconds} s", sounds, person, errors)
    size = len(kept.to_bytes()) / 1e6
    print(f"{voice} {seconds} s: fit {fitted - began:.1f} s, speaking {factor:.3f}, {size:.1f} MB", file=sys.stderr)
    return kept


def main(voices: Sequence[str]) -> None:
    for voice in voices:
        print(f"\n| {voice} | SECS | WER | worse than the source by at most |\n| --- | --- | --- | --- |")
        person = embed(np.concatenate([flite(text, voice) for text in HELD_OUT]))
        row("real", [flite(text, voice) for text in TRIED], person, None)
        profile = enroll([piece.sound for piece in said(voice, REFERENCE_S[-1])])
        source = Espeak(profile.conversions["en"].manner)
        speeches = [source.speak(text, "en") for text in TRIED]
        errors = row("source", [speech.samples for speech in speeches], person, None)
        matched = Converter(profile, profile.conversions["en"])
        turned = [np.concatenate(list(matched.convert(speech.samples))) for speech in speeches]
        row("matched", turned, person, errors)
        for seconds in REFERENCE_S:
            exemplar_row(voice, seconds, source, person, errors)


if __name__ == "__main__":
    main(sys.argv[1:] or ("rms", "slt", "awb"))
