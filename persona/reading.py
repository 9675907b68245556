"""Goes on in a letter, and reads one whole. Knows the order in which things were written, and no questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from data.types import Language
from persona.excerpts import announces
from persona.grave import is_grave
from persona.passages import Said
from persona.recall import LIMIT, Recall, leans_back, length_of
from persona.talk import Talk

_CURT: Final[dict[Language, int]] = {"en": 5, "zh": 9}  # English words, Chinese characters
MORE = 3  # sentences of a continuation, at most


class Reading:
    """The letters, from where the conversation stands in them."""

    def __init__(self, recall: Recall, talk: Talk, language: Language, letters: Mapping[int, Sequence[Said]]) -> None:
        self._letters_by_place = letters
        self._said = recall.said
        self._answering = recall.answering
        self._talk = talk
        self._language: Language = language

    def following(self) -> list[Said]:
        """What comes in the same letter after the sentence heard last; empty where the letter ends."""
        at = self._talk.last_of(self._said)
        found: list[Said] = []
        if at is None:
            return found
        for number in range(at + 1, min(at + 1 + MORE, len(self._said))):
            one = self._said[number]
            if not same_letter(one, self._said[at]):
                break
            length = sum(length_of(each.text, self._language) for each in [*found, one])
            if found and length > LIMIT[self._language]:
                break
            if self._answering[number] and not self._talk.spent(one):
                found.append(one)
        return found

    def last_heard(self) -> Said | None:
        """The sentence that was heard last."""
        at = self._talk.last_of(self._said)
        return None if at is None else self._said[at]

    def was_just_read(self) -> bool:
        """Whether the last answer was a letter, whole."""
        last = self.last_heard()
        if last is None or last.kind != "letter":
            return False
        return self.just_heard() == list(self.letter_of(last))

    def just_heard(self) -> list[Said]:
        """The sentences of theirs in the answer before this line, as far as they stand with the last of them."""
        last = self.last_heard()
        return [one for one in self.letter_of(last) if self._talk.just_heard(one.text)] if last else []

    def letter_of(self, one: Said) -> Sequence[Said]:
        """Every sentence of the letter that one stands in."""
        return self._letters_by_place[one.place]

    def standing(self, said: Sequence[Said], matter: Said) -> Sequence[Said]:
        """A passage with what stands before it and its first sentence needs; as it is where that makes it too long.

        `matter` is the sentence of it that must not be lost.
        """
        found = list(said)
        while leans_back(found[0].text) and (before := self._beside(found[0], -1)) is not None:
            if self._talk.spent(before):
                break  # it was heard, and need not be said again
            found.insert(0, before)
        while not self._sayable(found) and found[-1] not in (matter, said[0]):
            found.pop()
        return found if self._sayable(found) else said

    def told_on(self, said: Sequence[Said], tells: Callable[[Said], bool]) -> Sequence[Said]:
        """A passage with the sentences after it that need it, or tell of the same, as far as one answer goes."""
        found = list(said)
        while (after := self._beside(found[-1], 1)) is not None:
            more = leans_back(after.text) or tells(after) or after.paragraph != found[-1].paragraph
            if not more or is_grave(after.text) or self._talk.spent(after) or not self._sayable([*found, after]):
                break
            found.append(after)
        return found

    def not_curt(self, said: Sequence[Said]) -> Sequence[Said]:
        """A passage with the sentence beside it where it is a few words alone, or only announces what follows."""
        curt = sum(length_of(each.text, self._language) for each in said) < _CURT[self._language]
        if not curt and not announces(said[-1].text):
            return said
        grown = self.told_on(said, lambda after: after == self._beside(said[-1], 1))
        before = self._beside(said[0], -1) if curt and len(grown) == len(said) else None
        if before is None or is_grave(before.text) or self._talk.spent(before) or not self._sayable([before, *said]):
            return grown
        return [before, *said]

    def announced(self, said: Sequence[Said], matter: Said) -> Sequence[Said]:
        """A passage after the sentence that announces it, where that one was found and was not heard yet."""
        before = self._beside(said[0], -1)
        if before != matter or self._talk.spent(matter) or not announces(matter.text):
            return said
        found = [matter, *said]
        while len(found) > 2 and not self._sayable(found):
            found.pop()
        return found

    def is_left_over(self, said: Sequence[Said]) -> bool:
        """Whether a passage only announces what was heard before."""
        after = self._beside(said[-1], 1)
        return announces(said[-1].text) and after is not None and self._talk.spent(after)

    def is_light_around(self, one: Said) -> bool:
        """Whether nothing in the paragraph of a sentence is of illness, death or anger."""
        paragraph = (each for each in self.letter_of(one) if each.paragraph == one.paragraph)
        return not any(is_grave(each.text) for each in paragraph)

    def _beside(self, one: Said, step: int) -> Said | None:
        """The sentence before or after one in its paragraph, or after one that announces the next paragraph."""
        letter = self.letter_of(one)
        at = letter.index(one) + step
        if not 0 <= at < len(letter):
            return None
        goes_on = step > 0 and announces(one.text)
        return letter[at] if goes_on or letter[at].paragraph == one.paragraph else None

    def _sayable(self, said: Sequence[Said]) -> bool:
        length = sum(length_of(each.text, self._language) for each in said)
        return len(said) <= MORE and length <= LIMIT[self._language]

    @property
    def has_letters(self) -> bool:
        """Whether there is any letter, and not messages alone."""
        return any(one.kind == "letter" for one in self._said)

    def unread(self) -> Said | None:
        """The beginning of a letter of which nothing was said yet, a light one before one of illness or death."""
        first: Said | None = None
        for letter in self._letters():
            if any(self._talk.spent(one) for one in letter):
                continue
            if not any(is_grave(one.text) for one in letter):
                return letter[0]
            first = first or letter[0]
        return first

    def last_light(self) -> int | None:
        """The last message or letter with a date that opens with nothing grave, as a place in all that was said."""
        dated = [
            (one.date, number)
            for number, one in enumerate(self._said)
            if one.date and one.number == 0 and self._answering[number]
        ]
        light = (
            number
            for _, number in sorted(dated, reverse=True)
            if not self._talk.spent(self._said[number]) and not is_grave(self._said[number].text)
        )
        return next(light, None)

    def _letters(self) -> Sequence[list[Said]]:
        found: list[list[Said]] = []
        for one in self._said:
            if one.kind != "letter":
                continue
            if found and same_letter(found[-1][0], one):
                found[-1].append(one)
            else:
                found.append([one])
        return found


def letters_by_place(said: Iterable[Said]) -> dict[int, list[Said]]:
    """The sentences of each letter or message, in their order."""
    found: dict[int, list[Said]] = {}
    for one in said:
        found.setdefault(one.place, []).append(one)
    return found


def same_letter(one: Said, other: Said) -> bool:
    """Whether two sentences stand in one letter or message."""
    return (one.file, one.place) == (other.file, other.place)
