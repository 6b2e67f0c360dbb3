"""`template --from` of folders and lists, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.command import command
from tests.kit.filled import filled, well_made
from tests.kit.made_templates import made, opened
from tests.kit.target_forms import approved_form


def test_a_folder_gives_a_folder_and_one_bad_file_stops_nothing(tmp_path: Path) -> None:
    returns = tmp_path / "上年"
    (returns / "县直").mkdir(parents=True)
    for name, unit in (("甲.xlsx", "甲局"), ("县直/乙.xlsx", "乙局")):
        (returns / name).write_bytes(filled(well_made() | {"unit": unit}))
    (returns / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    (returns / "说明.docx").write_bytes(b"")
    result = command("template", "--from", returns, "-o", tmp_path / "今年")
    assert result.exit_code == 3
    assert "坏.xlsx：没有写模板。" in result.stderr
    assert "说明.docx" in result.stderr
    assert "由原表写好模板2份，1份没有写成，见上。" in result.stdout
    assert opened(tmp_path / "今年" / "县直" / "乙.xlsx").cell("px_unit").value == "乙局"
    assert sorted(p.name for p in (tmp_path / "今年").rglob("*.xlsx")) == ["乙.xlsx", "甲.xlsx"]
    (returns / "坏.xlsx").unlink()
    again = command("template", "--from", returns, "-o", tmp_path / "今年")  # what is there is kept
    assert (again.exit_code, again.stderr.count("已经存在，没有改动它")) == (0, 2)


def test_a_list_says_what_the_templates_are_called_and_who_is_without_a_return(tmp_path: Path) -> None:
    returns = tmp_path / "上年"
    returns.mkdir()
    for name, unit in (("1.xlsx", "甲局"), ("2.xlsx", "乙 局"), ("3.xlsx", "丁局")):
        (returns / name).write_bytes(filled(well_made() | {"unit": unit}))
    roster = tmp_path / "名单.csv"
    roster.write_text("单位名称,主管部门\n甲局,县政府\n乙局,县政府\n丙局,\n", "utf-8")
    words = ("template", "--from", returns, "--roster", roster, "--year", 2025, "--form", "department")
    result = command(*words, "-o", tmp_path / "今年")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "今年").iterdir()) == ["丙局.xlsx", "乙局.xlsx", "甲局.xlsx"]
    assert "3.xlsx：名单中没有“丁局”的这张表，没有写模板。" in result.stderr
    assert "名单中没有上年的表的，写了空白模板：丙局。" in result.stdout
    second, blank = (opened(tmp_path / "今年" / f"{unit}.xlsx") for unit in ("乙局", "丙局"))
    assert [second.cell("px_unit").value, second.cell("px_supervisor").value] == ["乙局", "县政府"]
    assert [second.cell("px_indicators_weight").value, blank.cell("px_indicators_weight").value] == [20, None]


def test_without_an_approval_a_listed_unit_gets_no_template(tmp_path: Path) -> None:
    source, roster = approved_form(tmp_path), tmp_path / "名单.csv"
    roster.write_text("单位名称,表种\n示例县公路养护中心,项目支出\n丙局,项目支出\n", "utf-8")
    result = command("template", "--from", source, "--approved", "--roster", roster, "-o", tmp_path / "今年")
    assert result.exit_code == 0, result.output
    assert [path.name for path in (tmp_path / "今年").iterdir()] == ["示例县公路养护中心-乡村道路养护.xlsx"]
    assert "名单中没有批复目标的，没有写模板：丙局。" in result.stderr


def test_existing_templates_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(filled(well_made()))
    (tmp_path / "b.xlsx").write_bytes(b"mine")
    words = ("template", "--from", tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx")
    assert command(*words).exit_code == 3
    assert (tmp_path / "b.xlsx").read_bytes() == b"mine"
    assert command(*words, "--force").exit_code == 0
    assert command("template", "--from", tmp_path / "a.xlsx", "-o", tmp_path / "a.xlsx", "--force").exit_code == 2


REFUSED = {
    "不是上年": (("--year", 2024), 3, "是2024年度的，不是2024年度的上年。里面是批复的目标的，请加 --approved。"),
    "别年的批复": (("--year", 2025, "--approved"), 3, "是2024年度的，不能作为2025年度批复的目标。"),
    "别的表种": (("--form", "project"), 3, "不能带入“项目支出绩效自评”的模板"),
    "另有名单": (("--data", "上年.xlsx"), 2, "--from 不能和 --data 一起用"),
    "没有这种办法": (("--rulebook", "nosuch"), 2, "nosuch"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_the_reason(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    more, code, said = REFUSED[name]
    Path("上年.xlsx").write_bytes(filled(well_made()))
    result = command("template", "--from", "上年.xlsx", "-o", "a.xlsx", *more)
    assert result.exit_code == code
    assert said in result.stderr
    assert not Path("a.xlsx").exists()


def test_approved_alone_is_wrong_usage() -> None:
    result = command("template", "--form", "project", "--year", 2026, "--approved")
    assert result.exit_code == 2
    assert "--approved 要和 --from 一起用" in result.stderr


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path) -> None:
    source = approved_form(tmp_path)
    assert made(source, "--approved").read_bytes() == made(source, "--approved").read_bytes()
