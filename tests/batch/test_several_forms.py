"""A run over workbooks with several forms: a record a form, compared, counted, remembered and resumed as such."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import batch
from perf_xlsx.batch import plan
from perf_xlsx.batch.roster import ListedUnit, Roster
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records
from tests.kit.command import command
from tests.kit.several import Asked, side_by_side, stacked

ONE, TWO = Asked("培训"), Asked("宣传", spent=50, reached=75)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def records(folder: Path, **options: Any) -> list[Record]:
    return [one.record for one in batch.run(plan([folder], None), **options)]


def found(folder: Path, code: str, **options: Any) -> list[tuple[str, str, str]]:
    return [
        (one.file or "", one.part or "", item.message)
        for one in records(folder, **options)
        for item in one.findings
        if item.code == code
    ]


@pytest.mark.parametrize("words", [("check",), ("score",)])
def test_json_has_an_object_a_form_and_file_and_part_are_unique(
    words: tuple[str], folder: Path, tmp_path: Path
) -> None:
    (folder / "两张.xlsx").write_bytes(stacked(ONE, TWO))
    (folder / "一张.xlsx").write_bytes(stacked(Asked("修缮", unit="乙局")))
    more = ("-o", tmp_path / "out") if words == ("score",) else ()
    done = command(*words, folder, "--json", *more)
    rows = lines(done.output)
    assert [(Path(row["file"]).name, row.get("part"), row.get("parts"), row["total"]) for row in rows] == [
        ("一张.xlsx", None, None, "100.00"),
        ("两张.xlsx", "培训", 2, "100.00"),
        ("两张.xlsx", "宣传", 2, "82.50"),
    ]
    assert "part" not in rows[0]
    assert [row["indicators"][0]["cell"] for row in rows[1:]] == ["C9", "C22"]
    assert len({(row["file"], row.get("part")) for row in rows}) == 3


def test_two_forms_of_one_unit_and_project_are_duplicates_and_others_are_not(folder: Path) -> None:
    (folder / "a.xlsx").write_bytes(stacked(ONE, TWO, Asked("培训", spent=70)))
    (folder / "b.xlsx").write_bytes(stacked(TWO))
    within, between = found(folder, "B01")
    assert within[:2] == ("a.xlsx", "培训(2)")
    assert "已有一份：a.xlsx（培训），在同一个工作簿里" in within[2]
    assert between[0] == "b.xlsx"
    assert "已有一份：a.xlsx（宣传），两个文件不完全相同" in between[2]


def test_duplicates_in_a_single_workbook_are_found_without_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(stacked(ONE, Asked("培训", spent=70)))
    done = [one.record for one in batch.run(plan([tmp_path / "a.xlsx"], None))]
    assert [[f.code for f in one.findings if f.code == "B01"] for one in done] == [[], ["B01"]]


def test_the_roster_ticks_each_unit(folder: Path) -> None:
    (folder / "a.xlsx").write_bytes(side_by_side(ONE, Asked("修缮", unit="乙局")))
    roster = Roster("名单.csv", (ListedUnit(2, "甲局"), ListedUnit(3, "乙局"), ListedUnit(4, "丙局")))
    done = records(folder, roster=roster)
    assert [(one.status, one.unit) for one in done] == [
        ("scored", "甲局"),
        ("scored", "乙局"),
        ("outstanding", "丙局"),
    ]


def test_a_run_goes_on_from_the_records_of_every_form(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "a.xlsx").write_bytes(stacked(ONE, TWO))
    (folder / "b.xlsx").write_bytes(stacked(Asked("修缮", unit="乙局")))
    first = command("score", folder, "-o", out)
    assert "共3份（在2个工作簿里），1份有错误" not in first.output
    kept = (out / ".perf_xlsx" / "records.jsonl").read_bytes()
    again = command("score", folder, "-o", out)
    assert "（都没有变化，沿用上次的评分）" in again.output
    assert (out / ".perf_xlsx" / "records.jsonl").read_bytes() == kept
    (folder / "a.xlsx").write_bytes(stacked(ONE, TWO, Asked("修路")))
    third = command("score", folder, "-o", out)
    assert "共4份（在2个工作簿里）（本次处理1个工作簿，其余1个工作簿没有变化，沿用上次的评分）" in third.output
    assert [one.part or "" for one in Records.open(out)] == ["培训", "宣传", "修路", ""]


def test_half_of_the_records_of_a_workbook_count_for_nothing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "a.xlsx").write_bytes(stacked(ONE, TWO))
    (folder / "b.xlsx").write_bytes(stacked(Asked("修缮", unit="乙局")))
    command("score", folder, "-o", out)
    path = out / ".perf_xlsx" / "records.jsonl"
    kept = path.read_bytes()
    path.write_bytes(b"".join(kept.splitlines(keepends=True)[1:]))
    again = command("score", folder, "-o", out)
    assert "本次处理1个工作簿，其余1个工作簿没有变化" in again.output
    assert path.read_bytes() == kept


def test_a_waiver_may_name_one_form_of_a_file(folder: Path, tmp_path: Path) -> None:
    (folder / "a.xlsx").write_bytes(stacked(Asked("培训", spent=50), TWO))
    listed = tmp_path / "豁免.csv"
    listed.write_text("编号,文件,自评表,原因,批准人,有效期至\nF09,a.xlsx,宣传,已说明,张三,2099-12-31\n", "utf-8")
    done = command("check", folder, "--waivers", listed, "--json")
    waived = [
        (row["part"], "waived" in finding)
        for row in lines(done.output)
        for finding in row["findings"]
        if finding["code"] == "F09"
    ]
    assert waived == [("培训", False), ("宣传", True)]


def test_the_terminal_names_each_form(folder: Path) -> None:
    (folder / "a.xlsx").write_bytes(stacked(ONE, TWO))
    done = command("check", folder / "a.xlsx")
    assert "a.xlsx（培训）" in done.output
    assert "a.xlsx（宣传）" in done.output
    assert "共2份（在1个工作簿里）" in done.output
    assert done.exit_code == 0
    (folder / "a.xlsx").write_bytes(stacked(ONE, Asked("宣传", spent=None)))
    assert command("check", folder / "a.xlsx").exit_code == 1


def test_a_monitoring_form_is_no_duplicate_and_does_not_tick_the_roster(folder: Path) -> None:
    (folder / "a.xlsx").write_bytes(
        side_by_side(ONE, Asked("培训", kind="项目支出", spent=60, title="项目支出绩效监控表"))
    )
    (folder / "b.xlsx").write_bytes(side_by_side(Asked("修路", unit="乙局", title="项目支出绩效监控表")))
    roster = Roster("名单.csv", (ListedUnit(2, "甲局"), ListedUnit(3, "乙局")))
    done = records(folder, roster=roster)
    assert [(one.status, one.unit) for one in done] == [
        ("scored", "甲局"), ("checked", "甲局"), ("checked", "乙局"), ("outstanding", "乙局"),
    ]  # fmt: skip
    assert not [f for one in done for f in one.findings if f.code == "B01"]
