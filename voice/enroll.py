"""Fits a voice profile to recordings. Needs no transcript, and knows nothing of files or of how the profile is kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from data.types import RATE, Language, Wave
from voice.convert import Converter, cepstra, level_ratio
from voice.espeak import SourceVoice, speak
from voice.passages import PASSAGES
from voice.profile import Conversion, VoiceProfile
from voice.speech import find_speech, pace
from voice.world import BANDS, SPARSE, Array, Features, analyse, band_centres_hz, bands_db, stretch, track

LANGUAGES: tuple[Language, ...] = ("en", "zh")

WOMEN_FROM_HZ = 155.0  # median F0 from which a woman's source voice is nearer
# Of espeak-ng's. A woman's voice made from f2 is clearer than from f1 (a recogniser loses .47 of the words, not .59),
# but f2, f3 and f5 do not always make the same sound of the same text.
VARIANTS = {"high": "f1", "low": "m3"}
LEAST_SOURCE_HZ, MOST_SOURCE_HZ = 100.0, 230.0  # beyond, espeak-ng's or WORLD's own quality falls
PITCH_STEPS = 3  # of the secant search for espeak-ng's pitch setting
PACE_AT = 170  # words a minute, at which the source's pace is measured
PACES = 140, 190  # bounds of espeak-ng's rate
PACE_TRUST = 0.5  # power of the ratio of paces: peaks of loudness are counted surely in neither voice

WARPS = np.arange(0.82, 1.2201, 0.02)
CODEBOOK = 48  # shapes of envelope that stand for a voice while the warp is sought
WARP_CEPSTRA = slice(1, 13)  # tilt left out: it belongs to the microphone as much as to the tract

VOICED_CLASSES, UNVOICED_CLASSES = 5, 2
CLASS_WEIGHT = 0.6  # how much of a class's own difference is used beside that of all voiced or unvoiced sounds
CLASS_FRAMES = 150.0 / SPARSE  # frames at which a class's own mean is half trusted
LARGEST_SHIFT_DB = 24.0
LARGEST_LEVEL_DB = 6.0  # of unvoiced against voiced sounds
LARGEST_BREATH_DB = 12.0
CLIFF_DB, LEAST_BANDWIDTH_HZ = 15.0, 2_500.0  # a fall within two bands that no voice has
ROLL_OFF_DB = 18.0  # an octave
LOWEST_TOLD_HZ = 90.0
SOURCE_RANGE_DB = 45.0  # below the loud frames is no speech
QUIET_GAIN = 0.05  # for measuring, far below the limiter
GAIN_S = 3.0  # of speech converted to measure its level
LEVEL = 0.11  # root mean square of the louder half of speech, for every voice


def enroll(recordings: Sequence[Wave]) -> VoiceProfile:
    """Fit a profile to all the recordings of one person together; raises BadRecording where they hold too little."""
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
        notes=speech.notes,
        conversions={},
    )
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:  # WORLD works outside the interpreter's lock
        sources = list(pool.map(lambda language: _read_aloud(source_voice(profile, language), language), LANGUAGES))
        warp = fit_warp([source.features for source in sources], speech.features, profile.bandwidth_hz)
        fitted = pool.map(lambda source: _fit(profile, source, speech.features, bands, warp), sources)
        return replace(profile, conversions=dict(zip(LANGUAGES, fitted, strict=True)))


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


def source_voice(profile: VoiceProfile, language: Language) -> SourceVoice:
    """The source nearest to the person: man's or woman's, its pitch and its pace."""
    wanted = float(np.clip(np.exp(profile.log_f0_mean), LEAST_SOURCE_HZ, MOST_SOURCE_HZ))
    variant = VARIANTS["high" if np.exp(profile.log_f0_mean) >= WOMEN_FROM_HZ else "low"]
    voice = SourceVoice(variant, rate=PACE_AT)
    text = PASSAGES[language][0]
    for _ in range(PITCH_STEPS):
        f0_hz, _ = track(speak(text, language, voice).samples)
        ratio = wanted / float(np.median(f0_hz[f0_hz > 0]))
        voice = replace(voice, pitch=int(np.clip(round(voice.pitch + 120 * np.log2(ratio) / 2), 5, 95)))
    spoken = pace(np.concatenate([speak(line, language, voice).samples for line in PASSAGES[language][:2]]))
    ratio = profile.syllables_per_s / max(spoken, 1e-3)
    return replace(voice, rate=int(np.clip(round(PACE_AT * ratio**PACE_TRUST), *PACES)))


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Frames of one voice: mel envelopes in decibels, which are voiced, and their cepstra in standard deviations."""

    bands: Array
    voiced: NDArray[np.bool_]
    mean: Array  # (2, D)
    sd: Array  # (2, D)
    standard: Array  # (n, D)


