"""问题清单: every finding, in the order of the eye, linked to its cell."""

from __future__ import annotations

from typing import Any

from perf_xlsx.model import Finding, Result
from perf_xlsx.signs import STANDING_NAMES, label, what_to_do
from perf_xlsx.workbook import style as s
from perf_xlsx.workbook.canvas import Canvas, safe

PROBLEMS = "问题清单"
HEADS = (
    ("序号", 5.5), ("严重程度", 10), ("编号", 7), ("位置", 17), ("栏目", 16), ("填报内容", 16), ("应为", 13),
    ("相差", 10), ("问题", 46), ("怎么办", 40), ("依据", 28),
)  # fmt: skip


def write_problems(canvas: Canvas, result: Result) -> None:
    """Write the sheet."""
    sheet = canvas.book.add_worksheet(PROBLEMS)
    sheet.hide_gridlines(2)
    for column, (_, width) in enumerate(HEADS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 34)
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, "", canvas.title)
    canvas.text(sheet, 0, 0, PROBLEMS, canvas.title)
    canvas.text(sheet, 1, 0, _summary(result), canvas.style(font_color=s.SOFT, text_wrap=False))
    for column, (head, _) in enumerate(HEADS):
        canvas.text(sheet, 2, column, head, canvas.head)
    sheet.set_row(2, 26)
    if result.findings:
        for number, found in enumerate(result.findings, 1):
            _row(canvas, sheet, 2 + number, number, found)
        sheet.autofilter(2, 0, 2 + len(result.findings), len(HEADS) - 1)
    else:
        style = canvas.style(border=1, align="center", bg_color=s.DONE_FILL, font_color=s.DONE_INK, font_size=12)
        sheet.merge_range(3, 0, 3, len(HEADS) - 1, "", style)
        canvas.text(sheet, 3, 0, "✔ 没有发现问题。", style)
        sheet.set_row(3, 36)
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(0, 2)
    sheet.set_selection("A4")
    canvas.print_setup(sheet, landscape=True)
    sheet.print_area(0, 0, 2 + max(1, len(result.findings)), len(HEADS) - 1)


def _summary(result: Result) -> str:
    if not result.findings:
        return "已按评分办法逐项核对。"
    counts = {name: sum(f.standing == key for f in result.findings) for key, name in STANDING_NAMES.items()}
    words = "，".join(f"{name}{count}项" for name, count in counts.items() if count)
    return (
        f"共{len(result.findings)}项：{words}。点击“位置”可跳到对应单元格；错误须更正，警告须核对，提示仅供了解。"
    )


def _row(canvas: Canvas, sheet: Any, row: int, number: int, found: Finding) -> None:
    fill = "#" + s.MARK_FILLS[found.standing][2:]
    cell = canvas.style(border=1, align="left")
    sheet.write_number(row, 0, number, canvas.style(border=1, align="center"))
    bold = canvas.style(
        border=1, align="center", bold=True, bg_color=fill, font_color=s.STANDING_INK[found.standing]
    )
    canvas.text(sheet, row, 1, label(found), bold)
    canvas.text(sheet, row, 2, found.code, canvas.style(border=1, align="center"))
    _place(canvas, sheet, row, found)
    texts = (
        found.field,
        found.given or "",
        found.expected or "",
        found.difference or "",
        found.message,
        what_to_do(found),
    )
    for column, text in enumerate((*texts, found.basis), 4):
        canvas.text(sheet, row, column, text, cell)
    shown = [(text, HEADS[column][1]) for column, text in enumerate((*texts, found.basis), 4)]
    sheet.set_row(row, s.height_for(shown, 24))


def _place(canvas: Canvas, sheet: Any, row: int, found: Finding) -> None:
    """The place, as a link where it is a cell."""
    if not found.place.cell:
        canvas.text(sheet, row, 3, found.place.sheet or "整个文件", canvas.style(border=1))
        return
    shown = f"{found.place.sheet}!{found.place.cell}"
    link(canvas, sheet, row, 3, found.place.sheet, found.place.cell, shown, border=1, align="left")


def link(
    canvas: Canvas, sheet: Any, row: int, column: int, target: str, cell: str, shown: str, **look: Any
) -> None:
    """A link to a cell of the same workbook."""
    style = canvas.style(font_color=s.ACCENT, underline=1, **look)
    quoted = target.replace("'", "''")
    sheet.write_url(row, column, f"internal:'{quoted}'!{cell}", style, string=safe(shown[:255]))
