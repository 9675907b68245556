"""What the usual exporters of WeChat write: tables (CSV), plain text and pages (HTML). WeChat itself exports nothing.

    MemoTrace 1 to 2   localId,TalkerId,Type,…,IsSender,…  ·  time name / text / blank line  ·  a page of JavaScript
    MemoTrace 3 and 4  消息ID,类型,发送人,时间,内容,…           ·  the same text                  ·  a page of JSON
    PyWxDump, WeFlow   id,MsgSvrID,type_name,is_sender,…   ·  time 'name' / text
    WechatExporter     name (time):text, with notices between  ·  a page of `div class="msg"`

Whoever made the export is `me` where it flags them, or calls them 我; elsewhere they have their name.
"""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime

from data.errors import NoChat
from data.importers.chat import BEFORE, ME, MEDIA, NOT_TEXT, NOTICE, QUOTED, Chat, at
from data.importers.imported import File, Item
from data.importers.lines import lines, pieces
from data.importers.text import opening
from data.types import Letter

FIELD_CHARS = 1_000_000  # of a table; what WeChat keeps of a shared article is longer than csv's own 131,072
HELD_CHARS = 2_000_000  # of a page, at most, while one message is gathered
LONGEST_END_CHARS = len("</script")
TITLE_CHARS = 200  # of a page, kept while the beginning of its messages is looked for

BLOCKS_LOOKED_AT = 20  # at the beginning of a text, by which it is told

_WE = frozenset({"我", "我自己"})
_TIME = r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?)"
_HEAD = re.compile(rf"{_TIME} (?P<name>\S.{{0,99}})$")
_TIME_ALONE = re.compile(rf"{_TIME}$")
_IOS_HEAD = re.compile(rf"(?P<name>[^\n]{{0,99}}?) ?\({_TIME}\): ?(?P<text>.*)$")
_IOS_NOTICE = re.compile(
    r"系统消息[:：]|.{0,60}撤回了一条消息|.{0,60}recalled a message|.{0,80}拍了拍|.{0,80}加入了?群聊|"
    r".{0,60}领取了.{0,30}红包|"
    r"以上是打招呼的内容|你已添加了.{0,60}现在可以开始聊天了|收到红包，请在手机上查看"
)
_IOS_TITLE = re.compile(r".* - 微信聊天记录$")
_QUOTE_BELOW = re.compile(r"\n引用[:：].*\Z", re.DOTALL)
_QUOTE_ABOVE = re.compile(r"\A「.*?」\n(?:- ?){5,}\n", re.DOTALL)

_TEXT_TYPES = frozenset({"1", "文本", "文字", "text", "引用消息", "引用回复", "引用", "引用文本", "quote"})
_QUOTE_TYPE = "244813135921"  # 57 << 32 | 49: a reply, in MemoTrace 4
_SYSTEM_TYPES = frozenset({"0", "10000", "系统消息", "系统通知", "system", "拍一拍", "撤回", "撤回消息"})
_MEDIA_TYPES = frozenset(
    {"3", "34", "43", "47", "图片", "语音", "视频", "动画表情", "表情包", "文件"}
    | {"image", "voice", "video", "emoji", "file"}
)

_ROWS = {  # by the first cells of a table's head: the names of its cells
    "localId,": ("Type", "IsSender", "StrTime", "StrContent", ("Remark", "NickName", "Sender")),
    "消息ID,": ("类型", "", "时间", "内容", ("发送人", "备注", "昵称")),
    "id,MsgSvrID,": ("type_name", "is_sender", "CreateTime", "msg", ("talker", "room_name")),
}

