"""A conversation in the terminal: what is typed and what is printed. Knows nothing of how answers are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from data.errors import LanternError
from data.types import Language, Mark, Phrase
from services.conversation import Conversation
from services.listing import where
from services.progress import shown

BYE: Final = frozenset({"/quit", "/exit", "bye", "goodbye", "再见", "拜拜"})
SIGNS: Final[dict[Mark, str]] = {"theirs": "│ ", "exhibit": "│ ", "told": "┆ ", "notice": "※ "}  # ours has none
SHOWN_ID: Final = 8  # characters of a memory's id

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "signs": "│ what was written, word for word   ┆ what the family told   ※ the program itself",
        "offer": "You could begin with {offers}, or with “read me a letter”.",
        "help": "/sources  where the last answer came from\n/remember TEXT  keep something\n"
        "/memories  what is kept of what you told\n/forget ID  remove it for good\n/quit  end",
        "kept": "I will remember: “{text}” · /forget {id} takes it back, `lantern memory` corrects it",
        "nobody": "nothing is kept without a name: begin with --as NAME",
        "gone": "forgotten",
        "none": "nothing yet",
        "unknown": "no such command: /help lists them",
        "ours": "added by the program",
    },
    "zh": {
        "signs": "│ 原原本本写下来的话   ┆ 家里人讲的   ※ 程序自己的话",
        "offer": "可以先问问{offers}，或者说“念一封信”。",
        "help": "/sources  上一个回答出自哪里\n/remember 话  记下来\n/memories  记下了你讲过的哪些话\n"
        "/forget 编号  永远删掉\n/quit  结束",
        "kept": "我会记住：“{text}” · /forget {id} 收回，`lantern memory` 可以更正",
        "nobody": "没有名字就什么也不记：用 --as 名字 开始",
        "gone": "忘掉了",
        "none": "还没有",
        "unknown": "没有这个命令：/help 列出全部",
        "ours": "程序加的话",
    },
}


class Terminal:
    """Types for one conversation. `ask` gives the next line and raises EOFError at the end; `show` prints one."""

    def __init__(self, conversation: Conversation, ask: Callable[[], str], show: Callable[[str], None]) -> None:
        self._conversation = conversation
        self._ask = ask
        self._print = show
        self._words = _WORDS[conversation.language]

    def run(self) -> None:
        """Until Ctrl-D, /quit or a goodbye, which is answered first."""
        opening = self._conversation.opening
        self._show(opening.notice)
        self._show(self._words["signs"])
        if opening.offers:
            between = "、" if self._conversation.language == "zh" else ", "
            self._show(self._words["offer"].format(offers=between.join(opening.offers)))
        while True:
            try:
                line = self._ask().strip()
            except EOFError:
                return
            if line.startswith("/") and line not in BYE:
                self._command(*line.partition(" ")[::2])
            elif line and not line.startswith("/"):
                self._answer(line)
            if line.lower().rstrip(".!。！") in BYE:
                return

    def _show(self, line: str) -> None:
        self._print(shown(line))

    def _answer(self, line: str) -> None:
        try:
            for phrase in self._conversation.say(line):
                self._show(SIGNS.get(phrase.mark, "") + phrase.text)
            kept = self._conversation.remember_last()
        except LanternError as err:  # one line that cannot be answered does not end the conversation
            self._show(str(err))
            return
        if kept is not None:
            self._show(self._words["kept"].format(text=kept.text, id=kept.id[:SHOWN_ID]))

    def _command(self, name: str, rest: str) -> None:
        commands: dict[str, Callable[[str], None]] = {
            "/sources": self._sources,
            "/remember": self._remember,
            "/memories": self._memories,
            "/forget": self._forget,
            "/help": lambda _: self._each(self._words["help"].split("\n")),
        }
        try:
            commands.get(name, self._unknown)(rest.strip())
        except LanternError as err:
            self._show(str(err))

    def _unknown(self, _: str) -> None:
        self._show(self._words["unknown"])

    def _sources(self, _: str) -> None:
        self._each([_sourced(phrase, self._words["ours"]) for phrase in self._conversation.answer])

    def _remember(self, text: str) -> None:
        kept = self._conversation.remember(text)
        words = self._words["nobody"] if kept is None else self._words["kept"]
        self._show(words if kept is None else words.format(text=kept.text, id=kept.id[:SHOWN_ID]))

    def _memories(self, _: str) -> None:
        self._each([f"{one.id[:SHOWN_ID]}  {one.date}  {one.text}" for one in self._conversation.remembered()])

    def _forget(self, note_id: str) -> None:
        self._conversation.forget(note_id)
        self._show(self._words["gone"])

    def _each(self, lines: list[str]) -> None:
        for line in lines or [self._words["none"]]:
            self._show(line)


def _sourced(phrase: Phrase, ours: str) -> str:
    """A phrase, and where it comes from."""
    if phrase.source is None:
        return f"{phrase.text}  [{ours}]"
    return f"{phrase.text}  [{where(phrase.source.author, phrase.source.file, phrase.source.date)}]"
