"""The yardstick: what a capable colleague would write in an afternoon. Not lossless.

Values are read with calamine and the file is loaded with openpyxl once; each style is made once and copied.
"""

from __future__ import annotations

import sys
import warnings
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.chart import BarChart, Reference, Series
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from benchmarks.recorded import Chart, Look, Work

warnings.filterwarnings("ignore", module="openpyxl")
SIDE = Side(style="thin")


def score(source: Path, output: Path, work: Work) -> float:
    """Read, compute with pandas, mark, add the three sheets, save. Returns the total."""
    total = _total(source)
    book = openpyxl.load_workbook(source)
    for title, cell, colour, note in work.marks:
        marked = book[title][cell]
        marked.fill = PatternFill("solid", fgColor=colour)
        marked.comment = Comment(note, "perf")
    styles: dict[Look, Any] = {}
    for recorded in work.sheets:
        sheet = book.create_sheet(recorded.title)
        for row, column, value, look in recorded.cells:
            cell = sheet.cell(row + 1, column + 1, value)
            if look not in styles:
                cell.font, cell.fill, cell.border, cell.alignment, cell.number_format = _styles(look)
                styles[look] = cell._style
            else:
                cell._style = copy(styles[look])
        for top, left, bottom, right in recorded.merges:
            sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
        for row, column, target, _ in recorded.links:
            sheet.cell(row + 1, column + 1).hyperlink = f"#{target}"
        for column, width in recorded.widths:
            sheet.column_dimensions[get_column_letter(column + 1)].width = width
        for row, height in recorded.heights:
            sheet.row_dimensions[row + 1].height = height
        if recorded.chart:
            row, column = recorded.chart.at
            sheet.add_chart(_chart(sheet, recorded.chart), f"{get_column_letter(column + 1)}{row + 1}")
    book.save(output)
    return total


def _chart(sheet: Any, recorded: Chart) -> BarChart:
    chart, (first, last) = BarChart(), recorded.rows
    chart.type, chart.title = "bar", recorded.title
    for name, column in recorded.series:
        chart.append(Series(Reference(sheet, column + 1, first + 1, column + 1, last + 1), title=name))
    names = recorded.categories + 1
    chart.set_categories(Reference(sheet, names, first + 1, names, last + 1))
    return chart


def _styles(look: Look) -> tuple[Any, ...]:
    bold, size, ink, fill, border, horizontal, code = look
    return (
        Font(bold=bold, size=size, color=f"FF{ink[1:]}"),
        PatternFill("solid", fgColor=f"FF{fill[1:]}") if fill else PatternFill(),
        Border(SIDE, SIDE, SIDE, SIDE) if border else Border(),
        Alignment(horizontal or None, "center", wrap_text=True),
        code,
    )


def _total(source: Path) -> float:
    """The total by the national rule, as a colleague would compute it."""
    book = CalamineWorkbook.from_path(source)
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    funds = _table(sheets, "全年执行数")
    whole = funds[funds.isin(["合计", "年度资金总额"]).any(axis=1)].iloc[0]
    rate = float(whole["全年执行数"]) / float(whole["全年预算数"])
    rows = _table(sheets, "实际完成值")
    rows = rows[pd.to_numeric(rows["分值"], errors="coerce").notna()]
    target, actual, weight = (
        pd.to_numeric(rows[name], errors="coerce") for name in ("年度指标值", "实际完成值", "分值")
    )
    ratio = (actual / target).where(rows["指标性质"] != "≤", target / actual).clip(0, 1).fillna(0)
    ratio = ratio.where(rows["计分方法"] != "按执行率", rate)
    return round(min(1, rate) * 10, 2) + float((weight * ratio).round(2).sum())


def _table(sheets: list[list[list[Any]]], header: str) -> pd.DataFrame:
    """The rows below the row that holds the header, on whichever sheet that is."""
    for rows in sheets:
        grid = [[_text(cell) for cell in row] for row in rows]
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
