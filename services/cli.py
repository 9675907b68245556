"""The verbs of the command line: reads words and files, prints answers. What is done stands in other modules."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data.archive import Archive, folded
from data.errors import Cancelled, Missing
from data.settings import Settings
from data.types import Mark
from orchestrator.job import SHOWN_CHARS, Standing
from services import answers, doctor, memorials, report
from services.progress import WORDS, Shown, shown
from services.report import Json

if TYPE_CHECKING:
    from orchestrator.jobs import Desk

app = typer.Typer(
    help="A digital memorial that one can talk to.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class SampleName(StrEnum):
    """The memorials that come with the program."""

    hopper = "hopper"
    waigong = "waigong"


class LanguageName(StrEnum):
    """The languages that a memorial can answer in."""

    en = "en"
    zh = "zh"


MARKS: dict[Mark, str] = {
    "theirs": "their own words",
    "their-voice": "their own voice",
    "told": "told by the family",
    "imagined": "added by the program",
    "exhibit": "written for this exhibit",
    "notice": "notice",
}

jobs = typer.Typer(invoke_without_command=True)
app.add_typer(jobs, name="jobs")

MemorialArg = Annotated[str, typer.Argument(metavar="MEMORIAL", help="Its name, or the beginning of its id.")]
JobArg = Annotated[str, typer.Argument(metavar="JOB", help="The beginning of its id, as `lantern jobs` shows it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


@app.command()
def demo(
    sample: Annotated[SampleName, typer.Option(help="Which sample memorial.")] = SampleName.hopper,
    say: Annotated[str | None, typer.Option(metavar="TEXT", help="What to say to it.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write the clip.")] = Path("out"),
    as_json: JsonOption = False,
) -> None:
    """Build a sample memorial, ask it a question, and write the answer as a clip."""
    from services.demo import demo as run

    settings = _settings()
    with _archive(settings) as archive:
        made = run(archive, sample.value, say, out, settings.size_px, Shown())
    if as_json:
        return _print_json(made.report)
    for warning in made.warnings:
        _note(warning)
    print(f"You: {made.report['question']}")
    _print_answer(made.report)
    name = made.memorial.person.name
    written = ", ".join(path.name for path in made.written)
    print(f"\nMade in {out}/: {written}. This is an AI-generated likeness; it is not {name}.")
    command = "lantern" if shutil.which("lantern") else f"{Path(sys.executable).parent}/lantern"
    print(f'Next: {command} ask "{name}" "{NEXT_QUESTION[sample]}" --clip answer.mp4')
    return None


NEXT_QUESTION = {SampleName.hopper: "How did you learn mathematics?", SampleName.waigong: "院子里种了什么？"}


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Whom the memorial is for.")],
    born: Annotated[str | None, typer.Option(metavar="DATE", help="1906-12-09, 1906-12 or 1906.")] = None,
    died: Annotated[str | None, typer.Option(metavar="DATE")] = None,
    language: Annotated[LanguageName, typer.Option(help="The language that they wrote in.")] = LanguageName.en,
    as_json: JsonOption = False,
) -> None:
    """Make a memorial."""
    with _archive(_settings()) as archive:
        memorial = memorials.new(archive, name, born, died, language.value)
        alike = [each for each in archive.memorials() if folded(each.person.name) == folded(memorial.person.name)]
    if len(alike) > 1:
        _note(f"{len(alike)} memorials have this name: use their ids, as `lantern list` shows them")
    if as_json:
        return _print_json(report.new_report(memorial))
    print(f"Made the memorial of {memorial.person.name}, {memorial.id[:8]}.")
    print(f'Next: lantern add "{memorial.person.name}" LETTER.txt RECORDING.wav PHOTO.jpg')
    return None


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """Show the memorials that are here."""
    with _archive(_settings()) as archive:
        found = archive.memorials()
    if as_json:
        return _print_json({"memorials": [report.new_report(memorial) for memorial in found]})
    for memorial in found:
        years = f"{memorial.person.born or '?'} – {memorial.person.died or '?'}"
        print(f"{memorial.id[:8]}  {memorial.person.name}  ({years})")
    return None


@app.command()
def add(
    memorial: MemorialArg,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Letters, recordings, a photo.")],
    author: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who wrote these, if not the person: kept, but never spoken as theirs."),
    ] = None,
    face: Annotated[int | None, typer.Option(min=1, help="Which face of the photo, from the left.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would come in; keep nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Give a memorial what the person left: text letters, recordings, a photo of their face."""
    settings = _settings()
    with _archive(settings) as archive:
        found = archive.find(memorial)
        author = memorials.writer(found, author)
        read = memorials.read_all(found, files, author)
        if preview or not memorials.is_long(read):
            added = memorials.add(
                archive, found, read, steps=Shown(), author=author, face=face, size_px=settings.size_px, preview=preview
            )
        else:
            from services.jobs import done

            added = done(archive, "add", found.id, memorials.add_order(read, author, face, settings.size_px), Shown())
    if as_json:
        return _print_json(added)
    for each in added["added"]:
        left_out = f"; {each['left_out']} left out: {each['reason']}" if each["left_out"] else ""
        kept = "would be kept" if preview else "kept"
        print(shown(f"{each['file']}: {each['kind']}, {each['kept']} {kept}{left_out}"))
    for warning in added["warnings"]:
        _note(warning)
    return None


