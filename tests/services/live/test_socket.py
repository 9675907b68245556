"""The line between a page and its conversation."""

import json
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from data.accounts import Membership
from services.live.room import FULL
from services.live.socket import LARGEST_MESSAGE, PROBLEMS
from tests.services.api.conftest import LETTERS, Served


def begin(client: TestClient, served: Served) -> str:
    begun = client.post(served.url("/conversations"), json={})
    assert begun.status_code == 201, begun.text
    return str(begun.json()["id"])


def connect(client: TestClient, served: Served, conversation: str) -> WebSocketTestSession:
    return client.websocket_connect(served.url(f"/conversations/{conversation}/live"))


def until(line: WebSocketTestSession, kind: str) -> list[dict[str, Any]]:
    told = [line.receive_json()]
    while told[-1]["type"] != kind:
        told.append(line.receive_json())
    return told


def test_a_line_is_answered_in_their_words_with_the_letter_behind_them(served: Served) -> None:
    with served.client("visitor") as client:
        conversation = begin(client, served)
        opening = client.get(served.url(f"/conversations/{conversation}")).json()["opening"]
        assert opening["notices"].keys() == {"en", "zh"}
        assert opening["notices"]["en"] == opening["notice"]
        with connect(client, served, conversation) as line:
            assert line.receive_json() == {"type": "ready", "turn": 0, "listening": True}
            line.send_json({"type": "say", "id": "a", "text": "Tell me about the moth"})
            told = until(line, "end")
        assert [each["type"] for each in told] == ["turn", *["phrase"] * (len(told) - 2), "end"]
        theirs = next(each for each in told if each.get("mark") == "theirs")
        assert theirs["source"]["file"] == "1947-a-moth.txt"
        turns = client.get(served.url(f"/conversations/{conversation}/turns")).json()["items"]
        assert [each["text"] for each in turns[0]["phrases"]] == [each["text"] for each in told[1:-1]]


def test_what_was_taken_back_since_is_withheld_and_the_rest_stays(served: Served) -> None:
    moth = "Today we found a moth in relay seventy."
    with served.client("visitor") as client:
        place = served.url(f"/conversations/{begin(client, served)}/turns")
        said = client.post(place, json={"text": "Tell me about the moth"}).json()["phrases"]
        assert moth in [each["text"] for each in said]
        served.lantern.archive.memory(served.memorial.id).strike(moth)
        (turn,) = client.get(place).json()["items"]
    for before, after in zip(said, turn["phrases"], strict=True):
        gone = {"text": "", "source": None, "withheld": True} if before["text"] == moth else {}
        assert after == before | gone


def test_where_nothing_is_shared_with_a_visitor_yet_it_has_a_name_of_its_own(served: Served) -> None:
    memory = served.lantern.archive.memory(served.memorial.id)
    for file in LETTERS:
        memory.set_audience(file, ["Vera"])
    with served.client("visitor") as client:
        told = client.post(served.url("/conversations"), json={})
    assert (told.status_code, told.json()["type"]) == (409, "/problems/nothing-shared")
    assert "--" not in told.json()["detail"]
    with served.client("keeper") as client:
        assert client.post(served.url("/conversations"), json={}).status_code == 201


def test_what_is_struck_meanwhile_is_not_said_any_more(served: Served) -> None:
    moth = "Today we found a moth in relay seventy."
    with served.client("visitor") as client, connect(client, served, begin(client, served)) as line:
        line.receive_json()
        line.send_json({"type": "say", "id": "a", "text": "Tell me about the moth"})
        assert any(moth in each.get("text", "") for each in until(line, "end"))
        served.lantern.archive.memory(served.memorial.id).strike(moth)
        line.send_json({"type": "say", "id": "b", "text": "Tell me about the moth"})
        assert not any(moth in each.get("text", "") for each in until(line, "end"))


