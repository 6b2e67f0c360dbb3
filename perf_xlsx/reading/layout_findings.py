"""What is told of where things stand: hidden, copied, slipped by a row, apart from their labels (R06, R22)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from perf_xlsx.domain.model import Finding, Severity
from perf_xlsx.domain.place import Place, column_name
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import Block, Boxes, Form, Lines, typed
from perf_xlsx.reading.extra_content import with_contents
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.shifts import block_shifts

SHOW = "评分不受影响；请把单元格格式改成“常规”，核对后保存。"


def lost(form: Form, layout: Layout, at: Place) -> Iterator[Finding]:
    """R06: boxes, lines and columns that were not found; a whole block of them as one."""
    known = {block.title: (sheet.name, _labels(block)) for sheet in form.sheets for block in sheet.blocks}
    for title in dict.fromkeys(title for title, _, _ in layout.missing):
        missing = [(label, required) for block, label, required in layout.missing if block == title]
        name, count = known.get(title, ("", 0))
        if len(missing) == count > 1:
            message = f"没有找到“{title}”，整块内容都没有读取。"
            advice = f"请对照下发的模板补上工作表“{name}”的这一块，或把内容填入新的模板。"
            yield _missing(at, title, message, advice, any(required for _, required in missing))
            continue
        for label, required in missing:
            message = f"“{title}”中没有找到“{label}”。"
            advice = "请对照下发的模板补上这一栏，或把内容填入新的模板。"
            yield _missing(at, f"{title}·{label}", message, advice, required)


def _missing(at: Place, field: str, message: str, advice: str, required: bool) -> Finding:
    return finding(
        "R06", Observation(at, field, None, message, advice, severity=None if required else "warning"), None
    )


def _labels(block: Block) -> int:
    """How many labels a block is found by."""
    return len(typed(block.fields)) + (len(block.lines) if isinstance(block, Lines) else 0)


class LayoutFindings:
    """Looks at a located form before it is read."""

    def __init__(self, form: Form, sheets: Sheets, layout: Layout, place: Callable[[Address], Place]) -> None:
        self.form, self.sheets, self.layout, self.place = form, sheets, layout, place

    def findings(self) -> Iterator[Finding]:
        """Everything, block by block."""
        yield from self._astray()
        yield from self._copies()
        yield from self._slipped()
        yield from self._hidden()

    def _astray(self) -> Iterator[Finding]:
        for label, address in self.layout.astray:
            at = self.place(address)
            message = f"“{label}”的填报格是空的，同一行{at.cell}有内容，已按{at.cell}读取。"
            yield self._say("R06", at, label, message, f"请核对，并把内容填在“{label}”右边的格里。", "warning")

    # ---- copies ----------------------------------------------------------------------------------------------

    def _copies(self) -> Iterator[Finding]:
        """Blocks that stand in the workbook once more: of two units, or a sheet that was copied."""
        doubled = {title: home for title, home in self.layout.homes.items() if home.others}
        read = {home.sheet for home in doubled.values()}
        if len(read) > 1:
            others = sorted({sheet for home in doubled.values() for sheet in home.others})
            message = (
                f"一个工作簿里放了两份自评表：本次读取的是工作表{self._names(sorted(read))}，"
                f"没有读取{self._names(others)}。"
            )
            at = self._sheet(others[0])
            yield self._say("R06", at, "自评表", message, "请把两份自评表分别存成两个文件报送；多余的一份请删去。")
            return
        for title, home in doubled.items():
            for other in home.others:
                same = self.sheets.grids[other].cells == self.sheets.grids[home.sheet].cells
                message = (
                    f"“{title}”有两份，内容{'相同' if same else '不同'}："
                    f"本次读取的是工作表{self._names([home.sheet])}，没有读取{self._names([other])}。"
                )
                advice = "请只保留一份，把多余的工作表删去后重新报送。"
                yield self._say("R06", self._sheet(other), title, message, advice, "warning" if same else None)

    def _names(self, sheets: list[int]) -> str:
        return "".join(f"“{self.sheets.names[sheet]}”" for sheet in sheets)

    def _sheet(self, sheet: int) -> Place:
        return Place(
            self.place((sheet, 1, 1)).workbook, self.sheets.positions[sheet], sheet=self.sheets.names[sheet]
        )

    def _slipped(self) -> Iterator[Finding]:
        for slip in block_shifts(self.form, self.sheets, self.layout):
            if slip.sure:
                self.layout.unread |= self._cells_of(slip.title)
            severity: Severity | None = None if slip.sure else "warning"
            yield self._say("R06", self.place(slip.at), slip.title, slip.message, slip.advice, severity)

    def _cells_of(self, title: str) -> set[Address]:
        blocks = [block for block in self.form.blocks if block.title == title]
        keys = ((block.key, block.boxes if isinstance(block, Boxes) else ()) for block in blocks)
        return {at for key, boxes in keys for at in self.layout.cells_of(key, (box.key for box in boxes))}

    # ---- hidden ----------------------------------------------------------------------------------------------

    def _hidden(self) -> Iterator[Finding]:
        """R22: sheets, rows, columns and cells that hold something typed and cannot be seen."""
        used: dict[int, set[tuple[int, int]]] = {}
        for sheet, row, column in (*self.layout.boxes.values(), *self.layout.lines.values()):
            used.setdefault(sheet, set()).add((row, column))
        for table in self.layout.tables.values():
            cells = {(row, column) for row in table.rows for column in table.columns.values()}
            used.setdefault(table.sheet, set()).update(cells)
        advice = "评分不受影响；请取消隐藏和筛选，核对后保存。"
        for sheet, cells in sorted(used.items()):
            grid, title = self.sheets.grids[sheet], self.sheets.names[sheet]
            filled = {at for at in cells if at in grid.cells}
            if self.sheets.states[sheet] != "visible" and filled:
                message = f"工作表“{title}”被隐藏，已照常读取。"
                yield self._say("R22", self._sheet(sheet), "工作表", message, advice)
            rows = sorted({row for row, _ in filled} & grid.hidden_rows)
            columns = sorted({column for _, column in filled if grid.hidden(0, column)})
            if rows:
                at = self.place((sheet, rows[0], min(column for row, column in filled if row == rows[0])))
                message = f"第{'、'.join(map(str, rows))}行被隐藏或被筛选掉，其中的内容已照常读取。"
                yield self._say("R22", at, title, message, advice)
            if columns:
                at = self.place((sheet, min(row for row, column in filled if column == columns[0]), columns[0]))
                message = f"{'、'.join(map(column_name, columns))}列被隐藏，其中的内容已照常读取。"
                yield self._say("R22", at, title, message, advice)
            if unseen := sorted(at for at in filled if grid.cells[at].unseen):
                message = f"单元格格式不显示内容，看上去是空的，已照常读取：{with_contents(grid, unseen)}。"
                yield self._say("R22", self.place((sheet, *unseen[0])), title, message, SHOW)

    def _say(
        self, code: str, at: Place, field: str, message: str, advice: str, severity: Severity | None = None
    ) -> Finding:
        return finding(code, Observation(at, field, None, message, advice, severity=severity), None)
