from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import BadHome, NotWritable
from data.home import KEY, SILENT, STAMP, VERSION, Home


def test_the_first_opening_makes_the_home_and_says_so(root: Path) -> None:
    with Home.open(root) as first:
        assert first.is_new
        assert first.key_file.exists()
    with Home.open(root) as second:
        assert not second.is_new
        assert second.key == first.key
        assert len(first.key) == 32


def test_folder_and_key_are_for_their_owner_alone(root: Path) -> None:
    Home.open(root).close()
    assert root.stat().st_mode & 0o777 == 0o700
    assert (root / KEY).stat().st_mode & 0o777 == 0o600


def test_an_empty_folder_that_was_there_becomes_private(root: Path) -> None:
    root.mkdir(mode=0o755)
    Home.open(root).close()
    assert root.stat().st_mode & 0o777 == 0o700


def test_the_key_file_can_be_copied_by_hand(root: Path) -> None:
    with Home.open(root) as home:
        assert base64.b64decode((root / KEY).read_text()) == home.key


def test_a_newer_home_is_refused(root: Path) -> None:
    Home.open(root).close()
    stamp = json.loads((root / STAMP).read_text())
    (root / STAMP).write_text(json.dumps(stamp | {"version": VERSION + 1}))
    with pytest.raises(BadHome, match="newer"):
        Home.open(root)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"version": "x", "key": ""}', b"null"])
def test_a_damaged_stamp_is_told(root: Path, content: bytes) -> None:
    Home.open(root).close()
    (root / STAMP).write_bytes(content)
    with pytest.raises(BadHome, match="damaged"):
        Home.open(root)


def test_a_lost_stamp_is_told_and_no_new_key_is_made(root: Path) -> None:
    home = Home.open(root)
    home.database.touch()
    home.close()
    (root / STAMP).unlink()
    with pytest.raises(BadHome, match="missing"):
        Home.open(root)
    assert base64.b64decode((root / KEY).read_text()) == home.key


def test_a_lost_key_is_told(root: Path) -> None:
    Home.open(root).close()
    (root / KEY).unlink()
    with pytest.raises(BadHome, match="missing"):
        Home.open(root)
    assert not (root / KEY).exists()


@pytest.mark.parametrize("content", [b"", b"short", b"\x00\xff", base64.b64encode(bytes(31))])
def test_a_damaged_key_is_told(root: Path, content: bytes) -> None:
    Home.open(root).close()
    (root / KEY).write_bytes(content)
    with pytest.raises(BadHome, match="damaged"):
        Home.open(root)


def test_the_key_of_another_home_is_told(root: Path, tmp_path: Path) -> None:
    Home.open(root).close()
    Home.open(tmp_path / "other").close()
    (root / KEY).write_bytes((tmp_path / "other" / KEY).read_bytes())
    with pytest.raises(BadHome, match="another home"):
        Home.open(root)


def test_a_folder_with_other_files_is_left_alone(root: Path) -> None:
    root.mkdir()
    (root / "holiday.jpg").write_bytes(b"")
    with pytest.raises(BadHome, match="empty folder"):
        Home.open(root)
    assert not (root / KEY).exists()


def test_a_folder_of_somebody_else_stays_as_it_was(root: Path) -> None:
    (root / "tmp" / "drafts").mkdir(parents=True)
    (root / "tmp" / "drafts" / "novel.txt").write_text("chapter one")
    (root / ".film.mp4.part").write_bytes(b"half a download")
    (root / ".lantern-0123456789abcdef.part").write_bytes(b"half a clip")
    root.chmod(0o755)
    before = {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]}
    for look in (Home.open, Home.peek):
        with pytest.raises(BadHome, match="empty folder"):
            look(root)
    assert {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]} == before
    assert root.stat().st_mode & 0o777 == 0o755


def test_a_folder_that_holds_only_tmp_is_somebody_elses(root: Path) -> None:
    (root / "tmp" / "drafts").mkdir(parents=True)
    with pytest.raises(BadHome, match="empty folder"):
        Home.open(root)
    assert (root / "tmp" / "drafts").exists()


