"""The result.json of Telegram Desktop: one chat, or a whole account; alone or in a zip with its media.

A text is a string, or a list of strings and of marked stretches. Dates are those of the computer that exported it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from data.errors import BadText, NoChat
from data.importers.archives import folder, is_archive
from data.importers.chat import FORWARDED, ME, MEDIA, NOTICE, Chat, counted
from data.importers.imported import Attachment, File, Item
from data.importers.records import Value, fields, records, words
from data.importers.text import opening
from data.types import Letter

_OWNER = "personal_information.user_id"
_CHATS = ("", "chats.list.item.", "left_chats.list.item.")  # what stands before a chat's own places
_NAMES = frozenset(f"{before}name" for before in _CHATS)
_IDS = frozenset(f"{before}id" for before in _CHATS)
_MESSAGES = frozenset(f"{before}messages.item" for before in _CHATS)
_PLACES = _NAMES | _IDS | _MESSAGES
_BEGINNING = re.compile(
    r'\s*\{\s*(?:"name":\s*(?:"(?:[^"\\]|\\.)*"|null),\s*)?"type":\s*"[a-z_]+",\s*"id":\s*\d+,\s*"messages":'
    r'|\s*\{\s*"about":\s*"(?:[^"\\]|\\.)*"telegram|\s*\{\s*"about":\s*"[^"]*Telegram',
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class Telegram:
    """Reads result.json, and the .zip that holds it."""

    name = "telegram"

    def knows(self, file: File) -> bool:
        """By the first fields."""
        try:
            return bool(_BEGINNING.match(opening(_result(folder(file), file)[1])))
        except BadText:
            return False

    def read(self, file: File) -> Iterator[Item]:
        """Each message, and each attachment that is in the zip. Raises `BadText`."""
        beside = folder(file)
        path, result = _result(beside, file)
        place = path.rpartition("/")[0]
        owner = _owner(result)
        left_out, read_any, name = Counter[str](), False, ""
        chat = Chat(file.name, None, left_out)
        for at, value in records(result, _PLACES.__contains__):
            if at in _MESSAGES:
                read_any, message = True, fields(value)
                if attached := _attachment(message, beside, place):
                    yield Attachment(attached, _author(message, owner), _date(message))
                yield from _letters(message, chat, owner, bool(attached))
            elif at in _NAMES:
                name = words(value)
            else:  # an id, which every chat has, behind its name and before its messages
                chat, name = Chat(file.name, name or f"{value}", left_out), ""
        if not read_any:
            raise NoChat(f"{file.name} holds no message of Telegram: export the chat as JSON", file=file.name)
        yield from counted(left_out)


def _owner(result: File) -> str | None:
    """Whose account it is, as their messages name them; a single chat does not tell."""
    for at, value in records(result, (_MESSAGES | {_OWNER}).__contains__):
        return f"user{value}" if at == _OWNER else None
    return None


def _result(beside: dict[str, File], file: File) -> tuple[str, File]:
    """The JSON, and its path."""
    if not is_archive(file):
        return file.name, file
    found = [(path, each) for path, each in beside.items() if each.name == "result.json"]
    if len(found) != 1:
        raise NoChat(
            f"{file.name} holds {len(found)} files called result.json: give the zip of one export", file=file.name
        )
    return found[0]


def _letters(message: dict[str, Value], chat: Chat, owner: str | None, attached: bool) -> Iterator[Letter]:
    if message.get("type") != "message":
        chat.left_out[NOTICE] += 1
        return
    forwarded = words(message.get("forwarded_from")) or ("forwarded_from" in message and "unnamed")
    if forwarded and forwarded != message.get("from"):
        chat.left_out[FORWARDED] += 1
        return
    text = _text(message.get("text"))
    media = any(
        key in message for key in ("media_type", "file", "photo", "location_information", "poll", "sticker_emoji")
    )
    if media and not attached:
        chat.left_out[MEDIA] += 1
    if text.strip() or not media:
        yield from chat.message(_author(message, owner), _date(message), text)


def _attachment(message: dict[str, Value], beside: dict[str, File], place: str) -> File | None:
    """The file that was sent, where it lies beside the JSON."""
    path = words(message.get("file")) or words(message.get("photo"))
    return beside.get(f"{place}/{path}" if place else path) if path else None


def _author(message: dict[str, Value], owner: str | None) -> str | None:
    if owner is not None and message.get("from_id") == owner:
        return ME
    return words(message.get("from")) or words(message.get("from_id"))


def _date(message: dict[str, Value]) -> str | None:
    match = _DATE.match(words(message.get("date")))
    return match[0] if match else None


def _text(value: Value) -> str:
    if isinstance(value, list):
        return "".join(_text(stretch) for stretch in value)
    return words(value) or words(fields(value).get("text"))
