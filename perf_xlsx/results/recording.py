"""A result as a record: numbers as text of exact decimals, null where they are unknown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from perf_xlsx.domain.model import (
    AMOUNTS,
    Extra,
    Finding,
    FundLine,
    Indicator,
    Result,
    Score,
    Scores,
    SelfEvaluation,
    scored_rows,
)
from perf_xlsx.domain.rounding import exact, plain, points
from perf_xlsx.domain.sums import with_sums
from perf_xlsx.results.record import (
    CorrectionRecord,
    ExecutionRecord,
    ExtraRecord,
    FindingRecord,
    FundRecord,
    IndicatorRecord,
    Record,
    public,
)

INDICATOR_CELLS = ("level1", "level2", "sign", "target", "unit", "actual", "weight", "claimed_points")


def as_json(result: Result) -> dict[str, Any]:
    """The public part of the result's record as plain data, keys in a fixed order."""
    data: dict[str, Any] = msgspec.to_builtins(public(as_record(result)))
    return data


def recorded_number(value: Decimal | Fraction | str | None) -> str | None:
    """An exact decimal as text; a text (a qualitative value) as it is."""
    if value is None or isinstance(value, str):
        return value
    return plain(exact(value)) if isinstance(value, Fraction) else plain(value)


def recorded_points(value: Decimal | None) -> str | None:
    """Points with two decimals."""
    return None if value is None else points(value)


def as_records(result: Result) -> tuple[Record, ...]:
    """A record of each form of a workbook."""
    records = map(as_record, result.forms)
    return tuple(replace(record, parts=len(result.forms)) for record in records) if result.more else (*records,)


def _unread(result: Result) -> Record:
    """What is known of a form that could not be read."""
    return Record(
        file=result.file,
        part=result.part or UNSET,
        status="unreadable",
        rulebook=result.rulebook,
        sha256=result.sha256 or None,
        complete=None,
        total=None,
        grade=None,
        findings=tuple(map(finding_record, result.findings)),
        output=result.output,
    )


def as_record(result: Result) -> Record:
    """One form with its money: enough for a consolidated workbook, without reading the workbook again."""
    evaluation, scores = result.evaluation, result.scores
    if evaluation is None or scores is None or result.stamp is None:
        return _unread(result)
    certain = _with_certain_amounts(evaluation, scores)
    return replace(
        _unread(result),
        status="checked" if evaluation.unscored else "scored",
        unscored=evaluation.unscored or UNSET,
        form=evaluation.form,
        unit=evaluation.unit,
        year=evaluation.year,
        complete=None if evaluation.unscored else scores.complete,
        execution=_execution(scores, evaluation),
        indicators=tuple(_indicator(*row) for row in scored_rows(evaluation, scores)),
        total=recorded_points(scores.total),
        claimed_rows=scores.claimed_rows or UNSET,
        grade=scores.grade,
        claimed_total=recorded_number(evaluation.claimed.total.value),
        claimed_grade=evaluation.claimed.grade.value,
        check_code=result.stamp.code,
        extras=tuple(map(_extra, evaluation.extras)),
        form_title=evaluation.form_title,
        funds=tuple(_fund(certain, key, scores) for key in evaluation.funds),
        passages=tuple(passage.text.given for passage in evaluation.passages),
        content=result.stamp.content,
        inputs=result.stamp.inputs,
        cells=_cells(evaluation),
        computed=tuple(sorted(key for block, _, key in evaluation.computed if not block)) or UNSET,
        **{
            key: evaluation.boxes[key].value
            for key in ("money_unit", "supervisor", "project")
            if key in evaluation.boxes
        },
    )


def _fund(evaluation: SelfEvaluation, key: str, scores: Scores) -> FundRecord:
    line, rates = evaluation.funds[key], scores.line_rates[key]
    amounts = {column: recorded_number(getattr(line, column).value) for column in AMOUNTS}
    return FundRecord(
        key=key,
        name=line.name,
        execution_rate=recorded_number(rates.execution),
        adjustment_rate=recorded_number(rates.adjustment),
        total=key == evaluation.total_line,
        sums=dict(scores.sums.get(key, {})) or UNSET,
        sheet=line.executed.place.sheet or UNSET,
        cells=_addresses(line, AMOUNTS),
        computed=tuple(column for column in AMOUNTS if evaluation.is_computed(line, column)) or UNSET,
        **amounts,
    )