@app.command()
def ask(
    memorial: MemorialArg,
    text: Annotated[str, typer.Argument(help="What to say.")],
    clip: Annotated[Path | None, typer.Option(metavar="FILE.mp4", help="Write the answer as a clip too.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say something, and get an answer with its sources."""
    with _archive(_settings()) as archive:
        found = archive.find(memorial)
        if clip is None:
            answer = answers.ask(archive, found, text)
        else:
            from services.jobs import done

            answer = done(archive, "clip", found.id, {"order": answers.clip_order(text, clip)}, Shown())
    _print_json(answer) if as_json else _print_answer(answer)
    if clip is not None and answer["clip"] is None:
        _note("the program answers here itself, so no clip was made")


@app.command()
def farewell(
    memorial: MemorialArg,
    script: Annotated[Path, typer.Argument(help="A text file with the words of the farewell.")],
    out: Annotated[Path, typer.Option(metavar="FILE.mp4", help="Where to write the clip.")],
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who wrote the words.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a farewell clip from words that the family wrote."""
    from services.jobs import done

    with _archive(_settings()) as archive:
        found = archive.find(memorial)
        order = answers.farewell_order(found, script, author, out)
        answer = done(archive, "farewell", found.id, {"order": order}, Shown())
    _print_json(answer) if as_json else _print_answer(answer)


@app.command()
def worker() -> None:
    """Do the long work of this home as it comes in, until Ctrl-C; what is unfinished then goes on the next time."""
    from services.jobs import work

    with _archive(_settings()) as archive:
        waits = (
            "another Lantern works here: this one waits for its turn" if archive.home.somebody_works() else "working"
        )
        _note(f"{waits}; Ctrl-C ends it, and nothing is lost")
        work(archive)


@jobs.callback()
def jobs_(
    context: typer.Context,
    ended: Annotated[int, typer.Option(min=0, max=1_000, help="How many of those that have ended.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Show the long work: what waits, what runs and how far it is, and what has ended."""
    if context.invoked_subcommand is not None:
        return None
    with _desk() as desk:
        found = desk.standings(ended)
        names = {memorial.id: memorial.person.name for memorial in desk.archive.memorials()}
    if as_json:
        return _print_json({"jobs": [report.job_report(each) for each in found]})
    for each in found:
        name = names.get(each.memorial_id, "a memorial that is gone")
        print(shown(f"{each.id[:SHOWN_CHARS]}  {each.kind:8}  {each.state:11}  {name}{_far(each)}"))
    return None


@jobs.command()
def follow(job: JobArg, as_json: JsonOption = False) -> None:
    """Watch a job until it ends; does it where no worker does."""
    from services.jobs import see_through

    with _desk() as desk:
        found = desk.find(job)
        try:
            see_through(desk, found.id, Shown())
        except KeyboardInterrupt:
            short = found.id[:SHOWN_CHARS]
            raise Cancelled(f"it goes on with the next worker: `lantern jobs cancel {short}` stops it") from None
        found = desk.standing(found.id)
    _print_json(report.job_report(found)) if as_json else print(f"{found.id[:SHOWN_CHARS]}: {found.state}")


@jobs.command()
def cancel(job: JobArg, as_json: JsonOption = False) -> None:
    """Stop a job; nothing half-done is left of it."""
    with _desk() as desk:
        found = desk.find(job)
        desk.cancel(found.id)
        found = desk.standing(found.id)
    _print_json(report.job_report(found)) if as_json else print(f"{found.id[:SHOWN_CHARS]}: {found.state}")


@app.command("doctor")
def doctor_(as_json: JsonOption = False) -> None:
    """Say what works on this machine, and what is missing."""
    findings = doctor.examine(_settings())
    missing = [finding for finding in findings if finding.standing == "missing"]
    if as_json:
        _print_json(
            {
                "ok": not missing,
                "findings": [{"name": f.name, "standing": f.standing, "text": f.text} for f in findings],
            }
        )
    else:
        signs = {"ok": "✓", "note": "·", "missing": "✗"}
        for finding in findings:
            print(f"{signs[finding.standing]} {finding.name}: {finding.text}")
    if missing:
        raise Missing(f"{len(missing)} missing: mend them as said, then run `lantern doctor` again")


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


@contextmanager
def _archive(settings: Settings) -> Iterator[Archive]:
    with Archive.open(settings.home) as archive:
        archive.home.redirect_caches()
        if archive.home.is_new:
            _note(f"keep a copy of {archive.home.key_file} elsewhere: without it nothing here can be read")
        yield archive


@contextmanager
def _desk() -> Iterator[Desk]:
    from orchestrator.jobs import Desk

    with _archive(_settings()) as archive, Desk(archive) as desk:
        yield desk


def _far(standing: Standing) -> str:
    """What a running job is at, or what a failed one failed with."""
    if standing.error:
        return f"  {standing.error}"
    if standing.progress is None:
        return ""
    share = "" if standing.progress.share is None else f" {standing.progress.share:.0%}"
    left = "" if standing.progress.left_s is None else f", about {standing.progress.left_s:.0f} s left"
    return f"  {WORDS.get(standing.progress.step, standing.progress.step)}{share}{left}"


def _note(text: str) -> None:
    print(f"note: {shown(text)}", file=sys.stderr)


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _print_answer(answer: Json) -> None:
    """Each phrase with its mark, and where it comes from."""
    for phrase in answer["phrases"]:
        named = MARKS[phrase["mark"]]
        if phrase["source"] is not None:
            where = (phrase["source"][part] for part in ("author", "file", "date"))
            named += f": {', '.join(part for part in where if part)}"
        print(shown(f"{phrase['text']}  [{named}]"))
    if answer["clip"] is not None:
        size = f"{answer['duration_s']:.1f} s, {answer['width']} × {answer['height']} px"
        print(f"{answer['clip']}: {size}", file=sys.stderr)
