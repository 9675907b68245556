"""What is said in English for abbreviations, money, measures and numbers. Knows nothing of pauses or sound."""

from __future__ import annotations

import re
from fractions import Fraction

from voice import dates
from voice.dates import TO
from voice.numerals import AMOUNT, Rule, apply, cardinal, digit_by_digit, ordinal, pairs, roman
from voice.signs import (
    COINS,
    FRACTION,
    MAIL,
    MEASURE,
    MONEY,
    MULTIPLES,
    NAME_STARTS,
    PHONE,
    PHONE_CODE,
    UNITS,
    WEB,
    host,
    listed,
)

_ABBREVIATIONS = {
    "e.g.": "for example,", "i.e.": "that is,", "vs.": "versus", "Mr.": "Mister", "Mrs.": "Missis", "Ms.": "Miz",
    "Prof.": "Professor", "Capt.": "Captain", "Lt.": "Lieutenant", "Sgt.": "Sergeant", "Cpl.": "Corporal",
    "Gen.": "General", "Col.": "Colonel", "Maj.": "Major", "Adm.": "Admiral", "Cmdr.": "Commander",
    "Rev.": "Reverend", "Hon.": "Honourable", "Gov.": "Governor", "Sen.": "Senator", "Pres.": "President",
    "Jr.": "Junior", "Sr.": "Senior", "Mt.": "Mount", "Ft.": "Fort", "Ave.": "Avenue", "Rd.": "Road",
    "Blvd.": "Boulevard", "Apt.": "Apartment", "Inc.": "Incorporated", "Ltd.": "Limited", "Corp.": "Corporation",
    "Co.": "Company", "Dept.": "Department", "approx.": "approximately", "Ph.D.": "P H D",
    "Jan.": "January", "Feb.": "February", "Aug.": "August", "Sept.": "September", "Oct.": "October",
    "Nov.": "November", "Dec.": "December",
}  # fmt: skip
_BEFORE_A_NUMBER = {
    "No.": "Number", "no.": "number", "Nos.": "Numbers", "pp.": "pages", "p.": "page", "vol.": "volume",
    "Vol.": "Volume", "ch.": "chapter", "Ch.": "Chapter", "Rm.": "Room", "Fig.": "Figure",
    "fig.": "figure", "c.": "about", "ca.": "about", "#": "number",
}  # fmt: skip
_TITLES = "Mr|Mrs|Ms|Prof|Capt|Lt|Rev"  # written without a stop in Britain
_STREETS = {"St": "Street", "Dr": "Drive", "Ave": "Avenue", "Rd": "Road", "Blvd": "Boulevard"}
_SPELLED = "VIP|YWCA|YMCA"  # espeak-ng would read them as words
_MULTIPLE_WORDS = {10**3: "thousand", 10**6: "million", 10**9: "billion"}
_PARTS = {2: "half", 4: "quarter"}
_LONGEST_BELOW = 2  # digits below the line of a fraction that is said as a part and not as "over"
_KINGS = (
    "Louis|Henry|George|Elizabeth|Edward|Charles|William|James|Richard|Paul|Pius|Leo"
    "|Napoleon|Philip|Frederick|Nicholas|Alexander|Catherine|Mary|John|Benedict|Francis|Gregory"
)
_NUMBERED = (
    "Chapter|Part|Volume|Book|Act|Scene|Section|World War|Phase|Apollo|Type|Class|Mark|Mk|Super Bowl|Article|Level"
)
_AFTER_A_NAME = "II|III|IV|VI|VII|VIII|IX|XI|XII|XIII|XIV|XV|XVI"  # I, V and X alone are too often a letter


def in_english(text: str) -> str:
    """English text with every number and sign in words; none of its digits is left."""
    return apply(_RULES, text)


def _letters(text: str) -> str:
    """Letters by their names; a lone A would be read as the article."""
    return " ".join("ay" if letter == "A" else letter for letter in text.upper())


def _mail(match: re.Match[str]) -> str:
    return f"{match[1].replace('.', ' dot ')} at {match[2].replace('.', ' dot ')}"


def _street(match: re.Match[str]) -> str:
    """The drive of "12 Oak Dr."; its stop ends the sentence where another begins."""
    return f"{match[1]}{_STREETS[match[2]]}{'.' if match[3] else ''}"


def _roman_place(match: re.Match[str]) -> str:
    value = roman(match[2])
    return f"{match[1]} the {ordinal(value)}" if value else match.group()


def _roman_number(match: re.Match[str]) -> str:
    word, value = match[1] or match[3], roman(match[2] or match[4])
    return f"{word} {cardinal(str(value))}" if value else match.group()


