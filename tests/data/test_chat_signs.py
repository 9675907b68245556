"""What exporters write in the place of what is no text is nobody's words."""

from __future__ import annotations

import pytest

from data.importers import LeftOut, importer_for
from data.importers.chat import MEDIA, NOT_TEXT, VOICE, sign
from data.importers.imported import File
from data.types import Letter


@pytest.mark.parametrize(
    "text", ["[语音] 12秒", "[语音]", '[语音 12"]', "[Voice message] 0:12", "[Audio] (0:12)", "【语音】8''"]
)
def test_a_voice_message_that_is_not_there_is_counted(text: str) -> None:
    assert sign(text) == VOICE


@pytest.mark.parametrize("text", ["[图片]", "[动画表情]", "[Sticker]", "[Photo] 1.2 MB", "[视频] 0:34", "[表情]"])
def test_so_is_a_picture(text: str) -> None:
    assert sign(text) == MEDIA


@pytest.mark.parametrize(
    "text",
    ["[位置]", "[位置] 苏州市平江路", "[转账] ¥200.00", "[红包] 恭喜发财", "[视频通话] 03:12", "[Missed voice call]"],
)
def test_so_is_any_other_kind(text: str) -> None:
    assert sign(text) == NOT_TEXT


@pytest.mark.parametrize(
    "text", ["[微笑]", "[图片] 你看这朵花", "语音", "[Photo] of the garden, look", "[语音学] 很难", "[sic] they wrote"]
)
def test_words_are_words(text: str) -> None:
    assert sign(text) is None


def test_signs_in_plain_talk_are_left_out_too() -> None:
    talk = "小雨：你到家了吗\n外婆：[语音] 12秒\n外婆：到了\n小雨：好\n"
    items = list(importer_for(file := File.of("a.txt", talk.encode())).read(file))
    assert [item.text for item in items if isinstance(item, Letter)] == ["你到家了吗", "到了", "好"]
    assert [item for item in items if isinstance(item, LeftOut)] == [LeftOut(1, VOICE)]
