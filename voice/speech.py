"""Finds the speech in a recording. Knows nothing of whose it is.

Loudness against the recording's own noise says where somebody might speak; pitch says whether it is a voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from data.errors import BadRecording, LittleSpeech, NoSpeech
from data.types import RATE, Wave
from voice.activity import (
    NOISE_PERCENTILE,
    RANGE_DB,
    SILENT_DB,
    STEADY_SD,
    frames,
    levels_db,
    loud,
    loudest_db,
    pitch_glance,
    thresholds_db,
    with_voice,
)
from voice.world import FRAMES_PER_S, SPARSE, Array, Features, analyse, reach, track

LEAST_SPEECH_S = 3.0
MOST_SPEECH_S = 60.0  # more says nothing new about a mean, and analysing it takes a sixth of its length
SHORTEST_SAMPLES = RATE // 5
PIECE_S = 15.0  # of a long recording, so that what is used comes from all over it
CLIPPED_AT, CLIPPED_SHARE = 0.985, 0.001
NOISY_DB = 15.0  # speech less than this above the noise is worth a note
NO_SPEECH = "no speech was found, only noise or a steady tone: add a recording in which the person speaks"
SYLLABLE_DIP_DB = 2.0  # de Jong and Wempe (2009)


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Every `SPARSE`th frame of the speech alone, with the noise between them taken off their envelopes."""

    features: Features
    seconds: float
    level_db: float
    syllables_per_s: float
    notes: tuple[str, ...]


def find_speech(recordings: Sequence[Wave]) -> Speech:
    """Speech of all recordings together; raises BadRecording where there is too little of it."""
    notes: list[str] = []
    sounds = [_checked(wave, number, notes) for number, wave in enumerate(recordings, 1)]
    sounds = [wave for wave in sounds if len(wave) > SHORTEST_SAMPLES and loudest_db(levels_db(wave)) > SILENT_DB]
    if not sounds:
        raise NoSpeech(
            "the recording is silent; at least 3 s of speech are needed: check that the right file was given"
        )
    parts = [part for wave in _chosen(sounds) if (part := _speech_of(wave)) is not None]
    if not parts:
        raise NoSpeech(NO_SPEECH)
    seconds = sum(part.seconds for part in parts)
    if seconds < LEAST_SPEECH_S:
        raise LittleSpeech(
            f"{seconds:.1f} s of speech, at least {LEAST_SPEECH_S:.0f} s needed; add a longer recording",
            seconds=round(seconds, 1),
            least=LEAST_SPEECH_S,
        )
    features = Features(*(np.concatenate([getattr(part.features, name) for part in parts]) for name in _COLUMNS))
    if not features.voiced.any() or np.log(features.f0_hz[features.voiced]).std() < STEADY_SD:
        raise NoSpeech(NO_SPEECH)
    weights = [part.seconds for part in parts]
    level = float(np.average([part.level_db for part in parts], weights=weights))
    rate = float(np.average([part.syllables_per_s for part in parts], weights=weights))
    return Speech(
        features, seconds, level, rate, (*notes, *dict.fromkeys(note for part in parts for note in part.notes))
    )


_COLUMNS = ("f0_hz", "envelope", "aperiodicity")


def _checked(wave: Wave, number: int, notes: list[str]) -> Wave:
    if wave.ndim != 1:
        raise BadRecording(f"recording {number} has shape {wave.shape}; one channel is needed")
    sound = wave.astype(np.float32)
    broken = ~np.isfinite(sound)
    if broken.any():
        notes.append(f"recording {number}: {int(broken.sum())} samples are not numbers and were left out")
        sound = np.where(broken, np.float32(0), sound)
    if len(sound) and (np.abs(sound) >= CLIPPED_AT).mean() > CLIPPED_SHARE:
        notes.append(f"recording {number} is clipped; a quieter copy would sound better")
    return sound - np.float32(sound.mean()) if len(sound) else sound


def _chosen(sounds: Sequence[Wave]) -> list[Wave]:
    """Everything, or evenly spread pieces of what is very long."""
    size, most = int(PIECE_S * RATE), int(MOST_SPEECH_S / PIECE_S)
    pieces = [wave[start : start + size] for wave in sounds for start in range(0, len(wave), size)]
    if len(pieces) <= 2 * most:
        return list(sounds)
    loudness = np.array([loudest_db(levels_db(piece)) for piece in pieces])
    spoken = np.flatnonzero(loudness > loudness.max() - RANGE_DB / 2)
    return [pieces[spoken[place]] for place in np.unique(np.linspace(0, len(spoken) - 1, 2 * most).astype(int))]


def _speech_of(wave: Wave) -> Speech | None:
    level = levels_db(wave)
    noise_db = float(np.percentile(level, NOISE_PERCENTILE))
    threshold = thresholds_db(level)
    f0_hz, _ = track(wave)
    active = with_voice(loud(level, threshold), f0_hz)
    if not active.any():
        return None
    features = analyse(wave, reach(f0_hz), SPARSE)
    size = min(len(features.f0_hz), len(active[::SPARSE]))
    used = np.flatnonzero((active & (level > threshold))[::SPARSE][:size])
    quiet = np.flatnonzero(~active[::SPARSE][:size])
    envelope = features.envelope[used]
    if len(quiet):
        envelope = np.maximum(envelope - features.envelope[quiet].mean(axis=0), envelope / 10)
    speech_db = float(10 * np.log10(np.mean(10 ** (level[used * SPARSE] / 10))))
    notes = ("the recording is noisy; a quieter one would sound better",) if speech_db - noise_db < NOISY_DB else ()
    chosen = Features(features.f0_hz[used], envelope, features.aperiodicity[used])
    rate = syllables(level, active, f0_hz > 0) / (active.sum() / FRAMES_PER_S)
    return Speech(chosen, active.sum() / FRAMES_PER_S, speech_db, float(rate), notes)


def has_speech(wave: Wave) -> bool:
    """Whether anybody speaks in a recording: quickly, without analysing the voice."""
    sound = np.nan_to_num(wave.astype(np.float32))
    return any(
        _is_spoken(sound[start : start + int(PIECE_S * RATE)]) for start in range(0, len(sound), int(PIECE_S * RATE))
    )


def _is_spoken(piece: Wave) -> bool:
    level = levels_db(piece)
    if len(piece) <= SHORTEST_SAMPLES or loudest_db(level) < SILENT_DB:
        return False
    return bool(with_voice(loud(level, thresholds_db(level)), pitch_glance(piece)).any())


def syllables(level_db: Array, active: NDArray[np.bool_], voiced: NDArray[np.bool_]) -> int:
    """Peaks of loudness in voiced frames with a dip before the next, after de Jong and Wempe, "Praat script to detect
    syllable nuclei" (Behavior Research Methods, 2009)."""
    size = min(len(level_db), len(active), len(voiced))
    smooth = uniform_filter1d(level_db[:size], frames(0.05))
    peaks, _ = find_peaks(smooth, prominence=SYLLABLE_DIP_DB, distance=frames(0.08))
    return int((active[peaks] & voiced[peaks]).sum())


def pace(wave: Wave) -> float:
    """Syllables a second of clean speech, pauses included in neither."""
    level = levels_db(wave)
    active = level > float(np.percentile(level, 95)) - RANGE_DB
    f0_hz, _ = track(wave)
    return syllables(level, active, f0_hz > 0) / max(float(active.sum()) / FRAMES_PER_S, 1e-3)
