"""Everybody in one photo: a rig for each face, over the same frame. Knows how it is read and kept; knows no motion.

Each rig sees a window of the frame, pixel for pixel, so that nothing is scaled. What a face changes in its window is
added to the frame within its own surroundings: a place belongs to the face that is nearest, measured in face widths.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from data.errors import BadPicture, NoFace, NotReady
from data.types import Picture
from face.chosen import Chosen
from face.crop import rectangle
from face.framing import ENLARGEMENT, FACE_SHARE, Framed, Seen, check_inside, check_turn, face_width, look, read_mesh
from face.landmarks import OVAL, FaceBox, Landmarks, eye_unit, is_upright, person_mask
from face.manner import Manner
from face.portrait import assembled, calibrated
from face.rig import Rig, choices_of
from face.warp import Patch, Plane, smoothstep

DAMAGED = "the group's rigs are damaged: add the photo again"
LONGEST_PX = 1_920  # longer side of the frame
LEAST_FACE_PX = 44  # of a face's width in the frame; smaller ones stay still
MOST_MOVING = 12  # faces, the largest ones: each has a rig and a share of the time
EYES_DOWN = 0.42  # of a window's height
SHARED = 0.12  # face widths about the middle between two faces, over which one gives way to the other
WINDOW_RIM_E = 0.3  # over which a window's changes die away at its edge


@dataclass(frozen=True)
class Member:
    """One face of the group: its rig draws the window of the frame that begins at `left`, `top`."""

    rig: Rig
    left: int
    top: int
    number: int  # among all faces of the photo, from the left
    own: NDArray[np.uint8]  # (h, w) of the window: 255 where what it shows is this face's

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the frame."""
        high, wide = self.rig.size
        return slice(self.top, self.top + high), slice(self.left, self.left + wide)


