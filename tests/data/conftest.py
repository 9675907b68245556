from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from data.adding import Outcome
from data.archive import Archive, Memorial
from data.identity import Passage
from data.types import Letter, Person

PERSON = Person("Ada Kestrel-Ōno 林", "1931-02-03", "2019-11", "en")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def archive(root: Path) -> Iterator[Archive]:
    with Archive.open(root) as archive:
        yield archive


@pytest.fixture
def memorial(archive: Archive) -> Memorial:
    return archive.create(PERSON)


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """A limit on the size of files, which the system reports as it does a full disk."""

    @contextmanager
    def limited(limit_bytes: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    return limited


def everything(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def keep_letter(
    archive: Archive, memorial: Memorial, letter: Letter, original: bytes = b"original", author: str | None = None
) -> Outcome:
    with archive.adding(memorial.id) as adding:
        return adding.add_passages([Passage(replace(letter, author=author))], original)[0]


def keep_recording(archive: Archive, memorial: Memorial, file: str, original: bytes, profile: bytes) -> bool:
    with archive.adding(memorial.id) as adding:
        is_new = adding.add_recording(file, original)
        adding.set_voice(profile)
        return is_new


def keep_portrait(archive: Archive, memorial: Memorial, file: str, original: bytes, rig: bytes) -> bool:
    with archive.adding(memorial.id) as adding:
        return adding.add_portrait(file, original, rig)
