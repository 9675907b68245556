"""How clear speech is: what share of the words a recogniser gets wrong. Knows nothing of how the speech was made.

pocketsphinx with its own English language model: a closed grammar of the sentences tried would guess what it does not
hear. It is a weak recogniser (it loses a tenth to a quarter of a good synthesiser's words), so one voice is only ever
judged against another on the same sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data.errors import NoLibrary
from data.types import Wave
from voice.align import RECOGNISER_RATE, recogniser_input, spoken_words
from voice.everyday import EVERYDAY

if TYPE_CHECKING:
    from pocketsphinx import Decoder

LEAST_SPEECH_S = 45.0  # of clean, transcribed speech: with 27 s a recogniser lost every second word
ALLOWED = 0.15  # of the words, lost beyond what the source itself loses
SENTENCES = 12  # of EVERYDAY that the test speaks: about 120 words, 19 s of computing for both voices
# That the recogniser keeps. A tenth of its own default lost no more words of ten sentences, and saved 40 % of the time.
MODELS_A_FRAME = 3_000
RESAMPLINGS = 2_000
BOUND = 0.90  # of the resampled differences that lie below the bound

Speak = Callable[[str], Wave]


@dataclass(frozen=True, slots=True)
class Errors:
    """Words lost, put in or taken for others, of so many that were said."""

    wrong: int
    words: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a voice is clear enough to be used; rates are of words, and `None` where nothing was tried."""

    passed: bool
    source_rate: float | None
    voice_rate: float | None
    worse_by: float | None  # voice against source
    worse_by_at_most: float | None  # the upper bound of that, from resampled sentences
    sentences: int
    reason: str  # one sentence for a family


class Listener:
    """A recogniser, kept because its model takes a second to load. What it heard before changes nothing."""

    def __init__(self) -> None:
        try:
            from pocketsphinx import Decoder
        except ImportError as err:
            raise NoLibrary("pocketsphinx is not installed; install it with: pip install pocketsphinx") from err
        self._decoder: Decoder = Decoder(samprate=RECOGNISER_RATE, maxhmmpf=MODELS_A_FRAME, loglevel="FATAL")

    def words(self, sound: Wave) -> list[str]:
        """What it takes the speech for."""
        if not len(sound):
            return []
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        self._decoder.process_raw(recogniser_input(sound), full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        return spoken_words(heard.hypstr) if heard else []


def word_errors(sound: Wave, text: str, listener: Listener) -> Errors:
    """How many words of `text` are lost in `sound`."""
    said = spoken_words(text)
    return Errors(edits(said, listener.words(sound)), len(said))


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words to be replaced, put in or taken out (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(said, 1):
        diagonal, row[0] = row[0], place
        for at, other in enumerate(heard, 1):
            diagonal, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, diagonal + (word != other))
    return row[-1]


def rate(errors: Sequence[Errors]) -> float:
    """Wrong words for one that was said."""
    return sum(one.wrong for one in errors) / max(sum(one.words for one in errors), 1)


def worse_by_at_most(voice: Sequence[Errors], source: Sequence[Errors], bound: float = BOUND) -> float:
    """The `bound` quantile of the difference of the two rates over resampled sentences, taken in pairs.

    Bisani and Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation" (ICASSP 2004).
    """
    words = np.array([one.words for one in voice])
    more = np.array([one.wrong - other.wrong for one, other in zip(voice, source, strict=True)])
    drawn: NDArray[np.int64] = np.random.default_rng(7).integers(0, len(words), (RESAMPLINGS, len(words)))
    return float(np.quantile(more[drawn].sum(axis=1) / np.maximum(words[drawn].sum(axis=1), 1), bound))


def too_little(speech_s: float) -> Verdict | None:
    """The verdict on recordings that cannot hold a voice, before anything is computed; `None` for enough."""
    missing = LEAST_SPEECH_S - speech_s
    if missing <= 0:
        return None
    reason = (
        f"There are {speech_s:.0f} seconds of clear English speech with its words written down; a voice made of the "
        f"person's own sounds needs {LEAST_SPEECH_S:.0f}. About {max(missing, 1):.0f} seconds more would do."
    )
    return Verdict(False, None, None, None, None, 0, reason)


def judge(voice: Speak, source: Speak, sentences: Sequence[str] = EVERYDAY[:SENTENCES]) -> Verdict:
    """Let both speak the sentences and see whether the voice loses few enough words more than its source.

    It passes where the difference itself stays within `ALLOWED`; the bound is told beside it.
    """
    listener = Listener()
    of_voice = [word_errors(voice(text), text, listener) for text in sentences]
    of_source = [word_errors(source(text), text, listener) for text in sentences]
    worse_by = rate(of_voice) - rate(of_source)
    passed = worse_by <= ALLOWED
    return Verdict(
        passed=passed,
        source_rate=rate(of_source),
        voice_rate=rate(of_voice),
        worse_by=worse_by,
        worse_by_at_most=worse_by_at_most(of_voice, of_source),
        sentences=len(sentences),
        reason=_reason(passed, of_voice, of_source),
    )


def _reason(passed: bool, voice: Sequence[Errors], source: Sequence[Errors]) -> str:
    figures = f"of 100 words, a machine that listens misses {100 * rate(voice):.0f} of this voice's"
    figures += f" and {100 * rate(source):.0f} of the plain reading voice's"
    if passed:
        return f"The voice made of the person's own sounds is clear enough to use: {figures}."
    return (
        f"The voice made of the person's own sounds is not clear enough yet, so the plainer likeness is used: "
        f"{figures}. More recordings without noise or music, with their words written down exactly, would help."
    )
