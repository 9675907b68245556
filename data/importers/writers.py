"""Tells who wrote a letter, by whom it greets, whose name stands under it and of whom it speaks. Knows no kind of file.

A letter to the person, or one that another signed, must not be spoken as the person's. Where nothing tells, it is taken
as theirs, and whoever brings it is told so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from data.dates import find_date
from data.importers.talk import is_name
from data.names import folded

SOMEBODY = "somebody"  # who wrote to the person and signed nothing
HEAD_LINES, TAIL_LINES = 5, 6  # of those that hold something: where a greeting and a signature stand
SHOWN_CHARS = 40  # of a greeting
FOOT_CHARS = 200  # of a line, in which a signature may end it
PROSE_CHARS = 5_000  # of a text, by which it is told whom it is about
LEAST_ABOUT = 2  # mentions of somebody, from which a text is about them
OTHERS_SHARE = 1 / 4  # of these: so many of I and you at most has what others tell
LONGEST_BARE_CHARS = 3  # of a Chinese name that stands alone under a letter

# Those whom families call by a word instead of a name: elders, by what each may be called besides.
_WOMEN = (
    "nan nana nanna nanny gran granny grandma grandmother grandmama nonna oma",
    "mum mummy mom mommy mama mother mam ma",
    "aunt auntie aunty",
    "外婆 姥姥 阿婆 婆婆 外祖母",
    "奶奶 嫲嫲 阿嫲 祖母",
    "妈妈 妈 母亲 母 娘 阿妈 姆妈",
    "姑姑 姑妈 阿姨 姨妈 姨 舅妈 婶婶 伯母",
)
_MEN = (
    "grandad granddad grandpa grandfather gramps nonno opa",
    "dad daddy father papa pa pop pops",
    "uncle",
    "外公 姥爷 阿公 外祖父",
    "爷爷 祖父",
    "爸爸 爸 父亲 父 爹 阿爸",
    "叔叔 伯伯 舅舅 姑父 姨父",
)
_GROUPS = {word: group.split()[0] for group in (*_WOMEN, *_MEN) for word in group.split()}
_SEX = {word: sex for sex, groups in (("f", _WOMEN), ("m", _MEN)) for group in groups for word in group.split()}
_YOUNGER = frozenset({
    "son", "daughter", "grandson", "granddaughter", "grandchild", "grandchildren", "child", "children", "niece",
    "nephew", "brother", "sister", "cousin", "husband", "wife", "friend", "pupil", "student", "neighbour", "neighbor",
})  # fmt: skip
_YOUNGER_ZH = (
    "外孙女|外孙子|外孙|孙女儿|孙女|孙子|孙儿|孙媳|女儿|儿子|儿媳|女婿|媳妇|侄女|侄子|侄儿|外甥女|外甥|"
    "弟弟|妹妹|姐姐|哥哥|学生|朋友|儿|女|孙|弟|妹|姐|哥|侄|友|妻|夫"
)
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "sir", "madam", "old", "sweet", "dear", "dearest", "darling", "lovely", "little",
    "our", "my", "beloved", "the",
})  # fmt: skip

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_AND = re.compile(r"\s+(?:and|und|et|y)\s+|\s*[&+,，、和与]\s*")
_DEAR = re.compile(
    r"(?:(?:happy|merry)\b[^,!.\n]{0,30}?,?\s+)?(?:oh\s+)?(?:(?:to\s+)?(?:my|our)\s+)?(?:very\s+)?"
    r"(?:dear(?:est)?|darling|beloved|hello|hi|hey|to)\s+(?P<who>[^,!:;.?—–]{1,40}?)\s*(?:[,!:;—–]|\Z)",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"(?:happy|merry|get well|thanks?|thank you|congratulations|good (?:morning|night)|goodbye|farewell|rest in peace|"
    r"(?:we |i )?(?:miss|love) you)\b(?P<who>.{1,40}?)[\s,!.xX]*\Z",
    re.IGNORECASE,
)
_CALLED = re.compile(r"(?P<who>[^\W\d_]{2,20})[,!]")
_DEAR_ZH = re.compile(
    r"(?:(?:最?亲爱的|最?敬爱的|尊敬的|想念的|最爱的|我的|致|给)+(?P<dear>[^，,：:！!。\s]{1,10}?)(?:的(?:一封)?信)?"
    r"|(?P<called>[^，,：:！!。\s]{1,8}?))(?P<well>[您你]们?好|大人|膝下|如晤|台鉴|尊鉴)?\s*(?P<end>[：:，,！!]|\Z)(?P<rest>.*)"
)
_GREETS = re.compile(
    r"(?:my |our )?(?:dear|dearest|darling|hello|hi|hey)\b|.{1,12}[：:]\s*\Z|亲爱的|敬爱的|尊敬的", re.IGNORECASE
)

_AFTER = re.compile(r"p\.?\s?p?\.?s\b|又及|附[：:]|再启", re.IGNORECASE)
_KISSES = re.compile(r"(?:[\s,.!]|\b[xXoO]{1,10}\b|[\u2600-\u27bf\ufe0f\U0001f300-\U0001faff])+\Z")
_CLOSING = re.compile(
    r"[—–-]*\s*(?:(?:with|all|lots of|lots|much|so much|fondest|heaps of|tons of|big|my|our|and|best|kind|kindest|warm|"
    r"warmest|deepest|lots and lots of)\s+)*"
    r"(?:love(?:\s+(?:always|you|forever|as ever|and \w+))*|hugs(?:\s+and\s+kisses)?|kisses|wishes|regards|thoughts|"
    r"sympathy|yours(?:\s+(?:sincerely|ever|truly|faithfully|always|affectionately))?|sincerely(?: yours)?|"
    r"affectionately|cheers|ever yours|take care|god bless(?: you)?|thinking of you|bye(?: for now)?|from|"
    r"your(?:\s+(?:ever|loving|affectionate|devoted|ever-loving|dear|own|favou?rite|little|old|grateful))*)"
    r"(?P<by>(?:\s+from)?[\s,:—–-]*)(?P<name>.*)",
    re.IGNORECASE,
)
_SIGNED_ZH = re.compile(
    r"[—–-]*\s*(?P<whose>(?:永远)?(?:深?爱|想念?|思念|挂念|牵挂|疼)?[你您]们?的|不孝)?\s*"
    rf"(?P<younger>{_YOUNGER_ZH})?\s*[:：,，、]?\s*(?P<name>[\u3400-\u9fff·]{{1,5}}?(?:[和与、][\u3400-\u9fff·]{{1,5}}?)?)?"
    r"\s*(?P<end>敬上|谨上|叩上|拜上|叩首|敬启|手书|亲笔|留字|字|书|上|示|草|笔)?\s*[。.!！]?"
)
_NO_NAME_ZH = re.compile(
    r".*(?:健康|快乐|平安|保重|敬礼|此致|顺利|如意|安康|再见|晚安|幸福|祝好|[大金福春夏秋冬]安|愉快|进步|走好|安息|[你您我吧了的啊哦呢好])"
)

_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"\n]*\"")
_SELF = re.compile(r"\b(?:I|I['’]\w+|me|my|mine|myself)\b|我(?!们)")
_YOU = re.compile(r"\b(?:you|your|yours|you['’]\w+)\b|[你您]", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:she|her|hers|herself|he|him|his|himself)\b|她(?!们)|(?<![其吉])他(?!们)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who is taken to have written something: `author` is None where it is the person. `told` is what tells of them."""

    author: str | None
    why: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Signed:
    """A name under a letter, and whose daughter or son that is, as far as it says so."""

    name: str
    younger: str


