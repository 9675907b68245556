"""Frames of a person's speech, and the choice among them for something new to say. Knows nothing of waveforms.

Unit selection after Hunt and Black, "Unit selection in a concatenative speech synthesis system using a large speech
database" (ICASSP 1996), with single frames as units: a target cost for how well a frame fits what is to be said, a
joining cost for how well it follows the one before, and Viterbi's path of least sum.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from voice.arpabet import CLASS_OF, CODES, PAUSE, PHONES

Array = NDArray[np.float32]
Codes = NDArray[np.uint8]

SILENCE = CODES[PAUSE]

# Target costs, in units of the mean squared distance between two frames, in standard deviations. Set by hand. Of two
# voices, 24 sentences each: JOIN halved and doubled, NEIGHBOUR and PLACE halved and doubled, FORM halved moved the fit
# of the aligned phones by 1 % at most; dearer joins in stops and at the borders of phones did not make it clearer.
FORM = 1.0
OTHER_PHONE, OTHER_CLASS = 1.0, 3.0
NEIGHBOUR = 0.5
PLACE = 1.0
PITCH = 0.8  # for a unit of log F0
VOICING = 1.0
# Joining costs.
STEPS = np.array([0.3, 0.06, 0.0, 0.06, 0.12], np.float32)  # going on by 0 … 4 frames; 2 is the pace of the recording
JOIN, JOIN_FORM, JOIN_PITCH, JOIN_VOICING = 0.6, 1.0, 1.0, 0.5

STRIDE = 2  # unit frames (5 ms) to one choice (10 ms)
FEWEST = 40  # candidates of a phone, below which its class stands in too
MOST = 160  # candidates that are kept for each choice

_CLASS = np.array([CLASS_OF[phone] for phone in PHONES])
_NEIGHBOURS = np.where(
    np.eye(len(PHONES), dtype=bool), 0.0, np.where(_CLASS[:, None] == _CLASS[None], 0.5, 1.0)
).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """What is known of each frame, of the person's recordings or of what is to be said."""

    phone: Codes  # (n,)
    before: Codes  # the phone before
    after: Codes
    place: Array  # in the phone, 0 … 1
    form: Array  # (n, D), how the source says it, in standard deviations
    log_f0: Array  # person's; level through unvoiced stretches
    voiced: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.phone)

    def part(self, start: int, end: int) -> Frames:
        """Those from `start` to `end`."""
        return self._cut(slice(start, end))

    def every(self, stride: int) -> Frames:
        """Each `stride`th."""
        return self._cut(slice(None, None, stride))

    def _cut(self, kept: slice) -> Frames:
        return Frames(*(getattr(self, field.name)[kept] for field in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The person's frames, 5 ms each, those of one piece of recording standing together."""

    frames: Frames
    own: Array  # (n, E), how the person says it, in standard deviations
    piece: NDArray[np.int32]  # (n,), which piece of recording
    usable: NDArray[np.bool_]  # (n,)


class Choice:
    """Chooses units for targets, 10 ms each, from the left to the right."""

    def __init__(self, units: Units) -> None:
        self._units = units
        codes = units.frames.phone
        self._of_phone = [np.flatnonzero(units.usable & (codes == code)) for code in range(len(PHONES))]
        in_class = _CLASS[codes]
        for code in range(1, len(PHONES)):
            if len(self._of_phone[code]) < FEWEST:
                self._of_phone[code] = np.flatnonzero(units.usable & (in_class == _CLASS[code]) & (codes != SILENCE))
            if not len(self._of_phone[code]):
                self._of_phone[code] = np.flatnonzero(units.usable)

    def path(self, targets: Frames, last: int | None = None) -> NDArray[np.int64]:
        """The unit for each target (n,); `last` is the unit that the first of them follows. No target is a pause."""
        if not len(targets):
            return np.zeros(0, np.int64)
        candidates, costs = self._candidates(targets)
        total = costs[0] if last is None else costs[0] + self._joining(np.array([last]), candidates[0])[0]
        back: list[NDArray[np.int64]] = []
        for place in range(1, len(targets)):
            sums = total[:, None] + self._joining(candidates[place - 1], candidates[place])
            best = sums.argmin(axis=0)
            back.append(best)
            total = sums[best, np.arange(len(best))] + costs[place]
        found = [int(total.argmin())]
        for best in reversed(back):
            found.append(int(best[found[-1]]))
        return np.array([rows[at] for rows, at in zip(candidates, reversed(found), strict=True)])

    def _candidates(self, targets: Frames) -> tuple[list[NDArray[np.int64]], list[Array]]:
        """For each target the likeliest units and their target costs; targets of one phone are judged together."""
        changes = np.flatnonzero(np.diff(targets.phone.astype(int))) + 1
        candidates: list[NDArray[np.int64]] = []
        costs: list[Array] = []
        for start, end in zip([0, *changes], [*changes, len(targets)], strict=True):
            among = self._of_phone[int(targets.phone[start])]
            fits = self._fits(targets.part(start, end), among)
            kept = min(MOST, len(among))
            nearest = np.argpartition(fits, kept - 1, axis=1)[:, :kept]
            candidates += list(among[nearest])
            costs += list(np.take_along_axis(fits, nearest, axis=1))
        return candidates, costs

    def _fits(self, targets: Frames, among: NDArray[np.int64]) -> Array:
        """Target costs (targets, among); all targets are of one phone."""
        frames = self._units.frames
        form = frames.form[among]
        apart = (targets.form**2).sum(1)[:, None] + (form**2).sum(1) - 2 * targets.form @ form.T
        cost = FORM / form.shape[1] * apart
        code = targets.phone[0]
        phones = frames.phone[among]
        cost += np.where(phones == code, 0, np.where(_CLASS[phones] == _CLASS[code], OTHER_PHONE, OTHER_CLASS))
        place = targets.place[:, None]
        cost += NEIGHBOUR * (1 - place) * _NEIGHBOURS[targets.before[:, None], frames.before[among]]
        cost += NEIGHBOUR * place * _NEIGHBOURS[targets.after[:, None], frames.after[among]]
        cost += PLACE * np.abs(place - frames.place[among])
        cost += PITCH * np.abs(targets.log_f0[:, None] - frames.log_f0[among]) * frames.voiced[among]
        cost += VOICING * (targets.voiced[:, None] != frames.voiced[among])
        return np.asarray(cost, dtype=np.float32)

    def _joining(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> Array:
        """(left, right): what it costs that one follows the other."""
        units = self._units
        follower = np.minimum(left + STRIDE, len(units.own) - 1)
        theirs, ours = units.own[follower], units.own[right]
        apart = (theirs**2).sum(1)[:, None] + (ours**2).sum(1) - 2 * theirs @ ours.T
        voiced = units.frames.voiced
        flips = voiced[follower][:, None] != voiced[right]
        jump = np.abs(units.frames.log_f0[follower][:, None] - units.frames.log_f0[right])
        cost = JOIN + JOIN_FORM / ours.shape[1] * apart + JOIN_VOICING * flips + JOIN_PITCH * jump
        step = right - left[:, None]
        goes_on = (step >= 0) & (step < len(STEPS)) & (units.piece[left][:, None] == units.piece[right])
        return np.where(goes_on, STEPS[np.clip(step, 0, len(STEPS) - 1)], cost).astype(np.float32)
