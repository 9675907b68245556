"""What feeling does to a face. Knows names of feelings and how they come and go; knows no words and no picture.

Small, for those who grieve: a face that means little is believed, a face that means much is watched. Brows and lids say
more than the mouth does, as in Ekman & Friesen's coding of faces (1978): a smile that is meant reaches the lower lids,
sorrow lifts the inner ends of the brows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import exp

from data.types import FPS, Expression
from face.pose import REST, Pose
from face.spring import Spring

STIFFNESS = 4.0  # radians a second: a feeling comes and goes in about a second
EBB_S = 1.6  # over which its first strength gives way to what is held


@dataclass(frozen=True, slots=True)
class Feeling:
    """`face` at full strength, of which `held` stays while the sentence goes on."""

    face: Pose
    held: float


FEELINGS: dict[Expression, Feeling] = {
    "neutral": Feeling(REST, 1.0),
    "warm": Feeling(Pose(corners=0.075, squint=0.50, brow=0.010), 0.75),
    "tender": Feeling(Pose(corners=0.036, squint=0.24, inner_brow=0.035, pitch=0.014, roll=0.030), 0.80),
    "grave": Feeling(Pose(corners=-0.018, brow=-0.024, inner_brow=0.012, pitch=0.015), 0.90),
    "sad": Feeling(Pose(corners=-0.045, squint=0.10, brow=-0.008, inner_brow=0.065, gaze_y=0.020, pitch=0.028), 0.85),
    "surprised": Feeling(Pose(brow=0.085, widen=0.75, pitch=-0.014), 0.30),
}
_MOVED = tuple(
    field.name for field in fields(Pose) if any(getattr(feeling.face, field.name) for feeling in FEELINGS.values())
)


class Expressions:
    """Steps once a frame; a feeling comes quickly, ebbs to what is held, and goes when another comes."""

    def __init__(self) -> None:
        self._springs = {name: Spring(STIFFNESS) for name in _MOVED}
        self._sentence = -1
        self._frames = 0

    def step(self, expression: Expression, strength: float, sentence: int) -> Pose:
        """What the feeling of this sentence adds to the next frame; `strength` is 0 … 1."""
        self._frames = self._frames + 1 if sentence == self._sentence else 0
        self._sentence = sentence
        feeling = FEELINGS[expression]
        ebbed = feeling.held + (1.0 - feeling.held) * exp(-self._frames / (EBB_S * FPS))
        share = min(max(strength, 0.0), 1.0) * ebbed
        return Pose(
            **{name: spring.follow(share * getattr(feeling.face, name)) for name, spring in self._springs.items()}
        )
