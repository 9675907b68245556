"""Writes labelled clips as they come, in constant memory, and reads clips back. Knows PyAV; knows nothing of faces.

H.264 and AAC in MP4, 25 frames a second, colours after BT.709, the index at the front so that a browser starts at
once. What the AAC encoder puts before the first sample lies before time zero, where the edit list that the muxer writes
cuts it off again, so that sound and picture begin together.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data import files
from data.encoder import Encoder, Quality
from data.errors import BadRecording, LanternError, NotReady
from data.label import PRODUCER, Label
from data.sound import open_media, read_sound, sound_pieces
from data.types import FPS, RATE, Picture, Shot, Wave

if TYPE_CHECKING:
    from av.packet import Packet

# at this CRF a still background stays within 0.05 grey levels once it is encoded; a player can jump to every half
# minute, and each such keyframe makes a still background flicker
QUALITY = Quality({"preset": "veryfast", "crf": "17"}, keyframe_frames=30 * FPS)


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What was written. `encode_s` leaves out the time spent waiting for shots."""

    duration_s: float
    frames: int
    width: int
    height: int
    encode_s: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to be measured or looked at. Its sound, 24 kHz mono, begins with the first frame.

    `width` and `height` are as the file holds the pictures: those of a telephone held upright often lie on their side.
    """

    path: Path
    width: int
    height: int
    fps: float  # on the average; telephones film now quicker, now slower
    has_sound: bool
    late_s: float  # by which the sound begins after the pictures

    def frames(self) -> Iterator[Picture]:
        """The pictures in order, upright however the telephone was held, one at a time; each call begins anew."""
        return (picture for _, picture in self.timed_frames())

    def timed_frames(self) -> Iterator[tuple[float, Picture]]:
        """The same with the time at which each is shown, in seconds from the first, rising."""
        import av

        first_s, now_s = None, 0.0
        try:
            with open_media(self.path) as container:
                for frame in container.decode(container.streams.video[0]):
                    shown_s = frame.time
                    if first_s is None:
                        first_s = shown_s or 0.0
                    elif shown_s is None or shown_s - first_s <= now_s:  # damaged times
                        now_s += 1 / self.fps
                    else:
                        now_s = shown_s - first_s
                    picture = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
                    yield now_s, np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)))
        except (av.error.FFmpegError, OSError, ValueError) as err:
            raise BadRecording(_unreadable(self.path)) from err

    @property
    def sound(self) -> Wave | None:
        """All of its sound at once, for short clips; None without one. Raises `BadRecording`."""
        if not self.has_sound:
            return None
        return np.concatenate(list(_shifted(iter((read_sound(self.path),)), self.late_s)))

    def sound_pieces(self) -> Iterator[Wave]:
        """The same a piece at a time, however long it is. Raises `BadRecording`."""
        return _shifted(sound_pieces(self.path), self.late_s)


def read_clip(path: Path) -> Clip:
    """Opens a clip, or any video that PyAV reads; of its sound no more than when it begins. Raises `BadRecording`."""
    import av

    try:
        with open_media(path) as container:
            if not container.streams.video:
                raise BadRecording(f"{path.name} holds no pictures: choose a video", file=path.name)
            stream = container.streams.video[0]
            size, fps = (stream.width, stream.height), float(stream.average_rate or stream.base_rate or FPS)
            late_s = 0.0
            if container.streams.audio:
                sound = container.streams.audio[0]
                late_s = _start_s(sound.start_time, sound.time_base) - _start_s(stream.start_time, stream.time_base)
            return Clip(path, *size, fps, bool(container.streams.audio), late_s)
    except FileNotFoundError as err:
        raise BadRecording(f"{path.name}: there is no such file: check its name", file=path.name) from err
    except (av.error.FFmpegError, OSError, ValueError) as err:
        raise BadRecording(_unreadable(path)) from err


def content_id(path: Path) -> str | None:
    """The `content_id` of the label with which a clip was written; None where there is no clip of ours."""
    import av

    try:
        with open_media(path) as container:
            told = json.loads(container.metadata["AIGC"])
            return str(told["ProduceID"]) if told["ContentProducer"] == PRODUCER else None
    except (av.error.FFmpegError, OSError, ValueError, KeyError, TypeError):
        return None


def write_clip(path: Path, shots: Iterator[Shot], label: Label) -> ClipInfo:
    """Drains the shots into an MP4, all of one even size. Whatever ends it early leaves no file; the shots are closed.

    Raises `NotReady` where no shot comes, `NoRoom` and `NotWritable`, and whatever the shots raise.
    """
    try:
        with files.replacing(path) as part:
            shown = (shot for shot in shots if len(shot.frames))
            first = next(shown, None)
            if first is None:
                raise NotReady(f"{path.name}: there is nothing to show: not one picture came")
            with closing(_Writer(path, part, label, first)) as writer:
                for shot in chain((first,), shown):
                    writer.write(shot)
                return writer.finish()
    finally:
        close = getattr(shots, "close", None)
        if close is not None:
            close()


class _Writer:
    """One clip on its way to the disk; the first shot tells its size."""

    def __init__(self, path: Path, part: Path, label: Label, first: Shot) -> None:
        import av

        begun_s = time.perf_counter()
        self._path = path
        self._frames = 0
        height, width = first.frames.shape[1:3]
        with _explained(path):
            # the second flag keeps fields that MP4 has no name for
            self._container = av.open(str(part), "w", format="mp4", options={"movflags": "faststart+use_metadata_tags"})
            self._encoder = Encoder(self._container, width, height, label, QUALITY)
        self._encode_s = time.perf_counter() - begun_s

    def write(self, shot: Shot) -> None:
        begun_s = time.perf_counter()
        with _explained(self._path):
            self._mux(self._encoder.hear(shot.audio))
            for picture in shot.frames:
                self._mux(self._encoder.see(picture, self._frames))
                self._frames += 1
        self._encode_s += time.perf_counter() - begun_s

    def finish(self) -> ClipInfo:
        begun_s = time.perf_counter()
        with _explained(self._path):
            self._mux(self._encoder.rest())
            self._container.close()
        self._encode_s += time.perf_counter() - begun_s
        return ClipInfo(self._frames / FPS, self._frames, self._encoder.width, self._encoder.height, self._encode_s)

    def close(self) -> None:
        """After `finish` this does nothing; before it, what was written is of no use."""
        import av

        with suppress(av.error.FFmpegError, OSError, ValueError):
            self._container.close()

    def _mux(self, packets: Iterator[Packet[Any]]) -> None:
        for packet in packets:
            self._container.mux(packet)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns the library's errors about writing into ours."""
    import av

    try:
        with files.explained(path):
            yield
    except av.error.FFmpegError as err:
        raise LanternError(f"{path.name}: the clip could not be encoded ({err.strerror})") from err


def _unreadable(path: Path) -> str:
    return f"{path.name} is not a clip that can be read: save it as MP4"


def _start_s(start: int | None, time_base: Fraction | None) -> float:
    return float((start or 0) * (time_base or 0))


def _shifted(pieces: Iterator[Wave], late_s: float) -> Iterator[Wave]:
    """The sound moved so that it begins with the picture: silence in front, or its beginning cut off."""
    late = round(late_s * RATE)
    yield np.zeros(max(0, late), np.float32)
    early = max(0, -late)
    for piece in pieces:
        yield piece[early:]
        early = max(0, early - len(piece))
