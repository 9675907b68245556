"""Everything that a renderer needs of one portrait, as one value and as bytes. Knows nothing of how it was read."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from data.errors import NotReady, Outdated
from data.types import Picture
from face.brows import Brows
from face.chosen import Chosen
from face.eyes import Eye
from face.head import Relief
from face.lips import Lips
from face.manner import USUAL, Manner
from face.teeth import Interior

FORMAT: Final = 2  # raised whenever a field is added, dropped or means something else
OTHER_VERSION = "the portrait's rig was made by another version of this program: add the photo again"
DAMAGED = "the portrait's rig is damaged: add the photo again"
_PLAIN = "plain"  # the archive's member for what is not an array
_Choice = TypeVar("_Choice", Chosen, Manner)


@dataclass(frozen=True)
class Rig:
    """A portrait ready to move; lengths in pixels unless they say otherwise."""

    photo: Picture  # (H, W, 3): at rest, lips closed
    person: NDArray[np.uint8]  # (H, W): 255 on the person, falling to 0 in the background close by
    e_px: float  # E, half the distance between the outer eye corners
    lips: Lips
    interior: Interior
    right_eye: Eye
    left_eye: Eye
    brows: Brows
    relief: Relief
    rest_aperture: float  # what the face mesh reads at rest, E
    asked: NDArray[np.float32]  # apertures, E, ascending: what a pose asks for …
    given: NDArray[np.float32]  # … and what the fields must be given for the mesh to read it
    warnings: tuple[str, ...]  # what the family should be told about this photo
    chosen: Chosen  # how it was read
    manner: Manner  # how the person moves

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)"""
        return self.photo.shape[0], self.photo.shape[1]

    def aperture(self, asked: float) -> float:
        """The calibrated aperture, E."""
        return float(np.interp(asked, self.asked, self.given)) if asked > 0 else 0.0

    def to_bytes(self) -> bytes:
        """A NumPy archive without pickled objects."""
        arrays: dict[str, NDArray[Any]] = {}
        plain = {"format": FORMAT, "rig": _flatten(self, "", arrays)}
        arrays[_PLAIN] = np.frombuffer(json.dumps(plain).encode(), np.uint8)
        with io.BytesIO() as file:
            np.savez_compressed(file, **arrays)
            return file.getvalue()

    @classmethod
    def from_bytes(cls, blob: bytes) -> Rig:
        """The rig that `to_bytes` wrote; raises `NotReady` for anything else."""
        plain, arrays = _opened(blob)
        if plain.get("format") != FORMAT:
            raise Outdated(OTHER_VERSION)
        try:
            rig: Rig = _rebuild(cls, plain["rig"], "", arrays)
        except (KeyError, TypeError) as err:
            raise Outdated(OTHER_VERSION) from err
        return rig


def choices_of(blob: bytes) -> tuple[Chosen, Manner]:
    """How a rig was read and how its person moves, whatever version wrote it; raises `NotReady` for no rig."""
    plain, arrays = _opened(blob)
    rig = plain.get("rig")
    kept = rig if isinstance(rig, dict) else {}
    photo = arrays.get(".photo")
    chosen = Chosen() if photo is None else Chosen(size_px=min(photo.shape[:2]))
    return _known(chosen, kept.get("chosen")), _known(USUAL, kept.get("manner"))


def _known(usual: _Choice, kept: Any) -> _Choice:
    """The usual values with those that were kept, as far as they still have a name."""
    names = {each.name for each in fields(usual)} & set(kept if isinstance(kept, dict) else ())
    return replace(usual, **{name: _rebuild(None, kept[name], "", {}) for name in names})


def _opened(blob: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    try:
        with np.load(io.BytesIO(blob), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        plain = json.loads(arrays.pop(_PLAIN).tobytes())
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as err:
        raise NotReady(DAMAGED) from err
    if not isinstance(plain, dict):
        raise NotReady(DAMAGED)
    return plain, arrays


def _flatten(value: Any, name: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """What JSON can hold of a tree of dataclasses; arrays are put aside under their dotted names."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return None
    if is_dataclass(value):
        return {each.name: _flatten(getattr(value, each.name), f"{name}.{each.name}", arrays) for each in fields(value)}
    return value


def _rebuild(kind: Any, plain: Any, name: str, arrays: dict[str, NDArray[Any]]) -> Any:
    if name in arrays:
        return arrays[name]
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        parts = {
            each.name: _rebuild(hints[each.name], plain[each.name], f"{name}.{each.name}", arrays)
            for each in fields(kind)
        }
        return kind(**parts)
    return tuple(plain) if isinstance(plain, list) else plain
