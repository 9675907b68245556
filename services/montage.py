"""One film of many people: each moves for some seconds, with name and years, and fades into the next. Knows no rig.

Names come from `names.toml` or `names.tsv` beside the photos, or from the photos' own names.
"""

from __future__ import annotations

import re
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from data.errors import Missing, Refused
from data.files import read
from data.label import Stamp, font_of, label_font, pill_size
from data.types import FPS, FRAMES_PER_CHUNK, SAMPLES_PER_FRAME, Language, Picture, Shot

FADE_FRAMES = round(0.8 * FPS)  # from one person to the next, and from and to black
TITLE_AFTER_S, TITLE_BEFORE_S, TITLE_FADE_S = 0.7, 0.9, 0.5  # a person's name: after the beginning, before the end

TITLE_EM = 0.045  # of the shorter side
SMALLEST_EM_PX = 12
LEFT, BELOW = 0.04, 0.05  # of the width, of the height: under the chin, left of the label
WIDEST, WIDEST_BESIDE = 0.52, 0.34  # of the width; longer names are set smaller
WIDE = 1.2  # times its height; from there the title stands beside the person

NAMES_BYTES = 1_000_000
_YEAR = r"(?:1[5-9]|20)\d\d"
_NAMED = re.compile(rf"(?P<name>.*?)[\s,(（]*(?P<years>(?:{_YEAR})?\s*[-–—－~至]\s*(?:{_YEAR})?|\b{_YEAR})\s*[)）]?")
_BORN = re.compile(r"\s+(?:geb\.?|born|b\.|\*|生于|生於)$", re.I)  # what stands before a year alone
_DASH = re.compile(r"\s*[-–—－~至]\s*")
_CAMERA = re.compile(  # what cameras, scanners and messengers call photos
    r"(?:whatsapp|wechat|mmexport|screenshot).*|(?:img|dsc[nf]?|dscf|pxl|p|scan|photo|image|picture)?[\W\d_]*", re.I
)
_EAST_ASIAN = re.compile(  # Chinese characters, kana and Hangul: the Chinese fonts hold them all
    r"[\u1100-\u11ff\u3040-\u318f\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]"
)


@dataclass(frozen=True, slots=True)
class Title:
    """A person's name and years, as they are to be read; either may be empty."""

    name: str
    years: str = ""

    @classmethod
    def of(cls, words: str) -> Title:
        """From words such as "Anna Berg 1921-1999"; a camera's own name for a photo is no name."""
        words = words.replace("_", " ").strip()
        found = _NAMED.fullmatch(words)
        name, years = (words, "") if found is None else (found["name"].strip(), found["years"])
        return cls("") if _CAMERA.fullmatch(name) else cls(_BORN.sub("", name), _DASH.sub(" – ", years).strip())

    @property
    def letters(self) -> Language:
        """Whose font it is drawn in."""
        return "zh" if _EAST_ASIAN.search(f"{self.name}{self.years}") else "en"

    def stamp(self, width: int, height: int) -> Stamp | None:
        """Both lines for pictures of that size; None where there is nothing to read."""
        words = "\n".join(line for line in (self.name, self.years) if line)
        if not words:
            return None
        language = self.letters
        widest = (WIDEST_BESIDE if width > WIDE * height else WIDEST) * width
        em = max(SMALLEST_EM_PX, round(TITLE_EM * min(width, height)))
        across, down = pill_size(words, font_of(language, em), em)
        if across > widest:
            em = max(1, int(em * widest / across))
            across, down = pill_size(words, font_of(language, em), em)
        top, left = round((1 - BELOW) * height) - down, round(LEFT * width)
        return Stamp.of(words, font_of(language, em), em, max(0, top), left, (width, height))


@dataclass(frozen=True, slots=True)
class Scene:
    """One person: how many frames come, and these, of any size."""

    title: Title
    frames: int
    shots: Iterator[Shot]


