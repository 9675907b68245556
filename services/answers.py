"""An answer in words, and as a clip. Knows no command line and no engine by name."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from data.archive import Archive, Memorial
from data.errors import BadText, NotWritable, Refused
from data.files import explained, try_place, write
from data.importers import read_letters
from data.label import Label
from data.media import ClipInfo, write_clip
from data.types import FPS, Language, Phrase, Shot, Source, Span, Turn
from orchestrator.flow import Record, perform
from orchestrator.job import Abandoned, Job
from orchestrator.stages import Persona
from services import build, engines, voices
from services.build import ANYBODY, Asker
from services.captions import captioned
from services.progress import Advance, Steps
from services.report import Json, ask_report

VOICES: dict[voices.Mode, str] = {
    "cloned": "synthesised, but for what stands on their own recordings",
    "theirs-only": "their own recordings, or none",
    "narrator": "synthesised, somebody else's",
    "off": "none",
}
EXHIBIT = "written for an exhibition"  # what the label of a sample says of its words
SCRIPT_CHARS = 10_000  # a clip of some twelve minutes
SPEAKING_RATE: dict[Language, float] = {"en": 14.0, "zh": 4.0}  # characters a second, for the time left


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, and the clip of it: None where all of it is a notice.

    `first_frame_s` counts from the visitor's line to the first picture.
    """

    record: Record
    clip: ClipInfo | None
    first_frame_s: float
    total_s: float


class Said:
    """A persona that says again what was said."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = phrases

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:  # noqa: ARG002 — the protocol's
        """The phrases, whatever the turns."""
        yield from self._phrases


def ask(archive: Archive, memorial: Memorial, text: str, asker: Asker = ANYBODY) -> Json:
    """Answer one line in words, to somebody known by name or to anybody."""
    persona = build.persona(archive, memorial, asker)
    with archive.home.talking():
        began, record = time.perf_counter(), Record()
        record.phrases.extend(persona.reply([Turn("visitor", text)]))
        record.persona_s = time.perf_counter() - began
    return ask_report(record, None, None, record.persona_s) | engines.described(archive, memorial)


def ask_on_film(archive: Archive, memorial: Memorial, text: str, clip: Path, steps: Steps) -> Answer:
    """Answer one line, and film the answer while it is being found."""
    persona = build.persona(archive, memorial)
    with archive.home.talking():
        return film(
            archive, memorial, persona, [Turn("visitor", text)], clip, steps, label(archive, memorial, _words(memorial))
        )


def clip_order(text: str, clip: Path, asker: Asker = ANYBODY) -> bytes:
    """What a clip job is given for a line to be answered. Raises what would make the clip impossible."""
    return _order(clip, text=text, visitor=asker.name, country=asker.country)


def farewell_order(memorial: Memorial, script: Path, author: str | None, clip: Path) -> bytes:
    """What a farewell job is given. The script is read as letters are: any encoding, without control characters."""
    text = "\n".join(letter.text for letter in read_letters(script).letters)
    if len(text) > SCRIPT_CHARS:
        raise BadText(f"{script.name} has {len(text):,} characters: a farewell has at most {SCRIPT_CHARS:,}")
    held = build.held_back(memorial, script.name, text)
    if held:
        raise Refused(f"{script.name}: a memorial must not say {held[0]!r}: reword it, it speaks for the living")
    return _order(clip, text=text, script=script.name, author=author)


def make_clip(job: Job) -> None:
    """The body of clip and farewell jobs: find the words, film them, deliver the clip."""
    order = json.loads(job.given("order"))
    memorial = job.archive.memorial(job.memorial_id)
    if job.paper("report") is None or job.paper("clip") is not None:
        _find_words(job, memorial, order)
    if job.paper("report") is None:
        _film_job(job, memorial, order, _phrases(job.given("words")))
    clip = job.paper("clip")
    if clip is not None:
        _deliver(job, Path(order["clip"]), clip)


def film(
    archive: Archive,
    memorial: Memorial,
    persona: Persona,
    turns: Sequence[Turn],
    path: Path,
    steps: Steps,
    label: Label,
) -> Answer:
    """Let the persona answer, and write the answer as a clip."""
    began = time.perf_counter()
    record = Record()
    voice, face = build.voice(archive, memorial), build.face(archive, memorial)
    silent = voices.silent(voices.chosen(archive, memorial.id).mode)
    shots = perform(persona, voice, face, turns, record)
    try:
        with steps.step("film") as advance:
            first = next(shots, None)
            first_frame_s = time.perf_counter() - began
            if first is None:
                return Answer(record, None, first_frame_s, first_frame_s)
            watched = _watched(chain([first], shots), record, advance)
            info = write_clip(path, captioned(watched, silent), label)
    finally:
        shots.close()
    return Answer(record, info, first_frame_s, time.perf_counter() - began)


def label(
    archive: Archive, memorial: Memorial, words: str, content_id: str | None = None, *, mode: voices.Mode | None = None
) -> Label:
    """What every picture and sound of this memorial says of itself; `mode` where it does not sound as was chosen."""
    voice = VOICES[mode or voices.chosen(archive, memorial.id).mode]
    details = {"words": words, "voice": voice, "face": "animated from one photo"}
    return Label(memorial.person.language, details, content_id)


def check_place(path: Path) -> None:
    """Raises what would keep a clip from being written there, before an hour's work and not after it."""
    with explained(path):
        if path.is_dir():
            raise Refused(f"{path} is a folder: give the name of a file in it")
        if not path.absolute().parent.is_dir():
            raise NotWritable(f"{path} cannot be written: make the folder {path.absolute().parent} first")
    if path.suffix.lower() != ".mp4":
        raise Refused(f"{path.name}: clips are written as MP4: give a name that ends in .mp4")
    try_place(path)


