"""What turns files that the family has into letters. Each kind of file has a module of its own; this one chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data import files
from data.errors import BadText, NoChat, UnknownKind
from data.importers.documents import Pdf, Word
from data.importers.imessage import IMessage, IMessageText
from data.importers.imported import Attachment, File, Importer, Item, LeftOut, Spoken, Told
from data.importers.introduction import Introduction
from data.importers.letters import CHAT, PlainText
from data.importers.mail import Mail
from data.importers.messenger import Messenger
from data.importers.opendocument import OpenDocument
from data.importers.richtext import RichText
from data.importers.scans import Scans
from data.importers.screenshots import Screenshots
from data.importers.sms import Sms
from data.importers.telegram import Telegram
from data.importers.text import LARGEST_BYTES
from data.importers.transcripts import Transcript
from data.importers.wechat import WeChat
from data.importers.whatsapp import WhatsApp
from data.types import Letter

__all__ = [
    "IMPORTERS",
    "LARGEST_BYTES",
    "Attachment",
    "File",
    "Imported",
    "Importer",
    "Item",
    "LeftOut",
    "Spoken",
    "Told",
    "importer_for",
    "letters_in",
    "read_letters",
]

IMPORTERS: tuple[Importer, ...] = (  # the first that knows a file reads it: the narrowest come first
    WhatsApp(),
    WeChat(),
    IMessage(),
    IMessageText(),
    Telegram(),
    Messenger(),
    Sms(),
    Mail(),
    Transcript(),
    Introduction(),
    Screenshots(),
    Scans(),
    Word(),
    OpenDocument(),
    RichText(),
    Pdf(),
    PlainText(),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """The letters or messages of one file, and the file as it was given."""

    letters: tuple[Letter, ...]
    left_out: tuple[LeftOut, ...]
    original: bytes


def importer_for(file: File, named: str | None = None) -> Importer:
    """The one for this kind of file, or the one of that name. Raises `BadText`."""
    if named is not None:
        by_name = {importer.name: importer for importer in IMPORTERS}
        if named not in by_name:
            raise BadText(f"--as {named!r} is not known: choose one of {_names(IMPORTERS)}")
        return by_name[named]
    for importer in IMPORTERS:
        if importer.knows(file):
            return importer
    raise UnknownKind(f"{file.name}: no kind of file that Lantern reads", file=file.name)


def read_letters(path: Path) -> Imported:
    """The letters or messages of one person in a plain text. Raises `BadText`."""
    return letters_in(path.name, files.read(path, LARGEST_BYTES, BadText))


def letters_in(name: str, original: bytes) -> Imported:
    """The same of a text in memory."""
    items = tuple(PlainText().read(File.of(name, original)))
    letters = tuple(item for item in items if isinstance(item, Letter))
    if any(letter.author is not None for letter in letters):
        raise NoChat(f"{name} seems to be {CHAT}", file=name)
    return Imported(letters, tuple(item for item in items if isinstance(item, LeftOut)), original)


def _names(importers: Iterable[Importer]) -> str:
    return ", ".join(sorted(importer.name for importer in importers))
