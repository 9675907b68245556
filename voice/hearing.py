"""Hears what recordings hold: who speaks when, and what is silence, music, a carrier's announcement or noise.

The sound is cut into pieces of a few seconds, each of one voice. Knows nothing of words, nor of whose a voice is: it
says whose is likeliest meant, and the family may say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, uniform_filter1d

from data.errors import BadRecording
from data.types import RATE, Wave
from voice import diarization
from voice.activity import (
    SILENT_DB,
    Mask,
    frames,
    levels_db,
    loud,
    loudest_db,
    pitch_glance,
    runs,
    thresholds_db,
    with_voice,
)
from voice.announcement import HEAD_S, find_beeps
from voice.mending import clipped, mend
from voice.music import find_music
from voice.speaker import WINDOW_S, Embedding, embed_windows
from voice.world import FRAME_SAMPLES, FRAMES_PER_S, Array

Reason = Literal["silence", "noise", "music", "beep", "announcement", "other", "unclear"]
Advance = Callable[[int, int], None]  # seconds done, seconds in all; may raise to stop

PART_S, PART_SLACK_S = 60.0, 10.0  # heard at a time, and how far back from there a quiet place is looked for
LEAST_PIECE_S, GOOD_PIECE_S, LONGEST_PIECE_S = 1.0, 3.0, 5.9  # edges come to the last
PAUSE_S = 0.6  # two stretches with a longer pause between them are two pieces
EDGE_S = 0.05  # kept around a piece: a soft beginning or end
BORDER_S = 0.35  # how far the border between two voices may be from where the windows place it
SMOOTH_S = 0.05  # of loudness, in looking for a quiet place
AFTER_BEEP_S = 1.0  # of speech: without it the beep ends a message rather than begins it
CLEAREST_DB = 40.0  # above the noise; more is no clearer


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one voice. `clearness` 0 … 1: above the noise, like the rest of the voice, and not clipped."""

    recording: int
    start_samples: int
    end_samples: int
    speaker: int
    clearness: float
    before_beep: bool = False

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end_samples - self.start_samples) / RATE


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """One voice of several."""

    number: int
    seconds: float
    embedding: Embedding


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What recordings hold. `person` is the number of the voice that is meant; `total_s` is all the sound there is."""

    pieces: tuple[Piece, ...]
    speakers: tuple[Speaker, ...]
    person: int
    total_s: float
    between_s: dict[Reason, float]

    @property
    def theirs(self) -> tuple[Piece, ...]:
        """The pieces of the person, in the order of the recordings."""
        return tuple(piece for piece in self.pieces if piece.speaker == self.person)

    @property
    def speech_s(self) -> float:
        """Seconds of the person's speech, short pauses included."""
        return sum(piece.seconds for piece in self.theirs)

    def left_out_s(self) -> dict[Reason, float]:
        """Seconds that are not the person's, by what they are; with `speech_s` they are all there is."""
        counts = dict(self.between_s)
        for piece in self.pieces:
            if piece.speaker != self.person:
                reason: Reason = "announcement" if piece.before_beep else "other"
                counts[reason] = counts.get(reason, 0.0) + piece.seconds
        return counts

    def meaning(self, speaker: int) -> Heard:
        """The same where the family says which voice is the person's."""
        if speaker not in {each.number for each in self.speakers}:
            raise BadRecording(f"there is no voice {speaker + 1} in the recordings: choose 1 to {len(self.speakers)}")
        return replace(self, person=speaker)


