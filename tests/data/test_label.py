from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]

from data import label as module
from data.label import WORDS, Label, aigc, label_font, visible_words
from data.types import Language


def font(path: Path, text: str) -> Path:
    """A font with a different box for each character, and nothing else."""
    names = {ord(char): f"glyph{place}" for place, char in enumerate(sorted(set(text)))}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    glyphs = {}
    for place, name in enumerate([".notdef", *names.values()]):
        pen = TTGlyphPen(None)
        pen.moveTo((100, 0))
        for corner in ((100, 700), (200 + 60 * place, 700), (200 + 60 * place, 0)):
            pen.lineTo(corner)
        pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


def test_the_standards_field_has_exactly_its_keys() -> None:
    field = json.loads(aigc("content-1"))
    assert list(field) == [
        "Label",
        "ContentProducer",
        "ProduceID",
        "ReservedCode1",
        "ContentPropagator",
        "PropagateID",
        "ReservedCode2",
    ]
    assert (field["Label"], field["ContentProducer"], field["ProduceID"]) == ("1", "Lantern", "content-1")


def test_latin_words_are_drawn_in_a_font_that_is_installed_with_us() -> None:
    found = label_font("en")
    assert found is not None
    assert found.name == "DejaVuSans.ttf"


def test_a_chinese_font_is_found_only_if_it_has_the_characters(tmp_path: Path) -> None:
    assert label_font("zh", (tmp_path,)) is None
    poor, rich = tmp_path / "poor", tmp_path / "rich" / "deeper"
    poor.mkdir()
    rich.mkdir(parents=True)
    font(poor / "NotoSansCJK-Regular.ttf", WORDS["zh"].replace("影", ""))
    (poor / "wqy-microhei.ttc").write_bytes(b"no font at all")
    font(poor / "Comic.ttf", WORDS["zh"])
    assert label_font("zh", (poor,)) is None
    known = font(rich / "WQY-ZenHei.ttf", WORDS["zh"])
    assert label_font("zh", (tmp_path / "missing", poor, rich.parent)) == known


def test_a_regular_weight_is_preferred(tmp_path: Path) -> None:
    for name in ("NotoSansCJK-Bold.ttf", "NotoSansCJK-Regular.ttf", "wqy-microhei.ttf"):
        font(tmp_path / name, WORDS["zh"])
    assert label_font("zh", (tmp_path,)) == tmp_path / "NotoSansCJK-Regular.ttf"


def test_without_a_chinese_font_the_words_are_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_chinese_font", lambda folders: None)
    assert visible_words("zh") == (WORDS["en"], "en")
    monkeypatch.setattr(module, "_chinese_font", lambda folders: tmp_path / "some.ttf")
    assert visible_words("zh") == (WORDS["zh"], "zh")


def test_the_metadata_is_in_the_language_whatever_can_be_drawn() -> None:
    assert Label("zh", {}).fields()["comment"] == WORDS["zh"]
    assert Label("en", {"engine": "portrait"}).fields()["details"] == '{"engine": "portrait"}'


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(512, 512), (768, 512), (384, 512), (128, 96), (64, 64), (16, 16), (2, 2)])
def test_the_words_lie_inside_every_picture(language: Language, size: tuple[int, int]) -> None:
    stamp = Label(language, {}).drawn(*size)
    height, width = stamp.keep.shape[:2]
    assert 0 <= stamp.top <= stamp.top + height <= size[1]
    assert 0 <= stamp.left <= stamp.left + width <= size[0]
    frames = np.random.default_rng(0).integers(0, 255, (3, size[1], size[0], 3), np.uint8)
    before = frames.copy()
    stamp.lay_over(frames)
    inside = np.zeros(size[::-1], bool)
    inside[stamp.top : stamp.top + height, stamp.left : stamp.left + width] = True
    assert np.array_equal(frames[:, ~inside], before[:, ~inside])
    assert not np.array_equal(frames, before)


