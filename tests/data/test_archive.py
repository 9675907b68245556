from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from data import files
from data.adding import Outcome
from data.archive import Archive, Kept, Memorial
from data.arrival import Arrival, Step
from data.errors import BadHome, LanternError, NoRoom, UnknownMemorial
from data.home import Home
from data.identity import Passage
from data.store import Rows
from data.types import Letter, Person
from tests.data.conftest import PERSON, everything, keep_letter, keep_portrait, keep_recording

LETTER = Letter("1961-harbour.txt", "The harbour froze over.\nI walked across.", "1961-02")


def blob_files(archive: Archive) -> set[str]:
    return {path.name for path in everything(archive.home.vault) if path.name not in {"key", "removed"}}


def test_a_memorial_lasts(root: Path) -> None:
    with Archive.open(root) as archive:
        made = archive.create(PERSON)
    with Archive.open(root) as archive:
        assert archive.memorials() == [made]
        assert made.person == PERSON


def test_memorials_come_in_the_order_they_were_made(archive: Archive) -> None:
    made = [archive.create(Person(name, None, None, "zh")) for name in ("丙", "甲", "乙")]
    assert archive.memorials() == made


@pytest.mark.parametrize("asked", ["Ada Kestrel-Ōno 林", "ada kestrel-ōno 林", "  ADA  KESTREL-O\u0304NO 林 "])
def test_a_memorial_is_found_by_name_whatever_its_case_and_form(
    archive: Archive, memorial: Memorial, asked: str
) -> None:
    archive.create(Person("Somebody else", None, None, "en"))
    assert archive.find(asked) == memorial


def test_a_memorial_is_found_by_the_beginning_of_its_id(archive: Archive, memorial: Memorial) -> None:
    assert (
        archive.find(memorial.id) == archive.find(memorial.id[:6]) == archive.find(memorial.id[:4].upper()) == memorial
    )


def test_what_is_not_found_says_how_to_go_on(archive: Archive) -> None:
    with pytest.raises(UnknownMemorial, match="lantern new"):
        archive.find("nobody")
    one, two = archive.create(PERSON), archive.create(PERSON)
    for asked in ("nobody", "", one.id[:3], "ada"):
        with pytest.raises(UnknownMemorial, match="lantern list"):
            archive.find(asked)
    with pytest.raises(UnknownMemorial, match="2 memorials") as several:
        archive.find(PERSON.name)
    assert one.id[:8] in str(several.value)
    assert two.id[:8] in str(several.value)
    assert "Ada" not in str(several.value)


def test_letters_come_back_by_date_the_undated_last(archive: Archive, memorial: Memorial) -> None:
    letters = [
        Letter("d.txt", "undated", None),
        Letter("c.txt", "second", "2003-05-01T19:20", "message"),
        Letter("b.txt", "first of that year", "2003"),
        Letter("a.txt", "the earliest\r\nwith a line  ", "1961-02-03"),
    ]
    for letter in letters:
        assert keep_letter(archive, memorial, letter, letter.text.encode()) == "kept"
    assert archive.letters(memorial.id) == letters[::-1]


def test_the_very_same_letter_is_kept_once_under_whatever_name(archive: Archive, memorial: Memorial) -> None:
    assert keep_letter(archive, memorial, LETTER, b"original") == "kept"
    assert keep_letter(archive, memorial, LETTER, b"original") == "there"
    copy = Letter("copy.txt", LETTER.text, LETTER.date)
    assert keep_letter(archive, memorial, copy, b"original, saved again") == "there"
    assert archive.letters(memorial.id) == [LETTER]
    assert len(blob_files(archive)) == 1


def test_many_messages_of_one_file_keep_the_file_once(archive: Archive, memorial: Memorial) -> None:
    messages = [Letter("chat.txt", f"message {n}", f"2003-05-01T19:{n:02}", "message") for n in range(20)]
    with archive.adding(memorial.id) as adding:
        assert adding.add_passages(map(Passage, messages), b"the whole chat") == ["kept"] * 20
    with archive.adding(memorial.id) as adding:
        assert adding.add_passages(map(Passage, [*messages, LETTER]), b"the whole chat") == ["there"] * 20 + ["kept"]
    assert len(archive.letters(memorial.id)) == 21
    assert len(blob_files(archive)) == 1


