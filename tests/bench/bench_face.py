"""How long a portrait takes to read and a frame to draw: pytest tests/bench/bench_face.py --benchmark-enable."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from face.portrait import read_portrait
from face.pose import REST, Pose
from face.renderer import Renderer
from face.rig import Rig
from tests.face.portraits import photo, rig_of

POSES = {
    "rest": REST,
    "speaking": Pose(aperture=0.2, spread=0.03, protrusion=0.3),
    "blinking": Pose(blink_right=0.6, blink_left=0.6),
    "turning": Pose(yaw=0.05, pitch=0.02, roll=0.01, shift_x=0.03),
    "everything": Pose(0.2, 0.03, 0.3, 0.02, 0.1, 0.2, 0.6, 0.6, 0.05, 0.05, 0.02, 0.01, 0.03, 0.02),
}


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(threads)


@pytest.mark.parametrize("pose", POSES)
def test_frame(benchmark: BenchmarkFixture, pose: str) -> None:
    benchmark(Renderer(rig_of("hopper")).render, POSES[pose])


def test_read_portrait(benchmark: BenchmarkFixture) -> None:
    benchmark(read_portrait, photo("hopper"))


def test_load(benchmark: BenchmarkFixture) -> None:
    blob = rig_of("hopper").to_bytes()
    benchmark(lambda: Renderer(Rig.from_bytes(blob)))
