from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest

from data.errors import NoFace, NotReady
from data.types import Picture
from face.chosen import Chosen
from face.group import Group, is_group, read_group
from face.group_face import GroupFace, GroupRenderer, in_turn_and_together
from face.idle import idle_poses
from face.landmarks import find_faces
from face.manner import Manner
from face.pose import REST, Pose
from orchestrator.stages import Face
from tests.face.portraits import photo, rig_of
from tests.face.speech import chunks, sentence, sound_of, spoken

PHONEMES = spoken("m", "ˈa", "p", "ˈu", "", lead_ms=120)


def pair() -> Picture:
    heads = [cv2.resize(photo(name), (460, 552), interpolation=cv2.INTER_AREA) for name in ("hopper", "waigong")]
    return np.asarray(np.hstack(heads), np.uint8)


@lru_cache(maxsize=1)
def group() -> Group:
    return read_group(pair(), Chosen(size_px=360))


def test_everybody_gets_a_rig_and_the_frame_has_the_photos_shape() -> None:
    assert [member.number for member in group().members] == [1, 2]
    assert group().size == (360, 600)


def test_at_rest_nothing_but_open_mouths_differs_from_the_photo() -> None:
    frame = GroupRenderer(group()).render((REST, REST))
    small = cv2.resize(pair(), group().size[::-1], interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(frame - small).mean() < 4


@pytest.mark.parametrize("moving", [0, 1])
def test_who_moves_leaves_the_other_untouched(moving: int) -> None:
    renderer = GroupRenderer(group())
    poses = [REST, REST]
    poses[moving] = Pose(aperture=0.2, yaw=0.15, blink_right=1, blink_left=1)
    change = np.abs(renderer.render(poses).astype(int) - renderer.render((REST, REST))).max(axis=-1)
    half = group().size[1] // 2
    mine, others = (change[:, :half], change[:, half:]) if moving == 0 else (change[:, half:], change[:, :half])
    assert mine.max() > 40
    assert others.max() < 6


def test_a_group_from_its_bytes_draws_the_same_frames() -> None:
    blob = group().to_bytes()
    assert is_group(blob)
    assert not is_group(rig_of("hopper").to_bytes())
    again = Group.from_bytes(blob)
    poses = (Pose(aperture=0.1), Pose(yaw=0.1))
    np.testing.assert_array_equal(GroupRenderer(again).render(poses), GroupRenderer(group()).render(poses))
    assert (again.speaker, again.warnings) == (group().speaker, group().warnings)


@pytest.mark.parametrize("keep", [0, 100, -1])
def test_damaged_bytes_are_refused(keep: int) -> None:
    with pytest.raises(NotReady, match="damaged"):
        Group.from_bytes(group().to_bytes()[:keep])


def test_the_chosen_face_speaks_and_one_that_is_not_there_is_refused() -> None:
    assert read_group(pair(), Chosen(face=1, size_px=360)).speaker == 0
    with pytest.raises(NoFace, match="face 3 cannot speak: there is no such face"):
        read_group(pair(), Chosen(face=3, size_px=360))


def test_faces_have_the_numbers_of_the_photo_though_the_frame_is_too_small_to_find_them() -> None:
    small = cv2.resize(photo("child"), None, fx=0.18, fy=0.18, interpolation=cv2.INTER_AREA)
    large = photo("hopper")
    picture = np.full((large.shape[0], 3 * large.shape[1], 3), 128, np.uint8)
    picture[: small.shape[0], : small.shape[1]] = small
    picture[:, large.shape[1] : 2 * large.shape[1]] = large
    picture[:, 2 * large.shape[1] :] = cv2.resize(photo("waigong"), large.shape[1::-1])
    assert len(find_faces(picture)) == 3
    read = read_group(picture, Chosen(face=3, size_px=300))
    assert [member.number for member in read.members] == [2, 3]
    assert read.speaker == 1
    assert any("face 1 stays still: it is under" in line for line in read.warnings)


def test_a_face_that_the_photos_edge_cuts_off_stays_still() -> None:
    cut = np.ascontiguousarray(pair()[:, : 460 + 270])
    assert len(find_faces(cut)) == 2
    read = read_group(cut, Chosen(size_px=360))
    assert [member.number for member in read.members] == [1]
    assert any("face 2 stays still: the photo's edge cuts off" in line for line in read.warnings)


def test_a_group_is_a_face_in_which_the_speaker_moves_in_a_manner_of_their_own() -> None:
    own = group().with_manner(group().members[group().speaker].number, Manner(jaw_e=0.6, sway_e=0.3))
    usual: Face = GroupFace(group())
    face: Face = GroupFace(own)
    chunk = next(chunks(sound_of(PHONEMES), PHONEMES, sentence()))
    frames, expected = (next(iter(each.animate(iter([chunk])))).frames for each in (face, usual))
    assert (frames != expected).any()
    other = group().with_manner(3 - group().members[group().speaker].number, Manner(jaw_e=0.6, sway_e=0.3))
    np.testing.assert_array_equal(next(iter(GroupFace(other).animate(iter([chunk])))).frames, expected)


def test_nobody_to_be_moved_is_said() -> None:
    with pytest.raises(NoFace, match="nobody in this photo"):
        read_group(np.full((300, 400, 3), 120, np.uint8), Chosen())


def test_the_idle_loop_begins_and_ends_at_rest() -> None:
    shots = list(GroupFace(group()).idle())
    assert sum(len(shot.frames) for shot in shots) == len(idle_poses())
    np.testing.assert_array_equal(shots[0].frames[0], GroupRenderer(group()).render((REST, REST)))


def test_each_has_a_turn_and_then_all_together() -> None:
    course = [REST, Pose(corners=0.1), Pose(corners=0.2), REST]
    poses = list(in_turn_and_together([course, course, course]))
    smiling = [tuple(pose.corners >= 0.2 for pose in each) for each in poses]
    assert smiling[2] == (True, False, False)
    assert smiling[6] == (False, True, False)
    assert smiling[10] == (False, False, True)
    assert (True, True, True) in smiling[12:]
    assert poses[-1] == (REST, REST, REST)
