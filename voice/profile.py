"""What is kept of a voice: a few hundred numbers, no sound. Knows how to be written and read, not how it was fitted."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from data.errors import BadHome
from data.types import Language
from voice.espeak import SourceVoice

Array = NDArray[np.float64]

VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """How one source voice is turned into the person's.

    Sounds fall into `classes` by the shape of their envelope, without anybody knowing what is said: the first
    `voiced_classes` of them hold voiced frames, the others unvoiced ones.
    """

    source: SourceVoice
    log_f0_mean: float  # of the source, log Hz
    log_f0_sd: float
    warp: float  # formants of the person / formants of the source
    feature_mean: Array  # (2, D) cepstra of the warped source: unvoiced, voiced
    feature_sd: Array  # (2, D)
    centroids: Array  # (classes, D), in standard deviations
    voiced_classes: int
    shifts_db: Array  # (classes, BANDS), what is added to the envelope
    means_db: Array  # (classes, BANDS), the person's own mean envelope, against the mean of voiced sounds
    aperiodicity_db: Array  # (BANDS,), what is added to the aperiodicity of voiced frames
    gain: float  # fixed: brings this voice's speech to the level that all voices have


@dataclass(frozen=True, slots=True, eq=False)
class VoiceProfile:
    """A voice as its recordings show it, and the way there from the source voice of each language."""

    speech_s: float  # how much speech it rests on
    log_f0_mean: float  # log Hz
    log_f0_sd: float
    level_db: float  # of the speech in the recordings, dB below full scale
    syllables_per_s: float
    bandwidth_hz: float  # above it the recordings hold nothing
    spectrum_db: Array  # (BANDS,), long-term, mean 0
    notes: tuple[str, ...]  # what a family should know about the recordings, one line each
    conversions: Mapping[Language, Conversion]

    def to_bytes(self) -> bytes:
        """An npz archive without pickled objects."""
        plain: dict[str, object] = {"version": VERSION, "conversions": {}}
        arrays: dict[str, NDArray[np.float64]] = {"spectrum_db": self.spectrum_db}
        plain |= {name: getattr(self, name) for name in _PLAIN}
        conversions: dict[str, dict[str, object]] = {}
        for language, conversion in self.conversions.items():
            conversions[language] = {name: getattr(conversion, name) for name in _CONVERSION_PLAIN}
            conversions[language]["source"] = {
                field.name: getattr(conversion.source, field.name) for field in fields(SourceVoice)
            }
            arrays |= {f"{language}.{name}": getattr(conversion, name) for name in _CONVERSION_ARRAYS}
        plain["conversions"] = conversions
        written = io.BytesIO()
        np.savez_compressed(written, plain=np.frombuffer(json.dumps(plain).encode(), np.uint8), **arrays)
        return written.getvalue()

    @classmethod
    def from_bytes(cls, written: bytes) -> VoiceProfile:
        """Read what `to_bytes` wrote."""
        try:
            with np.load(io.BytesIO(written), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            plain = json.loads(arrays.pop("plain").tobytes())
            if plain["version"] != VERSION:
                raise BadHome(f"voice profile of version {plain['version']}, not {VERSION}; add the recordings again")
            conversions = {
                language: _read_conversion(language, kept, arrays) for language, kept in plain["conversions"].items()
            }
            values = {name: plain[name] for name in _PLAIN} | {"notes": tuple(plain["notes"])}
            return cls(**values, spectrum_db=arrays["spectrum_db"], conversions=conversions)
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as err:
            raise BadHome("the voice profile is damaged; add the recordings again") from err


def _read_conversion(language: str, kept: Mapping[str, object], arrays: Mapping[str, Array]) -> Conversion:
    values = {name: kept[name] for name in _CONVERSION_PLAIN}
    source = SourceVoice(**kept["source"])  # type: ignore[arg-type]  # a wrong shape is caught by the caller
    tables = {name: arrays[f"{language}.{name}"] for name in _CONVERSION_ARRAYS}
    return Conversion(source=source, **values, **tables)  # type: ignore[arg-type]


_ARRAYS = {"spectrum_db"}
_PLAIN = [field.name for field in fields(VoiceProfile) if field.name not in {*_ARRAYS, "conversions"}]
_CONVERSION_ARRAYS = ["feature_mean", "feature_sd", "centroids", "shifts_db", "means_db", "aperiodicity_db"]
_CONVERSION_PLAIN = [field.name for field in fields(Conversion) if field.name not in {*_CONVERSION_ARRAYS, "source"}]
