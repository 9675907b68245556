from __future__ import annotations

import numpy as np
import pytest

from data.types import RATE
from tests.voice.voices import made_up, recording
from voice.speaker import WINDOW_S, embed, embed_windows, likeness


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_two_halves_of_one_recording_are_more_alike_than_two_people(name: str) -> None:
    wave = recording(name)
    middle = len(wave) // 2
    same = likeness(embed(wave[:middle]), embed(wave[middle:]))
    others = [made_up(95.0, 0.9), made_up(220.0, 1.15), recording("hopper" if name == "waigong" else "waigong")]
    assert same > 0.9
    assert all(likeness(embed(wave), embed(other)) < same - 0.1 for other in others)


def test_neither_loudness_nor_silence_changes_who_speaks() -> None:
    wave = recording("hopper")[: 10 * RATE]
    silence = np.zeros(4 * RATE, np.float32)
    changed = np.concatenate([silence, wave * np.float32(0.1), silence])
    assert likeness(embed(wave), embed(changed)) > 0.98


def test_embeddings_are_of_unit_length_whatever_is_heard() -> None:
    for wave in (recording("hopper")[: RATE // 2], np.zeros(RATE, np.float32), np.full(100, np.nan, np.float32)):
        found = embed(wave)
        assert found.shape == (256,)
        assert np.isfinite(found).all()
    assert np.linalg.norm(embed(recording("hopper"))) == pytest.approx(1.0, abs=1e-4)


def test_windows_cover_the_sound_and_tell_where_the_speaker_changes() -> None:
    first, second = recording("hopper")[: 8 * RATE], recording("waigong")[: 8 * RATE]
    starts, found = embed_windows(np.concatenate([first, second]))
    assert len(starts) == len(found)
    assert starts[-1] + WINDOW_S * RATE == pytest.approx(16 * RATE, abs=RATE)
    nearer_first = found @ embed(first) > found @ embed(second)
    alone_first, alone_second = starts + WINDOW_S * RATE <= len(first), starts >= len(first)
    assert nearer_first[alone_first].mean() > 0.85
    assert (~nearer_first[alone_second]).mean() > 0.85
