"""An answer in words, and as a clip. Knows no command line and no engine by name."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

from data.adding import Adding
from data.archive import Archive, Memorial
from data.clips_kept import About, ClipKind, KeptClip
from data.conversations import KeptTurn
from data.errors import (
    BadLength,
    IsFarewell,
    MustNotSay,
    NoPortrait,
    NothingLeft,
    NotWritable,
    OldFilm,
    OnlyNotice,
    Refused,
    TakenBack,
)
from data.files import explained, try_place, write
from data.importers import letters_in, read_letters
from data.label import Label
from data.media import ClipInfo, write_clip
from data.names import covers
from data.phrases import phrases_of
from data.types import FPS, Language, Mark, Phrase, Shot, Turn
from orchestrator.flow import Record, perform
from orchestrator.job import Abandoned, Job
from orchestrator.stages import Persona
from services import build, engines, letters, voices
from services.build import ANYBODY, Asker
from services.captions import captioned
from services.progress import Advance, Steps
from services.report import Json, ask_report, text_of

VOICES: dict[voices.Mode, str] = {
    "cloned": "synthesised, but for what stands on their own recordings",
    "theirs-only": "their own recordings, or none",
    "narrator": "synthesised, somebody else's",
    "off": "none",
}
EXHIBIT = "written for an exhibition"  # what the label of a sample says of its words
NOT_THEIRS: frozenset[Mark] = frozenset({"imagined", "notice"})  # what only leads from one of their words to the next
SCRIPT = "farewell"  # what a text is called that came without a file
TITLE_CHARS = 80
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
    """A persona that says what was found already."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
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
            archive,
            memorial,
            persona,
            [Turn("visitor", text)],
            clip,
            steps,
            label(archive, memorial, words_of(memorial)),
        )


def clip_order(text: str, clip: Path, asker: Asker = ANYBODY) -> bytes:
    """What a clip job is given for a line to be answered. Raises what would make the clip impossible."""
    return _order(clip, text=text, visitor=asker.name, country=asker.country)


def kept_clip_order(archive: Archive, memorial: Memorial, turn: KeptTurn, visitor: str | None, keeper: str) -> bytes:
    """What a clip job is given for an answer to be said again as it was said, and kept for an account.

    Raises Refused where there is nothing to film, or something of it may not be said any more.
    """
    if all(phrase.mark == "notice" for phrase in turn.phrases):
        raise OnlyNotice("this answer is a notice of the program's: nobody spoke, so that there is nothing to film")
    _still_said(archive, memorial, visitor, turn.phrases)
    _check_portrait(archive, memorial)
    phrases = [asdict(phrase) for phrase in turn.phrases]
    return json.dumps({"text": turn.line, "phrases": phrases, "visitor": visitor, "keeper": keeper}).encode()


def clip_again_order(archive: Archive, memorial: Memorial, clip: KeptClip, visitor: str | None) -> bytes:
    """What a clip job is given for an answer that is kept to be filmed anew, without what was taken back since; it
    takes the place of the old one.

    Raises Refused where nothing of theirs is left of it, where it is not known what is said in it, and for a farewell,
    which the family orders anew.
    """
    if clip.kind != "answer":
        raise IsFarewell("a farewell is made anew from its text: order it again")
    if not clip.about.phrases:
        raise OldFilm("whose words are said in this clip was not kept with it: ask again, and keep the new answer")
    is_still_said = letters.still_said(archive, memorial, visitor)
    phrases = [each for each in clip.about.phrases if is_still_said(each)]
    if len(phrases) < len(clip.about.phrases) and all(phrase.mark in NOT_THEIRS for phrase in phrases):
        raise NothingLeft("the family has taken back all of theirs that is said in this clip: remove it")
    _check_portrait(archive, memorial)
    told = {"text": clip.about.title, "phrases": [asdict(phrase) for phrase in phrases], "visitor": visitor}
    return json.dumps({**told, "keeper": clip.account_id, "replaces": clip.id}).encode()


def farewell_order(memorial: Memorial, script: Path, author: str | None, clip: Path) -> bytes:
    """What a farewell job is given. The script is read as letters are: any encoding, without control characters."""
    text = "\n".join(letter.text for letter in read_letters(script).letters)
    _check_script(memorial, script.name, text)
    return _order(clip, text=text, script=script.name, author=author)


def kept_farewell_order(archive: Archive, memorial: Memorial, text: str, author: str | None, keeper: str) -> bytes:
    """What a farewell job is given for a clip that is kept for an account."""
    text = "\n".join(letter.text for letter in letters_in(SCRIPT, text.encode()).letters)
    _check_script(memorial, SCRIPT, text)
    _check_portrait(archive, memorial)
    return json.dumps({"text": text, "script": SCRIPT, "author": author, "keeper": keeper}).encode()


def still_heard(archive: Archive, memorial: Memorial, visitor: str | None) -> Callable[[Phrase], bool]:
    """Whether a phrase may be heard by this visitor today just as they heard it once, by a recording or without one."""
    is_still_said, is_barred = letters.still_said(archive, memorial, visitor), _barred(archive, memorial, visitor)
    return lambda phrase: is_still_said(phrase) and not is_barred(phrase)


def holds_back(archive: Archive, memorial: Memorial, visitor: str | None) -> bool:
    """Whether there is anything at all that the family keeps from this visitor, or says they never said."""
    memory = archive.memory(memorial.id)
    return bool(memory.struck() or _places_barred(archive, memorial, visitor))


