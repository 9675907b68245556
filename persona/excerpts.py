"""Cuts a short run of sentences around one that answers, so that it stands by itself. Knows no questions' words.

The figures of `shape` were set by reading answers; they choose between runs around the same sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from data.types import Language
from persona.framing import needs_frame
from persona.intent import asks
from persona.language import HAN, folded
from persona.passages import Said

LONGEST: Final = 3  # sentences in a passage
LIMIT: Final[dict[Language, int]] = {"en": 45, "zh": 80}  # English words, Chinese characters: about 16 s of speech
LONGEST_SENTENCE: Final[dict[Language, int]] = {"en": 60, "zh": 120}  # beyond, full stops are missing: no answer
COMFORT: Final[dict[Language, tuple[int, int]]] = {"en": (12, 26), "zh": (18, 45)}  # 4 … 9 s of speech

# What a run loses, in shares of a line's meaning.
IDLE: Final = 0.04  # each sentence that holds nothing of the line
LEANING: Final = 0.15  # it begins with "It …" and what that means is left out
CURT: Final = 0.25  # it is shorter than comfort, by all of its length
LENGTHY: Final = 0.15  # it is longer, by twice its length
ANNOUNCING: Final = 0.2  # it begins with "You asked about …"
ONLY_ANNOUNCING: Final = 0.35  # and that is all
ASKING: Final = 0.12  # it ends with a question
OF_ITS_DAY: Final = 0.08  # it must be introduced with its date
CUT_SHORT: Final = 0.04  # the next sentence leans on it

_ANAPHORA_EN: Final = re.compile(
    r"(?:he|she|it|they|this|that|these|those|there|so|but|and|or|then|his|her|their|its|such|yet|still|also|instead|"
    r"afterwards|meanwhile|for|in the end|(?:from|at|in|on|after|by) that)\b(?!')"
)
_ANAPHORA_ZH: Final = re.compile(
    r"(?:他|她|它|这|那(?!年|时候|天下)|可是|但是|不过|所以|因为|后来|于是|然后|还有|而且|结果|其实|第[二三四五])"
)
_ANNOUNCES: Final = re.compile(
    r"^(?:you|people|everybody|some)\b.{0,12}\b(?:ask|asked|asking|want|wanted)\b|^(?:as you asked|now i can tell)|"
    r"^你们?.{0,4}(?:老是)?问|(?:讲一讲|讲一?讲|说一说|老是问)[,，。]?.{0,8}$|^(?:说到|讲到)"
)
_LEADS_IN: Final = re.compile(  # as an answer, it would break off; recall's weights were fitted without it
    r"^some(?:one|body)\b.{0,12}\basked\b|^to (?:the|all|those)\b.{3,60}\bwho\b|^i (?:have been|was|am often) asked\b|"
    r"只有(?:几|一|两)句.{0,4}话"
)
_QUESTION: Final = re.compile(r"[?？][\"'”’」』]*$")

Run = range  # of sentence numbers


def length_of(text: str, language: Language) -> int:
    """English words, or Chinese characters."""
    return len(HAN.findall(text)) if language == "zh" else len(text.split())


def is_endless(text: str) -> bool:
    """Whether a sentence is too long to be an answer, as a letter without full stops is one."""
    return any(length_of(text, language) > longest for language, longest in LONGEST_SENTENCE.items())


def announces(sentence: str) -> bool:
    """Whether a sentence says what the next ones will answer."""
    plain = folded(sentence)
    return bool(_ANNOUNCES.search(plain) or _LEADS_IN.search(plain))


def leans_back(sentence: str) -> bool:
    """Whether a sentence needs the one before it to be understood."""
    plain = folded(sentence).lstrip("\"'“‘")
    return bool(_ANAPHORA_EN.match(plain) or _ANAPHORA_ZH.match(plain))


@dataclass(frozen=True, slots=True)
class Trait:
    """What of a sentence tells whether it can be said by itself."""

    length: int
    leans: bool  # on the sentence before it
    announces: bool  # what the next ones will answer
    asks: bool
    of_its_day: bool

    @classmethod
    def of(cls, text: str, language: Language) -> Trait:
        """Read off its words."""
        announces, asks = bool(_ANNOUNCES.search(folded(text))), bool(_QUESTION.search(text))
        return cls(length_of(text, language), leans_back(text), announces, asks, needs_frame(text))


class Excerpts:
    """Runs of neighbouring sentences of one paragraph. `said` and `answering` may grow."""

    def __init__(self, said: Sequence[Said], answering: Sequence[bool], language: Language) -> None:
        self._said = said
        self._answering = answering
        self._language: Language = language
        self._traits: dict[int, Trait] = {}  # filled as sentences come up: most never do

    def around(self, number: int) -> Iterator[Run]:
        """Runs that hold a sentence, or answer it where it announces something."""
        for start in range(max(0, number - LONGEST + 1), number + 2):
            for end in range(start + 1, min(start + LONGEST, len(self._said)) + 1):
                within = start <= number < end or (start == number + 1 and self.announces(number))
                run = range(start, end)
                if within and self.together(number, *run) and self._speakable(run):
                    yield run

    def shape(self, run: Run, held: Sequence[float]) -> float:
        """How well a run stands by itself, 0 or less; `held` is how much of the line each of its sentences holds."""
        traits = [self._trait(at) for at in run]
        length = sum(trait.length for trait in traits)
        low, high = COMFORT[self._language]
        lost = 0.0 if self.answers_announcement(run[0]) else IDLE * sum(value == 0.0 for value in held)
        if self.leans(run[0]) and not self.announces(run[0] - 1):
            lost += LEANING
        lost += CURT * max(0, low - length) / low + LENGTHY * max(0, length - high) / high
        if traits[0].announces:
            lost += ONLY_ANNOUNCING if len(run) == 1 else ANNOUNCING
        lost += ASKING * traits[-1].asks + OF_ITS_DAY * any(trait.of_its_day for trait in traits)
        return -lost - CUT_SHORT * self.leans(run[-1] + 1)

    def announces(self, number: int) -> bool:
        """Whether a sentence says what the next ones will answer."""
        return self._trait(number).announces

    def answers_announcement(self, number: int) -> bool:
        """Whether the sentence before it, in its paragraph, announced it."""
        return self.together(number - 1, number) and self.announces(number - 1)

    def replies(self, number: int) -> bool:
        """Whether a sentence opens a message that was written to a question of somebody else's."""
        one = self._said[number]
        return bool(one.heard) and one.number == 0 and asks(one.heard)

    def leans(self, number: int) -> bool:
        """Whether a sentence needs the one before it in its paragraph."""
        return self.together(number - 1, number) and self._trait(number).leans

    def together(self, *numbers: int) -> bool:
        """Whether all these are sentences of one paragraph."""
        if min(numbers) < 0 or max(numbers) >= len(self._said):
            return False
        first = self._said[numbers[0]]
        return all(
            (self._said[at].place, self._said[at].paragraph) == (first.place, first.paragraph) for at in numbers[1:]
        )

    def changed(self, number: int) -> None:
        """Forget what was read of a sentence."""
        self._traits.pop(number, None)

    def _trait(self, number: int) -> Trait:
        if number not in self._traits:
            self._traits[number] = Trait.of(self._said[number].text, self._language)
        return self._traits[number]

    def _speakable(self, run: Run) -> bool:
        if not all(self._answering[at] for at in run):
            return False
        return len(run) == 1 or sum(self._trait(at).length for at in run) <= LIMIT[self._language]
