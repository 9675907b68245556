"""Persons who read aloud, with the words they read: made up from espeak-ng, or flite's voices where it is installed."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from functools import cache
from math import gcd

import numpy as np
from scipy.signal import resample_poly

from data.types import RATE, Wave
from tests.voice.reading import READING
from voice.espeak import SourceVoice, speak
from voice.exemplar import Piece
from voice.world import Features, analyse, reach, stretch, synthesize, track

EDGE_SAMPLES = RATE // 20  # of silence kept around speech
QUIET = 0.004  # of the loudest sample
PITCH, TRACT = 0.6, 0.85  # of the made-up person against espeak-ng's own voice


def moved(text: str) -> Wave:
    """A made-up person: espeak-ng's second woman turned into a deep man."""
    plain = speak(text, "en", SourceVoice("f2", 150)).samples
    features = analyse(plain, reach(track(plain)[0]))
    envelope = stretch(features.envelope, TRACT)
    return trimmed(synthesize(Features(features.f0_hz * PITCH, envelope, features.aperiodicity), len(plain)))


def flite(text: str, voice: str) -> Wave:
    """One of flite's voices."""
    program = shutil.which("flite")
    assert program is not None, "flite is not installed: apt-get install flite"
    done = subprocess.run([program, "-voice", voice, "-t", text, "-o", "/dev/stdout"], capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate, raw = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), np.int16)
    common = gcd(RATE, rate)
    return trimmed(resample_poly(raw / 32_768, RATE // common, rate // common).astype(np.float32))


def trimmed(sound: Wave) -> Wave:
    """Without most of the silence around it."""
    loud = np.flatnonzero(np.abs(sound) > QUIET * np.abs(sound).max())
    return sound[max(0, loud[0] - EDGE_SAMPLES) : loud[-1] + EDGE_SAMPLES]


@cache
def said(voice: str, seconds: float) -> tuple[Piece, ...]:
    """About so much of the reading; `voice` is one of flite's, or "moved"."""
    pieces: list[Piece] = []
    for text in READING:
        if sum(len(piece.sound) for piece in pieces) >= seconds * RATE:
            break
        pieces.append(Piece(moved(text) if voice == "moved" else flite(text, voice), text))
    return tuple(pieces)
