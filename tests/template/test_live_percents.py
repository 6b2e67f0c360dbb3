"""Which percents a row asks for, beside the engine: over a grid of targets and actuals, formats and units."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding, Indicator, Score
from perf_xlsx.forms import load_form
from perf_xlsx.forms.case import Fill, FormattedNumber, Typed
from perf_xlsx.rulebook import load_rulebook
from perf_xlsx.sheets.fixed_texts import DONE, Prompt
from perf_xlsx.template.write import build_template

VALUES = ("0", "0.1", "0.5", "0.6", "0.96", "1", "1.2", "2", "5", "10", "95", "150")


class Row(NamedTuple):
    """Target, actual, midyear value and unit; a value with a percent sign is one in a percent format."""

    target: str
    actual: str
    midyear: str = ""
    unit: str = ""

    @property
    def typed(self) -> dict[str, Typed]:
        """The cells of the row."""
        numbers = {"target": self.target, "actual": self.actual, "midyear": self.midyear}
        return {"unit": self.unit or None} | {key: _typed(number) for key, number in numbers.items()}


def _typed(number: str) -> Typed:
    if number.endswith("%"):
        return FormattedNumber(Decimal(number[:-1]) / 100, "0.00%")
    return Decimal(number) if number else None


class Outcome(NamedTuple):
    """What the sheet shows of a row, and what the engine says."""

    row: Row
    points: float | str
    hint: str
    indicator: Indicator
    score: Score
    findings: tuple[Finding, ...]

    @property
    def scaled(self) -> int:
        """How many of target and actual the engine takes a hundred times, as the percents of a fraction."""
        read = (self.indicator.target.value, self.indicator.actual.value)
        typed = (Decimal(number.rstrip("%")) for number in (self.row.target, self.row.actual))
        return sum(one == 100 * other != 0 for one, other in zip(read, typed, strict=True))


def beside(rows: Sequence[Row], folder: Path, sign: str = "≥") -> Iterator[Outcome]:
    """Each row in the sheet and in the engine."""
    common = {"level1": "产出指标", "sign": sign, "weight": Decimal(10), "claimed_points": Decimal(10)}
    typed = tuple({"name": f"合格率{n}", **common, **row.typed} for n, row in enumerate(rows))
    form = load_form("department")
    fill = Fill(form, 2025, {}, {}, {"indicators": typed})
    data = build_template(form, 2025, load_rulebook("mof-2020").on("department"), fill).data
    (folder / "a.xlsx").write_bytes(data)
    result = pipeline.score(folder / "a.xlsx")
    assert result.evaluation
    assert result.scores
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["绩效指标"]
    heads = {cell.value: cell.column for line in sheet.iter_rows(max_row=6) for cell in line}
    for row, indicator, score in zip(rows, result.evaluation.indicators, result.scores.indicators, strict=True):
        number = indicator.name.place.row
        shown = [sheet.cell(number, heads[head]).value for head in ("参考得分", "本行提示")]
        found = (f for f in result.findings if (f.place.sheet, f.place.row) == (sheet.title, number))
        yield Outcome(row, *shown, indicator, score, tuple(found))


GRID = [
    Row(target + one, actual + other, midyear, unit)
    for target, actual, one, other, midyear, unit in itertools.product(
        VALUES, VALUES, ("", "%"), ("", "%"), ("", "50%"), ("%", "")
    )
]


def test_a_row_asks_for_its_percents_where_the_engine_leaves_a_value_open(tmp_path: Path) -> None:
    """No points that scoring does not give, and no question where it has none.

    But where it takes one of two numbers for a fraction, 0.96 for 96% beside 95%, the sheet asks for one format.
    """
    asked = 0
    for one in itertools.chain.from_iterable(beside(GRID[at : at + 384], tmp_path) for at in range(0, 2304, 384)):
        if one.score.points is None or one.scaled == 1:
            assert one.points == Prompt.PERCENT, one.row
            assert one.score.points is None or not one.row.unit, one.row
            asked += 1
        else:
            assert one.points == pytest.approx(float(one.score.points)), one.row
    assert 0 < asked < len(GRID) / 2


@pytest.mark.parametrize(
    ("sign", "row"),
    [
        ("≤", Row("2", "0.8", unit="%")),
        ("≤", Row("1", "1.2", unit="%")),
        ("≤", Row("5", "1", unit="%")),
        ("≤", Row("10", "0.5", unit="%")),
        ("≤", Row("3.5", "0.8", "3", "%")),
        ("≤", Row("0.5", "0.4", "1.2", "%")),
        ("≥", Row("5", "0.6", unit="%")),
        ("≤", Row("1", "0.5", unit="%")),
        ("≤", Row("0.5", "0.6", unit="%")),
    ],
)
def test_percents_of_one_or_less_are_right(sign: str, row: Row, tmp_path: Path) -> None:
    """Beside a unit of percent 0.8 was always asked for, and such a form never became ✔."""
    (one,) = beside([row], tmp_path, sign)
    assert one.points == pytest.approx(float(one.score.points or -1))
    assert one.hint == DONE or "自评得分" in one.hint
    assert not [found for found in one.findings if found.severity == "error" and found.code[0] == "R"]
