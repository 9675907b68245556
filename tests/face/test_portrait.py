from __future__ import annotations

import cv2
import numpy as np
import pytest

from data.errors import BadPicture, FaceTurned, NoFace, SeveralFaces
from data.types import Picture
from face.chosen import Frame
from face.framing import SMALLEST_FACE_PX, check_turn, frame_face
from face.head import rotation
from face.landmarks import OVAL, Landmarks, aperture, eye_unit, landmarks
from face.portrait import read_portrait
from tests.face.portraits import photo, rig_of


def scaled(picture: Picture, scale: float) -> Picture:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=method), np.uint8)


def side_by_side() -> Picture:
    astronaut = scaled(photo("astronaut"), 600 / 512)
    return np.hstack((photo("hopper"), astronaut))


def turned(points: Landmarks, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Landmarks:
    return np.asarray((points - points[1]) @ rotation(yaw, pitch, roll).T + points[1], np.float32)


@pytest.mark.parametrize("name", ["hopper", "astronaut", "waigong"])
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_on_its_side_or_head_is_refused(name: str, quarters: int) -> None:
    with pytest.raises(FaceTurned, match=r"upright|right way up"):
        frame_face(np.ascontiguousarray(np.rot90(photo(name), quarters)), None, 512)


# --- framing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_head_and_shoulders_fill_a_square(name: str) -> None:
    framed = frame_face(photo(name), None, 512)
    oval, eyes = framed.points[list(OVAL), :2], framed.points[[33, 263], :2].mean(axis=0)
    assert framed.picture.shape == (512, 512, 3)
    assert 0.34 <= np.ptp(oval[:, 0]) / 512 <= 0.46
    assert 0.36 <= eyes[1] / 512 <= 0.47
    assert 0.4 <= eyes[0] / 512 <= 0.6
    assert framed.warnings == ()


def test_points_of_the_frame_lie_on_the_framed_face() -> None:
    framed = frame_face(photo("hopper"), None, 512)
    apart = np.linalg.norm((landmarks(framed.picture) - framed.points)[:, :2], axis=1)
    assert np.median(apart) < 0.06 * eye_unit(framed.points)


@pytest.mark.parametrize("size_px", [128, 256, 384, 511])
def test_the_frame_has_the_size_that_was_asked_for_made_even(size_px: int) -> None:
    assert read_portrait(photo("hopper"), size_px=size_px).size == (size_px // 2 * 2,) * 2


def test_a_photo_that_ends_close_about_the_face_is_carried_on() -> None:
    tight = np.ascontiguousarray(photo("hopper")[110:370, 150:390])
    rig = read_portrait(tight)
    face = frame_face(tight, None, 512).points
    assert rig.size[0] == rig.size[1]
    assert face[:, :2].min() > 0
    assert face[:, :2].max() < rig.size[0]


@pytest.mark.parametrize(("frame", "size"), [("portrait", (480, 360)), ("landscape", (360, 640))])
def test_a_frame_of_another_shape_holds_the_whole_head(frame: Frame, size: tuple[int, int]) -> None:
    for name in ("waigong", "hopper"):
        framed = frame_face(photo(name), None, 360, frame)
        assert framed.picture.shape[:2] == size
        top = framed.person[: size[0] // 40].mean()
        assert top < 40, "hair and hats are inside the frame"
        assert read_portrait(photo(name), size_px=360, frame=frame).size == size


def test_a_frame_that_is_wider_than_the_photo_is_said_to_be_blurred_at_its_sides() -> None:
    assert any("blurred" in line for line in frame_face(photo("waigong"), None, 512, "landscape").warnings)


def test_a_frame_larger_than_the_photo_can_fill_is_made_smaller_and_said_so() -> None:
    framed = frame_face(photo("hopper"), None, 1080)
    assert framed.picture.shape[0] < 1080
    assert any("no finer detail" in line for line in framed.warnings)


def test_a_large_photo_gives_the_same_frame() -> None:
    large = frame_face(scaled(photo("hopper"), 5), None, 512)
    small = frame_face(photo("hopper"), None, 512)
    assert eye_unit(large.points) == pytest.approx(eye_unit(small.points), rel=0.04)


# --- small faces ---------------------------------------------------------------------------------------------------


def test_a_small_face_is_rendered_smaller_and_said_so() -> None:
    rig = rig_of("astronaut")
    assert 256 <= rig.size[0] < 512
    assert rig.size[0] % 2 == 0
    (warning,) = rig.warnings
    assert "pixels wide" in warning
    assert "larger" in warning


def test_the_smallest_face_still_makes_a_portrait() -> None:
    rig = read_portrait(scaled(photo("astronaut"), (SMALLEST_FACE_PX + 6) / 92))
    assert rig.size == (256, 256)
    assert rig.warnings


def test_a_tiny_face_is_refused_with_the_size_that_is_needed() -> None:
    with pytest.raises(NoFace, match=r"pixels wide, at least 60 are needed: .*larger"):
        read_portrait(scaled(photo("astronaut"), 0.5))


# --- which face ----------------------------------------------------------------------------------------------------


def test_no_face_is_said() -> None:
    import skimage.data

    with pytest.raises(NoFace, match="no face found"):
        read_portrait(np.asarray(skimage.data.coffee(), np.uint8))  # type: ignore[no-untyped-call]


def test_several_faces_are_asked_about() -> None:
    with pytest.raises(SeveralFaces, match=r"2 faces found \(1: left, 2: right\): say which with --face N"):
        read_portrait(side_by_side())


def test_many_faces_are_counted_and_not_listed() -> None:
    crowd = np.hstack([scaled(photo("astronaut"), 0.8)[:330, 60:330]] * 8)
    with pytest.raises(SeveralFaces, match=r"^8 faces found: say which with --face N, as .* --face all$"):
        read_portrait(crowd)


def test_faces_are_counted_from_the_left() -> None:
    left, right = (read_portrait(side_by_side(), face=face) for face in (1, 2))
    hopper = rig_of("hopper").photo
    assert np.abs(left.photo.astype(int) - hopper).mean() < 12
    assert right.photo.shape != hopper.shape or np.abs(right.photo.astype(int) - hopper).mean() > 30


@pytest.mark.parametrize("face", [0, 3, -1])
def test_a_face_that_is_not_there_is_refused(face: int) -> None:
    with pytest.raises(NoFace, match="count from the left"):
        read_portrait(side_by_side(), face=face)


def test_a_small_face_in_the_background_does_not_ask() -> None:
    background = scaled(photo("astronaut"), 0.4)
    picture = photo("hopper").copy()
    picture[:200, 380:500] = background[:200, 60:180]
    assert frame_face(picture, None, 512).points[1, 0] == pytest.approx(256, abs=60)


# --- turned away ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(0.3, 0, 0), (-0.3, 0, 0), (0, 0.15, 0), (0, 0, 0.4)])
def test_a_moderate_turn_is_accepted(yaw: float, pitch: float, roll: float) -> None:
    check_turn(turned(frame_face(photo("hopper"), None, 512).points, yaw, pitch, roll))


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll", "told"),
    [(0.8, 0, 0, "to the side"), (-0.8, 0, 0, "to the side"), (0, 0.8, 0, "up or down"), (0, 0, 1.2, "on its side")],
)
def test_a_turn_beyond_reach_is_refused_with_angle_and_reach(yaw: float, pitch: float, roll: float, told: str) -> None:
    points = turned(frame_face(photo("hopper"), None, 512).points, yaw, pitch, roll)
    with pytest.raises(FaceTurned, match=rf"turned {told} by about \d+°, up to \d+° can be animated: give a photo"):
        check_turn(points)


# --- what is no photo ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((400, 400), np.uint8),
        np.zeros((400, 400, 4), np.uint8),
        np.zeros((400, 400, 3), np.float32),
        np.zeros((20, 400, 3), np.uint8),
        np.zeros((70, 13_000, 3), np.uint8),
    ],
    ids=["grey", "alpha", "float", "flat", "huge"],
)
def test_what_is_no_photo_is_refused(picture: Picture) -> None:
    with pytest.raises(BadPicture, match=":"):
        read_portrait(picture)


