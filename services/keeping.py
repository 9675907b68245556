"""Keeps what the family brings, all of it or nothing: at once, or as a durable job. Knows no command line."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath
from zipfile import ZipFile, ZipInfo

from data import media
from data.adding import Adding, Outcome
from data.archive import Archive, Memorial
from data.identity import Passage
from data.importers.gathered import Found
from data.importers.imported import Item, Spoken, Told
from data.importers.speakers import Keys, assigned
from data.importers.text import whole
from data.names import covers
from data.types import Letter
from services import voices
from services.bringing import THE_FAMILY, Batch, Brought, Look, row
from services.build import Made
from services.learning import Learnt, Making, Once, learn
from services.progress import Advance, Steps
from services.report import Json, add_report
from services.roles import PHOTO, PORTRAIT, RECORDING, SCREENSHOT

AGAIN: dict[Outcome, str] = {"there": "already there", "corrected": "already there, now under its right author"}

TOLD_EVERY = 500  # passages


def anew(_: Making, make: Callable[[], Made]) -> Made:
    """What is made each time."""
    return make()


def add(archive: Archive, memorial: Memorial, batch: Batch, steps: Steps) -> Json:
    """Keep all of a batch, or nothing of it. Returns what `lantern add` reports."""
    learnt = learn(archive, memorial, batch, steps, anew)
    with archive.adding(memorial.id) as adding:
        added = keep(archive, adding, batch, learnt, lambda _done, _total: None)
    return report(archive.count(memorial.id), batch, added, learnt)


def preview(archive: Archive, memorial: Memorial, batch: Batch, steps: Steps, once: Once = anew) -> Json:
    """What `add` would report; all is made and tried as for it, and nothing kept but what `once` keeps."""
    learnt = learn(archive, memorial, batch, steps, once)
    with archive.rehearsing(memorial.id) as adding:
        added = keep(archive, adding, batch, learnt, lambda _done, _total: None)
    return report(archive.count(memorial.id), batch, added, learnt)


def report(passages: int, batch: Batch, added: Sequence[Json], learnt: Learnt) -> Json:
    """What was kept of each, what was passed over, and what was learnt from all of it."""
    left = [{"count": count, "reason": reason} for reason, count in batch.left_out.items()]
    voice = learnt.voice and {
        "recordings": learnt.voice.report["recordings"],
        "seconds": learnt.voice.report["speech_s"],
        "resembles": learnt.voice.report["resemblance"]["word"],
        "waiting": learnt.voice_waits,
    }
    learned = {"voice": voice, "portrait": bool(learnt.rigs), "photos": sum(each["photos"] for each in added)}
    return {**add_report([*added, *batch.left], passages, batch.warnings, left), "learned": learned}


def keep(archive: Archive, adding: Adding, batch: Batch, learnt: Learnt, advance: Advance) -> list[Json]:
    """All of a batch inside one transaction; gives what became of each."""
    counts = [max(1, one.look.count) for one in batch.brought]
    added = []
    for place, one in enumerate(batch.brought):
        if one.role == PORTRAIT and place not in learnt.rigs:
            continue  # it is left out, with its reason
        before = sum(counts[:place])
        told = _advancing(advance, before, sum(counts))
        added.append(_keep(adding, one, place, learnt, told))
    if batch.given:
        adding.also(partial(archive.sign, adding.memorial_id, batch.given))
    if learnt.voice is not None:
        learnt.voice_waits = voices.keep(archive, adding, learnt.voice.voice, learnt.voice.heard)
    return added


def _advancing(advance: Advance, before: int, total: int) -> Callable[[int], None]:
    def told(done: int) -> None:
        if not done % TOLD_EVERY:
            advance(before + done, total)

    return told


def _keep(adding: Adding, one: Brought, place: int, learnt: Learnt, told: Callable[[int], None]) -> Json:
    left_out = Counter[str]()
    told(0)
    if one.role in {PORTRAIT, PHOTO, RECORDING}:
        is_new = _keep_media(adding, one, learnt, place)
        left_out[AGAIN["there"]] += not is_new
        return row(one, int(is_new), +left_out)
    look = Look(speakers=one.look.speakers)
    outcomes = Counter[Outcome]()
    items = look.over(learnt.read[place] if place in learnt.read else one.items())
    passages = _passages(items, one, told)
    if one.role == SCREENSHOT:
        for found, those in _by_file(one, list(passages)):
            outcomes.update(adding.add_passages(those, _original((found,))))
    else:
        outcomes.update(adding.add_passages(passages, _original(one.found), are_all=True))
    counts = _keep_sent(adding, one, learnt, place, left_out)
    for outcome, reason in AGAIN.items():
        left_out[reason] += outcomes[outcome]
    left_out += look.left_out + learnt.left_out.get(place, Counter())
    return row(replace(one, look=look), outcomes["kept"] + sum(counts.values()), +left_out, **counts)


def _keep_media(adding: Adding, one: Brought, learnt: Learnt, place: int) -> bool:
    file = one.found[0].file
    if one.role == PORTRAIT:
        return adding.add_portrait(one.path, whole(file, media.LARGEST_PICTURE_BYTES), learnt.rigs[place])
    if one.role == PHOTO:
        return adding.add_photo(one.path, whole(file, media.LARGEST_PICTURE_BYTES))
    return adding.add_recording(one.path, whole(file, media.LARGEST_SOUND_BYTES))


def _keep_sent(adding: Adding, one: Brought, learnt: Learnt, place: int, left_out: Counter[str]) -> dict[str, int]:
    """The photos of a chat, and the person's voice notes."""
    counts = {"photos": 0, "recordings": 0}
    for photo in learnt.photos.get(place, ()):
        content = whole(photo.file, media.LARGEST_PICTURE_BYTES)
        counts["photos"] += adding.add_photo(one.source(photo.file.name), content, photo.author, photo.date)
    for note in learnt.voices.get(place, ()):
        content = whole(note.file, media.LARGEST_SOUND_BYTES)
        counts["recordings"] += adding.add_recording(one.source(note.file.name), content, note.date)
    sent = len(learnt.photos.get(place, ())) + len(learnt.voices.get(place, ()))
    left_out[AGAIN["there"]] += sent - sum(counts.values())
    return counts


