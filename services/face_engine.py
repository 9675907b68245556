"""Which engine moves a memorial's portrait: the family's choice, kept sealed with it. Knows no engine from inside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data.archive import Archive
from data.errors import Refused
from services import choices

EngineName = Literal["portrait", "musetalk"]

CHOICE = "face-choice"  # its name in the archive


@dataclass(frozen=True, slots=True)
class Choice:
    """`weights` are of `musetalk`: the folder that holds them."""

    engine: EngineName = "portrait"
    weights: str | None = None


def chosen(archive: Archive, memorial_id: str) -> Choice:
    """What the family chose, by default the built-in engine."""
    return choices.chosen(archive, memorial_id, CHOICE, Choice, "lantern portrait engine")


def choose(archive: Archive, memorial_id: str, engine: EngineName, weights: Path | None) -> Choice:
    """From the next clip on. Raises Refused where engine and weights do not go together, Missing where files lack."""
    if (engine == "musetalk") != (weights is not None):
        raise Refused(
            "musetalk needs its weights, and it alone: lantern portrait engine MEMORIAL musetalk --weights FOLDER"
        )
    folder = None
    if weights is not None:
        from face.musetalk_weights import complete

        folder = str(complete(weights.expanduser().absolute()))
    choice = Choice(engine, folder)
    choices.choose(archive, memorial_id, CHOICE, choice)
    return choice
