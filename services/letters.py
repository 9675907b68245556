"""What one visitor may hear of the letters, and the letter behind a sentence that they heard. Knows no answer.

Nobody without a name hears what is not for somebody. What an answer could not draw on is not shown behind it either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from data.archive import Archive, Memorial
from data.names import covers, shortest
from data.types import Known, Letter, Phrase
from persona.passages import evened_sentences
from persona.sentences import even, paragraphs_of, sentences_of
from services.report import Json

STRUCK = "[…]"  # stands for a sentence of which the family says that they never said it


def heard(archive: Archive, memorial_id: str, visitor: str | None) -> tuple[list[Letter], Known]:
    """The letters, with what others wrote in them, and what is known beside them, as one visitor may hear both."""
    letters, known = archive.letters(memorial_id, visitor), archive.known(memorial_id, visitor)
    if visitor is None:
        letters = [letter for letter in letters if not letter.not_for]
        known = replace(known, told=tuple(letter for letter in known.told if not letter.not_for))
    return letters, known


def called(letters: Sequence[Letter], known: Known) -> tuple[list[Letter], Known]:
    """The same, each file under the shortest name by which it can be told."""
    names = shortest({each.file for each in (*letters, *known.told)})
    told = tuple(replace(each, file=names[each.file]) for each in known.told)
    return [replace(each, file=names[each.file]) for each in letters], replace(known, told=told)


def behind(archive: Archive, memorial: Memorial, visitor: str | None, file: str, quote: str) -> Json | None:
    """The letter of that name that holds the sentence, cut around it; None where it is not for this visitor.

    A name that was the shortest when the sentence was said may be the end of a longer one by now.
    """
    letters, known = heard(archive, memorial.id, visitor)
    never = evened_sentences(known.struck)
    if even(quote) in never:
        return None
    found = _holding((*letters, *known.told), file, quote)
    if found is None:
        return None
    letter, start, end = found
    return {
        "file": file,
        "date": letter.date,
        "author": letter.author,
        "kind": letter.kind,
        "before": _without(letter.text[:start], never),
        "quote": letter.text[start:end],
        "after": _without(letter.text[end:], never),
    }


def still_said(archive: Archive, memorial: Memorial, visitor: str | None) -> Callable[[Phrase], bool]:
    """Whether a phrase that was said to this visitor may be said to them today."""
    letters, known = heard(archive, memorial.id, visitor)
    every, never = (*letters, *known.told), evened_sentences(known.struck)

    def may_be_said(phrase: Phrase) -> bool:
        source = phrase.source
        if even(phrase.text) in never:
            return False
        return source is None or (
            even(source.quote) not in never and _holding(every, source.file, source.quote) is not None
        )

    return may_be_said


def _holding(letters: Sequence[Letter], file: str, quote: str) -> tuple[Letter, int, int] | None:
    """The letter of that name that says it, and from where to where: rather one that says it with the same lines."""
    named = {path: covers(file, path) for path in {letter.file for letter in letters}}
    there = [letter for letter in letters if named[letter.file]]
    said = quote.strip()
    for letter in there if said else ():
        if (at := letter.text.find(said)) >= 0:
            return letter, at, at + len(said)
    spans = ((letter, _span(letter.text, quote)) for letter in there)
    return next(((letter, *span) for letter, span in spans if span is not None), None)


def _without(text: str, never: Collection[str]) -> str:
    """The text without the sentences that they never said. Walks it once, as a memoir may be long."""
    if not never:
        return text
    compact, places = _compact(text), _places(text)
    kept, end, at = list[str](), 0, 0
    for sentence in (each for block in paragraphs_of(text) for each in sentences_of(block)):
        wanted = _compact(sentence)
        found = compact.find(wanted, at) if wanted else -1
        if found < 0:
            continue
        at = found + len(wanted)
        if even(sentence) in never:
            kept += [text[end : places[found]], STRUCK]
            end = places[at - 1] + 1
    return "".join([*kept, text[end:]])


def _span(text: str, quote: str) -> tuple[int, int] | None:
    """From where to where a text says it, however its lines are broken: white space is all that may differ."""
    wanted = _compact(quote)
    at = _compact(text).find(wanted) if wanted else -1
    if at < 0:
        return None
    places = _places(text)
    return places[at], places[at + len(wanted) - 1] + 1


def _compact(text: str) -> str:
    """Without white space."""
    return "".join(text.split())


def _places(text: str) -> list[int]:
    """Where each character of the compact text stands."""
    return [place for place, char in enumerate(text) if not char.isspace()]
