"""The label that everything leaving the house carries: words that can be seen, and fields that machines read.

The visible words follow the language; GB 45438-2025 asks for letters at least 5 % of the shorter side where it
applies, so the Chinese words are drawn at that size. The machine's field is the standard's `AIGC` (its annex E):
one JSON object with `Label` "1" (made by AI), who made it, and a number for this one piece of content. Pictures carry
it as XMP too, next to IPTC's digital source type. Knows nothing of encoders: `data/media.py` puts it into files.
"""

from __future__ import annotations

import importlib.util
import json
import math
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from data.types import Frames, Language

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

WORDS: dict[Language, str] = {"en": "AI-generated likeness", "zh": "AI生成影像"}
WRITTEN: dict[Language, str] = {"en": "Written by {name}", "zh": "由{name}撰写"}
FAMILY: dict[Language, str] = {"en": "the family", "zh": "家人"}
BETWEEN = " · "
PRODUCER = "Lantern"

TEXT_EM = 0.034  # of the shorter side
ZH_LETTER_HEIGHT = 0.05  # of the shorter side, of the letters themselves: what the standard measures
SMALLEST_TEXT_PX = 9
UNHINTED_EM = 1000  # px, at which fitting letters to the pixels changes their height no more
WIDEST = 0.9  # of the picture's width; longer words are drawn smaller
SMALLER: dict[Language, float] = {"en": 0.8, "zh": 1.0}  # than usual, before a writer's name is shortened
MARGIN_EM = 0.6  # from the pill to the picture's edges
PADDING_EM = (0.55, 0.28)  # inside the pill, across and down
PILL_RGB, PILL_COVER = (18, 18, 22), 0.66
TEXT_RGB = (245, 245, 245)
SMOOTH = 4  # the pill is drawn this much larger and reduced, for a smooth edge

AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
IPTC_NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("~/Library/Fonts"),
)
CHINESE_FONTS = (  # the beginnings of file names, without spaces, hyphens and case; the best first
    "notosanscjk",
    "notosanssc",
    "notosanshans",
    "sourcehansans",
    "pingfang",
    "hiraginosansgb",
    "stheiti",
    "wqymicrohei",
    "wqyzenhei",
    "harmonyossanssc",
    "lxgwwenkai",
    "droidsansfallback",
    "notoserifcjk",
    "notoserifsc",
    "sourcehanserif",
    "songti",
    "uming",
    "ukai",
    "arialunicode",
)


@dataclass(frozen=True, slots=True)
class Label:
    """What is written into and onto a file. `details` (which engine, which sample …) go into its metadata.

    `content_id` names the content, the same each time it is made again; else every file gets a new one. `writer` is who
    wrote what is said, where the person did not: it is seen too; "" is the family.
    """

    language: Language
    details: Mapping[str, str]
    content_id: str | None = None
    writer: str | None = None

    def fields(self) -> dict[str, str]:
        """The metadata of one piece of content: `AIGC` as the standard has it, and words for people."""
        return {
            "AIGC": aigc(self.content_id or uuid.uuid4().hex),
            "comment": WORDS[self.language],
            "description": f"{WORDS['en']} · {WORDS['zh']}",
            "details": json.dumps(dict(self.details), ensure_ascii=False, sort_keys=True),
            "software": PRODUCER,
        }

    def drawn(self, width: int, height: int) -> Stamp:
        """The visible words for pictures of this size. Drawn once and kept."""
        return _drawn(self.language, self.writer, width, height)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The words, ready to be laid over pictures at one place."""

    top: int
    left: int
    paint: NDArray[np.uint16]  # (h, w, 3) colour times cover, 0 … 255 · 256
    keep: NDArray[np.uint16]  # (h, w, 1) what stays of the picture, 0 … 256

    @classmethod
    def of(cls, words: str, font: FreeTypeFont, em: int, top: int, left: int, size: tuple[int, int]) -> Stamp:
        """Words on a pill with its corner there, on pictures of (width, height); what lies outside is cut."""
        cover, text = _pill(words, font, em)
        cover, text = (each[: size[1] - top, : size[0] - left] for each in (cover, text))
        keep = (1 - text) * (1 - PILL_COVER * cover)
        paint = text * np.array(TEXT_RGB) + (1 - text) * PILL_COVER * cover * np.array(PILL_RGB)
        scaled = np.floor(256 * paint).astype(np.uint16)
        return cls(top, left, scaled, np.floor(256 * keep).astype(np.uint16))

    def lay_over(self, frames: Frames) -> None:
        """Draw on frames (n, H, W, 3) in place; nothing outside the words' rectangle is touched."""
        height, width = self.keep.shape[:2]
        region = frames[:, self.top : self.top + height, self.left : self.left + width]
        region[...] = (region * self.keep + self.paint) >> 8


