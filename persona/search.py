"""What answers a line within a conversation: passages of theirs and of the family's. Puts nothing into words.

Beside how well a passage fits it is weighed whether it was asked for: illness, death and anger do not come up unless
the line leads there; whose matter it is, so that the reader's birth is no answer to "where were you born"; and whether
it stands by itself. A line that leaves open what it wants to hear takes whatever goes on longest about its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from data.types import Language
from persona.address import counsels, is_addressed
from persona.asked import kinds_asked, says
from persona.excerpts import announces, is_endless
from persona.framing import needs_frame
from persona.grave import asks_for_grave, is_grave
from persona.intent import asks_anything_about, leans_on_before, turned_to, without_furniture
from persona.language import folded
from persona.manner import expression_of
from persona.passages import Said
from persona.perspective import asks_how, asks_of_writer, denies, is_of_reader, kin_in, relatives_in, speaks_of_writer
from persona.reading import Reading, same_letter
from persona.recall import Passage, leans_back, terms_of_topic
from persona.talk import Talk
from persona.timing import Interval, interval_of
from persona.topics import names_of
from persona.words import bag, is_han, query_terms

if TYPE_CHECKING:
    from persona.recollection import Recollection

# Shares of a line's meaning, set by reading answers to both samples.
_LIGHT_ENOUGH: Final = 0.9  # of what a grave passage holds of the line: a lighter one is said instead
_OF_TOPIC: Final = 0.8  # of a line that asks for anything about something: whatever holds that is an answer
_FEW: Final = 100  # sentences: among so few no word is rare, and what holds the line is likely to be meant
_SURELY: Final = 0.8  # of a line that only tells: so much of it must be in what is said of the same
_TELLING: Final = 2  # words: one alone ("kept") is in a letter by chance
_TIMES_OF_LIFE: Final = frozenset({"childhood", "birth", "marry", "school", "university", "retire"})
_SAME_MATTER: Final = 0.6  # of a line in what may be meant, where what fitted best spoke of somebody else
_OPENS_WITH: Final = 2  # sentences that go on about it, which one that begins with it is worth: it is the subject
_OPENING: Final[dict[Language, int]] = {"en": 3, "zh": 4}  # words, characters
_BEARS_ON: Final = 0.5  # of a line in what they advised others: it is said to be no answer
_TOLD_ENOUGH: Final = 0.6  # of a line in what the family wrote: it is short, so no word of it is rare


class Search:
    """For one line of one conversation."""

    def __init__(self, persona: Recollection, talk: Talk, reading: Reading) -> None:
        self._p = persona
        self._talk = talk
        self._reading = reading
        self._finds: dict[tuple[str, Callable[[Said], bool]], Sequence[Passage]] = {}  # by line, and what is spent
        self._turned = turned_to(talk.line) is not None

    def best(self, line: str, grave_too: bool = False) -> Sequence[Said]:
        """The passage that fits best; nothing of illness, death or anger where the line does not lead there."""
        fitting = self.fitting(line)
        if not any(passage.fits for passage in fitting) and (time := self._of_time_of_life(line)):
            return time
        if not fitting:
            return ()
        if grave_too or asks_for_grave(self._talk.line) or not _is_grave(fitting[0]):
            return fitting[0].said
        enough = (passage for passage in fitting if passage.coverage >= _LIGHT_ENOUGH * fitting[0].coverage)
        return next((light for passage in enough if (light := _light_part(passage, line))), ())

    def near(self, line: str) -> Sequence[Said]:
        """What is no answer but comes nearest to one: never of illness, death or anger."""
        if not any(len(term) > 1 for term in query_terms(line)):
            return ()  # one character by itself means too many things
        found = [self._whole(passage) for passage in self._found(line, self._talk.spent)]
        mistaken = any(passage.fits for passage in found)  # but not apt: what speaks of the same may be meant
        near = [passage for passage in found if passage.near or (mistaken and passage.coverage >= _SAME_MATTER)]
        kin = relatives_in(line)
        light = [
            passage
            for passage in self._apt(line, near)
            if not _is_grave(passage) and not self._leans(passage) and kin <= relatives_in(" ".join(_texts(passage)))
        ]
        if asks_how(line):
            light.sort(key=lambda passage: not counsels(passage.around.text))
        else:
            light = [passage for passage in light if self._is_of_writer(passage)]
        if light:
            return light[0].said
        return self.of_life(self._times_of_life(line)) if mistaken else ()

    def counsel(self, line: str) -> Sequence[Said]:
        """What they told others to do that bears on a line, lightly: for one whom no letter can advise."""
        found = (self._whole(passage) for passage in self._found(line, self._talk.spent))
        bearing = (passage for passage in found if passage.coverage >= _BEARS_ON and counsels(passage.around.text))
        return next((each.said for each in bearing if not _is_grave(each) and not self._leans(each)), ())

    def bearing(self, line: str) -> Sequence[Said]:
        """What comes nearest to a line that says enough of what it is about."""
        return self.near(line) if len(query_terms(line)) >= _TELLING else ()

    def in_context(self, line: str) -> Sequence[Said]:
        """As `best`, with the line read together with what was spoken of before where it leans on that."""
        plain = self.best(line)
        last, subject = self._reading.last_heard(), self._talk.subject
        if last is None or subject is None or not self.leans(line) or (plain and same_letter(plain[0], last)):
            return plain
        together = self.best(f"{subject} {line}")
        if together and same_letter(together[0], last):
            return together
        return plain if len(query_terms(line)) > 1 else ()

    def leans(self, line: str) -> bool:
        """Whether the line is about what was heard last."""
        return leans_on_before(line) and self._reading.last_heard() is not None

    def fitting(
        self, line: str, spent: Callable[[Said], bool] | None = None, is_open: bool = False
    ) -> Sequence[Passage]:
        """Every passage that may be given as an answer, the best first."""
        found = self._found(line, spent or self._talk.spent) if line else ()
        takes_all = is_open or self._turned or asks_anything_about(line) or len(self._p.recall.said) <= _FEW
        fits = [self._whole(each) for each in found if each.fits or (takes_all and self._is_of_topic(each, line))]
        apt = self._apt(line, fits)
        return self._most_telling(line, apt) if is_open or asks_anything_about(line) else apt

    def _found(self, line: str, spent: Callable[[Said], bool]) -> Sequence[Passage]:
        if (line, spent) not in self._finds:
            found = self._p.recall.find(without_furniture(line), spent, self._during(line))
            self._finds[line, spent] = [each for each in found if not self._reading.is_left_over(each.said)]
        return self._finds[line, spent]

    def _during(self, line: str) -> Interval | None:
        """The time that a line speaks of."""
        today, born = self._p.today, self._p.person.born
        return interval_of(line, today, born) if today else None

    def of_time(self, line: str) -> Sequence[Said]:
        """Something light that was written in the time that a line speaks of, of the writer's own days."""
        during, said = self._during(line), self._p.recall.said
        if during is None:
            return ()
        written = (at for at, one in enumerate(said) if one.date and during.holds(one.date))
        own = (at for at in written if self._is_light(said[at]) and not self._is_to_reader(said[at]))
        return next((self._alone(at) for at in own if speaks_of_writer(said[at].text)), ())

    def _apt(self, line: str, passages: Sequence[Passage]) -> Sequence[Passage]:
        """Without those of the reader where the line asks of the writer; those of the right one's mother first."""
        kin = kin_in(line)
        if kin is not None:
            right = [passage for passage in passages if kin.is_in(one.text for one in passage.said)]
            passages = sorted(right, key=lambda passage: not any(map(kin.is_named, _texts(passage))))
        elif named := relatives_in(line):  # not what is of other relatives alone
            passages = [each for each in passages if not (of := relatives_in(" ".join(_texts(each)))) or of & named]
        if not asks_of_writer(line):
            return passages
        asked = "place" in kinds_asked(folded(line))
        of_writer = [passage for passage in passages if self._is_of_writer(passage)]
        return [passage for passage in of_writer if not asked or any(says("place", each) for each in _texts(passage))]

    def _is_of_topic(self, passage: Passage, line: str) -> bool:
        """Whether a passage that fits less surely speaks of the line's subject, and lightly."""
        light = asks_for_grave(self._talk.line) or not _is_grave(passage) or _light_part(passage, line)
        return passage.coverage >= _OF_TOPIC and bool(light)

    def _is_of_writer(self, passage: Passage) -> bool:
        """Whether what was found in a passage is not only about the one who got it."""
        return not is_of_reader(passage.around.text) and self._p.post.called_in(passage.around.text) is None

    def _leans(self, passage: Passage) -> bool:
        """Whether a passage begins with what needs a sentence before it that is left out."""
        return leans_back(passage.said[0].text) and passage.said[0].number > 0

    def _whole(self, passage: Passage) -> Passage:
        """With the sentence that its first one needs, and without what is said to the reader before the matter."""
        said = self._reading.standing(passage.said, passage.around)
        while (
            len(said) > 1 and said[0] != passage.around and is_of_reader(said[0].text) and not leans_back(said[1].text)
        ):
            said = said[1:]
        return replace(passage, said=tuple(self._reading.not_curt(said)))

    def _most_telling(self, line: str, passages: Sequence[Passage]) -> Sequence[Passage]:
        """For a line that leaves open what it wants to hear: those that go on about it longest, the whole of it."""
        terms = query_terms(line)

        def tells(one: Said) -> bool:
            return not denies(one.text) and any(bag(one.text).holds(term) >= 1.0 for term in terms)

        def telling(passage: Passage) -> int:
            if denies(passage.around.text):
                return 0
            opens = any(_opens_with(one, terms) for one in passage.said)
            return sum(tells(one) or leans_back(one.text) for one in passage.said) + _OPENS_WITH * opens

        announced = (self._reading.announced(each.said, each.around) for each in passages)
        told = (self._reading.told_on(said, tells) for said in announced)
        grown = [replace(each, said=tuple(said)) for each, said in zip(passages, told, strict=True)]
        best = max((passage.coverage for passage in grown), default=0.0)
        full = [passage for passage in grown if passage.coverage >= _LIGHT_ENOUGH * best]
        rest = [passage for passage in grown if passage.coverage < _LIGHT_ENOUGH * best]
        kin, heavy, own = kin_in(line), not asks_for_grave(self._talk.line), asks_of_writer(without_furniture(line))

        def after(passage: Passage) -> tuple[bool, bool, bool, bool, int]:
            other = kin is not None and not any(map(kin.is_named, _texts(passage)))
            of_others = own and not speaks_of_writer(" ".join(_texts(passage)))
            asked_for = announces(passage.around.text)  # the letter goes on about it because somebody asked
            return other, heavy and _is_grave(passage), not asked_for, of_others, -telling(passage)

        return [*sorted(full, key=after), *rest]

    def of_the_same(self, line: str) -> Sequence[Said]:
        """What is surely of the very thing that a visitor tells of, and light."""
        found = next(iter(self.fitting(line)), None)
        if found is None or found.coverage < _SURELY or _is_grave(found) or len(query_terms(line)) < _TELLING:
            return ()
        return found.said

    def of_topic(self, name: str, offer: str) -> Sequence[Said]:
        """Something light of a topic that is offered: what answers best, else a sentence that holds a word of it."""
        found = self.fitting(offer, is_open=True)  # for one who leaves it open: nothing that needs more before it
        light = (passage for passage in found if not _is_grave(passage) and not self._leans(passage))
        of_writer = next((passage.said for passage in light if self._is_of_writer(passage)), ())
        return of_writer or self.of_life([name]) or self.of_a_day([name])

    def of_a_day(self, topics: Sequence[str], to_reader: bool = False) -> Sequence[Said]:
        """A day as they wrote it down, of some topics where there are any, best in a message; the latest.

        `to_reader` takes what wished somebody well, too.
        """
        recall = self._p.recall
        terms, named = terms_of_topic(self._p.topics, topics, recall.language), query_terms(self._talk.line)
        if not topics:
            latest = self._reading.last_light()
            return () if latest is None else self._alone(latest)
        ranked = [
            (any(recall.bags[at].holds(term) >= 1.0 for term in named), one.kind == "message", one.date or "", at)
            for at in self._p.holders.of_any(terms)
            if self._is_light(one := recall.said[at]) and (to_reader or not self._is_to_reader(one))
        ]
        return self._alone(max(ranked)[-1]) if ranked else ()

    def of_life(self, topics: Sequence[str]) -> Sequence[Said]:
        """What they told of such a time in their own life, where nothing grave stands around it."""
        recall = self._p.recall
        terms = terms_of_topic(self._p.topics, topics, recall.language)
        told = [
            at
            for at in sorted(self._p.holders.of_any(terms))
            if self._is_light(one := recall.said[at])
            and not self._is_to_reader(one)
            and speaks_of_writer(one.text)
            and not needs_frame(one.text)
            and self._reading.is_light_around(one)
        ]
        return self._alone(told[0]) if told else ()

    def _of_time_of_life(self, line: str) -> Sequence[Said]:
        """What they told of a time of life that a line names and leaves open: "Tell me about your childhood"."""
        return self.of_life(self._times_of_life(line)) if asks_anything_about(line) else ()

    def _times_of_life(self, line: str) -> list[str]:
        return sorted(names_of(line, self._p.topics) & _TIMES_OF_LIFE)

    def fondest(self, whom: str) -> Sequence[Said]:
        """What is warmest of all that they told of somebody and themselves."""
        recall, terms = self._p.recall, query_terms(whom)
        ranked = [
            (expression_of(one.text) == "warm", not needs_frame(one.text), -at)
            for at in self._p.holders.of_any(terms)
            if self._is_light(one := recall.said[at]) and speaks_of_writer(one.text) and not is_of_reader(one.text)
        ]
        return self._alone(-max(ranked)[-1]) if ranked else ()

    def _alone(self, at: int) -> Sequence[Said]:
        """A sentence and those after it that need it; a message whole, as far as it goes."""
        one = self._p.recall.said[at]
        first = self._reading.letter_of(one)[0] if one.kind == "message" else one
        start = first if self._is_light(first) else one
        return self._reading.told_on([start], lambda after: after.kind == "message" and not is_grave(after.text))

    def _is_light(self, one: Said) -> bool:
        """Whether a sentence can be said by itself, with nothing grave in it."""
        amiss = is_grave(one.text) or leans_back(one.text) or one.text.endswith(("?", "？"))
        return not amiss and not is_endless(one.text) and not self._talk.spent(one)

    def _is_to_reader(self, one: Said) -> bool:
        """Whether it is said to the one who got it, more than of the writer's own days."""
        return is_addressed(one.text) or is_of_reader(one.text) or self._p.post.called_in(one.text) is not None

    def told(self, line: str) -> tuple[Sequence[Said], str | None]:
        """What the family's introduction says of it, and who wrote that."""
        found = self._p.told.find(line, self._talk.spent) if self._p.told is not None and line else []
        passage = next((one for one in found if one.fits or one.coverage >= _TOLD_ENOUGH), None)
        return ((), None) if passage is None else (passage.said, self._p.known.told[passage.said[0].place].author)


def nothing(_: Said) -> bool:
    """For a search that minds nothing said before."""
    return False


def _texts(passage: Passage) -> Sequence[str]:
    return [folded(one.text) for one in passage.said]


def _opens_with(one: Said, terms: Sequence[str]) -> bool:
    """Whether a sentence begins with one of some words."""
    plain = folded(one.text)
    first = bag(" ".join(plain.split()[: _OPENING["en"]]))
    return any(plain.find(term) in range(_OPENING["zh"]) if is_han(term) else first.holds(term) for term in terms)


def _light_part(passage: Passage, line: str) -> Sequence[Said]:
    """What of a passage comes before anything grave and still holds something of the line."""
    before = list(takewhile(lambda one: not is_grave(one.text), passage.said))
    terms = query_terms(line)
    return before if any(bag(one.text).holds(term) for one in before for term in terms) else ()


def _is_grave(passage: Passage) -> bool:
    return any(is_grave(one.text) for one in passage.said)
