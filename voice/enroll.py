"""Fits a voice profile to recordings. Needs no transcript, and knows nothing of files or of how the profile is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.types import RATE, Language, Wave
from voice.convert import LEVEL, level_ratio, map_pitch, pitch_reach, turned
from voice.passages import PASSAGES
from voice.profile import Conversion, VoiceProfile
from voice.source import Espeak, Manner, Source, for_language
from voice.speaker import Embedding, embed, likeness
from voice.speech import find_speech, pace
from voice.transport import fit
from voice.world import (
    BANDS,
    FFT,
    QUIETEST,
    SPARSE,
    Array,
    Features,
    analyse,
    band_centres_hz,
    bands_db,
    bins_db,
    stretch,
    track,
)

LANGUAGES: tuple[Language, ...] = ("en", "zh")

WOMEN_FROM_HZ = 155.0  # median F0 from which a woman's source voice is nearer
LEAST_SOURCE_HZ, MOST_SOURCE_HZ = 100.0, 230.0  # beyond, a source's own quality falls
PITCH_STEPS = 3  # of the search for the source's pitch
FURTHEST_OCTAVES = 1.0  # from its usual pitch
PACES = 0.82, 1.12  # bounds of the source's pace
PACE_TRUST = 0.5  # power of the ratio of paces: peaks of loudness are counted surely in neither voice

WARP_TRUST = 0.5  # of the likeliest warp: a recogniser lost 57 of 100 words with half of .84, 77 with all of it
TRIED_WARPS = 0.84, 0.90, 0.96, 1.02, 1.08, 1.14, 1.20  # then half a step on both sides of the best
WARP_STEP = 0.06
TRIED_PASSAGES = 2  # read in each warp and listened to: 12 s
KNOWN_PIECES, KNOWN_PIECE_S = 20, 2.0  # of the recordings, by which the network knows the person

FEWEST_FRAMES = 30  # of a kind, for a map of its own
MOST_BREATH = 0.25  # of the power of a voiced sound
CLIFF_DB, LEAST_BANDWIDTH_HZ = 15.0, 2_500.0  # a fall within two bands that no voice has
SOURCE_RANGE_DB = 45.0  # below the loud frames is no speech
PEAK = 0.8  # where a voice of sharp pulses is kept softer, so that the limiter has little to do
ROOM_DB = -65.0, -55.0  # bounds of the quiet between words, below full scale
ROOM_PERCENTILES = 2, 12  # of the windows' levels, among which is the recording's quiet


def enroll(recordings: Sequence[Wave], source: Source | None = None) -> VoiceProfile:
    """Fit a profile to all the recordings of one person together; raises BadRecording where they hold too little.

    `source` is what will read to this voice: espeak-ng where nothing is said, and in a language that it does not have.
    """
    speech = find_speech(recordings)
    voiced = speech.features.voiced
    bands = bands_db(speech.features.envelope)
    middle, spread = centre_and_spread(np.log(speech.features.f0_hz[voiced]))
    profile = VoiceProfile(
        speech_s=speech.seconds,
        log_f0_mean=middle,
        log_f0_sd=spread,
        level_db=speech.level_db,
        syllables_per_s=speech.syllables_per_s,
        bandwidth_hz=bandwidth_hz(bands),
        spectrum_db=long_term(bands, voiced),
        room_db=room_tone(recordings, speech.level_db),
        notes=speech.notes,
        conversions={},
    )
    person = _Person(profile, speech.features, bands, embed(_heard(recordings)))
    readers = {language: for_language(source or Espeak(), language) for language in LANGUAGES}
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:  # WORLD works outside the interpreter's lock
        read = list(pool.map(lambda item: _read_aloud(profile, *item), readers.items()))
    warps: dict[str, float] = {}  # one a source: a person has one vocal tract, and so has each source
    for reading in read:
        if reading.source not in warps:
            warps[reading.source] = _likeliest_warp(person, reading)
    fitted = [_levelled(person, reading, _fit(person, reading, warps[reading.source])) for reading in read]
    return replace(profile, conversions=dict(zip(LANGUAGES, fitted, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """What is known of them: the profile so far, the frames of their speech, and how the network knows them."""

    profile: VoiceProfile
    features: Features
    bands: Array
    embedding: Embedding


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """The passages as one source reads them; `frames` without the pauses."""

    source: str
    manner: Manner
    sounds: tuple[tuple[Wave, Features], ...]
    frames: Features
    log_f0_mean: float
    log_f0_sd: float


def centre_and_spread(log_f0: Array) -> tuple[float, float]:
    """Median, and the standard deviation of what lies within a fifth's doubled reach: octave errors left out."""
    middle = float(np.median(log_f0))
    near = log_f0[np.abs(log_f0 - middle) < np.log(1.6)]
    return middle, float(near.std())


