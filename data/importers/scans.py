"""Letters on paper, photographed or scanned: pictures, faxes of several pages, and PDFs that hold nothing but pictures.

What the machine was not sure of is listed in `Letter.doubtful`; handwriting mostly is. Knows no chats.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from data.errors import BadPicture, LargePicture, NoWriting, TooMuch
from data.importers.documents import is_scan
from data.importers.imported import File, Item
from data.importers.letters import date_of
from data.importers.ocr import SURE, Reading, cut_out, find_lines, glanced, read_line
from data.importers.page import Box, Page, straightened
from data.importers.paragraphs import Line, joined
from data.importers.pdfium import LOCK, opened
from data.pictures import BROKEN, LARGEST_BYTES, LARGEST_PIXELS, read_picture
from data.types import Letter, Picture

PDF = b"%PDF-"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"GIF8")
_MORE_PICTURES = re.compile(rb"RIFF....WEBP|BM....\0\0\0\0|....ftyp(?:hei[cxms]|hevc|mif1|msf1)", re.DOTALL)
HEAD_BYTES = 1024  # within which a PDF must say that it is one
PDF_DOTS_PER_POINT = 200 / 72
PDF_LARGEST_PX = 3600
MOST_PAGES = 400  # of one letter

TEXT_PX = 960  # the longer side while it is asked whether a picture shows a text
TEXT_LINES = 4  # at least, on a letter; a sign in a portrait has fewer
TEXT_SHARE = 0.015  # of the picture that a letter's lines cover
TEXT_SURE = 0.5  # mean confidence of its longest lines, whichever way up; chosen, not fitted
ASKED_LINES = 3
WORD_LETTERS = 4


class Scans:
    """Reads JPEG, PNG, TIFF, WebP, BMP, GIF, HEIC, and PDF whose pages hold no text of their own."""

    name = "scan"

    def knows(self, file: File) -> bool:
        """By its first bytes; a PDF by having no text."""
        head = file.head(HEAD_BYTES)
        if head.startswith(PICTURES) or _MORE_PICTURES.match(head):
            return True
        return PDF in head and is_scan(file)

    def read(self, file: File) -> Iterator[Item]:
        """One letter, of all its pages. Raises `BadText` where nothing is written, `BadPicture` for broken pictures."""
        yield read_pages([file])


def read_pages(files: Sequence[File]) -> Letter:
    """The letter on several pictures, in their order; named after the first. Raises `BadText` and `BadPicture`."""
    pages = [_lines(straightened(picture)) for file in files for picture in pictures_in(file)]
    name = files[0].name
    if not any(pages):
        raise NoWriting(
            f"{name}: no writing was found on it: choose a sharper or larger picture, or type the letter", file=name
        )
    written = joined(pages)
    unsure = set(written.doubtful)
    surely_read = ["…" if line in unsure else line for line in written.text.split("\n")]
    return Letter(name, written.text, date_of(surely_read), doubtful=written.doubtful)


def pictures_in(file: File) -> Iterator[Picture]:
    """Its pages one after the other. Raises `BadPicture`, and `BadText` for a PDF."""
    if file.size_bytes > LARGEST_BYTES:
        raise LargePicture(
            f"{file.name} is larger than {LARGEST_BYTES // 10**6} MB: make it smaller or cut it up", file=file.name
        )
    with file.opened() as stream:
        content = stream.read()
    if PDF in content[:HEAD_BYTES]:
        yield from _pdf_pages(file.name, content)
    elif content.startswith((b"II*\0", b"MM\0*")):
        yield from _frames(file.name, content)
    else:
        yield read_picture(Path(file.name), content)


def looks_like_text(picture: Picture) -> bool:
    """Whether a picture is of something written, rather than of somebody who has a sign or a book about him."""
    import cv2

    scale = min(1.0, TEXT_PX / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = find_lines(np.asarray(small, np.uint8))
    covered = sum(float(cv2.contourArea(corners)) for corners in found)
    if len(found) < TEXT_LINES or covered < TEXT_SHARE * small.shape[0] * small.shape[1]:
        return False
    longest = sorted(found, key=lambda corners: -float(np.ptp(corners, axis=0).max()))[:ASKED_LINES]
    lines = [cut_out(picture, corners / np.float32(scale)) for corners in longest]
    turned = [np.ascontiguousarray(np.rot90(line, quarters)) for line in lines for quarters in range(4)]
    sure = np.reshape([_worded(glanced(line)) for line in turned], (len(lines), 4))
    return bool(sure.mean(axis=0).max() >= TEXT_SURE)


def _worded(reading: Reading) -> float:
    """How sure it is; not at all of what holds no word, as medals and window panes are read."""
    letters = sum(char.isalpha() for char in reading.text)
    return reading.mean if letters >= max(WORD_LETTERS, len(reading.text) / 2) else 0.0


def _frames(name: str, content: bytes) -> Iterator[Picture]:
    """The pages of a TIFF, each handed on as a TIFF of its own."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=("TIFF",)) as image:
            count = getattr(image, "n_frames", 1)
            _check_count(name, count)
            for place in range(count):
                image.seek(place)
                if image.width * image.height > LARGEST_PIXELS:
                    raise BadPicture(
                        f"{name}: page {place + 1} has more than {LARGEST_PIXELS // 10**6} megapixels: make it smaller"
                    )
                out = io.BytesIO()
                ImageOps.exif_transpose(image).save(out, "TIFF", compression="raw")
                yield read_picture(Path(name), out.getvalue())
    except (*BROKEN, Image.DecompressionBombError) as err:
        raise BadPicture(f"{name} is damaged or cut short: save it anew as JPEG or PNG", file=name) from err


def _pdf_pages(name: str, content: bytes) -> Iterator[Picture]:
    with opened(name, content) as document:
        with LOCK:
            count = len(document)
        _check_count(name, count)
        for place in range(count):
            with LOCK:
                page = document[place]
                scale = min(PDF_DOTS_PER_POINT, PDF_LARGEST_PX / max(1.0, *page.get_size()))
                picture = np.array(page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3])
                page.close()
            yield picture


def _check_count(name: str, count: int) -> None:
    if count > MOST_PAGES:
        raise TooMuch(f"{name} has more than {MOST_PAGES} pages: cut it into letters", file=name)


def _lines(page: Page) -> list[Line]:
    read = [(box, read_line(page.line(box))) for box in page.boxes]
    return [_line(box, reading, page) for box, reading in read if reading.text]


def _line(box: Box, reading: Reading, page: Page) -> Line:
    place = (box.left, box.top, box.right, box.bottom)
    if page.vertical:
        place = (box.top, -box.right, box.bottom, -box.left)
    return Line(reading.text, *place, sure=reading.sure >= SURE)
