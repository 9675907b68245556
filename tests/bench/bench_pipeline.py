"""The whole job, timed: a memorial built and asked, and a turn in a loaded pipeline."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.archive import Archive
from data.samples import sample
from data.types import FPS, Turn
from orchestrator.flow import Record, perform
from services import build

ROUNDS = 3


def lantern(home: Path, *arguments: str | Path) -> tuple[float, dict[str, object]]:
    """Wall-clock seconds from process start to its end, and what it printed."""
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-m", "services", *map(str, arguments), "--json"],
        env={**os.environ, "LANTERN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - began, json.loads(ran.stdout)


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_from_nothing_to_a_clip(name: str, tmp_path: Path) -> None:
    demo_s, told = lantern(tmp_path / "home", "demo", "--sample", name, "--out", tmp_path / "out")
    given = sample(name)
    asked = [
        lantern(tmp_path / "home", "ask", given.person.name, given.question, "--clip", tmp_path / "a.mp4")[0]
        for _ in range(ROUNDS)
    ]
    print(f"\n{name}: demo {demo_s:.1f} s, of which answering {told['total_s']} s for a clip of {told['duration_s']} s")
    print(f"{name}: stages {told['stages']}, first frame {told['first_frame_s']} s, peak {told['peak_rss_mb']} MiB")
    print(f"{name}: ask --clip from process start, median of {ROUNDS}: {statistics.median(asked):.1f} s")


@pytest.mark.parametrize("name", ["hopper", "waigong"])
def test_a_turn_in_a_loaded_pipeline(name: str, tmp_path: Path) -> None:
    lantern(tmp_path / "home", "demo", "--sample", name, "--out", tmp_path / "out")
    given = sample(name)
    with Archive.open(tmp_path / "home") as archive:
        memorial = archive.find(given.person.name)
        stages = build.persona(archive, memorial), build.voice(archive, memorial), build.face(archive, memorial)
        for turn in range(ROUNDS):
            record, began, first_s, frames = Record(), time.perf_counter(), 0.0, 0
            for shot in perform(*stages, [Turn("visitor", given.question)], record):
                first_s = first_s or time.perf_counter() - began
                frames += len(shot.frames)
            turn_s, long_s = time.perf_counter() - began, frames / FPS
            print(
                f"\n{name}, turn {turn + 1}: first frame {first_s:.2f} s, {turn_s:.2f} s for {long_s:.2f} s, "
                f"real-time factor {turn_s / long_s:.2f} (persona {record.persona_s:.2f}, voice {record.voice_s:.2f}, "
                f"face {record.face_s:.2f} s, {record.face_s / frames * 1000:.1f} ms a frame)"
            )
