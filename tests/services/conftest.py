"""A home with the sample memorial in it, built once for each worker, and the command line to try on it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.__main__ import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


ANN = "Ann Lee"  # a memorial of the family's own

Lantern = Callable[..., Ran]


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A home after `lantern demo --json` with an empty memorial too, and the demo's output beside it in `out/`."""
    folder = tmp_path_factory.mktemp("sample")
    ran, _ = (
        subprocess.run(
            [sys.executable, "-m", "services", *arguments],
            env={**os.environ, "LANTERN_HOME": str(folder / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        for arguments in (["demo", "--json", "--out", str(folder / "out")], ["new", ANN])
    )
    assert ran.returncode == 0, ran.stderr
    return folder, Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def home(sample_home: tuple[Path, Ran], tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    shutil.copytree(sample_home[0] / "home", tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def lantern(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lantern:
    """Runs one command in this process, on a copy of the sample home."""

    def run(*arguments: str | Path) -> Ran:
        with monkeypatch.context() as patch:
            for name, value in os.environ.items():
                patch.setenv(name, value)  # so that what the command sets is taken back
            patch.setenv("LANTERN_HOME", str(home))
            capsys.readouterr()
            code = main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return run
