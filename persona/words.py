"""Turns text into the tokens that recall compares: stems for English, segmented words for Chinese.

Knows no topics and no letters. Stop words are the grammar of a question and its furniture ("tell me about", 你还记得).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, overload

import tantivy

from persona.language import folded
from persona.wordlists import word_list

_HAN_RUN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_CONTRACTED: Final = re.compile(r"(?:n't|'(?:s|t|re|ve|ll|d|m))\b")
_PLACE_ENDINGS: Final = "里上边中内"  # 院子里: in the courtyard
_TENSE_ENDINGS: Final = "过了着到"  # 去过: have been to
_PRONOUNS: Final = "你我他她它"
_COUNTED: Final = re.compile(
    r"^(?:[一两几多这那哪每某]|第[一二三])[个只件条张把本封棵口间座家位场次回段块碗句首双套样种]"
)  # 一封信
_EITHER: Final = re.compile(r"(.)[不没]\1")  # 要不要, 会不会: whether
_EXPERIENCED: Final = frozenset("看去吃听有做到用养坐学念抽打喝买种住写画唱来见读拆")  # 难过 is a word of its own
_EDGE_WORD: Final = 3  # characters: 蒸鱼 is about 鱼, a longer word is a thing of its own
EDGE: Final = "~"  # marks a token that is only the first or last character of a word


@dataclass(frozen=True, slots=True)
class Bag:
    """The tokens of one sentence, ready to be looked up."""

    text: str  # folded, without punctuation
    stems: frozenset[str]
    words: frozenset[str]
    edges: frozenset[str]

    def holds(self, term: str) -> float:
        """How surely the sentence holds the term, 0 … 1."""
        if " " in term:
            return float(f" {term} " in f" {self.text} ")
        if not _HAN_RUN.match(term):
            return float(term in self.stems)
        if len(term) > 1:
            return float(term in self.text)
        return 1.0 if term in self.words else EDGE_SHARE if term in self.edges else 0.0


EDGE_SHARE: Final = 0.6  # of a character that stands at the edge of a longer word


def bag(text: str) -> Bag:
    """The tokens of a sentence."""
    plain = folded(text)
    words = frozenset(_segmented(plain))
    edges = frozenset(char for word in words if 1 < len(word) <= _EDGE_WORD for char in (word[0], word[-1]))
    return Bag(_unpunctuated(plain), frozenset(stems(plain)), words, edges)


class Bags(Sequence[Bag]):
    """The bags of many sentences, each packed into one string: a tenth of what the sets would take."""

    def __init__(self, bags: Iterable[Bag] = ()) -> None:
        self._packed = [_packed(each) for each in bags]

    def __len__(self) -> int:
        return len(self._packed)

    @overload
    def __getitem__(self, at: int) -> Bag: ...
    @overload
    def __getitem__(self, at: slice) -> Bags: ...
    def __getitem__(self, at: int | slice) -> Bag | Bags:
        if isinstance(at, slice):
            return Bags(self[each] for each in range(*at.indices(len(self))))
        text, *tokens = self._packed[at].split("\n")
        return Bag(text, *(frozenset(each.split()) for each in tokens))

    def append(self, bag: Bag) -> None:
        """One more sentence."""
        self._packed.append(_packed(bag))

    def put(self, at: int, bag: Bag) -> None:
        """Another sentence in the place of one."""
        self._packed[at] = _packed(bag)


def _packed(bag: Bag) -> str:
    return "\n".join([bag.text, " ".join(bag.stems), " ".join(bag.words), " ".join(bag.edges)])


def spaced(line: str) -> str:
    """A folded line in which whole words and phrases can be looked for with a space at either end."""
    return f" {_unpunctuated(line)} "


def _unpunctuated(plain: str) -> str:
    return " ".join(re.sub(r"[^\w'-]+", " ", plain).split())


def index_tokens(of: Bag) -> list[str]:
    """What goes into the index: stems, words, their edge characters, and character pairs for words cut differently."""
    return [*of.stems, *of.words, *(EDGE + char for char in of.edges), *pairs(of.text)]


def query_terms(text: str) -> list[str]:
    """The words of a question that carry its meaning, in order, each once."""
    plain = folded(text)
    spoken = _EITHER.sub(r"\1", plain)
    words = (_without_pronoun(word) for word in _segmented(spoken) if word not in word_list("zh"))
    chinese = (_without_count(_without_ending(word)) for word in words if word not in word_list("zh"))
    return list(dict.fromkeys([*stems(plain), *(word for word in chinese if word and word not in word_list("zh"))]))


def _without_pronoun(word: str) -> str:
    """你念 was cut for 您念."""
    return word[1:] if len(word) > 1 and word[0] in _PRONOUNS else word


def _without_count(word: str) -> str:
    return _COUNTED.sub("", word)


def _without_ending(word: str) -> str:
    if len(word) > 1 and word[-1] in _TENSE_ENDINGS and (word[-1] != "过" or word[:-1] in _EXPERIENCED):
        return word[:-1]
    return word[:-1] if len(word) > 2 and word[-1] in _PLACE_ENDINGS else word


def stems(text: str) -> list[str]:
    """English words without stop words, accents and endings (Porter's stemmer, as Snowball has it)."""
    words = [word for word in _plain_words(text) if word not in word_list("en")]
    return [stem(word) for word in words]


@cache
def stem(word: str) -> str:
    """One lower-case English word without its ending."""
    found = _stemmer().analyze(word)
    return found[0] if found else word


def pairs(text: str) -> list[str]:
    """Neighbouring Chinese characters, two by two."""
    return [run[at : at + 2] for run in _HAN_RUN.findall(text) for at in range(len(run) - 1)]


def is_han(term: str) -> bool:
    """Whether a term is Chinese."""
    return bool(_HAN_RUN.match(term))


def _plain_words(text: str) -> list[str]:
    words: list[str] = _splitter().analyze(_CONTRACTED.sub("", text))
    return [word for word in words if not _HAN_RUN.search(word)]


def _segmented(plain: str) -> list[str]:
    import rjieba

    return [word for run in _HAN_RUN.findall(plain) for word in rjieba.cut(run)]


@cache
def _splitter() -> tantivy.TextAnalyzer:
    spaced = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(r"[^\W_]+(?:-[^\W_]+)*"))
    return spaced.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()


@cache
def _stemmer() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.stemmer("english")).build()
