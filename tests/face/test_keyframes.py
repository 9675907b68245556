"""Sliders: what they are worth, how they move between keys, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import Refused
from data.types import FPS
from face.keyframes import SLIDERS, keyed, length_s, moving, slid, still
from face.pose import REST


@pytest.mark.parametrize("name", SLIDERS)
def test_a_slider_at_zero_is_the_photo(name: str) -> None:
    assert still({name: slid(name, "0")}) == REST
    assert still({name: slid(name, "1")}) != REST


@pytest.mark.parametrize("name", [name for name, slider in SLIDERS.items() if slider.lowest])
def test_a_slider_goes_to_either_side(name: str) -> None:
    assert still({name: slid(name, "-1")}) not in (REST, still({name: slid(name, "1")}))


def test_sliders_add_up_to_one_pose() -> None:
    pose = still({"smile": slid("smile", ".5"), "turn": slid("turn", "-.3"), "eyes": slid("eyes", "-1")})
    assert pose.corners > 0
    assert pose.yaw < 0
    assert pose.blink_left == pose.blink_right == 1


def test_a_clip_goes_through_its_keys_and_ends_with_the_last() -> None:
    keys = {"turn": slid("turn", "0:0,1:.8,3:-.4"), "smile": slid("smile", "1")}
    poses = moving(keys)
    assert length_s(keys) == 3
    assert len(poses) == 3 * FPS + 1
    full = SLIDERS["turn"].up["yaw"]
    for at_s, position in ((0, 0), (1, 0.8), (3, -0.4)):
        assert poses[at_s * FPS].yaw == pytest.approx(position * full, abs=0.03)  # with life's own sway
    assert {pose.corners for pose in poses} == {SLIDERS["smile"].up["corners"]}


def test_eyes_set_by_hand_do_not_blink_of_themselves() -> None:
    watched = moving({"turn": slid("turn", "0:0,20:1")})
    by_hand = moving({"turn": slid("turn", "0:0,20:1"), "eyes": slid("eyes", "0")})
    assert max(pose.blink_left for pose in watched) > 0.9
    assert max(pose.blink_left for pose in by_hand) == 0


@settings(deadline=None)  # the first call imports scipy
@given(st.lists(st.tuples(st.integers(0, 100), st.floats(-1, 1)), min_size=2, max_size=6, unique_by=lambda key: key[0]))
def test_between_its_keys_no_slider_leaves_its_range(pairs: list[tuple[int, float]]) -> None:
    curve = keyed("smile", sorted(pairs))
    assert np.abs(curve.at(np.linspace(0, 100, 500))).max() <= 1 + 1e-9


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("grin", ".5", "no slider 'grin': choose from smile, mouth"),
        ("smile", "much", "'much' is no position"),
        ("smile", "0:0,1", "write its keys as pairs"),
        ("smile", "0:0,1:2:3", "write its keys as pairs"),
        ("smile", "1.2", "1.2 lies outside -1 to 1"),
        ("mouth", "-.5", "-0.5 lies outside 0 to 1"),
        ("smile", "nan", "write its keys as pairs"),
        ("smile", "0:0,inf:1", "write its keys as pairs"),
        ("smile", "0:0,2:1,1:0", "1 s comes after 2 s"),
        ("smile", "1:0,1:1", "1 s comes after 1 s"),
        ("smile", "-1:0,1:1", "-1 s lies outside 0 to 600 s"),
        ("smile", "0:0,9999:1", "9999 s lies outside"),
        ("smile", "", "is no position"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(name: str, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said.replace("(", r"\(")):
        slid(name, text)


@pytest.mark.parametrize("pairs", [None, 3, [], [3], [[0, "a"]], {"0": 1}, [[0, True]], [[0]], [[0, 10**400]]])
def test_keys_of_a_file_are_pairs_of_numbers(pairs: object) -> None:
    with pytest.raises(Refused, match="write its keys as pairs"):
        keyed("smile", pairs)
