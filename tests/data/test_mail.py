from __future__ import annotations

import base64
from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadText
from data.importers import Attachment, File, Item, LeftOut
from data.importers.mail import Mail
from data.importers.markup import text_of_markup
from data.importers.replies import own_words
from data.types import Letter

HEAD = b"From: Tom Kestrel <tom@example.org>\nTo: ann@example.org\nDate: Thu, 1 May 2003 19:20:30 +0800\n"
PLAIN = HEAD + b"Subject: Re: Supper\nMessage-ID: <1@example.org>\n\n"


def mail(body: bytes, head: bytes = PLAIN) -> tuple[list[Letter], list[Attachment], dict[str, int]]:
    return sorted_items(File.of("a.eml", head + body))


def sorted_items(file: File) -> tuple[list[Letter], list[Attachment], dict[str, int]]:
    assert Mail().knows(file)
    items: list[Item] = list(Mail().read(file))
    letters = [item for item in items if isinstance(item, Letter)]
    attached = [item for item in items if isinstance(item, Attachment)]
    return letters, attached, {item.reason: item.count for item in items if isinstance(item, LeftOut)}


def test_a_mail_is_a_letter_by_its_sender_at_the_senders_own_clock() -> None:
    letters, _, left_out = mail(b"The kettle is burnt.\n\nTom\n")
    assert letters == [
        Letter("a.eml", "The kettle is burnt.\n\nTom", "2003-05-01T19:20", "letter", "Tom Kestrel", "Supper", 0)
    ]
    assert left_out == {}


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("Yes.\n\nOn Thu, May 1, 2003 at 7:00 PM Ann <ann@example.org> wrote:\n> Supper?\n> Soon?\n", 3),
        ("Yes.\n\nOn Thu, May 1, 2003 at 7:00 PM Ann Kestrel\n<ann@example.org> wrote:\n\n> Supper?\n", 3),
        ("Yes.\n\n-----Original Message-----\nFrom: Ann\nSent: today\n\nSupper?\n", 4),
        ("Yes.\n\nFrom: Ann <ann@example.org>\nSent: Thursday\nTo: Tom\nSubject: Supper\n\nSupper?", 5),
        ("Yes.\n\n在 2003年5月1日，19:00，安 <ann@example.org> 写道：\n> 吃饭？\n", 2),
        ("Yes.\n\n------------------ 原始邮件 ------------------\n发件人: \"安\"\n\n吃饭？\n", 3),
        ("Yes.\n\n发件人：安\n发送时间：2003年5月1日\n收件人：Tom\n主题：吃饭\n\n吃饭？\n", 5),
        ("> Supper?\n\nYes.\n", 1),
    ],
)  # fmt: skip
def test_what_a_mail_quotes_is_cut_and_counted(body: str, quoted: int) -> None:
    own = own_words(body)
    assert own.text == "Yes."
    assert own.quoted_lines == quoted


def test_words_that_only_look_like_a_lead_stay() -> None:
    text = "On Monday, as Tom wrote: bring bread.\n\nFrom: me\nwith love"
    assert own_words(text).text == text


@pytest.mark.parametrize("end", ["-- \nTom Kestrel\n1 Long Lane", "Sent from my iPhone", "发自我的iPhone"])
def test_a_signature_is_cut_and_counted(end: str) -> None:
    own = own_words(f"Yes.\n\nTom\n\n{end}\n")
    assert own.text == "Yes.\n\nTom"
    assert own.signature_lines == len(end.removeprefix("-- \n").split("\n")) + end.startswith("--")


def test_a_mail_that_is_html_alone_becomes_text_and_its_quote_is_cut() -> None:
    head = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"
    body = (
        "<html><head><style>p {color: red}</style></head><body><p>The kettle<br>is burnt &amp; <b>gone</b>.</p>"
        "<p>早。</p><div class=gmail_quote>On Monday Ann wrote:<blockquote><p>Supper?</p></blockquote></div></body>"
    )
    letters, _, left_out = mail(body.encode(), head)
    assert [letter.text for letter in letters] == ["The kettle\nis burnt & gone.\n\n早。"]
    assert left_out == {"a quoted line": 2}


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "big5", "iso-2022-jp", "koi8-r"])
def test_the_charset_that_a_mail_names_is_followed(charset: str) -> None:
    text = {"koi8-r": "Дорогая Анна", "iso-2022-jp": "こんにちは", "big5": "親愛的孩子們"}.get(charset, "亲爱的孩子们")
    head = HEAD + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n".encode()
    letters, _, _ = mail(base64.encodebytes(text.encode(charset)), head)
    assert [letter.text for letter in letters] == [text]


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "nonsense", "base64", "unknown-8bit"])
def test_a_charset_that_says_nothing_is_not_believed(charset: str) -> None:
    head = HEAD + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode()
    for encoding in ("utf-8", "gb18030"):
        letters, _, _ = mail("院子里的桂花开了，外婆晒了两匾。".encode(encoding), head)
        assert [letter.text for letter in letters] == ["院子里的桂花开了，外婆晒了两匾。"]


@pytest.mark.parametrize(
    "sender", [b"=?gb2312?B?zeK5qw==?=", '"外公"'.encode(), "外公".encode("gb18030"), b"=?utf-8?q?=E5=A4=96=E5=85=AC?="]
)
def test_names_and_subjects_are_unpacked_however_they_were_packed(sender: bytes) -> None:
    subject = b"Subject: =?utf-8?q?=E5=9B=9E=E5=A4=8D=EF=BC=9A?= x\n\n"
    letters, _, _ = mail(
        "桂花开了。".encode(), b"From: " + sender + b" <w@example.cn>\nDate: 1 May 2003 19:20 +0800\n" + subject
    )
    assert [letter.author for letter in letters] == ["外公"]
    assert [letter.conversation for letter in letters] == ["x"]


