"""Who speaks when: windows of speech put together by voice. Knows voices as numbers, not whose they are.

Agglomerative clustering with average linkage on short stretches; then each window goes to the nearest voice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from voice.activity import runs
from voice.speaker import Embedding

Labels = NDArray[np.int64]  # (n,) the voice of each window, from 0; `NOBODY` where it is like none of them

NOBODY = -1
SEED_WINDOWS = 4  # embedded together, 3.9 s: what a voice is first known by
LEAST_SEED = 2  # windows; a shorter stretch founds no voice, it goes to the nearest
# Clips of real speakers are .92 alike to their own and .36 to .72 to others (of synthetic voices .87 to .97, and .5 to
# .76): stretches of one voice lie above this in the mean.
ONE_VOICE = 0.78
SAME_CENTRE = 0.86  # the centres of two clusters of one person in two moods: .9 and more; of two persons up to .81
STRANGER = 0.6  # less alike to every voice is somebody else, several at once, or no voice
# Of two voices at once the weaker has .2 to .3 of the sum, half as loud as the other or as loud; where one speaks
# alone the other seems to have up to .14.
SECOND_SHARE = 0.2
ROUNDS = 5
CORE_NEIGHBOURS = 3  # a window is as dense as its likeness to the nearest third of its cluster
MOST_FILLED = 2  # windows, 1.5 s
LEAST_WINDOWS = 3  # fewer are no person of their own


def label(stretches: Sequence[Embedding]) -> list[Labels]:
    """Voices of the windows of each stretch of speech (n, 256), numbered by how many windows they have."""
    stretches = [stretch for stretch in stretches if len(stretch)]
    if not stretches:
        return []
    windows = np.concatenate(stretches)
    centres = _merged(_seeded(stretches))
    bounds = np.cumsum([len(stretch) for stretch in stretches])[:-1]
    smooth = np.concatenate([_smoothed(stretch) for stretch in stretches])
    for _ in range(ROUNDS):
        found = _nearest(smooth, centres)
        clusters = [windows[found == voice] for voice in range(len(centres))]
        least = min(LEAST_WINDOWS, max(map(len, clusters)))
        centres = _merged([cluster for cluster in clusters if len(cluster) >= max(least, 1)] or [windows])
    own = zip(np.split(_nearest(smooth, centres), bounds), np.split(smooth @ centres.T, bounds), strict=True)
    found = np.concatenate([_filled(labels, alike) for labels, alike in own])
    order = np.argsort(-np.bincount(found[found >= 0], minlength=len(centres)), kind="stable")
    renumbered = np.append(np.argsort(order), NOBODY)  # the last place, −1, stays what it is
    return np.split(renumbered[found], bounds)


def _nearest(windows: Embedding, centres: Embedding) -> Labels:
    """The most alike of the centres; `NOBODY` where none is, or where another speaks at the same time."""
    alike, apart = windows @ centres.T, centres @ centres.T
    best = alike.argmax(axis=1)
    own = alike.max(axis=1, keepdims=True)
    near = apart[best]  # (windows, centres), of each centre to the best
    # The window as a sum of two centres, by least squares: the share of the second one.
    share = np.where(near > 1 - 1e-6, 0.0, (alike - near * own) / np.maximum((1 - near) * (own + alike), 1e-6))
    return np.where((own[:, 0] < STRANGER) | (share.max(axis=1) > SECOND_SHARE), NOBODY, best)


def _filled(found: Labels, alike: Embedding) -> Labels:
    """Windows of nobody go to the more alike of the voices beside them, where they are few: a change of turns."""
    filled = found.copy()
    for start, end in runs(found == NOBODY):
        beside = [found[at] for at in (start - 1, end) if 0 <= at < len(found)]
        if beside and end - start <= MOST_FILLED:
            filled[start:end] = np.array(beside)[alike[start:end][:, beside].argmax(axis=1)]
    return filled


def centre(windows: Embedding) -> Embedding:
    """The voice (256,) of several windows (n, 256)."""
    mean = windows.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _smoothed(stretch: Embedding) -> Embedding:
    """Each window with half of its neighbours, of unit length."""
    padded = np.pad(stretch, ((1, 1), (0, 0)), mode="edge")
    mean = padded[:-2] / 2 + padded[1:-1] + padded[2:] / 2
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), dtype=np.float32)


def _seeded(stretches: Sequence[Embedding]) -> list[Embedding]:
    """Clusters of windows, from stretches cut to a few windows each."""
    seeds = [part for stretch in stretches for part in np.array_split(stretch, -(-len(stretch) // SEED_WINDOWS))]
    long = [seed for seed in seeds if len(seed) >= LEAST_SEED] or seeds
    if len(long) == 1:
        return long
    tree = linkage(np.stack([centre(seed) for seed in long]), "average", metric="cosine")
    clusters = fcluster(tree, 1 - ONE_VOICE, criterion="distance")
    return [
        np.concatenate([seed for seed, each in zip(long, clusters, strict=True) if each == number])
        for number in np.unique(clusters)
    ]


def _merged(clusters: Sequence[Embedding]) -> Embedding:
    """The centres (voices, 256), after putting together those of one person; the most alike first."""
    groups = list(clusters)
    while len(groups) > 1:
        centres = np.stack([centre(_core(group)) for group in groups])
        alike = centres @ centres.T - 2 * np.eye(len(groups))
        one, other = sorted(np.unravel_index(alike.argmax(), alike.shape))
        if alike[one, other] < SAME_CENTRE:
            return centres
        groups[one] = np.concatenate([groups[one], groups.pop(other)])
    return centre(_core(groups[0]))[None]


def _core(windows: Embedding) -> Embedding:
    """The denser half: where two spoke at once, windows lie scattered between the voices."""
    alike = np.sort(windows @ windows.T, axis=1)
    density = alike[:, -max(1, len(windows) // CORE_NEIGHBOURS)]
    return np.asarray(windows[density >= np.median(density)])