_PAGE_OF_DATA = re.compile(r"\[\s*\{\s*\"?type\"?\s*:")
_TOKEN = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[{}\]]"
    r"|(?P<cut>(?:'(?:[^'\\]|\\.)*|\"(?:[^\"\\]|\\.)*)\\?\Z)",  # a text whose end is still to come
    re.DOTALL,
)
_PAIR = re.compile(r"(\w+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(-?[\d.]+|true|false))", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_PART = re.compile(
    r"(?P<comment><!--)|<(?P<end>/?)(?P<tag>[a-zA-Z][^\s/<>]*+)(?P<rest>[^<>]*+)>|<[!?/][^<>]*+>"
    r"|(?P<words>[^<]++|<(?=[^a-zA-Z/!?]|[^<>]++<))"  # a bracket that begins no tag; one that may is waited for
)
_CLASS = re.compile(r"(?<![\w-])class\s*+=\s*+(?P<mark>[\"'])(?P<names>.*?)(?P=mark)", re.IGNORECASE | re.DOTALL)
_UNSEEN = {
    "comment": re.compile("-->"),
    "script": re.compile("(?=</script)", re.IGNORECASE),
    "style": re.compile("(?=</style)", re.IGNORECASE),
}
_BREAK = re.compile(r"<br\s*/?>")
_TITLE = re.compile(r"<title>([^<]{1,100})</title>")


class WeChat:
    """Reads .csv, .txt and .html."""

    name = "wechat"

    def knows(self, file: File) -> bool:
        """By the head of a table, the first messages of a text, or the beginning of a page."""
        return _reader(opening(file)) is not None

    def read(self, file: File) -> Iterator[Item]:
        """Each message, and what was none. Raises `BadText`."""
        reader = _reader(opening(file))
        if reader is None:
            raise NoChat(
                f"{file.name} is no export of WeChat that is known: export the chat as CSV or TXT", file=file.name
            )
        chat = Chat(file.name, re.sub(r"(?:_utf8)?\.(?:csv|txt|html?)$", "", file.name))
        yield from reader(file, chat)
        yield from chat.ended()


Reader = Callable[[File, Chat], Iterator[Letter]]


def _reader(text: str) -> Reader | None:
    """Who reads a text that begins so."""
    if any(text.removeprefix("\ufeff").startswith(head) for head in _ROWS):
        return _table
    if re.match(r"\s*<(?:!doctype html|html)", text, re.IGNORECASE):
        if _PAGE_OF_DATA.search(text) or re.search(r"is_send|chatMessages|memotrace|留痕", text, re.IGNORECASE):
            return _page_of_data
        is_page = re.search(r"<div class=\"msg [^>]*msgid=|微信聊天记录</title>|class=\"dont-break-out", text)
        return _page_of_messages if is_page else None
    held = [line for line in text.split("\n") if line.strip()][:3]
    if any(_IOS_HEAD.match(line) for line in held):
        return _ios_text
    blocks = [block.strip("\n") for block in text.split("\n\n") if block.strip()][:BLOCKS_LOOKED_AT]
    return _text if sum(map(_is_block, blocks)) > len(blocks) / 2 else None


def _is_block(block: str) -> bool:
    """Whether this is a time, a name and a text below them."""
    head, _, body = block.partition("\n")
    seconds = _HEAD.match(head) or _TIME_ALONE.match(head)
    return bool(seconds and seconds["time"].count(":") == 2 and body.strip() and not _HEAD.match(body.split("\n")[0]))


# Tables


def _table(file: File, chat: Chat) -> Iterator[Letter]:
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_CHARS))
    rows = csv.DictReader(f"{line}\n" for line in lines(file))
    try:
        head = ",".join(rows.fieldnames or ())
        kind, sender, when, what, whose = next(names for begun, names in _ROWS.items() if head.startswith(begun))
        what = what if what in (rows.fieldnames or ()) else "content"
        for row in rows:
            cells = {key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
            author = ME if cells.get(sender) in ("1", "True", "true") else _first(cells, whose) or chat.name
            text = _cell(cells.get(what, ""))
            yield from _message(cells.get(kind, ""), author, _moment(cells.get(when, "")), text, chat)
    except (csv.Error, StopIteration) as err:
        raise NoChat(f"{file.name} is no table that can be read: export the chat anew as CSV", file=file.name) from err


def _first(cells: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((cells[name] for name in names if cells.get(name, "").strip()), None)


def _cell(text: str) -> str:
    """The words in a cell, which may hold them as JSON: {"src": …, "msg": …}."""
    if text.startswith("{"):
        try:
            held = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if isinstance(held, dict) and isinstance(held.get("msg"), str):
            return str(held["msg"])
    return text


def _message(kind: str, author: str | None, date: str | None, text: str, chat: Chat) -> Iterator[Letter]:
    """A message of a kind that the exporter tells."""
    if kind in _SYSTEM_TYPES:
        chat.left_out[NOTICE] += 1
    elif kind in _TEXT_TYPES or kind == _QUOTE_TYPE:
        yield from _words(author, date, text, chat)
    else:
        chat.left_out[MEDIA if kind in _MEDIA_TYPES else NOT_TEXT] += 1


def _words(author: str | None, date: str | None, text: str, chat: Chat) -> Iterator[Letter]:
    """What somebody wrote, without what it quotes: that is another's."""
    own = _QUOTE_ABOVE.sub("", _QUOTE_BELOW.sub("", text))
    if own != text:
        chat.left_out[QUOTED] += 1
    yield from chat.message(ME if author in _WE else author, date, own)


def _moment(told: str) -> str | None:
    """ISO 8601 as the export tells it; where it tells it for Greenwich, by this machine's clock."""
    try:
        moment = datetime.fromisoformat(told.strip().replace("/", "-"))
    except ValueError:
        return None
    if moment.tzinfo is not None:
        return at(moment.timestamp()) if 1 < moment.year < 9999 else None
    return moment.isoformat(timespec="minutes" if told.count(":") == 1 else "seconds")


# Plain text


def _text(file: File, chat: Chat) -> Iterator[Letter]:
    """Blocks of a time, a name and a text, a blank line between them."""
    head: re.Match[str] | None = None
    gathered: list[str] = []
    below_blank = True
    for line in lines(file):
        match = (_HEAD.match(line) or _TIME_ALONE.match(line)) if below_blank else None
        if match is not None and match["time"].count(":") == 2:
            yield from _block(head, gathered, chat)
            head, gathered = match, []
        elif head is not None:
            gathered.append(line)
        elif line.strip():
            chat.left_out[BEFORE] += 1
        below_blank = not line.strip()
    yield from _block(head, gathered, chat)


def _block(head: re.Match[str] | None, gathered: list[str], chat: Chat) -> Iterator[Letter]:
    if head is None:
        return
    name, text = head.groupdict().get("name"), "\n".join(gathered)
    if name is None or not text.strip():  # a notice stands beside the time, or below it
        chat.left_out[NOTICE] += 1
        return
    quoted = len(name) > 2 and name[0] == name[-1] == "'"
    yield from _words(name[1:-1] if quoted else name, _moment(head["time"]), text, chat)


def _ios_text(file: File, chat: Chat) -> Iterator[Letter]:
    """One message a line, and further lines of it below; what the messenger says stands between."""
    head: re.Match[str] | None = None
    gathered: list[str] = []
    for line in lines(file):
        match = _IOS_HEAD.match(line)
        if match is not None:
            yield from _spoken(head, gathered, chat)
            head, gathered = match, [match["text"]]
        elif _IOS_NOTICE.match(line):
            chat.left_out[NOTICE] += 1
        elif head is not None:
            gathered.append(line)
        elif title := _IOS_TITLE.match(line):
            chat.name = title[0].removesuffix(" - 微信聊天记录") or chat.name
        elif line.strip():
            chat.left_out[BEFORE] += 1
    yield from _spoken(head, gathered, chat)


def _spoken(head: re.Match[str] | None, gathered: list[str], chat: Chat) -> Iterator[Letter]:
    if head is not None:
        yield from _words(head["name"] or None, _moment(head["time"]), "\n".join(gathered), chat)


# Pages


def _page_of_data(file: File, chat: Chat) -> Iterator[Letter]:
    """Messages that the page's script shows: JSON, or JavaScript of one level."""
    for told in _objects(file, chat):
        record = _json(told) or _javascript(told)
        kind, text = record.get("type", ""), html.unescape(_BREAK.sub("\n", record.get("text", "")))
        named = html.unescape(record.get("display_name") or record.get("displayname") or "")
        author = ME if record.get("is_send") in ("1", "true", "True") else named or chat.name
        try:
            date = at(float(record.get("timestamp", "")))
        except ValueError:
            date = None
        reply = kind == "49" and record.get("sub_type") == "57"
        yield from _message("1" if reply else kind, author, date, text, chat)


def _objects(file: File, chat: Chat) -> Iterator[str]:
    """Each object of the list that holds the messages, as it is written."""
    held, begun = "", False
    for piece in pieces(file):
        held += piece
        if not begun:
            if title := _TITLE.search(held):
                chat.name = html.unescape(title[1]).strip() or chat.name
            start = _PAGE_OF_DATA.search(held)
            begun, held = start is not None, held[start.start() + 1 :] if start else held[-TITLE_CHARS:]
        if begun:
            held, found, ended = _taken(held)
            yield from found
            if ended:
                return
            if len(held) > HELD_CHARS:
                break
    raise NoChat(f"{file.name} holds no whole list of messages: export the chat anew, as CSV or TXT", file=file.name)


def _taken(held: str) -> tuple[str, list[str], bool]:
    """The whole objects that a text begins with, what is left of it, and whether the list ends there."""
    found, depth, start, after = [], 0, 0, 0
    for token in _TOKEN.finditer(held):
        mark = token[0]
        if token["cut"] is not None:
            break
        if mark == "{":
            start = start if depth else token.start()
            depth += 1
        elif mark == "}" and depth:
            depth -= 1
            if not depth:
                found.append(held[start : token.end()])
                after = token.end()
        elif mark == "]" and not depth:
            return "", found, True
    return held[after:], found, False


def _json(told: str) -> dict[str, str]:
    try:
        record = json.loads(told)
    except (ValueError, RecursionError):
        return {}
    return {key: str(value) for key, value in record.items() if isinstance(value, str | int | float)}


def _javascript(told: str) -> dict[str, str]:
    """Keys without quotation marks, texts in single ones."""
    found: dict[str, str] = {}
    for key, single, double, bare in _PAIR.findall(told):
        found.setdefault(key, bare or _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), single or double))
    return found


