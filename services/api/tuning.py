"""Which engine answers for a memorial, and tuning a language model on what the person wrote.

Free writing is turned on in two steps: somebody has samples written, reads them, and hands back what they were shown.
Folders of this machine are named on the command line alone; here a base goes by its name.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from persona.consent import is_this_machine
from services import build, engines, tuning
from services.api import etags, problems
from services.api.access import AsSteward, Member
from services.api.etags import IfMatch, IfNoneMatch
from services.api.few import OneOfFew
from services.api.idempotency import Idempotent
from services.api.jobs import JobBody, hand_in
from services.engines import Choice, EngineName
from services.tuning import Bits

router = APIRouter(prefix="/memorials/{memorial_id}", tags=["tuning"], route_class=Idempotent)

DEFAULT_BASE = "EleutherAI/gpt-j-6b"
Base = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$", max_length=200, examples=[DEFAULT_BASE])
]
Host = Annotated[str, Field(min_length=1, max_length=253, examples=["192.168.1.20"])]


class TuningBody(BaseModel):
    """What was tuned for the memorial."""

    report: dict[str, Any] | None = Field(description="What came of it; null where nothing was tuned.")
    has_a_say: bool = Field(description="Whether its trial allows it anything.")


class Tune(BaseModel):
    """What is to be tuned. It takes hours to weeks, and makes way for everything else."""

    base: Base = DEFAULT_BASE
    named: bool = Field(False, description="Leave other people's names and numbers in what is learnt.")
    bits: Bits | None = Field(None, description="Read the base with fewer bits a weight.")
    download: bool = Field(False, description="Fetch the base from the Hugging Face hub, where it is not here.")


class EngineChoice(BaseModel):
    """What shall answer: `recollection`, their own words; or a language model kept to these: `gptj`, tuned here, or
    `openai`, a server that speaks OpenAI's protocol.
    """

    engine: EngineName = "recollection"
    url: str | None = Field(
        None,
        pattern="^https?://",
        max_length=500,
        description="Of a server, as far as its /v1.",
        examples=["http://192.168.1.20:8080/v1"],
    )
    model: str | None = Field(None, min_length=1, max_length=200, description="As the server calls it.")
    key: str | None = Field(None, min_length=1, max_length=1_000, description="The server's key. It is never shown.")
    chat: bool = Field(False, description="The server's model only converses.")
    hosts: list[Host] = Field([], max_length=10, description="Their words may leave this machine for these.")
    writing_by: str | None = Field(
        None, min_length=1, max_length=200, description="Who of the family lets it write freely.", examples=["Lucy"]
    )


class Chosen(EngineChoice):
    """A choice. With `writing_by`, `seen` is what came with the samples."""

    seen: str | None = Field(None, max_length=64)


class Freedom(BaseModel):
    """What a language model may do."""

    tried: bool = Field(description="Whether it was put to a trial: what it may do but for writing follows from that.")
    choosing: bool = Field(description="Help to choose their passages.")
    joining: bool = Field(description="Judge how these join.")
    writing: bool = Field(description="Write freely, as `writing_by` has turned on and nothing has changed since.")


class EngineBody(BaseModel):
    """What answers, and what it may do."""

    engine: EngineName
    freedom: Freedom | None = Field(description="Null for their own words, which no model joins.")
    verdict: str | None = Field(description="The same as a plain sentence, in the language of the memorial.")
    base: str | None
    url: str | None
    model: str | None
    has_key: bool
    chat: bool
    hosts: list[str]
    writing_by: str | None = Field(description="Who turned free writing on; it lapses where something changed since.")


class Sample(BaseModel):
    """A question, and how the engine would answer it."""

    question: str
    answer: str


class Samples(BaseModel):
    """What somebody reads before free writing is turned on."""

    samples: list[Sample]
    seen: str = Field(description="Give this with the choice.")


@router.get("/tuning")
def get_tuning(member: AsSteward) -> TuningBody:
    """What was tuned, and what it may do."""
    archive, memorial_id = member.lantern.archive, member.memorial.id
    return TuningBody(
        report=tuning.report(archive, memorial_id),
        has_a_say=engines.model(archive, memorial_id, Choice("gptj")).has_a_say,
    )


@router.post("/tuning", status_code=202, responses=problems.responses(409))
def tune(member: AsSteward, wanted: Tune, response: Response) -> JobBody:
    """Tune a language model on what the person wrote, and put it to the test. To have the machine fetch a base is the
    keeper's.
    """
    if wanted.download and not member.grant.account.keeper:
        raise problems.forbidden(
            "only the keeper of this home has it fetch a base: ask them, or name one that is here", "for-the-keeper"
        )
    order = tuning.order(wanted.base, named=wanted.named, bits=wanted.bits, download=wanted.download)
    return hand_in(member, "tune", {"order": order}, response)


@router.get("/engine", response_model=EngineBody, responses={304: {"description": "Not modified"}})
def get_engine(member: AsSteward, if_none_match: IfNoneMatch = None) -> Response:
    """What answers for the memorial, with an ETag."""
    return etags.reply(if_none_match, _body(member))


@router.post("/engine/samples", responses=problems.responses(409))
def write_samples(member: AsSteward, _: OneOfFew, wanted: EngineChoice) -> Samples:
    """How it would answer if it wrote freely: to be read before that is turned on."""
    archive, memorial = member.lantern.archive, member.memorial
    choice, speaker = build.tried(archive, memorial, _choice(member, wanted))
    found = engines.samples(speaker.persona, build.recollection(archive, memorial))
    samples = [Sample(question=question, answer=answer) for question, answer in found]
    return Samples(samples=samples, seen=engines.state(archive, memorial.id, choice))


@router.put("/engine", responses=problems.responses(409, 412))
def choose_engine(member: AsSteward, _: OneOfFew, wanted: Chosen, if_match: IfMatch = None) -> EngineBody:
    """Choose what answers, from the next line on. What does not work is not chosen.

    A server on another machine is the keeper's to name: their words would go there, from this one.
    """
    etags.check(if_match, etags.tag(_body(member)))
    choice = build.tried(member.lantern.archive, member.memorial, _choice(member, wanted))[0]
    if choice.writing_by is not None and wanted.seen != choice.seen:
        raise problems.conflict(
            "somebody has to see samples before free writing is turned on: POST …/engine/samples", "unseen"
        )
    engines.choose(member.lantern.archive, member.memorial.id, choice)
    return _body(member)


def _choice(member: Member, wanted: EngineChoice) -> Choice:
    """What is wanted, with what the engine needs and without what it has not."""
    choice = Choice(wanted.engine)
    if wanted.engine == "recollection":
        return choice
    choice = replace(choice, writing_by=wanted.writing_by)
    if wanted.engine == "gptj":
        return replace(choice, base=tuning.tuned_base(member.lantern.archive, member.memorial))
    hosts = tuple(wanted.hosts)
    if not (member.grant.account.keeper or all(map(is_this_machine, hosts))):
        raise problems.forbidden(
            "only the keeper of this home lets their words go to another machine: ask them", "for-the-keeper"
        )
    return replace(choice, url=wanted.url, model=wanted.model, key=wanted.key, chat=wanted.chat, hosts=hosts)


def _body(member: Member) -> EngineBody:
    choice = engines.chosen(member.lantern.archive, member.memorial.id)
    return EngineBody(
        engine=choice.engine,
        freedom=_freedom(member, choice),
        verdict=engines.described(member.lantern.archive, member.memorial)["verdict"],
        base=choice.base,
        url=choice.url,
        model=choice.model,
        has_key=choice.key is not None,
        chat=choice.chat,
        hosts=list(choice.hosts),
        writing_by=choice.writing_by,
    )


def _freedom(member: Member, choice: Choice) -> Freedom | None:
    if choice.engine == "recollection":
        return None
    model = engines.model(member.lantern.archive, member.memorial.id, choice)
    return Freedom(tried=model.verdict is not None, **asdict(model.freedom))
