"""What is said in Chinese for money, measures, addresses and numbers. Knows nothing of pauses or sound."""

from __future__ import annotations

import re
from decimal import Decimal

from voice import dates
from voice.dates import TO
from voice.numerals import AMOUNT, Rule, apply, called, chinese_number, hanzi, one_by_one, ordinal
from voice.signs import COINS, FRACTION, MAIL, MEASURE, MONEY, MULTIPLES, PHONE, PHONE_CODE, UNITS, WEB, host, listed


def in_chinese(text: str) -> str:
    """Chinese text with every number and sign in words; none of its digits is left."""
    return apply(_RULES, text)


def _money(match: re.Match[str]) -> str:
    coin = COINS[match["coin"]][2]
    amount = match["amount"].replace(",", "")
    if match["times"]:
        amount = str((Decimal(amount) * MULTIPLES[match["times"].lower()]).quantize(Decimal(1)))
    whole, _, fraction = amount.partition(".")
    kept = fraction.rstrip("0")
    said = "两" if whole == "2" and not kept else hanzi(whole)
    return f"{said}{f'点{one_by_one(kept)}' if kept else ''}{match['group'] or ''}{coin}"


def _measure(match: re.Match[str]) -> str:
    before, star, after = UNITS[match[2]][2].rpartition("*")
    said = "两" if match[1] == "2" and not match[2].startswith("°") else chinese_number(match[1])
    return f"{before}{said}{after}" if star else f"{said}{after}"


def _fraction(match: re.Match[str]) -> str:
    said = f"{hanzi(match['bottom'])}分之{hanzi(match['top'])}"
    return f"{hanzi(match['whole'])}又{said}" if match["whole"] else said


def _about(match: re.Match[str]) -> str:
    """ "3、4个" is "三四个", said in one breath."""
    neighbours = int(match[2]) == int(match[1]) + 1
    return one_by_one(match[1] + match[2]) if neighbours else match.group()


def _telephone(match: re.Match[str]) -> str:
    return "、".join(called(group) for group in re.findall(r"\d+", match.group()))


# What "2" is 两 before: things counted. 月, 号, 日 and 楼 are numbered and not counted.
_COUNTED = (
    "个個位只隻条條次天件本张張块塊岁歲点點里公斤米元匹头頭棵朵座间間家户把双雙对對套辆輛艘封遍趟场場顿頓"
    "杯碗瓶盒包口句首步种種样樣倍周週小分秒年万亿百千"
)
_NUMBERED_NOT_COUNTED = "年级|年級|分之"
# After these a number is said digit by digit, and before those as well.
_CALLED = ("打", "拨", "电话", "手机", "号码", "邮编", "微信", "電話", "手機", "號碼")
_DIALLED = rf"(?:{'|'.join(f'(?<={word})' for word in _CALLED)})([是为：:\s]{{0,2}})"
_NAMED = r"(?=\s?(?:[室房]|号(?:房|室|楼)|路(?:公交|车|汽车)|次(?:列车|航班)))"

_RULES: list[Rule] = [
    (re.compile(WEB, re.A), lambda match: host(match, "点")),
    (re.compile(MAIL, re.A), lambda match: f"{match[1].replace('.', '点')}艾特{match[2].replace('.', '点')}"),
    *dates.CHINESE,
    (re.compile(r"(?<![\d.,])(\d{1,4})(?:st|nd|rd|th)\b", re.A), lambda match: ordinal(int(match[1]))),
    (re.compile(rf"{_DIALLED}(\d{{3,12}})(?![\d个次元块分下-]|[.,]\d)"), lambda match: match[1] + called(match[2])),
    (re.compile(PHONE_CODE, re.A), lambda match: f"加{_telephone(match)}"),
    (re.compile(r"(?<![\w-])(?:0\d{2,3}-\d{7,8}|1\d{2}[- ]\d{4}[- ]\d{4})(?![\w-])", re.A), _telephone),
    (re.compile(PHONE, re.A), _telephone),
    (re.compile(r"(?<!\d)1\d{10}(?!\d)"), lambda match: called(match.group())),
    (re.compile(rf"(?<![\d.,])(\d{{3,4}}){_NAMED}"), lambda match: called(match[1])),
    (re.compile(r"(?<=[A-Za-z])(\d{3,6})(?![\d.,])"), lambda match: called(match[1])),
    (re.compile(rf"({listed(COINS)})({AMOUNT}){TO}(?=\d)"), r"\2到\1"),
    (re.compile(rf"{MONEY}(?P<group>[万亿])?元?"), _money),
    (
        re.compile(r"(?<![\w.])(\d{1,2})['′]\s?(\d{1,2})(?:\"|″|'')?(?!\w)", re.A),
        lambda match: f"{hanzi(match[1])}英尺{hanzi(match[2])}英寸",
    ),
    (
        re.compile(rf"(?<!\d)({AMOUNT})\s?%{TO}({AMOUNT})\s?%"),
        lambda match: f"百分之{chinese_number(match[1])}到百分之{chinese_number(match[2])}",
    ),
    (re.compile(rf"(?<!\d)(?<!\d\s)[-−]({AMOUNT})(?=\s?(?:°C|%))"), r"负\1"),
    (re.compile(rf"(?<!\d)({AMOUNT})\s?%"), lambda match: f"百分之{chinese_number(match[1])}"),
    (re.compile(rf"(?<!\d)({AMOUNT})\s?‰"), lambda match: f"千分之{chinese_number(match[1])}"),
    (re.compile(FRACTION, re.A), _fraction),
    (re.compile(r"(?<![A-Za-z\d.年月日号时点分])[-−](?=\d)"), "负"),
    (re.compile(rf"(?<=[\d年月日号时点分]){TO}(?=\d)"), "到"),
    (re.compile(MEASURE, re.A), _measure),
    (re.compile(r"(?<=\d)\s?[:：]\s?(?=\d)"), "比"),
    (re.compile(r"(?<![\d.])([1-9])[、,]([1-9])(?=[十百千万个位天年月岁斤块里次本只])"), _about),
    (re.compile(rf"(?<![A-Za-z\d.第])2(?!{_NUMBERED_NOT_COUNTED})(?=[{_COUNTED}])"), "两"),
    (re.compile(r"(?<=\d)\s?[×x*]\s?(?=\d)"), "乘"),
    (re.compile(r"(?<=\d)\s?÷\s?(?=\d)"), "除以"),
    (re.compile(rf"第\s?({AMOUNT})"), lambda match: f"第{chinese_number(match[1]).replace('两', '二')}"),
    (re.compile(rf"(?<!\d){AMOUNT}"), lambda match: chinese_number(match.group())),
    (re.compile(r"\s?&\s?"), "和"),
    (re.compile(r"(?<=\w)[+](?=\w)"), "加"),
    (re.compile(r"(?<=\w)\s?=\s?(?=\w)"), "等于"),
    (re.compile(r"\d"), lambda match: one_by_one(match.group())),
]
