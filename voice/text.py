"""What is said of a text, and where the breaths are. Knows nothing of sound.

Quotes, brackets, emoji and control characters are not spoken; a bracket or a dash is a short pause. A text is taken
apart into clauses, and a clause into runs of one script, so that an English name in a Chinese sentence is read by the
English voice and the other way round. Numbers and signs are words when they come out (voice/english.py,
voice/chinese.py), and a run says which of its words are stressed and which have a sound of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from data.types import Language
from voice.chinese import in_chinese
from voice.english import in_english
from voice.numerals import Rule, apply
from voice.polyphones import mended
from voice.pronunciation import NONE, PLACE, Pronunciation, Pronunciations
from voice.signs import HAN, MAIL, WEB

LONGEST_CLAUSE: dict[Language, int] = {"en": 180, "zh": 48}  # characters; about ten seconds of speech
BREATH_CLAUSE: dict[Language, int] = {"en": 90, "zh": 26}  # characters without a comma, past which a breath is taken
SHORTEST_PART = 0.3  # of a clause: a breath is taken no nearer to its ends
PAUSES_S = {",": 0.25, ";": 0.32, ":": 0.30, "—": 0.34, "…": 0.40, ".": 0.42, "!": 0.42, "?": 0.42}  # after a clause
PARAGRAPH_PAUSE_S = 0.80
BREATH_PAUSE_S = 0.14  # before a conjunction
CUT_PAUSE_S = 0.06  # where a clause was cut only because it is long
LONGEST_STRESS = 40  # characters; more than that between stars is not a stress but a heading

# Private-use signs, which no text brings along: those that come in are not spoken.
_STRESS, _STRESS_END, _PARAGRAPH = "\ue000", "\ue001", "\ue002"
_SILENT_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Mn", "Me"}
_KEPT_SIGNS = "°"
_SILENT_MARKS = "™℠"
_BEFORE: list[Rule] = [
    (re.compile(r"[‘’ʼ`´′]"), "'"),
    (re.compile(r"，"), "、"),  # kept apart from the comma inside a number
    (re.compile(r"…+|\.{2,}|。{2,}|⋯+"), "…"),
    (re.compile(r"[—―─]+|(?<=\s)[-–]+(?=\s)|-{2,}|–(?!\s?\d)"), " — "),
    (re.compile(r"№\s?"), "No. "),
    (re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])"), " "),  # 1½ is not 11/2
]
_LINES: list[Rule] = [
    (re.compile(r"⁄"), "/"),
    (re.compile(r"[^\S\n]*\n[^\S\n]*\n\s*"), _PARAGRAPH),
    (re.compile(r"\s+"), " "),
]
_OFTEN_STRESSED = (
    "never|always|not|very|really|so|too|only|all|every|everything|nothing|nobody|everybody|no|yes|must|will|can|cannot"
    "|do|did|does|have|had|is|are|was|were|am|you|me|my|your|he|she|they|we|him|her|them|this|that|these|those|now|then"
    "|here|there|love|loved|hate|stop|please|finally|ever|again|more|most|much|best|worst|one|any|still|and|but|or|why"
    "|what|who|how|when|where|huge|big|tiny|happy|proud|sure|absolutely|definitely|exactly|completely|forever"
)
_STRESSES: list[Rule] = [
    (re.compile(rf"(?<![A-Za-z0-9*_])(\*{{1,3}}|_{{1,3}})(?=[^\s*_])([^*_\n{_STRESS}{_PARAGRAPH}]{{1,{LONGEST_STRESS}}})"
                r"(?<!\s)\1(?![A-Za-z0-9*_])"), rf"{_STRESS}\2{_STRESS_END}"),
]  # fmt: skip
_CAPITALS = re.compile(rf"\b(?:{_OFTEN_STRESSED.upper()})\b")
_SMALL_WORD = re.compile(r"\b[a-z]{2,}")
_SHOUTED = re.compile(r"\b[A-Z]{2,}\b")
_AFTER: list[Rule] = [
    (re.compile(r"(?<![A-Za-z0-9\ue001\U000f0000-\U000ffffd])'|'(?![A-Za-z0-9])"), " "),
    (re.compile(r"[)\]}】〕]\s*$"), ""),
    (
        re.compile(r"[()\[\]{}【】〔〕《》〈〉「」『』]"),
        lambda match: ", " if match.group() in "()[]{}【】〔〕" else " ",
    ),
    (re.compile(r"[\"“”„«»*_~^|<>\\/#·•=+@%&$£€¥]"), " "),
    (re.compile(r"(?<!\w)[-–−]+|[-–−]+(?!\w)"), " "),
    (re.compile(r"[、，]"), ","),
    (re.compile(r"[。．]"), "."),
    (re.compile(r"\.{2,}"), "…"),
    (re.compile(r"\s+"), " "),
]
# Where the language may change. A stop alone is not enough in English: "Dr. Lee".
_SENTENCE_BORDER = re.compile(rf"(?<=[。!?{_PARAGRAPH}])(?=[\s{HAN}])|(?<=\.\s)(?=[{HAN}])")
# A full stop, comma or colon ends a clause only where no letter follows at once: lantern.org.
_BREAK = re.compile(
    rf"(?:[!?;…—{_PARAGRAPH}]|[.,:](?![A-Za-z0-9]))[!?;….,:—\s{_PARAGRAPH}]*|[.,:](?=[{HAN}])|(?<=[{HAN}])[.,:]"
)
_ENDINGS = "?!…."
_PIECE = re.compile(
    rf"[{_STRESS}{_STRESS_END}]|{PLACE.pattern}|[{HAN}]+|[^{HAN}{_STRESS}{_STRESS_END}{PLACE.pattern[1:]}+"
)
# What speaks for English: not an address, nor a unit or a grade beside a number (3GB, 25°C).
_LATIN_WORD = re.compile(r"(?<![A-Za-z\d°])[A-Za-z]{2,}")
_ADDRESS = re.compile(f"{WEB}|{MAIL}", re.ASCII)
_SPOKEN = re.compile(rf"[^\W_]|{PLACE.pattern}")
_CONJUNCTION = re.compile(
    r"\s(?=(?:and|but|or|nor|because|when|while|although|though|which|who|so|then|where|if|until|before|after|since"
    r"|unless|whereas|that|as)\s)"
    rf"|(?<=[{HAN}])(?=但|可是|因为|因為|所以|然后|然後|而且|不过|不過|如果|虽然|雖然|以及|并且|並且|只是|于是|後来|后来|直到"
    r"|还是|還是|或者|尽管|儘管|甚至|就像|每当|每當)"
)
_ASKS = r"(?:what|where|when|why|who|whom|whose|which|how)"
_HELPS = (
    r"(?:is|are|was|were|am|do|does|did|have|has|had|can|could|will|would|shall|should|may|might|must|'s|'re|'d|'ve)"
)
_OPENS = r"^(?:(?:and|but|so|then|oh|well|now)\s)?"
_OPEN_QUESTION = re.compile(
    rf"{_OPENS}(?:{_ASKS}|(?:what|which|whose|how)(?:\s[\w']+){{1,3}}?)(?:\s|(?=')){_HELPS}\b", re.IGNORECASE
)
_TELLING = 160  # characters at the head or the end of a question, by which its melody is told
_ENDS_OPEN = re.compile(rf"{_OPENS}{_ASKS}\b", re.IGNORECASE)
_CHINESE_OPEN = re.compile(r"什么|什麼|谁|誰|哪|怎|为何|為何|几|幾|多少|多[大久远遠长長高]|呢$|还是|還是")


@dataclass(frozen=True, slots=True)
class Sound:
    """Characters of a run whose sound is given, in espeak-ng's signs: "[['ni:tS@]]", or pinyin, "chong2qing4"."""

    start: int
    end: int
    espeak: str


