"""What a number format adds to a value, or keeps from being seen."""

from __future__ import annotations

import operator
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

LONGEST = 255  # characters of a format: Excel's own limit; what is behind is not read
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|\[([^\]]*)\]|(.)', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_UNIT = re.compile(r"[^\W\d_]{1,6}|[%‰]")
_HOLDS = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


class Section(NamedTuple):
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
    unit = unicodedata.normalize("NFKC", section.behind).strip() if section else ""
    return unit if _UNIT.fullmatch(unit) else ""


def _section(code: str, value: Decimal | str) -> Section | None:
    """The part of the format that shows the value; None where it is shown as it is."""
    sections = _sections(code)
    texts = sections[3:] or [part for part in sections[-1:] if "@" in part.code]
    if isinstance(value, str):
        return texts[0] if texts else None
    numbers = sections[: len(sections) - len(texts)]
    if not code or not numbers:
        return None
    if any(part.condition for part in numbers):
        return next((part for part in numbers if part.holds(value)), None)
    if value < 0:
        return numbers[min(1, len(numbers) - 1)]
    return numbers[2] if not value and len(numbers) > 2 else numbers[0]


@lru_cache(4096)
def _sections(code: str) -> list[Section]:
    found = [Section()]
    for quoted, escaped, bracket, bare in _TOKEN.findall(code):
        part = found[-1]
        text = quoted or escaped or (bare if not bare.isascii() else "")
        if bare == ";":
            found.append(Section())
        elif text:
            found[-1] = part._replace(behind=part.behind + text)
        elif bare:
            found[-1] = part._replace(code=part.code + bare, before=part.before + part.behind, behind="")
        elif _CONDITION.fullmatch(bracket):
            found[-1] = part._replace(condition=bracket)
    return found
