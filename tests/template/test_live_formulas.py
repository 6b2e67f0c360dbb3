"""The live formulas of a template: they agree with the engine, ask for what they cannot read, and wait until all is there."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES, case_text
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from tests import CASES, FIXTURES
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.live_template import agreed, cells, recalculated
from tests.kit.oracle import NATIONAL, ORACLES, as_case, made_up
from tests.kit.outcome import findings_of
from tests.kit.rule_tables import form_of, table

OTHER_CHOICES = str(FIXTURES / "另一种选择.toml")


@needs_libreoffice
@pytest.mark.parametrize("story", ["评分规则", *STORIES, *rulebook_names(), "另一种选择"])
def test_live_formulas_agree_with_the_engine(story: str, tmp_path: Path) -> None:
    rulebook = story if story in rulebook_names() else None
    if story == "另一种选择":
        rulebook = OTHER_CHOICES
    if rulebook:
        oracle = ORACLES.get(rulebook, NATIONAL) | {"rescaled": False}  # or the total waits for the score
        case = as_case(made_up(random.Random(story), 60, oracle), load_rulebook(rulebook).forms[0])
    else:
        case = json.loads(case_text(story)) if story in STORIES else form_of(table(CASES / "评分规则-mof-2020.md"))
    if rulebook:  # the edge of an overshoot that binary arithmetic misses
        case["indicators"][0] |= {"sign": "≥", "target": 1.1, "actual": 1.43, "method": None}
        for row in case["indicators"]:  # without them the total would wait
            row["claimed_points"] = row["claimed_points"] or 0
    _, live = agreed(pipeline.template_bytes(case=json.dumps(case), rulebook=rulebook), tmp_path)
    assert sum(value != "" for values in live.values() for value in values) > 10
    assert not rulebook or isinstance(live["px_reference_total"][0], int | float)


FIRST = "请改好"
SIGN, METHOD, PERCENT, LEVEL, CLAIM = "请选性质", "请选方法", "请统一％", "请选档次", "请填得分"
TARGET, ACTUAL, WEIGHT, POINTS = (
    f"请填数字：{label}" for label in ("年度指标值", "实际完成值", "分值", "自评得分")
)
POSITIVE_WEIGHT = "请填大于0的数：分值"
# What stands in a row of indicators; what its points and its completion then show (... is a number).
ASKED_FOR: list[tuple[dict[str, Any], Any, Any]] = [
    ({"sign": "≥", "target": "95%", "actual": 96, "weight": 5}, TARGET, TARGET),
    ({"sign": "≤", "target": 1000, "actual": "1,200", "weight": 5}, ACTUAL, ACTUAL),
    ({"sign": "=", "target": "约95", "actual": 96, "weight": 5, "method": "达标法"}, TARGET, TARGET),
    ({"sign": ">", "target": 95, "actual": "１００ ", "weight": 5}, ACTUAL, ACTUAL),
    ({"sign": None, "target": "95%", "actual": "96%", "weight": 5}, SIGN, SIGN),
    ({"sign": None, "target": 95, "actual": 96, "weight": 5}, SIGN, SIGN),
    ({"sign": "≥", "target": "95", "actual": None, "weight": None}, TARGET, TARGET),
    ({"sign": "≥", "target": 95, "actual": 96, "weight": "5分"}, WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": "", "method": "按执行率"}, "", ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": "5", "method": "按执行率"}, WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": 0}, POSITIVE_WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": -5}, POSITIVE_WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 1e14, "weight": 5}, ACTUAL, ACTUAL),
    ({"sign": "≥", "target": 1e-13, "actual": 5, "weight": 5}, TARGET, TARGET),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 5, "claimed_points": "4分"}, POINTS, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 5, "claimed_points": 4}, 4, ""),
    ({"sign": "定性", "target": "95%", "actual": "达成", "weight": 5}, 5, ""),
    ({"sign": "定性", "target": "95%", "actual": "未达成", "weight": 5, "method": "达标法"}, 0, ""),
    ({"sign": None, "target": "明显改善", "actual": "达成", "weight": 5, "claimed_points": "—"}, SIGN, SIGN),
    ({"sign": "≤", "target": "不超预算", "actual": "已支付", "weight": 5, "method": "按执行率"}, TARGET, TARGET),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5}, 2.5, 0.5),
    ({"sign": "≥", "target": 100, "actual": None, "weight": 5}, "", ""),
    ({"sign": "≥", "target": None, "actual": None, "weight": None}, "", ""),
    ({"sign": None, "target": "明显改善", "actual": None, "weight": 5}, "", ""),
    ({"sign": "≥", "target": " ", "actual": "——", "weight": "-"}, "", ""),
    ({"sign": "<=", "target": 100, "actual": 50, "weight": 5}, 5, 1),
    ({"sign": " ＜＝\n", "target": 100, "actual": 50, "weight": 5}, 5, 1),
    ({"sign": "不超过", "target": "100", "actual": 50, "weight": 5}, TARGET, TARGET),
    ({"sign": "正向", "target": 100, "actual": 50, "weight": 5}, 2.5, 0.5),
    ({"sign": "<=", "target": 100, "actual": 50, "weight": 5, "method": "按执行率"}, ..., ...),
    ({"sign": "—", "target": None, "actual": None, "weight": None}, "", ""),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": "达标"}, 0, 0.5),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": " 达标计分"}, 0, 0.5),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": "其他"}, METHOD, METHOD),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": "—"}, 2.5, 0.5),
    ({"sign": "定性", "target": "明显改善", "actual": "达成", "weight": 5, "method": "比例法"}, METHOD, METHOD),
    ({"sign": "定性指标", "target": "明显改善", "actual": "基本达成", "weight": 5, "claimed_points": 4}, LEVEL, LEVEL),
    ({"sign": "定性", "target": "明显改善", "actual": "达成预期指标", "weight": 5}, 5, ""),
    ({"sign": "定性", "target": "明显改善", "actual": 95, "weight": 5, "claimed_points": "4分"}, POINTS, LEVEL),
    ({"sign": "≥", "target": "明显改善", "actual": "好", "weight": 5, "method": "定性"}, LEVEL, LEVEL),
    ({"sign": "定性", "target": "明显改善", "actual": "好", "weight": 5, "method": "达标法"}, LEVEL, LEVEL),
    ({"sign": "定性", "target": "明显改善", "actual": "好", "weight": 5, "method": "按执行率"}, ..., ...),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成 ", "weight": 5, "claimed_points": 4}, 4, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "　达成\n", "weight": 5, "method": "达标法"}, 5, ""),
    ({"sign": "定性", "target": "明显改善", "actual": None, "weight": 5}, "", ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 5}, CLAIM, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "未达成", "weight": 5, "claimed_points": "/"}, CLAIM, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": None}, "", ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 0, "claimed_points": 0}, POSITIVE_WEIGHT, ""),
]  # fmt: skip
TEN = next(row for row, *_ in ASKED_FOR if row.get("claimed_points") == 4)
HALF = {"sign": "≥", "target": 100, "actual": 50, "weight": 5}
OF_DEPARTMENTS = [name for name in rulebook_names() if "department" in load_rulebook(name).forms]
every_rulebook = pytest.mark.parametrize("rulebook", [*OF_DEPARTMENTS, OTHER_CHOICES])


def is_asking(total: Any) -> bool:
    """Whether the total says which box has to be corrected first."""
    return isinstance(total, str) and total.startswith(f"{FIRST}：")


def spoken(row: dict[str, Any], rulebook: str) -> dict[str, Any]:
    """The row with its judgement in the rulebook's own words: the best of its bands, the middle one, the worst."""
    best, *between, worst = (band.judgement for band in load_rulebook(rulebook).bands)
    words = {"部分达成": between[0], "未达成": worst, "达成": best}
    said = next((word for word in words if str(row["actual"]).strip() == word), None)
    return row | {"actual": row["actual"].replace(said, words[said])} if said else row


