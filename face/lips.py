"""Where the lips are: a frame aligned to the mouth, the seam between the lips, and how thick they are.

Knows geometry and the photo's dark seam; knows nothing of motion. Lengths here are in M, half the distance between
the mouth corners; u runs from the person's right corner (-1) to the left (+1), v runs down.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data.types import Picture
from face.landmarks import (
    CHIN,
    FOLDS,
    INNER_LOWER,
    INNER_UPPER,
    LEFT_CORNER,
    NOSE_BASE,
    OUTER_LOWER,
    OUTER_UPPER,
    RIGHT_CORNER,
    Landmarks,
)
from face.warp import Plane

Curve = NDArray[np.float32]  # (KNOTS,) over U

Folds = NDArray[np.float32]  # (2, 2, n): right and left, u and v from the nose wing down past the mouth's corner

MIDLINE = (0, 13, 14, 17)  # landmarks down the middle of the lips
MIDDLE_MOST = 0.22  # M; in a face turned further the near side still leads
KNOTS = 93
U: Curve = np.linspace(-1.15, 1.15, KNOTS, dtype=np.float32)
OPEN_IN_PHOTO = 0.075  # gap between the inner lips in M from which a photo counts as open-mouthed
SEAM_SEARCH = 0.16  # M to each side of the landmarks
SEAM_SAMPLES = 33  # places across that stretch
RIM_SEARCH = (-0.05, 0.12)  # M above and below the landmarks
RIM_DARK = 0.6  # of the lip's brightness, at most, for what lies above it to be the dark
RIM_RISE, RIM_LOYALTY = 600.0, 12.0  # brightening, grey levels a M, that counts in full; the pull of the landmarks
SEAM_STIFFNESS = 60.0  # grey levels for one sample's step between neighbouring knots


@dataclass(frozen=True)
class Lips:
    """The lips of the neutral, closed mouth."""

    origin: tuple[float, float]  # between the corners, pixels
    angle: float  # radians, of the line from the right corner to the left one
    unit: float  # M in pixels
    seam: Curve  # v of the line where the lips meet
    upper: Curve  # thickness of the upper lip
    lower: Curve  # thickness of the lower lip
    nose: float  # v of the nose base
    chin: float  # v of the chin's edge
    folds: Folds
    middle: float  # u of the lips' midline: not 0 in a face that is turned

    def place(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Pixels to (u, v)."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        right, down = (x - self.origin[0]) / self.unit, (y - self.origin[1]) / self.unit
        return np.asarray(cos * right + sin * down, np.float32), np.asarray(cos * down - sin * right, np.float32)

    def vector(self, along: Plane, down: Plane) -> NDArray[np.float32]:
        """A displacement in (u, v) to pixels, (h, w) twice -> (h, w, 2)."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        turned = np.stack((cos * along - sin * down, sin * along + cos * down), axis=-1)
        return np.asarray(turned * self.unit, np.float32)

    def centred(self, u: Plane) -> Plane:
        """u bent so that it is 0 on the lips' midline, -1 and 1 at the corners still."""
        return np.asarray(u - self.middle * np.clip(1 - u * u, 0, 1), np.float32)

    def seam_at(self, u: Plane) -> Plane:
        """v of the seam at u."""
        return curve_at(self.seam, u)


def curve_at(curve: Curve, u: Plane) -> Plane:
    """A curve between its knots; level beyond its ends."""
    return np.interp(u, U, curve).astype(np.float32)


@dataclass(frozen=True)
class MouthReading:
    """The photo's mouth as it stands, open or closed; curves are v over U."""

    origin: tuple[float, float]
    angle: float
    unit: float
    outer_upper: Curve
    inner_upper: Curve
    inner_lower: Curve
    outer_lower: Curve
    nose: float
    chin: float
    folds: Folds
    middle: float

    @property
    def gap(self) -> float:
        """Opening at the middle, M."""
        middle = np.abs(U) < 0.2
        return float(np.mean((self.inner_lower - self.inner_upper)[middle]))

    def lips(self, seam: Curve) -> Lips:
        """Lips of this reading with their seam at `seam`."""
        return Lips(
            self.origin,
            self.angle,
            self.unit,
            seam,
            np.maximum(seam - self.outer_upper, 0.02).astype(np.float32),
            np.maximum(self.outer_lower - seam, 0.02).astype(np.float32),
            self.nose,
            self.chin,
            self.folds,
            self.middle,
        )


