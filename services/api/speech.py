"""What a visitor says aloud, as text. It is handed back and kept nowhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from data.errors import Missing
from data.types import Language
from services import dictation
from services.api import problems
from services.api.access import AsVisitor
from services.api.few import OneOfFew
from services.api.problems import Problem

router = APIRouter(tags=["speech"])

RECORDING = {
    "requestBody": {
        "required": True,
        "description": "A recording of a minute at most, as browsers make them or of any other common kind.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("audio/webm", "audio/ogg", "audio/mp4", "audio/wav")
        },
    }
}


class Speech(BaseModel):
    """What there is to hear with."""

    server: bool = Field(description="Whether this machine makes text of speech.")
    longest_s: float = Field(default=dictation.LONGEST_S, examples=[61.0])


class Said(BaseModel):
    """What was understood; the text is empty where nothing was said."""

    text: str = Field(examples=["How was the garden this year?"])
    language: Language
    seconds: float = Field(description="The length of the recording.", examples=[2.4])


async def _recording(request: Request) -> bytes:
    return await request.body()


@router.get("/memorials/{memorial_id}/speech")
def speech(member: AsVisitor) -> Speech:
    """Whether the machine can hear; where it cannot, the page may ask the browser to."""
    try:
        found = dictation.folder(member.lantern.settings)
    except Missing:
        found = None
    return Speech(server=found is not None)


@router.post(
    "/memorials/{memorial_id}/speech",
    openapi_extra=RECORDING,
    responses=problems.responses(408, 413),
    max_body_size=dictation.LARGEST_BYTES,
)
def hear(member: AsVisitor, _: OneOfFew, recording: Annotated[bytes, Depends(_recording)]) -> Said:
    """Make text of a recording. Nothing is said by it: the page shows the text to whoever spoke."""
    settings = member.lantern.settings
    found = dictation.folder(settings)
    if found is None:
        raise Problem(503, "no-speech-model", f"this machine cannot hear yet: {dictation.how(settings)}")
    with member.lantern.archive.home.talking():
        heard = dictation.ear(found).hear(recording, member.memorial.person.language)
    return Said(text=heard.text, language=heard.language, seconds=heard.seconds)
