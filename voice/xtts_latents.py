"""What XTTS keeps of a person's voice: two tables of numbers, no sound. Knows no model and computes nothing."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.errors import BadHome

VERSION = 1

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """How they speak and whose voice it is, as one model heard it. Another model cannot read them."""

    style: Array  # (T, D), what the language model goes on from
    speaker: Array  # (S,), what the vocoder sounds like
    gain: float  # fixed: brings this voice's speech to the level that all voices have
    pace: float  # how long it takes for a text, of espeak-ng's time for it
    model: str  # fingerprint of the weights

    def to_bytes(self) -> bytes:
        """An npz archive without pickled objects."""
        written = io.BytesIO()
        np.savez(
            written,
            version=np.array(VERSION),
            style=self.style,
            speaker=self.speaker,
            gain=np.array(self.gain),
            pace=np.array(self.pace),
            model=np.frombuffer(self.model.encode(), np.uint8),
        )
        return written.getvalue()

    @classmethod
    def from_bytes(cls, written: bytes) -> Latents:
        """Read what `to_bytes` wrote."""
        try:
            with np.load(io.BytesIO(written), allow_pickle=False) as archive:
                kept = {name: archive[name] for name in archive.files}
            if (version := int(kept["version"])) != VERSION:
                raise BadHome(f"neural voice of version {version}, not {VERSION}; add the recordings again")
            gain, pace, model = float(kept["gain"]), float(kept["pace"]), kept["model"].tobytes().decode()
            return cls(kept["style"], kept["speaker"], gain, pace, model)
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as err:
            raise BadHome("the neural voice is damaged; add the recordings again") from err
