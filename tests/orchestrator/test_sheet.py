"""The contact sheet shows the clip from its first frame to its last."""

from pathlib import Path

import numpy as np
import pytest

from data.label import Label
from data.media import write_clip
from data.types import Turn
from orchestrator.flow import perform
from orchestrator.sheet import COLUMNS, ROWS, contact_sheet
from tests.small_stages import Colour, Tone, Words, phrase


@pytest.mark.parametrize("frames", [1, 5, 12, 100])
def test_frames_stand_in_reading_order(tmp_path: Path, frames: int) -> None:
    shots = perform(Words([phrase("x" * frames)]), Tone(), Colour(128), [Turn("visitor", "hello")])
    write_clip(tmp_path / "a.mp4", shots, Label("en", {}))
    sheet = contact_sheet(tmp_path / "a.mp4")
    levels = sheet[64 : 128 * ROWS : 128, 64::128, 0].astype(int).ravel()[: min(frames, COLUMNS * ROWS)]
    assert abs(levels[0]) <= 3
    assert abs(levels[-1] - (frames - 1)) <= 3
    assert np.all(np.diff(levels) >= 0)
