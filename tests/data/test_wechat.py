from __future__ import annotations

import csv
import html
import io
import json
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadText
from data.importers.chat import ME, MEDIA, NOT_TEXT, NOTICE, QUOTED, VOICE
from data.importers.imported import File, Item, LeftOut
from data.importers.wechat import WeChat
from data.types import Letter

MEMOTRACE_2 = """\
localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender
1,5,1,0,0,1419379800,3,饭好了，快来,2014-12-24 08:10:00,外公,老林,wxid_1
2,5,1,0,1,1419379860,3,"来了
等我",2014-12-24 08:11:00,我自己,豆豆,wxid_2
3,5,3,0,0,1419379870,3,<msg><img /></msg>,2014-12-24 08:11:10,外公,老林,wxid_1
4,5,10000,0,0,1419379880,3,以上是打招呼的内容,2014-12-24 08:11:20,外公,老林,wxid_1
5,5,49,5,0,1419379890,3,,2014-12-24 08:11:30,外公,老林,wxid_1
"""
MEMOTRACE_4 = """\
消息ID,类型,发送人,时间,内容,备注,昵称,更多信息
77,文本,外公,2014-12-24 08:10:00,饭好了，快来,外公,老林,more
78,引用消息,豆豆,2014-12-24 08:11:00,"来了
引用：外公: 饭好了，快来",豆豆,豆豆,more
79,语音,外公,2014-12-24 08:12:00,[语音],外公,老林,more
"""
PYWXDUMP = """\
id,MsgSvrID,type_name,is_sender,talker,room_name,content,CreateTime
1,100,文本,0,外公,外公,"{""src"": ""x"", ""msg"": ""饭好了，快来""}",2014-12-24 08:10:00
2,101,文本,1,wxid_2,外公,"{""src"": ""x"", ""msg"": ""来了""}",2014-12-24 08:11:00
"""
WEFLOW = """\
id,MsgSvrID,type_name,is_sender,talker,msg,src,CreateTime
1,100,text,0,外公,饭好了，快来,,2014-12-24T00:10:00.000Z
2,101,image,1,豆豆,图片,images/one.jpg,2014-12-24T00:11:00.000Z
"""
TXT_2 = """\
2014-12-24 08:10:00 外公
饭好了，快来

2014-12-24 08:10:30 "外公" 撤回了一条消息

2014-12-24 08:11:00 豆豆
来了

等我
引用:外公:饭好了，快来

2014-12-24 08:12:00 外公
[图片]

"""
TXT_4 = """\
2014-12-24 08:09:00
以上是打招呼的内容

2014-12-24 08:10:00 外公
饭好了，快来

2014-12-24 08:11:00 '我'
来了"""
IOS = """\
外公 - 微信聊天记录

外公 (2014-12-24 08:10:00):饭好了，快来
"外公" 撤回了一条消息
豆豆 (2014-12-24 08:11:00):来了
等我
外公 (2014-12-24 08:12:00):[语音]
外公 (2014-12-24 08:13:00):「豆豆：来了」
- - - - - - - - - - - - - - -
好
"""


