"""Who speaks in what was imported, whose words are the person's, and what two exports hold twice. Knows no format."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath

from data.importers.chat import ME, NOBODY, unmarked
from data.importers.imported import Item, Spoken
from data.names import alike, folded
from data.repeats import Repeats
from data.types import Letter

SAMPLES = 2
SAMPLE_CHARS = 60
MINUTE_CHARS = len("2020-05-13T21:05")

_THREE_HAN = re.compile(r"[\u3400-\u9fff]{3}")


@dataclass(frozen=True, slots=True)
class Speaker:
    """One name in an export. Dates are the first and last that are known; samples are short lines of theirs."""

    name: str
    count: int
    first: str | None
    last: str | None
    samples: tuple[str, ...]


@dataclass(slots=True)
class _Heard:
    count: int = 0
    first: str | None = None
    last: str | None = None
    samples: list[str] = field(default_factory=list)

    def add(self, letter: Letter) -> None:
        self.count += 1
        if letter.date is not None:
            self.first = min(self.first or letter.date, letter.date)
            self.last = max(self.last or letter.date, letter.date)
        line = clipped(letter.text)
        if len(self.samples) < SAMPLES and line not in self.samples:
            self.samples.append(line)


def clipped(text: str) -> str:
    """A line of it, to know it by."""
    line = " ".join(text.split())
    return line if len(line) <= SAMPLE_CHARS else line[: SAMPLE_CHARS - 1] + "…"


def speakers(items: Iterable[Item]) -> tuple[Speaker, ...]:
    """Everybody who is named, whoever says most first. One person's name in two spellings of case is one."""
    heard: dict[str, tuple[str, _Heard]] = {}
    for item in items:
        letter = item.letter if isinstance(item, Spoken) else item
        if isinstance(letter, Letter) and letter.author is not None:
            heard.setdefault(_plain(letter.author), (letter.author, _Heard()))[1].add(letter)
    found = [Speaker(name, one.count, one.first, one.last, tuple(one.samples)) for name, one in heard.values()]
    return tuple(sorted(found, key=lambda speaker: -speaker.count))


def the_person(speaking: Collection[str], person: str, given: Collection[str] = ()) -> tuple[str, ...]:
    """The names under which the person speaks: those of the `given` that do, or the one that can only be theirs.

    That is the person's own name, or one that holds all of it ("Ann Lee mobile"), or their given name, if no second
    one is like it. None where it would be a guess: a wrong one puts somebody's words into another's mouth.
    """
    if given:
        asked = {_plain(name) for name in given}
        return tuple(name for name in speaking if _plain(name) in asked)
    own = _plain(person)
    same = [name for name in speaking if _plain(name) == own]
    alike = same or [name for name in speaking if _holds(_plain(name), own) or _plain(name) == _first(own)]
    return tuple(alike) if len(alike) == 1 else ()


def assigned(letter: Letter, theirs: Collection[str]) -> Letter:
    """The same, without an author where its author's name is one of the person's: the words are theirs."""
    if letter.author is None or _plain(letter.author) not in {_plain(name) for name in theirs}:
        return letter
    return replace(letter, author=None)


@dataclass(slots=True)
class Chatting:
    """Who speaks in one chat, and what it is called: None where only its file's name says so."""

    name: str | None
    names: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, letter: Letter) -> Chatting:
        """The chat of a message, without anybody in it yet."""
        stem = PurePath(letter.file).stem.replace("_", " ").strip(" -")
        return cls(None if letter.conversation in {stem, letter.file} else letter.conversation)

    def partner(self, theirs: Collection[str]) -> str | None:
        """With whom the person chats here: the only one beside them, else what the chat is called; None where neither
        is known, or it bears the person's own name: so the other's telephone calls it."""
        others = [name for name in self.names if _plain(name) not in {_plain(own) for own in theirs}]
        if len(others) == 1 and others[0] not in {ME, NOBODY}:
            return others[0]
        is_own = self.name is not None and any(alike(self.name, own) for own in theirs)
        return None if is_own else self.name


class Keys:
    """Gives each message of one export a key that the same message has in every export of its chat.

    It holds the minute, the author and the words, and how often these came before in this export: what was said twice
    in a minute has two keys, in the first export and in the second. Give it letters that were `assigned`, for one
    export may say "me" where another says a name.
    """

    def __init__(self) -> None:
        self._before = Repeats()

    def of(self, letter: Letter, partner: str | None = None) -> str | None:
        """None where the minute is not known: the same words on another day are another message. What was said to
        several partners is counted for each."""
        if letter.date is None or len(letter.date) < MINUTE_CHARS:
            return None
        author = "" if letter.author is None else f"by {_plain(letter.author)}"
        said = "\0".join((letter.date[:MINUTE_CHARS], author, _normal(letter.text)))
        digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()
        return f"{digest.hex()}-{self._before.times(digest + _plain(partner or '').encode())}"


@lru_cache(maxsize=1_000)
def _plain(name: str) -> str:
    return folded(unmarked(name))


def _holds(name: str, own: str) -> bool:
    """Whether a name has the whole of another in it, word by word or, in Chinese, character by character."""
    return set(own.split()) <= set(re.findall(r"[\w'’-]+", name)) if own.isascii() else own in name


def _first(own: str) -> str:
    """The given name, as family and friends write it: the first word, or all but the first of three characters."""
    return own[1:] if _THREE_HAN.fullmatch(own) else own.split(" ")[0]


def _normal(text: str) -> str:
    """Words alone: not how an export breaks or marks its lines."""
    return re.sub(r"\s+", " ", unmarked(unicodedata.normalize("NFC", text))).strip()
