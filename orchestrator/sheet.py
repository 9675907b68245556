"""Frames of a clip side by side, so that one picture shows how the face moves. Knows no engine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from data.media import read_clip
from data.types import SAMPLES_PER_FRAME, Picture

COLUMNS, ROWS = 4, 3
WIDTH_PX = 1_600  # of the whole sheet at most
FOOT = 0.15  # of the sheet's height: an empty strip for the label, so that it hides no frame


def contact_sheet(path: Path) -> Picture:
    """Twelve frames of a clip that has sound, evenly spread from its first to its last, in reading order."""
    import cv2

    clip = read_clip(path)
    there = 1 if clip.sound is None else len(clip.sound) // SAMPLES_PER_FRAME
    frames = list(_spread(clip.frames(), there, COLUMNS * ROWS))
    scale = min(1.0, WIDTH_PX / COLUMNS / frames[0].shape[1])
    small = [cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for frame in frames]
    small += [np.zeros_like(small[0])] * (COLUMNS * ROWS - len(small))
    rows = [np.concatenate(small[row * COLUMNS : (row + 1) * COLUMNS], axis=1) for row in range(ROWS)]
    sheet = np.concatenate(rows, axis=0)
    return np.pad(sheet, ((0, round(FOOT * sheet.shape[0])), (0, 0), (0, 0)))


def _spread(frames: Iterator[Picture], there: int, wanted: int) -> Iterator[Picture]:
    chosen = {round(place * (there - 1) / (wanted - 1)) for place in range(wanted)}
    for index, frame in enumerate(islice(frames, there)):
        if index in chosen:
            yield frame
