"""One conversation up to the line that is to be answered: what was asked, and what has been said. Knows no answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from data.types import Turn
from persona.intent import intents_of, turned_to
from persona.line import line_of
from persona.passages import Said
from persona.patterns import retyped
from persona.remembered import worth_keeping
from persona.sentences import even
from persona.words import query_terms

_FOLLOWING_UP = frozenset({"more", "when", "detail", "nod"})


class Talk:
    """The turns so far. Raises BadText where the last line cannot be answered.

    `evened` gives the text of a sentence as it is compared.
    """

    def __init__(self, turns: Sequence[Turn], evened: Callable[[Said], str]) -> None:
        self.line = retyped(line_of(turns))
        self.answers = sum(turn.speaker == "persona" for turn in turns)
        self.text = " ".join(turn.text for turn in turns)
        self.before = " ".join(turn.text for turn in turns[:-1])
        self._turns = turns
        self._evened = evened
        self._said = [even(turn.text) for turn in turns if turn.speaker == "persona"]
        self._heard = " ".join(self._said)

    def heard(self, text: str) -> bool:
        """Whether the persona said this before."""
        return even(text) in self._heard

    def spent(self, one: Said) -> bool:
        """Whether a sentence of theirs was said before."""
        return self._evened(one) in self._heard

    def just_heard(self, text: str) -> bool:
        """Whether the answer before this line held these words."""
        return bool(self._said) and even(text) in self._said[-1]

    def last_of(self, said: Sequence[Said]) -> int | None:
        """The sentence that was heard last, as a place in `said`."""
        for answer in reversed(self._said):
            found = [(answer.rfind(self._evened(one)), at) for at, one in enumerate(said)]
            last = max(found, default=(-1, -1))
            if last[0] >= 0:
                return last[1]
        return None

    @property
    def told(self) -> list[str]:
        """What the visitor told of themselves earlier in this conversation."""
        before = (turn.text for turn in self._turns[:-1] if turn.speaker == "visitor")
        return [told for line in before if (told := worth_keeping(line)) is not None]

    @property
    def subject(self) -> str | None:
        """The visitor's last line before this one that was about something by itself."""
        before = [turn.text for turn in self._turns[:-1] if turn.speaker == "visitor"]
        return next((line for line in reversed(before) if query_terms(line) and not _follows_up(line)), None)


def _follows_up(line: str) -> bool:
    return bool(_FOLLOWING_UP.intersection(intents_of(line))) or turned_to(line) is not None
