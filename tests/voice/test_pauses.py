"""Sentences are parted where a pause lies near the place that their lengths tell, or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from data.types import RATE
from tests.voice.voices import noise
from voice.pauses import borders
from voice.source import Espeak

FIRST, SECOND = "I found the old photographs in the attic.", "You were such a serious little boy."


def test_two_sentences_part_in_the_pause_between_them() -> None:
    one, other = (Espeak().speak(text, "en").samples for text in (FIRST, SECOND))
    sound = np.concatenate([one, np.zeros(RATE // 4, np.float32), other])
    found = borders(sound + noise(len(sound) / RATE, 1e-4)[: len(sound)], [len(FIRST), len(SECOND)])
    assert found is not None
    assert found[0] == pytest.approx(len(one) + RATE // 8, abs=RATE // 5)


def test_without_a_pause_nothing_is_parted() -> None:
    hum = np.sin(np.arange(4 * RATE) * 0.05).astype(np.float32)
    assert borders(hum, [20, 20]) is None


def test_one_sentence_needs_no_border() -> None:
    assert borders(noise(2.0), [30]) == []
