"""What came of tuning, for a family and for a program: one page without anything to fetch, and JSON. Measures nothing.

Both quote the person's words, so they are kept where letters are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from data.errors import NotReady
from persona.corpus import Corpus
from persona.style import Copied, Distance, copied, distance
from persona.tune import Measured, Tuned
from persona.verdict import Comparison, Verdict, plain_words

WIDTH, HEIGHT, EDGE = 640, 240, 40  # of the curves, in pixels
MANY_WORDS: Final = 12  # copied in one run: no chance, but a passage learnt by heart
_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222;
  background: #fff }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid #ddd } th { font-weight: 600 } td { overflow-wrap: anywhere }
svg { width: 100%; height: auto } .next { stroke: #a33; fill: #a33 } .learnt { stroke: #357; fill: #357 }
polyline { fill: none !important; stroke-width: 2 } .axis { stroke: #999 } text { font-size: 12px }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd } th, td { border-color: #444 }
  svg text { fill: #ddd } .next { stroke: #e88; fill: #e88 } .learnt { stroke: #8be; fill: #8be } }
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with the base's answer and the tuned model's."""

    question: str
    base: str
    tuned: str


@dataclass(frozen=True, slots=True)
class Report:
    """`theirs` is how far the person's own earlier writing is from what is held out: no model need be nearer."""

    tuned: Tuned
    corpus: Corpus
    verdict: Verdict
    answers: tuple[Answered, ...]
    theirs: Distance | None  # None where there is no sentence to compare
    base_style: Distance | None
    tuned_style: Distance | None
    copied: Copied

    @property
    def base(self) -> str:
        """What the base is called on the hub; of a folder its own name, wherever it lay."""
        given = Path(self.tuned.base)
        return given.name if given.is_absolute() else self.tuned.base

    @property
    def sentence(self) -> str:
        """What came of it, in one plain sentence."""
        before, after = self.tuned.perplexity_before, self.tuned.perplexity_after
        if after >= before:
            return "Tuning did not help: on writing that was held out, the base guesses as well without it."
        return (
            f"On writing that was held out, each next piece of a word was as hard to guess as one of {before:.0f} "
            f"before tuning and as one of {after:.0f} after it: the model has learnt some of the manner, which says "
            "nothing of the sense."
        )

    @property
    def verdict_sentence(self) -> str:
        """What the model has earned, in the person's language."""
        return plain_words(self.verdict, self.corpus.person.language)


def report_of(tuned: Tuned, corpus: Corpus, verdict: Verdict, answers: Iterable[Answered] = ()) -> Report:
    """Everything that is told of a tuned model."""
    given = tuple(answers)
    usual = corpus.held_out_texts
    said = [answer.tuned for answer in given]
    return Report(
        tuned=tuned,
        corpus=corpus,
        verdict=verdict,
        answers=given,
        theirs=_style(corpus.training_texts, usual),
        base_style=_style([answer.base for answer in given], usual),
        tuned_style=_style(said, usual),
        copied=max((copied(each, corpus.training_texts) for each in said), key=_length, default=Copied("", 0)),
    )


def as_json(report: Report) -> dict[str, Any]:
    """The same as values for `json.dumps`: losses in nats per token, perplexities per token, distances from 0."""
    tuned, verdict = report.tuned, report.verdict
    return {
        "base": tuned.base,
        "parameters": tuned.parameters,
        "learning": tuned.learning,
        "means": asdict(tuned.means),
        "plan": asdict(tuned.plan),
        "windows": tuned.windows,
        "tokens": tuned.tokens,
        "tokens_per_char": tuned.spelling.tokens_per_char,
        "advice": tuned.spelling.advice,
        "excluded": dict(report.corpus.excluded),
        "masked": dict(report.corpus.masked),
        "heldout_before": tuned.perplexity_before,
        "heldout_after": tuned.perplexity_after,
        "best_step": tuned.best.step,
        "curve": [asdict(measured) for measured in tuned.curve],
        "style": {
            "theirs": report.theirs and asdict(report.theirs),
            "base": report.base_style and asdict(report.base_style),
            "tuned": report.tuned_style and asdict(report.tuned_style),
        },
        "copied": asdict(report.copied),
        "answers": [asdict(answer) for answer in report.answers],
        "sentence": report.sentence,
        "swap_nats": verdict.swap and {"own": verdict.swap.own_nats, "other": verdict.swap.other_nats},
        "swap": verdict.swap and asdict(verdict.swap),
        "trial": {
            "choosing": asdict(verdict.choosing),
            "alone": verdict.alone,
            "judging": asdict(verdict.judging),
        },
        "verdict": report.verdict_sentence,
    }


