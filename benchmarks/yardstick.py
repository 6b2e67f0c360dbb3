"""The yardstick: what a capable colleague would write in an afternoon, with the same libraries. Not lossless."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from benchmarks.recorded import Look, Work

warnings.filterwarnings("ignore", module="openpyxl")
SIDE = Side(style="thin")


def score(source: Path, output: Path, work: Work) -> float:
    """Read, compute with pandas, mark, add the three sheets, save. Returns the total."""
    total = _total(openpyxl.load_workbook(source, data_only=True))
    book = openpyxl.load_workbook(source)
    for title, cell, colour, note in work.marks:
        marked = book[title][cell]
        marked.fill = PatternFill("solid", fgColor=colour)
        marked.comment = Comment(note, "perf")
    looks: dict[Look, tuple[Any, ...]] = {}
    for recorded in work.sheets:
        sheet = book.create_sheet(recorded.title)
        for row, column, value, look in recorded.cells:
            cell = sheet.cell(row, column, value)
            if look not in looks:
                looks[look] = _styles(look)
            cell.font, cell.fill, cell.border, cell.alignment = looks[look]
        for area in recorded.merges:
            sheet.merge_cells(area)
        for letter, width in recorded.widths:
            sheet.column_dimensions[letter].width = width
        for row, height in recorded.heights:
            sheet.row_dimensions[row].height = height
    book.save(output)
    return total


def _styles(look: Look) -> tuple[Any, ...]:
    bold, size, ink, fill, border, horizontal = look
    font = Font(bold=bold, size=size, color=ink or None)
    filled = PatternFill("solid", fgColor=fill) if fill else PatternFill()
    return (
        font,
        filled,
        Border(SIDE, SIDE, SIDE, SIDE) if border else Border(),
        Alignment(horizontal, "center", wrap_text=True),
    )


def _total(book: Any) -> float:
    """The total by the national rule, as a colleague would compute it."""
    funds = _table(book, "全年执行数")
    whole = funds[funds.isin(["合计", "年度资金总额"]).any(axis=1)].iloc[0]
    rate = float(whole["全年执行数"]) / float(whole["全年预算数"])
    rows = _table(book, "实际完成值")
    rows = rows[pd.to_numeric(rows["分值"], errors="coerce").notna()]
    target, actual, weight = (
        pd.to_numeric(rows[name], errors="coerce") for name in ("年度指标值", "实际完成值", "分值")
    )
    ratio = (actual / target).where(rows["指标性质"] != "≤", target / actual).clip(0, 1).fillna(0)
    ratio = ratio.where(rows["计分方法"] != "按执行率", rate)
    return round(min(1, rate) * 10, 2) + float((weight * ratio).round(2).sum())


def _table(book: Any, header: str) -> pd.DataFrame:
    """The rows below the row that holds the header, on whichever sheet that is."""
    for sheet in book.worksheets:
        grid = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        top = next((n for n, row in enumerate(grid) if header in row), None)
        if top is not None:
            return pd.DataFrame(grid[top + 1 :], columns=[str(text) for text in grid[top]])
    raise LookupError(header)


def _text(cell: Any) -> Any:
    return cell.replace("*", "").strip() if isinstance(cell, str) else cell


if __name__ == "__main__":
    import pickle

    with open(sys.argv[3], "rb") as file:
        score(Path(sys.argv[1]), Path(sys.argv[2]), pickle.load(file))
