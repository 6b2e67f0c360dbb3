"""What is read of two workbooks that say the same, fact by fact, and whether a difference was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from openpyxl.utils import coordinate_to_tuple, get_column_letter

from perf_xlsx.domain.model import Entry, Finding, Result
from tests.kit.published_tables import Cell, Sheet, fold
from tests.kit.synonyms import INDICATORS

_FIELDS = ("level1", "level2", "name", "sign", "target", "unit", "actual", "weight", "claimed_points", "reason")
_MONEY = ("initial", "adjusted", "executed", "claimed_rate")
_BOXES = ("unit", "project", "goal_expected", "goal_achieved")
_CLAIMS = ("execution_points", "total", "grade")


class Fact(Struct, frozen=True):
    """One value that is read, and its cell."""

    what: str
    value: Any
    cell: Cell | None
    field: str


def facts(result: Result) -> dict[str, Fact]:
    """Every value of the indicators, the money, the claims and the boxes, by its name."""
    evaluation = result.evaluation
    return {} if evaluation is None else {fact.what: fact for fact in _facts(evaluation)}


def _facts(form: Any) -> Iterator[Fact]:
    yield Fact("year", form.year, None, "年度")
    for row in form.indicator_rows:
        yield from (_fact(f"{fold(row.name.value or '')}·{key}", getattr(row, key)) for key in _FIELDS)
    for key, line in form.funds.items():
        yield from (_fact(f"{key}·{name}", getattr(line, name)) for name in _MONEY)
    yield from (_fact(key, form.boxes[key]) for key in _BOXES if key in form.boxes)
    for key in _CLAIMS:
        yield _fact(f"claimed {key}", getattr(form.claimed, key))


def _fact(what: str, entry: Entry[Any]) -> Fact:
    value = fold(entry.value) if isinstance(entry.value, str) else entry.value
    cell = coordinate_to_tuple(entry.place.cell) if entry.place.cell else None
    return Fact(what, value, cell, entry.field)


class Difference(Struct, frozen=True):
    """A value that is read otherwise; `told` is what was said of it."""

    what: str
    was: Any
    now: Any
    told: str


class Comparison(Struct, frozen=True):
    """How many values were read, how many the same, and what became of the others."""

    count: int
    same: int
    differences: tuple[Difference, ...]

    @property
    def silent(self) -> list[str]:
        """The differences that nothing tells."""
        return [f"{d.what}: {d.was} read as {d.now}" for d in self.differences if not d.told]


def compared(original: Result, retyped: Result, sheet: Sheet) -> Comparison:
    """The facts of a form against those of its retyped copy."""
    before, after, now = facts(original), facts(retyped), sheet.now()
    known = {what: fact for what, fact in before.items() if fact.value is not None}
    found = []
    for what in known | {w: f for w, f in after.items() if f.value is not None}:
        was, read = before.get(what), after.get(what)
        values = was.value if was else None, read.value if read else None
        if values[0] != values[1]:
            cells = [now[was.cell]] if was and was.cell in now else []
            cells += [read.cell] if read and read.cell else []
            cells += _units(sheet, cells[0][0]) if what.endswith("·unit") and cells else []
            names = {one.field for one in (was, read) if one}
            told = _told(retyped.findings, cells, sheet) or _missing(retyped.findings, what, names)
            found.append(Difference(what, *values, told))
    lost = sum(difference.what in known for difference in found)
    return Comparison(len(known), len(known) - lost, tuple(found))


def _units(sheet: Sheet, row: int) -> list[Cell]:
    """The cell of the row's unit in a column of its own; the original had it in the cell of the target."""
    names = {fold(name) for names in INDICATORS["unit"] for name in names}
    top, bottom = sheet.form.indicators.head
    rows = range(top, bottom + 1)
    return [(row, at[1]) for at, text in sheet.cells.items() if at[0] in rows and fold(text) in names]


def _told(findings: tuple[Finding, ...], cells: list[Cell], sheet: Sheet) -> str:
    """The finding that says that a cell, or the column over it, was not read, or how; "" where none does."""
    heads = {at for cell in cells for at in _heads(cell, sheet)}
    places = {f"{get_column_letter(column)}{row}" for row, column in (*cells, *heads)}
    words = {fold(sheet.cells[at]) for at in heads if at in sheet.cells}
    for one in findings:
        if not one.code.startswith("R"):
            continue
        unread = fold(one.message).partition("没有读取的栏:")[2].rstrip("。").partition("；")[0].split("、")
        named = words & {part for word in unread for part in (word, *word.split("·"))}
        if one.code == "R04" or one.place.cell in places or named or any(f"{p}“" in one.message for p in places):
            return f"{one.code} {one.message}"
    return ""


def _missing(findings: tuple[Finding, ...], what: str, names: set[str]) -> str:
    """The finding that says that a box, or the whole table of money, was not found."""
    missing = [one for one in findings if one.code == "R06" and "没有找到" in one.message]
    table = "资金表" if what.partition("·")[2] in _MONEY or what == "claimed execution_points" else ""
    words = [f"“{name}”" for name in names if name] + ([f"“{table}"] if table else [])
    return next((one.message for one in missing if any(word in one.message for word in words)), "")


def _heads(cell: Cell, sheet: Sheet) -> list[Cell]:
    """The header over a cell of a table, or the label left of any other."""
    row, column = cell
    for part in filter(None, (sheet.form.indicators, sheet.form.money)):
        if part.head[0] <= row <= part.last:
            return sheet.header_of(column, part)
    left = [at for at in sheet.cells if at[0] == row and at[1] < column]
    return [max(left)] if left else []


def share(comparisons: Mapping[str, Comparison]) -> float:
    """The part of all values that was read the same."""
    return sum(c.same for c in comparisons.values()) / sum(c.count for c in comparisons.values())
