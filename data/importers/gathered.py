"""Finds the files in what the family gives: single ones, folders, and zips of anything. Opens none but the zips.

A zip that is one export of a chat stays whole: whoever reads the chat reads what was sent in it. What lies beside a
chat in an unpacked export goes with it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from os.path import abspath
from pathlib import Path, PurePosixPath

from data.errors import BadText
from data.importers import importer_for
from data.importers.archives import is_archive, members
from data.importers.imported import File
from data.names import shortest

HIDDEN = "a hidden file"
SYSTEM = "a file of the operating system's"
LINK = "a link to a file elsewhere"
EMPTY = "an empty file"
UNOPENED = "a file that cannot be opened"
CHATS = frozenset({"whatsapp", "telegram", "messenger"})  # whose exports have what was sent beside the messages

_SYSTEMS = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "$recycle.bin", "__macosx", "@eadir"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file. `shown` is its path below what was given; `named` is false where it was found in a folder or a zip.

    `near` is the folder of what was given by itself, which tells one message_1.json from another.
    """

    file: File
    shown: str
    named: bool = True
    near: str = ""

    @property
    def path(self) -> str:
        """By which it is known for good."""
        return f"{self.near}/{self.shown}" if self.near else self.shown


def gathered(paths: Sequence[Path], left_out: Counter[str]) -> Iterator[Found]:
    """All of them, in the order of their names. Raises `BadText` for one that is named and is not there."""
    given = [(path, Path(abspath(path))) for path in paths]  # noqa: PTH100 — a link keeps its own name
    called = shortest([whole.as_posix() for _, whole in given])
    for path, whole in given:
        name = called[whole.as_posix()].lstrip("/")
        if path.is_dir():
            yield from _with_beside(list(_walked(path, name, left_out)))
        else:
            near = "" if "/" in name else whole.parent.name
            yield from _unpacked(Found(File.on_disk(path), name, near=near))


def given(files: Iterable[File], leave_out: Callable[[Found, BadText], None]) -> Iterator[Found]:
    """Files that come one by one without a folder; a second one of the same name has a number.

    A zip that cannot be opened is handed to `leave_out`, which may raise what is wrong with it.
    """
    names = set[str]()
    for file in files:
        path = PurePosixPath(file.name)
        numbered = (f"{path.stem} {number}{path.suffix}" for number in count(2))
        name = next(name for name in chain((file.name,), numbered) if name not in names)
        names.add(name)
        found = Found(replace(file, name=name), name)
        try:
            inside = list(_unpacked(found))
        except BadText as err:
            leave_out(found, err)
        else:
            yield from inside


def _walked(root: Path, called: str, left_out: Counter[str]) -> Iterator[Found]:
    """The files below a folder; no link is followed."""

    def unopened(_error: OSError) -> None:
        left_out[UNOPENED] += 1

    for place, folders, names in os.walk(root, onerror=unopened):
        for name in folders:
            if reason := _unwanted(Path(place, name)):
                left_out[reason] += 1
        folders[:] = sorted(name for name in folders if not _unwanted(Path(place, name)))
        for path in (Path(place, name) for name in sorted(names)):
            try:
                file = None if _unwanted(path) else File.on_disk(path)
            except BadText:
                left_out[UNOPENED] += 1
                continue
            if file is None or not file.size_bytes:
                left_out[_unwanted(path) or EMPTY] += 1
                continue
            try:
                shown = PurePosixPath(called, path.relative_to(root).as_posix()).as_posix()
                yield from list(_unpacked(Found(file, shown, named=False)))
            except BadText as err:
                left_out[str(err)] += 1


def _unwanted(path: Path) -> str | None:
    """Why nobody would want to give it."""
    if path.name.lower() in _SYSTEMS or path.name.startswith("._"):
        return SYSTEM
    if path.name.startswith("."):
        return SYSTEM if path.name == ".DS_Store" else HIDDEN
    return LINK if path.is_symlink() else None


def _unpacked(found: Found) -> Iterator[Found]:
    """What is in a zip that is nothing more than a folder; anything else as it is."""
    if not is_archive(found.file) or _is_known(found.file):
        yield found
        return
    inside = [
        Found(replace(file, name=PurePosixPath(path).name), f"{found.shown}/{path}", named=False, near=found.near)
        for path, file in sorted(members(found.file).items())
        if file.size_bytes
    ]
    yield from _with_beside(inside)


def _is_known(file: File) -> bool:
    try:
        return bool(importer_for(file))
    except BadText:
        return False


def _with_beside(found: list[Found]) -> Iterator[Found]:
    """The same; each chat with the files of its folder, which the chats of one folder share."""
    chats = {id(each) for each in found if not is_archive(each.file) and _is_chat(each)}
    below: dict[PurePosixPath, dict[str, File]] = {
        PurePosixPath(each.shown).parent: {} for each in found if id(each) in chats
    }
    for each in found:
        path = PurePosixPath(each.shown)
        for place in below.keys() & path.parents:
            below[place][path.relative_to(place).as_posix()] = each.file
    for each in found:
        beside = below[PurePosixPath(each.shown).parent] if id(each) in chats else {}
        yield replace(each, file=replace(each.file, beside=beside)) if len(beside) > 1 else each


def _is_chat(found: Found) -> bool:
    if not found.file.name.lower().endswith((".txt", ".json")):
        return False
    try:
        return importer_for(found.file).name in CHATS
    except BadText:
        return False
