"""Writes labelled answers as fragmented MP4, piece by piece as the shots come. Knows PyAV and boxes, and no socket.

The first piece tells what follows (the initialisation segment of Media Source Extensions); each piece after it is one
fragment, made of one shot and complete in itself, so that nothing waits for the shot after it: FFmpeg's muxer would
close a fragment only when the next one begins. Browsers differ in whether they apply edit lists here, so there is
none: the packet that the AAC encoder puts before the first sample is left out, and sound and picture begin at zero.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.encoder import FILE_RATE, Encoder, Quality
from data.label import Label
from data.types import FPS, Shot

if TYPE_CHECKING:
    from av.packet import Packet

KEYS_FRAMES = 2 * FPS  # from one picture that a player can jump to, to the next: in time, however few lie between

# A portrait of 512 px: 2.8 ms a picture, 1.0 Mbit a second, 35.6 dB. `veryfast` takes 4.0 ms for 0.8 Mbit and 35.0 dB,
# `ultrafast` 3.1 ms for 2.6 Mbit and 35.8 dB. One thread each: several answers are encoded at the same time.
QUALITY = Quality(
    {
        "preset": "superfast",
        "tune": "zerolatency",
        "crf": "23",
        "threads": "1",
        "x264-params": "annexb=0",
        "forced-idr": "1",
    },
    keyframe_frames=KEYS_FRAMES,
)
TICKS_PER_FRAME = FILE_RATE // FPS  # both tracks count in samples of the sound

VIDEO, SOUND = 1, 2  # the numbers of the tracks, as FFmpeg gives them
KEY, FOLLOWS = 0x0200_0000, 0x0101_0000  # of a sample: can be jumped to; rests on those before it
BASE_IS_MOOF = 0x02_0000  # of a track's header
HAS_OFFSET_DURATION_SIZE_FLAGS = 0x701  # of its run of samples


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture or a packet of sound in its track."""

    start: int  # ticks
    ticks: int
    is_key: bool
    data: bytes


class Stream:
    """One answer on its way out."""

    def __init__(self, width: int, height: int, label: Label) -> None:
        import av

        self._head = io.BytesIO()
        options = {
            "movflags": "empty_moov+default_base_moof+use_metadata_tags",
            "use_editlist": "0",
            "video_track_timescale": str(FILE_RATE),
        }
        self._container = av.open(self._head, "w", format="mp4", options=options)
        self._encoder = Encoder(self._container, width, height, label, QUALITY)
        self._frames = self._pieces = 0
        self._next_key = 0  # frames

    def begin(self) -> bytes:
        """The first piece."""
        self._container.start_encoding()
        return self._head.getvalue()

    @property
    def mime(self) -> str:
        """What a browser is asked whether it can play it; known once the first piece is."""
        profile = self._head.getvalue().partition(b"avcC\x01")[2][:3]
        return f'video/mp4; codecs="avc1.{profile.hex()}, mp4a.40.2"'

    def write(self, shot: Shot) -> bytes:
        """One piece. Of each `shot.every` frames one picture is sent, which stays until the next."""
        pictures, sounds = list[Sample](), list(self._sounds(self._encoder.hear(shot.audio)))
        for place in range(0, len(shot.frames), shot.every):
            number = self._frames + place
            (packet,) = self._encoder.see(shot.frames[place], number, as_key=number >= self._next_key)
            if packet.is_keyframe:
                self._next_key = number + KEYS_FRAMES
            stays = min(shot.every, len(shot.frames) - place)
            pictures.append(
                Sample(number * TICKS_PER_FRAME, stays * TICKS_PER_FRAME, packet.is_keyframe, bytes(packet))
            )
        self._frames += len(shot.frames)
        return self._fragment(pictures, sounds)

    def finish(self) -> bytes:
        """The last piece: what was left of the sound."""
        return self._fragment([], list(self._sounds(self._encoder.rest())))

    def close(self) -> None:
        """Let go of the encoders."""
        import av

        with suppress(av.error.FFmpegError, OSError, ValueError):
            self._container.close()

    def _sounds(self, packets: Iterable[Packet[Any]]) -> Iterator[Sample]:
        for packet in packets:
            if packet.pts is not None and packet.pts >= 0:
                yield Sample(packet.pts, packet.duration or 0, True, bytes(packet))

    def _fragment(self, pictures: list[Sample], sounds: list[Sample]) -> bytes:
        self._pieces += 1
        tracks = [(number, run) for number, run in ((VIDEO, pictures), (SOUND, sounds)) if run]
        sizes = len(_moof(self._pieces, tracks, 0))
        return _moof(self._pieces, tracks, sizes + 8) + _box(
            b"mdat", *(sample.data for _, run in tracks for sample in run)
        )


def _moof(number: int, tracks: list[tuple[int, list[Sample]]], data_starts: int) -> bytes:
    """ISO/IEC 14496-12, 8.8: which samples follow, and when each is shown."""
    boxes = [_full_box(b"mfhd", 0, 0, struct.pack(">I", number))]
    for track, run in tracks:
        boxes.append(_traf(track, run, data_starts))
        data_starts += sum(len(sample.data) for sample in run)
    return _box(b"moof", *boxes)


def _traf(track: int, run: list[Sample], data_starts: int) -> bytes:
    rows = (struct.pack(">III", each.ticks, len(each.data), KEY if each.is_key else FOLLOWS) for each in run)
    return _box(
        b"traf",
        _full_box(b"tfhd", 0, BASE_IS_MOOF, struct.pack(">I", track)),
        _full_box(b"tfdt", 1, 0, struct.pack(">Q", run[0].start)),
        _full_box(b"trun", 0, HAS_OFFSET_DURATION_SIZE_FLAGS, struct.pack(">II", len(run), data_starts), *rows),
    )


def _full_box(name: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *content)


def _box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + name + body
