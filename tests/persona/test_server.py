"""The `openai` engine against a real server on this machine, one that behaves and one that does not."""

from __future__ import annotations

import json
import logging
import math
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from data.errors import Busy, LanternError, Missing, NotReady, Refused
from data.types import Turn
from persona.generation import Freedom, Generation, Writer
from persona.server import Server
from persona.trigram import ORDER, Trigram, tokens
from tests.persona.cases import letters, recollection

PROMPT = "The letters say that the beans grew along the wall.\nAnna:"
REPLY = " I grew beans along the wall.\nVisitor: Where?"
KEY = "sk-a-key-that-nobody-may-read"
PATIENCE_S = 0.3

Answer = Callable[["Handler", dict[str, Any]], None]


@dataclass
class Behaviour:
    """What the server does with a request, and what it was asked."""

    answer: Answer
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with chunks, as streaming servers do."""

    protocol_version = "HTTP/1.1"
    behaviour: Behaviour

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.behaviour.asked.append(asked)
        self.behaviour.headers.append(dict(self.headers.items()))
        self.behaviour.paths.append(self.path)
        try:
            self.behaviour.answer(self, asked)
        except (BrokenPipeError, ConnectionResetError):
            self.behaviour.gone.set()

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def event(self, told: object) -> None:
        self.chunk(b"data: " + json.dumps(told).encode() + b"\n\n")

    def end(self, data: bytes = b"data: [DONE]\n\n") -> None:
        if data:
            self.chunk(data)
        self.chunk(b"")

    def body(self, status: int, told: object, **headers: str) -> None:
        self.begin(status, "application/json", **headers)
        self.end(told if isinstance(told, bytes) else json.dumps(told).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the library's name
        pass


class Quiet(ThreadingHTTPServer):
    """Whoever hangs up is no error."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, Behaviour]]:
    behaviour = Behaviour(answer)
    handler = type("Bound", (Handler,), {"behaviour": behaviour})
    httpd = Quiet(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}/v1", behaviour
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def said(answer: Answer, **options: Any) -> str:
    """All that the engine says for the prompt, where the server answers so."""
    with serving(answer) as (url, _), closing(Server(url, "anna", patience_s=PATIENCE_S, **options)) as server:
        return "".join(server.stream(PROMPT, most_tokens=40, stops=["\n"], seed=3))


def completing(handler: Handler, asked: dict[str, Any]) -> None:
    """A few characters at a time, words and the stop cut anywhere."""
    handler.begin()
    for at in range(0, len(REPLY), 3):
        handler.event({"choices": [{"text": REPLY[at : at + 3], "finish_reason": None}]})
    handler.event({"choices": [{"text": "", "finish_reason": "stop"}]})
    handler.event({"choices": [], "usage": {"completion_tokens": 9}})
    handler.end()


def chatting(handler: Handler, asked: dict[str, Any]) -> None:
    handler.begin()
    handler.chunk(b": a comment that keeps the line open\n\n")
    handler.event({"choices": [{"delta": {"role": "assistant", "content": None}, "finish_reason": None}]})
    handler.event({"choices": [{"delta": {"reasoning_content": "They want beans."}, "finish_reason": None}]})
    handler.event({"choices": [{"delta": {"content": "我种了豆子"}, "finish_reason": None}]})
    handler.event({"choices": [{"delta": {"content": "。"}, "finish_reason": None}]})
    handler.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    handler.end()


def refusing(status: int, told: object = b"", **headers: str) -> Answer:
    return lambda handler, asked: handler.body(status, told, **headers)


def breaking_off(handler: Handler, asked: dict[str, Any]) -> None:
    handler.begin()
    handler.event({"choices": [{"text": " I grew beans", "finish_reason": None}]})
    handler.close_connection = True


def ending_early(handler: Handler, asked: dict[str, Any]) -> None:
    handler.begin()
    handler.event({"choices": [{"text": " I grew beans", "finish_reason": None}]})
    handler.end(b"")


def silent(handler: Handler, asked: dict[str, Any]) -> None:
    handler.begin()
    handler.event({"choices": [{"text": " I grew beans", "finish_reason": None}]})
    handler.rfile.read(1)  # until the other side hangs up


def failing_in_the_middle(handler: Handler, asked: dict[str, Any]) -> None:
    handler.begin()
    handler.event({"choices": [{"text": " I grew", "finish_reason": None}]})
    handler.event({"error": {"message": "CUDA out of memory", "type": "InternalServerError"}})
    handler.end()


