"""The arrows between the rooms, read from the imports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("data", "persona", "voice", "face", "orchestrator", "services")
MAY_IMPORT: dict[str, set[str]] = {
    "data": set(),
    "persona": {"data"},
    "voice": {"data"},
    "face": {"data"},
    "orchestrator": {"data"},
    "services": set(ROOMS),
}
ONLY_HERE = {
    "mediapipe": {"face/landmarks.py"},
    "sqlalchemy": {"data/store"},
    "alembic": {"data/store"},
    "dbos": {"orchestrator/jobs.py"},
    "asyncio": {"services"},
}


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add((node.module or "").split(".")[0])
    return names


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_that_the_design_allows(room: str) -> None:
    assert files(room)
    for path in files(room):
        ours = imported(path) & ({*ROOMS, "tests"} - {room})
        assert ours <= MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {ours - MAY_IMPORT[room]}"


@pytest.mark.parametrize("library", ONLY_HERE)
def test_a_library_with_a_room_of_its_own_is_imported_nowhere_else(library: str) -> None:
    for room in ROOMS:
        for path in files(room):
            name = path.relative_to(ROOT).as_posix()
            if library in imported(path):
                assert any(name == place or name.startswith(f"{place}/") for place in ONLY_HERE[library]), name


def test_every_package_is_named_in_the_project_file() -> None:
    import tomllib

    named = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = {
        path.parent.relative_to(ROOT).as_posix() for room in ROOMS for path in files(room) if path.name == "__init__.py"
    }
    assert {name.replace("/", ".") for name in found} <= named
    assert all((ROOT / name.replace(".", "/")).is_dir() for name in named)