@dataclass(frozen=True, slots=True)
class Run:
    """Words for one voice. `stressed` are (start, end) in the text, in characters, in order and apart."""

    text: str
    language: Language
    stressed: tuple[tuple[int, int], ...] = ()
    sounds: tuple[Sound, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """What is said in one breath, the sign that ends it, and the silence after it in seconds.

    `melody` is the sign to be given to a voice that only knows signs: a question that asks what, where or who is said
    as a statement is, so its melody is ".".
    """

    runs: tuple[Run, ...]
    mark: str
    pause_s: float
    melody: str


def clauses(text: str, language: Language, pronunciations: Pronunciations = NONE) -> Iterator[Clause]:
    """Take a text apart. `language` decides only where the text's own script does not: how a number is read."""
    spoken = _prepared(text, language, pronunciations)
    reader = _Reader(pronunciations)
    start, opening = 0, ""
    for ending in [*_BREAK.finditer(spoken), None]:
        body = spoken[start : ending.start() if ending else None].strip(" ,;:.")
        signs = ending.group() if ending else "."
        start = ending.end() if ending else len(spoken)
        opening = opening or body
        mark = next((sign for sign in "?!….;:,—" if sign in signs), ".").replace("—", ",")
        melody = "." if mark == "?" and _falls(opening[:_TELLING], body[-_TELLING:]) else mark
        for part, pause_s in _breaths(body):
            runs = tuple(reader.runs(part))
            if runs:
                yield Clause(runs, ",", pause_s, ",") if pause_s else Clause(runs, mark, _pause(signs), melody)
        if any(sign in _ENDINGS for sign in signs):
            opening = ""


def plain(text: str, language: Language) -> str:
    """The text as words and the marks , ; : . … ! ? — alone; a blank line stays between paragraphs."""
    words = re.sub(f"[{_STRESS}{_STRESS_END}]", "", _prepared(text, language, NONE))
    return re.sub(rf"\s*{_PARAGRAPH}[\s{_PARAGRAPH}]*", "\n\n", re.sub(" {2,}", " ", words)).strip()


def _prepared(text: str, language: Language, pronunciations: Pronunciations) -> str:
    """Words, marks, and the private-use signs of stresses, paragraphs and listed words."""
    text = apply(_BEFORE, unicodedata.normalize("NFC", "".join(_kept(sign, "") for sign in text)))
    text = "".join(sign if sign == "…" else unicodedata.normalize("NFKC", sign) for sign in text)
    text = "".join(_kept(sign, "Mn Me") for sign in text)
    text = apply(_STRESSES, pronunciations.marked(apply(_LINES, text)))
    text = "".join(_sentence(sentence, language) for sentence in _SENTENCE_BORDER.split(text))
    return apply(_AFTER, text).strip()


def _kept(sign: str, also_silent: str) -> str:
    if sign.isspace():
        return "\n" if sign in "\n\u2028\u2029\x85" else " "
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category in ("Mn", "Me") and category not in also_silent:
        return sign
    if category == "So" and sign not in _SILENT_MARKS and unicodedata.normalize("NFKC", sign) != sign:
        return sign  # ㎡ and ℃ are letters in one sign
    return "" if category in _SILENT_CATEGORIES and sign not in _KEPT_SIGNS else sign


def _sentence(text: str, language: Language) -> str:
    if _main_language(text, language) == "zh":
        return in_chinese(text)
    if _SMALL_WORD.search(text):
        text = _CAPITALS.sub(lambda match: f"{_STRESS}{match.group().lower()}{_STRESS_END}", text)
    elif len(_SHOUTED.findall(text)) > 2:
        text = _SHOUTED.sub(lambda match: match.group().lower(), text)
    return in_english(text)


def _main_language(text: str, language: Language) -> Language:
    han = len(re.findall(rf"[{HAN}]", text))
    latin = len(_LATIN_WORD.findall(_ADDRESS.sub("", text)))
    if han == latin:
        return language
    return "zh" if han > latin else "en"


def _falls(opening: str, body: str) -> bool:
    """Whether a question asks for a thing and not for yes or no."""
    if re.search(f"[{HAN}]", body):
        return bool(_CHINESE_OPEN.search(body)) and not re.search("[吗嗎]$", body)
    return bool(_OPEN_QUESTION.search(opening) or _ENDS_OPEN.search(body))


def _pause(signs: str) -> float:
    if _PARAGRAPH in signs:
        return PARAGRAPH_PAUSE_S
    return max((PAUSES_S[sign] for sign in signs if sign in PAUSES_S), default=PAUSES_S["."])


def _breaths(body: str) -> Iterator[tuple[str, float]]:
    """Parts of a clause, each for one breath, with the silence after it, which is 0 after the last."""
    while body:
        language: Language = "zh" if re.search(rf"[{HAN}]", body[: LONGEST_CLAUSE["en"]]) else "en"
        if len(body) <= BREATH_CLAUSE[language]:
            break
        window = body[: LONGEST_CLAUSE[language]]
        end, pause_s = _conjunction(window), BREATH_PAUSE_S
        if end is None:
            if len(body) <= LONGEST_CLAUSE[language]:
                break
            end, pause_s = _border(window, language), CUT_PAUSE_S
        yield body[:end].strip(), pause_s
        body = body[end:].strip()
    if body:
        yield body, 0.0


def _conjunction(window: str) -> int | None:
    """Where the conjunction nearest to the middle begins."""
    least = SHORTEST_PART * len(window)
    found = [m.start() for m in _CONJUNCTION.finditer(window) if least <= m.start() <= len(window) - least]
    return min(found, key=lambda place: abs(place - len(window) / 2), default=None)


def _border(window: str, language: Language) -> int:
    """The last end of a word in the later half, or the end of the window where all is one word."""
    space = window.rfind(" ", len(window) // 2)
    if space > 0:
        return space
    if language == "en":
        return len(window)
    import rjieba

    return len(window) - len(rjieba.cut(window)[-1]) or len(window)


class _Reader:
    """Takes parts of clauses apart into runs, and remembers a stress that reaches from one into the next."""

    def __init__(self, pronunciations: Pronunciations) -> None:
        self._pronunciations = pronunciations
        self._stressing = False

    def runs(self, part: str) -> Iterator[Run]:
        """Runs of one script; what has no letter is dropped, and what it parted is joined."""
        run: Run | None = None
        for match in _PIECE.finditer(part):
            sign = match.group()
            if sign in (_STRESS, _STRESS_END):
                self._stressing = sign == _STRESS
            elif _SPOKEN.search(sign):
                piece = self._piece(sign)
                if run is not None and run.language != piece.language:
                    yield _mended(run)
                    run = None
                run = piece if run is None else _joined(run, piece)
        if run is not None:
            yield _mended(run)

    def _piece(self, sign: str) -> Run:
        script: Language = "zh" if re.match(rf"[{HAN}]", sign) else "en"
        said = self._pronunciations.at(sign) if PLACE.fullmatch(sign) else Pronunciation(sign.strip(), script)
        whole = (0, len(said.text))
        sounds = (Sound(*whole, said.espeak),) if said.espeak else ()
        return Run(said.text, said.language, (whole,) if self._stressing else (), sounds)


def _joined(run: Run, piece: Run) -> Run:
    gap = "" if run.language == "zh" or piece.text.startswith("'") else " "
    moved = len(run.text) + len(gap)
    return Run(
        f"{run.text}{gap}{piece.text}",
        run.language,
        run.stressed + tuple((start + moved, end + moved) for start, end in piece.stressed),
        run.sounds + tuple(Sound(one.start + moved, one.end + moved, one.espeak) for one in piece.sounds),
    )


def _mended(run: Run) -> Run:
    """The run with the sounds of Chinese words that espeak-ng misreads, where the family did not say better."""
    if run.language != "zh":
        return run
    given = [(one.start, one.end) for one in run.sounds]
    more = [
        Sound(start, end, pinyin)
        for start, end, pinyin in mended(run.text)
        if all(end <= first or last <= start for first, last in given)
    ]
    return Run(run.text, run.language, run.stressed, tuple(sorted((*run.sounds, *more), key=lambda one: one.start)))
