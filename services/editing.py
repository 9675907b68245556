"""A portrait with its sliders set by hand: as a still, or as a clip from keys. Knows no command line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import BadPicture, Refused
from data.files import read, try_place
from data.media import LARGEST_PICTURE_BYTES, read_picture, write_picture
from services import answers, sitter
from services.animating import Look, check_spared, filmed, told
from services.movers import posed
from services.progress import Advance
from services.report import Json

if TYPE_CHECKING:
    from face.keyframes import Keys

KEYS_BYTES = 10_000_000
LIPS = frozenset({"smile", "mouth"})  # the sliders that move them
PICTURES = (".png", ".jpg", ".jpeg")


def check_place(out: Path, keys: Keys, photo: Path) -> None:
    """Raises `Refused` where the name does not fit what is made, and what else would keep it from being written."""
    from face.keyframes import length_s

    if length_s(keys):
        return answers.check_place(out)
    if out.suffix.lower() == ".mp4":
        raise Refused(
            f"{out.name}: a clip takes positions with their times: write --smile 0:0,1:.8,3:0, or --keys FILE"
        )
    return check_picture_place(out, photo)


def check_picture_place(out: Path, photo: Path) -> None:
    """Raises what would keep a picture made of `photo` from being written there."""
    if out.suffix.lower() not in PICTURES:
        raise Refused(f"{out.name}: pictures are written as JPEG or PNG: give a name that ends in .jpg or .png")
    check_spared(out, photo)
    try_place(out)


def edit(photo: Path, keys: Keys, look: Look, out: Path, advance: Advance) -> Json:
    """The photo as the sliders say: a still where nothing changes, else a clip."""
    from face.keyframes import length_s, moving, still
    from face.renderer import Renderer

    content = read(photo, LARGEST_PICTURE_BYTES, BadPicture)
    sitting = sitter.only(sitter.read(read_picture(photo, content), look.chosen))
    is_clip, lips_move = length_s(keys) > 0, not LIPS.isdisjoint(keys)
    rig, poses = sitting.posing(moving(keys) if is_clip else [still(keys)], lips_move=lips_move)
    label = look.label(f"by hand: {', '.join(keys)}")
    if is_clip:
        info = filmed(posed(rig, poses), out, label, lambda frames: advance(frames, len(poses)))
        return {"photo": str(photo), "warnings": list(rig.warnings)} | told(out, info)
    write_picture(out, Renderer(rig).render(poses[0]), label)
    size = {"width": rig.size[1], "height": rig.size[0]}
    return {"photo": str(photo), "warnings": list(rig.warnings), "picture": str(out)} | size


def read_keys(path: Path) -> Keys:
    """Sliders and their keys from TOML or JSON: `smile = [[0, 0], [1, 0.8], [3, 0]]`. Raises `Refused`."""
    from face.keyframes import keyed

    return {name: keyed(name, pairs) for name, pairs in _table(path).items()}


def _table(path: Path) -> Mapping[str, Any]:
    try:
        text = read(path, KEYS_BYTES).decode("utf-8-sig")
        found = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except ValueError as err:
        raise Refused(f"{path.name} cannot be read as TOML or JSON ({err}): write smile = [[0, 0], [1, 0.8]]") from err
    except RecursionError as err:
        raise Refused(f"{path.name} is nested too deep: write smile = [[0, 0], [1, 0.8]]") from err
    if not isinstance(found, dict) or not found:
        raise Refused(f"{path.name} names no slider: write smile = [[0, 0], [1, 0.8]]")
    return found
