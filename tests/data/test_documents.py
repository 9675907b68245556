from __future__ import annotations

import io
import random
import zipfile
import zlib
from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers import Attachment, File, Item, LeftOut
from data.importers.apart import is_harmless
from data.importers.documents import MOST_PAGES, Pdf, Word, is_scan, text_of
from data.types import Letter

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CHINESE = ("杭州，1987年3月3日", "囡囡：", "院子里的桂花开了，外婆晒了两匾，等你回来做糖桂花，", "不急。", "外公")
PNG = b"\x89PNG\r\n\x1a\n"


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t xml:space='preserve'>{escape(text)}</w:t></w:r></w:p>"


def word(body: str, head: str = "", **parts: bytes) -> bytes:
    """A .docx as small as they come."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"{head}<w:document {SPACE}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr("word/" + name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def pdf(*pages: tuple[str, ...], fonts: str = "/F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>") -> bytes:
    """Lines one below the other, in Latin letters or by GBK in a font that every reader has of its own."""
    gbk = (
        "/G << /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /GBK-EUC-H /DescendantFonts [ << "
        "/Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light "
        "/Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 752 /Descent -271 /CapHeight 737 /StemV 58 "
        ">> >> ] >>"
    )
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [ {kids} ] >>",
        f"<< /Font << {fonts} {gbk} >> >>",
    ]
    for n, lines in enumerate(pages):
        shown = "".join(
            f"BT /{'F' if line.isascii() else 'G'} 12 Tf 72 {760 - 18 * at} Td <{line.encode('gbk').hex()}> Tj ET\n"
            for at, line in enumerate(lines)
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources 3 0 R /Contents {5 + 2 * n} 0 R >>"
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}endstream")
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()


def letter_in(importer: Word | Pdf, content: bytes) -> Letter:
    file = File.of("a", content)
    assert importer.knows(file)
    items: list[Item] = list(importer.read(file))
    assert len(items) == 1
    assert isinstance(items[0], Letter)
    return items[0]


def test_a_letter_of_word_keeps_its_words_its_paragraphs_and_its_date() -> None:
    letter = letter_in(Word(), word("".join(map(paragraph, CHINESE))))
    assert letter == Letter("a", "\n\n".join(CHINESE), "1987-03-03")


def test_blank_lines_of_the_writer_part_the_text_where_there_are_any() -> None:
    body = "".join(map(paragraph, ("Dear Ann,", "", "it rains", "today.", "", "M.")))
    assert letter_in(Word(), word(body)).text == "Dear Ann,\n\nit rains\ntoday.\n\nM."


def test_only_what_word_shows_is_read() -> None:
    body = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>one</w:t><w:tab/><w:t>two</w:t><w:br/>"
        "<w:t>three</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>moved</w:t></w:r>"
        "</w:moveFrom><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    assert letter_in(Word(), word(body)).text == "one\ttwo\nthree\n\ncell"


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    body = (
        '<w:p><w:r><w:t>around</w:t><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert letter_in(Word(), word(body)).text == "boxed\n\naround"


def test_pictures_in_word_are_attachments_and_what_stands_beside_is_counted() -> None:
    notes = "".join(f"<w:footnote>{paragraph(text)}</w:footnote>" for text in ("a note", " "))
    notes = f"<w:footnotes {SPACE}>{notes}</w:footnotes>"
    items = list(Word().read(File.of("a", word(paragraph("words"), media__well_png=PNG, footnotes_xml=notes.encode()))))
    assert [item.text for item in items if isinstance(item, Letter)] == ["words"]
    pictures = [item.file for item in items if isinstance(item, Attachment)]
    assert [(picture.name, picture.head(100)) for picture in pictures] == [("well.png", PNG)]
    assert LeftOut(1, "a footnote") in items


def test_a_word_file_of_pictures_alone_gives_those() -> None:
    items = list(Word().read(File.of("a", word(paragraph(""), media__well_png=PNG))))
    assert [type(item) for item in items] == [Attachment]


def bomb() -> bytes:
    return word(paragraph("ha" * 60_000_000))


def entities(head: str) -> bytes:
    return word(paragraph("words"), head)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        word("")[:-30],
        word("<w:p>"),
        word(""),
        entities('<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'),
        entities('<!DOCTYPE d SYSTEM "file:///etc/passwd">'),
        entities("<?xml version='1.0' encoding='nonsense'?>"),
        word(paragraph("words")).replace(b"word/document.xml", b"word/documents.xm"),
    ],
)
def test_broken_locked_and_malicious_word_files_are_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(BadText) as told:
        list(Word().read(File.of("a.docx", content)))
    assert "a.docx" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_word_file_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(BadText):
        list(Word().read(File.of("a.docx", bomb())))


@given(data=st.data())
def test_a_damaged_word_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = word("".join(map(paragraph, CHINESE)), media__well_png=PNG)
    place, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 20))
    file = File.of("a.docx", whole[:place] + data.draw(st.binary(max_size=8)) + whole[place + length :])
    Word().knows(file)
    with suppress(BadText):
        assert list(Word().read(file))


def test_chinese_and_english_pdfs_give_their_text_and_their_date() -> None:
    letter = letter_in(Pdf(), pdf(CHINESE))
    assert letter.date == "1987-03-03"
    assert letter.text == (
        "杭州，1987年3月3日\n\n囡囡：\n\n院子里的桂花开了，外婆晒了两匾，等你回来做糖桂花，\n不急。\n\n外公"
    )
    english = ("Boston, 3 May 1950", "Dear Ann, it rains and rains, and the river", "is high.")
    assert (
        letter_in(Pdf(), pdf(english)).text
        == "Boston, 3 May 1950\n\nDear Ann, it rains and rains, and the river\nis high."
    )


def test_pages_without_text_are_counted_and_a_pdf_of_only_such_is_a_scan() -> None:
    items = list(Pdf().read(File.of("a", pdf(("some words",), (), ()))))
    assert items[1:] == [LeftOut(2, "a page without text, which may be a scan")]
    scan = File.of("a.pdf", pdf((), ()))
    assert is_scan(scan)
    with pytest.raises(BadText, match="it is a scan"):
        list(Pdf().read(scan))


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    with pytest.raises(BadText, match=rf"at most {MOST_PAGES:,}"):
        list(Pdf().read(File.of("a.pdf", pdf(*[()] * (MOST_PAGES + 1)))))


def test_a_pdf_with_a_password_is_refused_as_that() -> None:
    keys = b"/O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b">"
    lock = b"/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 " + keys + b" >>"
    locked = pdf(("words",)).replace(b"/Root 1 0 R", b"/Root 1 0 R " + lock)
    with pytest.raises(BadText, match="password"):
        list(Pdf().read(File.of("a.pdf", locked)))
    assert not is_scan(File.of("a.pdf", locked))


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"%PDF-1.4\n" + bytes(500), pdf(("words",))[:200]])
def test_a_broken_pdf_is_refused(content: bytes) -> None:
    file = File.of("a.pdf", content)
    assert Pdf().knows(file)
    with pytest.raises(BadText, match="damaged"):
        list(Pdf().read(file))


def test_a_damaged_pdf_is_read_or_refused() -> None:
    whole, chance = pdf(CHINESE, ("some words",)), random.Random(7)
    for _ in range(300):
        place = chance.randrange(len(whole))
        file = File.of("a.pdf", whole[:place] + chance.randbytes(3) + whole[place + chance.randrange(12) :])
        with suppress(BadText):
            assert list(Pdf().read(file))


def test_the_words_of_every_kind_are_given_for_those_who_read_forms() -> None:
    for content in (word(paragraph("早")), pdf(("早",)), "早".encode("gb18030")):
        assert text_of(File.of("a", content)).strip() == "早"


def deflated(drawn: bytes) -> bytes:
    """A PDF of one page, whose content is packed."""
    packed = zlib.compress(drawn, 9)
    return (
        pdf(("x",))
        .replace(b"/Length", b"/Filter /FlateDecode /Length")
        .partition(b"stream\n")[0]
        .replace(b"/Filter /FlateDecode /Length", b"/Filter /FlateDecode /Length %d /L" % len(packed))
        + b"stream\n"
        + packed
        + b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    )


def test_a_pdf_that_draws_without_end_is_refused_and_its_reader_lives_on() -> None:
    bomb = deflated(b"BT /F 12 Tf 72 700 Td <61> Tj ET\n" + b"0 0 m 1 1 l S\n" * 8_000_000)
    assert len(bomb) < 500_000
    assert not is_harmless(bomb)
    with pytest.raises(BadText, match="takes more memory or time than a letter may"):
        read_pdf_text(bomb)


def test_a_packed_pdf_reads_the_same_in_a_process_of_its_own() -> None:
    letter = deflated(b"BT /F 12 Tf 72 700 Td (Dear Tom, it snows.) Tj ET\n" + b"0 0 m 1 1 l S\n" * 60_000)
    assert not is_harmless(letter)
    assert read_pdf_text(letter).strip() == "Dear Tom, it snows."
    assert is_harmless(deflated(b"BT ET"))


def test_what_a_process_of_its_own_refuses_is_said_as_here() -> None:
    with pytest.raises(BadText, match=r"a\.pdf is damaged: print it anew"):
        read_pdf_text(b"%PDF-1.4\n/Encrypt nothing")


def read_pdf_text(content: bytes) -> str:
    return text_of(File.of("a.pdf", content))
