"""Whether two photos may show the same person, from the proportions of their faces. Knows meshes; knows no picture.

A mesh is smoothed towards an average face, so this does not tell strangers of the same build apart: it keeps a wrong
photo of the family out, and proves nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.head import rotation
from face.landmarks import CHIN, FOREHEAD, NOSE_BASE, Landmarks, turn

# Pairs of points, and by how much the logarithm of their distance varies on one person against all the others: its
# standard deviation on ten portraits, each blurred, made noisy, grey and small, turned by 11°, and given a smile, an
# open mouth and a blink. (Not in E: closed eyes are read as narrower.)
SPREADS: Final = {
    (168, 4): 0.027,  # length of the nose
    (168, NOSE_BASE): 0.024,
    (129, 358): 0.034,  # its width
    (98, 327): 0.046,
    (234, 454): 0.012,  # width of the face, at the cheekbones
    (127, 356): 0.012,  # at the temples
    (93, 323): 0.012,  # below the ears
    (58, 288): 0.012,  # at the jaw
    (172, 397): 0.015,
    (FOREHEAD, 168): 0.025,  # height of the forehead
    (NOSE_BASE, CHIN): 0.041,  # of the lower face
    (70, 107): 0.021,  # length of the brows
    (300, 336): 0.020,
}
# Such spreads, root mean square. The same face in another way lies under it in 95 of 100 pairs of these portraits,
# strangers above it in 93 of 100.
ALIKE = 1.85
ROUNDS = 3  # of turning a mesh to the front, each from what the one before has left


def unlikeness(one: Landmarks, other: Landmarks) -> float:
    """How far the proportions of two faces differ, in the spreads that they have on one person."""
    apart = _proportions(one) - _proportions(other)
    return float(np.sqrt(((apart / list(SPREADS.values())) ** 2).mean()))


def frontal(points: Landmarks) -> Landmarks:
    """The mesh turned to the front, about the picture's corner."""
    for _ in range(ROUNDS):
        points = np.asarray(points @ rotation(*turn(points)), np.float32)  # the transpose of a rotation turns back
    return points


def _proportions(points: Landmarks) -> NDArray[np.float32]:
    """Logarithms of the distances on the face seen from the front, against their mean."""
    points = frontal(points)
    right, left = np.array(list(SPREADS)).T
    lengths = np.log(np.linalg.norm((points[right] - points[left])[:, :2], axis=1))
    return np.asarray(lengths - lengths.mean(), np.float32)
