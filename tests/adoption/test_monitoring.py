"""A monitoring form that a bureau adopted: read for what it holds, asked for nothing that it never had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from tests.kit.bureau_forms import bureau_form
from tests.kit.published import adopted, proposed, record, template

READING = (
    "请核对以上读法；如有读错或漏读，请由下发表样的单位在“（核对）”工作簿中更正，再运行一次 perf-xlsx adopt。"
)


def _told(row: dict[str, Any]) -> list[tuple[str, str | None, str, str]]:
    return [(one["code"], one["cell"], one["message"], one["advice"]) for one in row["findings"]]


def test_every_column_is_listed(tmp_path: Path) -> None:
    found = proposed(adopted(bureau_form("monitoring", tmp_path / "官方.xlsx")))
    assert {cell: found.get(cell) for cell in ("E4", "G4", "I4", "K4", "C5", "C6", "C7")} == {
        "E4": "资金栏：年初预算数", "G4": "", "I4": "", "K4": "",
        "C5": "资金行：年度资金总额", "C6": "资金行：当年财政拨款", "C7": "资金行：其他资金",
    }  # fmt: skip
    assert not {"I5", "I6"} & {cell for cell, words in found.items() if words != "填报内容（不是栏目名称）"}


def test_a_return_is_read_and_asked_for_nothing_that_it_has_no_place_for(tmp_path: Path) -> None:
    path = bureau_form("monitoring", tmp_path / "官方.xlsx")
    row = record(path, "--forms", adopted(path))
    assert (row["status"], row["unscored"], row["unit"]) == ("checked", "monitoring", "某市城管局")
    layout, unit = _told(row)
    assert layout[:2] == ("R19", None)
    assert "资金表在“自评表”第4行起，共3行，指标表在“自评表”第9行起，共5个指标" in layout[2]
    assert "没有读取的栏：1-7月执行数、1-7月执行率、全年预计执行数、全年预计完成情况、经费保障、" in layout[2]
    assert layout[3] == READING
    assert unit == ("R19", "L3", "本表没有“实施单位”一栏，按主管部门“某市城管局”列示。", "可以不改。")


def test_its_blank_template_is_asked_for_what_it_has(tmp_path: Path) -> None:
    file = adopted(bureau_form("monitoring", tmp_path / "官方.xlsx"), "--blank")
    told = _told(record(template(file, 2025), "--forms", file))
    assert [one[0] for one in told] == ["R19", "R07", "R07"]
    assert told[1][:3] == ("R07", "C3", "项目名称没有填写。")
    assert told[2] == ("R07", "D11", "没有填写任何绩效指标。", "请每个指标填一行：名称、指标值和年中监控值。")


def test_one_that_nobody_adopted_is_not_told_to_use_a_template_that_does_not_exist(tmp_path: Path) -> None:
    row = record(bureau_form("monitoring", tmp_path / "官方.xlsx"))
    assert [one["code"] for one in row["findings"] if one["code"] == "R06"] == []
    assert "资金表在“自评表”第4行起，共3行" in row["findings"][0]["message"]
    assert "经费保障→偏差原因" not in row["findings"][0]["message"]
    assert row["unit"] == "某市城管局"


def test_a_form_that_has_a_box_for_the_unit_is_asked_for_it(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", K4=None)
    row = record(path)
    assert row["unit"] is None
    assert "实施单位没有填写。" in [one["message"] for one in row["findings"]]


# ---- a blank template of a form with points --------------------------------------------------------------------------


def test_a_blank_template_is_not_told_that_its_printed_sum_is_wrong(tmp_path: Path) -> None:
    file = adopted(bureau_form("school", tmp_path / "官方.xlsx"), "--blank")
    row = record(template(file, 2025), "--forms", file)
    codes = [one["code"] for one in row["findings"]]
    assert "W02" not in codes
    assert next(one["advice"] for one in row["findings"] if one["code"] == "R19") == READING
    assert "下发的模板" not in str(row["findings"])


def test_a_wrong_sum_is_told_once_weights_are_filled_in(tmp_path: Path) -> None:
    path = bureau_form("school", tmp_path / "官方.xlsx", I21=90)
    book = openpyxl.load_workbook(path)
    book.active["I14"] = 5
    book.save(path)
    assert "W02" in [one["code"] for one in record(path)["findings"]]
