"""`lantern memory MEMORIAL VERB`: lists what a memorial knows and puts it right. What is done stands in `memory`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Concatenate, ParamSpec

import typer

from data.archive import Archive, Memorial
from services import listing
from services import memory as verbs
from services.progress import shown
from services.report import Json
from services.terminal import JsonOption, MemorialArg, opened, print_json, settings

memory = typer.Typer(invoke_without_command=True)

IdArg = Annotated[str, typer.Argument(metavar="ID", help="The beginning of its id, as `list` shows it.")]
FileArg = Annotated[str, typer.Argument(metavar="FILE", help="The name of a file, as `list` shows it.")]
Given = ParamSpec("Given")


@memory.callback()
def memory_(context: typer.Context, memorial: MemorialArg, as_json: JsonOption = False) -> None:
    """List what a memorial knows, and put it right."""
    context.obj = memorial
    if context.invoked_subcommand is None:
        list_(context, as_json=as_json)


@memory.command("list")
def list_(
    context: typer.Context,
    doubtful: Annotated[
        bool, typer.Option("--doubtful", help="Only the lines that a machine was not sure of.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the files, doubtful lines first, and what visitors and the family said."""
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        told = {"doubtful": verbs.doubtful(archive, found)} if doubtful else verbs.listed(archive, found)
    if as_json:
        return print_json(told)
    for line in listing.memory_lines(told):
        print(shown(line))
    return None


@memory.command()
def confirm(context: typer.Context, doubtful: IdArg, as_json: JsonOption = False) -> None:
    """A doubtful line was read rightly: it may be quoted."""
    _do(context, as_json, verbs.confirm, doubtful)


@memory.command()
def correct(context: typer.Context, which: IdArg, text: str, as_json: JsonOption = False) -> None:
    """Put a doubtful line, or what a visitor told, into the right words."""
    _do(context, as_json, verbs.correct, which, text)


@memory.command()
def scan(
    context: typer.Context,
    doubtful: IdArg,
    out: Annotated[Path, typer.Option(metavar="FILE.png", help="Where to write it.")] = Path("line.png"),
    as_json: JsonOption = False,
) -> None:
    """Show where a doubtful line stands on its scan, to confirm or correct it."""
    _do(context, as_json, verbs.scan, doubtful, out)


@memory.command()
def strike(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(help="As an answer showed it.")],
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who says so.")] = None,
    as_json: JsonOption = False,
) -> None:
    """They never said that: it is not said again, until `undo`."""
    _do(context, as_json, verbs.strike, sentence, by)


@memory.command("leave-out")
def leave_out(context: typer.Context, file: FileArg, as_json: JsonOption = False) -> None:
    """Draw on nothing of a file, until `undo`."""
    _do(context, as_json, verbs.leave_out, file)


@memory.command()
def undo(context: typer.Context, correction: IdArg, as_json: JsonOption = False) -> None:
    """Take back a `strike` or a `leave-out`."""
    _do(context, as_json, verbs.undo, correction)


@memory.command()
def remember(
    context: typer.Context,
    text: str,
    visitor: Annotated[str, typer.Option("--as", metavar="VISITOR", help="Who tells it.")],
    as_json: JsonOption = False,
) -> None:
    """Keep what a visitor tells, for their later conversations."""
    _do(context, as_json, verbs.remember, text, visitor)


@memory.command()
def forget(context: typer.Context, told: IdArg, as_json: JsonOption = False) -> None:
    """Remove for good what a visitor told."""
    _do(context, as_json, verbs.forget, told)


@memory.command()
def visitor(
    context: typer.Context,
    name: str,
    relation: Annotated[str | None, typer.Option(help="grandson, neighbour, 外孙 …")] = None,
    called: Annotated[str | None, typer.Option(help="How the person addressed them.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say who visits."""
    _do(context, as_json, verbs.visitor, name, relation, called)


@memory.command()
def audience(
    context: typer.Context,
    file: FileArg,
    not_for: Annotated[list[str] | None, typer.Option(metavar="NAME", help="May be given again.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say nothing of a file to some visitors; without --not-for, it is for everybody again."""
    _do(context, as_json, verbs.audience, file, not_for or [])


@memory.command()
def explain(context: typer.Context, word: str, meaning: str, as_json: JsonOption = False) -> None:
    """Say in plain words what a word of the family's or of a dialect means."""
    _do(context, as_json, verbs.explain, word, meaning)


@memory.command("remove-word")
def remove_word(context: typer.Context, word: str, as_json: JsonOption = False) -> None:
    """Take a word out of the glossary."""
    _do(context, as_json, verbs.remove_word, word)


def _do(
    context: typer.Context,
    as_json: bool,
    verb: Callable[Concatenate[Archive, Memorial, Given], Json],
    *given: Given.args,
    **named: Given.kwargs,
) -> None:
    with opened(settings()) as archive:
        changed = verb(archive, archive.find(context.obj), *given, **named)
    print_json(changed) if as_json else print(shown(listing.change_line(changed)))
