"""A voice as it is kept: an archive of named parts, each read by who wrote it. Knows no part from inside."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from data.errors import BadHome

MEND = "learn it anew with `lantern voice MEMORIAL enrol`"  # what helps where a kept voice cannot be used
DATED = (1980, 1, 1, 0, 0, 0)  # always: the same parts are the same bytes


def pack(parts: Mapping[str, bytes]) -> bytes:
    """All parts as one archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name, DATED), parts[name])
    return written.getvalue()


def unpack(kept: bytes) -> dict[str, bytes]:
    """The parts of what `pack` wrote. Raises BadHome."""
    try:
        with zipfile.ZipFile(io.BytesIO(kept)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, EOFError, ValueError) as err:
        raise BadHome(f"the voice that is kept here is damaged: {MEND}") from err
