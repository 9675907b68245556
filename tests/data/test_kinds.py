from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from data.errors import BadText
from data.importers import IMPORTERS, File, importer_for
from data.importers.kinds import kind_of
from tests.data.test_documents import paragraph, pdf, word

LETTER = b"3 March 1987\n\nDear Ann,\n\nit rains.\n"


def media(kind: str, sound: str | None, video: str | None) -> bytes:
    """A tenth of a second."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        pictures = cast(VideoStream, container.add_stream(video, rate=25)) if video else None
        tone = cast(AudioStream, container.add_stream(sound, rate=48_000, layout="mono")) if sound else None
        if pictures:
            pictures.width = pictures.height = 64
            pictures.pix_fmt = "yuvj420p" if video == "mjpeg" else "yuv420p"
        if tone:
            tone.bit_rate = 64_000
        container.start_encoding()  # only then is the size of a frame of sound known
        if pictures:
            black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux([*pictures.encode(black), *pictures.encode(None)])
        if tone:
            resampler = av.AudioResampler(tone.format, "mono", 48_000, tone.frame_size or 960)
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), format="flt", layout="mono")
            silence.sample_rate = 48_000
            for part in (*resampler.resample(silence), *resampler.resample(None), None):
                container.mux(tone.encode(part))
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "sound", "video", "told"),
    [
        ("wav", "pcm_s16le", None, "recording"),
        ("mp3", "mp3", None, "recording"),
        ("adts", "aac", None, "recording"),
        ("flac", "flac", None, "recording"),
        ("ogg", "libopus", None, "recording"),
        ("mp4", "aac", None, "recording"),
        ("ipod", "aac", None, "recording"),
        ("matroska", "libopus", None, "recording"),
        ("asf", "wmav2", None, "recording"),
        ("aiff", "pcm_s16be", None, "recording"),
        ("mp4", "aac", "libx264", "video"),
        ("mov", None, "mjpeg", "video"),
        ("3gp", None, "libx264", "video"),
        ("webm", "libopus", "libvpx", "video"),
        ("avi", None, "mjpeg", "video"),
        ("mpegts", "aac", "mpeg2video", "video"),
        ("mpeg", None, "mpeg1video", "video"),
        ("asf", "wmav2", "wmv2", "video"),
        ("ogg", "libopus", "libvpx", "video"),
    ],
)
def test_sounds_and_videos_are_told_apart_whatever_they_are_called(
    kind: str, sound: str | None, video: str | None, told: str
) -> None:
    assert kind_of(File.of("letter.txt", media(kind, sound, video))) == told


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_a_picture_without_writing_is_a_photo(kind: str) -> None:
    out = io.BytesIO()
    ramp = np.linspace(0, 255, 300 * 200, dtype=np.float32).reshape(200, 300).astype(np.uint8)
    Image.fromarray(np.repeat(ramp[..., None], 3, axis=2)).save(out, kind)
    assert kind_of(File.of("letter.txt", out.getvalue())) == "photo"
    assert kind_of(File.of("letter.txt", out.getvalue()[:100])) == "photo"


def test_a_picture_of_a_page_is_a_scan() -> None:
    page = Image.new("RGB", (1000, 1400), (250, 246, 238))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=30)
    for line in range(25):
        draw.text((90, 90 + 48 * line), "it rains, and the pear tree is in bloom again", (30, 30, 40), font)
    out = io.BytesIO()
    page.save(out, "JPEG")
    assert kind_of(File.of("a.mp3", out.getvalue())) == "scan"


@pytest.mark.parametrize(
    "content",
    [
        LETTER,
        "早".encode("gb18030"),
        pdf(("words",)),
        word(paragraph("words")),
        b"WEBVTT\n\n00:01.000 --> 00:02.000\nhm\n",
    ],
)
def test_what_holds_words_is_letters(content: bytes) -> None:
    assert kind_of(File.of("a.jpg", content)) == "letters"


def test_a_pdf_of_pictures_is_a_scan() -> None:
    assert kind_of(File.of("a.txt", pdf((), ()))) == "scan"


@pytest.mark.parametrize(
    "content", [b"", bytes(100), b'{"a": [1]}', b"<!DOCTYPE html><p>x", bytes(range(256)), b"PK\x03\x04"]
)
def test_what_nobody_knows_is_unknown(content: bytes) -> None:
    assert kind_of(File.of("a.txt", content)) == "unknown"


def test_a_file_that_is_gone_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LETTER)
    file = File.on_disk(tmp_path / "a")
    (tmp_path / "a").unlink()
    assert kind_of(file) == "unknown"


MARKS = (
    b"\xff\xd8\xff", b"RIFF", b"WAVE", b"OggS", b"ID3\x03", b"\0\0\0\x14ftypisom", b"\0\0\0\x09moov", b"%PDF-",
    b"PK\x03\x04", b"From a@b\n", b"\0\0\0\x01mdat",
)  # fmt: skip


@given(parts=st.lists(st.sampled_from(MARKS) | st.binary(max_size=20), max_size=6))
def test_any_bytes_are_of_some_kind(parts: list[bytes]) -> None:
    assert kind_of(File.of("a", b"".join(parts))) in {"letters", "recording", "video", "photo", "scan", "unknown"}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (LETTER, "text"),
        (b"From: a@b\nTo: c\nDate: 1 May 2003\n\nwords", "mail"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nwords\n", "transcript"),
        (b"Born: 1938\nWork: at sea\n", "introduction"),
        (word(paragraph("words")), "word"),
        (pdf(("words",)), "pdf"),
        (pdf(()), "scan"),
    ],
)
def test_the_importer_is_chosen_by_the_content(content: bytes, name: str) -> None:
    assert importer_for(File.of("a.zip", content)).name == name


def test_an_importer_can_be_named_and_a_wrong_name_lists_them_all() -> None:
    file = File.of("a.txt", b"She sang.")
    assert importer_for(file, "introduction").name == "introduction"
    with pytest.raises(BadText, match=r"--as 'telegraph' is not known: choose one of .*introduction.*mail.*text"):
        importer_for(file, "telegraph")
    assert len({importer.name for importer in IMPORTERS}) == len(IMPORTERS)


def test_a_file_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadText, match=r"a\.xyz: no kind of file"):
        importer_for(File.of("a.xyz", bytes(100)))
