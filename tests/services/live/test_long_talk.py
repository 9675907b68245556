"""Talk that goes on and on: memory stays as it is, and sound and picture stay together."""

import io
from statistics import median

import av
import numpy as np
import pytest

from data.types import FPS, SAMPLES_PER_FRAME
from services.heap import share_arenas
from tests.bench.memory import rss_mb
from tests.services.live.conftest import Page, Talk
from tests.small_stages import Colour

MINUTE = "one two three four five six seven eight nine. " * 33  # 1,518 frames of sound: a minute
SYNC_S = 0.04
# What allocators and caches take and keep, however long it goes on: one step of 23 is seen in most hours
GROWN_MB = 32.0


class Flashing(Colour):
    """White while the sound is loud, else black: so that one can be held against the other."""

    def animate(self, audio, pace=lambda: 1):  # type: ignore[no-untyped-def]
        for shot in super().animate(audio, pace):
            loud = np.abs(shot.audio.reshape(-1, SAMPLES_PER_FRAME)).max(axis=1) > 0.1
            shot.frames[:] = np.where(loud, 255, 0).astype(np.uint8)[:, None, None, None]
            yield shot


def drift_s(film: bytes) -> float:
    """How far the last change from dark to light lies from the last beginning of sound."""
    with av.open(io.BytesIO(film), "r") as container:
        light = [each.time or 0.0 for each in container.decode(video=0) if each.to_ndarray(format="gray").mean() > 128]
    with av.open(io.BytesIO(film), "r") as container:
        sound = np.concatenate([each.to_ndarray()[0] for each in container.decode(audio=0)])
    loud = np.flatnonzero(np.abs(sound) > 0.1) / 48_000
    return abs(float(loud[-1]) - (light[-1] + 1 / FPS))


def talk_on(talk: Talk, minutes: int) -> tuple[list[float], float]:
    """The memory after each minute, and how far apart sound and picture are at the end."""
    talk.troupe.face = Flashing()
    talk.says(MINUTE)
    page, held, turn = Page(talk), list[float](), 0
    for _ in range(minutes):
        page.told.clear()
        page.pieces.clear()
        performance = talk.say("Go on")
        turn = performance.tape.turn
        page.until_the_end(turn)
        held.append(rss_mb())
    return held, drift_s(page.film(turn))


def test_minutes_of_talk_leave_nothing_behind(talk: Talk) -> None:
    held, apart_s = talk_on(talk, 2)
    assert held[-1] - held[0] < GROWN_MB
    assert apart_s < SYNC_S


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_an_hour_of_talk_leaves_nothing_behind(talk: Talk) -> None:
    share_arenas()
    held, apart_s = talk_on(talk, 60)
    assert median(held[-10:]) - median(held[10:20]) < GROWN_MB  # from one minute to the next it goes up and down as far
    assert apart_s < SYNC_S
