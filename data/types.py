"""The values that pass between the rooms. Knows nothing of files, engines or sockets.

Sound is 24,000 Hz float32 mono everywhere and pictures are 25 frames a second, so that one frame covers a whole
number of samples. Times are integer samples; the sentence's own zero inside `voice/`, the turn's zero after the flow
in `orchestrator/` has moved them there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RATE = 24_000  # samples a second
FPS = 25  # frames a second
SAMPLES_PER_FRAME = RATE // FPS
if RATE % FPS:
    raise ValueError(f"{RATE} samples a second are no whole number for each of {FPS} frames")

FRAMES_PER_CHUNK = 5  # at most: 200 ms, so that a live answer starts soon and cancelling is quick
CHUNK_SAMPLES = FRAMES_PER_CHUNK * SAMPLES_PER_FRAME
LOOKAHEAD_SAMPLES = RATE // 5  # phonemes reach at least this far past their chunk

Wave = NDArray[np.float32]  # (n,), -1 … 1
Picture = NDArray[np.uint8]  # (H, W, 3) RGB
Frames = NDArray[np.uint8]  # (n, H, W, 3) RGB

Language = Literal["en", "zh"]
Mark = Literal["theirs", "their-voice", "told", "imagined", "exhibit", "notice"]
Expression = Literal["neutral", "warm", "tender", "grave", "sad", "surprised"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where words come from: `quote` is the sentence as it stands there, `date` is ISO 8601, as exact as known."""

    file: str
    date: str | None
    quote: str
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a real recording."""

    file: str
    start_samples: int
    end_samples: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """At most one sentence of an answer, marked with where it comes from.

    theirs       a whole sentence of theirs, verbatim after white-space and Unicode normalisation
    their-voice  a stretch of a real recording, named in `recording`
    told         from the family, named in `source.author`
    imagined     ours
    exhibit      written for a sample memorial
    notice       the product speaking; shown as text, never voiced, never animated
    """

    text: str
    language: Language
    mark: Mark
    source: Source | None = None
    recording: Span | None = None
    expression: Expression = "neutral"
    strength: float = 1.0  # of the expression, 0 … 1


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance of the conversation so far."""

    speaker: Literal["visitor", "persona"]
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a voice is given, one at a time."""

    index: int
    phrases: tuple[Phrase, ...]

    @property
    def language(self) -> Language:
        """That of its first phrase."""
        return self.phrases[0].language

    @property
    def text(self) -> str:
        """Its phrases, one after the other."""
        return ("" if self.language == "zh" else " ").join(phrase.text for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One phoneme in IPA with its time. `stress` is 0 none, 1 secondary, 2 primary; `ipa` is empty for a pause."""

    ipa: str
    start_samples: int
    end_samples: int
    stress: int = 0

    def shifted(self, samples: int) -> Phoneme:
        """The same, later by so many samples."""
        return replace(self, start_samples=self.start_samples + samples, end_samples=self.end_samples + samples)


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A whole number of frames of sound, at most `CHUNK_SAMPLES`.

    `phonemes` holds every phoneme that touches the chunk widened by `LOOKAHEAD_SAMPLES` on both sides, cut at the
    sentence's ends; `None` means that the face must read the sound itself. `last` is true for a sentence's last chunk.
    """

    samples: Wave
    start_samples: int
    sentence: Sentence
    phonemes: tuple[Phoneme, ...] | None
    last: bool

    def shifted(self, samples: int) -> AudioChunk:
        """The same with its phonemes, later by so many samples."""
        moved = None if self.phonemes is None else tuple(phoneme.shifted(samples) for phoneme in self.phonemes)
        return replace(self, start_samples=self.start_samples + samples, phonemes=moved)


@dataclass(frozen=True, slots=True)
class Shot:
    """Sound with the frames that belong to it: `frames.shape[0] * SAMPLES_PER_FRAME == audio.shape[0]`.

    `sentence` is None where nobody speaks: the idle loop, and the return to rest after an answer. Where the machine or
    the way to the visitor is slow, one picture stands for `every` frames, from the first on: the others repeat it.
    """

    audio: Wave
    frames: Frames
    sentence: Sentence | None
    every: int = 1

    def __post_init__(self) -> None:
        if len(self.frames) * SAMPLES_PER_FRAME != len(self.audio):
            raise ValueError(f"{len(self.frames)} frames do not cover {len(self.audio)} samples")


Pace = Callable[[], int]  # asked before each shot: for how many frames one picture of it stands


def unhurried() -> int:
    """The pace at which every frame is drawn."""
    return 1


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, a note, a message, something said, or what the family tells.

    `date` is ISO 8601, as exact as known, on the writer's own clock. `author` is None where it is the person.
    `conversation` names a chat, or the heading under which the family tells something, and `place` counts in it from 0.
    `doubtful` are those lines of `text` that a machine read and was not sure of: nobody may quote them until somebody
    confirmed them.
    """

    file: str
    text: str
    date: str | None
    kind: Literal["letter", "message", "spoken", "told"] = "letter"
    author: str | None = None
    conversation: str | None = None
    place: int | None = None
    doubtful: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()  # names of visitors to whom nothing of it is said


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who talks with a memorial. `called` is how the person addressed them: 孙儿, "my dear Tom"."""

    name: str
    relation: str | None = None
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a visitor told a memorial, in the visitor's own words. `date` is ISO 8601; `id` names it in lists."""

    id: str
    text: str
    date: str
    visitor: str


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer may draw on beside what the person wrote.

    `told` is from the family (letters of that kind, each with its author), `remembered` from the visitor who asks,
    `glossary` maps a word of the family's or of a dialect to plain words, and `struck` are sentences of which the
    family says that the person never said them.
    """

    visitor: Visitor | None = None
    told: tuple[Letter, ...] = ()
    remembered: tuple[Remembered, ...] = ()
    glossary: Mapping[str, str] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the memorial is for. Dates are ISO 8601, as exact as known."""

    name: str
    born: str | None
    died: str | None
    language: Language
    exhibit: bool = False  # a sample memorial: nothing in it is ever marked as theirs
    signs: tuple[str, ...] = ()  # other names under which they wrote, as the family said
