"""How a memorial sounds: what was learnt of its recordings, hearing it, and choosing.

A voice learnt anew waits until somebody has heard it. What is said in the recordings, and how names are said, is for
all who contribute; how the memorial speaks is for its stewards to say.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from data.errors import NoVoiceWaits, UnknownNote
from data.shelf import Shelf
from services import enrolling, listening, voices
from services.api import etags, problems
from services.api.access import AsContributor, AsSteward, Member
from services.api.etags import IfMatch, IfNoneMatch, tag
from services.api.few import OneOfFew
from services.api.files import documented, file_response, get_and_head
from services.api.given import hidden
from services.api.idempotency import Idempotent
from services.api.jobs import JobBody, hand_in
from services.api.paging import Page, Paged
from services.report import Json
from services.voices import Mode

router = APIRouter(prefix="/memorials/{memorial_id}/voice", tags=["voice"], route_class=Idempotent)

MOST_SAMPLES = 4  # in memory: a player asks for one several times
OF_THE_MACHINE = ("source", "weights")  # where things lie on it
WAV = "audio/wav"

Number = Annotated[int, Path(ge=1, le=1_000_000, description="The number of a piece.", examples=[3])]
Word = Annotated[str, Path(min_length=1, max_length=200, description="A name, or any word.", examples=["Nietzsche"])]


class Sounding(BaseModel):
    """How clips and answers sound.

    `cloned`: a voice made to resemble theirs, and their recordings where one holds the very words. `theirs-only`: their
    recordings, captions for the rest. `narrator`: a voice that is plainly somebody else's. `off`: captions alone.
    """

    mode: Mode


class VoiceBody(Sounding):
    """How the memorial sounds, and what is known of its voices."""

    is_chosen: bool = Field(description="Whether somebody chose it.")
    speaks: bool = Field(description="Whether there is a voice that resembles theirs and may be used.")
    waiting: bool = Field(description="Whether a voice learnt anew waits to be heard.")
    waiting_was_heard: bool = Field(description="Whether it may be accepted.")
    says: list[str] = Field(description="What is known of the voice, in the memorial's language.")
    report: dict[str, Any] | None = Field(description="The same in figures, of the voice that speaks.")


class Learning(BaseModel):
    """Learn the voice anew, with the engine it was made with before."""

    speaker: int | None = Field(None, ge=1, le=1_000, description="Which voice in the recordings is the person's.")


class Piece(BaseModel):
    """A stretch of a recording in which one person speaks."""

    number: int = Field(examples=[3])
    file: str = Field(examples=["1983-interview.ogg"])
    start_ms: int = Field(examples=[12_400])
    end_ms: int = Field(examples=[15_100])
    theirs: bool = Field(description="Whether it was taken for the person's voice.")
    text: str = Field(description="What is known to be said in it.", examples=["We taped it into the book."])


class Said(BaseModel):
    """What is said in a piece; empty to take it back."""

    text: str = Field(max_length=2_000, examples=["We taped it into the book."])


class Written(BaseModel):
    """How much is written down now."""

    written: int = Field(description="Pieces.", examples=[12])
    seconds: float = Field(examples=[84.5])


class Pronounced(BaseModel):
    """How a word is said: in other words, in IPA, or in pinyin."""

    said: str = Field(min_length=1, max_length=200, examples=["/ˈniːtʃə/"])


class NameBody(Pronounced):
    """A word, and how it is said here."""

    word: str = Field(examples=["Nietzsche"])


class Samples:
    """Recordings of voices, made when first asked for. Their keys change with what they are made of."""

    def __init__(self) -> None:
        self._kept = Shelf[tuple[str, str], None, bytes](MOST_SAMPLES)  # by memorial and key

    def of(self, member: Member, key: str, *, new: bool) -> bytes:
        """The one of that key; others wait while it is made."""
        archive, memorial = member.lantern.archive, member.memorial
        return self._kept.get((memorial.id, key), None, lambda: listening.sample(archive, memorial, new=new))

    def forget(self, memorial_id: str) -> None:
        """Those of a memorial that is no more."""
        self._kept.forget(lambda place: place[0] == memorial_id)


samples = Samples()


@router.get("", response_model=VoiceBody, responses={304: {"description": "Not modified"}})
def get_voice(member: AsContributor, if_none_match: IfNoneMatch = None) -> Response:
    """How the memorial sounds, with an ETag."""
    return etags.reply(if_none_match, _body(member))


@router.put("", responses=problems.responses(412))
def choose_mode(member: AsSteward, chosen: Sounding, if_match: IfMatch = None) -> VoiceBody:
    """Choose how it sounds, from the next answer on."""
    etags.check(if_match, tag(_body(member)))
    voices.choose(member.lantern.archive, member.memorial.id, chosen.mode)
    return _body(member)


@router.post("/learn", status_code=202, responses=problems.responses(409))
def learn(member: AsSteward, learning: Learning, response: Response) -> JobBody:
    """Learn the voice anew from all recordings. Where one speaks already, the new one waits to be heard."""
    archive, memorial = member.lantern.archive, member.memorial
    before = enrolling.as_before(archive, memorial.id)
    order = enrolling.order_again(archive, memorial, before, learning.speaker)
    return hand_in(member, "enrol", {"order": order}, response)


@router.post("/waiting/accept", responses=problems.responses(409))
def accept(member: AsSteward) -> VoiceBody:
    """Let the voice that waits speak from now on. Somebody must have heard its sample."""
    voices.adopt(member.lantern.archive, member.memorial.id)
    return _body(member)


@router.delete("/waiting", status_code=204, responses=problems.responses(409))
def drop(member: AsSteward) -> None:
    """Forget the voice that waits; the one that speaks goes on."""
    voices.drop(member.lantern.archive, member.memorial.id)


@get_and_head(router, "/sample", responses=documented(WAV) | problems.responses(409, 416))
def get_sample(
    request: Request,
    member: AsContributor,
    _: OneOfFew,
    which: Annotated[Literal["speaking", "waiting"], Query(description="The one that waits is heard by this.")] = (
        "speaking"
    ),
) -> Response:
    """The voice saying a few sentences, as a recording that is labelled as made by a program."""
    archive, memorial_id, new = member.lantern.archive, member.memorial.id, which == "waiting"
    waiting = voices.waiting(archive, memorial_id)
    if new and waiting is None:
        raise NoVoiceWaits("no voice waits to be heard: have one learnt first")
    key = tag(f"{memorial_id} {which} {waiting if new else voices.state(archive, memorial_id)}")
    response = file_response(request, samples.of(member, key, new=new), WAV, key)
    if new and request.method == "GET" and response.status_code != 304 and member.may("steward"):
        voices.note_heard(archive, memorial_id, waiting)
    return response


@router.get("/pieces", responses=problems.responses(409))
def list_pieces(member: AsContributor, window: Paged) -> Page[Piece]:
    """What the recordings hold, piece by piece."""
    return window.page(_pieces(member), lambda each: int(each["number"]), lambda each: Piece.model_validate(each))


@get_and_head(router, "/pieces/{number}/sound", responses=documented(WAV) | problems.responses(409, 416))
def get_piece(request: Request, member: AsContributor, _: OneOfFew, number: Number) -> Response:
    """A piece as it was recorded: the family's own, and nothing of it made here."""
    _check_piece(member, number)
    sound = listening.piece_sound(member.lantern.archive, member.memorial, number)
    return file_response(request, sound, WAV, tag(sound))


