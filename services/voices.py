"""Which voice a memorial has: what was learnt, what waits to be heard, and what the family chose; kept sealed with it.

A voice is an archive of parts (`voice.parts`); one of them is the report, which says how it speaks. Knows no engine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from data.adding import Adding
from data.archive import Archive
from data.errors import BadHome, NotListened, NotReady, NoVoice, NoVoiceWaits, Unheard, Withdrawn
from data.names import covers
from data.types import Phrase
from services import choices
from services.report import Json
from voice import parts

Mode = Literal["cloned", "theirs-only", "narrator", "off"]
MODES: tuple[Mode, ...] = get_args(Mode)

CHOICE = "voice-choice"  # the names of a voice's files in the archive
NEW = "voice-new"
HEARD = "voice-heard"
NAMES = "voice-names"
REPORT = "report"  # the part of a voice

WITHDRAWN = f"a recording that this voice was learnt from was left out: {parts.MEND}"


@dataclass(frozen=True, slots=True)
class Choice:
    """How a memorial speaks. `is_chosen` once somebody said so; `heard_new` is the waiting voice that was played.

    cloned       the voice made to resemble theirs, and their recordings where one holds the very words
    theirs-only  their recordings alone; everything else can be read
    narrator     a voice that is plainly somebody else's
    off          none
    """

    mode: Mode = "cloned"
    is_chosen: bool = False
    heard_new: str | None = None  # which voice, by its fingerprint


def chosen(archive: Archive, memorial_id: str) -> Choice:
    """What the family chose, by default the voice made to resemble theirs."""
    return choices.chosen(archive, memorial_id, CHOICE, Choice, "lantern voice MEMORIAL use")


def choose(archive: Archive, memorial_id: str, mode: Mode) -> None:
    """From the next clip on."""
    choice = replace(chosen(archive, memorial_id), mode=mode, is_chosen=True)
    choices.choose(archive, memorial_id, CHOICE, choice)


def waiting(archive: Archive, memorial_id: str) -> str | None:
    """The fingerprint of the voice that waits to be heard, if one does."""
    kept = archive.model_file(memorial_id, NEW)
    return None if kept is None else _fingerprint(kept)


def note_heard(archive: Archive, memorial_id: str, which: str | None) -> None:
    """Somebody had that voice played."""
    choices.choose(archive, memorial_id, CHOICE, replace(chosen(archive, memorial_id), heard_new=which))


def as_chosen(phrases: Sequence[Phrase], mode: Mode) -> list[Phrase]:
    """The same, without their own voice where the family wants none of it."""
    if mode in ("cloned", "theirs-only"):
        return list(phrases)
    return [replace(each, mark="theirs", recording=None) if each.recording is not None else each for each in phrases]


def keep(archive: Archive, adding: Adding, voice: bytes, heard: bytes, *, must_wait: bool = False) -> bool:
    """A voice that was learnt. Where one speaks that somebody chose, or it `must_wait`, it waits to be heard; else it
    speaks from now on. Gives whether it waits.
    """
    choice = chosen(archive, adding.memorial_id)
    waits = (choice.is_chosen or must_wait) and speaks(archive, adding.memorial_id)
    if not waits:
        adding.set_voice(voice)
    adding.set_model_files({NEW: voice if waits else None, HEARD: heard})
    return waits


def silent(mode: Mode) -> Callable[[Phrase], bool]:
    """Which phrases nobody says, so that they are to be read."""
    return lambda phrase: mode == "off" or (mode == "theirs-only" and phrase.recording is None)


def adopt(archive: Archive, memorial_id: str) -> None:
    """Let the voice that waits speak. Raises NotReady where there is none, and Unheard where nobody heard it."""
    unheard = archive.model_file(memorial_id, NEW)
    if unheard is None:
        raise NoVoiceWaits("no voice waits to be adopted: learn one with `lantern voice MEMORIAL enrol`")
    choice = chosen(archive, memorial_id)
    if choice.heard_new != _fingerprint(unheard):
        raise Unheard("nobody has heard the new voice yet: listen to it first")
    of(archive, memorial_id, new=True)
    with archive.adding(memorial_id) as adding:
        adding.set_voice(unheard)
        adopted = choices.written(replace(choice, is_chosen=True, heard_new=None))
        adding.set_model_files({NEW: None, CHOICE: adopted})


def drop(archive: Archive, memorial_id: str) -> None:
    """Forget the voice that waits. Raises NotReady where there is none."""
    if waiting(archive, memorial_id) is None:
        raise NoVoiceWaits("no voice waits to be heard: learn one with `lantern voice MEMORIAL enrol`")
    with archive.adding(memorial_id) as adding:
        adding.set_model_files({NEW: None})


def of(archive: Archive, memorial_id: str, *, new: bool = False) -> Mapping[str, bytes]:
    """The parts of the voice that speaks, or of the one that waits.

    Raises NotReady where there is none, or where a recording is left out now that it was learnt from.
    """
    kept = archive.model_file(memorial_id, NEW) if new else archive.voice_profile(memorial_id)
    if kept is None and new:
        raise NoVoiceWaits("no voice waits to be heard: learn one with `lantern voice MEMORIAL enrol`")
    if kept is None:
        raise NoVoice("this memorial has no voice yet: `lantern add` a recording of them")
    found = parts.unpack(kept)
    if left_out(archive, memorial_id, report(found)["files"]):
        raise Withdrawn(WITHDRAWN)
    return found


def speaks(archive: Archive, memorial_id: str) -> bool:
    """Whether there is a voice that may be used, and can be."""
    try:
        of(archive, memorial_id)
    except (NotReady, BadHome):
        return False
    return True


def left_out(archive: Archive, memorial_id: str, files: Iterable[str]) -> set[str]:
    """Those of some files that are not drawn on."""
    places = archive.memory(memorial_id).left_out()
    return {file for file in files if any(covers(place, file) for place in places)}


def report(found: Mapping[str, bytes]) -> Json:
    """What is known of a voice. `files` are those that it was learnt from."""
    try:
        told: Json = json.loads(found[REPORT])
        _ = told["files"]
    except (KeyError, ValueError) as err:
        raise BadHome(f"the voice of this memorial is of an older version: {parts.MEND}") from err
    return told


def heard(archive: Archive, memorial_id: str) -> Json:
    """What the recordings hold, piece by piece. Raises NotReady before anybody listened."""
    told = heard_before(archive, memorial_id)
    if told is None:
        raise NotListened("nobody has listened to the recordings yet: `lantern voice MEMORIAL enrol`")
    return told


def heard_before(archive: Archive, memorial_id: str) -> Json | None:
    """The same, or None."""
    told = archive.model_file(memorial_id, HEARD)
    found: Json | None = None if told is None else json.loads(told)
    return found


def person_before(archive: Archive, memorial_id: str) -> Sequence[float] | None:
    """How the one sounds who was taken for the person; None where nobody listened, or it was a recording left out."""
    told = heard_before(archive, memorial_id)
    if told is None or left_out(archive, memorial_id, told.get("files", ())):
        return None
    found: list[float] = told["voice"]
    return found


def state(archive: Archive, memorial_id: str) -> str:
    """What a clip under way rests on, as a fingerprint: the voice, what the recordings hold, and what was chosen."""
    made = archive.voice_profile(memorial_id), *archive.model_files(memorial_id, HEARD, NAMES)
    told = [chosen(archive, memorial_id).mode, *(None if each is None else _fingerprint(each) for each in made)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def said_by_others(archive: Archive, memorial_id: str) -> set[tuple[str, int]]:
    """The pieces, by file and start in ms, that are somebody else's."""
    told = heard_before(archive, memorial_id) or {"pieces": [], "person": 0}
    return {(each["file"], each["start_ms"]) for each in told["pieces"] if each["speaker"] != told["person"]}


def names(archive: Archive, memorial_id: str) -> dict[str, str]:
    """Words, and how they are said here."""
    told = archive.model_file(memorial_id, NAMES)
    return {} if told is None else dict(json.loads(told))


def set_names(archive: Archive, memorial_id: str, entries: Mapping[str, str]) -> None:
    """All of them anew."""
    with archive.adding(memorial_id) as adding:
        adding.set_model_files({NAMES: json.dumps(dict(entries), ensure_ascii=False).encode()})


def _fingerprint(voice: bytes) -> str:
    return hashlib.sha256(voice).hexdigest()