def test_a_completion_comes_word_by_word_up_to_the_stop() -> None:
    with serving(completing) as (url, behaviour), closing(Server(url, "anna")) as server:
        pieces = list(server.stream(PROMPT, most_tokens=40, stops=["\n"], seed=3))
    assert [piece.strip() for piece in pieces] == ["I", "grew", "beans", "along", "the", "wall."]
    assert behaviour.paths == ["/v1/completions"]
    assert behaviour.asked[0]["prompt"] == PROMPT
    assert {name: behaviour.asked[0][name] for name in ("model", "max_tokens", "stop", "seed", "stream")} == {
        "model": "anna", "max_tokens": 40, "stop": ["\n"], "seed": 3, "stream": True,
    }  # fmt: skip
    assert "Authorization" not in behaviour.headers[0]


def test_a_chat_says_what_is_said_and_not_what_is_thought() -> None:
    with serving(chatting) as (url, behaviour), closing(Server(url, "anna", way="chat")) as server:
        assert list(server.stream(PROMPT, most_tokens=40)) == ["我", "种", "了", "豆", "子", "。"]
    assert behaviour.paths == ["/v1/chat/completions"]
    assert behaviour.asked[0]["messages"] == [{"role": "user", "content": PROMPT}]


def test_without_a_seed_the_likeliest_is_asked_for() -> None:
    with serving(completing) as (url, behaviour), closing(Server(url, "anna")) as server:
        list(server.stream(PROMPT, most_tokens=40))
    assert behaviour.asked[0]["temperature"] == 0.0
    assert "seed" not in behaviour.asked[0]


def test_no_more_stops_are_sent_than_servers_take_and_all_are_kept() -> None:
    stops = ["#", "%", "&", "@", " along"]
    with serving(completing) as (url, behaviour), closing(Server(url, "anna")) as server:
        assert "".join(server.stream(PROMPT, most_tokens=40, stops=stops)).strip() == "I grew beans"
    assert behaviour.asked[0]["stop"] == stops[:4]


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refusing(401, {"error": {"message": f"Incorrect key: {KEY}"}}), Refused, "refuses the key"),
        (refusing(403), Refused, "refuses the key"),
        (refusing(404, {"error": {"message": "The model `anna` does not exist."}}), Refused, "knows no model anna"),
        (refusing(404, b"<html>no such page</html>"), Refused, "may lack its /v1"),
        (refusing(400, {"error": {"message": "maximum context length is 2048"}}), Refused, "length is 2048"),
        (refusing(422, {"error": {"message": f"odd header: {KEY}"}}), Refused, "odd header: …"),
        (refusing(429, {"error": "slow down"}), Busy, "slow down"),
        (refusing(500, {"error": {"message": "out of memory\nat line 3"}}), Missing, "out of memory at line 3"),
        (refusing(500, b"\xff\xfe nothing that is text"), Missing, "fault of its own"),
        (refusing(200, {"hello": "world"}), Missing, "does not speak"),
        (lambda handler, asked: (handler.begin(), handler.end(b"data: {broken\n\n")), Missing, "does not speak"),
        (lambda handler, asked: (handler.begin(), handler.event([1, 2]), handler.end()), Missing, "does not speak"),
        (lambda handler, asked: (handler.begin(), handler.event({"choices": [{}]})), Missing, "does not speak"),
        (lambda handler, asked: (handler.begin(), handler.end(b"data: \xff\n\n")), Missing, "does not speak"),
        (failing_in_the_middle, Missing, "CUDA out of memory"),
        (breaking_off, Missing, "broke off"),
        (ending_early, Missing, "broke off"),
        (silent, Missing, "said nothing"),
    ],
)
def test_what_goes_wrong_is_said_on_one_line_that_names_the_server(
    answer: Answer, error: type[LanternError], says: str
) -> None:
    with pytest.raises(error, match=says) as raised:
        said(answer, key=KEY)
    message = str(raised.value)
    assert "\n" not in message
    assert "http://127.0.0.1:" in message
    assert KEY not in message


def test_what_was_said_before_a_fault_has_been_given() -> None:
    with serving(failing_in_the_middle) as (url, _), closing(Server(url, "anna")) as server:
        spoken = server.stream(PROMPT, most_tokens=40)
        assert next(spoken).strip() == "I"
        with pytest.raises(Missing):
            next(spoken)


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with closing(Server(url, "anna")) as server, pytest.raises(Missing, match="no server answers"):
            list(server.stream(PROMPT, most_tokens=4))


def test_a_missing_key_is_asked_for() -> None:
    with pytest.raises(Refused, match="wants a key"):
        said(refusing(401))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_takes_no_words_along(status: int) -> None:
    with serving(completing) as (elsewhere, other):
        with pytest.raises(Refused, match="sends elsewhere"):
            said(refusing(status, b"", Location=f"{elsewhere}/completions"))
        assert other.asked == []


def test_an_error_that_repeats_their_words_is_not_shown() -> None:
    with pytest.raises(Refused) as raised:
        said(refusing(400, {"error": {"message": f"cannot parse {PROMPT!r}"}}))
    assert "beans" not in str(raised.value)


