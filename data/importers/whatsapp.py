"""WhatsApp's exports: the text that Android and iOS write, alone or in the zip with its photos and voice notes.

    12/3/20, 9:05 PM - Ann: text        Android; what has no name before a colon is a note of the messenger's
    [12.03.20, 21:05:10] Ann: text      iOS; its own words begin with an invisible mark, U+200E

Which of two numbers is the day is decided over the whole file: by a number above 12, else by the order that never
goes back in time. Where neither tells, a date that can be read in two ways is known by its year alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from data.errors import BadText, NoChat
from data.importers.archives import folder, is_archive
from data.importers.chat import BEFORE, DELETED, MEDIA, NOTICE, Chat, named, on, unmarked
from data.importers.imported import Attachment, File, Item
from data.importers.lines import lines
from data.importers.text import opening

Order = Literal["day", "month"]  # which comes first
ORDERS: tuple[Order, Order] = ("day", "month")

HEADS_LOOKED_AT = 20  # lines at the beginning of a file, by which it is told
NAME_CHARS = 100
FIRST_YEAR = 2000  # WhatsApp is of 2009, but clocks are wrong

_MARK = "\u200e"
_MARKS = "[\u200e\u200f\u202a-\u202e\ufeff]*"
_HALF = r"[ap]\.?\s?m\.?|[上下中]午|凌晨|早上|晚上|오전|오후|午前|午後|ص|م"
_HEAD = re.compile(
    rf"{_MARKS}(?:(?P<open>\[){_MARKS})?(?P<a>\d{{1,4}})(?P<sep>[./-])\s?(?P<b>\d{{1,2}})(?P=sep)\s?(?P<c>\d{{1,4}})\.?"
    rf"(?:[,،]\s?|\s)(?:klo\s|alle\s|à\s)?{_MARKS}(?P<before>{_HALF})?\s?"
    rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:\s?(?P<after>{_HALF}))?{_MARKS}"
    r"(?P<close>\]\s?|\s[-–]\s)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_AUTHOR = re.compile(rf"(?P<name>[^:\n]{{1,{NAME_CHARS}}}):(?: |(?={_MARK}?<)|$)(?P<text>.*)", re.DOTALL)
_AFTERNOON = re.compile(r"p|下午|晚上|오후|午後|م", re.IGNORECASE)
# Two digits of the year, capitals after an hour of twelve, nothing padded: so the United States alone write.
_AMERICAN = re.compile(r"\W*[1-9]\d?/[1-9]\d?/\d\d, [1-9]\d?:\d\d(?::\d\d)?\s[AP]M\W")
_QUOTES = (("“", "”"), ("«", "»"), ("„", "“"), ("「", "」"))

_FILE = r"(?P<file>[^\n/\\<>:：]{1,200}\.\w{2,5})"
_ATTACHED = (
    re.compile(rf"{_MARK}?<[^<>:：\n]{{2,30}}[:：]\s?{_FILE}>$", re.MULTILINE),  # iOS; its caption stands before it
    re.compile(rf"\A{_MARK}?{_FILE}\s\([^()\n]{{4,40}}\)$", re.MULTILINE),  # Android; its caption stands below it
)
_NAMED_BY_WHATSAPP = re.compile(r"(?:IMG|VID|PTT|AUD|STK|DOC|GIF)-\d{8}-WA\d+\.|\d{8}-[A-Z]+-\d{4}-\d\d-\d\d-")
_OMITTED = re.compile(
    r"(?:<[^<>\n]{0,40}(?:omitted|omess|omitid|omis|ausgeschlossen|weggelassen|weggelaten|weggelaat|omesos|省略|忽略|略過|なし|"
    r"含まれていません|제외|생략|без медиа|без файл|пропущен|dahil edilmedi|atlanmış|udeladt|utelatt|utelämna|jätet|"
    r"pominięt|vynech|elhagyva|omise|не включен|استبعاد|حذف|לא נכלל|הושמט|tidak disertakan|dikecualikan|bỏ qua|"
    r"मीडिया|não revelado|utan media)[^<>\n]{0,40}>"
    r"|(?:image|video|audio|sticker|GIF|document|photo|voice message|contact card) omitted"
    r"|(?:imagen|foto|documento|sticker|audio|vídeo|video|GIF|imagem|immagine) omit?(?:id|ess)[oa]"
    r"|(?:Bild|Video|Audio|Sticker|GIF|Dokument) weggelassen)(?=\n|\Z)",
    re.IGNORECASE,
)
_DELETED = re.compile(
    r"(?:This message was deleted|You deleted this message|Diese Nachricht wurde gelöscht"
    r"|Du hast diese Nachricht gelöscht"
    r"|Se eliminó este mensaje|Eliminaste este mensaje|Este mensaje fue eliminado|Ce message a été supprimé"
    r"|Vous avez supprimé ce message|Questo messaggio è stato eliminato|Hai eliminato questo messaggio"
    r"|(?:Esta )?mensagem (?:foi )?apagada|Você apagou esta mensagem|Данное сообщение удалено"
    r"|Вы удалили данное сообщение"
    r"|Dit bericht is verwijderd|此[消訊]息已被?[删刪]除"
    r"|[您你]已[删刪]除此[消訊]息|[您你][删刪]除了[这這][条條則][消訊]息"
    r"|このメッセージは削除されました|삭제된 메시지입니다|Bu mesaj silindi)(?: by admin .*)?[.。]?",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"null|(?:Waiting for this message|You received a view once)[^\n]*")  # where words are missing
_EDITED = re.compile(
    rf"(?:{_MARK}<[^<>\n]{{4,60}}>|<(?:This message was edited|Diese Nachricht wurde bearbeitet"
    r"|Se editó este mensaje|Ce message a été modifié|Questo messaggio è stato modificato"
    r"|已编辑此消息|已編輯此訊息|此消息已编辑)[.。]?>)\Z"
)
_CHAT_FILE = re.compile(r"_chat\.txt|.*whatsapp.*\.txt", re.IGNORECASE)
_CALLED = re.compile(
    r"\.(?:txt|zip)$|\s?\(\d+\)(?=\.\w+$)|^whatsapp[ _-]chat(?:[ _]-|[ _](?:with|mit|con))?[ _]+"
    r"|^(?:chat|conversa)[ _](?:de|do|no)?[ _]?whatsapp[ _](?:con|com|de)[ _]|^chat[ _]whatsapp[ _]con[ _]"
    r"|^discussion[ _]whatsapp[ _]avec[ _]|^чат[ _]whatsapp[ _]с[ _]|^与|的\s?whatsapp\s?[聊对對][天话話].*(?=\.)",
    re.IGNORECASE,
)


class WhatsApp:
    """Reads the .txt, and the .zip that holds it."""

    name = "whatsapp"

    def knows(self, file: File) -> bool:
        """By the first lines: one must say when, and who."""
        try:
            text = opening(_chat_in(file)[0])
        except BadText:
            return False
        held = [line for line in text.split("\n") if line.strip()][:HEADS_LOOKED_AT]
        return any((head := _head(line)) and _said(head["rest"]) for line in held)

    def read(self, file: File) -> Iterator[Item]:
        """Each message, each attachment that is in the zip, and what was neither. Raises `BadText`."""
        text, beside = _chat_in(file)
        form = _form(text)
        chat = Chat(file.name, _called(file.name if is_archive(file) else text.name))
        for entry in _entries(text, form, chat.left_out):
            yield from _items(entry, chat, beside)
        yield from chat.ended()


@dataclass(frozen=True, slots=True)
class _Form:
    """How one file writes its heads; another's, pasted into a message, is part of that message."""

    first: re.Match[str]
    order: Order | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A head with all that follows it up to the next."""

    date: str | None
    text: str


def _chat_in(file: File) -> tuple[File, dict[str, File]]:
    """The text of the chat and what lies beside it, by name. Raises `BadText`."""
    if not is_archive(file):
        return file, dict(file.beside)
    inside = folder(file)
    chats = [path for path in inside if _CHAT_FILE.fullmatch(inside[path].name)]
    if len(chats) != 1:
        raise NoChat(
            f"{file.name} holds {len(chats)} chats of WhatsApp: give a zip as WhatsApp exported it", file=file.name
        )
    place = chats[0].rpartition("/")[0]
    return inside[chats[0]], {each.name: each for path, each in inside.items() if path.rpartition("/")[0] == place}


def _called(name: str) -> str:
    """The chat's name, as the name of its export tells it."""
    called = name
    while (shorter := _CALLED.sub("", called)) != called:
        called = shorter
    return called.replace("_", " ").strip(" -") or name