def as_page(report: Report) -> str:
    """The same as one HTML page with nothing to fetch."""
    tuned = report.tuned
    facts = {
        "Base": report.base,
        "Its weights": f"{tuned.parameters:,}",
        "Weights that learnt": f"{tuned.learning:,}",
        "Tokens of theirs": f"{tuned.tokens:,} in {tuned.windows:,} windows",
        "Perplexity, held out": f"{tuned.perplexity_before:.1f} before, {tuned.perplexity_after:.1f} after",
        "Tokens per character": f"{tuned.spelling.tokens_per_char:.2f}",
        "Number format": tuned.means.format,
        "Left out": _counts(report.corpus.excluded.items()),
        "Hidden": _counts(report.corpus.masked.items()),
        "Longest copied run": f"{report.copied.length} words or characters: {report.copied.text}"
        + (" (learnt by heart)" if report.copied.length >= MANY_WORDS else ""),
    }
    advice = f"<p>{escape(tuned.spelling.advice)}</p>" if tuned.spelling.advice else ""
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tuning</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{_STYLE}</style></head><body>",
            f"<h1>{escape(report.corpus.person.name)}: what tuning did</h1><p>{escape(report.sentence)}</p>{advice}",
            f'<h2>What it may do</h2><p lang="{report.corpus.person.language}">{escape(report.verdict_sentence)}</p>',
            _trial(report.verdict),
            f"<h2>Loss, step by step</h2>{_curves(tuned.curve)}",
            f"<h2>Figures</h2>{_table((), facts.items())}",
            f"<h2>Manner: distance from what was held out (0 is the same)</h2>{_manner(report)}",
            *([f"<h2>Answers side by side</h2>{_answers(report.answers)}"] if report.answers else []),
            "</body></html>",
        ]
    )


def _style(texts: Sequence[str], usual: Sequence[str]) -> Distance | None:
    try:
        return distance(texts, usual)
    except NotReady:  # there is no sentence in one of them: only signs were said
        return None


def _length(run: Copied) -> int:
    return run.length


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts) or "nothing"


def _manner(report: Report) -> str:
    columns = {"their own": report.theirs, "base": report.base_style, "tuned": report.tuned_style}
    known = {name: asdict(found) for name, found in columns.items() if found}
    measures = next(iter(known.values()), {})
    rows = [(each.replace("_", " "), *(f"{found[each]:.2f}" for found in known.values())) for each in measures]
    return _table(("", *known), rows)


def _trial(verdict: Verdict) -> str:
    swap = verdict.swap
    losses = [("On their held-out text", swap.own), ("On somebody else's", swap.other)] if swap else []
    told = "nats a token: {:.2f} base, {:.2f} tuned, {:.2f} word triples"
    return _table(
        (),
        [
            ("The next passage among four, with the model and without", _shares(verdict.choosing)),
            ("The same, by the model alone", f"{verdict.alone:.0%}"),
            ("Their sentence from a jumbled one, by the model and by word triples", _shares(verdict.judging)),
            *((where, told.format(found.base, found.tuned, found.trigram)) for where, found in losses),
        ],
    )


def _shares(found: Comparison) -> str:
    return (
        f"{found.ours:.0%}, {found.rival:.0%} of {found.items}; "
        f"95 % of the difference lie from {found.low:+.2f} to {found.high:+.2f}"
    )


def _answers(answers: Iterable[Answered]) -> str:
    return _table(("Asked", "Base", "Tuned"), [(each.question, each.base, each.tuned) for each in answers])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    named = f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>" if head else ""
    body = "".join(
        f"<tr><th>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in rows
    )
    return f"<table>{named}{body}</table>"


def _curves(curve: Sequence[Measured]) -> str:
    """Both losses over the steps, drawn by hand: a page needs no library for two lines."""
    validation = [(measured.step, measured.validation) for measured in curve]
    learnt = [(measured.step, measured.training) for measured in curve if measured.training is not None]
    losses = [loss for _, loss in (*validation, *learnt)]
    low, high, last = min(losses), max(losses), max(1, curve[-1].step)
    across, up = (WIDTH - 2 * EDGE) / last, (HEIGHT - 2 * EDGE) / ((high - low) or 1.0)

    def line(points: Sequence[tuple[int, float]], name: str) -> str:
        placed = [(EDGE + step * across, HEIGHT - EDGE - (loss - low) * up) for step, loss in points]
        dots = "".join(f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in placed)
        return f'<polyline class="{name}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in placed)}"/>{dots}'

    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="loss by step">'
        + "".join(_axes(low, high, last))
        + line(validation, "next")
        + line(learnt, "learnt")
        + "</svg><p>Nats per token: red for what was written next and says when to stop, blue for what is learnt.</p>"
    )


def _axes(low: float, high: float, last: int) -> Iterator[str]:
    bottom, right = HEIGHT - EDGE, WIDTH - EDGE
    yield f'<path class="axis" fill="none" d="M{EDGE},{EDGE} V{bottom} H{right}"/>'
    yield f'<text x="2" y="{EDGE + 4}">{high:.2f}</text><text x="2" y="{bottom}">{low:.2f}</text>'
    yield f'<text x="{EDGE}" y="{bottom + 18}">0</text>'
    yield f'<text x="{right}" y="{bottom + 18}" text-anchor="end">step {last}</text>'