def hear(recordings: Sequence[Wave], advance: Advance = lambda _done, _total: None) -> Heard:
    """Everything in 24 kHz recordings; the same recordings are always heard alike."""
    total_s, done_s = sum(map(len, recordings)) / RATE, 0.0
    looked: list[_Looked] = []
    for number, wave in enumerate(recordings):
        for part in _parts(number, wave):
            looked.append(_look(part))
            done_s += len(part.wave) / RATE
            advance(round(done_s), round(total_s))
    labels = iter(diarization.label([windows.voices for each in looked for windows in each.windows]))
    stretches = [stretch for each in looked for stretch in _stretches(each, [next(labels) for _ in each.windows])]
    centres = _centres(stretches)
    beeps_at = _beeps(looked)
    pieces = tuple(_piece(stretch, centres, beeps_at) for stretch in stretches)
    pieces = _only_heads(pieces)
    speakers = tuple(_speaker(number, pieces, centre) for number, centre in enumerate(centres.values()))
    return Heard(pieces, speakers, _likeliest(pieces), total_s, _between(looked, pieces, total_s))


def take(recordings: Sequence[Wave], pieces: Sequence[Piece]) -> Iterator[Wave]:
    """The sound of pieces, mended with what stands around them, in the pieces' order."""
    for number, wave in enumerate(recordings):
        for part in _parts(number, wave):
            inside = [each for each in pieces if each.recording == number and part.holds(each)]
            mended = mend(part.wave).samples if inside else part.wave
            for piece in inside:
                yield mended[piece.start_samples - part.start_samples : piece.end_samples - part.start_samples]


