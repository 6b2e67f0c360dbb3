"""Of more returns than a workbook can list, 汇总 holds sums alone, and its long tables are files beside it."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from perf_xlsx import consolidated
from perf_xlsx.batch.roster import ListedUnit, Roster
from perf_xlsx.consolidated import ConsolidatedFiles, workbook
from perf_xlsx.consolidated.paged_sheet import AGREE, DIFFER
from tests.kit.batch_of_records import batch, json_lines, typed
from tests.kit.command import command
from tests.kit.filled import template_of
from tests.kit.libreoffice import converted, needs_libreoffice

COUNT = 60
MOST = 3
SUMMARIES = ["总览", "执行情况", "问题汇总", "未报送"]
TABLES = ["单位得分", "资金明细", "指标明细", "问题按单位", "问题清单", "未报送"]
ROSTER = Roster(
    "名单.csv", [ListedUnit(1, "示例1县教育局", "001"), ListedUnit(2, "示例99县教育局", contact="联系人 1")]
)


def consolidate(output: Path, **options: Any) -> ConsolidatedFiles:
    """汇总 of the same records each time."""
    options = {"most_listed": MOST, "how": "csv", **options}
    return consolidated.consolidate(map(typed, batch(COUNT)), ROSTER, output, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ConsolidatedFiles:
    return consolidate(tmp_path_factory.mktemp("whole") / "汇总.xlsx", most_listed=COUNT)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> ConsolidatedFiles:
    return consolidate(tmp_path_factory.mktemp("apart") / "汇总.xlsx")


def values(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))


def words(path: Path, sheet: str = "总览") -> list[str]:
    return [str(value) for row in values(path, sheet) for value in row if value is not None]


def test_the_sheets_that_do_not_grow_stay_and_hold_the_same(
    apart: ConsolidatedFiles, whole: ConsolidatedFiles
) -> None:
    assert openpyxl.load_workbook(apart.workbook).sheetnames == SUMMARIES
    assert openpyxl.load_workbook(whole.workbook).sheetnames[:2] == ["总览", "单位得分"]
    for sheet in SUMMARIES[1:]:
        assert values(apart.workbook, sheet) == values(whole.workbook, sheet)
    assert OpenXmlValidator().validate(str(apart.workbook)).is_valid


def test_every_row_is_in_the_files(apart: ConsolidatedFiles, whole: ConsolidatedFiles) -> None:
    assert [path.name for path in apart.files] == [f"汇总-{name}.csv" for name in TABLES]
    assert [path.read_bytes() for path in apart.files] == [path.read_bytes() for path in whole.files]
    rows = len(apart.files[0].read_text("utf-8-sig").splitlines()) - 1
    assert rows == COUNT


def test_the_overview_says_where_they_are(apart: ConsolidatedFiles, whole: ConsolidatedFiles) -> None:
    names = "、".join(path.name for path in apart.files)
    said = f"共{COUNT}份，超过{MOST}份：汇总工作簿只有合计，逐份、逐条的明细太长，写成了旁边的文件：{names}。"
    assert apart.remark == said
    assert said in words(apart.workbook)
    contents = [text for text in words(apart.workbook) if "全部在文件" in text]
    assert [text.partition("（全部")[2] for text in contents] == [
        f"在文件“汇总-{name}.csv”里）"
        for name in ("单位得分", "资金明细", "指标明细", "问题按单位", "问题清单", "未报送")
    ]
    assert whole.remark == ""
    assert not [text for text in words(whole.workbook) if "旁边的文件" in text]


def test_nothing_refers_to_a_sheet_that_is_not_there(apart: ConsolidatedFiles) -> None:
    with zipfile.ZipFile(apart.workbook) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    formulas = [formula for part in parts for formula in re.findall(r"<(?:f|c:f|definedName[^>]*)>(.*?)<", part)]
    links = [link for part in parts for link in re.findall(r'location="(.*?)"', part)]
    referred = {sheet for text in formulas + links for sheet in re.findall(r"'?([^'!,=+(]+)'?!", text)}
    assert "问题汇总" in referred
    assert referred <= set(SUMMARIES)
    assert not [part for part in parts if "externalLink" in part]


@needs_libreoffice
def test_recalculated_it_has_no_error_and_all_agrees(apart: ConsolidatedFiles, tmp_path: Path) -> None:
    openpyxl.load_workbook(apart.workbook).save(tmp_path / "formulas.xlsx")  # without stored results
    computed = converted(tmp_path / "computed", "xlsx", tmp_path / "formulas.xlsx")
    for sheet in SUMMARIES:
        stored = words(apart.workbook, sheet)
        found = words(computed, sheet)
        assert not [text for text in found if text.startswith("#") or "Err:" in text]
        assert [text for text in found if text in (AGREE, DIFFER)] == [AGREE] * stored.count(AGREE)
    assert words(computed).count(AGREE) == 8


@needs_libreoffice
def test_a_sum_that_differs_from_its_rows_shows(tmp_path: Path) -> None:
    """Two lines of one name: the rows of the name come to more than either line."""
    record = next(r for r in batch(9, hostile=False) if r["form"] == "project") | {"money_unit": "万元"}
    (fund,) = (fund | {"name": "债券资金"} for fund in record["funds"][1:2])
    funds = [*record["funds"], fund | {"key": "line9"}, fund | {"key": "line10"}]
    written = consolidated.consolidate(
        [typed(record | {"funds": funds})], None, tmp_path / "汇总.xlsx", most_listed=0
    )
    openpyxl.load_workbook(written.workbook).save(tmp_path / "formulas.xlsx")
    computed = converted(tmp_path / "computed", "xlsx", tmp_path / "formulas.xlsx")
    for path in (written.workbook, computed):
        verdicts = [text for text in words(path, "执行情况") if text in (AGREE, DIFFER)]
        assert verdicts == [AGREE] * len(record["funds"]) + [DIFFER] * 2


def test_up_to_that_many_returns_are_listed(tmp_path: Path) -> None:
    written = consolidate(tmp_path / "汇总.xlsx", most_listed=COUNT, how=None)
    assert (written.files, written.remark) == ((), "")
    assert len(openpyxl.load_workbook(written.workbook).sheetnames) == 9


def test_who_did_not_return_is_named_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_NAMED", 1)
    written = consolidate(tmp_path / "汇总.xlsx")
    shown = words(written.workbook, "未报送")
    rest = [text for text in shown if text.endswith("个见旁边的文件，文件名见“总览”。")]
    assert len(rest) == 2, "files without a unit, and units that are not listed; one unit is missing"
    lines = written.files[-1].read_text("utf-8-sig").splitlines()[1:]
    kinds = [line.split(",")[0].strip('"') for line in lines]
    assert kinds.count("未报送") == 1
    for kind in ("读不出单位", "不在名单上"):
        assert f"其余{kinds.count(kind) - 1}个见旁边的文件，文件名见“总览”。" in rest


def test_parquet_where_it_can_be_written_without_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    written = consolidate(tmp_path / "汇总.xlsx", how=None)
    assert [path.suffix for path in written.files] == [".parquet"] * len(TABLES)
    assert written.remark.endswith("需要 CSV 的，运行 perf-xlsx consolidate 并加 --export csv。")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    written = consolidate(tmp_path / "汇总.xlsx", how=None)
    assert [path.suffix for path in written.files] == [".csv"] * len(TABLES)


def test_both_commands_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consolidated, "MOST_LISTED", 1)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "in").mkdir()
    for name in "甲乙":
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(template_of("project"))
    done = command("score", tmp_path / "in", "-o", tmp_path / "out", "--jobs", "1")
    out = tmp_path / "out" / "汇总.xlsx"
    files = sorted(path.name for path in (tmp_path / "out").glob("*.csv"))
    assert done.exit_code in (0, 1), done.output
    assert f"汇总工作簿：{out}\n共2份，超过1份：汇总工作簿只有合计" in done.output
    assert all(name in done.output for name in files)
    assert openpyxl.load_workbook(out).sheetnames == SUMMARIES
    done = command("consolidate", tmp_path / "out")
    assert done.exit_code == 0
    assert [line for line in done.output.splitlines() if line.startswith("共2份，超过1份")]


def test_where_a_file_cannot_be_written_there_is_no_workbook_without_it(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(json_lines(list(batch(9))), "utf-8")
    (tmp_path / "汇总-资金明细.csv").mkdir()
    done = command("consolidate", tmp_path / "r.jsonl", "--export", "csv")
    assert done.exit_code == 2
    assert "汇总-资金明细.csv 写不进去" in done.stderr
    assert not (tmp_path / "汇总.xlsx").exists()
