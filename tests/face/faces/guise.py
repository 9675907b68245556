"""What makes other people of the astronaut: her hair, her skin, another's mouth, an open mouth, a jumper for the suit.

Knows her photo (hairline, parting); nothing of how a face's proportions change.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face.landmarks import LEFT_EYE_LOWER, LEFT_EYE_UPPER, OVAL, RIGHT_EYE_LOWER, RIGHT_EYE_UPPER
from tests.face.faces.brush import (
    Rgb,
    along_edges,
    backdrop,
    blur,
    eyes,
    flyaway,
    head_mask,
    jumper,
    lips,
    mouth,
    noise,
    over,
    polygon,
)
from tests.face.faces.sitter import Sitter, carried, oval_mask, smooth, to_linear, to_picture, to_srgb

STEADY = (  # landmarks that a smile does not move
    *OVAL,
    *(*RIGHT_EYE_UPPER, *RIGHT_EYE_LOWER, *LEFT_EYE_UPPER, *LEFT_EYE_LOWER),
    *(1, 2, 4, 5, 6, 168, 195, 197, 48, 278, 98, 327),
)
HALF_OVAL = 1.52  # E: half the astronaut's face from temple to temple
HAIRLINE = (  # of the astronaut, E: below and between lies skin
    *((-1.44, 0.1), (-1.40, -0.55), (-1.28, -0.80), (-0.9, -0.70), (-0.5, -0.64), (0.0, -0.70), (0.5, -0.62)),
    *((1.0, -0.54), (1.42, -0.48), (1.50, 0.1), (1.51, 0.80), (1.66, 0.80), (1.78, 0.60), (2.0, 0.55), (2.0, 3.2)),
    *((-2.0, 3.2), (-2.0, 0.45), (-1.75, 0.50), (-1.62, 0.66), (-1.46, 0.62)),
)


@dataclass(frozen=True)
class Look:
    """What makes another person of the astronaut, before the face itself is bent."""

    cloth: Rgb  # behind
    hair: Rgb  # filters
    flesh: Rgb
    hair_gamma: float = 1.15
    flesh_gamma: float = 1.0
    neck: float = 0.87  # half the width, E
    trim: tuple[float, float] = (2.6, 3.2)  # half the width of the hair and its height above the eyes, E


def posed(sitter: Sitter, look: Look, random: np.random.Generator) -> Sitter:
    """The astronaut with other hair and skin, cut out and set before a cloth; the suit is still to be covered."""
    mask, hair = head_mask(sitter, look.neck, look.trim), hair_of(sitter)
    tinted = recoloured(sitter, flesh(sitter), look.flesh, look.flesh_gamma)
    tinted = greyed(tinted, hair, look.hair, look.hair_gamma)
    rim = 1 - 0.45 * (1 - smooth(np.clip(blur(mask, 9) * 2 - 1, 0, 1))) * hair  # hair turns away from the light
    front = over(backdrop(random, look.cloth), tinted.colour * rim[..., None], mask)
    return flyaway(sitter.painted(front), hair * mask, random, 1100)


def dressed(sitter: Sitter, random: np.random.Generator, wool: Rgb, size: float = 1.0) -> Sitter:
    """In a jumper up to the neck."""
    chin = float(sitter.places(sitter.points[152:153, :2])[0, 1])
    return sitter.painted(over(sitter.colour, *jumper(sitter, random, wool, chin + 0.07, size)))


def hairline(sitter: Sitter) -> NDArray[np.float32]:
    """1 where the astronaut's skin may be, 0 in her hair; it widens with the face's oval and knows her parting."""
    half = np.ptp(sitter.places(sitter.points[[127, 356], :2])[:, 0]) / 2
    side = 1 if parted_left(sitter) else -1
    rough = polygon(sitter.pixels(np.array(HAIRLINE, np.float32) * (side * half / HALF_OVAL, 1)), 2.0)
    return along_edges(rough, sitter.colour, 7)


def parted_left(sitter: Sitter) -> bool:
    """Whether the dark parting is to the viewer's left, as in the photo."""
    grey = cv2.cvtColor(sitter.colour, cv2.COLOR_RGB2GRAY)
    left, right = (grey[tuple(sitter.pixels([(u, -1.85)])[0][::-1].astype(int))] for u in (-1.1, 1.1))
    return bool(left < right)


def recoloured(sitter: Sitter, mask: NDArray[np.float32], tint: Rgb, gamma: float = 1.0) -> Sitter:
    """What the mask shows, through a filter as thick as the mask says; `gamma` above 1 deepens its shadows."""
    part = np.clip(mask, 0, 1)[..., None]
    light = to_linear(sitter.colour) ** (1 + (gamma - 1) * part)
    return sitter.painted(to_srgb(np.asarray(light * np.array(tint, np.float32) ** part, np.float32)))


