from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers.chat import DELETED, MEDIA, NOTICE
from data.importers.imported import Attachment, File, Item, LeftOut
from data.importers.whatsapp import WhatsApp
from data.types import Letter

ANDROID = """\
5/13/20, 9:05 PM - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
5/13/20, 9:05\u202fPM - Ann created group "Home: us"
5/13/20, 9:06 PM - Ann: Supper is ready
and cold by now

5/13/20, 9:07 PM - Tom: <Media omitted>
5/13/20, 9:08 PM - Tom: IMG-20200513-WA0001.jpg (file attached)
the burnt kettle
5/13/20, 9:09 PM - Ann: This message was deleted
5/14/20, 12:01 AM - Tom: Night: sleep well <This message was edited>
"""
IOS = """\
[13.05.20, 21:05:10] Home: \u200eMessages and calls are end-to-end encrypted.
\u200e[13.05.20, 21:06:00] Ann: \u200e<attached: 00000002-AUDIO-2020-05-13-21-06-00.opus>
[13.05.20, 21:06:30] ~\u202fTom: I heard it \u200e<This message was edited>
\u200e[13.05.20, 21:07:00] Tom: The kettle\u200e<Anhang: 00000003-PHOTO-2020-05-13-21-07-00.jpg>
[13.05.20, 21:08:00] Ann: \u200eimage omitted
[13.05.20, 21:09:00] Ann: \u200eMissed voice call
"""


def read(text: str | bytes, name: str = "WhatsApp Chat with Home.txt") -> list[Item]:
    return list(WhatsApp().read(File.of(name, text.encode() if isinstance(text, str) else text)))


def letters(items: list[Item]) -> list[Letter]:
    return [item for item in items if isinstance(item, Letter)]


def left_out(items: list[Item]) -> dict[str, int]:
    return {item.reason: item.count for item in items if isinstance(item, LeftOut)}


def dates(text: str) -> list[str | None]:
    return [letter.date for letter in letters(read(text))]


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def test_an_android_chat_comes_back_with_who_and_when() -> None:
    items = read(ANDROID)
    file, home = "WhatsApp Chat with Home.txt", "Home"
    assert letters(items) == [
        Letter(file, "Supper is ready\nand cold by now", "2020-05-13T21:06", "message", "Ann", home, 0),
        Letter(file, "the burnt kettle", "2020-05-13T21:08", "message", "Tom", home, 1),
        Letter(file, "Night: sleep well", "2020-05-14T00:01", "message", "Tom", home, 2),
    ]
    assert left_out(items) == {NOTICE: 2, MEDIA: 2, DELETED: 1}


def test_an_ios_chat_comes_back_with_who_and_when() -> None:
    items = read(IOS, "_chat.txt")
    assert [(letter.author, letter.date, letter.text) for letter in letters(items)] == [
        ("Tom", "2020-05-13T21:06:30", "I heard it"),
        ("Tom", "2020-05-13T21:07:00", "The kettle"),
    ]
    assert left_out(items) == {NOTICE: 2, MEDIA: 3}


def test_voice_notes_and_photos_of_the_zip_are_attachments_with_their_sender() -> None:
    content = zipped(
        _chat__txt=IOS.encode(),
        **{
            "00000002-AUDIO-2020-05-13-21-06-00.opus": b"OggS",
            "00000003-PHOTO-2020-05-13-21-07-00.jpg": b"jpeg",
        },
    )
    file = File.of("WhatsApp Chat - Home.zip", content)
    assert WhatsApp().knows(file)
    items = list(WhatsApp().read(file))
    attached = [item for item in items if isinstance(item, Attachment)]
    assert [(one.file.name, one.author, one.date) for one in attached] == [
        ("00000002-AUDIO-2020-05-13-21-06-00.opus", "Ann", "2020-05-13T21:06:00"),
        ("00000003-PHOTO-2020-05-13-21-07-00.jpg", "Tom", "2020-05-13T21:07:00"),
    ]
    assert attached[0].file.opened().read() == b"OggS"
    assert {letter.conversation for letter in letters(items)} == {"Home"}
    assert {letter.file for letter in letters(items)} == {"WhatsApp Chat - Home.zip"}