def test_recordings_and_the_latest_profile_come_back(archive: Archive, memorial: Memorial) -> None:
    assert archive.voice_profile(memorial.id) is None
    assert keep_recording(archive, memorial, "one.wav", b"RIFF one", b"profile of one")
    assert keep_recording(archive, memorial, "two.wav", b"RIFF two", b"profile of both")
    assert archive.voice_profile(memorial.id) == b"profile of both"
    assert list(archive.recordings(memorial.id)) == [("one.wav", b"RIFF one"), ("two.wav", b"RIFF two")]


def test_a_recording_given_again_is_not_kept_twice_but_its_new_profile_counts(
    archive: Archive, memorial: Memorial
) -> None:
    keep_recording(archive, memorial, "one.wav", b"RIFF one", b"old profile")
    keep_recording(archive, memorial, "two.wav", b"RIFF two", b"profile of both")
    assert not keep_recording(archive, memorial, "one.wav", b"RIFF one", b"new profile")
    assert archive.voice_profile(memorial.id) == b"new profile"
    assert len(list(archive.recordings(memorial.id))) == 2
    assert len(blob_files(archive)) == 4  # two recordings, two profiles: the old one is gone


def test_the_last_photo_given_is_shown(archive: Archive, memorial: Memorial) -> None:
    assert archive.rig(memorial.id) is None
    assert keep_portrait(archive, memorial, "young.jpg", b"JPEG young", b"rig young")
    assert keep_portrait(archive, memorial, "old.jpg", b"JPEG old", b"rig old")
    assert archive.rig(memorial.id) == b"rig old"
    assert not keep_portrait(archive, memorial, "young.jpg", b"JPEG young", b"rig young")
    assert archive.rig(memorial.id) == b"rig young"


def test_sources_tell_everything_that_was_given(archive: Archive, memorial: Memorial) -> None:
    keep_letter(archive, memorial, LETTER, b"original", author="Aunt Mae")
    keep_recording(archive, memorial, "one.wav", b"RIFF", b"profile")
    keep_portrait(archive, memorial, "young.jpg", b"JPEG", b"rig")
    assert list(archive.sources(memorial.id)) == [
        Kept("letter", LETTER.file, "Aunt Mae", LETTER.date),
        Kept("recording", "one.wav", None, None),
        Kept("photo", "young.jpg", None, None),
    ]


def test_removing_takes_everything_of_one_memorial_and_nothing_of_another(archive: Archive, memorial: Memorial) -> None:
    other = archive.create(Person("Other", None, None, "en"))
    for one in (memorial, other):
        keep_letter(archive, one, LETTER, b"original")
        keep_portrait(archive, one, "young.jpg", b"JPEG", b"rig")
    archive.remove(memorial.id)
    assert archive.memorials() == [other]
    assert not (archive.home.vault / memorial.id).exists()
    assert archive.letters(other.id) == [LETTER]
    assert archive.rig(other.id) == b"rig"


