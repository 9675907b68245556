"""Telegram, Messenger, iMessage and SMS."""

from __future__ import annotations

import base64
import io
import json
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadText
from data.importers.chat import DELETED, FORWARDED, ME, MEDIA, NOBODY, NOTICE, REACTION
from data.importers.imessage import EARLIER, REPLY_AGAIN, IMessage, IMessageText
from data.importers.imported import Attachment, File, Importer, Item, LeftOut
from data.importers.messenger import Messenger
from data.importers.sms import UNSENT, Sms
from data.importers.telegram import Telegram
from data.types import Letter
from tests.data.steady import guarded

ZONE_S = -5 * 3600  # New York in winter
JANUARY = 1577898000  # 2020-01-01T12:00:00 there


@pytest.fixture(autouse=True)
def _in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def read(importer: Importer, content: str | bytes, name: str = "a") -> list[Item]:
    return list(importer.read(File.of(name, content.encode() if isinstance(content, str) else content)))


def said(items: list[Item]) -> list[tuple[str | None, str | None, str]]:
    return [(item.author, item.date, item.text) for item in items if isinstance(item, Letter)]


def left_out(items: list[Item]) -> dict[str, int]:
    return {item.reason: item.count for item in items if isinstance(item, LeftOut)}


def attached(items: list[Item]) -> list[tuple[str, str | None, str | None]]:
    return [(item.file.name, item.author, item.date) for item in items if isinstance(item, Attachment)]


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


# Telegram

NOON = "2020-01-01T12:00:00"


def told(text: object, **more: object) -> dict[str, object]:
    return {"id": 1, "type": "message", "date": NOON, "from": "Ann", "from_id": "user1", "text": text, **more}


CHAT = {
    "name": "Ann",
    "type": "personal_chat",
    "id": 7,
    "messages": [
        {"id": 1, "type": "service", "date": NOON, "actor": "Ann", "action": "phone_call", "text": ""},
        told("Supper is ready"),
        told(
            ["see ", {"type": "link", "text": "https://example.org"}, " for it"], **{"from_id": "user2", "from": "Tom"}
        ),
        told("", file="voice_messages/a.ogg", media_type="voice_message"),
        told("the kettle", photo="photos/k.jpg"),
        told("buy gold", forwarded_from="Eve"),
        told("who am I", **{"from": None}),
    ],
}


def test_one_chat_of_telegram_is_read() -> None:
    items = read(Telegram(), json.dumps(CHAT, indent=1), "result.json")
    assert said(items) == [
        ("Ann", NOON, "Supper is ready"),
        ("Tom", NOON, "see https://example.org for it"),
        ("Ann", NOON, "the kettle"),
        ("user1", NOON, "who am I"),
    ]
    assert left_out(items) == {NOTICE: 1, MEDIA: 2, FORWARDED: 1}
    assert items[0] == Letter("result.json", "Supper is ready", NOON, "message", "Ann", "Ann", 0)


def test_a_whole_account_of_telegram_is_read_and_its_owner_is_me() -> None:
    account = {
        "about": "Here is the data you requested from Telegram.",
        "personal_information": {"user_id": 2, "first_name": "Tom"},
        "chats": {"about": "…", "list": [CHAT, {"type": "saved_messages", "id": 9, "messages": [told("note")]}]},
        "left_chats": {"about": "…", "list": [{"name": "Choir", "type": "group", "id": 8, "messages": [told("sing")]}]},
    }
    items = read(Telegram(), json.dumps(account))
    assert [(letter.conversation, letter.place) for letter in items if isinstance(letter, Letter)] == [
        ("Ann", 0),
        ("Ann", 1),
        ("Ann", 2),
        ("Ann", 3),
        ("9", 0),
        ("Choir", 0),
    ]
    assert said(items)[1][0] == ME
    assert Telegram().knows(File.of("a", json.dumps(account).encode()))


