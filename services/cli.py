"""The verbs of the command line: reads words and files, prints answers. What is done stands in other modules."""

from __future__ import annotations

import json
import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from data.errors import Missing
from data.files import write
from data.names import folded
from data.types import Mark
from services import animate_cli, answers, doctor, keeper_cli, listing, memorials, model_cli, report, serve_cli
from services.build import Asker
from services.country import country
from services.jobs_cli import jobs
from services.memory_cli import memory
from services.portrait_cli import portrait
from services.progress import Shown, shown
from services.report import Json
from services.terminal import JsonOption, LanguageName, MemorialArg
from services.terminal import note as _note
from services.terminal import opened as _archive
from services.terminal import print_json as _print_json
from services.terminal import settings as _settings
from services.voice_cli import voice

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


MARKS: dict[Mark, str] = {
    "theirs": "their own words",
    "their-voice": "their own voice",
    "told": "told by the family",
    "imagined": "added by the program",
    "exhibit": "written for this exhibit",
    "notice": "notice",
}

for verb in (
    animate_cli.animate,
    model_cli.tune,
    model_cli.learn,
    model_cli.engine,
    serve_cli.serve,
    keeper_cli.keeper,
):
    app.command()(verb)
app.add_typer(jobs, name="jobs")
app.add_typer(memory, name="memory")
app.add_typer(portrait, name="portrait")
app.add_typer(voice, name="voice")


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
    tuning = made.report["tuning"]
    before, after = tuning["heldout_before"], tuning["heldout_after"]
    print(f"\nTuned {tuning['base']}: perplexity on held-out writing {before:.1f} before, {after:.1f} after.")
    print(tuning["verdict"])
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
    lived = f"{memorial.person.born or '?'} – {memorial.person.died or '?'}"
    print(f"Made the memorial of {memorial.person.name} ({lived}), {memorial.id[:8]}.")
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
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files, folders, exports of chats as .zip.")],
    kind: Annotated[
        str | None,
        typer.Option("--as", metavar="KIND", help="What these are, if it is not found rightly: see --preview."),
    ] = None,
    person: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Under which name the person speaks in these; may be given again."),
    ] = None,
    author: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who wrote these, if not the person: kept, but never spoken as theirs."),
    ] = None,
    face: Annotated[int | None, typer.Option(min=1, help="Which face of the photo, from the left.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would come in; keep nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Give a memorial what the person left: letters, chats, mails, scans, recordings, photos."""
    from services import add_job, bringing, keeping

    settings = _settings()
    with _archive(settings) as archive:
        found = archive.find(memorial)
        batch = bringing.Batch([], author=author, given=tuple(person or ()), face=face, size_px=settings.size_px)
        bringing.looked(found, files, batch, Shown(), kind, preview=preview)
        batch.warnings += keeping.withheld(archive, found, batch)
        if preview:
            added = keeping.preview(archive, found, batch, Shown())
        elif not bringing.is_long(batch):
            added = keeping.add(archive, found, batch, Shown())
        else:
            from services.jobs import done

            added = done(archive, "add", found.id, add_job.AddOrder(batch), Shown())
    if as_json:
        return _print_json(added)
    for line in listing.added_lines(added, found.person.name, preview=preview):
        print(shown(line))
    for warning in added["warnings"]:
        _note(warning)
    return None


@app.command()
def ask(
    memorial: MemorialArg,
    text: Annotated[str, typer.Argument(help="What to say.")],
    visitor: Annotated[str | None, typer.Option("--as", metavar="VISITOR", help="Who asks, by name.")] = None,
    clip: Annotated[Path | None, typer.Option(metavar="FILE.mp4", help="Write the answer as a clip too.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say something, and get an answer with its sources."""
    with _archive(_settings()) as archive:
        found = archive.find(memorial)
        if clip is None:
            answer = answers.ask(archive, found, text, _asker(visitor))
        else:
            from services.jobs import done

            order = answers.clip_order(text, clip, _asker(visitor))
            answer = done(archive, "clip", found.id, {"order": order}, Shown())
    _print_json(answer) if as_json else _print_answer(answer)
    if answer["verdict"] is not None and not as_json:
        _note(f"{answer['engine']} answers. {answer['verdict']}")
    if clip is not None and answer["clip"] is None:
        _note("the program answers here itself, so no clip was made")


@app.command()
def chat(
    memorial: MemorialArg,
    visitor: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who you are.")] = None,
) -> None:
    """Talk in the terminal, until Ctrl-D or /quit."""
    from services.chat import Terminal
    from services.conversation import Conversation

    with _archive(_settings()) as archive:
        conversation = Conversation.begin(archive, archive.find(memorial), _asker(visitor))
        Terminal(conversation, lambda: input("> "), print).run()


@app.command("evaluate")
def evaluate_(
    memorial: MemorialArg,
    questions: Annotated[
        Path,
        typer.Argument(metavar="QUESTIONS", help='One a line: {"question": "…", "right": "their sentence" or null}.'),
    ],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The report, as JSON where it ends so.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Put a set of questions to a memorial, and tell how it answers them."""
    from services.evaluating import evaluated, report_lines

    with _archive(_settings()) as archive:
        told = evaluated(archive, archive.find(memorial), questions, Shown())
    lines = [shown(line) for line in report_lines(told)]
    if out is not None:
        text = json.dumps(told, ensure_ascii=False) if out.suffix == ".json" else "\n".join(lines)
        write(out, f"{text}\n".encode("utf-8", "backslashreplace"))
    _print_json(told) if as_json else print(*lines, sep="\n")


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
def worker(
    until_closed: Annotated[bool, typer.Option("--until-closed", hidden=True)] = False,  # by `serve`, which begins it
) -> None:
    """Do the long work of this home as it comes in, until Ctrl-C; what is unfinished then goes on the next time."""
    from services.jobs import work

    if until_closed:
        from services.beside import end_with_parent

        end_with_parent()
    with _archive(_settings()) as archive:
        waits = (
            "another Lantern works here: this one waits for its turn" if archive.home.somebody_works() else "working"
        )
        _note(f"{waits}; Ctrl-C ends it, and nothing is lost")
        work(archive)


@app.command("doctor")
def doctor_(
    base: Annotated[
        str | None, typer.Option("--tune", metavar="MODEL", help="Say instead what tuning this base would take.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what works on this machine, and what is missing."""
    if base is None:
        findings = doctor.examine(_settings())
    else:
        from services.tune_doctor import examine_base

        findings = examine_base(base, _settings().home)
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


def _asker(name: str | None) -> Asker:
    return Asker((name or "").strip() or None, country(os.environ))


def _print_answer(answer: Json) -> None:
    """Each phrase with its mark, and where it comes from."""
    for phrase in answer["phrases"]:
        named = MARKS[phrase["mark"]]
        if phrase["source"] is not None:
            named += f": {listing.where(*(phrase['source'][part] for part in ('author', 'file', 'date')))}"
        print(shown(f"{phrase['text']}  [{named}]"))
    if answer["clip"] is not None:
        size = f"{answer['duration_s']:.1f} s, {answer['width']} × {answer['height']} px"
        print(f"{answer['clip']}: {size}", file=sys.stderr)
