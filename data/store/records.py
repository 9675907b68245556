"""Rows of a table as records whose fields are called like its columns. Knows no table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Row
from sqlalchemy.sql.schema import Table

Record = TypeVar("Record")


def columns(table: Table, kind: type[Any]) -> list[Column[Any]]:
    """Those that a record of this kind holds, in its order."""
    return [table.c[field.name] for field in fields(kind)]


def records(kind: type[Record], rows: Iterable[Row[Any]]) -> list[Record]:
    """What a query of these columns found."""
    return [kind(*map(aware, row)) for row in rows]


def values(record: Any) -> dict[str, Any]:
    """Of a record, by column."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def aware(value: Any) -> Any:
    """SQLite forgets that times are in UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
