"""Which engine answers for a memorial: the family's choice, kept sealed with it. Knows no engine from inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Literal

from data.archive import Archive, Memorial
from data.errors import HeldBack
from data.types import Language, Turn
from orchestrator.stages import Persona
from services import choices

if TYPE_CHECKING:
    from persona.generation import Freedom
    from persona.recollection import Recollection
    from persona.verdict import Verdict

EngineName = Literal["recollection", "gptj", "openai"]

CHOICE = "choice"  # the names of a model's files in the archive
ADAPTER = "adapter"
VERDICT = "verdict"
REPORT = "report"
PAGE = "page"
WITHHELD = "withheld"
SAMPLES = 3  # questions, before free writing is turned on


@dataclass(frozen=True, slots=True)
class Choice:
    """`base` is of `gptj`, a folder or a name; `url` to `hosts` are of `openai`: `chat` is for a model that only
    converses, and `hosts` are those to which the words may go.

    `writing_by` turned free writing on for the model as it was then (`seen`): for a later one it does not hold.
    """

    engine: EngineName = "recollection"
    base: str | None = None
    url: str | None = None
    model: str | None = None
    key: str | None = field(default=None, repr=False)
    chat: bool = False
    hosts: tuple[str, ...] = ()
    writing_by: str | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """What was tuned and what it may do, of one moment. `adapter` is None for a model that was put to no trial."""

    adapter: bytes | None
    verdict: Verdict | None
    writing_by: str | None  # None where nobody turned free writing on, or something has changed since
    has_lapsed: bool = False

    @property
    def has_a_say(self) -> bool:
        """Whether it may do anything at all."""
        from persona.generation import NO_SAY

        return self.freedom != NO_SAY

    @property
    def freedom(self) -> Freedom:
        """One that was put to no trial has earned nothing."""
        from persona.generation import Freedom

        earned = Freedom() if self.verdict is None else Freedom.earned(self.verdict)
        return replace(earned, writing=self.writing_by is not None)


def chosen(archive: Archive, memorial_id: str) -> Choice:
    """What the family chose, by default the built-in engine."""
    return choices.chosen(archive, memorial_id, CHOICE, Choice, "lantern engine")


def choose(archive: Archive, memorial_id: str, choice: Choice) -> None:
    """From the next answer on."""
    choices.choose(archive, memorial_id, CHOICE, choice)


def model(archive: Archive, memorial_id: str, choice: Choice) -> Model:
    """What was tuned, as the choice has it."""
    from persona.verdict import from_json

    adapter, verdict = archive.model_files(memorial_id, ADAPTER, VERDICT) if choice.engine == "gptj" else (None, None)
    is_seen = choice.writing_by is not None and choice.seen == state(archive, memorial_id, choice)
    return Model(
        adapter,
        None if verdict is None else from_json(verdict.decode()),
        choice.writing_by if is_seen else None,
        has_lapsed=choice.writing_by is not None and not is_seen,
    )


def state(archive: Archive, memorial_id: str, choice: Choice) -> str:
    """What leave to write is given for: the model, and what of theirs may be said."""
    adapter = archive.model_file(memorial_id, ADAPTER) if choice.engine == "gptj" else None
    now = withheld(archive, memorial_id)
    told = [choice.base, choice.url, choice.model, now, hashlib.sha256(adapter or b"").hexdigest()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def withheld(archive: Archive, memorial_id: str) -> str:
    """What the family holds back, as a fingerprint: a model that learnt before that may still say it."""
    memory = archive.memory(memorial_id)
    told = [sorted(memory.left_out()), sorted(memory.struck()), sorted(memory.audience().items())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def check_learnt_of_today(archive: Archive, memorial_id: str) -> None:
    """Raises NotReady where the family has held something back since the adapter learnt."""
    learnt = archive.model_file(memorial_id, WITHHELD)
    if learnt is not None and learnt.decode() != withheld(archive, memorial_id):
        raise HeldBack(
            "something has been held back since this model learnt: `lantern tune` anew before it writes freely"
        )


def described(archive: Archive, memorial: Memorial) -> dict[str, str | None]:
    """Which engine answers and, in one plain sentence, what its trial allows it: `engine` and `verdict`."""
    from persona.verdict import plain_words

    choice, language = chosen(archive, memorial.id), memorial.person.language
    if choice.engine == "recollection":
        return {"engine": choice.engine, "verdict": None}
    found = model(archive, memorial.id, choice)
    says = _UNTRIED[language]
    if found.verdict is None:
        told = says["silent" if found.writing_by is None else "writes"].format(by=found.writing_by)
    else:
        by = found.writing_by
        told = plain_words(found.verdict if by is None else found.verdict.allowing_writing(by), language)
    if found.has_lapsed:
        told += ("" if language == "zh" else " ") + says["lapsed"].format(by=choice.writing_by)
    return {"engine": choice.engine, "verdict": told}


def samples(persona: Persona, recollected: Recollection) -> Iterator[tuple[str, str]]:
    """Some questions that go to a model, and what it answers to them."""
    from persona.grounding import Grounding
    from persona.offers import taken_up

    language, grounding = recollected.person.language, Grounding(recollected)
    asked = (taken_up(offer, language) for _, offer in recollected.offers)
    for question in islice((each for each in asked if grounding.passages([Turn("visitor", each)])), SAMPLES):
        answer = persona.reply([Turn("visitor", question)])
        yield question, ("" if language == "zh" else " ").join(phrase.text for phrase in answer)


_UNTRIED: dict[Language, dict[str, str]] = {
    "en": {
        "silent": "This model was put to no trial, so it has no say in what is answered.",
        "writes": "This model was put to no trial; it writes freely because {by} turned that on.",
        "lapsed": "{by} let another model write, or something has been held back since: look at samples again.",
    },
    "zh": {
        "silent": "这个模型没有经过测试，所以回答什么由不得它。",
        "writes": "这个模型没有经过测试；因为{by}打开了这一项，它可以自己写。",
        "lapsed": "{by}当时允许的是另一个模型，或者后来又有话不让讲了：请重新看过样例再决定。",
    },
}
