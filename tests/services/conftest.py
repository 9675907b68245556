"""A home with the sample memorial in it, built once, and the command line to try on it."""

import fcntl
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
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, told = shared / "sample", shared / "sample" / "demo.json"
    with (shared / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whichever worker comes first builds it for both
        if not told.exists():
            out = _ran(folder / "home", "demo", "--json", "--out", str(folder / "out"))
            _ran(folder / "home", "new", ANN)
            told.write_text(out)
    return folder, Ran(0, told.read_text(), "")


def _ran(home: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        env={**os.environ, "LANTERN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


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