def test_voice_notes_beside_the_json_of_telegram_are_attachments() -> None:
    content = zipped({"Export/result.json": json.dumps(CHAT).encode(), "Export/voice_messages/a.ogg": b"OggS"})
    assert Telegram().knows(File.of("a.zip", content))
    items = read(Telegram(), content, "a.zip")
    assert attached(items) == [("a.ogg", "Ann", NOON)]
    assert left_out(items)[MEDIA] == 1


# Messenger


def broken(text: str) -> str:
    """As Facebook writes it."""
    return text.encode().decode("latin-1")


FACEBOOK = {
    "participants": [{"name": broken("Zoë")}, {"name": "Tom"}],
    "messages": [
        {
            "sender_name": "Tom",
            "timestamp_ms": JANUARY * 1000 + 60_000,
            "content": broken("Schön 💛"),
            "type": "Generic",
        },
        {"sender_name": "Tom", "timestamp_ms": JANUARY * 1000 + 50_000, "photos": [{"uri": "messages/photos/k.jpg"}]},
        {
            "sender_name": "Tom",
            "timestamp_ms": JANUARY * 1000 + 40_000,
            "content": broken("Reacted 💛 to your message "),
        },
        {"sender_name": "Tom", "timestamp_ms": JANUARY * 1000 + 30_000, "content": "x", "is_unsent": True},
        {
            "sender_name": "Tom",
            "timestamp_ms": JANUARY * 1000 + 20_000,
            "content": "Tom called you.",
            "call_duration": 9,
        },
        {"sender_name": broken("Zoë"), "timestamp_ms": JANUARY * 1000, "content": broken("“Supper”")},
    ],
    "title": broken("Zoë"),
    "thread_path": "inbox/zoe_1",
}
ENCRYPTED = {
    "participants": ["Zoë", "Tom"],
    "threadName": "Zoë_1",
    "messages": [
        {"isUnsent": False, "media": [], "senderName": "Tom", "text": "Schön 💛", "timestamp": JANUARY * 1000 + 60_000},
        {
            "isUnsent": False,
            "media": [{"uri": "./media/k.jpg"}],
            "senderName": "Zoë",
            "text": "",
            "timestamp": JANUARY * 1000,
        },
    ],
}


def test_messages_of_facebook_are_mended_and_counted_from_the_oldest() -> None:
    items = read(Messenger(), json.dumps(FACEBOOK), "message_1.json")
    assert [
        (letter.author, letter.date, letter.text, letter.place) for letter in items if isinstance(letter, Letter)
    ] == [
        ("Tom", "2020-01-01T12:01:00", "Schön 💛", 1),
        ("Zoë", "2020-01-01T12:00:00", "“Supper”", 0),
    ]
    assert {letter.conversation for letter in items if isinstance(letter, Letter)} == {"Zoë"}
    assert left_out(items) == {MEDIA: 1, REACTION: 1, DELETED: 1, NOTICE: 1}


def test_encrypted_chats_of_facebook_are_read_as_they_stand() -> None:
    items = read(
        Messenger(), zipped({"Zoë_1.json": b"", "messages/Zoe_1.json": json.dumps(ENCRYPTED).encode()}), "a.zip"
    )
    assert said(items) == [("Tom", "2020-01-01T12:01:00", "Schön 💛")]
    lone = read(Messenger(), json.dumps(ENCRYPTED, ensure_ascii=False), "Zoe_1.json")
    assert said(lone) == said(items)
    assert left_out(lone) == {MEDIA: 1}


