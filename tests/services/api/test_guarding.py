"""What stands around the application: names, bodies that do not come, what every answer carries."""

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn
from fastapi import FastAPI, Request, WebSocket
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from services.api import problems
from services.api.few import Few
from services.api.guarding import BODY_BYTES, SECURITY, Guard, Limits
from services.punctual import Punctual
from services.whereabouts import OWN_NAMES
from tests.services.api.conftest import Served

HASTE_S = 0.3


class Hurried(Punctual):
    """The same, in a test's time."""

    head_within_s = HASTE_S


def small_app() -> FastAPI:
    app = FastAPI(max_body_size=BODY_BYTES)
    problems.install(app)

    @app.get("/names/{name}")
    def name(name: str) -> str:
        return name

    @app.get("/fault")
    def fault() -> str:
        raise RuntimeError("Rosalind's letter")

    @app.post("/count")
    async def count(request: Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    @app.post("/large", max_body_size=4 * BODY_BYTES)
    async def large(request: Request) -> int:
        return len(await request.body())

    @app.websocket("/talk")
    async def talk(talking: WebSocket) -> None:
        await talking.accept()
        await talking.send_text(await talking.receive_text())
        await talking.receive_text()

    return app


def client(limits: Limits | None = None) -> TestClient:
    return TestClient(Guard(small_app(), limits or Limits()))


@contextmanager
def served(guard: Guard) -> Iterator[int]:
    """A real server; gives its port."""
    server = uvicorn.Server(
        uvicorn.Config(guard, http=Hurried, ws="websockets-sansio", log_config=None, access_log=False, port=0)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(Guard(small_app(), Limits(patience_s=HASTE_S))) as port:
        yield port


def dribbled(port: int, *pieces: bytes) -> bytes:
    """What the server says to somebody who sends these with a pause between them, and nothing more."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for piece in pieces:
            connection.sendall(piece)
            if select.select([connection], [], [], HASTE_S / 2)[0]:  # it has heard enough
                break
        said = b""
        while got := connection.recv(65_536):
            said += got
        return said


POST = b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"


def test_every_answer_carries_the_headers_of_security() -> None:
    for path in ("/names/a", "/nowhere", "/fault"):
        answer = client().get(path)
        assert {name: answer.headers[name] for name in SECURITY} == dict(SECURITY), path


def test_every_answer_has_an_id_of_its_own() -> None:
    ids = {client().get("/names/a").headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3


def test_an_unforeseen_fault_is_a_problem_without_its_words() -> None:
    answer = client().get("/fault")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert "Rosalind" not in answer.text


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "127.0.0.2", ""])
def test_a_name_that_is_not_this_machines_is_refused(name: str) -> None:
    answer = client(Limits(OWN_NAMES.__contains__)).get("/names/a", headers={"Host": name})
    assert (answer.status_code, answer.json()["type"]) == (421, "/problems/not-this-name")


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST:8451", "127.0.0.1:8451", "[::1]:80", "localhost."])
def test_its_own_names_are_answered_with_any_port(name: str) -> None:
    assert client(Limits(OWN_NAMES.__contains__)).get("/names/a", headers={"Host": name}).status_code == 200


def test_a_socket_under_a_strange_name_is_refused() -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client(Limits(OWN_NAMES.__contains__)).websocket_connect("/talk", headers={"Host": "evil.example"}),
    ):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize(
    ("address", "status"), [("192.168.1.7", 200), ("10.9.8.7", 200), ("127.0.0.1", 200), ("8.8.8.8", 403)]
)
def test_in_the_house_only_the_house_is_answered(address: str, status: int) -> None:
    app = Guard(small_app(), Limits(only_near=True))
    assert TestClient(app, client=(address, 1)).get("/names/a").status_code == status


def test_a_body_may_be_as_large_as_its_route_says() -> None:
    body = b"x" * (BODY_BYTES + 1)
    assert client().post("/count", content=body).status_code == 413
    assert client().post("/count", content=body[1:]).json() == BODY_BYTES
    assert client().post("/large", content=body).json() == BODY_BYTES + 1


def test_a_body_without_a_told_length_is_counted_as_it_comes() -> None:
    pieces = (b"x" * 65_536 for _ in range(BODY_BYTES // 65_536 + 1))
    assert client().post("/count", content=pieces).status_code == 413


def test_a_head_that_comes_a_letter_at_a_time_is_not_waited_for(port: int) -> None:
    assert dribbled(port, *(bytes([letter]) for letter in b"GET / HT")) == b""


def test_a_silent_connection_is_not_held(port: int) -> None:
    assert dribbled(port) == b""


def test_a_body_that_stays_away_is_not_waited_for(port: int) -> None:
    said = dribbled(port, POST + b"x" * 10)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["type"] == "/problems/request-timeout"


def test_a_body_that_trickles_is_not_waited_for_either(port: int) -> None:
    assert dribbled(port, POST, *[b"x"] * 4).startswith(b"HTTP/1.1 408 ")


def test_a_body_in_pieces_that_keeps_coming_is_taken(port: int) -> None:
    head = b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\nConnection: close\r\n\r\n"
    said = dribbled(port, head + b"x" * 9_000, b"x" * 9_000, b"x" * 2_000)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b"20000")


def test_others_are_answered_while_somebody_is_slow(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(POST)
        said = dribbled(port, b"GET /names/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 ")


def test_more_at_once_than_can_be_done_is_refused_for_the_moment() -> None:
    answer = client(Limits(at_once=0)).get("/names/a")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_the_farewell_reaches_every_open_conversation() -> None:
    guard = Guard(small_app(), Limits())
    with (
        TestClient(guard) as browser,
        browser.websocket_connect("/talk") as first,
        browser.websocket_connect("/talk") as second,
    ):
        for each in (first, second):
            each.send_text("hello")
            assert each.receive_text() == "hello"
        assert browser.portal is not None
        browser.portal.call(guard.farewell)
        assert [each.receive()["code"] for each in (first, second)] == [1001, 1001]


def test_where_much_is_worked_out_already_one_more_is_refused_and_others_are_answered(served: Served) -> None:
    served.app.state.lantern = replace(served.lantern, few=Few(1))
    sten = served.client("steward")
    with served.app.state.lantern.few.place():
        refused = sten.get(served.url("/voice/sample"))
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/busy")
        assert "Retry-After" in refused.headers
        assert sten.get(served.url("/voice")).status_code == 200
    for _ in range(2):
        assert sten.get(served.url("/voice/sample")).status_code == 409  # none was learnt, and the place is free again
