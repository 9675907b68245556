"""Every refusal as `application/problem+json` (RFC 9457). Knows the errors, and no route.

`type` is a relative reference that names what happened, and `title` says what that means: both are the same whenever
it happens. `detail` is the line that the command line would print, and the facts in it are members of their own, for
those who say it in other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from data import errors
from data.errors import LanternError, in_our_words

MEDIA_TYPE = "application/problem+json"
BUSY_AGAIN_S = 2

STATUSES: Mapping[type[LanternError], int] = {
    errors.UnknownMemorial: 404,
    errors.UnknownJob: 404,
    errors.UnknownNote: 404,
    errors.NotReady: 409,
    errors.OutOfStep: 409,
    errors.TooLarge: 413,
    errors.Taken: 409,
    errors.Refused: 422,
    errors.Busy: 503,
    errors.NoRoom: 507,
    errors.Missing: 503,
    errors.Cancelled: 409,
    LanternError: 500,
}


class Problem(LanternError):
    """A refusal that HTTP has a status of its own for."""

    def __init__(self, status: int, name: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.name = name
        self.title = HTTPStatus(status).phrase
        self.headers = dict(headers or {})


def not_found() -> Problem:
    """What is not there, and what is not for whoever asks: nobody learns which."""
    return Problem(404, "not-found", "there is nothing here, or it is not shared with you")


def forbidden(detail: str, name: str = "forbidden") -> Problem:
    """What somebody may see and not do."""
    return Problem(403, name, detail)


def conflict(detail: str, name: str) -> Problem:
    """What the state of things does not allow."""
    return Problem(409, name, detail)


def too_much() -> Problem:
    """A body that is larger than its route takes, and is not read."""
    return problem(errors.TooLarge("this is more than is taken at once: send less"))


def problem(error: Exception) -> Problem:
    """Any failure as a problem."""
    if isinstance(error, Problem):
        return error
    failure = in_our_words(error)
    status = next(STATUSES[each] for each in type(failure).__mro__ if each in STATUSES)
    headers = {"Retry-After": str(BUSY_AGAIN_S)} if isinstance(failure, errors.Busy) else None
    told = Problem(status, failure.name, str(failure), headers)
    told.facts = failure.facts
    told.title = (type(failure).__doc__ or "").split("\n")[0].rstrip(".").replace("`", "")
    return told


def body(told: Problem) -> dict[str, Any]:
    """The JSON of one."""
    return {
        **told.facts,
        "type": f"/problems/{told.name}",
        "title": told.title,
        "status": told.status,
        "detail": str(told),
    }


def respond(told: Problem, **more: Any) -> JSONResponse:
    """The response of one; `more` are members of its own."""
    return JSONResponse({**body(told), **more}, told.status, told.headers, media_type=MEDIA_TYPE)


class ProblemBody(BaseModel):
    """A refusal, as the documentation shows it. What its detail tells of stands in members of its own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="What happened.", examples=["/problems/which-of-them"])
    title: str = Field(
        description="What that means: the same for all of a type.",
        examples=["Nobody has said who of the names in a chat the person is"],
    )
    status: int = Field(examples=[422])
    detail: str = Field(
        description="A line for people, as the command line prints it.",
        examples=["chat.txt: who of them is Ann Lee? Say it with --person NAME; they are Mum (210), Joe (180)"],
    )
    file: str = Field("", description="The file that it is about.", examples=["chat.txt"])
    names: list[str] = Field([], description="Those of whom it speaks.", examples=[["Mum", "Joe"]])
    faces: int = Field(0, description="How many are in the photo.", examples=[3])
    most: int = Field(0, description="How much is taken: characters of a text, say.", examples=[200])


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares of its refusals: `responses=problems.responses(404, 409)`."""
    schema = ProblemBody.model_json_schema()
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Let every failure of a route leave as a problem."""

    async def ours(_: Request, error: Exception) -> JSONResponse:
        return respond(problem(error))

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 — for the type alone: Starlette sees to it
        wrong = [{"where": ".".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors()]
        first = f"{wrong[0]['where']}: {wrong[0]['what']}" if wrong else "the request is not as it is documented"
        return respond(Problem(422, "invalid", first), errors=wrong)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return respond(too_much())
        name = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return respond(Problem(error.status_code, name, str(error.detail), error.headers))

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    for kind in (LanternError, MemoryError, OSError, ImportError):
        app.add_exception_handler(kind, ours)
    app.add_exception_handler(Exception, ours)