def test_the_parts_of_a_chat_in_a_zip_are_one_conversation() -> None:
    older = {**FACEBOOK, "messages": [{"sender_name": "Tom", "timestamp_ms": 1000, "content": f"{n}"} for n in (2, 1)]}
    inbox = "your_facebook_activity/messages/inbox/zoe_1"
    content = zipped(
        {
            f"{inbox}/message_2.json": json.dumps(older).encode(),
            f"{inbox}/message_1.json": json.dumps(FACEBOOK).encode(),
            "your_facebook_activity/messages/photos/k.jpg": b"jpeg",
        }
    )
    assert Messenger().knows(File.of("a.zip", content))
    items = read(Messenger(), content, "a.zip")
    assert [(letter.text, letter.place) for letter in items if isinstance(letter, Letter)] == [
        ("Schön 💛", 3),
        ("“Supper”", 2),
        ("2", 1),
        ("1", 0),
    ]
    assert attached(items) == [("k.jpg", "Tom", "2020-01-01T12:00:50")]


# iMessage

SCHEMA = """
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT);
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, chat_identifier TEXT, display_name TEXT);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
CREATE TABLE message (ROWID INTEGER PRIMARY KEY, text TEXT, attributedBody BLOB, date INTEGER, is_from_me INTEGER,
    handle_id INTEGER, item_type INTEGER DEFAULT 0, associated_message_type INTEGER DEFAULT 0);
INSERT INTO handle VALUES (1, '+15550100');
INSERT INTO chat VALUES (1, '+15550100', ''), (2, 'chat77', 'Home');
"""
SINCE_2001 = JANUARY - 978307200


def archived(text: str, mutable: bool = False) -> bytes:
    """An NSAttributedString as typedstream writes it."""
    raw = text.encode()
    length = bytes([len(raw)]) if len(raw) < 128 else b"\x81" + len(raw).to_bytes(2, "little")
    kind = (
        b"\x84\x84\x0fNSMutableString\x01\x84\x84\x08NSString\x01\x95" if mutable else b"\x84\x84\x08NSString\x01\x94"
    )
    return (
        b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92"
        + kind + b"\x84\x01+" + length + raw + b"\x86\x84\x02iI\x01\x05\x92\x84\x84\x84\x0cNSDictionary\x00"
    )  # fmt: skip


def database(tmp_path: Path, rows: list[tuple[object, ...]], schema: str = SCHEMA) -> bytes:
    path = tmp_path / "chat.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as made:
        made.executescript(schema)
        for chat, *row in rows:
            cursor = made.execute("INSERT INTO message VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row)
            made.execute("INSERT INTO chat_message_join VALUES (?, ?)", (chat, cursor.lastrowid))
    made.close()
    return path.read_bytes()


def test_the_database_of_messages_is_read(tmp_path: Path) -> None:
    content = database(
        tmp_path,
        [
            (1, "Supper is ready", None, SINCE_2001, 0, 1, 0, 0),
            (1, None, archived("In a minute 💛"), (SINCE_2001 + 60) * 10**9, 1, 0, 0, 0),
            (1, None, archived("long " * 60, mutable=True), (SINCE_2001 + 120) * 10**9, 1, 0, 0, 0),
            (1, "\ufffc", None, (SINCE_2001 + 180) * 10**9, 0, 1, 0, 0),
            (1, "Loved “Supper”", None, (SINCE_2001 + 180) * 10**9, 0, 1, 0, 2000),
            (2, None, None, (SINCE_2001 + 180) * 10**9, 0, 1, 2, 0),
            (2, "'); DROP TABLE message; --", None, (SINCE_2001 + 240) * 10**9, 0, 1, 0, 0),
        ],
    )
    assert IMessage().knows(File.of("chat.db", content))
    items = read(IMessage(), content, "chat.db")
    assert said(items) == [
        ("+15550100", "2020-01-01T12:00:00", "Supper is ready"),
        (ME, "2020-01-01T12:01:00", "In a minute 💛"),
        (ME, "2020-01-01T12:02:00", ("long " * 60).strip()),
        ("+15550100", "2020-01-01T12:04:00", "'); DROP TABLE message; --"),
    ]
    assert [letter.conversation for letter in items if isinstance(letter, Letter)] == ["+15550100"] * 3 + ["Home"]
    assert left_out(items) == {MEDIA: 1, REACTION: 1, NOTICE: 1}
    assert read(IMessage(), content, "chat.db") == items


def test_a_database_that_is_written_through_a_log_is_read_where_it_lies_and_in_memory(tmp_path: Path) -> None:
    database(tmp_path, [(1, "Supper is ready", None, SINCE_2001, 0, 1, 0, 0)])
    path = tmp_path / "chat.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode = WAL")
    made.close()
    content = path.read_bytes()
    in_memory, in_place = read(IMessage(), content, "chat.db"), list(IMessage().read(File.on_disk(path)))
    assert said(in_memory) == [("+15550100", "2020-01-01T12:00:00", "Supper is ready")]
    assert in_place == in_memory
    assert [each.name for each in tmp_path.iterdir()] == ["chat.db"]
    assert path.read_bytes() == content


