"""A workbook that cannot be written back losslessly, carried over into a filled template of ours, cell by cell.

The boxes are located in the original by the same code as in any return. Their cells are then laid, as they were
(formula, error value and number format included), over the grid of the new template, and that is read: so the
findings are those of the original, and their places are cells of the workbook that the unit gets back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perf_xlsx.catalogue import Noticed, finding
from perf_xlsx.foreign import Original
from perf_xlsx.forms import Form, load_form
from perf_xlsx.forms.case import Fill
from perf_xlsx.model import Finding, SelfEvaluation
from perf_xlsx.ooxml import LEDGER
from perf_xlsx.ooxml.ledger import SHEET_NAME
from perf_xlsx.place import Place
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names
from perf_xlsx.workbook.identity import HIDDEN_SHEET, Identity, identify
from perf_xlsx.workbook.intake import as_shown
from perf_xlsx.workbook.leftover import left_behind, other_sheets
from perf_xlsx.workbook.live import Stored
from perf_xlsx.workbook.locate import Sheets
from perf_xlsx.workbook.moving import Moving, standing
from perf_xlsx.workbook.origin import Origin, Trace
from perf_xlsx.workbook.outside import OutsideLayout, locate_outside
from perf_xlsx.workbook.reader import Reading, other_rulebook, refuse
from perf_xlsx.workbook.template import write_template


@dataclass(frozen=True)
class Carried:
    """What became of the original: its reading, where everything came from, and what is typed into a template."""

    evaluation: SelfEvaluation
    findings: tuple[Finding, ...]
    origin: Origin
    fill: Fill
    rulebook: Rulebook

    def workbook(self, stored: Stored) -> bytes:
        """The filled template; `stored` are the results of its live formulas."""
        return write_template(self.fill.form, self.fill.year, self.rulebook, self.fill, stored)


def carry(original: Original, workbook: str, rulebook: str | None = None) -> Carried | Finding:
    """Carry a workbook over. A Finding (R04, R05) where it is no form that can be read."""
    sheets = Sheets(original, original.grids, skip=(HIDDEN_SHEET, *_ours(original)))
    identity = identify(original, sheets)
    if identity.form is None and (layout := locate_outside(sheets)) is not None:
        return _only_as_xlsx(layout, original, workbook)
    if refusal := refuse(identity, Place(workbook), rulebook):
        return refusal
    form = load_form(identity.form or "")
    rules = _own_rulebook(identity, rulebook, form)
    moving = Moving(form, sheets, identity.year, rules)
    reading = Reading(form, moving.now, workbook, moving.layout)
    evaluation = reading.evaluation(identity.year, rulebook or identity.rulebook or form.rulebook)
    traces = tuple(
        Trace(move.field, reading.place(move.to), *standing(sheets, move.source), as_shown(cell), move.note(cell))
        for move in moving.moves
        if (cell := sheets.cell(move.source)) is not None
    )
    origin = Origin(workbook, original.format, traces, tuple(left_behind(original, moving)))
    said = (
        *reading.intake.findings,
        *_twice(moving, workbook),
        *_beside(original, moving, workbook),
        *other_rulebook(identity, workbook, rulebook),
        _told(origin, Place(workbook)),
    )
    return Carried(evaluation, said, origin, moving.fill, rules)


def _only_as_xlsx(layout: OutsideLayout, original: Original, workbook: str) -> Finding:
    """R04: an official layout, which is read where it stands and has no template to be carried into."""
    official = layout.form.official
    message = f"认出是“{official}”的公开版式，但没有使用下发的模板，{original.format}中的这种版式不能带入模板。"
    advice = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后重新报送，即可读取。"
    return finding("R04", Noticed(Place(workbook), "表种", None, message, advice, "Excel 工作簿（.xlsx）"), None)


def _own_rulebook(identity: Identity, asked: str | None, form: Form) -> Rulebook:
    own = identity.rulebook if identity.rulebook in rulebook_names() else None
    return load_rulebook(own or asked or form.rulebook)


def _ours(original: Original) -> set[str]:
    """The sheets that an earlier scoring added, and its ledger."""
    ledger = [grid for sheet, grid in zip(original.sheets, original.grids, strict=True) if sheet.name == LEDGER]
    rows = {(row, column): str(cell.value) for grid in ledger for (row, column), cell in grid.cells.items()}
    recorded = {rows.get((r, 2), ""): rows.get((r, 3), "") for r, c in rows if c == 1 and rows[r, c] == "sheet"}
    for name in original.defined_names():
        if name.name.startswith(SHEET_NAME) and name.name in recorded and (area := name.area()):
            recorded[name.name] = area[0]
    return {LEDGER, *recorded.values()} if ledger else set()


def _told(origin: Origin, place: Place) -> Finding:
    """R18: that it was carried over, how much, and what was not."""
    rest = f"另有{len(origin.left)}处没有带入，列在该表末尾。" if origin.left else ""
    message = (
        f"报送的是{origin.format}，不能原样写回，{len(origin.traces)}格内容已逐格带入新的 .xlsx 工作簿"
        f"（见“来源对照”），各项问题的位置均指新工作簿。{rest}"
    )
    advice = "请核对“来源对照”，并在新工作簿中更正、报送。"
    return finding(
        "R18", Noticed(place, "文件格式", origin.format, message, advice, "Excel 工作簿（.xlsx）"), None
    )


def _twice(moving: Moving, workbook: str) -> Iterator[Finding]:
    """R06: a box that the original has twice; the second one is not in the new workbook."""
    for label, address in moving.found.twice:
        sheet, cell = standing(moving.was, address)
        message = f"“{label}”出现了两次，原文件“{sheet}”{cell}处的没有读取，也没有带入。"
        yield finding("R06", Noticed(Place(workbook), label, None, message, "请只保留一处。"), None)


def _beside(original: Original, moving: Moving, workbook: str) -> Iterator[Finding]:
    """R16: sheets, macros and signatures that are not of the form and stay behind in the original."""
    advice = "评分不受影响，原文件不变；如是误带的请删去后重新报送。"
    for title, _ in other_sheets(moving):
        message = f"工作表“{title}”不属于自评表，没有读取，也没有带入新的工作簿。"
        yield finding("R16", Noticed(Place(workbook), "工作表", title, message, advice), None)
    for what in dict.fromkeys(extra.what for extra in original.extras if extra.what in ("宏", "数字签名")):
        message = f"工作簿含有{what}，没有运行，也没有带入新的工作簿。"
        yield finding("R16", Noticed(Place(workbook), what, None, message, advice), None)