def aigc(content_id: str) -> str:
    """The standard's JSON. Nobody propagated it yet, and the reserved codes are left to those who sign."""
    field = {
        "Label": "1",
        "ContentProducer": PRODUCER,
        "ProduceID": content_id,
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    return json.dumps(field, separators=(",", ":"))


def xmp(fields: Mapping[str, str]) -> bytes:
    """The same for pictures, as an XMP packet with the standard's name space and IPTC's source type."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{AIGC_NAMESPACE}" xmlns:Iptc4xmpExt="{IPTC_NAMESPACE}">'
        f"<TC260:AIGC>{escape(fields['AIGC'])}</TC260:AIGC>"
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def label_font(language: Language, folders: tuple[Path, ...] = FONT_FOLDERS) -> Path | None:
    """The font that the words are drawn in: matplotlib's DejaVu, or a Chinese one of the system; None where none is."""
    return _latin_font() if language == "en" else _chinese_font(folders)


def font_of(language: Language, size_px: int) -> FreeTypeFont:
    """The font that the words are drawn in, at that size."""
    return _font(label_font(language), size_px)


def visible_words(language: Language) -> tuple[str, Language]:
    """The words that this machine can draw: English where it has no Chinese font."""
    drawable: Language = language if label_font(language) else "en"
    return WORDS[drawable], drawable


def _latin_font() -> Path | None:
    found = importlib.util.find_spec("matplotlib")  # finds the package without importing it
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return path if path.exists() else None


@lru_cache
def _chinese_font(folders: tuple[Path, ...]) -> Path | None:
    candidates: list[tuple[int, Path]] = []
    for folder in _expanded(folders):
        for path in folder.rglob("*"):
            if path.suffix.lower() in {".ttf", ".otf", ".ttc"}:
                rank = _rank(path.stem.lower().replace("-", "").replace("_", "").replace(" ", ""))
                if rank is not None:
                    candidates.append((rank, path))
    return next((path for _, path in sorted(candidates) if _has(path, WORDS["zh"])), None)


def _expanded(folders: tuple[Path, ...]) -> Iterator[Path]:
    """Without those of a user who has no folder."""
    for folder in folders:
        with suppress(RuntimeError, KeyError):
            yield folder.expanduser()


def _rank(stem: str) -> int | None:
    weight = 0 if stem.endswith(("regular", "cjk", "light", "hei", "medium")) or "bold" not in stem else 1
    for place, name in enumerate(CHINESE_FONTS):
        if stem.startswith(name):
            return 2 * place + weight
    return None


def _has(path: Path, text: str) -> bool:
    """Whether the font draws each character otherwise than one that no font has."""
    try:
        font = _font(path, 24)
    except OSError:
        return False
    missing = bytes(font.getmask("\U0010fffe"))
    return all(bytes(font.getmask(char)) != missing for char in text)


def _font(path: Path | None, size_px: int) -> FreeTypeFont:
    from PIL import ImageFont
    from PIL.ImageFont import FreeTypeFont

    if path is None:  # only where matplotlib is not installed; Pillow carries a small Latin font of its own
        return cast("FreeTypeFont", ImageFont.load_default(size_px))
    # not `ImageFont.truetype`: where a file is broken, that takes another of the same name
    return FreeTypeFont(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=32)
def _drawn(language: Language, writer: str | None, width: int, height: int) -> Stamp:
    words, language = visible_words(language)
    path = label_font(language)
    em = max(SMALLEST_TEXT_PX, round(TEXT_EM * min(width, height)))
    if language == "zh":
        em = max(SMALLEST_TEXT_PX, _em_for(path, words, ZH_LETTER_HEIGHT * min(width, height)))
    if writer is not None:
        room = WIDEST * width / SMALLER[language] - 2 * (PADDING_EM[0] + MARGIN_EM) * em
        words, path = _with_writer(language, " ".join(writer.split()), em, room)
    font = _font(path, em)
    length = font.getlength(words) + 2 * (PADDING_EM[0] + MARGIN_EM) * em
    if length > WIDEST * width:
        em = max(4, int(em * WIDEST * width / length))
        font = _font(path, em)
    across, down = pill_size(words, font, em)
    top = max(0, height - down - round(MARGIN_EM * em))
    left = max(0, width - across - round(MARGIN_EM * em))
    return Stamp.of(words, font, em, top, left, (width, height))


def _with_writer(language: Language, writer: str, em: int, room: float) -> tuple[str, Path | None]:
    """The words with the writer's name, as long as there is room for it, and a font that has them all: the family's
    where no font has the name.
    """

    def words(name: str) -> str:
        return WRITTEN[language].format(name=name) + BETWEEN + WORDS[language]

    path = label_font(language)
    for able in (path, _chinese_font(FONT_FOLDERS)):
        if writer and able is not None and _has(able, words(writer + "…")):
            font = _font(able, em)
            names = chain([writer], (writer[:end].rstrip() + "…" for end in range(len(writer) - 1, 0, -1)))
            fitting = next((name for name in names if font.getlength(words(name)) <= room), None)
            return words(fitting or FAMILY[language]), able
    return words(FAMILY[language]), path


def pill_size(words: str, font: FreeTypeFont, em: int) -> tuple[int, int]:
    """Width and height, in pixels, of words with their pill."""
    left, top, right, bottom = _box(words, font)
    return right - left + 2 * round(PADDING_EM[0] * em), bottom - top + 2 * round(PADDING_EM[1] * em)


def _box(words: str, font: FreeTypeFont) -> tuple[int, int, int, int]:
    from PIL import Image, ImageDraw

    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).textbbox((0, 0), words, font, align="center")
    return round(left), round(top), round(right), round(bottom)


