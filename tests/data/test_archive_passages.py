"""Chats, what was said and what is told, as they are kept: once each, whichever export they come from."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.adding import Outcome
from data.archive import Archive, Memorial
from data.identity import Passage
from data.importers.speakers import Keys, assigned
from data.types import Letter
from tests.data.conftest import PERSON
from tests.data.test_archive import blob_files

MINUTE = "2020-05-13T21:05"


def message(text: str, author: str | None = "Tom", chat: str = "Ann", date: str = MINUTE) -> Letter:
    return Letter("chat.txt", text, date, "message", author, chat)


def export(
    archive: Archive,
    memorial: Memorial,
    letters: Sequence[Letter],
    theirs: Sequence[str] = ("Ann",),
    file: bytes = b"1",
) -> list[Outcome]:
    """Keep the messages as whoever reads an export hands them over."""
    keys = Keys()
    with archive.adding(memorial.id) as adding:
        told = ((assigned(letter, theirs), letter.author) for letter in letters)
        return adding.add_passages((Passage(each, name, keys.of(each)) for each, name in told), file)


def test_a_message_comes_back_as_it_was_given(archive: Archive, memorial: Memorial) -> None:
    given_letter = Letter("chat.zip", "Supper?", f"{MINUTE}:10", "message", "Tom", "Ann & Tom", 7, ("Supper?",))
    export(archive, memorial, [given_letter])
    assert archive.letters(memorial.id) == [given_letter]


def test_the_same_message_in_two_exports_is_kept_once(archive: Archive, memorial: Memorial) -> None:
    ours = [message("Supper?"), message("Soon", "Ann")]
    theirs = [
        message("Supper?", chat="Mum", date=f"{MINUTE}:31"),
        message("Soon", "me", "Mum"),
        message("ok", chat="Mum"),
    ]
    assert export(archive, memorial, ours) == ["kept", "kept"]
    assert export(archive, memorial, theirs, ["Ann", "me"], b"2") == ["there", "there", "kept"]
    assert [(letter.text, letter.author) for letter in archive.letters(memorial.id)] == [
        ("Supper?", "Tom"),
        ("Soon", None),
        ("ok", "Tom"),
    ]


def test_what_was_said_twice_in_a_minute_is_kept_twice(archive: Archive, memorial: Memorial) -> None:
    assert export(archive, memorial, [message("ok"), message("ok")]) == ["kept", "kept"]
    assert export(archive, memorial, [message("ok"), message("ok"), message("ok")]) == ["there", "there", "kept"]
    assert export(archive, memorial, [message("ok", chat="Mum")] * 3, file=b"2") == ["there"] * 3


def test_a_file_that_says_nothing_new_is_not_kept(archive: Archive, memorial: Memorial) -> None:
    export(archive, memorial, [message("ok")])
    export(archive, memorial, [message("ok", chat="Mum")], file=b"another export of it")
    assert len(blob_files(archive)) == 1


def test_a_second_name_of_the_persons_can_be_told_later(archive: Archive, memorial: Memorial) -> None:
    chat = [message("Supper?"), message("Soon", "+49 170")]
    export(archive, memorial, chat)
    assert export(archive, memorial, chat, ["Ann", "+49 170"]) == ["there", "corrected"]
    assert [letter.author for letter in archive.letters(memorial.id)] == ["Tom", None]
    assert export(archive, memorial, chat, ["Ann"]) == ["there", "corrected"]
    assert [letter.author for letter in archive.letters(memorial.id)] == ["Tom", "+49 170"]


def test_a_correction_joins_what_two_exports_had_under_two_names(archive: Archive, memorial: Memorial) -> None:
    export(archive, memorial, [message("Soon", "+49 170")])
    export(archive, memorial, [message("Soon", "Ann", "Mum")], file=b"2")
    assert len(archive.letters(memorial.id)) == 2
    export(archive, memorial, [message("Soon", "+49 170")], ["+49 170"])
    assert [letter.author for letter in archive.letters(memorial.id)] == [None]
    assert len(blob_files(archive)) == 1


def test_two_people_may_send_the_same_words_on_one_day(archive: Archive, memorial: Memorial) -> None:
    mails = [Letter("mail.mbox", "Thank you!", "2003-05-01", "letter", author) for author in ("Ann", "Tom")]
    assert export(archive, memorial, mails) == ["kept", "kept"]
    assert {letter.author for letter in archive.letters(memorial.id)} == {None, "Tom"}


def test_the_same_words_at_two_moments_of_a_recording_are_two(archive: Archive, memorial: Memorial) -> None:
    yes = Letter("talk.srt", "Yes.", None, "spoken")
    with archive.adding(memorial.id) as adding:
        stretches = [Passage(yes, start_ms=start, end_ms=start + 500) for start in (0, 9_000, 0)]
        assert adding.add_passages(stretches, b"captions") == ["kept", "kept", "there"]
    assert archive.letters(memorial.id) == [yes, yes]
    with archive._store.reading() as rows:
        assert [(row.start_ms, row.end_ms) for row in rows.sources(memorial.id)] == [(0, 500), (9_000, 9_500)]


def test_messages_of_one_minute_keep_their_order(archive: Archive, memorial: Memorial) -> None:
    said = [message(f"{number}") for number in range(2_500)]  # more than one statement holds
    export(archive, memorial, said)
    assert [letter.text for letter in archive.letters(memorial.id)] == [letter.text for letter in said]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.sampled_from(["ok", "no", "soon"]), min_size=1, max_size=8), st.integers(0, 8))
def test_however_an_export_is_cut_each_message_is_kept_as_often_as_it_was_said(
    archive: Archive, said: list[str], cut: int
) -> None:
    memorial = archive.create(PERSON)
    whole = [message(text) for text in said]
    export(archive, memorial, whole[:cut])
    export(archive, memorial, whole, file=b"2")
    assert sorted(letter.text for letter in archive.letters(memorial.id)) == sorted(said)


def test_a_photo_of_the_gallery_is_not_the_portrait_until_it_is_given_as_one(
    archive: Archive, memorial: Memorial
) -> None:
    with archive.adding(memorial.id) as adding:
        assert adding.add_photo("IMG-1.jpg", b"JPEG", "Tom", "2020-05-13")
        assert not adding.add_photo("again.jpg", b"JPEG")
    assert archive.rig(memorial.id) is None
    assert list(archive.photos(memorial.id)) == [("IMG-1.jpg", b"JPEG")]
    assert [(kept.author, kept.date) for kept in archive.sources(memorial.id)] == [("Tom", "2020-05-13")]
    with archive.adding(memorial.id) as adding:
        assert not adding.add_portrait("IMG-1.jpg", b"JPEG", b"rig")
    assert archive.rig(memorial.id) == b"rig"