def _head(line: str) -> re.Match[str] | None:
    """The beginning of a message. iOS tells seconds in brackets; Android has neither."""
    match = _HEAD.match(line)
    if match is None or bool(match["open"]) != match["close"].startswith("]"):
        return None
    if match["open"] and match["second"] is None:
        return None
    return match if _dates(match) else None


def _dates(match: re.Match[str]) -> dict[Order, str]:
    """The moment in ISO 8601 in each order in which there is such a day and hour."""
    return _moments(*match.group("a", "b", "c", "hour", "minute", "second"), match["before"] or match["after"])


@lru_cache(maxsize=1_000)  # a head is looked at more than once
def _moments(a: str, b: str, c: str, hours: str, minute: str, second: str | None, half: str | None) -> dict[Order, str]:
    hour = _hour(int(hours), half)
    seconds = None if second is None else int(second)
    days: dict[Order, tuple[int, int]]
    if len(a) == 4:
        year, days = int(a), dict.fromkeys(ORDERS, (int(b), int(c)))
    else:
        year = int(c) + 2000 if len(c) < 3 else int(c)
        days = {"day": (int(b), int(a)), "month": (int(a), int(b))}
    if hour is None or not FIRST_YEAR <= year < FIRST_YEAR + 100:
        return {}
    moments = {order: on(year, *days[order], hour, int(minute), seconds) for order in ORDERS}
    return {order: moment for order, moment in moments.items() if moment}