def test_the_key_is_sent_and_neither_logged_nor_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(completing) as (url, behaviour), closing(Server(url, "anna", key=KEY)) as server:
        list(server.stream(PROMPT, most_tokens=40))
        assert behaviour.headers[0]["Authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(server) + repr(vars(server)["_client"].headers)
    assert "POST" in caplog.text
    assert KEY not in caplog.text
    assert "beans" not in caplog.text


@pytest.mark.parametrize("key", ["a key", "a\nkey", "钥匙"])
def test_what_can_be_no_key_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(Refused) as raised:
        Server("http://localhost/v1", "anna", key=key)
    assert key not in str(raised.value)


def test_closing_the_words_ends_the_request() -> None:
    def endless(handler: Handler, asked: dict[str, Any]) -> None:
        handler.begin()
        while True:
            handler.event({"choices": [{"text": " and on", "finish_reason": None}]})

    with serving(endless) as (url, behaviour), closing(Server(url, "anna")) as server:
        spoken = server.stream(PROMPT, most_tokens=40)
        assert next(spoken).strip() == "and"
        spoken.close()
        assert behaviour.gone.wait(10)


def test_a_proxy_of_the_environment_does_not_read_along(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(completing) as (elsewhere, other):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, elsewhere.removesuffix("/v1"))
        assert said(completing).strip() == "I grew beans along the wall."
        assert other.asked == []


def test_a_server_is_not_claimed_to_keep_to_their_sentences() -> None:
    with closing(Server("http://localhost/v1", "anna")) as server, pytest.raises(NotReady, match="on this machine"):
        list(server.stream(PROMPT, most_tokens=4, allowed=object()))


def test_a_server_stands_behind_the_persona_only_where_it_may_write_freely() -> None:
    with serving(completing) as (url, behaviour), closing(Server(url, "grace", context_tokens=900)) as server:
        writer: Writer = server
        with pytest.raises(NotReady, match="free writing"):
            Generation(recollection("hopper"), writer)
        free = Generation(recollection("hopper"), writer, Freedom(writing=True))
        told = list(free.reply([Turn("visitor", "Tell me about the clocks.")]))
    assert (told[0].text, told[0].mark) == ("I grew beans along the wall.", "imagined")
    assert "clock" in behaviour.asked[0]["prompt"]
    assert server.count(behaviour.asked[0]["prompt"]) + behaviour.asked[0]["max_tokens"] <= server.context_tokens


@pytest.mark.parametrize("sample", ["hopper", "waigong"])
def test_a_text_is_not_counted_shorter_than_its_words_and_signs(sample: str) -> None:
    with closing(Server("http://localhost/v1", "anna")) as server:
        for letter in letters(sample):
            assert len(tokens(letter.text)) <= server.count(letter.text) <= 3 * len(tokens(letter.text))


# likelihoods


def echoing(model: Trigram) -> Answer:
    """vLLM's way: the prompt's tokens come back, each with its likelihood, and one token more."""

    def answer(handler: Handler, asked: dict[str, Any]) -> None:
        given = [""] * (ORDER - 1) + tokens(asked["prompt"])
        logs = [math.log(model.probability(tuple(given[at : at + ORDER]))) for at in range(len(given) - ORDER + 1)]
        told = {"token_logprobs": [None, *logs[1:], -0.5] if asked["echo"] else [-0.5]}
        handler.body(200, {"choices": [{"text": "", "logprobs": told}], "usage": {"prompt_tokens": len(logs)}})

    return answer


def test_likelihoods_are_those_of_the_model_behind_the_server() -> None:
    model = Trigram([PROMPT, "I grew beans along the wall.", "The wall is old."])
    texts = [" I grew beans.", " The wall grew.", ""]
    with serving(echoing(model)) as (url, _), closing(Server(url, "anna")) as server:
        assert server.score(PROMPT, texts) == pytest.approx(model.score(PROMPT, texts))


@pytest.mark.parametrize(
    "logprobs", [None, {}, {"content": [{"token": "x", "logprob": -0.5}]}, {"token_logprobs": [-0.5]}]
)
@pytest.mark.parametrize("usage", [{"prompt_tokens": 9}, None])
def test_likelihoods_of_the_answer_alone_are_not_taken_for_those_of_the_text(logprobs: object, usage: object) -> None:
    told = {"choices": [{"text": "x", "logprobs": logprobs}], "usage": usage}
    with serving(refusing(200, told)) as (url, _), closing(Server(url, "anna")) as server:  # noqa: SIM117 — too long
        with pytest.raises(NotReady, match="vLLM"):
            server.score(PROMPT, [" I grew beans."])


def test_a_chat_tells_no_likelihoods() -> None:
    with closing(Server("http://localhost/v1", "anna", way="chat")) as server, pytest.raises(NotReady, match="vLLM"):
        server.score(PROMPT, [" I grew beans."])
