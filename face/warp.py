"""Smooth displacement fields on a coarse grid, turned around and applied. Knows nothing of faces.

A field says where each point of the photo goes. A frame needs the reverse, where each pixel comes from, which a few
fixed-point steps find: source = pixel - field(source) (Chen et al. 2008, "A simple fixed-point approach to invert a
deformation field", Medical Physics 35).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import floor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture

Field = NDArray[np.float32]  # (h, w, 2), pixels to the right and down
Plane = NDArray[np.float32]  # (h, w)
Place = NDArray[np.float32]  # (2,), x and y

INVERSION_STEPS = 6
TILE_PX = 192  # quickest of 64 … 256, at frames of 512 and of 1080 px: what a tile needs fits into the cache
CUBIC_BEFORE, CUBIC_AFTER = 1, 2  # pixels that cubic interpolation asks for about a place
# Its weights half-way between two pixels, for a slope of -9/8: so a frame is as sharp (variance of the Laplacian, ten
# faces) as one that cubic interpolation with its usual slope of -3/4 has moved.
HALF_WAY = np.array((-9, 41, 41, -9), np.float32) / 64


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

    @classmethod
    def about(cls, least: Place, most: Place, frame: tuple[int, ...]) -> Patch:
        """What interpolation asks for between the least and the most (x, y), cut at the frame (H, W)."""
        last = (frame[1] - 1, frame[0] - 1)
        left, top = (min(max(0, floor(at) - CUBIC_BEFORE), end) for at, end in zip(least, last, strict=True))
        right, bottom = (min(max(0, floor(at) + CUBIC_AFTER), end) for at, end in zip(most, last, strict=True))
        return cls(left, top, right + 1 - left, bottom + 1 - top)

    @property
    def corner(self) -> Place:
        """x and y of its first pixel."""
        return np.array((self.left, self.top), np.float32)

    def tiles(self, side: int) -> Iterator[Patch]:
        """The patch in parts no larger than that, row after row."""
        right, bottom = self.left + self.width, self.top + self.height
        for top in range(self.top, bottom, side):
            for left in range(self.left, right, side):
                yield Patch(left, top, min(side, right - left), min(side, bottom - top))

    def pixels(self) -> tuple[Plane, Plane]:
        """x and y of every pixel, in pixels of the frame; each (height, width)."""
        y, x = np.mgrid[: self.height, : self.width].astype(np.float32)
        return np.asarray(x + self.left, np.float32), np.asarray(y + self.top, np.float32)


class Mesh:
    """Nodes in the middles of blocks of `step` pixels that cover a patch, and the way from nodes to pixels."""

    def __init__(self, patch: Patch, step: int) -> None:
        self.patch = patch
        self.step = step
        high, wide = -(-patch.height // step) + 1, -(-patch.width // step) + 1
        self._y, self._x = np.mgrid[:high, :wide].astype(np.float32)
        self._at = np.dstack((self._x, self._y))

    def nodes(self) -> tuple[Plane, Plane]:
        """x and y of the nodes, in pixels of the frame; each (h, w)."""
        middle = (self.step - 1) / 2
        return self._x * self.step + self.patch.left + middle, self._y * self.step + self.patch.top + middle

    def invert(self, field: Field) -> Field:
        """Displacement to the source of every node: `source = node + result`. (h, w, 2) -> (h, w, 2)."""
        cells = np.asarray(field / -self.step, np.float32)
        back: NDArray[Any] = cells
        for _ in range(INVERSION_STEPS):
            back = bilinear(cells, self._at + back)
        return np.asarray(back * self.step, np.float32)

    def carried(self, plane: Plane, back: Field) -> Plane:
        """What lies on the nodes, (h, w), moved along with an inverted field."""
        return np.asarray(bilinear(plane, self._at + back / np.float32(self.step)), np.float32)

    def window(self, inside: Patch) -> Window:
        """A way to read fields of this mesh at the pixels of a patch inside it."""
        return Window(self, inside)

    def tiles(self) -> tuple[Window, ...]:
        """Windows that cover the patch, each so small that what is computed for it stays in the processor's cache."""
        return tuple(self.window(tile) for tile in self.patch.tiles(TILE_PX))


