"""Learning a voice as a durable job, or as a part of adding recordings. Knows no engine from inside and no terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import numpy as np

from data.archive import Archive, Memorial, Stretch
from data.errors import BadHome, BadRecording, NoRecording, Refused, Withdrawn
from data.media import Excerpt, read_excerpts, sound_length_s
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
MOST_HEARD_S, LEAST_EACH_S = 1_800.0, 30.0  # of all recordings together; of each, where it is so long, all the same
MS = RATE // 1_000  # samples
BY_DEFAULT: Json = {"engine": "formant", "source": None, "weights": None, "licence": None, "speaker": None}

Advance = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class Recording:
    """`file` is where it came from, and `read` gives its content: one at a time is in memory."""

    file: str
    read: Callable[[], bytes]


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
        raise NoRecording(f"{memorial.person.name} has no recording here yet: `lantern add` one")
    folder = None if weights is None else str(weights.expanduser().absolute())
    if engine == "xtts":
        _check_weights(folder, licence)
    elif source is not None and source not in (BUILT_IN, FLITE):
        source = str(Path(source).expanduser().absolute())
    named(source)  # raises where it is not here
    told = {"engine": engine, "source": source, "weights": folder, "licence": licence, "speaker": speaker}
    return json.dumps(told).encode()


def order_again(archive: Archive, memorial: Memorial, before: Json, speaker: int | None) -> bytes:
    """The same, with the engine that was used before."""
    weights = None if before["weights"] is None else Path(before["weights"])
    return order(archive, memorial, before["engine"], before["source"], weights, None, speaker)


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

    heard = excerpts(archive, memorial, fresh)
    before = voices.person_before(archive, memorial.id)
    wanted = Wanted(
        **given,
        language=memorial.person.language,
        person=None if before is None else np.asarray(before, dtype=np.float32),
        said=tuple(_said(archive.stretches(memorial.id), heard)),
    )
    made = enrol([each.samples for _, each in heard], wanted, advance)
    used = {piece.recording for piece in made.heard.theirs} | {each.recording for each in wanted.said}
    files = list(dict.fromkeys(heard[number][0] for number in sorted(used)))
    report = made.report | {"recordings": len(files), "files": files}
    told = json.dumps(report, ensure_ascii=False).encode()
    return Learnt(
        parts.pack({**made.parts, voices.REPORT: told}),
        report,
        json.dumps(_pieces(made, heard) | {"files": files}).encode(),
    )


def worth_saying(told: Json, names: str) -> Iterator[str]:
    """What the family should know at once of a voice that was learnt from these files."""
    yield from (f"{names}: {line}" for line in told["advice"])
    if (word := told["resemblance"]["word"]) != "yes":
        yield f"the voice made of {names} {RESEMBLES[word]}: hear it before anybody else does"


def most_of_each_s(lengths_s: Collection[float]) -> float:
    """How much of each recording is heard at most: what short ones leave over, the long ones share."""
    left_s = MOST_HEARD_S
    for number, length_s in enumerate(sorted(lengths_s)):
        share_s = left_s / (len(lengths_s) - number)
        if length_s > share_s:
            return max(share_s, LEAST_EACH_S)
        left_s -= length_s
    return MOST_HEARD_S


def excerpts(archive: Archive, memorial: Memorial, fresh: Sequence[Recording]) -> list[tuple[str, Excerpt]]:
    """What is heard of the longest recordings, with the file that it came from. Raises Refused where nothing is."""
    lengths_s: dict[bytes, float] = {}
    refused: Refused = Withdrawn("every recording is left out: `lantern memory MEMORIAL undo` draws on one again")
    for mark, file, content in _drawn_on(archive, memorial, fresh):
        try:
            lengths_s[mark] = sound_length_s(Path(PurePath(file).name), content)
        except BadRecording as err:
            refused = err
    longest = dict(sorted(lengths_s.items(), key=lambda each: -each[1])[:MOST_RECORDINGS])
    most_s, heard = most_of_each_s(longest.values()), list[tuple[str, Excerpt]]()
    for mark, file, content in _drawn_on(archive, memorial, fresh):
        try:
            found = read_excerpts(Path(PurePath(file).name), content, most_s) if mark in longest else ()
        except BadRecording as err:
            refused, found = err, ()
        heard += [(file, each) for each in found]
    if not heard:
        raise refused
    return heard


def _drawn_on(archive: Archive, memorial: Memorial, fresh: Sequence[Recording]) -> Iterator[tuple[bytes, str, bytes]]:
    """Each recording once, with a mark of its content, in the order of their coming.

    None that the family left out, under whatever name it comes again.
    """
    silent, met = archive.memory(memorial.id).left_out(), set[bytes]()
    for file, content in chain(archive.recordings(memorial.id), ((each.file, each.read()) for each in fresh)):
        mark = sha256(content).digest()
        if mark not in met and not any(covers(place, file) for place in silent):
            yield mark, file, content
        met.add(mark)


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
