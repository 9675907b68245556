"""`lantern tune`, `learn` and `engine`: reads words, prints what came of it. What is done stands in `tuning`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from data.archive import Archive, Memorial
from data.errors import Cancelled, Refused
from data.files import read, try_place, write
from services import build, engines, lessons, tuning
from services.engines import Choice, EngineName
from services.progress import Shown, shown
from services.report import Json
from services.terminal import JsonOption, MemorialArg, note, opened, print_json, settings
from services.tuning import Bits

DEFAULT_BASE = "EleutherAI/gpt-j-6b"
BitsName = Literal["4", "8"]
BITS: dict[BitsName | None, Bits | None] = {None: None, "4": 4, "8": 8}
KEY_BYTES = 1_000  # of a file with a server's key, at most

BaseOption = Annotated[str | None, typer.Option(metavar="MODEL", help="A folder, or a name on the Hugging Face hub.")]
DownloadOption = Annotated[bool, typer.Option("--download", help="Fetch the base where it is not here.")]


def tune(
    memorial: MemorialArg,
    base: BaseOption = None,
    download: DownloadOption = False,
    bits: Annotated[BitsName | None, typer.Option(help="Read the base with fewer bits a weight.")] = None,
    named: Annotated[bool, typer.Option("--named", help="Leave other people's names and numbers in.")] = False,
    pack: Annotated[Path | None, typer.Option(metavar="FILE", help="Only write what a borrowed GPU needs.")] = None,
    adopt: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep what a borrowed GPU learnt.")] = None,
    merge: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write base and adapter as one model.")] = None,
    page: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the report as a page too.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tune a language model on what the person wrote, and put it to the test."""
    if sum(way is not None for way in (pack, adopt, merge)) > 1:
        raise Refused("--pack, --adopt and --merge are three steps: give one of them")
    if page is not None:
        try_place(page)
    with opened(settings()) as archive:
        found = archive.find(memorial)
        if pack is not None:
            key = tuning.pack(archive, found, pack, base or DEFAULT_BASE, named=named, bits=BITS[bits])
            return _packed(found, pack, key, as_json)
        if merge is not None:
            tuning.merge(archive, found, merge, base, Shown(), download=download)
            note(f"{merge} holds what the model learnt of {found.person.name}, and is not sealed: keep it private")
            return print_json({"folder": str(merge)}) if as_json else None
        if adopt is not None:
            told = tuning.adopt(archive, found, adopt)
        else:
            told = _tuned(
                archive, found, tuning.order(base or DEFAULT_BASE, named=named, bits=BITS[bits], download=download)
            )
        has_a_say = engines.model(archive, found.id, Choice("gptj")).has_a_say
        if page is not None:
            write(page, archive.model_file(found.id, engines.PAGE) or b"")
    if as_json:
        return print_json(told)
    _print_report(told)
    if has_a_say:
        print(f'Next: lantern engine "{found.person.name}" gptj lets it answer, as far as its trial allows.')
    else:
        print(f"The words of {found.person.name} go on answering by themselves, as before.")
    return None