def _order(clip: Path, **what: str | None) -> bytes:
    check_place(clip)
    return json.dumps({"clip": str(clip.absolute()), **what}).encode()


def _persona(archive: Archive, memorial: Memorial, order: dict[str, str]) -> Persona:
    if "script" in order:
        return build.script(memorial, order["script"], order["text"], order["author"])
    return build.persona(archive, memorial, Asker(order.get("visitor"), order.get("country")))


def _words(memorial: Memorial) -> str:
    return EXHIBIT if memorial.person.exhibit else "from what the person wrote, or imagined"


def _phrases(paper: bytes) -> list[Phrase]:
    """What `asdict` made of phrases, as phrases again."""
    return [
        Phrase(**{
            **each,
            "source": each["source"] and Source(**each["source"]),
            "recording": each["recording"] and Span(**each["recording"]),
        })
        for each in json.loads(paper)
    ]  # fmt: skip


def _find_words(job: Job, memorial: Memorial, order: dict[str, str]) -> None:
    """Find them, once; and anew, with what was made of them, where something was held back or changed meanwhile."""
    told = [engines.withheld(job.archive, memorial.id), voices.state(job.archive, memorial.id)]
    rests_on = json.dumps(told).encode()
    if job.paper("rests-on") == rests_on:
        return
    if job.paper("words") is not None:
        with job.publishing() as adding:
            adding.remove_papers(job.id, "words", "rests-on", "report", "clip")
    with job.step("words"):
        phrases = list(_persona(job.archive, memorial, order).reply([Turn("visitor", order["text"])]))
    job.publish(words=json.dumps([asdict(phrase) for phrase in phrases]).encode(), **{"rests-on": rests_on})


def _film_job(job: Job, memorial: Memorial, order: dict[str, str], phrases: Sequence[Phrase]) -> None:
    words = f"written by {order['author'] or 'the family'}" if "script" in order else _words(memorial)
    path = job.archive.home.temporary()
    try:
        labelled = label(job.archive, memorial, words, job.id)
        heard = voices.as_chosen(phrases, voices.chosen(job.archive, memorial.id).mode)
        answer = film(job.archive, memorial, Said(heard), [], path, job, labelled)
        papers = {} if answer.clip is None else {"clip": path.read_bytes()}
    finally:
        path.unlink(missing_ok=True)
    told = ask_report(answer.record, Path(order["clip"]), answer.clip, answer.total_s)
    told |= {} if "script" in order else engines.described(job.archive, memorial)
    job.publish(**papers, report=json.dumps(told).encode())


def _deliver(job: Job, path: Path, clip: bytes) -> None:
    with job.step("deliver"):
        write(path, clip)
        try:
            with job.publishing() as adding:
                adding.remove_papers(job.id, "clip")
        except Abandoned:
            path.unlink(missing_ok=True)  # whoever goes on with the job writes it again
            raise


def _watched(shots: Iterator[Shot], record: Record, advance: Advance) -> Iterator[Shot]:
    """The same shots, with the progress told by how much of the words known so far has been filmed."""
    frames = 0
    for shot in shots:
        frames += len(shot.frames)
        expected_s = sum(len(phrase.text) / SPEAKING_RATE[phrase.language] for phrase in record.phrases)
        advance(frames, expected_s * FPS)
        yield shot
