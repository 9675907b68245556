"""The composition root: which engine stands behind each stage. The only place that names the engines.

An engine is imported only when it is chosen, so that answering with the built-in ones loads no neural library and no
face mesh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from data.archive import Archive, Memorial
from data.errors import NoPortrait, NothingShared, NoWords, OneFaceOnly, Outdated, Refused
from data.media import read_sound
from data.names import covers
from data.types import RATE, Picture, Span, Wave
from orchestrator.job import Kind
from orchestrator.stages import Face, Persona, Voice
from services import engines, face_engine, voices
from services.doctor import has_gpu
from services.engines import Choice
from services.letters import called, heard
from services.terminal import note

if TYPE_CHECKING:
    from persona.dense import Dense
    from persona.recollection import Recollection

ENROL_LIMIT_S = 4 * 3_600.0  # with a neural engine's weights to be fetched and read
TUNING_LIMIT_S = 30 * 86_400.0  # a large base takes weeks without a GPU


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a photo or of recordings, ready to be kept, and what the family should know of it."""

    data: bytes
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: by name, and from which country (ISO 3166), where these are known."""

    name: str | None = None
    country: str | None = None


ANYBODY = Asker()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who answers one visitor, and what they can be asked about first."""

    persona: Persona
    openings: tuple[str, ...]


def persona(archive: Archive, memorial: Memorial, asker: Asker = ANYBODY) -> Persona:
    """Who answers one visitor, with the guard around it."""
    return speaker(archive, memorial, asker).persona


def speaker(
    archive: Archive,
    memorial: Memorial,
    asker: Asker = ANYBODY,
    choice: Choice | None = None,
    *,
    download: bool = False,
) -> Speaker:
    """The persona as one visitor may hear it, of the engine that the family chose.

    Raises Missing without the weights or the server that this takes: another engine never takes its place.
    """
    from persona.guard import guard

    choice = choice or engines.chosen(archive, memorial.id)
    recollected = recollection(archive, memorial, asker)
    answering = _answering(archive, memorial, recollected, choice, download)
    guarded = guard(answering, memorial.person, recollected.originals, asker.country)
    return Speaker(_recorded(archive, memorial, guarded, asker), tuple(recollected.openings))


def tried(archive: Archive, memorial: Memorial, choice: Choice, *, download: bool = False) -> tuple[Choice, Speaker]:
    """An engine that somebody is about to choose, and how it answers: raises what keeps it from doing so."""
    if choice.engine == "openai" and not (choice.url and choice.model):
        raise Refused("a server is chosen by its URL, as far as its /v1, and its model, as it calls it")
    if choice.writing_by is not None:
        if choice.engine == "gptj":
            engines.check_learnt_of_today(archive, memorial.id)
        choice = replace(choice, seen=engines.state(archive, memorial.id, choice))
    return choice, speaker(archive, memorial, choice=choice, download=download)


def recollection(archive: Archive, memorial: Memorial, asker: Asker = ANYBODY) -> Recollection:
    """`recollection`: the person's own words. Nobody without a name hears what is not for somebody."""
    from persona.recollection import Recollection

    letters, known = heard(archive, memorial.id, asker.name)  # with what others wrote, which is never quoted
    if not known.told and all(letter.author is not None for letter in letters):
        if any(letter.author is None for letter in archive.letters(memorial.id)):
            to = f"shared with {asker.name} yet: the family says what is"
            nobody = "for somebody without a name: ask by the one that the family gave"
            raise NothingShared(f"nothing in {_name(memorial)} is {to if asker.name else nobody}")
        raise NoWords(f"{_name(memorial)} has no letters yet: `lantern add` a text file with what they wrote")
    letters, known = called(letters, known)
    today = datetime.now().astimezone().date()
    return Recollection(memorial.person, letters, known, today, _near(archive.home.recall_model))


def _answering(
    archive: Archive, memorial: Memorial, recollected: Recollection, choice: Choice, download: bool
) -> Persona:
    """The engine that was chosen, as free as it may be."""
    if choice.engine == "recollection":
        return recollected
    from persona.generation import Generation

    tuned = engines.model(archive, memorial.id, choice)  # before the weights are read, which may take minutes
    if choice.engine == "gptj":
        from persona.language_model import LanguageModel

        model = LanguageModel.load(choice.base or "", tuned.adapter, download=download)
        return Generation(recollected, model, tuned.freedom)
    from persona.consent import Consent
    from persona.server import Server

    server = Server(
        choice.url or "",
        choice.model or "",
        consent=Consent(frozenset(choice.hosts)),
        key=choice.key,
        way="chat" if choice.chat else "completions",
    )
    return Generation(recollected, server, tuned.freedom)


def _recorded(archive: Archive, memorial: Memorial, persona: Persona, asker: Asker) -> Persona:
    """With the sentences marked that one of their recordings says, where the family wants to hear it."""
    if memorial.person.exhibit or voices.chosen(archive, memorial.id).mode not in ("cloned", "theirs-only"):
        return persona
    from persona.recorded import Place, Recorded

    memory = archive.memory(memorial.id)
    barred = memory.audience().keys() if asker.name is None else memory.barred(asker.name)
    others = voices.said_by_others(archive, memorial.id)
    return Recorded(
        persona,
        [
            Place(each.file, each.text, Span(each.recording, _samples(each.start_ms), _samples(each.end_ms)))
            for each in archive.stretches(memorial.id)
            if each.end_ms is not None
            and not any(covers(place, each.recording) for place in barred)
            and (each.recording, each.start_ms) not in others
        ],
    )