def test_what_was_begun_and_not_finished_is_swept(root: Path) -> None:
    Home.open(root).close()
    for name in (".lantern-0123456789abcdef.part", ".notes.part"):
        (root / name).touch()
    Home.open(root).close()
    assert not (root / ".lantern-0123456789abcdef.part").exists()
    assert (root / ".notes.part").exists()


def test_a_peek_at_a_home_or_at_none_changes_nothing(root: Path, tmp_path: Path) -> None:
    Home.peek(root)
    assert not root.exists()
    Home.open(root).close()
    (root / "tmp" / "left-by-a-dead-process").mkdir()
    (root / ".lantern-0123456789abcdef.part").touch()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    Home.peek(root)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_peek_tells_what_opening_would(root: Path, tmp_path: Path) -> None:
    Home.open(root).close()
    (root / KEY).unlink()
    with pytest.raises(BadHome, match="missing"):
        Home.peek(root)
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable, match="file"):
        Home.peek(tmp_path / "file")


def test_a_home_begun_and_not_finished_is_finished(root: Path) -> None:
    home = Home.open(root)
    home.close()
    (root / STAMP).unlink()
    with Home.open(root) as again:
        assert again.is_new
        assert again.key == home.key


def test_a_home_under_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(NotWritable, match="a file"):
            Home.open(path)


def test_a_home_of_nobody_is_told() -> None:
    with pytest.raises(BadHome, match="LANTERN_HOME"):
        Home.open(Path("~nobody-of-that-name/memories"))


def test_temporary_files_are_private_and_go_with_the_home(root: Path) -> None:
    with Home.open(root) as home:
        path = home.temporary()
        assert path.is_relative_to(root)
        assert path.stat().st_mode & 0o777 == 0o600
    assert list((root / "tmp").iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_has_is_not(root: Path) -> None:
    with Home.open(root) as living:
        kept = living.temporary()
        code = (
            "import os, pathlib, sys; from data.home import Home;"
            "print(Home.open(pathlib.Path(sys.argv[1])).temporary()); sys.stdout.flush(); os._exit(9)"
        )
        killed = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, text=True)
        left = Path(killed.stdout.strip())
        assert left.exists()
        Home.open(root).close()
        assert not left.parent.exists()
        assert kept.exists()


def test_a_forked_child_leaves_the_temporary_files_to_its_parent(root: Path) -> None:
    with Home.open(root) as home:
        kept = home.temporary()
        child = os.fork()
        if child == 0:
            home.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert kept.exists()


def test_libraries_are_told_to_keep_their_caches_here(root: Path) -> None:
    env: dict[str, str] = {"XDG_CACHE_HOME": "/elsewhere"}
    with Home.open(root) as home:
        home.redirect_caches(env)
    assert {"MPLCONFIGDIR", "NUMBA_CACHE_DIR", "HF_HOME", "XDG_CACHE_HOME", "TORCH_HOME", "TTS_HOME"} <= env.keys()
    assert all(Path(value).is_relative_to(root) for name, value in env.items() if name not in SILENT)
    assert env["HF_HUB_DISABLE_TELEMETRY"] == "1"


def test_models_that_somebody_has_are_not_moved(root: Path) -> None:
    env = {"HF_HOME": "/models"}
    with Home.open(root) as home:
        home.redirect_caches(env)
    assert env["HF_HOME"] == "/models"


def test_nobody_is_alone_while_somebody_writes(root: Path) -> None:
    with Home.open(root) as home, Home.open(root) as other:
        with home.writing(), other.writing(), other.alone() as free:
            assert not free
        with other.alone() as free:
            assert free


def test_the_home_may_be_written_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with Home.open(Path("~/memories")) as home:
        assert home.root == tmp_path / "memories"
    assert [path.name for path in tmp_path.iterdir()] == ["memories"]


def test_one_process_works_and_others_see_it(root: Path) -> None:
    with Home.open(root) as home, Home.open(root) as other:
        assert not other.somebody_works()
        with home.working() as mine:
            assert mine
            assert other.somebody_works()
            with other.working() as theirs:
                assert not theirs
        assert not other.somebody_works()


def test_several_may_talk_and_others_see_it(root: Path) -> None:
    with Home.open(root) as home, Home.open(root) as other:
        with home.talking(), other.talking():
            assert home.somebody_talks()
        assert not home.somebody_talks()
