"""Measures how well recall finds what answers a question: `python -m tests.persona.measure_recall [--model PATH]`.

The questions were written by somebody who knew the facts and had not seen the letters' words; `*_where.json` says which
sentence holds each fact. The right passages stand among more than 2,000 sentences of other lives. Questions are
halved by a hash of their fact: errors of the "dev" half may be looked at, those of the "held" half never.

Finding is measured alike for BM25 and for ours: the right sentence is the one found, or stands directly beside it in
its letter. "Spoken" counts only what would be said of it, which is shorter. "Answered" is what may be given as an
answer, "near" what may be offered where nothing may: how often that happens, and how often it is then right.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from data.types import Language
from persona.fitness import ENOUGH, PLAUSIBLE
from persona.index import Index
from persona.passages import Said, read_all
from persona.recall import Near, Recall
from persona.sentences import even
from persona.topics import family_topics
from persona.words import Bag, bag, query_terms
from tests.persona import other_lives
from tests.persona.cases import SAMPLES, letters, person

Half = Literal["dev", "held"]
Group = Literal["shared", "none", "unanswerable"]

_FOLDER: Final = Path(__file__).with_name("questions")
OTHERS: Final = 2_000  # sentences of other lives in the sample's language
FOREIGN: Final = 300  # and in the other one
HALVES: Final[tuple[Half, ...]] = ("dev", "held")
THRESHOLDS: Final = (0.2, PLAUSIBLE, 0.4, 0.45, 0.5, ENOUGH, 0.6, 0.7)
GROUPS: Final[tuple[Group, ...]] = ("shared", "none", "unanswerable")


@dataclass(frozen=True, slots=True)
class Question:
    """A line, the evened sentences that answer it (none: unanswerable), and where it is counted."""

    line: str
    style: str
    right: frozenset[str]
    half: Half
    group: Group


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


Search = Callable[[str], Found]


def questions(sample: str) -> Iterator[Question]:
    """All questions about a sample."""
    where = json.loads((_FOLDER / f"{sample}_where.json").read_text("utf-8"))
    for row in json.loads((_FOLDER / f"{sample}_questions.json").read_text("utf-8")):
        facts = _facts(row["fact"])
        right = [even(text) for fact in facts for text in (where[str(fact)]["quote"], *where[str(fact)]["also"])]
        half = HALVES[zlib.crc32(f"{sample}:{facts[0] if facts else row['question']}".encode()) % 2]
        yield Question(row["question"], row["style"], frozenset(right), half, _group(row["question"], right))


def _facts(fact: Any) -> list[int]:
    return [] if fact is None else fact if isinstance(fact, list) else [fact]


def _group(line: str, right: Sequence[str]) -> Group:
    if not right:
        return "unanswerable"
    bags, terms = [bag(text) for text in right], query_terms(line)
    return "shared" if any(one.holds(term) >= 1.0 for one in bags for term in terms) else "none"


def said_of(sample: str, among_others: bool) -> list[Said]:
    """A sample's sentences, and those of other lives after them."""
    own = list(letters(sample))
    if among_others:
        languages: tuple[Language, Language] = ("zh", "en") if person(sample).language == "zh" else ("en", "zh")
        own += other_lives.letters(languages[0], OTHERS) + other_lives.letters(languages[1], FOREIGN)
    return [one for each in read_all(own) for one in each.said]


def plain_bm25(said: Sequence[Said]) -> Search:
    """The field's usual way: words of the question by BM25; as spoken, each sentence alone."""
    index = Index()
    bags: Iterable[tuple[int, Bag]] = ((number, bag(one.text)) for number, one in enumerate(said))
    index.add(bags)

    def search(line: str) -> Found:
        hits = index.search(dict.fromkeys(query_terms(line), 1.0), 3)
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

    def search(line: str) -> Found:
        found = recall.find(line, lambda _: False)
        windows = tuple(window(recall.said, numbers[passage.around]) for passage in found)
        passages = tuple(frozenset(even(one.text) for one in passage.said) for passage in found)
        return Found(windows, passages, tuple(passage.sureness for passage in found))

    return search


def recall_of(sample: str, among_others: bool, near: Near | None = None) -> Recall:
    """Recall over a sample."""
    return Recall(said_of(sample, among_others), person(sample).language, family_topics(), near=near)


