"""How far one manner of writing is from another, and what was copied word for word. Knows no model.

Each distance is 0 where two sets of texts are alike. Sentence lengths are compared by the earth mover's distance, the
shares of common words and of signs by the Jensen-Shannon distance (Lin, 1991): it is those small, frequent things by
which writers are told apart (Burrows, "Delta", 2002).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from data.errors import FewWords
from persona.address import is_addressed
from persona.language import HAN
from persona.masking import HIDDEN
from persona.sentences import even, joined, paragraphs_of, sentences_of

COMMON_WORDS: Final = 150  # the most frequent of what is compared with; rarer ones tell subjects, not manner
_SIGN: Final = re.compile(r"[^\w\s]")
_UNIT: Final = re.compile(rf"{HAN.pattern}|[^\W_]+(?:['’-][^\W_]+)*")  # a Chinese character, or another word


@dataclass(frozen=True, slots=True)
class Distance:
    """From one manner to another: 0 … 1 each, but for `sentence_length`."""

    sentence_length: float  # as a share of the usual length: 0.2 is a fifth longer, shorter, or otherwise spread
    vocabulary: float
    punctuation: float
    address: float  # difference in how large a share of the sentences is said to somebody


@dataclass(frozen=True, slots=True)
class Copied:
    """The longest stretch that stands word for word in another text. `length` is in words or Chinese characters."""

    text: str
    length: int


def distance(texts: Sequence[str], usual: Sequence[str]) -> Distance:
    """From some texts to how somebody usually writes. Raises NotReady where either holds no sentence."""
    ours, theirs = _sentences(texts), _sentences(usual)
    if not ours or not theirs:
        raise FewWords("there is no sentence to compare: add letters or chats with `lantern add`")
    lengths, usual_lengths = [[len(units(each)) for each in group] for group in (ours, theirs)]
    said, usually = [_words(group) for group in (ours, theirs)]
    common = [word for word, _ in usually.most_common(COMMON_WORDS)]
    signs, usual_signs = [Counter(_SIGN.findall(HIDDEN.sub("", even(" ".join(group))))) for group in (ours, theirs)]
    return Distance(
        sentence_length=float(wasserstein_distance(lengths, usual_lengths) / np.mean(usual_lengths)),
        vocabulary=_apart(said, usually, common),
        punctuation=_apart(signs, usual_signs, sorted({*signs, *usual_signs})),
        address=abs(_addressed(ours) - _addressed(theirs)),
    )


def copied(text: str, sources: Iterable[str]) -> Copied:
    """The longest run of a text that one of the sources holds as well, whatever the case and the signs between.

    Where a run of n is shared, one of n - 1 is: so the length is found by halving.
    """
    ours = list(_UNIT.finditer(even(text)))
    said = [each[0].casefold() for each in ours]
    known = [[each.casefold() for each in units(even(source))] for source in sources]
    shortest, longest, at = 0, len(said), 0
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        found = _shared(said, known, middle)
        if found is None:
            longest = middle - 1
        else:
            shortest, at = middle, found
    run = even(text)[ours[at].start() : ours[at + shortest - 1].end()] if shortest else ""
    return Copied(run, shortest)


def units(text: str) -> list[str]:
    """The words of a text; of Chinese its characters."""
    return _UNIT.findall(text)


def _shared(said: Sequence[str], known: Iterable[Sequence[str]], length: int) -> int | None:
    """Where in `said` a run of that length begins that a source holds."""
    places = {tuple(said[at : at + length]): at for at in range(len(said) - length + 1)}
    for source in known:
        for at in range(len(source) - length + 1):
            if (found := places.get(tuple(source[at : at + length]))) is not None:
                return found
    return None


def _sentences(texts: Iterable[str]) -> list[str]:
    found = (sentence for text in texts for block in paragraphs_of(text) for sentence in sentences_of(joined(block)))
    return [sentence for sentence in found if units(sentence)]


def _words(sentences: Iterable[str]) -> Counter[str]:
    """Words with their counts; Chinese ones as a segmenter cuts them."""
    import rjieba

    return Counter(
        word.casefold() for sentence in sentences for word in rjieba.cut(even(sentence)) if _UNIT.fullmatch(word[0])
    )


def _apart(one: Counter[str], other: Counter[str], names: Sequence[str]) -> float:
    """Between two shares of some names, and of all the rest."""
    if not one.total() or not other.total():
        return float(one.total() != other.total())
    ours, theirs = (
        np.array([*(count[name] for name in names), count.total() - sum(count[name] for name in names)], np.float64)
        for count in (one, other)
    )
    return float(jensenshannon(ours, theirs, base=2))


def _addressed(sentences: Sequence[str]) -> float:
    return float(np.mean([is_addressed(sentence) for sentence in sentences]))
