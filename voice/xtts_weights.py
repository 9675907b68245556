"""The files of XTTS-v2: which there must be, and how they come here. Knows nothing of what is in them.

They are fetched only by somebody who names the licence, so that nobody agrees to it by accident.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data import files
from data.errors import Missing, Refused

REPOSITORY = "coqui/XTTS-v2"
FILES = ("config.json", "model.pth", "vocab.json")
SIZE_GB = 1.9
LICENCE = "CPML-1.0.0"
LICENCE_FILE = "LICENSE.txt"
TERMS = (
    "the Coqui Public Model License 1.0.0 allows XTTS-v2, and what is spoken with it, for non-commercial use only: "
    f"read it at https://huggingface.co/{REPOSITORY}/blob/main/{LICENCE_FILE}"
)


def complete(folder: Path) -> Path:
    """The folder, if it holds a model. Raises Missing."""
    lacking = [name for name in FILES if not (folder / name).is_file()]
    if lacking:
        raise Missing(
            f"{folder} lacks {', '.join(lacking)}: put {', '.join(FILES)} there from "
            f"https://huggingface.co/{REPOSITORY} ({SIZE_GB} GB; {TERMS})"
        )
    return folder


def fetch(folder: Path, licence: str) -> Path:
    """The model from the Hugging Face hub into a folder; files that are there already are not fetched again.

    `licence` is what the caller agreed to, by its name. Raises Refused for any but `LICENCE`, and Missing where the hub
    cannot be reached.
    """
    if licence != LICENCE:
        raise Refused(f"{TERMS}; agree to it by its name, {LICENCE}")
    from httpx2 import HTTPError
    from huggingface_hub import constants, snapshot_download, utils
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    bars: Any = utils
    shown = not bars.are_progress_bars_disabled()
    bars.disable_progress_bars()
    constants.HF_HUB_DISABLE_TELEMETRY = True
    try:
        with files.explained(folder):
            snapshot_download(REPOSITORY, local_dir=folder, allow_patterns=[*FILES, LICENCE_FILE], token=False)
    except (HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled) as err:
        raise Missing(
            f"{REPOSITORY} cannot be fetched from huggingface.co: go online, "
            f"or put {', '.join(FILES)} into {folder} by hand"
        ) from err
    finally:
        if shown:
            bars.enable_progress_bars()
    return complete(folder)
