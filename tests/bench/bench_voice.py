"""How fast a voice is enrolled and speaks, and how like the person and how clear it is.

    python -m tests.bench.bench_voice [rms slt awb kal16 hopper waigong …]

prints the table of docs/performance.md: likeness to clips that the fit has not heard (cosine of speaker embeddings),
beside what it is to be measured by; words that a recogniser loses beyond those it loses of the source; pitch; cost.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from data.types import RATE, Language, Wave
from tests.voice.measure import pitch_hz
from tests.voice.persons import said
from tests.voice.voices import profile, recording, sentence
from voice.aloud import trim
from voice.clearness import Listener, rate, word_errors, worse_by_at_most
from voice.convert import Converter
from voice.enroll import centre_and_spread, enroll
from voice.everyday import EVERYDAY
from voice.formant import FormantVoice
from voice.passages import PASSAGES
from voice.room import Room
from voice.source import Espeak
from voice.speaker import embed, likeness
from voice.world import analyse, synthesize

TEXTS: dict[Language, str] = {
    "en": "When I was seven, I took apart every alarm clock in the house to find out how they worked.",
    "zh": "那条鱼清蒸出来，一点味道也没有，我还是吃完了，因为是你外婆做的。",
}
REFERENCE_S = 5, 10, 30
LISTENED = EVERYDAY[:40]  # sentences recognised, for the longest reference
SAID: dict[Language, Sequence[str]] = {"en": EVERYDAY[:6], "zh": PASSAGES["zh"]}  # where nobody listens for words
HELD_OUT_S = 10
SAMPLES = "hopper", "waigong"
NAMES = ("rms", "slt", "awb", *SAMPLES) if shutil.which("flite") else SAMPLES
LISTENED_TO = 2  # of the persons, from the first
HEARD = 6  # sentences by which likeness is told


@pytest.mark.parametrize("language", ["en", "zh"])
def test_speaking(benchmark: BenchmarkFixture, language: Language) -> None:
    voice = FormantVoice(profile("hopper"), language)
    chunks = benchmark(lambda: list(voice.speak(sentence(TEXTS[language], language))))
    seconds = sum(len(chunk.samples) for chunk in chunks) / RATE
    benchmark.extra_info["real_time_factor"] = benchmark.stats.stats.mean / seconds if benchmark.stats else None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_first_chunk(benchmark: BenchmarkFixture, language: Language) -> None:
    voice = FormantVoice(profile("hopper"), language)
    benchmark(lambda: next(voice.speak(sentence(TEXTS[language], language))))


def test_enrolling(benchmark: BenchmarkFixture) -> None:
    wave = recording("hopper")
    benchmark(lambda: enroll([wave]))


def test_likeness_and_clearness() -> None:
    tables(NAMES)


@cache
def clips(name: str) -> tuple[Wave, Wave]:
    """What may be learnt from, and what is held out."""
    if name in SAMPLES:
        whole = recording(name)
        return whole[: -HELD_OUT_S * RATE], whole[-HELD_OUT_S * RATE :]
    given = np.concatenate([piece.sound for piece in said(name, REFERENCE_S[-1] + HELD_OUT_S)])
    return given[HELD_OUT_S * RATE :], given[: HELD_OUT_S * RATE]


def spread(wave: Wave) -> tuple[float, float]:
    """Median and spread of log F0, by a tracker that the product does not use here."""
    f0_hz = pitch_hz(wave)
    return centre_and_spread(np.log(f0_hz[f0_hz > 0]))


def scale(names: Sequence[str]) -> None:
    """What likeness means: to others, and of the person's own speech taken apart and put together again."""
    print("\n| person | other persons | same person | copied by WORLD |\n| --- | --- | --- | --- |")
    voices = {name: embed(clips(name)[1]) for name in names}
    for name in names:
        learnt, held = clips(name)
        others = [likeness(voices[name], voices[other]) for other in names if other != name]
        copy = synthesize(analyse(held, (60.0, 400.0)), len(held))
        row = f"{min(others, default=0):.2f}-{max(others, default=0):.2f} | {likeness(embed(learnt), voices[name]):.2f}"
        print(f"| {name} | {row} | {likeness(embed(copy), voices[name]):.2f} |", flush=True)


def matched(name: str, seconds: int, *, listen: bool) -> None:
    """Two lines. `exemplar` has a table of its own (bench_exemplar.py), for it needs the words."""
    learnt, held = clips(name)
    reference, person = learnt[: seconds * RATE], embed(held)
    began = time.perf_counter()
    made = enroll([reference])
    fitted_s = time.perf_counter() - began
    room = Room(made.room_db)
    for language, way in made.conversions.items():
        heard = listen and language == "en"
        source = Espeak(way.manner)
        raw = [trim(source.speak(text, language)).samples for text in (LISTENED if heard else SAID[language])]
        began = time.perf_counter()
        bare = [np.concatenate(list(Converter(made, way).convert(wave))) for wave in raw]
        factor = (time.perf_counter() - began) * RATE / sum(map(len, bare))
        ours = [wave + room.quiet(0, len(wave)) for wave in bare]  # as the voice is heard
        before, after = np.concatenate(raw[:HEARD]), np.concatenate(ours[:HEARD])
        (middle, wide), (theirs, their_wide) = spread(after), spread(reference)
        alike = f"{likeness(embed(before), person):.2f} | {likeness(embed(after), person):.2f}"
        pitch = f"{np.exp(middle - theirs):.2f} | {wide / their_wide:.2f}"
        clear = clearness(raw, ours) if heard else " | | "
        print(f"| {name} | {seconds} s | {language} | {alike} | {clear} | {pitch} | {factor:.2f} | {fitted_s:.0f} s |")


def clearness(raw: Sequence[Wave], ours: Sequence[Wave]) -> str:
    """Word errors of the source and of the voice, and what the difference stays under in 95 of 100 draws."""
    listener = Listener()
    source, voice = (
        [word_errors(sound, text, listener) for sound, text in zip(sounds, LISTENED, strict=True)]
        for sounds in (raw, ours)
    )
    return f"{rate(source):.2f} | {rate(voice):.2f} | {worse_by_at_most(voice, source):+.2f}"


def tables(names: Sequence[str]) -> None:
    """Both; words are counted for the first persons, at the longest reference."""
    scale(names)
    print("\n| person | reference | | likeness: source | ours | words lost: source | ours | worse by at most "
          "| F0, ours / theirs | its spread | real-time factor | fit |")  # fmt: skip
    print("| --- |" + " --- |" * 11)
    for name in names:
        for seconds in REFERENCE_S:
            matched(name, seconds, listen=seconds == REFERENCE_S[-1] and name in names[:LISTENED_TO])


if __name__ == "__main__":
    tables(sys.argv[1:] or NAMES)
