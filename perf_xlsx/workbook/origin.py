"""来源对照: what was carried over from a workbook of another format, cell by cell, and what was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perf_xlsx.place import Place, column_letters
from perf_xlsx.workbook import style as s
from perf_xlsx.workbook.canvas import Canvas
from perf_xlsx.workbook.locate import Address, Sheets
from perf_xlsx.workbook.problems import link

ORIGIN = "来源对照"
CARRIED = (
    ("序号", 6),
    ("栏目", 36),
    ("本表位置", 18),
    ("原工作表", 16),
    ("原单元格", 10),
    ("原内容", 46),
    ("说明", 24),
)
LEFT_BEHIND = ("序号", "种类", "本表位置", "原工作表", "原单元格", "原内容", "说明")


@dataclass(frozen=True)
class Trace:
    """One box that was carried over: where it stands now, where it stood, what stood there as a person saw it."""

    field: str
    place: Place
    sheet: str
    cell: str
    given: str
    note: str = ""


@dataclass(frozen=True)
class LeftBehind:
    """Something of the original that is not in the new workbook; `cell` is "" for a whole sheet or file."""

    what: str
    sheet: str
    cell: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a carried-over workbook comes from."""

    file: str
    format: str
    traces: tuple[Trace, ...]
    left: tuple[LeftBehind, ...]


def standing(sheets: Sheets, address: Address) -> tuple[str, str]:
    """The sheet's name and the cell's address, as a person finds them."""
    sheet, row, column = address
    return sheets.names[sheet], f"{column_letters(column)}{row}"


def write_origin(canvas: Canvas, origin: Origin) -> None:
    """Write the sheet."""
    sheet = canvas.book.add_worksheet(ORIGIN)
    sheet.hide_gridlines(2)
    for column, (_, width) in enumerate(CARRIED):
        sheet.set_column(column, column, width)
    last = len(CARRIED) - 1
    sheet.set_row(0, 34)
    sheet.merge_range(0, 0, 0, last, "", canvas.title)
    canvas.text(sheet, 0, 0, ORIGIN, canvas.title)
    said = _said(origin)
    sheet.merge_range(1, 0, 1, last, "", canvas.paragraph)
    canvas.text(sheet, 1, 0, said, canvas.paragraph)
    sheet.set_row(1, s.height_for([(said, sum(width for _, width in CARRIED))], 22))
    row = _heads(canvas, sheet, 2, [head for head, _ in CARRIED])
    for number, trace in enumerate(origin.traces, 1):
        texts = (trace.field, "", trace.sheet, trace.cell, trace.given, trace.note)
        _row(canvas, sheet, row, number, texts)
        link(canvas, sheet, row, 2, trace.place.sheet, trace.place.cell or "A1",
             f"{trace.place.sheet}!{trace.place.cell}", border=1, align="left")  # fmt: skip
        row += 1
    row = _left(canvas, sheet, row + 1, origin.left)
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(2)
    sheet.set_selection("A4")
    canvas.print_setup(sheet, landscape=True)
    sheet.print_area(0, 0, row - 1, last)


def _said(origin: Origin) -> str:
    rest = f"没有带入的{len(origin.left)}处列在末尾，仍在原文件中。" if origin.left else "原文件的内容已全部带入。"
    return (
        f"原文件：{origin.file}，{origin.format}。这种格式不能原样写回，"
        f"下列{len(origin.traces)}格内容已逐格带入本工作簿，原文件没有改动。{rest}"
    )


def _heads(canvas: Canvas, sheet: Any, row: int, heads: Sequence[str]) -> int:
    for column, head in enumerate(heads):
        canvas.text(sheet, row, column, head, canvas.head)
    sheet.set_row(row, 26)
    return row + 1


def _row(canvas: Canvas, sheet: Any, row: int, number: int, texts: Sequence[str]) -> None:
    sheet.write_number(row, 0, number, canvas.style(border=1, align="center"))
    cell = canvas.style(border=1, align="left")
    for column, text in enumerate(texts, 1):
        canvas.text(sheet, row, column, text, cell)
    shown = [(text, CARRIED[column][1]) for column, text in enumerate(texts, 1)]
    sheet.set_row(row, s.height_for([(t, float(w)) for t, w in shown], 20))


def _left(canvas: Canvas, sheet: Any, row: int, left: Sequence[LeftBehind]) -> int:
    if not left:
        return row - 1
    style = canvas.style(bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False)
    canvas.text(sheet, row, 0, "没有带入的内容（仍在原文件中）", style)
    sheet.set_row(row, 26)
    row = _heads(canvas, sheet, row + 1, LEFT_BEHIND)
    for number, item in enumerate(left, 1):
        _row(canvas, sheet, row, number, (item.what, "没有带入", item.sheet, item.cell, item.text, item.note))
        row += 1
    return row