def _page_of_messages(file: File, chat: Chat) -> Iterator[Letter]:
    """Messages that stand in the page itself."""
    page = _Page()
    for piece in pieces(file):
        page.feed(piece)
        yield from page.letters(chat)
        if page.held_chars > HELD_CHARS:
            raise NoChat(f"{file.name} is damaged: export the chat anew, as TXT", file=file.name)
    if not page.read_any:
        raise NoChat(
            f"{file.name} shows its messages only while one scrolls: export the chat anew, as TXT", file=file.name
        )


class _Page:
    """WechatExporter's `div class="msg …"`, each with a name and a time, and its words in `dont-break-out`.

    Python's own HTML parser takes hours over some megabytes of opening brackets; here each character is met a few times
    at most.
    """

    def __init__(self) -> None:
        self.read_any = False
        self._held = ""  # the beginning of a tag whose end is still to come
        self._until: re.Pattern[str] | None = None  # the end of what nobody sees
        self._done: list[tuple[str, str, str, bool]] = []  # class, name and time, words, whether there was a quotation
        self._class = ""
        self._depth = 0  # of div in the message; 0 outside
        self._into: list[str] | None = None  # where text goes
        self._spans: list[list[str] | None] = []
        self._who: list[str] = []
        self._words: list[str] = []
        self._quotes = False

    @property
    def held_chars(self) -> int:
        """How much of the page waits for the end of a tag."""
        return len(self._held)

    def feed(self, piece: str) -> None:
        """The next stretch of the page, cut anywhere."""
        held, place = self._held + piece, 0
        while place < len(held):
            if self._until is not None:
                ended = self._until.search(held, place)
                if ended is None:
                    place = max(place, len(held) - LONGEST_END_CHARS)
                    break
                self._until, place = None, ended.end()
            part = _PART.match(held, place)
            if part is None:
                break
            place = part.end()
            self._meet(part)
        self._held = held[place:]

    def _meet(self, part: re.Match[str]) -> None:
        if part["words"] and self._into is not None:
            self._into.append(part["words"])
        elif part["comment"]:
            self._until = _UNSEEN["comment"]
        elif part["tag"]:
            tag = part["tag"].lower()
            if not part["end"]:
                self._begin(tag, part["rest"])
            if part["end"] or part["rest"].endswith("/"):
                self._end(tag)
            else:
                self._until = _UNSEEN.get(tag)

    def _begin(self, tag: str, rest: str) -> None:
        """Text goes to the name and time, to the words, or nowhere."""
        told = _CLASS.search(rest)
        names = told["names"].split() if told else []
        if tag == "div":
            if self._depth:
                self._depth += 1
                self._into = self._who if "nt-box" in names else None
            elif names[:1] == ["msg"]:
                self._depth, self._class = 1, " ".join(names)
                self._who, self._words, self._quotes, self._spans = [], [], False, []
                self._into = None
        elif tag == "span" and self._depth:
            self._spans.append(self._into)
            if "dont-break-out" in names:
                self._quotes = self._quotes or "refermsg" in names
                self._into = None if "refermsg" in names else self._words
        elif tag == "br" and self._into is not None:
            self._into.append("\n")

    def _end(self, tag: str) -> None:
        """A message ends with the div that began it."""
        if tag == "span" and self._spans:
            self._into = self._spans.pop()
        elif tag == "div" and self._depth:
            self._depth -= 1
            self._into = None
            if not self._depth:
                who, words = (html.unescape("".join(parts)) for parts in (self._who, self._words))
                self._done.append((self._class, who, words, self._quotes))

    def letters(self, chat: Chat) -> Iterator[Letter]:
        """Those that ended since the last time."""
        done, self._done = self._done, []
        for classes, who, text, quotes in done:
            self.read_any = True
            if "notice" in classes:
                chat.left_out[NOTICE] += 1
                continue
            chat.left_out[QUOTED] += quotes
            match = re.search(_TIME, who)
            name = who[: match.start()].strip() if match else who.strip()
            author = ME if re.search(r"\bright\b", classes) else name or chat.name
            if text.strip():
                yield from _words(author, _moment(match["time"]) if match else None, text, chat)
            else:
                chat.left_out[MEDIA] += 1
