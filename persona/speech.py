"""Makes phrases: sentences of ours in the person's manner, and theirs with the frame that they need. Finds nothing.

Sentences of two sources never follow one another without a frame between them, so that the break can be seen and heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from data.types import Expression, Mark, Phrase, Remembered, Source
from persona.address import is_addressed
from persona.claims import held_in
from persona.dates import month_of, spoken
from persona.framing import needs_frame
from persona.language import folded
from persona.manner import expression_of
from persona.passages import Said
from persona.talk import Talk

if TYPE_CHECKING:
    from persona.recollection import Recollection

_NOBODY_NAMED: Final = frozenset({"the family", "our family", "family", "家里人", "家人", "家里"})  # as an author


class Speech:
    """What one answer is put into words with."""

    def __init__(self, persona: Recollection, talk: Talk) -> None:
        self._person = persona.person
        self._manner = persona.manner
        self._post = persona.post
        self._visitor = persona.known.visitor
        self._today = persona.today
        self._talk = talk

    # ours

    def ours(self, key: str, tone: Expression = "neutral", **fields: str) -> Phrase:
        """A sentence of ours for the occasion: one that was not said yet, as long as there is one."""
        forms = [form.format(**fields) for form in self._manner.forms(key)]
        fresh = [form for form in forms if not self._talk.heard(form)]
        return self.imagined(fresh[0] if fresh else forms[self._talk.answers % len(forms)], tone)

    def imagined(self, text: str, tone: Expression = "neutral") -> Phrase:
        """Words of ours."""
        return Phrase(text, self._person.language, "imagined", expression=tone)

    def hail(self) -> Phrase | None:
        """The word by which the person called this visitor, or greeted anybody; None where there is neither."""
        name = self._visitor.called if self._visitor else None
        text = name or self._manner.salutation
        return self.imagined(self._manner.warmly(text[0].upper() + text[1:]), "warm") if text else None

    # theirs

    def theirs(self, one: Said, tone: Expression | None = None) -> Phrase:
        """A sentence of theirs, whole and unchanged."""
        mark: Mark = "exhibit" if self._person.exhibit else "theirs"
        return Phrase(one.text, self._person.language, mark, one.source, expression=tone or expression_of(one.text))

    def passage(self, said: Sequence[Said], always_frame: bool = False) -> Iterator[Phrase]:
        """Sentences of one source, after a frame where they would sound as if said today, or to somebody else."""
        if said and (always_frame or any(map(self._needs_frame, said))):
            yield self.frame(said[0])
        for one in said:
            yield self.theirs(one)

    def frame(self, one: Said) -> Phrase:
        """When a sentence was written and, where that is known, to whom."""
        if one.date is None:
            return self.ours("frame_undated")
        when, to = spoken(one.date, self._person.language), self._post.addressee(one)
        if self._post.is_for(one, self._visitor):
            return self.ours("frame_to_you", date=when)
        return self.ours("frame_to", date=when, to=to) if to else self.ours("frame", date=when)

    def _needs_frame(self, one: Said) -> bool:
        """Whether it would sound as if said today, be held by the guard, or be taken as said to this visitor."""
        return needs_frame(one.text) or held_in(one.text, self._person.name) is not None or self._is_for_another(one)

    def _is_for_another(self, one: Said) -> bool:
        if (called := self._post.called_in(one.text)) is not None:
            return self._visitor is None or called not in (self._visitor.name, self._visitor.called)
        addressed = is_addressed(one.text)
        return bool(addressed and self._post.addressee(one) and not self._post.is_for(one, self._visitor))

    # told

    def told(self, said: Sequence[Said], author: str | None) -> Iterator[Phrase]:
        """What somebody of the family wrote about the person, after a phrase that says who it was."""
        named = author is not None and folded(author) not in _NOBODY_NAMED
        yield self.ours("from_family", author=author or "") if named else self.ours("from_somebody")
        for one in said:
            source = Source(one.file, one.date, one.text, author)
            yield Phrase(one.text, self._person.language, "told", source, expression=expression_of(one.text))

    def told_back(self, remembered: Iterable[Remembered]) -> list[Phrase]:
        """What the visitor told once, in the visitor's words, but for what must not be said."""
        phrases = (self._told_back(one) for one in remembered)
        return [phrase for phrase in phrases if held_in(phrase.text, self._person.name) is None]

    def _told_back(self, one: Remembered) -> Phrase:
        today = self._today
        if not one.date or (today is not None and one.date[:10] == today.isoformat()):
            text = self.ours("told_you_today", told=one.text).text
        else:
            when = month_of(one.date, self._person.language, today)
            text = self.ours("told_you", date=when, told=one.text).text
        return self.imagined(text, "warm")
