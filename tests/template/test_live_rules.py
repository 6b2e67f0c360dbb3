"""The live formulas beside the tables computed by hand (tests/cases/评分规则-*.md, 评分变体-*.md), in LibreOffice too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.rulebook import load_rulebook
from tests.kit.finding_cases import value
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.rule_tables import COLUMNS, FILES, FUNDS, VARIANTS, rulebook_of, table
from tests.live import Form, Shown, blank_form, calculated, recalculated

PATHS = [*FILES, *VARIANTS]
PLAIN = {"mof-2020", "hubei", "platform", "platform-grades", "prefecture-cap", "initial-base"}
IN_LIBREOFFICE = [path for path in PATHS if rulebook_of(path) not in PLAIN]  # it takes a second for each workbook


def money(form: Form, amounts: dict[str, Any]) -> None:
    for key, amount in amounts.items():
        if amount is not None:
            form.type(f"px_funds_total_{key}", amount if isinstance(amount, str) else float(amount))


def of_rows(path: Path) -> Form:
    """A template with the rows of a table of indicators typed into it."""
    name = rulebook_of(path)
    form = blank_form(load_rulebook(name).forms[0], name)
    money(form, {"initial": 1240, "adjusted": 1000, "executed": 868})
    for at, row in enumerate(table(path)):
        form.type("px_indicators_name", row["情形"], row=at)
        for head, key in COLUMNS.items():
            if row.get(head):
                typed = value(row[head])
                form.type(f"px_indicators_{key}", typed if isinstance(typed, str) else float(typed), row=at)
    return form


def of_sums(path: Path) -> list[tuple[Form, dict[str, str]]]:
    """A template for each row of 总分与等级, with everything typed that the total waits for."""
    found = []
    for row in table(path, "总分与等级"):
        name = rulebook_of(path)
        form = blank_form(load_rulebook(name).forms[0], name)
        money(form, {key: value(row[head]) for head, key in FUNDS.items()})
        boxes = {"unit": "示例单位", "project": "示例项目", "money_unit": "万元", "claimed_total": 90}
        boxes |= {
            "claimed_execution_points": 9,
            "claimed_grade": "优",
            "goal_expected": "完成",
            "goal_achieved": "完成",
        }
        for box, typed in boxes.items():
            if f"px_{box}" in form.book.defined_names:
                form.type(f"px_{box}", typed)
        for at, pair in enumerate(row["各指标得分/分值"].split("、")):
            points, weight = pair.split("/")
            idle = points == "不适用"
            texts = {"level1": "产出指标", "name": f"指标{at}", "sign": "≥", "unit": "个"}
            numbers = {"target": weight, "weight": weight, "claimed_points": "0" if idle else points}
            for key, typed in {**texts, **{key: float(number) for key, number in numbers.items()}}.items():
                form.type(f"px_indicators_{key}", typed, row=at)
            form.type("px_indicators_actual", points if idle else float(points), row=at)
        found.append((form, row))
    return found


def at(form: Form, shown: Shown, name: str, row: int = 0) -> Any:
    cell = form.cell(name, row)
    found = shown(cell.parent.title, cell.coordinate)
    return found if isinstance(found, str | None) else f"{float(found):.2f}"


def compare_rows(path: Path, form: Form, shown: Shown) -> None:
    """A number that is shown is the one computed by hand; only what a person has to choose or change waits."""
    waiting = []
    for number, row in enumerate(table(path)):
        points = at(form, shown, "px_indicators_reference_points", number) or ""
        if points and (points[0].isdecimal() or points[0] == "-"):
            assert points == row["应得分"], row
        elif row["应得分"] != "未评":
            waiting.append((row["情形"], points))
        if "不适用" in row["实际完成值"]:
            assert points == "不适用"
    assert {points.partition("：")[0] for _, points in waiting} <= {"请选性质", "请填数字", "请选档次"}, waiting


def compare_sums(form: Form, row: dict[str, str], shown: Shown, conversion: bool) -> None:
    total, grade = (at(form, shown, f"px_reference_{box}") for box in ("total", "grade"))
    idle = "不适用" in row["各指标得分/分值"]
    if conversion or idle:
        assert total == "评分后折算", row
        assert grade in ("", None)
    elif row["等级"] == "—":
        assert total in (row["总分"], "暂不能评分", "填齐后显示"), row
        assert grade in ("", "不能评定", None) or total == row["总分"], row
    else:
        assert (total, grade) == (row["总分"], row["等级"]), row


def converts(path: Path) -> bool:
    return load_rulebook(rulebook_of(path)).word("total.conversion") != "points"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_rows_here(path: Path) -> None:
    form = of_rows(path)
    compare_rows(path, form, calculated(form.book))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_sums_here(path: Path) -> None:
    for form, row in of_sums(path):
        compare_sums(form, row, calculated(form.book), converts(path))


@needs_libreoffice
def test_all_of_them_in_libreoffice(tmp_path: Path) -> None:
    rows = [(path, of_rows(path)) for path in IN_LIBREOFFICE]
    sums = [(path, form, row) for path in IN_LIBREOFFICE for form, row in of_sums(path)]
    forms = [form for _, form in rows] + [form for _, form, _ in sums]
    paths = [tmp_path / f"{n}.xlsx" for n in range(len(forms))]
    for form, file in zip(forms, paths, strict=True):
        form.book.save(file)
    shown = recalculated(paths)
    for (path, form), one in zip(rows, shown[: len(rows)], strict=True):
        compare_rows(path, form, one)
    for (path, form, row), one in zip(sums, shown[len(rows) :], strict=True):
        compare_sums(form, row, one, converts(path))
