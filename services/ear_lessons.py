"""Speech whose phonemes are known, for teaching the face's ear: `services/ear_fit.py`. Not used in service.

Synthesisers speak: espeak-ng in many languages and voices, flite in three of its four, either of them moved in pitch
and tract through WORLD, or made to sing. Nobody's recording is among it. Words of languages of which no text is at hand
are made up: each language reads them by its own rules, and what counts are its sounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.samples import sample
from data.types import RATE, Language, Phoneme, Wave
from voice import world
from voice.espeak import SourceVoice, Speech, speak_as
from voice.flite import Flite

Chance = np.random.Generator

LANGUAGES = (
    *(
        "en-us",
        "en-us",
        "en-us",
        "en-gb-scotland",
        "cmn",
        "cmn",
        "cmn",
        "fr",
        "de",
        "es",
        "pt-br",
        "nl",
        "pl",
        "tr",
        "sv",
    ),
    *("fi", "hu", "ro", "sw", "id", "vi", "da", "cs", "et", "ms"),
)  # the commoner ones more often
HELD_LANGUAGES = ("it", "hr")  # never taught
VARIANTS = (
    *("", "m1", "m2", "m3", "m4", "m5", "m7", "m8", "f1", "f2", "f3", "f5", "klatt", "klatt2", "klatt4", "klatt6"),
    *(
        "Alex",
        "Alicia",
        "Andy",
        "Annie",
        "Denis",
        "Gene",
        "Hugo",
        "Jacky",
        "Lee",
        "Marco",
        "Michael",
        "adam",
        "belinda",
    ),
    *("benjamin", "boris", "david", "ed", "edward", "grandma", "grandpa", "ian", "linda", "max", "michel", "norbert"),
    *("paul", "quincy", "rob", "sandro", "steph", "travis", "victor", "zac", "croak", "whisper"),
)
HELD_VARIANTS = ("m6", "f4", "klatt3", "Andrea", "john", "shelby")  # never taught
FLITE_VOICES = ("slt", "awb", "kal16")
HELD_FLITE_VOICE = "rms"  # never taught

ONSETS = (*"bdfghjklmnprstvwzmbpv", "bl", "br", "pr", "pl", "tr", "dr", "fl", "fr", "gr", "kr", "sk", "st", "sp")
NUCLEI = (*"aeiouaeiou", "ai", "au", "oi", "ei", "ou", "ia")
CODAS = ("", "", "", "", "n", "m", "s", "t", "l", "r", "k", "p", "b", "f")
WORDS = (3, 9)  # a made-up clause

NOTE_HZ = (90.0, 440.0)  # of songs
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)  # semitones
HELD_VOWEL = (2.0, 9.0)  # a sung vowel's length against the spoken one's
VIBRATO_HZ, VIBRATO_SHARE = 5.5, 0.02
PITCH_MOVED, TRACT_MOVED = (0.6, 1.7), (0.82, 1.22)
VOWELS = frozenset("aeiouyæɑɒɐəɚɛɜɝɪʊʌɔøœɤɨʉᵻɯ")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A clause as it sounds, and what is said when."""

    talker: str
    samples: Wave
    phonemes: tuple[Phoneme, ...]


