"""What the contents of a column say of its role."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial

from msgspec import Struct

from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.domain.quantity import is_blank, normalise, parse_quantity, parse_sign, unit_name
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells import as_shown, points_in
from perf_xlsx.reading.official.labels import LONGEST, core
from perf_xlsx.reading.rows import HELD
from perf_xlsx.vocabulary import vocabulary

_ROWS = 200  # below a header that are looked at
_MOST, _FEW = 0.8, 0.34
_NAMED = 0.6  # of a column of levels: nothing else is called 数量指标, and below there may be labels of sums
_LONGEST_UNIT = 8
_LONGEST_SUM = 10
WORDED = ("name", "level1", "level2", "sign", "reason", "improvement", "method")


class Column(Struct, frozen=True):
    """The filled cells of a column below its header, by row: as a person sees them, and those that are numbers."""

    texts: dict[int, str]
    numbers: dict[int, Decimal]

    def share(self, fits: Callable[[str], bool]) -> float:
        """How many of its cells fit, from 0 to 1."""
        return sum(map(fits, self.texts.values())) / len(self.texts) if self.texts else 0.0

    @property
    def number_share(self) -> float:
        """How many of its cells are numbers, from 0 to 1."""
        return len(self.numbers) / len(self.texts) if self.texts else 0.0


def names_a_level(text: str) -> bool:
    """Whether a text is the name of indicators of the first or second level: 产出指标, 数量指标."""
    return any(test(text) for test in _levels().values())


Cells = Mapping[int, Mapping[int, Cell]]  # of a sheet, by row and column


def columns_below(
    cells: Cells, bottom: int, columns: Sequence[int], ends: Container[str], labelled: bool = False
) -> Mapping[int, Column]:
    """The contents of columns below a header, down to a word of `ends`, or to a text left of the columns.

    Rows of a table of money are `labelled`: it ends at a text left of their labels. Rows of other sums
    do not count.
    """
    first = _first_label(cells.get(bottom + 1, {}), columns[0]) if labelled else columns[0]
    found = {column: Column({}, {}) for column in columns}
    for row in range(bottom + 1, bottom + 1 + _ROWS):
        shown = {column: as_shown(cell) for column, cell in cells.get(row, {}).items()}
        filled = {column: text for column, text in shown.items() if not is_blank(text)}
        if any(core(text) in ends for text in shown.values()) or min(filled, default=first) < first:
            break
        own = {column: text for column, text in filled.items() if column in found}
        counted = {column: points for column in own if (points := points_in(cells[row][column])) is not None}
        if labelled and own and not counted:  # below the amounts
            break
        if labelled or not _is_sum(filled):
            _add_row(found, row, own, counted)
    return found


def _add_row(
    found: Mapping[int, Column], row: int, texts: Mapping[int, str], numbers: Mapping[int, Decimal]
) -> None:
    for column, text in texts.items():
        found[column].texts[row] = text
    for column, number in numbers.items():
        found[column].numbers[row] = number


def _first_label(cells: Mapping[int, Cell], first: int) -> int:
    """The column of the first text of a row, which is the label of its amounts."""
    return min((column for column, cell in cells.items() if not is_blank(as_shown(cell))), default=first)


def _is_sum(texts: Mapping[int, str]) -> bool:
    """Whether a row begins with a word of a sum: 分数总和."""
    first = next(iter(texts.values()), "")
    return len(first) <= _LONGEST_SUM and any(word in first for word in vocabulary("roles")["level_names"]["sums"])


def contradicts(role: str, kind: str, column: Column) -> bool:
    """Whether the contents cannot be those of the role; `kind` is that of its box.

    One cell alone says nothing, but that a percent is no amount.
    """
    if role in AMOUNTS and is_percent(column):
        return True
    if len(column.texts) < 2:
        return False
    if kind in HELD[:2] or role in ("target", "actual"):
        return role not in ("target", "actual") and column.number_share < _FEW
    return role in (*WORDED, "unit") and column.number_share > 1 - _FEW


def shown_by_contents(column: Column) -> str | None:
    """The role that contents alone prove: signs, units and the names of levels are nothing else.

    So are percents in a table of money (only that has a column for the rate).
    """
    if len(column.texts) < 2:
        return "claimed_rate" if column.share(_is_percent) else None
    shares = {role: column.share(test) for role, test in _tests().items()}
    best = max(shares, key=shares.__getitem__)
    enough = _NAMED if best in _levels() else _MOST
    return best if shares[best] >= enough and list(shares.values()).count(shares[best]) == 1 else None


def is_percent(column: Column) -> bool:
    """Whether nearly all cells of a column are percents."""
    return column.share(_is_percent) >= _MOST


def _is_percent(text: str) -> bool:
    return text.rstrip()[-1:] in ("%", "％") and any(map(str.isdigit, text))


@lru_cache(1 << 12)
def _is_sign(text: str) -> bool:
    return parse_sign(text) is not None


@lru_cache(1)
def _tests() -> Mapping[str, Callable[[str], bool]]:
    return {"sign": _is_sign, "unit": _is_unit, **_levels(), "claimed_rate": _is_percent}


@lru_cache(1)
def _levels() -> Mapping[str, Callable[[str], bool]]:
    """Tests for the names of level-1 and level-2 indicators: 产出指标（50分）, 社会效益."""
    names = vocabulary("roles")["level_names"]
    return {level: partial(_is_level, frozenset(names[level])) for level in ("level1", "level2")}


def _is_level(names: frozenset[str], text: str) -> bool:
    return len(text) <= LONGEST and core(text).removesuffix("指标").removeprefix("项目") in names


@lru_cache(1 << 12)
def _is_unit(text: str) -> bool:
    """Whether it is a unit of measure or a counting word: %, 万元, 人次, 元/人, 次."""
    bare = core(text) or normalise(text) if len(text) <= LONGEST else text
    if len(bare) > _LONGEST_UNIT or bare[:1].isdigit():  # 100% is no unit
        return False
    if unit_name(bare) in _units():
        return True
    found = parse_quantity(f"1{bare}")
    unit = found.unit if found else ""
    return bool(unit) and all(part in _units() for part in unit.split("/"))


@lru_cache(1)
def _units() -> frozenset[str]:
    words = vocabulary("units")
    sized = (unit for kind in words["kinds"] for sizes in kind["sizes"] for unit in sizes)
    small = (*sized, *words["synonyms"], *vocabulary("roles")["counting"]["words"])
    return frozenset((*small, *(size + unit for size in words["multipliers"] for unit in ("", *small))))
