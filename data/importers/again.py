"""Finds a line again on the picture on which a machine read it, so that somebody can look at it beside what was read.

The picture is laid straight and its lines are read once more, by the same models: no places need be kept, and scans of
any age can be shown. What comes of it is the family's own picture, and nothing of ours.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from difflib import SequenceMatcher

import numpy as np

from data.importers.archives import is_archive, members
from data.importers.imported import File
from data.importers.ocr import glanced
from data.importers.page import Box, Page, straightened
from data.importers.scans import pictures_in
from data.types import Picture

SAME = 0.6  # of two readings' characters: another version of the models may read a letter otherwise
CONTEXT = 3.0  # heights of the line that are shown above and below it, and one at its ends
FRAME = (200, 40, 40)  # RGB
FRAME_PX = 3


def line_again(content: File, line: str) -> Picture:
    """The stretch of the picture around the line, with a frame about it; the whole of the first page where the line is
    not found any more. Raises `BadPicture` and `BadText`."""
    best, shown, first = SAME, None, None
    for page in _pages(content):
        first = page.picture if first is None else first
        for box in page.boxes:
            alike = SequenceMatcher(None, glanced(page.line(box)).text, line, autojunk=False).ratio()
            if alike >= best:
                best, shown = alike, _around(page, box)
        if best == 1.0:
            break
    return shown if shown is not None else first if first is not None else np.zeros((1, 1, 3), np.uint8)


def png(picture: Picture) -> bytes:
    """As a file."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def _pages(content: File) -> Iterator[Page]:
    """Of one file, or of the pictures that were kept together."""
    files = [file for _, file in sorted(members(content).items())] if is_archive(content) else [content]
    return (straightened(picture) for file in files for picture in pictures_in(file))


def _around(page: Page, box: Box) -> Picture:
    import cv2

    size = min(box.height, box.width)
    sides = (size, CONTEXT * size) if box.width >= box.height else (CONTEXT * size, size)
    high, wide = page.picture.shape[:2]
    left, right = max(0, int(box.left - sides[0])), min(wide, int(box.right + sides[0]))
    top, bottom = max(0, int(box.top - sides[1])), min(high, int(box.bottom + sides[1]))
    framed = page.picture.copy()
    gap = size / 6
    corners = (int(box.left - gap), int(box.top - gap)), (int(box.right + gap), int(box.bottom + gap))
    cv2.rectangle(framed, *corners, FRAME, FRAME_PX)
    return np.ascontiguousarray(framed[top:bottom, left:right])