@pytest.mark.parametrize("background", [0, 90, 128, 190, 255])
def test_the_words_stand_out_on_every_background(background: int) -> None:
    frames = np.full((1, 512, 512, 3), background, np.uint8)
    stamp = Label("en", {}).drawn(512, 512)
    stamp.lay_over(frames)
    height, width = stamp.keep.shape[:2]
    drawn = frames[0, stamp.top : stamp.top + height, stamp.left : stamp.left + width].mean(axis=2)
    letters, ground = np.percentile(drawn, 99), np.median(drawn)

    def luminance(level: float) -> float:  # WCAG 2.2's relative luminance and contrast ratio
        share = level / 255
        return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)

    assert (luminance(float(letters)) + 0.05) / (luminance(float(ground)) + 0.05) > 4.5


def test_the_words_are_small(tmp_path: Path) -> None:
    stamp = Label("en", {}).drawn(512, 512)
    assert stamp.keep.shape[0] < 0.07 * 512
    assert stamp.keep.shape[1] < 0.45 * 512


@pytest.mark.parametrize("size", [(512, 512), (768, 512), (384, 512), (1080, 1920), (333, 400), (64, 64)])
def test_the_chinese_letters_themselves_are_as_high_as_the_standard_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    flat = font(tmp_path / "flat.ttf", WORDS["zh"])  # its letters are 0.7 em high
    monkeypatch.setattr(module, "_chinese_font", lambda folders: flat)
    frames = np.zeros((1, size[1], size[0], 3), np.uint8)
    module._drawn.cache_clear()
    try:
        Label("zh", {}).drawn(*size).lay_over(frames)
    finally:
        module._drawn.cache_clear()
    pill, letter = 12, 245  # on black
    inked = (frames[0, :, :, 0].clip(pill) - pill).sum(axis=0) / (letter - pill)  # px in each column
    assert 0.05 * min(size) - 0.1 <= inked.max() <= 0.05 * min(size) + 4


def test_who_wrote_the_words_is_drawn_beside_the_label() -> None:
    assert words_with("en", "Lena") == "Written by Lena · AI-generated likeness"
    assert words_with("en", "") == "Written by the family · AI-generated likeness"
    assert words_with("en", "\U0010fffe") == words_with("en", "")  # a name that no font has
    assert not np.array_equal(Label("en", {}, writer="Lena").drawn(512, 512).keep, Label("en", {}).drawn(512, 512).keep)


@pytest.mark.skipif(label_font("zh") is None, reason="no Chinese font on this machine")
def test_a_writers_name_is_drawn_in_a_font_that_has_it() -> None:
    assert words_with("zh", "Lena") == "由Lena撰写 · AI生成影像"
    assert words_with("zh", "") == "由家人撰写 · AI生成影像"
    assert words_with("en", "陈丽娜") == "Written by 陈丽娜 · AI-generated likeness"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_long_name_is_shortened_so_that_the_label_stays_readable(language: Language) -> None:
    alone = Label(language, {}).drawn(512, 512)
    stamp = Label(language, {}, writer="Wilhelmina " * 18).drawn(512, 512)
    assert "Wilh" in words_with(language, "Wilhelmina " * 18)
    assert stamp.left > 0
    assert stamp.left + stamp.keep.shape[1] <= 512
    assert stamp.keep.shape[0] >= 0.75 * alone.keep.shape[0]


def words_with(language: Language, writer: str) -> str:
    em = {"en": 17, "zh": 28}[language]
    room = {"en": 530.0, "zh": 400.0}[language]
    return module._with_writer(language, writer, em, room)[0]


def test_font_folders_of_nobody_are_passed_over(tmp_path: Path) -> None:
    known = font(tmp_path / "WQY-ZenHei.ttf", WORDS["zh"])
    assert label_font("zh", (Path("~nobody-of-that-name/fonts"), tmp_path)) == known
