"""`lantern portrait VERB`: what can be seen of a portrait and set by hand. What is done stands in others."""

from __future__ import annotations

import typer

from services.edit_cli import edit
from services.face_engine_cli import engine
from services.faces_cli import faces, read

portrait = typer.Typer(help="Look at a portrait, and set it by hand.")
portrait.command()(faces)
portrait.command()(read)
portrait.command()(edit)
portrait.command()(engine)


@portrait.callback()
def portrait_() -> None:
    """Look at a portrait, and set it by hand."""
