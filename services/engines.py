"""Which engine answers for a memorial: the family's choice, kept sealed with it. Knows no engine from inside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from data.archive import Archive, Memorial
from data.errors import BadHome
from data.types import Language, Turn
from orchestrator.stages import Persona

if TYPE_CHECKING:
    from persona.generation import Freedom
    from persona.verdict import Verdict

EngineName = Literal["recollection", "gptj", "openai"]

CHOICE = "choice"  # the names of a model's files in the archive
ADAPTER = "adapter"
VERDICT = "verdict"
REPORT = "report"
PAGE = "page"


@dataclass(frozen=True, slots=True)
class Choice:
    """`base` is of `gptj`, a folder or a name; `url` to `hosts` are of `openai`: `chat` is for a model that only
    converses, and `hosts` are those to which `agreed_by` let the words go. `writing_by` turned free writing on."""

    engine: EngineName = "recollection"
    base: str | None = None
    url: str | None = None
    model: str | None = None
    key: str | None = None
    chat: bool = False
    hosts: tuple[str, ...] = ()
    agreed_by: str | None = None
    writing_by: str | None = None


def chosen(archive: Archive, memorial_id: str) -> Choice:
    """What the family chose, by default the built-in engine."""
    told = archive.model_file(memorial_id, CHOICE)
    if told is None:
        return Choice()
    try:
        fields = json.loads(told)
        return Choice(**{**fields, "hosts": tuple(fields["hosts"])})
    except (ValueError, KeyError, TypeError) as err:
        raise BadHome(
            "the engine chosen for this memorial cannot be read: choose one anew with `lantern engine`"
        ) from err


def choose(archive: Archive, memorial_id: str, choice: Choice) -> None:
    """From the next answer on."""
    with archive.adding(memorial_id) as adding:
        adding.set_model_files({CHOICE: json.dumps(asdict(choice)).encode()})


def verdict(archive: Archive, memorial_id: str, choice: Choice) -> Verdict | None:
    """What the trial of the tuned model found, and whether the family lets it write; None where none was tuned."""
    from persona.verdict import from_json

    kept = archive.model_file(memorial_id, VERDICT) if choice.engine == "gptj" else None
    if kept is None:
        return None
    found = from_json(kept.decode())
    return found if choice.writing_by is None else found.allowing_writing(choice.writing_by)


def freedom(archive: Archive, memorial_id: str, choice: Choice) -> Freedom:
    """What the model may do: one that was put to no trial has earned nothing."""
    from persona.generation import Freedom

    found = verdict(archive, memorial_id, choice)
    return Freedom(writing=choice.writing_by is not None) if found is None else Freedom.earned(found)


def described(archive: Archive, memorial: Memorial) -> dict[str, str | None]:
    """Which engine answers and, in one plain sentence, what its trial allows it: `engine` and `verdict`."""
    from persona.verdict import plain_words

    choice, language = chosen(archive, memorial.id), memorial.person.language
    if choice.engine == "recollection":
        return {"engine": choice.engine, "verdict": None}
    found = verdict(archive, memorial.id, choice)
    untried = _UNTRIED[language]["silent" if choice.writing_by is None else "writes"].format(by=choice.writing_by)
    return {"engine": choice.engine, "verdict": untried if found is None else plain_words(found, language)}


def samples(persona: Persona, openings: Sequence[str], language: Language) -> Iterator[tuple[str, str]]:
    """What it answers to some questions, beside them."""
    from persona.offers import taken_up

    for offer in openings:
        question = taken_up(offer, language)
        answer = persona.reply([Turn("visitor", question)])
        yield question, ("" if language == "zh" else " ").join(phrase.text for phrase in answer)


_UNTRIED: dict[Language, dict[str, str]] = {
    "en": {
        "silent": "This model was put to no trial, so it has no say in what is answered.",
        "writes": "This model was put to no trial; it writes freely because {by} turned that on.",
    },
    "zh": {
        "silent": "这个模型没有经过测试，所以回答什么由不得它。",
        "writes": "这个模型没有经过测试；因为{by}打开了这一项，它可以自己写。",
    },
}
