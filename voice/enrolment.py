"""Makes a voice of recordings: hears who speaks, mends it, fits what the engine needs, and judges what came of it.

Knows no files: recordings are told apart by their place. The same recordings give the same voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import BadRecording
from data.types import RATE, Language, Phrase, Sentence, Wave
from voice import hearing
from voice.clearness import Verdict, judge, too_little
from voice.enroll import enroll
from voice.exemplar import Exemplar, fit
from voice.exemplar import Piece as Transcribed
from voice.expectation import expect, require_speech
from voice.formant import FormantVoice
from voice.hearing import Heard
from voice.mending import mend
from voice.opening import Engine, opened
from voice.profile import VoiceProfile
from voice.quality import Quality, overall, qualities
from voice.regrain import ExemplarConverter
from voice.resemblance import resemblance
from voice.source import Source, for_language
from voice.sources import named
from voice.speaker import Embedding, embed, likeness
from voice.theirs import Voice

Advance = Callable[[float, float], None]

MOST_S = 120.0  # of the person's clearest speech that a voice is fitted to
SAME = 0.72  # likeness from which a voice is the one that was meant before: two people lie below it
SHORTEST_S, LONGEST_S = 0.8, 15.0  # of a stretch with its words, to be learnt from
STEPS = ("hear", "fit", "own sounds", "judge")
TRIAL: dict[Language, str] = {  # what the voice says to be judged: in nobody's letters, with every sort of sound
    "en": "I still think of the summer when we first came to this town, and how quiet the streets were. "
    "You should ring your sister; she will be glad to hear from you.",
    "zh": "我常常想起刚搬到这里的那个夏天，街上多么安静。你给姐姐打个电话吧，她听见你的声音会高兴的。",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said in a stretch of a recording, as somebody wrote it down."""

    recording: int
    start_samples: int
    end_samples: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What is to be made. `source` is of `formant` (see `voice.source.named`), `weights` and `licence` are of `xtts`.

    `person` is the voice that was meant before, and `speaker` the one that the family names now, counted from 1.
    """

    language: Language
    engine: Engine = "formant"
    source: str | None = None
    weights: str | None = None
    licence: str | None = None
    speaker: int | None = None
    person: Embedding | None = None
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Enrolment:
    """The parts of a voice, what is known of it, and what its recordings hold; `person` is how they sound."""

    parts: dict[str, bytes]
    report: dict[str, Any]
    heard: Heard
    person: Embedding


def enrol(waves: Sequence[Wave], wanted: Wanted, advance: Advance) -> Enrolment:
    """The voice of the person in some recordings. Raises BadRecording where they hold too little of anybody."""

    def told(step: str, done: float = 0.0, total: float = 1.0) -> None:
        advance(STEPS.index(step) + done / max(total, 1.0), len(STEPS))

    heard = _meant(hearing.hear(waves, lambda done_s, total_s: told("hear", done_s, total_s)), wanted)
    require_speech(heard)
    sounds = list(hearing.take(waves, hearing.clearest(heard.theirs, MOST_S)))
    person = embed(np.concatenate(sounds))
    told("fit")
    kept, verdict = _fitted(waves, sounds, heard, wanted, told)
    told("judge")
    voice = opened(kept, wanted.engine, wanted.source, wanted.weights, wanted.language)
    likened = resemblance(say_with(voice, TRIAL[wanted.language], wanted.language), person)
    report = _report(heard, qualities(waves, heard), wanted) | {
        "exemplar": None if verdict is None else asdict(verdict),
        "resemblance": {**asdict(likened), "word": likened.word},
    }
    return Enrolment(kept, report, heard, person)


def _meant(heard: Heard, wanted: Wanted) -> Heard:
    """The voice that the family names, or meant before, or else the likeliest."""
    if wanted.speaker is not None:
        return heard.meaning(wanted.speaker - 1)
    if wanted.person is None or not heard.speakers:
        return heard
    alike = [likeness(each.embedding, wanted.person) for each in heard.speakers]
    return heard.meaning(int(np.argmax(alike))) if max(alike) >= SAME else heard


def _fitted(
    waves: Sequence[Wave], sounds: Sequence[Wave], heard: Heard, wanted: Wanted, told: Callable[[str], None]
) -> tuple[dict[str, bytes], Verdict | None]:
    """The parts of the engine that is wanted, and what the test of the person's own sounds said."""
    if wanted.engine == "xtts":
        from voice.xtts import latents
        from voice.xtts_model import XttsModel
        from voice.xtts_weights import fetch

        folder = Path(wanted.weights or "")
        model = XttsModel.load(folder if wanted.licence is None else fetch(folder, wanted.licence))
        return {"xtts": latents(model, sounds).to_bytes()}, None
    source = named(wanted.source)
    profile = enroll(sounds, source)
    told("own sounds")
    own, verdict = _own_sounds(list(_transcribed(waves, wanted.said, heard)), profile, source, wanted.language)
    return {"matched": profile.to_bytes()} | ({} if own is None else {"exemplar": own.to_bytes()}), verdict


def _own_sounds(
    pieces: Sequence[Transcribed], profile: VoiceProfile, source: Source, language: Language
) -> tuple[Exemplar | None, Verdict | None]:
    """The person's own sounds where they are clear enough, and why or why not; nothing where no word is known."""
    if language != "en" or not pieces:
        return None, None
    verdict = too_little(sum(len(piece.sound) for piece in pieces) / RATE)
    if verdict is not None:
        return None, verdict
    reader = for_language(source, "en").within(profile.conversions["en"].manner)
    try:
        own = fit(pieces, reader)
    except BadRecording as err:
        return None, Verdict(False, None, None, None, None, 0, str(err))
    voice = FormantVoice(profile, "en", source=source, exemplar=ExemplarConverter(own))
    verdict = judge(lambda text: say_with(voice, text, "en"), lambda text: reader.speak(text, "en").samples)
    return (own if verdict.passed else None), verdict


def _transcribed(waves: Sequence[Wave], said: Sequence[Said], heard: Heard) -> Iterator[Transcribed]:
    """Stretches with their words, mended as what is heard is; none in which somebody else was heard."""
    others = [piece for piece in heard.pieces if piece.speaker != heard.person]
    for each in said:
        if any(
            piece.recording == each.recording
            and piece.start_samples < each.end_samples
            and each.start_samples < piece.end_samples
            for piece in others
        ):
            continue
        wave = waves[each.recording][each.start_samples : each.end_samples]
        if SHORTEST_S * RATE <= len(wave) <= LONGEST_S * RATE:
            yield Transcribed(mend(wave).samples, each.text)


def say_with(voice: Voice, text: str, language: Language) -> Wave:
    """All that a voice makes of a text."""
    sentence = Sentence(0, (Phrase(text, language, "imagined"),))
    return np.concatenate([chunk.samples for chunk in voice.speak(sentence)])


def _report(heard: Heard, found: Mapping[int, Quality], wanted: Wanted) -> dict[str, Any]:
    expected = expect(heard, found, wanted.language)
    return {
        "engine": wanted.engine,
        "source": wanted.source,
        "weights": wanted.weights,
        "language": wanted.language,
        "speech_s": round(heard.speech_s, 1),
        "left_out_s": {reason: round(s, 1) for reason, s in heard.left_out_s().items() if s >= 1},
        "speakers": [{"number": each.number + 1, "seconds": round(each.seconds, 1)} for each in heard.speakers],
        "person": heard.person + 1,
        "quality": asdict(overall(list(found.values()))),
        "expected": list(expected.words(wanted.language)),
        "advice": list(expected.advice(wanted.language)),
    }
