"""The letter behind a sentence that somebody heard. Knows nothing of how sentences are found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services import letters
from services.api import problems
from services.api.access import AsVisitor

QUOTE_CHARS = 5_000
FILE_CHARS = 1_000

router = APIRouter(prefix="/memorials/{memorial_id}/letters", tags=["sources"])


class LetterBody(BaseModel):
    """A letter around a sentence: `before`, `quote` and `after` are its text one behind the other."""

    file: str = Field(examples=["1961-05.txt"])
    date: str | None = Field(examples=["1961-05-01"])
    author: str | None = Field(description="Null where it is the person.", examples=["Mary"])
    kind: str = Field(examples=["letter"])
    before: str = Field(examples=["Dear Vera,\n"])
    quote: str = Field(examples=["Keep the brass clock wound."])
    after: str = Field(examples=["\nYours, Ann"])


@router.get("", summary="The letter behind a sentence")
def behind(
    member: AsVisitor,
    file: Annotated[
        str, Query(max_length=FILE_CHARS, description="As the sentence's source names it.", examples=["1961-05.txt"])
    ],
    quote: Annotated[
        str,
        Query(max_length=QUOTE_CHARS, description="The sentence as it stands there.", examples=["Keep it wound."]),
    ],
) -> LetterBody:
    """As whoever asks may see it: what is not for them, was left out, or was never said is not there."""
    found = letters.behind(member.lantern.archive, member.memorial, member.visitor, file, quote)
    if found is None:
        raise problems.not_found()
    return LetterBody(**found)
