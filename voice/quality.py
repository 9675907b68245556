"""How good the speech in recordings is, in numbers with units. Knows nothing of what is good enough for what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import ShortTimeFFT, find_peaks

from data.types import RATE, Wave
from voice.activity import frames, levels_db, loud, thresholds_db
from voice.enroll import bandwidth_hz
from voice.hearing import Heard, Piece
from voice.mending import clipped, hum_lines, snr_db, without_hum, without_offset
from voice.world import FFT, FRAME_SAMPLES, FRAMES_PER_S, Array, bands_db

AROUND_S = 0.5  # on both sides of a piece: its pauses tell the noise, and the room
BEST_SNR_DB = 60.0  # told at most: more is digital silence, not a quiet room
MOST_S = 120.0  # measured of each recording

PEAK_DB, PEAK_RANGE_DB = 3.0, 12.0  # how far a syllable stands out, and lies below the loud ones at most
ONSET_DB, LEAST_FALL_DB = 3.0, 10.0  # left out after the peak, and the least fall after that
LEAST_FALL_S = 0.04
WAVER_DB = 0.5  # up, from frame to frame, that does not end a fall
ABOVE_FLOOR_DB = 8.0
# Found on four voices in rooms of .2, .6 and 1.2 s: told as .22 to .30, .34 to .57 and .41 to .96; without a room as
# .11 to .16. Where somebody hardly pauses, the next word covers the room: it is told too short.
DECAY_PERCENTILE = 50
DECAY_DB = 60.0


@dataclass(frozen=True, slots=True)
class Quality:
    """Of `seconds` of speech. `clipped_share` is of all samples; `reverberation_s` is the time in which sound falls by
    60 dB, None where too little falls silent to tell."""

    seconds: float
    snr_db: float
    bandwidth_hz: float
    clipped_share: float
    reverberation_s: float | None
    hum: bool


def qualities(recordings: Sequence[Wave], heard: Heard) -> dict[int, Quality]:
    """Of the person's speech in each recording that holds any, by the recording's number."""
    found: dict[int, Quality] = {}
    for number, wave in enumerate(recordings):
        own = [piece for piece in heard.theirs if piece.recording == number]
        if own:
            seconds = sum(piece.seconds for piece in own)
            found[number] = measure(np.concatenate(list(_around(wave, own))), seconds)
    return found


def overall(found: Sequence[Quality]) -> Quality:
    """Of all together: means by length, and whatever is the case in half of it."""
    seconds = np.array([each.seconds for each in found])

    def mean(values: Sequence[float]) -> float:
        return float(np.average(values, weights=seconds))

    told = [each for each in found if each.reverberation_s is not None]
    reverberation_s = (
        float(np.average([each.reverberation_s or 0.0 for each in told], weights=[each.seconds for each in told]))
        if told
        else None
    )
    return Quality(
        float(seconds.sum()),
        mean([each.snr_db for each in found]),
        mean([each.bandwidth_hz for each in found]),
        mean([each.clipped_share for each in found]),
        reverberation_s,
        mean([float(each.hum) for each in found]) > 0.5,
    )


def measure(wave: Wave, seconds: float | None = None) -> Quality:
    """Of 24 kHz sound that holds one voice; `seconds` of speech, where they are known already."""
    sound = np.nan_to_num(np.asarray(wave, dtype=np.float32), posinf=0.0, neginf=0.0)
    share = float(clipped(sound).mean()) if len(sound) else 0.0
    level = levels_db(sound)
    if seconds is None:
        seconds = float(loud(level, thresholds_db(level)).sum()) / FRAMES_PER_S if len(level) else 0.0
    sound = without_offset(sound) if len(sound) > RATE // 10 else sound
    if lines := hum_lines(sound):  # it is told by itself, and is not the noise that stays
        sound = without_hum(sound, lines)
    return Quality(
        seconds, min(snr_db(sound), BEST_SNR_DB), _bandwidth_hz(sound), share, reverberation_s(sound), bool(lines)
    )


def _around(wave: Wave, pieces: Sequence[Piece]) -> Iterator[Wave]:
    """The pieces with what stands around them, each sample once."""
    around, end, left = round(AROUND_S * RATE), 0, round(MOST_S * RATE)
    for piece in pieces:
        start = max(end, piece.start_samples - around)
        end = min(len(wave), piece.end_samples + around)
        yield wave[start:end]
        left -= end - start
        if left <= 0:
            return


def _bandwidth_hz(sound: Wave) -> float:
    """Of the loud frames, where nothing but noise would be heard above it."""
    if len(sound) < FFT:
        return RATE / 2
    window = ShortTimeFFT(np.hanning(FFT), 4 * FRAME_SAMPLES, RATE)
    power = np.abs(window.stft(sound, p0=0, p1=len(sound) // (4 * FRAME_SAMPLES)).T) ** 2
    total = power.sum(axis=1)
    return bandwidth_hz(bands_db(power[total >= np.percentile(total, 50)]))


def reverberation_s(sound: Wave) -> float | None:
    """Decay time of the room, by how fast speech falls after its syllables; told too short where it hardly pauses."""
    level = uniform_filter1d(levels_db(sound), 4) if len(sound) > FFT else np.zeros(0)
    if not len(level):
        return None
    floor_db = float(np.percentile(level, 5)) + ABOVE_FLOOR_DB
    peaks, _ = find_peaks(level, height=float(np.percentile(level, 95)) - PEAK_RANGE_DB, prominence=PEAK_DB)
    falling = np.append((np.diff(level) <= WAVER_DB) & (level[1:] > floor_db), False)
    ends = [int(peak + np.argmin(falling[peak:])) for peak in peaks]
    times = [
        time for peak, end in zip(peaks, ends, strict=True) if (time := _decay_s(level[peak : end + 1])) is not None
    ]
    return float(np.percentile(times, DECAY_PERCENTILE)) if times else None


def _decay_s(fall_db: Array) -> float | None:
    """Of one fall from its peak on; None where it is too short to tell."""
    fall_db = fall_db[np.argmax(fall_db < fall_db[0] - ONSET_DB) :]
    if fall_db[0] - fall_db[-1] < LEAST_FALL_DB or len(fall_db) < frames(LEAST_FALL_S):
        return None
    slope = float(np.polyfit(np.arange(len(fall_db)) / FRAMES_PER_S, fall_db, 1)[0])
    return -DECAY_DB / slope if slope < 0 else None
