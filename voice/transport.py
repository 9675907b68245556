"""From one voice's spectra to another's by the shortest way. Knows spectra as mel bands, not where they come from.

Between two clouds of points, each taken for a Gaussian, there is one linear map that brings the first onto the second
and moves its points least: Knott and Smith, "On the optimal mapping of distributions" (Journal of Optimization Theory
and Applications, 1984). It gives the person's mean spectrum and how their bands rise and fall together, which is what a
voice is known by, and because it is symmetric and positive it turns no sound into another. Nobody needs to know what is
said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voice.world import BANDS, Array, band_centres_hz

FLOOR_DB2 = 1.0  # variance added to every band, so that one that never moves does not blow up
SHRUNK_FRAMES = 60  # at which half of what two bands have in common is believed
LARGEST_SHIFT_DB = 30.0
# These three trade likeness for clearness, measured on three voices that espeak-ng was turned into. A wider bound is
# liker (10, 16, 18, 22 dB: .65, .71, .72, .74 on average) and less clear (24, 31, 33, 42 words of 100 lost).
LARGEST_LIFT_DB = 16.0
# Of a lift between a fundamental and a first formant, where a synthesiser is weak and a vowel's height is told: all of
# it was .01 less like and cost 4 words of 100 more; a third of it was .04 less like and saved 5.
LOWS_HZ, LOWS_SHARE = (170.0, 450.0), 0.6
# Of the map's own turning of a frame; all of its shift is used. All of it cost 10 words of 100 more than this.
CONTRAST = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """Decibels in mel bands of one voice to those of another."""

    here: Array  # (BANDS,), mean of the one
    there: Array  # (BANDS,), mean of the other
    matrix: Array  # (BANDS, BANDS)

    def shifts(self, bands: Array) -> Array:
        """What is to be added to each frame's bands, (n, BANDS) for (n, BANDS)."""
        turned = (bands - self.here) @ (self.matrix - np.eye(BANDS)).T
        shifts = turned + self.there - self.here
        centres_hz = band_centres_hz()
        low = (centres_hz > LOWS_HZ[0]) & (centres_hz < LOWS_HZ[1]) & (shifts > 0)
        return np.asarray(np.clip(np.where(low, LOWS_SHARE, 1) * shifts, -LARGEST_SHIFT_DB, LARGEST_LIFT_DB))


def fit(ours: Array, theirs: Array, held: int) -> Transport:
    """From frames (n, BANDS) to frames (m, BANDS), of whose bands the first `held` can be believed.

    Beyond these a frame keeps its own shape, and is raised no more and lowered as much as the last of them.
    """
    spread, wanted = _covariance(ours[:, :held]), _covariance(theirs[:, :held])
    root = _root(spread)
    inverse = np.linalg.inv(root)
    matrix = np.eye(BANDS)
    matrix[:held, :held] += CONTRAST * (inverse @ _root(root @ wanted @ root) @ inverse - np.eye(held))
    here, there = ours.mean(axis=0), theirs.mean(axis=0)
    there[held:] = here[held:] + min(there[held - 1] - here[held - 1], 0.0)
    return Transport(here, there, matrix)


def _covariance(frames: Array) -> Array:
    found = np.atleast_2d(np.cov(frames.T))
    trust = len(frames) / (len(frames) + SHRUNK_FRAMES)
    return np.asarray(trust * found + (1 - trust) * np.diag(np.diag(found)) + FLOOR_DB2 * np.eye(len(found)))


def _root(symmetric: Array) -> Array:
    values, vectors = np.linalg.eigh(symmetric)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)
