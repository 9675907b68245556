"""What `--json` prints. Others build on these names: fields may be added, never renamed."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.archive import Memorial
from data.media import ClipInfo
from data.types import FPS, RATE, Phoneme, Phrase
from orchestrator.flow import Record
from orchestrator.job import Standing

Json = dict[str, Any]


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


def add_report(added: Sequence[Json], passages: int, warnings: Sequence[str], left_out: Sequence[Json]) -> Json:
    """`lantern add`. `passages` counts the letters and messages that the memorial now holds; `left_out` is what was
    passed over in folders."""
    return {"added": list(added), "passages": passages, "warnings": list(warnings), "left_out": list(left_out)}


def ask_report(record: Record, clip: Path | str | None, info: ClipInfo | None, total_s: float) -> Json:
    """`lantern ask` and `lantern farewell`."""
    return {
        "text": text_of(record.phrases),
        "phrases": [phrase_report(phrase) for phrase in record.phrases],
        "guard": "notice" if any(phrase.mark == "notice" for phrase in record.phrases) else "passed",
        "timings": {**_stages(record), "total_s": round(total_s, 3)},
        **_clip(clip, info),
    }


def demo_report(
    line: str, record: Record, clip: Path, info: ClipInfo | None, first_frame_s: float, total_s: float
) -> Json:
    """`lantern demo`, and `reply.json`. With the phonemes, so that the clip can be measured against them."""
    stages = _stages(record)
    if info is not None:
        stages["encode_s"] = round(info.encode_s, 3)
    return {
        "question": line,
        **_clip(clip, info),
        "text": text_of(record.phrases),
        "phrases": [phrase_report(phrase) for phrase in record.phrases],
        "stages": stages,
        "first_frame_s": None if info is None else round(first_frame_s, 3),
        "total_s": round(total_s, 3),
        "peak_rss_mb": round(peak_rss_mb()),
        "phonemes": [_phoneme(each) for each in record.phonemes],
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


def job_report(standing: Standing) -> Json:
    """Each of `lantern jobs`."""
    progress = standing.progress
    return {
        "id": standing.id,
        "kind": standing.kind,
        "memorial": standing.memorial_id,
        "state": standing.state,
        "queued_at": standing.queued_at.isoformat(),
        "ended_at": None if standing.ended_at is None else standing.ended_at.isoformat(),
        "step": None if progress is None else progress.step,
        "share": None if progress is None else progress.share,
        "left_s": None if progress is None else progress.left_s,
        "error": standing.error,
    }


def peak_rss_mb() -> float:
    """The most memory that this process ever held, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def text_of(phrases: Sequence[Phrase]) -> str:
    """The phrases as one text."""
    joined = ""
    for phrase in phrases:
        joined += phrase.text if phrase.language == "zh" or not joined else f" {phrase.text}"
    return joined


def _clip(path: Path | str | None, info: ClipInfo | None) -> Json:
    """Where the clip lies, or under which id it is kept, and how large it is; nothing where there is none."""
    if path is None or info is None:
        return dict.fromkeys(("clip", "duration_s", "fps", "width", "height"))
    return {
        "clip": str(path),
        "duration_s": info.duration_s,
        "fps": FPS,
        "width": info.width,
        "height": info.height,
    }


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
