"""Learning a voice as a durable job, or as a part of adding recordings. Knows no engine from inside and no terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np

from data.archive import Archive, Memorial, Stretch
from data.errors import BadHome, BadRecording, NotReady, Refused
from data.media import Excerpt, read_excerpts
from data.names import covers
from data.types import RATE
from orchestrator.job import Job
from services import voices
from services.report import Json
from voice import parts
from voice.sources import BUILT_IN, FLITE, named

if TYPE_CHECKING:
    from voice.enrolment import Enrolment, Said

MOST_RECORDINGS = 60  # that a voice is learnt from: the longest ones, some minutes of speech
RESEMBLES = {"somewhat": "resembles theirs somewhat", "no": "does not resemble theirs"}
MOST_HEARD_S, LEAST_EACH_S = 1_800.0, 30.0  # of all recordings together, and of each all the same
MS = RATE // 1_000  # samples
BY_DEFAULT: Json = {"engine": "formant", "source": None, "weights": None, "licence": None, "speaker": None}

Advance = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class Recording:
    """`file` is where it came from."""

    file: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Learnt:
    """A voice as it is kept, what is known of it, and what its recordings hold."""

    voice: bytes
    report: Json
    heard: bytes

    def to_bytes(self) -> bytes:
        """As a paper of a job."""
        return parts.pack({"voice": self.voice, "report": json.dumps(self.report).encode(), "heard": self.heard})

    @classmethod
    def from_bytes(cls, paper: bytes) -> Learnt:
        """From such a paper."""
        told = parts.unpack(paper)
        return cls(told["voice"], json.loads(told["report"]), told["heard"])


def order(
    archive: Archive,
    memorial: Memorial,
    engine: str,
    source: str | None,
    weights: Path | None,
    licence: str | None,
    speaker: int | None,
) -> bytes:
    """What an enrolling job is given. Raises what would make it impossible."""
    if not any(each.kind == "recording" for each in archive.sources(memorial.id)):
        raise NotReady(f"{memorial.person.name} has no recording here yet: `lantern add` one")
    folder = None if weights is None else str(weights.expanduser().absolute())
    if engine == "xtts":
        _check_weights(folder, licence)
    elif source is not None and source not in (BUILT_IN, FLITE):
        source = str(Path(source).expanduser().absolute())
    named(source)  # raises where it is not here
    told = {"engine": engine, "source": source, "weights": folder, "licence": licence, "speaker": speaker}
    return json.dumps(told).encode()


def as_before(archive: Archive, memorial_id: str) -> Json:
    """The engine with which the voice that speaks was made."""
    kept = archive.voice_profile(memorial_id)
    if kept is None:
        return BY_DEFAULT
    try:
        told = voices.report(parts.unpack(kept))
    except BadHome:  # of an older version, which is learnt anew
        return BY_DEFAULT
    return BY_DEFAULT | {name: told[name] for name in ("engine", "source", "weights")}


def _check_weights(folder: str | None, licence: str | None) -> None:
    from voice.xtts_weights import LICENCE, TERMS, complete

    if folder is None:
        raise Refused("xtts needs its weights: say with --weights in which folder they are, or are to be fetched to")
    if licence is None:
        complete(Path(folder))
    elif licence != LICENCE:
        raise Refused(f"{TERMS}; agree to it by its name, {LICENCE}")


def enrol(job: Job) -> None:
    """The body of the job: learn the voice from all recordings, and let it wait to be heard."""
    if job.paper("report") is not None:
        return
    memorial = job.archive.memorial(job.memorial_id)
    with job.step("voice") as advance:
        learnt = learn(job.archive, memorial, (), json.loads(job.given("order")), advance)
    with job.step("keep"), job.publishing() as adding:
        waits = voices.keep(job.archive, adding, learnt.voice, learnt.heard, must_wait=True)
        told = learnt.report | {"waiting": waits}
        adding.add_paper(job.id, "report", json.dumps(told, ensure_ascii=False).encode())


def learn(archive: Archive, memorial: Memorial, fresh: Sequence[Recording], given: Json, advance: Advance) -> Learnt:
    """A voice from all recordings, those included that are about to be kept. Raises BadRecording."""
    from voice.enrolment import Wanted, enrol

    recordings = _longest(archive, memorial, fresh)
    if not recordings:
        raise NotReady("every recording is left out: `lantern memory MEMORIAL undo` draws on one again")
    heard = list(_excerpts(recordings))
    before = voices.heard_before(archive, memorial.id)
    wanted = Wanted(
        **given,
        language=memorial.person.language,
        person=None if before is None else np.asarray(before["voice"], dtype=np.float32),
        said=tuple(_said(archive.stretches(memorial.id), heard)),
    )
    made = enrol([each.samples for _, each in heard], wanted, advance)
    return Learnt(made.voice, made.report, json.dumps(_pieces(made, heard)).encode())


def worth_saying(told: Json, names: str) -> Iterator[str]:
    """What the family should know at once of a voice learnt from these files."""
    yield from (f"{names}: {line}" for line in told["advice"])
    if (word := told["resemblance"]["word"]) != "yes":
        yield f"the voice made of {names} {RESEMBLES[word]}: hear it before anybody else does, with `lantern voice`"


def _longest(archive: Archive, memorial: Memorial, fresh: Sequence[Recording]) -> list[Recording]:
    """The longest ones, each counted once, in the order of their coming; without those that the family left out."""
    silent = archive.memory(memorial.id).left_out()
    every = [Recording(file, content) for file, content in archive.recordings(memorial.id)]
    every = [each for each in every if not any(covers(place, each.file) for place in silent)]
    once = {each.content: each for each in reversed([*every, *fresh])}.values()
    longest = sorted(once, key=lambda each: -len(each.content))[:MOST_RECORDINGS]
    return [each for each in reversed(list(once)) if each in longest]


def _excerpts(recordings: Sequence[Recording]) -> Iterator[tuple[str, Excerpt]]:
    """What is heard of each, with the file that it came from."""
    most_s = max(LEAST_EACH_S, MOST_HEARD_S / max(len(recordings), 1))
    for each in recordings:
        try:
            for excerpt in read_excerpts(Path(PurePath(each.file).name), each.content, most_s):
                yield each.file, excerpt
        except BadRecording:
            if len(recordings) == 1:
                raise


def _said(stretches: Sequence[Stretch], heard: Sequence[tuple[str, Excerpt]]) -> Iterator[Said]:
    """The stretches that lie in what is heard, counted from there."""
    from voice.enrolment import Said

    for each in stretches:
        for number, (file, excerpt) in enumerate(heard):
            start = each.start_ms * MS - excerpt.start_samples
            end = (each.start_ms if each.end_ms is None else each.end_ms) * MS - excerpt.start_samples
            if file == each.recording and excerpt.side is None and 0 <= start < end <= len(excerpt.samples):
                yield Said(number, start, end, each.text)
                break


def _pieces(made: Enrolment, heard: Sequence[tuple[str, Excerpt]]) -> Json:
    """What is kept of it: each piece by its file and its place there, voices counted from 1."""
    pieces = []
    for piece in made.heard.pieces:
        file, excerpt = heard[piece.recording]
        if excerpt.side is not None:  # nobody else's words may be heard with theirs
            continue
        start, end = (excerpt.start_samples + at for at in (piece.start_samples, piece.end_samples))
        times = {"start_ms": start // MS, "end_ms": end // MS}
        told = {"speaker": piece.speaker + 1, "clearness": round(piece.clearness, 3)}
        pieces.append({"file": file, **times, **told})
    return {"person": made.heard.person + 1, "voice": made.person.tolist(), "pieces": pieces}
