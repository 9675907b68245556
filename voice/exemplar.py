"""A person's own sounds, for English: transcribed recordings frame by frame, each with how the source says the same.

Every 5 ms frame is kept with how the source of speech sounds at the same place of the same words. What is new to say is
then looked up by how the source says it (`voice.regrain`), so that the person's recordings are compared with nothing
but the person's, and the source's with the source's. Knows nothing of files, or of whether the result is clear.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from data.errors import BadRecording, BadText
from data.types import RATE, Wave
from voice.align import Phone, align, align_phones
from voice.arpabet import CLASS_OF, CODES, PAUSE, PHONES, timed
from voice.arrays import packed, unpacked
from voice.convert import LEVEL, level_ratio
from voice.espeak import Speech
from voice.forms import Array, Indices, Timed, centre_and_spread, forms, melody, shapes, whereabouts
from voice.glottis import marks
from voice.source import Source
from voice.text import plain
from voice.units import SILENCE, Frames, Units
from voice.world import FRAME_SAMPLES, reach, track

VERSION = 2
LEAST_FIT = -60.0  # of a phone, log likelihood a frame: below, something else was said there, or not clearly
PRIOR = 2  # how often each phone is thought to have been as late as the others, beside what was seen of itself
THREADS = 2
WHOLE = 32_767  # of 16 bits


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of clean speech of one person, 24 kHz, and the words said in it."""

    sound: Wave
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Exemplar:
    """All that is kept: the recordings, their n frames, and what the source they were paired with is like."""

    sound: NDArray[np.int16]  # (120 n,), the pieces end to end
    piece: NDArray[np.int32]  # (n,), which piece a frame is of
    usable: NDArray[np.bool_]  # (n,), whether it is known what is said
    phone: NDArray[np.uint8]  # (n,) codes of `voice.arpabet`, as the source says it
    before: NDArray[np.uint8]  # (n,), the phone before
    after: NDArray[np.uint8]
    place: NDArray[np.float16]  # (n,) in the phone, 0 … 1
    form: NDArray[np.float16]  # (n, D), the source's, in standard deviations
    own: NDArray[np.float16]  # (n, E), the person's, in standard deviations
    f0_hz: NDArray[np.float32]  # (n,), 0 where unvoiced
    marks: NDArray[np.int32]  # closures of the vocal folds, in samples
    form_mean: Array  # (D,), of the source
    form_sd: Array
    lateness_s: Array  # (PHONES,), by how much each phone starts later than the source says
    source_pitch: Array  # (2,), middle and spread of log F0
    pitch: Array  # (2,), the person's

    def units(self) -> Units:
        """The frames to choose from."""
        log_f0 = np.concatenate([melody(self.f0_hz[self.piece == number]) for number in np.unique(self.piece)])
        place, form, own = (kept.astype(np.float32) for kept in (self.place, self.form, self.own))
        frames = Frames(self.phone, self.before, self.after, place, form, log_f0, self.f0_hz > 0)
        return Units(frames, own, self.piece, self.usable)

    def to_bytes(self) -> bytes:
        """All of it."""
        return packed(VERSION, {field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def from_bytes(cls, written: bytes) -> Exemplar:
        """Read what `to_bytes` wrote. Raises BadHome."""
        with unpacked(written, VERSION, "the voice of the person's own sounds") as (arrays, _):
            return cls(**arrays)


def fit(pieces: Sequence[Piece], source: Source) -> Exemplar:
    """Keep the pieces for speech that `source` will read, in the manner in which it is handed over.

    A piece whose words are not heard in it is left out. Raises BadRecording where none is left.
    """
    read = [Piece(piece.sound, plain(piece.text, "en")) for piece in pieces]
    with ThreadPoolExecutor(THREADS) as pool:  # WORLD works outside the interpreter's lock
        spoken = list(pool.map(lambda piece: source.speak(piece.text, "en"), read))
        lateness_s = _lateness_s(spoken)
        found = list(pool.map(lambda piece, speech: _passage(piece, speech, lateness_s), read, spoken))
    passages = [passage for passage in found if passage is not None]
    if not passages:
        raise BadRecording(
            "in no recording were the written words heard; correct the transcripts, or go on without them"
        )
    form, used = (np.concatenate([getattr(one, name) for one in passages]) for name in ("form", "usable"))
    own = np.concatenate([one.own for one in passages])
    f0_hz = np.concatenate([one.f0_hz for one in passages])
    sound = np.concatenate([one.sound for one in passages])
    starts = np.cumsum([0, *(len(one.sound) for one in passages)])
    labels = {name: np.concatenate([getattr(one, name) for one in passages]) for name in _LABELS}
    return Exemplar(
        sound=np.round(np.clip(sound, -1, 1) * WHOLE).astype(np.int16),
        piece=np.repeat(np.arange(len(passages)), [len(one.usable) for one in passages]).astype(np.int32),
        usable=used,
        **labels,
        form=_standard(form, form[used]).astype(np.float16),
        own=_standard(own, own[used]).astype(np.float16),
        f0_hz=f0_hz.astype(np.float32),
        marks=np.concatenate([one.marks + start for one, start in zip(passages, starts, strict=False)]).astype(
            np.int32
        ),
        form_mean=form[used].mean(axis=0),
        form_sd=form[used].std(axis=0),
        lateness_s=lateness_s,
        source_pitch=centre_and_spread(np.concatenate([track(speech.samples)[0] for speech in spoken])),
        pitch=centre_and_spread(f0_hz),
    )


def placed(speech: Speech, lateness_s: Array) -> list[Timed]:
    """The source's phones, each from where the aligner would put its start to the next one's.

    espeak-ng, for one, counts the silence before the burst of a "t" to the sound before.
    """
    phones = timed(speech.phonemes)
    late = [start + round(float(lateness_s[CODES[name]]) * RATE) for name, start, _ in phones]
    borders = np.maximum.accumulate(np.clip([0, *late[1:], len(speech.samples)], 0, len(speech.samples)))
    return [(name, int(borders[at]), int(borders[at + 1])) for at, (name, _, _) in enumerate(phones)]


def neighbourhood(phones: Sequence[Timed], index: Indices) -> tuple[NDArray[np.uint8], ...]:
    """The codes of the phones at `index`, of those before, and of those after."""
    codes = np.array([SILENCE, *(CODES[name] for name, _, _ in phones), SILENCE], np.uint8)
    return codes[index + 1], codes[index], codes[index + 2]


@dataclass(frozen=True, slots=True, eq=False)
class _Passage:
    """The frames of one piece; names and shapes as in `Exemplar`, not yet in standard deviations."""

    sound: Wave
    usable: NDArray[np.bool_]
    phone: NDArray[np.uint8]
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    place: NDArray[np.float16]
    form: Array
    own: Array
    f0_hz: NDArray[np.float64]
    marks: Indices


_LABELS = ("phone", "before", "after", "place")


def _passage(piece: Piece, speech: Speech, lateness_s: Array) -> _Passage | None:
    """None where the words are not heard in the piece."""
    try:
        theirs = align(piece.sound, piece.text)
    except (BadRecording, BadText):
        return None
    ours = placed(speech, lateness_s)
    frames = len(piece.sound) // FRAME_SAMPLES
    sound = piece.sound[: frames * FRAME_SAMPLES] * np.float32(LEVEL / max(level_ratio(piece.sound), 1e-6))
    index, place = whereabouts([(one.name, one.start_samples, one.end_samples) for one in theirs], frames)
    partner = _partners(theirs, ours)[index]
    phone, before, after = neighbourhood(ours, np.maximum(partner, 0))
    heard = forms(speech.samples)
    f0_hz = track(sound, reach(track(sound)[0]))[0][:frames]
    return _Passage(
        sound=sound,
        usable=partner >= 0,
        phone=phone,
        before=before,
        after=after,
        place=place.astype(np.float16),
        form=heard[_frames_at(ours, np.maximum(partner, 0), place, len(heard))],
        own=shapes(sound),
        f0_hz=f0_hz,
        marks=marks(sound, f0_hz),
    )


def _partners(theirs: Sequence[Phone], ours: Sequence[Timed]) -> Indices:
    """For each phone of the person the source's for the same sound of the same word, −1 where there is none."""
    names = [phone.name for phone in theirs], [phone[0] for phone in ours]
    found = np.full(len(theirs), -1)
    for _, low, high, start, end in difflib.SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if high - low != end - start:
            continue
        for their, our in zip(range(low, high), range(start, end), strict=True):
            alike = CLASS_OF[names[0][their]] == CLASS_OF[names[1][our]]
            if alike and names[0][their] != PAUSE and theirs[their].fit > LEAST_FIT:
                found[their] = our
    return found


def _frames_at(phones: Sequence[Timed], index: Indices, place: Array, frames: int) -> Indices:
    starts, ends = (np.array([phone[side] for phone in phones])[index] for side in (1, 2))
    at = np.round((starts + place * (ends - starts)) / FRAME_SAMPLES).astype(np.int64)
    return np.asarray(np.clip(at, 0, frames - 1))


def _lateness_s(spoken: Sequence[Speech]) -> Array:
    """(PHONES,): by how much each phone starts later for the aligner than the source says."""
    late: list[list[float]] = [[] for _ in PHONES]
    for speech in spoken:
        ours = [phone for phone in timed(speech.phonemes) if phone[0] != PAUSE]
        heard = align_phones(speech.samples, [name for name, _, _ in timed(speech.phonemes)])
        heard = tuple(phone for phone in heard if phone.name != PAUSE)
        if [phone.name for phone in heard] != [name for name, _, _ in ours]:
            continue
        for (name, start, _), phone in zip(ours, heard, strict=True):
            late[CODES[name]].append((phone.start_samples - start) / RATE)
    everywhere = [one for many in late for one in many]
    usual = float(np.median(everywhere)) if everywhere else 0.0
    return np.array([np.median([*many, *[usual] * PRIOR]) for many in late], np.float32)


def _standard(rows: Array, used: Array) -> Array:
    return np.asarray((rows - used.mean(axis=0)) / np.maximum(used.std(axis=0), 1e-3))