def test_an_older_database_without_chats_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sms.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE message (ROWID INTEGER PRIMARY KEY, text TEXT, date INTEGER, is_from_me INTEGER)")
        made.execute("INSERT INTO message VALUES (1, 'hello', ?, 0)", (SINCE_2001,))
    made.close()
    assert said(read(IMessage(), path.read_bytes())) == [(NOBODY, "2020-01-01T12:00:00", "hello")]


def test_a_view_in_place_of_the_messages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    with sqlite3.connect(path) as made:
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
        made.execute(f"CREATE VIEW message AS {endless} SELECT x AS text, x AS date, 0 AS is_from_me FROM n")
    made.close()
    assert not IMessage().knows(File.of("chat.db", path.read_bytes()))
    with pytest.raises(BadText, match=r"chat\.db is no database of messages"):
        read(IMessage(), path.read_bytes(), "chat.db")


EXPORTED = """\
Jan 01, 2020 12:00:00 PM
+15550100
Supper is ready

and cold by now

Jan 01, 2020 12:01:00 PM (Read by them after 1 minute)
Me
In a minute
    Jan 01, 2020 12:02:00 PM
    +15550100
    You said that

Jan 01, 2020 12:02:00 PM
+15550100
You said that
This message responded to an earlier message.

Jan 01, 2020 12:03:00 PM
Me
/Users/me/Library/Messages/Attachments/aa/IMG_1.heic
Tapbacks:
Loved by +15550100

Jan 01, 2020 12:04:00 PM You renamed the conversation to Home

Jan 01, 2020 12:05:00 AM
Me
Jan 01, 2020 12:05:00 AM Good nihgt
Edited 5 seconds later: Good night
"""


def test_the_text_of_imessage_exporter_is_read() -> None:
    assert IMessageText().knows(File.of("a.txt", EXPORTED.encode()))
    items = read(IMessageText(), EXPORTED, "+15550100.txt")
    assert said(items) == [
        ("+15550100", "2020-01-01T12:00:00", "Supper is ready\n\nand cold by now"),
        (ME, "2020-01-01T12:01:00", "In a minute"),
        ("+15550100", "2020-01-01T12:02:00", "You said that"),
        (ME, "2020-01-01T00:05:00", "Good night"),
    ]
    assert left_out(items) == {REPLY_AGAIN: 1, NOTICE: 2, MEDIA: 1, REACTION: 1, EARLIER: 1}


# SMS

PICTURE = base64.b64encode(b"jpeg").decode()
SMS = f"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup & Restore v10.05.602-->
<?xml-stylesheet type="text/xsl" href="sms.xsl"?>
<smses count="5" backup_set="x">
  <sms protocol="0" address="+15550100" date="{JANUARY}000" type="1" contact_name="Ann"
    body="Supper &#55357;&#56475; is ready&#10;now" />
  <sms protocol="0" address="+15550100" date="{JANUARY + 60}000" type="2" body="In a minute" contact_name="Ann" />
  <sms protocol="0" address="+15550100" date="{JANUARY + 90}000" type="3" body="never" contact_name="Ann" />
  <sms protocol="0" address="+15550199" date="x" type="1" body="half &#55357; and &#0;" contact_name="(Unknown)" />
  <mms date="{JANUARY + 120}000" msg_box="1" address="+15550100" contact_name="Ann"><parts>
    <part seq="-1" ct="application/smil" text="&lt;smil/&gt;" />
    <part seq="0" ct="image/jpeg" name="null" cl="k.jpg" text="null" data="{PICTURE}" />
    <part seq="0" ct="text/plain" text="the kettle" /></parts></mms>
  <mms date="{JANUARY + 180}000" msg_box="1" address="+15550100~+15550101" contact_name="Ann, Eve"><parts>
    <part seq="0" ct="text/plain" text="hello both" /></parts>
    <addrs><addr address="+15550101" type="137" /><addr address="+15550100" type="151" /></addrs></mms>
