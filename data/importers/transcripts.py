"""Reads what was said in a recording as others wrote it down: captions (SRT, VTT) and texts with times. Knows nothing
of sound.

Captions break a sentence wherever the screen is full, so those of one speaker are joined until it ends; each stretch
keeps its times, for the words to be found in the recording. A name before a colon, or a voice that VTT names, is the
author; a file that names nobody is the person's own. Sounds described in brackets were not said.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import PurePath

from data.errors import NoChat, UnknownVoice
from data.importers.documents import text_of
from data.importers.imported import File, Item, Spoken
from data.importers.letters import date_of, left_out
from data.importers.talk import Line, is_name, spoken
from data.importers.text import opening
from data.types import Letter

OPENING_LINES = 20  # that hold something, in which a first caption is looked for
LATEST_BEGIN_MS = 10 * 60_000  # of the first words: times of the day mostly lie later
LONGEST_PAUSE_MS = 1_500  # inside a sentence
LONGEST_STRETCH_MS = 60_000  # of captions that never end a sentence
PUNCTUATED_SHARE = 0.1  # of captions end a sentence; where fewer do, it cannot be told what belongs together
FEW_LINES = 10  # in which somebody may well speak once only

_CAPTION = re.compile(
    r"\s*(?P<start>(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{1,3})\s*-->\s*(?P<end>(?:\d{1,3}:)?\d{1,2}:\d\d[.,]\d{1,3})"
)
_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d\d(?:[.,]\d{1,3})?"
_RANGE = rf"(?P<start>{_CLOCK})(?:\s*(?:-->|[-–~—])\s*(?P<end>{_CLOCK}))?"
_TIMED = (
    re.compile(rf"\s*(?P<name>)[\[(（]{_RANGE}[\])）]\s*[-–:：]?\s*(?P<words>.*)$"),
    re.compile(r"\s*(?P<name>)(?P<start>\d{1,2}:\d\d:\d\d(?:[.,]\d{1,3})?)(?P<end>)\s*[-–:：]?\s+(?P<words>.*)$"),
    re.compile(
        rf"\s*(?P<name>[^\W\d_][^\d:：]{{0,30}}?(?:\s?\d{{1,2}})?)(?:\s*+[:：])?+(?:\s++[\[(（]?|[\[(（]){_RANGE}[\])）]?\s*"
        rf"(?:[:：]\s*(?P<words>.*))?$"
    ),
)
_NUMBERED = re.compile(
    r"\s*(?P<name>(?:speaker|说话人|發言人|发言人)\s*\d{1,2})\s*[:：]\s*(?P<words>.*)$", re.IGNORECASE
)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^<>]+)>")
_MARKUP = re.compile(r"</?[a-zA-Z0-9][^<>]*>|\{\\[^{}]*\}")
_SOUND = re.compile(r"\s*(?:\[[^\[\]]*\]|\([^()]*\)|（[^（）]*）|【[^【】]*】|[♪♫].*|\*[^*]*\*)\s*")
_TURN = re.compile(r"\A\s*(?:>>+\s*|[-–‐]\s*(?=[^\W\d]))")
_HEAD = re.compile(r"WEBVTT|STYLE|REGION")
_ENDED = re.compile(r"[.!?。！？…][\"'”’」』)）]*\s*$")
_HAN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")

ASTRAY = "a line outside the captions"


@dataclass(frozen=True, slots=True)
class _Cue:
    """Lines with their times. `author` is who speaks, where the file tells it beside the times."""

    start_ms: int
    end_ms: int | None
    lines: tuple[str, ...]
    author: str | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """`author` is None for whoever spoke before, and empty for somebody else whom the file does not name."""

    start_ms: int
    end_ms: int | None
    author: str | None
    text: str


class Transcript:
    """Reads .srt, .vtt, and texts with times."""

    name = "transcript"

    def knows(self, file: File) -> bool:
        """By captions, or by times that begin near zero and never go back."""
        text = opening(file)
        lines = [line for line in text.split("\n") if line.strip()]
        return text.startswith("WEBVTT") or any(map(_CAPTION.match, lines[:OPENING_LINES])) or _are_timed(lines)

    def read(self, file: File) -> Iterator[Item]:
        """Each sentence with its times; what was not said is counted. Raises `BadText`."""
        lines = text_of(file).split("\n")
        reasons: list[str] = []
        are_captions = any(map(_CAPTION.match, lines))
        cues = list(_captions(lines, reasons) if are_captions else _timed(lines, reasons))
        date = None if are_captions else date_of(lines[: _first_time(lines)])
        said = list(_sentences(list(_attributed(file.name, cues, reasons))))
        if not said:
            raise NoChat(f"{file.name} holds no words with their times: choose another transcript", file=file.name)
        conversation = PurePath(file.name).stem if any(each.author for each in said) else None
        for place, each in enumerate(said):
            at = None if conversation is None else place
            letter = Letter(file.name, each.text, date, "spoken", each.author, conversation, at)
            yield Spoken(letter, each.start_ms, each.end_ms)
        yield from left_out(reasons)


def _are_timed(lines: list[str]) -> bool:
    """By two times or more, the first of them among the first lines."""
    times = [_ms(match["start"]) for line in lines if (match := _begun(line))]
    in_order = all(before <= after for before, after in pairwise(times))
    return len(times) > 1 and in_order and times[0] <= LATEST_BEGIN_MS and _first_time(lines) < OPENING_LINES


def _begun(line: str) -> re.Match[str] | None:
    """The times, and the name if there is one, that a line of a transcript begins with."""
    match = next((match for form in _TIMED if (match := form.match(line))), None)
    return match if match and (not match["name"] or is_name(match["name"].rstrip("0123456789 "))) else None


def _first_time(lines: list[str]) -> int:
    return next((place for place, line in enumerate(lines) if _begun(line)), len(lines))


def _timed(lines: list[str], reasons: list[str]) -> Iterator[_Cue]:
    """A cue ends where the next begins, unless it says so. A time that goes back is one that somebody speaks of."""
    first = _first_time(lines)
    reasons += ["a line before the first time"] * sum(bool(line.strip()) for line in lines[:first])
    begun: list[tuple[re.Match[str], list[str]]] = []
    for line in lines[first:]:
        match = _begun(line)
        if match and (not begun or _ms(match["start"]) >= _ms(begun[-1][0]["start"])):
            begun.append((match, [match["words"] or ""]))
        else:
            begun[-1][1].append(line)
    starts = [_ms(match["start"]) for match, _ in begun]
    for (match, body), start_ms, next_ms in zip(begun, starts, [*starts, None][1:], strict=True):
        end_ms = max(start_ms, _ms(match["end"])) if match["end"] else next_ms
        yield _Cue(start_ms, end_ms, tuple(body), match["name"].strip() or None)


def _captions(lines: list[str], reasons: list[str]) -> Iterator[_Cue]:
    """Blocks with blank lines between, each of times, below a number or a name perhaps, and the lines shown."""
    is_web = lines[0].startswith("WEBVTT")
    shown: list[str] = []
    for block in (list(held) for is_held, held in groupby(lines, lambda line: bool(line.strip())) if is_held):
        places = [place for place, line in enumerate(block) if _CAPTION.match(line)]
        if not places:
            reasons += [] if _HEAD.match(block[0]) else [ASTRAY] * len(block)
            continue
        reasons += [ASTRAY] * max(0, places[0] - 1)
        for place, following in pairwise((*places, len(block))):
            body = block[place + 1 : following]
            if following < len(block) and body and body[-1].strip().isdigit():
                body.pop()  # the next one's number, in a file without blank lines
            again = _shown_again(shown, body) if is_web else 0
            reasons += ["a line of captions that is shown again"] * again
            shown = body
            yield _cue(block[place], body[again:])


def _cue(times: str, lines: list[str]) -> _Cue:
    start, end = (_ms(time) for time in re.findall(r"[\d:]+[.,]\d+", times)[:2])
    return _Cue(start, max(start, end), tuple(lines))


def _shown_again(before: list[str], lines: list[str]) -> int:
    """How many lines only roll up: captions made while somebody speaks show the last line above the new one."""
    is_again = bool(before and lines) and _plain(before[-1]) == _plain(lines[0])
    return int(is_again and max(len(before), len(lines)) > 1)


def _attributed(name: str, cues: list[_Cue], reasons: list[str]) -> Iterator[_Said]:
    """What was said, by whom. Raises `BadText` where the speakers change and none is named."""
    are_named = _are_named(cues)
    said = [each for cue in cues for each in _lines_said(cue, are_named, reasons)]
    named = any(each.author for each in said)
    if not named and any(each.author == "" for each in said):
        raise UnknownVoice(
            f"{name}: several people speak and nobody is named: write `Name: ` before what each says", file=name
        )
    speaker: str | None = None
    for each in said:
        speaker = speaker if each.author is None else each.author
        if speaker or not named:
            yield replace(each, author=speaker)
        else:
            reasons.append("a line of talk that names nobody")


def _are_named(cues: list[_Cue]) -> bool:
    """Whether names before colons say who speaks: one comes again, or there are few lines. Else a colon is one."""
    lines = [plain for cue in cues for line in cue.lines if (plain := _plain(line))]
    speakers = Counter(turn.speaker for line in lines if (turn := _turn(line)))
    return max(speakers.values(), default=0) > 1 or (bool(speakers) and len(lines) <= FEW_LINES)


def _lines_said(cue: _Cue, are_named: bool, reasons: list[str]) -> Iterator[_Said]:
    """The stretches of one cue, each by one speaker."""
    author, words = cue.author, list[str]()
    for line in "\n".join(cue.lines).replace("<v", "\n<v").split("\n"):
        plain, voice = _plain(line), _VOICE.search(line)
        if _SOUND.fullmatch(plain):
            reasons.append("a sound described in brackets")
            continue
        turn = _turn(plain) if are_named else None
        begins = voice["name"].strip() if voice else turn.speaker if turn else "" if _TURN.match(plain) else None
        if begins is not None:
            if words:
                yield _Said(cue.start_ms, cue.end_ms, author, _joined(words))
            author, words = begins, []
        if text := turn.words if turn else _TURN.sub("", plain):
            words.append(text)
    if words:
        yield _Said(cue.start_ms, cue.end_ms, author, _joined(words))


def _plain(line: str) -> str:
    return html.unescape(_MARKUP.sub("", line)).strip()


def _turn(plain: str) -> Line | None:
    numbered = _NUMBERED.match(plain)
    return Line(numbered["name"], numbered["words"]) if numbered else spoken(_TURN.sub("", plain))


def _sentences(said: list[_Said]) -> Iterator[_Said]:
    """What one speaker says until a sentence ends, or a pause."""
    ended = sum(bool(_ENDED.search(each.text)) for each in said)
    are_punctuated = ended >= PUNCTUATED_SHARE * len(said)
    held: list[_Said] = []
    for each in said:
        if held and not (are_punctuated and _goes_on(held, each)):
            yield _one(held)
            held = []
        held.append(each)
    if held:
        yield _one(held)


def _goes_on(held: list[_Said], each: _Said) -> bool:
    last = held[-1]
    pause_ms = each.start_ms - (each.start_ms if last.end_ms is None else last.end_ms)
    whole_ms = each.start_ms - held[0].start_ms
    unended = last.author == each.author and not _ENDED.search(last.text)
    return unended and pause_ms <= LONGEST_PAUSE_MS and whole_ms <= LONGEST_STRETCH_MS


def _one(held: list[_Said]) -> _Said:
    return replace(held[0], end_ms=held[-1].end_ms, text=_joined([each.text for each in held]))


def _joined(parts: list[str]) -> str:
    """Chinese without spaces."""
    text = parts[0]
    for part in parts[1:]:
        text += part if _HAN.match(text[-1]) and _HAN.match(part) else f" {part}"
    return text


def _ms(time: str) -> int:
    """Of `1:02:03.5`, `02:03` and the like."""
    clock, _, fraction = time.replace(",", ".").partition(".")
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + int(f"{fraction:0<3}"[:3] or 0)
