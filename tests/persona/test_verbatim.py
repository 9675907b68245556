"""Theirs is a whole sentence, word for word; one changed word, number, name or negation is not theirs."""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Iterator

import pytest

from data.types import Letter
from persona.passages import Said, read_all
from persona.sentences import even
from persona.verbatim import Originals
from tests.persona.cases import SAMPLES, letters

SWAPS = {
    "not": "",
    "never": "always",
    "no": "some",
    "I": "he",
    "my": "your",
    "was": "is",
    "is": "was",
    "seven": "eight",
    "1930": "1931",
    "1949": "1948",
    "没有": "有",
    "没": "有",
    "不": "",
    "我": "他",
    "外婆": "外公",
    "三": "四",
    "是": "不是",
    "豆豆": "小满",
}


def sentences(sample: str) -> list[Said]:
    return [one for each in read_all(letters(sample)) for one in each.said]


def mutations(text: str) -> Iterator[str]:
    """Small changes of a sentence: a word swapped, dropped, doubled or moved, a number, a sign, half of it."""
    for old, new in SWAPS.items():
        found = re.search(rf"\b{old}\b", text) if old.isascii() else re.search(old, text)
        if found:
            yield text[: found.start()] + new + text[found.end() :]
    words = text.split(" ")
    if len(words) > 2:
        yield " ".join(words[1:])
        yield " ".join(words[:-1])
        yield " ".join([words[1], words[0], *words[2:]])
        yield " ".join([*words[:2], words[1], *words[2:]])
    yield text[:-1]
    yield text[: len(text) // 2]
    yield text[0] + text
    yield text.rstrip(".。!！?？") + ("?" if text[-1] in ".!" else "？")


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_changed_sentence_is_theirs(sample: str) -> None:
    originals = Originals.of(letters(sample))
    whole = {one.text for one in sentences(sample)}
    changed = [text for one in sentences(sample) for text in mutations(one.text) if text not in whole]
    assert len(changed) >= 500
    assert [text for text in changed if originals.source_of(text) is not None] == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sentence_is_theirs_however_it_is_spaced(sample: str) -> None:
    originals = Originals.of(letters(sample))
    chance = random.Random(7)
    for one in sentences(sample):
        spaced = one.text.replace(" ", chance.choice(["  ", "\n", "\t "]))
        source = originals.source_of(f" {spaced}\n")
        assert source is not None
        assert source.quote == one.text or one.text in source.quote


def test_composed_and_decomposed_letters_are_the_same() -> None:
    letter = Letter("a.txt", "Un café noir.", "1950")
    assert Originals.of([letter]).source_of("Un cafe\u0301 noir.") is not None
    assert Originals.of([letter]).source_of("Un cafe noir.") is None


def test_widths_of_signs_are_the_same_but_a_power_is_not_a_digit() -> None:
    letter = Letter("a.txt", "好吗？一共 10² 个。", "1950")
    assert Originals.of([letter]).source_of("好吗?") is not None
    assert Originals.of([letter]).source_of("一共 10² 个。") is not None
    assert Originals.of([letter]).source_of("一共 102 个。") is None


def test_a_salutation_is_no_sentence_of_theirs() -> None:
    letter = Letter("a.txt", "London, 3 May 1950\n\nDear Ann,\n\nIt rains.\n\nYours,\nTom", None)
    assert Originals.of([letter]).source_of("It rains.") is not None
    assert Originals.of([letter]).source_of("Dear Ann,") is None


def test_every_form_of_another_width_and_nothing_else_is_evened() -> None:
    for code in range(0x80, sys.maxunicode + 1):
        if unicodedata.decomposition(chr(code)).startswith(("<wide>", "<narrow>")):
            assert even(f"a{chr(code)}a") == f"a{unicodedata.normalize('NFKC', chr(code))}a"
    assert even("½ № ① ﬁ") == "½ № ① ﬁ"
