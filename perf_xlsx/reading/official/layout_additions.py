"""What an official layout adds to its form: weights from claims, the projects' sum, what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.domain.model import Entry, SelfEvaluation
from perf_xlsx.domain.rounding import plain
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.form_reader import FormReader
from perf_xlsx.reading.grids import Address
from perf_xlsx.reading.layout import OfficialParts
from perf_xlsx.reading.official.adopted import UNMATCHED
from perf_xlsx.reading.official.as_text import by_column
from perf_xlsx.reading.official.indicator_entries import weights_from_claims, weights_in_names
from perf_xlsx.reading.official.projects import AMOUNTS
from perf_xlsx.reading.official.recognised import absent, recognition
from perf_xlsx.reading.official.unread import unread_contents
from perf_xlsx.reading.official.weights import check_weights
from perf_xlsx.reading.remarks import tell_remarks


def completed(evaluation: SelfEvaluation, official: OfficialParts, reader: FormReader) -> SelfEvaluation:
    """The form with the weights that its claims prove; reports how the layout was read (R19) and what follows."""
    rules, lacking = reader.cells.rules, absent(reader.layout, official)
    evaluation = replace(evaluation, boxes={**evaluation.boxes, "unit": _unit(evaluation, reader)})
    _check_project_total(evaluation, official, reader, rules.number("thresholds.tolerance"))
    check_weights(evaluation, official, reader)
    proven = None
    if "weight" in lacking and not official.unscored:
        evaluation, proven = _with_weights(evaluation, official, reader)
    remarks = recognition(evaluation, reader.layout, official, reader.sheets, rules, proven)
    tell_remarks(remarks, reader.sheets, reader.cells.collector)
    tell_remarks(unread_contents(reader.layout, official, reader.sheets), reader.sheets, reader.cells.collector)
    reader.findings.tell_crossed(reader.required)
    findings = reader.cells.collector.findings
    findings[:] = by_column(findings)
    titles = {title for title, _ in reader.layout.passages}
    lacks = {"projects"} - reader.layout.tables.keys() | (official.kind.passages.keys() - titles)
    return replace(
        evaluation,
        absent=frozenset(lacking) | lacks,
        reporter=_reporter(official, reader),
        unscored=official.unscored,
        title=official.title,
        unmeasured=official.unmeasured,
    )


def _with_weights(
    evaluation: SelfEvaluation, official: OfficialParts, reader: FormReader
) -> tuple[SelfEvaluation, bool | None]:
    """The form with the weights that names state or claims prove, and whether these do (None: not asked)."""
    rules = reader.cells.rules
    execution = official.stated_weight[1] if official.stated_weight else rules.number("execution.weight")
    if named := weights_in_names(evaluation.indicators, execution, rules):
        message = f"没有“分值”栏，{len(named)}个指标的分值按名称后括号内的分数读取。"
        reader.cells.findings.about("R19", named[0].weight, message, "可以不改；请核对。", severity="notice")
        return replace(evaluation, indicators=tuple(named)), None
    weights = weights_from_claims(evaluation.indicators, execution, rules)
    rows = [replace(row, weight=weight) for row, weight in zip(evaluation.indicators, weights or (), strict=False)]
    return replace(evaluation, indicators=tuple(rows) or evaluation.indicators), weights is not None


def _unit(evaluation: SelfEvaluation, reader: FormReader) -> Entry[str]:
    """The unit; of a form that has no box for it the department in charge (R19)."""
    unit, supervisor = evaluation.boxes["unit"], evaluation.boxes.get("supervisor")
    if "unit" in reader.layout.boxes or supervisor is None or not supervisor.value:
        return unit
    field = unit.field.removeprefix(UNMATCHED)
    message = f"本表没有“{field}”一栏，按主管部门“{supervisor.value}”列示。"
    reader.cells.findings.about("R19", supervisor, message, "可以不改。", severity="notice")
    return replace(supervisor, field=field)


def _reporter(official: OfficialParts, reader: FormReader) -> Entry[str] | None:
    """The name of the unit that reports, where the form names it beside the one that does the work."""
    at = official.reporter
    if at is None:
        return None
    cell, place = reader.sheets.cell(at.value), reader.sheets.place(at.value)
    texts = reader.cells.texts
    entry = texts.text(cell if at.text is None else Cell(at.text), place, "报送单位")
    return texts.without_code(entry)


def _check_project_total(
    evaluation: SelfEvaluation, official: OfficialParts, reader: FormReader, tolerance: Decimal
) -> None:
    """F01: the table of projects has a row for their sum, which our template has not."""
    table, row = reader.layout.tables.get("projects"), official.project_total
    if table is None or row is None or not evaluation.projects:
        return
    for key in (key for key in AMOUNTS if key in table.columns):
        entries = [project.entry(key) for project in evaluation.projects]
        _check_sum(entries, (table.sheet, row, table.columns[key]), reader, tolerance)


def _check_sum(entries: Sequence[Entry[Decimal]], at: Address, reader: FormReader, tolerance: Decimal) -> None:
    """F01: the sum of a column, where all of its amounts can be read."""
    known = [entry.value for entry in entries if entry.value is not None]
    if not known or any(entry.unreadable for entry in entries):
        return
    stated = reader.amount(at, f"项目明细合计·{entries[0].field}")
    total = sum(known, Decimal(0))
    if stated.value is not None and abs(stated.value - total) > tolerance:
        _tell_sum(stated, stated.value, total, len(known), reader)


def _tell_sum(stated: Entry[Decimal], value: Decimal, total: Decimal, count: int, reader: FormReader) -> None:
    difference = plain(value - total)
    message = f"{stated.field}填{plain(value)}，而{count}个项目之和是{plain(total)}，相差{difference}。"
    advice = f"请核对项目是否漏列、多列；如各项目无误，合计应填{plain(total)}。"
    reader.cells.collector.tell(
        "F01", stated.place, stated.field, message, advice, given=stated.given, expected=plain(total),
        difference=difference,
    )  # fmt: skip
