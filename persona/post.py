"""To whom each letter was written, as its salutation says. Knows nothing of what stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from data.types import Visitor
from persona.language import folded
from persona.passages import Read, Said

_DEAR: Final = re.compile(
    r"^(?:(?:my|our) )?(?:own |very )*(?:(?:dear(?:est)?|darling|beloved|hello|hi|hey)\s+)+"
    r"|^(?:亲爱的|親愛的|敬爱的|敬愛的|我的)|[\s,，:：!！。.—-]+$",
    re.IGNORECASE,
)
_ANYBODY: Final = re.compile(
    r"(?:(?:my|our|dear|darling|beloved|old|all|both|everyone|everybody|sir|madam|friends?|ones?|one|students?|children|"
    r"family|folks|hello|hi|hey|greetings|there|and|of|you)\W*)+|.*们|大家|各位|朋友|你好|.*家里",
    re.IGNORECASE,
)
_CALL: Final = re.compile(r"([^\s,，。!！]+(?: [A-Z]\w+)?)[,，!！]")


class Post:
    """The addressees of letters, by their places."""

    def __init__(self, reads: Sequence[Read]) -> None:
        self._to = {read.said[0].place: _named(read.salutation) for read in reads if read.said and read.salutation}

    def addressee(self, one: Said) -> str | None:
        """Whom a sentence was written to; None where that is nobody in particular or not known."""
        return self._to.get(one.place)

    def called_in(self, sentence: str) -> str | None:
        """Whoever got letters and is called at the beginning of a sentence; None where nobody is."""
        called = _CALL.match(sentence)
        return called[1] if called and called[1] in self._to.values() else None

    def is_for(self, one: Said, visitor: Visitor | None) -> bool:
        """Whether it was written to this visitor, by their name or by what the person called them."""
        to = self.addressee(one)
        if to is None or visitor is None:
            return False
        names = {_plain(name) for name in (visitor.name, visitor.called) if name}
        return _plain(to) in names


def _named(salutation: str) -> str | None:
    name = _bare(salutation)
    return None if not name or _ANYBODY.fullmatch(salutation.strip()) or _ANYBODY.fullmatch(name) else name


def _bare(salutation: str) -> str:
    return _DEAR.sub("", _DEAR.sub("", salutation.strip())).strip()


def _plain(name: str) -> str:
    return folded(_bare(name))
