"""What the chats of every messenger have in common: who is who, what is counted, what the hour was. Knows no format."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from data.errors import NoChat
from data.importers.imported import LeftOut
from data.types import Letter

ME = "me"  # whoever made the export, where it marks them ("Me", "我", a flag) rather than names them
NOBODY = "unknown"  # whoever wrote what an export gives no name for: a deleted account, a hidden number

WORDLESS = "a message without words"
NOTICE = "a note by the messenger, not by a person"
MEDIA = "a photo, voice note or other file that is not in this export"
VOICE = "a voice message that the export does not hold"
NOT_TEXT = "a message of another kind: a link, a transfer, a call, a sticker"
DELETED = "a message that was deleted"
FORWARDED = "a forwarded message: its words are somebody else's"
REACTION = "a reaction to a message"
QUOTED = "a quotation of an earlier message"
BEFORE = "a line before the first message"

# What exporters write in the place of what is no text: [语音] 12秒, [Voice message] 0:12, [位置] 苏州.
LONGEST_SIGN_CHARS = 400
_UNIT = r"(?:秒钟?|分钟?|['’\"”″]{1,2}|s(?:ec(?:ond)?s?)?|[KMG]?B)"
_LENGTH = rf"(?:\s*[(（]?\s*(?:\d{{1,2}}:\d\d(?::\d\d)?|\d+(?:\.\d+)?\s*{_UNIT})\s*[)）]?)*"
_VOICE_SIGN = r"语音消息|语音|語音訊息|語音|音频|录音|voice(?:\s(?:message|note|msg))?|audio(?:\smessage)?|ptt"
_MEDIA_SIGN = (
    r"图片|圖片|照片|相片|小视频|短视频|视频|影片|动画表情|動畫表情|自定义表情|表情包|表情|动态图|贴图|貼圖|贴纸|"
    r"photo|picture|image|video(?:\smessage)?|gif|(?:animated\s)?sticker|emoji|media"
)
_OTHER_SIGN = (
    r"语音通话|視訊通話|视频通话|语音/视频通话|视频/语音通话|通话|未接来电|文件|檔案|链接|連結|分享|实时位置共享|位置共享|"
    r"地理位置|位置|个人名片|名片|联系人|转账|轉賬|红包|紅包|收款|音乐分享|音乐|小程序|视频号|聊天记录|合并转发|笔记|群公告|"
    r"接龙|投票|拍一拍|卡片|公众号|直播|礼物|不支持的消息类型|file|document|link|(?:live\s)?location|contact(?:\scard)?|"
    r"transfer|red\s(?:packet|envelope)|(?:missed\s)?(?:(?:voice|video)\s)?call|poll|music|mini\sprogram|chat\shistory|card|"
    r"attachment|unsupported\smessage"
)
_SIGNS = (
    (
        VOICE,
        re.compile(
            rf"[\[【](?:{_VOICE_SIGN})(?:[\s:：,，]?[^\]】\n\w]{{0,5}}\d[^\]】\n]{{0,20}})?[\]】]{_LENGTH}",
            re.IGNORECASE,
        ),
    ),
    (MEDIA, re.compile(rf"[\[【](?:{_MEDIA_SIGN})(?:[\s:：][^\]】\n]{{0,200}})?[\]】]{_LENGTH}", re.IGNORECASE)),
    (
        NOT_TEXT,
        re.compile(rf"[\[【](?:{_OTHER_SIGN})(?:[\s:：][^\]】\n]{{0,200}})?[\]】][^\n]{{0,200}}", re.IGNORECASE),
    ),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Chat:
    """One conversation while it is read: gives its messages their places, and counts what is no message."""

    def __init__(self, file: str, name: str | None, left_out: Counter[str] | None = None) -> None:
        self.name = name
        self.left_out = Counter[str]() if left_out is None else left_out
        self._file = file
        self._place = 0

    def message(self, author: str | None, date: str | None, text: str) -> Iterator[Letter]:
        """One message, or none where it holds no words; that is counted."""
        words = worded(text)
        if reason := WORDLESS if not unmarked(words) else sign(words):
            self.left_out[reason] += 1
            return
        yield Letter(self._file, words, date, "message", named(author), self.name, self._place)
        self._place += 1

    def ended(self) -> Iterator[LeftOut]:
        """What was counted. Raises `BadText` where there was nothing at all."""
        if not self._place and not self.left_out:
            raise NoChat(f"{self._file} holds no message: choose another export", file=self._file)
        yield from counted(self.left_out)


def sign(text: str) -> str | None:
    """Why a message is nobody's words but an exporter's sign for something else; None where it is somebody's."""
    plain = unmarked(text)
    if plain[:1] not in {"[", "【"} or len(plain) > LONGEST_SIGN_CHARS:
        return None
    return next((reason for reason, form in _SIGNS if form.fullmatch(plain)), None)


def counted(left_out: Counter[str]) -> Iterator[LeftOut]:
    """What was left out, by its reason."""
    for reason, count in left_out.items():
        if count:
            yield LeftOut(count, reason)


@lru_cache(maxsize=1_000)  # few names speak in a million messages
def named(author: str | None) -> str:
    """A name as it can be shown and compared; never empty, for a letter without an author is the person's own."""
    return " ".join(unmarked(worded(author or "")).split()) or NOBODY


def worded(text: str) -> str:
    """What can be kept: whole characters, plain line ends, no control characters, no white space around it."""
    try:
        text.encode()
    except UnicodeEncodeError:  # halves of a character, which JSON can hold
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def unmarked(text: str) -> str:
    """Without the invisible marks that say which way a text runs."""
    return (text if text.isascii() else _MARKS.sub("", text)).strip()


def at(seconds: float) -> str | None:
    """The hour of a moment (seconds since 1970) by this machine's clock: the export tells no other. To the second."""
    try:
        return datetime.fromtimestamp(seconds).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return None


def on(year: int, month: int, day: int, hour: int, minute: int, second: int | None = None) -> str | None:
    """ISO 8601 to the minute or second; None where there is no such hour."""
    try:
        moment = datetime(year, month, day, hour, minute, second or 0)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="minutes" if second is None else "seconds")
