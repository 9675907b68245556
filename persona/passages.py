"""Reads letters and messages into sentences that know their place and date. Knows nothing of questions.

A letter is a line of place and date, a salutation, paragraphs, a closing and a name. Only the paragraphs are what the
person said; salutation and closing show how they greeted and took leave. What others wrote in a chat is never the
person's: it is only kept beside the message that follows, which may be its answer. What the family tells of the person
is read as they told it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from data.types import Letter, Source
from persona.layout import layout_of
from persona.sentences import even, joined, paragraphs_of, sentences_of

HEARD_CHARS: Final = 300  # of what somebody else wrote just before: the end of it is what is answered


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of theirs. `place` is its letter or message, `paragraph` and `number` count within that.

    `conversation` names its chat, and `heard` is what somebody else had written there just before.
    """

    text: str
    file: str
    date: str | None
    place: int
    paragraph: int
    number: int
    last_of_place: bool
    kind: str
    conversation: str | None = None
    heard: str = ""

    @property
    def source(self) -> Source:
        """Where it stands, for a phrase."""
        return Source(file=self.file, date=self.date, quote=self.text)


@dataclass(frozen=True, slots=True)
class Read:
    """What a letter or a message holds."""

    said: tuple[Said, ...]
    salutation: str | None = None
    closing: str | None = None
    name: str | None = None


def read(letter: Letter, place: int = 0) -> Read:
    """Sentences with their dates, and how the person greeted and closed. `place` numbers the letter.

    A sentence with a doubtful line in it is left out.
    """
    if letter.kind == "message":
        return Read(_sentences(letter, letter.text, letter.date, place))
    parts = layout_of(letter.text)
    said = _sentences(letter, parts.text, letter.date or parts.date, place)
    return Read(said, parts.salutation, parts.closing, parts.name)


def read_all(letters: Iterable[Letter], struck: Collection[str] = ()) -> list[Read]:
    """Every letter of theirs, with places numbered through, without the sentences that the family struck."""
    never = evened_sentences(struck)
    found: list[Read] = []
    heard: Letter | None = None
    for place, letter in enumerate(letters):
        if letter.kind != "told" and letter.author is not None:
            heard = letter
            continue
        known = read(letter, place)
        before = heard.text[-HEARD_CHARS:] if heard and _follows(letter, heard) else ""
        said = (replace(one, heard=before) for one in known.said if not never or even(one.text) not in never)
        found.append(replace(known, said=tuple(said)))
        heard = None
    return found


def evened_sentences(quotes: Iterable[str]) -> frozenset[str]:
    """Quotes and each of their sentences, as sentences are compared."""
    return frozenset(even(sentence) for quote in quotes for sentence in (quote, *sentences_of(quote)))


def _follows(letter: Letter, heard: Letter) -> bool:
    """Whether a message stands directly after another in one chat."""
    if letter.conversation is None or letter.conversation != heard.conversation:
        return False
    return letter.place is None or heard.place is None or letter.place == heard.place + 1


def _sentences(letter: Letter, text: str, date: str | None, place: int) -> tuple[Said, ...]:
    cut = [
        (number, sentence)
        for number, block in enumerate(paragraphs_of(text))
        for sentence in _certain(block, letter.doubtful)
    ]
    chat = letter.conversation
    return tuple(
        Said(sentence, letter.file, date, place, paragraph, number, number == len(cut) - 1, letter.kind, chat)
        for number, (paragraph, sentence) in enumerate(cut)
    )


def _certain(block: str, doubtful: Collection[str]) -> Iterator[str]:
    """The sentences of a paragraph that no doubtful line touches."""
    sentences = sentences_of(block)
    if not doubtful:
        yield from sentences
        return
    text = joined(block)
    spans = [span for line in doubtful for part in paragraphs_of(line) for span in _spans(text, joined(part))]
    end = 0
    for sentence in sentences:
        start = text.index(sentence, end)
        end = start + len(sentence)
        if all(end <= first or last <= start for first, last in spans):
            yield sentence


def _spans(text: str, part: str) -> Iterator[tuple[int, int]]:
    """Everywhere that a part stands in a text."""
    at = text.find(part)
    while part and at >= 0:
        yield at, at + len(part)
        at = text.find(part, at + 1)
