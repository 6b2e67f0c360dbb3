"""Labels as people write them, compared without brackets, spaces and numbering."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.quantity import normalise, unmarked
from perf_xlsx.forms import Box, Line
from perf_xlsx.ooxml.book import MAX_ROW
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.system.pattern import pattern

TextRow = Mapping[int, str]  # column -> text

_LEADING = pattern(r"^(?:其中[:,]?|\d{1,2}[.、]|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+、)+")
_BRACKET = pattern(r"\([^()]*\)[:*]*$")
LONGEST = 40  # no label is longer


@lru_cache(1 << 13)  # of each text it is asked for every block that may begin there
def core(text: str) -> str:
    """The core of a label: without spaces, a leading 其中 or number, and brackets at its end.

    "其中：本年财政拨款（万元）" -> "本年财政拨款"; "全年（调整）预算数" keeps brackets inside it.
    """
    if len(text) > 5 * LONGEST:
        return text
    bare = without_spaces(unmarked(normalise(text))[0] or text).strip(":*")
    bare = _LEADING.sub("", bare) or bare
    while shorter := _BRACKET.sub("", bare) if not bare.endswith("))") else _split_bracket(bare)[0]:
        if shorter == bare:
            break
        bare = shorter
    return bare.strip(":*")


def _split_bracket(text: str) -> tuple[str, str]:
    """A text before the bracket at its end, and what that holds, brackets inside it included."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            return text[:at], text[at + 1 : -1]
    return text, ""


def without_spaces(text: str) -> str:
    """A text as it compares, its letters set apart or not: "项 目 支 出" is "项目支出"."""
    return re.sub(r"\s", "", normalise(text))


class Leaf(Struct, frozen=True):
    """The lowest text of a header above one column, the heading above it, and the columns that it spans.

    `values` is the one of them that holds the values.
    """

    row: int
    column: int
    right: int
    text: str
    heading: str = ""
    values: int = 0

    def over(self, values: int) -> Leaf:
        """The same with the column of its values."""
        return replace(self, values=values)


class Labels:
    """Which box a label belongs to, and how sure: 0 is our own label, the higher the further from it."""

    def __init__(self, items: Iterable[Box | Line]) -> None:
        self._known: dict[str, tuple[int, str]] = {}
        for item in items:
            for rank, label in enumerate(item.labels):
                self._known.setdefault(core(label), (rank, item.key))

    def __contains__(self, text: str) -> bool:
        return self.of(text) is not None

    def of(self, text: str) -> tuple[int, str] | None:
        """(rank, key) of a text, or None."""
        return self._known.get(core(text)) if len(text) <= LONGEST else None


def under_heading(heading: str, text: str) -> str:
    """A label of a column as a form's file has it: behind the heading above it, if there is one: 一级指标·名称."""
    return f"{core(heading)}·{text}" if heading else text


def texts_by_row(sheets: Sheets, sheet: int, last: int = MAX_ROW) -> dict[int, dict[int, str]]:
    """The texts of a sheet by row and column, from top to bottom and left to right, down to the `last` row."""
    rows: dict[int, dict[int, str]] = {}
    cells = sheets.grids[sheet].cells
    for row, column in sorted(cells if last == MAX_ROW else (at for at in cells if at[0] <= last)):
        if label := cells[row, column].label:
            rows.setdefault(row, {})[column] = label
    return rows


def bracketed(text: str) -> str:
    """What the brackets at a label's end hold; "" where there are none: "预期指标值（符号）" -> "符号"."""
    if len(text) > LONGEST:
        return ""
    bare = without_spaces(text).strip(":*")
    return _split_bracket(bare)[1] if bare.endswith(")") else ""
