"""The front door of reading: a workbook of any format -> Reading, from our template or an official layout."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import Finding, SelfEvaluation, Unscored
from perf_xlsx.findings.collector import FindingCollector
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.ooxml import Book, Grid, Limits, Package, read_grid
from perf_xlsx.ooxml.book import Sheet
from perf_xlsx.reading.approved import with_approved
from perf_xlsx.reading.cells import CellReader
from perf_xlsx.reading.earlier_run import MEASURED, earlier_sheets, had_no_place
from perf_xlsx.reading.form_reader import FormReader
from perf_xlsx.reading.form_words import may_show_a_form
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets, Workbook
from perf_xlsx.reading.identity import WorkbookIdentity, identify
from perf_xlsx.reading.indicators import template_indicator
from perf_xlsx.reading.layout import Forms, Layout
from perf_xlsx.reading.layout_findings import layout_remarks
from perf_xlsx.reading.printed_labels import as_printed
from perf_xlsx.reading.remarks import ReadingRemark, tell_remarks
from perf_xlsx.reading.rows import EntryRows, entry_rows
from perf_xlsx.reading.shifts import block_shifts, unread_cells
from perf_xlsx.reading.template_forms import template_forms
from perf_xlsx.reading.unsupported import refuse, tell_other_rulebook
from perf_xlsx.reading.workbook_extras import tell_extras
from perf_xlsx.rulebook import Rulebook, load_rulebook
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET


class Reading(Struct, frozen=True):
    """What was read of a workbook, the findings about it, and how it was found.

    `rules` is the rulebook that it is scored by, `template_rulebook` the name of the one that its template
    remembers. A workbook that cannot be read as a form (R04, R05) has only findings and sheets.
    """

    evaluation: SelfEvaluation | None
    findings: tuple[Finding, ...]
    sheets: Sheets
    layout: Layout | None = None
    rules: Rulebook | None = None
    template_rulebook: str | None = None


def read(
    package: Package, workbook: str, rulebook: str | None = None, targets: bool = False
) -> tuple[Reading, ...]:
    """Read a returned .xlsx workbook, by its file name: one Reading a form, at least one.

    `rulebook` overrides the one that the template remembers; `targets`: forms of targets alone, which are no
    returns, are read as well. What is found about the workbook as a whole is with the first form. Raises
    PackageError for damage inside the package, RulebookError for an unknown `rulebook`.
    """
    book = Book(package)
    grids = [read_grid(book, sheet, _may_be_the_forms(book, sheet)) for sheet in book.sheets]
    first, *others = readings = read_sheets(book, grids, workbook, rulebook, package.limits, targets=targets)
    if first.layout is None:
        return readings
    collector = FindingCollector()
    tell_extras(package, [(one.sheets, one.layout) for one in readings if one.layout], collector)
    return replace(first, findings=(*first.findings, *collector.findings)), *others


def _may_be_the_forms(book: Book, sheet: Sheet) -> Callable[[Collection[str]], bool]:
    """Whether a large sheet must be read: it has the identity, a box that a name leads to, or labels."""

    def is_wanted(texts: Collection[str]) -> bool:
        areas = (name.area() for name in book.defined_names() if name.name.startswith("px_"))
        named = {HIDDEN_SHEET, *(area[0] for area in areas if area)}
        return sheet.name in named or may_show_a_form(texts)

    return is_wanted


def read_sheets(
    book: Workbook, grids: Sequence[Grid], workbook: str, rulebook: str | None, limits: Limits,
    skip: Iterable[str] = (), targets: bool = False,
) -> tuple[Reading, ...]:  # fmt: skip
    """Read a workbook of any format from its grids; sheets named in `skip` are as if they were not there."""
    hidden = (HIDDEN_SHEET, *skip)
    printed = as_printed(book, grids)
    grids = printed.grids
    added = [name for name in earlier_sheets(book, grids) if name not in hidden]
    sheets = Sheets(book, grids, workbook, hidden, added, targets)
    identity = identify(book, sheets)
    adopted = _adopted(identity) if printed.theirs else None  # a converted one is in our own template of that form
    found = None if identity.form and not adopted else _official_forms(sheets, limits, adopted)
    if found is None and added and not identity.form:  # our own 自评表 may be all that was sent in
        found = _official_forms(Sheets(book, grids, workbook, hidden, targets=targets), limits)
    if found is None:
        if refusal := refuse(identity, sheets, rulebook, adopted):
            return (Reading(None, (refusal,), sheets),)
        found = template_forms(identity.form or "", sheets, limits.forms)
    readings = [_Reader(layout, seen, identity, rulebook, limits).reading() for seen, layout in found.located]
    readings, unknown = _with_approved(readings, sheets)
    return _kept(readings, (*printed.retyped, *found.remarks, *unknown))


def _with_approved(readings: Sequence[Reading], sheets: Sheets) -> tuple[list[Reading], list[ReadingRemark]]:
    """The readings, those of our template with what was approved."""
    own = [n for n, one in enumerate(readings) if one.layout and one.layout.official is None]
    evaluations, remarks = with_approved([readings[n].evaluation for n in own], sheets)
    known = dict(zip(own, evaluations, strict=True))
    return [replace(one, evaluation=known.get(n, one.evaluation)) for n, one in enumerate(readings)], remarks


def _adopted(identity: WorkbookIdentity) -> str | None:
    """The form that the workbook says it is, where a bureau adopted it from a workbook of its own."""
    known = identity.form in form_names()
    return identity.form if identity.form and known and load_form(identity.form).original else None


def _kept(readings: Sequence[Reading], remarks: Iterable[ReadingRemark]) -> tuple[Reading, ...]:
    """The readings of forms that somebody filled in; the first one tells of the others, and has the remarks."""
    blank = [len(readings) > 1 and _is_blank(reading) for reading in readings]
    blank[0] &= not all(blank)
    first, *others = (reading for reading, is_blank in zip(readings, blank, strict=True) if not is_blank)
    told = FindingCollector()
    for reading, is_blank in zip(readings, blank, strict=True):
        if is_blank:
            tell_remarks([_blank_form(reading)], reading.sheets, told)
    tell_remarks(remarks, first.sheets, told)
    return replace(first, findings=(*first.findings, *told.findings)), *others


def _is_blank(reading: Reading) -> bool:
    """Whether nobody filled in what a return reports: money spent, results, points (for monitoring, targets)."""
    evaluation = reading.evaluation
    if evaluation is None:
        return False
    spent = [line.executed for line in evaluation.funds.values()]
    columns = ("actual", "midyear", "claimed_points", *["target"] * (evaluation.unscored == "monitoring"))
    rows = [row.entry(column) for row in evaluation.indicator_rows for column in columns]
    return all(entry.empty for entry in (*spent, *rows, evaluation.claimed.total))


def _blank_form(reading: Reading) -> ReadingRemark:
    """R06: a further form that is not filled in."""
    assert reading.layout is not None
    at = next(iter(sorted(reading.layout.boxes.values())), NOWHERE)
    sheet = f"工作表“{reading.sheets.names[at[0]]}”" if at != NOWHERE else "工作簿"
    message = f"{sheet}上还有一张空白的自评表，没有填写执行数、实际完成值和得分，没有作为报送的表评分。"
    advice = "不需要的请删去；确应报送的，请填好后重新报送。"
    return ReadingRemark(
        "R06", (at[0], 0, 0) if at != NOWHERE else at, "自评表", message, advice, severity="warning"
    )


def _official_forms(sheets: Sheets, limits: Limits, adopted: str | None = None) -> Forms | None:
    from perf_xlsx.reading.official import official_forms  # late: most forms are ours

    found = official_forms(sheets, limits.forms, adopted)
    return found if found.located else None


class _Reader:
    """Reads a located form: layout -> shifts -> rows -> form."""

    def __init__(
        self, layout: Layout, sheets: Sheets, identity: WorkbookIdentity, rulebook: str | None, limits: Limits
    ) -> None:
        self.layout, self.sheets, self.identity, self.limits = layout, sheets, identity, limits
        self.asked = rulebook
        self.stated = layout.official is None or identity.form == layout.form.name  # by a template of ours
        own = identity.rulebook if self.stated else None
        self.rulebook = rulebook or own or layout.form.rulebook
        self.rules = load_rulebook(self.rulebook)
        found = layout.official.year if layout.official else None
        self.year = identity.year if self.stated else found
        self.collector = FindingCollector()

    def reading(self) -> Reading:
        shifts = tuple(block_shifts(self.layout, self.sheets))
        tell_remarks(layout_remarks(self.layout, self.sheets, self.year), self.sheets, self.collector)
        tell_remarks(shifts, self.sheets, self.collector)
        evaluation = self._evaluation(unread_cells(self.layout, shifts))
        if self.asked and self.stated:
            tell_other_rulebook(self.identity, self.sheets.place(NOWHERE), self.rules, self.collector)
        return Reading(
            evaluation,
            tuple(self.collector.findings),
            self.sheets,
            self.layout,
            self.rules,
            self.identity.rulebook,
        )

    def _evaluation(self, unread: frozenset[Address]) -> SelfEvaluation:
        cells = CellReader(self.collector, self.year, self.rules)
        if not self.layout.official:
            rows, indicator = self._template_rows(unread), partial(template_indicator, cells)
            reader = FormReader(self.layout, self.sheets, rows, unread, cells, indicator, self.limits)
            no_place = had_no_place(self.layout.form, self.sheets.grids)
            return _without_places(reader.evaluation(self.year, self.rulebook), no_place)
        from perf_xlsx.reading.official import completed, official_indicator  # late, as above

        official = self.layout.official
        rows = {key: EntryRows(table.rows) for key, table in self.layout.tables.items()}
        rows["indicators"] = EntryRows(self.layout.tables["indicators"].rows, official.parts)
        indicator = partial(official_indicator, cells, official)
        reader = FormReader(self.layout, self.sheets, rows, unread, cells, indicator, self.limits)
        return completed(reader.evaluation(self.year, self.rulebook), official, reader)

    def _template_rows(self, unread: frozenset[Address]) -> dict[str, EntryRows]:
        """The rows of each table that hold entries; of one that is not read, all."""
        found, form = dict[str, EntryRows](), self.layout.form
        for block in (block for block in form.tables if block.key in self.layout.tables):
            table = self.layout.tables[block.key]
            first = min(table.columns.values())
            lost = any((table.sheet, row, first) in unread for row in table.rows)
            found[block.key] = (
                EntryRows(table.rows) if lost else entry_rows(block, table, self.sheets, form.asides)
            )
        return found


def _without_places(evaluation: SelfEvaluation, keys: frozenset[str]) -> SelfEvaluation:
    """The form without the empty boxes that the original of a converted workbook had no place for."""
    claimed = evaluation.claimed
    claims = {"claimed_execution_points": claimed.execution_points, "claimed_total": claimed.total}
    claims |= {"claimed_grade": claimed.grade}  # type: ignore[dict-item]
    filled = {key for key, entry in claims.items() if not entry.empty}
    columns = ("weight", "claimed_points")
    held = (*columns, *MEASURED)
    filled |= {key for key in held for row in evaluation.indicators if not row.entry(key).empty}
    lacking = keys - filled
    unscored: Unscored = "no_points" if lacking.issuperset(columns) else evaluation.unscored
    labels = (row.entry(key).field for key in MEASURED if key in lacking for row in evaluation.indicators)
    unmeasured = "" if unscored else next(labels, "")
    return replace(evaluation, absent=evaluation.absent | lacking, unscored=unscored, unmeasured=unmeasured)
