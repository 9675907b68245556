"""How soon and how fast MuseTalk draws at its published size, with weights by chance.

`pytest tests/bench/bench_musetalk.py -s`, on a GPU. A chunk is five frames; what is told is from its sound to five
finished frames of the portrait, and the network's share of that.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import pytest
import torch

from data.types import CHUNK_SAMPLES, FPS, FRAMES_PER_CHUNK
from face.musetalk import MuseTalkFace
from face.musetalk_hearing import EAR_RATE
from face.musetalk_model import MuseTalkModel
from tests.face.portraits import rig_of
from tests.face.small_musetalk import PUBLISHED, built
from tests.face.speech import chunks, sentence

CHUNKS = 25


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_the_published_size_on_a_gpu() -> None:
    with torch.device("cuda"):
        model = MuseTalkModel(*(each.eval().half() for each in built(PUBLISHED)))
    face = MuseTalkFace(rig_of("hopper"), model)
    sound = np.random.default_rng(0).standard_normal(CHUNKS * CHUNK_SAMPLES).astype(np.float32) * 0.05
    list(face.animate(chunks(sound[: 3 * CHUNK_SAMPLES], None, sentence())))  # to warm up
    start = time.perf_counter()
    ends = [time.perf_counter() for _ in face.animate(chunks(sound, None, sentence()))]
    each_s = median(np.diff(ends))
    network_s = _network_s(model)
    print(f"\n{torch.cuda.get_device_name()}: first frames after {(ends[0] - start) * 1e3:.0f} ms,")
    print(f"{FRAMES_PER_CHUNK / each_s:.0f} frames/s, {FRAMES_PER_CHUNK / network_s:.0f} from the network alone,")
    print(f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB at most")
    assert FRAMES_PER_CHUNK / each_s > FPS


def _network_s(model: MuseTalkModel) -> float:
    """Of hearing and drawing one chunk."""
    seen = model.look(np.full((256, 256, 3), 90, np.uint8))
    sound = np.zeros(10 * EAR_RATE, np.float32)
    taken = []
    for _ in range(10):
        start = time.perf_counter()
        steps = model.hear(sound, 0, 10)
        model.draw(seen, np.stack([steps.reshape(-1, steps.shape[-1])] * FRAMES_PER_CHUNK))
        taken.append(time.perf_counter() - start)
    return median(taken)
