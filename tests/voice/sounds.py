"""What is in recordings beside a voice, made on the spot: music, singing, beeps, rooms, hum."""

from __future__ import annotations

from itertools import cycle, islice

import numpy as np
from scipy.signal import fftconvolve, lfilter

from data.types import RATE, Wave
from voice.world import Array

SCALE = (0, 4, 7, 2, 5, 9, 11, 12)  # semitones
PROGRESSION = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
FORMANTS = ((700.0, 90.0), (1_200.0, 110.0), (2_600.0, 160.0))  # Hz, and how wide


def silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE), np.float32)


def note(pitch_hz: float, seconds: float, vibrato: float = 0.0, harmonics: int = 8) -> Array:
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * pitch_hz * time + vibrato * pitch_hz / 5.5 * np.sin(2 * np.pi * 5.5 * time)
    tone = sum(np.sin(number * phase) / number for number in range(1, harmonics + 1))
    return np.asarray(0.1 * tone * np.clip(np.minimum(time / 0.02, (seconds - time) / 0.03), 0, 1))


def melody(seconds: float, note_s: float = 0.4) -> Wave:
    notes = (note(262 * 2 ** (step / 12), note_s) for step in islice(cycle(SCALE), round(seconds / note_s) + 1))
    return np.concatenate(list(notes))[: round(seconds * RATE)].astype(np.float32)


def chords(seconds: float) -> Wave:
    played = (
        sum(note(220 * 2 ** (step / 12), 1.2) for step in chord)
        for chord in islice(cycle(PROGRESSION), round(seconds / 1.2) + 1)
    )
    return np.concatenate(list(played))[: round(seconds * RATE)].astype(np.float32)


def sung(seconds: float, vibrato: float = 0.025) -> Wave:
    steps = islice(cycle(SCALE), round(seconds / 0.8) + 1)
    sound = np.concatenate([note(180 * 2 ** (step / 12), 0.8, vibrato, 30) for step in steps])[: round(seconds * RATE)]
    for hz, width_hz in FORMANTS:
        radius = np.exp(-np.pi * width_hz / RATE)
        sound = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2], sound)
    return np.asarray(0.3 * sound / np.abs(sound).max(), dtype=np.float32)


def beep(seconds: float = 0.4, pitch_hz: float = 1_000.0) -> Wave:
    return np.asarray(0.3 * np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * RATE)) / RATE), dtype=np.float32)


def hum(samples: int, mains_hz: float, level: float = 0.03) -> Wave:
    time = np.arange(samples) / RATE
    return np.asarray(
        sum(level / number * np.sin(2 * np.pi * mains_hz * number * time + number) for number in range(1, 12)),
        dtype=np.float32,
    )


def in_room(wave: Wave, decay_s: float) -> Wave:
    """As heard in a room in which sound falls by 60 dB in so many seconds, as much of it as comes straight."""
    time = np.arange(round(1.2 * decay_s * RATE)) / RATE
    room = np.random.default_rng(1).standard_normal(len(time)) * 10 ** (-3 * time / decay_s)
    room /= np.linalg.norm(room)
    room[0] += 1.0
    return np.asarray(fftconvolve(wave, room)[: len(wave)], dtype=np.float32)
