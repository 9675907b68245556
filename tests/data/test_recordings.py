"""What is said in recordings, and the voice that is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.adding import Spoken
from data.archive import Archive, Stretch
from data.errors import NotReady, UnknownNote
from data.identity import Passage
from data.kept import transcribed
from data.types import Letter, Person
from data.vault import Vault

ANN = Person("Ann Lee", "1931", "2019", "en")
SOUND = b"RIFF of a voicemail"


def said(text: str, start_ms: int, file: str = "box/voicemail.wav") -> Passage:
    return Passage(Letter(file, text, None, "spoken"), start_ms=start_ms, end_ms=start_ms + 4_000, recording=file)


def spoken(start_ms: int, *texts: str, file: str = "box/voicemail.wav") -> Spoken:
    """Four seconds of a recording in which these are said."""
    return Spoken(start_ms, start_ms + 4_000, tuple(said(text, start_ms, file) for text in texts))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path / "home")


@pytest.mark.parametrize(
    ("file", "recordings", "found"),
    [
        ("a/call.srt", ["a/call.mp3", "b/call.mp3"], "a/call.mp3"),
        ("call.srt", ["a/call.mp3"], "a/call.mp3"),
        ("call.srt", ["a/call.mp3", "b/call.mp3"], None),
        ("Call.vtt", ["call.m4a"], "call.m4a"),
        ("other.srt", ["call.m4a"], None),
        ("call.m4a", ["call.m4a", "x/call.m4a"], "call.m4a"),
    ],
)
def test_a_transcript_belongs_to_the_recording_of_its_name(file: str, recordings: list[str], found: str | None) -> None:
    assert transcribed(file, recordings) == found


def test_what_is_said_in_a_recording_is_told_with_its_place(archive: Archive) -> None:
    ann = archive.create(ANN)
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/voicemail.wav", SOUND)
        adding.add_passages([said("Ring me back, love.", 1_000, "box/voicemail.srt")], b"1\n00:00:01,000 --> 00:00:05")
    assert archive.stretches(ann.id) == [
        Stretch("box/voicemail.srt", "Ring me back, love.", "box/voicemail.wav", 1_000, 5_000)
    ]


def test_a_stretch_that_is_written_anew_says_only_the_new_words(archive: Archive) -> None:
    ann = archive.create(ANN)
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/voicemail.wav", SOUND)
        adding.set_spoken([spoken(0, "Bring me bread."), spoken(4_000, "Goodbye.")], SOUND)
    with archive.adding(ann.id) as adding:
        adding.set_spoken([spoken(0, "Ring me, Fred.")], SOUND)
    assert sorted(each.text for each in archive.stretches(ann.id)) == ["Goodbye.", "Ring me, Fred."]
    with archive.adding(ann.id) as adding:
        adding.set_spoken([spoken(0, "Ring me, Fred."), spoken(4_000)], SOUND)
    assert [each.text for each in archive.stretches(ann.id)] == ["Ring me, Fred."]
    assert [letter.text for letter in archive.letters(ann.id)] == ["Ring me, Fred."]


def test_the_same_words_at_two_places_of_a_recording_are_two(archive: Archive) -> None:
    ann = archive.create(ANN)
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/voicemail.wav", SOUND)
        adding.set_spoken([spoken(0, "Hello?"), spoken(4_000, "Hello?")], SOUND)
    assert [each.start_ms for each in archive.stretches(ann.id)] == [0, 4_000]


def test_a_recording_is_sealed_once_however_much_of_it_is_written_down(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, sealed = archive.create(ANN), list[bytes]()
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/voicemail.wav", SOUND)
    put = Vault.put

    def noted(vault: Vault, memorial_id: str, data: bytes) -> str:
        sealed.append(data)
        return put(vault, memorial_id, data)

    monkeypatch.setattr(Vault, "put", noted)
    with archive.adding(ann.id) as adding:
        adding.set_spoken([spoken(at, f"Number {at}.") for at in range(0, 40_000, 4_000)], SOUND)
    assert sealed == [SOUND]
    assert len(archive.stretches(ann.id)) == 10


def test_the_same_words_at_the_same_place_of_two_recordings_are_two(archive: Archive) -> None:
    ann = archive.create(ANN)
    with archive.adding(ann.id) as adding:
        for file, sound in (("one.wav", SOUND), ("two.wav", SOUND + b"!")):
            adding.add_recording(file, sound)
            adding.set_spoken([spoken(0, "Hello, it is me.", file=file)], sound)
    assert [each.recording for each in archive.stretches(ann.id)] == ["one.wav", "two.wav"]


def test_a_recording_that_is_left_out_says_nothing(archive: Archive) -> None:
    ann = archive.create(ANN)
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/voicemail.wav", SOUND)
        adding.set_spoken([spoken(0, "Goodbye.")], SOUND)
    archive.memory(ann.id).leave_out("box/voicemail.wav", None)
    assert archive.stretches(ann.id) == []


def test_a_transcript_that_is_left_out_says_nothing(archive: Archive) -> None:
    ann = archive.create(ANN)
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/voicemail.wav", SOUND)
        adding.add_passages([said("Ring me back, love.", 0, "box/voicemail.srt")], b"1\n00:00:00,000 --> 00:00:04")
        adding.set_spoken([spoken(4_000, "Goodbye.")], SOUND)
    archive.memory(ann.id).leave_out("box/voicemail.srt", None)
    assert [each.text for each in archive.stretches(ann.id)] == ["Goodbye."]


def test_another_voice_takes_the_place_of_the_one_that_spoke(archive: Archive) -> None:
    ann = archive.create(ANN)
    with pytest.raises(NotReady, match="no recording"), archive.adding(ann.id) as adding:
        adding.set_voice(b"a voice of nothing")
    with archive.adding(ann.id) as adding:
        adding.add_recording("voicemail.wav", SOUND)
        adding.set_voice(b"the first")
    with archive.adding(ann.id) as adding:
        adding.set_voice(b"the second")
    assert archive.voice_profile(ann.id) == b"the second"


def test_a_recording_is_found_by_where_it_came_from(archive: Archive) -> None:
    ann = archive.create(ANN)
    with archive.adding(ann.id) as adding:
        adding.add_recording("box/voicemail.wav", SOUND)
    assert archive.recording(ann.id, "box/voicemail.wav") == SOUND
    with pytest.raises(UnknownNote, match=r"voicemail\.wav"):
        archive.recording(ann.id, "voicemail.wav")
