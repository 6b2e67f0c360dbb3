"""来源对照: a row for each cell that was carried over from a workbook of another format, then what was not."""

from __future__ import annotations

from collections.abc import Sequence

from perf_xlsx.ooxml import SheetDraft
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.a4 import OWN_SIZE, widths_counted_in
from perf_xlsx.sheets.fixed_texts import NUMBER, ORIGIN_HEADS
from perf_xlsx.sheets.origin import NO_PLACE, ORIGIN, LeftBehind, WorkbookOrigin

TRANSFERRED = tuple(zip((NUMBER, "栏目", *ORIGIN_HEADS, "说明"), (5, 26, 14, 12, 8, 34, 22), strict=True))
SCALE = 0.9  # on paper: type of 9 points
LEFT_BEHIND = (NUMBER, "种类", *ORIGIN_HEADS, "说明")


def origin_sheet(origin: WorkbookOrigin, size: float = OWN_SIZE) -> SheetDraft:
    """The sheet. `size` is that of the type that the workbook's widths count in."""
    widths = widths_counted_in((width for _, width in TRANSFERRED), size)
    sheet, last = s.draft(ORIGIN, widths), len(TRANSFERRED) - 1
    sheet.scale = SCALE
    title, paragraph = (
        s.look(font_name=s.HEADING, font_size=18, align="center"),
        s.look(align="left", font_size=11),
    )
    sheet.merge(0, 0, 0, last, title)
    sheet.text(0, 0, ORIGIN, title)
    summary = _summary(origin)
    sheet.merge(1, 0, 1, last, paragraph)
    sheet.text(1, 0, summary, paragraph)
    sheet.heights |= {0: 34, 1: s.height_for([(summary, sum(width for _, width in TRANSFERRED))], 22)}
    row = _heads(sheet, 2, [head for head, _ in TRANSFERRED])
    for number, trace in enumerate(origin.traces, 1):
        _row(sheet, row, number, (trace.field, "", trace.sheet, trace.cell, trace.given, trace.note))
        shown = f"{trace.place.sheet}!{trace.place.cell}"
        sheet.link(row, 2, trace.place.sheet, trace.place.cell or "A1", shown, s.link(border=True, align="left"))
        row += 1
    row = _left(sheet, row + 1, origin.left)
    sheet.frozen_rows, sheet.repeated, sheet.selected = 3, (2, 2), (3, 0)
    sheet.lasting = True  # when the copy is scored again, the original is not there
    sheet.print_area = (0, 0, row - 1, last)
    return sheet


def _summary(origin: WorkbookOrigin) -> str:
    none = f"{NO_PLACE}{'、'.join(origin.no_place)}。" if origin.no_place else ""
    rest = f"没有带入的{len(origin.left)}处列在末尾，仍在原文件中。" if origin.left else "原文件的内容已全部带入。"
    return (
        f"原文件：{origin.file}，{origin.format}。这种格式不能原样写回，"
        f"下列{len(origin.traces)}格内容已逐格带入本工作簿，原文件没有改动。{rest}{none}"
    )


def _heads(sheet: SheetDraft, row: int, heads: Sequence[str]) -> int:
    for column, head in enumerate(heads):
        sheet.text(row, column, head, s.look(bold=True, bg_color=s.HEAD_FILL, border=True, align="center"))
    sheet.heights[row] = 26
    return row + 1


def _row(sheet: SheetDraft, row: int, number: int, texts: Sequence[str]) -> None:
    sheet.number(row, 0, number, s.look(border=True, align="center"))
    for column, text in enumerate(texts, 1):
        sheet.text(row, column, text, s.look(border=True, align="left"))
    sheet.heights[row] = s.height_for([(text, TRANSFERRED[column][1]) for column, text in enumerate(texts, 1)], 20)


def _left(sheet: SheetDraft, row: int, left: Sequence[LeftBehind]) -> int:
    if not left:
        return row - 1
    style = s.look(bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False)
    sheet.text(row, 0, "没有带入的内容（仍在原文件中）", style)
    sheet.heights[row] = 26
    row = _heads(sheet, row + 1, LEFT_BEHIND)
    for number, item in enumerate(left, 1):
        _row(sheet, row, number, (item.what, "没有带入", item.sheet, item.cell, item.text, item.note))
        row += 1
    return row
