"""One answer: what kind of line it is, and which words meet it. Knows no files, and how nothing is found.

Each step below looks whether the line is its matter; the first that has something to say is the answer. What a step
says of ours is true of letters; what it says of theirs is whole and unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from data.types import Phrase
from persona.address import speaks_of_reader
from persona.after import after_their_time
from persona.asked import Kind, kinds_asked, says
from persona.company import Company
from persona.consoling import TONES, Feeling, Need
from persona.courtesy import Courtesy
from persona.dates import spoken
from persona.facts import dates_of, fact_asked, is_for_the_family
from persona.framing import needs_frame
from persona.grave import asks_for_grave, is_grave, is_loss
from persona.intent import (
    asks,
    asks_anything_about,
    gives_reason,
    intents_of,
    is_troubled,
    matter_of,
    remainder,
    turned_to,
    with_other_kin,
    without_vocative,
)
from persona.language import folded
from persona.passages import Said
from persona.perspective import brings_in_visitor
from persona.reading import Reading, same_letter
from persona.remembered import asks_back, is_about_visitor, worth_keeping
from persona.search import Search, nothing
from persona.speech import Speech
from persona.talk import Talk
from persona.words import bag, query_terms

if TYPE_CHECKING:
    from persona.recollection import Recollection

_FEELINGS: Final[tuple[Feeling, ...]] = (
    "anger", "left", "missing", "sadness", "apology", "praise", "birthday", "about_us", "love", "advice", "news"
)  # fmt: skip
_PLAIN: Final[frozenset[Kind]] = frozenset({"colour", "money", "number", "year"})  # a sentence surely says these
_TOLD_BACK: Final = 3  # of what a visitor told, said at once


class Answer:
    """One reply: what was said so far, and what may still be said."""

    def __init__(self, persona: Recollection, talk: Talk) -> None:
        self._p = persona
        self._talk = talk
        self._line = talk.line
        self._intents = intents_of(talk.line)
        self._rest = remainder(talk.line) if self._intents else without_vocative(talk.line)
        self._say = Speech(persona, talk)
        self._confided = persona.confided(talk)
        self._courtesy = Courtesy(persona, talk, self._say, self._intents, self._rest)
        self._reading = Reading(persona.recall, talk, persona.person.language, persona.letters)
        self._search = Search(persona, talk, self._reading)
        self._company = Company(persona, talk, self._say, self._search, self._reading, self._courtesy)

    def phrases(self) -> Iterator[Phrase]:
        """The answer."""
        steps: tuple[Callable[[], Iterator[Phrase]], ...] = (
            self._tell_back, self._name_visitor, self._go_on_with_grave, self._read_letter, self._continue,
            self._add_to_last, self._meet_feeling, self._keep_company, self._give_dates, self._own_up_to_time,
            self._courtesy.meet, self._lean_on_last, self._answer, self._courtesy.take_in,
        )  # fmt: skip
        for step in steps:
            said = list(step())
            if said:
                yield from said
                return
        yield from self._own_up()

    def _own_up(self) -> Iterator[Phrase]:
        """Nothing answers: all of it was said, or the letter goes on with it, or it was never written."""
        if again := list(self._say_again()):
            yield from again
            return
        known = self._search.fitting(self._rest, nothing)
        last, following = self._reading.last_heard(), self._reading.following()
        on_it = last is not None and any(same_letter(passage.said[0], last) for passage in known)
        if on_it and asks_anything_about(self._line) and following and not any(is_grave(one.text) for one in following):
            yield from self._say.passage(following)
            return
        guessing = not known and not self._is_no_guess()
        near = (self._search.near(self._rest) or self._search.of_time(self._rest)) if guessing else ()
        if guessing and not near and (of_topic := list(self._tell_of_topic())):
            yield from of_topic
            return
        yield self._say.ours("spent" if known else "nearest" if near else "nothing")
        yield from self._say.passage(near, always_frame=True)
        if not near:
            yield from self._courtesy.offer()

    def _tell_of_topic(self) -> Iterator[Phrase]:
        """What they wrote of a topic that the line names: where it could be offered, it need not be asked for twice."""
        told = ((offer, self._search.of_topic(name, offer)) for name, offer in self._courtesy.topics_named())
        if found := next(((offer, said) for offer, said in told if said), None):
            if not asks_anything_about(self._line):
                yield self._say.ours("of_topic", a=found[0])
            yield from self._say.passage(found[1], always_frame=True)

    def _is_no_guess(self) -> bool:
        """Whether only what surely answers may be said: about the visitor, and to somebody in trouble."""
        line = self._line
        troubled = is_troubled(line) and brings_in_visitor(line)
        return not asks(line) or is_about_visitor(line) or troubled or asks_for_grave(line)

    # What goes on from the turns before

    def _tell_back(self) -> Iterator[Phrase]:
        """What the visitor told, for one who asks for it."""
        news = "news" in self._intents and asks(self._line) and worth_keeping(self._line) is None
        if not asks_back(self._line) and not (news and self._confided.fitting(self._line)):
            return
        fitting = self._confided.fitting(self._line if news else self._rest)
        told = self._say.told_back([fitting] if fitting else self._confided.all()[:_TOLD_BACK])
        yield from told or [self._say.ours("told_you_nothing")]

    def _name_visitor(self) -> Iterator[Phrase]:
        """The visitor's name, or what they were called, from what the family keeps: no letter is asked for it."""
        visitor = self._p.known.visitor
        asked = {"called", "my_name"} if "about_us" in self._intents else {"called", "my_name", "knows_me"}
        if not asked & set(self._intents):
            return
        if visitor is None:
            yield self._say.ours("who_reads", "warm")
        elif "called" not in self._intents:
            yield self._say.ours("my_name", "warm", name=visitor.name)
        elif visitor.called:
            yield self._say.ours("called", "warm", name=visitor.called)
        else:
            yield self._say.ours("called_nothing", "warm")

    def _go_on_with_grave(self) -> Iterator[Phrase]:
        """What was held back until the visitor said that they want to hear it."""
        warned = any(self._talk.just_heard(form) for form in self._p.manner.forms("grave"))
        if not warned or not {"more", "nod", "letter"} & set(self._intents) or self._talk.subject is None:
            return
        if "letter" in intents_of(self._talk.subject):
            yield from self._read(self._reading.unread())
        else:
            yield from self._say.passage(self._search.best(self._talk.subject, grave_too=True))

    def _read_letter(self) -> Iterator[Phrase]:
        """A whole letter: the one that the line asks for, else one that was not read yet."""
        if "letter" not in self._intents and not ("another" in self._intents and self._reading.was_just_read()):
            return
        found = (passage.said[0] for passage in self._search.fitting(self._rest, is_open=True))
        asked = next((one for one in found if one.kind == "letter"), None)
        one = asked or self._reading.unread()
        if one is None:
            yield self._say.ours("spent_all" if self._reading.has_letters else "no_letter")
        elif asked is None and any(is_grave(each.text) for each in self._reading.letter_of(one)):
            yield self._say.ours("grave")
        else:
            yield from self._read(one)

    def _read(self, one: Said | None) -> Iterator[Phrase]:
        if one is None:
            return
        if one.date:
            yield self._say.ours("letter", date=spoken(one.date, self._p.person.language))
        else:
            yield self._say.ours("letter_undated")
        yield from map(self._say.theirs, self._reading.letter_of(one))

    def _continue(self) -> Iterator[Phrase]:
        """What follows in the letter, or else more about the same."""
        if not {"more", "another"} & set(self._intents):
            return
        following = self._reading.following() if "more" in self._intents else ()
        if following and (asks_for_grave(self._line) or not is_grave(following[0].text)):
            yield from self._say.passage(following)
        elif more := self._search.best(self._talk.subject or ""):
            yield from self._say.passage(more)
        else:
            yield self._say.ours("spent" if self._reading.last_heard() else "nothing")
            yield from self._courtesy.offer()

    def _add_to_last(self) -> Iterator[Phrase]:
        """ "When was that?", "why?", "and your sister?": asked of the answer before."""
        last = self._reading.last_heard()
        if "when" in self._intents and last is not None:
            if last.date:
                yield self._say.ours("when", date=spoken(last.date, self._p.person.language))
            else:
                yield self._say.ours("when_undated")
        elif "detail" in self._intents and last is not None:
            found = self._detail(last)
            yield from self._say.passage(found) if found else list(self._say_again()) or [self._say.ours("detail")]
        elif (other := turned_to(self._line)) and self._talk.subject is not None:
            asked = with_other_kin(self._talk.subject, other)
            found = (self._search.best(asked) if asked else ()) or self._search.best(other)
            yield from self._say.passage(found)

    def _detail(self, last: Said) -> Sequence[Said]:
        """What explains the sentence heard last: what follows gives a reason, or the subject asked again does."""
        asked = kinds_asked(folded(self._line))
        if "reason" in asked:
            following = self._reading.following()
            return following[:1] if following and gives_reason(following[0].text) else ()
        found = self._search.best(f"{self._talk.subject or ''} {self._line}")
        tells = any(says(kind, folded(one.text)) for kind in asked for one in found)
        return found if tells and same_letter(found[0], last) else ()

    # Feelings

    def _meet_feeling(self) -> Iterator[Phrase]:
        """First a word of ours that feels nothing it cannot feel, then kind words of theirs, with their date."""
        feeling: Feeling | None = next((one for one in _FEELINGS if one in self._intents), None)
        if feeling in (None, "news") and is_loss(self._line) and not asks(self._line):
            feeling = "bereaved"  # somebody tells of a death or an illness
        if feeling is None:
            return
        if "knows_me" in self._intents and self._p.known.visitor is None:
            yield self._say.ours("who_reads", "warm")
            return
        kind = self._asked_besides(feeling) or self._p.consoling.find(Need(feeling, self._line), self._talk.spent)
        if not (feeling == "about_us" and kind and speaks_of_reader(kind[0].text)):  # else that is the answer
            yield self._say.ours(feeling, TONES[feeling])
        yield from self._say.passage(kind, always_frame=True)
        if not kind and feeling == "news":
            yield from self._company.on_news()
        if not kind and feeling in ("missing", "about_us"):
            yield from self._company.leave_letters()
        if not kind and feeling == "advice":
            yield from self._bring_to_bear()

    def _bring_to_bear(self) -> Iterator[Phrase]:
        """What they advised others that bears on it, else what can be asked about: no letter can weigh it."""
        lines = [line for line in (matter_of(self._line), self._rest) if line]
        found = (search(line) for search in (self._search.counsel, self._search.bearing) for line in lines)
        bearing = next(filter(None, found), ())
        yield from self._say.passage(bearing, always_frame=True)
        if not bearing:
            yield from list(self._tell_of_topic()) or self._courtesy.offer()

    def _asked_besides(self, feeling: Feeling) -> Sequence[Said]:
        """What answers a question that stands beside the feeling; for advice, only what holds on any day."""
        if feeling in ("anger", "left", "news", "praise", "birthday", "about_us") or not asks(self._rest):
            return ()
        found = self._search.best(self._rest)
        return () if feeling == "advice" and any(needs_frame(one.text) for one in found) else found

    def _keep_company(self) -> Iterator[Phrase]:
        """Small talk, festive days, a wish for what only they could give."""
        yield from self._company.keep(self._intents, self._rest)

    # Questions

    def _lean_on_last(self) -> Iterator[Phrase]:
        """What was in the answer just heard, for a line that speaks of "him" or "that"."""
        if self._search.leans(self._rest):
            yield from self._say_again()

    def _say_again(self) -> Iterator[Phrase]:
        """What was just heard, for one who asks for it once more: "How long did he stand?" after "three hours"."""
        asked = [kind for kind in kinds_asked(folded(self._line)) if kind in _PLAIN]
        if not asked:
            return
        terms = query_terms(self._rest)
        of_it = [one for passage in self._search.fitting(self._rest, nothing) for one in passage.said]
        for one in self._reading.just_heard():
            meant = not terms or one in of_it or any(bag(one.text).holds(term) >= 1.0 for term in terms)
            if meant and any(says(kind, folded(one.text)) for kind in asked):
                yield self._say.ours("just_now")
                yield from self._say.passage([one])
                return

    def _give_dates(self) -> Iterator[Phrase]:
        fact = fact_asked(self._line)
        if fact is None:
            return
        told = self._told() if fact == "end" else []
        if told:
            yield from told
        elif (dates := dates_of(self._p.person, fact)) is not None:
            yield self._say.ours(fact, "neutral", **dates)

    def _own_up_to_time(self) -> Iterator[Phrase]:
        """What came after their time is not in the letters, but the visitor may have told of it."""
        if not after_their_time(self._line, self._p.person.died):
            return
        if not asks(self._line) and worth_keeping(self._line):
            return  # told, not asked
        yield self._say.ours("after")
        fitting = self._confided.fitting(self._rest)
        yield from self._say.told_back([fitting] if fitting else []) or self._courtesy.offer()

    def _answer(self) -> Iterator[Phrase]:
        """What they wrote about it, what the family tells, and what the visitor told."""
        if not asks(self._line):
            yield from self._touch_on()
            return
        if "nod" in self._intents:
            return  # "Really?", "Can I tell you a secret?"
        fitting = self._confided.fitting(self._rest) if self._rest else None
        remembered = self._say.told_back([fitting] if fitting else [])
        if remembered and is_about_visitor(self._line):
            yield from remembered
            return
        told = self._told()
        if told and is_for_the_family(self._line):
            yield from told
            return
        found = self._search.in_context(self._rest)
        yield from self._say.passage(found)
        yield from remembered or (told if not found else ())
        if found or remembered or told or not self._search.fitting(self._rest):
            return
        yield self._say.ours("detail") if self._search.leans(self._rest) else self._say.ours("grave", "grave")

    def _touch_on(self) -> Iterator[Phrase]:
        """What was written, or told before, of the very thing that the visitor tells, where nothing troubles them."""
        told = self._confided.fitting(self._rest) if self._rest else None
        of_before = told and told.id and not self._talk.heard(told.text) and not is_grave(told.text)
        same = self._search.of_the_same(self._rest)
        found = same or self._company.on_the_like()
        if is_troubled(self._line) or not (of_before or found):
            return
        if "recollects" not in self._intents and self._courtesy.sets_down(self._line):
            yield self._say.ours("told", "warm")
        yield from self._say.passage(found, always_frame=not same)
        yield from self._say.told_back([told] if told and of_before else [])

    def _told(self) -> list[Phrase]:
        said, author = self._search.told(self._rest)
        return list(self._say.told(said, author)) if said else []
