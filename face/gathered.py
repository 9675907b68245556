"""Several photos of one person in one rig: the calmest one is shown, a laughing one lends its teeth, one with closed
eyes its lids. Knows how to judge and to borrow; knows no motion.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from data.errors import BadPicture, NoFace, SeveralFaces
from data.types import Picture
from face.chosen import Chosen
from face.eyes import Eye
from face.framing import Framed, Seen, choose, look, read_mesh
from face.landmarks import (
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    Landmarks,
    Points,
    eye_ratios,
    eye_unit,
    turn,
)
from face.light import Colour, Light, read_light
from face.likeness import ALIKE, unlikeness
from face.lips import OPEN_IN_PHOTO, Lips, read_mouth
from face.mouth import lips_box
from face.neutral import close_mouth, keep_teeth
from face.portrait import assembled, calibrated, framed_as_chosen, framed_box
from face.quality import SHUT, loss
from face.rig import Rig
from face.teeth import laid_over
from face.warp import quantised, smoothstep

TURNED_APART = np.radians(12)  # between two photos, beyond which nothing is borrowed
SMALLEST_SHARE = 0.5  # of the shown face's size; a smaller one has less to lend
LID_DRAWING = (0.88, 1.14)  # of the light about it: folds, and no lashes, which are drawn by themselves
LID_DETAIL, LID_RIM = 0.45, 0.25  # half widths of an eye: coarser than that the light of the shown photo stays


@dataclass(frozen=True)
class Gathered:
    """The rig; of which photo, and where the face is in its frame; what each of the others lent; who was left out."""

    rig: Rig
    shown: str
    points: Landmarks
    told: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def gather(photos: Mapping[str, Picture], chosen: Chosen) -> Gathered:
    """One rig of the photos (H, W, 3) of one person, by their names; the first that can be used says who it is.

    The chosen face is that of the first photo. Of several faces in another the one most like the shown one is taken.
    Raises what reading the only photo raises, and `NoFace` where none of several can be shown.
    """
    if len(photos) == 1:
        ((only, picture),) = photos.items()
        alone = framed_as_chosen(picture, chosen)
        return Gathered(calibrated(assembled(alone, chosen)), only, alone.points)
    framed, crowded, left_out = _framed(photos, chosen)
    first = next(iter(framed.values()))
    alike = [name for name in framed if unlikeness(first.points, framed[name].points) <= ALIKE]
    name = min(alike, key=lambda each: _loss(framed[each]))
    shown = framed.pop(name)
    for each, seen in crowded.items():
        try:
            framed[each] = _most_alike(seen, shown, chosen)
        except BadPicture as err:
            left_out[each] = str(err)
    rig = assembled(shown, chosen if name == next(iter(photos)) else replace(chosen, face=None))
    light, told = read_light(shown.picture, shown.points), list[str]()
    for each, other in framed.items():
        if not _turned_apart(shown, other) and unlikeness(shown.points, other.points) > ALIKE:
            left_out[each] = "it does not seem to show the same person"
            continue
        rig, lent = _borrowed(rig, shown, light, other)
        told.append(f"{each}: {lent}")
    told += [f"{each} is left out: {why}" for each, why in left_out.items()]
    return Gathered(calibrated(rig), name, shown.points, tuple(told), tuple(left_out))


def _framed(photos: Mapping[str, Picture], chosen: Chosen) -> tuple[dict[str, Framed], dict[str, Seen], dict[str, str]]:
    """Those of one face, those in which several lead, and why the others cannot be used."""
    framed, crowded, left_out = dict[str, Framed](), dict[str, Seen](), dict[str, str]()
    face = chosen.face
    crowd: SeveralFaces | None = None
    for name, picture in photos.items():
        try:
            seen = look(picture, straighten=chosen.straighten)
            try:
                framed[name] = framed_box(seen, choose(seen.faces, face), chosen)
            except SeveralFaces as err:
                crowded[name] = seen
                crowd = crowd or err.of(name)
        except BadPicture as err:
            left_out[name] = str(err)
        face = None  # the number was of the first photo
    if not framed and crowd is not None:
        raise crowd
    if not framed:
        name, why = next(iter(left_out.items()))
        raise NoFace(f"none of the {len(photos)} photos can be used: {name} is left out: {why}", file=name)
    return framed, crowded, left_out


def _most_alike(seen: Seen, shown: Framed, chosen: Chosen) -> Framed:
    """Of a photo of several people the face that is most like the one that is shown; raises `BadPicture`."""
    least, best = np.inf, None
    for box in seen.faces:
        with suppress(BadPicture):
            apart = unlikeness(shown.points, read_mesh(seen.picture, box, detections=1))
            least, best = (apart, box) if apart < least else (least, best)
    if best is None:
        raise NoFace("not one of its faces can be read: give a photo that shows them from the front")
    return framed_box(seen, best, chosen)


def _loss(framed: Framed) -> float:
    """How much less suited a photo is than the best there could be."""
    smallness = float(np.log2(512 / min(framed.picture.shape[:2]))) / 2
    return loss(framed.picture, framed.points) + smallness


def _turned_apart(shown: Framed, other: Framed) -> bool:
    return any(abs(a - b) > TURNED_APART for a, b in zip(turn(shown.points), turn(other.points), strict=True))


def _borrowed(rig: Rig, shown: Framed, light: Light, other: Framed) -> tuple[Rig, str]:
    """The rig with what the other photo lends it, in words."""
    if _turned_apart(shown, other):
        return rig, "nothing is taken from it, for the head is turned another way"
    if eye_unit(other.points) < SMALLEST_SHARE * eye_unit(shown.points):
        return rig, "nothing is taken from it, for the face is too small in it"
    lent = []
    if read_mouth(shown.points).gap < OPEN_IN_PHOTO and (with_teeth := _with_teeth(rig, light, other)) is not None:
        rig = with_teeth
        lent.append("the teeth are taken from it")
    if min(eye_ratios(shown.points)) > SHUT > max(eye_ratios(other.points)):
        rig = _with_lids(rig, shown, other)
        lent.append("the closed eyes are taken from it")
    return rig, " and ".join(lent) or "the same person, but it shows nothing that the first does not"


# --- teeth ---------------------------------------------------------------------------------------------------------


def _with_teeth(rig: Rig, light: Light, other: Framed) -> Rig | None:
    """The rig with the upper teeth of the other photo, in its own light; None where that shows too few."""
    reading = read_mouth(other.points)
    if reading.gap < OPEN_IN_PHOTO:
        return None
    their_light = read_light(other.picture, other.points)
    closed = close_mouth(other.picture, reading, their_light)
    patch = lips_box(closed.lips, closed.photo)
    teeth = keep_teeth(other.picture, reading, closed.lips, patch, their_light)
    if teeth is None:
        return None
    e_px, box = eye_unit(other.points), rig.interior.patch
    move = _laid_on(
        _seam_middle(closed.lips), closed.lips.angle, e_px, _seam_middle(rig.lips), rig.lips.angle, rig.e_px
    )
    move[:, 2] += move[:, :2] @ (patch.left, patch.top) - (box.left, box.top)
    plate = cv2.warpAffine(teeth.plate, move, (box.width, box.height), flags=cv2.INTER_AREA).astype(np.float32)
    plate[..., :3] = _in_light(plate[..., :3], their_light, light)
    upper = laid_over(quantised(plate), rig.interior.upper)
    return replace(rig, interior=replace(rig.interior, upper=upper))


def _seam_middle(lips: Lips) -> tuple[float, float]:
    down = float(lips.seam_at(np.zeros(1, np.float32))[0]) * lips.unit
    return lips.origin[0] - np.sin(lips.angle) * down, lips.origin[1] + np.cos(lips.angle) * down


def _laid_on(
    at: tuple[float, float], angle: float, e_px: float, to: tuple[float, float], to_angle: float, to_e_px: float
) -> NDArray[np.float64]:
    """(2, 3): turns, scales and moves what is about `at` to lie about `to`."""
    turned, scale = to_angle - angle, to_e_px / e_px
    by = scale * np.array(((np.cos(turned), -np.sin(turned)), (np.sin(turned), np.cos(turned))))
    return np.concatenate((by, (np.array(to) - by @ at)[:, None]), axis=1)


def _in_light(colour: NDArray[np.float32], theirs: Light, ours: Light) -> NDArray[np.float32]:
    """Colours as they would be in our light: what they give back of the light on the skin stays the same."""

    def lit(light: Light) -> Colour:
        return np.maximum(light.skin - light.black, 1.0)

    share = (colour - theirs.black) / lit(theirs)
    if not ours.hue or not theirs.hue:
        share = np.repeat(share.mean(axis=-1, keepdims=True), 3, axis=-1)
    return np.asarray(ours.black + share * lit(ours), np.float32)


# --- lids ----------------------------------------------------------------------------------------------------------


def _with_lids(rig: Rig, shown: Framed, other: Framed) -> Rig:
    right, left = RIGHT_EYE_UPPER + RIGHT_EYE_LOWER, LEFT_EYE_UPPER + LEFT_EYE_LOWER
    return replace(
        rig,
        right_eye=_with_lid(rig.right_eye, shown.points[list(right), :2], other, right),
        left_eye=_with_lid(rig.left_eye, shown.points[list(left), :2], other, left),
    )


def _with_lid(eye: Eye, ours: Points, other: Framed, ring: tuple[int, ...]) -> Eye:
    """The eye with the drawing of a lid that is really closed, in the light of the lid that was painted for it."""
    theirs = other.points[list(ring), :2]
    (at, angle, length), (to, to_angle, to_length) = (_corners(points) for points in (theirs, ours))
    move = _laid_on(at, angle, length, to, to_angle, to_length)
    move[:, 2] -= (eye.patch.left, eye.patch.top)
    seen = cv2.warpAffine(other.picture, move, (eye.patch.width, eye.patch.height), flags=cv2.INTER_CUBIC)
    coarse, ground = (
        cv2.GaussianBlur(each.astype(np.float32), (0, 0), LID_DETAIL * eye.unit) for each in (seen, eye.lid)
    )
    drawn = ground * np.clip((seen + 1.0) / (coarse + 1.0), *LID_DRAWING)
    rows = np.arange(eye.patch.height, dtype=np.float32)[:, None]
    rim = LID_RIM * eye.unit
    share = smoothstep(eye.upper - 2 * rim, eye.upper - rim, rows) * eye.inside
    share *= 1 - smoothstep(eye.lower + rim, eye.lower + 2 * rim, rows)
    return replace(eye, lid=quantised(eye.lid + (drawn - eye.lid) * share[..., None]))


def _corners(ring: Points) -> tuple[tuple[float, float], float, float]:
    """Middle, angle and length of the line between the corners of an eye, given its upper and its lower lid."""
    start, end = ring[0], ring[len(ring) // 2 - 1]
    x, y = (start + end) / 2
    return (float(x), float(y)), float(np.arctan2(*(end - start)[::-1])), float(np.hypot(*(end - start)))
