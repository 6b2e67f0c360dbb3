"""Sign, number and unit apart: what a person types where only a number was asked for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

# As typed in real forms; longest first, so that ">=" is not read as ">".
SIGNS: tuple[tuple[str, str], ...] = (
    *((word, "≥") for word in ("大于或等于", "大于等于", "不低于", "不少于", "不小于", ">=", "=>", "≥", "≧")),
    *((word, "≤") for word in ("小于或等于", "小于等于", "不超过", "不高于", "不大于", "<=", "=<", "≤", "≦")),
    *((word, "=") for word in ("等于", "=", "═")),
    *((word, ">") for word in ("大于", ">")),
    *((word, "<") for word in ("小于", "<")),
)
JUDGEMENTS = ("达成", "部分达成", "未达成")
DASHES = frozenset({"-", "--", "—", "——", "–", "―", "/", "\\", "一", "…", "……"})
MONEY_UNITS = ("元", "万元", "亿元")

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_NUMBER = re.compile(r"[+-]?\s*(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|[+-]?\s*\.\d+")


@dataclass(frozen=True)
class Quantity:
    """A number with what was typed around it: `sign` and `unit` are "" when absent.

    `cleaned` tells that separators, full-width digits or hidden characters had to be taken away.
    """

    number: Decimal
    sign: str = ""
    unit: str = ""
    cleaned: bool = False


def squeeze(text: str) -> str:
    """Text as it compares: full-width forms folded, invisible characters gone, ends trimmed."""
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip()


def same_label(text: str) -> str:
    """A label as it compares: also without any spaces, colons, asterisks and brackets' width."""
    return re.sub(r"[\s:*＊]", "", squeeze(text))


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
    """Read "≥1,234.50 万元" or "９５％"; None when no single number stands there ("完成", "3-5", "2023年6月")."""
    folded = squeeze(text).replace("−", "-").replace("–", "-")
    sign, rest = "", folded
    for word, meaning in SIGNS:
        if folded.startswith(word):
            sign, rest = meaning, folded[len(word) :].strip()
            break
    found = _NUMBER.match(rest)
    if found is None:
        return None
    unit = rest[found.end() :].strip()
    if any(ch.isdigit() for ch in unit) or unit[:1] in ("-", "~", "—", ",", ".", "/", "+", "*"):
        return None
    digits = re.sub(r"[,\s]", "", found.group())
    plain = digits.removeprefix("+") in text
    return Quantity(Decimal(digits), sign, unit_name(unit), cleaned=not plain)


_TIME = re.compile(r"20\d\d\s*年|\d{1,2}\s*月|20\d\d[-./]\d{1,2}")
_REACHES = re.compile(r"^(?:达到|达|完成|实现)\s*(?=\d)")
_BOUNDS = ((re.compile(r"\(?[及含]*\)?以上$"), "≥"), (re.compile(r"\(?[及含]*\)?(?:以下|以内|之内)$"), "≤"))


def is_time(text: str) -> bool:
    """Whether a target is a point in time ("2023年12月底前"), which no ratio can measure; "12个月" is none."""
    return _TIME.search(squeeze(text)) is not None


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
    found = parse_quantity(reaches)
    if found is None or reaches == folded:
        return found
    return Quantity(found.number, found.sign or "≥", found.unit, found.cleaned)
