"""Numbers as words, in English and in Chinese. Knows nothing of what is counted, of sentences or of sound."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from num2words import num2words

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")
GROUPS = ("", "万", "亿", "万亿")
LONGEST_NUMBER = 16  # digits; longer ones are read digit by digit, as are those that begin with a zero
LONGEST_MEANT = 11  # digits; a telephone number has as many

# Bounded, so that a page of digits is read in linear time; a comma counts only where it parts thousands.
AMOUNT = r"(?:\d{1,3}(?:,\d{3}){1,8}(?!\d)|\d{1,40})(?:\.\d{1,40})?"

_ENGLISH_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def apply(rules: list[Rule], text: str) -> str:
    """The text after each rule in turn."""
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


# English


def cardinal(digits: str) -> str:
    """A whole number or a decimal: "1,105" → "one thousand one hundred and five", "3.50" → "three point five zero"."""
    whole, _, fraction = digits.replace(",", "").partition(".")
    by_digit = len(whole) > LONGEST_NUMBER or (len(whole) > 1 and whole[0] == "0")
    words = digit_by_digit(whole) if by_digit else _words(int(whole), "cardinal")
    return f"{words} point {digit_by_digit(fraction)}" if fraction else words


def ordinal(number: int) -> str:
    """A place in an order: 21 → "twenty first"."""
    return _words(number, "ordinal")


def year(digits: str) -> str:
    """A year of three or four digits: "1906" → "nineteen oh six"."""
    return _words(int(digits), "year")


def pairs(digits: str) -> str:
    """A house or room: "305" → "three oh five", "1214" → "twelve fourteen", "300" → "three hundred"."""
    if digits[0] == "0" or len(digits) not in (3, 4) or digits.endswith("00"):
        return cardinal(digits)
    last = digits[-2:]
    return f"{cardinal(digits[:-2])} {f'oh {cardinal(last[1])}' if last[0] == '0' else cardinal(last)}"


def digit_by_digit(digits: str) -> str:
    """Each digit by its name: "007" → "zero zero seven"."""
    return " ".join(_ENGLISH_DIGITS[int(digit)] for digit in digits)


def plural(word: str) -> str:
    """Several of a number word: "fifty" → "fifties", "hundred" → "hundreds"."""
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}es" if word.endswith("x") else f"{word}s"


def roman(letters: str) -> int | None:
    """The value of a Roman numeral below 90, or None where the letters are not one as it is usually written."""
    if not re.fullmatch(r"(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})", letters) or not letters:
        return None
    values = [_ROMAN[letter] for letter in letters]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))


@lru_cache(4096)
def _words(number: int, kind: str) -> str:
    words: str = num2words(number, to=kind)
    return words.replace(",", "").replace("-", " ")


# Chinese


def hanzi(digits: str) -> str:
    """A whole number in Chinese words: "105" → "一百零五". "2200" is "两千二百", "220" "二百二十"."""
    if len(digits) > LONGEST_NUMBER or len(digits) == LONGEST_MEANT or (digits[0] == "0" and len(digits) > 1):
        return one_by_one(digits)
    if int(digits) == 0:
        return DIGITS[0]
    text, gap = "", False
    groups = [digits[max(0, end - 4) : end] for end in range(len(digits), 0, -4)][::-1]
    for position, group in enumerate(groups):
        if int(group) == 0:
            gap = True
            continue
        gap = bool(text) and (gap or group[0] == "0")
        text += (DIGITS[0] if gap else "") + _thousand(str(int(group))) + GROUPS[len(groups) - 1 - position]
        gap = False
    text = re.sub(r"^二(?=百$|[千万亿])", "两", text)
    return text[1:] if text.startswith("一十") else text


def one_by_one(digits: str) -> str:
    """Digit for digit in Chinese, as a year is read."""
    return "".join(DIGITS[int(digit)] for digit in digits)


def called(digits: str) -> str:
    """Digit for digit in Chinese with 幺 for one, as a telephone, a room or a train is read."""
    return one_by_one(digits).replace("一", "幺")


def chinese_number(digits: str) -> str:
    """A whole number or a decimal in Chinese words: "1,200.50" → "一千二百点五零"."""
    whole, _, fraction = digits.replace(",", "").partition(".")
    return hanzi(whole) + (f"点{one_by_one(fraction)}" if fraction else "")


def _thousand(digits: str) -> str:
    text, gap = "", False
    for position, digit in enumerate(digits):
        if digit == "0":
            gap = True
            continue
        text += (DIGITS[0] if gap else "") + DIGITS[int(digit)] + PLACES[len(digits) - 1 - position]
        gap = False
    return text
