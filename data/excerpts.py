"""Takes excerpts of recordings, however long: evenly spread stretches, and each side by itself where two people speak
on two sides. Knows PyAV; knows nothing of voices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data.errors import BadRecording, LongRecording
from data.sound import BAD_PACKETS_SHARE, LONGEST_S, MIXED_DOWN, opened, told_length_s, too_long
from data.types import RATE, Wave

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

    AudioPacket = Packet[AudioStream]

Sides = NDArray[np.float32]  # (1, n) mono, or (2, n) left and right
Span = tuple[float, float]  # start and end in seconds

MOST_S = 20 * 60.0  # of sound taken from one recording
EXCERPT_S = 30.0
LEAD_S = 0.5  # decoded before an excerpt begins: most codecs need what came before

# Two sides hold two speakers, as telephone recorders write them, where now this, now that one is the louder by far.
BLOCK_S, SIDE_DB = 0.25, 12.0
RANGE_DB = 25.0  # below the loudest blocks nobody speaks
ONE_SIDED_SHARE, LEAST_SIDE_SHARE = 0.6, 0.05  # of the loud blocks: for both sides together, and for each
CANCELLED = 0.1  # of the sides' own strength: what a mix leaves where one side is the other turned round
QUIETEST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """Sound of a recording from `start_samples` on. `side` is 0 left, 1 right where each side holds its own speaker."""

    samples: Wave
    start_samples: int = 0
    side: int | None = None


def read_excerpts(path: Path, content: bytes | None = None, most_s: float = MOST_S) -> tuple[Excerpt, ...]:
    """The whole of a recording, or stretches of a long one, at most `most_s` together. Raises `BadRecording`.

    The rest is not even decoded, so that hours cost little time and memory. Of a recording whose two sides hold two
    speakers each stretch comes twice, the left side and the right.
    """
    spans = _spread(sound_length_s(path, content), most_s)
    with opened(path, content) as (container, stream):
        found = list(_decoded(path, container, stream, spans))
    if not found:
        raise BadRecording(f"{path.name} is empty: choose another recording", file=path.name)
    if _two_speakers([sides for _, sides in found]):
        return tuple(Excerpt(sides[side], start, side) for start, sides in found for side in (0, 1))
    return tuple(Excerpt(_mixed(sides), start) for start, sides in found)


def sound_length_s(path: Path, content: bytes | None = None) -> float:
    """What a recording says of its length, or how long its packets are together. Raises `BadRecording`."""
    with opened(path, content) as (container, stream):
        length_s = told_length_s(container) or _counted_length_s(container, stream)
    if length_s > LONGEST_S:
        raise LongRecording(too_long(path), file=path.name)
    return length_s


def _spread(length_s: float, most_s: float) -> list[Span]:
    """Where the excerpts are: everything, or stretches whose middles divide the recording evenly."""
    if length_s <= most_s:
        return [(0.0, most_s)]
    count = max(1, int(most_s // EXCERPT_S))
    size_s = min(EXCERPT_S, most_s)
    return [(start, start + size_s) for start in np.linspace(0, length_s - size_s, count).tolist()]


def _counted_length_s(container: InputContainer, stream: AudioStream) -> float:
    """From the packets, for files that do not tell."""
    return max((ends_s for _, _, ends_s in _packets(container, stream)), default=0.0)


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[tuple[AudioPacket, float, float]]:
    """Each packet with its start and end in seconds; the last, empty one ends the stream."""
    ends_s = 0.0
    for packet in container.demux(stream):
        starts_s = ends_s
        if packet.pts is not None and packet.time_base is not None:
            starts_s = float((packet.pts - (stream.start_time or 0)) * packet.time_base)
        if packet.duration and packet.time_base is not None:
            ends_s = starts_s + float(packet.duration * packet.time_base)
        yield packet, starts_s, ends_s


class _Taker:
    """Decodes and resamples what falls into one span."""

    def __init__(self, span: Span, stream: AudioStream) -> None:
        import av

        two = stream.codec_context.layout.nb_channels == 2
        self._resampler = av.AudioResampler(
            format="fltp", layout="stereo" if two else "mono", rate=RATE, options={} if two else MIXED_DOWN
        )
        self.span = span
        self._begins_s: float | None = None
        self._parts: list[Sides] = []
        self.packets = self.damaged = 0

    def add(self, packet: AudioPacket, starts_s: float) -> None:
        import av

        self.packets += 1
        if self._begins_s is None:
            self._begins_s = starts_s
        try:
            for frame in packet.decode():
                self._parts += self._resampled(frame)
        except av.error.InvalidDataError:
            self.damaged += 1

    def _resampled(self, frame: AudioFrame | None) -> list[Sides]:
        return [part.to_ndarray().astype(np.float32, copy=False) for part in self._resampler.resample(frame)]

    def taken(self) -> Iterator[tuple[int, Sides]]:
        """Start in samples of the recording, and sound; nothing where the recording does not reach."""
        if self._begins_s is None or not self._parts:
            return
        sides = np.concatenate([*self._parts, *self._resampled(None)], axis=1)
        self._parts = []
        start, end = (round((at_s - self._begins_s) * RATE) for at_s in self.span)
        cut = sides[:, max(0, start) : end]
        if cut.shape[1]:
            np.nan_to_num(cut, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            yield round(max(self.span[0], self._begins_s) * RATE), np.ascontiguousarray(cut)


def _decoded(
    path: Path, container: InputContainer, stream: AudioStream, spans: list[Span]
) -> Iterator[tuple[int, Sides]]:
    """Start in samples and sound of each span. A damaged packet is skipped, a file full of them refused."""
    takers = [_Taker(span, stream) for span in spans]
    place = 0
    for packet, starts_s, ends_s in _packets(container, stream):
        while place < len(takers) - 1 and starts_s >= takers[place].span[1]:
            yield from takers[place].taken()
            place += 1
        low_s, high_s = takers[place].span
        if packet.size == 0 or (ends_s > low_s - LEAD_S and starts_s < high_s):
            takers[place].add(packet, starts_s)
    yield from takers[place].taken()
    damaged, packets = sum(taker.damaged for taker in takers), sum(taker.packets for taker in takers)
    if damaged > BAD_PACKETS_SHARE * packets:
        raise BadRecording(f"{path.name} is damaged: save it anew as WAV, MP3 or M4A", file=path.name)


def _two_speakers(excerpts: list[Sides]) -> bool:
    """Whether now the left side, now the right is the louder by far."""
    if len(excerpts[0]) < 2:
        return False
    size = round(BLOCK_S * RATE)
    levels = np.concatenate(
        [
            10
            * np.log10(
                np.square(sides[:, : sides.shape[1] // size * size].reshape(2, -1, size)).mean(axis=2) + QUIETEST
            )
            for sides in excerpts
        ],
        axis=1,
    )
    if not levels.size:
        return False
    loudest = levels.max(axis=0)
    left, right = levels[:, loudest > np.percentile(loudest, 95) - RANGE_DB]
    shares = [float((one - other > SIDE_DB).mean()) for one, other in ((left, right), (right, left))]
    return sum(shares) > ONE_SIDED_SHARE and min(shares) > LEAST_SIDE_SHARE


def _mixed(sides: Sides) -> Wave:
    """The mean of both sides, or the left one where they would cancel."""
    if len(sides) == 1:
        return np.asarray(sides[0])
    mix = sides.mean(axis=0)
    strengths = [float(np.sqrt(np.mean(np.square(wave)))) for wave in (mix, *sides)]
    return np.asarray(sides[0] if strengths[0] < CANCELLED * min(strengths[1:]) else mix, dtype=np.float32)
