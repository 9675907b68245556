"""What `--json` prints. Others build on these names: fields may be added, never renamed."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence

from data.archive import Memorial
from data.types import FPS, RATE, Phoneme, Phrase
from orchestrator.flow import Record
from services.answers import Answer
from services.memorials import Added

Json = dict[str, object]


def new_report(memorial: Memorial) -> Json:
    """`lantern new`, and each of `lantern list`."""
    person = memorial.person
    return {
        "id": memorial.id,
        "name": person.name,
        "born": person.born,
        "died": person.died,
        "language": person.language,
        "exhibit": person.exhibit,
    }


def add_report(added: Sequence[Added], passages: int, warnings: Sequence[str]) -> Json:
    """`lantern add`. `passages` counts the letters and messages that the memorial now holds."""
    files = [
        {"file": each.file, "kind": each.kind, "kept": each.kept, "left_out": each.left_out, "reason": each.reason}
        for each in added
    ]
    return {"added": files, "passages": passages, "warnings": list(warnings)}


def ask_report(answer: Answer) -> Json:
    """`lantern ask`."""
    return {
        "text": answer.text,
        "phrases": [phrase_report(phrase) for phrase in answer.record.phrases],
        "guard": answer.guard,
        "timings": {**_stages(answer.record), "total_s": round(answer.total_s, 3)},
        "clip": None if answer.clip is None else str(answer.clip.path),
    }


def demo_report(line: str, answer: Answer) -> Json:
    """`lantern demo`, and `reply.json`. With the phonemes, so that the clip can be measured against them."""
    clip = answer.clip
    stages = _stages(answer.record)
    if clip is not None:
        stages["encode_s"] = round(clip.info.encode_s, 3)
    return {
        "question": line,
        "clip": None if clip is None else str(clip.path),
        "duration_s": None if clip is None else clip.info.duration_s,
        "fps": None if clip is None else FPS,
        "width": None if clip is None else clip.info.width,
        "height": None if clip is None else clip.info.height,
        "text": answer.text,
        "phrases": [phrase_report(phrase) for phrase in answer.record.phrases],
        "stages": stages,
        "first_frame_s": None if clip is None else round(clip.first_frame_s, 3),
        "total_s": round(answer.total_s, 3),
        "peak_rss_mb": round(peak_rss_mb()),
        "phonemes": [_phoneme(each) for each in answer.record.phonemes],
    }


def phrase_report(phrase: Phrase) -> Json:
    """One phrase with its mark and where it comes from."""
    source = phrase.source
    named = (
        None
        if source is None
        else {"file": source.file, "date": source.date, "quote": source.quote, "author": source.author}
    )
    return {"text": phrase.text, "mark": phrase.mark, "source": named}


def peak_rss_mb() -> float:
    """The most memory that this process ever held, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _stages(record: Record) -> dict[str, float]:
    return {
        "persona_s": round(record.persona_s, 3),
        "voice_s": round(record.voice_s, 3),
        "face_s": round(record.face_s, 3),
    }


def _phoneme(phoneme: Phoneme) -> Json:
    return {
        "ipa": phoneme.ipa,
        "start_s": round(phoneme.start_samples / RATE, 4),
        "end_s": round(phoneme.end_samples / RATE, 4),
        "stress": phoneme.stress,
    }
