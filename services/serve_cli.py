"""`lantern serve`: reads where to listen, and prints where it is. What is done stands in `serving`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from services.terminal import opened, settings

if TYPE_CHECKING:
    from services.serving import Opened

PORT = 8451


def serve(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where it listens; 0 takes a free one.")] = PORT,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Of this machine.")] = "127.0.0.1",
    lan: Annotated[bool, typer.Option("--lan", help="Serve phones in the house too, over TLS.")] = False,
) -> None:
    """Open Lantern in the browser: the pages, the API and the long work, until Ctrl-C."""
    from services import serving

    chosen = settings()
    place = serving.Place(port, host, lan)
    serving.check(place)
    with opened(chosen) as archive:
        serving.serve(archive, chosen, place, _print, debug=bool(os.environ.get("LANTERN_DEBUG")))


def _print(told: Opened) -> None:
    others = "".join(f" or {each}" for each in told.others)
    print(f"Lantern is open at {told.address}{others}")
    if told.first_start is not None:
        print(f"Begin here, once, on this machine: {told.first_start}")
    if told.fingerprint is not None:
        print("A phone asks at first whether to trust this: nobody on the internet vouches for a machine at home.")
        print(f"Check it by the fingerprint that the phone itself shows, SHA-256: {told.fingerprint}")
        print(f"{told.address}trust says where to find that, and lets the phone trust it once and for all.")
    print("Ctrl-C ends it.")
    sys.stdout.flush()