def test_what_is_forgotten_meanwhile_is_not_said_any_more(served: Served) -> None:
    memory = served.lantern.archive.memory(served.memorial.id)
    kept = memory.remember("Vera", "My greenhouse burnt down in March")
    with served.client("visitor") as client, connect(client, served, begin(client, served)) as line:
        line.receive_json()
        line.send_json({"type": "say", "id": "a", "text": "What about my greenhouse?"})
        assert any("greenhouse" in each.get("text", "") for each in until(line, "end") if each["type"] == "phrase")
        memory.forget(kept.id)
        line.send_json({"type": "say", "id": "b", "text": "What about my greenhouse?"})
        assert not any("burnt" in each.get("text", "") for each in until(line, "end") if each["type"] == "phrase")


def test_who_is_known_by_another_name_is_answered_as_that_one(served: Served) -> None:
    served.lantern.archive.memory(served.memorial.id).remember("Vera", "My greenhouse burnt down in March")
    with served.client("visitor") as client:
        conversation = begin(client, served)
        with connect(client, served, conversation) as line:
            line.receive_json()
            members = served.lantern.archive.members(served.memorial.id)
            members.put(served.ids["visitor"], Membership("visitor", "Nora"))
            line.send_json({"type": "say", "id": "a", "text": "What about my greenhouse?"})
            assert not any("burnt" in each.get("text", "") for each in until(line, "end") if each["type"] == "phrase")
        url = served.url(f"/conversations/{conversation}/turns")
        told = client.post(url, json={"text": "What about my greenhouse?"}).json()["phrases"]
        assert told
        assert not any("burnt" in each["text"] for each in told)


def test_a_program_is_told_what_a_page_is_told(served: Served) -> None:
    with served.client("visitor") as client:
        url = served.url(f"/conversations/{begin(client, served)}/turns")
        program = client.post(url, json={"text": "Tell me about the moth"}).json()
        with connect(client, served, begin(client, served)) as line:
            line.receive_json()
            line.send_json({"type": "say", "id": "a", "text": "Tell me about the moth"})
            phrases = [each for each in until(line, "end") if each["type"] == "phrase"]
    assert program["reason"] == "said"
    assert [each["text"] for each in program["phrases"]] == [each["text"] for each in phrases]
    assert [each["source"] for each in program["phrases"]] == [each["source"] for each in phrases]


def test_a_line_of_a_program_leaves_no_room_open(served: Served) -> None:
    with served.client("visitor") as client:
        url = served.url(f"/conversations/{begin(client, served)}/turns")
        assert [client.post(url, json={"text": "Hello"}).json()["turn"] for _ in range(2)] == [0, 1]
    assert served.app.state.house.rooms == {}


@pytest.mark.parametrize("what", ["memorial", "member", "account", "own account"])
def test_what_is_removed_closes_its_sockets(served: Served, what: str) -> None:
    own, url = served.ids["visitor"], served.url()
    role, url, code = {
        "memorial": ("steward", url, 4004),
        "member": ("steward", f"{url}/members/{own}", 1008),
        "account": ("keeper", f"/api/v1/accounts/{own}", 1008),
        "own account": ("visitor", "/api/v1/account", 1008),
    }[what]
    with served.client(role) as other, served.client("visitor") as client:
        with connect(client, served, begin(client, served)) as line:
            line.receive_json()
            assert other.delete(url).status_code == 204
            with pytest.raises(WebSocketDisconnect) as closed:
                line.receive_json()
        assert closed.value.code == code
    assert served.app.state.house.rooms == {}


def test_who_comes_back_again_and_again_is_told_to_wait(served: Served) -> None:
    with served.client("visitor") as client, connect(client, served, begin(client, served)) as line:
        line.receive_json()
        for _ in range(2):
            line.send_json({"type": "resume", "turn": 0, "phrases": 0, "pieces": 0})
        assert line.receive_json()["problem"] == "too-often"


def test_a_second_socket_takes_over(served: Served) -> None:
    with served.client("visitor") as client:
        conversation = begin(client, served)
        with connect(client, served, conversation) as first:
            first.receive_json()
            with connect(client, served, conversation) as second:
                second.receive_json()
                with pytest.raises(WebSocketDisconnect) as closed:
                    first.receive_json()
                assert closed.value.code == 4001
                second.send_json({"type": "say", "id": "a", "text": "Hello"})
                until(second, "end")


