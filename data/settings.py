"""What can be set, in one place. Built by the caller and handed down; nothing else reads the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from data import files
from data.errors import Refused

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
OPENID = ("LANTERN_OPENID_ISSUER", "LANTERN_OPENID_CLIENT", "LANTERN_OPENID_SECRET")


@dataclass(frozen=True, slots=True)
class Provider:
    """Another service that signs people in, by OpenID Connect: its address, and what it knows this one by."""

    issuer: str
    client: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """`home` is where everything is kept; `size_px` is the longer side of a clip at most.

    `openid` signs people in beside their passwords. `speech_model` is the folder of a faster-whisper model; it goes
    before the one that the home names.
    """

    home: Path
    size_px: int = 512
    openid: Provider | None = None
    speech_model: str | None = None

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """`LANTERN_HOME`, by default `.lantern` in the user's own folder. Raises `BadHome` where there is none."""
        chosen = env.get("LANTERN_HOME", "").strip()
        own = env.get("HOME", "").strip() or "~"  # the system knows it, where the environment does not
        home = files.expanded(Path(chosen) if chosen else Path(own) / ".lantern")
        speech_model = env.get("LANTERN_SPEECH_MODEL", "").strip() or None
        return cls(home=home, openid=_provider(env), speech_model=speech_model)


def _provider(env: Mapping[str, str]) -> Provider | None:
    """All three of `OPENID`, or none."""
    issuer, client, secret = given = [env.get(name, "").strip() for name in OPENID]
    if not any(given):
        return None
    if not all(given):
        raise Refused(f"set all of {', '.join(OPENID)}, or none of them")
    if not issuer.startswith("https://") and urlsplit(issuer).hostname not in LOOPBACK:
        raise Refused(f"{OPENID[0]} begins with https://: it is where people type their passwords")
    return Provider(issuer, client, secret)
