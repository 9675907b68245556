"""The outer form of a letter: date, salutation, text, closing, name. Knows nothing of what the text says.

Letters are often broken into lines of one width, so a line may be the middle of a sentence, and cutting it off would
turn the rest into something that nobody wrote. A line is therefore taken off only where its break is certain: it is set
off by a blank line, it ends a sentence, or it has a form that only a dateline, salutation or closing has. When in doubt
it is part of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from data.dates import SENTENCE_ENDS, dateline
from persona.language import HAN
from persona.sentences import joined, sentences_of

_HEAD_LINES: Final = 8  # address, date and salutation stand within these, blank lines not counted
_FOOT_LINES: Final = 5  # closing, name, a date below it
_LONGEST_DATELINE: Final = 80  # characters; longer, and it is not looked through for a date
_SHORT_EN: Final = 60  # characters of a salutation or a closing
_SHORT_ZH: Final = 16
_NAME_WORDS: Final = 4
_NAME_HAN: Final = 8
_CLOSING_WORDS: Final = 6

_SALUTATION_END: Final = (",", "，", ":", "：", "!", "！", "—", "-")
_NAME: Final = (
    r"(?:[A-Z\u00c0-\u00de][\w'’.-]*|and|&|all|both|friends?|ones?|children|students|sir|madam|everyone|little|old)"
)
_SALUTATION: Final = re.compile(
    rf"(?:(?:My|Our) (?:own |very )?)?(?:[Dd]ear(?:est)?|[Dd]arling|[Bb]eloved)(?: {_NAME}){{0,4}}[,:!—-]"
    rf"|(?:Hello|Hi|Hey|Greetings)(?: {_NAME}){{0,3}}[,:!—-]"
    r"|(?:亲爱的|親愛的|敬爱的|敬愛的)[^，。！？：:,]{1,10}[：:，,！!]"
    r"|[^，。！？：:,、\s我]{0,7}[^，。！？：:,、\s我说說讲講道问問写寫叫喊答想是][：:]"
)
_CLOSING_WORD: Final = (
    r"(?:with|all|much|my|our|fond|fondest|warm|warmest|kind|kindest|best|and|lots|of|love|loving|wishes|greetings|"
    r"regards|as|ever|always|yours?|affectionate|affectionately|sincerely|faithfully|truly|devoted|devotedly|fondly|"
    r"from|hugs|kisses|in|haste|to|you|both|x+)"
)
_CLOSING: Final = re.compile(
    r"(?=.*\b(?:love|loving|yours|wishes|greetings|regards|affectionately|sincerely|faithfully|fondly|devotedly|ever|"
    rf"always|hugs|kisses|haste)\b)(?i:{_CLOSING_WORD})(?:[, ]+(?i:{_CLOSING_WORD})\b)*"
    r"(?:[,!—-]?\s*(?:[A-Z][\w'’-]*\.?\s?){0,3}[,!]?)",
    re.IGNORECASE,
)
_CLOSING_ZH: Final = re.compile(r"(?:此致|敬礼|敬禮|祝|顺祝|順祝|此祝|祝好|祝安|即颂|顺颂|顺祝安好)[：:，,！!]?")
_SPEAKS: Final = re.compile(r"\b(?:i|i'm|i'll|he|she|we|they|it|was|were|is|are|am|had|has|have|if|when|that)\b", re.I)


@dataclass(frozen=True, slots=True)
class Layout:
    """A letter taken apart; `text` is what the person said in it, its line breaks as they were."""

    text: str
    date: str | None
    salutation: str | None
    closing: str | None
    name: str | None


def layout_of(letter: str) -> Layout:
    """The parts of a letter."""
    lines = [line.rstrip() for line in letter.split("\n")]
    date, salutation, start = _head(lines)
    lines = lines[start:]
    closing, name, signed, end = _foot(lines)
    return Layout("\n".join(lines[:end]), date or signed, salutation, closing, name)


def _head(lines: list[str]) -> tuple[str | None, str | None, int]:
    """Date, salutation, and the number of lines that hold them."""
    widest = max((len(line) for line in lines), default=0)
    date, salutation, cut, at = None, None, 0, 0
    while at < len(lines) and _held(lines[:at]) < _HEAD_LINES and salutation is None:
        if not lines[at].strip():
            at += 1
            continue
        end = _end_of_block(lines, at)
        block = joined("\n".join(lines[at:end]))
        if date is None and (found := _dateline(block, set_off=True)):
            date, at = found, end
        elif date is None and (found := _dateline(lines[at])) and _breaks_after(lines, at, widest):
            date, at = found, at + 1
        elif _is_salutation(block):
            salutation, at = block, end
        elif _SALUTATION.fullmatch(lines[at].strip()):
            salutation, at = joined(lines[at]), at + 1
        elif date is None and _is_address(lines[at]):
            at += 1  # goes with the date below it, or stays
            continue
        else:
            break
        cut = at
    return date, salutation, cut


def _dateline(line: str, set_off: bool = False) -> str | None:
    """The date of a line that heads or signs a letter."""
    return dateline(line, set_off) if len(line) <= _LONGEST_DATELINE else None


def _breaks_after(lines: list[str], at: int, widest: int) -> bool:
    """Whether the line was ended on purpose: what follows has a form of its own, or would have fitted on the line."""
    after = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if not after or _SALUTATION.fullmatch(after):
        return True
    first = after[0] if HAN.match(after[0]) else after.split()[0]
    return (first[0].isupper() or bool(HAN.match(first))) and len(lines[at]) + 1 + len(first) <= widest


def _is_salutation(block: str) -> bool:
    return len(block) <= _short(block) and block.endswith(_SALUTATION_END)


def _is_address(line: str) -> bool:
    plain = line.strip()
    if plain.endswith(tuple(SENTENCE_ENDS)) or len(plain) > _short(plain) or _SPEAKS.search(plain):
        return False
    return all(not word[0].islower() for word in plain.split()) and "我" not in plain


def _foot(lines: list[str]) -> tuple[str | None, str | None, str | None, int]:
    """Closing, name, date, and where the lines that hold them begin."""
    held = [at for at, line in enumerate(lines) if line.strip()]
    for start in held[-_FOOT_LINES:]:
        tail = [lines[at].strip() for at in held if at >= start]
        found = _signature(tail)
        if found is not None and _breaks_before(lines, start) and (start > held[0] or found[0]):
            return *found, start
    return None, None, None, len(lines)


def _signature(tail: list[str]) -> tuple[str | None, str | None, str | None] | None:
    """Closing, name and date of lines that hold nothing else; None where they do."""
    left = list(tail)
    date = _dateline(left[-1], set_off=len(left) == 1)
    if date:
        left.pop()
    closing: list[str] = []
    while left and (_is_closing(left[0]) or (not closing and len(left) > 1 and _ends_openly(left[0]))):
        closing.append(left.pop(0))
        if closing[-1].rstrip("：:，,") in ("祝", "顺祝", "順祝", "此祝") and left and len(left[0]) <= _NAME_HAN:
            closing.append(left.pop(0))  # 祝 / 学习进步！
    if len(left) > 2 or not all(_is_name(line, bool(closing)) for line in left):
        return None
    return closing[0] if closing else None, left[-1] if left else None, date


def _is_closing(line: str) -> bool:
    return len(line) <= _short(line) and bool(_CLOSING.fullmatch(line) or _CLOSING_ZH.fullmatch(line))


def _ends_openly(line: str) -> bool:
    """Whether a line is as short as a closing and ends with a comma, as closings do."""
    brief = len(line) <= _short(line) and len(line.split()) <= _CLOSING_WORDS
    return brief and line.endswith((",", "，")) and not _SPEAKS.search(line)


def _is_name(line: str, after_closing: bool) -> bool:
    if line.endswith((*tuple(SENTENCE_ENDS[1:]), ",", "，")) or (line.endswith(".") and len(line) > 2):
        return False
    if HAN.search(line):
        return len(line) <= _NAME_HAN and not re.search(r"[，、：我]", line)
    words = line.split()
    plain = len(words) <= _NAME_WORDS and not _SPEAKS.search(line)
    return plain and (after_closing or len(words) == 1 or all(word[0].isupper() for word in words))


def _breaks_before(lines: list[str], at: int) -> bool:
    """Whether a new thing begins with the line: nothing or a blank line before it, a sentence's end, a known form."""
    if at == 0 or not lines[at - 1].strip():
        return True
    line = joined(lines[at])
    if _is_closing(line) and not line[0].islower():
        return True
    start = at
    while start > 0 and lines[start - 1].strip():
        start -= 1
    return sentences_of("\n".join(lines[start : at + 1]))[-1] == line


def _end_of_block(lines: list[str], at: int) -> int:
    return next((end for end in range(at, len(lines)) if not lines[end].strip()), len(lines))


def _held(lines: list[str]) -> int:
    return sum(bool(line.strip()) for line in lines)


def _short(text: str) -> int:
    return _SHORT_ZH if HAN.search(text) else _SHORT_EN
