"""Writes under the portrait what nobody says aloud. Knows shots, and no voice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from data.captions import Page, pages
from data.errors import Missing
from data.types import RATE, Phrase, Sentence, Shot
from voice.silence import READ_CHARS_PER_S


def captioned(shots: Iterator[Shot], silent: Callable[[Phrase], bool]) -> Iterator[Shot]:
    """The same shots, the words of silent phrases written on their frames."""
    sentence: Sentence | None = None
    samples = 0
    for shot in shots:
        samples = 0 if shot.sentence is not sentence else samples
        sentence = shot.sentence
        is_silent = not shot.audio.any()
        if sentence is not None and is_silent:
            shown = [phrase.text for phrase in sentence.phrases if silent(phrase)]
            text = ("" if sentence.language == "zh" else " ").join(shown)
            made = pages(text, sentence.language, shot.frames.shape[2], shot.frames.shape[1])
            if text and not made:
                raise Missing("no Chinese font was found to write what nobody says: apt-get install fonts-noto-cjk")
            page = _page(made, sentence, samples)
            if page is not None:
                page.stamp.lay_over(shot.frames)
        samples += len(shot.audio) if is_silent else 0
        yield shot


def _page(made: tuple[Page, ...], sentence: Sentence, samples: int) -> Page | None:
    """The page that is read by then."""
    read = samples / RATE * READ_CHARS_PER_S[sentence.language]
    for page in made:
        read -= page.chars
        if read < 0:
            return page
    return made[-1] if made else None