def _money(match: re.Match[str]) -> str:
    """An amount: "$3.50" → "three dollars fifty", "£1.2m" → "one point two million pounds"."""
    coin, part, _ = COINS[match["coin"]]
    amount = match["amount"].replace(",", "")
    many = f"{coin}s" if coin not in ("yuan", "won") else coin
    if match["times"]:
        return f"{cardinal(amount)} {_MULTIPLE_WORDS[MULTIPLES[match['times'].lower()]]} {many}"
    whole, _, fraction = amount.partition(".")
    if len(fraction) not in (0, 2) or not part:
        return f"{cardinal(amount)} {many}"
    pieces = (
        [f"{cardinal(whole)} {coin if int(whole) == 1 else many}"] if int(whole) or not int(fraction or "0") else []
    )
    if int(fraction or "0"):
        several = {"penny": "pence", "cent": "cents", "fen": "fen"}[part]
        pieces.append(cardinal(str(int(fraction))) + ("" if pieces else f" {part if int(fraction) == 1 else several}"))
    return " ".join(pieces)


def _measure(match: re.Match[str]) -> str:
    one, several, _ = UNITS[match[2]]
    return f"{cardinal(match[1])} {one if match[1] == '1' else several}"


def _fraction(match: re.Match[str]) -> str:
    whole, top, bottom = match["whole"], int(match["top"]), int(match["bottom"])
    if len(match["bottom"]) > _LONGEST_BELOW or bottom < _LONGEST_BELOW or top == 0:
        return f"{match['whole'] or ''} {cardinal(match['top'])} over {cardinal(match['bottom'])}".strip()
    part = _PARTS.get(bottom, ordinal(bottom))
    several = "halves" if part == "half" else f"{part}s"
    if whole and Fraction(top, bottom) < 1:
        return f"{cardinal(whole)} and {f'a {part}' if top == 1 else f'{cardinal(str(top))} {several}'}"
    said = f"{cardinal(str(top))} {part if top == 1 else several}"
    return f"{cardinal(whole)} {said}" if whole else said


def _ordinal(match: re.Match[str]) -> str:
    return ordinal(int(match[1]))


def _digits(number: str) -> str:
    """A telephone number: its digits, with a pause after each group."""
    groups = ", ".join(digit_by_digit(group) for group in re.findall(r"\d+", number))
    return f"plus {groups}" if number.startswith("+") else groups


_STREET = r"Street|Road|Avenue|Lane|Drive|Boulevard"

