"""What is said of a text, and where the breaths are. Knows nothing of sound.

Quotes, brackets, emoji and control characters are not spoken; a bracket or a dash is a short pause. A text is taken
apart into clauses, and a clause into runs of one script, so that an English name in a Chinese sentence is read by the
English voice and the other way round.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from data.types import Language
from voice.numerals import Rule, in_words

LONGEST_CLAUSE: dict[Language, int] = {"en": 180, "zh": 48}  # characters; about ten seconds of speech
PAUSES_S = {",": 0.25, ";": 0.32, ":": 0.30, "…": 0.40, ".": 0.42, "!": 0.42, "?": 0.42}  # silence after a clause
UNBROKEN = ""  # the mark of a clause that was cut only because it is long
UNBROKEN_PAUSE_S = 0.06

_SILENT_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Mn", "Me"}
_KEPT_SIGNS = "°"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af〇々"
_BEFORE = [
    (re.compile(r"[‘’ʼ`´′]"), "'"),
    (re.compile(r"，"), "、"),  # kept apart from the comma inside a number
    (re.compile(r"…+|\.{2,}|。{2,}|⋯+"), "…"),
    (re.compile(r"[—―─]+|(?<=\s)[-–]+(?=\s)|-{2,}|–(?!\s?\d)"), " — "),
]
_AFTER: list[Rule] = [
    (re.compile(r"(?<![A-Za-z0-9])'|'(?![A-Za-z0-9])"), " "),
    (
        re.compile(r"[()\[\]{}【】〔〕《》〈〉「」『』—]"),
        lambda match: ", " if match.group() in "()[]{}【】〔〕—" else " ",
    ),
    (re.compile(r"[\"“”„«»*_~^|<>\\/#·•=+]"), " "),
    (re.compile(r"[、，]"), ","),
    (re.compile(r"[。．]"), "."),
]
# A full stop, comma or colon ends a clause only where no digit or letter follows at once: 3.5, 1,000, lantern.org.
_BREAK = re.compile(rf"(?:[!?;…]|[.,:](?![A-Za-z0-9]))[!?;….,:\s]*|[.,:](?=[{_HAN}])|(?<=[{_HAN}])[.,:]")
_RUN = re.compile(rf"[{_HAN}]+|[^{_HAN}]+")
_SPOKEN = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Run:
    """Words for one voice of espeak-ng."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Clause:
    """What is said in one breath, the sign that ends it, and the silence after it in seconds."""

    runs: tuple[Run, ...]
    mark: str
    pause_s: float


def clauses(text: str, language: Language) -> Iterator[Clause]:
    """Take a text apart. `language` decides only where the text's own script does not: how a number is read."""
    spoken = plain(text, language)
    start = 0
    for ending in [*_BREAK.finditer(spoken), None]:
        body = spoken[start : ending.start() if ending else None].strip(" ,;:.")
        mark = _strongest(ending.group()) if ending else "."
        start = ending.end() if ending else len(spoken)
        pieces = list(_cut(body))
        for position, piece in enumerate(pieces):
            runs = tuple(_runs(piece))
            if runs:
                last = position == len(pieces) - 1
                yield Clause(runs, mark if last else UNBROKEN, PAUSES_S[mark] if last else UNBROKEN_PAUSE_S)


def plain(text: str, language: Language) -> str:
    """The text as words, digits and the marks , ; : . … ! ? alone."""
    for pattern, sign in _BEFORE:
        text = pattern.sub(sign, text)
    text = "".join(_kept(sign) for sign in text)
    text = "".join(
        sign if sign == "…" else unicodedata.normalize("NFKC", sign) for sign in unicodedata.normalize("NFC", text)
    )
    text = "".join(_kept(sign) for sign in text)
    text = in_words(text, _main_language(text, language))
    for pattern, replacement in _AFTER:
        text = pattern.sub(replacement, text)
    return re.sub(r"\s+", " ", text).strip()


def _kept(sign: str) -> str:
    if sign.isspace():
        return " "
    return "" if unicodedata.category(sign) in _SILENT_CATEGORIES and sign not in _KEPT_SIGNS else sign


def _main_language(text: str, language: Language) -> Language:
    han = len(re.findall(rf"[{_HAN}]", text))
    latin = len(re.findall(r"[A-Za-z]+", text))
    if han == latin:
        return language
    return "zh" if han > latin else "en"


def _strongest(marks: str) -> str:
    return next((sign for sign in "?!….;:," if sign in marks), ".")


def _cut(body: str) -> Iterator[str]:
    """Cut what is too long for one breath, between words where there are any."""
    while body:
        language: Language = "zh" if re.search(rf"[{_HAN}]", body[: LONGEST_CLAUSE["en"]]) else "en"
        limit = LONGEST_CLAUSE[language]
        if len(body) <= limit:
            yield body
            return
        space = body.rfind(" ", limit // 2, limit)
        end = space if space > 0 else limit
        yield body[:end].strip()
        body = body[end:].strip()


def _runs(clause: str) -> Iterator[Run]:
    """Runs of one script; what has no letter or digit is dropped, and what it parted is joined."""
    text = ""
    language: Language | None = None
    for match in _RUN.finditer(clause):
        piece = match.group().strip()
        if not _SPOKEN.search(piece):
            continue
        script: Language = "zh" if re.match(rf"[{_HAN}]", piece) else "en"
        if language is not None and script != language:
            yield Run(text, language)
            text = ""
        text, language = f"{text} {piece}".strip(), script
    if language is not None:
        yield Run(text, language)
