"""Every documented route answers as it is documented, whatever it is asked: no fault of ours, no undocumented status,
type, header or body.

The requests are drawn from the documentation itself, half of them about what is really there, in the memorial or beside
it. What ends an account or the memorial comes last.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckContext, CheckFunction
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from data.conversations import KeptTurn
from data.types import Phrase, Visitor
from services.api.app import PREFIX
from services.api.entrance import COOKIE, CSRF_HEADER, csrf_token
from tests import small_jobs
from tests.services.api.conftest import ORIGIN, Served


@schemathesis.serializer("application/offset+octet-stream", "audio/webm", "audio/ogg", "audio/mp4", "audio/wav")
def as_bytes(_: Any, value: Any) -> bytes:
    """A body that is no JSON."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def no_fault_of_ours(_: CheckContext, response: Response, __: Any) -> None:
    """That something is missing on this machine, as a model of speech, is documented; that is no fault."""
    assert response.status_code != 500, response.text


CHECKS: list[CheckFunction] = [
    no_fault_of_ours,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
FEW, MANY = 5, 100  # requests to each route
FINAL = (f"{PREFIX}/account", f"{PREFIX}/memorials/{{memorial_id}}")  # whose DELETE takes everything along


@dataclass
class There:
    """What is there to be asked about, by the names that paths give it."""

    served: Served
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, served: Served) -> "There":
        archive, memorial_id, keeper = served.lantern.archive, served.memorial.id, served.ids["keeper"]
        memory, conversations = archive.memory(memorial_id), archive.conversations(memorial_id)
        memory.add_visitor(Visitor("Lucy"))
        talk = conversations.create(keeper, "Kay")
        said = (Phrase("I am a program.", "en", "notice"),)
        conversations.add_turn(talk.id, KeptTurn(0, "Hello", said, "said", datetime.now(UTC)))
        _, invitation = archive.members(memorial_id).invite("visitor", "Mary")
        _, token = served.accounts.add_token(keeper, "a program", "visitor", None, None)
        ids = {
            "memorial_id": memorial_id,
            "account_id": served.ids["visitor"],
            "invitation_id": invitation.id,
            "token_id": token.id,
            "note_id": memory.remember("Kay", "I moved.").id,
            "correction_id": memory.strike("I never said so.").id,
            "visitor_id": next(iter(memory.visitors_by_id())),
            "file_id": archive.file_id(memorial_id, "1947-a-moth.txt"),
            "upload_id": archive.uploads(memorial_id).begin(keeper, "letter.txt", 5).id,
            "conversation_id": talk.id,
            "job_id": served.lantern.desk.enqueue(small_jobs.NOTHING, memorial_id, {"order": b"a"}, keeper),
        }
        served.lantern.desk.cancel(ids["job_id"])  # so that following it ends
        return cls(served, ids)

    def headers(self) -> dict[str, str]:
        """Of the keeper's browser, which is signed in anew each time: some requests sign it out."""
        secret = self.served.accounts.begin_session(self.served.ids["keeper"], "a browser")
        return {"Cookie": f"{COOKIE}={secret}", CSRF_HEADER: csrf_token(secret), "Origin": ORIGIN}


def operations(served: Served) -> Iterator[Any]:
    """All that are documented; what is final last."""
    found: list[Any] = []
    for each in schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", served.app).get_all_operations():
        assert isinstance(each, Ok), each.err()
        found.append(each.ok())
    yield from sorted(found, key=lambda each: (each.method == "delete" and each.path in FINAL, each.method == "delete"))


def wrong_with(served: Served, requests: int) -> list[str]:
    """What does not answer as documented, one text for each route."""
    there, wrong = There.of(served), []
    for operation in operations(served):
        drawn = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

        @settings(
            max_examples=requests,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=drawn, is_about_what_is_there=st.booleans())
        def ask(case: Any, is_about_what_is_there: bool) -> None:
            if is_about_what_is_there:
                case.path_parameters |= {name: there.ids[name] for name in case.path_parameters if name in there.ids}
            case.call_and_validate(headers=there.headers(), checks=CHECKS)

        try:
            ask()
        except (FailureGroup, ExceptionGroup, Exception) as failure:  # noqa: BLE001 — told below, for all routes at once
            wrong.append(f"{operation.label}: {_told(failure)}")
    return wrong


def _told(failure: BaseException) -> str:
    if isinstance(failure, BaseExceptionGroup):
        return "\n".join(_told(each) for each in failure.exceptions)
    return f"{type(failure).__name__}: {failure}"


def test_every_route_answers_as_it_is_documented(served: Served) -> None:
    wrong = wrong_with(served, FEW)
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_every_route_answers_as_documented_to_many_requests(served: Served) -> None:
    wrong = wrong_with(served, MANY)
    assert not wrong, "\n\n".join(wrong)