def searches(sample: str, among_others: bool, model: str | None) -> dict[str, Search]:
    """Every way of searching that is compared."""
    found = {"BM25": plain_bm25(said_of(sample, among_others)), "lexical": ours(recall_of(sample, among_others))}
    if model is not None:
        from persona.dense import Dense, Model

        found["+dense"] = ours(recall_of(sample, among_others, Dense(Model(model))))
    return found


def share(values: Iterable[bool]) -> str:
    """As per cent of how many."""
    counted = list(values)
    return f"{100 * sum(counted) / len(counted):3.0f} %" if counted else "  – "


def rows(sample: str, model: str | None, halves: Sequence[Half]) -> Iterator[str]:
    """The table's lines for one sample."""
    asked = list(questions(sample))
    alone, among = searches(sample, False, model), searches(sample, True, model)
    for name, search in among.items():
        found = {question: search(question.line) for question in asked}
        own = {question: alone[name](question.line) for question in asked}
        for half in halves:
            for group in GROUPS:
                these = [one for one in asked if (one.half, one.group) == (half, group)]
                head = f"{sample:8} {name:8} {half:5} {group:13} {len(these):4}"
                if group == "unanswerable":
                    cells = ["  – ", "  – ", "  – ", "  – "]
                else:
                    cells = [
                        share(found[one].right_within(one, 1) for one in these),
                        share(found[one].right_within(one, 3) for one in these),
                        share(found[one].spoken_within(one, 3) for one in these),
                        share(own[one].right_within(one, 3) for one in these),
                    ]
                for each in (found, own):
                    for answers in ([each[one].answer() for one in these], [each[one].near() for one in these]):
                        cells.append(share(answer is not None for answer in answers))
                        cells.append(share(bool(a and a & one.right) for a, one in zip(answers, these, strict=True)))
                yield "  ".join([head, *cells])


def errors(sample: str) -> Iterator[str]:
    """What goes wrong in the dev half."""
    for among_others in (True, False):
        search = ours(recall_of(sample, among_others))
        for one in questions(sample):
            if one.half != "dev":
                continue
            found = search(one.line)
            if one.group == "unanswerable":
                wrong = found.answer() is not None and not among_others
            else:
                wrong = not found.right_within(one, 3) and among_others
            if wrong:
                first = [" ".join(sorted(passage)) for passage in found.passages[:2]]
                yield f"{one.group:12} {one.line}\n    wanted {sorted(one.right)}\n    found  {first}"


def curve(sample: str, halves: Sequence[Half]) -> Iterator[str]:
    """What other thresholds would answer: of those with an answer rightly and in all, of those without one falsely."""
    asked = list(questions(sample))
    for among_others in (True, False):
        search = ours(recall_of(sample, among_others))
        found = {one: search(one.line) for one in asked}
        for half in halves:
            known = [one for one in asked if one.half == half and one.right]
            unknown = [one for one in asked if one.half == half and not one.right]
            for at_least in THRESHOLDS:
                answers = [(one, found[one].answer(at_least)) for one in known]
                right = share(bool(answer and answer & one.right) for one, answer in answers)
                given = share(answer is not None for _, answer in answers)
                false = share(found[one].answer(at_least) is not None for one in unknown)
                where = "among" if among_others else "alone"
                yield f"{sample:8} {where:6} {half:5} {at_least:.2f}  right {right}  answered {given}  false {false}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure recall on the samples.")
    parser.add_argument("--model", help="a sentence-transformers model: folder or hub name")
    parser.add_argument("--dev", action="store_true", help="leave the held half out")
    parser.add_argument("--errors", action="store_true", help="list the errors of the dev half instead")
    parser.add_argument("--curve", action="store_true", help="list what other thresholds would answer instead")
    given = parser.parse_args()
    halves = HALVES[:1] if given.dev else HALVES
    if given.curve:
        for sample in SAMPLES:
            print(*curve(sample, halves), sep="\n", flush=True)
        return
    if given.errors:
        for sample in SAMPLES:
            print(*errors(sample), sep="\n")
        return
    answered = "answered rightly  near rightly"
    print(f"{'':35}  among others")
    print(f"{'':36} n  top-1  top-3 spoken  top-3 alone  {answered}  alone: {answered}")
    for sample in SAMPLES:
        print(*rows(sample, given.model, halves), sep="\n", flush=True)


if __name__ == "__main__":
    main()
