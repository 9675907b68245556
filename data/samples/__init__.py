"""The sample memorials that the demonstration builds. Knows where their files lie; what they hold is theirs.

Each folder has a `memorial.json`: {name, born, died, language, letters, messages, recording, portrait, question}, where
files are named relative to it, and a portrait `matplotlib:NAME` is one of the pictures that matplotlib ships.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

from data.errors import NoLibrary, UnknownMemorial
from data.types import Person

HERE = Path(__file__).parent
MANIFEST = "memorial.json"
MATPLOTLIB = "matplotlib:"


@dataclass(frozen=True, slots=True)
class Sample:
    """A memorial to be built. All paths exist when it is handed out."""

    name: str  # of the folder
    person: Person  # an exhibit, always
    letters: tuple[Path, ...]
    messages: tuple[Path, ...]
    recording: Path
    portrait: Path
    question: str  # one that its letters answer


def sample_names() -> list[str]:
    """The names that `sample` knows."""
    return sorted(path.parent.name for path in HERE.glob(f"*/{MANIFEST}"))


def sample(name: str) -> Sample:
    """The sample of that name, or `UnknownMemorial`; `NoLibrary` where a picture's package is not installed."""
    if name not in sample_names():
        raise UnknownMemorial(f"there is no sample of that name: choose one of {', '.join(sample_names())}")
    folder = HERE / name
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return Sample(
        name=name,
        person=Person(told["name"], told["born"], told["died"], told["language"], exhibit=True),
        letters=tuple(_existing(folder / file) for file in told["letters"]),
        messages=tuple(_existing(folder / file) for file in told["messages"]),
        recording=_existing(folder / told["recording"]),
        portrait=_portrait(folder, told["portrait"]),
        question=told["question"],
    )


def _portrait(folder: Path, named: str) -> Path:
    if not named.startswith(MATPLOTLIB):
        return _existing(folder / named)
    found = importlib.util.find_spec("matplotlib")  # finds the package without importing it
    if found is None or not found.submodule_search_locations:
        raise NoLibrary("the sample's portrait comes with matplotlib, which is not installed: run `make install`")
    package = Path(found.submodule_search_locations[0])
    return _existing(package / "mpl-data" / "sample_data" / named.removeprefix(MATPLOTLIB))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise NoLibrary(f"{path} is missing from the installation: install Lantern again")
    return path
