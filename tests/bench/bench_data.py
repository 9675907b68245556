"""How fast the room is: `pytest tests/bench/bench_data.py --benchmark-enable`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from data.archive import Archive
from data.identity import Passage
from data.label import Label
from data.media import read_picture, read_sound, write_clip
from data.samples import sample
from data.types import CHUNK_SAMPLES, Frames, Letter, Person, Shot

LABEL = Label("en", {})
LETTERS = 500


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A home with many letters."""
    with Archive.open(tmp_path / "home") as archive:
        memorial = archive.create(Person("Ada", None, None, "en"))
        with archive.adding(memorial.id) as adding:
            adding.add_passages([Passage(Letter("a.txt", f"{n} " * 300, None)) for n in range(LETTERS)], b"original")
            adding.add_portrait("a.jpg", bytes(1_000_000), bytes(8_000_000))
    return tmp_path / "home"


def test_open_a_home_that_is_up_to_date(benchmark: BenchmarkFixture, root: Path) -> None:
    benchmark(lambda: Archive.open(root).close())


def test_read_all_letters(benchmark: BenchmarkFixture, root: Path) -> None:
    with Archive.open(root) as archive:
        memorial = archive.find("Ada")
        assert len(benchmark(archive.letters, memorial.id)) == LETTERS


def test_keep_ten_thousand_messages(benchmark: BenchmarkFixture, root: Path) -> None:
    with Archive.open(root) as archive:
        memorial = archive.find("Ada")
        original = bytes(1_000_000)
        messages = (Letter("chat.txt", str(n), "2003", "message") for n in range(10**9))

        def keep() -> None:
            with archive.adding(memorial.id) as adding:
                adding.add_passages([Passage(next(messages)) for _ in range(10_000)], original)

        benchmark(keep)


def test_read_a_rig_of_8_mb(benchmark: BenchmarkFixture, root: Path) -> None:
    with Archive.open(root) as archive:
        benchmark(archive.rig, archive.find("Ada").id)


def test_draw_the_label_on_a_frame(benchmark: BenchmarkFixture) -> None:
    frames: Frames = np.full((1, 512, 512, 3), 128, np.uint8)
    benchmark(LABEL.drawn(512, 512).lay_over, frames)


def test_write_four_seconds_at_512_px(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    photo = np.asarray(read_picture(sample("waigong").portrait)[:512, :512])
    moved = np.stack([np.roll(photo, shift, axis=1) for shift in range(5)])

    def shots() -> Iterator[Shot]:
        for _ in range(20):
            yield Shot(np.zeros(CHUNK_SAMPLES, np.float32), moved, None)

    benchmark(lambda: write_clip(tmp_path / "a.mp4", shots(), LABEL))


def test_read_a_photo(benchmark: BenchmarkFixture) -> None:
    benchmark(read_picture, sample("hopper").portrait)


def test_read_a_recording(benchmark: BenchmarkFixture) -> None:
    benchmark(read_sound, sample("hopper").recording)
