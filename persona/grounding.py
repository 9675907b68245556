"""What of theirs is laid before a language model for a line, and which lines are none for a model at all.

A model is only asked where the built-in persona answers with a passage and no word of its own: whatever that would
decline, warn of or own up to is met by it alone, and no model says instead what it would not. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from data.types import Language, Turn
from persona.after import after_their_time
from persona.claims import held_in
from persona.facts import fact_asked, is_for_the_family
from persona.grave import asks_for_grave, is_grave
from persona.intent import asks, intents_of, leans_on_before, turned_to, without_vocative
from persona.passages import Said
from persona.prompt import Passage
from persona.reading import Reading
from persona.recall import length_of
from persona.recollection import Recollection
from persona.remembered import asks_back, is_about_visitor
from persona.search import Search
from persona.sentences import even
from persona.talk import Talk

RECALLED: Final[dict[Language, int]] = {"en": 180, "zh": 300}  # words, Chinese characters: what is laid before it
THEIRS: Final = ("theirs", "exhibit")


class Grounding:
    """For one visitor, with what that one may hear of."""

    def __init__(self, recollection: Recollection) -> None:
        self._p = recollection
        self._language = recollection.person.language

    def passages(self, turns: Sequence[Turn]) -> tuple[Passage, ...]:
        """What answers the last line, the best first; nothing where the line is not for a model."""
        talk = self.talk(turns)
        if not _is_plain_question(talk.line, self._p.person.died):
            return ()
        search = Search(self._p, talk, Reading(self._p.recall, talk, self._language, self._p.letters))
        asked = without_vocative(talk.line)
        best = tuple(search.best(asked))
        if not best or self.is_withheld(best, talk.line) or not self._is_all_that_is_said(best, turns):
            return ()
        others = (tuple(passage.said) for passage in search.fitting(asked))
        rest = [each for each in others if set(each).isdisjoint(best) and not self.is_withheld(each, talk.line)]
        return tuple(self._fitting([best, *rest]))

    def talk(self, turns: Sequence[Turn]) -> Talk:
        """The conversation up to the line. Raises BadText where that cannot be answered."""
        return Talk(turns, lambda one: even(one.text) if one.kind == "told" else self._p.originals.evened(one))

    def is_withheld(self, said: Iterable[Said], line: str) -> bool:
        """Whether a model may not say it: it is grave and nobody asked for that, or the guard would hold it."""
        grave_too = asks_for_grave(line)
        name = self._p.person.name
        return any((is_grave(one.text) and not grave_too) or held_in(one.text, name) is not None for one in said)

    def _is_all_that_is_said(self, best: Passage, turns: Sequence[Turn]) -> bool:
        """Whether the built-in persona answers with this passage, and with words of ours only to date it."""
        answer = list(self._p.reply(turns))
        theirs = [phrase.text for phrase in answer if phrase.mark in THEIRS]
        others = [phrase for phrase in answer if phrase.mark not in THEIRS]
        dated = all(phrase.mark == "imagined" and phrase.text.endswith((":", "：")) for phrase in others)
        return dated and theirs == [one.text for one in best]

    def _fitting(self, passages: Iterable[Passage]) -> Iterable[Passage]:
        """As much as a model can weigh at once."""
        left = RECALLED[self._language]
        for said in passages:
            length = sum(length_of(one.text, self._language) for one in said)
            if length <= left:
                yield said
                left -= length


def _is_plain_question(line: str, died: str | None) -> bool:
    """Whether a line only asks what their writing can tell: no feeling, no date, nothing of the visitor's own."""
    if not asks(line) or intents_of(line) or turned_to(line) or leans_on_before(line) or fact_asked(line) is not None:
        return False
    return not (asks_back(line) or is_about_visitor(line) or is_for_the_family(line) or after_their_time(line, died))
