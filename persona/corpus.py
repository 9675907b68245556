"""What a language model is tuned on: the person's letters and chats as texts in which only their own words are learnt.

A strand is one letter, or one stretch of a chat without a long pause. What others wrote, the salutation and the labels
of a chat are context: a model sees them and is not asked to say them. In the order of time the first are learnt, those
after them say when to stop learning, and the latest measure what came of it: no text serves twice. Knows no tokens and
no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, chain, pairwise
from typing import Final, Literal

from data.errors import FewWords
from data.types import Language, Letter, Person, Turn
from persona.masking import Mask, Masked, greeted, titled
from persona.passages import evened_sentences, read
from persona.sentences import even, joined, sentences_of

HELD_OUT: Final = 0.15  # of the person's characters, at least: the latest
VALIDATION: Final = 0.15  # of those before, more than a tenth of all: the latest of them
FEWEST: Final = 3  # strands: one for each part
LONGEST_PAUSE: Final = timedelta(hours=6)  # families answer after hours; a night ends a conversation
LONGEST_STRETCH: Final = timedelta(days=1)  # a family over several time zones never sleeps
CONTEXT_SHARE: Final = 0.25  # of a window, for what stood before it, where a strand is longer than a window
REPEATED_CHARS: Final = 40  # so long a run that stands in two of the parts was copied

VISITOR: Final[Mapping[Language, str]] = {"en": "Visitor", "zh": "来客"}  # whoever else speaks: nobody is named
_COLON: Final[Mapping[Language, str]] = {"en": ":", "zh": "："}
_GAP: Final[Mapping[Language, str]] = {"en": " ", "zh": ""}  # goes with the words, as byte-pair tokenizers have it
TURN_END: Final = "\n"
PARAGRAPH_END: Final = "\n\n"

Reason = Literal["told by the family", "kept from some visitors", "doubtful", "struck", "no words", "in two parts"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text. Only what is `theirs` is learnt."""

    text: str
    theirs: bool


@dataclass(frozen=True, slots=True)
class Strand:
    """One letter, or one stretch of a chat. `date` is that of its first words, ISO 8601, as exact as known."""

    parts: tuple[Part, ...]
    date: str | None

    @property
    def theirs(self) -> str:
        """The person's own words in it."""
        return "".join(part.text for part in self.parts if part.theirs).strip()


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is learnt, and what was written later: first what says when to stop, then what is measured in the end.

    A sentence of the later ones that shares a long run with anything before is context there, and measures nothing.
    `excluded` counts sentences that are doubtful, struck or in two parts and otherwise whole letters and messages;
    `masked` counts what was hidden.
    """

    person: Person
    training: tuple[Strand, ...]
    validation: tuple[Strand, ...]
    held_out: tuple[Strand, ...]
    excluded: Mapping[Reason, int]
    masked: Mapping[Masked, int]

    @property
    def training_texts(self) -> list[str]:
        """The person's own words that are learnt, strand by strand."""
        return [strand.theirs for strand in self.training]

    @property
    def held_out_texts(self) -> list[str]:
        """The person's own words that measure what came of it, strand by strand."""
        return [strand.theirs for strand in self.held_out]


def corpus_of(
    person: Person,
    letters: Iterable[Letter],
    *,
    struck: Collection[str] = (),
    names: Collection[str] = (),
    masked: bool = True,
) -> Corpus:
    """The letters as something to learn from. The same letters always make the same corpus.

    `names` are those of visitors and others, to be hidden beside those of whoever wrote in the chats, was greeted in a
    letter or is called by a title; the person's own stays. Somebody who is only spoken of by a bare name is not known,
    and not hidden. Letters without a date count as older than any other. Raises NotReady where too little is left.
    """
    reading = _Reading(person, struck)
    given = list(letters)
    others = {letter.author for letter in given if letter.author is not None}
    mask = Mask({*names, *others, *_called(given)}, person.name)
    found = [strand for session in _sessions(reading.usable(given)) if (strand := reading.strand(session))]
    shown = [_masked(strand, mask) for strand in found] if masked else found
    parts = _parted(sorted(shown, key=lambda strand: strand.date or ""))
    reading.excluded["in two parts"] = _learnt_sentences(shown) - sum(map(_learnt_sentences, parts))
    if not all(parts):
        raise FewWords(
            f"their own writing is too little to learn from some of it, stop in time and measure on the rest "
            f"({len(shown)} letters and stretches of chat; it takes {FEWEST}, the latest of them not all short): "
            "add more with `lantern add`"
        )
    return Corpus(person, *parts, excluded=dict(+reading.excluded), masked=dict(mask.counts))


