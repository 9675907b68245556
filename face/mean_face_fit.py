"""Makes mean_face.npz of photos: `python -m face.mean_face_fit PHOTO…`. Not used in service.

Each mesh is turned to the front, brought to one size and averaged with its mirror image; open mouths are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from data.media import read_picture
from face.landmarks import LEFT_EYE_OUTER, RIGHT_EYE_OUTER, Landmarks, aperture, close_landmarks, eye_unit, find_faces
from face.likeness import frontal
from face.marked import MEAN_FACE

SHUT_E = 0.04  # lips farther apart are no neutral mouth


def mean_face(photos: Sequence[Path]) -> Landmarks:
    """(478, 3) in E, its origin between the outer eye corners, the same on both sides."""
    meshes = []
    for photo in photos:
        picture = read_picture(photo)
        points = close_landmarks(picture, max(find_faces(picture), key=lambda box: box.width))
        if aperture(points) < SHUT_E:
            meshes.append(_in_e(frontal(points)))
    if not meshes:
        raise SystemExit("not one of the photos shows a closed mouth")
    mean = np.mean(meshes, axis=0)
    return np.asarray((mean + mean[_partners(mean)] * (-1, 1, 1)) / 2, np.float32)


def _in_e(points: Landmarks) -> Landmarks:
    origin = (points[RIGHT_EYE_OUTER] + points[LEFT_EYE_OUTER]) / 2
    return np.asarray((points - origin) / eye_unit(points), np.float32)


def _partners(mean: Landmarks) -> NDArray[np.intp]:
    """For each point the one that lies mirrored."""
    mirrored = mean * np.array((-1, 1, 1), np.float32)
    partners = np.empty(len(mean), np.intp)
    for among in (np.arange(468), np.arange(468, 478)):  # skin and irises lie in the same places
        _, nearest = linear_sum_assignment(cdist(mirrored[among], mean[among]))
        partners[among] = among[nearest]
    return partners


if __name__ == "__main__":
    np.savez_compressed(MEAN_FACE, points=mean_face([Path(each) for each in sys.argv[1:]]).astype(np.float16))
