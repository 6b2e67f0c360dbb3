"""Remarks on how the form lies in the workbook: lost, doubled, copied, apart or hidden (R06, R22)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perf_xlsx.domain.place import column_name
from perf_xlsx.ooxml import Grid
from perf_xlsx.reading.extra_content import with_contents
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Home, Layout
from perf_xlsx.reading.remarks import ReadingRemark

SHOW = "评分不受影响；请把单元格格式改成“常规”，核对后保存。"
UNHIDE = "评分不受影响；请取消隐藏和筛选，核对后保存。"


def layout_remarks(layout: Layout, sheets: Sheets, year: int | None) -> Iterator[ReadingRemark]:
    """Everything about where the boxes are, before they are read."""
    yield from _lost(layout)
    for label, address in layout.twice:
        theirs = "如这里是另外的内容，请把名称写明白，如“复核得分”；如是重复，请删去一处。"
        advice = theirs if layout.official else "请只保留一处。"
        yield ReadingRemark("R06", address, label, f"“{label}”出现了两次，此处未读取。", advice)
    for address in layout.forms:
        yield _other_form(layout, sheets, address)
    for label, address in layout.astray:
        cell = sheets.place(address).cell
        message = f"“{label}”的填报格是空的，同一行{cell}有内容，已按{cell}读取。"
        advice = f"请核对，并把内容填在“{label}”右边的格里。"
        yield ReadingRemark("R06", address, label, message, advice, severity="warning")
    yield from _copies(layout, sheets)
    yield from _hidden(layout, sheets)
    if year is None:
        below = "请在标题下写明年度，如（2023年度）。"
        advice = below if layout.official else "请使用下发的模板。"
        yield ReadingRemark("R06", NOWHERE, "年度", "没有找到本表的年度。", advice)


def _lost(layout: Layout) -> Iterator[ReadingRemark]:
    """R06: boxes, lines and columns that were not found; a whole block of them as one."""
    blocks = {block.title: (sheet.name, block) for sheet in layout.form.sheets for block in sheet.blocks}
    lost: dict[str, list[tuple[str, bool]]] = {}
    for title, label, required in layout.missing:
        lost.setdefault(title, []).append((label, required))
    for title, missing in lost.items():
        if title in blocks and len(missing) == len(blocks[title][1].labels) > 1:
            required = any(required for _, required in missing)
            advice = f"请对照下发的模板补上工作表“{blocks[title][0]}”的这一块，或把内容填入新的模板。"
            yield _missing(title, f"没有找到“{title}”，整块内容都没有读取。", advice, required)
            continue
        for label, required in missing:
            advice = "请对照下发的模板补上这一栏，或把内容填入新的模板。"
            yield _missing(f"{title}·{label}", f"“{title}”中没有找到“{label}”。", advice, required)


def _missing(field: str, message: str, advice: str, required: bool) -> ReadingRemark:
    return ReadingRemark("R06", NOWHERE, field, message, advice, severity=None if required else "warning")


def _other_form(layout: Layout, sheets: Sheets, address: Address) -> ReadingRemark:
    """R06: a further form."""
    sheet, row, _ = address
    used, names = layout.sheets(), sheets.names
    at = f"从第{row}行起" if sheet in used else "上"
    message = (
        f"工作表“{names[sheet]}”{at}还有一张自评表。一个工作簿只读取一张"
        f"（“{names[min(used, default=sheet)]}”上的），这一张没有读取，也没有评分。"
    )
    return ReadingRemark("R06", address, "自评表", message, "请把每张自评表各存为一个工作簿报送；不需要的请删去。")


# ---- copies --------------------------------------------------------------------------------------------------


def _copies(layout: Layout, sheets: Sheets) -> Iterator[ReadingRemark]:
    """R06: blocks that are in the workbook once more: of two units, or a sheet that was copied."""
    doubled = {title: home for title, home in layout.homes.items() if home.others}
    read = sorted({home.sheet for home in doubled.values()})
    if len(read) > 1:
        others = sorted(layout.copies())
        which = f"本次读取的是工作表{_names(sheets, read)}，没有读取{_names(sheets, others)}。"
        advice = "请把两份自评表分别存成两个文件报送；多余的一份请删去。"
        yield ReadingRemark("R06", (others[0], 0, 0), "自评表", f"一个工作簿里放了两份自评表：{which}", advice)
        return
    for title, home in doubled.items():
        yield from _copies_of(title, home, sheets)


def _copies_of(title: str, home: Home, sheets: Sheets) -> Iterator[ReadingRemark]:
    for other in home.others:
        same = sheets.grids[other].cells == sheets.grids[home.sheet].cells
        message = (
            f"“{title}”有两份，内容{'相同' if same else '不同'}："
            f"本次读取的是工作表{_names(sheets, [home.sheet])}，没有读取{_names(sheets, [other])}。"
        )
        advice = "请只保留一份，把多余的工作表删去后重新报送。"
        yield ReadingRemark("R06", (other, 0, 0), title, message, advice, severity="warning" if same else None)


def _names(sheets: Sheets, indices: Sequence[int]) -> str:
    return "".join(f"“{sheets.names[index]}”" for index in indices)


# ---- hidden --------------------------------------------------------------------------------------------------


def _hidden(layout: Layout, sheets: Sheets) -> Iterator[ReadingRemark]:
    """R22: sheets, rows, columns and cells with contents that cannot be seen."""
    used = {*layout.boxes.values(), *layout.lines.values()}
    for key in layout.tables:
        used |= layout.cells_of(key, ())
    filled: dict[int, list[tuple[int, int]]] = {}
    for sheet, row, column in sorted(used):
        if (row, column) in sheets.grids[sheet].cells:
            filled.setdefault(sheet, []).append((row, column))
    for sheet, cells in filled.items():
        yield from _hidden_on(sheets, sheet, cells)


def _hidden_on(sheets: Sheets, sheet: int, filled: Sequence[tuple[int, int]]) -> Iterator[ReadingRemark]:
    """`filled` are the boxes on the sheet with contents, row by row."""
    grid, title = sheets.grids[sheet], sheets.names[sheet]
    if sheets.states[sheet] != "visible":
        yield ReadingRemark("R22", (sheet, 0, 0), "工作表", f"工作表“{title}”被隐藏，已照常读取。", UNHIDE)
    yield from _hidden_lines(grid, sheet, title, filled)
    if unseen := [at for at in filled if grid.cells[at].unseen]:
        message = f"单元格格式不显示内容，看上去是空的，已照常读取：{with_contents(grid, unseen)}。"
        yield ReadingRemark("R22", (sheet, *unseen[0]), title, message, SHOW)


def _hidden_lines(
    grid: Grid, sheet: int, title: str, filled: Sequence[tuple[int, int]]
) -> Iterator[ReadingRemark]:
    """Hidden rows and columns."""
    if in_rows := [at for at in filled if at[0] in grid.hidden_rows]:
        rows = "、".join(map(str, dict.fromkeys(row for row, _ in in_rows)))
        message = f"第{rows}行被隐藏或被筛选掉，其中的内容已照常读取。"
        yield ReadingRemark("R22", (sheet, *in_rows[0]), title, message, UNHIDE)
    if in_columns := sorted((column, row) for row, column in filled if grid.hidden(0, column)):
        columns = "、".join(map(column_name, dict.fromkeys(column for column, _ in in_columns)))
        at = (sheet, in_columns[0][1], in_columns[0][0])
        yield ReadingRemark("R22", at, title, f"{columns}列被隐藏，其中的内容已照常读取。", UNHIDE)