def test_a_removed_memorial_is_unknown_to_every_verb(archive: Archive, memorial: Memorial) -> None:
    archive.remove(memorial.id)
    for verb in (
        lambda: archive.remove(memorial.id),
        lambda: archive.letters(memorial.id),
        lambda: keep_letter(archive, memorial, LETTER, b""),
        lambda: keep_recording(archive, memorial, "a", b"", b""),
        lambda: keep_portrait(archive, memorial, "a", b"", b""),
        lambda: archive.rig(memorial.id),
        lambda: archive.voice_profile(memorial.id),
        lambda: list(archive.recordings(memorial.id)),
        lambda: list(archive.sources(memorial.id)),
    ):
        with pytest.raises(UnknownMemorial):
            verb()
    assert everything(archive.home.vault) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_change_leaves_nothing(
    archive: Archive, memorial: Memorial, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("data.store.store.Rows.set_made", interrupted)
    with pytest.raises(error):
        keep_portrait(archive, memorial, "young.jpg", b"JPEG", b"rig")
    assert list(archive.sources(memorial.id)) == []
    assert blob_files(archive) == set()


def test_ctrl_c_after_the_commit_does_not_take_the_files_away(
    archive: Archive, memorial: Memorial, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = Arrival.show

    def late(arrival: Arrival, last: Iterable[Step]) -> None:
        show(arrival, last)
        raise KeyboardInterrupt

    monkeypatch.setattr(Arrival, "show", late)
    with pytest.raises(KeyboardInterrupt):
        keep_recording(archive, memorial, "one.wav", b"RIFF", b"profile")
    assert archive.voice_profile(memorial.id) == b"profile"


def change_everything(root: Path, memorial: Memorial) -> None:
    with Archive.open(root) as archive:
        keep_letter(archive, memorial, LETTER, b"original")
        keep_recording(archive, memorial, "one.wav", b"RIFF", b"another profile")
        archive.remove(archive.find("leaving").id)
        archive.create(Person("coming", None, None, "en"))


def prepared(root: Path) -> Memorial:
    with Archive.open(root) as archive:
        memorial = archive.create(PERSON)
        keep_recording(archive, memorial, "one.wav", b"RIFF", b"profile")
        keep_letter(archive, archive.create(Person("leaving", None, None, "en")), LETTER, b"original")
    return memorial


def open_and_close(root: Path) -> None:
    Archive.open(root).close()


def killed_at(step: int, root: Path, change: Callable[[], None]) -> bool:
    """Makes a change in a child that dies at the given step: a file touched, a statement, a commit."""
    child = os.fork()
    if child == 0:
        left = step

        def count(name: str, *_: object) -> None:
            nonlocal left
            if name in {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "statement", "commit"}:
                left -= 1
                if left == 0:
                    os._exit(9)

        event.listen(Engine, "before_cursor_execute", lambda *_: count("statement"))
        event.listen(Engine, "commit", lambda *_: count("commit"))
        sys.addaudithook(count)
        change()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_crash_at_any_step_leaves_each_change_whole_or_absent(tmp_path: Path) -> None:
    memorial = prepared(tmp_path / "before")
    step, killed = 0, True
    while killed:
        step += 1
        root = shutil.copytree(tmp_path / "before", tmp_path / str(step))
        killed = killed_at(step, root, partial(change_everything, root, memorial))
        with Archive.open(root) as archive:
            assert archive.letters(memorial.id) in ([], [LETTER])
            assert archive.voice_profile(memorial.id) in (b"profile", b"another profile")
            assert list(archive.recordings(memorial.id)) == [("one.wav", b"RIFF")]
            for other in archive.memorials():
                assert archive.letters(other.id) in ([], [LETTER])
            with archive._store.reading() as rows:
                spoken_of = set().union(*(rows.blob_ids(other.id) for other in archive.memorials()))
            assert blob_files(archive) == spoken_of
            assert {path.name for path in archive.home.vault.iterdir()} == {other.id for other in archive.memorials()}
        assert list((root / "tmp").iterdir()) == []
    assert step > 60


def test_a_crash_while_the_home_is_made_leaves_one_that_can_be_made(tmp_path: Path) -> None:
    Archive.open(tmp_path / "first").close()  # so that what is imported is imported
    step, killed = 0, True
    while killed:
        step += 1
        root = tmp_path / str(step)
        killed = killed_at(step, root, partial(open_and_close, root))
        with Archive.open(root) as archive:
            archive.create(PERSON)
            assert [path for path in root.iterdir() if path.suffix == ".part"] == []
    assert step > 30


def test_orphans_are_swept_but_not_from_under_somebody_who_writes(root: Path) -> None:
    with Archive.open(root) as archive:
        memorial = archive.create(PERSON)
        with archive.home.writing():
            blob = archive._vault.put(memorial.id, b"not yet spoken of")
            Archive.open(root).close()
            assert blob in archive._vault.blobs(memorial.id)
        Archive.open(root).close()
        assert blob not in archive._vault.blobs(memorial.id)


@pytest.mark.parametrize("content", [None, b""])
def test_a_lost_database_is_told_and_takes_no_memorial_with_it(root: Path, content: bytes | None) -> None:
    memorial = prepared(root)
    database, backup = root / "lantern.sqlite", root.with_name("backup")
    shutil.copy(database, backup)
    kept = {path: path.read_bytes() for path in everything(root / "vault")}
    database.unlink()
    if content is not None:
        database.write_bytes(content)
    for _ in range(2):
        with pytest.raises(BadHome, match="backup"):
            Archive.open(root)
    with pytest.raises(BadHome, match="backup"):
        Home.peek(root)
    assert database.exists() == (content is not None)
    assert {path: path.read_bytes() for path in everything(root / "vault")} == kept
    shutil.copy(backup, database)
    with Archive.open(root) as archive:
        assert archive.voice_profile(memorial.id) == b"profile"


def test_a_database_of_an_older_backup_takes_no_memorial_with_it(root: Path, tmp_path: Path) -> None:
    Archive.open(root).close()
    shutil.copy(root / "lantern.sqlite", tmp_path / "older")
    memorial = prepared(root)
    shutil.copy(root / "lantern.sqlite", tmp_path / "newer")
    shutil.copy(tmp_path / "older", root / "lantern.sqlite")
    with Archive.open(root) as archive:
        assert archive.memorials() == []
    shutil.copy(tmp_path / "newer", root / "lantern.sqlite")
    with Archive.open(root) as archive:
        assert archive.voice_profile(memorial.id) == b"profile"


def test_a_removal_that_was_broken_off_before_its_commit_is_taken_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memorial = prepared(root)

    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    with Archive.open(root) as archive:
        monkeypatch.setattr(Rows, "remove_memorial", broken_off)
        with pytest.raises(KeyboardInterrupt):
            archive.remove(memorial.id)
        assert archive.voice_profile(memorial.id) == b"profile"
    with Archive.open(root) as archive:
        assert archive.voice_profile(memorial.id) == b"profile"
        assert not (archive.home.vault / memorial.id / "removed").exists()


def test_a_stray_file_in_the_vault_stays(root: Path) -> None:
    memorial = prepared(root)
    (root / "vault" / ".DS_Store").write_bytes(b"left by a file browser")
    with Archive.open(root) as archive:
        assert archive.voice_profile(memorial.id) == b"profile"
        assert (root / "vault" / ".DS_Store").exists()


def test_a_memorial_whose_folder_is_gone_can_still_be_removed(archive: Archive, memorial: Memorial) -> None:
    shutil.rmtree(archive.home.vault / memorial.id)
    archive.remove(memorial.id)
    assert archive.memorials() == []


@pytest.mark.parametrize("name", ["what?", "a%25b#c", "?mode=memory", "林 100%"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    for _ in range(2):
        with Archive.open(root) as archive:
            archive.create(PERSON)
    with Archive.open(root) as archive:
        assert len(archive.memorials()) == 2
    assert (root / "lantern.sqlite").stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_everything_given_at_once_is_kept_or_nothing(
    archive: Archive, memorial: Memorial, error: type[BaseException]
) -> None:
    keep_recording(archive, memorial, "one.wav", b"RIFF one", b"profile")
    before, letters = blob_files(archive), archive.letters(memorial.id)

    def add(then: type[BaseException] | None) -> None:
        with archive.adding(memorial.id) as adding:
            assert adding.add_passages([Passage(LETTER)], b"original") == ["kept"]
            assert adding.add_recording("two.wav", b"RIFF two")
            assert not adding.add_recording("one.wav", b"RIFF one")
            adding.set_voice(b"profile of both")
            assert adding.add_portrait("young.jpg", b"JPEG", b"rig")
            if then is not None:
                raise then

    with pytest.raises(error):
        add(error)
    assert (blob_files(archive), archive.letters(memorial.id)) == (before, letters)
    assert archive.voice_profile(memorial.id) == b"profile"
    add(None)
    assert archive.voice_profile(memorial.id) == b"profile of both"
    assert (len(list(archive.sources(memorial.id))), archive.rig(memorial.id)) == (4, b"rig")


def test_a_profile_made_again_within_one_change_is_kept(archive: Archive, memorial: Memorial) -> None:
    with archive.adding(memorial.id) as adding:
        adding.add_recording("one.wav", b"RIFF")
        for profile in (b"first", b"second", b"first"):
            adding.set_voice(profile)
    assert archive.voice_profile(memorial.id) == b"first"
    assert len(blob_files(archive)) == 2


def test_a_wrong_author_can_be_corrected(root: Path) -> None:
    with Archive.open(root) as archive:
        memorial = archive.create(PERSON)
        steps: list[tuple[str | None, Outcome]] = [
            (None, "kept"),
            (None, "there"),
            ("Aunt Mae", "corrected"),
            ("Aunt Mae", "there"),
            ("Uncle Jo", "corrected"),
            (None, "corrected"),
            ("Aunt Mae", "corrected"),
        ]
        for author, outcome in steps:
            assert keep_letter(archive, memorial, LETTER, author=author) == outcome
            assert [letter.author for letter in archive.letters(memorial.id)] == [author]
    with Archive.open(root) as archive:
        assert list(archive.sources(memorial.id)) == [Kept("letter", LETTER.file, "Aunt Mae", LETTER.date)]


def test_a_full_disk_leaves_nothing_half_done(
    archive: Archive, memorial: Memorial, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with full_disk(100_000), pytest.raises(NoRoom):
        keep_portrait(archive, memorial, "young.jpg", bytes(1_000_000), b"rig")
    assert list(archive.sources(memorial.id)) == []
    assert blob_files(archive) == set()
    assert keep_portrait(archive, memorial, "young.jpg", bytes(1_000_000), b"rig")


@pytest.mark.parametrize("limit", [1, 3_000, 20_000, 40_000])
def test_a_home_that_finds_no_room_can_be_made_later(
    root: Path, full_disk: Callable[[int], AbstractContextManager[None]], limit: int
) -> None:
    with full_disk(limit), pytest.raises(LanternError) as told:
        Archive.open(root)
    assert isinstance(told.value, NoRoom)
    with Archive.open(root) as archive:
        archive.create(PERSON)


def test_a_disk_that_fills_up_in_the_vault_is_told(
    archive: Archive, memorial: Memorial, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(files, "publish", full)
    with pytest.raises(NoRoom):
        keep_letter(archive, memorial, LETTER, b"original")


def test_a_damaged_database_is_told(root: Path) -> None:
    Archive.open(root).close()
    (root / "lantern.sqlite").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(BadHome, match="damaged"):
        Archive.open(root)


def test_a_memorial_that_somebody_else_just_removed_is_passed_over(archive: Archive, memorial: Memorial) -> None:
    leaving = archive.create(Person("leaving", None, None, "en"))
    begun = archive._store.reading
    looked = False

    @contextmanager
    def removed_after_the_look(*, sees_all: bool = False) -> Iterator[Rows]:
        nonlocal looked
        with begun(sees_all=sees_all) as rows:
            yield rows
        if not looked:
            looked = True
            with Archive.open(archive.home.root) as other:
                other.remove(leaving.id)

    archive._vault._keys.clear()
    archive._store.reading = removed_after_the_look  # type: ignore[method-assign]
    assert archive.memorials() == [memorial]


def test_a_memorial_without_its_key_is_told(archive: Archive, memorial: Memorial) -> None:
    archive._vault._keys.clear()
    (archive.home.vault / memorial.id / "key").unlink()
    with pytest.raises(BadHome, match="cannot be read any more"):
        archive.memorials()


def test_many_threads_may_write_and_read_at_once(archive: Archive, memorial: Memorial) -> None:
    failed: list[LanternError] = []

    def write(writer: int) -> None:
        try:
            for n in range(5):
                keep_letter(archive, memorial, Letter("a.txt", f"{writer} {n}", None), b"original")
                archive.letters(memorial.id)
        except LanternError as err:
            failed.append(err)

    threads = [Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(archive.letters(memorial.id)) == 20
