"""What was said before, as it may be told today. Knows neither sockets nor rooms."""

from __future__ import annotations

from collections.abc import Callable

from data.archive import Archive, Memorial
from data.types import Phrase
from services.letters import still_said
from services.report import Json, phrase_report


def retold(archive: Archive, memorial: Memorial, visitor: str | None) -> Callable[[Phrase], Json]:
    """Tells this visitor a phrase again; of one that was taken back since, or is not for them any more, only that."""
    may_be_said = still_said(archive, memorial, visitor)

    def tell(phrase: Phrase) -> Json:
        if may_be_said(phrase):
            return phrase_report(phrase)
        return {"text": "", "mark": phrase.mark, "source": None, "withheld": True}

    return tell
