"""Turns shots into packets of H.264 and AAC, each picture with its label. Knows no container and no file.

25 frames a second, colours after BT.709, sound at 48 kHz. The AAC encoder puts 1,024 samples of its own before the
first; their packet comes first and lies before time zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from data.label import Label
from data.types import FPS, RATE, Picture, Wave

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.container.output import OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

FILE_RATE = 48_000  # samples a second in the file
SOUND_BITS = 128_000  # a second
# FFmpeg's encoder by default makes audible clicks (a steady tone of .5 came back with peaks of .84); like this, speech
# comes back with a signal-to-noise ratio of 41 … 48 dB and no click.
SOUND_OPTIONS = {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"}
BT709 = 1  # the number of the primaries, the transfer and the matrix alike


@dataclass(frozen=True, slots=True)
class Quality:
    """How pictures are encoded: x264's options, and how many frames apart a player can jump to."""

    options: Mapping[str, str]
    keyframe_frames: int


class Encoder:
    """The two streams of one container, which must be opened for writing and still be without any."""

    def __init__(self, container: OutputContainer, width: int, height: int, label: Label, quality: Quality) -> None:
        import av
        from av.video.reformatter import VideoReformatter

        if width % 2 or height % 2:
            raise ValueError(f"a clip of {width} × {height} px: both sides must be even")
        self.width, self.height = width, height
        container.metadata.update(label.fields())
        self.video = self._add_video(container, quality)
        self.sound = container.add_stream("aac", rate=FILE_RATE, options=SOUND_OPTIONS, layout="mono")
        self.sound.bit_rate = SOUND_BITS
        self._stamp = label.drawn(width, height)
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=FILE_RATE)
        self._reformatter = VideoReformatter()
        self._samples = 0

    def hear(self, wave: Wave) -> Iterator[Packet[Any]]:
        """The packets that become ready with this sound, the next after what came before."""
        import av

        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave[None], np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples += len(wave)
        yield from self._heard(self._resampler.resample(frame))

    def see(self, picture: Picture, number: int, *, as_key: bool = False) -> Iterator[Packet[Any]]:
        """The same with the picture of a frame, counted from 0. `as_key`: a player can jump to it."""
        from av.video.frame import PictureType

        height, width = picture.shape[:2]
        if (width, height) != (self.width, self.height):
            raise ValueError(f"a frame of {width} × {height} px in a clip of {self.width} × {self.height} px")
        frame = self._marked(picture)
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        if as_key:
            frame.pict_type = PictureType.I
        yield from self.video.encode(frame)

    def rest(self) -> Iterator[Packet[Any]]:
        """What is left in both; nothing can follow it."""
        yield from self._heard(self._resampler.resample(None))
        yield from self.sound.encode(None)
        yield from self.video.encode(None)

    def _heard(self, parts: list[AudioFrame]) -> Iterator[Packet[Any]]:
        for part in parts:
            yield from self.sound.encode(part)

    def _marked(self, picture: Picture) -> VideoFrame:
        import av
        from av.video.reformatter import ColorRange, Colorspace

        marked = picture.copy()
        self._stamp.lay_over(marked[None])
        return self._reformatter.reformat(
            av.VideoFrame.from_ndarray(marked, format="rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
        )

    def _add_video(self, container: OutputContainer, quality: Quality) -> VideoStream:
        from av.video.reformatter import ColorRange

        video = container.add_stream("libx264", rate=FPS, options=dict(quality.options))
        video.width, video.height, video.pix_fmt = self.width, self.height, "yuv420p"
        codec = video.codec_context
        codec.gop_size = quality.keyframe_frames
        codec.color_primaries = codec.color_trc = codec.colorspace = BT709
        codec.color_range = ColorRange.MPEG
        return video
