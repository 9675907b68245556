"""What the face does in one frame. Written by the motion, read by the renderer; knows nothing of either.

Lengths are in E, half the distance between the outer eye corners in the photo, so that one pose fits every portrait.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Pose:
    """The default is rest: lips closed, eyes open, head as in the photo."""

    aperture: float = 0.0  # opening between the inner lips at the middle, E; 0 is closed
    spread: float = 0.0  # mouth width against the neutral mouth's, as a share: +0.1 wider, -0.2 narrower
    protrusion: float = 0.0  # 0 … 1, lips rounded and pushed forward
    corners: float = 0.0  # lift of the mouth corners, E; positive smiles
    tuck: float = 0.0  # 0 … 1, lower lip drawn in under the upper teeth (f, v)
    tongue: float = 0.0  # 0 … 1, tip of the tongue raised to the teeth (th, l, n, t, d)
    blink_right: float = 0.0  # 0 open … 1 closed; right is the person's right, the viewer's left
    blink_left: float = 0.0
    widen: float = 0.0  # 0 … 1, lids drawn apart, as in surprise
    squint: float = 0.0  # 0 … 1, lower lids raised and cheeks lifted under them, as in a smile that is meant
    gaze_x: float = 0.0  # of both irises, E; positive to the viewer's right
    gaze_y: float = 0.0  # positive down
    brow: float = 0.0  # lift of both brows, E
    inner_brow: float = 0.0  # further lift of the brows' inner ends, E, as in sorrow; negative frowns
    yaw: float = 0.0  # radians against the photo; positive turns to the viewer's right
    pitch: float = 0.0  # radians; positive nods down
    roll: float = 0.0  # radians; positive tilts clockwise as the viewer sees it
    shift_x: float = 0.0  # of the whole head, E; positive to the viewer's right
    shift_y: float = 0.0  # positive down
    breath: float = 0.0  # 0 … 1, chest and shoulders raised


REST = Pose()


def scaled(pose: Pose, share: float) -> Pose:
    """Between rest (0) and the pose (1); rest is zero in every field."""
    return pose if share == 1 else Pose(**{each.name: share * getattr(pose, each.name) for each in fields(pose)})
