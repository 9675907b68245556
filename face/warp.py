"""Smooth displacement fields on a coarse grid, turned around and applied. Knows nothing of faces.

A field says where each point of the photo goes. A frame needs the reverse, where each pixel comes from, which a few
fixed-point steps find: source = pixel - field(source) (Chen et al. 2008, "A simple fixed-point approach to invert a
deformation field", Medical Physics 35).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture

Field = NDArray[np.float32]  # (h, w, 2), pixels to the right and down
Plane = NDArray[np.float32]  # (h, w)

INVERSION_STEPS = 6


def smoothstep(low: float | Plane, high: float | Plane, value: NDArray[Any]) -> Plane:
    """0 below `low`, 1 above `high`, with two continuous derivatives (Perlin 2002)."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * t * (t * (6 * t - 15) + 10), np.float32)


@dataclass(frozen=True)
class Patch:
    """A rectangle of the frame, in whole pixels."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def around(cls, left: float, top: float, right: float, bottom: float, frame: tuple[int, ...]) -> Patch:
        """The patch between these, cut at the frame (H, W)."""
        x, y = max(0, int(left)), max(0, int(top))
        return cls(x, y, min(frame[1], int(right) + 1) - x, min(frame[0], int(bottom) + 1) - y)

    @property
    def region(self) -> tuple[slice, slice]:
        """Rows and columns of the frame."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def pixels(self) -> tuple[Plane, Plane]:
        """x and y of every pixel, in pixels of the frame; each (height, width)."""
        y, x = np.mgrid[: self.height, : self.width].astype(np.float32)
        return np.asarray(x + self.left, np.float32), np.asarray(y + self.top, np.float32)


class Mesh:
    """Nodes every `step` pixels over a patch, and the way from nodes to the pixels of a window inside it."""

    def __init__(self, patch: Patch, step: int) -> None:
        self.patch = patch
        self.step = step
        high, wide = -(-patch.height // step) + 1, -(-patch.width // step) + 1
        self._y, self._x = np.mgrid[:high, :wide].astype(np.float32)

    def nodes(self) -> tuple[Plane, Plane]:
        """x and y of the nodes, in pixels of the frame; each (h, w)."""
        return self._x * self.step + self.patch.left, self._y * self.step + self.patch.top

    def invert(self, field: Field) -> Field:
        """Displacement to the source of every node: `source = node + result`. (h, w, 2) -> (h, w, 2)."""
        cells = np.asarray(field / -self.step, np.float32)
        back: NDArray[Any] = cells
        for _ in range(INVERSION_STEPS):
            at_x, at_y = self._x + back[..., 0], self._y + back[..., 1]
            back = cv2.remap(cells, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(back * self.step, np.float32)

    def window(self, inside: Patch) -> Window:
        """A way to read fields of this mesh at the pixels of a patch inside it."""
        return Window(self, inside)


class Window:
    """Pixels of a patch that lies on a mesh: reads fields and pictures at them."""

    def __init__(self, mesh: Mesh, patch: Patch) -> None:
        self.patch = patch
        self._x, self._y = patch.pixels()
        self._column = (self._x - mesh.patch.left) / mesh.step
        self._row = (self._y - mesh.patch.top) / mesh.step

    def sources(self, back: Field) -> tuple[Plane, Plane]:
        """Where each pixel comes from, in pixels of the frame, from an inverted field on the nodes."""
        fine = cv2.remap(back, self._column, self._row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return self._x + fine[..., 0], self._y + fine[..., 1]


def quantised(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Rounded to 8 bits, held within 0 … 255."""
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def look_up(picture: Picture, sources: tuple[Plane, Plane]) -> Picture:
    """The picture at real-valued places, by cubic interpolation. (H, W, 3) -> (height, width, 3)."""
    return np.asarray(cv2.remap(picture, *sources, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT), np.uint8)
