"""Making a memorial, and telling it otherwise. Knows no command line: the same verb serves any way in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from data.archive import Archive, Memorial
from data.dates import read_date
from data.errors import BadDate, BadName, DateAhead, DatesReversed, IsSample
from data.types import Language, Person
from services.progress import shown

NAME_CHARS = 200


def new(archive: Archive, name: str, born: str | None, died: str | None, language: Language) -> Memorial:
    """A memorial without anything in it."""
    return archive.create(person(name, born, died, language))


def change(archive: Archive, memorial: Memorial, name: str, born: str | None, died: str | None) -> Memorial:
    """The same memorial with another name, or other dates."""
    if memorial.person.exhibit:
        raise IsSample(f"{memorial.person.name} is a sample, and stays as it is")
    told = person(name, born, died, memorial.person.language)
    return archive.change(memorial.id, replace(told, signs=memorial.person.signs))


def person(name: str, born: str | None, died: str | None, language: Language) -> Person:
    """Whom a memorial is for. Raises `BadText` and `BadDate`."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARS or shown(name) != name:
        raise BadName(f"a name has 1 to {NAME_CHARS} characters and no control characters", most=NAME_CHARS)
    born, died = _date("born", born), _date("died", died)
    if born and died and died[: len(born)] < born[: len(died)]:
        raise DatesReversed(f"died {died} is before born {born}: check the dates")
    return Person(name, born, died, language)


def _date(which: str, typed: str | None) -> str | None:
    if typed is None:
        return None
    try:
        date = read_date(typed)
    except BadDate as err:
        raise BadDate(f"{which} {typed!r}: {err}") from err
    if date > datetime.now(UTC).date().isoformat():
        raise DateAhead(f"{which} {typed!r} lies ahead: check the date")
    return date
