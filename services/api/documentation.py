"""What the OpenAPI document tells beside the routes: how to sign in, who may ask, and how the live socket speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from services.api.access import Anyone, Needs, Signed

DESCRIPTION = """A digital memorial that one can talk to. Everything here stays on the machine that serves it.

Every answer carries marks that say whose words it holds; every clip is labelled as made by a program.
Errors are `application/problem+json`: `type` names what happened, `title` says what that means, and what the `detail`
tells of stands in members of its own, such as `file` or `names`.
Times are ISO 8601 in UTC; lengths of clips are seconds, sizes bytes or pixels.

Programs send a token, made on the page of an account: `Authorization: Bearer lantern_…`. With the cookie of a session,
whatever changes something sends `X-CSRF-Token` too, as `GET /session` tells it. Another password ends every other
session and every token, unless `keep_tokens` is sent with it."""

TAGS = {
    "accounts": "Who may come in: the first start, sessions, tokens, invitations that are accepted.",
    "members": "Who has which role in a memorial, and the links that invite.",
    "memorials": "Those that are shared with whoever asks; new ones, and samples.",
    "uploads": "Files on their way, in pieces that can be taken up again.",
    "sources": "What the family brought: looked through first, then added; left out, or not for somebody.",
    "portrait": """The photo that moves, and the other photos.

Where a photo shows several people, `GET …/photos/{file_id}/faces`, or `GET …/uploads/{upload_id}/faces` before it is
added, tells where each face is and gives a picture of each. `POST …/portrait` then takes the number of the chosen one:
`{"photo": "1c9d6f3a5b8e4d7f9a0c2e4b6d8f0a1c", "face": 2}`, or `{"uploads": ["5b1c…"], "face": 2}`.""",
    "speech": "What was said aloud, as words.",
    "jobs": "Long work, with its progress as server-sent events.",
    "conversations": """`POST …/conversations` begins one; `POST …/turns` answers a line in words alone.

**Live**, a WebSocket at `…/conversations/{conversation_id}/live`; JSON both ways, sound and picture as bytes.

| sent | |
| --- | --- |
| `{"type":"say","id":"…","text":"…"}` | a line; the same `id` again is not said twice |
| `{"type":"interrupt"}` | the answer under way ends at once |
| `{"type":"played","turn":3,"s":1.24}` | how far it was played, every quarter of a second: the server stays 2 s ahead |
| `{"type":"resume","turn":3,"phrases":4,"pieces":17}` | first after a break: what was received of the last turn |

| received | |
| --- | --- |
| `ready` | `turn`: the number of the next line; `listening`: no answer is under way |
| `turn` | the line was taken: `turn`, `id`, `line` |
| `phrase` | `turn`, `index`, `text`, `language`, `mark`, `source`, `spoken` |
| `media` | `turn`, `mime`, `width`, `height`: what the bytes are; none for notices alone |
| `cue` | `turn`, `phrase`, `start_s`: where a phrase is heard |
| bytes | turn and number of the piece (two 32-bit integers, big-endian), then a part of a fragmented MP4 |
| `end` | `turn`, `reason` (`said`, `interrupted`, `failed`), `duration_s`, `remembered`, `problem` |
| `problem` | what was not understood or could not be done; the socket stays open |

Closing codes: 4001 opened elsewhere, 4004 removed, 4029 too many talk already: come again later, 1008 too many
messages that were not understood, or not invited any more, 1001 the service ends.""",
    "voice": "How the memorial sounds: engine, recordings, learning, and a voice that waits to be heard.",
    "tuning": "A language model of the memorial's own, and which engine answers.",
    "visitors": "Those who talk with it, as the family knows them; and the family's words.",
    "memory": "What visitors told, and what the family takes back.",
    "clips": """Answers and farewells as films. An answer that says what the family took back since is `outdated`:
stewards see it still, to remove it or to film it anew without those words, and nobody else does. What is said in a film
is told with it alone: the `report` of the job that made it has its id, and none of its words.""",
    "health": "How the service is.",
}
SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": "lantern", "description": "`__Host-lantern` over TLS."},
    "token": {"type": "http", "scheme": "bearer"},
}


def tags() -> list[dict[str, str]]:
    """Each subject with what it is about."""
    return [{"name": name, "description": told} for name, told in TAGS.items()]


def tell_access(app: FastAPI) -> None:
    """Let the document say of every route whether it takes an account."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        is_there = app.openapi_schema is not None
        document = made()
        if not is_there:
            document.setdefault("components", {})["securitySchemes"] = SCHEMES
            for context in iter_route_contexts(app.routes):
                if isinstance(context.original_route, APIRoute) and _takes_account(context.dependant):
                    for method in context.methods or ():
                        operation = document["paths"].get(context.path, {}).get(method.lower())
                        if operation is not None:
                            operation["security"] = [{"session": []}, {"token": []}]
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _takes_account(dependant: Dependant) -> bool:
    return not any(isinstance(each, Anyone) for each in _calls(dependant)) and any(
        isinstance(each, Signed | Needs) for each in _calls(dependant)
    )


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for each in dependant.dependencies:
        yield from _calls(each)
