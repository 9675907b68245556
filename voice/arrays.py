"""Tables of numbers as they are kept: an npz archive without pickled objects. Knows nothing of what they mean."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import BadHome
from voice.parts import MEND

Arrays = Mapping[str, NDArray[Any]]
Plain = Mapping[str, Any]  # what JSON holds


def packed(version: int, arrays: Arrays, plain: Plain | None = None) -> bytes:
    """The same values are the same bytes."""
    told = json.dumps(plain or {}).encode()
    written = io.BytesIO()
    np.savez_compressed(written, version=np.array(version), plain=np.frombuffer(told, np.uint8), **arrays)
    return written.getvalue()


@contextmanager
def unpacked(written: bytes, version: int, what: str) -> Iterator[tuple[dict[str, NDArray[Any]], Plain]]:
    """What `packed` wrote. Raises BadHome, naming it by `what`, for whatever goes wrong in the block too."""
    try:
        with np.load(io.BytesIO(written), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        found, told = arrays.pop("version", None), arrays.pop("plain", None)
        if found is None or told is None or int(found) != version:
            raise BadHome(f"{what} was kept by another version of this program: {MEND}")
        yield arrays, json.loads(told.tobytes())
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as err:
        raise BadHome(f"{what} is damaged: {MEND}") from err
