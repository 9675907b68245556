"""Every query, inside one transaction. Knows nothing of keys: what is personal comes and goes sealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Row,
    Select,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql.schema import Table

from data.store import schema
from data.store.account_rows import AccountRows
from data.store.answered_rows import AnsweredRows
from data.store.clip_rows import ClipRows
from data.store.conversation_rows import ConversationRows
from data.store.mark_rows import MarkRows
from data.store.member_rows import MemberRows
from data.store.records import aware, records
from data.store.seen import is_seen
from data.store.upload_rows import UploadRows

Made = Literal["portraits", "voices"]
MADE: dict[Made, Table] = {"portraits": schema.portraits, "voices": schema.voices}
ROWS_AT_ONCE = 1_000  # in memory, of what may be very many
Statement = TypeVar("Statement", Select[Any], Delete)
Noted = Literal["visitors", "remembered", "corrections", "audience", "glossary", "confirmations"]


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A source as the table holds it."""

    kind: str
    fingerprint: bytes
    file: bytes
    author: bytes | None
    date: bytes | None
    text: bytes | None
    blob_id: str
    conversation: bytes | None = None
    place: int | None = None
    doubtful: bytes | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    occurrence: bytes | None = None
    arrival: int | None = None
    partner: bytes | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """By which a source is known again."""

    fingerprint: bytes
    occurrence: bytes | None
    author: bytes | None
    partner: bytes | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as its table holds it. `undone_at` tells since when it does not count any more."""

    id: str
    note: bytes
    added_at: datetime
    undone_at: datetime | None


class Rows:
    """The queries, inside one transaction. What is still arriving is seen where `sees_all`."""

    def __init__(self, connection: Connection, *, sees_all: bool = False) -> None:
        self._connection = connection
        self._sees_all = sees_all
        self.accounts = AccountRows(connection)
        self.members = MemberRows(connection)
        self.answered = AnsweredRows(connection)
        self.clips = ClipRows(connection)
        self.uploads = UploadRows(connection)
        self.conversations = ConversationRows(connection)
        self.marks = MarkRows(connection)
        self._behind_all = dict[str, datetime]()  # by memorial

    def memorials(self) -> list[tuple[str, bytes]]:
        """Id and sealed person of each, the oldest first."""
        query = select(schema.memorials.c.id, schema.memorials.c.person)
        rows = self._connection.execute(query.order_by(schema.memorials.c.added_at, schema.memorials.c.id))
        return [(row.id, row.person) for row in rows]

    def knows(self, memorial_id: str, *, for_change: bool = False) -> bool:
        """Whether there is such a memorial; for a change, nobody else changes it until the transaction ends."""
        query = select(schema.memorials.c.id).where(schema.memorials.c.id == memorial_id)
        query = query.with_for_update() if for_change else query  # SQLite has taken its turn already
        return self._connection.execute(query).scalar_one_or_none() is not None

    def add_memorial(self, memorial_id: str, person: bytes) -> None:
        """A new memorial."""
        self._insert(schema.memorials, id=memorial_id, person=person, added_at=_now())

    def set_person(self, memorial_id: str, person: bytes) -> None:
        """Whom it is for, told otherwise."""
        self._connection.execute(
            update(schema.memorials).where(schema.memorials.c.id == memorial_id).values(person=person)
        )

    def remove_memorial(self, memorial_id: str) -> None:
        """The memorial and all rows that belong to it."""
        self._connection.execute(delete(schema.memorials).where(schema.memorials.c.id == memorial_id))

    # What arrives a piece at a time

    def arriving(self, memorial_id: str) -> int | None:
        """The number of what has begun to arrive, and not ended."""
        query = select(schema.memorials.c.arriving).where(schema.memorials.c.id == memorial_id)
        arrival: int | None = self._connection.execute(query).scalar_one_or_none()
        return arrival

    def set_arriving(self, memorial_id: str, arrival: int | None) -> None:
        """What has this number is hidden from now on; where there is none, all is seen."""
        change = update(schema.memorials).where(schema.memorials.c.id == memorial_id)
        self._connection.execute(change.values(arriving=arrival))

    def take_back(self, memorial_id: str, arrival: int, most: int) -> int:
        """Remove so many at most of what arrived with this number, the last first; gives how many went."""
        table = schema.sources
        those = select(table.c.id).where(table.c.memorial_id == memorial_id, table.c.arrival == arrival)
        those = those.order_by(table.c.id.desc()).limit(most)
        return self._connection.execute(delete(table).where(table.c.id.in_(those))).rowcount

    # Files

    def blob_with(self, memorial_id: str, fingerprint: bytes) -> str | None:
        """The id of the blob that has this content, if there is one."""
        table = schema.blobs
        query = select(table.c.id).where(table.c.memorial_id == memorial_id, table.c.fingerprint == fingerprint)
        blob_id: str | None = self._connection.execute(query).scalar_one_or_none()
        return blob_id

    def blob_ids(self, memorial_id: str) -> set[str]:
        """All blobs of a memorial that are spoken of."""
        query = select(schema.blobs.c.id).where(schema.blobs.c.memorial_id == memorial_id)
        return set(self._connection.execute(query).scalars())

    def add_blob(self, memorial_id: str, blob_id: str, fingerprint: bytes) -> str:
        """A blob that lies in the vault already; gives the id of the one with its content: this, or one from before."""
        known = self.blob_with(memorial_id, fingerprint)
        if known is None:
            self._insert(schema.blobs, id=blob_id, memorial_id=memorial_id, fingerprint=fingerprint)
        return known or blob_id

    def remove_unused(self, blob_id: str) -> bool:
        """Forget a blob of which nothing speaks; whether it was so."""
        for table in (schema.sources, schema.papers, schema.models, schema.clips, *MADE.values()):
            uses = select(table.c.id).where(table.c.blob_id == blob_id).limit(1)
            if self._connection.execute(uses).scalar_one_or_none() is not None:
                return False
        self._connection.execute(delete(schema.blobs).where(schema.blobs.c.id == blob_id))
        return True

    def remove_unspoken(self, memorial_id: str) -> None:
        """The blobs of which no row speaks."""
        for blob_id in self.blob_ids(memorial_id):
            self.remove_unused(blob_id)

    # Sources

    def source_with(self, memorial_id: str, fingerprint: bytes) -> int | None:
        """The number of the source that has this content, if there is one."""
        table = schema.sources
        query = select(table.c.id).where(*self._of(memorial_id), table.c.fingerprint == fingerprint)
        source_id: int | None = self._connection.execute(query).scalar_one_or_none()
        return source_id

    def identities(
        self, memorial_id: str, fingerprints: Sequence[bytes], occurrences: Sequence[bytes]
    ) -> Iterator[Identity]:
        """Of the sources that have one of these."""
        table = schema.sources
        query = select(*(table.c[name] for name in Identity.__slots__)).where(*self._of(memorial_id))
        for those in (table.c.fingerprint.in_(fingerprints), table.c.occurrence.in_(occurrences)):
            for row in self._connection.execute(query.where(those)):  # asked in one, it would read the whole table
                yield Identity(*row)

    def of_blob(self, memorial_id: str, blob_id: str, kinds: tuple[str, ...]) -> list[tuple[bytes, str]]:
        """Fingerprint and kind of the sources of some kinds that one file gave."""
        table = schema.sources
        query = select(table.c.fingerprint, table.c.kind).where(
            *self._of(memorial_id), table.c.blob_id == blob_id, table.c.kind.in_(kinds)
        )
        return [(row.fingerprint, row.kind) for row in self._connection.execute(query)]

    def spoken_in(self, memorial_id: str, blob_id: str, start_ms: int, end_ms: int) -> list[bytes]:
        """The fingerprints of what begins to be said there, in the recording that is this file."""
        table = schema.sources
        query = select(table.c.fingerprint).where(
            *self._of(memorial_id),
            table.c.blob_id == blob_id,
            table.c.kind == "spoken",
            table.c.start_ms >= start_ms,
            table.c.start_ms < end_ms,
        )
        return list(self._connection.execute(query).scalars())

    def last_source(self, memorial_id: str, kind: str) -> int | None:
        """The number of the source of that kind that was added last."""
        query = select(func.max(schema.sources.c.id)).where(*self._of(memorial_id), schema.sources.c.kind == kind)
        source_id: int | None = self._connection.execute(query).scalar_one_or_none()
        return source_id

    def set_author(self, memorial_id: str, known: Identity) -> None:
        """Somebody else wrote it. It counts as added anew, so that what was made of the sources is known to be old."""
        table = schema.sources
        change = update(table).where(table.c.memorial_id == memorial_id, table.c.fingerprint == known.fingerprint)
        values = {
            "author": known.author,
            "occurrence": known.occurrence,
            "partner": known.partner,
            "added_at": self._added_now(memorial_id),
        }
        self._connection.execute(change.values(values))

    def add_source(self, memorial_id: str, row: KeptRow) -> int:
        """A new source; gives its number."""
        added_at = self._added_now(memorial_id)
        return self._insert(schema.sources, memorial_id=memorial_id, added_at=added_at, **_values(row))

    def add_sources(self, memorial_id: str, rows: Sequence[KeptRow]) -> None:
        """Many new sources at once."""
        same = {"memorial_id": memorial_id, "added_at": self._added_now(memorial_id)}
        self._connection.execute(insert(schema.sources), [same | _values(row) for row in rows])

    def remove_source(self, memorial_id: str, fingerprint: bytes) -> list[str]:
        """One source; gives the ids of blobs that nothing speaks of any more."""
        table = schema.sources
        those = (table.c.memorial_id == memorial_id, table.c.fingerprint == fingerprint)
        blobs = list(self._connection.execute(select(table.c.blob_id).where(*those)).scalars())
        self._connection.execute(delete(table).where(*those))
        return [blob_id for blob_id in blobs if self.remove_unused(blob_id)]

    def sources(self, memorial_id: str, kinds: tuple[str, ...] = schema.KINDS) -> list[KeptRow]:
        """The sources of some kinds, the first added first."""
        table = schema.sources
        query = select(*(table.c[name] for name in KeptRow.__slots__))
        query = query.where(*self._of(memorial_id), table.c.kind.in_(kinds)).order_by(table.c.id)
        return [KeptRow(*row) for row in self._connection.execute(query)]

    def outlines(self, memorial_id: str) -> Iterator[KeptRow]:
        """All sources without their words, the first added first; few in memory at a time."""
        table = schema.sources
        names = ("kind", "fingerprint", "file", "author", "date", "text", "blob_id")
        columns = (literal(None).label(name) if name == "text" else table.c[name] for name in names)
        query = select(*columns).where(*self._of(memorial_id)).order_by(table.c.id)
        for row in self._connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
            yield KeptRow(*row)

    def worded(self, memorial_id: str, blob_ids: Sequence[str], after: int) -> Iterator[tuple[int, KeptRow]]:
        """Words that some blobs gave, each with its number, behind that of one; few in memory at a time."""
        table = schema.sources
        query = select(table.c.id, *(table.c[name] for name in KeptRow.__slots__)).order_by(table.c.id)
        query = query.where(*self._of(memorial_id), table.c.blob_id.in_(blob_ids), table.c.kind.in_(schema.WORDS))
        query = query.where(table.c.id > after)
        for number, *row in self._connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
            yield number, KeptRow(*row)

    def doubtful(self, memorial_id: str) -> list[KeptRow]:
        """The sources that have lines of which a machine was not sure."""
        table = schema.sources
        query = select(*(table.c[name] for name in KeptRow.__slots__)).order_by(table.c.id)
        query = query.where(*self._of(memorial_id), table.c.doubtful.is_not(None))
        return [KeptRow(*row) for row in self._connection.execute(query)]

    def count(self, memorial_id: str, kinds: tuple[str, ...]) -> int:
        """How many sources of some kinds there are."""
        table = schema.sources
        query = select(func.count()).where(*self._of(memorial_id), table.c.kind.in_(kinds))
        return self._connection.execute(query).scalar_one()

    def set_made(self, what: Made, memorial_id: str, source_id: int, blob_id: str) -> list[str]:
        """Make a blob the latest of its kind; gives the ids of blobs that it took the place of."""
        table = MADE[what]
        earlier = select(table.c.blob_id).where(table.c.source_id == source_id, table.c.blob_id != blob_id)
        replaced = list(self._connection.execute(earlier).scalars())
        self._connection.execute(delete(table).where(table.c.source_id == source_id))
        self._insert(table, memorial_id=memorial_id, source_id=source_id, blob_id=blob_id, added_at=_now())
        return [old for old in replaced if self.remove_unused(old)]

    # Long work

    def latest(self, what: Made, memorial_id: str) -> str | None:
        """The blob last made."""
        table = MADE[what]
        query = select(table.c.blob_id).where(table.c.memorial_id == memorial_id).order_by(table.c.id.desc()).limit(1)
        blob_id: str | None = self._connection.execute(query).scalar_one_or_none()
        return blob_id

    def source_of_latest(self, what: Made, memorial_id: str) -> KeptRow | None:
        """The source that the last of its kind was made of."""
        table, sources = MADE[what], schema.sources
        query = select(*(sources.c[name] for name in KeptRow.__slots__)).join(table, table.c.source_id == sources.c.id)
        query = query.where(table.c.memorial_id == memorial_id).order_by(table.c.id.desc()).limit(1)
        row = self._connection.execute(query).first()
        return None if row is None else KeptRow(*row)

    def paper(self, memorial_id: str, job_id: str, name: str) -> str | None:
        """The blob of one paper."""
        blob_id: str | None = self._connection.execute(
            _papers(select(schema.papers.c.blob_id), memorial_id, job_id).where(schema.papers.c.name == name)
        ).scalar_one_or_none()
        return blob_id

    def add_paper(self, memorial_id: str, job_id: str, name: str, blob_id: str) -> None:
        """A paper of a name that the job has none of."""
        self._insert(schema.papers, memorial_id=memorial_id, job_id=job_id, name=name, blob_id=blob_id, added_at=_now())

    def remove_papers(self, memorial_id: str, job_id: str, names: Sequence[str] | None = None) -> list[str]:
        """Those of some names, or all; gives the ids of blobs that nothing speaks of any more."""
        chosen: Select[Any] = select(schema.papers.c.id, schema.papers.c.blob_id)
        chosen = _papers(chosen, memorial_id, job_id)
        if names is not None:
            chosen = chosen.where(schema.papers.c.name.in_(names))
        return self._remove_papers(list(self._connection.execute(chosen)))

    def remove_alike_papers(self, memorial_id: str, job_id: str, prefix: str) -> list[str]:
        """Of a job's papers whose names begin so, and of others' of the same names, the same as `remove_papers`."""
        table = schema.papers
        names = _papers(select(table.c.name), memorial_id, job_id).where(table.c.name.startswith(prefix))
        alike = select(table.c.id, table.c.blob_id).where(table.c.memorial_id == memorial_id, table.c.name.in_(names))
        return self._remove_papers(list(self._connection.execute(alike)))

    def jobs(self, before: datetime) -> list[tuple[str, str]]:
        """Memorial and id of every job that got its first paper before then. Papers of an upload are no job's."""
        table = schema.papers
        query = select(table.c.memorial_id, table.c.job_id).group_by(table.c.memorial_id, table.c.job_id)
        query = query.where(table.c.job_id.not_in(select(schema.uploads.c.id)))
        rows = self._connection.execute(query.having(func.min(table.c.added_at) < before))
        return [(row.memorial_id, row.job_id) for row in rows]

    def model_file(self, memorial_id: str, name: str) -> str | None:
        """The blob of one file of the memorial's model."""
        blob_id: str | None = self._connection.execute(
            _model_files(select(schema.models.c.blob_id), memorial_id, name)
        ).scalar_one_or_none()
        return blob_id

    def set_model_file(self, memorial_id: str, name: str, blob_id: str | None) -> list[str]:
        """Another file of that name, or none; gives the ids of blobs that nothing speaks of any more."""
        earlier = self.model_file(memorial_id, name)
        if earlier == blob_id:
            return []
        self._connection.execute(_model_files(delete(schema.models), memorial_id, name))
        if blob_id is not None:
            self._insert(schema.models, memorial_id=memorial_id, name=name, blob_id=blob_id, added_at=_now())
        return [earlier] if earlier is not None and self.remove_unused(earlier) else []

    # Notes

    def notes(self, what: Noted, memorial_id: str) -> list[NoteRow]:
        """All of one table, undone ones included, the first added first."""
        table = schema.metadata.tables[what]
        query = select(table.c.id, table.c.note, table.c.added_at, table.c.undone_at)
        query = query.where(table.c.memorial_id == memorial_id).order_by(table.c.added_at, table.c.id)
        return records(NoteRow, self._connection.execute(query))

    def add_note(self, what: Noted, memorial_id: str, note_id: str, note: bytes) -> None:
        """A new one."""
        self._insert(schema.metadata.tables[what], memorial_id=memorial_id, id=note_id, note=note, added_at=_now())

    def set_note(self, what: Noted, note_id: str, note: bytes) -> None:
        """Say it otherwise."""
        table = schema.metadata.tables[what]
        self._connection.execute(update(table).where(table.c.id == note_id).values(note=note))

    def undo_note(self, what: Noted, note_id: str) -> None:
        """Let it count no more."""
        table = schema.metadata.tables[what]
        self._connection.execute(update(table).where(table.c.id == note_id).values(undone_at=_now()))

    def remove_note(self, what: Noted, note_id: str) -> None:
        """Forget it."""
        table = schema.metadata.tables[what]
        self._connection.execute(delete(table).where(table.c.id == note_id))

    # Inside

    def _of(self, memorial_id: str) -> tuple[ColumnElement[bool], ...]:
        """What holds of the sources of a memorial that are seen."""
        table = schema.sources
        if self._sees_all:
            return (table.c.memorial_id == memorial_id,)
        return table.c.memorial_id == memorial_id, is_seen(memorial_id)

    def _added_now(self, memorial_id: str) -> datetime:
        """The time for sources of this transaction: behind that of all others, though a clock may go back."""
        if memorial_id not in self._behind_all:
            table = schema.sources
            query = select(func.max(table.c.added_at)).where(table.c.memorial_id == memorial_id)
            last: datetime | None = aware(self._connection.execute(query).scalar())
            now = _now()
            self._behind_all[memorial_id] = now if last is None else max(now, last + timedelta.resolution)
        return self._behind_all[memorial_id]

    def _remove_papers(self, rows: Sequence[Row[Any]]) -> list[str]:
        self._connection.execute(delete(schema.papers).where(schema.papers.c.id.in_([row.id for row in rows])))
        return [blob_id for blob_id in dict.fromkeys(row.blob_id for row in rows) if self.remove_unused(blob_id)]

    def _insert(self, table: Table, **values: Any) -> int:
        key = self._connection.execute(insert(table).values(**values)).inserted_primary_key
        return key[0] if key and isinstance(key[0], int) else 0


def _values(row: KeptRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KeptRow.__slots__}


def _papers(query: Select[Any], memorial_id: str, job_id: str) -> Select[Any]:
    return query.where(schema.papers.c.memorial_id == memorial_id, schema.papers.c.job_id == job_id)


def _model_files(statement: Statement, memorial_id: str, name: str) -> Statement:
    return statement.where(schema.models.c.memorial_id == memorial_id, schema.models.c.name == name)


def _now() -> datetime:
    return datetime.now(UTC)
