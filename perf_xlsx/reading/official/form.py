"""What an official layout adds to its form: weights from claims, the projects' sum, what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.domain.model import Entry, SelfEvaluation
from perf_xlsx.domain.rounding import plain
from perf_xlsx.reading.form import FormReader
from perf_xlsx.reading.grids import Address
from perf_xlsx.reading.layout import OfficialParts
from perf_xlsx.reading.official.adopted import UNMATCHED
from perf_xlsx.reading.official.as_text import by_column
from perf_xlsx.reading.official.entries import weights_from_claims
from perf_xlsx.reading.official.projects import AMOUNTS
from perf_xlsx.reading.official.recognised import absent, recognition
from perf_xlsx.reading.official.unread import unread_contents
from perf_xlsx.reading.official.weights import check_weights
from perf_xlsx.reading.remarks import report
from perf_xlsx.system.pattern import pattern

_CODED = pattern(r"(?:\d{3,12}\s*[-—–_]|[\[［【]\d{2,12}[\]］】])\s*(\D.{1,80})")


def completed(form: SelfEvaluation, official: OfficialParts, reader: FormReader) -> SelfEvaluation:
    """The form with the weights that its claims prove; reports how the layout was read (R19) and what follows."""
    rules, lacking = reader.cells.rules, absent(reader.layout, official)
    unit = _without_code(form.boxes["unit"], reader)
    form = replace(form, boxes={**form.boxes, "unit": _unit_or_supervisor(unit, form, reader)})
    _check_project_total(form, official, reader, rules.number("thresholds.tolerance"))
    check_weights(form, official, reader)
    proven, named = None, [row.weight for row in form.indicators if row.weight.value is not None]
    if "weight" in lacking and not official.unscored and not named:
        execution = official.stated_weight[1] if official.stated_weight else rules.number("execution.weight")
        weights = weights_from_claims(form.indicators, execution, rules)
        proven = weights is not None
        rows = [replace(row, weight=weight) for row, weight in zip(form.indicators, weights or (), strict=False)]
        form = replace(form, indicators=tuple(rows) or form.indicators)
    remarks = recognition(form, reader.layout, official, reader.sheets, rules, proven)
    report(remarks, reader.sheets, reader.cells.collector)
    if "weight" in lacking and named:
        message = f"没有“分值”栏，{len(named)}个指标的分值按名称后括号内的分数读取。"
        reader.cells.reports.about("R19", named[0], message, "可以不改；请核对。", severity="notice")
    report(unread_contents(reader.layout, official, reader.sheets), reader.sheets, reader.cells.collector)
    reader.reports.report_crossed(reader.required)
    findings = reader.cells.collector.findings
    findings[:] = by_column(findings)
    titles = {title for title, _ in reader.layout.passages}
    lacks = {"projects"} - reader.layout.tables.keys() | (official.kind.passages.keys() - titles)
    return replace(
        form,
        absent=frozenset(lacking) | lacks,
        unscored=official.unscored,
        title=official.title,
        unmeasured=official.unmeasured,
    )


def _without_code(unit: Entry[str], reader: FormReader) -> Entry[str]:
    """The unit without the code that some systems write before its name: 314002-某局, [155]某局."""
    found = _CODED.fullmatch(unit.value or "")
    if found is None:
        return unit
    message = f"{unit.field}填“{unit.given}”，按“{found[1]}”读取。"
    reader.cells.reports.about("R19", unit, message, "可以不改。", found[1], "notice")
    return replace(unit, value=found[1])


def _unit_or_supervisor(unit: Entry[str], form: SelfEvaluation, reader: FormReader) -> Entry[str]:
    """The unit; of a form that has no box for it the department in charge (R19)."""
    supervisor = form.boxes.get("supervisor")
    if "unit" in reader.layout.boxes or supervisor is None or not supervisor.value:
        return unit
    message = f"本表没有“{unit.field.removeprefix(UNMATCHED)}”一栏，按主管部门“{supervisor.value}”列示。"
    reader.cells.reports.about("R19", supervisor, message, "可以不改。", severity="notice")
    return replace(_without_code(supervisor, reader), field=unit.field.removeprefix(UNMATCHED))


def _check_project_total(
    form: SelfEvaluation, official: OfficialParts, reader: FormReader, tolerance: Decimal
) -> None:
    """F01: the table of projects has a row for their sum, which our template has not."""
    table, row = reader.layout.tables.get("projects"), official.project_total
    if table is None or row is None or not form.projects:
        return
    for key in (key for key in AMOUNTS if key in table.columns):
        entries = [project.entry(key) for project in form.projects]
        _check_sum(entries, (table.sheet, row, table.columns[key]), reader, tolerance)


def _check_sum(entries: Sequence[Entry[Decimal]], at: Address, reader: FormReader, tolerance: Decimal) -> None:
    """F01: the sum of a column, where all of its amounts can be read."""
    known = [entry.value for entry in entries if entry.value is not None]
    if not known or any(entry.unreadable for entry in entries):
        return
    stated = reader.amount(at, f"项目明细合计·{entries[0].field}")
    total = sum(known, Decimal(0))
    if stated.value is not None and abs(stated.value - total) > tolerance:
        _report_sum(stated, stated.value, total, len(known), reader)


def _report_sum(stated: Entry[Decimal], value: Decimal, total: Decimal, count: int, reader: FormReader) -> None:
    difference = plain(value - total)
    message = f"{stated.field}填{plain(value)}，而{count}个项目之和是{plain(total)}，相差{difference}。"
    advice = f"请核对项目是否漏列、多列；如各项目无误，合计应填{plain(total)}。"
    reader.cells.collector.report(
        "F01", stated.place, stated.field, message, advice, given=stated.given, expected=plain(total),
        difference=difference,
    )  # fmt: skip
