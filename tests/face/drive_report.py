"""How truly a filmed face is followed: python -m tests.face.drive_report [FACE …] [--fit]. Some minutes.

A clip is rendered from known curves, followed, carried over to the next face, rendered and followed again. `--fit`
prints instead, of six faces, what `MOUTH_WEIGHTS` of `face/drive.py` and the gains of `face/follow.py` ought to be.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from data.types import FPS, Picture
from face.drive import MOUTH_READINGS, MOUTH_WEIGHTS, follow
from face.follow import Reading, kept, neutral_face, read
from face.landmarks import landmarks
from face.pose import Pose
from face.renderer import Renderer
from tests.face.portraits import rig_of

Series = NDArray[np.float64]
Curves = dict[str, Series]

FACES = ("hopper", "astronaut", "waigong")
FITTED = (*FACES, "dark", "woman_glasses", "laughing")
SIZES = {"yaw": 0.06, "pitch": 0.045, "roll": 0.04, "shift_x": 0.05, "shift_y": 0.04}  # standard deviations
BLINK = (0.45, 1.0, 0.92, 0.55, 0.22, 0.06)
BLINK_EVERY = 37  # frames
EASE = 15  # frames from rest and back to it
RIDGE = 1e-3
ASKED = ("aperture", "blink_right", "blink_left", "yaw", "pitch", "roll")  # r of .9 at least


def curves(seed: int, frames: int = 175) -> Curves:
    """A face that does everything at once, from rest to rest."""
    chance = np.random.default_rng(seed)

    def wander(low_hz: float, high_hz: float) -> Series:
        times = np.arange(frames) / FPS
        waves = [
            np.sin(2 * np.pi * hertz * chance.uniform(0.85, 1.15) * times + chance.uniform(0, 2 * np.pi)) / hertz**0.5
            for hertz in np.linspace(low_hz, high_hz, 6)
        ]
        course = np.sum(waves, axis=0)
        return np.asarray(course / course.std())

    made = {name: np.clip(size * wander(0.15, 0.9), -2.2 * size, 2.2 * size) for name, size in SIZES.items()}
    made["aperture"] = np.clip(0.14 + 0.14 * wander(0.5, 4.0), 0.0, 0.42)
    made["spread"] = 0.05 * wander(0.4, 2.5)
    made["protrusion"] = np.clip(0.25 + 0.3 * wander(0.4, 2.5), 0.0, 1.0)
    made["corners"] = np.clip(0.02 + 0.03 * wander(0.2, 0.8), -0.03, 0.09)
    made["brow"] = 0.04 * wander(0.2, 0.9)
    made["gaze_x"], made["gaze_y"] = 0.06 * np.sign(wander(0.3, 0.8)), 0.03 * np.sign(wander(0.3, 0.8))
    eased = np.clip(np.minimum(np.arange(frames), np.arange(frames)[::-1]) / EASE, 0, 1)
    made = {name: course * eased for name, course in made.items()}
    blink = np.zeros(frames)
    for start in range(20, frames - 10, BLINK_EVERY):
        at = start + int(chance.integers(3))
        blink[at : at + len(BLINK)] = BLINK
    wink = np.zeros(frames)
    wink[45 : 45 + len(BLINK)] = BLINK
    return {**made, "blink_right": blink, "blink_left": np.maximum(blink, wink)}


def poses(of: Curves) -> list[Pose]:
    return [Pose(**{name: float(course[frame]) for name, course in of.items()}) for frame in range(len(of["yaw"]))]


def rendered(name: str, acted: Sequence[Pose]) -> Iterator[Picture]:
    renderer = Renderer(rig_of(name))
    return (renderer.render(pose) for pose in acted)


def likeness(meant: Curves, got: Sequence[Pose]) -> dict[str, tuple[float, float]]:
    """r and slope of each curve."""
    scores = {}
    for name, course in meant.items():
        followed = np.array([getattr(pose, name) for pose in got])[: len(course)]
        r = np.corrcoef(followed, course)[0, 1] if followed.std() > 0 else 0.0
        scores[name] = float(r), float(np.polyfit(course[: len(followed)], followed, 1)[0])
    return scores


def report(faces: Sequence[str]) -> None:
    table = {}
    for number, name in enumerate(faces):
        meant, other = curves(number), faces[(number + 1) % len(faces)]
        once = follow(rendered(name, poses(meant)), FPS)
        again = follow(rendered(other, once), FPS)
        table[name], table[f"{name} > {other}"] = likeness(meant, once), likeness(meant, again)
    print(f"{'r (slope)':14}" + "".join(f"{name:>24}" for name in table))
    for curve in (*ASKED, *(name for name in curves(0) if name not in ASKED)):
        print(f"{curve:14}" + "".join(f"{r:17.3f} ({slope:.2f})" for r, slope in (table[t][curve] for t in table)))


def fit(faces: Sequence[str]) -> None:
    rows, wanted = [], []
    for number, name in enumerate(faces):
        meant = curves(number)
        few = np.stack([kept(landmarks(frame, 1)) for frame in rendered(name, poses(meant))])
        neutral = neutral_face(few)
        rows.append(np.array([read(each, neutral) for each in few]))
        wanted.append(meant)
    column = Reading._fields.index
    for name in ("yaw", "pitch", "gaze_x", "gaze_y"):
        slopes = [np.polyfit(meant[name], row[:, column(name)], 1)[0] for row, meant in zip(rows, wanted, strict=True)]
        print(f"{name}: slopes {np.round(slopes, 2)}, multiply its gain by {1 / np.median(slopes):.2f}")
    taken = [row[:, [column(name) for name in MOUTH_READINGS]] for row in rows]
    taken = [part - np.median(part[:10], axis=0) for part in taken]
    for name in MOUTH_WEIGHTS:
        x, y = np.concatenate(taken), np.concatenate([meant[name] for meant in wanted])
        weights = np.linalg.solve(x.T @ x + RIDGE * len(x) * np.diag(x.var(axis=0)), x.T @ y)
        each = [np.corrcoef(part @ weights, meant[name])[0, 1] for part, meant in zip(taken, wanted, strict=True)]
        print(f"{name}: {tuple(np.round(weights, 2).tolist())}  r {np.round(each, 2)}")


def main() -> None:
    named = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if "--fit" in sys.argv:
        fit(named or FITTED)
    else:
        report(named or FACES)


if __name__ == "__main__":
    main()
