"""What the live template promises beside the engine; `python -m tests.live 1000` holds more of it to that."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.rulebook import rulebook_names
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.typed_forms import base
from tests.live import Form, Shown, calculated, compared, disagreements, recalculated


@pytest.fixture
def beside(tmp_path: Path) -> Callable[[Form], tuple[Shown, Result]]:
    """What a form shows, and how it is scored; the template keeps its promise in any case."""

    def run(form: Form) -> tuple[Shown, Result]:
        form.book.save(tmp_path / "a.xlsx")
        shown, result = calculated(form.book), pipeline.score(tmp_path / "a.xlsx")
        assert list(disagreements(form, shown, result)) == []
        return shown, result

    return run


def at(form: Form, shown: Shown, name: str, row: int = 0) -> Any:
    cell = form.cell(name, row)
    found = shown(cell.parent.title, cell.coordinate)
    return found if isinstance(found, str) else float(found)


def test_a_well_made_form_shows_what_is_scored(beside: Callable[[Form], tuple[Shown, Result]]) -> None:
    form = base()
    shown, result = beside(form)
    assert (at(form, shown, "px_reference_total"), at(form, shown, "px_reference_grade")) == (95.49, "优")
    assert [found.code for found in result.findings if found.severity == "error"] == []


Typing = list[tuple[str, Any, str | None, int]]  # box, value, number format, row from 0
DAY = datetime.datetime(2025, 3, 5)
# One thing typed otherwise; then the row that asks, with what, or the total where none does.
TYPED: dict[str, tuple[Typing, int | None, Any]] = {
    "分值写成百分数": ([("weight", 0.2, "0%", 0)], 0, "请去掉％：分值"),
    "自评得分写成百分数": ([("claimed_points", 0.7, "0%", 4)], 4, "请去掉％：自评得分"),
    "完成值是日期": ([("actual", DAY, "yyyy/m/d", 0)], 0, "请填数字：实际完成值"),
    "完成值是月日": ([("actual", DAY, 'm"月"d"日"', 0)], 0, "请填数字：实际完成值"),
    "分值是日期": ([("weight", DAY, "yyyy-mm-dd", 0)], 0, "请填数字：分值"),
    "方法是同义词": ([("method", "达标", None, 0)], None, 75.89),
    "方法带空格": ([("method", "达标法 ", None, 0)], None, 75.89),
    "方法不认识": ([("method", "其他", None, 0)], 0, "请选方法"),
    "性质是半角": ([("sign", ">=", None, 0)], None, 95.49),
    "性质是文字": ([("sign", "大于等于", None, 0)], None, 95.49),
    "性质带空格": ([("sign", "≥ ", None, 0)], None, 95.49),
    "性质空着": ([("sign", None, None, 0)], 0, "请选性质"),
    "档次是规范用语": ([("actual", "达成预期指标", None, 4)], None, 95.49),
    "档次带空格": ([("actual", "　达成", None, 4)], None, 95.49),
    "档次带换行": ([("actual", "达成\n", None, 4)], None, 95.49),
    "百分数格式配整数": ([("actual", 0.96, "0.00%", 1)], None, 95.49),
    "小数配整数": ([("actual", 0.96, None, 1)], 1, "请统一％"),
    "百分数配1": ([("target", 0.95, "0%", 1), ("actual", 1, None, 1)], 1, "请统一％"),
    "百分数多乘了100": ([("actual", 96, "0%", 1)], 1, "请统一％"),
    "完成值带单位": ([("actual", "98人次", None, 0)], 0, "请填数字：实际完成值"),
    "分值带单位": ([("weight", "20分", None, 0)], 0, "请填数字：分值"),
    "完成值全角": ([("actual", "９８", None, 0)], 0, "请填数字：实际完成值"),
    "完成值大得不合情理": ([("actual", 1e14, None, 0)], 0, "请填数字：实际完成值"),
    "完成值是真假": ([("actual", True, None, 0)], 0, "请填数字：实际完成值"),
    "分值为零的部分达成": (
        [("actual", "部分达成", None, 4), ("weight", 0, None, 4), ("claimed_points", 0, None, 4)], 4, "请填大于0的数：分值"),
    "另有一行合计": ([("name", "合计", None, 6), ("weight", 90, None, 6)], None, 95.49),
    "合计写在一级指标": ([("level1", "合　计", None, 6), ("weight", 90, None, 6), ("target", "—", None, 6)], None, 95.49),
    "另有一行小计带冒号": ([("name", "小计：90分", None, 6), ("weight", 90, None, 6)], None, 95.49),
    "另有一行只有总数": ([("weight", 90, None, 6)], None, 95.49),
    "另有一行注": ([("name", "注：满意度为问卷结果", None, 6)], None, 95.49),
    "另有一行注1": ([("name", "注1.满意度为问卷结果", None, 7)], None, 95.49),
    "另有一行填表人": ([("level1", "填表人：张三", None, 7), ("name", "联系电话：123", None, 7)], None, 95.49),
    "另有一行其中": ([("name", "其中：外地学员", None, 6), ("weight", 5, None, 6)], None, 95.49),
    "另有一行无": ([("name", "无", None, 6)], None, 95.49),
    "另有一行无和合计数": ([("name", "无", None, 6), ("weight", 90, None, 6)], None, "填齐后显示"),
    "满意度指标一行填无": ([("level1", "满意度指标", None, 6), ("name", "无", None, 6)], None, 95.49),
    "另有一行横线": ([("name", "—", None, 6), ("target", "/", None, 6)], None, 95.49),
    "另有一行只有一级指标": ([("level1", "产出指标", None, 6)], None, 95.49),
    "另有一行只有计量单位": ([("unit", "个", None, 6)], None, "填齐后显示"),
    "另有一行只有自评得分": ([("claimed_points", 5, None, 6)], None, "填齐后显示"),
    "另有一行只有偏差原因": ([("reason", "设备到货较晚", None, 6)], None, "填齐后显示"),
    "另有一行只有名称": ([("name", "培训天数", None, 6)], None, "填齐后显示"),
}  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_a_thing_typed_otherwise(typed: str, beside: Callable[[Form], tuple[Shown, Result]]) -> None:
    changes, row, wanted = TYPED[typed]
    form = base()
    for key, value, code, number in changes:
        form.type(f"px_indicators_{key}", value, code, number)
    shown, result = beside(form)
    total = at(form, shown, "px_reference_total")
    if row is None:
        assert total == wanted
        assert result.scores
        assert result.scores.complete or isinstance(total, str)
        assert isinstance(total, str) == any(found.code == "R07" for found in result.findings)
    else:
        assert at(form, shown, "px_indicators_reference_points", row) == wanted
        assert str(total).startswith("请改好：")


@pytest.mark.parametrize("blank", ["", "\n", "\u200b", " ", "\u3000", "—", None])
@pytest.mark.parametrize("box", ["px_unit", "px_money_unit", "px_claimed_grade", "px_indicators_name"])
def test_what_cannot_be_seen_is_nothing_typed(
    box: str, blank: str | None, beside: Callable[[Form], tuple[Shown, Result]]
) -> None:
    form = base()
    form.type(box, blank)
    shown, result = beside(form)
    assert at(form, shown, "px_reference_total") == "填齐后显示"
    assert [found.code for found in result.findings].count("R07") == 1


@pytest.mark.parametrize(
    "row", [("合计", 200, 196), ("总计：", 200, 196), ("注：不含结转", None, None), ("无", None, None)]
)
def test_a_row_of_projects_that_is_none(
    row: tuple[Any, ...], beside: Callable[[Form], tuple[Shown, Result]]
) -> None:
    form = base()
    for key, value in zip(("name", "adjusted", "executed"), row, strict=True):
        form.type(f"px_projects_{key}", value, row=1)
    shown, _ = beside(form)
    assert at(form, shown, "px_reference_total") == 95.49
    assert at(form, shown, "px_projects_reference_rate", 1) == ""


@pytest.mark.parametrize("key", ["source", "initial", "benefit"])
def test_a_row_of_projects_with_optional_boxes_alone_is_owed(
    key: str, beside: Callable[[Form], tuple[Shown, Result]]
) -> None:
    form = base()
    form.type(f"px_projects_{key}", 5 if key == "initial" else "本级财力", row=1)
    shown, result = beside(form)
    assert at(form, shown, "px_reference_total") == "填齐后显示"
    assert [found.code for found in result.findings].count("R07") >= 1


def test_points_stay_open_where_neither_reading_of_a_number_is_sure(
    beside: Callable[[Form], tuple[Shown, Result]],
) -> None:
    form = base()
    form.type("px_indicators_target", 0.95, "0%", 1)
    form.type("px_indicators_actual", 1, row=1)
    _, result = beside(form)
    told = [(found.code, found.severity, found.place.cell) for found in result.findings if found.code[0] != "N"]
    assert told == [("R12", "warning", "I7")]
    assert result.scores
    assert result.scores.indicators[1].points is None


@pytest.mark.parametrize("key", ["claimed_execution_points", "claimed_grade", "indicators_claimed_points"])
def test_a_claim_that_is_missing_among_others_is_owed(
    key: str, beside: Callable[[Form], tuple[Shown, Result]]
) -> None:
    form = base()
    form.type(f"px_{key}", None)
    shown, result = beside(form)
    assert at(form, shown, "px_reference_total") == "填齐后显示"
    assert next(found.code for found in result.findings if found.severity == "error") == "R07"


def test_no_formula_points_at_a_cell_that_may_be_cut() -> None:
    """Spreadsheets lead references to a cell after it; none of the formulas holds one."""
    form = base()
    for sheet in form.book.worksheets:
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
            for typed in ("K6", "$K$6", "I6", "C10", "$C$10", "C5", "$C$5", "E10", "$E$10"):
                assert not _refers(str(cell.value), typed), (sheet.title, cell.coordinate)


def _refers(formula: str, cell: str) -> bool:
    import re

    return re.search(rf"(?<![\w$]){re.escape(cell)}(?![\w:])", formula) is not None


def test_thirty_forms_here(tmp_path: Path) -> None:
    told, totals, _ = compared([f"here {n}" for n in range(30)], tmp_path, libreoffice=False)
    assert told == []
    assert totals > 5


@needs_libreoffice
@pytest.mark.parametrize("rulebook", rulebook_names())
def test_forms_of_each_rulebook_in_libreoffice(rulebook: str, tmp_path: Path) -> None:
    """Forty where all is tested before it is taken over, a few elsewhere; `make live` compares a thousand."""
    count = 40 if os.environ.get("CI") else 4
    told, _, _ = compared([f"live {n}" for n in range(count)], tmp_path, rulebook=rulebook)
    assert told == []


@needs_libreoffice
def test_what_is_typed_otherwise_is_asked_for_in_libreoffice_too(tmp_path: Path) -> None:
    forms = []
    for changes, _, _ in TYPED.values():
        forms.append(base())
        for key, value, code, number in changes:
            forms[-1].type(f"px_indicators_{key}", value, code, number)
    paths = [tmp_path / f"{n}.xlsx" for n in range(len(forms))]
    for form, path in zip(forms, paths, strict=True):
        form.book.save(path)
    for name, form, shown in zip(TYPED, forms, recalculated(paths), strict=True):
        _, row, wanted = TYPED[name]
        box = ("px_reference_total", 0) if row is None else ("px_indicators_reference_points", row)
        assert at(form, shown, *box) == wanted, name