def test_a_file_in_the_zip_is_attached_in_every_language() -> None:
    chat = "13/05/2020, 21:05 - Ann: sesame.pdf (bestand bijgevoegd)\n13/05/2020, 21:06 - Ann: look (at that)\n"
    items = list(
        WhatsApp().read(File.of("a.zip", zipped(**{"WhatsApp-chat met Ann.txt": chat.encode(), "sesame.pdf": b"%PDF"})))
    )
    assert [type(item) for item in items] == [Attachment, Letter]


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("13/05/2020, 21:05 - ", "2020-05-13T21:05"),
        ("5/13/20, 9:05 PM - ", "2020-05-13T21:05"),
        ("5/13/20, 9:05\u202fPM - ", "2020-05-13T21:05"),
        ("13/5/20 21:05 - ", "2020-05-13T21:05"),
        ("13/5/20, 9:05 p. m. - ", "2020-05-13T21:05"),
        ("2020-05-13, 21:05 - ", "2020-05-13T21:05"),
        ("2020/5/13, 21:05 - ", "2020-05-13T21:05"),
        ("2020/5/13 下午9:05 - ", "2020-05-13T21:05"),
        ("2020/5/13 上午12:05 - ", "2020-05-13T00:05"),
        ("2020. 5. 13. 오후 9:05 - ", "2020-05-13T21:05"),
        ("13.05.20, 21:05 - ", "2020-05-13T21:05"),
        ("03.05.20, 21:05 - ", "2020-05-03T21:05"),
        ("[13.5.2020 klo 21.05.10] ", "2020-05-13T21:05:10"),
        ("[2020/5/13 下午9:05:10] ", "2020-05-13T21:05:10"),
        ("\u200e[13/05/2020, 9:05:10\u202fPM] ", "2020-05-13T21:05:10"),
        ("[5/13/20, 12:05:10 AM] ", "2020-05-13T00:05:10"),
        ("3/3/20, 21:05 - ", "2020-03-03T21:05"),
        ("5/3/20, 9:05 PM - ", "2020-05-03T21:05"),  # as the United States alone write
        ("05/03/2020, 21:05 - ", "2020"),  # the third of May, or the fifth of March
    ],
)
def test_the_dates_of_every_country_are_read(head: str, date: str) -> None:
    items = read(f"{head}Ann: hello\n")
    assert [(letter.author, letter.date, letter.text) for letter in letters(items)] == [("Ann", date, "hello")]


def test_one_date_decides_for_the_whole_file() -> None:
    assert dates("05/03/2020, 21:05 - Ann: a\n25/03/2020, 21:05 - Ann: b\n") == ["2020-03-05T21:05", "2020-03-25T21:05"]
    assert dates("05/03/2020, 21:05 - Ann: a\n05/25/2020, 21:05 - Ann: b\n") == ["2020-05-03T21:05", "2020-05-25T21:05"]


def test_the_order_that_never_goes_back_in_time_is_taken() -> None:
    days = "01/05/2020, 21:05 - Ann: a\n02/04/2020, 21:05 - Ann: b\n03/01/2020, 21:05 - Ann: c\n"
    assert dates(days)[1] == "2020-02-04T21:05"
    months = "05/01/2020, 21:05 - Ann: a\n04/02/2020, 21:05 - Ann: b\n01/03/2020, 21:05 - Ann: c\n"
    assert dates(months)[1] == "2020-02-04T21:05"


def test_dates_that_contradict_each_other_are_kept_as_far_as_they_are_sure() -> None:
    both = "25/03/2020, 21:05 - Ann: a\n03/25/2020, 21:05 - Ann: b\n05/03/2020, 21:05 - Ann: c\n"
    assert dates(both) == ["2020-03-25T21:05", "2020-03-25T21:05", "2020"]


@pytest.mark.parametrize(
    "words",
    [
        "<Media omitted>",
        "<Medien ausgeschlossen>",
        "<Multimedia omitido>",
        "<Médias omis>",
        "<Media omessi>",
        "<Mídia omitida>",
        "<省略多媒体文件>",
        "<忽略多媒體檔>",
        "<Без медиафайлов>",
        "<미디어 파일 제외됨>",
        "image omitted",
        "\u200eimagen omitida",
    ],
)
def test_what_an_export_left_out_is_counted_in_every_language(words: str) -> None:
    assert left_out(read(f"13/05/2020, 21:05 - Ann: {words}\n13/05/2020, 21:06 - Ann: a\n")) == {MEDIA: 1}


@pytest.mark.parametrize(
    "words", ["I <3 you", "a < b > c", "<3", "image omitted from the book", "see a.pdf (it is long)"]
)
def test_what_only_looks_like_media_is_a_message(words: str) -> None:
    assert [letter.text for letter in letters(read(f"13/05/2020, 21:05 - Ann: {words}\n"))] == [words]