</smses>
"""


def test_comments_before_a_backup_of_sms_are_passed_over_however_many() -> None:
    comments = '<?xml version="1.0"?>\n' + "<!-- made by -->" * 1_000 + "<?xml-stylesheet type='text/xsl'?>\n"
    with guarded():
        assert Sms().knows(File.of("sms.xml", f"{comments}<smses>".encode()))
        assert not Sms().knows(File.of("sms.xml", f"{comments}<calls>".encode()))


def test_a_backup_of_sms_is_read_with_its_pictures() -> None:
    assert Sms().knows(File.of("sms.xml", SMS.encode()))
    items = read(Sms(), SMS, "sms.xml")
    assert said(items) == [
        ("Ann", "2020-01-01T12:00:00", "Supper 💛 is ready\nnow"),
        (ME, "2020-01-01T12:01:00", "In a minute"),
        ("+15550199", None, "half \ufffd and \ufffd"),
        ("Ann", "2020-01-01T12:02:00", "the kettle"),
        ("+15550101", "2020-01-01T12:03:00", "hello both"),
    ]
    assert attached(items) == [("k.jpg", "Ann", "2020-01-01T12:02:00")]
    assert left_out(items) == {UNSENT: 1}
    assert [letter.place for letter in items if isinstance(letter, Letter)] == [0, 1, 0, 2, 0]


@pytest.mark.parametrize("chunk", [600, 1_024, 65_536])
def test_what_was_sent_is_read_from_its_place_in_the_backup(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr("data.importers.sms.CHUNK_BYTES", chunk)
    contents = [bytes([number]) * size for number, size in enumerate((749, 750, 3_000, 100_000, 5))]
    parts = "".join(f'<part ct="image/jpeg" cl="{n}.jpg" data="{_lined(each)}" />' for n, each in enumerate(contents))
    text = """<part ct="text/plain" text='he said " data="' />"""
    items = read(Sms(), f'<smses><mms msg_box="1" address="1">{parts}{text}</mms><sms type="2" body="ok"/></smses>')
    assert [item.file.opened().read() for item in items if isinstance(item, Attachment)] == contents
    assert [words for _, _, words in said(items)] == ['he said " data="', "ok"]


def _lined(content: bytes) -> str:
    """As some backups write it: a line's end now and then."""
    whole = base64.b64encode(content).decode()
    return "&#10;".join(whole[start : start + 1_520] for start in range(0, len(whole), 1_520))


def test_a_backup_of_sms_that_ends_within_a_picture_is_damaged() -> None:
    whole = f'<smses><mms msg_box="1"><part ct="image/jpeg" data="{_lined(bytes(9_000))}"/></mms></smses>'
    with pytest.raises(BadText, match="is damaged"):
        read(Sms(), whole[:5_000])
    assert not attached(read(Sms(), '<smses><mms><part ct="image/jpeg" data="@9-3"/></mms></smses>'))


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY b "bomb"><!ENTITY c "&b;&b;&b;&b;">]><smses><sms body="&c;" type="1"/></smses>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><smses><sms body="x" type="1"/></smses>',
    ],
)
def test_entities_are_refused(head: str) -> None:
    with pytest.raises(BadText, match="declares entities"):
        read(Sms(), head)