def typed_in(rows: list[dict[str, Any]], **amounts: Any) -> str:
    """A department form with these indicators, and these amounts in the line of its total."""
    form = {"initial": 1000, "adjusted": 800, "executed": 600, "rows": rows}
    return json.dumps(as_case(form | amounts))


@needs_libreoffice
@every_rulebook
def test_a_number_typed_as_text_is_asked_for_and_the_total_waits(rulebook: str, tmp_path: Path) -> None:
    case = typed_in([spoken(row, rulebook) for row, _, _ in ASKED_FOR])
    _, live = agreed(pipeline.template_bytes(case=case, rulebook=rulebook), tmp_path)
    columns = zip(live["px_indicators_reference_points"], live["px_indicators_reference_completion"], strict=True)
    for (row, *wanted), shown in zip(ASKED_FOR, columns, strict=False):
        assert [
            ... if two is ... and isinstance(one, int | float) else one
            for one, two in zip(shown, wanted, strict=True)
        ] == wanted, row
    assert is_asking(live["px_reference_total"][0])
    assert live["px_reference_grade"] == [""]
    assert isinstance(live["px_reference_execution_points"][0], int | float)


@needs_libreoffice
@pytest.mark.parametrize(
    ("row", "shown"), [(row, shown) for row, shown, _ in ASKED_FOR if shown in (LEVEL, CLAIM)][::3]
)
def test_the_total_waits_for_a_judgement_and_for_the_points_within_its_band(
    row: dict[str, Any], shown: str, tmp_path: Path
) -> None:
    whole = {"sign": "≥", "target": 100, "actual": 50, "weight": 5}
    _, live = agreed(pipeline.template_bytes(case=typed_in([whole, row])), tmp_path)
    assert live["px_indicators_reference_points"][:2] == [2.5, shown]
    assert is_asking(live["px_reference_total"][0])


