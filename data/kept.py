"""What was given, as it is kept: turns sealed rows into values. Knows no table and no file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from sys import intern
from typing import Literal, cast

from data.identity import cell
from data.names import folded
from data.store import KeptRow
from data.types import Letter
from data.vault import Vault

ID_CHARS = 12  # of a fingerprint, in the id of a doubtful line

_LETTER = re.compile(r"\w")
_WORD = re.compile(r"[^\W\d_]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that the family gave. `kind` is letter, message, spoken, told, recording or photo; `date` ISO 8601."""

    kind: str
    file: str
    author: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that the family gave, as `path` names it for good. `blob_ids` are what it was made of, the first first.

    `kinds` says how many of each it holds, and `theirs` how many of these are the person's; `first` and `last` are the
    dates between which they lie.
    """

    id: str
    path: str
    blob_ids: tuple[str, ...]
    kinds: Mapping[str, int]
    theirs: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A line of a letter that a machine read and was not sure of."""

    id: str
    file: str
    line: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was said in a stretch of a recording. `file` is where the words come from, `recording` where the sound does.

    `end_ms` is None where the transcript does not tell it.
    """

    file: str
    text: str
    recording: str
    start_ms: int
    end_ms: int | None


def transcribed(file: str, recordings: Collection[str]) -> str | None:
    """The recording of a transcript: itself, or the one that is called as it is, but for the ending.

    Of several the one that shares most of its folders; None where two are as near.
    """
    if file in recordings:
        return file
    path = PurePosixPath(file)
    alike = [each for each in recordings if folded(PurePosixPath(each).stem) == folded(path.stem)]
    nearness = [_shared(path.parent.parts, PurePosixPath(each).parent.parts) for each in alike]
    nearest = [each for each, near in zip(alike, nearness, strict=True) if near == max(nearness)]
    return nearest[0] if len(nearest) == 1 else None


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many folders two paths begin with in common."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(map(len, (one, other)))
    )


def kept(vault: Vault, memorial_id: str, row: KeptRow) -> Kept:
    """A source without its words."""
    file, author, date = (_text(vault, memorial_id, row, column) for column in ("file", "author", "date"))
    return Kept(row.kind, intern(file or ""), author and intern(author), date)  # each of a chat's lines names the same


def files_of(sources: Iterable[tuple[Kept, str]], file_id: Callable[[str], str]) -> list[KeptFile]:
    """The files that sources came from, the first added first; each source is given with the blob it was made of."""
    by_path: dict[str, list[tuple[Kept, str]]] = {}
    for source in sources:
        by_path.setdefault(source[0].file, []).append(source)
    files = []
    for path, those in by_path.items():
        dates = [each.date for each, _ in those if each.date is not None]
        files.append(
            KeptFile(
                file_id(path),
                path,
                tuple(dict.fromkeys(blob_id for _, blob_id in those)),
                Counter(each.kind for each, _ in those),
                sum(each.author is None for each, _ in those),
                min(dates, default=None),
                max(dates, default=None),
            )
        )
    return files


def letter(vault: Vault, memorial_id: str, row: KeptRow) -> Letter:
    """A source with its words, as they were given."""
    named = kept(vault, memorial_id, row)
    return Letter(
        named.file,
        _text(vault, memorial_id, row, "text") or "",
        named.date,
        cast(Literal["letter", "message", "spoken", "told"], row.kind),
        named.author,
        _text(vault, memorial_id, row, "conversation"),
        row.place,
        tuple(json.loads(_text(vault, memorial_id, row, "doubtful") or "[]")),
    )


def source_id(row: KeptRow) -> str:
    """By which the family can name a source; tells nobody what it holds."""
    return row.fingerprint.hex()[:ID_CHARS]


def doubtful_lines(row: KeptRow, given: Letter) -> list[Doubtful]:
    """Each line with an id of its own, in their order."""
    return [Doubtful(f"{source_id(row)}-{place}", given.file, line) for place, line in enumerate(given.doubtful, 1)]


def confirmed(given: Letter, lines: Mapping[str, str]) -> Letter:
    """The same with its doubtful lines as somebody read them, by the line as the machine did.

    A line that cannot be told apart in the text stays as it is, and doubtful: nobody looked at what stands elsewhere.
    """
    asked = Counter(line for line in given.doubtful if line in lines)
    alone = _alone(given.text, asked)
    stretches = sorted(
        (start, end, lines[line])
        for line, times in asked.items()
        for start, end in alone.get(line) or _among(given.text, line, times)
    )
    released, text, at = {line for line, says in lines.items() if says == line}, "", 0
    for start, end, says in stretches:
        if start < at:  # one doubtful line within another
            continue
        released.add(given.text[start:end])
        word, rest = _joined(says, given.text[end:])
        text, at = text + given.text[at:start] + word, end + rest
    text += given.text[at:]
    return replace(given, text=text, doubtful=tuple(line for line in given.doubtful if line not in released))


def _alone(text: str, asked: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Where each line of the page stands by itself in the text that its lines were joined to."""
    found: dict[str, list[tuple[int, int]]] = {}
    start = 0
    for line in text.split("\n") if asked else ():
        if line in asked:
            found.setdefault(line, []).append((start, start + len(line)))
        start += len(line) + 1
    return found


def _among(text: str, line: str, times: int) -> list[tuple[int, int]]:
    """Where it stands between other words, or within a word that a hyphen had parted; nowhere, if it stands there more
    often than it was doubted."""
    spans = list(_found(text, line))
    bounded = [
        (start, end)
        for start, end in spans
        if not _LETTER.search(text[max(0, start - 1) : start] + text[end : end + 1])
    ]
    found = bounded or spans
    return found if len(found) == times else []


def _found(text: str, line: str) -> Iterator[tuple[int, int]]:
    start = -1
    while line and (start := text.find(line, start + 1)) >= 0:
        yield start, start + len(line)


def _joined(says: str, after: str) -> tuple[str, int]:
    """The words for a line that a hyphen had ended, and how many characters of what follows they hold already."""
    parted = _WORD.match(after)
    if parted is None or not says[-1:].isascii():
        return says, 0
    if says.endswith(parted[0]):
        return says, len(parted[0])
    return says.removesuffix("-"), 0


def _text(vault: Vault, memorial_id: str, row: KeptRow, column: str) -> str | None:
    sealed: bytes | None = getattr(row, column)
    return None if sealed is None else vault.unseal(memorial_id, sealed, cell(row.fingerprint, column))
