from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.cbook import get_sample_data
from PIL import Image, ImageDraw, ImageFont

from data.errors import BadPicture, BadText
from data.importers.imported import File
from data.importers.paragraphs import Line, joined
from data.importers.scans import Scans, looks_like_text, read_pages
from data.pictures import read_picture
from data.types import Letter, Picture
from tests.data.sheets import CONDITIONS, HAN, SAMPLES, SERIF, drawn, drawn_down, jpeg, photographed, sample_text, saved

LETTER = """Boston, 3 May 1950

Dear Ann,

The café on the corner has closed for good, and so I make my own coffee now, which is a pity for everybody who
comes to see me. The old radio still works.

Yours,
Margaret""".replace("\nc", " c").replace("é", "e")
CHINESE = (
    "杭州，1987年3月3日\n\n小满：\n\n"
    "院子里的桂花开了，外婆晒了两匾，等你回来做糖桂花，不要急，路上慢一点，到了打电话回来。\n\n外公"
)

chinese = pytest.mark.skipif(HAN is None, reason="the font WenQuanYi Micro Hei is not installed")


def sheet(text: str = LETTER, font: Path | None = SERIF, size: int = 28) -> Picture:
    assert font is not None
    return drawn(text, font, size)[0].picture


def read(picture: Picture, kind: str = "PNG") -> Letter:
    return read_pages([File.of("a.png", saved(picture, kind))])


def test_a_scanned_letter_is_read_with_its_paragraphs_and_its_date() -> None:
    letter = read(sheet())
    assert letter.text == LETTER
    assert letter.date == "1950-05-03"
    assert letter.kind == "letter"
    assert letter.author is None


@chinese
def test_a_chinese_letter_is_read_without_spaces_at_its_line_ends() -> None:
    letter = read(sheet(CHINESE, HAN, 34))
    assert letter.text == CHINESE
    assert letter.date == "1987-03-03"


@pytest.mark.parametrize("name", ["turned 90", "turned 180", "turned 270", "tilt +20", "tilt -8", "photo"])
def test_a_page_is_read_however_it_lay(name: str) -> None:
    text = read(CONDITIONS[name](sheet())).text
    assert "which is a pity for everybody who comes to see me" in text
    assert text.index("Boston") < text.index("Dear Ann") < text.index("Margaret")


@chinese
@pytest.mark.parametrize("name", ["turned 90", "turned 270", "photo"])
def test_a_chinese_page_is_not_taken_for_columns_when_it_lies_on_its_side(name: str) -> None:
    assert "院子里的桂花开了，外婆晒了两匾" in read(CONDITIONS[name](sheet(CHINESE, HAN, 34))).text


@chinese
def test_columns_are_read_from_the_right() -> None:
    assert HAN is not None
    text = read(drawn_down(sample_text("waigong", "2010-new-year-and-fish"), HAN)).text
    assert text.index("家里的事情我先排一排") < text.index("外公要讲一句公道话") < text.index("荠菜馄饨")


def test_the_cameras_own_note_of_how_it_was_held_is_followed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = np.ascontiguousarray(np.rot90(sheet(), 1))
    letter = read_pages([File.of("a.jpg", saved(turned, "JPEG", quality=90, exif=exif))])
    assert "which is a pity for everybody" in letter.text


def test_doubtful_lines_stand_in_the_text_exactly() -> None:
    text = sample_text("hopper", "1947-a-moth")
    letter = read(jpeg(photographed(sheet(text, SERIF, 26), 1, 0.2), 30))
    assert letter.doubtful
    assert all(line in letter.text for line in letter.doubtful)


@pytest.mark.parametrize(
    "name", ["blurred", pytest.param("small", marks=pytest.mark.slow), pytest.param("photo", marks=pytest.mark.slow)]
)
def test_what_is_sure_on_a_bad_picture_is_right(name: str) -> None:
    text = sample_text("hopper", "1947-a-moth")
    letter = read(CONDITIONS[name](sheet(text, SERIF, 26)))
    sure = letter.text
    for line in letter.doubtful:
        sure = sure.replace(line, "\n", 1)
    for part in filter(None, (part.strip() for part in sure.split("\n"))):
        assert part in text


@pytest.mark.parametrize("kind", ["tiff", "pdf", "files"])
def test_several_pages_are_one_letter_in_their_order(kind: str) -> None:
    pages = [
        Image.fromarray(sheet(text))
        for text in ("2 June 1961\n\nDear Ann, here is the first.", "And this is the second.")
    ]
    out = io.BytesIO()
    if kind == "files":
        letter = read_pages([File.of(f"{n}.png", saved(np.asarray(page), "PNG")) for n, page in enumerate(pages)])
    else:
        pages[0].save(out, kind.upper(), save_all=True, append_images=pages[1:])
        file = File.of(f"a.{kind}", out.getvalue())
        assert Scans().knows(file)
        letters = [item for item in Scans().read(file) if isinstance(item, Letter)]
        assert len(letters) == 1
        letter = letters[0]
    assert letter.text == "2 June 1961\n\nDear Ann, here is the first.\n\nAnd this is the second."
    assert letter.date == "1961-06-02"


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_blank_page_is_refused(name: str) -> None:
    blank = np.full((800, 600, 3), 240, np.uint8)
    with pytest.raises(BadText, match=r"no writing was found"):
        read_pages([File.of(name, saved(blank, "PNG"))])


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff", b"II*\0" + bytes(60), b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(BadPicture, match=r"a\.jpg"):
        read_pages([File.of("a.jpg", content)])


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.4\n%%EOF", b"%PDF-1.7" + bytes(500)])
def test_a_broken_pdf_is_refused_and_not_claimed(content: bytes) -> None:
    assert not Scans().knows(File.of("a.pdf", content))
    with pytest.raises(BadText, match=r"a\.pdf"):
        read_pages([File.of("a.pdf", content)])


