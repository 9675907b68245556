from typing import Any

from fastapi import FastAPI

from services.api.access import Anyone
from services.api.documentation import TAGS
from tests.services.api.routes import SOCKET, ways


def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def test_every_route_says_whether_it_takes_an_account(small_app: FastAPI) -> None:
    paths = document(small_app)["paths"]
    for way in ways(small_app):
        told = paths.get(way.path.replace(":path}", "}"), {}).get(way.method.lower())
        if way.method != SOCKET and told is not None:
            assert ("security" in told) == (not any(isinstance(each, Anyone) for each in way.access)), str(way)


def test_every_subject_is_described(small_app: FastAPI) -> None:
    told = document(small_app)
    assert {tag for path in told["paths"].values() for each in path.values() for tag in each.get("tags", ())} == set(
        TAGS
    )


def test_the_messages_of_the_live_socket_are_described(small_app: FastAPI) -> None:
    (talk,) = (each["description"] for each in document(small_app)["tags"] if each["name"] == "conversations")
    for word in ("say", "interrupt", "played", "resume", "ready", "phrase", "media", "cue", "end", "problem"):
        assert f'"{word}"' in talk or f"`{word}`" in talk
