"""What can be set, in one place. Built by the caller and handed down; nothing else reads the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data import files


@dataclass(frozen=True, slots=True)
class Settings:
    """`home` is where everything is kept; `size_px` is the longer side of a clip at most."""

    home: Path
    size_px: int = 512

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """`LANTERN_HOME`, by default `.lantern` in the user's own folder. Raises `BadHome` where there is none."""
        chosen = env.get("LANTERN_HOME", "").strip()
        own = env.get("HOME", "").strip() or "~"  # the system knows it, where the environment does not
        return cls(home=files.expanded(Path(chosen) if chosen else Path(own) / ".lantern"))