def test_a_huge_picture_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(BadPicture, match="megapixels"):
        read_pages([File.of("a.png", saved(np.zeros((10_001, 10_000, 3), np.uint8), "PNG", compress_level=1))])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF"])
def test_pictures_of_every_kind_are_known(kind: str) -> None:
    assert Scans().knows(File.of("a", saved(np.zeros((8, 8, 3), np.uint8), kind)))


def test_a_recording_is_no_picture() -> None:
    assert not Scans().knows(File.of("a", b"RIFF\x24\x08\0\0WAVEfmt "))


@settings(deadline=None)  # some are opened in a process of their own
@given(st.binary(max_size=200))
def test_asking_whether_it_is_one_never_raises(content: bytes) -> None:
    assert isinstance(Scans().knows(File.of("a", content)), bool)
    assert isinstance(Scans().knows(File.of("a", b"%PDF-" + content)), bool)


def with_sign(portrait: Picture) -> Picture:
    image = Image.fromarray(portrait)
    draw = ImageDraw.Draw(image)
    height = image.height
    draw.rectangle((10, height - 110, 220, height - 20), "white")
    for row, words in enumerate(("NAVY YARD", "No entry")):
        draw.text((20, height - 100 + 36 * row), words, "black", ImageFont.truetype(str(SERIF), 28))
    return np.asarray(image)


def test_a_letter_looks_like_text_and_a_portrait_does_not() -> None:
    hopper = read_picture(Path(str(get_sample_data("grace_hopper.jpg", asfileobj=False))))
    assert not looks_like_text(hopper)
    assert not looks_like_text(with_sign(hopper))
    assert not looks_like_text(np.concatenate([hopper, hopper], axis=1))  # medals stand in lines
    assert not looks_like_text(read_picture(SAMPLES / "waigong" / "portrait.jpg"))
    assert not looks_like_text(np.random.default_rng(0).integers(0, 255, (600, 400, 3)).astype(np.uint8))
    for name in ("scan", "photo", "turned 90", "turned 180", "tilt +20"):
        assert looks_like_text(CONDITIONS[name](sheet()))


def test_nothing_is_loaded_until_a_picture_is_read() -> None:
    code = (
        "import sys, data.importers.scans, data.importers.screenshots\n"
        "print({'cv2', 'onnxruntime', 'pypdfium2'} & {*sys.modules})"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


# ---- lines to paragraphs


def lines(*texts: str) -> list[Line]:
    """One under the other, each character ten pixels wide."""
    return [Line(text, 0, 30 * row, 10 * len(text), 30 * row + 22, sure=True) for row, text in enumerate(texts)]


def test_full_lines_go_on_and_short_ones_end() -> None:
    assert joined([lines("Dear Ann,", "It is a long line that is", "going on.", "Yours,")]).text == (
        "Dear Ann,\nIt is a long line that is going on.\nYours,"
    )


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("it was won-", "derful here and", "it was wonderful here and"),
        ("my well-", "known aunt and", "my well-known aunt and"),
        ("in Stratford-", "Upon-Avon there", "in Stratford-Upon-Avon there"),
        ("他今天来了，明天又", "走了，真是没有办法的", "他今天来了，明天又走了，真是没有办法的"),
    ],
)
def test_words_cut_at_a_lines_end_are_whole_again(above: str, below: str, text: str) -> None:
    assert joined([lines(above, below)]).text == text


def test_page_numbers_are_no_part_of_a_letter() -> None:
    assert joined([lines("- 1 -", "One long line that goes"), lines("on to the other page.", "2")]).text == (
        "One long line that goes on to the other page."
    )


word = st.text("abcdefgh", min_size=1, max_size=8)


@given(
    st.lists(
        st.lists(st.tuples(st.lists(word, min_size=1, max_size=5), st.booleans()), min_size=1, max_size=6), max_size=3
    )
)
def test_every_word_is_kept_once_and_doubts_stand_in_the_text(pages: list[list[tuple[list[str], bool]]]) -> None:
    given_pages = [
        [
            Line(" ".join(words), 0, 30 * row, 20 * len(words), 30 * row + 20, sure)
            for row, (words, sure) in enumerate(page)
        ]
        for page in pages
    ]
    written = joined(given_pages)
    assert written.text.split() == [w for page in pages for words, _ in page for w in words]
    assert len(written.doubtful) == sum(not sure for page in pages for _, sure in page)
    assert all(line in written.text for line in written.doubtful)