def long_term(bands: Array, voiced: NDArray[np.bool_]) -> Array:
    """Mean decibels (BANDS,) of the voiced frames, level taken out."""
    mean = bands[voiced].mean(axis=0)
    return np.asarray(mean - mean.mean())


def bandwidth_hz(bands: Array) -> float:
    """Where the recordings end: at a cliff in the mean power, such as a telephone or a low sampling rate leaves."""
    power = 10 * np.log10((10 ** (bands / 10)).mean(axis=0))
    rest = np.array([power[band + 2 :].max() for band in range(BANDS - 2)])
    drop = np.where(band_centres_hz()[: BANDS - 2] > LEAST_BANDWIDTH_HZ, power[: BANDS - 2] - rest, 0)
    return float(band_centres_hz()[drop.argmax()]) if drop.max() > CLIFF_DB else RATE / 2


def _heard(recordings: Sequence[Wave]) -> Wave:
    """All of what is short, or pieces from all over the louder half of what is long."""
    size = int(KNOWN_PIECE_S * RATE)
    if sum(map(len, recordings)) <= KNOWN_PIECES * size:
        return np.concatenate(recordings)
    pieces = [wave[start : start + size] for wave in recordings for start in range(0, len(wave), size)]
    level = np.array([np.mean(np.square(np.nan_to_num(piece), dtype=np.float64)) for piece in pieces])
    loud = np.flatnonzero(level >= np.median(level))
    chosen = loud[np.unique(np.linspace(0, len(loud) - 1, KNOWN_PIECES).astype(int))]
    return np.concatenate([pieces[place] for place in chosen])


def room_tone(recordings: Sequence[Wave], speech_db: float) -> Array:
    """(BANDS,) power spectrum in dB of the recordings' own quiet, as far below the voice as below their speech."""
    windows = np.concatenate([_windows(wave) for wave in recordings if len(wave) >= FFT])
    level = 10 * np.log10(np.maximum((windows**2).mean(axis=1), QUIETEST))
    low, high = np.percentile(level, ROOM_PERCENTILES)
    quiet = windows[(level >= low) & (level <= high)] * np.hanning(FFT)
    spectrum = bands_db((np.abs(np.fft.rfft(quiet, axis=1)) ** 2).mean(axis=0)[None])[0]
    beneath = float(np.median(level[(level >= low) & (level <= high)])) - speech_db
    wanted = np.clip(20 * np.log10(LEVEL) + beneath, *ROOM_DB)
    return np.asarray(spectrum - 10 * np.log10((10 ** (bins_db(spectrum[None])[0] / 10)).mean()) + wanted)


