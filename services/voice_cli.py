"""`lantern voice MEMORIAL VERB`: how a memorial sounds. Reads words, prints answers; what is done stands in others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from data.errors import Refused, Unheard
from data.files import read, try_place, write
from services import enrolling, listening, voices
from services.progress import Shown, shown
from services.report import Json
from services.terminal import JsonOption, MemorialArg, opened, print_json, settings

voice = typer.Typer(invoke_without_command=True)

SAID_BYTES = 10_000_000  # of a file with what is said in recordings


class ModeName(StrEnum):
    """How a memorial can sound."""

    cloned = "cloned"
    theirs_only = "theirs-only"
    narrator = "narrator"
    off = "off"


class EngineName(StrEnum):
    """What can make a voice."""

    formant = "formant"
    xtts = "xtts"


NewOption = Annotated[bool, typer.Option("--new", help="The voice that waits to be heard, not the one that speaks.")]


@voice.callback()
def voice_(context: typer.Context, memorial: MemorialArg, as_json: JsonOption = False) -> None:
    """Show how a memorial sounds, learn its voice, hear it, and choose."""
    context.obj = memorial
    if context.invoked_subcommand is None:
        report(context, new=False, as_json=as_json)


@voice.command()
def report(context: typer.Context, new: NewOption = False, as_json: JsonOption = False) -> None:
    """Say what was made of the recordings and what would help."""
    with opened(settings()) as archive:
        told = listening.report(archive, archive.find(context.obj), new=new)
    if as_json:
        return print_json(told)
    for line in listening.report_lines(told):
        print(shown(line))
    return None


@voice.command()
def enrol(
    context: typer.Context,
    speaker: Annotated[int | None, typer.Option(min=1, help="Which voice in the recordings is the person's.")] = None,
    engine: Annotated[
        EngineName, typer.Option(help="formant needs nothing more; xtts, a large neural model, needs its weights.")
    ] = EngineName.formant,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Of formant: what speaks underneath, espeak, flite or a Piper voice's .onnx."
        ),
    ] = None,
    weights: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Of xtts: where its weights are.")] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Fetch the weights of xtts into that folder, under the licence of that name."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Learn the voice anew from all recordings. Where one speaks already, it waits until somebody has heard it."""
    from services.jobs import done

    if (weights is not None or licence is not None) and engine is not EngineName.xtts:
        raise Refused("--weights and --licence are of xtts: add --engine xtts")
    if source is not None and engine is not EngineName.formant:
        raise Refused("--source is of formant: leave it out, or leave --engine out")
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        order = enrolling.order(archive, found, engine.value, source, weights, licence, speaker)
        told = done(archive, "enrol", found.id, {"order": order}, Shown())
    if as_json:
        return print_json(told)
    for line in listening.report_lines(told):
        print(shown(line))
    print(f'Hear it: lantern voice "{found.person.name}" compare{" --new" if told["waiting"] else ""}')
    return None


@voice.command()
def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What to say.")],
    out: Annotated[Path, typer.Option(metavar="FILE.wav", help="Where to write it.")] = Path("said.wav"),
    new: NewOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let the voice say something, as a labelled recording."""
    with opened(settings()) as archive:
        told = listening.say(archive, archive.find(context.obj), text, out, new=new)
    print_json(told) if as_json else print(f"{out}: {told['duration_s']:.1f} s")


@voice.command()
def compare(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="Where to write the page.")] = Path("voice.html"),
    new: NewOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write a page that plays the voice beside recordings."""
    try_place(out)
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        waiting = voices.waiting(archive, found.id)
        write(out, listening.comparison(archive, found, Shown(), new=new))
        if new:
            voices.note_heard(archive, found.id, waiting)
    print_json({"page": str(out)}) if as_json else print(f"Open {out} in a browser, and listen to {found.person.name}.")


@voice.command()
def adopt(context: typer.Context, as_json: JsonOption = False) -> None:
    """Let the voice that waits speak from now on."""
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        try:
            voices.adopt(archive, found.id)
        except Unheard as err:
            shown = f'`lantern voice "{found.person.name}" compare --new` plays it beside their recordings'
            raise Unheard(f"{err}; {shown}") from err
    print_json({"adopted": True}) if as_json else print(f"{found.person.name} speaks with it from now on.")


@voice.command()
def use(
    context: typer.Context,
    mode: Annotated[ModeName, typer.Argument(help="How clips sound from now on.")],
    as_json: JsonOption = False,
) -> None:
    """Choose how clips sound.

    cloned: a voice made to resemble theirs, and their recordings where one holds the very words. theirs-only: their
    recordings, captions for the rest. narrator: a voice that is plainly somebody else's. off: captions alone.
    """
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        chosen = next(each for each in voices.MODES if each == mode.value)
        voices.choose(archive, found.id, chosen)
    print_json({"mode": chosen}) if as_json else print(f"{found.person.name}: {listening.MODES[chosen]}.")


@voice.command()
def pieces(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="A page that plays each, to write down its words.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what the recordings hold, piece by piece."""
    if out is not None:
        try_place(out)
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        told = listening.pieces(archive, found)
        if out is not None:
            write(out, listening.transcription(archive, found, told))
    if as_json:
        return print_json({"pieces": told})
    for line in listening.piece_lines(told):
        print(shown(line))
    if out is not None:
        print(f'Open {out} in a browser, write, save; then: lantern voice "{found.person.name}" write said.json')
    return None


@voice.command("write")
def write_(
    context: typer.Context,
    piece: Annotated[str, typer.Argument(metavar="PIECE|FILE", help="Its number, as `pieces` shows it; or said.json.")],
    text: Annotated[str | None, typer.Argument(help="What is said in it; empty to take it back.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write down what is said in a piece.

    It can be recalled then, played, and learnt from.
    """
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        if text is None and piece.isdecimal():
            raise Refused(f"say what is said in piece {piece}; an empty text takes back what was written")
        if text is None:
            said = listening.read_page(archive, found, read(Path(piece), SAID_BYTES, Refused), piece)
        else:
            said = listening.one_piece(archive, found, piece, text)
        written = listening.write_down(archive, found, said)
    if as_json:
        return print_json(written)
    print(f"{written['written']} pieces written down, {written['seconds']:.0f} s in all.")
    print(shown(f'Learn from it: lantern voice "{found.person.name}" enrol'))
    return None


@voice.command()
def name(
    context: typer.Context,
    word: Annotated[str | None, typer.Argument(help="A name, or any word.")] = None,
    said: Annotated[str | None, typer.Argument(help="How it is said: neecha, /ˈniːtʃə/, chong2 qing4.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Say it as any other again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List or teach how names are said."""
    with opened(settings()) as archive:
        found = archive.find(context.obj)
        if word is not None and (said is None) != forget:
            raise Refused("teach a name by a word and how it is said; --forget takes the word alone")
        if word is not None:
            listening.teach(archive, found, word, said)
        told: Json = voices.names(archive, found.id)
    if as_json:
        return print_json(told)
    for each, how in told.items():
        print(shown(f"{each}: {how}"))
    if not told:
        print(f'No names are kept. To teach one: lantern voice "{found.person.name}" name Nietzsche /ˈniːtʃə/')
    return None
