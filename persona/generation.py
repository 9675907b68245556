"""A persona that a language model phrases, from what was recalled of their writing.

A plain question that something of theirs answers goes to the model, together with that. It may only say whole sentences
of those, and words from a closed list between them; where the family turned that on it writes freely, and each sentence
is then looked up: theirs where it is theirs to the letter, else imagined. Every other line, and a question that nothing
answers, is met by the built-in persona, which says so. The guard stands around this as around any engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Final, Protocol, runtime_checkable

from data.errors import NotReady
from data.types import Language, Phrase, Turn
from persona.corpus import TURN_END
from persona.grave import asks_for_grave, is_grave
from persona.grounding import Grounding
from persona.manner import expression_of
from persona.passages import Said, evened_sentences
from persona.prompt import Exchange, Prompt, exchanges, prompt_of, stops_of
from persona.reading import same_letter
from persona.recall import length_of
from persona.recollection import Recollection
from persona.sentences import even, sentences_of
from persona.spans import Codec, Piece, Spans, connectives, sentences
from persona.speech import Speech
from persona.verdict import Verdict

ANSWER_SHARE: Final = 0.25  # of what a model can read, kept free for the answer
LONGEST_ANSWER: Final = 320  # tokens: three Chinese sentences in GPT-J's alphabet, which spends two on a character
REMEMBERED: Final = 64  # lines of conversations whose passages are not looked up again
OF_ONES_OWN: Final[dict[Language, int]] = {"en": 5, "zh": 8}  # words, Chinese characters
_QUOTING: Final = re.compile(  # only a sentence of theirs is quoted
    r"[:：\"“”「」『』]|\b(?:i|i've|i had|i have) (?:once |also |often |always )?(?:wrote|written|said|told|promised)\b"
    r"|\b(?:my|this|that|a|the) (?:letter|message|diary)s?\b|写过|写道|说过|讲过|信[里中上]|日记",
    re.IGNORECASE,
)
STOPS: Final = ".!?。！？…~～\"'”’」』)）"  # at the end of a sentence that is over
SETTLED_CHARS: Final = 8  # behind a sentence, before it is surely over: "……" may be followed by 他说


class Writer(Protocol):
    """A language model, here or on a server."""

    context_tokens: int

    def count(self, text: str) -> int:
        """How many tokens a text has, or a little more."""
        ...

    def stream(
        self, prompt: str, *, most_tokens: int, stops: Sequence[str], seed: int | None
    ) -> Generator[str, None, None]:
        """What follows a prompt, word by word."""
        ...


@runtime_checkable
class SpanWriter(Writer, Codec, Protocol):
    """One that can be kept to some tokens."""

    ends: frozenset[int]

    def tokens(self, prompt: str, *, most_tokens: int, seed: int | None, allowed: Spans) -> Generator[int, None, None]:
        """What follows a prompt, one token after the other."""
        ...


@dataclass(frozen=True, slots=True)
class Freedom:
    """What a model may do: nothing but what it is given here.

    choosing  which of the passages are said, each in its own order; else the best one alone
    joining   the sentences in any order, with words of ours between them
    writing   freely
    """

    choosing: bool = False
    joining: bool = False
    writing: bool = False

    @classmethod
    def earned(cls, verdict: Verdict) -> Freedom:
        """What the figures of a trial, and the family, allow."""
        return cls(verdict.may_choose, verdict.may_judge, verdict.may_write)


NO_SAY: Final = Freedom()


class Generation:
    """The persona for one visitor: what they left, a model, and how free that is. With a seed it samples."""

    def __init__(
        self, recollection: Recollection, model: Writer, freedom: Freedom = NO_SAY, seed: int | None = None
    ) -> None:
        self._freedom = freedom
        self._way: Callable[[Prompt, Telling], Iterator[Phrase]]
        if self._freedom.writing:
            self._way = self._freely
        elif isinstance(model, SpanWriter):
            self._way = partial(self._in_spans, model)
        else:
            raise NotReady(
                "this model cannot be kept to their own sentences, and writing freely is off: "
                "take a model on this machine, or let the family turn free writing on (--let-write)"
            )
        self._p = recollection
        self._model = model
        self._seed = seed
        self._room = min(LONGEST_ANSWER, int(model.context_tokens * ANSWER_SHARE))
        self._grounding = Grounding(recollection)
        self._recalled = lru_cache(REMEMBERED)(self._grounding.passages)

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        """Answer the last turn. Raises BadText where the line cannot be answered."""
        talk = self._grounding.talk(turns)
        told = Telling(Speech(self._p, talk), talk.line)
        prompt = self._prompt(turns)
        if prompt is not None:
            yield from self._way(prompt, told)
        if not told.begun:
            yield from self._p.reply(turns)

    def _prompt(self, turns: Sequence[Turn]) -> Prompt | None:
        """The conversation for the model; None where the line is not for it."""
        recalled = self._recalled(tuple(turns))
        if not recalled or self._freedom == NO_SAY:
            return None
        talk: list[Exchange] = []
        past = 0
        for group in exchanges(turns):
            asked = next((at for at, turn in enumerate(group) if turn.speaker == "persona"), len(group))
            if passages := self._recalled(tuple(turns[: past + asked])) if asked else ():
                talk.append(Exchange(group, passages))  # what was no line for a model is none afterwards
            past += len(group)
        prompt = prompt_of(self._p.person, talk, self._model.count, self._model.context_tokens - self._room)
        return prompt if prompt.passages[:1] == recalled[:1] else None  # there must be room for the best

    # kept to their sentences

    def _in_spans(self, model: SpanWriter, prompt: Prompt, told: Telling) -> Iterator[Phrase]:
        """Sentences of the passages, each as soon as it stands."""
        language = self._p.person.language
        passages = prompt.passages if self._freedom.choosing else prompt.passages[:1]
        pieces = sentences(passages, in_order=not self._freedom.joining)
        ours = connectives(language) if self._freedom.joining else []
        ends = {*model.ends, model.continuing(TURN_END)[-1]}
        spans = Spans([*pieces, *ours], model, ends, language, self._room)
        if not spans.options():
            return
        heard = 0
        with closing(model.tokens(prompt.text, most_tokens=self._room, seed=self._seed, allowed=spans)) as tokens:
            for _ in tokens:
                for piece in spans.said[heard:]:
                    yield from told.piece(piece)
                heard = len(spans.said)

    # free

    def _freely(self, prompt: Prompt, told: Telling) -> Iterator[Phrase]:
        """Sentences of the model's, each as soon as it is over, but for those that may not be said."""
        near = {self._p.originals.evened(one) for passage in prompt.passages for one in passage}
        stops = stops_of(self._p.person.language)
        words = self._model.stream(prompt.text, most_tokens=self._room, stops=stops, seed=self._seed)
        with closing(words):
            for sentence in whole_sentences(words):
                evened = even(sentence)
                one = self._said.get(evened) if evened in near or self._is_no_chance(evened) else None
                if one is None and self._may_write(sentence, told.line):
                    yield told.ours(sentence)
                elif one is not None and not self._grounding.is_withheld([one], told.line):
                    yield from told.theirs(one)

    def _is_no_chance(self, sentence: str) -> bool:
        """Whether nobody writes the same by accident: a "Yes." of the model's is not theirs."""
        language = self._p.person.language
        return length_of(sentence, language) >= OF_ONES_OWN[language]

    def _may_write(self, sentence: str, line: str) -> bool:
        """Nothing struck, no words put into the person's letters, and nothing grave that nobody asked for."""
        grave = is_grave(sentence) and not asks_for_grave(line)
        return not grave and not _QUOTING.search(sentence) and not self._is_struck(sentence)

    def _is_struck(self, sentence: str) -> bool:
        """Whether it holds what the family struck: a model may have learnt it before."""
        bare = _bare(sentence)
        return any(struck in bare for struck in self._struck)

    @cached_property
    def _struck(self) -> list[str]:
        found = map(_bare, evened_sentences(self._p.known.struck))
        return [bare for bare in found if bare]

    @cached_property
    def _said(self) -> dict[str, Said]:
        """Every sentence of theirs by its evened text, the first of those that are the same."""
        found: dict[str, Said] = {}
        for one in self._p.recall.said:
            found.setdefault(self._p.originals.evened(one), one)
        return found


