"""A memorial of a family's own, in a home without the samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.archive import Archive
from tests.services.conftest import Lantern


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def ann(lantern: Lantern) -> Lantern:
    assert lantern("new", "Ann Lee", "--born", "1920", "--died", "2021").code == 0
    return lantern


@pytest.fixture
def archive(home: Path, ann: Lantern) -> Iterator[Archive]:
    with Archive.open(home) as archive:
        yield archive
