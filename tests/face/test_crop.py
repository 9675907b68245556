from __future__ import annotations

import numpy as np

from data.types import Picture
from face.crop import rectangle


def stripes() -> Picture:
    """200 × 200, dark and bright by turns, 8 pixels each."""
    bright = (np.arange(200) // 8 % 2).astype(np.uint8)
    return np.repeat(np.broadcast_to(60 + 140 * bright, (200, 200))[..., None], 3, axis=-1).astype(np.uint8)


def test_beyond_the_edge_a_photo_goes_on_without_its_pattern() -> None:
    wide = rectangle(stripes(), 100, 100, 360, (200, 360))[0].astype(np.float64)
    assert np.ptp(wide[100, 80:280]) > 130
    assert np.ptp(wide[100, :60]) < 30


def test_the_continuation_darkens_away_from_the_photo() -> None:
    wide = rectangle(np.full((200, 200, 3), 180, np.uint8), 100, 100, 400, (200, 400))[0][100, :, 0].astype(int)
    assert wide[101] == wide[200] == 180
    assert (np.diff(wide[:100]) >= 0).all()
    assert 120 < wide[0] < 160


def test_a_cut_inside_the_photo_is_the_photo() -> None:
    np.testing.assert_array_equal(rectangle(stripes(), 100, 100, 100, (100, 100))[0], stripes()[50:150, 50:150])