@needs_libreoffice
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (((0.95, "0%"), (96, "General")), 5),
        (((95, "General"), (0.96, "0.00%")), 5),
        (((0.95, "0%"), (1, "General")), "请统一％"),
        (((95, "General"), (0.96, "General")), "请统一％"),
        (((95, "General"), (96, "0.00%")), "请统一％"),
        (((0.95, "0%"), (0.96, "0.0%")), 5),
        (((0.02, "0%"), (0, "General")), 0),
    ],
)
def test_a_percentage_beside_a_plain_number_is_asked_for(typed: Any, shown: Any, tmp_path: Path) -> None:
    row = {"sign": "≥", "target": 1, "actual": 1, "unit": "%", "weight": 5}
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(case=typed_in([row]))))
    for name, (value, code) in zip(("target", "actual"), typed, strict=True):
        _, (cell, *_) = cells(book, f"px_indicators_{name}")
        cell.value, cell.number_format = value, code
    book.save(tmp_path / "typed.xlsx")
    pipeline.score(converted(tmp_path / "out", "ods", tmp_path / "typed.xlsx"), tmp_path / "carried.xlsx")
    _, live = agreed((tmp_path / "carried.xlsx").read_bytes(), tmp_path)
    assert live["px_indicators_reference_points"][0] == shown
    assert is_asking(live["px_reference_total"][0]) == isinstance(shown, str)


@needs_libreoffice
@every_rulebook
def test_an_amount_typed_as_text_is_asked_for_and_the_total_waits(rulebook: str, tmp_path: Path) -> None:
    by_rate = {"sign": "≥", "target": 95, "actual": 96, "weight": 5, "method": "按执行率"}
    case = json.loads(typed_in([by_rate], executed="1,200.00"))
    case["funds"] += [
        {"line": "人员经费", "adjusted": 100, "executed": "50元"},
        {"line": "公用经费", "initial": "—", "adjusted": "—", "executed": "/"},
    ]  # fmt: skip
    case["projects"] = [{"name": "修缮", "initial": "90万", "adjusted": "90万", "executed": 45}]
    _, live = agreed(pipeline.template_bytes(case=json.dumps(case), rulebook=rulebook), tmp_path)
    executed = "请填数字：全年执行数"
    budget = f"请填数字：{'年初' if rulebook == 'initial-base' else '全年'}预算数"
    lines = {line: live[f"px_funds_{line}_reference_rate"] for line in ("total", "people", "office")}
    assert lines == {"total": [executed], "people": [executed], "office": [""]}
    assert live["px_projects_reference_rate"][:2] == [budget, ""]
    assert live["px_reference_execution_points"] == [executed]
    assert is_asking(live["px_reference_total"][0])
    assert live["px_reference_grade"] == [""]
    assert live["px_indicators_reference_points"][0] == live["px_indicators_reference_completion"][0] == ""


@needs_libreoffice
@pytest.mark.parametrize(("rulebook", "counts"), [("mof-2020", "adjusted"), ("initial-base", "initial")])
def test_the_total_waits_for_the_budget_that_the_rulebook_divides_by(
    rulebook: str, counts: str, tmp_path: Path
) -> None:
    for amount in ("initial", "adjusted"):
        case = typed_in([TEN], **{amount: "８００万"})
        _, live = agreed(pipeline.template_bytes(case=case, rulebook=rulebook), tmp_path)
        assert is_asking(live["px_reference_total"][0]) == (amount == counts)
        label = {"initial": "年初预算数", "adjusted": "全年预算数"}[amount]
        assert (live["px_funds_total_reference_rate"] == [f"请填数字：{label}"]) == (amount == counts)


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_what_the_formulas_ask_for_is_no_content_of_the_form(suffix: str, tmp_path: Path) -> None:
    case = typed_in([ASKED_FOR[0][0], HALF], executed="600.00")
    data = pipeline.template_bytes(case=case)
    (tmp_path / "in.xlsx").write_bytes(data)
    saved = converted(tmp_path / "out", suffix, tmp_path / "in.xlsx")
    result = pipeline.score(saved, tmp_path / "scored.xlsx")
    assert not findings_of(result, "R16")
    live = openpyxl.load_workbook(tmp_path / "scored.xlsx", data_only=True)
    assert [cell.value for cell in cells(live, "px_indicators_reference_points")[1][:2]] == [TARGET, 2.5]
    assert is_asking(cells(live, "px_reference_total")[1][0].value)
    if "来源对照" in live.sheetnames:
        texts = [cell.value for row in live["来源对照"].iter_rows() for cell in row]
        assert TARGET not in texts
        assert not any(map(is_asking, texts))


