"""How fast recall is among 100,000 passages of 20 words: `pytest tests/bench/bench_recall.py --benchmark-enable -s`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import count, groupby, islice
from statistics import quantiles
from typing import Any

import pytest

from data.types import Language, Letter
from persona.passages import Said, read_all
from persona.recall import Recall
from persona.topics import family_topics
from tests.bench.memory import rss_mb
from tests.persona import other_lives

PASSAGES = 100_000
WORDS = 20  # English words, or Chinese words of 1.6 characters
CHARACTERS = 32
TO_A_LETTER = 5
ROUNDS = 200  # of adding or correcting one: enough to see every twentieth
FULL_STOP: dict[Language, str] = {"en": ".", "zh": "。"}
LANGUAGES: tuple[Language, ...] = ("en", "zh")
LINES: dict[Language, tuple[str, ...]] = {
    "en": ("What did you grow in the garden?", "Who taught you to play the violin?", "Were you ever lost at sea?"),
    "zh": ("院子里种了什么？", "谁教您拉二胡的？", "您在海上迷过路吗？"),
}


def texts(language: Language) -> Iterator[str]:
    """Sentences of other lives, strung together to one length."""
    for seed in count():
        words: list[str] = []
        for text in islice(other_lives.sentences(language, seed), 2_000):
            words += list(text) if language == "zh" else text.split()
            length = CHARACTERS if language == "zh" else WORDS
            while len(words) >= length:
                yield ("" if language == "zh" else " ").join(words[:length])
                words = words[length:]


@cache
def said(language: Language) -> list[Said]:
    years = random.Random(1)
    return [
        Said(text, "a.txt", str(years.randint(1925, 2018)), at // TO_A_LETTER, 0, at % TO_A_LETTER, False, "letter")
        for at, text in enumerate(islice(texts(language), PASSAGES))
    ]


@cache
def recall(language: Language) -> Recall:
    given = said(language)
    before = rss_mb()
    built = Recall(given, language, family_topics())
    print(f"\n{language}: {rss_mb() - before:.0f} MB for {PASSAGES} passages")
    return built


@pytest.mark.parametrize("language", LANGUAGES)
def test_read_and_index(benchmark: Any, language: Language) -> None:
    space = "" if language == "zh" else " "
    letters = [
        Letter(f"{place}.txt", space.join(one.text.rstrip(",，.。") + FULL_STOP[language] for one in of_letter), None)
        for place, of_letter in groupby(said(language), key=lambda one: one.place)
    ]

    def read_and_index() -> Recall:
        return Recall([one for each in read_all(letters) for one in each.said], language, family_topics())

    benchmark.pedantic(read_and_index, rounds=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_index(benchmark: Any, language: Language) -> None:
    given = said(language)
    benchmark.pedantic(lambda: Recall(given, language, family_topics()), rounds=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_recall(benchmark: Any, language: Language) -> None:
    built = recall(language)
    built.find("丢了的春莲" if language == "zh" else "gardn", lambda _: False)  # loads what slips need, once
    lines = iter(LINES[language] * 100_000)
    benchmark(lambda: built.find(next(lines), lambda _: False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_add_one(benchmark: Any, language: Language) -> None:
    built, one = recall(language), said(language)[0]
    numbers = count()
    benchmark.pedantic(lambda: built.add([replace(one, place=-next(numbers))]), rounds=ROUNDS)
    print_p95(benchmark)


@pytest.mark.parametrize("language", LANGUAGES)
def test_correct_one(benchmark: Any, language: Language) -> None:
    built = recall(language)
    numbers = iter(range(1_000))

    def correct() -> None:
        old = built.said[next(numbers)]
        built.correct(old, replace(old, text=old.text[::-1]))

    benchmark.pedantic(correct, rounds=ROUNDS)
    print_p95(benchmark)


def print_p95(benchmark: Any) -> None:
    print(f"\n95th percentile: {1000 * quantiles(benchmark.stats.stats.data, n=20)[-1]:.1f} ms")
