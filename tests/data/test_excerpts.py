from __future__ import annotations

import struct
import tracemalloc
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

from data.errors import BadRecording
from data.excerpts import EXCERPT_S, read_excerpts
from data.types import RATE, Wave
from tests.data.test_sound import pitch_hz, save, tone

LOW_HZ, HIGH_HZ = 300.0, 700.0


def long(path: Path, minutes: int, codec: str) -> None:
    """A recording written minute by minute: a tone that is a Hertz higher in each."""
    rate = 8_000
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        for minute in range(minutes):
            samples = np.round(tone(rate, LOW_HZ + minute, 60) * 32_000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, minute * 60 * rate, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def silent(path: Path, seconds: int) -> None:
    """Hours of silence that take no room on the disk."""
    size = seconds * 8_000 * 2
    header = struct.pack(
        "<4sI8sIHHIIHH4sI", b"RIFF", size + 36, b"WAVEfmt ", 16, 1, 1, 8_000, 16_000, 2, 16, b"data", size
    )
    with path.open("wb") as out:
        out.write(header)
        out.truncate(len(header) + size)


def test_a_short_recording_is_one_excerpt(tmp_path: Path) -> None:
    save(tmp_path / "a.wav", tone(48_000)[None], 48_000, "pcm_s16le")
    (excerpt,) = read_excerpts(tmp_path / "a.wav")
    assert (excerpt.start_samples, excerpt.side) == (0, None)
    assert abs(len(excerpt.samples) - 2 * RATE) <= 2
    assert abs(pitch_hz(excerpt.samples) - 440) < 2


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.amr", "libopencore_amrnb", 8_000),
        ("a.3gp", "libopencore_amrnb", 8_000),
        ("a.opus", "libopus", 48_000),
        ("a.aac", "aac", 22_050),
        ("a.mp4", "aac", 44_100),
        ("a.au", "pcm_mulaw", 8_000),
    ],
)
def test_what_telephones_write_is_read(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    save(tmp_path / name, tone(rate)[None], rate, codec)
    (excerpt,) = read_excerpts(tmp_path / name)
    assert abs(len(excerpt.samples) - 2 * RATE) < 0.11 * RATE
    assert abs(pitch_hz(excerpt.samples) - 440) < 2


def test_the_sound_of_a_video_is_read(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        pictures = out.add_stream("libx264", rate=25)
        pictures.width = pictures.height = 64
        pictures.pix_fmt = "yuv420p"
        stream = out.add_stream("aac", rate=RATE, layout="mono")
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame.from_ndarray(tone(RATE)[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        for packets in (pictures.encode(av.VideoFrame(64, 64, "yuv420p")), pictures.encode(None)):
            out.mux(packets)
        for packets in (stream.encode(frame), stream.encode(None)):
            out.mux(packets)
    (excerpt,) = read_excerpts(tmp_path / "a.mp4")
    assert abs(pitch_hz(excerpt.samples) - 440) < 2


@pytest.mark.parametrize(("name", "codec"), [("a.flac", "flac"), ("a.wav", "pcm_mulaw"), ("a.mka", "adpcm_ima_wav")])
def test_excerpts_of_a_long_recording_come_from_all_over_it(tmp_path: Path, name: str, codec: str) -> None:
    long(tmp_path / name, 20, codec)
    found = read_excerpts(tmp_path / name, most_s=150.0)
    assert len(found) == 5
    assert [round(excerpt.start_samples / RATE / 30) for excerpt in found] == [0, 10, 20, 29, 39]
    for excerpt in found:
        assert abs(len(excerpt.samples) - EXCERPT_S * RATE) <= 2
        minute = (excerpt.start_samples / RATE + 1) // 60
        assert abs(pitch_hz(excerpt.samples[: 10 * RATE]) - LOW_HZ - minute) < 0.2


def test_an_excerpt_begins_where_it_says(tmp_path: Path) -> None:
    clicks = np.zeros(600 * 8_000, np.float32)
    clicks[::8_000] = 0.9  # one each second
    save(tmp_path / "a.wav", clicks[None], 8_000, "pcm_f32le")
    for excerpt in read_excerpts(tmp_path / "a.wav", most_s=95.0):
        first = int(np.argmax(excerpt.samples > 0.2)) + excerpt.start_samples
        assert abs(first % RATE) <= 4 or RATE - first % RATE <= 4


def test_five_hours_are_read_and_more_is_refused(tmp_path: Path) -> None:
    silent(tmp_path / "a.wav", 5 * 3600)
    found = read_excerpts(tmp_path / "a.wav")
    assert sum(len(excerpt.samples) for excerpt in found) == pytest.approx(20 * 60 * RATE, rel=0.001)
    assert found[-1].start_samples > 4.9 * 3600 * RATE
    silent(tmp_path / "a.wav", 5 * 3600 + 1)
    with pytest.raises(BadRecording, match="longer than 5 hours: cut it"):
        read_excerpts(tmp_path / "a.wav")


def test_memory_is_that_of_what_is_taken_however_long_the_recording_is(tmp_path: Path) -> None:
    silent(tmp_path / "a.wav", 3600)
    read_excerpts(tmp_path / "a.wav", most_s=1.0)  # what is loaded once is not counted
    tracemalloc.start()
    found = read_excerpts(tmp_path / "a.wav", most_s=120.0)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 1.5 * sum(excerpt.samples.nbytes for excerpt in found)


def sides(left: Wave, right: Wave, path: Path) -> None:
    save(path, np.stack([left, right]), RATE, "pcm_s16le")


def test_two_speakers_on_two_sides_come_apart(tmp_path: Path) -> None:
    low, high = tone(RATE, LOW_HZ, 8), tone(RATE, HIGH_HZ, 8)
    mine = (np.arange(8 * RATE) // RATE) % 2 == 0  # they take turns each second
    sides(low * mine, high * ~mine, tmp_path / "a.wav")
    left, right = read_excerpts(tmp_path / "a.wav")
    assert (left.side, right.side) == (0, 1)
    assert abs(pitch_hz(left.samples) - LOW_HZ) < 2
    assert abs(pitch_hz(right.samples) - HIGH_HZ) < 2


def test_one_speaker_in_stereo_stays_one(tmp_path: Path) -> None:
    wave = tone(RATE, LOW_HZ, 8)
    for name, right in (("both", wave), ("aside", wave * 0.4), ("one", wave * 0)):
        sides(wave, right, tmp_path / f"{name}.wav")
        (excerpt,) = read_excerpts(tmp_path / f"{name}.wav")
        assert excerpt.side is None
        assert np.abs(excerpt.samples).max() > 0.2


def test_sides_that_would_cancel_are_not_mixed(tmp_path: Path) -> None:
    wave = tone(RATE)
    sides(wave, -wave, tmp_path / "a.wav")
    (excerpt,) = read_excerpts(tmp_path / "a.wav")
    assert np.abs(excerpt.samples).max() > 0.4


def test_what_is_there_of_a_recording_cut_in_the_middle_is_read(tmp_path: Path) -> None:
    for name, codec in (("a.mp3", "libmp3lame"), ("a.wav", "pcm_s16le"), ("a.ogg", "libopus")):
        save(tmp_path / name, tone(48_000, seconds=8)[None], 48_000, codec)
        whole = (tmp_path / name).read_bytes()
        found = read_excerpts(Path(name), whole[: len(whole) // 2])
        assert 3 < sum(len(excerpt.samples) for excerpt in found) / RATE < 5


def test_a_cut_file_that_kept_its_index_at_the_end_is_refused_in_the_right_words(tmp_path: Path) -> None:
    save(tmp_path / "a.m4a", tone(48_000, seconds=8)[None], 48_000, "aac")
    whole = (tmp_path / "a.m4a").read_bytes()
    with pytest.raises(BadRecording, match=r"a\.m4a is damaged or its end is missing: copy it anew"):
        read_excerpts(Path("a.m4a"), whole[: len(whole) // 2])


@pytest.mark.parametrize("head", [b"#!SILK_V3", b"\x02#!SILK_V3"])
@pytest.mark.parametrize("name", ["a.amr", "a.silk"])
def test_voice_messages_in_silk_are_refused_with_what_to_do(tmp_path: Path, head: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(head + bytes(500))
    for content in (None, head + bytes(500)):
        with pytest.raises(BadRecording, match=r"SILK.*convert it to MP3 or WAV, or play it") as refusal:
            read_excerpts(tmp_path / name, content)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"hello", b"RIFF", b"\x00" * 5000])
def test_what_is_no_recording_is_refused(content: bytes) -> None:
    with pytest.raises(BadRecording, match=r"a\.mp3"):
        read_excerpts(Path("a.mp3"), content)