def _windows(wave: Wave) -> Array:
    sound = np.nan_to_num(wave[: len(wave) // FFT * FFT].astype(np.float64))
    return np.asarray(sound.reshape(-1, FFT))


def _manner(profile: VoiceProfile, source: Source, language: Language) -> Manner:
    """The manner nearest to the person: a man's or a woman's, its pitch and its pace."""
    wanted = float(np.clip(np.exp(profile.log_f0_mean), LEAST_SOURCE_HZ, MOST_SOURCE_HZ))
    manner = Manner(high=bool(np.exp(profile.log_f0_mean) >= WOMEN_FROM_HZ))
    text = PASSAGES[language][0]
    for _ in range(PITCH_STEPS):
        f0_hz, _ = track(source.within(manner).speak(text, language).samples)
        octaves = manner.pitch_octaves + float(np.log2(wanted / np.median(f0_hz[f0_hz > 0])))
        manner = replace(manner, pitch_octaves=float(np.clip(octaves, -FURTHEST_OCTAVES, FURTHEST_OCTAVES)))
    spoken = pace(
        np.concatenate([source.within(manner).speak(line, language).samples for line in PASSAGES[language][:2]])
    )
    ratio = profile.syllables_per_s / max(spoken, 1e-3)
    return replace(manner, pace=float(np.clip(ratio**PACE_TRUST, *PACES)))


def _read_aloud(profile: VoiceProfile, language: Language, source: Source) -> _Reading:
    manner = _manner(profile, source, language)
    spoken = [source.within(manner).speak(line, language).samples for line in PASSAGES[language]]
    f0_hz, _ = track(np.concatenate(spoken))
    middle, spread = centre_and_spread(np.log(f0_hz[f0_hz > 0]))
    sounds = [(wave, analyse(wave, pitch_reach(middle, spread), clean=True)) for wave in spoken]
    parts = [Features(part.f0_hz[::SPARSE], part.envelope[::SPARSE], part.aperiodicity[::SPARSE]) for _, part in sounds]
    whole = Features(*(np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS))
    level = 10 * np.log10(whole.envelope.mean(axis=1))
    used = level > np.percentile(level, 95) - SOURCE_RANGE_DB
    frames = Features(whole.f0_hz[used], whole.envelope[used], whole.aperiodicity[used])
    return _Reading(source.name, manner, tuple(sounds), frames, middle, spread)


_COLUMNS = ("f0_hz", "envelope", "aperiodicity")


def _likeliest_warp(person: _Person, reading: _Reading) -> float:
    """The warp under which the network takes the source, turned, most for the person.

    Spectra alone tell it badly, because the map that follows hides most of what a wrong warp does to a mean.
    """
    found: dict[float, float] = {}

    def heard(warp: float) -> float:
        if warp not in found:
            said = np.concatenate(list(_tried(person, reading, _fit(person, reading, warp))))
            found[warp] = likeness(embed(said), person.embedding)
        return found[warp]

    best = max(TRIED_WARPS, key=heard)
    likeliest = max((round(best - WARP_STEP / 2, 2), best, round(best + WARP_STEP / 2, 2)), key=heard)
    return round(1 + WARP_TRUST * (likeliest - 1), 3)


def _tried(person: _Person, reading: _Reading, conversion: Conversion) -> Iterator[Wave]:
    for wave, features in reading.sounds[:TRIED_PASSAGES]:
        wanted = map_pitch(features.f0_hz, person.profile, conversion, conversion.log_f0_mean)
        yield turned(wave, features, wanted, conversion).astype(np.float32)


def _fit(person: _Person, reading: _Reading, warp: float) -> Conversion:
    """With a gain of one."""
    ours, theirs = bands_db(stretch(reading.frames.envelope, warp)), person.bands
    ours_voiced, theirs_voiced = reading.frames.voiced, person.features.voiced
    held = held_bands(person.profile.bandwidth_hz)
    lift = ours[ours_voiced][:, :held].mean() - theirs[theirs_voiced][:, :held].mean()  # levels are no part of a voice
    voiced = fit(ours[ours_voiced], theirs[theirs_voiced] + lift, held)
    enough = min((~ours_voiced).sum(), (~theirs_voiced).sum()) >= FEWEST_FRAMES
    return Conversion(
        source=reading.source,
        manner=reading.manner,
        log_f0_mean=reading.log_f0_mean,
        log_f0_sd=reading.log_f0_sd,
        warp=warp,
        voiced=voiced,
        unvoiced=fit(ours[~ours_voiced], theirs[~theirs_voiced] + lift, held) if enough else voiced,
        breath=_breath(reading.frames, person.features, held),
        gain=1.0,
    )


def _levelled(person: _Person, reading: _Reading, conversion: Conversion) -> Conversion:
    said = np.concatenate(list(_tried(person, reading, conversion)))
    return replace(
        conversion, gain=min(LEVEL / max(level_ratio(said), 1e-6), PEAK / max(float(np.abs(said).max()), 1e-6))
    )


def held_bands(bandwidth: float) -> int:
    """How many bands lie well inside the recordings' band."""
    held = int(np.searchsorted(band_centres_hz(), bandwidth, side="right"))
    return held if held == BANDS else max(held - 1, 1)


def _breath(source: Features, target: Features, held: int) -> Array:
    """By how much the person is breathier than the source; a source that is breathier cannot be made clear."""
    ours, theirs = (
        10 ** (bands_db(features.aperiodicity[features.voiced] ** 2).mean(axis=0) / 10) for features in (source, target)
    )
    more = np.clip(theirs - ours, 0, MOST_BREATH)
    return np.asarray(np.where(np.arange(BANDS) < held, more, more[held - 1]))
