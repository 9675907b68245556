"""What MuseTalk hears in each frame: Whisper's reading of the sound about it. Knows no network and no picture.

Whisper reads up to thirty seconds and tells 50 steps a second, each as its layers see it. A frame is given its own two
steps with those of the two frames before and after, all layers of a step in a row: 50 tokens for whisper-tiny.
The sound comes in chunks, so the last half minute of it is kept and read anew for each of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.signal import resample_poly

from data.types import FPS, RATE, SAMPLES_PER_FRAME, AudioChunk, Wave

EAR_RATE = 16_000  # samples a second that Whisper reads
EAR_S = 30  # read at once; what is not there is silence
STEPS_PER_FRAME = 2
AROUND_FRAMES = 2  # heard on each side of a frame
KEPT_FRAMES = EAR_S * FPS - AROUND_FRAMES  # so that silence follows the last one

Steps = NDArray[np.float32]  # (steps, layers, width)
Heard = NDArray[np.float32]  # (frames, tokens, width)
Listen = Callable[[Wave, int, int], Steps]  # sound of 16 kHz, and from which step to which


class Hearing:
    """One answer as it is heard, frame after frame."""

    def __init__(self, listen: Listen) -> None:
        self._listen = listen
        self._sound = np.zeros(0, np.float32)  # the last of it, whole frames
        self._ahead = 0  # frames of it that were not told yet

    def follow(self, audio: Iterator[AudioChunk]) -> Iterator[tuple[AudioChunk, Heard]]:
        """Each chunk with what is heard in its frames, once enough follows it; at a sentence's end nothing must."""
        waiting: deque[AudioChunk] = deque()
        for chunk in audio:
            waiting.append(chunk)
            self._add(chunk.samples)
            while waiting and (chunk.last or self._ahead >= _frames(waiting[0]) + AROUND_FRAMES):
                yield waiting[0], self._tell(_frames(waiting.popleft()))
        for chunk in waiting:
            yield chunk, self._tell(_frames(chunk))

    def silence(self, frames: int) -> Heard:
        """What is heard in so many frames of silence that follow."""
        self._add(np.zeros(frames * SAMPLES_PER_FRAME, np.float32))
        return self._tell(frames)

    def _add(self, samples: Wave) -> None:
        self._sound = np.concatenate((self._sound, samples))[-KEPT_FRAMES * SAMPLES_PER_FRAME :]
        self._ahead += len(samples) // SAMPLES_PER_FRAME

    def _tell(self, frames: int) -> Heard:
        """The next frames. Before the first sound there are no steps, and zeros stand for them, as in training."""
        first = len(self._sound) // SAMPLES_PER_FRAME - self._ahead
        self._ahead -= frames
        since = STEPS_PER_FRAME * (first - AROUND_FRAMES)
        until = STEPS_PER_FRAME * (first + frames + AROUND_FRAMES)
        sound = np.asarray(resample_poly(self._sound, EAR_RATE, RATE), np.float32)
        steps = np.pad(self._listen(sound, max(0, since), until), ((max(0, -since), 0), (0, 0), (0, 0)))
        wide = STEPS_PER_FRAME * (2 * AROUND_FRAMES + 1)
        about = sliding_window_view(steps, wide, axis=0)[::STEPS_PER_FRAME]  # (frames, layers, width, steps)
        return np.ascontiguousarray(about.transpose(0, 3, 1, 2)).reshape(frames, -1, steps.shape[-1])


def _frames(chunk: AudioChunk) -> int:
    return len(chunk.samples) // SAMPLES_PER_FRAME
