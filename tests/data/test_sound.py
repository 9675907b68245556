from __future__ import annotations

import json
import wave
from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

from data import sound
from data.errors import BadRecording, NoRoom
from data.label import Label
from data.media import read_sound, write_sound
from data.types import RATE, Wave

LABEL = Label("zh", {"engine": "formant"})
SECONDS = 2


def tone(rate: int, pitch_hz: float = 440.0, seconds: float = SECONDS) -> Wave:
    time_s = np.arange(round(rate * seconds)) / rate
    return np.asarray(0.5 * np.sin(2 * np.pi * pitch_hz * time_s), np.float32)


def save(path: Path, channels: Wave, rate: int, codec: str) -> None:
    """`channels` is (c, n)."""
    layout = "mono" if len(channels) == 1 else "stereo"
    with av.open(str(path), "w") as out:
        options = {"aac_coder": "fast"} if codec == "aac" else {}  # the other one adds clicks
        stream = out.add_stream(codec, rate=rate, options=options, layout=layout)
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(channels), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def pitch_hz(wave: Wave) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(wave * np.hanning(len(wave))))) * RATE / len(wave))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.wav", "pcm_s16le"),
        ("b.wav", "pcm_s24le"),
        ("a.mp3", "libmp3lame"),
        ("a.m4a", "aac"),
        ("a.flac", "flac"),
        ("a.ogg", "libopus"),
        ("a.opus", "libopus"),
        ("a.aiff", "pcm_s16be"),
        ("a.mkv", "aac"),
    ],
)
def test_recordings_of_every_kind_are_read(tmp_path: Path, name: str, codec: str) -> None:
    save(tmp_path / name, tone(48_000)[None], 48_000, codec)
    read = read_sound(tmp_path / name)
    assert read.dtype == np.float32
    assert read.ndim == 1
    assert abs(len(read) - SECONDS * RATE) < 0.06 * RATE
    assert abs(pitch_hz(read) - 440) < 2
    assert 0.45 < np.abs(read[RATE // 2 : RATE]).max() < 0.56


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 96_000])
def test_every_rate_becomes_ours(tmp_path: Path, rate: int) -> None:
    save(tmp_path / "a.wav", tone(rate)[None], rate, "pcm_s16le")
    read = read_sound(tmp_path / "a.wav")
    assert abs(len(read) - SECONDS * RATE) <= 2
    assert abs(pitch_hz(read) - 440) < 1


def test_stereo_is_mixed_and_not_clipped(tmp_path: Path) -> None:
    save(tmp_path / "a.wav", np.stack([tone(48_000), tone(48_000)]), 48_000, "pcm_s16le")
    assert abs(np.abs(read_sound(tmp_path / "a.wav")).max() - 0.5) < 0.01


def test_the_sound_read_may_be_changed(tmp_path: Path) -> None:
    save(tmp_path / "a.wav", tone(RATE)[None], RATE, "pcm_s16le")
    read = read_sound(tmp_path / "a.wav")
    read *= 0.5
    assert np.abs(read).max() < 0.3


@pytest.mark.parametrize("content", [b"", b"hello", b"RIFF", b"\x00" * 5000, b"ID3\x04" + bytes(60)])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("a.wav", "a.mp3"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadRecording, match=name):
            read_sound(tmp_path / name)


