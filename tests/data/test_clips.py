from __future__ import annotations

import json
import resource
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from data.errors import BadRecording, NoRoom, NotReady, NotWritable, Refused
from data.label import Label
from data.media import content_id, read_clip, write_clip
from data.types import CHUNK_SAMPLES, FPS, FRAMES_PER_CHUNK, RATE, SAMPLES_PER_FRAME, Shot

LABEL = Label("en", {"exhibit": "hopper"})
FLASH_FRAME = 12  # of each second
CLICK_SAMPLES = 96
SYNC_S = 0.02


def shots(seconds: float, width: int = 64, height: int = 64) -> Iterator[Shot]:
    """Grey with a white frame and a click once a second, both at the same moment."""
    for chunk in range(round(seconds * FPS) // FRAMES_PER_CHUNK):
        frames = np.full((FRAMES_PER_CHUNK, height, width, 3), 40, np.uint8)
        audio = np.zeros(CHUNK_SAMPLES, np.float32)
        for place in range(FRAMES_PER_CHUNK):
            if (chunk * FRAMES_PER_CHUNK + place) % FPS == FLASH_FRAME:
                frames[place] = 255
                audio[place * SAMPLES_PER_FRAME :][:CLICK_SAMPLES] = 0.8
        yield Shot(audio, frames, None)


def coloured(colour: tuple[int, int, int], width: int = 128, height: int = 128) -> Iterator[Shot]:
    yield Shot(np.zeros(CHUNK_SAMPLES, np.float32), np.full((5, height, width, 3), colour, np.uint8), None)


def failing(error: type[BaseException]) -> Iterator[Shot]:
    yield from shots(2)
    raise error


def test_a_clip_is_what_was_given(tmp_path: Path) -> None:
    info = write_clip(tmp_path / "a.mp4", shots(3, 96, 64), LABEL)
    assert (info.duration_s, info.frames, info.width, info.height) == (3.0, 75, 96, 64)
    assert info.encode_s > 0
    clip = read_clip(tmp_path / "a.mp4")
    assert (clip.width, clip.height, clip.fps) == (96, 64, 25.0)
    frames = list(clip.frames())
    assert len(frames) == 75
    assert {frame.shape for frame in frames} == {(64, 96, 3)}
    assert clip.sound is not None
    assert abs(len(clip.sound) - 3 * RATE) <= 1024  # at most a frame of AAC more


def test_frames_and_sound_stay_together_for_a_minute(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", shots(60), LABEL)
    with av.open(str(tmp_path / "a.mp4")) as container:  # times as a player sees them, edit lists honoured
        flashes = [frame.time for frame in container.decode(video=0) if frame.to_ndarray(format="gray").mean() > 150]
    clicks: list[float] = []
    with av.open(str(tmp_path / "a.mp4")) as container:
        for frame in container.decode(audio=0):
            loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.3)
            if len(loud) and frame.time is not None:
                at = frame.time + float(loud[0]) / frame.sample_rate
                if not clicks or at - clicks[-1] > 0.5:
                    clicks.append(at)
    expected = np.arange(60) + FLASH_FRAME / FPS
    assert np.abs(np.array(flashes) - expected).max() < 0.001
    assert np.abs(np.array(clicks) - expected).max() < SYNC_S
    assert np.abs(np.array(clicks) - np.array(flashes)).max() < SYNC_S


def test_a_clip_read_back_is_in_step(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", shots(5), LABEL)
    clip = read_clip(tmp_path / "a.mp4")
    flashes = [place / FPS for place, frame in enumerate(clip.frames()) if frame.mean() > 150]
    assert clip.sound is not None
    loud = np.flatnonzero(np.abs(clip.sound) > 0.3) / RATE
    clicks = loud[np.diff(loud, prepend=-1.0) > 0.5]
    assert np.abs(clicks - np.array(flashes)).max() < SYNC_S


def test_the_sound_comes_back_clean(tmp_path: Path) -> None:
    time_s = np.arange(4 * RATE) / RATE
    sound = (0.3 * np.sin(2 * np.pi * 220 * time_s) * (1 + 0.5 * np.sin(2 * np.pi * 3 * time_s))).astype(np.float32)
    frames = np.zeros((5, 64, 64, 3), np.uint8)
    given = (Shot(chunk, frames, None) for chunk in sound.reshape(-1, CHUNK_SAMPLES))
    write_clip(tmp_path / "a.mp4", given, LABEL)
    read = read_clip(tmp_path / "a.mp4").sound
    assert read is not None
    error = read[: len(sound)] - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(error**2)) > 30
    assert np.abs(error).max() < 0.05


def boxes(content: bytes) -> list[str]:
    """The names of an MP4's outermost boxes, in order."""
    found, place = [], 0
    while place < len(content):
        found.append(content[place + 4 : place + 8].decode())
        place += int.from_bytes(content[place : place + 4], "big")
    return found


def test_a_clip_plays_in_every_browser_at_once(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", shots(1), LABEL)
    found = boxes((tmp_path / "a.mp4").read_bytes())
    assert found.index("moov") < found.index("mdat")
    with av.open(str(tmp_path / "a.mp4")) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (sound.codec_context.name, sound.rate, sound.layout.name) == ("aac", 48_000, "mono")
        assert video.average_rate == FPS
        codec = video.codec_context
        assert (codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "colour", [(200, 30, 30), (30, 180, 60), (40, 60, 210), (230, 190, 170), (0, 0, 0), (255,) * 3]
)
def test_colours_come_back(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    write_clip(tmp_path / "a.mp4", coloured(colour), LABEL)
    frame = next(read_clip(tmp_path / "a.mp4").frames())
    assert np.abs(frame[:64, :64].astype(int) - np.array(colour)).max() <= 3


def test_every_frame_and_the_file_carry_the_label(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", shots(2, 256, 256), LABEL)
    stamp = LABEL.drawn(256, 256)
    high, wide = stamp.keep.shape[:2]
    for place, frame in enumerate(read_clip(tmp_path / "a.mp4").frames()):
        expected = np.full((1, 256, 256, 3), 255 if place % FPS == FLASH_FRAME else 40, np.uint8)
        stamp.lay_over(expected)
        region = np.s_[stamp.top : stamp.top + high, stamp.left : stamp.left + wide]
        assert np.corrcoef(frame[region].mean(axis=2).ravel(), expected[0][region].mean(axis=2).ravel())[0, 1] > 0.95
    with av.open(str(tmp_path / "a.mp4")) as container:
        fields = container.metadata
    assert json.loads(fields["AIGC"])["Label"] == "1"
    assert fields["comment"] == "AI-generated likeness"
    assert json.loads(fields["details"]) == {"exhibit": "hopper"}


def test_two_clips_have_numbers_of_their_own(tmp_path: Path) -> None:
    numbers = set()
    for name in ("a.mp4", "b.mp4"):
        write_clip(tmp_path / name, shots(0.2), LABEL)
        with av.open(str(tmp_path / name)) as container:
            numbers.add(json.loads(container.metadata["AIGC"])["ProduceID"])
    assert len(numbers) == 2


def test_the_frames_that_were_handed_over_are_not_drawn_on(tmp_path: Path) -> None:
    shot = next(coloured((9, 9, 9)))
    write_clip(tmp_path / "a.mp4", iter([shot]), LABEL)
    assert (shot.frames == 9).all()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, NotReady])
def test_whatever_ends_it_early_leaves_the_old_clip_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"old")
    with pytest.raises(error):
        write_clip(tmp_path / "a.mp4", failing(error), LABEL)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.mp4", b"old")]


def test_nothing_to_show_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    empty = Shot(np.zeros(0, np.float32), np.zeros((0, 64, 64, 3), np.uint8), None)
    for given in (iter(()), iter([empty])):
        with pytest.raises(NotReady, match=r"a\.mp4"):
            write_clip(tmp_path / "a.mp4", given, LABEL)
    assert list(tmp_path.iterdir()) == []


def test_empty_shots_in_between_are_passed_over(tmp_path: Path) -> None:
    empty = Shot(np.zeros(0, np.float32), np.zeros((0, 64, 64, 3), np.uint8), None)
    given = [empty, *shots(1), empty, *shots(1), empty]
    assert write_clip(tmp_path / "a.mp4", iter(given), LABEL).frames == 50


@pytest.mark.parametrize("sizes", [[(63, 64)], [(64, 63)], [(64, 64), (66, 64)]])
def test_odd_and_changing_sizes_are_refused(tmp_path: Path, sizes: list[tuple[int, int]]) -> None:
    given = (shot for size in sizes for shot in shots(0.2, *size))
    with pytest.raises(ValueError, match="px"):
        write_clip(tmp_path / "a.mp4", given, LABEL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", [0, 3000, 40_000])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]], limit: int
) -> None:
    random = np.random.default_rng(0)
    noise = (
        Shot(np.zeros(CHUNK_SAMPLES, np.float32), random.integers(0, 255, (5, 128, 128, 3), np.uint8), None)
        for _ in range(10)
    )
    with full_disk(limit), pytest.raises(NoRoom, match=r"a\.mp4"):
        write_clip(tmp_path / "a.mp4", noise, LABEL)
    assert list(tmp_path.iterdir()) == []


def test_a_really_full_disk_leaves_nothing(tmp_path: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only the superuser may mount a small disk")
    random = np.random.default_rng(0)
    noise = (
        Shot(np.zeros(CHUNK_SAMPLES, np.float32), random.integers(0, 255, (5, 128, 128, 3), np.uint8), None)
        for _ in range(20)
    )
    try:
        with pytest.raises(NoRoom):
            write_clip(tmp_path / "a.mp4", noise, LABEL)
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


class Watched:
    """Shots that tell how many were taken, and whether they were closed."""

    def __init__(self) -> None:
        self.inner, self.taken, self.closed = shots(1), 0, False

    def __iter__(self) -> Iterator[Shot]:
        return self

    def __next__(self) -> Shot:
        self.taken += 1
        return next(self.inner)

    def close(self) -> None:
        self.closed = True


def test_a_place_that_cannot_be_written_is_told_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "a.mp4", tmp_path / "missing" / "a.mp4"):
        given = Watched()
        with pytest.raises(NotWritable):
            write_clip(path, given, LABEL)
        assert given.taken == 0
        assert given.closed


def test_the_shots_are_closed_at_the_end(tmp_path: Path) -> None:
    given = Watched()
    write_clip(tmp_path / "a.mp4", given, LABEL)
    assert given.closed


def test_a_long_clip_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", shots(20, 128, 128), LABEL)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    info = write_clip(tmp_path / "a.mp4", shots(160, 128, 128), LABEL)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    assert info.frames * 128 * 128 * 3 / 2**20 > 150  # what its pictures take
    assert grown_mb < 20


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00\x00\x00\x18ftypmp42" + bytes(200)])
def test_what_is_no_clip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(Refused, match=r"a\.mp4"):
        read_clip(tmp_path / "a.mp4")
    with pytest.raises(BadRecording):
        read_clip(tmp_path / "missing.mp4")


def test_media_are_not_loaded_before_they_are_needed() -> None:
    code = "import sys, data.media, data.archive; sys.exit(bool({'av', 'PIL', 'matplotlib'} & sys.modules.keys()))"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0


def test_a_film_by_an_upright_telephone_is_turned_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.mp4"
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[:20] = 200
    write_clip(path, iter([Shot(np.zeros(SAMPLES_PER_FRAME, np.float32), picture[None], None)]), LABEL)
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 44  # how a player shall turn the pictures: here by a quarter, clockwise
    content[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 64 << 16, 0, 1 << 30)
    path.write_bytes(content)
    (frame,) = read_clip(path).frames()
    assert frame.shape == (96, 64, 3)
    assert frame[:40, -10:].mean() > 150 > 50 > frame[:40, :10].mean()


def test_a_clip_names_the_content_that_it_was_made_of(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    frames = np.zeros((1, 64, 64, 3), np.uint8)
    write_clip(path, iter([Shot(np.zeros(SAMPLES_PER_FRAME, np.float32), frames, None)]), Label("en", {}, "0123abc"))
    assert content_id(path) == "0123abc"
    (tmp_path / "other.mp4").write_bytes(b"no clip")
    assert content_id(tmp_path / "other.mp4") is None
    assert content_id(tmp_path / "none.mp4") is None


def film(path: Path, times_ms: list[int]) -> Path:
    """Pictures shown at these times, as telephones film, with a sound track that is damaged."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream("mp3", rate=RATE, layout="mono")
        for at_ms in times_ms:
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), format="rgb24")
            frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for number in range(10):
            packet = av.Packet(b"\x01" * 200)
            packet.stream, packet.pts, packet.dts, packet.time_base = (
                sound,
                number * 576,
                number * 576,
                Fraction(1, RATE),
            )
            container.mux(packet)
    return path


def test_frames_of_an_uneven_rate_come_with_their_times(tmp_path: Path) -> None:
    times_ms = [500, 540, 580, 700, 720, 1500]
    clip = read_clip(film(tmp_path / "phone.mkv", times_ms))
    found = [at_s for at_s, _ in clip.timed_frames()]
    assert found == pytest.approx([(at_ms - 500) / 1000 for at_ms in times_ms], abs=0.002)


def test_a_film_with_a_broken_sound_can_be_watched(tmp_path: Path) -> None:
    clip = read_clip(film(tmp_path / "phone.mkv", [0, 40, 80]))
    assert clip.has_sound
    assert len(list(clip.frames())) == 3
    with pytest.raises(BadRecording):
        assert clip.sound is None