class Window:
    """Pixels of a patch that lies on a mesh: reads fields and pictures at them."""

    def __init__(self, mesh: Mesh, patch: Patch) -> None:
        self.patch = patch
        self._at = np.dstack(patch.pixels())
        rows = _Blocks.about(patch.top - mesh.patch.top, patch.height, mesh.step)
        columns = _Blocks.about(patch.left - mesh.patch.left, patch.width, mesh.step)
        self._nodes, self._pixels = (rows.nodes, columns.nodes), (rows.pixels, columns.pixels)
        self._step = mesh.step
        self._twice = 2 * self._at

    def look(self, canvas: Picture, back: Field, photo: Doubled) -> Picture:
        """The canvas (H, W, 3) moved by an inverted field on the nodes: as `look_up`, without the way over `sources`.

        The canvas is the photo, which may have been drawn on.
        """
        near = back[self._nodes]
        if not near.any():
            return canvas[self.patch.region]
        first, last = self._at[0, 0], self._at[-1, -1]
        part = Patch.about(first + _extreme(near, np.min), last + _extreme(near, np.max), canvas.shape)
        at = self._twice + self._fine(2 * (near - part.corner))
        return np.asarray(bilinear(photo.part(canvas, part), at), np.uint8)

    def sources(self, back: Field) -> Field:
        """Where each pixel comes from, in pixels of the frame, from an inverted field on the nodes."""
        return self._at + self.read(back)

    def read(self, nodes: NDArray[np.float32]) -> NDArray[np.float32]:
        """What lies on the nodes, (h, w) or (h, w, n), between them: (height, width) or (height, width, n)."""
        return self._fine(nodes[self._nodes])

    def _fine(self, near: NDArray[np.float32]) -> NDArray[np.float32]:
        fine = cv2.resize(near, None, fx=self._step, fy=self._step, interpolation=cv2.INTER_LINEAR)
        return np.asarray(fine[self._pixels], np.float32)


@dataclass(frozen=True)
class _Blocks:
    """Along one axis: the nodes that pixels lie between, and those pixels among the pixels of the nodes' blocks."""

    nodes: slice
    pixels: slice

    @classmethod
    def about(cls, start: int, length: int, step: int) -> _Blocks:
        """From pixel `start` of the mesh on."""
        first = max(0, start // step - 1)
        begin = start - first * step
        return cls(slice(first, (start + length - 1) // step + 2), slice(begin, begin + length))


def quantised(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Rounded to 8 bits, held within 0 … 255."""
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def lit(picture: Picture, light: Plane) -> Picture:
    """The picture with every pixel multiplied by its light: (h, w, 3), (h, w) -> (h, w, 3)."""
    return np.asarray(cv2.multiply(picture, cv2.merge((light, light, light)), dtype=cv2.CV_8U), np.uint8)


def bilinear(values: NDArray[Any], at: Field) -> NDArray[Any]:
    """Values on whole pixels, (H, W) or (H, W, n), at real-valued places; beyond the border as at the border."""
    return np.asarray(
        cv2.remap(values, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    )  # places that hold both x and y need no second map, which OpenCV's annotations do not know


def look_up(picture: Picture, sources: Field) -> Picture:
    """The picture at real-valued places, (height, width, 2); at whole pixels exactly. (H, W, 3) -> (height, width, 3).

    Cubic interpolation half-way between pixels and linear interpolation between those: to the eye as sharp as cubic
    interpolation everywhere, at a third of its cost, for either step takes many pixels at once.
    """
    part = Patch.about(_extreme(sources, np.min), _extreme(sources, np.max), picture.shape)
    rows = sources.reshape(len(sources), -1) - np.tile(part.corner, sources.shape[1])  # quicker than pair by pair
    return np.asarray(bilinear(doubled(picture[part.region]), 2 * rows.reshape(sources.shape)), np.uint8)


def _extreme(places: Field, bound: Callable[..., Any]) -> Place:
    """The least or the most x and y, as `bound` is np.min or np.max; row by row, which is quicker than pair by pair."""
    return np.asarray(bound(bound(places.reshape(len(places), -1), axis=0).reshape(-1, 2), axis=0), np.float32)


def doubled(picture: Picture) -> Picture:
    """The picture itself at even places and cubic interpolation between them. (h, w, 3) -> (2 h, 2 w, 3)."""
    high, wide = picture.shape[:2]
    across = cv2.filter2D(picture, -1, HALF_WAY[None], anchor=(CUBIC_BEFORE, 0), borderType=cv2.BORDER_REPLICATE)
    rows = cv2.merge((picture, across)).reshape(high, 2 * wide, 3)
    out = np.empty((high, 2, 2 * wide, 3), np.uint8)
    out[:, 0] = rows
    out[:, 1] = cv2.filter2D(rows, -1, HALF_WAY[:, None], anchor=(0, CUBIC_BEFORE), borderType=cv2.BORDER_REPLICATE)
    return out.reshape(2 * high, 2 * wide, 3)


@dataclass(frozen=True)
class Doubled:
    """A photo, doubled once for all the frames in which some of it still shows."""

    photo: Picture
    fine: Picture

    @classmethod
    def of(cls, photo: Picture) -> Doubled:
        """(H, W, 3)"""
        return cls(photo, doubled(photo))

    def part(self, canvas: Picture, part: Patch) -> Picture:
        """That part of the canvas, doubled."""
        seen = canvas[part.region]
        if cv2.norm(seen, self.photo[part.region], cv2.NORM_INF):
            return doubled(seen)
        rows, columns = part.region
        return self.fine[2 * rows.start : 2 * rows.stop, 2 * columns.start : 2 * columns.stop]
