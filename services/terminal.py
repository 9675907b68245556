"""What every command of the terminal has in common: the home it opens, and how it prints."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer

from data.archive import Archive
from data.settings import Settings
from services.progress import shown


class LanguageName(StrEnum):
    """The languages that a memorial can answer in."""

    en = "en"
    zh = "zh"


MemorialArg = Annotated[
    str, typer.Argument(metavar="MEMORIAL", help="Its name, or how its id begins, from 4 characters.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


def settings() -> Settings:
    """Those of the environment."""
    return Settings.from_environment(os.environ)


@contextmanager
def opened(chosen: Settings) -> Iterator[Archive]:
    """The home, opened; the first time with a word on its key."""
    with Archive.open(chosen.home) as archive:
        archive.home.redirect_caches()
        if archive.home.is_new:
            note(f"keep a copy of {archive.home.key_file} elsewhere: without it nothing here can be read")
        yield archive


def note(text: str) -> None:
    """One line on standard error."""
    print(f"note: {shown(text)}", file=sys.stderr)


def print_json(value: dict[str, Any]) -> None:
    """One object on standard output."""
    print(json.dumps(value, ensure_ascii=False))