class Named:
    """What one person may be called: by their name, parts and initials of it, or a word such as Nan."""

    def __init__(self, *names: str) -> None:
        self._parts = [[word for word in _words(name) if word not in _TITLES] for name in names]
        self._own = {folded(name) for name in names} | {part for parts in self._parts for part in parts}
        self._own |= {name[1:] for name in self._own if len(name) == 3 and _HAN.match(name)}
        self._kin = {word for word in _GROUPS if word in self._own or any(_ends(name, word) for name in self._own)}

    @property
    def is_elder(self) -> bool:
        """Whether the name is a word that younger ones use: Nan, 外婆."""
        return bool(self._kin)

    def signs(self, name: str) -> bool:
        """Whether they may have signed so."""
        return any(self._is(one) or self._signs_as_elder(one) for one in _AND.split(name))

    def named(self, name: str) -> bool:
        """Whether this is a name of theirs, letter for letter."""
        return any(self._is(one) for one in _AND.split(name))

    def greeted(self, name: str) -> bool:
        """Whether somebody may greet them so."""
        groups = {_GROUPS[word] for word in self._kin}
        for one in _AND.split(name):
            words = _words(one)
            given = {parts[0] for parts in self._parts if parts}
            if self._is(one) or given & set(words) or any(_GROUPS.get(word) in groups for word in words):
                return True
            if any(_ends(one, own) for own in self._own):
                return True
        return False

    def mentions(self, text: str) -> int:
        """How often a text speaks of them by name."""
        names = sorted((name for name in self._own if len(name) > 1), key=len, reverse=True)
        forms = (re.escape(name) if _HAN.match(name) else rf"\b{re.escape(name)}\b" for name in names)
        return len(re.findall("|".join(forms), text.casefold())) if names else 0

    def _is(self, name: str) -> bool:
        words = [word for word in _words(name) if word not in _TITLES]
        if not words:
            return False
        if folded(name) in self._own or "".join(words) in {_initials(parts) for parts in self._parts if len(parts) > 1}:
            return True
        return any(
            all(word in parts or (len(word) == 1 and word.isascii() and word in _initials(parts)) for word in words)
            for parts in self._parts
        )

    def _signs_as_elder(self, name: str) -> bool:
        words = _words(name)
        sexes = {_SEX[word] for word in self._kin}
        return bool(words) and all(word in _SEX and (not sexes or _SEX[word] in sexes) for word in words)


