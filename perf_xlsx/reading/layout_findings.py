"""Reports how the form lies in the workbook: lost, doubled, copied, shifted or hidden (R06, R22)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from perf_xlsx.domain.model import Severity
from perf_xlsx.domain.place import Place, column_name
from perf_xlsx.findings.collector import FindingCollector
from perf_xlsx.reading.blocks import labels_of
from perf_xlsx.reading.extra_content import with_contents
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Home, Layout
from perf_xlsx.reading.remarks import Remark, report

SHOW = "评分不受影响；请把单元格格式改成“常规”，核对后保存。"
UNHIDE = "评分不受影响；请取消隐藏和筛选，核对后保存。"


def report_layout(
    layout: Layout, sheets: Sheets, shifts: Iterable[Remark], year: int | None, collector: FindingCollector
) -> None:
    """Report everything about where the boxes are, before they are read."""
    reports = _LayoutReports(layout, sheets, collector)
    reports.lost()
    reports.doubled()
    for address in layout.forms:
        reports.other_form(address)
    reports.astray()
    reports.copies()
    report(shifts, sheets, collector)
    reports.hidden()
    if year is None:
        collector.report("R06", sheets.place(NOWHERE), "年度", "没有找到本表的年度。", "请使用下发的模板。")


class _LayoutReports:
    def __init__(self, layout: Layout, sheets: Sheets, collector: FindingCollector) -> None:
        self.layout, self.sheets, self.collector = layout, sheets, collector

    def lost(self) -> None:
        """R06: boxes, lines and columns that were not found; a whole block of them as one."""
        blocks = {
            b.title: (sheet.name, len(labels_of(b))) for sheet in self.layout.form.sheets for b in sheet.blocks
        }
        advice = "请对照下发的模板补上这一栏，或把内容填入新的模板。"
        for title in dict.fromkeys(title for title, _, _ in self.layout.missing):
            missing = [(label, required) for block, label, required in self.layout.missing if block == title]
            name, count = blocks.get(title, ("", 0))
            if len(missing) == count > 1:
                message = f"没有找到“{title}”，整块内容都没有读取。"
                whole = f"请对照下发的模板补上工作表“{name}”的这一块，或把内容填入新的模板。"
                self._missing(title, message, whole, any(required for _, required in missing))
                continue
            for label, required in missing:
                self._missing(f"{title}·{label}", f"“{title}”中没有找到“{label}”。", advice, required)

    def _missing(self, field: str, message: str, advice: str, required: bool) -> None:
        severity: Severity | None = None if required else "warning"
        self.collector.report("R06", self.sheets.place(NOWHERE), field, message, advice, severity=severity)

    def doubled(self) -> None:
        """R06: labels found a second time."""
        for label, address in self.layout.twice:
            message = f"“{label}”出现了两次，此处未读取。"
            self.collector.report("R06", self.sheets.place(address), label, message, "请只保留一处。")

    def other_form(self, address: Address) -> None:
        """R06: a further form."""
        sheet, row, _ = address
        used, names = self.layout.sheets(), self.sheets.names
        at = f"从第{row}行起" if sheet in used else "上"
        message = (
            f"工作表“{names[sheet]}”{at}还有一张自评表。一个工作簿只读取一张"
            f"（“{names[min(used, default=sheet)]}”上的），这一张没有读取，也没有评分。"
        )
        advice = "请把每张自评表各存为一个工作簿报送；不需要的请删去。"
        self.collector.report("R06", self.sheets.place(address), "自评表", message, advice)

    def astray(self) -> None:
        """R06: values apart from their labels."""
        for label, address in self.layout.astray:
            at = self.sheets.place(address)
            message = f"“{label}”的填报格是空的，同一行{at.cell}有内容，已按{at.cell}读取。"
            advice = f"请核对，并把内容填在“{label}”右边的格里。"
            self.collector.report("R06", at, label, message, advice, severity="warning")

    # ---- copies ----------------------------------------------------------------------------------------------

    def copies(self) -> None:
        """R06: blocks that are in the workbook once more: of two units, or a sheet that was copied."""
        doubled = {title: home for title, home in self.layout.homes.items() if home.others}
        read = sorted({home.sheet for home in doubled.values()})
        if len(read) > 1:
            others = sorted(self.layout.copies())
            which = f"本次读取的是工作表{self._names(read)}，没有读取{self._names(others)}。"
            message = f"一个工作簿里放了两份自评表：{which}"
            advice = "请把两份自评表分别存成两个文件报送；多余的一份请删去。"
            self.collector.report("R06", self.sheets.sheet_place(others[0]), "自评表", message, advice)
            return
        for title, home in doubled.items():
            self._copied_block(title, home)

    def _copied_block(self, title: str, home: Home) -> None:
        advice = "请只保留一份，把多余的工作表删去后重新报送。"
        for other in home.others:
            same = self.sheets.grids[other].cells == self.sheets.grids[home.sheet].cells
            message = (
                f"“{title}”有两份，内容{'相同' if same else '不同'}："
                f"本次读取的是工作表{self._names([home.sheet])}，没有读取{self._names([other])}。"
            )
            severity: Severity | None = "warning" if same else None
            at = self.sheets.sheet_place(other)
            self.collector.report("R06", at, title, message, advice, severity=severity)

    def _names(self, sheets: Sequence[int]) -> str:
        return "".join(f"“{self.sheets.names[sheet]}”" for sheet in sheets)

    # ---- hidden ----------------------------------------------------------------------------------------------

    def hidden(self) -> None:
        """R22: sheets, rows, columns and cells with contents that cannot be seen."""
        used = {*self.layout.boxes.values(), *self.layout.lines.values()}
        for key in self.layout.tables:
            used |= self.layout.cells_of(key, ())
        filled: dict[int, list[tuple[int, int]]] = {}
        for sheet, row, column in sorted(used):
            cells = filled.setdefault(sheet, [])
            if (row, column) in self.sheets.grids[sheet].cells:
                cells.append((row, column))
        for sheet, cells in filled.items():
            self._hidden_on(sheet, cells)

    def _hidden_on(self, sheet: int, filled: Sequence[tuple[int, int]]) -> None:
        """`filled` are the boxes on the sheet with contents, row by row."""
        grid, title = self.sheets.grids[sheet], self.sheets.names[sheet]
        if self.sheets.states[sheet] != "visible" and filled:
            self._report_hidden(self.sheets.sheet_place(sheet), f"工作表“{title}”被隐藏，已照常读取。", "工作表")
        in_rows = [at for at in filled if at[0] in grid.hidden_rows]
        if in_rows:
            rows = "、".join(map(str, dict.fromkeys(row for row, _ in in_rows)))
            message = f"第{rows}行被隐藏或被筛选掉，其中的内容已照常读取。"
            self._report_hidden(self.sheets.place((sheet, *in_rows[0])), message)
        in_columns = sorted((column, row) for row, column in filled if grid.hidden(0, column))
        if in_columns:
            columns = "、".join(map(column_name, dict.fromkeys(column for column, _ in in_columns)))
            at = self.sheets.place((sheet, in_columns[0][1], in_columns[0][0]))
            self._report_hidden(at, f"{columns}列被隐藏，其中的内容已照常读取。")
        if unseen := [at for at in filled if grid.cells[at].unseen]:
            message = f"单元格格式不显示内容，看上去是空的，已照常读取：{with_contents(grid, unseen)}。"
            self._report_hidden(self.sheets.place((sheet, *unseen[0])), message, advice=SHOW)

    def _report_hidden(self, at: Place, message: str, field: str = "", advice: str = UNHIDE) -> None:
        self.collector.report("R22", at, field or at.sheet, message, advice)