def transcript(person: Person, turns: Sequence[Turn]) -> str:
    """A conversation in the form in which chats are learnt, up to where the person's next words begin.

    The words themselves begin with a space in English (`spoken`), and end with `TURN_END`.
    """
    lines = (
        label(person, turn.speaker == "persona") + spoken(person, turn.text) for turn in turns if turn.text.strip()
    )
    return "".join(lines) + label(person, theirs=True)


def label(person: Person, theirs: bool) -> str:
    """Who speaks: the person by name, everybody else as the visitor."""
    return (person.name if theirs else VISITOR[person.language]) + _COLON[person.language]


def spoken(person: Person, text: str) -> str:
    """One turn's words as they stand behind a label: on one line, with its end."""
    return _GAP[person.language] + joined(text) + TURN_END


def windows(strand: Strand, length: Callable[[str], int], most: int) -> Iterator[tuple[Part, ...]]:
    """A strand in pieces of at most `most`, as `length` counts them: what a model can see at once.

    Every word of theirs is learnt in exactly one window; the end of what stood before comes along as context.
    """
    window: list[tuple[Part, int]] = []
    for part in _fitting(strand.parts, length, most):
        size = length(part.text)
        if sum(other for _, other in window) + size > most:
            yield from _learnable(window)
            window = _context(window, min(int(most * CONTEXT_SHARE), most - size))
        window.append((part, size))
    yield from _learnable(window)


class _Reading:
    """Turns letters into strands, and counts what it leaves out."""

    def __init__(self, person: Person, struck: Collection[str]) -> None:
        self.excluded: Counter[Reason] = Counter()
        self._person = person
        self._struck = evened_sentences(struck)

    def usable(self, letters: Iterable[Letter]) -> Iterator[Letter]:
        """Those that may be learnt from, or that are answered by them."""
        for letter in letters:
            if letter.kind == "told":
                self.excluded["told by the family"] += 1
            elif letter.not_for:
                self.excluded["kept from some visitors"] += 1
            elif letter.author is None or _is_talk(letter):
                yield letter

    def strand(self, session: Sequence[Letter]) -> Strand | None:
        """The strand of a letter or of a stretch of a chat; None where nothing in it is to be learnt."""
        first = session[0]
        parts = [part for letter in session for part in self._parts(letter)]
        while parts and not parts[-1].theirs:  # what nobody answered
            parts.pop()
        return Strand(tuple(parts), first.date or _date_within(first)) if parts else None

    def _parts(self, letter: Letter) -> Iterator[Part]:
        paragraphs = self._paragraphs(letter)
        if not paragraphs:
            self.excluded["no words"] += letter.author is None
        elif _is_talk(letter):
            theirs = letter.author is None
            yield Part(label(self._person, theirs), False)
            yield Part(spoken(self._person, " ".join(paragraphs)), theirs)
        else:
            if salutation := read(letter).salutation:
                yield Part(salutation + PARAGRAPH_END, False)
            yield from (Part(paragraph + PARAGRAPH_END, True) for paragraph in paragraphs)

    def _paragraphs(self, letter: Letter) -> list[str]:
        """A letter's text without what is doubtful or struck."""
        sure = read(letter).said
        if letter.doubtful:
            self.excluded["doubtful"] += len(read(replace(letter, doubtful=())).said) - len(sure)
        kept = [one for one in sure if even(one.text) not in self._struck]
        self.excluded["struck"] += len(sure) - len(kept)
        numbers = dict.fromkeys(one.paragraph for one in kept)
        return [joined(" ".join(one.text for one in kept if one.paragraph == number)) for number in numbers]


def _is_talk(letter: Letter) -> bool:
    return letter.kind == "message" or (letter.kind == "spoken" and letter.conversation is not None)


def _date_within(letter: Letter) -> str | None:
    said = read(letter).said
    return said[0].date if said else None


