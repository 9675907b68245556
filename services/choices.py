"""What a family chose for a memorial, kept sealed with it as a frozen dataclass. Knows not what there is to choose."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from data.archive import Archive
from data.errors import BadHome

C = TypeVar("C")


def chosen(archive: Archive, memorial_id: str, name: str, kind: Callable[..., C], verb: str) -> C:
    """What is kept under that name, or the usual of its kind; raises `BadHome`, naming the verb that mends it."""
    told = archive.model_file(memorial_id, name) or b"{}"
    try:
        fields = json.loads(told).items()  # JSON knows no tuples, and choices are frozen
        return kind(**{field: tuple(value) if isinstance(value, list) else value for field, value in fields})
    except (ValueError, TypeError, AttributeError) as err:
        raise BadHome(f"what was chosen with `{verb}` cannot be read: choose anew") from err


def choose(archive: Archive, memorial_id: str, name: str, choice: Any) -> None:
    """Keep it under that name, instead of what was chosen before."""
    with archive.adding(memorial_id) as adding:
        adding.set_model_files({name: written(choice)})


def written(choice: Any) -> bytes:
    """As it is kept."""
    return json.dumps(asdict(choice)).encode()
