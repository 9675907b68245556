"""One person's lesson for a model: all that learning and judging it take, and what comes of it.

A lesson goes through JSON, so that it can be learnt here, by a worker, or on a borrowed machine; it holds nothing of
anybody's letters but what is to be learnt, what measures that, and what of it answers some questions. Knows no vault
and no queue.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from data.errors import NotReady
from data.types import Turn
from persona.adapter import put_on
from persona.base import enough_memory, read_base
from persona.corpus import Corpus, Strand
from persona.grounding import Grounding
from persona.language_model import LanguageModel, Untuned
from persona.lexical import Lexical
from persona.means import Means
from persona.offers import taken_up
from persona.passages import Said
from persona.progress import Advance, stretch, unheard
from persona.prompt import Exchange, Passage, prompt_of, stops_of
from persona.recollection import Recollection
from persona.sentences import even
from persona.trial import swap, trial, written
from persona.trigram import Trigram
from persona.tune import DEFAULT_BASE, Keep, Plan, Tuned, tune
from persona.tuning_report import Answered, as_json, as_page, report_of
from persona.verdict import Verdict

TUNED, TRIED, SWAPPED = 0.7, 0.9, 0.97  # shares of the time at which these are over; the samples take the rest
SAMPLES: Final = 4  # questions, where nobody gives some
SAMPLE_SHARE: Final = 0.25  # of what a model can read, kept free for an answer
LONGEST_SAMPLE: Final = 80  # tokens


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what of theirs answers it."""

    question: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """`others` is what somebody else wrote and no model learnt, for the swap; without any there is none."""

    corpus: Corpus
    others: tuple[Strand, ...] = ()
    questions: tuple[Asked, ...] = ()
    base: str = DEFAULT_BASE
    plan: Plan = field(default_factory=Plan)

    def to_json(self) -> str:
        """For another machine. It is in the clear there: lend it, and take it away."""
        return _READER.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Lesson:
        """Raises NotReady where this is no lesson."""
        try:
            return _READER.validate_json(text)
        except ValidationError as err:
            raise NotReady("this is no lesson of this version: `lantern tune --pack` writes a new one") from err


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of it. `report` goes through JSON; it and the page quote the person: keep both where letters are."""

    adapter: bytes
    verdict: Verdict
    report: dict[str, Any]
    page: str


_READER: Final = TypeAdapter(Lesson)


def asked(recollection: Recollection, corpus: Corpus, questions: Iterable[str] | None = None) -> tuple[Asked, ...]:
    """Questions with what a model would be given for them; those that are not for a model are left out.

    Only passages that stand in the corpus word for word: a name that is hidden there must not come along. Without
    questions it is asked about what they wrote of most.
    """
    known = even("\n".join(strand.theirs for strand in (*corpus.training, *corpus.validation, *corpus.held_out)))
    grounding = Grounding(recollection)

    def passages(question: str) -> tuple[Passage, ...]:
        found = grounding.passages([Turn("visitor", question)])
        return tuple(tuple(map(_alone, each)) for each in found if all(even(one.text) in known for one in each))

    given = _about(recollection) if questions is None else questions
    found = (Asked(question, answers) for question in given if (answers := passages(question)))
    return tuple(islice(found, SAMPLES if questions is None else None))


def learn(
    lesson: Lesson,
    *,
    means: Means | None = None,
    advance: Advance = unheard,
    kept: bytes | None = None,
    keep: Keep = lambda _state: None,
    download: bool = False,
) -> Learnt:
    """Tunes, puts what came of it to the trial, and lets the base and the tuned model answer the same questions.

    `advance` is told how much of all that is done. `keep` is handed the state of tuning, from which a run that was
    given it as `kept` goes on; what follows the tuning is done again. Raises what `tune` and `trial` raise.
    """
    tuned = tune(
        lesson.base, lesson.corpus, plan=lesson.plan, means=means, advance=stretch(advance, 0, TUNED), kept=kept,
        keep=keep, download=download,
    )  # fmt: skip
    gc.collect()  # two of a large model have no room
    model = _tuned_model(tuned)
    base = Untuned(model)
    verdict = _judged(lesson, model, base, advance)
    answers = _answers(lesson, model, base, stretch(advance, SWAPPED, 1))
    report = report_of(tuned, lesson.corpus, verdict, answers)
    advance(1, 1)
    return Learnt(tuned.adapter, verdict, as_json(report), as_page(report))


def _about(recollection: Recollection) -> Iterator[str]:
    return (taken_up(offer, recollection.person.language) for _, offer in recollection.offers)


def _alone(one: Said) -> Said:
    """Without the file's name, and without what somebody else had written before it."""
    return replace(one, file="", conversation=None, heard="")


def _tuned_model(tuned: Tuned) -> LanguageModel:
    """The base, read anew as it was for tuning, and the adapter as it comes back from its archive."""
    means = tuned.means
    model, tokenizer = read_base(tuned.base, means.dtype, means.spread, bits=tuned.plan.bits)
    with enough_memory(means.spread):
        return LanguageModel(put_on(model, tuned.adapter), tokenizer)


def _judged(lesson: Lesson, model: LanguageModel, base: LanguageModel, advance: Advance) -> Verdict:
    """The trial and the swap, on what decided nothing; what the trial has to fit, it fits on what said when to stop."""
    corpus, seed = lesson.corpus, lesson.plan.seed
    most = min(lesson.plan.window_tokens, model.context_tokens) - 1

    def tokens(text: str) -> int:
        return len(model.continuing(text))

    aside, own, other = (
        written(strands, tokens, most) for strands in (corpus.validation, corpus.held_out, lesson.others)
    )
    words = Lexical(one.text for one in (*aside, *own))
    trigram = Trigram(corpus.training_texts)
    verdict = trial(model, trigram, words, aside, own, seed, stretch(advance, TUNED, TRIED))
    if not other:
        return verdict
    return replace(verdict, swap=swap(base, model, trigram, own, other, tokens, stretch(advance, TRIED, SWAPPED)))


def _answers(lesson: Lesson, model: LanguageModel, base: LanguageModel, advance: Advance) -> Iterator[Answered]:
    """What both say to the same questions; of a question for which there is no room, nothing."""
    for number, each in enumerate(lesson.questions):
        advance(number, len(lesson.questions))
        most = min(LONGEST_SAMPLE, int(model.context_tokens * SAMPLE_SHARE))
        exchange = Exchange((Turn("visitor", each.question),), each.passages)
        prompt = prompt_of(lesson.corpus.person, [exchange], model.count, model.context_tokens - most)
        stops = stops_of(lesson.corpus.person.language)
        said = [
            "".join(one.stream(prompt.text, most_tokens=most, stops=stops, seed=lesson.plan.seed)).strip()
            for one in (base, model)
        ]
        yield Answered(each.question, *said)
