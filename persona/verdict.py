"""What a tuned model has earned: the figures of its trial, what they allow, and what they mean in plain words.

Knows no model. What is allowed follows from the figures each time it is asked; none of it is kept as such.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

from pydantic import TypeAdapter, ValidationError

from data.errors import NotReady
from data.types import Language

FEWEST: Final = 40  # items: five lucky ones among fewer would already look like skill


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways on the same items: the share that each got right, and the 95 % interval of the difference."""

    items: int
    ours: float
    rival: float
    low: float
    high: float

    @property
    def enough(self) -> bool:
        """Whether there were items enough to tell anything."""
        return self.items >= FEWEST

    @property
    def better(self) -> bool:
        """Whether ours is surely the better way."""
        return self.enough and self.low > 0


@dataclass(frozen=True, slots=True)
class Losses:
    """On one held-out text, in nats a token of the base's: the base, the tuned model, and a trigram model."""

    base: float
    tuned: float
    trigram: float


@dataclass(frozen=True, slots=True)
class Swap:
    """The losses on held-out text of the person and of somebody else."""

    own: Losses
    other: Losses

    @property
    def own_nats(self) -> float:
        """What tuning gained on the person's, in nats a token."""
        return self.own.base - self.own.tuned

    @property
    def other_nats(self) -> float:
        """What it gained on the other's."""
        return self.other.base - self.other.tuned

    @property
    def theirs_alone(self) -> bool:
        """Whether the person's own way of writing was learnt, rather than how people write."""
        return self.own_nats > max(self.other_nats, 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The trial's figures.

    choosing  the true next passage among four: by words and model together, against words alone (or
              chance, where words do worse)
    alone     the share that the model found without the words
    judging   their sentence against itself with three words rotated: the model against a trigram model
    """

    choosing: Comparison
    alone: float
    judging: Comparison
    swap: Swap | None = None
    writing_allowed_by: str | None = None  # who of the family, having seen samples

    @property
    def may_choose(self) -> bool:
        """Passages, together with recall."""
        return self.choosing.better

    @property
    def may_judge(self) -> bool:
        """Seams and connecting words."""
        return self.judging.better

    @property
    def may_write(self) -> bool:
        """Words of its own. No figure earns that."""
        return self.writing_allowed_by is not None

    def allowing_writing(self, by: str) -> Verdict:
        """The same, with free writing turned on by somebody of the family."""
        return replace(self, writing_allowed_by=by)


_READER: Final = TypeAdapter(Verdict)


def to_json(verdict: Verdict) -> str:
    """For keeping with the adapter; what is allowed is in it for readers alone."""
    allowed = {name: getattr(verdict, name) for name in ("may_choose", "may_judge", "may_write")}
    return json.dumps(asdict(verdict) | allowed)


def from_json(text: str) -> Verdict:
    """The figures, without leave to write, whatever the text says. Raises NotReady where they cannot be read."""
    try:
        return replace(_READER.validate_json(text), writing_allowed_by=None)
    except ValidationError as err:
        raise NotReady("the verdict kept with the adapter cannot be read: `lantern tune` makes a new one") from err


def plain_words(verdict: Verdict, language: Language) -> str:
    """One sentence for the family."""
    says = _SAYS[language]
    found = [_of(says, "choose", verdict.choosing), _of(says, "judge", verdict.judging)]
    if verdict.swap is not None:
        found.append(says["own_way" if verdict.swap.theirs_alone else "no_way"])
    earned = [name for name, may in (("choose", verdict.may_choose), ("judge", verdict.may_judge)) if may]
    may = says["_".join(["may", *earned])]
    writes = says["writes"].format(by=verdict.writing_allowed_by) if verdict.may_write else says["writes_not"]
    told = says["and"].join(found) + says["so"] + may + writes
    return told[0].upper() + told[1:]


def _of(says: Mapping[str, str], what: str, found: Comparison) -> str:
    figures = {"items": found.items, "ours": f"{found.ours:.0%}", "rival": f"{found.rival:.0%}", "fewest": FEWEST}
    return says[what if found.enough else f"{what}_few"].format(**figures)


_SAYS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "choose": "of four passages the one that they wrote next was found in {ours} of cases with the model and in "
        "{rival} without it",
        "choose_few": "too few passages were held back to tell whether the model finds theirs ({items} of {fewest})",
        "judge": "it told their sentence from a jumbled one in {ours} of cases, where counting "
        "which words stand together did so in {rival}",
        "judge_few": "too few sentences were held back to tell whether it hears a jumbled one ({items} of {fewest})",
        "own_way": "it has taken on something of their way of writing",
        "no_way": "it has not taken on their way of writing",
        "and": "; ",
        "so": ": so ",
        "may_choose_judge": "it may help to choose their passages and may judge how they join, ",
        "may_choose": "it may help to choose their passages but not judge how they join, ",
        "may_judge": "it may judge how their passages join but not choose them, ",
        "may": "it has no say in what is answered, ",
        "writes": "and it writes freely because {by} turned that on.",
        "writes_not": "and it writes nothing of its own.",
    },
    "zh": {
        "choose": "四段里找出本人接着写的那一段，有模型时对了{ours}，没有模型时对了{rival}",
        "choose_few": "留出来的段落太少（{items}段，至少要{fewest}段），看不出模型能不能帮着找对",
        "judge": "分辨本人的原句和打乱的句子，模型对了{ours}，只看哪些字常连着出现，也对了{rival}",
        "judge_few": "留出来的句子太少（{items}句，至少要{fewest}句），看不出模型听不听得出打乱的句子",
        "own_way": "模型学到了本人的一些写法",
        "no_way": "模型没有学到本人的写法",
        "and": "；",
        "so": "：所以",
        "may_choose_judge": "模型可以帮着挑选原话，也可以判断怎样衔接，",
        "may_choose": "模型可以帮着挑选原话，但不判断怎样衔接，",
        "may_judge": "模型可以判断原话怎样衔接，但不挑选原话，",
        "may": "回答什么，模型说了不算，",
        "writes": "并且因为{by}打开了这一项，可以自己写。",
        "writes_not": "也不会自己写话。",
    },
}