def make_clip(job: Job) -> None:
    """The body of clip and farewell jobs: find the words, film them, deliver the clip."""
    order = json.loads(job.given("order"))
    memorial = job.archive.memorial(job.memorial_id)
    if job.paper("report") is None or job.paper("clip") is not None:
        _find_words(job, memorial, order)
    if job.paper("report") is None:
        _film_job(job, memorial, order, phrases_of(json.loads(job.given("words"))))
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


def _check_script(memorial: Memorial, name: str, text: str) -> None:
    if len(text) > SCRIPT_CHARS:
        raise BadLength(
            f"{name} has {len(text):,} characters: a farewell has at most {SCRIPT_CHARS:,}", most=SCRIPT_CHARS
        )
    held = build.held_back(memorial, name, text)
    if held:
        raise MustNotSay(
            f"{name}: a memorial must not say {held[0]!r}: reword it, it speaks for the living", words=held[0]
        )


def _check_portrait(archive: Archive, memorial: Memorial) -> None:
    if archive.rig(memorial.id) is None:
        raise NoPortrait(f"the memorial of {memorial.person.name} has no portrait yet: add a photo of their face")


def _still_said(archive: Archive, memorial: Memorial, visitor: str | None, phrases: Sequence[Phrase]) -> list[Phrase]:
    """What was said to a visitor, to be said again; by the voice that was made where a recording is not to be heard any
    more. Raises Refused where something of it may not be said any more.
    """
    is_still_said = letters.still_said(archive, memorial, visitor)
    if not all(map(is_still_said, phrases)):  # which is not, whoever asks must not learn here
        raise TakenBack("the family has taken back something since it was said: ask again, and keep the new answer")
    is_barred = _barred(archive, memorial, visitor)
    return [replace(each, mark="theirs", recording=None) if is_barred(each) else each for each in phrases]


def _barred(archive: Archive, memorial: Memorial, visitor: str | None) -> Callable[[Phrase], bool]:
    """Whether a phrase was heard from a recording that this visitor may not hear."""
    barred = _places_barred(archive, memorial, visitor)

    def is_barred(phrase: Phrase) -> bool:
        return phrase.recording is not None and any(covers(place, phrase.recording.file) for place in barred)

    return is_barred


def _places_barred(archive: Archive, memorial: Memorial, visitor: str | None) -> frozenset[str]:
    """Files and folders of which nothing is for this visitor."""
    memory = archive.memory(memorial.id)
    return memory.left_out() | (frozenset(memory.audience()) if visitor is None else memory.barred(visitor))


def _order(clip: Path, **what: str | None) -> bytes:
    check_place(clip)
    return json.dumps({"clip": str(clip.absolute()), **what}).encode()


def _persona(archive: Archive, memorial: Memorial, order: Json) -> Persona:
    if "phrases" in order:
        return Said(_still_said(archive, memorial, order["visitor"], phrases_of(order["phrases"])))
    if "script" in order:
        return build.script(memorial, order["script"], order["text"], order["author"])
    return build.persona(archive, memorial, Asker(order.get("visitor"), order.get("country")))


def words_of(memorial: Memorial) -> str:
    """What its label says of the words."""
    return EXHIBIT if memorial.person.exhibit else "from what the person wrote, or imagined"


def _find_words(job: Job, memorial: Memorial, order: Json) -> None:
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


def _film_job(job: Job, memorial: Memorial, order: Json, phrases: Sequence[Phrase]) -> None:
    words = f"written by {order['author'] or 'the family'}" if "script" in order else words_of(memorial)
    path = job.archive.home.temporary()
    try:
        labelled = label(job.archive, memorial, words, job.id)
        if "script" in order:
            labelled = replace(labelled, writer=order["author"] or "")
        heard = voices.as_chosen(phrases, voices.chosen(job.archive, memorial.id).mode)
        answer = film(job.archive, memorial, Said(heard), [], path, job, labelled)
        told = ask_report(answer.record, order.get("clip", job.id), answer.clip, answer.total_s)
        told |= {} if "script" in order else engines.described(job.archive, memorial)
        if answer.clip is not None and "clip" not in order:  # it tells its words itself, while they may be told
            del told["text"], told["phrases"]
        with job.publishing() as adding:
            if answer.clip is not None and "clip" in order:
                adding.add_paper(job.id, "clip", path.read_bytes())
            elif answer.clip is not None:
                _keep(job, adding, order, answer.record.phrases, answer.clip, path)
            adding.add_paper(job.id, "report", json.dumps(told).encode())
    finally:
        path.unlink(missing_ok=True)


def _keep(job: Job, adding: Adding, order: Json, phrases: Sequence[Phrase], info: ClipInfo, path: Path) -> None:
    """The clip with the memorial, for the account that wanted it."""
    is_farewell = "script" in order
    about = About(
        title=" ".join(order["text"].split())[:TITLE_CHARS],
        text=text_of(phrases),
        author=order["author"] if is_farewell else None,
        duration_s=info.duration_s,
        width=info.width,
        height=info.height,
        size_bytes=path.stat().st_size,
        phrases=tuple(phrases),
        visitor=order.get("visitor"),
    )
    kind: ClipKind = "farewell" if is_farewell else "answer"
    clips = job.archive.clips(job.memorial_id)
    clips.add(adding, job.id, kind, order["keeper"], about, path, order.get("replaces"))


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
