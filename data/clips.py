"""Writes labelled clips as they come, in constant memory, and reads clips back. Knows PyAV; knows nothing of faces.

H.264 and AAC in MP4, 25 frames a second, colours after BT.709, the index at the front so that a browser starts at
once. The AAC encoder puts 1,024 samples of its own before the first; they lie before time zero, where the edit list
that the muxer writes cuts them off again, so that sound and picture begin together.
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
from typing import TYPE_CHECKING

import numpy as np

from data import files
from data.errors import BadRecording, LanternError, NotReady
from data.label import PRODUCER, Label, Stamp
from data.sound import open_media, read_sound, sound_pieces
from data.types import FPS, RATE, Picture, Shot, Wave

if TYPE_CHECKING:
    from av.video.stream import VideoStream

FILE_RATE = 48_000  # samples a second in the file
SOUND_BITS = 128_000  # a second
# FFmpeg's encoder by default makes audible clicks (a steady tone of .5 came back with peaks of .84); like this, speech
# comes back with a signal-to-noise ratio of 41 … 48 dB and no click.
SOUND_OPTIONS = {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"}
CRF = "17"  # at which a still background stays within 0.05 grey levels once it is encoded
PRESET = "veryfast"
KEYFRAME_FRAMES = 30 * FPS  # a player can jump to every half minute; each one makes a still background flicker
BT709 = 1  # the number of the primaries, the transfer and the matrix alike


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
                raise BadRecording(f"{path.name} holds no pictures: choose a video")
            stream = container.streams.video[0]
            size, fps = (stream.width, stream.height), float(stream.average_rate or stream.base_rate or FPS)
            late_s = 0.0
            if container.streams.audio:
                sound = container.streams.audio[0]
                late_s = _start_s(sound.start_time, sound.time_base) - _start_s(stream.start_time, stream.time_base)
            return Clip(path, *size, fps, bool(container.streams.audio), late_s)
    except FileNotFoundError as err:
        raise BadRecording(f"{path.name}: there is no such file: check its name") from err
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
        from av.video.reformatter import VideoReformatter

        begun_s = time.perf_counter()
        self._path = path
        self._height, self._width = first.frames.shape[1:3]
        if self._width % 2 or self._height % 2:
            raise ValueError(f"a clip of {self._width} × {self._height} px: both sides must be even")
        self._stamp: Stamp = label.drawn(self._width, self._height)
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=FILE_RATE)
        self._reformatter = VideoReformatter()
        self._samples = self._frames = 0
        with _explained(path):
            # the second flag keeps fields that MP4 has no name for
            self._container = av.open(str(part), "w", format="mp4", options={"movflags": "faststart+use_metadata_tags"})
            self._container.metadata.update(label.fields())
            self._video = self._add_video()
            self._sound = self._container.add_stream("aac", rate=FILE_RATE, options=SOUND_OPTIONS, layout="mono")
            self._sound.bit_rate = SOUND_BITS
        self._encode_s = time.perf_counter() - begun_s

    def write(self, shot: Shot) -> None:
        begun_s = time.perf_counter()
        height, width = shot.frames.shape[1:3]
        if (width, height) != (self._width, self._height):
            raise ValueError(f"a frame of {width} × {height} px in a clip of {self._width} × {self._height} px")
        with _explained(self._path):
            self._write_sound(shot.audio)
            for picture in shot.frames:
                self._write_picture(picture)
        self._encode_s += time.perf_counter() - begun_s

    def finish(self) -> ClipInfo:
        begun_s = time.perf_counter()
        with _explained(self._path):
            for part in self._resampler.resample(None):
                self._container.mux(self._sound.encode(part))
            self._container.mux(self._sound.encode(None))
            self._container.mux(self._video.encode(None))
            self._container.close()
        self._encode_s += time.perf_counter() - begun_s
        return ClipInfo(self._frames / FPS, self._frames, self._width, self._height, self._encode_s)

    def close(self) -> None:
        """After `finish` this does nothing; before it, what was written is of no use."""
        import av

        with suppress(av.error.FFmpegError, OSError, ValueError):
            self._container.close()

    def _add_video(self) -> VideoStream:
        from av.video.reformatter import ColorRange

        video = self._container.add_stream("libx264", rate=FPS, options={"preset": PRESET, "crf": CRF})
        video.width, video.height, video.pix_fmt = self._width, self._height, "yuv420p"
        codec = video.codec_context
        codec.gop_size = KEYFRAME_FRAMES
        codec.color_primaries = codec.color_trc = codec.colorspace = BT709
        codec.color_range = ColorRange.MPEG
        return video

    def _write_sound(self, wave: Wave) -> None:
        import av

        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave[None], np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples += len(wave)
        for part in self._resampler.resample(frame):
            self._container.mux(self._sound.encode(part))

    def _write_picture(self, picture: Picture) -> None:
        import av
        from av.video.reformatter import ColorRange, Colorspace

        marked = picture.copy()
        self._stamp.lay_over(marked[None])
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(marked, format="rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = self._frames, Fraction(1, FPS)
        self._frames += 1
        self._container.mux(self._video.encode(frame))


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
