"""The JSON that Facebook and Instagram give: Messenger and direct messages, alone or in the zip with their media.

The account's own archive writes each byte of UTF-8 as a character of its own ("Ã©" for "é"), which is mended; that of
encrypted chats writes them well, and names its fields otherwise. Both begin with the newest message: places count
from the oldest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from data.errors import BadText, NoChat
from data.importers.archives import folder, is_archive
from data.importers.chat import DELETED, MEDIA, NOTICE, REACTION, WORDLESS, at, counted, named, sign, unmarked, worded
from data.importers.imported import Attachment, File, Item
from data.importers.records import Value, fields, number, records, words
from data.importers.text import opening
from data.types import Letter

_TITLES = frozenset({"title", "threadName"})
_MEDIA = ("photos", "videos", "audio_files", "files", "gifs", "media", "sticker")
_FILE = re.compile(r"(?P<thread>.*?)/?message_(?P<number>\d+)\.json|.*\.json")
_BEGINNING = re.compile(r'\s*\{\s*"participants":\s*\[')
_OURS = re.compile(r'"(?:sender_name|timestamp_ms|senderName|threadName|messages)":')
_REACTED = re.compile(r"Reacted .{1,12} to your message ?|Liked a message", re.DOTALL)
_NOTED = re.compile(
    r".{1,80} (?:sent an attachment|called you|missed (?:a|your) (?:video )?call.{0,40}|left the group)\."
)


class Messenger:
    """Reads message_1.json and its like, and the .zip that holds them."""

    name = "messenger"

    def knows(self, file: File) -> bool:
        """By the first fields of the first one."""
        try:
            threads = _threads(folder(file), file)
        except BadText:
            return False
        text = opening(threads[0][1])
        return bool(_BEGINNING.match(text) and _OURS.search(text))

    def read(self, file: File) -> Iterator[Item]:
        """Each message and each attachment that is in the zip, the newest of each chat first. Raises `BadText`."""
        beside = folder(file)
        left_out = Counter[str]()
        for thread, numbered in groupby(_threads(beside, file), key=lambda each: each[0]):
            yield from _chat(file, thread, [part for _, part in numbered], beside, left_out)
        yield from counted(left_out)


@dataclass(frozen=True, slots=True)
class _Message:
    """What one record says. `reason` is why it is no letter."""

    author: str
    date: str | None
    text: str
    paths: tuple[str, ...]
    reason: str | None


def _threads(beside: dict[str, File], file: File) -> list[tuple[str, File]]:
    """The parts of each chat, by the chat's folder; its first part is its newest."""
    if not is_archive(file):
        return [("", file)]
    found = []
    for path, each in beside.items():
        if match := _FILE.fullmatch(path):
            if match["number"]:
                found.append((match["thread"], int(match["number"]), each))
            elif "/messages/" in f"/{path}" or "messages" in each.name.lower():
                found.append((path, 0, each))
    if not found:
        raise NoChat(
            f"{file.name} holds no messages of Facebook or Instagram: ask for your data as JSON", file=file.name
        )
    return [(thread, each) for thread, _, each in sorted(found, key=lambda each: each[:2])]


def _counted(file: File) -> tuple[int, str]:
    """How many letters, and what the chat is called; that stands behind them."""
    count, title, read_any = 0, "", False
    for place, value in records(file, lambda at: at == "messages.item" or at in _TITLES):
        if place in _TITLES:
            title = _mended(words(value)).strip()
        else:
            read_any = True
            count += _message(fields(value)).reason is None
    if not read_any:
        raise NoChat(
            f"{file.name} holds no message of Facebook or Instagram: ask for your data as JSON", file=file.name
        )
    return count, title


def _messages(file: File) -> Iterator[_Message]:
    for _, value in records(file, lambda at: at == "messages.item"):
        yield _message(fields(value))


def _message(record: dict[str, Value]) -> _Message:
    text = _mended(words(record.get("content")) or words(record.get("text")))
    moment = number(record.get("timestamp_ms") or record.get("timestamp"))
    author = _mended(words(record.get("sender_name")) or words(record.get("senderName")))
    media = [item for key in _MEDIA for item in _listed(record.get(key))]
    paths = tuple(words(fields(item).get("uri")) for item in media)
    return _Message(
        named(author),
        None if moment is None else at(moment / 1000),
        worded(text),
        paths,
        _reason(record, text, bool(paths)),
    )


def _reason(record: dict[str, Value], text: str, has_media: bool) -> str | None:
    if record.get("is_unsent") is True or record.get("isUnsent") is True:
        return DELETED
    if "call_duration" in record or record.get("type") in ("Call", "Subscribe", "Unsubscribe", "placeholder"):
        return NOTICE
    if _REACTED.fullmatch(text):
        return REACTION
    if _NOTED.fullmatch(text):
        return NOTICE
    if not unmarked(worded(text)):
        return MEDIA if has_media else WORDLESS
    return sign(worded(text))


def _chat(
    file: File, thread: str, parts: list[File], beside: dict[str, File], left_out: Counter[str]
) -> Iterator[Item]:
    """One conversation, part after part. It is read twice: how many there are is known only at its end."""
    counts, titles = zip(*(_counted(part) for part in parts), strict=True)
    title = next((title for title in titles if title), None) or file.name
    place = sum(counts)
    for message in (message for part in parts for message in _messages(part)):
        for path in message.paths:
            if found := _beside(path, thread, beside):
                yield Attachment(found, message.author, message.date)
            else:
                left_out[MEDIA] += 1
        if message.reason is None:
            place -= 1
            yield Letter(thread or file.name, message.text, message.date, "message", message.author, title, place)
        elif message.reason != MEDIA:
            left_out[message.reason] += 1


def _beside(path: str, near: str, beside: dict[str, File]) -> File | None:
    """The file of that path, in the archive's own folder or in any on the way to the chat; or, where a chat lies beside
    its files, by the end of its path."""
    folders, parts = near.split("/"), path.removeprefix("./").split("/")
    above = ("/".join((*folders[:end], *parts)) for end in range(len(folders) + 1))
    below = ("/".join(parts[start:]) for start in range(1, len(parts)))
    return next((beside[full] for full in (*above, *(() if near else below)) if full in beside), None)


def _listed(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def _mended(text: str) -> str:
    """UTF-8 that was taken for Latin 1, read as what it is; anything else as it stands."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