def read_mouth(points: Landmarks) -> MouthReading:
    """The mouth frame and the four lip lines from the landmarks."""
    right, left = points[RIGHT_CORNER, :2], points[LEFT_CORNER, :2]
    origin, along = (right + left) / 2, left - right
    unit, angle = float(np.hypot(*along) / 2), float(np.arctan2(along[1], along[0]))
    rotate = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))

    def places(ring: tuple[int, ...]) -> NDArray[np.float32]:  # (2, n)
        return np.asarray(rotate @ ((points[list(ring), :2] - origin) / unit).T, np.float32)

    def line(ring: tuple[int, ...]) -> Curve:
        u, v = places(ring)
        order = np.argsort(u)
        return np.interp(U, u[order], v[order]).astype(np.float32)

    nose, chin = places((NOSE_BASE, CHIN))[1]
    centre = (float(origin[0]), float(origin[1]))
    return MouthReading(
        centre,
        angle,
        unit,
        outer_upper=line(OUTER_UPPER),
        inner_upper=line(INNER_UPPER),
        inner_lower=line(INNER_LOWER),
        outer_lower=line(OUTER_LOWER),
        nose=float(nose),
        chin=float(chin),
        folds=np.stack([places(fold) for fold in FOLDS]),
        middle=float(np.clip(places(MIDLINE)[0].mean(), -MIDDLE_MOST, MIDDLE_MOST)),
    )


def find_seam(photo: Picture, reading: MouthReading) -> Curve:
    """The dark valley between closed lips: the cheapest path within `SEAM_SEARCH` of the landmarks' line.

    Dynamic programming over the knots; brightness is the cost, and steps between neighbours cost too.
    """
    middle = (reading.inner_upper + reading.inner_lower) / 2
    offsets = np.linspace(-SEAM_SEARCH, SEAM_SEARCH, SEAM_SAMPLES, dtype=np.float32)
    smooth = np.asarray(cv2.GaussianBlur(photo, (0, 0), max(0.6, reading.unit / 60)), np.uint8)
    bright = _sample(smooth, reading, middle, offsets)
    tapered = np.clip((1.08 - np.abs(U)) / 0.15, 0, 1)[:, None]  # towards the corners the landmarks lead
    cost = bright * tapered + 300 * (offsets / SEAM_SEARCH)[None] ** 2 * (0.15 + 1 - tapered)
    path = _cheapest(cost)
    seam = middle + offsets[path]
    return np.asarray(cv2.GaussianBlur(seam[None], (0, 0), 1.2)[0], np.float32)


def find_lower_rim(photo: Picture, reading: MouthReading) -> Curve:
    """The lower lip's rim in a parted mouth: where the dark above it ends, within `RIM_SEARCH` of the landmarks.

    The face mesh is least sure there; what it leaves of the dark on the lip would be seen on closed lips as a line.
    """
    offsets = np.linspace(*RIM_SEARCH, SEAM_SAMPLES, dtype=np.float32)
    smooth = np.asarray(cv2.GaussianBlur(photo, (0, 0), max(0.6, reading.unit / 60)), np.uint8)
    bright = _sample(smooth, reading, reading.inner_lower, offsets)
    rise = np.gradient(bright, axis=1) / (offsets[1] - offsets[0])  # grey levels a M
    tapered = np.clip((0.9 - np.abs(U)) / 0.15, 0, 1)[:, None]
    dark = bright[:, :5].mean(axis=1) < RIM_DARK * bright[:, -5:].mean(axis=1)  # teeth hide the rim's own shade
    cost = -60 * np.clip(rise / RIM_RISE, 0, 1) * tapered * dark[:, None]
    cost = cost + RIM_LOYALTY * (offsets / RIM_SEARCH[1])[None] ** 2
    rim = reading.inner_lower + offsets[_cheapest(np.asarray(cost, np.float32))]
    return np.asarray(cv2.GaussianBlur(rim[None], (0, 0), 2.0)[0], np.float32)


def _sample(photo: Picture, reading: MouthReading, middle: Curve, offsets: Curve) -> Plane:
    """Brightness at (U, middle + offsets): (KNOTS, SEAM_SAMPLES)."""
    cos, sin = np.cos(reading.angle), np.sin(reading.angle)
    u = np.repeat(U[:, None], len(offsets), axis=1)
    v = middle[:, None] + offsets[None]
    x = (reading.origin[0] + reading.unit * (cos * u - sin * v)).astype(np.float32)
    y = (reading.origin[1] + reading.unit * (sin * u + cos * v)).astype(np.float32)
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.remap(grey, x, y, cv2.INTER_LINEAR), np.float32)


def _cheapest(cost: Plane) -> NDArray[np.intp]:
    """One column a row, by dynamic programming: (n, m) -> (n,)."""
    count, width = cost.shape
    steps = SEAM_STIFFNESS / 10 * np.abs(np.arange(width)[:, None] - np.arange(width)[None]) ** 1.5
    total, came = cost[0].copy(), np.zeros((count, width), np.intp)
    for row in range(1, count):
        through = total[:, None] + steps
        came[row] = through.argmin(axis=0)
        total = through.min(axis=0) + cost[row]
    path = np.zeros(count, np.intp)
    path[-1] = total.argmin()
    for row in range(count - 1, 0, -1):
        path[row - 1] = came[row, path[row]]
    return path
