"""What the contents of the columns below a header say of their roles."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache, partial

from msgspec import Struct

from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.domain.quantity import is_blank, normalise, parse_quantity, parse_sign, unit_name
from perf_xlsx.ooxml import Cell, Grid
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


class ColumnContents(Struct, frozen=True, dict=True):
    """The filled cells of a column below its header, by row: as a person sees them, and those that are numbers."""

    texts: dict[int, str]
    numbers: dict[int, Decimal]

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """How many of its cells are signs, units, names of levels and percents, from 0 to 1."""
        counts = Counter(sort for text in self.texts.values() for sort in _sorts_of(text))
        return {sort: counts[sort] / len(self.texts) if self.texts else 0.0 for sort in _tests()}

    @cached_property
    def measured(self) -> float:
        """How many of its cells are numbers with their signs and units, from 0 to 1."""
        found = sum(map(_is_measured, self.texts.values()))
        return found / len(self.texts) if self.texts else 0.0

    @property
    def number_share(self) -> float:
        """How many of its cells are numbers, from 0 to 1."""
        return len(self.numbers) / len(self.texts) if self.texts else 0.0


def names_a_level(text: str) -> bool:
    """Whether a text is the name of indicators of the first or second level: 产出指标, 数量指标."""
    return not _levels().keys().isdisjoint(_sorts_of(text))


class FilledRow(Struct, frozen=True):
    """A row as a person sees it: its filled cells by column, the `first` of these, and the words of all its cells.

    `numbers` are those of its cells that are numbers; `sums` tells that it begins with a word of a sum: 分数总和.
    """

    texts: Mapping[int, str] = {}
    numbers: Mapping[int, Decimal] = {}
    first: int = sys.maxsize
    words: frozenset[str] = frozenset()
    sums: bool = False


class SheetContents:
    """The cells of a sheet as the contents of columns; each is read once, however many headers are above it."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._rows: dict[int, FilledRow] = {}

    def below(
        self, bottom: int, columns: Sequence[int], ends: frozenset[str], labelled: bool = False
    ) -> Mapping[int, ColumnContents]:
        """The contents of columns below a header, down to a word of `ends`, or to a text left of the columns.

        Rows of a table of money are `labelled`: it ends at a text left of their labels. Rows of other sums
        do not count.
        """
        first = min(columns[0], self._row(bottom + 1).first) if labelled else columns[0]
        found = {column: ColumnContents({}, {}) for column in columns}
        for row in range(bottom + 1, min(bottom + _ROWS, self._last) + 1):
            filled = self._row(row)
            if filled.first < first or not ends.isdisjoint(filled.words):
                break
            own = found.keys() & filled.texts.keys()
            counted = own & filled.numbers.keys()
            if labelled and own and not counted:  # below the amounts
                break
            if labelled or not filled.sums:
                for column in own:
                    found[column].texts[row] = filled.texts[column]
                for column in counted:
                    found[column].numbers[row] = filled.numbers[column]
        return found

    @cached_property
    def _cells(self) -> Mapping[int, Mapping[int, Cell]]:
        """The cells by row and column, in order."""
        found: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self._grid.cells.items()):
            found.setdefault(row, {})[column] = cell
        return found

    @cached_property
    def _last(self) -> int:
        return max(self._cells, default=0)

    def _row(self, row: int) -> FilledRow:
        if row not in self._rows:
            self._rows[row] = _filled_row(self._cells.get(row, {}))
        return self._rows[row]


def _filled_row(cells: Mapping[int, Cell]) -> FilledRow:
    shown = {column: as_shown(cell) for column, cell in cells.items()}
    texts = {column: text for column, text in shown.items() if not is_blank(text)}
    numbers = {column: number for column in texts if (number := points_in(cells[column])) is not None}
    first = next(iter(texts), sys.maxsize)
    return FilledRow(texts, numbers, first, frozenset(map(core, shown.values())), _is_sum(texts.get(first, "")))


def _is_sum(text: str) -> bool:
    """Whether a text is a word of a sum: 分数总和."""
    return len(text) <= _LONGEST_SUM and any(word in text for word in vocabulary("roles")["level_names"]["sums"])


def contradicts(role: str, kind: str, column: ColumnContents) -> bool:
    """Whether the contents cannot be those of the role; `kind` is that of its box.

    One cell alone says nothing, but that a percent is no amount.
    """
    if role in AMOUNTS and is_percent_column(column):
        return True
    if len(column.texts) < 2:
        return False
    if kind in HELD[:2] or role in ("target", "actual"):
        return role not in ("target", "actual") and column.number_share < _FEW
    return role in (*WORDED, "unit") and column.number_share > 1 - _FEW


def shown_by_contents(column: ColumnContents) -> str | None:
    """The role that contents alone prove: signs, units and the names of levels are nothing else.

    So are percents in a table of money (only that has a column for the rate).
    """
    if len(column.texts) < 2:
        return "claimed_rate" if column.shares["claimed_rate"] else None
    shares = column.shares
    best = max(shares, key=shares.__getitem__)
    enough = _NAMED if best in _levels() else _MOST
    return best if shares[best] >= enough and list(shares.values()).count(shares[best]) == 1 else None


def is_percent_column(column: ColumnContents) -> bool:
    """Whether nearly all cells of a column are percents."""
    return column.shares["claimed_rate"] >= _MOST


def _sorts_of(text: str) -> tuple[str, ...]:
    """What a text is of what a column may be by its contents; a long one is no sign, unit or level."""
    return _short_sorts_of(text) if len(text) <= LONGEST else ("claimed_rate",) * _is_percent(text)


@lru_cache(1 << 13)
def _short_sorts_of(text: str) -> tuple[str, ...]:
    return tuple(sort for sort, test in _tests().items() if test(text))


@lru_cache(1 << 13)  # the rows below one header are below the next one, too
def _is_measured(text: str) -> bool:
    return parse_quantity(text) is not None


def _is_percent(text: str) -> bool:
    return text.rstrip()[-1:] in ("%", "％") and any(map(str.isdigit, text))


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