def writer_of(text: str, person: str, given: Collection[str] = ()) -> Writer:
    """Who wrote a letter that a memorial is given; `given` are other names of the person."""
    named = Named(person, *given)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    greeting = next((line for line in _greetings(lines, named)), None)
    greets = greeting is not None or any(_GREETS.match(line) for line in lines[:HEAD_LINES])
    signed = _signed(lines, greets, named)
    if greeting and not (signed and named.named(signed.name) and not named.named(greeting)):
        author = (signed.name or signed.younger) if signed else ""
        under = f" and is signed “{author}”" if author else ""
        return Writer(author or SOMEBODY, f"it greets “{greeting}”{under}: written to them")
    if signed and signed.name:
        return Writer(None if named.signs(signed.name) else signed.name, f"it is signed “{signed.name}”")
    if signed and named.is_elder:
        return Writer(signed.younger, f"it is signed “{signed.younger}”")
    if not greets and _is_about(text, named):
        return Writer(None, "it speaks of them and is not by them", told=True)
    return unsigned(person)


def unsigned(person: str) -> Writer:
    """Where nothing tells."""
    return Writer(None, f"nothing says who wrote it: give --author NAME if it was not {person}")


def _greetings(lines: Sequence[str], named: Named) -> Iterator[str]:
    """Whom the head greets, where it is the person."""
    for place, line in enumerate(lines[:HEAD_LINES]):
        whole = line[: SHOWN_CHARS + 1]
        for form in (_DEAR, _WISHES):
            if (match := form.match(whole)) and named.greeted(match["who"]):
                yield match["who"].strip()
        if place == 0 and (match := _CALLED.match(whole)) and named.greeted(match["who"]):
            yield match["who"]
        match = _DEAR_ZH.match(whole)
        if match and match["dear"] and named.greeted(match["dear"]):
            yield match["dear"]
        elif match and match["called"] and named.greeted(match["called"]) and _calls(match, place):
            yield match["called"]


def _calls(match: re.Match[str], place: int) -> bool:
    """Whether a name that begins a line is called, rather than spoken of, or said to speak."""
    if match["end"] in {"：", ":"}:
        return not match["rest"].strip() or bool(match["well"])
    return bool(match["end"]) and (place == 0 or bool(match["well"]))


