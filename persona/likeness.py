"""Tells which kind of sentence a line is most like, of sentences that were sorted by hand. Knows no kind by itself.

A linear model on words, pairs and triples of words, pieces of words, and on which pattern lists (signs) a line matches.
It reads what no pattern foresaw: an oblique farewell, a swindler's new pretext. The sentences are ours
(sorted_visitor.tsv, sorted_persona.tsv); `python -m persona.likeness_fit` makes the weights from them.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from persona.language import HAN
from persona.patterns import pattern, plain
from persona.signs import kinds_in
from persona.tense import holds_on_any_day

Speaker = Literal["visitor", "persona"]
Vector = dict[int, float]

BUCKETS: Final = 1 << 15  # features are hashed: some share a bucket, which costs less than a list of them all
WORDS_AT_ONCE: Final = 3
LETTERS_AT_ONCE: Final = (3, 4)
NONE: Final = "none"
# What it takes to be of some kind, by `likeness_fit --validate` and the development cases. That of the persona is low:
# only what is surely harmless passes, for a claim to live that passes costs more than a harmless sentence held.
LIKELY: Final[dict[Speaker, float]] = {"visitor": 0.4, "persona": 0.2}
DANGER_LIKELY: Final = 0.3  # a missed danger weighs more than anything else that a line may be
SURE: Final = 0.8  # for a sentence by itself, within a line that as a whole is none
SHORT_WORDS: Final = 3  # so short a line is nothing but none without one of the words that carry another kind
SHORT_CHARACTERS: Final = 4  # the same in Chinese, which writes most words with one or two
SIGN: Final = 0.25  # how much a matched list, or two together, count beside a whole line of words, whose length is 1

_FILE: Final = Path(__file__).with_name("likeness.npz")
_SENTENCE: Final = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_TOKEN: Final = re.compile(r"[a-z']+|\d+|[\u3400-\u9fff]|[^\w\s]")
_WORD: Final = re.compile(r"[a-z0-9']+")
_MADE_OF: Final = ("self", "you", "today", "past", "present", "order", "plea", "money", "code", "paper", "kinfolk")
_TENSES: Final = ("of_its_day", "past", "present", "lasting", "general", "somebodys")
_WANTED: Final = ("ask", "ask_of_today", "topic")
_SIGNS: Final[dict[Speaker, tuple[tuple[str, str], ...]]] = {
    "visitor": (
        *(("identity.toml", kind) for kind in ("alive", "identity", "presence", "afterlife")),
        *(("claims.toml", kind) for kind in (*_WANTED, "puts_words", *_MADE_OF)),
    ),
    "persona": (
        *(("claims.toml", kind) for kind in (*_WANTED, "claim", "claim_of_today", "told", "advice", "now", "then")),
        *(("claims.toml", kind) for kind in _MADE_OF),
        *(("framing.toml", kind) for kind in _TENSES),
    ),
}
_WEIGHTY: Final = (
    *(("short.toml", kind) for kind in ("danger", "identity", "fraud")),
    *(("identity.toml", kind) for kind in ("alive", "identity", "presence", "afterlife")),
    *(("claims.toml", kind) for kind in (*_WANTED, "puts_words", "money", "code", "paper")),
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The weights of one speaker's kinds."""

    speaker: Speaker
    kinds: tuple[str, ...]
    weights: NDArray[np.float32]  # (BUCKETS, kinds)
    bias: NDArray[np.float32]  # (kinds,)

    def of(self, line: str) -> dict[str, float]:
        """How likely the line is of each kind; they add up to 1."""
        held = features(line, self.speaker)
        scores = self.bias + np.array(list(held.values())) @ self.weights[list(held)]
        shares = np.exp(scores - scores.max())
        return dict(zip(self.kinds, (shares / shares.sum()).tolist(), strict=True))