@pytest.fixture(autouse=True)
def _in_hangzhou(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def read(text: str | bytes, name: str) -> list[Item]:
    file = File.of(name, text.encode() if isinstance(text, str) else text)
    return list(WeChat().read(file))


def said(items: list[Item]) -> list[tuple[str | None, str | None, str]]:
    return [(item.author, item.date, item.text) for item in items if isinstance(item, Letter)]


def left_out(items: list[Item]) -> dict[str, int]:
    return {item.reason: item.count for item in items if isinstance(item, LeftOut)}


SUPPER = ("外公", "2014-12-24T08:10:00", "饭好了，快来")


def test_the_first_table_of_memotrace_is_read() -> None:
    items = read(MEMOTRACE_2, "外公_utf8.csv")
    assert said(items) == [SUPPER, (ME, "2014-12-24T08:11:00", "来了\n等我")]
    assert left_out(items) == {MEDIA: 1, NOTICE: 1, NOT_TEXT: 1}
    assert items[0] == Letter("外公_utf8.csv", SUPPER[2], SUPPER[1], "message", "外公", "外公", 0)


def test_a_chat_of_two_is_between_me_and_whom_the_file_is_called_after() -> None:
    head = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\r\n"
    rows = "1,5,1,0,0,1,3,早,2014-12-24 08:10:00\r\n2,5,1,0,1,1,3,早啊,2014-12-24 08:10:00\r\n"
    assert [author for author, _, _ in said(read(head + rows, "外公_utf8.csv"))] == ["外公", ME]


def test_the_later_table_of_memotrace_is_read_without_what_is_quoted() -> None:
    items = read(MEMOTRACE_4, "外公.csv")
    assert said(items) == [SUPPER, ("豆豆", "2014-12-24T08:11:00", "来了")]
    assert left_out(items) == {QUOTED: 1, MEDIA: 1}


def test_the_tables_of_pywxdump_and_weflow_are_read() -> None:
    assert said(read(PYWXDUMP, "a.csv")) == [SUPPER, (ME, "2014-12-24T08:11:00", "来了")]
    items = read(WEFLOW, "a.csv")
    assert said(items) == [SUPPER]  # told for Greenwich
    assert left_out(items) == {MEDIA: 1}


def test_both_texts_of_memotrace_are_read() -> None:
    items = read(TXT_2, "外公.txt")
    assert said(items) == [SUPPER, ("豆豆", "2014-12-24T08:11:00", "来了\n\n等我")]
    assert left_out(items) == {NOTICE: 1, QUOTED: 1, MEDIA: 1}
    items = read(TXT_4, "外公.txt")
    assert said(items) == [SUPPER, (ME, "2014-12-24T08:11:00", "来了")]
    assert left_out(items) == {NOTICE: 1}


def test_the_text_of_wechatexporter_is_read_and_its_notices_are_nobodys() -> None:
    items = read(IOS, "外公.txt")
    assert said(items) == [SUPPER, ("豆豆", "2014-12-24T08:11:00", "来了\n等我"), ("外公", "2014-12-24T08:13:00", "好")]
    assert left_out(items) == {NOTICE: 1, VOICE: 1, QUOTED: 1}


def script(record: dict[str, object]) -> str:
    """An object as MemoTrace 1 and 2 write it."""

    def value(told: object) -> str:
        if not isinstance(told, str):
            return str(told)
        escaped = html.escape(told, quote=False).replace("\\", "\\\\").replace("'", r"\'").replace('"', r"\"")
        return "'" + escaped.replace("\n", r"\n").replace("\r", r"\r").replace("\t", r"\t") + "'"

    return "{ " + ",".join(f"{key}:{value(told)}" for key, told in record.items()) + "},"


def page_2(*records: dict[str, object]) -> str:
    body = "".join(script(record) for record in records)
    return (
        "<!DOCTYPE html><html><head><title>外公</title><style>.a{b:c}</style></head>"
        f"<script>const chatMessages = [\n{body}\n];\nfor (const a of [1]) {{}}</script></html>"
    )


def page_4(*records: dict[str, object]) -> str:
    body = json.dumps(
        [{k: html.escape(v) if isinstance(v, str) else v for k, v in one.items()} for one in records], indent=4
    )
    return f"<!DOCTYPE html><html><head><title>外公</title></head><script>const chatMessages = {body};</script></html>"


def test_both_pages_of_memotrace_are_read() -> None:
    items = read(
        page_2(
            {"type": 0, "text": "2014-12-24 08:10:00", "is_send": 0, "avatar_path": "", "timestamp": 1419379800},
            {"type": 1, "text": SUPPER[2], "is_send": 0, "timestamp": 1419379800, "displayname": "外公"},
            {
                "type": 49,
                "text": "来了",
                "is_send": 1,
                "sub_type": 57,
                "refer_text": "外公：饭好了",
                "timestamp": 1419379860,
            },
            {"type": 34, "text": "./voice/1.mp3", "is_send": 0, "timestamp": 1419379860, "displayname": "外公"},
        ),
        "外公.html",
    )
    assert said(items) == [SUPPER, (ME, "2014-12-24T08:11:00", "来了")]
    assert left_out(items) == {NOTICE: 1, MEDIA: 1}
    items = read(
        page_4(
            {
                "type": "1",
                "is_send": False,
                "timestamp": 1419379800,
                "display_name": "外公",
                "xml_dict": {"a": {"b": "}"}},
                "text": SUPPER[2],
            },
            {
                "type": "244813135921",
                "is_send": True,
                "timestamp": 1419379860,
                "text": "来了 <3",
                "quote_text": "外公: 饭好了",
            },
            {"type": "3", "is_send": True, "timestamp": 1419379860, "path": "./image/1.jpg"},
        ),
        "外公.html",
    )
    assert said(items) == [SUPPER, (ME, "2014-12-24T08:11:00", "来了 <3")]
    assert left_out(items) == {MEDIA: 1}


PAGE_IOS = """<!doctype html><html><head><title>外公 - 微信聊天记录</title></head><body>
<div class="msg chat-notice" msgid="0"><span class="dont-break-out">系统消息：你好</span></div>
<div class="msg {left}" msgid="1" msgtype="1"><div class="avatar-box"><img src="a.jpg" class="avatar"></div>
<div class="nt-box"><span class="{name} left">外公</span> 2014-12-24 08:10:00</div>
<div class="content-box msg"><div class="triangle"></div>
<span class="dont-break-out msg-text">饭好了，快来</span></div></div>
<div class="msg {right}" msgid="2" msgtype="1"><div class="avatar-box"><img src="b.jpg" class="avatar"></div>
<div class="nt-box"><span class="{name} right">豆豆</span> 2014-12-24 08:11:00</div>
<div class="content-box"><span class="dont-break-out refermsg msg-text">「外公：饭好了」</span><br />
<span>- - -</span><br /><span class="dont-break-out msg-text">来了 &lt;3<br />等我</span></div></div>
<div class="msg media left" msgid="3" msgtype="34">
<div class="nt-box"><span class="dspname left">外公</span> 2014-12-24 08:12:00</div>
<div class="content-box"><audio controls><source src="1.mp3"></audio></div></div>
</body></html>"""


@pytest.mark.parametrize(
    "names",
    [
        {"left": "chat-left", "right": "chat-right", "name": "name"},
        {"left": "chat left", "right": "chat right", "name": "dspname"},
    ],
)
def test_both_pages_of_wechatexporter_are_read(names: dict[str, str]) -> None:
    items = read(PAGE_IOS.format(**names), "外公.html")
    assert said(items) == [SUPPER, (ME, "2014-12-24T08:11:00", "来了 <3\n等我")]
    assert left_out(items) == {NOTICE: 1, QUOTED: 1, MEDIA: 1}


EVERY = {
    "a.csv": (MEMOTRACE_2, MEMOTRACE_4, PYWXDUMP, WEFLOW),
    "a.txt": (TXT_2, TXT_4, IOS),
    "a.html": (page_2({"type": 1, "text": "a", "timestamp": 1}), page_4({"type": "1", "text": "a"}), PAGE_IOS),
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in EVERY.items() for text in texts])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_every_form_is_known_in_every_encoding(name: str, text: str, encoding: str) -> None:
    encoded = text.replace("\n", "\r\n").encode(encoding)
    assert WeChat().knows(File.of(name, encoded))
    assert said(read(encoded, name)) == said(read(text, name))


