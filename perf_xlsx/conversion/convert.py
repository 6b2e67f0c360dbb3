"""Converts a workbook that cannot be written back losslessly into a filled template, cell by cell.

The original is read like any return. What was read is typed into a new template, and entries and findings move
there: the findings are those of the original, their places are cells of the workbook that the unit gets back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.conversion.merged_lines import join
from perf_xlsx.conversion.not_transferred import left_behind
from perf_xlsx.conversion.transfer import Transcript
from perf_xlsx.domain.model import Finding, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.collector import unjudged_finding
from perf_xlsx.foreign import ForeignWorkbook
from perf_xlsx.ooxml import Altered, Grid, Limits
from perf_xlsx.ooxml.contents import altered_on, codes_of_grid
from perf_xlsx.ooxml.ledger_contents import LedgerContents, find_ledger
from perf_xlsx.ooxml.note_text import Recorded, answer_in
from perf_xlsx.reading.earlier_answers import altered, in_notes
from perf_xlsx.reading.earlier_run import MEASURED, places_of
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.read import Reading, read_sheets
from perf_xlsx.reading.workbook_extras import other_sheets
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names
from perf_xlsx.sheets.origin import WorkbookOrigin

DEFAULTS = Limits()


class Converted(Struct, frozen=True):
    """What became of the original: its reading, where everything came from, and a template filled in with it.

    `typed` is the form as the template has it, which joins lines of money that it does not distinguish; `workbook`
    is that template as a file, `rules` the rulebook that it is scored by.
    """

    evaluation: SelfEvaluation
    typed: SelfEvaluation
    findings: tuple[Finding, ...]
    origin: WorkbookOrigin
    workbook: bytes
    rules: Rulebook | None


def convert(
    original: ForeignWorkbook, workbook: str, rulebook: str | None = None, limits: Limits = DEFAULTS
) -> Converted | Finding:
    """Convert a workbook. A Finding (R04, R05) where it is no form that can be read."""
    reading, *others = read_original(original, workbook, rulebook, limits)
    if reading.layout is None or reading.evaluation is None:
        return reading.findings[0]
    evaluation, official, sheets = reading.evaluation, reading.layout.official, reading.sheets.whole
    more = tuple(min(one.layout.boxes.values()) for one in others if one.layout)
    layout = replace(reading.layout, forms=(*reading.layout.forms, *more))
    rules = _template_rules(reading, rulebook).on(layout.form.name)
    joined = join(evaluation, official.kind.into if official else {})
    transcript = Transcript(joined, sheets, rules, understood=official is not None)
    record = _record(original)
    recorded = None if record is None else record.notes
    left = tuple(left_behind(original, transcript, layout, recorded))
    evaluation = transcript.evaluation
    absent = evaluation.absent if evaluation.unmeasured else evaluation.absent.difference(MEASURED)
    no_place = tuple(places_of(layout.form, absent).values())
    origin = WorkbookOrigin(workbook, original.format, tuple(transcript.traces), left, no_place)
    findings = (
        *(transcript.moved_finding(found) for found in reading.findings),
        *_extras(original, sheets, layout),
        *(_not_transferred_form(original, sheets, at) for at in more),
        *_answered(original, transcript, recorded),
        *_altered(original, record, workbook),
        _converted(origin, Place(workbook)),
    )
    return Converted(
        transcript.evaluation, transcript.typed, findings, origin, transcript.template.data, reading.rules
    )


def read_original(
    original: ForeignWorkbook, workbook: str, rulebook: str | None, limits: Limits, targets: bool = False
) -> tuple[Reading, ...]:
    """Read a workbook of another format, but for what an earlier scoring added to it; see `read`."""
    added = _added_sheets(original)
    return read_sheets(original, original.grids, workbook, rulebook, limits, skip=added, targets=targets)


def _template_rules(reading: Reading, asked: str | None) -> Rulebook:
    """The rulebook of the template: the one that the original's template remembers, before the one asked for."""
    assert reading.layout is not None
    own = reading.template_rulebook if reading.template_rulebook in rulebook_names() else None
    return load_rulebook(own or asked or reading.layout.form.rulebook)


