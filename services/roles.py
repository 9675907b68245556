"""What a file is to a memorial: whose importer reads it, or that it is a portrait, a photo, a recording."""

from __future__ import annotations

from pathlib import PurePath

from data.errors import BadText, Damaged, UnknownKind
from data.importers import IMPORTERS, importer_for
from data.importers.gathered import Found
from data.importers.kinds import kind_of
from data.importers.letters import PlainText
from data.importers.screenshots import Screenshots

PORTRAIT, PHOTO, RECORDING = "portrait", "photo", "recording"
SCAN, PAGES, SCREENSHOT = "scan", "pages", "screenshot"
READ_BY_MACHINE = frozenset({SCAN, PAGES, SCREENSHOT})  # seconds for each picture
WRITTEN = frozenset({"text", "word", "odt", "rtf", "pdf"})  # a letter, as far as it is known
MEDIA = frozenset({PORTRAIT, PHOTO, RECORDING})
ROLES = (*(importer.name for importer in IMPORTERS), PAGES, PORTRAIT, PHOTO, RECORDING)

TEXTS = frozenset({".txt", ".md", ".text", ""})  # of files that nothing but their being text tells
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic"})
SOUNDS = frozenset({
    ".wav", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".amr", ".amrwb", ".awb", ".3gp", ".wma", ".au", ".caf",
    ".silk", ".slk", ".mp4", ".mov", ".mkv", ".mka", ".webm",
})  # fmt: skip

VIDEO = "a video: give it by itself if they speak in it"


def role_of(found: Found) -> str:
    """What a file is, by what it holds. Raises `BadText` where nobody here knows."""
    file, ending = found.file, PurePath(found.file.name).suffix.lower()
    kind = kind_of(file)
    if kind == "video" and not found.named:
        raise BadText(VIDEO)
    if kind in {"recording", "video"}:
        return RECORDING
    if kind == "photo":
        return PORTRAIT if found.named else PHOTO
    if kind == "scan":
        return SCREENSHOT if Screenshots().knows(file) else SCAN
    if kind == "letters":
        importer = importer_for(file)
        if not isinstance(importer, PlainText) or ending in TEXTS:
            if ending in PICTURES | SOUNDS:
                raise Damaged(
                    f"{file.name} is called a picture or a sound and is none: give it its right ending", file=file.name
                )
            return importer.name
    if ending in PICTURES:  # damaged: who reads it says how
        return PORTRAIT if found.named else PHOTO
    if ending in SOUNDS:
        return RECORDING
    if ending in TEXTS and ending:
        return PlainText.name
    if kind == "letters":
        raise BadText(
            f"{file.name} is a text with the ending {ending}: if it is a letter or talk, add it with --as text"
        )
    raise UnknownKind(f"{file.name}: no kind of file that Lantern reads", file=file.name)
