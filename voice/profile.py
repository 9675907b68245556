"""What is kept of a voice: some thousand numbers, no sound. Knows how to be written and read, not how it was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from data.types import Language
from voice.arrays import packed, unpacked
from voice.source import Manner
from voice.transport import Transport

Array = NDArray[np.float64]

VERSION = 3


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """How one source of speech is turned into the person's voice."""

    source: str  # its name
    manner: Manner
    log_f0_mean: float  # of the source, log Hz
    log_f0_sd: float
    warp: float  # formants of the person / formants of the source
    voiced: Transport  # from the warped source's spectra to the person's
    unvoiced: Transport
    breath: Array  # (BANDS,), noise added to voiced frames, as a share of their power
    gain: float  # fixed: brings this voice's speech to the level that all voices have


@dataclass(frozen=True, slots=True, eq=False)
class VoiceProfile:
    """A voice as its recordings show it, and the way there from the source of each language."""

    speech_s: float  # how much speech it rests on
    log_f0_mean: float  # log Hz
    log_f0_sd: float
    level_db: float  # of the speech in the recordings, dB below full scale
    syllables_per_s: float
    bandwidth_hz: float  # above it the recordings hold nothing
    spectrum_db: Array  # (BANDS,), long-term, mean 0
    room_db: Array  # (BANDS,), power of the recordings' own quiet at the level that the voice speaks at
    notes: tuple[str, ...]  # what a family should know about the recordings, one line each
    conversions: Mapping[Language, Conversion]

    def to_bytes(self) -> bytes:
        """All of it; the same profile gives the same bytes."""
        plain: dict[str, object] = {name: getattr(self, name) for name in _PLAIN}
        plain["conversions"] = {
            language: {name: getattr(way, name) for name in _WAY_PLAIN} | {"manner": asdict(way.manner)}
            for language, way in self.conversions.items()
        }
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        for language, way in self.conversions.items():
            arrays[f"{language}.breath"] = way.breath
            for kind, part in (("voiced", way.voiced), ("unvoiced", way.unvoiced)):
                arrays |= {f"{language}.{kind}.{name}": getattr(part, name) for name in _MAP}
        return packed(VERSION, {name: array.astype(np.float32) for name, array in arrays.items()}, plain)

    @classmethod
    def from_bytes(cls, written: bytes) -> VoiceProfile:
        """Read what `to_bytes` wrote. Raises BadHome."""
        with unpacked(written, VERSION, "the voice profile") as (small, plain):
            arrays = {name: array.astype(np.float64) for name, array in small.items()}
            ways = {language: _read(language, kept, arrays) for language, kept in plain["conversions"].items()}
            values = {name: plain[name] for name in _PLAIN} | {"notes": tuple(plain["notes"])}
            spectrum_db, room_db = (arrays[name] for name in _ARRAYS)
            return cls(**values, spectrum_db=spectrum_db, room_db=room_db, conversions=ways)


def _read(language: str, kept: Mapping[str, object], arrays: Mapping[str, Array]) -> Conversion:
    values = {name: kept[name] for name in _WAY_PLAIN}
    voiced, unvoiced = (
        Transport(**{name: arrays[f"{language}.{kind}.{name}"] for name in _MAP}) for kind in ("voiced", "unvoiced")
    )
    manner = Manner(**kept["manner"])  # type: ignore[arg-type]  # a wrong shape is caught by the caller
    return Conversion(
        manner=manner,
        voiced=voiced,
        unvoiced=unvoiced,
        breath=arrays[f"{language}.breath"],
        **values,  # type: ignore[arg-type]
    )


_ARRAYS = ["spectrum_db", "room_db"]
_PLAIN = [field.name for field in fields(VoiceProfile) if field.name not in {*_ARRAYS, "conversions"}]
_MAP = [field.name for field in fields(Transport)]
_WAY_PLAIN = ["source", "log_f0_mean", "log_f0_sd", "warp", "gain"]
