"""Captions show every word, inside the picture and above the label."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from data.captions import pages
from data.label import Label, label_font
from data.types import Language

LONG = "I remember the garden, and how the light fell through the old apple trees when all of you were small. " * 3
SIZES = [(512, 512), (300, 512), (1920, 1080)]


def shown(text: str, language: Language, width: int, height: int) -> list[NDArray[np.bool_]]:
    drawn = []
    for page in pages(text, language, width, height):
        frames = np.full((1, height, width, 3), 120, np.uint8)
        page.stamp.lay_over(frames)
        drawn.append(np.abs(frames[0].astype(int) - 120).sum(axis=2) > 0)
    return drawn


@pytest.mark.parametrize("size", SIZES)
def test_every_word_stands_on_some_page(size: tuple[int, int]) -> None:
    made = pages(LONG, "en", *size)
    assert len(made) > 1
    assert sum(page.chars for page in made) == pytest.approx(len(LONG.replace(" ", "")) + LONG.count(" "), abs=40)
    assert all(drawn.any() for drawn in shown(LONG, "en", *size))


@pytest.mark.parametrize("size", SIZES)
def test_captions_keep_clear_of_the_label_and_the_edges(size: tuple[int, int]) -> None:
    label = np.zeros((1, size[1], size[0], 3), np.uint8)
    Label("en", {}).drawn(*size).lay_over(label)
    for drawn in shown(LONG, "en", *size):
        assert not drawn[:, 0].any()
        assert not drawn[:, -1].any()
        assert not (drawn & (label[0].sum(axis=2) > 0)).any()


def test_a_word_longer_than_the_picture_is_cut_over_lines() -> None:
    assert len(pages("x" * 300, "en", 512, 512)) > 1


@pytest.mark.skipif(label_font("zh") is None, reason="no Chinese font on this machine")
def test_chinese_breaks_anywhere_but_before_its_punctuation() -> None:
    text = "院子里种了两棵桂花树，每年秋天，香味飘得满院子都是，用IBM的盒子装着。" * 2
    assert sum(page.chars for page in pages(text, "zh", 512, 512)) == len(text)


def test_nothing_to_say_is_no_page() -> None:
    assert pages("", "en", 512, 512) == ()
    assert pages(" \n ", "en", 512, 512) == ()