@pytest.mark.parametrize(
    "text",
    [
        "小满：\n\n下雨了。\n\n外公\n2014-12-24",
        "2003-05-01 19:20 Supper is ready\n2003-05-01 19:25 and cold\n",
        "2003-05-01 19:20:11 Supper is ready\n2003-05-01 19:25:12 and cold\n",
        "<html><body><p>微信 is a messenger.</p></body></html>",
        "id,name\n1,Ann\n",
        "",
    ],
)
def test_nothing_else_is_taken_for_wechat(text: str) -> None:
    file = File.of("a", text.encode())
    assert not WeChat().knows(file)
    with pytest.raises(BadText):
        list(WeChat().read(file))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in EVERY.items() for text in texts])
@given(cut=st.integers(0, 3000), data=st.binary(max_size=30))
def test_broken_exports_are_read_or_refused(name: str, text: str, cut: int, data: bytes) -> None:
    raw = text.encode()
    for content in (raw[: cut % len(raw)] + data, raw[: cut % len(raw)] + data + raw[cut % len(raw) :]):
        WeChat().knows(File.of(name, content))
        with suppress(BadText):
            read(content, name)


texts = st.text(
    st.one_of(
        st.sampled_from("\n'\"{}[]\\<>&,:：「」引用好a"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u200e\u200f"),
    ),
    max_size=50,
)


@given(words=st.lists(texts, min_size=1, max_size=5))
def test_every_text_in_a_table_comes_back_or_is_counted(words: list[str]) -> None:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(
        [
            "localId",
            "TalkerId",
            "Type",
            "SubType",
            "IsSender",
            "CreateTime",
            "Status",
            "StrContent",
            "StrTime",
            "Remark",
            "NickName",
            "Sender",
        ]
    )
    for text in words:
        writer.writerow([1, 1, 1, 0, 1, 1, 1, text, "2014-12-24 08:10:00", "a", "a", "a"])
    items = read(table.getvalue(), "a.csv")
    kept = [text for _, _, text in said(items)]
    assert len(kept) + sum(left_out(items).values()) - left_out(items).get(QUOTED, 0) == len(words)
    if not left_out(items):
        assert kept == [text.strip() for text in words]


@given(words=st.lists(texts, min_size=1, max_size=5))
def test_every_text_in_a_page_comes_back_or_is_counted(words: list[str]) -> None:
    for page in (page_2, page_4):
        items = read(page(*({"type": 1, "text": text, "is_send": 0, "timestamp": 1} for text in words)), "a.html")
        kept = [text for _, _, text in said(items)]
        assert len(kept) + sum(left_out(items).values()) - left_out(items).get(QUOTED, 0) == len(words)
        if not left_out(items):
            assert kept == [text.strip() for text in words]
