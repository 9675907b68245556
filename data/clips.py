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
from data.label import Label, Stamp
from data.sound import open_media, read_sound
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
    """A clip to be measured or looked at. `sound` begins with the first frame, 24 kHz mono; None without one.

    `width` and `height` are as the file holds the pictures: those of a telephone held upright often lie on their side.
    """

    path: Path
    width: int
    height: int
    fps: float
    sound: Wave | None

    def frames(self) -> Iterator[Picture]:
        """The pictures in order, upright however the telephone was held, one at a time; each call begins anew."""
        import av

        try:
            with open_media(self.path) as container:
                for frame in container.decode(container.streams.video[0]):
                    picture = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
                    yield np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)))
        except (av.error.FFmpegError, OSError, ValueError) as err:
            raise BadRecording(_unreadable(self.path)) from err


def read_clip(path: Path) -> Clip:
    """Opens a clip, or any video that PyAV reads. Raises `BadRecording`."""
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
            has_sound = bool(container.streams.audio)
    except FileNotFoundError as err:
        raise BadRecording(f"{path.name}: there is no such file: check its name") from err
    except (av.error.FFmpegError, OSError, ValueError) as err:
        raise BadRecording(_unreadable(path)) from err
    return Clip(path, *size, fps, _shifted(read_sound(path), late_s) if has_sound else None)


def content_id(path: Path) -> str | None:
    """The `content_id` of the label with which a clip was written; None where there is no clip of ours."""
    import av

    try:
        with open_media(path) as container:
            return str(json.loads(container.metadata["AIGC"])["ProduceID"])
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


def _shifted(wave: Wave, late_s: float) -> Wave:
    """The sound moved so that it begins with the picture: silence in front, or its beginning cut off."""
    samples = round(late_s * RATE)
    return np.pad(wave, (samples, 0)) if samples >= 0 else wave[-samples:]
