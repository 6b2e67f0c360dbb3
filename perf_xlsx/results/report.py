"""A result as one JSON object: numbers as strings of exact decimals, what is unknown null."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from perf_xlsx.domain.model import (
    AMOUNTS,
    Correction,
    Entry,
    Extra,
    Finding,
    Indicator,
    Result,
    Score,
    Scores,
    SelfEvaluation,
    scored_rows,
)
from perf_xlsx.domain.rounding import exact, plain, points
from perf_xlsx.system.safe_text import escaped


def number(value: Decimal | Fraction | str | None) -> str | None:
    """An exact decimal as text; a text (a qualitative value) as it is."""
    if value is None or isinstance(value, str):
        return value
    return plain(exact(value)) if isinstance(value, Fraction) else plain(value)


def earned(value: Decimal | None) -> str | None:
    """Points with two decimals."""
    return None if value is None else points(value)


def as_json(result: Result) -> dict[str, Any]:
    """The result as plain data, keys in a fixed order."""
    form, scores = result.evaluation, result.scores
    read = form is not None and scores is not None
    return {
        "file": result.file,
        "status": "scored" if read else "unreadable",
        "form": form.form if form else None,
        "unit": form.unit if form else None,
        "year": form.year if form else None,
        "rulebook": result.rulebook,
        "sha256": result.sha256 or None,
        "complete": scores.complete if scores else None,
        "execution": _execution(scores.execution) if scores else None,
        "indicators": [_indicator(*row) for row in scored_rows(form, scores)] if form and scores else None,
        "total": earned(scores.total) if scores else None,
        "grade": scores.grade if scores else None,
        "claimed_total": number(form.claimed.total.value) if form else None,
        "claimed_grade": form.claimed.grade.value if form else None,
        "extras": [_extra(one) for one in form.extras] if form else [],
        "findings": [finding_json(found) for found in result.findings],
        "output": result.output,
    }


def as_record(result: Result) -> dict[str, Any]:
    """`as_json` and the money: what a consolidated workbook is made of, without reading the workbook again."""
    form, scores = result.evaluation, result.scores
    boxes = form.boxes if form else {}
    return {
        **as_json(result),
        "form_title": form.form_title if form else None,
        "money_unit": boxes["money_unit"].value if "money_unit" in boxes else None,
        "supervisor": boxes["supervisor"].value if "supervisor" in boxes else None,
        "project": boxes["project"].value if "project" in boxes else None,
        "funds": _funds(form, scores) if form and scores else [],
        "passages": [passage.text.given for passage in form.passages] if form else [],
    }


def _funds(form: SelfEvaluation, scores: Scores) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "name": line.name,
            **{column: _sound(getattr(line, column), scores) for column in AMOUNTS},
            "execution_rate": number(scores.line_rates[key].execution),
            "adjustment_rate": number(scores.line_rates[key].adjustment),
            "total": key == form.total_line,
        }
        for key, line in form.funds.items()
    ]


def _sound(amount: Entry[Decimal], scores: Scores) -> str | None:
    """An amount; None where it seems to be in another money unit, so that no sum takes it in."""
    return None if amount.place in scores.doubted else number(amount.value)


def json_line(record: Mapping[str, Any]) -> str:
    """The part of a record that `as_json` gives, as one line of JSON, Chinese unescaped."""
    return escaped(json.dumps({key: record.get(key) for key in JSON_KEYS}, ensure_ascii=False))


def _execution(score: Score) -> dict[str, Any]:
    return {"rate": number(score.completion), "points": earned(score.points), "weight": number(score.weight)}


def _indicator(row: Indicator, score: Score) -> dict[str, Any]:
    return {
        "name": row.name.value,
        "sheet": row.name.place.sheet,
        "cell": row.name.place.cell,
        "sign": row.sign.value,
        "target": number(row.target.value),
        "actual": number(row.actual.value),
        "completion": number(score.completion),
        "weight": number(score.weight),
        "points": earned(score.points),
        "claimed": number(row.claimed_points.value),
        "method": score.method,
        "why": score.why,
        "basis": score.rules,
        "level1": row.level1.value,
        "level2": row.level2.value,
        "unit": row.unit.value,
    }


def _extra(one: Extra) -> dict[str, Any]:
    """What was filled in that only its form knows; `value` null where it could not be read."""
    place = one.entry.place
    return {
        "table": one.table or None, "row": one.row or None, "key": one.key, "label": one.label,
        "sheet": place.sheet, "cell": place.cell, "value": number(one.entry.value), "given": one.entry.given,
    }  # fmt: skip


def finding_json(found: Finding) -> dict[str, Any]:
    """A finding as plain data, keys in a fixed order; `waived` only where it was."""
    waived = found.waived
    return {
        "code": found.code,
        "severity": found.severity,
        "place": str(found.place),
        "sheet": found.place.sheet or None,
        "cell": found.place.cell,
        "field": found.field,
        "given": found.given,
        "expected": found.expected,
        "difference": found.difference,
        "message": found.message,
        "advice": found.advice,
        "basis": found.basis,
        "correction": _correction(found.correction),
    } | (
        {"waived": {"reason": waived.reason, "by": waived.by, "until": waived.until.isoformat()}} if waived else {}
    )


def _correction(right: Correction | None) -> dict[str, Any] | None:
    """Where to type what: the text as a person types it ("8.91", "86.80%", "≤")."""
    return None if right is None else {"sheet": right.place.sheet, "cell": right.place.cell, "value": right.text}


JSON_KEYS = tuple(as_json(Result("", "", None, None, ())))
