from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from data import files
from data.errors import BadPicture, NoRoom, NotWritable, Refused

FullDisk = Callable[[int], AbstractContextManager[None]]


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    files.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_private_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    files.write(tmp_path / "a", b"new", files.PRIVATE)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_public_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write(tmp_path / "a", b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_whatever_interrupts_it_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def interrupted() -> None:
        with files.replacing(tmp_path / "a") as part:
            part.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


@pytest.mark.parametrize("step", ["fsync", "open"])
def test_a_failure_of_any_step_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(NoRoom):
        files.write(tmp_path / "a", b"new")
    monkeypatch.undo()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_a_full_disk_is_no_room(tmp_path: Path, full_disk: FullDisk) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with full_disk(1000), pytest.raises(NoRoom, match="make room"):
        files.write(tmp_path / "a", bytes(5000))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_a_really_full_disk_is_no_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only the superuser may mount a small disk")
    try:
        with pytest.raises(NoRoom):
            files.write(disk / "a", bytes(200_000))
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_read_only_disk_is_not_writable(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only the superuser may mount a read-only disk")
    try:
        with pytest.raises(NotWritable, match="read-only"):
            files.write(disk / "a", b"new")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_path_under_a_file_a_missing_folder_and_a_folder_are_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "a", tmp_path / "missing" / "a", tmp_path / "folder", tmp_path / ("x" * 300)):
        with pytest.raises(NotWritable):
            files.write(path, b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_errors_of_other_files_inside_the_block_are_not_told_of_this_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), files.replacing(tmp_path / "a"):
        (tmp_path / "another").read_bytes()


def test_a_long_name_can_still_be_written(tmp_path: Path) -> None:
    files.write(tmp_path / ("x" * 250), b"new")
    files.write(tmp_path / ("字" * 80), b"new")
    files.write(tmp_path / ("字" * 85), b"new")  # 255 bytes, the most a name may have
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("name", ["x" * 300, "folder"])
def test_a_place_that_cannot_be_written_is_told_before_the_work_begins(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWritable), files.replacing(tmp_path / name):
        pytest.fail("the block must not be entered")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_folder_where_a_file_is_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable, match="where a folder is wanted"):
        files.folder(tmp_path / "file")


def test_a_file_is_read_whole_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "empty").touch()
    assert files.read(tmp_path / "a", 5) == files.read(tmp_path / "link", 5) == b"12345"
    assert files.read(tmp_path / "empty", 5) == b""
    with pytest.raises(Refused, match="larger"):
        files.read(tmp_path / "a", 4)


def test_the_size_of_a_file_is_told_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(10**13)
    assert files.size(tmp_path / "a") == 10**13
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), tmp_path / "missing", Path("a\0b")):
        with pytest.raises(BadPicture):
            files.size(path, BadPicture)


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.tiff").open("wb") as file:
        file.truncate(10**13)  # a hole, which takes no room
    with pytest.raises(BadPicture, match=r"a\.tiff is larger than 2 GB"):
        files.read(tmp_path / "a.tiff", 2_000_000_000, BadPicture)


def test_what_is_no_plain_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), tmp_path / "missing", Path("a\0b")):
        with pytest.raises(BadPicture):
            files.read(path, 5, BadPicture)


def test_a_file_that_grows_while_it_is_read_is_refused() -> None:
    with pytest.raises(Refused, match="grows"):  # the system says that it holds nothing
        files.read(Path("/proc/self/status"), 10**6)
