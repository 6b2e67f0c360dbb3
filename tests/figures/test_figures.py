"""Every figure of a form: its role, what it is of, its value, and the cell that holds it."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from openpyxl import load_workbook

from perf_xlsx.figures import Figures, figures_of
from tests.kit.filled import filled
from tests.kit.reports import case_of, scored

NAMES = ("department-corrected", "完好的部门自评表", "project")


def _figures(name: str) -> Figures:
    result = scored(json.dumps(case_of(name), ensure_ascii=False))
    assert result.evaluation
    assert result.scores
    return figures_of(result.evaluation, result.scores)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_typed_stands_in_its_cell(name: str) -> None:
    book = load_workbook(io.BytesIO(filled(case_of(name))))
    for figure in _figures(name).everything:
        if figure.origin != "computed" and isinstance(figure.value, Decimal) and figure.role != "year":
            typed = Decimal(str(book[figure.place.sheet][figure.place.cell].value).rstrip("%"))
            assert typed in (figure.value, figure.value / 100), figure


def test_the_figures_of_a_department() -> None:
    figures = _figures("完好的部门自评表")
    found = {(one.role, one.of.name): one.text for one in figures.everything if one.of.type in ("line", "form")}
    assert {
        key: found[key] for key in (("adjustment", "项目支出"), ("execution_rate", "合计"), ("balance", "合计"))
    } == {
        ("adjustment", "项目支出"): "-20万元",
        ("execution_rate", "合计"): "97%",
        ("balance", "合计"): "30万元",
    }
    assert (found["project_count", "本级财力"], found["indicator_count", ""], found["weights", ""]) == (
        "2个",
        "5个",
        "100分",
    )
    assert (found["staff", "编制人数"], found["total", ""], found["grade", ""]) == ("30人", "98.03分", "优")


def test_a_rate_is_exact_and_there_twice_where_the_unit_claims_one() -> None:
    figures = _figures("完好的部门自评表")
    basic = next(one for one in figures.subjects if one.key == "basic")
    claimed, ours = figures.of("execution_rate", basic)
    assert (claimed.origin, claimed.text, ours.origin) == ("claimed", "96.77%", "computed")
    assert ours.value == Fraction(600 * 100, 620)
    assert figures.one("execution_rate", basic) == claimed
    assert figures.one("execution_rate", basic, computed=True) == ours


def test_what_was_left_empty_is_no_figure() -> None:
    figures = _figures("project")
    other = [one for one in figures.everything if one.of.name == "其他资金"]
    assert other == []


def test_the_levels_of_a_department_are_the_sums_over_their_rows() -> None:
    figures = _figures("完好的部门自评表")
    for level in (one for one in figures.subjects if one.type == "level"):
        for role in ("indicator_weight", "indicator_points"):
            assert figures.of(role, level), level.name  # type: ignore[arg-type]
    found = {(one.of.key, one.role): one.text for one in figures.everything if one.of.type == "level"}
    rows = [one for one in figures.everything if one.of.type == "indicator" and one.role == "indicator_weight"]
    weights = sum(Decimal(str(one.value)) for one in rows)
    assert Decimal(found["指标", "indicator_weight"].rstrip("分")) == weights
    assert found["指标", "indicator_count"] == f"{len(rows)}个"


def test_what_was_met_and_what_was_not_are_counted() -> None:
    figures = _figures("完好的部门自评表")
    counts = {one.of.key: one.text for one in figures.everything if one.role == "indicator_count"}
    assert (counts["met"], counts["missed"]) == ("4个", "1个")
