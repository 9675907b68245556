"""`lantern keeper`: lets the keeper of a home in again who forgot the password. Knows no web.

Whoever can read the home's key on this machine can read everything in the home: that is proof enough. Nothing that a
browser could reach sets the keeper's password without the old one.
"""

from __future__ import annotations

import typer

from data.errors import NotReady
from services.progress import shown
from services.terminal import opened, settings


def keeper() -> None:
    """Set another password for the keeper of this home, who forgot the old one. Lantern may be open meanwhile."""
    with opened(settings()) as archive:
        accounts = archive.accounts()
        found = next((each for each in accounts.all() if each.keeper), None)
        if found is None:
            raise NotReady("this home has no keeper yet: `lantern serve` shows the link that makes the first account")
        asked = f"A new password for {shown(found.name)}"
        new = typer.prompt(asked, hide_input=True, confirmation_prompt=True, err=True)
        accounts.set_password(found.id, new)
    print(f"{shown(found.name)} signs in with the new password from now on, and was signed out everywhere.")