def _hour(hour: int, half: str | None) -> int | None:
    """Of 24; None where there is no such hour."""
    if half is None or hour > 12:
        return hour if hour < 24 else None
    if half == "中午":
        return hour if hour > 10 else hour + 12
    return hour % 12 + 12 * bool(_AFTERNOON.match(half))


def _date(match: re.Match[str], order: Order | None) -> str | None:
    """The moment; the year alone where day and month cannot be told apart."""
    dates = _dates(match)
    if order in dates:
        return dates[order]
    told = set(dates.values())
    return told.pop() if len(told) == 1 else next((date[:4] for date in told), None)


def _form(file: File) -> _Form:
    """How the whole file writes its heads. Raises `BadText` where it has none."""
    first: re.Match[str] | None = None
    sure: set[Order] = set()  # orders without which some date would be none
    back: Counter[Order] = Counter()  # how often the time would go back
    last: dict[Order, str] = {}
    for line in lines(file):
        match = _head(line)
        if match is None or (first is not None and not _alike(match, first)):
            continue
        first = first or match
        dates = _dates(match)
        if len(dates) == 1:
            sure.update(dates)
        for order, date in dates.items():
            back[order] += last.get(order, "") > date
            last[order] = date
    if first is None:
        raise NoChat(f"{file.name} is no chat of WhatsApp: export it anew from WhatsApp, as it is", file=file.name)
    return _Form(first, _order(sure, back, first))


def _order(sure: set[Order], back: Counter[Order], first: re.Match[str]) -> Order | None:
    """Which comes first, day or month; None where nothing tells."""
    if sure:
        return sure.pop() if len(sure) == 1 else None
    if first["sep"] == ".":  # nobody writes months first with full stops
        return "day"
    if bool(back["day"]) != bool(back["month"]):
        return "month" if back["day"] else "day"
    return "month" if _AMERICAN.match(first[0]) else None


def _alike(match: re.Match[str], first: re.Match[str]) -> bool:
    return match["sep"] == first["sep"] and bool(match["open"]) == bool(first["open"])


def _entries(file: File, form: _Form, left_out: Counter[str]) -> Iterator[_Entry]:
    date: str | None = None
    gathered: list[str] | None = None
    for line in lines(file):
        match = _head(line)
        if match is not None and _alike(match, form.first):
            if gathered is not None:
                yield _Entry(date, "\n".join(gathered))
            date, gathered = _date(match, form.order), [match["rest"]]
        elif gathered is not None:
            gathered.append(line)
        elif unmarked(line):
            left_out[BEFORE] += 1
    if gathered is not None:
        yield _Entry(date, "\n".join(gathered))


def _said(rest: str) -> tuple[str, str] | None:
    """Who, and what; None where it is the messenger that speaks."""
    match = _AUTHOR.match(rest)
    if match is None or not unmarked(match["name"]):
        return None
    name = match["name"]
    # `Ann changed the subject from "a: b" to "c"`: the colon stands inside a quotation.
    if name.count('"') % 2 or any(name.count(left) > name.count(right) for left, right in _QUOTES):
        return None
    return named(unmarked(name).lstrip("~\u202f ")), match["text"]


def _items(entry: _Entry, chat: Chat, beside: dict[str, File]) -> Iterator[Item]:
    said = _said(entry.text)
    if said is None:
        chat.left_out[NOTICE] += 1
        return
    author, text = said
    text = text if _ATTACHED[0].search(text) else _EDITED.sub("", text).rstrip()
    caption: str | None
    if attached := _attached(text, beside):
        name, caption = attached
        if name in beside:
            yield Attachment(beside[name], author, entry.date)
        else:
            chat.left_out[MEDIA] += 1
    elif (caption := _without_media(text)) is not None:
        chat.left_out[MEDIA] += 1
    elif reason := _wordless(text):
        chat.left_out[reason] += 1
        return
    else:
        yield from chat.message(author, entry.date, text)
        return
    if unmarked(caption):
        yield from chat.message(author, entry.date, caption)


def _attached(text: str, beside: dict[str, File]) -> tuple[str, str] | None:
    """The name of the file that was sent, and what was written to it."""
    for form in _ATTACHED:
        if (match := form.search(text)) and _is_file(match, beside):
            return unmarked(match["file"]), text[: match.start()] + text[match.end() :]
    return None


def _without_media(text: str) -> str | None:
    """What was written to something that the export left out; None where it left nothing out."""
    before, mark, last = text.rpartition(_MARK)
    if mark and _OMITTED.fullmatch(unmarked(last)):
        return before
    plain = unmarked(text)
    match = _OMITTED.match(plain)
    return None if match is None else plain[match.end() :]


def _wordless(text: str) -> str | None:
    """Why this is nobody's words; None where it is somebody's."""
    plain = unmarked(text)
    if _DELETED.fullmatch(plain):
        return DELETED
    return NOTICE if _UNSEEN.fullmatch(plain) or (text.startswith(_MARK) and plain) else None


def _is_file(match: re.Match[str], beside: dict[str, File]) -> bool:
    """Whether a file of that name was sent, rather than a sentence written that looks like one."""
    name = unmarked(match["file"])
    return name in beside or bool(_NAMED_BY_WHATSAPP.match(name)) or match[0].lstrip().startswith(_MARK)
