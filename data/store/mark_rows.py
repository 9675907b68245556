"""What a memorial rests on, as marks that change when it does. Knows no key: no entry is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from data.store import schema
from data.store.seen import is_seen

NOTES = (
    schema.visitors,
    schema.corrections,
    schema.audience,
    schema.glossary,
    schema.confirmations,
)  # of which every entry counts; what was told and is remembered only matters once it is gone


LOOPS = "loop-%"  # model files that are made of the others: no answer rests on them


class MarkRows:
    """Inside one transaction. Blobs and sealed entries are new ones whenever their content is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def made(self, memorial_id: str) -> str:
        """Of the voice, the portrait, what was learnt and what the family chose."""
        latest = [self._latest(schema.voices, memorial_id), self._latest(schema.portraits, memorial_id)]
        return _mark(latest, self._models(memorial_id, schema.models.c.name.not_like(LOOPS)))

    def face(self, memorial_id: str, choice: str) -> str:
        """Of the portrait, and of the model file of that name: what moves it."""
        latest = [self._latest(schema.portraits, memorial_id)]
        return _mark(latest, self._models(memorial_id, schema.models.c.name == choice))

    def words(self, memorial_id: str) -> str:
        """Of the person, the sources, and what the family says of them."""
        person = select(schema.memorials.c.person).where(schema.memorials.c.id == memorial_id)
        return _mark(
            [self.sources(memorial_id)],
            self._connection.execute(person),
            *(self._notes(table, memorial_id) for table in NOTES),
        )

    def sources(self, memorial_id: str) -> str:
        """Of those that are seen. An index holds all that is asked for, so that no source is read."""
        sources = schema.sources.c
        counted = select(func.count(), func.max(sources.id), func.max(sources.added_at))
        return _mark(self._connection.execute(counted.where(sources.memorial_id == memorial_id, is_seen(memorial_id))))

    def remembered(self, memorial_id: str) -> frozenset[str]:
        """A mark of each thing that visitors told."""
        return frozenset(_mark([row]) for row in self._notes(schema.remembered, memorial_id))

    def _latest(self, table: Table, memorial_id: str) -> int | None:
        query = select(func.max(table.c.id)).where(table.c.memorial_id == memorial_id)
        return self._connection.execute(query).scalar()

    def _models(self, memorial_id: str, which: ColumnElement[bool]) -> Iterable[Any]:
        models = schema.models.c
        query = select(models.name, models.blob_id).where(models.memorial_id == memorial_id, which)
        return self._connection.execute(query.order_by(models.name))

    def _notes(self, table: Table, memorial_id: str) -> list[Any]:
        query = select(table.c.id, table.c.note, table.c.undone_at).where(table.c.memorial_id == memorial_id)
        return list(self._connection.execute(query.order_by(table.c.id)))


def _mark(*found: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for rows in found:
        for row in rows:
            digest.update(repr(row).encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()