@pytest.mark.parametrize("role", ["contributor", "keeper", "stranger", None])
def test_nobody_else_comes_into_a_conversation(served: Served, role: str | None) -> None:
    with served.client("visitor") as own:
        conversation = begin(own, served)
    with (
        served.client(role) as client,
        pytest.raises(WebSocketDisconnect),
        connect(client, served, conversation) as line,
    ):
        line.receive_json()


def test_a_page_of_another_origin_does_not(served: Served) -> None:
    with served.client("visitor") as client:
        conversation = begin(client, served)
        client.headers["Origin"] = "http://elsewhere.example"
        with pytest.raises(WebSocketDisconnect), connect(client, served, conversation) as line:
            line.receive_json()


def test_who_is_shut_out_meanwhile_is_sent_away(served: Served) -> None:
    with served.client("visitor") as client, connect(client, served, begin(client, served)) as line:
        line.receive_json()
        served.lantern.archive.members(served.memorial.id).remove(served.ids["visitor"])
        line.send_json({"type": "say", "id": "a", "text": "Hello"})
        assert line.receive_json()["type"] == "problem"
        with pytest.raises(WebSocketDisconnect) as closed:
            line.receive_json()
        assert closed.value.code == 1008


def test_one_socket_too_many_is_told_so_before_it_is_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.live.house.SOCKETS", 1)
    with served.client("visitor") as client:
        with connect(client, served, begin(client, served)) as line:
            line.receive_json()
            with connect(client, served, begin(client, served)) as other:
                told = other.receive_json()
                assert (told["type"], told["problem"], told["status"]) == ("problem", "too-many", 429)
                with pytest.raises(WebSocketDisconnect) as closed:
                    other.receive_json()
                assert closed.value.code == FULL
            line.send_json({"type": "say", "id": "a", "text": "Hello"})
            until(line, "end")
        with connect(client, served, begin(client, served)) as other:
            assert other.receive_json()["type"] == "ready"


def test_who_sends_nothing_but_nonsense_is_sent_away(served: Served) -> None:
    with served.client("visitor") as client, connect(client, served, begin(client, served)) as line:
        line.receive_json()
        for _ in range(PROBLEMS):
            line.send_text("{")
            assert line.receive_json()["problem"] == "invalid"
        with pytest.raises(WebSocketDisconnect) as closed:
            line.receive_json()
        assert closed.value.code == 1008


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(["say", "interrupt", "played", "resume", "end", ""])},
    optional={
        "id": st.text(max_size=70) | VALUES,
        "text": st.text(max_size=30) | VALUES,
        "turn": st.integers(-1, 3) | VALUES,
        "s": st.floats() | VALUES,
        "phrases": st.integers(-1, 3) | VALUES,
        "pieces": st.integers(-1, 3) | VALUES,
    },
)
RAW = (
    MESSAGES.map(json.dumps)
    | VALUES.map(json.dumps)
    | st.text(max_size=40)
    | st.binary(max_size=40)
    | st.just("x" * (LARGEST_MESSAGE + 1))
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RAW, max_size=12))
def test_whatever_is_sent_the_next_line_is_answered(served: Served, messages: list[str | bytes]) -> None:
    with served.client("visitor") as client:
        conversation = begin(client, served)
        with connect(client, served, conversation) as line:
            for message in messages:
                line.send_bytes(message) if isinstance(message, bytes) else line.send_text(message)
            line.send_json({"type": "say", "id": "the last one", "text": "Hello"})
            while (told := line.receive_json()).get("id") != "the last one":
                assert told["type"] in {"ready", "turn", "phrase", "end", "problem"}
            assert until(line, "end")[-1]["reason"] == "said"
        client.delete(served.url(f"/conversations/{conversation}"))
    assert served.app.state.house.rooms == {}
    for thread in threading.enumerate():
        if thread.name == "answer":
            thread.join(20)
            assert not thread.is_alive()
