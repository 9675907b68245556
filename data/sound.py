"""Reads recordings as families have them, and writes labelled ones. Knows PyAV; knows nothing of voices."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data import files
from data.errors import BadRecording, LongRecording
from data.label import Label
from data.types import RATE, Wave

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

LARGEST_BYTES = 2_000_000_000
LONGEST_S = 5 * 60 * 60
BAD_PACKETS_SHARE = 0.1  # of all; a click in an old recording is bearable, noise is not

MIXED_DOWN = {"rematrix_maxval": "1.0"}  # stereo becomes the mean of both sides, and cannot clip

SILK = b"#!SILK_V3", b"\x02#!SILK_V3"  # voice messages of WeChat and QQ, which also call them .amr

# Containers that hold sound themselves: play lists, which make the reader open other files, are not among them.
CONTAINERS = (
    "3gp,aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,flac,flv,matroska,webm,mov,mp4,m4a,mp3,mpeg,mpegts,"
    "ogg,opus,tta,voc,w64,wav,wv"
)


def open_media(path: Path, content: bytes | None = None) -> InputContainer:
    """Opens a sound or video, from memory where its content is given; raises PyAV's own errors."""
    import av

    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    if content is None:
        return av.open(str(path.absolute()), options=options)
    memory = io.BytesIO(content)
    memory.name = path.name  # its ending helps to tell the format
    return av.open(memory, "r", options=options)


def read_sound(path: Path, content: bytes | None = None, longest_s: float = LONGEST_S) -> Wave:
    """The recording, or the sound of a video, as 24 kHz mono. Raises `BadRecording`, for one that is longer too.

    Where `content` is given, the path only names it.
    """
    with opened(path, content) as (container, stream):
        if told_length_s(container) > longest_s:
            raise LongRecording(too_long(path, longest_s), file=path.name)
        return _decoded(path, container, stream, longest_s)


def sound_pieces(path: Path) -> Iterator[Wave]:
    """The same a piece at a time, as it is decoded, however long it is. Raises `BadRecording`."""
    with opened(path, None) as (container, stream):
        for samples in _samples(path, container, stream):
            yield np.nan_to_num(samples, posinf=0.0, neginf=0.0)


@contextmanager
def opened(path: Path, content: bytes | None) -> Iterator[tuple[InputContainer, AudioStream]]:
    """A file and its sound, to be decoded; whatever goes wrong in reading comes as `BadRecording`."""
    import av

    head = b""
    try:
        head = path.open("rb").read(16) if content is None else content[:16]
        if head.startswith(SILK):
            raise BadRecording(
                f"{path.name} is a voice message of WeChat or QQ (SILK), which cannot be read: convert it to MP3 or WAV"
                ", or play it aloud and record it"
            )
        with open_media(path, content) as container:
            if not container.streams.audio:
                raise BadRecording(
                    f"{path.name} holds no sound: choose a recording, or a video with sound", file=path.name
                )
            yield container, container.streams.audio[0]
    except FileNotFoundError as err:
        raise BadRecording(f"{path.name}: there is no such file: check its name", file=path.name) from err
    except (av.error.FFmpegError, OSError, ValueError) as err:
        if head[4:8] == b"ftyp":  # these keep at their end how they are to be read
            raise BadRecording(
                f"{path.name} is damaged or its end is missing: copy it anew from where it was", file=path.name
            ) from err
        raise BadRecording(
            f"{path.name} is not a recording that can be read: save it as WAV, MP3 or M4A", file=path.name
        ) from err


def told_length_s(container: InputContainer) -> float:
    """What the file says of its length, 0 where it says nothing."""
    import av

    return float((container.duration or 0) / av.time_base)


def _decoded(path: Path, container: InputContainer, stream: AudioStream, longest_s: float) -> Wave:
    buffer = io.BytesIO()
    for samples in _samples(path, container, stream):
        buffer.write(samples.tobytes())
        if buffer.tell() > longest_s * RATE * samples.itemsize:
            raise LongRecording(too_long(path, longest_s), file=path.name)
    if not buffer.tell():
        raise BadRecording(f"{path.name} is empty: choose another recording", file=path.name)
    wave = np.frombuffer(buffer.getbuffer(), dtype=np.float32)  # the buffer itself, not a copy
    return np.nan_to_num(wave, copy=False, posinf=0.0, neginf=0.0)


def _samples(path: Path, container: InputContainer, stream: AudioStream) -> Iterator[Wave]:
    """Decoded and resampled piece by piece. A damaged packet is skipped, a file full of them refused."""
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE, options=MIXED_DOWN)
    packets = damaged = 0
    for packet in container.demux(stream):
        packets += 1
        try:
            for frame in packet.decode():
                yield from (_flat(part) for part in resampler.resample(frame))
        except av.error.InvalidDataError:
            damaged += 1
    if damaged > BAD_PACKETS_SHARE * packets:
        raise BadRecording(f"{path.name} is damaged: save it anew as WAV, MP3 or M4A", file=path.name)
    if packets > damaged + 1:  # the last packet is the empty one that ends the stream
        yield from (_flat(part) for part in resampler.resample(None))


def _flat(frame: AudioFrame) -> Wave:
    return frame.to_ndarray().reshape(-1).astype(np.float32, copy=False)


def too_long(path: Path, longest_s: float = LONGEST_S) -> str:
    """What to say of a recording that is longer."""
    most = f"{longest_s // 3600:.0f} hours" if longest_s >= 3600 else f"{longest_s:.0f} seconds"
    return f"{path.name} is longer than {most}: cut it into shorter files"


def write_sound(path: Path, wave: Wave, label: Label) -> None:
    """A WAV with its label, as `sound_bytes` makes it."""
    if path.suffix.lower() != ".wav":
        raise ValueError(f"{path.name}: sound is written as .wav")
    files.write(path, sound_bytes(wave, label))


def sound_bytes(wave: Wave, label: Label) -> bytes:
    """A 16-bit WAV with the label's fields in its INFO list and in a chunk `AIGC`."""
    return _wav(wave, label.fields())


def own_sound_bytes(wave: Wave) -> bytes:
    """A 16-bit WAV of a family's own recording, for themselves to listen to: nothing of it was made here."""
    return _wav(wave, None)


def _wav(wave: Wave, fields: Mapping[str, str] | None) -> bytes:
    pcm = np.round(np.clip(wave, -1, 1) * np.iinfo(np.int16).max).astype("<i2").tobytes()
    chunks = [b"WAVE", _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16))]  # PCM, mono, 16 bits
    if fields is not None:
        told = ((b"ICMT", "comment"), (b"ISBJ", "description"), (b"IKEY", "details"), (b"ISFT", "software"))
        info = b"INFO" + b"".join(_chunk(name, fields[field].encode() + b"\0") for name, field in told)
        chunks += [_chunk(b"LIST", info), _chunk(b"AIGC", fields["AIGC"].encode())]
    return _chunk(b"RIFF", b"".join([*chunks, _chunk(b"data", pcm)]))


def _chunk(name: bytes, content: bytes) -> bytes:
    """A RIFF chunk: name, length, content, and a byte more where the length is odd."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
