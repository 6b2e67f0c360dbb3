"""What is seen only by comparing workbooks with each other and with the list: each finding and its near misses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace

from perf_xlsx import batch, pipeline
from perf_xlsx.batch import Finished, plan
from perf_xlsx.batch.cross_checks import CrossChecks
from perf_xlsx.batch.roster import ListedUnit, Roster
from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.batch.roster_templates import template_file_name
from perf_xlsx.cli.stories import case_text
from perf_xlsx.pipeline import Terms
from perf_xlsx.reading.list_file import ListError
from perf_xlsx.results.record import ExecutionRecord, Record
from perf_xlsx.results.records import Records
from tests.kit.batch_returns import a_return
from tests.kit.command import command
from tests.kit.filled import filled, template_of

LONG = (
    "本年度预算执行总体平稳，年中因征地协调滞后调减两个子项目，结余资金已按规定交回财政，"
    "下一年度将提前办理前期手续，按季度监控执行进度。"
)


def put(
    folder: Path, name: str, form: str = "project", unit: str = "甲局", actual: float = 91, text: str = "照常。"
):
    (folder / f"{name}.xlsx").write_bytes(a_return(form, unit, actual, text))


def case(**changes: Any) -> bytes:
    return filled(json.loads(case_text("project")) | changes)


def listed(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "名单.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def found(folder: Path, code: str, **options: Any) -> list[tuple[str | None, dict[str, Any]]]:
    """(file, finding) of every finding with this code."""
    done: list[Finished] = list(batch.run(plan([folder], None), **options))
    return [(one.record.file, item) for one in done for item in one.record.findings if item.code == code]


# --- B01 --------------------------------------------------------------------------------------------------------


@pytest.mark.finding("B01")
def test_the_same_unit_twice_is_an_error_on_the_later_that_names_the_first(folder: Path) -> None:
    put(folder, "1", unit="甲局（本级）")
    put(folder, "2", unit="甲局 (本级)", actual=70)
    put(folder, "3", unit="甲局（本级）")
    (first, second), (third, again) = found(folder, "B01")
    assert (first, third) == ("2.xlsx", "3.xlsx")
    assert (second.severity, second.place, second.given) == ("error", "[2.xlsx]", "甲局 (本级)")
    assert "已有一份：1.xlsx，两个文件不完全相同" in second.message
    assert "已有一份：1.xlsx，两个文件完全相同" in again.message


def test_another_form_year_or_project_is_not_the_same(folder: Path) -> None:
    put(folder, "1")
    put(folder, "2", form="department")
    (folder / "3.xlsx").write_bytes(case(unit="甲局", year=2023))
    (folder / "4.xlsx").write_bytes(case(unit="甲局", year=2023, project="另一个项目"))
    assert found(folder, "B01") == []


# --- B02 --------------------------------------------------------------------------------------------------------


@pytest.mark.finding("B02")
def test_who_is_listed_and_who_returned(folder: Path, tmp_path: Path) -> None:
    put(folder, "1", unit="甲局")
    put(folder, "2", unit="外单位")
    put(folder, "3", unit="丙局")
    (folder / "4.xlsx").write_bytes(b"")
    names = (
        "序号,单位 名称,单位代码,表种,联系人",
        "1,甲局,001,,",
        "2,乙局,002,项目支出,联系人乙",
        "3,丙局,003,部门整体,",
    )
    roster = read_roster(listed(tmp_path, *names))
    stranger, other_form, missing, missing_form = found(folder, "B02", roster=roster)
    assert stranger[0] == "2.xlsx"
    assert "名单（名单.csv）中没有外单位" in stranger[1].message
    assert "名单第4行有丙局，但不是这张表" in other_form[1].message
    assert (missing[0], missing[1].place, missing[1].severity) == (None, "[名单.csv]", "warning")
    assert "没有读到乙局的项目支出绩效自评表。" in missing[1].message
    assert "联系人乙" in missing[1].advice
    assert "没有读到丙局" in missing_form[1].message


def test_without_a_list_or_with_everybody_returned_nothing_is_said(folder: Path, tmp_path: Path) -> None:
    put(folder, "1", unit="甲局（本级）")
    assert found(folder, "B02") == []
    assert found(folder, "B02", roster=read_roster(listed(tmp_path, "填报单位", "甲局(本级) "))) == []


def test_of_several_columns_the_unit_is_the_surest_and_contacts_are_all_kept(tmp_path: Path) -> None:
    names = ("单位名称,部门名称,联系人,联系电话", "甲小学,教育局,张三,13800000000", "乙小学,教育局,,13900000000")
    one, other = read_roster(listed(tmp_path, *names)).listed
    assert (one.unit, one.contact) == ("甲小学", "张三 13800000000")
    assert (other.unit, other.contact) == ("乙小学", "13900000000")
    (turned,) = read_roster(listed(tmp_path, "电话,部门名称,联系人,填报单位", "1380,教育局,张三,甲小学")).listed
    assert (turned.unit, turned.contact) == ("甲小学", "张三 1380")


RECORD = Record(
    file="1.xlsx", status="scored", form="project", year=2023, rulebook="mof-2020", project="供水", sha256="",
    complete=True, execution=ExecutionRecord("1"), indicators=(), total="90.00", grade="优", findings=(),
)  # fmt: skip


def test_units_that_are_not_listed_are_not_remembered() -> None:
    with CrossChecks(Roster("名单.csv", [ListedUnit(2, "甲局")])) as checks:
        assert [len(checks.findings(replace(RECORD, unit=f"{number}局"))) for number in range(3)] == [1, 1, 1]
        assert checks.attendance is not None
        assert list(checks.attendance.by_unit) == ["甲局"]


def test_a_unit_is_the_same_in_capitals_or_not() -> None:
    with CrossChecks() as checks:
        assert not checks.findings(replace(RECORD, unit="ABC局", project="Wifi 建设"))
        (twice,) = checks.findings(replace(RECORD, unit="abc局", project="WIFI建设"))
    assert twice.code == "B01"


def test_projects_of_a_unit_are_listed_one_by_one(folder: Path, tmp_path: Path) -> None:
    (folder / "1.xlsx").write_bytes(case(unit="甲局", project="供水"))
    roster = read_roster(listed(tmp_path, "单位,项目名称", "甲局,供水", "甲局,道路"))
    ((file, missing),) = found(folder, "B02", roster=roster)
    assert file is None
    assert "没有读到甲局“道路”" in missing.message


def test_a_return_of_another_year_does_not_count_for_the_listed_one(folder: Path, tmp_path: Path) -> None:
    """It did: nobody was reminded of the year that was asked for."""
    (folder / "1.xlsx").write_bytes(case(unit="甲局", project="供水", year=2024))
    roster = listed(tmp_path, "单位,项目名称,年度", "甲局,供水,2025")
    done = command("check", folder, "--roster", roster)
    assert "名单第2行要甲局报送的是2025年度的项目支出绩效自评表“供水”，这张表是2024年度的" in done.stdout
    assert "没有读到甲局“供水”的2025年度自评表。" in done.stdout
    assert "1份没有报送" in done.stdout
    out = tmp_path / "out"
    done = command("score", folder, "-o", out, "--roster", roster)
    assert (out / "退回" / "催报通知-甲局.docx").exists()
    sheet = openpyxl.load_workbook(out / "汇总.xlsx")["未报送"]
    words = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert words[1] == "名单1份，已报送0份，未报送1份；按单位名称（和表种、项目、年度）核对。"
    assert words[words.index("供水") + 1] == "2025"
    assert "甲局：项目支出“供水”报送的是2024年度，名单要的是2025年度" in words


def test_one_form_of_two_years_is_two_rows(folder: Path, tmp_path: Path) -> None:
    """The list was refused."""
    lines = "单位,项目名称,年度", "甲局,供水,2025年度", "甲局,供水,2024年度"
    (folder / "1.xlsx").write_bytes(case(unit="甲局", project="供水", year=2024))
    ((file, missing),) = found(folder, "B02", roster=read_roster(listed(tmp_path, *lines)))
    assert (file, missing.field) == (None, "第2行")
    assert "没有读到甲局“供水”的2025年度自评表" in missing.message
    (folder / "2.xlsx").write_bytes(case(unit="甲局", project="供水", year=2025))
    assert found(folder, "B02", roster=read_roster(listed(tmp_path, *lines))) == []


@pytest.mark.parametrize("before", [True, False])
def test_a_return_without_a_year_counts_for_the_row_that_nothing_else_came_for(before: bool) -> None:
    roster = Roster("名单.csv", [ListedUnit(2, "甲局", year=2024), ListedUnit(3, "甲局", year=2025)])
    dated, undated = replace(RECORD, unit="甲局", year=2024), replace(RECORD, unit="甲局", year=None)
    with CrossChecks(roster) as checks:
        for record in (undated, dated) if before else (dated, undated):
            assert not [one for one in checks.findings(record) if one.code == "B02"]
        assert list(checks.outstanding()) == []
    with CrossChecks(roster) as checks:
        checks.findings(undated)
        assert [one.year for one in checks.outstanding()] == [2025]


def test_a_row_without_a_year_asks_for_any(folder: Path, tmp_path: Path) -> None:
    (folder / "1.xlsx").write_bytes(case(unit="甲局", year=2024))
    roster = read_roster(listed(tmp_path, "单位,年度", "甲局,", "乙局,2025"))
    ((file, missing),) = found(folder, "B02", roster=roster)
    assert (file, missing.given) == (None, "乙局")


def test_outstanding_units_stand_in_the_records_and_lines(folder: Path, tmp_path: Path) -> None:
    put(folder, "1")
    roster = listed(tmp_path, "单位,代码,表种,联系人", "甲局,1,,", "乙局,2,部门,联系人乙")
    done = command("score", folder, "-o", tmp_path / "out", "--roster", roster, "--json")
    first, last = (json.loads(line) for line in done.stdout.splitlines())
    assert [key for key in first if key != "check_code"] == list(last)
    assert (last["status"], last["unit"], last["form"], last["file"]) == (
        "outstanding",
        "乙局",
        "department",
        None,
    )
    *_, record = Records.open(tmp_path / "out")
    assert (record.status, record.code, record.contact) == ("outstanding", "2", "联系人乙")
    people = command("check", folder, "--roster", roster)
    assert "1份没有报送" in people.stdout
    assert "【没有报送的单位】" in people.stdout


def test_with_the_wrong_list_what_to_do_is_told_once(folder: Path, tmp_path: Path) -> None:
    for number in range(21):
        put(folder, f"{number:02}", unit=f"第{number}局", actual=60 + number)
    roster = listed(tmp_path, "单位,联系人", "甲局,联系人甲", "乙局,联系人乙")
    said = command("check", folder, "--roster", roster, "--jobs", 1).stdout
    told = said[said.index("【各份之间、与名单对照】") :]
    assert told.count("名单（名单.csv）中没有第") == 21
    assert told.count("请核对单位名称、表种和项目名称的写法") == 1
    assert told.count("⚠ 警告 B02  与报送名单不符") == 1
    assert (
        told.count("（联系人：联系人甲）报送") == told.count("（联系人：联系人乙）报送") == 1
    )  # who is to be asked differs


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (("单位,表种", "甲局,绩效自评表"), "第2行的表种“绩效自评表”不认识"),
        (("单位,表种", "甲局,", "甲局,"), "第3行与第2行相同（甲局）"),
        (("单位,代码", ",1"), "第2行没有写单位名称"),
        (("单位,代码",), "表头下面没有单位"),
        (("名字,代码", "甲局,1"), "没有找到表头"),
        (("单位,代码,单位", "甲局,1,乙局"), "表头中有两列“单位”，请只留一列"),
        (("单位,代码", "甲局,1", '"乙局,2', "丙局,3"), "第3行的引号没有成对"),
        (("单位,代码", '"甲局,1', "丙局" * 100_000), "第2行的引号没有成对"),
    ],
)
def test_a_list_that_cannot_be_used_is_told(lines: tuple[str, ...], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ListError) as error:
        read_roster(listed(tmp_path, *lines))
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("部门", "department"), ("部门整体", "department"), ("部门（单位）整体支出", "department"),
        ("项目", "project"), ("项目支出绩效自评表", "project"), ("project", "project"),
    ],
)  # fmt: skip
def test_a_form_is_known_by_what_people_call_it(word: str, form: str, tmp_path: Path) -> None:
    (one,) = read_roster(listed(tmp_path, "单位,表种", f"甲局,{word}")).listed
    assert one.form == form


# --- B03 --------------------------------------------------------------------------------------------------------


@pytest.mark.finding("B03")
def test_indicators_copied_from_another_unit_are_told(folder: Path) -> None:
    put(folder, "1", unit="甲局")
    put(folder, "2", unit="乙局")
    ((file, notice),) = found(folder, "B03")
    assert (file, notice.severity, notice.field) == ("2.xlsx", "notice", "绩效指标")
    assert "3个绩效指标的名称、指标值和完成值与1.xlsx（甲局）完全相同" in notice.message


def test_long_passages_copied_from_another_unit_are_told(folder: Path) -> None:
    put(folder, "1", unit="甲局", actual=91, text=LONG)
    put(folder, "2", unit="乙局", actual=92, text=LONG.replace("，", "， "))
    ((file, notice),) = found(folder, "B03")
    assert (file, notice.field) == ("2.xlsx", "文字说明")
    assert "文字说明“本年度预算执行总体平稳,年中因征…”与1.xlsx（甲局）完全相同" in notice.message


def test_one_actual_value_a_short_phrase_or_ones_own_other_form_is_no_copy(folder: Path) -> None:
    put(folder, "1", unit="甲局", actual=91, text=LONG)
    put(folder, "2", unit="乙局", actual=92, text=LONG + "另有一处不同。")
    put(folder, "3", unit="甲局", actual=93, text=LONG, form="department")
    assert found(folder, "B03") == []


# --- for all of them --------------------------------------------------------------------------------------------


def test_comparisons_are_made_anew_from_the_records(folder: Path, tmp_path: Path) -> None:
    put(folder, "1")
    put(folder, "2", actual=70)
    words = ("score", folder, "-o", tmp_path / "out", "--json")
    first = command(*words)
    assert first.exit_code == 1
    assert first.stdout.count('"B01"') == 1
    assert command(*words).stdout == first.stdout
    (folder / "1.xlsx").unlink()
    assert '"B01"' not in command(*words).stdout


def test_they_count_for_the_exit_code(folder: Path) -> None:
    data = template_of("department-corrected")
    (folder / "1.xlsx").write_bytes(data)
    assert command("check", folder).exit_code == 0
    (folder / "2.xlsx").write_bytes(data)
    assert command("check", folder).exit_code == 1


def test_a_rulebook_may_weigh_them(folder: Path, tmp_path: Path) -> None:
    rules = tmp_path / "own.toml"
    rules.write_text(
        'extends = "mof-2020"\nname = "own"\ntitle = "办法"\ndocument = "文件"\n[severity]\nB01 = "notice"\n',
        "utf-8",
    )
    put(folder, "1")
    put(folder, "2", actual=70)
    ((_, notice),) = found(folder, "B01", terms=Terms(str(rules)))
    assert notice.severity == "notice"


# --- templates for a list ---------------------------------------------------------------------------------------


def test_each_listed_unit_gets_a_template_with_its_name_in_it(tmp_path: Path) -> None:
    names = ("单位,主管部门,表种,项目名称", "甲局,市甲局,部门,", "=1+1,,项目,供水/排水", "CON,,项目,")
    roster, out = listed(tmp_path, *names), tmp_path / "out"
    done = command("template", "--roster", roster, "-o", out, "--year", 2025)
    assert done.exit_code == 0
    assert {path.name for path in out.iterdir()} == {"甲局.xlsx", "=1+1-供水_排水.xlsx", "_CON.xlsx"}
    assert "3份" in done.stdout
    sheet = openpyxl.load_workbook(out / "=1+1-供水_排水.xlsx")["基本信息"]
    texts = {cell.value: cell.data_type for row in sheet for cell in row if cell.value}
    assert texts["=1+1"] == "s"
    assert texts["供水/排水"] == "s"
    evaluation = pipeline.score(out / "甲局.xlsx").evaluation
    assert evaluation is not None
    assert (evaluation.unit, evaluation.year, evaluation.form) == ("甲局", 2025, "department")
    assert evaluation.boxes["supervisor"].value == "市甲局"


def test_a_template_that_is_there_is_left_alone(tmp_path: Path) -> None:
    roster, out = listed(tmp_path, "单位", "甲局", "乙局"), tmp_path / "out"
    words = ("template", "--roster", roster, "-o", out, "--year", 2025, "--form", "project")
    out.mkdir()
    (out / "甲局.xlsx").write_bytes(b"filled in")
    done = command(*words)
    assert "另有1份已经存在，没有改动" in done.stdout
    assert (out / "甲局.xlsx").read_bytes() == b"filled in"
    assert command(*words, "--force").exit_code == 0
    assert (out / "甲局.xlsx").read_bytes() != b"filled in"


def test_templates_for_a_list_need_year_and_form(tmp_path: Path) -> None:
    roster, out = listed(tmp_path, "单位,表种", "甲局,部门", "乙局,"), tmp_path / "out"
    assert "--year" in command("template", "--roster", roster, "-o", out).stderr
    done = command("template", "--roster", roster, "-o", out, "--year", 2025)
    assert done.exit_code == 2
    assert "第3行没有写表种" in done.stderr
    assert not out.exists()


def test_templates_are_of_the_year_that_the_list_asks_for(tmp_path: Path) -> None:
    roster = listed(tmp_path, "单位,表种,年度", "甲局,项目,2025", "甲局,项目,2024", "乙局,项目,2025")
    assert command("template", "--roster", roster, "-o", tmp_path / "all").exit_code == 0
    assert {path.name for path in (tmp_path / "all").iterdir()} == {
        "甲局-2025年度.xlsx", "甲局-2024年度.xlsx", "乙局-2025年度.xlsx",
    }  # fmt: skip
    form = pipeline.score(tmp_path / "all" / "甲局-2024年度.xlsx").evaluation
    assert form is not None
    assert form.year == 2024
    done = command("template", "--roster", roster, "-o", tmp_path / "one", "--year", 2024)
    assert "名单中另有2行不是2024年度的，没有写模板" in done.stdout
    assert {path.name for path in (tmp_path / "one").iterdir()} == {"甲局.xlsx"}
    done = command("template", "--roster", roster, "-o", tmp_path / "none", "--year", 2026)
    assert done.exit_code == 2
    assert "名单的年度是2024年度、2025年度，没有2026年度的" in done.stderr


def test_file_names_that_every_system_takes() -> None:
    def name(unit: str) -> str:
        return template_file_name(ListedUnit(1, unit))

    assert name(' 甲/乙:丙?"局". ') == "甲_乙_丙__局_"
    assert name("示例市教育局") == "示例市教育局"
    assert name("nul.x") == "_nul.x"
    assert name("~$") == "_"
    assert name("a\tb\u202ec") == "a b c"
    assert len(name("局" * 300).encode()) <= 180