def _side(bands: Array, voiced: NDArray[np.bool_]) -> _Side:
    shapes = cepstra(bands)
    groups = [shapes[~voiced] if (~voiced).sum() > 1 else shapes, shapes[voiced]]
    mean, sd = np.stack([group.mean(axis=0) for group in groups]), np.stack([group.std(axis=0) for group in groups])
    sd = np.maximum(sd, 1e-3)
    return _Side(bands, voiced, mean, sd, (shapes - mean[voiced.astype(int)]) / sd[voiced.astype(int)])


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    voice: SourceVoice
    sounds: tuple[Wave, ...]
    features: Features


def _read_aloud(voice: SourceVoice, language: Language) -> _Source:
    """The passages in the source voice; features without the pauses."""
    sounds = tuple(speak(line, language, voice).samples for line in PASSAGES[language])
    whole = np.concatenate(sounds)
    features = analyse(whole, every=SPARSE)
    level = 10 * np.log10(features.envelope.mean(axis=1))
    used = level > np.percentile(level, 95) - SOURCE_RANGE_DB
    return _Source(voice, sounds, Features(features.f0_hz[used], features.envelope[used], features.aperiodicity[used]))


def _fit(profile: VoiceProfile, source: _Source, target: Features, target_bands: Array, warp: float) -> Conversion:
    middle, spread = centre_and_spread(np.log(source.features.f0_hz[source.features.voiced]))
    ours = _side(bands_db(stretch(source.features.envelope, warp)), source.features.voiced)
    theirs = _side(target_bands, target.voiced)
    centroids, shifts, means = _classes(ours, theirs, profile.bandwidth_hz)
    conversion = Conversion(
        source=source.voice,
        log_f0_mean=middle,
        log_f0_sd=spread,
        warp=warp,
        feature_mean=ours.mean,
        feature_sd=ours.sd,
        centroids=centroids,
        voiced_classes=VOICED_CLASSES,
        shifts_db=shifts,
        means_db=means,
        aperiodicity_db=_breath_shift(source.features, target, profile.bandwidth_hz),
        gain=QUIET_GAIN,
    )
    sample = np.concatenate(list(Converter(profile, conversion).convert(source.sounds[0][: int(GAIN_S * RATE)])))
    return replace(conversion, gain=QUIET_GAIN * LEVEL / max(level_ratio(sample), 1e-6))


def fit_warp(sources: Sequence[Features], target: Features, bandwidth: float) -> float:
    """The factor on the source's formants under which its voiced sounds lie nearest to the person's.

    Both sides lose their mean first, so that microphone and tilt do not count; the search is that of Lee and Rose,
    "A frequency warping approach to speaker normalization" (1998), with a codebook in place of an acoustic model. A
    person has one vocal tract, so all languages of the source vote together.
    """
    theirs = _shapes(target.envelope[target.voiced], bandwidth)
    book, _ = kmeans2(theirs, CODEBOOK, seed=1, minit="++")
    costs = np.zeros(len(WARPS))
    for source in sources:
        some = source.envelope[source.voiced]
        costs += [cdist(_shapes(stretch(some, float(warp)), bandwidth), book).min(axis=1).mean() for warp in WARPS]
    return float(WARPS[costs.argmin()])


