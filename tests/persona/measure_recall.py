"""Measures how well recall finds what answers a question: `python -m tests.persona.measure_recall [--model PATH]`.

A written question is asked by weights that were fitted without its fact (cross-validated), a fresh one by those that
are in use. Finding is measured alike for BM25 and for ours: the right sentence is the one found, or stands directly
beside it in its letter. "Spoken" counts only what would be said of it, which is shorter. "Answered" is what may be
given as an answer, "near" what may be offered where nothing may: how often that happens, and how often it is right.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from persona.fitness import ENOUGH, PLAUSIBLE
from persona.index import Index
from persona.passages import Said
from persona.recall import Recall
from persona.sentences import even
from persona.words import Bag, bag, query_terms
from tests.persona.cases import SAMPLES
from tests.persona.fit_recall import weights
from tests.persona.recall_questions import FOLDS, GROUPS, SETS, Group, Question, Set, questions, recall_of, said_of

THRESHOLDS: Final = (0.3, PLAUSIBLE, 0.45, 0.5, 0.53, ENOUGH, 0.58, 0.6, 0.65, 0.7)


@dataclass(frozen=True, slots=True)
class Found:
    """What one way of searching gave for a question, best first, in evened sentences.

    `windows` are the sentences found, each with those beside it in its letter; `passages` what would be spoken.
    """

    windows: tuple[frozenset[str], ...]
    passages: tuple[frozenset[str], ...]
    sureness: tuple[float, ...]

    def right_within(self, question: Question, first: int) -> bool:
        return any(question.right & window for window in self.windows[:first])

    def spoken_within(self, question: Question, first: int) -> bool:
        return any(question.right & passage for passage in self.passages[:first])

    def answer(self, at_least: float = ENOUGH) -> frozenset[str] | None:
        """The first passage that may be given as an answer."""
        sure = zip(self.passages, self.sureness, strict=True)
        return next((passage for passage, sureness in sure if sureness >= at_least), None)

    def near(self) -> frozenset[str] | None:
        """What may be offered where nothing may be given as an answer."""
        return None if self.answer() is not None else self.answer(PLAUSIBLE)


Search = Callable[[Question], Found]
Results = Mapping[Question, Found]


def plain_bm25(said: Sequence[Said]) -> Search:
    """The field's usual way: words of the question by BM25; as spoken, each sentence alone."""
    index = Index()
    bags: Iterable[tuple[int, Bag]] = ((number, bag(one.text)) for number, one in enumerate(said))
    index.add(bags)

    def search(question: Question) -> Found:
        hits = index.search(dict.fromkeys(query_terms(question.line), 1.0), 3)
        windows = tuple(window(said, number) for number, _ in hits)
        alone = tuple(frozenset([even(said[number].text)]) for number, _ in hits)
        return Found(windows, alone, (1.0,) * len(hits))

    return search


def window(said: Sequence[Said], number: int) -> frozenset[str]:
    """A sentence and those directly beside it in its letter."""
    beside = (at for at in (number - 1, number, number + 1) if 0 <= at < len(said))
    return frozenset(even(said[at].text) for at in beside if said[at].place == said[number].place)


def ours(recall: Recall) -> Search:
    """Recall as the persona uses it."""
    numbers = {one: number for number, one in enumerate(recall.said)}

    def search(question: Question) -> Found:
        found = recall.find(question.line, lambda _: False, question.during)
        windows = tuple(window(recall.said, numbers[passage.around]) for passage in found)
        passages = tuple(frozenset(even(one.text) for one in passage.said) for passage in found)
        return Found(windows, passages, tuple(passage.sureness for passage in found))

    return search


def searches(sample: str, among_others: bool, model: str | None) -> dict[str, Search]:
    """Every way of searching that is compared."""
    found = {"BM25": plain_bm25(said_of(sample, among_others)), "lexical": ours(recall_of(sample, among_others))}
    if model is not None:
        from persona.dense import Dense, Model

        found["+dense"] = ours(recall_of(sample, among_others, Dense(Model(model))))
    return found


