"""Letters as TextEdit, WordPad and LibreOffice save them: .rtf and .odt."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers import Attachment, File, LeftOut, importer_for
from data.importers.documents import text_of
from data.importers.opendocument import OpenDocument
from data.importers.richtext import DEEPEST, FOOTNOTE, PICTURE, RichText
from data.types import Letter
from tests.data.steady import guarded

RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Helvetica;}{\f1\fcharset134 SimSun;}}{\colortbl;\red255;}
{\info{\author Somebody else}}\f0\fs24 3 May 1961\par
\pard Dear Tom,\par
the harb\b our\b0  froze {\v hidden }over \endash  at caf\'e9 \u8220?Mole\u8221?\line and stayed.\par
{\*\generator Riched20;}{\pict\pngblip 89504e47}
{\footnote Not hers.}{\field{\*\fldinst HYPERLINK "x"}{\fldrslt here}}\par
{\f1 \'c4\'e3\'ba\'c3}\u-10179?\u-8704?\par Ann\par}"""
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "drawing")
)


def odt(body: str, head: str = "", **parts: bytes) -> bytes:
    """An .odt as small as they come."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        content = f"{head}<office:document-content {SPACES}><office:body>{body}</office:body></office:document-content>"
        archive.writestr("content.xml", content)
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def paragraphs(*lines: str) -> str:
    return "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)


def read(name: str, content: bytes) -> list[object]:
    file = File.of(name, content)
    importer = importer_for(file)
    assert isinstance(importer, OpenDocument | RichText)
    return list(importer.read(file))


def test_a_rich_text_gives_what_it_shows() -> None:
    letter, *left = read("a.rtf", RTF)
    assert letter == Letter(
        "a.rtf",
        "3 May 1961\n\nDear Tom,\n\nthe harbour froze over – at café “Mole”\nand stayed.\n\nhere\n\n你好😀\n\nAnn",
        "1961-05-03",
    )
    assert set(left) == {LeftOut(1, PICTURE), LeftOut(1, FOOTNOTE)}


def test_characters_for_older_programs_are_passed_over() -> None:
    (letter,) = read("a.rtf", rb"{\rtf1\ansi\uc2 Dear \u21608 ?\'3f, all\uc0 \u26031 .}")
    assert isinstance(letter, Letter)
    assert letter.text == "Dear 周, all斯."


def test_chinese_of_an_old_word_processor_is_read_by_its_code_page() -> None:
    body = "院子里的桂花开了，等你回来。".encode("gbk")
    written = b"".join(b"\\'%02x" % byte for byte in body)
    (letter,) = read("a.rtf", rb"{\rtf1\ansi\ansicpg936 " + written + rb"\par}")
    assert isinstance(letter, Letter)
    assert letter.text == "院子里的桂花开了，等你回来。"


@pytest.mark.parametrize(
    "content",
    [
        b"{\\rtf1 " + b"{" * (DEEPEST + 1),
        b"{\\rtf1{\\fonttbl " + b"\\f1\\fcharset1 " * 200_000 + b"}}",
        b"{\\rtf1 " + b"{\\field{\\*\\fldinst{HYPERLINK " * 300,
        b"{\\rtf1 {\\pict\\bin9999999999 }}",
        b"{\\rtf1 {\\pict" * 300,
        b"{\\rtf1",
    ],
)
def test_a_hostile_rich_text_is_refused_at_once(content: bytes) -> None:
    with guarded(), pytest.raises(BadText) as refused:
        read("a.rtf", content)
    assert str(refused.value).startswith("a.rtf ")


@given(st.binary(max_size=200))
def test_a_damaged_rich_text_is_read_or_refused(damage: bytes) -> None:
    at = len(damage) * 3 % len(RTF)
    with suppress(BadText):
        assert list(RichText().read(File.of("a.rtf", RTF[:at] + damage + RTF[at:])))


def test_an_open_document_gives_its_words_its_pictures_and_its_date() -> None:
    body = (
        "<text:tracked-changes><text:p>struck out</text:p></text:tracked-changes>"
        + paragraphs("3 May 1961", "Dear Tom,")
        + '<text:p>the harbour<text:s text:c="2"/>froze<text:note><text:p>Not hers.</text:p></text:note> over.'
        "<text:line-break/>It <text:span>held</text:span>.<office:annotation><text:p>When?</text:p></office:annotation>"
        "</text:p>" + paragraphs("Ann")
    )
    letter, picture, *left = read("a.odt", odt(body, Pictures__1_png=b"\x89PNG\r\n\x1a\n"))
    text = "3 May 1961\n\nDear Tom,\n\nthe harbour  froze over.\nIt held.\n\nAnn"
    assert letter == Letter("a.odt", text, "1961-05-03")
    assert isinstance(picture, Attachment)
    assert picture.file.name == "1.png"
    assert set(left) == {LeftOut(1, "a footnote or endnote"), LeftOut(1, "a comment beside the text")}


ENTITIES = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        odt(paragraphs("words"), ENTITIES),
        odt("<text:p>never closed"),
        odt(""),
        odt(paragraphs("words"))[:120] + bytes(200),
    ],
)
def test_broken_and_malicious_open_documents_are_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(BadText) as refused:
        list(OpenDocument().read(File.of("a.odt", content)))
    assert str(refused.value).startswith("a.odt ")
    assert "\n" not in str(refused.value)


def test_spaces_without_end_are_a_few() -> None:
    (letter,) = read("a.odt", odt('<text:p>a<text:s text:c="999999999"/>b</text:p>'))
    assert isinstance(letter, Letter)
    assert len(letter.text) < 200


def test_both_are_read_for_those_who_read_forms() -> None:
    assert (
        text_of(File.of("a.rtf", rb"{\rtf1 words}")) == text_of(File.of("a.odt", odt(paragraphs("words")))) == "words"
    )


def test_a_mail_of_outlook_says_how_to_go_on() -> None:
    file = File.of("a.msg", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    with pytest.raises(BadText, match=r"save it as \.eml"):
        list(importer_for(file).read(file))


def test_a_picture_of_word_s_is_counted_once() -> None:
    _, *left = read(
        "a.rtf",
        rb"{\rtf1\ansi Dear Tom, look.{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict\wmetafile8 0100}} Ann}",
    )
    assert left == [LeftOut(1, PICTURE)]
