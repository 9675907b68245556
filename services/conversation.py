"""A conversation with a memorial: its turns, what of them is remembered, where answers came from. Knows no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.archive import Archive, Memorial
from data.errors import UnknownNote
from data.memory import Memory
from data.names import folded
from data.types import Language, Phrase, Remembered, Turn
from orchestrator.stages import Persona
from persona.remembered import worth_keeping
from services import build
from services.build import Asker


@dataclass(frozen=True, slots=True)
class Opening:
    """What is shown before the first line: who speaks here, and what can be asked first."""

    notice: str  # in the memorial's language
    notices: Mapping[Language, str]  # the same in each, for whoever reads another
    offers: tuple[str, ...]


class Conversation:
    """One visitor's. Of a visitor without a name nothing is kept."""

    def __init__(
        self,
        memorial: Memorial,
        persona: Persona,
        offers: Sequence[str],
        memory: Memory,
        visitor: str | None,
        turns: Sequence[Turn] = (),
    ) -> None:
        self.language: Language = memorial.person.language
        self.opening = opening_of(memorial, offers)
        self.answer: Sequence[Phrase] = ()  # the last one
        self._persona = persona
        self._memory = memory
        self._visitor = visitor
        self._turns = list(turns)  # what was said before

    @classmethod
    def begin(cls, archive: Archive, memorial: Memorial, asker: Asker) -> Conversation:
        """With all that the memorial holds for this visitor today."""
        speaker = build.speaker(archive, memorial, asker)
        return cls(memorial, speaker.persona, speaker.openings, archive.memory(memorial.id), asker.name)

    def say(self, line: str) -> Iterator[Phrase]:
        """The answer, as it is found. Raises BadText where the line cannot be answered; it is then no turn."""
        turns = [*self._turns, Turn("visitor", line)]
        answer: list[Phrase] = []
        for phrase in self._persona.reply(turns):
            answer.append(phrase)
            yield phrase
        self.answer = answer
        between = "" if self.language == "zh" else " "
        self._turns = [*turns, Turn("persona", between.join(phrase.text for phrase in answer))]

    def remember_last(self) -> Remembered | None:
        """Keep what the last line told of the visitor; None where it told nothing, or nothing new."""
        if self._visitor is None or not self._turns or any(phrase.mark == "notice" for phrase in self.answer):
            return None
        told = worth_keeping(self._turns[-2].text)
        known = {folded(one.text) for one in self._memory.remembered(self._visitor)}
        return None if told is None or folded(told) in known else self._memory.remember(self._visitor, told)

    def remember(self, text: str) -> Remembered | None:
        """Keep something because the visitor says so; None for a visitor without a name."""
        return None if self._visitor is None else self._memory.remember(self._visitor, text)

    def forget(self, note_id: str) -> None:
        """Remove for good what this visitor told; the beginning of its id is enough."""
        own = [one.id for one in self.remembered() if note_id and one.id.startswith(note_id.lower())]
        if len(own) != 1:  # nobody forgets for another visitor
            raise UnknownNote("none of your memories has an id that begins so: /memories lists them")
        self._memory.forget(own[0])

    def remembered(self) -> list[Remembered]:
        """What is kept of what this visitor told, the oldest first."""
        return [] if self._visitor is None else self._memory.remembered(self._visitor)


def opening_of(memorial: Memorial, offers: Sequence[str]) -> Opening:
    """What is shown first of a memorial."""
    person = memorial.person
    told = _EXHIBIT if person.exhibit else _NOTICE
    notices = {language: words.format(name=person.name) for language, words in told.items()}
    return Opening(notices[person.language], notices, tuple(offers))


_NOTICE: dict[Language, str] = {
    "en": "This is a program that answers with what {name} wrote. It is not {name}.",
    "zh": "这是一个程序，用{name}写过的话来回答。它不是{name}本人。",
}
_EXHIBIT: dict[Language, str] = {
    "en": "This is a program that answers with letters written for an exhibit about {name}. It is not {name}.",
    "zh": "这是一个程序，用为展示{name}而写的信来回答。它不是{name}本人。",
}