def lessons(seed: int, count: int) -> Iterator[Lesson]:
    """What the ear is taught with."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        kind = chance.choice(("espeak", "flite", "moved", "sung"), p=(0.54, 0.18, 0.16, 0.12))
        lesson = _spoken(
            chance, "flite" if kind == "flite" or (kind != "espeak" and chance.random() < 0.6) else "espeak"
        )
        if lesson is None:
            continue
        if kind in ("moved", "sung"):
            lesson = (sung if kind == "sung" else moved)(lesson, chance)
        yield lesson


def held_out(kind: str, seed: int, count: int) -> Iterator[Lesson]:
    """What it is never taught with: `variant` of espeak-ng, `language`, or `flite`."""
    chance = np.random.default_rng((seed, 1))
    for _ in range(count):
        if kind == "flite":
            lesson = _flite(chance, HELD_FLITE_VOICE)
        else:
            languages = HELD_LANGUAGES if kind == "language" else ("en-us", "cmn")
            lesson = _espeak(chance, languages, HELD_VARIANTS)
        if lesson is not None:
            yield lesson


def _spoken(chance: Chance, by: str) -> Lesson | None:
    if by == "flite":
        return _flite(chance, str(chance.choice(FLITE_VOICES)))
    return _espeak(chance, LANGUAGES, VARIANTS)


def _espeak(chance: Chance, languages: Sequence[str], variants: Sequence[str]) -> Lesson | None:
    language, variant = str(chance.choice(languages)), str(chance.choice(variants))
    voice = SourceVoice(
        variant=variant,
        rate=int(chance.integers(105, 230)),
        pitch=int(chance.integers(10, 95)),
        pitch_range=int(chance.integers(20, 90)),
    )
    return _lesson(f"{language}+{variant}", speak_as(_text(chance, language), language, voice))


def _flite(chance: Chance, voice: str) -> Lesson | None:
    flite = Flite()
    return _lesson(voice, flite.speak_as(_text(chance, "en-us"), voice, pace=float(chance.uniform(0.75, 1.3))))


def _lesson(talker: str, speech: Speech) -> Lesson | None:
    return Lesson(talker, speech.samples, speech.phonemes) if len(speech.samples) > RATE // 2 else None


# --- words ----------------------------------------------------------------------------------------------------------


def _text(chance: Chance, language: str) -> str:
    known: Language | None = "zh" if language == "cmn" else "en" if language.startswith("en") else None
    if known and chance.random() < 0.8:
        return str(chance.choice(_clauses(known)))
    return " ".join(_word(chance) for _ in range(chance.integers(*WORDS))) + "."


def _word(chance: Chance) -> str:
    syllables = int(chance.integers(1, 4))
    return "".join(str(chance.choice(part)) for _ in range(syllables) for part in (ONSETS, NUCLEI, CODAS))


_read: dict[Language, list[str]] = {}


def _clauses(language: Language) -> list[str]:
    """The sample memorials' letters, a clause each."""
    if language not in _read:
        text = "\n".join(
            path.read_text("utf-8") for path in sample("hopper" if language == "en" else "waigong").letters
        )
        pieces = (piece.strip() for piece in re.split(r"[.!?;:\n。！？；：]+", text))
        least, most = (12, 90) if language == "en" else (4, 28)
        _read[language] = [piece for piece in pieces if least <= len(piece) <= most]
    return _read[language]


# --- other voices out of the same ----------------------------------------------------------------------------------


def moved(lesson: Lesson, chance: Chance) -> Lesson:
    """By a voice of another pitch and another size of tract."""
    parts = world.analyse(lesson.samples, clean=True)
    parts = replace(
        parts,
        f0_hz=parts.f0_hz * chance.uniform(*PITCH_MOVED),
        envelope=world.stretch(parts.envelope, float(chance.uniform(*TRACT_MOVED))),
    )
    return replace(lesson, talker=f"{lesson.talker}, moved", samples=world.synthesize(parts, len(lesson.samples)))


def sung(lesson: Lesson, chance: Chance) -> Lesson:
    """On notes, the vowels held."""
    parts = world.analyse(lesson.samples, clean=True)
    keynote_hz = float(chance.uniform(NOTE_HZ[0], NOTE_HZ[1] / 2))
    phonemes: list[Phoneme] = []
    origin: list[NDArray[np.float64]] = []
    f0_hz: list[NDArray[np.float64]] = []
    end = 0
    for phoneme in lesson.phonemes:
        vowel = bool(VOWELS & set(phoneme.ipa))
        longer = float(chance.uniform(*HELD_VOWEL)) if vowel else 1.3
        frames = max(1, round((phoneme.end_samples - phoneme.start_samples) * longer / world.FRAME_SAMPLES))
        ends = phoneme.start_samples / world.FRAME_SAMPLES, phoneme.end_samples / world.FRAME_SAMPLES
        origin.append(np.linspace(*ends, frames, endpoint=False))
        if vowel or not f0_hz:
            note_hz = keynote_hz * 2.0 ** (float(chance.choice(SCALE)) / 12)
        times = np.arange(frames) * world.FRAME_MS / 1000
        f0_hz.append(note_hz * (1.0 + VIBRATO_SHARE * np.sin(2 * np.pi * VIBRATO_HZ * times)))
        start, end = end, end + frames * world.FRAME_SAMPLES
        phonemes.append(Phoneme(phoneme.ipa, start, end, phoneme.stress))
    taken = np.clip(np.rint(np.concatenate(origin)).astype(int), 0, len(parts.f0_hz) - 1)
    parts = world.Features(
        np.where(parts.voiced[taken], np.concatenate(f0_hz), 0.0), parts.envelope[taken], parts.aperiodicity[taken]
    )
    return Lesson(f"{lesson.talker}, sung", world.synthesize(parts, end), tuple(phonemes))


