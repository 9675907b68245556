"""Which voice a memorial has: what was learnt, what waits to be heard, and what the family chose; kept sealed with it.

A voice is an archive of parts (`voice.parts`); one of them is the report, which says how it speaks. Knows no engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

from data.adding import Adding
from data.archive import Archive
from data.errors import BadHome, NotReady
from data.types import Phrase
from services.report import Json
from voice import parts

Mode = Literal["cloned", "theirs-only", "narrator", "off"]
MODES: tuple[Mode, ...] = get_args(Mode)

CHOICE = "voice-choice"  # the names of a voice's files in the archive
NEW = "voice-new"
HEARD = "voice-heard"
NAMES = "voice-names"
REPORT = "report"  # the part of a voice


@dataclass(frozen=True, slots=True)
class Choice:
    """How a memorial speaks. `is_chosen` once somebody said so; `heard_new` once the voice that waits was played.

    cloned       the voice made to resemble theirs, and their recordings where one holds the very words
    theirs-only  their recordings alone; everything else can be read
    narrator     a voice that is plainly somebody else's
    off          none
    """

    mode: Mode = "cloned"
    is_chosen: bool = False
    heard_new: bool = False


def chosen(archive: Archive, memorial_id: str) -> Choice:
    """What the family chose, by default the voice made to resemble theirs."""
    told = archive.model_file(memorial_id, CHOICE)
    if told is None:
        return Choice()
    try:
        return Choice(**json.loads(told))
    except (ValueError, TypeError) as err:
        raise BadHome("the choice of a voice cannot be read: choose anew with `lantern voice MEMORIAL use`") from err


def choose(archive: Archive, memorial_id: str, mode: Mode) -> None:
    """From the next clip on."""
    _set(archive, memorial_id, replace(chosen(archive, memorial_id), mode=mode, is_chosen=True))


def note_heard(archive: Archive, memorial_id: str) -> None:
    """Somebody had the voice that waits played."""
    choice = chosen(archive, memorial_id)
    if not choice.heard_new:
        _set(archive, memorial_id, replace(choice, heard_new=True))


def keep(archive: Archive, adding: Adding, voice: bytes, heard: bytes) -> bool:
    """A voice that was learnt. It speaks from now on where none that anybody chose does; else it waits to be heard.

    Gives whether it waits.
    """
    choice = chosen(archive, adding.memorial_id)
    waits = choice.is_chosen and archive.voice_profile(adding.memorial_id) is not None
    if not waits:
        adding.set_voice(voice)
    unheard = _written(replace(choice, heard_new=False))
    adding.set_model_files({NEW: voice if waits else None, HEARD: heard, CHOICE: unheard})
    return waits


def silent(mode: Mode) -> Callable[[Phrase], bool]:
    """Which phrases nobody says, so that they are to be read."""
    return lambda phrase: mode == "off" or (mode == "theirs-only" and phrase.recording is None)


def adopt(archive: Archive, memorial_id: str) -> None:
    """Let the voice that waits speak. Raises NotReady where there is none, or nobody heard it."""
    waiting = archive.model_file(memorial_id, NEW)
    if waiting is None:
        raise NotReady("no voice waits to be adopted: learn one with `lantern voice MEMORIAL enrol`")
    choice = chosen(archive, memorial_id)
    if not choice.heard_new:
        raise NotReady("nobody has heard it yet: `lantern voice MEMORIAL compare` plays it beside their recordings")
    with archive.adding(memorial_id) as adding:
        adding.set_voice(waiting)
        adding.set_model_files({NEW: None, CHOICE: _written(replace(choice, is_chosen=True, heard_new=False))})


def of(archive: Archive, memorial_id: str, *, new: bool = False) -> Mapping[str, bytes]:
    """The parts of the voice that speaks, or of the one that waits. Raises NotReady where there is none."""
    kept = archive.model_file(memorial_id, NEW) if new else archive.voice_profile(memorial_id)
    if kept is None and new:
        raise NotReady("no voice waits to be heard: learn one with `lantern voice MEMORIAL enrol`")
    if kept is None:
        raise NotReady("this memorial has no voice yet: `lantern add` a recording of them")
    return parts.unpack(kept)


def report(found: Mapping[str, bytes]) -> Json:
    """What is known of a voice."""
    try:
        told: Json = json.loads(found[REPORT])
    except (KeyError, ValueError) as err:
        raise BadHome(
            "the voice of this memorial is of an older version: learn it again with `lantern voice MEMORIAL enrol`"
        ) from err
    return told


def heard(archive: Archive, memorial_id: str) -> Json:
    """What the recordings hold, piece by piece. Raises NotReady before anybody listened."""
    told = heard_before(archive, memorial_id)
    if told is None:
        raise NotReady("nobody has listened to the recordings yet: `lantern voice MEMORIAL enrol`")
    return told


def heard_before(archive: Archive, memorial_id: str) -> Json | None:
    """The same, or None."""
    told = archive.model_file(memorial_id, HEARD)
    found: Json | None = None if told is None else json.loads(told)
    return found


def names(archive: Archive, memorial_id: str) -> dict[str, str]:
    """Words, and how they are said here."""
    told = archive.model_file(memorial_id, NAMES)
    return {} if told is None else dict(json.loads(told))


def set_names(archive: Archive, memorial_id: str, entries: Mapping[str, str]) -> None:
    """All of them anew."""
    with archive.adding(memorial_id) as adding:
        adding.set_model_files({NAMES: json.dumps(dict(entries), ensure_ascii=False).encode()})


def _set(archive: Archive, memorial_id: str, choice: Choice) -> None:
    with archive.adding(memorial_id) as adding:
        adding.set_model_files({CHOICE: _written(choice)})


def _written(choice: Choice) -> bytes:
    return json.dumps(asdict(choice)).encode()
