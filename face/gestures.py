"""What a portrait can do without being told what to say: nod, wink, look aside. Knows curves; knows no picture.

The courses are data, in `gestures.toml`; under them lies the small noise of life. Every gesture goes from rest to
rest, and several in a row flow into each other: one begins while the one before comes back.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from data.errors import Refused
from data.types import FPS
from face.curve import Course, Curve, moments, poses, together
from face.pose import Pose
from face.undertone import undertone

OVERLAP_S = 0.5  # of a gesture's end with the beginning of the next

OTHER_ENTRIES = {"about", "length_s", "blinks", "towards_viewer", "lips"}  # of a gesture, beside its courses
SIDEWAYS = ("gaze_x", "yaw", "roll", "shift_x")  # these change sign in a mirror …
SWAPPED = {"blink_right": "blink_left", "blink_left": "blink_right"}  # … and these their sides

TURNED_YAW, TURNED_PITCH = np.radians(9.0), np.radians(8.0)  # from there a face looks aside, up or down
FROM_THE_FRONT = ("blink_and_smile", "tilt", "greet")
TURNED_BACK = 0.75  # of the photo's own turn, when a head comes back to the viewer: all of it would strain the photo
LEAST_SHARE, MOST_SHARE = 0.45, 1.25  # of the turn as it is written


@dataclass(frozen=True, slots=True)
class Gesture:
    """`about` says it in words; `curves` are by the fields of `Pose`; at `blinks_s` both lids begin to fall.

    `towards_viewer`: written for a face turned to the viewer's left, and to be fitted to how the photo is turned.
    `lips`: nothing without the lips; others can be done by a face whose mouth stays as it is.
    """

    name: str
    about: str
    length_s: float
    curves: Mapping[str, Curve]
    blinks_s: tuple[float, ...] = ()
    towards_viewer: bool = False
    lips: bool = False

    def mirrored(self) -> Gesture:
        """The same to the other side."""
        turned = {
            SWAPPED.get(name, name): curve.scaled(-1.0) if name in SIDEWAYS else curve
            for name, curve in self.curves.items()
        }
        return replace(self, curves=turned)

    def fitted(self, yaw: float) -> Gesture:
        """As it suits a photo in which the head is turned by `yaw`, radians."""
        if not self.towards_viewer:
            return self
        reach = max(map(abs, self.curves["yaw"].values))
        share = float(np.clip(TURNED_BACK * abs(yaw) / reach, LEAST_SHARE, MOST_SHARE))
        curves = {name: curve.scaled(share) if name in SIDEWAYS else curve for name, curve in self.curves.items()}
        fitting = replace(self, curves=curves)
        return fitting.mirrored() if yaw > 0 else fitting


@cache
def gestures() -> Mapping[str, Gesture]:
    """All of them by name."""
    written = tomllib.loads(files("face").joinpath("gestures.toml").read_text("utf-8"))
    found = {name: _gesture(name, entry) for name, entry in written.items() if "mirror" not in entry}
    for name, entry in written.items():
        if "mirror" in entry:
            found[name] = replace(found[entry["mirror"]].mirrored(), name=name, about=entry["about"])
    return {name: found[name] for name in written}


def gesture(name: str) -> Gesture:
    """The one of that name; raises `Refused` where there is none."""
    try:
        return gestures()[name.strip().lower().replace("-", "_").replace(" ", "_")]
    except KeyError as err:
        raise Refused(f"there is no gesture {name!r}: choose from {', '.join(gestures())}") from err


def suited(yaw: float, pitch: float, seed: int, count: int = 1) -> list[Gesture]:
    """What fits a head turned like this in its photo, radians: it comes back to whom it did not look at.

    A face from the front does one of several kind things, so that a family's photos do not all do the same.
    """
    first = seed % len(FROM_THE_FRONT)
    kind = [gestures()[name] for name in FROM_THE_FRONT[first:] + FROM_THE_FRONT[:first]]
    if abs(yaw) > TURNED_YAW:
        kind = [gestures()["look_back"], *kind]
    elif abs(pitch) > TURNED_PITCH:
        kind = [gestures()["look_up" if pitch > 0 else "nod"], *kind]
    return kind[:count]


def performed(chosen: Sequence[Gesture], rounds: int = 1, seed: int = 0) -> list[Pose]:
    """One after the other, all of it `rounds` times, with life underneath; one pose a frame.

    The first is `REST`; after the last comes the first again, without a seam.
    """
    queue = [each for _ in range(rounds) for each in chosen]
    starts_s = np.cumsum([0.0, *(each.length_s - OVERLAP_S for each in queue[:-1])])
    frames = round((starts_s[-1] + queue[-1].length_s) * FPS)
    times_s = moments(frames, FPS)
    courses: list[Course] = [
        {name: curve.at(times_s - start_s) for name, curve in each.curves.items()}
        for each, start_s in zip(queue, starts_s, strict=True)
    ]
    blinks_s = [start_s + at_s for each, start_s in zip(queue, starts_s, strict=True) for at_s in each.blinks_s]
    return poses(together([*courses, undertone(frames, seed, blinks_s)]))


def _gesture(name: str, entry: dict[str, Any]) -> Gesture:
    length_s = float(entry["length_s"])
    tracks = {field: keys for field, keys in entry.items() if field not in OTHER_ENTRIES}
    curves = {field: Curve.through([(0.0, 0.0), *keys, (length_s, 0.0)]) for field, keys in tracks.items()}
    told = {each: entry.get(each, False) for each in ("towards_viewer", "lips")}
    return Gesture(name, entry["about"], length_s, curves, tuple(entry.get("blinks", ())), **told)
