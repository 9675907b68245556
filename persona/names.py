"""Which words of a line are names, by their form alone. Knows nobody's name and no letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from persona.language import folded
from persona.wordlists import word_list
from persona.words import stem

_CAPITALS: Final = re.compile(r"[A-Z\u00c0-\u00de][\w-]*(?:\s+[A-Z\u00c0-\u00de][\w-]*)*")
_OPENS: Final = re.compile(r"(?:^|[.!?:;\"“(]\s*)$")  # a capital there says nothing
_CALLED: Final = re.compile(r",\s*\w+\s*[?!.]*$")  # "How was the lake, Grace?"
_WHO: Final = re.compile(r"\bwho(?:'s| is| was)\s+([a-z]+)\s*\??$")  # "who was zelda", typed without capitals
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]+")
_FAMILIAR: Final = re.compile(r"[小老阿](?![几大小些人是])[\u3400-\u9fff]")
SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆"
    "廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
_PERSON: Final = "nr"  # the tagger's marks of a personal name, and of a place
_PLACE: Final = "ns"


def words_of(name: str) -> frozenset[str]:
    """A name's words as `names_in` gives them; of a Chinese one the given name too."""
    plain = folded(name)
    if _CHINESE.fullmatch(plain):
        return frozenset([plain, plain[1:]] if len(plain) > 2 else [plain])
    return frozenset(stem(word) for word in plain.split())


def is_place(word: str) -> bool:
    """Whether a Chinese word may be the name of a town, a lake or a country; ordinary words are taken for such, too."""
    import rjieba

    return [kind for _, kind in rjieba.tag(word)] == [_PLACE]


def names_in(line: str) -> Iterator[frozenset[str]]:
    """Each name's words: English ones as stems, a Chinese name as one word. A line all in capitals has none."""
    plain = folded(line)
    yield from (frozenset([stem(word)]) for word in _WHO.findall(plain) if word not in word_list("en"))
    if not line.isupper():
        yield from _capitals(_CALLED.sub("", line))
    for run in _CHINESE.findall(plain):
        yield from (frozenset([word]) for word in _chinese(run))


def _capitals(line: str) -> Iterator[frozenset[str]]:
    """Words in capitals that stand together, but for one that only opens a sentence."""
    for match in _CAPITALS.finditer(line):
        words = match.group().split()
        if _OPENS.search(line[: match.start()]):
            words = words[1:]
        name = frozenset(stem(folded(word)) for word in words if folded(word) not in word_list("en"))
        if name:
            yield name


def _chinese(run: str) -> Iterator[str]:
    import rjieba

    for word, kind in rjieba.tag(run):
        if _FAMILIAR.fullmatch(word) or (kind == _PERSON and len(word) > 1 and word[0] in SURNAMES):
            yield word
