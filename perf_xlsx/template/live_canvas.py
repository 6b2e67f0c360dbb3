"""A canvas that remembers what is typed, so that live formulas can be stored with their results."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import IO, Any

from perf_xlsx.domain.place import column_name
from perf_xlsx.forms import FormError
from perf_xlsx.forms.case import FormattedNumber
from perf_xlsx.ooxml import cell_name
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import DONE, IDLE, SUMMARY, WRONG
from perf_xlsx.sheets.writer import WorkbookCanvas, safe
from perf_xlsx.template.calculator import CellRange, Cells, FormulaValue, Wrong
from perf_xlsx.template.steps import Steps

WRONG_FILL = "#FBD9D6"
UNSCORED = f'ISERROR(INDIRECT("{SUMMARY}!A1"))'  # whether the workbook is no scored copy
SELF_CHECK = '"自检："@'  # how a scored copy shows what the sheet itself finds right
LONGEST_FORMULA = 8_192  # characters; Excel calls a workbook with a longer one damaged
EPOCH = datetime.datetime(1899, 12, 30)


class LiveCanvas(WorkbookCanvas):
    """One template being written."""

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__(out)
        self.cells = Cells()
        self._formulas: list[tuple[Any, int, int, str, Any]] = []

    def sheet(self, name: str) -> Any:
        """A new sheet."""
        from xlsxwriter.worksheet import Worksheet  # late, as XlsxWriter itself

        class LiveSheet(Worksheet):  # type: ignore[misc]  # no types
            """A sheet whose formulas XlsxWriter does not search for fifty functions that are not used."""

            @staticmethod
            @lru_cache(64)
            def _prepare_formula(formula: str, expand_future_functions: bool = False) -> str:
                return formula.removeprefix("=")

        return self.book.add_worksheet(name, LiveSheet)

    def text(self, sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:
        """Text as text, whatever it looks like."""
        super().text(sheet, row, column, text, style)
        self.cells.typed[sheet.get_name(), row + 1, column + 1] = safe(text), "General"

    def link(self, sheet: Any, row: int, column: int, target: str, text: str, style: Any) -> None:
        """A text that leads to a place of the workbook."""
        sheet.write_url(row, column, target, style, string=text)
        self.cells.typed[sheet.get_name(), row + 1, column + 1] = text, "General"

    def typed(self, sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
        """A value as a person types it."""
        super().typed(sheet, row, column, value, style)
        self.cells.typed[sheet.get_name(), row + 1, column + 1] = _remembered(value)

    def name(
        self, name: str, sheet: str, row: int, column: int, last_row: int | None = None, last_column: int = 0
    ) -> None:
        """Define a name for a cell, or for a range of one sheet."""
        super().name(name, sheet, row, column, last_row, last_column)
        bottom, right = (row, column) if last_row is None else (last_row, last_column)
        self.cells.names[name] = CellRange(sheet, row + 1, column + 1, bottom + 1, right + 1)

    def named_formulas(self, steps: Steps) -> None:
        """Define names for the formulas of the steps. Raises FormError where one is longer than Excel takes."""
        for name, formula in steps.formulas.items():
            _within_limit(formula, steps.table)
            self.book.define_name(name, f"={formula}")
            self.cells.steps[name] = formula

    def live(self, sheet: Any, row: int, column: int, formula: str, style: Any = None) -> None:
        """A live formula; its result is stored in the end, when all is typed.

        Raises FormError where it is longer than Excel takes.
        """
        _within_limit(formula, sheet.get_name())
        self._formulas.append((sheet, row, column, formula, style))
        self.cells.formulas[sheet.get_name(), row + 1, column + 1] = formula

    def check_colours(
        self, sheet: Any, row: int, column: int, last_row: int, last_column: int, scored: str = SELF_CHECK
    ) -> None:
        """Cells with live checks or hints: green where all is well, red where something is wrong, else amber.

        In a scored copy nothing is green, because the marks there know more: `scored` is shown in its place.
        """
        cell = f"${column_name(column + 1)}{row + 1}"
        done = f'LEFT({cell},1)="{DONE}"'
        looks = (
            (f'=LEFT({cell},1)="{IDLE}"', s.OPTIONAL_FILL, s.SOFT, None),
            (f"=AND({done},NOT({UNSCORED}))", s.COMPUTED_FILL, s.SOFT, f";;;{scored}"),
            (f"={done}", s.DONE_FILL, s.DONE_INK, None),
            (f'=LEFT({cell},1)="{WRONG}"', WRONG_FILL, s.STANDING_INK["error"], None),
            (f'={cell}<>""', s.TODO_FILL, s.TODO_INK, None),
        )
        for criteria, *look in looks:
            rule = {"type": "formula", "criteria": criteria, "format": self.tint(*look), "stop_if_true": True}
            sheet.conditional_format(row, column, last_row, last_column, rule)

    def required(self, sheet: Any, row: int, column: int, last_row: int, only_if: str = "TRUE") -> None:
        """Required boxes: yellow while they are empty; but in a scored copy they have the colours of marks.

        `only_if` is a formula: when they are required at all.
        """
        cell = cell_name(row, column)
        empty = f"=AND(LEN(TRIM({cell}))=0,{only_if},{UNSCORED})"
        rule = {"type": "formula", "criteria": empty, "format": self.tint(s.REQUIRED_FILL)}
        sheet.conditional_format(row, column, last_row, column, rule)

    def settle(self) -> None:
        """Write every formula with its result."""
        for sheet, row, column, formula, style in self._formulas:
            value = self.cells.value((sheet.get_name(), row + 1, column + 1))
            sheet.write_formula(row, column, formula, style, _stored(value))


def _within_limit(formula: str, where: str) -> None:
    """Raises FormError where a form asks for more than a formula can count."""
    if len(formula) > LONGEST_FORMULA:
        raise FormError(
            f"表种的必填格或栏过多，Excel 的公式写不下（“{where}”）。请减少 required、改短表名，或分到几张表。"
        )


def _remembered(value: Any) -> tuple[FormulaValue, str]:
    match value:
        case None | bool():
            return value, "General"
        case FormattedNumber():
            return Fraction(value.value), value.number_format
        case Decimal():
            return Fraction(value), "General"
        case datetime.datetime():
            return Fraction((value - EPOCH) / datetime.timedelta(days=1)), s.MOMENT
        case datetime.date():
            return Fraction((datetime.datetime.combine(value, datetime.time()) - EPOCH).days), s.DATE
        case text:
            return safe(str(text)), "General"


def _stored(value: FormulaValue) -> float | str | bool:
    match value:
        case Wrong():
            return "#VALUE!"
        case Fraction():
            return float(value)
        case None:
            return ""
    return value
