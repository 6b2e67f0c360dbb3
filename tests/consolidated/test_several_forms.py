"""汇总.xlsx of workbooks with several forms: a row for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from tests.kit.command import command
from tests.kit.several import Asked, side_by_side, stacked


def rows(path: Path, sheet: str, *heads: str) -> list[tuple[Any, ...]]:
    table = openpyxl.load_workbook(path)[sheet]
    titles = [cell.value for cell in table[3]]
    return [tuple(row[titles.index(head)].value for head in heads) for row in table.iter_rows(min_row=4)]


def test_each_form_is_a_row_and_counts(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(stacked(Asked("培训"), Asked("宣传", spent=50, reached=75)))
    (tmp_path / "in" / "b.xlsx").write_bytes(side_by_side(Asked("修缮", unit="乙局")))
    command("score", tmp_path / "in", "-o", tmp_path / "out")
    path = tmp_path / "out" / "汇总.xlsx"
    assert rows(path, "单位得分", "单位", "项目", "计算总分", "工作簿") == [
        ("甲局", "培训", 100, "a.xlsx"),
        ("甲局", "宣传", 82.5, "a.xlsx"),
        ("乙局", "修缮", 100, "b.xlsx"),
    ]
    assert len(rows(path, "指标明细", "三级指标")) == 9
    money = [row for row in rows(path, "资金明细", "项目", "资金类别", "全年执行数") if row[1] == "年度资金总额"]
    assert money == [("培训", "年度资金总额", 100), ("宣传", "年度资金总额", 50), ("修缮", "年度资金总额", 100)]
    overview = [cell.value for line in openpyxl.load_workbook(path)["总览"].iter_rows() for cell in line]
    assert "3份" in overview
    assert "已评分3份，读不出0份" in overview


def test_json_consolidates_to_the_same_rows(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(stacked(Asked("培训"), Asked("宣传", spent=50, reached=75)))
    done = command("check", tmp_path / "a.xlsx", "--json")
    (tmp_path / "r.jsonl").write_text(done.output, "utf-8")
    done = command("consolidate", tmp_path / "r.jsonl", "-o", tmp_path / "汇总.xlsx")
    assert done.exit_code == 0, done.output
    assert [row[0] for row in rows(tmp_path / "汇总.xlsx", "单位得分", "计算总分")] == [100, 82.5]