def _samples(ms: int) -> int:
    return ms * RATE // 1000


def _near(model: str | None) -> Dense | None:
    """Recall by meaning, where the family named a model for it."""
    if model is None:
        return None
    from persona.dense import Dense, Model

    return Dense(Model(model))


def script(memorial: Memorial, file: str, text: str, author: str | None) -> Persona:
    """A persona that says what the family wrote, with the guard around it."""
    from persona.guard import guard
    from persona.script import Script

    return guard(Script(memorial.person, file, text, author), memorial.person)


def held_back(memorial: Memorial, file: str, text: str) -> list[str]:
    """The sentences of a script that the guard would not let pass."""
    from persona.script import Script

    passed = {phrase.text for phrase in script(memorial, file, text, None).reply([])}
    return [phrase.text for phrase in Script(memorial.person, file, text, None).reply([]) if phrase.text not in passed]


def voice(archive: Archive, memorial: Memorial) -> Voice:
    """How the memorial sounds, as the family chose."""
    from voice.pronunciation import Pronunciations
    from voice.silence import SilentVoice
    from voice.theirs import WithRecordings

    mode = voices.chosen(archive, memorial.id).mode
    if mode == "off":
        return SilentVoice()
    if mode == "narrator":
        from voice.narrator import NarratorVoice

        return NarratorVoice(memorial.person.language, Pronunciations(voices.names(archive, memorial.id)))
    speaking = SilentVoice() if mode == "theirs-only" else cloned(archive, memorial)

    return WithRecordings(speaking, recordings(archive, memorial))


def recordings(archive: Archive, memorial: Memorial) -> Callable[[str], Wave]:
    """Their recordings as sound, by the files that they came from; the last one stays in memory."""

    @lru_cache(1)
    def recording(file: str) -> Wave:
        return read_sound(Path(file), archive.recording(memorial.id, file))

    return recording


def cloned(archive: Archive, memorial: Memorial, *, new: bool = False) -> Voice:
    """The voice made to resemble theirs; or the one that waits to be heard."""
    kept = voices.of(archive, memorial.id, new=new)
    told = voices.report(kept)
    from voice.opening import opened
    from voice.pronunciation import Pronunciations

    names = Pronunciations(voices.names(archive, memorial.id))
    return opened(kept, told["engine"], told["source"], told["weights"], told["language"], names)


def face(archive: Archive, memorial: Memorial, say: Callable[[str], None] = note) -> Face:
    """The engine that the family chose, with the portrait. One that another version kept is read again from its photo.

    `say` is told what the family should know of that. Raises Missing without the weights that this takes: another
    engine never takes its place.
    """
    from services.portraying import read_again

    choice = face_engine.chosen(archive, memorial.id)
    rig = archive.rig(memorial.id)
    if rig is None:
        raise NoPortrait(f"{_name(memorial)} has no portrait yet: `lantern add` a photo of their face")
    try:
        return _moved(rig, choice)
    except Outdated:
        return _moved(read_again(archive, memorial, rig, say), choice)


def _moved(rig: bytes, choice: face_engine.Choice) -> Face:
    """`portrait`: the photo itself, moved by its rig; `musetalk`: the same, with a mouth that a network draws."""
    from face.group import Group, is_group

    if is_group(rig):
        if choice.engine == "musetalk":
            raise OneFaceOnly(
                "MuseTalk moves one face, and here are several: `lantern portrait engine MEMORIAL portrait`"
            )
        from face.group_face import GroupFace

        return GroupFace(Group.from_bytes(rig))
    from face.rig import Rig

    if choice.engine == "musetalk":
        from face.musetalk import MuseTalkFace
        from face.musetalk_model import MuseTalkModel

        return MuseTalkFace(Rig.from_bytes(rig), MuseTalkModel.load(Path(choice.weights or "")))
    from face.engine import PortraitFace

    return PortraitFace(Rig.from_bytes(rig))


def has_speech(recording: Wave) -> bool:
    """Whether anybody speaks in it, so that it can be learnt from."""
    from voice.speech import has_speech as has

    return has(recording)


def portrait(picture: Picture, which_face: int | None, size_px: int) -> Made:
    """The rig of a photo; `which_face` counts from 1, left to right, where there are several."""
    from face.portrait import read_portrait

    rig = read_portrait(picture, which_face, size_px)
    return Made(rig.to_bytes(), rig.warnings)


def kinds() -> tuple[Kind, ...]:
    """The kinds of long work, and what each of them does."""
    from services import add_job, answers, enrolling, portrait_job, sampling, tuning, uploaded

    return (
        Kind("add", add_job.add_files, limit_s=3_600.0),
        Kind("preview", uploaded.preview_job, limit_s=3_600.0),
        Kind("portrait", portrait_job.read, limit_s=3_600.0),
        Kind("sample", sampling.build, limit_s=3_600.0),
        Kind("clip", answers.make_clip, limit_s=3_600.0),
        Kind("farewell", answers.make_clip, limit_s=4 * 3_600.0),
        Kind("enrol", enrolling.enrol, limit_s=ENROL_LIMIT_S),
        Kind("tune", tuning.tune, TUNING_LIMIT_S, "gpu" if has_gpu() else "cpu", "tuning"),
    )


def _name(memorial: Memorial) -> str:
    return f"the memorial of {memorial.person.name}"