def _em_for(path: Path | None, words: str, height_px: float) -> int:
    """The least size in which the letters, not the em around them, are so high: as they are shaped, and as drawn."""
    em = math.ceil(height_px * UNHINTED_EM / _letter_height(_font(path, UNHINTED_EM), words))
    while _letter_height(_font(path, em), words) < height_px:
        em += 1
    return em


def _letter_height(font: FreeTypeFont, words: str) -> float:
    _, top, _, bottom = font.getbbox(words)
    return max(1.0, bottom - top)


def _pill(words: str, font: FreeTypeFont, em: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far the pill and how far the letters cover each pixel: (h, w, 1) each, 0 … 1."""
    from PIL import Image, ImageDraw

    left, top, _, _ = _box(words, font)
    across, down = round(PADDING_EM[0] * em), round(PADDING_EM[1] * em)
    size = pill_size(words, font, em)
    pill = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH))
    corner = min(size[1], 2 * em) * SMOOTH // 2
    ImageDraw.Draw(pill).rounded_rectangle((0, 0, pill.width - 1, pill.height - 1), corner, fill=255)
    text = Image.new("L", size)
    ImageDraw.Draw(text).text((across - left, down - top), words, font=font, fill=255, align="center")
    small = pill.resize(size, Image.Resampling.BOX)
    return np.asarray(small)[..., None] / 255, np.asarray(text)[..., None] / 255
