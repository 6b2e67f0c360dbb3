"""What a number format adds to a value, or keeps from being seen."""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from perf_xlsx.domain.text import fold
from perf_xlsx.system.pattern import pattern

LONGEST = 255  # characters of a format: Excel's own limit; the rest is not read
_TOKEN = pattern(r'"([^"]*)"|[\\!](.)|[_*].|\[([^\]]*)\]|(.)', re.DOTALL)
_CONDITION = pattern(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_UNIT = pattern(r"(?:[^\W\d_]|[㎡㎥㎢°]){1,6}[²³]?|[%‰]")
_ELAPSED = pattern(r"h+|m+|s+", re.IGNORECASE)  # in brackets: hours beyond a day
_NO_DATE = pattern(r"general|standard|g/(?![a-z])|(?<=s)\.0+|(?<=s\])\.0+")  # G/通用格式; parts of a second
_DATE = pattern(r"[ymdhsge]|a{3,4}|n{2,4}")
_PART = pattern(
    r"""(?xis) "(?P<quoted>[^"]*)" | [\\!](?P<escaped>.) | [_*]. | \[(?P<elapsed>h+|m+|s+)\] | \[[^\]]*\]
    | (?P<code>y+|m+|d+|h+|s+|a{3,4}|n{2,4}|e+) | (?:am/pm|a/p|上午/下午|g+|\.0+) | (?P<bare>.)"""
)
_EPOCH = datetime.datetime(1899, 12, 30)
_HOLDS = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


class FormatSection(NamedTuple):
    """One part of a format: its placeholders, the text up to the last of them and behind it, its condition."""

    code: str = ""
    before: str = ""
    behind: str = ""
    condition: str = ""

    def holds(self, value: Decimal) -> bool:
        """Whether the section's own condition, if it has one, is for the value."""
        found = _CONDITION.fullmatch(self.condition)
        return found is None or bool(_HOLDS[found[1]](value, Decimal(found[2])))


def shows_nothing(code: str, value: Decimal | str) -> bool:
    """Whether a person sees an empty cell: `;;;`, or a zero in `#,###` and `0;-0;`."""
    section = _section(code, value)
    if section is None or (section.before + section.behind).strip():
        return False
    digits = section.code.replace(" ", "")
    return not digits or (isinstance(value, Decimal) and abs(value) < Decimal("0.5") and not digits.strip("#?,"))


def unit_behind(code: str, value: Decimal) -> str:
    """The unit that the format writes behind the number as mere text, 元 in `0.00"元"`; "" for anything else."""
    section = _section(code, value)
    unit = fold(section.behind).strip() if section else ""
    return unit if _UNIT.fullmatch(unit) else ""


@lru_cache(4096)
def is_date(code: str) -> bool:
    """Whether a number format shows a date, a part of one, a weekday or a time; a quoted 天 is a unit."""
    return any(_shows_date(part.code.lower()) for part in _sections(code))


def _shows_date(code: str) -> bool:
    bare = _NO_DATE.sub("", code)
    return not any(mark in bare for mark in "0#?@") and _DATE.search(bare) is not None


@lru_cache(4096)
def names_a_day(code: str) -> bool:
    """Whether a date's format shows a month with its year or day."""
    _, marks, minutes = _codes(code)
    month = any(mark[:1] == "m" and at not in minutes for at, mark in enumerate(marks))
    return month and any(mark[:1] in ("y", "e") or mark in ("d", "dd") for mark in marks if mark)


def _codes(code: str) -> tuple[list[re.Match[str]], list[str], set[int]]:
    """A date's format piece by piece, the code that each of them is ("" for texts), and which m are minutes."""
    found = [*_PART.finditer(code.split(";")[0])]
    marks = [(part["code"] or part["elapsed"] or "").lower() for part in found]
    return found, marks, {*_minutes(marks)}


def part_of_date(code: str, moment: datetime.datetime) -> str | None:
    """What a format shows of a moment: 1:20, 星期二, 3月; None for one that shows the whole day."""
    found, marks, minutes = _codes(code)
    year = any(mark[:1] in ("y", "e") for mark in marks if mark)
    if names_a_day(code) and year and ("d" in marks or "dd" in marks):
        return None
    shown = [
        _piece(part, mark, at in minutes, moment) for at, (part, mark) in enumerate(zip(found, marks, strict=True))
    ]
    return "".join(shown).strip()


def _minutes(marks: list[str]) -> Iterator[int]:
    """Which m are minutes: behind hours, or before seconds."""
    last = ""
    codes = [(at, mark) for at, mark in enumerate(marks) if mark]
    for number, (at, mark) in enumerate(codes):
        following = codes[number + 1][1] if number + 1 < len(codes) else ""
        if mark in ("m", "mm") and (last[:1] == "h" or following[:1] == "s"):
            yield at
        last = mark


def _weekday(letter: str, size: int, moment: datetime.datetime) -> str:
    is_long = (letter, size) in (("a", 4), ("d", 4), ("n", 3), ("n", 4))
    return ("星期" if is_long else "周") + "一二三四五六日"[moment.weekday()]


def _piece(part: re.Match[str], mark: str, minute: bool, moment: datetime.datetime) -> str:
    if part["elapsed"]:
        seconds = int((moment - _EPOCH).total_seconds())
        return f"{seconds // {'h': 3600, 'm': 60, 's': 1}[mark[0]]:0{len(mark)}d}"
    if not mark:
        return next(filter(None, part.group("quoted", "escaped", "bare")), "")
    match mark[0], len(mark):
        case ("a" | "n" | "d", size) if mark[0] != "d" or size > 2:
            return _weekday(mark[0], size, moment)
        case "y", 2:
            return f"{moment.year % 100:02d}"
        case "y" | "e", _:
            return str(moment.year)
        case "m", size if size > 2:
            return f"{moment.month}月"
        case kind, size:
            numbers = {"m": moment.minute if minute else moment.month, "d": moment.day}
            return f"{(numbers | {'h': moment.hour, 's': moment.second})[kind]:0{size}d}"


def _section(code: str, value: Decimal | str) -> FormatSection | None:
    """The part of the format that shows the value; None where it is shown as it is."""
    sections = _sections(code)
    texts = sections[3:] or [part for part in sections[-1:] if "@" in part.code]
    if isinstance(value, str):
        return texts[0] if texts else None
    return _number_section(sections[: len(sections) - len(texts)], value) if code else None


def _number_section(sections: list[FormatSection], value: Decimal) -> FormatSection | None:
    if any(part.condition for part in sections):
        return next((part for part in sections if part.holds(value)), None)
    if not sections:
        return None
    if value < 0:
        return sections[min(1, len(sections) - 1)]
    return sections[2] if not value and len(sections) > 2 else sections[0]


@lru_cache(4096)
def _sections(code: str) -> list[FormatSection]:
    found = [FormatSection()]
    for quoted, escaped, bracket, bare in _TOKEN.findall(code.replace("G/通用格式", "General")):
        part = found[-1]
        text = quoted or escaped or (bare if not bare.isascii() else "")
        if bare == ";":
            found.append(FormatSection())
        elif text:
            found[-1] = part._replace(behind=part.behind + text)
        elif bare:
            found[-1] = part._replace(code=part.code + bare, before=part.before + part.behind, behind="")
        elif _CONDITION.fullmatch(bracket):
            found[-1] = part._replace(condition=bracket)
        elif _ELAPSED.fullmatch(bracket):
            found[-1] = part._replace(code=f"{part.code}[{bracket}]")
    return found
