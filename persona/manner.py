"""How the person greeted, took leave and put things, counted from their letters. Knows nothing of questions.

A salutation names somebody, and that is hardly ever the visitor: only one without a name or a kinship is used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from data.types import Expression, Language
from persona.claims import held_in
from persona.framing import needs_frame
from persona.language import folded
from persona.passages import Read, Said
from persona.patterns import table
from persona.recall import leans_back, length_of

_FILE: Final = "manner.toml"
_OPEN_SALUTATIONS: Final = re.compile(
    r"(?:my )?dear(?:est)?(?: (?:friend|one))?|hello(?: there)?|"
    r"greetings|你好|朋友"
)
_OPEN_CLOSINGS: Final = re.compile(
    r"(?:with |all |much |my |fond |warm |kind |best |and |love|wishes|greetings|regards|as ever|as always|yours|"
    r"always|affectionately|sincerely|truly|ever|of|,|\s)+|保重|祝好|此致|顺祝|安好"
)
_STOP: Final = re.compile(r"([!！~～])[\"'”’」』)）]*\s*(?:[^\w\s.。!！?？]\s*)*$")
_EMOJI: Final = re.compile(
    "([\U0001f300-\U0001faff\u2600-\u27bf](?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[\U0001f300-\U0001faff\u2600-\u27bf])*)"
)
_HABIT: Final = 0.3  # of all sentences, or of all messages: less is a mood
_CONTRACTED: Final = re.compile(r"\b\w+(?:n't|'ll|'ve|'re|'m)\b")
_SPELT_OUT: Final = re.compile(
    r"\b(?:do|did|does|is|was|will|would|could|have|has) not\b|\bcannot\b|\bi (?:am|will|have)\b"
)
_WISHES: Final = re.compile(
    r"^(?:look after|take (?:good )?care|be (?:brave|good|well|happy|kind)|keep (?:well|warm|safe)|i wish you|"
    r"god bless|"
    r"sleep well|mind (?:yourself|how)|go well|eat well|stay (?:warm|well))|保重|好好过|慢慢走|笑一笑|平安"
)
_SHORT: Final[dict[Language, int]] = {"en": 16, "zh": 26}  # words, characters: a goodbye is brief
_LOSS: Final = re.compile(
    r"\b(?:die[ds]?|dead|death|grave|funeral|buried|mourn\w*|grief|grieve\w*|lost (?:him|her|them|my)|saddest|"
    r"sad|"
    r"divorce|regret\w*|the loss|has been gone|sorry)\b|去世|过世|扫墓|没有了|坟|难过|哭|后悔|对不起|伤心|心脏"
)
_TENDER: Final = re.compile(
    r"\b(?:love[ds]?|loving|dear|happy|happiest|glad|proud\w*|friends?|laugh\w*|thank|look after|wish you|miss)\b|"
    r"高兴|想你|想念|疼|喜欢|甜|笑|乖|一辈子|回家|等你|留着|好好"
)


class Manner:
    """The person's ways, and the sentences of ours that are put in them."""

    def __init__(self, language: Language, reads: Sequence[Read]) -> None:
        self.language: Language = language
        said = [one for read in reads for one in read.said]
        self.salutation = _commonest([read.salutation for read in reads], _OPEN_SALUTATIONS)
        self.closing = _commonest([read.closing for read in reads], _OPEN_CLOSINGS)
        self.self_names = Counter(read.name for read in reads if read.name)
        self.relaxed = _relaxed(language, said)
        self._stop = _habit([_STOP.search(one.text) for one in said])
        self._emoji = _habit([_EMOJI.search(one.text) for one in said if one.kind == "message"])
        self.farewells = tuple(one for one in said if _takes_leave(one, language))
        self.wishes = frozenset(one for one in self.farewells if _WISHES.search(folded(one.text)))

    def forms(self, key: str) -> list[str]:
        """The sentences of ours for an occasion, the contracted or dialect ones where the person wrote so."""
        table = _phrases()[self.language]
        return (table.get(f"{key}_short") if self.relaxed else None) or table[key]

    def warmly(self, text: str) -> str:
        """A greeting or a goodbye with the sign and the emoji that the person ended their messages with."""
        stop = self._stop or ("。" if self.language == "zh" else ".")
        return text.rstrip(".。!！~～") + stop + (self._emoji or "")


def expression_of(text: str) -> Expression:
    """The face that goes with a sentence: grave for loss, warm for tenderness."""
    plain = folded(text)
    if _LOSS.search(plain):
        return "grave"
    return "warm" if _TENDER.search(plain) else "neutral"


def _commonest(lines: Sequence[str | None], allowed: re.Pattern[str]) -> str | None:
    plain = [line.rstrip(",，:：!！ ") for line in lines if line]
    counted = Counter(line for line in plain if allowed.fullmatch(folded(line)))
    return counted.most_common(1)[0][0] if counted else None


def _habit(found: Sequence[re.Match[str] | None]) -> str | None:
    """The sign found most often, where it stands in so many of their sentences that it is a habit."""
    counted = Counter(match[1] for match in found if match)
    sign, times = counted.most_common(1)[0] if counted else ("", 0)
    return sign if times > _HABIT * len(found) else None


def _relaxed(language: Language, said: Sequence[Said]) -> bool:
    text = " ".join(folded(one.text) for one in said)
    if language == "zh":
        return text.count("晓得") > text.count("知道")
    return len(_CONTRACTED.findall(text)) > len(_SPELT_OUT.findall(text))


def _takes_leave(one: Said, language: Language) -> bool:
    """The last sentence of a letter, brief, that can be said to anybody on any day."""
    text = one.text
    wish = one.kind == "letter" and (one.last_of_place or bool(_WISHES.search(folded(text))))
    by_itself = not needs_frame(text) and not leans_back(text) and held_in(text, "") is None
    return wish and length_of(text, language) <= _SHORT[language] and by_itself


def _phrases() -> dict[str, dict[str, list[str]]]:
    return table(_FILE)