def titles(folder: Path) -> Mapping[str, Title]:
    """What the family wrote down, by the photos' file names: `"anna.jpg" = "Anna Berg 1921–1999"` in `names.toml`, or
    file, name and years apart by tabs in `names.tsv`."""
    written, table = folder / "names.toml", folder / "names.tsv"
    if written.exists():
        return {file: Title.of(words) for file, words in _toml(written).items()}
    if table.exists():
        rows = [line.split("\t") for line in _text(table).splitlines() if "\t" in line]
        return {row[0].strip(): Title(row[1].strip(), " ".join(row[2:]).strip()) for row in rows}
    return {}


def check_letters(named: Iterable[Title]) -> None:
    """Raises `Missing` where one of them could not be drawn: before an hour's filming, and not within it."""
    if any(title.letters == "zh" for title in named) and label_font("zh") is None:
        raise Missing("no Chinese font was found to write the names with: apt-get install fonts-noto-cjk")


def montage(scenes: Iterable[Scene], size: tuple[int, int]) -> Iterator[Shot]:
    """The scenes, one fading into the next, from black to black, in silence, as frames of `size`, (H, W)."""
    frames = _faded((_scene(scene, size) for scene in scenes), np.zeros((*size, 3), np.uint8))
    while few := list(islice(frames, FRAMES_PER_CHUNK)):
        yield Shot(np.zeros(len(few) * SAMPLES_PER_FRAME, np.float32), np.stack(few), None)


def _scene(scene: Scene, size: tuple[int, int]) -> Iterator[Picture]:
    """One person's frames, each with the title as visible as it is by then."""
    stamp, last_s = scene.title.stamp(size[1], size[0]), scene.frames / FPS - TITLE_BEFORE_S
    frames = (frame for shot in scene.shots for frame in shot.frames)
    for number, frame in enumerate(frames):
        fitted, now_s = _fitted(frame, size), number / FPS
        share = _eased(min(now_s - TITLE_AFTER_S, last_s - now_s) / TITLE_FADE_S)
        if stamp is None or not share:
            yield fitted
            continue
        titled = fitted.copy()
        stamp.lay_over(titled[None])
        yield _mixed(fitted, titled, share)


def _faded(scenes: Iterable[Iterator[Picture]], black: Picture) -> Iterator[Picture]:
    """Each scene's last frames lie over the next one's first."""
    held = [black] * FADE_FRAMES
    for scene in scenes:
        for number, before in enumerate(held):
            yield _mixed(before, next(scene, before), _eased((number + 0.5) / FADE_FRAMES))
        recent = deque[Picture]()
        for frame in scene:
            recent.append(frame)
            if len(recent) > FADE_FRAMES:
                yield recent.popleft()
        held = list(recent)
    for number, before in enumerate(held):
        yield _mixed(before, black, _eased((number + 0.5) / FADE_FRAMES))


def _fitted(frame: Picture, size: tuple[int, int]) -> Picture:
    """The frame as large as it goes into (H, W), black beside it."""
    import cv2

    scale = min(size[0] / frame.shape[0], size[1] / frame.shape[1])
    wide, high = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
    if scale != 1:
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        frame = np.asarray(cv2.resize(frame, (wide, high), interpolation=way))
    top, left = (size[0] - high) // 2, (size[1] - wide) // 2
    return np.pad(frame, ((top, size[0] - high - top), (left, size[1] - wide - left), (0, 0)))


def _mixed(before: Picture, after: Picture, share: float) -> Picture:
    import cv2

    return np.asarray(cv2.addWeighted(before, 1 - share, after, share, 0), np.uint8)


def _eased(share: float) -> float:
    s = min(max(share, 0.0), 1.0)
    return s * s * (3 - 2 * s)


def _toml(path: Path) -> Mapping[str, str]:
    try:
        found = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as err:
        raise Refused(
            f'{path.name} cannot be read ({err}): write lines such as "anna.jpg" = "Anna Berg 1921–1999"'
        ) from err
    for file, words in found.items():
        if not isinstance(words, str):
            raise Refused(f'{path.name}: write "{file}" = "a name and years", each in quotes')
    return found


def _text(path: Path) -> str:
    try:
        return read(path, NAMES_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise Refused(f"{path.name} is not text in UTF-8: save it anew as UTF-8") from err
