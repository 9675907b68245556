"""JSON of any size, piece by piece. Knows no messenger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ijson

from data.errors import NoChat
from data.importers.imported import File
from data.importers.lines import reading

DEEPEST = 50  # levels; a chat has seven
UTF8_MARK = b"\xef\xbb\xbf"

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


def records(file: File, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Value]]:
    """Each value whose place is wanted, whole, with that place: `messages.item`, `chats.list.item.name`.

    A place is wanted or lies inside a wanted one. Raises `BadText`.
    """
    with reading(file) as stream:
        if stream.read(len(UTF8_MARK)) != UTF8_MARK:
            stream.seek(0)
        try:
            yield from _gathered(ijson.parse(_shallow(file.name, ijson.basic_parse(stream, use_float=True))), wanted)
        except ijson.JSONError as err:
            raise NoChat(f"{file.name} is damaged, or no JSON: export the chat anew", file=file.name) from err


def fields(record: Value) -> dict[str, Value]:
    """Those of an object; none of anything else."""
    return record if isinstance(record, dict) else {}


def words(value: Value) -> str:
    """A text; empty where it is none."""
    return value if isinstance(value, str) else ""


def number(value: Value) -> float | None:
    """A number, or a text that is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _shallow(name: str, events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    depth = 0
    for event, value in events:
        depth += event.startswith("start") - event.startswith("end_")
        if depth > DEEPEST:
            raise NoChat(f"{name} is nested deeper than any chat: export the chat anew", file=name)
        yield event, value


def _gathered(events: Iterator[tuple[str, str, Any]], wanted: Callable[[str], bool]) -> Iterator[tuple[str, Value]]:
    place, builder = "", None
    for prefix, event, value in events:
        if builder is None and event != "map_key" and not event.startswith("end_") and wanted(prefix):
            place, builder = prefix, ijson.ObjectBuilder()
        if builder is None:
            continue
        builder.event(event, value)
        if prefix == place and not event.startswith("start") and event != "map_key":
            yield place, builder.value
            builder = None
