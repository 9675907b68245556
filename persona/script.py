"""A persona that says what the family wrote for it, sentence by sentence. Knows no letters and recalls nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data.types import Person, Phrase, Source, Turn
from persona.sentences import paragraphs_of, sentences_of


class Script:
    """The words of a farewell, each sentence marked as told by `author`, whoever asks."""

    def __init__(self, person: Person, file: str, text: str, author: str | None) -> None:
        self._person = person
        self._file = file
        self._author = author
        self._sentences = [sentence for paragraph in paragraphs_of(text) for sentence in sentences_of(paragraph)]

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:  # noqa: ARG002 — a script answers nobody
        """Every sentence of the script."""
        for sentence in self._sentences:
            source = Source(self._file, None, sentence, self._author)
            yield Phrase(sentence, self._person.language, "told", source, expression="warm")
