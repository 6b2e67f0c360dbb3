"""Sign, number and unit apart: what a person types where only a number was asked for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from perf_xlsx.vocabulary import vocabulary

# Longest first, so that ">=" is not read as ">".
SIGNS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        ((word, sign) for sign, known in vocabulary("signs").items() for word in known["words"]),
        key=lambda pair: -len(pair[0]),
    )
)
JUDGEMENTS = ("达成", "部分达成", "未达成")
DASHES = frozenset({"-", "--", "—", "——", "–", "―", "/", "\\", "一", "…", "……"})
LONGEST_QUANTITY = 200  # characters; a longer text is no number with its unit
MONEY_UNITS = ("元", "万元", "亿元")

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_NUMBER = re.compile(r"[+-]?\s*(?:(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,2}(?![\d.]))?")
_BRACKETED = re.compile(r"\(([\d,. ]+)\)(?=$|[%元万亿])")  # accountants' negative
_MINUS = str.maketrans("−–△▲", "----")
_DIGITS = {
    word: n
    for n, words in enumerate(["零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"])
    for word in words
}
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_IN_WORDS = re.compile(rf"([{''.join((*_DIGITS, *_PLACES))}万亿]+)(%|(?:万元|[元圆])?)(.*)")
_CENTS = re.compile(rf"(?:零?([{''.join(_DIGITS)}])角)?(?:零?([{''.join(_DIGITS)}])分)?[整正]?")


@dataclass(frozen=True)
class Quantity:
    """A number with what was typed around it: `sign` and `unit` are "" when absent.

    `cleaned` tells that separators, full-width digits or hidden characters had to be taken away, `words` that it
    was written in Chinese numerals.
    """

    number: Decimal
    sign: str = ""
    unit: str = ""
    cleaned: bool = False
    words: bool = False


def squeeze(text: str) -> str:
    """Text as it compares: full-width forms folded, invisible characters gone, ends trimmed."""
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip()


def tidy(text: str) -> str:
    """Text as it is kept: without what cannot be seen."""
    return text.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").strip()


def same_name(text: str) -> str:
    """A name as it compares: also without any spaces, colons, asterisks and brackets' width."""
    return re.sub(r"[\s:*＊]", "", squeeze(text))


@lru_cache(1 << 12)  # the labels of a form come again in every workbook
def same_label(text: str) -> str:
    """A label as it compares."""
    return same_name(text)


def unit_name(unit: str) -> str:
    """A unit as it compares: "％" and "百分比" are "%"."""
    unit = re.sub(r"\s", "", squeeze(unit))
    return "%" if unit in ("百分比", "百分之", "百分点") else unit


def parse_sign(text: str) -> str | None:
    """The sign that a word stands for, or None."""
    folded = re.sub(r"\s", "", squeeze(text))
    return next(
        (sign for word, sign in SIGNS if folded == word), "定性" if folded in ("定性", "定性指标") else None
    )


def parse_quantity(text: str) -> Quantity | None:
    """Read "≥1,234.50 万元", "９５％", "(1,234.50)" or "壹佰元整".

    None when no single number stands there ("完成", "3-5", "2023年6月").
    """
    folded = squeeze(text).translate(_MINUS)
    if len(folded) > LONGEST_QUANTITY:
        return None
    sign, rest = "", folded
    for word, meaning in SIGNS:
        if folded.startswith(word):
            sign, rest = meaning, folded[len(word) :].strip()
            break
    rest, yuan = (rest[1:].strip(), "¥") if rest.startswith("¥") else (rest, "")
    if rest.startswith("负"):
        rest = f"-{rest[1:]}"
    elif bracket := _BRACKETED.match(rest):
        rest = f"-{bracket[1].strip()}{rest[bracket.end() :]}"
    found = _NUMBER.match(rest)
    if found is None:
        return _in_words(rest, sign)
    unit = rest[found.end() :].strip() or yuan
    if any(ch.isdigit() for ch in unit) or unit[:1] in ("-", "~", "—", ",", ".", "/", "+", "*"):
        return None
    digits = re.sub(r"[,\s]", "", found.group())
    plain = digits.removeprefix("+") in text
    return Quantity(Decimal(f"{Decimal(digits):f}"), sign, unit_name(unit), cleaned=not plain)