def features(line: str, speaker: Speaker) -> Vector:
    """The line as the model sees it: bucket → weight. The words together have the length 1, each sign adds its own."""
    counts = Counter(_bucket(piece) for piece in _pieces(plain(line)))
    grown = {bucket: 1 + math.log(count) for bucket, count in counts.items()}
    length = math.sqrt(sum(value * value for value in grown.values()))
    held = {bucket: value / length for bucket, value in grown.items()}
    signs = list(_signs(line, speaker))
    pairs = combinations(signs, 2) if speaker == "visitor" else ()  # they serve for visitors' lines alone, as measured
    for sign in (*signs, *(f"{one} & {other}" for one, other in pairs)):
        bucket = _bucket(sign)
        held[bucket] = held.get(bucket, 0.0) + SIGN
    return held


@lru_cache(maxsize=256)
def kind_of(line: str, speaker: Speaker, likely: float | None = None) -> str:
    """The kind of the whole line or, where that is none, of a sentence of it that is surely of one.

    `likely` is what it takes to be of one, by default `LIKELY`.
    """
    if speaker == "visitor" and _says_too_little(line):
        return NONE
    model = likeness(speaker)
    whole = settled(model.of(line), LIKELY[speaker] if likely is None else likely, DANGER_LIKELY)
    sentences = _SENTENCE.findall(line)
    if whole == "danger" or len(sentences) < 2:
        return whole
    kinds = [settled(model.of(sentence), SURE, SURE) for sentence in sentences]
    if "danger" in kinds:
        return "danger"
    return next((kind for kind in (whole, *kinds) if kind != NONE), NONE)


def _says_too_little(line: str) -> bool:
    """Whether a visitor's line is too short to be of any kind but none: "where?", "why not?", 然后呢."""
    text = plain(line)
    words = len(_WORD.findall(text)), len(HAN.findall(text))
    if words[0] > SHORT_WORDS or words[1] > SHORT_CHARACTERS:
        return False
    return not kinds_in(line) and not any(pattern(file, key).search(text) for file, key in _WEIGHTY)


def settled(shares: dict[str, float], likely: float, danger_likely: float) -> str:
    """The kind that a line of these shares is taken for: danger first, then whatever is likelier than none allows."""
    if shares.get("danger", 0.0) >= danger_likely:
        return "danger"
    if shares[NONE] > 1 - likely:
        return NONE
    return max((kind for kind in shares if kind != NONE), key=shares.__getitem__)


@cache
def likeness(speaker: Speaker) -> Likeness:
    """What was learned of the lines of visitors, or of those of an engine."""
    with np.load(_FILE) as held:
        scale = held[f"{speaker}_scale"]
        return Likeness(
            speaker,
            tuple(str(kind) for kind in held[f"{speaker}_kinds"]),
            held[f"{speaker}_weights"].astype(np.float32) * scale,
            held[f"{speaker}_bias"],
        )


def save(models: Iterable[Likeness]) -> None:
    """Keep the weights, rounded to a byte each."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for model in models:
        scale = np.float32(np.abs(model.weights).max() / 127)
        arrays[f"{model.speaker}_scale"] = np.asarray(scale)
        arrays[f"{model.speaker}_kinds"] = np.array(model.kinds)
        arrays[f"{model.speaker}_weights"] = np.round(model.weights / scale).astype(np.int8)
        arrays[f"{model.speaker}_bias"] = model.bias
    np.savez_compressed(_FILE, allow_pickle=False, **arrays)


def _pieces(text: str) -> Iterator[str]:
    words = ["^", *(("#" if word.isdigit() else word) for word in _TOKEN.findall(text)), "$"]
    for size in range(1, WORDS_AT_ONCE + 1):
        for at in range(len(words) - size + 1):
            yield " ".join(words[at : at + size])
    for word in words:
        if len(word) > 1:
            framed = f"<{word}>"
            for size in LETTERS_AT_ONCE:
                for at in range(len(framed) - size + 1):
                    yield f"~{framed[at : at + size]}"


def _signs(line: str, speaker: Speaker) -> Iterator[str]:
    text = plain(line)
    for file, key in _SIGNS[speaker]:
        if pattern(file, key).search(text):
            yield f"sign {file} {key}"
    if speaker == "visitor":
        yield from (f"sign danger {at}" for at in kinds_in(line))
    elif holds_on_any_day(line):
        yield "sign any day"


def _bucket(piece: str) -> int:
    return zlib.crc32(piece.encode()) % BUCKETS
