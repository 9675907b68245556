"""Portraits for the face's tests, each read once a run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from data.types import Picture
from face.portrait import read_portrait
from face.rig import Rig

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
DRAWN = Path(__file__).resolve().parent / "faces"
FACES = ("beard", "child", "dark", "laughing", "low", "three_quarter", "woman_glasses")


def photo(name: str) -> Picture:
    """hopper: closed lips and glasses; astronaut: an open smile; waigong: drawn; `FACES`: see tests/face/faces."""
    if name == "astronaut":
        import skimage.data

        return np.asarray(skimage.data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    if name == "hopper":
        from matplotlib.cbook import get_sample_data

        path = Path(str(get_sample_data("grace_hopper.jpg", asfileobj=False)))
    elif name in FACES:
        path = DRAWN / f"{name}.jpg"
    else:
        path = SAMPLES / name / "portrait.jpg"
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


@lru_cache(maxsize=12)
def rig_of(name: str) -> Rig:
    return read_portrait(photo(name))