def _added_sheets(original: ForeignWorkbook) -> set[str]:
    """The sheets that an earlier scoring added and nobody wrote on, and its ledger."""
    grids = _grids(original)
    ledger = find_ledger(grids.items())
    if ledger is None:
        return set()
    its_name, record = ledger
    areas = {name.name: area for name in original.defined_names() if (area := name.area())}
    found = {its_name}
    for name, added in record.sheets.items():
        title = areas[name][0] if name in areas else added.name
        if title in grids and (added.codes is None or added.codes == codes_of_grid(grids[title], added.codes)):
            found.add(title)
    return found


def _record(original: ForeignWorkbook) -> LedgerContents | None:
    """The ledger of an earlier scoring."""
    ledger = find_ledger(_grids(original).items())
    return None if ledger is None else ledger[1]


def _grids(original: ForeignWorkbook) -> dict[str, Grid]:
    return {sheet.name: grid for sheet, grid in zip(original.sheets, original.grids, strict=True)}


def _answered(original: ForeignWorkbook, transcript: Transcript, recorded: Recorded | None) -> Iterator[Finding]:
    """R23: what a unit wrote into our notes, at its place in the new workbook."""
    notes = (answer_in(extra.sheet, extra.cell, extra.text, recorded) for extra in original.extras)
    index = {sheet.name: sheet.index for sheet in original.sheets}
    for title, written in groupby((note for note in notes if note), key=lambda note: note.sheet):
        found = in_notes(Place(transcript.workbook, index[title], sheet=title), list(written), transferred=True)
        yield replace(found, place=transcript.moved_finding(found).place)


def _altered(original: ForeignWorkbook, record: LedgerContents | None, workbook: str) -> Iterator[Finding]:
    """R25: what was changed on the sheets that an earlier scoring added."""
    grids = _grids(original)
    for name, added in record.sheets.items() if record else ():
        title = next((one.area() or (added.name,) for one in original.defined_names() if one.name == name), None)
        grid = grids.get(title[0] if title else added.name)
        if grid is None or added.codes is None:
            continue
        changed = altered_on(codes_of_grid(grid, added.codes), added.codes)
        cells = [Altered(*at, grid.cells.get(at), then) for at, then in changed.items()]
        if found := altered(added.name, Place(workbook), added.name, cells):
            yield replace(found, place=Place(workbook))


def _converted(origin: WorkbookOrigin, place: Place) -> Finding:
    """R18: that it was converted, how much of it, and what was not."""
    rest = f"另有{len(origin.left)}处没有带入，列在该表末尾。" if origin.left else ""
    message = (
        f"报送的是{origin.format}，不能原样写回，{len(origin.traces)}格内容已逐格带入新的 .xlsx 工作簿"
        f"（见“来源对照”），各项问题的位置均指新工作簿。{rest}"
    )
    advice = "请核对“来源对照”，并在新工作簿中更正、报送。"
    return unjudged_finding(
        "R18", place, "文件格式", message, advice, given=origin.format, expected="Excel 工作簿（.xlsx）"
    )


def _not_transferred_form(original: ForeignWorkbook, sheets: Sheets, at: Address) -> Finding:
    """R06: a further form; a template holds one."""
    name, cell = sheets.shown(at)
    message = (
        f"原文件“{name}”{cell}处还有一张自评表。{original.format}的工作簿只读取一张，"
        "这一张没有读取，也没有评分、带入新的工作簿。"
    )
    advice = "请用 Excel 或 WPS 另存为 .xlsx 后重新报送，其中每张自评表都会评分。"
    return unjudged_finding("R06", sheets.place(NOWHERE), "自评表", message, advice)


def _extras(original: ForeignWorkbook, sheets: Sheets, layout: Layout) -> Iterator[Finding]:
    """R16: sheets, macros and signatures that are not of the form and stay behind in the original."""
    advice, at = "评分不受影响，原文件不变；如是误带的请删去后重新报送。", sheets.place(NOWHERE)
    known = layout.copies() | {sheet for sheet, _, _ in layout.forms}
    for title in (sheets.names[sheet] for sheet, _ in other_sheets(sheets, layout) if sheet not in known):
        message = f"工作表“{title}”不属于自评表，没有读取，也没有带入新的工作簿。"
        yield unjudged_finding("R16", at, "工作表", message, advice, given=title)
    for what in dict.fromkeys(extra.what for extra in original.extras if extra.what in ("宏", "数字签名")):
        message = f"工作簿含有{what}，没有运行，也没有带入新的工作簿。"
        yield unjudged_finding("R16", at, what, message, advice)