@pytest.mark.parametrize("at", range(60, 110))
def test_a_character_in_two_halves_is_mended_wherever_the_file_is_cut_into_pieces(
    monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr("data.importers.sms.CHUNK_BYTES", at)
    whole = "💛" * 20
    halves = "".join(f"&#{half};" for half in (0xD83D, 0xDC9B)) * 20
    assert said(read(Sms(), f'<smses><sms type="2" body="{halves}"/></smses>'))[0][2] == whole


# All of them

EVERY: dict[str, tuple[Callable[[], Importer], bytes]] = {
    "telegram": (Telegram, json.dumps(CHAT).encode()),
    "messenger": (Messenger, json.dumps(FACEBOOK).encode()),
    "messenger-encrypted": (Messenger, json.dumps(ENCRYPTED).encode()),
    "imessage-text": (IMessageText, EXPORTED.encode()),
    "sms": (Sms, SMS.encode()),
}


@pytest.mark.parametrize("name", EVERY)
def test_each_is_known_by_its_own_importer_alone(name: str) -> None:
    content = EVERY[name][1]
    known = {kind.__name__ for kind, _ in EVERY.values() if kind().knows(File.of("a", content))}
    assert known == {EVERY[name][0].__name__}


@pytest.mark.parametrize("name", EVERY)
@given(cut=st.integers(0, 5000), data=st.binary(max_size=20))
def test_broken_exports_are_read_or_refused(name: str, cut: int, data: bytes) -> None:
    kind, whole = EVERY[name]
    place = cut % len(whole)
    for content in (data, whole[:place] + data, whole[:place] + data + whole[place:]):
        kind().knows(File.of("a", content))
        with suppress(BadText):
            read(kind(), content)


@settings(max_examples=40)  # each writes a database
@given(cut=st.integers(0, 40_000), data=st.binary(min_size=1, max_size=20))
def test_a_broken_database_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, cut: int, data: bytes) -> None:
    whole = database(tmp_path_factory.getbasetemp(), [(1, "a", archived("b"), SINCE_2001, 0, 1, 0, 0)])
    place = cut % len(whole)
    for content in (whole[:place], whole[:place] + data + whole[place + len(data) :]):
        IMessage().knows(File.of("a", content))
        with suppress(BadText):
            read(IMessage(), content)


@pytest.mark.parametrize("kind", [Telegram, Messenger])
@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"messages": 1}',
        '{"messages": []}',
        '{"messages": [[1], null, "x", {"date": 5, "text": {"a": []}, "type": "message", "timestamp_ms": 1e300}]}',
        "[]",
        "",
    ],
)
def test_json_that_is_no_chat_is_read_or_refused(kind: type[Importer], content: str) -> None:
    with suppress(BadText):
        assert not said(read(kind(), content))


texts = st.text(
    st.one_of(st.sampled_from("\n:[]<>&'\"💛\u200f"), st.characters(exclude_categories=["Cc"])),
    min_size=1,
    max_size=50,
)


@given(words=st.lists(texts, min_size=1, max_size=5))
def test_every_text_comes_back_or_is_counted(words: list[str]) -> None:
    whole = [text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip() for text in words]
    chats: list[tuple[Importer, str]] = [
        (Telegram(), json.dumps({**CHAT, "messages": [told(text) for text in words]})),
        (Messenger(), json.dumps({**FACEBOOK, "messages": [{"content": broken(text)} for text in reversed(whole)]})),
        (Sms(), "".join(f'<sms type="2" body={quoteattr(text)}/>' for text in whole).join(("<smses>", "</smses>"))),
    ]
    for importer, content in chats:
        items = read(importer, content.encode("utf-8", "replace"))
        kept = [text for _, _, text in said(items)]
        assert len(kept) + sum(left_out(items).values()) == len(words)
        if not left_out(items) and not isinstance(importer, Telegram):
            assert sorted(kept) == sorted(whole)