def _shapes(envelope: Array, bandwidth: float) -> Array:
    found = cepstra(_extended(bands_db(envelope), bandwidth))[:, WARP_CEPSTRA]
    return np.asarray(found - found.mean(axis=0))


def _classes(ours: _Side, theirs: _Side, bandwidth: float) -> tuple[Array, Array, Array]:
    """Centroids (classes, D), envelope shifts and the person's means (classes, BANDS).

    Standardised on each side, two voices' sounds fall into the same clusters, because both are mostly speech; the
    clusters are sought in the two together, so that neither side pulls them its way.
    """
    ours_db, theirs_db = (side.bands - side.bands[side.voiced].mean() for side in (ours, theirs))
    centroids: list[Array] = []
    shifts: list[Array] = []
    means: list[Array] = []
    for voiced, count in ((True, VOICED_CLASSES), (False, UNVOICED_CLASSES)):
        a, b = ours.voiced == voiced, theirs.voiced == voiced
        pool = np.concatenate([ours.standard[a], theirs.standard[b]])
        found, _ = kmeans2(pool, count, seed=1, minit="++")
        nearest_a, nearest_b = (cdist(s, found).argmin(axis=1) for s in (ours.standard[a], theirs.standard[b]))
        general = theirs_db[b].mean(axis=0)
        for place in range(count):
            here, there = ours_db[a][nearest_a == place], theirs_db[b][nearest_b == place]
            trust = _trust(min(len(here), len(there)))
            own = there.mean(axis=0) if trust else general
            before = here.mean(axis=0) if trust else ours_db[a].mean(axis=0)
            shift = (1 - trust) * (general - ours_db[a].mean(axis=0)) + trust * (own - before)
            shifts.append(_bounded(shift, bandwidth))
            means.append(_rolled_off((1 - trust) * general + trust * own, bandwidth))
        centroids.append(found)
    return np.concatenate(centroids), np.stack(shifts), np.stack(means)


def _trust(frames: int) -> float:
    return CLASS_WEIGHT * frames / (frames + CLASS_FRAMES)


def _bounded(shift: Array, bandwidth: float) -> Array:
    """Bounds; beyond the recordings' band, and below any voice's pitch, the last value that they tell."""
    level = float(np.clip(shift.mean(), -LARGEST_LEVEL_DB, LARGEST_LEVEL_DB))
    bounded = np.clip(shift - shift.mean() + level, -LARGEST_SHIFT_DB, LARGEST_SHIFT_DB)
    lowest = int(np.searchsorted(band_centres_hz(), LOWEST_TOLD_HZ))
    bounded[:lowest] = bounded[lowest]
    told = _extended(bounded, bandwidth)
    return np.where(told > 0, np.maximum(_rolled_off(told, bandwidth), 0), told)


def _last_held(bandwidth: float) -> int:
    """The last band well inside the recordings' band."""
    held = int(np.searchsorted(band_centres_hz(), bandwidth, side="right")) - 1
    return held if held == BANDS - 1 else max(held - 1, 0)


def _extended(rows: Array, bandwidth: float) -> Array:
    """(…, BANDS), the last told band standing for those beyond it."""
    last = _last_held(bandwidth)
    return np.asarray(np.where(np.arange(BANDS) > last, rows[..., last, None], rows))


def _rolled_off(row: Array, bandwidth: float) -> Array:
    """Beyond the recordings' band a person's spectrum falls as most people's does."""
    last = _last_held(bandwidth)
    octaves = np.log2(band_centres_hz() / band_centres_hz()[last])
    return np.asarray(np.where(octaves > 0, row[last] - ROLL_OFF_DB * octaves, row))


def _breath_shift(source: Features, target: Features, bandwidth: float) -> Array:
    def mean_db(features: Features) -> Array:
        return np.asarray(bands_db(features.aperiodicity[features.voiced] ** 2).mean(axis=0))

    shift = np.clip(mean_db(target) - mean_db(source), -LARGEST_BREATH_DB, LARGEST_BREATH_DB)
    return _extended(shift, bandwidth)