_RULES: list[Rule] = [
    (re.compile(WEB), lambda match: host(match, " dot ")),
    (re.compile(MAIL), _mail),
    (re.compile(rf"\b({_TITLES})\s(?=[A-Z])"), lambda match: f"{_ABBREVIATIONS[match[1] + '.']} "),
    (re.compile(rf"(?<=\d)((?:\s[A-Z][a-z]{{1,20}}){{1,3}}\s)({'|'.join(_STREETS)})\.(?=(\s+[A-Z])?)"), _street),
    (re.compile(rf"\bDr\.?(?=\s[{NAME_STARTS}])"), "Doctor"),
    (re.compile(r"(?<=[A-Za-z]\s)Dr\.(?!\s[A-Z])"), "Drive"),
    (re.compile(rf"(?<=[A-Za-z]\s)St\.(?!\s(?!N\b|S\b|E\b|W\b)[{NAME_STARTS}])"), "Street"),
    (re.compile(rf"\bSt\.?(?=\s[{NAME_STARTS}])"), "Saint"),
    (re.compile(rf"(?<![\w.])(?:{listed(_BEFORE_A_NUMBER)})\s?(?=\d)"),
     lambda match: f"{_BEFORE_A_NUMBER[match.group().strip()].strip()} "),
    *dates.ENGLISH,
    (re.compile(r"\b[ap]\.\s?m\.(?=(\s+[A-Z]|\s*$)?)"),
     lambda match: ("ay M" if match.group()[0] == "a" else "P M") + ("." if match[1] is not None else "")),
    (re.compile(r"\betc\.(?=(\s+[A-Z]|\s*$)?)"), lambda match: "et cetera" + ("." if match[1] is not None else "")),
    (re.compile(rf"(?<![\w.])(?:{listed(_ABBREVIATIONS)})(?=[\s,;:)]|$)"), lambda match: _ABBREVIATIONS[match.group()]),
    (re.compile(r"\bP\.?\s?S\.(?=\s)|\bPS:"), "P S,"),
    (re.compile(r"\b(?:[A-Za-z]\.){2,}(?![A-Za-z])"), lambda match: _letters(match.group().replace(".", ""))),
    (re.compile(r"(?<!P )(?<!ay )\b([A-Z])\.(?=\s+[A-Z])"), r"\1"),
    (re.compile(rf"\b(?:{_SPELLED})\b"), lambda match: _letters(match.group())),
    (re.compile(r"\bWW(II?)\b"), lambda match: f"World War {'two' if match[1] == 'II' else 'one'}"),
    (re.compile(rf"\b({_NUMBERED}) ([IVXL]{{1,8}})\b|\b((?i:{_NUMBERED})) (?!I\b)([IVXL]{{1,8}})\b"), _roman_number),
    (re.compile(r"\b((?:King|Queen|Pope|Emperor|Tsar) [A-Z][a-z]{1,20}) ([IVXL]{1,8})\b(?!['’])"), _roman_place),
    (re.compile(rf"\b({_KINGS}) (?!I\b)([IVXL]{{1,8}})\b(?!['’])"), _roman_place),
    (re.compile(rf"\b([A-Z][a-z]{{1,20}}) ({_AFTER_A_NAME})\b"), _roman_place),
    (re.compile(r"\b((?i:tel|fax|phone|call|dial|ring)[.:]?\s)(\d[\d -]{5,18}\d)\b"),
     lambda match: match[1] + _digits(match[2])),
    (re.compile(PHONE_CODE), lambda match: _digits(match.group())),
    (re.compile(PHONE), lambda match: _digits(match.group())),
    (re.compile(rf"({listed(COINS)})({AMOUNT}){TO}(?=\d)"), r"\2 to \1"),
    (re.compile(MONEY), _money),
    (re.compile(r"(?<![\w.])(\d{1,2})\s?¢"), lambda match: f"{cardinal(match[1])} cents"),
    (re.compile(r"(?<![\w.])(\d{1,2})['′]\s?(\d{1,2})(?:\"|″|'')?(?!\w)"),
     lambda match: f"{cardinal(match[1])} foot {cardinal(match[2])}"),
    (re.compile(r"\b((?i:room|rooms|apartment|flat|flight|suite|highway|route|bus|extension|cabin))\s(\d{3,4})\b(?![.,]\d)"),
     lambda match: f"{match[1]} {pairs(match[2])}"),
    (re.compile(rf"(?<![\w.,])(\d{{3,4}})(?=\s(?:[NSEW]\.?\s)?(?:[A-Z][a-z]{{1,20}}\s){{1,3}}(?:{_STREET}))"),
     lambda match: pairs(match[1])),
    (re.compile(r"(?<![\w.])24/7(?![\w/])"), "twenty four seven"),
    (re.compile(FRACTION), _fraction),
    (re.compile(rf"(?<![\w.])(\d{{1,40}}(?:\.\d{{1,40}})?){TO}(?=(?:{AMOUNT})\s?(?:{listed(UNITS)}))"), r"\1 to "),
    (re.compile(r"(?<![\w.,])[-−](?=\d)"), "minus "),
    (re.compile(MEASURE), _measure),
    (re.compile(rf"(?<=\d)(?<![A-Za-z]\d)(?<![A-Za-z]\d\d){TO}(?=\d)|(?<=\d)\s?:\s?(?=\d)"), " to "),
    (re.compile(r"(?<![\d.,])(\d{1,6})(?:st|nd|rd|th)\b"), _ordinal),
    (re.compile(r"\b([A-Za-z]{1,10})-(?=\d)"), r"\1 "),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"(?<=\d)\s?[+]\s?(?=\d)"), " plus "),
    (re.compile(r"(?<=\d)\s?[×x*]\s?(?=\d)"), " times "),
    (re.compile(r"(?<=\d)\s?÷\s?(?=\d)"), " divided by "),
    (re.compile(r"(?<=\d)x(?=\s[a-z])"), " times"),
    (re.compile(r"(?<=\d)[+]"), " plus"),
    (re.compile(r"(?<!\d)<3\b"), ""),
    (re.compile(r"(?<=\d)-(?=[A-Za-z])"), " "),
    (re.compile(rf"(?<!\d)({AMOUNT})"), lambda match: f" {cardinal(match[1])} "),
    (re.compile(r"\s{0,3}&\s{0,3}"), " and "),
    (re.compile(r"(?<=\w)\s{0,3}=\s{0,3}(?=\w)"), " equals "),
    (re.compile(r"(?<=\w)\s?@\s?(?=\w)|(?<=\s)@(?=\w)"), " at "),
    (re.compile(r"\d"), lambda match: f" {cardinal(match.group())} "),
]  # fmt: skip
