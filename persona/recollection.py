"""Answers in the person's own words, found in what they wrote. Knows no network, no model and no files.

Every sentence of theirs is spoken whole and unchanged, with its source. What is ours (a greeting, "In March 1987 I
wrote:", "I left no word about that") is marked as imagined and only says what is true of letters. What the family told
is marked as told, and what the visitor told is quoted as the visitor's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from data.errors import NoWords
from data.types import Known, Letter, Person, Phrase, Remembered, Turn
from persona.answer import Answer
from persona.consoling import Consoling
from persona.holders import Holders
from persona.intent import asks, intents_of, is_troubled, names_only, without_vocative
from persona.manner import Manner
from persona.offers import offers, taken_up
from persona.passages import Said, read_all
from persona.perspective import relatives_in
from persona.post import Post
from persona.reading import Reading, letters_by_place
from persona.recall import Near, Recall
from persona.remembered import Confided
from persona.search import Search
from persona.sentences import even
from persona.talk import Talk
from persona.topics import family_topics
from persona.verbatim import Originals

OPENINGS = 2  # topics named before anything was said


class Recollection:
    """The built-in persona for one visitor. Building reads and indexes all letters; replying is a search.

    `letters` are those that this visitor may hear of; `today` is the date that memories are told back against; `near`
    finds sentences by their meaning, where a model for that is at hand.
    """

    def __init__(
        self,
        person: Person,
        letters: Sequence[Letter],
        known: Known | None = None,
        today: datetime.date | None = None,
        near: Near | None = None,
    ) -> None:
        self.known = known or Known()
        reads, told = (read_all(each, self.known.struck) for each in (letters, self.known.told))
        said, from_family = ([one for read in each for one in read.said] for each in (reads, told))
        if not said and not from_family:
            raise NoWords("there are no letters or messages to answer from: add at least one")
        self.person = person
        self.today = today
        self.topics = family_topics()
        self.recall = self._recall(said, near)
        self.told = self._recall(from_family) if told else None
        self.manner = Manner(person.language, reads)
        self.post = Post(reads)
        self._told_of: dict[str, bool] = {}
        self.originals = Originals(said)  # for the guard, which need not cut the letters again

    def _recall(self, said: Sequence[Said], near: Near | None = None) -> Recall:
        names = [self.person.name, *([self.known.visitor.name] if self.known.visitor else [])]
        return Recall(said, self.person.language, self.topics, self.known.glossary, near, names)

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        """Answer the last turn. Raises BadText where the line cannot be answered."""
        yield from Answer(self, self._talk(turns)).phrases()

    def _talk(self, turns: Sequence[Turn]) -> Talk:
        """The conversation; a last line that only names something they wrote of is taken for asking about it."""
        talk = Talk(turns, self._evened)
        named = talk.line.strip(" .。?？")
        says_more = asks(named) or is_troubled(named) or self._calls(named)
        if names_only(talk.line) and not says_more and self._tells(named):
            return Talk([*turns[:-1], Turn("visitor", taken_up(named, self.person.language))], self._evened)
        return talk

    def _calls(self, named: str) -> bool:
        """Whether a single word is said to the person: a greeting, yes, or what the family called them."""
        return bool(intents_of(named)) and not (without_vocative(named) == "" and self._is_another(named))

    def _is_another(self, kin: str) -> bool:
        """Whether a word for a relative is of another one than the person, who signed as what they were called."""
        own = set().union(*map(relatives_in, self.manner.self_names))
        return bool(own) and not own & relatives_in(kin)

    def _evened(self, one: Said) -> str:
        return even(one.text) if one.kind == "told" else self.originals.evened(one)

    def confided(self, talk: Talk) -> Confided:
        """What this visitor told, in earlier conversations and in this one."""
        today = self.today.isoformat() if self.today else ""
        kept = [one.text for one in self.known.remembered]
        fresh = [Remembered("", told, today, "") for told in dict.fromkeys(talk.told) if told not in kept]
        return Confided([*self.known.remembered, *fresh], self.topics)

    @cached_property
    def letters(self) -> dict[int, list[Said]]:
        """The sentences of each letter or message, by its place."""
        return letters_by_place(self.recall.said)

    @cached_property
    def holders(self) -> Holders:
        """Which sentences hold which words: made when a visitor first needs an offer, or kind words."""
        return Holders(self.recall.bags)

    @cached_property
    def consoling(self) -> Consoling:
        """What of all they wrote is kind."""
        return Consoling(self.recall, self.holders, self.manner, self.topics, self.person.language)

    @cached_property
    def offers(self) -> list[tuple[str, str]]:
        """Topics that the letters speak of, by how much: (name, as it is offered)."""
        return offers(self.topics, self.holders, self.person.language, self.manner.self_names)

    @property
    def openings(self) -> list[str]:
        """What to ask about before anything was said."""
        return list(islice((offer for _, offer in self.offers if self.tells_of(offer)), OPENINGS))

    def tells_of(self, offer: str) -> bool:
        """Whether a visitor who takes the offer up is told something: words alone may have made it a topic."""
        if offer not in self._told_of:
            talk, search = self._asked_about(offer)
            names = (name for name, each in self.offers if each == offer)
            told = search.best(without_vocative(talk.line)) or any(search.of_topic(name, offer) for name in names)
            self._told_of[offer] = bool(told)
        return self._told_of[offer]

    def _tells(self, subject: str) -> bool:
        """Whether one who only names something is told of it."""
        talk, search = self._asked_about(subject)
        return bool(search.best(without_vocative(talk.line)))

    def _asked_about(self, subject: str) -> tuple[Talk, Search]:
        talk = Talk([Turn("visitor", taken_up(subject, self.person.language))], self._evened)
        return talk, Search(self, talk, Reading(self.recall, talk, self.person.language, self.letters))