# --- the mouth at rest ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_a_photo_with_closed_lips_is_kept_as_it_is(name: str) -> None:
    np.testing.assert_array_equal(rig_of(name).photo, frame_face(photo(name), None, 512).picture)


def test_a_smile_with_teeth_is_closed_and_the_rest_of_the_photo_kept() -> None:
    framed = frame_face(photo("astronaut"), None, 512)
    rig = rig_of("astronaut")
    assert aperture(framed.points) > 0.15
    assert aperture(landmarks(rig.photo)) < 0.03
    assert rig.rest_aperture < 0.03
    changed = np.flatnonzero((rig.photo != framed.picture).any(axis=(1, 2)))
    eyes, chin = framed.points[[145, 374], 1].max(), framed.points[152, 1] + rig.e_px
    assert eyes < changed.min()
    assert changed.max() < chin


def test_the_teeth_that_a_photo_shows_are_kept() -> None:
    framed, rig = frame_face(photo("astronaut"), None, 512), rig_of("astronaut")
    x, y = (framed.points[13, :2] * 0.6 + framed.points[14, :2] * 0.4).astype(int)  # on an upper tooth
    patch = rig.interior.patch
    column = rig.interior.upper[:, x - patch.left].astype(int)  # the lips' closing may have moved it up
    teeth = column[column[:, 3] > 200]
    assert np.abs(teeth[:, :3] - framed.picture[y, x].astype(int)).max(axis=1).min() <= 4


@pytest.mark.parametrize("name", ["hopper", "astronaut", "waigong"])
def test_reading_twice_gives_the_same_rig(name: str) -> None:
    assert read_portrait(photo(name)).to_bytes() == rig_of(name).to_bytes()
