"""A sentence that stands on a recording is marked as their voice, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from data.types import Phrase, Source, Span, Turn
from persona.recorded import Place, Recorded

SPAN = Span("box/tape.wav", 24_000, 96_000)
SAID = "Ring me back, love."
PHRASE = Phrase(SAID, "en", "theirs", Source("tape.srt", None, SAID))
PLACES = [Place("box/tape.srt", "Ring me back love", SPAN)]


class Saying:
    def __init__(self, phrase: Phrase) -> None:
        self._phrase = phrase

    def reply(self, turns: Sequence[Turn]) -> Iterator[Phrase]:
        yield self._phrase


def marked(phrase: Phrase) -> Phrase:
    return next(Recorded(Saying(phrase), PLACES).reply([]))


def test_what_a_recording_says_is_their_voice_with_its_place() -> None:
    assert marked(PHRASE) == replace(PHRASE, mark="their-voice", recording=SPAN)


@pytest.mark.parametrize(
    "phrase",
    [
        replace(PHRASE, mark="told"),
        replace(PHRASE, mark="exhibit"),
        replace(PHRASE, mark="imagined", source=None),
        replace(PHRASE, text="Ring me back."),
        replace(PHRASE, source=Source("letter.txt", None, SAID)),
        replace(PHRASE, source=Source("other/tape.srt", None, SAID)),
    ],
)
def test_all_else_stays_as_it_is(phrase: Phrase) -> None:
    assert marked(phrase) == phrase