def clearest(pieces: Sequence[Piece], most_s: float) -> tuple[Piece, ...]:
    """The clearest pieces, at most so many seconds together, in the order of the recordings."""
    chosen: list[Piece] = []
    for piece in sorted(pieces, key=lambda each: (-each.clearness, each.recording, each.start_samples)):
        if sum(each.seconds for each in chosen) + piece.seconds <= most_s:
            chosen.append(piece)
    return tuple(sorted(chosen, key=lambda each: (each.recording, each.start_samples)))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A minute at most of a recording."""

    recording: int
    start_samples: int
    wave: Wave

    def holds(self, piece: Piece) -> bool:
        return (
            piece.recording == self.recording
            and self.start_samples <= piece.start_samples < self.start_samples + len(self.wave)
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    """Voices (n, 256) along one stretch without a pause, and the frames in the middle of each."""

    start: int
    end: int
    middles: NDArray[np.int64]
    voices: Embedding


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """A part with what its 5 ms frames are: `level_db` and the masks (n,)."""

    part: _Part
    level_db: Array
    active: Mask
    music: Mask
    beeps: Mask
    clipped: Mask  # of samples
    windows: tuple[_Windows, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """What becomes a piece: one voice (256,), in frames of its part."""

    part: _Part
    start: int
    end: int
    label: int
    voice: Embedding
    clearness: float


def _parts(number: int, wave: Wave) -> Iterator[_Part]:
    """Parts of a recording, cut where it is quiet."""
    if wave.ndim != 1:
        raise BadRecording(f"recording {number + 1} has shape {wave.shape}; one channel is needed")
    start, size, slack = 0, round(PART_S * RATE), round(PART_SLACK_S * RATE)
    while len(wave) - start > size:
        level = uniform_filter1d(levels_db(np.nan_to_num(wave[start + size - slack : start + size])), frames(SMOOTH_S))
        end = start + size - slack + int(level.argmin()) * FRAME_SAMPLES
        yield _Part(number, start, wave[start:end])
        start = end
    if len(wave) > start:
        yield _Part(number, start, wave[start:])


def _look(part: _Part) -> _Looked:
    sound = np.nan_to_num(np.asarray(part.wave, dtype=np.float32), posinf=0.0, neginf=0.0)
    level = levels_db(sound - sound.mean())
    if loudest_db(level) < SILENT_DB:
        nothing = np.zeros(len(level), bool)
        return _Looked(part, level, nothing, nothing, nothing, np.zeros(len(sound), bool), ())
    mended = mend(sound).samples  # hum stands as still as music does, and in hiss one voice is like another
    active = loud(levels := levels_db(mended), thresholds_db(levels))
    f0_hz = np.where(active, pitch_glance(mended)[: len(active)], 0.0)  # in near silence a pitch means nothing
    beeps = find_beeps(mended)
    music = find_music(mended, f0_hz) & ~beeps
    spoken = with_voice(active & ~music & ~binary_dilation(beeps, np.ones(frames(EDGE_S), bool)), f0_hz)
    windows = tuple(_windows(mended, start, end) for start, end in runs(spoken))
    return _Looked(part, level, active, music, beeps, clipped(sound), windows)


def _windows(sound: Wave, start: int, end: int) -> _Windows:
    stretch = sound[start * FRAME_SAMPLES : end * FRAME_SAMPLES]
    whole = np.resize(stretch, max(len(stretch), round(WINDOW_S * RATE)))  # a short one is said again and again
    starts, voices = embed_windows(whole)
    middles = start + np.minimum(starts // FRAME_SAMPLES + frames(WINDOW_S / 2), end - start)
    return _Windows(start, end, middles, voices)


def _stretches(looked: _Looked, labels: Sequence[diarization.Labels]) -> Iterator[_Stretch]:
    """Turns put together to pieces of the wanted length."""
    smooth = uniform_filter1d(looked.level_db, frames(SMOOTH_S))
    turns = [
        turn
        for windows, own in zip(looked.windows, labels, strict=True)
        for turn in _turns(windows, own, smooth)
        if turn[2] != diarization.NOBODY
    ]
    joined: list[tuple[int, int, int]] = []
    for start, end, label in turns:
        if joined and _belong(joined[-1], (start, end, label), looked):
            joined[-1] = joined[-1][0], end, label
        else:
            joined.append((start, end, label))
    edge, last = frames(EDGE_S), len(looked.level_db)
    borders = [0, *((one[1] + other[0]) // 2 for one, other in pairwise(joined)), last]
    for (start, end, label), low, high in zip(joined, borders, borders[1:], strict=False):
        if end - start >= frames(LEAST_PIECE_S):
            start, end = max(low, start - edge), min(high, end + edge)
            yield _Stretch(looked.part, start, end, label, _voice(looked, start, end), _clearness(looked, start, end))


def _turns(windows: _Windows, labels: diarization.Labels, smooth_db: Array) -> Iterator[tuple[int, int, int]]:
    """Start, end and voice of what one says without a pause, none longer than a piece may be."""
    start, reach = windows.start, frames(BORDER_S)
    changes = np.flatnonzero(np.diff(labels)) + 1
    borders = [int(windows.middles[at - 1] + windows.middles[at]) // 2 for at in changes]
    ends = [max(0, at - reach) + int(smooth_db[max(0, at - reach) : at + reach].argmin()) for at in borders]
    for end, label in zip([*ends, windows.end], labels[[0, *changes]], strict=True):
        while end - start > frames(LONGEST_PIECE_S):
            low, high = start + frames(GOOD_PIECE_S), min(start + frames(LONGEST_PIECE_S), end - frames(LEAST_PIECE_S))
            cut = low + int(smooth_db[low:high].argmin())
            yield start, cut, int(label)
            start = cut
        if end > start:
            yield start, end, int(label)
        start = max(start, end)


def _belong(before: tuple[int, int, int], after: tuple[int, int, int], looked: _Looked) -> bool:
    """Whether a turn goes on with the one before it as one piece."""
    return (
        before[2] == after[2]
        and after[0] - before[1] <= frames(PAUSE_S)
        and after[1] - before[0] <= frames(LONGEST_PIECE_S)
        and not (looked.music | looked.beeps)[before[1] : after[0]].any()
    )


def _voice(looked: _Looked, start: int, end: int) -> Embedding:
    """The voice of the windows in a stretch, or of the nearest one."""
    middles = np.concatenate([windows.middles for windows in looked.windows])
    voices = np.concatenate([windows.voices for windows in looked.windows])
    inside = (middles >= start) & (middles < end)
    if not inside.any():
        inside = np.arange(len(middles)) == np.abs(middles - (start + end) // 2).argmin()
    return diarization.centre(voices[inside])


def _clearness(looked: _Looked, start: int, end: int) -> float:
    above_db = float(np.percentile(looked.level_db[start:end], 75) - np.percentile(looked.level_db, 5))
    share = float(looked.clipped[start * FRAME_SAMPLES : end * FRAME_SAMPLES].mean())
    return float(np.clip(above_db / CLEAREST_DB, 0, 1) / (1 + 100 * share))


def _centres(stretches: Sequence[_Stretch]) -> dict[int, Embedding]:
    """By label, most seconds first."""
    seconds: dict[int, int] = {}
    for stretch in stretches:
        seconds[stretch.label] = seconds.get(stretch.label, 0) + stretch.end - stretch.start
    order = sorted(seconds, key=lambda label: (-seconds[label], label))
    return {
        label: diarization.centre(
            np.stack([each.voice * (each.end - each.start) for each in stretches if each.label == label])
        )
        for label in order
    }


def _beeps(looked: Sequence[_Looked]) -> dict[int, int]:
    """Where in each recording its head ends: the start of the last beep there, in samples."""
    found: dict[int, int] = {}
    for each in looked:
        for start, _ in runs(each.beeps):
            at = each.part.start_samples + start * FRAME_SAMPLES
            if at < HEAD_S * RATE:
                found[each.part.recording] = at
    return found


def _piece(stretch: _Stretch, centres: dict[int, Embedding], beeps_at: dict[int, int]) -> Piece:
    first, number = stretch.part.start_samples, stretch.part.recording
    start, end = (first + at * FRAME_SAMPLES for at in (stretch.start, stretch.end))
    clearness = stretch.clearness * float(stretch.voice @ centres[stretch.label])
    return Piece(number, start, end, list(centres).index(stretch.label), clearness, start < beeps_at.get(number, 0))


def _only_heads(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """A beep after which nobody speaks ends a message: what stands before it is no announcement."""
    spoken_after: dict[int, float] = {}
    for piece in pieces:
        after_s = 0.0 if piece.before_beep else piece.seconds
        spoken_after[piece.recording] = spoken_after.get(piece.recording, 0.0) + after_s
    return tuple(
        replace(piece, before_beep=piece.before_beep and spoken_after[piece.recording] >= AFTER_BEEP_S)
        for piece in pieces
    )


def _speaker(number: int, pieces: Sequence[Piece], centre: Embedding) -> Speaker:
    return Speaker(number, sum(piece.seconds for piece in pieces if piece.speaker == number), centre)


def _likeliest(pieces: Sequence[Piece]) -> int:
    """Who speaks most, not counting what stands before a voicemail's beep where anything else is said."""
    seconds: dict[int, float] = {}
    for piece in [each for each in pieces if not each.before_beep] or pieces:
        seconds[piece.speaker] = seconds.get(piece.speaker, 0.0) + piece.seconds
    return min(seconds, key=lambda number: (-seconds[number], number), default=0)


def _between(looked: Sequence[_Looked], pieces: Sequence[Piece], total_s: float) -> dict[Reason, float]:
    """Seconds that are in no piece, by what they are."""
    counts: dict[Reason, float] = dict.fromkeys(("silence", "noise", "music", "beep", "unclear"), 0.0)
    for each in looked:
        free, spoken = np.ones(len(each.level_db), bool), np.zeros(len(each.level_db), bool)
        for piece in pieces:
            if each.part.holds(piece):
                start, end = (at - each.part.start_samples for at in (piece.start_samples, piece.end_samples))
                free[start // FRAME_SAMPLES : end // FRAME_SAMPLES] = False
        for windows in each.windows:
            spoken[windows.start : windows.end] = True
        masks: dict[Reason, Mask] = {"beep": each.beeps, "music": each.music, "unclear": spoken, "noise": each.active}
        for reason, mask in masks.items():
            counts[reason] += float((mask & free).sum()) / FRAMES_PER_S
            free &= ~mask
    spoken_s = sum(piece.seconds for piece in pieces)
    counts["silence"] = max(0.0, total_s - spoken_s - sum(counts.values()))
    return counts