class Telling:
    """Puts sentences into phrases, with a frame before those of another letter and those true on their day alone."""

    def __init__(self, say: Speech, line: str) -> None:
        self.begun = False
        self.line = line
        self._say = say
        self._last: Said | None = None
        self._framed = False  # the last sentence, so that the next of the same letter is as well

    def piece(self, piece: Piece) -> Iterator[Phrase]:
        """Theirs, or words of ours."""
        if piece.said is None:
            yield self.ours(piece.text)
        else:
            yield from self.theirs(piece.said)

    def ours(self, text: str) -> Phrase:
        """A sentence of ours."""
        self.begun, self._framed = True, False
        return self._say.imagined(text, expression_of(text))

    def theirs(self, one: Said) -> Iterator[Phrase]:
        """A sentence of theirs."""
        goes_on = self._last is not None and same_letter(self._last, one)
        if goes_on and self._framed:
            said = [self._say.theirs(one)]
        else:
            said = list(self._say.passage([one], always_frame=self._last is not None and not goes_on))
            self._framed = len(said) > 1
        self.begun, self._last = True, one
        yield from said


def whole_sentences(words: Iterable[str]) -> Iterator[str]:
    """Sentences as soon as they are over. One that never ends is left out where others were said."""
    held, begun = "", False
    for word in words:
        held += word
        *over, going_on = sentences_of(held) or [""]
        if over and len(going_on) >= SETTLED_CHARS:
            yield from over
            held, begun = going_on, True
    *over, last = sentences_of(held) or [""]
    yield from over
    if last and (not (begun or over) or last[-1] in STOPS):
        yield last


def _bare(text: str) -> str:
    """The letters of a text alone."""
    return "".join(sign for sign in even(text).casefold() if sign.isalnum())