# --- what is no voice ------------------------------------------------------------------------------------------------


def noises(seed: int, seconds: float) -> Iterator[tuple[str, Wave]]:
    """Stretches without a voice: hiss, rumble, hum, clicks, music."""
    chance = np.random.default_rng((seed, 2))
    for name, make in (("noise", _noise), ("hum", _hum), ("clicks", _clicks), ("music", music)):
        yield name, make(chance, round(seconds * (3 if name == "music" else 1) * RATE))


def _noise(chance: Chance, length: int) -> Wave:
    """Coloured anew every few seconds, from white to brown."""
    return _joined(chance, length, lambda n: _coloured(chance, n, float(chance.uniform(0.0, 2.0))))


def _coloured(chance: Chance, length: int, fall: float) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(chance.standard_normal(length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 40.0)
    return np.asarray(np.fft.irfft(spectrum * hertz ** (-fall / 2), length))


def _hum(chance: Chance, length: int) -> Wave:
    def piece(n: int) -> NDArray[np.float64]:
        mains_hz = float(chance.choice((50.0, 60.0)))
        times = np.arange(n) / RATE
        loud = chance.exponential(1.0, 12) / np.arange(1, 13)
        waves = [s * np.sin(2 * np.pi * k * mains_hz * times + k) for k, s in enumerate(loud, 1)]
        return np.asarray(np.sum(waves, axis=0) + 0.02 * chance.standard_normal(n))

    return _joined(chance, length, piece)


def _clicks(chance: Chance, length: int) -> Wave:
    """Knocks, steps, keys: short bursts, each of its own colour."""
    sound = np.zeros(length)
    for at in np.flatnonzero(chance.random(length) < 3.0 / RATE):
        n = min(int(chance.integers(RATE // 200, RATE // 8)), length - at)
        burst = _coloured(chance, max(n, 2), float(chance.uniform(0.0, 1.8)))[:n]
        sound[at : at + n] += burst / (np.abs(burst).max() + 1e-9) * np.exp(-5.0 * np.arange(n) / n)
    return np.asarray(0.3 * sound, np.float32)


def music(chance: Chance, length: int) -> Wave:
    """Chords, a tune over them, a bass and drums, on instruments that exist nowhere."""

    def piece(n: int) -> NDArray[np.float64]:
        step, root_hz, sound = round(RATE * chance.uniform(0.09, 0.22)), float(chance.uniform(45, 140)), np.zeros(n)
        beats = _Beats(chance)
        players = [(_instrument(chance), *part) for part in _PARTS if chance.random() < 0.7]
        for number, at in enumerate(range(0, n, step)):
            for instrument, every, octaves, voices, loud in players:
                if number % every == 0 and chance.random() < 0.8:
                    for note in chance.choice(SCALE, voices, replace=False):
                        hertz = root_hz * 2 ** (note / 12 + float(chance.choice(octaves)))
                        long = min(round(step * every * float(chance.uniform(0.5, 1.3))) + 1, n - at)
                        _add(sound, at, loud * _tone(instrument, hertz, long))
            beats.strike(sound, at, number)
        return sound

    return _joined(chance, length, piece)


# Every how many steps a part plays, in which octaves, how many notes at once, how loud.
_PARTS = (
    (16, (1, 2), 3, 0.5),
    (8, (1, 2), 3, 0.6),
    (4, (0,), 1, 1.0),
    (2, (2, 3), 1, 0.8),
    (1, (1, 2, 3), 1, 0.6),
)


class _Beats:
    """A drum, a snare and a cymbal, each with a figure of sixteen steps; or none."""

    def __init__(self, chance: Chance) -> None:
        self._loud = float(chance.choice((0.0, 0.6, 1.5)))
        self._figures = [chance.random(16) < share for share in (0.3, 0.2, 0.5)]
        times = np.arange(RATE // 4) / RATE
        drum = np.sin(2 * np.pi * (50 * times + chance.uniform(1, 6) * (1 - np.exp(-30 * times)))) * np.exp(-14 * times)
        noise = _coloured(chance, len(times), 0.0), _coloured(chance, len(times), -1.0)
        snare = (noise[0] + 2 * np.sin(2 * np.pi * 190 * times)) * np.exp(-chance.uniform(12, 40) * times)
        cymbal = noise[1] * np.exp(-chance.uniform(15, 90) * times)
        self._sounds = [each / np.abs(each).max() for each in (drum, snare, cymbal)]

    def strike(self, sound: NDArray[np.float64], at: int, number: int) -> None:
        for figure, struck, share in zip(self._figures, self._sounds, (1.0, 0.7, 0.4), strict=True):
            if figure[number % 16]:
                _add(sound, at, self._loud * share * struck)


@dataclass(frozen=True, slots=True)
class _Instrument:
    """`partials`: sizes; the others a second: how a note dies, comes and wavers, and where its resonance goes."""

    partials: NDArray[np.float64]
    dies: float
    rise_s: float
    waver: float
    resonance_hz: tuple[float, float]


def _instrument(chance: Chance) -> _Instrument:
    sizes = np.arange(1, 31) ** -chance.uniform(0.4, 2.2) * chance.uniform(0.2, 1.0, 30)
    if chance.random() < 0.25:
        sizes[1::2] *= 0.1  # hollow, as a clarinet
    low, high = np.sort(chance.uniform(200, 5_000, 2))
    return _Instrument(
        sizes,
        float(chance.choice((0.2, 2.0, 6.0, 12.0))),
        float(chance.choice((0.003, 0.03, 0.15))),
        float(chance.choice((0.0, 0.0, 0.01))),
        (float(low), float(high if chance.random() < 0.4 else low)),
    )


def _tone(of: _Instrument, hertz: float, length: int) -> NDArray[np.float64]:
    times = np.arange(length) / RATE
    wavered = times + of.waver / (2 * np.pi * 5.0) * np.sin(2 * np.pi * 5.0 * times)
    tops = np.linspace(*of.resonance_hz, length)
    sound = np.zeros(length)
    for k, size in enumerate(of.partials, 1):
        if k * hertz > RATE / 2.2:
            break
        loud = size * np.exp(-of.dies * times * (1 + 0.15 * k)) / (1.0 + ((k * hertz - tops) / 600.0) ** 2) ** 0.5
        sound += loud * np.sin(2 * np.pi * k * hertz * wavered)
    return np.asarray(sound * np.minimum(1.0, times / of.rise_s) * np.minimum(1.0, times[::-1] / 0.01))


def _add(sound: NDArray[np.float64], at: int, piece: NDArray[np.float64]) -> None:
    room = len(sound) - at
    sound[at : at + len(piece)] += piece[:room]


def _joined(chance: Chance, length: int, piece: Callable[[int], NDArray[np.float64]]) -> Wave:
    """Pieces of some seconds, each at a level of its own below full scale."""
    parts: list[NDArray[np.float64]] = []
    while sum(map(len, parts)) < length:
        made = piece(int(chance.integers(4 * RATE, 10 * RATE)))
        parts.append(made / (np.abs(made).max() + 1e-9) * 10 ** (chance.uniform(-14, 0) / 20))
    return np.concatenate(parts)[:length].astype(np.float32)
