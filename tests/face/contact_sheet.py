"""Lays every test face in a row of poses, for a person to look at.

python -m tests.face.contact_sheet docs/faces.jpg
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from data.types import Picture
from face.expression import FEELINGS
from face.pose import REST, Pose
from face.renderer import Renderer
from face.rig import Rig
from face.viseme import parts
from tests.face.portraits import FACES, rig_of

CELL_PX, GAP_PX, PAPER = 150, 2, 245
SEEN_E = 1.9  # of the face, to each side
NAMES = ("hopper", "astronaut", "waigong", *FACES)


def spoken(ipa: str) -> Pose:
    """The mouth of a phoneme held long."""
    viseme = parts(ipa)[0].viseme
    aperture = viseme.aperture if viseme.closure == "none" else 0.0
    return Pose(aperture=aperture, spread=viseme.spread, protrusion=viseme.protrusion, tuck=viseme.tuck)


POSES: dict[str, Pose] = {
    "rest": REST,
    "a": spoken("a"),
    "i": spoken("i"),
    "u": spoken("u"),
    "m": spoken("m"),
    "f": spoken("f"),
    "blink": Pose(blink_right=1, blink_left=1),
    "aside": Pose(gaze_x=0.08, gaze_y=0.01),
    "warm": FEELINGS["warm"].face,
    "sad": FEELINGS["sad"].face,
    "turn": Pose(yaw=-0.17, roll=-0.02, gaze_x=0.03),
    "nod": replace(spoken("e"), pitch=0.10),
}


def row(rig: Rig) -> Picture:
    """(CELL_PX, …, 3): the photo at rest and in every pose, cut to the head."""
    renderer = Renderer(rig)
    x, y = (round(float(each)) for each in rig.lips.origin)
    reach = round(SEEN_E * rig.e_px)
    top, left = max(0, y - round(1.3 * reach)), max(0, x - reach)
    cells = []
    for pose in POSES.values():
        cut = renderer.render(pose)[top : top + 2 * reach, left : left + 2 * reach]
        cells.append(np.asarray(cv2.resize(cut, (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA), np.uint8))
    return np.concatenate(
        [np.pad(cell, ((0, GAP_PX), (0, GAP_PX), (0, 0)), constant_values=PAPER) for cell in cells], 1
    )


def main(path: Path) -> None:
    """Write the sheet."""
    Image.fromarray(np.concatenate([row(rig_of(name)) for name in NAMES])).save(path, quality=80)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
