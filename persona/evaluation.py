"""Runs a set of questions against a persona and tells what was answered rightly, wrongly, or falsely.

Knows nothing of how answers are found. A question with quotes is answered rightly where one of them is in the answer;
one without has no answer, and any words of theirs in the reply are a false one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from data.errors import BadText
from data.types import Mark, Phrase, Source, Turn
from persona.sentences import even

Outcome = Literal["right", "wrong", "unanswered", "false", "declined"]
Reply = Callable[[Sequence[Turn]], Iterable[Phrase]]

_QUOTED: Final[frozenset[Mark]] = frozenset(["theirs", "their-voice", "told", "exhibit"])


@dataclass(frozen=True, slots=True)
class Question:
    """A line, and the sentences of which any answers it; none where nothing does."""

    line: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one question: unanswered where there was an answer, false or declined where there was none."""

    question: Question
    outcome: Outcome
    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All questions in order."""

    answered: tuple[Answered, ...]

    def count(self, *outcomes: Outcome) -> int:
        """How many became so."""
        return sum(one.outcome in outcomes for one in self.answered)

    @property
    def right_share(self) -> float | None:
        """Of the questions that have an answer, those answered rightly."""
        return _share(self.count("right"), self.count("right", "wrong", "unanswered"))

    @property
    def false_share(self) -> float | None:
        """Of the questions without an answer, those answered all the same."""
        return _share(self.count("false"), self.count("false", "declined"))


def questions_in(text: str) -> list[Question]:
    """A set as JSON or JSON lines: objects with `question` and `right` (a quote, several, or null).

    Raises BadText where it is not such a set.
    """
    try:
        rows = json.loads(text) if text.lstrip().startswith("[") else [json.loads(row) for row in _filled(text)]
        found = [_question(row) for row in rows]
    except (ValueError, TypeError, KeyError) as err:
        raise BadText(
            'the question set cannot be read: one line each, {"question": "…", "right": "their sentence" or null}'
        ) from err
    if not found:
        raise BadText("the question set holds no question: add at least one")
    return found


def evaluate(questions: Iterable[Question], reply: Reply) -> Iterator[Answered]:
    """Ask each question in a conversation of its own."""
    for question in questions:
        phrases = list(reply([Turn("visitor", question.line)]))
        sources = tuple(each.source for each in phrases if each.mark in _QUOTED and each.source is not None)
        text = " ".join(each.text for each in phrases)
        yield Answered(question, _outcome(question, phrases), text, sources)


def report(questions: Iterable[Question], reply: Reply) -> Report:
    """Ask all of them."""
    return Report(tuple(evaluate(questions, reply)))


def _outcome(question: Question, phrases: Sequence[Phrase]) -> Outcome:
    quoted = even(" ".join(each.text for each in phrases if each.mark in _QUOTED))
    if not question.quotes:
        return "false" if quoted else "declined"
    if not quoted:
        return "unanswered"
    return "right" if any(even(quote) in quoted for quote in question.quotes) else "wrong"


def _question(row: dict[str, object]) -> Question:
    line, right = row["question"], row["right"]
    quotes = [] if right is None else [right] if isinstance(right, str) else right
    if not isinstance(line, str) or not isinstance(quotes, list) or not all(isinstance(each, str) for each in quotes):
        raise TypeError("a question is text, and what is right is text")
    return Question(line, tuple(each for each in quotes if even(each)))


def _filled(text: str) -> Iterator[str]:
    return (row for row in text.splitlines() if row.strip())


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
