"""Source speech said again in a person's own grains, block by block. Knows nothing of text or of how it was fitted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.ndimage import uniform_filter1d

from data.types import RATE, Wave
from voice.arpabet import VOICELESS
from voice.convert import limit
from voice.espeak import Speech
from voice.exemplar import WHOLE, Exemplar, neighbourhood, placed
from voice.forms import Array, Indices, forms, frames_of, melody, whereabouts
from voice.grains import FURTHEST, NOISE_HOP, lay
from voice.units import SILENCE, STRIDE, Choice, Frames
from voice.world import FRAME_SAMPLES, track

HOP = STRIDE * FRAME_SAMPLES  # samples from one choice to the next, 10 ms
FIRST_BLOCK, BLOCK = 60, 150  # choices; the first sound should come soon
AHEAD = 20  # choices looked at beyond a block, so that it ends where the next can go on
UNREST_FRAMES = 31  # 155 ms: what is quicker in a pitch is no melody but the folds' own unrest
UNREST = 0.5  # how much of it is kept
SPREAD = 0.5, 2.0  # bounds of the factor on the spread of log F0


class ExemplarConverter:
    """Turns clauses of the source into the person's voice. The same clause gives the same samples."""

    def __init__(self, exemplar: Exemplar) -> None:
        self._kept = exemplar
        units = exemplar.units()
        self._choice = Choice(units)
        self._sound = exemplar.sound.astype(np.float32) / WHOLE
        self._voiced = units.frames.voiced
        self._period = RATE / np.exp(units.frames.log_f0)  # samples
        self._unrest = UNREST * (units.frames.log_f0 - uniform_filter1d(units.frames.log_f0, UNREST_FRAMES))

    def convert(self, speech: Speech) -> Iterator[Wave]:
        """Pieces that together are exactly as long as the source; its pauses are silent."""
        if not len(speech.phonemes):
            yield np.zeros_like(speech.samples)
            return
        wanted = self._wanted(speech)
        grains = np.zeros((0, 3), np.int64)
        done, at = 0, 0.0
        for start, path in self._paths(wanted):
            more, at = self._grains(path, wanted.log_f0, start, max(at, start * HOP))
            grains = np.concatenate([grains[-1:], more])
            last = min(int(grains[-1, 0]), len(speech.samples))  # no later grain reaches before it
            yield limit(self._laid(grains, done, last))
            done = last
        yield limit(self._laid(grains[-1:], done, len(speech.samples)))

    def _laid(self, grains: Indices, start: int, end: int) -> Wave:
        centres, origins, reach = grains.T
        return lay(self._sound, centres, origins, reach, start, end)

    def _wanted(self, speech: Speech) -> Frames:
        """What is to be said, frame by frame, at the person's pitch."""
        kept, frames = self._kept, frames_of(speech.samples)
        phones = placed(speech, kept.lateness_s)
        index, place = whereabouts(phones, frames)
        phone, before, after = neighbourhood(phones, index)
        f0_hz = track(speech.samples)[0]
        f0_hz = np.pad(f0_hz, (0, max(0, frames - len(f0_hz))))[:frames]
        spread = np.clip(kept.pitch[1] / max(float(kept.source_pitch[1]), 1e-3), *SPREAD)
        log_f0 = kept.pitch[0] + spread * (melody(f0_hz) - kept.source_pitch[0])
        form = (forms(speech.samples) - kept.form_mean) / np.maximum(kept.form_sd, 1e-3)
        voiced = (f0_hz > 0) & ~np.isin(phone, VOICELESS)
        return Frames(phone, before, after, place, form, log_f0.astype(np.float32), voiced)

    def _paths(self, wanted: Frames) -> Iterator[tuple[int, Indices]]:
        """For each block the choice with which it starts, and the units chosen."""
        sparse = wanted.every(STRIDE)
        edges = np.flatnonzero(np.diff(np.pad(sparse.phone != SILENCE, 1).astype(int)))
        size = FIRST_BLOCK
        for low, end in zip(edges[::2], edges[1::2], strict=True):
            last: int | None = None
            while low < end:
                high = low + size if low + size + AHEAD < end else end
                path = self._choice.path(sparse.part(low, min(high + AHEAD, end)), last)[: high - low]
                yield int(low), path
                low, last, size = high, int(path[-1]), BLOCK

    def _grains(self, path: Indices, log_f0: Array, start: int, at: float) -> tuple[Indices, float]:
        """Centre, origin and reach of each grain (m, 3) from sample `at` on, and where the next one would go.

        Where the person's folds move a grain is one period around a closure; elsewhere it is what was recorded.
        """
        found: list[tuple[int, int, int]] = []
        while at < (start + len(path)) * HOP:
            here = int(at)
            origin = int(path[here // HOP - start]) * FRAME_SAMPLES + here % HOP
            frame = min(origin // FRAME_SAMPLES, len(self._voiced) - 1)
            closure = self._closure(origin, frame)
            if closure is None:
                found.append((here, origin, NOISE_HOP))
                at += NOISE_HOP
            else:
                found.append((here, closure, round(self._period[frame])))
                at += RATE / float(np.exp(log_f0[min(here // FRAME_SAMPLES, len(log_f0) - 1)] + self._unrest[frame]))
        return np.array(found, np.int64).reshape(-1, 3), at

    def _closure(self, origin: int, frame: int) -> int | None:
        """The closure nearest to a voiced place, where there is one."""
        closures = self._kept.marks
        place = int(np.searchsorted(closures, origin))
        near = closures[max(0, place - 1) : place + 1]
        if not self._voiced[frame] or not len(near):
            return None
        nearest = int(near[np.abs(near - origin).argmin()])
        return nearest if abs(nearest - origin) < FURTHEST * self._period[frame] else None