def _sessions(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    """Each letter by itself, and each chat in stretches without a long pause or a hole."""
    chats: dict[str, list[Letter]] = {}
    for letter in letters:
        if not _is_talk(letter):
            yield [letter]
            continue
        chat = letter.conversation or letter.file
        session = chats.setdefault(chat, [])
        if session and not _goes_on(session, letter):
            yield session
            session = chats[chat] = []
        session.append(letter)
    yield from chats.values()


def _goes_on(session: Sequence[Letter], after: Letter) -> bool:
    """Whether a message belongs to the same stretch as those before it."""
    first, before = session[0].date, session[-1].date
    places = session[-1].place, after.place
    if places[0] is not None and places[1] is not None and places[1] != places[0] + 1:
        return False
    if first is None or before is None or after.date is None:
        return before == after.date and places[0] is not None
    if "T" in first and "T" in before and "T" in after.date:
        now = _instant(after.date)
        return now - _instant(before) <= LONGEST_PAUSE and now - _instant(first) <= LONGEST_STRETCH
    return before[:10] == after.date[:10]


def _instant(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=None)  # the writer's own clock


def _called(letters: Iterable[Letter]) -> Iterator[str]:
    """Whom the letters greet, and whom they call by a title."""
    for letter in letters:
        yield from titled(letter.text)
        if not _is_talk(letter) and (salutation := read(letter).salutation):
            yield from greeted(salutation)


def _masked(strand: Strand, mask: Mask) -> Strand:
    return replace(strand, parts=tuple(replace(part, text=mask(part.text)) for part in strand.parts))


def _parted(strands: Sequence[Strand]) -> tuple[tuple[Strand, ...], tuple[Strand, ...], tuple[Strand, ...]]:
    """What is learnt, what says when to stop, and what is measured in the end; nothing that was copied between them."""
    early, held_out = _cut_off(strands, HELD_OUT)
    training, validation = _cut_off(early, VALIDATION)
    fresh = [*training, *_fresh(validation, training), *_fresh(held_out, early)]
    return (tuple(training), tuple(validation), tuple(held_out)) if fresh == list(strands) else _parted(fresh)


def _cut_off(strands: Sequence[Strand], share: float) -> tuple[Sequence[Strand], Sequence[Strand]]:
    """The earlier ones, at least one, and the latest that together hold such a share of the person's words."""
    held = list(accumulate(len(strand.theirs) for strand in reversed(strands)))
    latest = sum(size < share * held[-1] for size in held) + 1
    border = max(1, len(strands) - latest)
    return strands[:border], strands[border:]


def _fresh(later: Sequence[Strand], earlier: Iterable[Strand]) -> list[Strand]:
    """The later ones, what was copied from earlier ones only to be read; those without anything else left out."""
    copied = set(_runs_of(later)).intersection(_runs_of(earlier))
    fresh = (_only_read(strand, copied) if copied else strand for strand in later)
    return [strand for strand in fresh if strand.theirs]


def _only_read(strand: Strand, copied: Collection[str]) -> Strand:
    """The strand, its sentences that were copied as context."""
    starts = (at for at, run in enumerate(_runs(_said(strand))) if run in copied)
    covered = {place for start in starts for place in range(start, start + REPEATED_CHARS)}
    parts: list[Part] = []
    at = 0
    for part in strand.parts:
        if not part.theirs or covered.isdisjoint(range(at, at + len(part.text))):
            parts.append(part)
            at += len(part.text) * part.theirs
            continue
        for piece in _sentences(part.text):
            shared = len(covered.intersection(range(at, at + len(piece))))
            parts.append(Part(piece, shared < min(REPEATED_CHARS, len(piece.strip()))))
            at += len(piece)
    return replace(strand, parts=tuple(parts))


def _said(strand: Strand) -> str:
    return "".join(part.text for part in strand.parts if part.theirs)


def _runs_of(strands: Iterable[Strand]) -> Iterator[str]:
    return chain.from_iterable(_runs(_said(strand)) for strand in strands)


def _runs(text: str) -> list[str]:
    """Every stretch of a text that is so long as only what was copied is."""
    return [text[at : at + REPEATED_CHARS] for at in range(len(text) - REPEATED_CHARS + 1)]


def _learnt_sentences(strands: Iterable[Strand]) -> int:
    return sum(len(sentences_of(part.text)) for strand in strands for part in strand.parts if part.theirs)


def _learnable(window: Iterable[tuple[Part, int]]) -> Iterator[tuple[Part, ...]]:
    parts = tuple(part for part, _ in window)
    if any(part.theirs for part in parts):
        yield parts


def _context(window: list[tuple[Part, int]], most: int) -> list[tuple[Part, int]]:
    """The end of a window, as context for the next one."""
    fitting = sum(size <= most for size in accumulate(size for _, size in reversed(window)))
    return [(Part(part.text, False), size) for part, size in window[len(window) - fitting :]]


def _fitting(parts: Iterable[Part], length: Callable[[str], int], most: int) -> Iterator[Part]:
    """The same text; parts that are too long fall into their sentences, and those into halves."""
    for part in parts:
        if length(part.text) <= most or len(part.text) == 1:
            yield part
            continue
        half = len(part.text) // 2
        pieces = _sentences(part.text)
        pieces = pieces if len(pieces) > 1 else [part.text[:half], part.text[half:]]
        yield from _fitting((Part(piece, part.theirs) for piece in pieces), length, most)


def _sentences(text: str) -> list[str]:
    """A text cut behind each of its sentences, with every character of it; whole where it breaks off within one."""
    cuts = [0]
    for sentence in sentences_of(text):
        start = text.find(sentence, cuts[-1])
        if start < 0:
            return [text]
        cuts.append(start + len(sentence))
    cuts[-1] = len(text)
    return [text[start:end] for start, end in pairwise(cuts)]
