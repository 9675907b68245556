from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest

from data.errors import NoFace, SeveralFaces
from data.types import Picture
from face.chosen import Chosen
from face.gathered import Gathered, gather
from face.landmarks import Landmarks, close_landmarks, find_faces
from face.likeness import ALIKE, unlikeness
from face.pose import Pose
from face.renderer import Renderer
from tests.face.portraits import photo, rig_of


def in_other_light(picture: Picture) -> Picture:
    return np.asarray(np.clip(picture * np.array((0.9, 0.8, 0.68)), 0, 255), np.uint8)


def laughing() -> Picture:
    large = cv2.resize(photo("astronaut"), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return in_other_light(np.asarray(large, np.uint8))


def blinking(name: str) -> Picture:
    return in_other_light(Renderer(rig_of(name)).render(Pose(blink_right=1, blink_left=1)))


@lru_cache(maxsize=1)
def gathered() -> Gathered:
    pictures = {
        "calm.jpg": rig_of("astronaut").photo,
        "laugh.jpg": laughing(),
        "stranger.jpg": photo("child"),
        "lake.jpg": np.full((300, 300, 3), 90, np.uint8),
        "two.jpg": np.asarray(
            np.hstack((cv2.resize(photo("child"), (500, 600)), cv2.resize(laughing(), (600, 600)))), np.uint8
        ),
    }
    return gather(pictures, Chosen())


def told(name: str) -> str:
    return next(line for line in gathered().told if line.startswith(name))


def test_the_calm_photo_is_shown() -> None:
    assert gathered().shown == "calm.jpg"


def test_the_laughing_photo_lends_its_teeth_in_the_light_of_the_shown_one() -> None:
    assert "teeth" in told("laugh.jpg")
    alone = gather({"calm.jpg": rig_of("astronaut").photo}, Chosen()).rig
    lent, drawn = gathered().rig.interior.upper, alone.interior.upper
    assert (lent != drawn).any()
    teeth = lent[lent[..., 3] > 200][:, :3]
    skin = np.median(photo("astronaut")[130:150, 200:240].reshape(-1, 3), axis=0)
    assert 0.5 * skin.mean() < np.median(teeth) < 1.4 * skin.mean()


def test_of_several_faces_the_one_most_like_the_shown_one_is_taken() -> None:
    assert "teeth" in told("two.jpg")


def test_a_stranger_and_a_photo_without_a_face_are_left_out_with_a_word() -> None:
    assert "same person" in told("stranger.jpg")
    assert set(gathered().left_out) == {"stranger.jpg", "lake.jpg"}
    assert "left out: no face found" in told("lake.jpg")


def test_closed_eyes_are_taken_from_the_photo_that_shows_them() -> None:
    calm = rig_of("waigong").photo
    both = gather({"calm": calm, "shut": blinking("waigong")}, Chosen())
    assert both.told == ("shut: the closed eyes are taken from it",)
    alone = gather({"calm": calm}, Chosen()).rig
    assert (both.rig.right_eye.lid != alone.right_eye.lid).any()
    np.testing.assert_array_equal(both.rig.photo, alone.photo)


def test_photos_of_which_none_can_be_used_are_refused() -> None:
    plain = np.full((300, 300, 3), 90, np.uint8)
    with pytest.raises(NoFace, match="none of the 2 photos"):
        gather({"a": plain, "b": plain}, Chosen())


def side_by_side(*pictures: Picture) -> Picture:
    return np.asarray(np.hstack([cv2.resize(each, (600, 600)) for each in pictures]), np.uint8)


def lying() -> Picture:
    return np.ascontiguousarray(np.rot90(photo("waigong")))


def test_a_crowd_of_whom_nobody_can_be_used_is_left_out_with_a_word() -> None:
    assert len(find_faces(side_by_side(lying(), lying()))) == 2
    both = gather({"calm": rig_of("waigong").photo, "crowd": side_by_side(lying(), lying())}, Chosen())
    assert both.shown == "calm"
    assert both.left_out == ("crowd",)


def test_the_chosen_face_is_that_of_the_first_photo_alone() -> None:
    pictures = {"two": side_by_side(photo("child"), laughing()), "calm": rig_of("astronaut").photo}
    both = gather(pictures, Chosen(face=2))
    assert both.left_out == ()
    assert both.shown == "calm"
    assert both.rig.chosen.face is None
    swapped = gather(dict(reversed(pictures.items())), Chosen(face=1))
    assert swapped.rig.chosen.face == 1


def test_one_photo_is_refused_as_it_is_alone() -> None:
    both = np.hstack((cv2.resize(photo("child"), (500, 600)), cv2.resize(photo("astronaut"), (600, 600))))
    with pytest.raises(SeveralFaces):
        gather({"both": np.asarray(both, np.uint8)}, Chosen())


@pytest.mark.parametrize("name", ["hopper", "waigong", "astronaut", "child"])
def test_a_person_is_like_themselves_and_unlike_others(name: str) -> None:
    def mesh(picture: Picture) -> Landmarks:
        return close_landmarks(picture, find_faces(picture)[0])

    mine = mesh(photo(name))
    assert (
        unlikeness(mine, mesh(in_other_light(np.asarray(cv2.GaussianBlur(photo(name), (0, 0), 1.5), np.uint8)))) < ALIKE
    )
    for other in {"hopper", "waigong", "astronaut", "child"} - {name}:
        assert unlikeness(mine, mesh(photo(other))) > ALIKE