@dataclass(frozen=True)
class Group:
    """A photo of several people, ready to move; members from the left to the right."""

    photo: Picture  # (H, W, 3): everybody at rest
    members: tuple[Member, ...]
    speaker: int  # which member answers
    warnings: tuple[str, ...]

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)"""
        return self.photo.shape[0], self.photo.shape[1]

    def with_manner(self, number: int, manner: Manner) -> Group:
        """The same, with the face of that number moving in a manner of its own."""
        members = [
            replace(each, rig=replace(each.rig, manner=manner)) if each.number == number else each
            for each in self.members
        ]
        return replace(self, members=tuple(members))

    def to_bytes(self) -> bytes:
        """A NumPy archive without pickled objects, the rigs in it as they are kept alone."""
        arrays: dict[str, NDArray[np.uint8]] = {"photo": self.photo}
        arrays["warnings"] = np.frombuffer("\n".join(self.warnings).encode(), np.uint8)
        arrays["speaker"] = np.array([self.speaker], np.uint8)
        for place, member in enumerate(self.members):
            arrays[f"rig-{place}"] = np.frombuffer(member.rig.to_bytes(), np.uint8)
            arrays[f"own-{place}"] = member.own
            arrays[f"at-{place}"] = np.frombuffer(
                np.array((member.left, member.top, member.number), "<i4").tobytes(), np.uint8
            )
        with io.BytesIO() as file:
            np.savez_compressed(file, **arrays)
            return file.getvalue()

    @classmethod
    def from_bytes(cls, blob: bytes) -> Group:
        """The group that `to_bytes` wrote; raises `NotReady` for anything else."""
        try:
            with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
                kept = {name: archive[name] for name in archive.files}
            members = [_member(kept, place) for place in range(sum(name.startswith("rig-") for name in kept))]
            told = kept["warnings"].tobytes().decode()
            lines = tuple(told.split("\n")) if told else ()
            return cls(kept["photo"], tuple(members), int(kept["speaker"][0]), lines)
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as err:
            raise NotReady(DAMAGED) from err


def is_group(blob: bytes) -> bool:
    """Whether these are the bytes of a group and not of one rig."""
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            return "rig-0.npy" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def choices_of_group(blob: bytes) -> Chosen:
    """How a group was read, whatever version wrote it; raises `NotReady` for none."""
    try:
        with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
            chosen, _ = choices_of(archive["rig-0"].tobytes())
            number = np.frombuffer(archive[f"at-{int(archive['speaker'][0])}"].tobytes(), "<i4")[2]
            return replace(chosen, face=int(number))
    except (ValueError, KeyError, IndexError, OSError, EOFError, zipfile.BadZipFile) as err:
        raise NotReady(DAMAGED) from err


def _member(kept: dict[str, NDArray[np.uint8]], place: int) -> Member:
    left, top, number = np.frombuffer(kept[f"at-{place}"].tobytes(), "<i4").tolist()
    return Member(Rig.from_bytes(kept[f"rig-{place}"].tobytes()), left, top, number, kept[f"own-{place}"])


# --- reading -------------------------------------------------------------------------------------------------------


def shows_several(picture: Picture, chosen: Chosen) -> bool:
    """Whether there is more than one face in a photo; somebody alone is framed as a portrait."""
    return len(look(picture, straighten=chosen.straighten).faces) > 1


def read_group(picture: Picture, chosen: Chosen) -> Group:
    """A rig for everybody who can be animated; the chosen face speaks, the largest one where none is chosen.

    Raises `BadPicture`, and `NoFace` where nobody can be animated.
    """
    return read_group_and_photo(picture, chosen)[0]


def read_group_and_photo(picture: Picture, chosen: Chosen) -> tuple[Group, Picture]:
    """The same, and the photo in the group's frame with every mouth as it was.

    `size_px` is the frame's shorter side; its shape is the photo's.
    """
    seen = look(picture, straighten=chosen.straighten)
    told = list(seen.told)
    photo, faces = _fitted(seen, chosen.size_px)
    readable, left_out = _readable(photo, faces)
    if not readable:
        why = f": {next(iter(left_out.values()))}" if left_out else ""
        raise NoFace(f"nobody in this photo can be animated{why}")
    told += [f"face {number} stays still: {why}" for number, why in left_out.items()]
    if chosen.face is not None and chosen.face not in readable:
        raise NoFace(f"face {chosen.face} cannot speak: {left_out.get(chosen.face, 'there is no such face')}")
    members = [_read(photo, number, readable, chosen) for number in readable]
    widths = {number: face_width(points) for number, points in readable.items()}
    speaker = list(readable).index(chosen.face or max(widths, key=lambda number: widths[number]))
    taken = photo.copy()
    for member in members:
        photo[member.window] = laid(photo[member.window], member, member.rig.photo)
    return Group(photo, tuple(members), speaker, tuple(told)), taken


def _fitted(seen: Seen, size_px: int) -> tuple[Picture, list[FaceBox]]:
    """The photo as large as the frame, and all its faces there, the small ones too: their numbers stay the same."""
    high, wide = seen.picture.shape[:2]
    scale = min(size_px / min(high, wide), LONGEST_PX / max(high, wide), ENLARGEMENT)
    size = round(high * scale / 2) * 2, round(wide * scale / 2) * 2
    photo, scale, left, top = rectangle(seen.picture, wide / 2, high / 2, float(wide), size)
    faces = [
        FaceBox(scale * (box.left - left), scale * (box.top - top), scale * box.width, scale * box.height, box.score)
        for box in seen.faces
    ]
    return photo, faces


def _readable(photo: Picture, faces: list[FaceBox]) -> tuple[dict[int, Landmarks], dict[int, str]]:
    """Landmarks by the numbers of the faces that can be animated, and why the others cannot."""
    readable, left_out = dict[int, Landmarks](), dict[int, str]()
    moving = sorted(faces, key=lambda box: -box.width)[:MOST_MOVING]
    for number, box in enumerate(faces, 1):
        try:
            readable[number] = _mesh_of(photo, box, moving)
        except BadPicture as err:
            left_out[number] = str(err).partition(": ")[0]
    return readable, left_out


def _mesh_of(photo: Picture, box: FaceBox, moving: list[FaceBox]) -> Landmarks:
    if box not in moving:
        raise BadPicture(f"the {MOST_MOVING} largest faces of a photo are animated at once")
    if not is_upright(photo, box):
        raise BadPicture("it lies on its side or upside down")
    points = read_mesh(photo, box)
    check_turn(points)
    check_inside(photo, points)
    if face_width(points) < LEAST_FACE_PX:
        raise BadPicture(f"it is under {LEAST_FACE_PX} pixels wide in the clip")
    return points


def _read(photo: Picture, number: int, readable: dict[int, Landmarks], chosen: Chosen) -> Member:
    points, everybody = readable[number], list(readable.values())
    side = face_width(points) / FACE_SHARE
    x, y = float(points[list(OVAL), 0].mean()), float(points[[33, 263], 1].mean())
    top = y - EYES_DOWN * side
    patch = Patch.around(x - side / 2, top, x + side / 2, top + side, photo.shape)
    own = _own(patch, points, everybody)
    moved = points - np.array((patch.left, patch.top, 0), np.float32)
    seen = np.ascontiguousarray(photo[patch.region])
    person = np.rint(255 * person_mask(seen) * own).astype(np.uint8)
    rig = calibrated(assembled(Framed(seen, moved, person, ()), chosen))
    rim = _rim(seen.shape[:2], WINDOW_RIM_E * eye_unit(points), patch, photo.shape)
    return Member(rig, patch.left, patch.top, number, np.rint(255 * own * rim).astype(np.uint8))


def _own(patch: Patch, points: Landmarks, everybody: list[Landmarks]) -> Plane:
    """1 where this face is the nearest in face widths, 0 where another is."""
    x, y = patch.pixels()

    def away(face: Landmarks) -> Plane:
        middle = face[list(OVAL), :2].mean(axis=0)
        return np.asarray(np.hypot(x - middle[0], y - middle[1]) / face_width(face), np.float32)

    others = [away(face) for face in everybody if face is not points]
    if not others:
        return np.ones_like(x)
    return smoothstep(-SHARED, SHARED, np.min(others, axis=0) - away(points))


def _rim(size: tuple[int, ...], reach: float, patch: Patch, frame: tuple[int, ...]) -> Plane:
    """1 inside the window, falling to 0 at those of its edges that are no edges of the frame."""
    beyond = ((patch.top > 0, patch.top + size[0] < frame[0]), (patch.left > 0, patch.left + size[1] < frame[1]))
    lines = []
    for length, (before, after) in zip(size, beyond, strict=True):
        place = np.arange(length, dtype=np.float32)
        line = np.ones(length, np.float32)
        if before:
            line *= smoothstep(0, reach, place)
        if after:
            line *= smoothstep(0, reach, length - 1 - place)
        lines.append(line)
    return np.asarray(lines[0][:, None] * lines[1][None], np.float32)


def laid(under: Picture, member: Member, over: Picture) -> Picture:
    """What a member shows laid over its window of the frame, where it is its own. (h, w, 3)."""
    share = cv2.merge([member.own] * 3)
    mixed = cv2.add(cv2.multiply(over, share, scale=1 / 255), cv2.multiply(under, 255 - share, scale=1 / 255))
    return np.asarray(mixed, np.uint8)