def greyed(sitter: Sitter, mask: NDArray[np.float32], tint: Rgb, gamma: float = 1.0) -> Sitter:
    """The same with the hue of `tint` alone."""
    grey = cv2.cvtColor(sitter.colour, cv2.COLOR_RGB2GRAY)[..., None]
    return recoloured(sitter.painted(over(sitter.colour, grey.repeat(3, 2), mask)), mask, tint, gamma)


def hair_of(sitter: Sitter) -> NDArray[np.float32]:
    """The astronaut's hair."""
    _, v = sitter.face_grid()
    return np.asarray((1 - hairline(sitter)) * smooth(np.clip((1.0 - v) / 0.2, 0, 1)), np.float32)


def flesh(sitter: Sitter) -> NDArray[np.float32]:
    """The astronaut's skin: all that is neither hair nor eyes nor teeth."""
    return np.asarray(np.clip(hairline(sitter) - eyes(sitter) - mouth(sitter), 0, 1), np.float32)


def unlined(sitter: Sitter) -> Sitter:
    """Cheeks and chin without lines: what is finer than a fold is taken away round nose, lips and eyes."""
    u, v = sitter.face_grid()
    low = smooth(np.clip((v - 0.45) / 0.3, 0, 1)) * smooth(np.clip((1.45 - np.abs(u)) / 0.3, 0, 1))
    nose = np.exp(-((u / 0.46) ** 6) - ((v - 0.75) / 0.36) ** 6)
    part = (
        low * (1 - nose) * (1 - np.clip(blur(lips(sitter) + mouth(sitter), 3.0) * 1.8, 0, 1)) * oval_mask(sitter, 0.3)
    )
    # A blur that does not carry in what is masked away: lips and nose would bleed into the cheeks.
    weight = blur(part, 13)[..., None] + 1e-3
    even = blur(sitter.colour * part[..., None], 13) / weight
    return sitter.painted(over(sitter.colour, even, 0.85 * part))


def with_mouth(sitter: Sitter, giver: Sitter) -> Sitter:
    """The lower face of another, fitted by the rest of the face and blended without a seam (Pérez et al. 2003)."""
    steady = list(dict.fromkeys(STEADY))
    lent = carried(giver.colour, giver.points[steady, :2], sitter.points[steady, :2])
    angle = np.linspace(0, 2 * np.pi, 60)
    oval = sitter.pixels(np.stack((0.98 * np.cos(angle), 1.38 + 0.52 * np.sin(angle)), 1).astype(np.float32))
    mask = (polygon(oval, 0) * 255).astype(np.uint8)
    x, y, wide, high = cv2.boundingRect(mask)
    middle = (x + wide // 2, y + high // 2)
    joined = cv2.seamlessClone(to_picture(lent), to_picture(sitter.colour), mask, middle, cv2.NORMAL_CLONE)
    return sitter.painted(joined.astype(np.float32) / 255).seen_anew()


def opened(calm: Sitter, wide: Sitter, random: np.random.Generator) -> Sitter:
    """The open mouth of `wide` with the upper teeth of `calm`, which stay with the skull, a tongue and lower teeth."""
    u, v = wide.face_grid()
    inside, teeth = mouth(wide, 1.3), mouth(calm, 1.2)
    low = float(wide.places(wide.points[14:15, :2])[0, 1])
    far = 0.35 + 0.65 * np.exp(-((u / 0.55) ** 2))
    cavity = np.array((0.20, 0.055, 0.05), np.float32) * far[..., None]
    tongue = np.exp(-((u / 0.36) ** 4) - ((v - low + 0.02) / 0.20) ** 4)
    gloss = 0.10 * np.exp(-(((u + 0.05) / 0.16) ** 2) - ((v - low + 0.11) / 0.03) ** 2) * (1 + 0.4 * noise(random, 3))
    colour = over(cavity, np.array((0.62, 0.27, 0.26)) * (0.9 + 0.1 * noise(random, 6)[..., None]), 0.85 * tongue)
    colour = colour + gloss[..., None]
    gaps = 1 - 0.22 * np.exp(-(((np.mod(u / 0.115 + 0.5, 1) - 0.5) / 0.09) ** 2))
    row = np.exp(-((u / 0.40) ** 6)) * np.exp(-(((v - (low - 0.07 - 0.30 * u**2)) / 0.05) ** 4))
    colour = over(colour, np.array((0.58, 0.48, 0.41)) * gaps[..., None], 0.65 * row)
    colour = over(colour, calm.colour, teeth)
    return wide.painted(over(wide.colour, colour, inside))
