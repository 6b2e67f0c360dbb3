"""Reference points of each indicator beside an adopted form that has columns of its own for signs, as in ours."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from perf_xlsx.adoption.surveyed_labels import Survey
from perf_xlsx.domain.place import column_name
from perf_xlsx.rulebook import BY_SHARE, Rulebook
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET
from perf_xlsx.template.live import IndicatorSteps
from perf_xlsx.template.steps import Steps, in_row, is_redirected
from perf_xlsx.template.word_lists import word_lists

NEEDED = ("sign", "target", "actual", "weight", "claimed_points")
ASKED = (*NEEDED, "method", "unit", "midyear")
EMPTY = "Z"  # a column of the hidden sheet in which nothing stands: of what a form has no column for


class LivePoints(Struct, frozen=True):
    """The formulas of each row's completion and points, and the named formulas and words that they need."""

    completion: str
    points: str
    steps: Mapping[str, str]
    words: Mapping[str, str]


def live_points(found: Survey, sheet: str, column: int, rulebook: Rulebook) -> LivePoints | None:
    """The formulas for the form's sheet, completion in that column; None where signs are in the targets.

    Nor are there any under a rulebook that scores in tiers of levels or converts points: only scoring knows them.
    """
    columns, sheet = found.columns("indicators"), sheet.replace("'", "''")
    tiered = rulebook.tiers("quantitative.scale")  # by levels, which their forms merge over rows
    if not columns.keys() >= {*NEEDED} or tiered or rulebook.word("total.conversion") == BY_SHARE:
        return None
    cells = {
        key: in_row(sheet, column_name(columns[key])) if key in columns else in_row(HIDDEN_SHEET, EMPTY)
        for key in ASKED
    }
    cells["reference_completion"] = in_row(sheet, column_name(column))
    labels = {box.key: box.label for box in found.kind.form.rows("indicators").columns}
    steps = Steps("indicators", cells, labels)
    row = IndicatorSteps(steps, is_redirected(sheet, column_name(column)), rulebook)
    return LivePoints(row.completion, row.points, steps.formulas, word_lists(found.kind.form, rulebook))
