"""What belongs to one member is not there for another, by any route that there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from data.clips_kept import About
from data.members import Membership, Role
from orchestrator.job import Kind
from services.build import kinds
from tests.services.api.conftest import PASSWORD, Served
from tests.services.api.routes import MEMORIAL, SOCKET, Way, ways

NOTHING = "0" * 32
OFFERED: dict[str, Any] = {
    "json": {"text": "The moth was in relay seventy."}
}  # what the bodies of these routes ask for
PIECE: dict[str, Any] = {
    "content": b"x",
    "headers": {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
}


def a_conversation(served: Served, account_id: str, _: Path) -> str:
    return served.lantern.archive.conversations(served.memorial.id).create(account_id, "Olive").id


def an_upload(served: Served, account_id: str, _: Path) -> str:
    return served.lantern.archive.uploads(served.memorial.id).begin(account_id, "a letter.txt", 10).id


def a_job(served: Served, account_id: str, _: Path) -> str:
    kind: Kind = kinds()[0]
    return served.lantern.desk.enqueue(kind, served.memorial.id, {"order": b"{}"}, account_id)


def a_clip(served: Served, account_id: str, folder: Path) -> str:
    clip_id, file, archive = "c" * 32, folder / "clip.mp4", served.lantern.archive
    file.write_bytes(b"no film, but kept as one")
    about = About("What of the moth?", "It was in relay seventy.", None, 1.0, 64, 64, file.stat().st_size)
    with archive.adding(served.memorial.id) as adding:
        archive.clips(served.memorial.id).add(adding, clip_id, "answer", account_id, about, file)
    return clip_id


def something_told(served: Served, _: str, __: Path) -> str:
    return served.lantern.archive.memory(served.memorial.id).remember("Olive", "We met at the harbour.").id


def a_session(served: Served, account_id: str, _: Path) -> str:
    served.accounts.begin_session(account_id, None)
    return served.accounts.sessions(account_id)[0].id


def a_token(served: Served, account_id: str, _: Path) -> str:
    return served.accounts.add_token(account_id, "lamp", "visitor", None, None)[1].id


# By what stands in the path: how one comes to be, and the highest role that sees none of another's.
OWNED: dict[str, tuple[Callable[[Served, str, Path], str], Role]] = {
    "conversation_id": (a_conversation, "steward"),
    "upload_id": (an_upload, "steward"),
    "job_id": (a_job, "visitor"),
    "clip_id": (a_clip, "contributor"),
    "note_id": (something_told, "contributor"),
    "session_id": (a_session, "steward"),
    "token_id": (a_token, "steward"),
}
# What belongs to the memorial, or to nobody; who may see it is said by the route alone.
SHARED = {
    "account_id",
    "correction_id",
    "digest",
    "doubtful_id",
    "file_id",
    "invitation_id",
    "name",
    "number",
    "secret",
    "visitor_id",
    "word",
}


def role_for(named: str) -> Role:
    """One with which the owner may have such a thing."""
    return "contributor" if named == "upload_id" else "visitor"


def ask(client: TestClient, way: Way, memorial_id: str, named: str, wanted: str) -> tuple[int, Any]:
    """The status and the problem with which a route answers, asked for one thing."""
    url = Way(way.method, way.path, way.access, {**way.others, named: wanted}).url(memorial_id)
    if way.method == SOCKET:
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(url):
            pass
        return refused.value.status_code, refused.value.json()
    offered = PIECE if (named, way.method) == ("upload_id", "PATCH") else OFFERED
    given = offered if way.method in ("POST", "PUT", "PATCH") else {}
    answered = client.request(way.method, url, **given)
    return answered.status_code, answered.json() if answered.content else None


@pytest.fixture
def owner(served: Served) -> str:
    """The account of one who is in both memorials."""
    secret, _ = served.lantern.archive.members(served.memorial.id).invite("visitor", "Olive")
    joined = served.accounts.join(secret, "Olive", PASSWORD)
    assert joined is not None
    served.ids["owner"] = joined[0].id
    return joined[0].id


def test_it_is_known_of_everything_in_a_path_whose_it_is(served: Served) -> None:
    found = {named for way in ways(served.app) for named in way.others}
    assert found == set(OWNED) | SHARED


@pytest.mark.parametrize("named", OWNED)
def test_what_is_anothers_is_told_as_what_is_not_there(served: Served, owner: str, tmp_path: Path, named: str) -> None:
    make, highest = OWNED[named]
    served.lantern.archive.members(served.memorial.id).put(owner, Membership(role_for(named), "Olive"))
    there = make(served, owner, tmp_path)
    others = [served.client(highest), served.program("keeper", highest)]
    for way in [way for way in ways(served.app) if named in way.others]:
        for client in others:
            told = ask(client, way, served.memorial.id, named, there)
            assert told == ask(client, way, served.memorial.id, named, NOTHING), str(way)
            assert told[0] in (403, 404), str(way)


@pytest.mark.parametrize("named", [named for named in OWNED if named not in ("session_id", "token_id")])
def test_what_is_ones_own_is_there_and_in_its_own_memorial_alone(
    served: Served, owner: str, tmp_path: Path, named: str
) -> None:
    make, _ = OWNED[named]
    for memorial in (served.memorial, served.other):
        served.lantern.archive.members(memorial.id).put(owner, Membership(role_for(named), "Olive"))
    there, client = make(served, owner, tmp_path), served.client("owner")
    asked = [way for way in ways(served.app) if named in way.others and MEMORIAL in way.path]
    for way in asked:
        assert ask(client, way, served.other.id, named, there)[0] == 404, str(way)
    plain = next(way for way in asked if way.method == "GET" and way.path.endswith(f"{{{named}}}"))
    assert ask(client, plain, served.memorial.id, named, there)[0] == 200
