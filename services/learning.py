"""Makes what takes long of what the family brings, before any of it is kept: rigs, the voice, and the reading of scans.

Each is made once, so that a job begun again goes on where it was. Knows no row and no transaction.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Literal, TypeVar

from data import media
from data.archive import Archive, Memorial
from data.errors import BadRecording, NoFace, NoSpeech, NothingOfUse, NotReady, Refused
from data.importers.imported import Attachment, File
from data.importers.speakers import speakers
from data.importers.text import whole
from data.types import Letter
from services import build, enrolling
from services.bringing import Batch, Brought, settled, sorted_out
from services.build import Made
from services.progress import Steps
from services.report import Json
from services.roles import PHOTO, PORTRAIT, READ_BY_MACHINE, RECORDING

PORTRAIT_USUAL_S = 4.0  # on two cores, the face mesh's start included
VOICE_USUAL_S = 25.0  # on two cores, for half a minute of speech
READ_USUAL_S = 6.0  # for each page, on two cores
LISTENED_S = 600.0  # of a recording, to tell whether anybody speaks
HEEDED_S = 0.25  # between two looks whether to stop

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Making:
    """What is made once: a rig, say, for what has this place in its batch, or for all of it; the files that it is made
    of, and what else it hangs on, as JSON.
    """

    kind: Literal["rig", "read", "voice"]
    place: int | None
    files: Sequence[File]
    how: Json = field(default_factory=dict)


Once = Callable[[Making, Callable[[], Made]], Made]


@dataclass
class Learnt:
    """What was made of a batch before it is kept. By the place of what it was made of, in the batch."""

    rigs: dict[int, bytes] = field(default_factory=dict)
    read: dict[int, list[Letter]] = field(default_factory=dict)
    voices: dict[int, list[Attachment]] = field(default_factory=dict)
    photos: dict[int, list[Attachment]] = field(default_factory=dict)
    left_out: dict[int, Counter[str]] = field(default_factory=dict)
    voice: enrolling.Learnt | None = None
    voice_waits: bool = False  # until somebody has heard it


def learn(archive: Archive, memorial: Memorial, batch: Batch, steps: Steps, once: Once) -> Learnt:
    """Make the rigs and the voice, and read what a machine must read; adds what the family should know."""
    learnt = Learnt()
    _check_recordings(batch)
    _read(memorial, batch, learnt, steps, once)
    for place, one in enumerate(batch.brought):
        if one.look.sent:
            learnt.voices[place], learnt.photos[place], learnt.left_out[place] = sorted_out(one)
    _leave_out_speechless(learnt)
    voice = _begin_voice(archive, memorial, batch, learnt, once)
    warned = defaultdict[str, list[str]](list)  # the files that it is said of
    for place, one in enumerate(batch.brought):
        if one.role == PORTRAIT:
            with steps.step("portrait", PORTRAIT_USUAL_S):
                try:
                    how = {"face": batch.face, "size_px": batch.size_px}
                    rig = once(Making("rig", place, [one.found[0].file], how), partial(_portray, one, batch))
                except Refused as err:
                    batch.leave_out(one, err)
                    continue
            learnt.rigs[place] = rig.data
            for warning in rig.warnings:
                warned[warning].append(one.shown)
    batch.warnings += [f"{', '.join(files)}: {warning}" for warning, files in warned.items()]
    _check_of_use(batch, learnt)
    _tell_of_portrait(archive, memorial, batch, learnt)
    if voice is not None:
        with steps.step("voice", VOICE_USUAL_S) as advance:
            while not voice.done():
                wait([voice], HEEDED_S)
                advance(0, 0)
        made = voice.result()
        learnt.voice = enrolling.Learnt.from_bytes(made.data) if made.data else None
        batch.warnings += made.warnings
    return learnt


def _read(memorial: Memorial, batch: Batch, learnt: Learnt, steps: Steps, once: Once) -> None:
    """What is on scans and screenshots. One that was found in a folder and says nothing is left out."""
    waiting = [place for place, one in enumerate(batch.brought) if one.role in READ_BY_MACHINE]
    if not waiting:
        return
    of_use = dict(enumerate(batch.brought))
    pages = sum(len(batch.brought[place].found) for place in waiting)
    with steps.step("read", pages * READ_USUAL_S) as advance:
        done = 0
        for place in waiting:
            one = batch.brought[place]
            try:
                making = Making("read", place, [each.file for each in one.found], {"role": one.role})
                made = once(making, partial(_letters_read, one))
                letters = [_letter(each) for each in json.loads(made.data)]
                one.look.speakers = speakers(one.look.over(letters))
                of_use[place] = settled(one, memorial.person.name, batch)
                learnt.read[place] = letters
            except Refused as err:
                batch.leave_out(one, err)
                del of_use[place]
            done += len(one.found)
            advance(done, pages)
    places = list(of_use)
    batch.brought = list(of_use.values())
    learnt.read = {places.index(place): letters for place, letters in learnt.read.items()}


def _letters_read(one: Brought) -> Made:
    letters = [asdict(item) for item in one.items() if isinstance(item, Letter)]
    return Made(json.dumps(letters).encode(), ())


def _letter(told: Json) -> Letter:
    return Letter(**{**told, "doubtful": tuple(told["doubtful"]), "not_for": tuple(told["not_for"])})


def _portray(one: Brought, batch: Batch) -> Made:
    file = one.found[0].file
    content = whole(file, media.LARGEST_PICTURE_BYTES)
    try:
        return build.portrait(media.read_picture(Path(file.name), content), batch.face, batch.size_px)
    except NoFace as err:
        told = err.of(file.name)
        raise type(err)(f"{told}; if it shows a letter, add it with --as scan", **told.facts) from err


def _check_recordings(batch: Batch) -> None:
    """Without those in which nobody speaks. Raises `Refused` for one that was named where nothing else is left."""
    for one in [one for one in batch.brought if one.role == RECORDING]:
        try:
            _check_speech(one.found[0].file)
        except Refused as err:
            batch.brought = [each for each in batch.brought if each is not one]
            (batch.go_without if batch.brought else batch.leave_out)(one, err)


def _check_of_use(batch: Batch, learnt: Learnt) -> None:
    """Raises `Refused` where everything that was chosen is left out: nothing of it would be kept."""
    of_use = (one for place, one in enumerate(batch.brought) if one.role != PORTRAIT or place in learnt.rigs)
    if batch.several and not batch.preview and next(of_use, None) is None:
        first = next((f"{each['file']}: {each['reason']}" for each in batch.left), None)
        raise NothingOfUse(f"none of these files can be used, {first}")


def _tell_of_portrait(archive: Archive, memorial: Memorial, batch: Batch, learnt: Learnt) -> None:
    """A photo that nobody named is not the portrait, though it may be the only one."""
    photos = any(one.role == PHOTO for one in batch.brought) or any(learnt.photos.values())
    if photos and not learnt.rigs and archive.rig(memorial.id) is None:
        batch.warnings.append(
            "a photo that lies in a folder or a chat does not become the portrait: "
            "give the one that shall be shown by itself, as in `lantern add MEMORIAL PHOTO.jpg`"
        )


def _leave_out_speechless(learnt: Learnt) -> None:
    """Voice notes in which nobody speaks, of those that a voice may be learnt from."""
    notes = [note for those in learnt.voices.values() for note in those]
    for note in sorted(notes, key=lambda each: -each.file.size_bytes)[: enrolling.MOST_RECORDINGS]:
        try:
            _check_speech(note.file)
        except Refused as err:
            place = next(place for place, those in learnt.voices.items() if any(each is note for each in those))
            learnt.voices[place] = [each for each in learnt.voices[place] if each is not note]
            learnt.left_out[place][str(err)] += 1


def _check_speech(file: File) -> None:
    """Raises `Refused` for a recording that cannot be heard, or in which nobody speaks."""
    excerpts = media.read_excerpts(Path(file.name), whole(file, media.LARGEST_SOUND_BYTES), LISTENED_S)
    if not any(build.has_speech(each.samples) for each in excerpts):
        raise NoSpeech(f"{file.name}: no speech was found in it, only silence, noise or a steady tone", file=file.name)


def _begin_voice(archive: Archive, memorial: Memorial, batch: Batch, learnt: Learnt, once: Once) -> Future[Made] | None:
    """Learn the voice beside everything else, on a core of its own, where there is anything new to learn it from."""
    named = [one for one in batch.brought if one.role == RECORDING]
    fresh = [(one.path, one.found[0].file) for one in named]
    for place, notes in learnt.voices.items():
        fresh += [(batch.brought[place].source(note.file.name), note.file) for note in notes]
    if not fresh:
        return None
    must = any(one.named for one in named) and not batch.several
    before = enrolling.as_before(archive, memorial.id)

    def enroll() -> Made:
        longest = sorted(fresh, key=lambda each: -each[1].size_bytes)[: enrolling.MOST_RECORDINGS]
        sounds = [
            enrolling.Recording(path, partial(whole, file, media.LARGEST_SOUND_BYTES))
            for path, file in fresh
            if (path, file) in longest
        ]
        names = ", ".join(file.name for _, file in fresh[:3]) + (", …" if len(fresh) > 3 else "")
        try:
            made = enrolling.learn(archive, memorial, sounds, before, lambda _done, _total: None)
        except (BadRecording, NotReady) as err:
            if must and isinstance(err, BadRecording):
                raise err.of(names) from err
            return Made(b"", (f"{names}: kept, but no voice was learnt: {err}",))
        return Made(made.to_bytes(), tuple(enrolling.worth_saying(made.report, names)))

    marks = archive.marks(memorial.id)  # it is learnt of all recordings that are here, too
    how = {"before": before, "paths": [path for path, _ in fresh], "marks": [marks.made, marks.words]}
    return begin(lambda: once(Making("voice", None, [file for _, file in fresh], how), enroll))


def begin(work: Callable[[], T]) -> Future[T]:
    """Work beside the caller, in a thread that neither Ctrl-C nor a refusal waits for."""
    future = Future[T]()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as err:  # noqa: BLE001 — it is raised again where the result is asked for
            future.set_exception(err)

    Thread(target=run, daemon=True).start()
    return future
