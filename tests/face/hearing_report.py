"""How well the mouth is heard: python -m tests.face.hearing_report. Some minutes; synthesisers that were never taught.

Against what `face/articulation.py` makes of the phonemes, beside a mouth that opens with loudness alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from data.types import RATE, SAMPLES_PER_FRAME, Phoneme, Wave
from face.articulation import articulate
from face.speech_sounds import Listener
from services.ear_lessons import Lesson, held_out, music, sung
from services.ear_tracks import track
from tests.face.measure import best_lag
from tests.face.openness import BILABIALS, frames_of

Series = NDArray[np.float64]
Heard = tuple[Wave, tuple[Phoneme, ...]]
Spoil = Callable[[Wave, np.random.Generator], Wave]

CLAUSES = 24
SHUT = 0.02  # E
LOUD_DB = (-35.0, -5.0)  # against full scale: over which loudness opens a mouth
LOUD_APERTURE = 0.34
GAP_S = 0.25  # a pause in which lips may rest


@dataclass(frozen=True, slots=True)
class Score:
    r: float
    lag_ms: float
    recall: float  # of p, b, m: shut on some frame of theirs
    precision: float  # of stretches of shut frames amid speech: at a p, b, m
    spread_r: float
    protrusion_r: float
    deviation: float  # of the aperture, against the phonemes'
    loudness_r: float


def heard_mouth(samples: Wave) -> NDArray[np.float64]:  # (3, frames)
    """Aperture, spread and protrusion."""
    listener = Listener()
    mouths = [*listener.hear(samples), *listener.finish()]
    return np.array([(m.aperture, m.spread, m.protrusion) for m in mouths]).T


def loudness(samples: Wave) -> Series:
    """The mouth of a puppet: open with the level."""
    power = np.mean(samples.reshape(-1, SAMPLES_PER_FRAME).astype(np.float64) ** 2, axis=1)
    level_db = 10 * np.log10(power + 1e-10)
    return np.asarray(LOUD_APERTURE * np.clip((level_db - LOUD_DB[0]) / (LOUD_DB[1] - LOUD_DB[0]), 0, 1))


def score(clauses: Sequence[Heard]) -> Score:
    wanted, told, loud = [], [], []
    met = bilabials = right = runs = 0
    for samples, phonemes in clauses:
        frames = len(samples) // SAMPLES_PER_FRAME
        shapes, heard = articulate(phonemes, 0, frames), heard_mouth(samples)
        wanted.append(np.stack((shapes.aperture, shapes.spread, shapes.protrusion)))
        told.append(heard)
        loud.append(loudness(samples))
        shut = heard[0] < SHUT
        spans = [frames_of(p, 25.0, frames) for p in phonemes if p.ipa[:1] and p.ipa[:1] in BILABIALS]
        bilabials += len(spans)
        met += sum(bool(shut[span].any()) for span in spans)
        for run in _runs(shut & ~_resting(phonemes, frames)):
            runs += 1
            right += any(run.start < span.stop and span.start < run.stop for span in spans)
    meant, got, level = np.concatenate(wanted, 1), np.concatenate(told, 1), np.concatenate(loud)
    r, lag = best_lag(got[0], meant[0])
    return Score(
        r=r,
        lag_ms=40 * lag,
        recall=met / max(bilabials, 1),
        precision=right / max(runs, 1),
        spread_r=float(np.corrcoef(got[1], meant[1])[0, 1]),
        protrusion_r=float(np.corrcoef(got[2], meant[2])[0, 1]),
        deviation=float(got[0].std() / meant[0].std()),
        loudness_r=best_lag(level, meant[0])[0],
    )


def _resting(phonemes: Sequence[Phoneme], frames: int) -> NDArray[np.bool_]:
    """Frames in or at a pause, where lips may be shut."""
    rest = np.zeros(frames, bool)
    for phoneme in phonemes:
        if not phoneme.ipa and phoneme.end_samples - phoneme.start_samples > 0.05 * RATE:
            rest[frames_of(phoneme, 25.0, frames)] = True
    rest[: phonemes[0].start_samples // SAMPLES_PER_FRAME + 2] = True
    rest[phonemes[-1].end_samples // SAMPLES_PER_FRAME - 1 :] = True
    return rest


def _runs(flags: NDArray[np.bool_]) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(int), [0]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(stop))


# --- what is done to a sound ------------------------------------------------------------------------------------------


def _level(sound: Wave, decibels: float) -> Wave:
    return np.asarray(sound * 10 ** (decibels / 20), np.float32)


def _with(sound: Wave, bed: NDArray[np.float64] | Wave, below_db: float) -> Wave:
    scale = np.sqrt(np.mean(sound**2) / (np.mean(bed**2) + 1e-12)) * 10 ** (-below_db / 20)
    return np.asarray(sound + scale * bed, np.float32)


def telephone(sound: Wave, chance: np.random.Generator) -> Wave:
    band = butter(6, (300, 3_400), "bandpass", fs=RATE, output="sos")
    narrow = resample_poly(resample_poly(sosfilt(band, sound), 1, 3), 3, 1)[: len(sound)]
    return _with(np.asarray(narrow, np.float32), chance.standard_normal(len(sound)), 35)


def room(sound: Wave, chance: np.random.Generator) -> Wave:
    times = np.arange(round(0.5 * RATE)) / RATE
    echo = chance.standard_normal(len(times)) * 10 ** (-3 * times / 0.5)
    echo *= 0.5 / np.sqrt(np.sum(echo**2))
    echo[0] = 1.0
    return np.asarray(fftconvolve(sound, echo)[: len(sound)], np.float32)


def hum(sound: Wave, _: np.random.Generator) -> Wave:
    times = np.arange(len(sound)) / RATE
    return _with(sound, np.sum([np.sin(2 * np.pi * 50 * k * times) / k for k in (1, 2, 3, 5)], axis=0), 5)


SPOILT: dict[str, Spoil] = {
    "clean": lambda sound, _: sound,
    "noise 15 dB below": lambda sound, chance: _with(sound, chance.standard_normal(len(sound)), 15),
    "noise 5 dB below": lambda sound, chance: _with(sound, chance.standard_normal(len(sound)), 5),
    "hum 5 dB below": hum,
    "telephone": telephone,
    "music 10 dB below": lambda sound, chance: _with(sound, music(chance, len(sound)), 10),
    "room of 0.5 s": room,
    "30 dB fainter": lambda sound, _: _level(sound, -30),
}


def clauses(lessons: Iterable[Lesson], spoil: Spoil, seed: int = 0) -> list[Heard]:
    chance = np.random.default_rng(seed)
    cut = [track(lesson, chance) for lesson in lessons]
    return [(spoil(_level(samples, -6), chance), phonemes) for samples, phonemes in cut]


def voiceless(seed: int = 7) -> dict[str, Wave]:
    """A minute each of what should leave a mouth shut."""
    chance, n = np.random.default_rng(seed), 60 * RATE
    return {
        "silence": np.zeros(n, np.float32),
        "white noise": (0.05 * chance.standard_normal(n)).astype(np.float32),
        "hum": _level(hum(np.full(n, 1e-3, np.float32), chance), 20),
        "music": music(chance, n),
    }


def main() -> None:
    talkers = {
        "flite rms": list(held_out("flite", 1, CLAUSES)),
        "espeak-ng, other voices": list(held_out("variant", 2, CLAUSES)),
        "Italian and Croatian": list(held_out("language", 3, CLAUSES)),
    }
    chance = np.random.default_rng(5)
    talkers["flite rms, sung"] = [sung(lesson, chance) for lesson in talkers["flite rms"][:8]]
    heading = "r     lag ms  recall precis spread protr  sd    loudness alone r"
    print(f"{'':44}{heading}")
    for talker, spoken in talkers.items():
        for name, spoil in SPOILT.items() if talker == "flite rms" else (("clean", SPOILT["clean"]),):
            s = score(clauses(spoken, spoil))
            print(
                f"{talker + ', ' + name:44}{s.r:.3f} {s.lag_ms:6.1f}  {s.recall:.3f}  {s.precision:.3f}  "
                f"{s.spread_r:.3f}  {s.protrusion_r:.3f}  {s.deviation:.2f}  {s.loudness_r:.3f}",
                flush=True,
            )
    for name, sound in voiceless().items():
        opening = heard_mouth(sound)[0]
        print(f"{name:44}mean aperture {opening.mean():.4f} E, above .05 E on {np.mean(opening > 0.05):.1%} of frames")


if __name__ == "__main__":
    main()
