"""How fast a voice is enrolled, and how much faster than real time it speaks."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from data.types import RATE, Language
from tests.voice.voices import profile, recording, sentence
from voice.enroll import enroll
from voice.formant import FormantVoice

TEXTS: dict[Language, str] = {
    "en": "When I was seven, I took apart every alarm clock in the house to find out how they worked.",
    "zh": "那条鱼清蒸出来，一点味道也没有，我还是吃完了，因为是你外婆做的。",
}


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
