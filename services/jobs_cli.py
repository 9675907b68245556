"""`lantern jobs`: shows the long work, looks on, and stops it. What does it stands in `jobs`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import Cancelled
from orchestrator.job import SHOWN_CHARS, Standing
from services import report
from services.progress import WORDS, Shown, shown
from services.terminal import JsonOption, opened, print_json, settings

if TYPE_CHECKING:
    from orchestrator.jobs import Desk

jobs = typer.Typer(invoke_without_command=True)

JobArg = Annotated[str, typer.Argument(metavar="JOB", help="The beginning of its id, as `lantern jobs` shows it.")]


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
        return print_json({"jobs": [report.job_report(each) for each in found]})
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
    print_json(report.job_report(found)) if as_json else print(f"{found.id[:SHOWN_CHARS]}: {found.state}")


@jobs.command()
def cancel(job: JobArg, as_json: JsonOption = False) -> None:
    """Stop a job; nothing half-done is left of it."""
    with _desk() as desk:
        found = desk.find(job)
        desk.cancel(found.id)
        found = desk.standing(found.id)
    print_json(report.job_report(found)) if as_json else print(f"{found.id[:SHOWN_CHARS]}: {found.state}")


@contextmanager
def _desk() -> Iterator[Desk]:
    from orchestrator.jobs import Desk

    with opened(settings()) as archive, Desk(archive) as desk:
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
