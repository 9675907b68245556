"""Answers in the person's own words, found in what they wrote. Knows no network, no model and no files.

Every sentence of theirs is spoken whole and unchanged, with its source. What is ours (a greeting, "In March 1987 I
wrote:", "I left no word about that") is marked as imagined and only says what is true of letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from data.errors import NotReady
from data.types import Expression, Letter, Mark, Person, Phrase, Turn
from persona.dates import spoken
from persona.framing import needs_frame
from persona.intent import Intent, intents_of, remainder, without_vocative
from persona.language import folded
from persona.line import line_of
from persona.manner import Manner, expression_of
from persona.offers import offers
from persona.passages import Said, read_all
from persona.recall import COMFORT, LIMIT, Passage, Recall, leans_back, length_of, terms_of_topic
from persona.topics import family_topics, names_of
from persona.verbatim import Originals, even
from persona.words import query_terms

# What is looked for where a line is no question: the topics, and the tone of the sentence of ours before it.
_CONSOLING: Final[dict[Intent, tuple[tuple[str, ...], Expression]]] = {
    "missing": (("missyou", "miss", "grief"), "warm"),
    "sadness": (("grief", "sad", "hard", "worry", "brave"), "grave"),
    "apology": (("grief", "sad", "life"), "grave"),
    "about_us": (("missyou", "love"), "warm"),
    "wellbeing": ((), "neutral"),
    "news": (("life",), "warm"),
}
_TROUBLES: Final = ("fail", "exam", "sleep", "tired", "worry", "lonely", "fear", "quarrel", "health", "work", "hard")
_TERM_STEP: Final = 0.25  # what each further word of a topic is worth in a consoling sentence
_TOPIC_STEP: Final = 0.6  # what an earlier topic of the list is worth more than the next, in marks of `_consoling`
_HALF: Final = 0.6  # of the limit: consoling words are brief
_NO_TROUBLE: Final[tuple[Intent, ...]] = ("wellbeing", "news")
_ASKS: Final = re.compile(r"[?？]|\b(?:what|who|where|when|why|how|tell me)\b|什么|怎么|哪|谁|吗|为什么|几|多少|讲")
_PLAIN: Final[tuple[Intent, ...]] = ("thanks", "greeting")
_ADDRESSED: Final = re.compile(r"\byou(?:r|rs|rself)?\b|你|不要|要哭|多")
_MORE: Final = 3  # sentences of a continuation, at most


class Recollection:
    """The built-in persona. Building reads and indexes all letters; replying is a search."""

    def __init__(self, person: Person, letters: Sequence[Letter]) -> None:
        reads = read_all(letters)
        said = [one for each in reads for one in each.said]
        if not said:
            raise NotReady("there are no letters or messages to answer from: add at least one")
        self._person = person
        self._topics = family_topics()
        self._recall = Recall(said, person.language, self._topics)
        self._manner = Manner(person.language, reads)
        self.originals = Originals(said)  # for the guard, which need not cut the letters again

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        """Answer the last turn. Raises BadText where the line cannot be answered."""
        yield from _Answer(self, turns).phrases()

    @cached_property
    def _offers(self) -> list[tuple[str, str]]:
        """Topics that the letters speak of, by how much: (name, as it is offered)."""
        return offers(self._topics, self._recall.bags, self._person.language, self._manner.self_names)


class _Answer:
    """One reply: what was said so far, and what may still be said."""

    def __init__(self, persona: Recollection, turns: Sequence[Turn]) -> None:
        self._p = persona
        self._line = line_of(turns)
        self._turns = turns
        self._heard = even(" ".join(turn.text for turn in turns if turn.speaker == "persona"))
        self._nth = sum(turn.speaker == "persona" for turn in turns)

    def phrases(self) -> Iterator[Phrase]:
        intents = intents_of(self._line)
        if "letter" in intents:
            yield from self._read_letter()
            return
        if "more" in intents:
            yield from self._continue()
            return
        if "about_us" in intents and (meant := self._best(without_vocative(self._line))):
            yield from self._passage(meant, always_frame=True)
            return
        rest = remainder(self._line) if intents else without_vocative(self._line)
        best = self._best(rest)
        for intent, (topics, tone) in _CONSOLING.items():
            if intent in intents:
                yield self._ours(intent, tone)
                if best is not None and (intent in _NO_TROUBLE or _ASKS.search(rest)):
                    yield from self._passage(best)
                elif intent == "wellbeing":
                    yield from self._last_lines()
                else:
                    words = self._consoling(intent, topics)
                    yield from self._passage(words, always_frame=True) if words or intent == "news" else self._offer()
                return
        if best is not None:
            yield from self._passage(best)
        elif "farewell" in intents:
            yield from self._take_leave()
        elif any(intent in intents for intent in _PLAIN):
            yield from self._meet(intents)
        elif self._p._recall.knows(rest):
            yield self._ours("spent")
            yield from self._offer()
        else:
            yield self._ours("nothing")
            yield from self._offer()

    def _best(self, rest: str) -> Passage | None:
        return next((passage for passage in self._p._recall.find(rest, self._spent) if passage.fits), None)

    def _spent(self, one: Said) -> bool:
        return self._p.originals.evened(one) in self._heard

    # phrases of ours

    def _ours(self, key: str, tone: Expression = "neutral", **fields: str) -> Phrase:
        return self._imagined(self._p._manner.words(key, self._nth, **fields), tone)

    def _imagined(self, text: str, tone: Expression = "neutral") -> Phrase:
        return Phrase(text, self._p._person.language, "imagined", expression=tone)

    def _meet(self, intents: Sequence[Intent]) -> Iterator[Phrase]:
        if "thanks" in intents:
            yield self._ours("thanks", "warm")
            return
        if self._p._manner.salutation:
            stop = "。" if self._p._person.language == "zh" else "."
            yield self._imagined(self._p._manner.salutation + stop, "warm")
        yield self._ours("greeting", "warm")
        yield from self._offer()

    def _take_leave(self) -> Iterator[Phrase]:
        manner = self._p._manner
        wishes = [one for one in manner.farewells if one in manner.wishes]
        fresh = [one for one in wishes if not self._spent(one)] or wishes
        fresh.sort(key=lambda one: one.date or "", reverse=True)
        yield self._ours("farewell", "warm")
        if fresh:
            yield self._theirs(fresh[0], "warm")
        if manner.closing and self._p._person.language == "en":
            yield self._imagined(manner.closing + ".", "warm")

    def _offer(self) -> Iterator[Phrase]:
        """Two topics that are there and were not spoken of yet; none when all were."""
        spoken_of = names_of(" ".join(turn.text for turn in self._turns), self._p._topics)
        fresh = [offer for name, offer in self._p._offers if name not in spoken_of]
        if len(fresh) > 1:
            yield self._ours("offer", a=fresh[0], b=fresh[1])
        elif fresh:
            yield self._ours("offer_one", a=fresh[0])

    # phrases of theirs

    def _theirs(self, one: Said, tone: Expression | None = None) -> Phrase:
        mark: Mark = "exhibit" if self._p._person.exhibit else "theirs"
        tone = tone or expression_of(one.text)
        return Phrase(one.text, self._p._person.language, mark, source=one.source, expression=tone)

    def _passage(self, passage: Passage | Sequence[Said] | None, always_frame: bool = False) -> Iterator[Phrase]:
        said = passage.said if isinstance(passage, Passage) else tuple(passage or ())
        if said and (always_frame or any(needs_frame(one.text) for one in said)):
            yield self._frame(said[0])
        for one in said:
            yield self._theirs(one)

    def _frame(self, one: Said) -> Phrase:
        if one.date is None:
            return self._ours("frame_undated")
        return self._ours("frame", date=spoken(one.date, self._p._person.language))

    def _consoling(self, intent: Intent, usual: Sequence[str]) -> list[Said]:
        """Words of theirs for somebody who needs kind ones: on what troubles them, said to someone, standing alone."""
        recall, language = self._p._recall, self._p._person.language
        spoken_of = names_of(self._line, self._p._topics)
        troubles = [name for name in _TROUBLES if name in spoken_of] if intent == "sadness" else []
        topics = [*troubles, *usual]
        own = query_terms(self._line) if troubles else []
        worth = {
            term: (len(topics) - place) * _TOPIC_STEP
            for place, name in reversed(list(enumerate(topics)))
            for term in terms_of_topic(self._p._topics, [name], language)
        }
        ranked: list[tuple[float, int]] = []
        for number, (one, bag) in enumerate(zip(recall.said, recall.bags, strict=True)):
            marks = [mark for term, mark in worth.items() if bag.holds(term) >= 1.0]
            if (
                not marks
                or not recall.answering[number]
                or self._spent(one)
                or leans_back(one.text)
                or one.text.endswith(("?", "？"))
            ):
                continue
            addressed = bool(_ADDRESSED.search(folded(one.text)))
            if (intent == "about_us" and not addressed) or (intent == "news" and expression_of(one.text) == "grave"):
                continue
            brief = length_of(one.text, language) <= LIMIT[language] * _HALF
            named = any(bag.holds(term) >= 1.0 for term in own)
            ranked.append((max(marks) + _TERM_STEP * len(marks) + addressed + named + 0.5 * brief, -number))
        return self._with_what_leans(-max(ranked)[1]) if ranked else []

    def _with_what_leans(self, start: int) -> list[Said]:
        """A sentence and those after it that need it, within the limit of an answer."""
        said, language = self._p._recall.said, self._p._person.language
        found = [said[start]]
        for one in said[start + 1 : start + _MORE]:
            same = (one.file, one.place, one.paragraph) == (said[start].file, said[start].place, said[start].paragraph)
            length = sum(length_of(each.text, language) for each in [*found, one])
            needed = leans_back(one.text) or length_of(found[-1].text, language) < COMFORT[language][0]
            if not same or not needed or length > LIMIT[language]:
                break
            found.append(one)
        return found

    def _last_lines(self) -> Iterator[Phrase]:
        """The last message or letter that does not speak of loss or illness, and when it was written."""
        said = self._p._recall.said
        firsts = [(one, number) for number, one in enumerate(said) if self._p._recall.answering[number]]
        dated = [(one.date, number) for one, number in firsts if one.date and one.number == 0]
        for date, number in sorted(dated, reverse=True):
            one = said[number]
            if not self._spent(one) and expression_of(one.text) != "grave" and not leans_back(one.text):
                yield self._ours("last_lines", date=spoken(date, self._p._person.language))
                for each in self._with_what_leans(number):
                    yield self._theirs(each)
                return

    def _continue(self) -> Iterator[Phrase]:
        """What follows in the letter after the last sentence that was heard."""
        said = self._p._recall.said
        heard = [
            (self._heard.rfind(self._p.originals.evened(one)), number)
            for number, one in enumerate(said)
            if self._spent(one)
        ]
        if not heard:
            yield self._ours("nothing")
            yield from self._offer()
            return
        at = max(heard)[1]
        following: list[Said] = []
        for number in range(at + 1, min(at + 1 + _MORE, len(said))):
            one = said[number]
            if not self._p._recall.answering[number]:
                continue
            same = (one.file, one.place) == (said[at].file, said[at].place)
            length = sum(length_of(each.text, self._p._person.language) for each in [*following, one])
            if same and not self._spent(one) and (not following or length <= LIMIT[self._p._person.language]):
                following.append(one)
        if following:
            yield from self._passage(following)
        else:
            yield self._ours("spent")
            yield from self._offer()

    def _read_letter(self) -> Iterator[Phrase]:
        """A whole letter: the one that the line asks for, else the first that was not read yet."""
        letters = [one for one in self._p._recall.said if one.kind == "letter" and not self._spent(one)]
        asked = next((p.said[0] for p in self._p._recall.find(remainder(self._line), self._spent) if p.fits), None)
        if asked is None or asked.kind != "letter":
            asked = letters[0] if letters else None
        if asked is None:
            yield self._ours("spent_all")
            return
        if asked.date:
            yield self._ours("letter", date=spoken(asked.date, self._p._person.language))
        else:
            yield self._ours("letter_undated")
        for one in self._p._recall.said:
            if (one.file, one.place) == (asked.file, asked.place):
                yield self._theirs(one)
