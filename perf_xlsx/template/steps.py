"""Formulas in steps: what several formulas need is written once, and they ask for it by a defined name.

A step of a row is a defined name of a formula. The row of its references is that of the asking cell:
`'绩效指标'!$K1` in a name is the cell of column K in that cell's row. So the cells of a column share one short
formula, an inserted row needs no cells elsewhere, and cutting and pasting cannot redirect a formula.

All other steps are named cells of the hidden sheet: programs calculate the formula of a name as an array, where
INDEX and ROW may not give a cell.
"""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.sheets.fixed_texts import STEP

Case = tuple[str, str]  # a condition, and what it leads to
PREFIX = STEP


class Steps:
    """The steps of one table of a template.

    `cells` are references and `labels` labels by the keys of its columns; `formulas` holds every step by its name.
    """

    def __init__(self, table: str, cells: Mapping[str, str], labels: Mapping[str, str]) -> None:
        self.table, self.cells, self.labels = table, cells, labels
        self.formulas: dict[str, str] = {}

    def step(self, key: str, formula: str) -> str:
        """Add a step; its name is what other formulas write."""
        name = f"{PREFIX}{self.table}_{key}"
        self.formulas[name] = formula
        return name


def in_row(sheet: str, column: str) -> str:
    """A name's reference to the cell of a column in the asking cell's row."""
    return f"'{sheet}'!${column}1"


def by_label(sheet: str, column: str, label: str) -> str:
    """The cell of a column in the row of a locked label, wherever both are cut and pasted to."""
    return f"INDEX('{sheet}'!${column}:${column},ROW('{sheet}'!{label}))"


def is_redirected(sheet: str, column: str) -> str:
    """Whether columns were inserted or deleted up to this one, and names still refer to where they were.

    LibreOffice adapts a name's reference only where its row is fixed as well.
    """
    return f"COLUMNS('{sheet}'!$A1:${column}1)<>COLUMNS('{sheet}'!$A$1:${column}$1)"


def cases(*pairs: Case, otherwise: str) -> str:
    """What the first condition that holds leads to."""
    formula = otherwise
    for condition, result in reversed(pairs):
        formula = f"IF({condition},{result},{formula})"
    return formula


def formula_text(text: str) -> str:
    """A text as a formula writes it."""
    return '"' + text.replace('"', '""') + '"'
