"""What is kept of conversations, and that nobody without the key reads it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.archive import Archive
from data.conversations import Conversations, KeptTurn
from data.errors import UnknownNote
from data.types import Person, Phrase, Source, Span

SAID = KeptTurn(
    0,
    "Do you remember the blue teapot?",
    (
        Phrase("The teapot was Rose's.", "en", "theirs", Source("a.txt", "1951", "The teapot was Rose's.")),
        Phrase("Good night.", "en", "their-voice", None, Span("tape.ogg", 0, 24_000)),
    ),
    "said",
    datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Conversations, str, str]]:
    """The conversations of a memorial, and two accounts."""
    with Archive.open(tmp_path / "home") as archive:
        memorial = archive.create(Person("Ann Lee", None, None, "en"))
        accounts = archive.accounts()
        accounts.found("Kay", "a lamp in the window")
        secret, _ = archive.members(memorial.id).invite("visitor", "Vera")
        accounts.join(secret, "Vera", "a lamp in the window")
        ids = {each.name: each.id for each in accounts.all()}
        yield archive.conversations(memorial.id), ids["Kay"], ids["Vera"]


def test_a_turn_comes_back_as_it_was(home: tuple[Conversations, str, str]) -> None:
    conversations, kay, _ = home
    kept = conversations.create(kay, "Tom")
    conversations.add_turn(kept.id, SAID)
    conversations.add_turn(kept.id, replace(SAID, place=2, reason="interrupted", phrases=()))
    assert conversations.turn(kept.id, 0) == SAID
    assert [each.place for each in conversations.turns(kept.id, -1, 10)] == [0, 2]
    assert [each.place for each in conversations.turns(kept.id, 0, 10)] == [2]
    with pytest.raises(UnknownNote):
        conversations.turn(kept.id, 1)


def test_a_line_that_was_answered_is_known_by_its_id(home: tuple[Conversations, str, str]) -> None:
    conversations, kay, _ = home
    kept = conversations.create(kay, "Tom")
    conversations.add_turn(kept.id, SAID)
    conversations.add_turn(kept.id, replace(SAID, place=2, line_id="a"))
    assert conversations.turn(kept.id, 2).line_id == "a"
    assert conversations.answered(kept.id) == {"a": 2}


def test_a_conversation_is_its_own_account_s(home: tuple[Conversations, str, str]) -> None:
    conversations, kay, vera = home
    kept = conversations.create(kay, "Tom")
    assert [each.id for each in conversations.all(kay)] == [kept.id]
    assert conversations.all(vera) == []
    for forbidden in (conversations.one, conversations.remove):
        with pytest.raises(UnknownNote):
            forbidden(vera, kept.id)


def test_what_is_removed_is_gone_with_its_turns(home: tuple[Conversations, str, str]) -> None:
    conversations, kay, _ = home
    kept = conversations.create(kay, None)
    conversations.add_turn(kept.id, SAID)
    conversations.remove(kay, kept.id)
    assert conversations.all(kay) == []
    with pytest.raises(UnknownNote):
        conversations.turns(kept.id, -1, 10)
    with pytest.raises(UnknownNote):
        conversations.add_turn(kept.id, replace(SAID, place=1))


def test_nothing_that_was_said_lies_there_in_the_clear(home: tuple[Conversations, str, str], tmp_path: Path) -> None:
    conversations, kay, _ = home
    conversations.add_turn(conversations.create(kay, "Tomasina").id, SAID)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert not any(word in kept for word in (b"teapot", b"Tomasina", b"tape.ogg"))
