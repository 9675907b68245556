"""Finds lines of writing in a picture and reads them, by RapidOCR's models for Chinese and English.

The one file that knows that library, and it is imported when first used. Knows nothing of pages or letters: what it
gives is one line after the other, where it stands, and how sure each character is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data.types import Picture

if TYPE_CHECKING:
    from rapidocr_onnxruntime import RapidOCR

Corners = NDArray[np.float32]  # (4, 2) x and y in pixels: top left, top right, bottom right, bottom left

THREADS = 2  # others work on the same machine
SEARCHED_PX = 1600  # the longer side while lines are looked for: 140 dots an inch on a whole sheet
LINE_PX = 48  # the height at which the model reads
MARGIN = 0.3  # of its height, added at both ends of a line: a comma there is lost otherwise
WIDEST_PX = 3200  # of a line while it is read: 130 Chinese characters
BLANK = 0  # the model's class for "nothing here"; that for a space is its last
SPACE_LIKELY = 0.05  # from there on a space is meant: inside words .024 at most in three printed fonts
MARGIN_ABOVE = 0.08  # of its height, added above and below: letters that touch the edge are taken for capitals
SHARPER = 1.2  # by how much a blurred copy is taken off a line for its second reading
NARROWER = 0.85  # the width of its third: doubled letters and full stops that one reading swallows, another keeps
# Of `Reading.sure`. Fitted on 2,068 drawn lines in nine fonts, 1,557 of them read rightly: 1,060 stay above it, 2 of
# them wrong; at 0.94, 8 of 1,106 are. `tests/data/measure_scans.py` tries it on other letters.
SURE = 0.95

_FULL_WIDTH = str.maketrans(",;:?!()", "，；：？！（）")
_AFTER_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[,;:?!()]+|[(](?=[\u3000-\u9fff])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says, how sure its characters are on average, and how sure it is that all of them are right.

    The line is read three times: as it is, sharpened, and narrowed. Readings seldom make the same mistake, so `sure`,
    0 … 1, is 0 where they differ, else that of the least certain character in the best of the three.
    """

    text: str
    mean: float
    sure: float


def find_lines(picture: Picture) -> list[Corners]:
    """Where lines of writing stand, in no order; the longer side of each is along its text or, if vertical, down it."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, SEARCHED_PX / max(height, width))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    found, _ = _models().text_det(np.ascontiguousarray(small[:, :, ::-1]))
    return [] if found is None else [np.asarray(corners, np.float32) / scale for corners in found]


def cut_out(picture: Picture, corners: Corners) -> Picture:
    """A line as a picture of its own, (LINE_PX, W, 3), as it lies."""
    import cv2

    width = float(max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3])))
    height = float(max(np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])))
    margin = MARGIN * min(width, height)
    left, top = (margin, 0.0) if width >= height else (0.0, margin)
    size = (max(1, round(width + 2 * left)), max(1, round(height + 2 * top)))
    ends = np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, ends)
    cut = cv2.warpPerspective(picture, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def read_line(line: Picture) -> Reading:
    """What stands in the picture of one line, (H, W, 3), upright and horizontal."""
    first = glanced(line)
    sure = first.sure
    for changed in (_sharpened, _narrowed):
        again = glanced(changed(line))
        if again.text != first.text:
            return replace(first, sure=0.0)
        sure = max(sure, again.sure)
    return replace(first, sure=sure)


def glanced(line: Picture) -> Reading:
    """The same from one look."""
    likely = _likelihoods(line)
    characters = _models().text_rec.postprocess_op.character
    best = likely.argmax(axis=1)
    best[best == len(characters) - 1] = BLANK
    text, sure, last = "", list[float](), 0
    for step in np.flatnonzero((best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]]))).tolist():
        char, space = characters[best[step]], float(likely[last:step, -1].max(initial=0.0))
        if text and not (is_han(text[-1]) or is_han(char)):
            text += " " * (space >= SPACE_LIKELY)
        text += char
        sure.append(float(likely[step, best[step]]))
        last = step + 1
    return Reading(_tidied(text), sum(sure) / max(1, len(sure)), min(sure, default=0.0))


def _tidied(text: str) -> str:
    """Punctuation as wide as its neighbours: the model mixes both kinds, and takes 、 for the stroke 丶."""
    narrow = unicodedata.normalize("NFKC", text.replace("…", "\0")).replace("\0", "…").replace("丶", "、")
    return _AFTER_HAN.sub(lambda match: match[0].translate(_FULL_WIDTH), narrow)


def is_han(char: str) -> bool:
    """A Chinese character, or the punctuation that stands between them."""
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"


def _sharpened(line: Picture) -> Picture:
    import cv2

    soft = cv2.GaussianBlur(line, (0, 0), line.shape[0] / 20)
    return np.asarray(cv2.addWeighted(line, 1 + SHARPER, soft, -SHARPER, 0), np.uint8)


def _narrowed(line: Picture) -> Picture:
    import cv2

    return np.asarray(cv2.resize(line, None, fx=NARROWER, fy=1, interpolation=cv2.INTER_AREA), np.uint8)


def _likelihoods(line: Picture) -> NDArray[np.float32]:
    """How likely each character is in each step along the line, (W // 8, characters).

    Lines are given one by one: filled up to a common width, as batches need it, the model loses spaces in short ones.
    """
    import cv2

    above = round(MARGIN_ABOVE * line.shape[0])
    line = np.asarray(cv2.copyMakeBorder(line, above, above, 0, 0, cv2.BORDER_REPLICATE), np.uint8)
    height, width = line.shape[:2]
    size = (min(WIDEST_PX, max(LINE_PX, round(width * LINE_PX / height))), LINE_PX)
    shrunk = cv2.resize(line, size, interpolation=cv2.INTER_AREA if height > LINE_PX else cv2.INTER_CUBIC)
    values = shrunk[:, :, ::-1].astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
    steps: Any = _models().text_rec.session(values)[0]
    return np.asarray(steps[0], np.float32)


@cache
def _models() -> RapidOCR:
    """Loaded once in a process: 0.3 s, and 15 MB from its own package."""
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=THREADS, inter_op_num_threads=1, use_cls=False)