def _addresses(row: FundLine | Indicator, columns: Iterable[str]) -> dict[str, str]:
    return {key: cell for key in columns if (cell := row.entry(key).place.cell)}


def _cells(evaluation: SelfEvaluation) -> dict[str, str]:
    """Where the boxes and passages stand that returns are compared by."""
    entries = {
        "money_unit": evaluation.boxes.get("money_unit"),
        "claimed_total": evaluation.claimed.total,
        "claimed_grade": evaluation.claimed.grade,
        **{f"passages.{number}": passage.text for number, passage in enumerate(evaluation.passages)},
    }
    return {key: f"{one.place.sheet}!{one.place.cell}" for key, one in entries.items() if one and one.place.cell}


def _with_certain_amounts(evaluation: SelfEvaluation, scores: Scores) -> SelfEvaluation:
    """The form without the amounts that seem to be in another money unit, nor its sums with them."""
    if not scores.doubted:
        return evaluation
    lines = {key: _certain(line, scores) for key, line in evaluation.funds.items()}
    return with_sums(replace(evaluation, funds=lines))


def _certain(line: FundLine, scores: Scores) -> FundLine:
    entries = {column: getattr(line, column) for column in AMOUNTS}
    doubted = {column: entry for column, entry in entries.items() if entry.place in scores.doubted}
    return replace(line, **{column: replace(entry, value=None) for column, entry in doubted.items()})


def _execution(scores: Scores, evaluation: SelfEvaluation) -> ExecutionRecord:
    """The rate by which points are given; where there is none, the one that the form shows of its total."""
    score, shown = scores.execution, scores.line_rates.get(evaluation.total_line)
    rate = shown.execution if score.completion is None and shown else score.completion
    return ExecutionRecord(recorded_number(rate), recorded_points(score.points), recorded_number(score.weight))


def _indicator(row: Indicator, score: Score) -> IndicatorRecord:
    return IndicatorRecord(
        name=row.name.value,
        sheet=row.name.place.sheet,
        cell=row.name.place.cell,
        sign=row.sign.value,
        target=recorded_number(row.target.value),
        actual=recorded_number(row.actual.value),
        completion=recorded_number(score.completion),
        weight=recorded_number(score.weight),
        points=recorded_points(score.points),
        claimed=recorded_number(row.claimed_points.value),
        method=score.method,
        why=score.why,
        basis=score.rules,
        level1=row.level1.value,
        level2=row.level2.value,
        unit=row.unit.value,
        points_by="unit" if score.claimed else UNSET,
        cells={key.removesuffix("_points"): cell for key, cell in _addresses(row, INDICATOR_CELLS).items()},
    )


def _extra(one: Extra) -> ExtraRecord:
    """What was filled in that only its form knows; `value` null where it could not be read."""
    place = one.entry.place
    return ExtraRecord(
        table=one.table or None, row=one.row or None, key=one.key, label=one.label,
        sheet=place.sheet, cell=place.cell, value=recorded_number(one.entry.value), given=one.entry.given,
    )  # fmt: skip


def finding_record(found: Finding) -> FindingRecord:
    """A finding as it is recorded."""
    right = found.correction
    return FindingRecord(
        code=found.code,
        severity=found.severity,
        place=str(found.place),
        sheet=found.place.sheet or None,
        cell=found.place.cell,
        field=found.field,
        given=found.given,
        expected=found.expected,
        difference=found.difference,
        message=found.message,
        advice=found.advice,
        basis=found.basis,
        correction=CorrectionRecord(right.place.sheet, right.place.cell, right.text) if right else None,
        waived=found.waived,
        others=tuple(f"{place.sheet}!{place.cell}" for place in found.others),
    )
