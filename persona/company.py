"""Keeps company: small talk, festive days, a wish for what only they could give, and news. Knows no questions of fact.

No letter knows what goes on today, so each is met with a word of ours that says no more than that, and with a passage
of theirs on a day like it, under the date when it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from data.types import Phrase
from persona.consoling import with_what_leans
from persona.courtesy import Courtesy
from persona.dates import spoken
from persona.intent import Intent, fond_of
from persona.passages import Said
from persona.reading import Reading
from persona.search import Search
from persona.speech import Speech
from persona.talk import Talk
from persona.topics import names_of

if TYPE_CHECKING:
    from persona.recollection import Recollection

# Topics that a day is made of, that are kept as feasts, and that news is of.
_DAILY: Final = ("breakfast", "supper", "food", "cook", "sleep", "snow", "rain", "weather", "tea", "coffee")
_FEASTS: Final = (
    "birthday", "christmas", "newyear", "thanksgiving", "valentine", "halloween", "lantern", "qingming", "dragonboat",
    "qixi", "midautumn",
)  # fmt: skip
_NEWS: Final = ("marry", "birth")
_ALIKE: Final = (
    "snow", "rain", "weather", "tea", "coffee", "fishing", "cook", "dumpling", "soup", "garden", "flower", "tree",
    "cat", "dog", "opera", "music", "knit", "chess",
)  # fmt: skip

_JOKE: Final = re.compile(r"\bjokes?\b|(?<!让人)(?<!怕人)(?<!被人)笑话(?![我你他她人])")  # not "to laugh at"


class Company:
    """For one line of one conversation; `rest` is what is left of it without its set phrases."""

    def __init__(
        self, persona: Recollection, talk: Talk, say: Speech, search: Search, reading: Reading, courtesy: Courtesy
    ) -> None:
        self._p = persona
        self._talk = talk
        self._line = talk.line
        self._say = say
        self._search = search
        self._reading = reading
        self._courtesy = courtesy
        self._named = names_of(talk.line, persona.topics)

    def keep(self, intents: Sequence[Intent], rest: str) -> Iterator[Phrase]:
        """What meets the first of these that the line is."""
        if "wellbeing" in intents:
            yield from self._say_how_things_were(rest)
            return
        met: dict[Intent, Callable[[], Iterator[Phrase]]] = {
            "everyday": self._tell_of_a_day,
            "festive": self._keep_the_feast,
            "voice": self._offer_to_read,
            "longing": self._tell_of_what_is_missed,
            "fond": self._tell_of_fondness,
            "joke": self._tell_joke,
            "anything": self._tell_anything,
        }
        yield from next((meet() for intent, meet in met.items() if intent in intents), iter(()))

    def on_news(self) -> Sequence[Phrase]:
        """Of their own wedding, or first work, for one who brings such news."""
        return list(self._say.passage(self._search.of_life(self._topics(_NEWS)), always_frame=True))

    def on_the_like(self) -> Sequence[Said]:
        """A day of theirs with snow, for one who tells that it snowed."""
        alike = self._topics(_ALIKE)
        return self._search.of_a_day(alike) if alike else ()

    def _say_how_things_were(self, rest: str) -> Iterator[Phrase]:
        """No letter knows how things are; it knows how they were when the last lines were written."""
        yield self._say.ours("wellbeing")
        if rest and (found := self._search.best(rest)):
            yield from self._say.passage(found)
        elif (at := self._reading.last_light()) is not None:
            last = with_what_leans(self._p.recall, at, self._p.person.language)
            yield self._say.ours("last_lines", date=spoken(last[0].date or "", self._p.person.language))
            yield from map(self._say.theirs, last)

    def _tell_of_a_day(self) -> Iterator[Phrase]:
        yield self._say.ours("everyday")
        yield from self._say.passage(self._search.of_a_day(self._topics(_DAILY)), always_frame=True)

    def _keep_the_feast(self) -> Iterator[Phrase]:
        feasts = self._topics(_FEASTS)
        yield self._say.ours("their_birthday" if "birthday" in feasts else "festive", "warm")
        if feasts:
            yield from self._say.passage(self._search.of_a_day(feasts, to_reader=True), always_frame=True)

    def _offer_to_read(self) -> Iterator[Phrase]:
        yield self._say.ours("voice", "warm")

    def leave_letters(self) -> Iterator[Phrase]:
        """What there is for one who misses them where no line of theirs is kind enough: a whole letter, read out."""
        offered = any(self._talk.heard(form) for form in self._p.manner.forms("voice"))
        yield from self._courtesy.offer() if offered or not self._reading.has_letters else self._offer_to_read()

    def _tell_of_what_is_missed(self) -> Iterator[Phrase]:
        found = self._search.best(self._line)
        yield self._say.ours("longing", "warm")
        yield from self._say.passage(found, always_frame=True) if found else self._courtesy.offer()

    def _tell_of_fondness(self) -> Iterator[Phrase]:
        if found := self._search.fondest(fond_of(self._line) or ""):
            yield self._say.ours("fond", "warm")
            yield from self._say.passage(found, always_frame=True)

    def _tell_joke(self) -> Iterator[Phrase]:
        """What they wrote of a joke; none is made up."""
        found = self._search.best(self._line)
        if not any(_JOKE.search(one.text.lower()) for one in found):
            yield self._say.ours("no_joke")
            yield from self._courtesy.offer()
            return
        yield from self._say.passage(found)

    def _tell_anything(self) -> Iterator[Phrase]:
        """Something of a topic that was not spoken of yet, for one who leaves it open."""
        found = (self._search.of_topic(*offer) for offer in self._courtesy.fresh_offers())
        yield from self._say.passage(next(filter(None, found), ()))

    def _topics(self, among: Sequence[str]) -> list[str]:
        return [name for name in among if name in self._named]
