"""Signs that both languages share: coins, measures, addresses, telephone numbers. Knows not how they are said."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voice.numerals import AMOUNT

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af〇々"
NAME_STARTS = r"A-Z\ue000\U000f0000-\U000ffffd"  # a capital, a stressed word, or a word of the family's list

COINS = {
    "US$": ("dollar", "cent", "美元"), "$": ("dollar", "cent", "美元"), "£": ("pound", "penny", "英镑"),
    "€": ("euro", "cent", "欧元"), "¥": ("yuan", "fen", "元"), "₩": ("won", "", "韩元"), "₹": ("rupee", "", "卢比"),
}  # fmt: skip
MULTIPLES = {"k": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "bn": 10**9, "b": 10**9, "billion": 10**9}
UNITS = {  # one, several, in Chinese; what is counted "an hour" stands before the number in Chinese
    "km/h": ("kilometre an hour", "kilometres an hour", "每小时*公里"),
    "mph": ("mile an hour", "miles an hour", "每小时*英里"),
    "m/s": ("metre a second", "metres a second", "每秒*米"),
    "km2": ("square kilometre", "square kilometres", "平方公里"),
    "m2": ("square metre", "square metres", "平方米"),
    "m3": ("cubic metre", "cubic metres", "立方米"),
    "km": ("kilometre", "kilometres", "公里"),
    "cm": ("centimetre", "centimetres", "厘米"),
    "mm": ("millimetre", "millimetres", "毫米"),
    "kg": ("kilogram", "kilograms", "公斤"),
    "mg": ("milligram", "milligrams", "毫克"),
    "ml": ("millilitre", "millilitres", "毫升"),
    "lbs": ("pounds", "pounds", "磅"),
    "lb": ("pound", "pounds", "磅"),
    "oz": ("ounce", "ounces", "盎司"),
    "ft": ("foot", "feet", "英尺"),
    "mi": ("mile", "miles", "英里"),
    "m": ("metre", "metres", "米"),
    "g": ("gram", "grams", "克"),
    "°C": ("degree Celsius", "degrees Celsius", "摄氏度"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit", "华氏度"),
    "°": ("degree", "degrees", "度"),
}  # fmt: skip


def listed(words: Mapping[str, object]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def host(match: re.Match[str], dot: str) -> str:
    """The name in a web address, with its dots in words; the rest of an address nobody says."""
    return (match["host"] or match["bare"]).removeprefix("www.").replace(".", dot)


MONEY = (
    rf"(?P<coin>{listed(COINS)})\s?(?P<amount>{AMOUNT})(?:\s?(?P<times>million|billion|mn|bn|[kmbKMB])(?![A-Za-z]))?"
)
MEASURE = rf"(?<![\w.,])({AMOUNT})\s?({listed(UNITS)})(?![A-Za-z0-9/²³])"
FRACTION = r"(?<![\w./,])(?:(?P<whole>\d{1,4})\s+)?(?P<top>\d{1,4})\s?/\s?(?P<bottom>\d{1,4})(?![\w/]|[.,]\d)"
_LABEL = r"[A-Za-z0-9-]{1,63}"
_HOST = rf"{_LABEL}(?:\.{_LABEL}){{1,5}}"
_PATH = r"(?::\d{1,5})?(?:[/?#][!-~]{0,500}[\w/=#&-]|/)?"
_ENDINGS = r"com|org|net|edu|gov|mil|cn|io|uk|de|fr"  # by which a host without http:// or www. is known
WEB = (
    rf"(?<![\w@.])(?:(?:https?://|www\.)(?P<host>{_HOST})"
    rf"|(?P<bare>{_LABEL}(?:\.{_LABEL}){{0,3}}\.(?:{_ENDINGS}))(?![\w@-]|\.\w)){_PATH}"
)
MAIL = rf"(?<![\w.+@-])([A-Za-z0-9._+-]{{1,64}})@({_HOST})"
PHONE = r"(?<![\w-])(?:\+?\d{1,3}[ -])?(?:\(\d{2,4}\) ?|\d{2,4}[ -])?\d{3,4}-\d{4}(?![\w-])"
PHONE_CODE = r"(?<![\w-])\+\d{1,3}(?:[ -]?\d{2,4}){2,4}(?![\w-])"