_TIME = re.compile(r"(?<!\d)20\d\d(?:\s*年|[-/]\d{1,2}|\.\d{1,2}\.\d)|\d{1,2}\s*月")
_MONTH = (
    re.compile(  # "2023.6" is June where no sign stands before it and no unit behind it: "≤2050.5万元" is money
        rf"({'|'.join(word for word, _ in SIGNS)})?\s{{0,9}}(?<![\d.])20\d\d\.(?:0?[1-9]|1[0-2])\s*"
        r"(?=$|[前底末止至到~,;。、)-]|之前|以前|[上中下]旬|完成|完工|竣工|验收|交付)"
    )
)
_REACHES = re.compile(r"^(?:达到|达|完成|实现)\s*(?=\d)")
_BOUNDS = (
    (re.compile(r"\(?[及含]{0,2}\)?以上$"), "≥"),
    (re.compile(r"\(?[及含]{0,2}\)?(?:以下|以内|之内)$"), "≤"),
)


def is_time(text: str) -> bool:
    """Whether a target is a point in time ("2023年12月底前"), which no ratio can measure; "12个月" is none."""
    folded = squeeze(text)
    month = _MONTH.search(folded)
    return _TIME.search(folded) is not None or (month is not None and month[1] is None)


def parse_target(text: str) -> Quantity | None:
    """Read a target with its sign in words: "达到95%", "90%以上", "3天以内"; None for a time or a text."""
    folded = squeeze(text)
    if is_time(folded):
        return None
    for bound, sign in _BOUNDS:
        if bound.search(folded):
            found = parse_quantity(bound.sub("", folded))
            return found and Quantity(found.number, found.sign or sign, found.unit, found.cleaned)
    reaches = _REACHES.sub("", folded)
    if reaches == folded:
        return parse_quantity(text)
    found = parse_quantity(reaches)
    return found and Quantity(found.number, found.sign or "≥", found.unit, found.cleaned)


def _in_words(text: str, sign: str) -> Quantity | None:
    """A number in Chinese numerals, bare or as an amount of money: "拾伍", "壹佰贰拾叁万元整"."""
    found = _IN_WORDS.fullmatch(text)
    number = _numeral(found[1]) if found else None
    if found is None or number is None:
        return None
    cents = _CENTS.fullmatch(found[3])
    if found[2] not in ("元", "圆"):
        return None if found[3] else Quantity(Decimal(number), sign, found[2], cleaned=True, words=True)
    if cents is None:
        return None
    tenths, hundredths = (_DIGITS[word] if word else 0 for word in cents.groups())
    amount = number + Decimal(tenths) / 10 + Decimal(hundredths) / 100
    return Quantity(amount, sign, "元", cleaned=True, words=True)


def _numeral(text: str) -> int | None:
    """ "壹佰贰拾叁万" -> 1230000; None for what is no number ("三四") or two ("三百二" is 302 or 320)."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            above, below = text.split(unit, 1)
            high = _numeral(above)
            low = _numeral(below) if below else 0
            if high is None or low is None or low >= size or (0 < low < size // 10 and below[0] not in "零〇"):
                return None
            return high * size + low
    total, least, zero = 0, 10_000, False
    digit: int | None = None
    for word in text:
        if word in _PLACES:
            place = _PLACES[word]
            if place >= least or (digit is None and (total or place != 10)) or digit == 0:
                return None
            total, digit, least = total + (1 if digit is None else digit) * place, None, place
        elif digit in (None, 0):
            digit, zero = _DIGITS[word], digit == 0
        else:
            return None
    return None if not text or (digit and least in (100, 1000) and not zero) else total + (digit or 0)
