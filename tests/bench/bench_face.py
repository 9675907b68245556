"""How long a portrait takes to read and a frame to draw: pytest tests/bench/bench_face.py --benchmark-enable -s."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from data.clips import write_clip
from data.label import Label
from data.types import FPS, Shot
from face.engine import PortraitFace
from face.motion import Motion
from face.portrait import read_portrait
from face.pose import REST, Pose
from face.renderer import Renderer, side_by_side
from face.rig import Rig
from tests.bench.memory import rss_mb
from tests.bench.mouth_network import FACE_PX, MEL_BANDS, MEL_STEPS, MouthNetwork
from tests.face.portraits import photo, rig_of
from tests.face.speech import chunks, said, sentence

POSES = {
    "rest": REST,
    "speaking": Pose(aperture=0.2, spread=0.03, protrusion=0.3),
    "blinking": Pose(blink_right=0.6, blink_left=0.6),
    "looking": Pose(gaze_x=0.05, gaze_y=0.02, squint=0.1),
    "turning": Pose(yaw=0.05, pitch=0.02, roll=0.01, shift_x=0.03, breath=0.5),
}
TEXT = "When I was seven, I took apart every alarm clock in the house to find out how they worked."
ENLARGED = 2.2  # of the photo, so that a frame of 1080 px can be cut from it
BATCH = 5  # frames that either draws at once: a chunk of sound
ROUNDS = 12
MINUTES = 10


@cache
def sized(size_px: int) -> Rig:
    large = cv2.resize(photo("hopper"), None, fx=ENLARGED, fy=ENLARGED)
    return read_portrait(np.asarray(large, np.uint8), size_px=size_px)


@pytest.fixture
def one_core() -> Iterator[None]:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(threads)


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize("size_px", [512, 1080])
@pytest.mark.parametrize("pose", POSES)
def test_frame(benchmark: BenchmarkFixture, pose: str, size_px: int) -> None:
    benchmark(Renderer(sized(size_px)).render, POSES[pose])


def test_read_portrait(benchmark: BenchmarkFixture) -> None:
    benchmark(read_portrait, photo("hopper"))


def test_load(benchmark: BenchmarkFixture) -> None:
    blob = rig_of("hopper").to_bytes()
    benchmark(lambda: Renderer(Rig.from_bytes(blob)))


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize("size_px", [512, 1080])
def test_whole_frames_beside_a_neural_mouth_alone(size_px: int) -> None:
    """In turn, on one core each, so that neither waits for the other; the middle of the rounds' figures."""
    render, spoken = Renderer(sized(size_px)).render, speech()
    network = MouthNetwork().eval()
    sound, faces = torch.rand(BATCH, 1, MEL_BANDS, MEL_STEPS), torch.rand(BATCH, 6, FACE_PX, FACE_PX)
    torch.set_num_threads(1)
    costs = []
    with torch.inference_mode():
        for first in range(0, ROUNDS * BATCH, BATCH):
            poses = spoken[first : first + BATCH]
            costs.append((spent_ms(lambda p=poses: list(map(render, p))), spent_ms(lambda: network(sound, faces))))  # type: ignore[misc]
    ours, theirs = map(median, zip(*costs, strict=True))
    print(f"\n{size_px} px: {ours:.1f} ms of one core a frame; a neural mouth of 96 px alone {theirs:.1f} ms, ", end="")
    print(f"{theirs / ours:.1f} times as much")


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize("size_px", [512, 1080])
def test_frames_a_second(size_px: int) -> None:
    """On all cores, encoding apart."""
    render, spoken, walls = Renderer(sized(size_px)).render, speech(), []
    for first in range(0, ROUNDS * BATCH, BATCH):
        began = time.perf_counter()
        side_by_side(render, spoken[first : first + BATCH])
        walls.append(time.perf_counter() - began)
    print(f"\n{size_px} px: {BATCH / median(walls):.0f} frames/s on {os.cpu_count()} cores, encoding apart")


def spent_ms(draw: Callable[[], object]) -> float:
    """Processor time of one frame of a batch."""
    began = time.process_time()
    draw()
    return (time.process_time() - began) * 1000 / BATCH


def speech() -> list[Pose]:
    motion, (samples, phonemes) = Motion(), said(TEXT, "en")
    return [pose for chunk in chunks(samples, phonemes, sentence(TEXT)) for pose in motion.poses(chunk)]


@pytest.mark.timeout(1800)
def test_memory_of_a_long_clip(tmp_path: Path) -> None:
    """Stays flat from the first minute to the tenth."""
    held: list[float] = []
    long = islice(talking(), MINUTES * 60 * FPS // BATCH)
    info = write_clip(tmp_path / "long.mp4", noted(long, held), Label("en", {"engine": "portrait"}))
    each_minute = ", ".join(f"{each:.0f}" for each in held)
    print(f"\n{info.frames / FPS / 60:.0f} minutes of video: {each_minute} MiB, minute by minute")
    assert max(held) - held[0] < 0.1 * held[0]


def talking() -> Iterator[Shot]:
    face, (samples, phonemes) = PortraitFace(sized(512)), said(TEXT, "en")
    while True:
        yield from face.animate(chunks(samples, phonemes, sentence(TEXT)))


def noted(shots: Iterator[Shot], held: list[float]) -> Iterator[Shot]:
    """The same, with the memory at the end of each minute."""
    frames = 0
    for shot in shots:
        yield shot
        frames += len(shot.frames)
        if frames // (60 * FPS) > len(held):
            held.append(rss_mb())
