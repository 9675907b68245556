"""Says what tuning a base model would take and whether this machine has it, before anything is fetched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from data.home import CACHES, MODEL_FOLDERS
from services.doctor import Finding

GB = 1e9
DAYS_FROM_H = 72.0
MINUTES_BELOW_H = 2.0


def examine_base(base: str, home: Path) -> list[Finding]:
    """What it takes, each beside what there is. Raises Missing where the base's configuration cannot be read."""
    import psutil  # type: ignore[import-untyped]
    import torch

    from persona.requirements_of import measured_flop_per_s, needs

    has_gpu = torch.cuda.is_available()
    device, dtype = ("cuda", torch.bfloat16) if has_gpu else ("cpu", torch.float32)
    needed = needs(base, flop_per_s=measured_flop_per_s(device, dtype))
    free_gpu = torch.cuda.mem_get_info()[0] if has_gpu else 0
    found = [
        Finding("base", "ok", f"{base}, {needed.parameters:,} parameters"),
        _enough(
            "disk", needed.disk_bytes, shutil.disk_usage(_models(home)).free, "make room, or set HF_HOME elsewhere"
        ),
    ]
    if has_gpu:
        found.append(_enough("GPU memory", needed.gpu_memory_bytes, free_gpu, "take a smaller base, or --bits 4"))
    else:
        found.append(_enough("memory", needed.memory_bytes, psutil.virtual_memory().available, "take a smaller base"))
        gpu = f"none here; on a borrowed one it takes {needed.gpu_memory_bytes / GB:.1f} GB of its memory"
        found.append(Finding("GPU", "note", f"{gpu}: `lantern tune MEMORIAL --pack FILE`"))
    where = "on this GPU" if has_gpu else "on this processor"
    return [*found, Finding("time", "note", f"at most {_duration(needed.hours)} {where}, for some hundred letters")]


def _enough(name: str, needed: float, free: float, mend: str) -> Finding:
    text = f"{needed / GB:.1f} GB needed, {free / GB:.1f} GB free"
    return Finding(name, "ok", text) if needed <= free else Finding(name, "missing", f"{text}: {mend}")


def _models(home: Path) -> Path:
    """The nearest folder that is there already on the way to where models lie."""
    place = Path(os.environ.get("HF_HOME") or home / CACHES / MODEL_FOLDERS["HF_HOME"]).absolute()
    return next(folder for folder in (place, *place.parents) if folder.exists())


def _duration(hours: float) -> str:
    if hours > DAYS_FROM_H:
        return f"{hours / 24:,.0f} days"
    return f"{hours:.0f} hours" if hours >= MINUTES_BELOW_H else f"{max(hours * 60, 1):.0f} minutes"