def results(sample: str, of: Set, search: Search) -> Results:
    """What is found for each question of a set, a written one by weights fitted without it."""
    found: dict[Question, Found] = {}
    for fold in range(FOLDS):
        with weights(fold).in_use() if of == "written" else nullcontext():
            found |= {one: search(one) for one in questions(sample, of) if one.fold == fold}
    return found


def share(values: Iterable[bool]) -> str:
    """As per cent of how many."""
    counted = list(values)
    return f"{100 * sum(counted) / len(counted):3.0f} %" if counted else "  – "


def rows(sample: str, of: Set, model: str | None) -> Iterator[str]:
    """The table's lines for one set of questions about one sample."""
    alone, among = searches(sample, False, model), searches(sample, True, model)
    for name in among:
        found, own = results(sample, of, among[name]), results(sample, of, alone[name])
        for group in GROUPS:
            these = [one for one in found if one.group == group]
            cells = list(_found(these, found, own)) if group != "unanswerable" else ["  – "] * 4
            cells += [cell for each in (found, own) for cell in _answered(these, each)]
            yield "  ".join([f"{sample:8} {name:8} {of:8} {group:13} {len(these):4}", *cells])


def _found(these: Sequence[Question], found: Results, own: Results) -> Iterator[str]:
    yield share(found[one].right_within(one, 1) for one in these)
    yield share(found[one].right_within(one, 3) for one in these)
    yield share(found[one].spoken_within(one, 3) for one in these)
    yield share(own[one].right_within(one, 3) for one in these)


def _answered(these: Sequence[Question], found: Results) -> Iterator[str]:
    for answers in ([found[one].answer() for one in these], [found[one].near() for one in these]):
        yield share(answer is not None for answer in answers)
        yield share(bool(a and a & one.right) for a, one in zip(answers, these, strict=True))


def errors(sample: str) -> Iterator[str]:
    """What goes wrong with the written questions."""
    for among_others in (True, False):
        for one, found in results(sample, "written", ours(recall_of(sample, among_others))).items():
            if one.group == "unanswerable":
                wrong = found.answer() is not None and not among_others
            else:
                wrong = not found.right_within(one, 3) and among_others
            if wrong:
                first = [" ".join(sorted(passage)) for passage in found.passages[:2]]
                yield f"{one.group:12} {one.line}\n    wanted {sorted(one.right)}\n    found  {first}"


def curve(sample: str, of: Set) -> Iterator[str]:
    """What other thresholds would answer: of those with an answer rightly and in all, of those without one falsely."""
    for among_others in (True, False):
        found = results(sample, of, ours(recall_of(sample, among_others)))
        for at_least in THRESHOLDS:
            cells = [_at(found, group, at_least) for group in GROUPS]
            yield f"{sample:8} {'among' if among_others else 'alone':6} {of:8} {at_least:.2f}  {'  '.join(cells)}"


def _at(found: Results, group: Group, at_least: float) -> str:
    answers = [(one, each.answer(at_least)) for one, each in found.items() if one.group == group]
    right = share(bool(answer and answer & one.right) for one, answer in answers)
    return f"{group} answered {share(answer is not None for _, answer in answers)} right {right}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure recall on the samples.")
    parser.add_argument("--model", help="a sentence-transformers model: folder or hub name")
    parser.add_argument("--errors", action="store_true", help="list what goes wrong with the written questions instead")
    parser.add_argument("--curve", action="store_true", help="list what other thresholds would answer instead")
    given = parser.parse_args()
    sets: list[tuple[str, Set]] = [(sample, of) for of in SETS for sample in SAMPLES if questions(sample, of)]
    if given.curve:
        for sample, of in sets:
            print(*curve(sample, of), sep="\n", flush=True)
        return
    if given.errors:
        for sample in SAMPLES:
            print(*errors(sample), sep="\n")
        return
    answered = "answered rightly  near rightly"
    print(f"{'':38}  among others")
    print(f"{'':39} n  top-1  top-3 spoken  top-3 alone  {answered}  alone: {answered}")
    for sample, of in sets:
        print(*rows(sample, of, given.model), sep="\n", flush=True)


if __name__ == "__main__":
    main()
