"""What was lost, left out or slipped out of place is told once, and nothing that follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests import CASES
from tests.kit.changed_templates import Damage, damaged
from tests.kit.damage import drop_names
from tests.kit.filled import at
from tests.kit.outcome import findings_of


def test_a_lost_column_is_named(tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        drop_names(book)
        book["绩效指标"].delete_cols(11)

    result = damaged("department-corrected", delete, tmp_path)
    lost = findings_of(result, "R06")
    assert [found.field for found in lost] == ["绩效指标完成情况·分值"]
    assert result.scores is not None
    assert not result.scores.complete


def test_a_lost_column_that_may_be_empty_is_a_warning(tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        drop_names(book)
        book["绩效指标"].delete_cols(8)

    result = damaged("project", delete, tmp_path)
    lost = [(found.field, found.severity) for found in result.findings if found.code == "R06"]
    assert lost == [("绩效指标完成情况·年中监控值", "warning")]
    assert as_json(result)["total"] == "96.40"


def test_a_doubled_label_is_named(tmp_path: Path) -> None:
    def double(book: Any) -> None:
        drop_names(book)
        book["基本信息"]["B15"], book["基本信息"]["C15"] = "单位名称", "另一个单位"

    result = damaged("department-corrected", double, tmp_path)
    twice = next(found for found in result.findings if found.code == "R06")
    assert (twice.place.sheet, twice.place.cell) == ("基本信息", "C15")
    assert result.evaluation is not None
    assert str(result.evaluation.unit).startswith("乌鲁木齐")


def test_a_title_without_its_passage_is_told(tmp_path: Path) -> None:
    def type_it(book: Any) -> None:
        book["自评结论"]["B21"] = "本年度预算执行总体良好，各项指标均按计划推进。"

    result = damaged("department-corrected", type_it, tmp_path)
    assert [(f.severity, f.place.cell) for f in result.findings if f.code == "R06"] == [("warning", "B21")]


@pytest.mark.parametrize(
    ("sheet", "severities", "fields"),
    [
        ("预算执行", ["error"], ["部门预算执行情况"]),
        ("项目明细", ["error"], ["项目支出明细"]),
        ("自评结论", ["error", "warning"], ["自评得分", "文字说明"]),
    ],
)
def test_a_lost_sheet_is_told_once_a_block(
    sheet: str, severities: list[str], fields: list[str], tmp_path: Path
) -> None:
    result = damaged("department-corrected", lambda book: book.remove(book[sheet]), tmp_path)
    lost = findings_of(result, "R06")
    assert [(found.field, found.severity) for found in lost] == list(zip(fields, severities, strict=True))
    assert all(f"工作表“{sheet}”" in found.advice for found in lost)
    assert not [found for found in result.findings if found.code in ("R07", "F01", "F06", "N01")]


def test_a_total_that_was_left_out_is_told_once_with_the_sum_that_fits(tmp_path: Path) -> None:
    def leave_out(book: Any) -> None:
        for column in "CDEFG":
            book["预算执行"][f"{column}10"] = None

    result = damaged("department-corrected", leave_out, tmp_path)
    (told,) = [found for found in result.findings if found.code in ("R06", "R07")]
    assert (told.place.cell, told.message) == (at("合计·全年预算数"), "合计没有填写全年预算数、全年执行数。")
    assert told.advice.endswith("按各部分合计，应填全年预算数3291.98、全年执行数2857.28。")


@pytest.mark.parametrize(
    ("cell", "typed", "said"),
    [
        ("基本信息!C5", None, "请填写单位名称：与公章一致的单位全称。"),
        ("基本信息!C5", "/", "请填写单位名称：与公章一致的单位全称。"),
        ("基本信息!C8", None, "请填写金额单位：本表所有金额使用的单位。"),
        ("绩效指标!D8", None, "请填写三级指标：指标的名称，一行一个指标。"),
        ("预算执行!F10", None, "请填写合计的全年执行数；按各部分合计，应填2857.28。"),
    ],
)
def test_an_empty_box_is_told_with_what_to_fill_in(
    cell: str, typed: str | None, said: str, tmp_path: Path
) -> None:
    sheet, address = cell.split("!")

    def clear(book: Any) -> None:
        book[sheet][address] = typed

    told = findings_of(damaged("department-corrected", clear, tmp_path), "R07")
    assert [(found.place.cell, found.advice) for found in told] == [(address, said)]


def off(sheet: str, cells: str, rows: int = 0, cols: int = 0) -> Damage:
    return lambda book: book[sheet].move_range(cells, rows=rows, cols=cols)


@pytest.mark.parametrize(
    ("move", "field"),
    [
        (off("预算执行", "C6:G10", rows=1), "部门预算执行情况"),
        (off("预算执行", "C7:G10", rows=-1), "部门预算执行情况"),
        (off("预算执行", "C6:G10", cols=1), "部门预算执行情况"),
        (off("项目明细", "B6:G8", cols=1), "项目支出明细"),
        (off("项目明细", "B6:G8", cols=-1), "项目支出明细"),
        (off("绩效指标", "B6:O13", cols=1), "绩效指标完成情况"),
        (off("绩效指标", "F6:O13", cols=1), "绩效指标完成情况"),
        (off("自评结论", "C6:C8", rows=1), "自评得分"),
    ],
    ids=["资金低", "资金高", "资金右", "项目右", "项目左", "指标右", "指标后半右", "得分低"],
)
def test_a_block_that_is_off_is_told_once_and_nothing_of_it_is_read(
    move: Damage, field: str, tmp_path: Path
) -> None:
    """Sixty findings told of one table pasted a column off, and of points that followed from its wrong numbers."""
    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", move, tmp_path)
    told = [found for found in result.findings if found not in plain.findings and found.code != "R16"]
    assert [(found.code, found.severity, found.field) for found in told] == [("R06", "error", field)]


def test_a_line_that_need_not_be_filled_is_no_slip(tmp_path: Path) -> None:
    def parts_alone(book: Any) -> None:
        for column in "CEFG":
            book["预算执行"][f"{column}6"] = None
        for cell, value in {
            at("人员经费·年初预算数"): 1800,
            at("公用经费·年初预算数"): 1303.71,
            at("人员经费·全年执行数"): 1500,
            at("公用经费·全年执行数"): 1261.83,
        }.items():
            book["预算执行"][cell] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    assert damaged("department-corrected", parts_alone, tmp_path).findings == plain.findings


@pytest.mark.parametrize(
    ("sheet", "column", "label"),
    [("绩效指标", 5, "指标性质"), ("绩效指标", 6, "年度指标值"), ("绩效指标", 9, "实际完成值"), ("预算执行", 5, "全年预算数")],
)  # fmt: skip
def test_a_lost_column_is_all_that_is_told_of_it(sheet: str, column: int, label: str, tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        drop_names(book)
        book[sheet].delete_cols(column)

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", delete, tmp_path)
    seen = {(found.code, found.message) for found in plain.findings}
    told = [(f.code, f.severity, label in f.message) for f in result.findings if (f.code, f.message) not in seen]
    assert told == [("R06", "error", True)]


def test_the_sums_of_a_line_that_is_lost_are_not_told(tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        sheet = book["项目资金"]
        row = next(row for row in range(1, 20) if sheet.cell(row, 2).value == "上年结转资金")
        sheet.delete_rows(row)
        drop_names(book)

    plain = damaged("project", lambda book: None, tmp_path)
    result = damaged("project", delete, tmp_path)
    assert {found.code for found in result.findings if found not in plain.findings} == {"R06"}


@pytest.mark.parametrize("form", ["部门", "项目"])
@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ("adjusted", "executed", "“全年预算数”与“全年执行数”"),
        ("initial", "adjusted", "“年初预算数”与“全年预算数”"),
        ("initial", "executed", "“年初预算数”与“全年执行数”"),
    ],
)
def test_two_columns_of_amounts_filled_in_for_each_other_are_told_once(
    one: str, other: str, names: str, form: str, score_case: Callable[..., Result]
) -> None:
    case = json.loads((CASES / f"完好的{form}自评表.json").read_text("utf-8"))
    for line in case["funds"]:
        line[one], line[other] = line.get(other), line.get(one)
    result = score_case(case)
    assert [(f.code, names in f.message) for f in result.findings] == [("R06", True)]
    assert result.scores is not None
    assert not result.scores.complete


def test_adjustments_of_the_wrong_sign_are_no_exchanged_columns(score_case: Callable[..., Result]) -> None:
    case = json.loads((CASES / "完好的部门自评表.json").read_text("utf-8"))
    for line in case["funds"]:
        line["claimed_rate"] = None
        line["adjustment"] = line["initial"] - line["adjusted"]
    assert {f.code for f in score_case(case).findings} == {"F02"}


@pytest.mark.parametrize("head", ["B14", "C14"])
def test_passages_without_one_of_their_columns_are_told(head: str, tmp_path: Path) -> None:
    def retype(book: Any) -> None:
        sheet = book["自评结论"]
        assert sheet[head].value in ("标题", "内容")
        sheet[head] = "其他"
        drop_names(book)

    assert "R06" in {found.code for found in damaged("department-corrected", retype, tmp_path).findings}


@pytest.mark.parametrize(
    ("case", "sheet", "column", "lost"),
    [("department-corrected", "绩效指标", 17, "改进措施")],
)
def test_a_deleted_column_is_told_and_the_computed_one_behind_it_is_not_read_for_it(
    case: str, sheet: str, column: int, lost: str, tmp_path: Path
) -> None:
    result = damaged(case, lambda book: book[sheet].delete_cols(column), tmp_path)
    said = [found.message for found in result.findings if found.code[0] == "R"]
    assert len(said) == 1
    assert said[0].endswith(f"没有找到“{lost}”。")
