"""Who is to be moved: one face of a photo, or everybody in it. Knows how they are read; knows no motion and no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from data.errors import NoFace, Refused
from data.types import Picture
from face.chosen import Chosen

if TYPE_CHECKING:
    from face.group import Group
    from face.pose import Pose
    from face.rig import Rig

STILL_LIPS = dict.fromkeys(("aperture", "spread", "protrusion", "corners", "tuck", "tongue"), 0.0)


@dataclass(frozen=True)
class Sitter:
    """One face: its rig, whose lips are closed, and the photo in the same frame with the mouth as it was."""

    rig: Rig
    photo: Picture

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the family should be told about the photo."""
        return self.rig.warnings

    def posing(self, poses: Sequence[Pose], *, lips_move: bool) -> tuple[Rig, Sequence[Pose]]:
        """What is to be rendered. A laugh in the photo stays there, unless the lips are to do something else."""
        if lips_move or np.array_equal(self.rig.photo, self.photo):
            return self.rig, poses
        return replace(self.rig, photo=self.photo), [replace(pose, **STILL_LIPS) for pose in poses]


@dataclass(frozen=True)
class Sitters:
    """Everybody in a photo, and the photo in the same frame with every mouth as it was."""

    group: Group
    photo: Picture

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the family should be told about the photo."""
        return self.group.warnings

    def posing(self, courses: Sequence[Sequence[Pose]], *, lips_move: bool) -> tuple[Group, tuple[Sequence[Pose], ...]]:
        """What is to be rendered, given a course for each of them; laughs stay here too."""
        members = self.group.members
        each = [Sitter(member.rig, self.photo[member.window]) for member in members]
        posed = [one.posing(poses, lips_move=lips_move) for one, poses in zip(each, courses, strict=True)]
        moving = tuple(replace(member, rig=rig) for member, (rig, _) in zip(members, posed, strict=True))
        photo = self.group.photo if lips_move else self.photo
        return replace(self.group, photo=photo, members=moving), tuple(poses for _, poses in posed)


def read(picture: Picture, chosen: Chosen, *, everybody: bool = False) -> Sitter | Sitters:
    """Raises `BadPicture` for a photo that cannot be animated."""
    from face.group import read_group_and_photo, shows_several
    from face.portrait import assembled, calibrated, framed_as_chosen

    if everybody and shows_several(picture, chosen):
        return Sitters(*read_group_and_photo(picture, chosen))
    framed = framed_as_chosen(picture, chosen)
    return Sitter(calibrated(assembled(framed, chosen)), framed.picture)


def only(sitting: Sitter | Sitters) -> Sitter:
    """The one face that is there; raises `Refused` for everybody."""
    if isinstance(sitting, Sitter):
        return sitting
    raise Refused("that moves one face: say whose with --face N")


def facing(rig: Rig) -> tuple[float, float]:
    """Yaw and pitch of the head in the photo, radians; as from the front where no detector sees the face."""
    from face.landmarks import landmarks, turn

    try:
        yaw, pitch, _ = turn(landmarks(rig.photo))
    except NoFace:
        return 0.0, 0.0
    return yaw, pitch
