"""What the service writes down holds nobody's words, whatever is sent to whichever route."""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from services import logs, metrics
from services.api.guarding import Guard, Limits
from tests.services.api.conftest import ORIGIN, PASSWORD, Served
from tests.services.api.routes import SOCKET, Way, ways

TEXT = "Rosalind-wept-in-Whitby"  # of a shape that paths, names and most patterns take
NAMES = (TEXT, "Grace Murray", "Vera", "Kay", "relay seventy", PASSWORD)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file, while everything is written there."""
    with logs.written(tmp_path, debug=False):
        yield tmp_path / logs.LOG


def records(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def personal(schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    """Something of that schema, with the text wherever a text may stand."""
    if "$ref" in schema:
        return personal(parts[schema["$ref"].rpartition("/")[2]], parts)
    for ways_to_be in ("anyOf", "oneOf", "allOf"):
        if ways_to_be in schema:
            return personal(next(each for each in schema[ways_to_be] if each.get("type") != "null"), parts)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return {name: personal(each, parts) for name, each in schema.get("properties", {}).items()}
        case "array":
            return [personal(schema.get("items", {}), parts)]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
    return TEXT


def bodies(served: Served) -> dict[tuple[str, str], Any]:
    """One for each operation that takes JSON."""
    told = served.app.openapi()
    parts = told.get("components", {}).get("schemas", {})
    return {
        (method.upper(), path): personal(operation["requestBody"]["content"]["application/json"]["schema"], parts)
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }


def ask(browser: TestClient, served: Served, way: Way, body: Any) -> None:
    """One request of that way, with the text in its path, query, headers and body."""
    personal_path = way.path.replace("{memorial_id}", served.memorial.id)
    for url in (way.url(served.memorial.id), personal_path.replace("{", TEXT).replace("}", "")):
        headers = {"User-Agent": TEXT, "Idempotency-Key": TEXT, "X-Request-Id": TEXT}
        if way.method == SOCKET:
            speak(browser, url, headers)
        elif body is None:
            browser.request(way.method, f"{url}?text={TEXT}", content=TEXT, headers=headers)
        else:
            browser.request(way.method, f"{url}?text={TEXT}", json=body, headers=headers)


def speak(browser: TestClient, url: str, headers: dict[str, str]) -> None:
    try:
        with browser.websocket_connect(url, headers=headers) as socket:
            socket.send_text(json.dumps({"type": "say", "id": TEXT, "text": TEXT}))
    except WebSocketDisconnect:
        pass  # there is no such conversation


def test_nothing_that_is_sent_to_any_route_is_written_down(
    served: Served, log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    browser = TestClient(Guard(served.app, Limits()), base_url=ORIGIN, headers={"Origin": ORIGIN})
    served.sign_in(browser, served.ids["keeper"])
    sent = bodies(served)
    everything = ways(served.app)
    for way in everything:
        ask(browser, served, way, sent.get((way.method, way.path)))
    home = served.lantern.archive.home
    written = {
        "the log": log.read_bytes(),
        "the terminal": "".join(capfd.readouterr()).encode(),
        "the figures": metrics.exposition({}),
        **{path.name: path.read_bytes() for path in home.root.glob("jobs.sqlite*")},
        **{path.name: path.read_bytes() for path in (*home.logs.iterdir(), *home.jobs.iterdir())},
    }
    found = [(name, text) for name, content in written.items() for text in NAMES if text.encode() in content]
    assert found == []
    routes = {each["route"] for each in records(log) if each["event"] == "request"}
    assert {way.path for way in everything} <= routes


def test_a_request_is_one_line_with_its_figures(served: Served, log: Path) -> None:
    browser = TestClient(Guard(served.app, Limits()), base_url=ORIGIN)
    answer = browser.get(served.url())
    (told,) = records(log)
    assert told["request"] == answer.headers["X-Request-Id"]
    assert (told["method"], told["route"], told["status"]) == ("GET", "/api/v1/memorials/{memorial_id}", 401)
    assert told["sent"] == len(answer.content)


def test_of_a_failure_its_class_and_place_are_told(log: Path) -> None:
    try:
        Path(TEXT).read_text()
    except OSError as err:
        logs.tell("fault", err)
    (told,) = records(log)
    assert (told["error"], told["where"].partition(":")[0]) == ("FileNotFoundError", "pathlib.py")
    assert TEXT not in log.read_text()


def test_of_a_librarys_record_who_wrote_it_is_told(log: Path) -> None:
    logging.getLogger("faster_whisper").warning("heard %s", TEXT)
    logging.getLogger("uvicorn.error").warning('%s - "WebSocket %s" [accepted]', TEXT, TEXT)
    first, second = records(log)
    assert first["library"] == "faster_whisper"
    assert second["says"] == '%s - "WebSocket %s" [accepted]'
    assert TEXT not in log.read_text()


def test_on_a_terminal_the_lines_go_to_the_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with logs.written(tmp_path, debug=False):
        logs.tell("said")
    assert capfd.readouterr().err == ""
    assert [each["event"] for each in records(tmp_path / logs.LOG)] == ["said"]


def test_what_a_thread_fails_with_is_written_down_without_its_words(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError(TEXT)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert [(each["event"], each["error"]) for each in records(log)] == [("fault", "ValueError")]
    assert TEXT not in log.read_text() + capsys.readouterr().err