def _signed(lines: Sequence[str], greets: bool, named: Named) -> _Signed | None:
    """Who signed at the foot. A name without a closing counts where the head greets somebody, or it is the person's."""
    tail = list(takewhile(lambda line: not _AFTER.match(line), lines[1:]))[-TAIL_LINES:]
    tail = [words for line in tail if (words := _KISSES.sub("", _undated(line[-FOOT_CHARS:])))]
    for place in reversed(range(len(tail))):
        match = _CLOSING.fullmatch(tail[place])
        below = tail[place + 1] if len(tail) - place == 2 else ""
        if match and (signed := _closed(match, below)):
            return signed
    if not tail:
        return _one_line(lines)
    last = tail[-1].lstrip("—–- ")
    if is_name(last) and last.isascii() and (greets or last != tail[-1] or named.named(last)):
        return _Signed(last, "")
    return _signed_zh(last, greets or last != tail[-1], named)


def _one_line(lines: Sequence[str]) -> _Signed | None:
    """A note of one line: "Thank you for the socks. Love from Lucy"."""
    if not lines:
        return None
    *before, last = re.split(r"[.!?。！？]\s*", _KISSES.sub("", lines[0][-FOOT_CHARS:]))
    match = _CLOSING.fullmatch(last) if before else None
    return _closed(match, "") if match else None


def _closed(match: re.Match[str], below: str) -> _Signed | None:
    """The name behind a closing or below it."""
    led = "from" in match["by"].lower() or "," in match["by"] or match[0].lower().lstrip("—–- ").startswith("from")
    inline = _relation(match["name"], led)
    if inline is None:
        return None
    if inline.name:
        return inline
    under = _relation(below, led=False)
    return _Signed(under.name, inline.younger) if under else inline if inline.younger else None


def _relation(words: str, led: bool) -> _Signed | None:
    """`granddaughter, Lucy` told apart; None for what is no name."""
    first, _, rest = words.strip(" ,").partition(" ")
    younger = first.strip(",").lower() if first.strip(",").lower() in _YOUNGER else ""
    name = (rest if younger else words).strip(" ,.—–-")
    parts = [part for part in _AND.split(name) if part]
    if not all(is_name(part if not led else part.title()) and len(part.split()) < 4 for part in parts):
        return None
    return _Signed(name, younger)


def _signed_zh(last: str, greets: bool, named: Named) -> _Signed | None:
    match = _SIGNED_ZH.fullmatch(last)
    if match is None or not (match["name"] or match["younger"]):
        return None
    name, younger = match["name"] or "", match["younger"] or ""
    whole = younger + name
    if named.named(whole) or (whole in _SEX and (greets or match["end"] or match["whose"])):
        return _Signed(whole, "")
    if _NO_NAME_ZH.fullmatch(whole):
        return None
    if len(younger) > 1 or match["whose"] or match["end"]:
        return _Signed(name, younger) if len(younger) > 1 else _Signed(whole, "")
    return _Signed(whole, "") if greets and 1 < len(whole) <= LONGEST_BARE_CHARS else None


def _is_about(text: str, named: Named) -> bool:
    """Whether somebody is spoken of, again and again, by one who says neither I nor you."""
    prose = _QUOTED.sub(" ", text[:PROSE_CHARS])
    about = len(_OTHER.findall(prose)) + named.mentions(prose)
    within = len(_SELF.findall(prose)), len(_YOU.findall(prose))
    return bool(_OTHER.search(prose)) and about >= LEAST_ABOUT and max(within) <= OTHERS_SHARE * about


def _undated(line: str) -> str:
    found = find_date(line)
    return (line[: found.start] + line[found.end :]).strip() if found else line


def _words(name: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(name)]


def _initials(parts: Sequence[str]) -> str:
    return "".join(part[0] for part in parts)


def _ends(name: str, word: str) -> bool:
    """王奶奶 ends in 奶奶."""
    return len(word) > 1 and bool(_HAN.match(word)) and name.endswith(word)
