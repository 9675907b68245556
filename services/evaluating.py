"""Puts a set of questions to a memorial and tells how it answered. Knows no command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from data.archive import Archive, Memorial
from data.errors import BadText
from data.files import read
from persona.evaluation import Answered, Report, evaluate, questions_in
from services import build
from services.listing import where
from services.progress import Steps
from services.report import Json

LARGEST_BYTES = 10_000_000


def evaluated(archive: Archive, memorial: Memorial, questions: Path, steps: Steps) -> Json:
    """The report on a question set: counts, shares, and what became of each question."""
    asked = questions_in(_text(questions))
    persona = build.persona(archive, memorial)
    answered: list[Answered] = []
    with steps.step("questions") as advance:
        for one in evaluate(asked, persona.reply):
            answered.append(one)
            advance(len(answered), len(asked))
    report = Report(tuple(answered))
    return {
        "questions": len(asked),
        **{each: report.count(each) for each in ("right", "wrong", "unanswered", "false", "declined")},
        "right_share": report.right_share,
        "false_share": report.false_share,
        "answers": [
            {
                "question": each.question.line,
                "outcome": each.outcome,
                "text": each.text,
                "sources": [asdict(source) for source in each.sources],
            }
            for each in answered
        ],
    }


def report_lines(report: Json) -> Iterator[str]:
    """The report for people: the figures, then every question with what became of it."""
    answerable = report["right"] + report["wrong"] + report["unanswered"]
    yield f"{report['questions']} questions"
    if answerable:
        yield f"with an answer, {answerable}: {report['right_share']:.0%} answered rightly"
        yield f"    {report['right']} rightly, {report['wrong']} wrongly, {report['unanswered']} not at all"
    if report["false_share"] is not None:
        yield f"without an answer, {report['false'] + report['declined']}: {report['false_share']:.0%} answered falsely"
    for each in report["answers"]:
        yield f"{each['outcome']:10}  {each['question']}"
        yield f"            {each['text']}"
        for source in each["sources"]:
            yield f"            [{where(source['author'], source['file'], source['date'])}]"


def _text(path: Path) -> str:
    try:
        return read(path, LARGEST_BYTES, BadText).decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise BadText(f"{path.name} is no UTF-8 text: save it as such") from err
