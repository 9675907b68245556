"""What a portrait can do of itself: where gestures begin and end, how they follow each other, and whom they suit."""

from __future__ import annotations

from dataclasses import astuple, fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import Refused
from data.types import FPS
from face.curve import Curve, Values, moments
from face.gestures import Gesture, gesture, gestures, performed, suited
from face.pose import REST, Pose
from face.renderer import Renderer
from tests.face.portraits import rig_of

NAMES = sorted(gestures())
FIELDS = {field.name for field in fields(Pose)}
# What may change in one frame. Gaze leaps, lids fall, lips part in a laugh and spring back; all else goes slowly.
LARGEST_STEP = {"gaze_x": 0.11, "gaze_y": 0.07, "blink_right": 1.0, "blink_left": 1.0, "aperture": 0.09}
LARGEST_STEP |= {"protrusion": 0.22}
LARGEST_OTHER_STEP = 0.16

values = st.floats(-1, 1).map(lambda value: round(value, 3))
keys = st.lists(st.tuples(st.integers(0, 200), values), min_size=2, max_size=8, unique_by=lambda key: key[0]).map(
    sorted
)


def track(poses: list[Pose], name: str) -> Values:
    return np.array([getattr(pose, name) for pose in poses])


@settings(deadline=None)  # the first call imports scipy
@given(keys)
def test_a_curve_goes_through_its_keys_and_never_beyond_their_neighbours(keys: list[tuple[int, float]]) -> None:
    curve = Curve.through((at / FPS, value) for at, value in keys)
    assert np.allclose(curve.at(np.array(curve.times_s)), curve.values, atol=1e-9)
    for (start, one), (end, other) in pairwise(keys):
        between = curve.at(np.linspace(start, end, 40) / FPS)
        assert min(one, other) - 1e-9 <= between.min()
        assert between.max() <= max(one, other) + 1e-9


@settings(deadline=None)  # the first call imports scipy
@given(keys)
def test_a_curve_rests_at_both_ends(keys: list[tuple[int, float]]) -> None:
    curve = Curve.through((at / FPS, value) for at, value in keys)
    for end_s, inwards_s in ((curve.times_s[0], 1e-4), (curve.times_s[-1], -1e-4)):
        away = curve.at(np.array((end_s, end_s + inwards_s, end_s - inwards_s)))
        assert np.abs(away - away[0]).max() < 1e-6


def test_there_are_more_than_ten_gestures_of_two_to_five_seconds() -> None:
    assert len(NAMES) > 10
    assert all(2 <= each.length_s <= 5 for each in gestures().values())
    assert all(set(each.curves) <= FIELDS and each.about for each in gestures().values())


@pytest.mark.parametrize("name", NAMES)
def test_a_gesture_begins_and_ends_at_rest(name: str) -> None:
    poses = performed([gesture(name)])
    assert poses[0] == REST
    assert np.abs(np.array(astuple(poses[-1]))).max() < 0.01
    assert any(abs(value) > 0.05 for pose in poses for value in astuple(pose))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_jumps_within_a_gesture_or_from_one_to_the_next(name: str) -> None:
    poses = performed([gesture(name), gesture("nod"), gesture(name)], rounds=2)
    for field in FIELDS:
        steps = np.abs(np.diff(track(poses, field), append=0.0))
        assert steps.max() <= LARGEST_STEP.get(field, LARGEST_OTHER_STEP), field


def test_a_gesture_begins_while_the_one_before_comes_back() -> None:
    alone = [len(performed([gesture(name)])) for name in ("turn", "look_up")]
    assert len(performed([gesture("turn"), gesture("look_up")])) < sum(alone)
    assert len(performed([gesture("nod")], rounds=3)) < 3 * len(performed([gesture("nod")]))


@pytest.mark.parametrize("name", ["blink_and_smile", "turn", "gentle_laugh", "look_left"])
def test_the_seam_of_a_loop_is_smaller_than_the_steps_beside_it(name: str) -> None:
    renderer, poses = Renderer(rig_of("astronaut")), performed([gesture(name)])
    around = [renderer.render(pose).astype(np.int16) for pose in (*poses[-5:], *poses[:5])]
    changes = [float(np.abs(after - before).mean()) for before, after in pairwise(around)]
    assert changes[4] <= min(changes[0], changes[-1])
    assert changes[0] > 0


def test_right_is_left_in_a_mirror() -> None:
    left, right = (gesture(f"look_{side}").curves for side in ("left", "right"))
    times_s = moments(100, FPS)
    assert np.allclose(left["yaw"].at(times_s), -right["yaw"].at(times_s))
    assert np.allclose(left["pitch"].at(times_s), right["pitch"].at(times_s))
    assert left["yaw"].at(times_s).min() < -0.1


def test_a_mirrored_wink_closes_the_other_eye() -> None:
    wink = gesture("wink")
    assert "blink_left" in wink.curves
    assert "blink_right" in wink.mirrored().curves
    assert wink.mirrored().mirrored() == wink


def test_a_wink_shuts_one_eye_and_leaves_the_other_open() -> None:
    poses = performed([gesture("wink")])[: 2 * FPS]
    assert track(poses, "blink_left").max() > 0.95
    assert track(poses, "blink_right").max() == 0


@pytest.mark.parametrize("yaw", [-0.4, -0.2, 0.2, 0.4])
def test_a_head_that_is_turned_away_comes_back_to_the_viewer_but_not_past(yaw: float) -> None:
    (chosen,) = suited(yaw, 0.0, seed=0)
    turned = [pose.yaw for pose in performed([chosen.fitted(yaw)])]
    furthest = max(turned, key=abs)
    assert furthest * yaw < 0
    assert 0.1 < abs(furthest) <= abs(yaw) + 0.02


def test_a_bowed_head_looks_up_and_a_raised_one_nods() -> None:
    assert suited(0.0, 0.3, seed=0)[0].name == "look_up"
    assert suited(0.0, -0.3, seed=0)[0].name == "nod"


def test_faces_from_the_front_do_not_all_do_the_same() -> None:
    assert len({suited(0.02, 0.01, seed)[0].name for seed in range(3)}) == 3
    both = suited(0.0, 0.0, 1, count=2)
    assert len({each.name for each in both}) == 2


def test_the_same_seed_gives_the_same_life_and_another_one_another() -> None:
    assert performed([gesture("nod")], seed=4) == performed([gesture("nod")], seed=4)
    assert performed([gesture("nod")], seed=4) != performed([gesture("nod")], seed=5)


def test_names_are_found_however_they_are_written() -> None:
    assert gesture("Look-Left") is gesture("look left") is gesture("look_left")
    with pytest.raises(Refused, match=r"no gesture 'dance'.*blink_and_smile.*wink"):
        gesture("dance")


def test_only_a_kiss_is_nothing_without_the_lips() -> None:
    def is_kiss(each: Gesture) -> bool:
        return "protrusion" in each.curves and max(each.curves["protrusion"].values) > 0.5

    assert {name for name, each in gestures().items() if each.lips} == {
        name for name, each in gestures().items() if is_kiss(each)
    }


def test_a_kiss_shows_no_teeth() -> None:
    assert not track(performed([gesture("kiss")]), "aperture").any()