@router.put("/pieces/{number}", responses=problems.responses(409))
def write_piece(member: AsContributor, number: Number, said: Said) -> Written:
    """Write down what is said in a piece: it can be recalled then, played, and learnt from."""
    _check_piece(member, number)
    archive, memorial = member.lantern.archive, member.memorial
    words = listening.one_piece(archive, memorial, str(number), said.text)
    return Written(**listening.write_down(archive, memorial, words))


@router.get("/names")
def list_names(member: AsContributor, window: Paged) -> Page[NameBody]:
    """Words of which somebody said how they are said."""
    names = voices.names(member.lantern.archive, member.memorial.id)
    return window.page(names.items(), lambda each: each[0], lambda each: NameBody(word=each[0], said=each[1]))


@router.put("/names/{word}")
def teach_name(member: AsContributor, word: Word, how: Pronounced) -> NameBody:
    """Say how a name, or any word, is said."""
    listening.teach(member.lantern.archive, member.memorial, word, how.said)
    return NameBody(word=word, said=how.said)


@router.delete("/names/{word}", status_code=204)
def forget_name(member: AsContributor, word: Word) -> None:
    """Say it as any other again."""
    listening.teach(member.lantern.archive, member.memorial, word, None)


def _pieces(member: Member) -> list[Json]:
    """Those of recordings that are for whoever asks."""
    is_hidden = hidden(member)
    found = listening.pieces(member.lantern.archive, member.memorial)
    return [each for each in found if not is_hidden(each["file"])]


def _check_piece(member: Member, number: int) -> None:
    """Raises `UnknownNote` for one that is not there, or not for whoever asks."""
    if all(each["number"] != number for each in _pieces(member)):
        raise UnknownNote("no piece has that number: look at the list of pieces")


def _body(member: Member) -> VoiceBody:
    archive, memorial = member.lantern.archive, member.memorial
    choice, waiting = voices.chosen(archive, memorial.id), voices.waiting(archive, memorial.id)
    speaks = voices.speaks(archive, memorial.id)
    told = listening.report(archive, memorial, new=False) if speaks else None
    return VoiceBody(
        mode=choice.mode,
        is_chosen=choice.is_chosen,
        speaks=speaks,
        waiting=waiting is not None,
        waiting_was_heard=waiting is not None and choice.heard_new == waiting,
        says=[] if told is None else list(listening.report_lines(told)),
        report=None if told is None else {name: told[name] for name in told if name not in OF_THE_MACHINE},
    )
