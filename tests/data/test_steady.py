"""Files that were made to be slow: each importer's time must grow with the length of a text, not with its square."""

from __future__ import annotations

from collections import deque
from contextlib import suppress

import pytest

from data.errors import BadPicture, BadText
from data.importers import IMPORTERS
from data.importers.imported import File, Importer
from tests.data.steady import guarded

TIMES = 20_000

PIECES = (
    " ", "\n", "\t\n", "\u3000", "\u200e", "a ", "a:", "1.", "<", "<a ", "<a b='", "</a", "<!--", "<!-- -->", "<?x?>",
    "<![CDATA[", '<div class="msg"', "&", "&#55357;", "[", "{", '[{"type":', "【", "「", "“", "：", "：a\n", "* ", "# ",
    "> ", "--", "= ", "=?", "From ", "x@",
)  # fmt: skip
BEGINNINGS = {
    "nothing": "",
    "letter": "Dear Ann,\n",
    "heading": "# a",
    "introduction": "Born: Hull\nWork: the port\nBorn",
    "whatsapp": "12/05/2020, 21:05 - Ann: ok",
    "wechat's text": "2020-05-12 21:05:00 Ann\nok",
    "wechat's text of iOS": "Ann (2020-05-12 21:05:00):ok",
    "wechat's page": "<html><title>微信聊天记录</title>",
    "wechat's data": "<html><script>var chatMessages=[{type:1,text:'",
    "mail": "From: a@b.de\nDate: Tue, 12 May 2020 21:05:00 +0000\nSubject: x\nContent-Type: text/html\n\n",
    "captions": "1\n00:00:01,000 --> 00:00:02,000\nok",
    "sms": "<smses>",
}


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_what_repeats_without_end_is_read_or_refused(importer: Importer, beginning: str) -> None:
    for piece in PIECES:
        file = File.of("a.txt", f"{beginning}{piece * TIMES}a".encode())
        with guarded(), suppress(BadText, BadPicture):
            if importer.knows(file) or not beginning:
                deque(importer.read(file), maxlen=0)
