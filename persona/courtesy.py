"""Greets, takes leave, takes thanks, takes in what is told, and offers what can be asked. Looks nothing up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from data.types import Phrase
from persona.intent import Intent, asks, asks_anything_about, is_troubled, turned_to, without_vocative
from persona.language import folded
from persona.remembered import worth_keeping
from persona.speech import Speech
from persona.talk import Talk
from persona.topics import names_of
from persona.words import bag

if TYPE_CHECKING:
    from persona.recollection import Recollection

_NAMES_ITSELF: Final = re.compile(r"^(?:it's|it is|this is|i'm|i am|我是|是我[，, ]*)\s*")


class Courtesy:
    """For one line; `rest` is what is left of it without its set phrases."""

    def __init__(self, persona: Recollection, talk: Talk, say: Speech, intents: Sequence[Intent], rest: str) -> None:
        self._p = persona
        self._talk = talk
        self._say = say
        self._intents = intents
        self._wants_more = bool(rest) and (asks(rest) or worth_keeping(rest) is not None)

    def meet(self) -> Iterator[Phrase]:
        """A greeting, a goodbye or thanks and nothing else, or a wish for what no letter can give."""
        if "meet" in self._intents:
            yield self._say.ours("meet", "warm")
            return
        if self._wants_more:
            return
        if "farewell" in self._intents:
            yield from self._take_leave()
        elif "thanks" in self._intents:
            yield self._say.ours("thanks", "warm")
        elif "greeting" in self._intents or self._says_who():
            yield from self._greet()

    def _says_who(self) -> bool:
        """Whether the line only gives the name under which the visitor is known."""
        visitor = self._p.known.visitor
        given = _NAMES_ITSELF.sub("", without_vocative(self._talk.line))
        return visitor is not None and given.strip(" .!。！") == folded(visitor.name)

    def take_in(self) -> Iterator[Phrase]:
        """A line that tells something, or only shows that the visitor listens."""
        line = self._talk.line
        if "nod" in self._intents:
            yield self._say.ours("nod")
            yield from self.offer()
        elif "recollects" in self._intents:
            yield self._say.ours("memory", "warm")
        elif not asks(line):
            yield self._say.ours("told" if self.sets_down(line) and not is_troubled(line) else "heard", "warm")

    def sets_down(self, line: str) -> bool:
        """Whether something that the line tells is kept: of a visitor without a name, nothing is."""
        return self._p.known.visitor is not None and worth_keeping(line) is not None

    def topics_named(self) -> Sequence[tuple[str, str]]:
        """The topics that are offered and that the line names: (name, as it is offered)."""
        words, topics = bag(turned_to(self._talk.line) or self._talk.line), self._p.topics
        named = {  # by a word for certain: 信佛 is not of letters
            name
            for name in names_of(self._talk.line, topics)
            if any(words.holds(term) >= 1.0 for term in (*topics[name].terms, *topics[name].triggers))
        }
        return [(name, offer) for name, offer in self._p.offers if name in named and self._p.tells_of(offer)]

    def offer(self) -> Iterator[Phrase]:
        """The topic that the line comes near to, or two that were not spoken of yet; a letter when all were.

        Not after every answer: who was offered something just now has heard it.
        """
        if any(self._talk.just_heard(lead) for lead in self._leads()):
            return
        near = self.topics_named() if not asks_anything_about(self._talk.line) else ()  # else they were just asked for
        before = names_of(self._talk.before, self._p.topics)
        if one := next((offer for name, offer in near if name not in before), None):
            yield self._say.ours("offer_one", a=one)
            return
        fresh = [offer for _, offer in islice(self.fresh_offers(), 2)]
        if len(fresh) > 1:
            yield self._say.ours("offer", a=fresh[0], b=fresh[1])
        elif fresh:
            yield self._say.ours("offer_one", a=fresh[0])
        elif not any(self._talk.heard(form) for form in self._p.manner.forms("openings")):
            yield self._say.ours("openings")

    def fresh_offers(self) -> Iterator[tuple[str, str]]:
        """Topics that are there and were not spoken of yet: (name, as it is offered)."""
        spoken_of = names_of(self._talk.text, self._p.topics)
        fresh = dict[str, str]()
        for name, offer in self._p.offers:
            if name not in spoken_of:
                fresh.setdefault(offer, name)
        untold = ((name, offer) for offer, name in fresh.items() if offer not in self._talk.text)
        return ((name, offer) for name, offer in untold if self._p.tells_of(offer))

    def _leads(self) -> Iterator[str]:
        """The longest of our own words in each form of an offer."""
        for form in (*self._p.manner.forms("offer"), *self._p.manner.forms("offer_one")):
            yield max(re.split(r"[{}]", form)[::2], key=len)

    def _take_leave(self) -> Iterator[Phrase]:
        manner = self._p.manner
        wishes = sorted(manner.wishes, key=lambda one: one.date or "", reverse=True)
        fresh = [one for one in wishes if not self._talk.spent(one)]
        yield self._say.ours("good_night" if "night" in self._intents else "farewell", "warm")
        yield from (self._say.theirs(one, "warm") for one in fresh[:1])
        if manner.closing and self._p.person.language == "en":
            yield self._say.imagined(manner.warmly(manner.closing), "warm")

    def _greet(self) -> Iterator[Phrase]:
        """The word by which the person called this visitor, and what the visitor told last."""
        hail = None if self._talk.answers else self._say.hail()
        yield from [hail] if hail else []
        yield self._say.ours("greeting", "warm")
        latest = self._p.confided(self._talk).latest()
        if not self._talk.answers and latest and (told := self._say.told_back([latest])):
            yield from told
            yield self._say.ours("follow_up", "warm")
        yield from self.offer()