def test_attachments_come_as_files_with_their_sender_and_date() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "Tom <tom@example.org>", "a photo"
    message["Date"] = "Thu, 1 May 2003 19:20:30 +0800"
    message.set_content("Here.")
    message.add_alternative("<p>Here, in colour.</p>", subtype="html")
    message.add_attachment(b"\xff\xd8\xff\xe0", maintype="image", subtype="jpeg", filename="../井.jpg")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "ann@example.org", "Well?"
    inner.set_content("A question.")
    message.add_attachment(inner)
    letters, attached, left_out = sorted_items(File.of("a.eml", message.as_bytes()))
    assert [letter.text for letter in letters] == ["Here."]
    assert [(each.file.name, each.author, each.date) for each in attached] == [
        ("井.jpg", "Tom", "2003-05-01T19:20"),
        ("Well?.eml", "Tom", "2003-05-01T19:20"),
    ]
    assert attached[0].file.head(10) == b"\xff\xd8\xff\xe0"
    assert [letter.author for letter in sorted_items(attached[1].file)[0]] == ["ann@example.org"]
    assert left_out == {}


def box(*bodies: str) -> bytes:
    mails = ["From tom@example.org Thu May  1 19:20:30 2003\n" + PLAIN.decode() + body for body in bodies]
    return "\n\n".join(mails).encode()


def test_a_box_holds_many_mails_and_a_line_that_begins_with_from_ends_none() -> None:
    letters, _, _ = sorted_items(
        File.of("a.mbox", box("One.", "Two.\n\n>From here on\nFrom there", "Three.\n\nFrom now on."))
    )
    assert [letter.text for letter in letters] == ["One.", "Two.\n\nFrom here on\nFrom there", "Three.\n\nFrom now on."]
    assert [letter.place for letter in letters] == [0, 1, 2]


def test_a_box_is_read_one_mail_at_a_time() -> None:
    items = Mail().read(File.of("a.mbox", box(*map(str, range(2000)))))
    first = next(items)
    assert isinstance(first, Letter)
    assert first.text == "0"


def test_mails_without_words_or_sender_are_counted() -> None:
    content = box("> only a quote", "Yes.") + b"\n\nFrom x@y Thu May  1 19:20:30 2003\nSubject: none\n\nWhose words?\n"
    letters, _, left_out = sorted_items(File.of("a.mbox", content))
    assert [letter.text for letter in letters] == ["Yes."]
    assert left_out == {
        "a quoted line": 1,
        "a mail without words of its own": 1,
        "a mail that does not say who sent it": 1,
    }


def test_words_in_an_encoding_that_cannot_be_told_are_given_as_a_file() -> None:
    letters, attached, _ = mail("Дорогая Анна, как ты?".encode("koi8-r"), HEAD + b"Content-Type: text/plain\n\n")
    assert letters == []
    assert attached[0].file.head(100) == "Дорогая Анна, как ты?".encode("koi8-r")


@pytest.mark.parametrize(
    "text",
    [b"Dear Ann,\n\nFrom: me", b"", b"From: me\nTo: you\nDate: today\n\nDear", b"\xff\xd8\xff", b"Tom: a\nAnn: b\n"],
)
def test_letters_and_other_files_are_no_mails(text: bytes) -> None:
    assert not Mail().knows(File.of("a.eml", text))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(BadText, match="empty"):
        list(Mail().read(File.of("a.eml", b" \n")))


def test_scripts_and_styles_are_not_shown_and_blocks_are_lines() -> None:
    markup = "<title>x</title><script>y</script><ul><li>one<li>two</ul><pre>a\n  b</pre><td>c</td>"
    assert text_of_markup(markup) == "- one\n- two\n\na\nb\n\nc"


WHOLE = (
    HEAD
    + b"""Subject: =?utf-8?b?5LqV?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset="gb2312"

hello
--c
Content-Type: text/html

<p>hello<blockquote>x
--c--
--b
Content-Type: message/rfc822

From: a@b
Subject: in

inner
--b
Content-Type: image/png; name="=?utf-8?q?a?=.png"
Content-Disposition: attachment; filename*=utf-8''%E4%BA%95.png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b--
"""
)
PUT = st.binary(max_size=3) | st.sampled_from([b"=?", b"?=", b";", b'"', b"<", b"<![", b"\n", b"--b\n", b"(", b":"])
CHANGE = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), PUT)


@settings(max_examples=400)
@given(changes=st.lists(CHANGE, min_size=1, max_size=6))
def test_a_damaged_mail_is_read_counted_or_refused(changes: list[tuple[int, int, bytes]]) -> None:
    content = WHOLE
    for start, length, put in changes:
        content = content[:start] + put + content[start + length :]
    file = File.of("a.eml", content)
    Mail().knows(file)
    with suppress(BadText):
        assert list(Mail().read(file))


MARKUP = (
    "<p>", "</p>", "<blockquote", ">", "a", "<![if x]>", "<![", "<!--", "-->", "&#0;", "&am", "<?", "<br/>", "</",
    "<pre>", "\n",
)  # fmt: skip


@given(markup=st.lists(st.sampled_from(MARKUP)))
def test_any_markup_becomes_text(markup: list[str]) -> None:
    words = text_of_markup("".join(markup))
    assert words == words.strip("\n")
    assert "<p>" not in words


def test_megabytes_of_open_brackets_are_read_in_a_moment() -> None:
    for piece in ("<", "</", "<!--", "<![", "<div>", '<a b="'):
        assert isinstance(text_of_markup(piece * (1_000_000 // len(piece))), str)