def test_noise_named_as_a_recording_is_refused(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for _ in range(5):
        (tmp_path / "a.mp3").write_bytes(random.bytes(30_000))
        with pytest.raises(BadRecording):
            read_sound(tmp_path / "a.mp3")


def test_a_damaged_stretch_is_left_out_and_a_ruin_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.flac", tone(48_000, seconds=20)[None], 48_000, "flac")
    whole = (tmp_path / "a.flac").read_bytes()
    middle = len(whole) // 2
    (tmp_path / "a.flac").write_bytes(whole[:middle] + bytes(200) + whole[middle + 200 :])
    assert len(read_sound(tmp_path / "a.flac")) > 18 * RATE
    random = np.random.default_rng(0)
    (tmp_path / "a.flac").write_bytes(whole[:200] + random.bytes(len(whole) - 200))
    with pytest.raises(BadRecording):
        read_sound(tmp_path / "a.flac")


def test_no_sound_at_all_is_refused(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", np.zeros(0, np.float32), LABEL)
    with pytest.raises(BadRecording):
        read_sound(tmp_path / "a.wav")
    with av.open(str(tmp_path / "mute.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for packet in stream.encode(av.VideoFrame(64, 64, "yuv420p")), stream.encode(None):
            out.mux(packet)
    with pytest.raises(BadRecording, match="no sound"):
        read_sound(tmp_path / "mute.mp4")


def test_a_photo_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.wav", tmp_path):
        with pytest.raises(BadRecording, match=path.name):
            read_sound(path)


def test_play_lists_that_point_elsewhere_are_not_followed(tmp_path: Path) -> None:
    save(tmp_path / "secret.wav", tone(RATE)[None], RATE, "pcm_s16le")
    (tmp_path / "a.m3u8").write_text("#EXTM3U\n#EXTINF:2,\nsecret.wav\n#EXT-X-ENDLIST\n")
    (tmp_path / "a.ffconcat").write_text("ffconcat version 1.0\nfile secret.wav\n")
    for name in ("a.m3u8", "a.ffconcat"):
        with pytest.raises(BadRecording):
            read_sound(tmp_path / name)


@pytest.mark.parametrize("in_header", [True, False])
def test_a_recording_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_header: bool
) -> None:
    save(tmp_path / "a.wav", tone(RATE)[None], RATE, "pcm_s16le")
    if not in_header:
        monkeypatch.setattr(sound, "told_length_s", lambda _: 0.0)
    with pytest.raises(BadRecording, match="longer than 1 seconds"):
        read_sound(tmp_path / "a.wav", longest_s=1)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    samples = tone(RATE)
    write_sound(tmp_path / "a.wav", samples, LABEL)
    assert np.abs(read_sound(tmp_path / "a.wav") - samples).max() < 1e-4
    with wave.open(str(tmp_path / "a.wav")) as plain:
        assert (plain.getframerate(), plain.getnchannels(), plain.getsampwidth()) == (RATE, 1, 2)
        assert plain.getnframes() == len(samples)


def test_loud_samples_are_held_at_full_scale(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", np.array([2, -2, 1, -1, 0] * 100, np.float32), LABEL)
    read = read_sound(tmp_path / "a.wav")
    assert read.max() > 0.99
    assert read.min() < -0.99


def test_a_written_sound_carries_the_label(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", tone(RATE), LABEL)
    with av.open(str(tmp_path / "a.wav")) as container:
        assert container.metadata["comment"] == "AI生成影像"
        assert container.metadata["encoder"] == "Lantern"
    content = (tmp_path / "a.wav").read_bytes()
    start = content.index(b"AIGC") + 4
    length = int.from_bytes(content[start : start + 4], "little")
    assert json.loads(content[start + 4 : start + 4 + length])["Label"] == "1"


def test_a_sound_that_finds_no_room_leaves_nothing(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with full_disk(1000), pytest.raises(NoRoom):
        write_sound(tmp_path / "a.wav", tone(RATE), LABEL)
    assert list(tmp_path.iterdir()) == []


def test_sound_of_another_kind_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wav"):
        write_sound(tmp_path / "a.mp3", tone(RATE), LABEL)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.wav", "pcm_s16le"), ("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.ogg", "libopus")]
)
def test_a_recording_in_memory_is_read_as_its_file_is(tmp_path: Path, name: str, codec: str) -> None:
    save(tmp_path / name, tone(48_000)[None], 48_000, codec)
    from_file, content = read_sound(tmp_path / name), (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    assert np.array_equal(read_sound(tmp_path / name, content), from_file)


def test_what_is_no_recording_in_memory_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "secret.wav", tone(RATE)[None], RATE, "pcm_s16le")
    secret = str(tmp_path / "secret.wav").encode()
    for name, content in (
        ("a.wav", b""),
        ("a.mp3", b"hello"),
        ("a.m3u8", b"#EXTM3U\n#EXTINF:2,\n" + secret + b"\n#EXT-X-ENDLIST\n"),
        ("a.ffconcat", b"ffconcat version 1.0\nfile '" + secret + b"'\n"),
    ):
        with pytest.raises(BadRecording, match=name):
            read_sound(Path(name), content)