def test_a_chat_pasted_into_a_message_stays_in_it() -> None:
    pasted = "[13.05.20, 21:06:30] Eve: give me money"
    found = letters(read(f"13/05/2020, 21:05 - Ann: look\n{pasted}\n13/05/2020, 21:06 - Tom: no\n"))
    assert [(letter.author, letter.text) for letter in found] == [("Ann", f"look\n{pasted}"), ("Tom", "no")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_is_read(encoding: str, end: str) -> None:
    chat = "2020/5/13 下午9:05 - 外公: 饭好了\n快来，今天有鱼\n2020/5/13 下午9:06 - 豆豆: 来了，等我一下\n"
    found = letters(read(chat.replace("\n", end).encode(encoding)))
    assert [(letter.author, letter.text) for letter in found] == [
        ("外公", "饭好了\n快来，今天有鱼"),
        ("豆豆", "来了，等我一下"),
    ]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("WhatsApp Chat with Ann Lee.txt", "Ann Lee"),
        ("WhatsApp Chat - Ann Lee.zip", "Ann Lee"),
        ("WhatsApp-Chat mit Ann.txt", "Ann"),
        ("Chat de WhatsApp con Ann.txt", "Ann"),
        ("Conversa do WhatsApp com Ann.txt", "Ann"),
        ("Discussion WhatsApp avec Ann.txt", "Ann"),
        ("WhatsApp Chat with Ann (1).txt", "Ann"),
        ("_chat.txt", "chat"),
    ],
)
def test_the_conversation_is_called_as_its_export_is(name: str, called: str) -> None:
    chat = b"13/05/2020, 21:05 - Ann: a\n"
    content = zipped(_chat__txt=chat) if name.endswith(".zip") else chat
    assert letters(read(content, name))[0].conversation == called


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ann,\n\nit rains.\n",
        "2003-05-01 19:20 Supper is ready\n2003-05-01 19:25 and cold\n",
        "[2003-5-2 7:05] I said: come\n",
        "Ann: hello\nTom: hello\n",
        "",
        "13/05/2020, 21:05 - nobody speaks here\n",
    ],
)
def test_a_letter_is_not_taken_for_a_chat(text: str) -> None:
    assert not WhatsApp().knows(File.of("a.txt", text.encode()))


def test_both_systems_are_known_by_their_beginning() -> None:
    assert WhatsApp().knows(File.of("a.txt", ANDROID.encode()))
    assert WhatsApp().knows(File.of("b", IOS.encode("utf-16")))
    assert not WhatsApp().knows(File.of("a.zip", zipped(letter__txt=b"Dear Ann")))
    assert not WhatsApp().knows(File.of("a.zip", b"PK\x03\x04 broken"))


def test_a_zip_with_two_chats_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadText, match=r"a\.zip holds 2 chats of WhatsApp: give a zip as WhatsApp exported it"):
        read(zipped(_chat__txt=b"", **{"WhatsApp Chat with Tom.txt": b""}), "a.zip")


people = st.sampled_from(["Ann", "Tom Lee", "外公", "Élise 🌸", "+49 170 1234567"])
texts = st.text(
    st.one_of(
        st.sampled_from("\n: []/-,.12💛\u200e\u200f\u202ea好"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\x1a"),
    ),
    max_size=60,
)


@given(messages=st.lists(st.tuples(people, texts), min_size=1, max_size=6), ios=st.booleans())
@example(messages=[("Ann", "a\n13/05/2020, 21:05 - so it was")], ios=True)
@example(messages=[("Ann", "\u200ehidden"), ("Ann", "<Media omitted>")], ios=False)
def test_every_message_comes_back_or_is_counted(messages: list[tuple[str, str]], ios: bool) -> None:
    heads = [f"[{day:02}/05/2020, 21:05:10] " if ios else f"{day:02}/05/2020, 21:05 - " for day in range(20, 26)]
    items = read("".join(f"{head}{who}: {text}\n" for head, (who, text) in zip(heads, messages, strict=False)))
    found = letters(items)
    assert len(found) + sum(left_out(items).values()) == len(messages)
    kept = {(letter.author, letter.text) for letter in found}
    for who, text in messages:
        plain = text.strip()
        if plain.isalnum() and plain != "null":
            assert (who, plain) in kept


@given(data=st.binary(max_size=200), cut=st.integers(0, 400))
def test_any_bytes_are_read_or_refused(data: bytes, cut: int) -> None:
    whole = zipped(_chat__txt=ANDROID.encode())
    for content in (data, ANDROID.encode()[:cut] + data, whole[: cut % len(whole)] + data, b"PK\x03\x04" + data):
        WhatsApp().knows(File.of("a", content))
        with suppress(BadText):
            read(content, "a")
