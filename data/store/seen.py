"""Which sources are seen: all but those of an arrival that is still under way. Knows no query."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from data.store import schema


def is_seen(memorial_id: str) -> ColumnElement[bool]:
    """What holds of a source of this memorial that is seen."""
    arrival = schema.sources.c.arrival
    arriving = select(schema.memorials.c.arriving).where(schema.memorials.c.id == memorial_id).scalar_subquery()
    return or_(arrival.is_(None), arriving.is_(None), arrival != arriving)
