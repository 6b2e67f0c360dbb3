"""Waivers: what the bureau lets pass is shown as such everywhere, counts for nothing, and is never hidden."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from perf_xlsx import pipeline
from perf_xlsx.cli.main import main
from perf_xlsx.cli.stories import case_text
from tests.kit.filled import filled, template_of

HEAD = "编号,单位,文件,单元格,原因,批准人,有效期至\n"
UNIT = json.loads(case_text("department-as-filed"))["unit"]


@pytest.fixture
def returned(tmp_path: Path) -> Path:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(template_of("department-as-filed"))
    return path


def run(folder: Path, rows: str, *more: str, encoding: str = "utf-8") -> Result:
    (folder / "豁免.csv").write_text(HEAD + rows, encoding)
    paths = ["check", str(folder / "甲.xlsx"), "--waivers", str(folder / "豁免.csv")]
    return CliRunner().invoke(main, [*paths, *more])


def findings(said: Result) -> dict[tuple[str, str | None], dict[str, str] | None]:
    return {(f["code"], f["cell"]): f.get("waived") for f in json.loads(said.stdout)["findings"]}


def test_a_waived_finding_is_shown_with_reason_by_whom_and_until_when(returned: Path, tmp_path: Path) -> None:
    said = run(tmp_path, f"W01,{UNIT},,,系统四舍五入,绩效科,2999-12-31\n", "--json")
    waived = {key: value for key, value in findings(said).items() if value}
    assert {code for code, _ in waived} == {"W01"}
    assert next(iter(waived.values())) == {"reason": "系统四舍五入", "by": "绩效科", "until": "2999-12-31"}
    plain = run(tmp_path, f"W01,{UNIT},,,系统四舍五入,绩效科,2999-12-31\n")
    assert "○ 已豁免 W01" in plain.output
    assert "不必更正：系统四舍五入（绩效科批准，有效期至2999-12-31）。" in plain.output


@pytest.mark.parametrize(
    ("where", "cells"),
    [(",,甲.xlsx,", 4), (",,D:\\报送\\甲.xlsx,", 4), (f",{UNIT},,E9", 1), (f",{UNIT},,绩效指标!$E$10", 1), (f",{UNIT},,基本信息!E9", 0)],
)  # fmt: skip
def test_it_holds_for_a_unit_a_file_or_a_cell(where: str, cells: int, returned: Path, tmp_path: Path) -> None:
    said = run(tmp_path, f"I01{where},惯例,绩效科,2999/12/31\n", "--json", encoding="gb18030")
    assert sum(bool(waived) for (code, _), waived in findings(said).items() if code == "I01") == cells


def test_an_expired_or_needless_waiver_is_told_and_lets_nothing_pass(returned: Path, tmp_path: Path) -> None:
    said = run(
        tmp_path,
        f"W01,{UNIT},,,旧,科,2020-01-01\nF07,{UNIT},,,没有,科,2999-01-01\nW04,别的单位,,,x,科,2999-01-01\n",
        "--json",
    )
    assert not any(findings(said).values())
    assert said.stderr.splitlines() == [
        f"豁免清单第2行 W01（{UNIT}）：已过有效期。",
        f"豁免清单第3行 F07（{UNIT}）：没有对应的问题，或文件没有评分。",
        "豁免清单第4行 W04（别的单位）：没有对应的问题，或文件没有评分。",
    ]


def test_what_comparing_finds_can_be_waived_too(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "乙.xlsx").write_bytes(returned.read_bytes())
    rows = f"B01,{UNIT},乙.xlsx,,两份都要,绩效科,2999-12-31\n"
    said = run(tmp_path, rows, "--json", str(tmp_path / "乙.xlsx"))
    twice = json.loads(said.stdout.splitlines()[1])["findings"]
    assert [f["waived"]["by"] for f in twice if f["code"] == "B01"] == ["绩效科"]
    assert "没有对应的问题" not in said.stderr


def test_a_waiver_for_a_file_that_cannot_be_read_is_told_to_be_without_effect(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes(b"no workbook")
    said = run(tmp_path, "R01,,甲.xlsx,,坏文件,绩效科,2999-12-31\n")
    assert said.exit_code == 3
    assert "没有对应的问题，或文件没有评分" in said.stderr


def test_what_is_waived_does_not_count_for_the_exit_code(returned: Path, tmp_path: Path) -> None:
    codes = {f.code for f in pipeline.score(returned).findings if f.severity == "error"}
    assert codes
    codes |= {"T02"}  # with the weights let pass the total is final, and compared
    everything = "".join(f"{code},{UNIT},,,试点,绩效科,2999-12-31\n" for code in sorted(codes))
    assert run(tmp_path, everything).exit_code == 0
    assert run(tmp_path, everything.split("\n", 1)[1]).exit_code == 1


def test_cells_and_list_of_the_scored_workbook_show_it(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "豁免.csv").write_text(HEAD + f"W01,{UNIT},,,系统四舍五入,绩效科,2999-12-31\n", "utf-8")
    out = ["score", str(returned), "-o", str(tmp_path / "out"), "--waivers", str(tmp_path / "豁免.csv")]
    assert CliRunner().invoke(main, out).exit_code == 1
    book = openpyxl.load_workbook(tmp_path / "out" / "甲.xlsx")
    rows = [[cell.value for cell in row] for row in book["问题清单"].iter_rows(min_row=4)]
    row = next(row for row in rows if row[2] == "W01")
    assert row[1] == "○ 已豁免"
    assert row[9] == "不必更正：系统四舍五入（绩效科批准，有效期至2999-12-31）。"
    note = book["绩效指标"][row[3].split("!")[1]].comment.text
    assert "○ 已豁免 W01" in note
    shown = [str(cell.value) for row in book["评分汇总"].iter_rows() for cell in row]
    assert any("○已豁免1" in text for text in shown)
    again = pipeline.score(tmp_path / "out" / "甲.xlsx")
    assert [f.waived for f in again.findings] == [None] * len(again.findings)


def test_a_wrong_list_is_refused_with_every_row_that_is_wrong(returned: Path, tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "X9,甲,,,r,b,2999-01-01\nW01,,,,r,b,2999-01-01\nW01,甲,,K,r,b,2999-01-01\nW01,甲,,,r,b,明年\nW01,甲,,,,,2999-01-01\n",
    )
    assert said.exit_code == 2
    for row, word in ((2, "不认识"), (3, "至少写一个"), (4, "绩效指标!K6"), (5, "不是日期"), (6, "没有填“原因”")):
        assert f"第{row}行" in said.output
        assert word in said.output
    (tmp_path / "豁免.csv").write_text("名称\n", "utf-8")
    said = CliRunner().invoke(main, ["check", str(returned), "--waivers", str(tmp_path / "豁免.csv")])
    assert (said.exit_code, "没有找到表头" in said.output) == (2, True)


def test_the_list_may_be_a_workbook(returned: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["绩效自评豁免清单"],
        HEAD.strip().split(","),
        ["w01", UNIT, None, None, "惯例", "绩效科", "2999-12-31"],
    ):
        book.active.append(row)
    book.save(tmp_path / "豁免.xlsx")
    said = CliRunner().invoke(main, ["check", str(returned), "--json", "--waivers", str(tmp_path / "豁免.xlsx")])
    assert {code for (code, _), waived in findings(said).items() if waived} == {"W01"}


def test_the_same_message_over_many_cells_is_told_once_and_counted_each_in_json(
    returned: Path, tmp_path: Path
) -> None:
    said = CliRunner().invoke(main, ["check", str(returned)]).output
    assert said.count("警告 I01") == 1
    assert "同样的还有3处：绩效指标!E10、绩效指标!E11、绩效指标!E13" in said
    lines = CliRunner().invoke(main, ["check", str(returned), "--json"]).stdout
    assert [f["code"] for f in json.loads(lines)["findings"]].count("I01") == 4


def test_of_very_many_cells_the_first_are_named(tmp_path: Path) -> None:
    case = json.loads(case_text("department-as-filed"))
    case["indicators"] = [case["indicators"][3] | {"name": f"指标{n}"} for n in range(40)]
    (tmp_path / "多.xlsx").write_bytes(filled(case))
    said = CliRunner().invoke(main, ["check", str(tmp_path / "多.xlsx")]).output
    cells = "、".join(f"绩效指标!E{row}" for row in range(7, 17))
    assert f"同样的还有39处：{cells}等" in said