def test_they_are_no_content_either_where_only_their_values_were_kept(tmp_path: Path) -> None:
    case = typed_in([ASKED_FOR[0][0]], executed="600.00")
    values = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(case=case)), data_only=True)
    values.save(tmp_path / "values.xlsx")
    assert not findings_of(pipeline.score(tmp_path / "values.xlsx"), "R16")


@needs_libreoffice
def test_counters_count_what_is_missing(tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected"))
    case["unit"] = None
    case["indicators"][0]["target"] = case["indicators"][1]["actual"] = None
    counted(case, {"基本信息": 1, "预算执行": 0, "绩效指标": 2}, tmp_path)


@needs_libreoffice
def test_counters_count_blanks_and_dashes_as_the_tool_does(tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected"))
    case["unit"] = " — "
    total = next(line for line in case["funds"] if line["line"] == "合计")
    total |= {"adjusted": "－", "executed": " "}
    case["indicators"][0] |= {"name": " ", "target": "/", "actual": "——"}
    case["indicators"] += [dict.fromkeys(("name", "sign", "target", "actual", "weight"), "-")]  # a row in no use
    case["projects"][0]["executed"] = "　"
    counted(case, {"基本信息": 1, "预算执行": 2, "项目明细": 1, "绩效指标": 3}, tmp_path)


def counted(case: dict[str, Any], counters: dict[str, int], folder: Path) -> None:
    """The counters count so many, as they are stored and as they are calculated."""
    data = pipeline.template_bytes(case=json.dumps(case))
    stored, live = openpyxl.load_workbook(io.BytesIO(data), data_only=True), recalculated(data, folder)
    for title, missing in counters.items():
        wanted = f"还差 {missing} 格，先填：" if missing else "✔ 必填项已填齐"
        for book in (stored, live):
            assert str(book[title]["B2"].value).startswith(wanted)


WHOLE = {"sign": "≥", "target": 100, "actual": 50, "weight": 90, "claimed_points": 45}


@needs_libreoffice
@pytest.mark.parametrize(
    ("rows", "others", "total", "grade"),
    [
        ([WHOLE], {}, 52.5, "差"),
        ([], {}, "填齐后显示", ""),
        ([WHOLE | {"actual": None}], {}, "填齐后显示", ""),
        ([WHOLE], {"unit": "—"}, "填齐后显示", ""),
        ([WHOLE | {"claimed_points": None}], {}, "填齐后显示", ""),
        ([WHOLE | {"weight": 85}], {}, 50, "不能评定"),
        ([WHOLE, {"name": "只有名称"}], {}, "填齐后显示", ""),
        ([WHOLE | {"sign": None}], {}, FIRST, ""),
        ([WHOLE], {"executed": None}, "填齐后显示", ""),
        ([WHOLE], {"adjusted": 0}, "暂不能评分", ""),
        ([WHOLE], {"adjusted": -800, "executed": -600}, "暂不能评分", ""),
        ([WHOLE], {"executed": -600}, "暂不能评分", ""),
        ([WHOLE], {"executed": 0}, 45, "差"),
        ([WHOLE, WHOLE | {"sign": "定性", "actual": "达成", "method": "按比例"}], {}, FIRST, ""),
    ],
)
def test_the_total_and_its_grade_wait_until_they_are_whole(
    rows: list[dict[str, Any]], others: dict[str, Any], total: Any, grade: str, tmp_path: Path
) -> None:
    amounts = {key: value for key, value in others.items() if key != "unit"}
    case = json.loads(typed_in(rows, **amounts)) | ({"unit": others["unit"]} if "unit" in others else {})
    _, live = agreed(pipeline.template_bytes(case=json.dumps(case)), tmp_path)
    shown = live["px_reference_total"][0]
    assert (FIRST if is_asking(shown) else shown, live["px_reference_grade"]) == (total, [grade])