def learn(
    lesson: Annotated[Path, typer.Argument(metavar="FILE", help="What `lantern tune --pack` wrote.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="What is to be brought home.")],
    key: Annotated[str, typer.Option(prompt=True, hide_input=True, help="As `lantern tune --pack` printed it.")],
    base: BaseOption = None,
    download: DownloadOption = False,
    as_json: JsonOption = False,
) -> None:
    """On a borrowed machine: tune on what `lantern tune --pack` wrote."""
    with opened(settings()):
        told = tuning.learn(lesson, out, key, base, Shown(), download=download)
    if as_json:
        return print_json(told)
    _print_report(told)
    print(f"Bring {out} home: lantern tune MEMORIAL --adopt {out}. Then remove both files here.")
    return None


def engine(
    memorial: MemorialArg,
    name: Annotated[EngineName | None, typer.Argument(metavar="[recollection|gptj|openai]")] = None,
    base: BaseOption = None,
    download: DownloadOption = False,
    url: Annotated[str | None, typer.Option(help="Of an OpenAI-compatible server, as far as its /v1.")] = None,
    model: Annotated[str | None, typer.Option(help="Its model.")] = None,
    key_file: Annotated[Path | None, typer.Option(metavar="FILE", help="A text file with the server's key.")] = None,
    chat: Annotated[bool, typer.Option("--chat", help="The server's model only converses.")] = False,
    send_to: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="Their words may leave this machine for that host.")
    ] = None,
    let_write: Annotated[
        str | None, typer.Option(metavar="NAME", help="Let it write freely, in the name of one of the family.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show or choose what answers for a memorial: their own words, or a language model kept to these."""
    _check_options(name, base or (download or None), url or model or key_file or (chat or None) or send_to, let_write)
    with opened(settings()) as archive:
        found = archive.find(memorial)
        if name is not None:
            choice = Choice(name, writing_by=None if let_write is None else let_write.strip())
            if name == "gptj":
                choice = replace(choice, base=lessons.place(base) if base else tuning.tuned_base(archive, found))
            elif name == "openai":
                key = read(key_file, KEY_BYTES, Refused).decode("utf-8", "replace").strip() if key_file else None
                choice = replace(choice, url=url, model=model, key=key, chat=chat, hosts=tuple(send_to or ()))
            _choose(archive, found, choice, download=download, yes=yes)
        told = engines.described(archive, found)
    if as_json:
        return print_json(told)
    print(f"{told['engine']} answers for {found.person.name}.")
    if told["verdict"] is not None:
        print(shown(told["verdict"]))
    return None


def _check_options(name: EngineName | None, of_gptj: object, of_openai: object, let_write: str | None) -> None:
    """Raises Refused for options that the engine does not have."""
    for given, engine, options in (
        (of_gptj, "gptj", "--base and --download"),
        (of_openai, "openai", "--url, --model, --key-file, --chat and --send-to"),
    ):
        if given is not None and name != engine:
            raise Refused(f"{options} are of the engine {engine}: lantern engine MEMORIAL {engine} …")
    if let_write is not None and (name in (None, "recollection") or not let_write.strip()):
        raise Refused("--let-write takes the name of one of the family, and an engine that can write: gptj or openai")


def _tuned(archive: Archive, found: Memorial, order: bytes) -> Json:
    from services.jobs import done

    return done(archive, "tune", found.id, {"order": order}, Shown())


def _packed(found: Memorial, pack: Path, key: str, as_json: bool) -> None:
    if as_json:
        return print_json({"file": str(pack), "key": key})
    print(f"{pack} holds what is to be learnt, sealed. Its key: {key}")
    print(f"There: lantern learn {pack.name} --out learnt.lantern --download")
    print(f'Here, afterwards: lantern tune "{found.person.name}" --adopt learnt.lantern')
    return None


def _choose(archive: Archive, found: Memorial, choice: Choice, *, download: bool, yes: bool) -> None:
    """Only what works is chosen; free writing only once somebody has seen some of it."""
    choice, speaker = build.tried(archive, found, choice, download=download)
    if choice.writing_by is not None and not yes:
        if not sys.stdin.isatty():
            raise Refused("somebody has to see samples before free writing is turned on: use a terminal, or --yes")
        for question, answer in engines.samples(speaker.persona, build.recollection(archive, found)):
            print(shown(f"{question}\n    {answer}"), file=sys.stderr)
        if not typer.confirm(f"Let it write so, in the place of {found.person.name}'s own words?", err=True):
            raise Cancelled("nothing was changed")
    engines.choose(archive, found.id, choice)


def _print_report(told: Json) -> None:
    before, after = told["heldout_before"], told["heldout_after"]
    print(shown(f"{told['base']}: perplexity on held-out writing {before:.1f} before, {after:.1f} after tuning"))
    for line in (told["sentence"], told.get("advice"), told["verdict"]):
        if line:
            print(shown(line))