def _passages(items: Iterable[Item], one: Brought, told: Callable[[int], None]) -> Iterator[Passage]:
    """What is kept of what a file says, each under who wrote it."""
    keys, partners, sources = Keys(), one.partners(), dict[str, str]()
    author, is_told = (one.writer.author, one.writer.told) if one.writer else (None, False)
    for number, item in enumerate(items):
        told(number)
        letter = item.letter if isinstance(item, Spoken | Told) else item
        if not isinstance(letter, Letter):
            continue
        file = sources.get(letter.file) or sources.setdefault(letter.file, one.source(letter.file))
        letter = replace(letter, file=file)
        if isinstance(item, Told):
            yield Passage(replace(letter, author=author or THE_FAMILY, conversation=item.section))
            continue
        ours = replace(letter, author=author) if letter.author is None else assigned(letter, one.theirs)
        ours = replace(ours, kind="told") if is_told else ours  # a scan of what somebody wrote about them
        if isinstance(item, Spoken):
            yield Passage(ours, letter.author, None, item.start_ms, item.end_ms)
        else:
            has_key = letter.kind == "message" or letter.author is not None
            partner = partners.get(letter.conversation or "")
            yield Passage(ours, letter.author, keys.of(ours, partner) if has_key else None, partner=partner)


def _by_file(one: Brought, passages: list[Passage]) -> Iterator[tuple[Found, list[Passage]]]:
    """The passages with the picture that each stands on."""
    for found in one.found:
        those = [each for each in passages if each.letter.file == found.path]
        if those:
            yield found, those


def _original(found: Sequence[Found]) -> bytes | Path:
    """The file as it was given; several pages in one zip."""
    if len(found) == 1:
        file = found[0].file
        return file.path or whole(file, file.size_bytes)
    packed = io.BytesIO()
    with ZipFile(packed, "w") as pages:
        for place, each in enumerate(found, 1):
            name = ZipInfo(f"{place} {each.file.name}")  # of one date always: the same pages are the same file
            pages.writestr(name, whole(each.file, each.file.size_bytes))
    return packed.getvalue()


def withheld(archive: Archive, memorial: Memorial, batch: Batch) -> Iterator[str]:
    """Where a file of the same name is not for everybody: a later export of a chat may lie in another folder."""
    memory = archive.memory(memorial.id)
    places = {*memory.left_out(), *(place for place, names in memory.audience().items() if names)}
    for one in batch.brought:
        alike = [place for place in places if PurePath(place).name == PurePath(one.path).name]
        if alike and not any(covers(place, one.path) for place in places):
            yield f"{one.shown}: {alike[0]} is left out or not for everybody; `lantern memory` says so of this one too"
