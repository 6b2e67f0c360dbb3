"""`template --form 表样.toml` gives the bureau's own form: it looks the same, asks, locks, and is read wholly right."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.kit.command import command
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice
from tests.kit.published import adopted, expected, filled_in, opened, published, record, template

READ = (
    "status", "complete", "unit", "supervisor", "project", "year", "money_unit", "total", "grade", "claimed_total",
    "claimed_grade", "execution",
)  # fmt: skip
INDICATOR = ("name", "sign", "target", "unit", "actual", "weight", "claimed", "points", "completion")


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """What was read and scored, without how it was told."""
    found = {key: row.get(key) for key in READ}
    return found | {"indicators": [{key: one.get(key) for key in INDICATOR} for one in row["indicators"]]}


def _year(name: str) -> int:
    return int(expected()[name]["year"] or 2023)


WHOLLY = ["yn-linxiang", "old-sc-daying225", "layout-neimeng", "ah-xiaoxian", "old-nx-yinchuan", "hb-shangwu"]


@needs_libreoffice
@pytest.mark.parametrize("name", WHOLLY)
def test_a_template_filled_in_is_read_as_the_published_form(name: str, tmp_path: Path) -> None:
    (tmp_path / "官方.xlsx").write_bytes(published(name).read_bytes())
    file = adopted(tmp_path / "官方.xlsx", "--blank")
    typed = filled_in(template(file, _year(name)), name, tmp_path / "填报.xlsx")
    sent = converted(tmp_path / "out", XLSX, typed)  # LibreOffice calculates it, and writes it anew
    row = record(sent, "--forms", file)
    assert row["form"] == record(typed, "--forms", file)["form"] != "project"
    assert _read(row) == _read(record(published(name)))
    assert row["claimed_total"] == str(expected()[name]["total"]) or expected()[name]["total"] in (None, "")


@needs_libreoffice
@pytest.mark.parametrize("name", ["yn-linxiang", "old-sc-daying225", "hb-shangwu", "layout-neimeng"])
def test_it_is_printed_as_the_original(name: str, tmp_path: Path) -> None:
    (tmp_path / "官方.xlsx").write_bytes(published(name).read_bytes())
    made = template(adopted(tmp_path / "官方.xlsx"), _year(name))  # with the published answers left in
    pages = [_pages(path, tmp_path / path.stem) for path in (tmp_path / "官方.xlsx", made)]
    assert len(pages[0]) == len(pages[1]) > 0
    assert pages[0] == pages[1]


def _pages(workbook: Path, folder: Path) -> list[bytes]:
    """Each page as a picture."""
    folder.mkdir()
    sheet = converted(folder, "pdf", workbook)
    subprocess.run(["pdftoppm", "-r", "60", "-gray", sheet, folder / "page"], check=True)
    return [path.read_bytes() for path in sorted(folder.glob("page*.pgm"))]


# ---- what is added, and what stays ----------------------------------------------------------------------------


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """An adopted form whose workbook has signs, units and passages."""
    (tmp_path / "官方.xlsx").write_bytes(published("old-sc-daying225").read_bytes())
    return adopted(tmp_path / "官方.xlsx", "--blank")


def test_only_answers_can_be_typed_into(form: Path) -> None:
    sheet = openpyxl.load_workbook(template(form, 2025)).active
    assert sheet.protection.sheet
    for cell in ("A3", "F4", "D8", "B9", "H14", "A19", "A21", "H9"):
        assert sheet[cell].protection.locked, cell
    for cell in ("B3", "G4", "C6", "D9", "E9", "D15", "E15", "H18", "K16", "J19", "B20", "B21"):
        assert not sheet[cell].protection.locked, cell


def test_boxes_say_what_they_take(form: Path) -> None:
    sheet = openpyxl.load_workbook(template(form, 2025)).active
    asked = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    sign, actual, weight = asked["E15:E18"], asked["H15:H18"], asked["I15:I18"]
    assert (sign.type, sign.formula1) == ("list", '"≥,≤,=,>,<,定性"')
    assert (actual.type, actual.formula1) == ("list", '"达成,部分达成,未达成"')
    assert (weight.type, weight.formula1, weight.formula2, weight.errorStyle) == ("decimal", "0", "100", "warning")
    assert "定量指标只填数字" in asked["F15:F18"].prompt  # it has columns for sign and unit
    assert asked["D9"].prompt == "年初批复的预算，只填数字。"


def test_it_says_what_it_is_and_where_its_boxes_are(form: Path) -> None:
    book = openpyxl.load_workbook(template(form, 2025))
    hidden = book["_perf_xlsx"]
    assert hidden.sheet_state == "veryHidden"
    identity = {row[0].value: row[1].value for row in hidden.iter_rows(max_row=4)}
    name = record(template(form, 2025), "--forms", form)["form"]
    assert identity == {"form": name, "version": "2", "year": "2025", "rulebook": "mof-2020"}
    names = {
        key: one.attr_text.replace("$", "").split("!")[1]
        for key, one in book.defined_names.items()
        if key.startswith("pf_")
    }
    assert names["pf_box_project"] == "B3"
    assert names["pf_box_funds_total_adjusted"] == "E9"
    assert names["pf_box_indicators_target"] == "F15:F18"
    assert names["pf_label_indicators_target"] == "F14"
    assert book.active["A2"].value == "部门预算项目支出绩效自评表（2025年度）"


@needs_libreoffice
def test_reference_values_stand_beside_the_form_and_are_not_read(form: Path, tmp_path: Path) -> None:
    typed = filled_in(template(form, 2022), "old-sc-daying225", tmp_path / "填报.xlsx")
    book = openpyxl.load_workbook(typed)
    for row, (actual, claimed) in enumerate(((100, 30), (8, 20), (95, None), (None, None)), 15):
        book.active[f"H{row}"], book.active[f"J{row}"] = actual, claimed
    book.save(typed)
    sheet = openpyxl.load_workbook(converted(tmp_path / "out", XLSX, typed), data_only=True).active
    shown = {sheet.cell(8, column).value: sheet.cell(9, column).value for column in (13, 14)}
    assert shown == {"参考执行率": 1, "参考得分": 10}
    assert [sheet.cell(row, 13).value for row in range(10, 14)] == [1, None, None, None]
    beside = [[sheet.cell(row, column).value for column in range(13, 19)] for row in range(14, 19)]
    assert beside == [
        ["核对", "参考完成率", "参考得分", "分值合计（应为100）", "自评得分合计", "参考总分"],
        ["得分超过分值", 1, 22.5, 100, 50, "填齐后显示"],
        ["✔", 1, 22.5, None, None, None],
        [None, 0.95, 21.38, None, None, None],
        [None, None, None, None, None, None],
    ]
    row = record(typed, "--forms", form)
    assert [one["points"] for one in row["indicators"]][:3] == ["22.50", "22.50", "21.38"]
    told = " ".join(found["message"] for found in row["findings"])
    assert "参考" not in told
    assert "合计（应为" not in told


@needs_libreoffice
def test_reference_points_are_those_that_scoring_gives(tmp_path: Path) -> None:
    (tmp_path / "官方.xlsx").write_bytes(published("layout-neimeng").read_bytes())
    file = adopted(tmp_path / "官方.xlsx", "--blank")
    typed = filled_in(template(file, 2023), "layout-neimeng", tmp_path / "填报.xlsx")
    row = record(typed, "--forms", file)
    sheet = openpyxl.load_workbook(converted(tmp_path / "out", XLSX, typed), data_only=True).active
    heads = {sheet.cell(6, column).value: column for column in range(13, 22)}
    shown = [sheet.cell(line, heads["参考得分"]).value for line in range(7, 12)]
    assert [one["points"] for one in row["indicators"]] == ["20.00", "15.00", "15.00", "30.00", "10.00"]
    assert shown == [
        20,
        15,
        15,
        "请选档次",
        10,
    ]  # 有效提升 is no level of the rulebook: formulas ask, the reader judges


def test_everything_else_of_their_workbook_stays(tmp_path: Path) -> None:
    (tmp_path / "官方.xlsx").write_bytes(published("hn-guantang").read_bytes())
    made = template(adopted(tmp_path / "官方.xlsx"), 2023)
    before, after = zipfile.ZipFile(tmp_path / "官方.xlsx"), zipfile.ZipFile(made)
    changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
    assert changed == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet2.xml",
    }  # fmt: skip
    one, other = (openpyxl.load_workbook(path)["附件二"] for path in (tmp_path / "官方.xlsx", made))
    assert str(one.merged_cells) == str(other.merged_cells)
    for row in one.iter_rows():
        for cell in row:
            same = other[cell.coordinate]
            assert cell.value == same.value
            for look in ("font", "border", "fill", "alignment", "number_format"):
                assert repr(getattr(cell, look)) == repr(getattr(same, look)), cell.coordinate


# ---- coming back ----------------------------------------------------------------------------------------------


def _returned(form: Path, folder: Path) -> Path:
    return filled_in(template(form, 2022), "old-sc-daying225", folder / "填报.xlsx")


def test_it_is_read_by_its_names_where_a_label_was_retyped(form: Path, tmp_path: Path) -> None:
    path = _returned(form, tmp_path)
    usual, book = record(path, "--forms", form), openpyxl.load_workbook(path)
    book.active["H14"], book.active["F8"] = "咱们做到多少", None
    book.save(path)
    row = record(path, "--forms", form)
    assert _read(row) == _read(usual)
    told = [(one["code"], one["cell"], one["message"]) for one in row["findings"] if one not in usual["findings"]]
    assert told == [
        ("R19", "F8", "栏目名称“预算执行数”被清空了，仍按“预算执行数”读取。"),
        ("R19", "H14", "栏目名称“完成值”被改成了“咱们做到多少”，仍按“完成值”读取。"),
    ]


def test_it_is_read_by_its_labels_where_names_and_identity_were_lost(form: Path, tmp_path: Path) -> None:
    path = _returned(form, tmp_path)
    usual, book = record(path, "--forms", form), openpyxl.load_workbook(path)
    del book["_perf_xlsx"]
    for name in list(book.defined_names):
        del book.defined_names[name]
    book.active.delete_cols(12, 4)  # what we show beside the form
    for area in [str(area) for area in book.active.merged_cells.ranges if area.min_row > 18]:
        book.active.unmerge_cells(area)  # openpyxl leaves them where they are
    book.active.insert_rows(19)
    for column, value in zip("DEFGHIJ", ("补发次数", "≤", 3, "次", 2, 0, 0), strict=True):
        book.active[f"{column}19"] = value
    book.save(path)
    row = record(path, "--forms", form)
    assert (row["form"], row["year"], len(row["indicators"])) == (
        usual["form"],
        2022,
        len(usual["indicators"]) + 1,
    )
    assert row["execution"] == usual["execution"]


def test_a_return_of_an_adopted_form_needs_its_file(form: Path, tmp_path: Path) -> None:
    row = record(_returned(form, tmp_path))
    assert (row["status"], [one["code"] for one in row["findings"]]) == ("unreadable", ["R04"])
    assert row["findings"][0]["advice"].startswith("如是自定的表种，请与收表单位核对；")


def test_it_remembers_its_rulebook(form: Path, tmp_path: Path) -> None:
    path = template(form, 2022, "--rulebook", "platform")
    row = record(filled_in(path, "old-sc-daying225", tmp_path / "填报.xlsx"), "--forms", form)
    assert row["rulebook"] == "platform"
    told = record(tmp_path / "填报.xlsx", "--forms", form, "--rulebook", "mof-2020")["findings"]
    assert [one["message"] for one in told if one["code"] == "R17"] == [
        "模板的评分办法是“预算管理平台绩效自评模块”（platform），本次按“项目支出绩效评价管理办法”（mof-2020）评分。"
    ]


def test_another_layout_is_read_as_before(form: Path) -> None:
    for name in ("yn-linxiang", "cq-liangping"):
        usual, row = record(published(name)), record(published(name), "--forms", form)
        assert (row["form"], _read(row)) == (usual["form"], _read(usual))


def test_a_folder_is_scored_into_one_workbook(form: Path, tmp_path: Path) -> None:
    returned = tmp_path / "收回"
    returned.mkdir()
    _returned(form, returned)
    result = command("score", returned, "-o", tmp_path / "out", "--forms", form)
    assert result.exit_code in (0, 1), result.output
    book = openpyxl.load_workbook(tmp_path / "out" / "填报.xlsx")
    assert {"评分汇总", "自评表", "问题清单"} <= set(book.sheetnames)
    assert (tmp_path / "out" / "汇总.xlsx").is_file()
    again = record(tmp_path / "out" / "填报.xlsx", "--forms", form)
    assert _read(again) == _read(record(returned / "填报.xlsx", "--forms", form))


def test_a_template_for_each_unit_of_a_list(form: Path, tmp_path: Path) -> None:
    (tmp_path / "名单.csv").write_text("单位名称,项目名称\n甲局,道路养护\n乙局,桥梁检测\n", "utf-8")
    result = command(
        "template", "--form", form, "--year", 2025, "--roster", tmp_path / "名单.csv", "-o", tmp_path / "下发"
    )
    assert result.exit_code == 0, result.output
    found = {}
    for path in (tmp_path / "下发").glob("*.xlsx"):
        sheet = openpyxl.load_workbook(path).active
        found[path.stem] = sheet["B3"].value, sheet["G4"].value
    assert found == {"甲局-道路养护": ("道路养护", "甲局"), "乙局-桥梁检测": ("桥梁检测", "乙局")}


@needs_libreoffice
@pytest.mark.parametrize("kind", ["xls:MS Excel 97", "ods"])
def test_it_comes_back_in_another_format(kind: str, form: Path, tmp_path: Path) -> None:
    path = _returned(form, tmp_path)
    sent = converted(tmp_path / "out", kind, path)
    assert _read(record(sent, "--forms", form)) == _read(record(path, "--forms", form))
    result = command("score", sent, "-o", tmp_path / "scored", "--forms", form, "--json")
    copy = Path(json.loads(result.stdout.splitlines()[0])["output"])  # our own template of that form
    assert _read(record(copy, "--forms", form))["total"] == _read(record(path, "--forms", form))["total"]


# ---- a case typed in ------------------------------------------------------------------------------------------

ROW = {
    "name": "培训人次",
    "sign": "≥",
    "target": 100,
    "unit": "人次",
    "actual": 96,
    "weight": 90,
    "claimed_points": 86.4,
}
CASE = {
    "form": "", "year": 2024, "project": "道路养护", "unit": "甲局", "supervisor": "县交通局",
    "funds": [{"line": "年度资金总额", "initial": 100, "adjusted": 120, "executed": 108, "claimed_rate": "90%"}],
    "indicators": [ROW], "claimed": {"execution_points": 9},
    "goal": {"expected": "养护三条道路。", "achieved": "养护了三条道路。"}, "passages": {"改进措施": "加强调度。"},
}  # fmt: skip


def _case(form: Path, **changed: object) -> Path:
    name = form.read_text("utf-8").partition('name = "')[2].partition('"')[0]
    path = form.with_name("数据.json")
    path.write_text(json.dumps(CASE | {"form": name} | changed, ensure_ascii=False), "utf-8")
    return path


def test_a_case_is_typed_into_their_form(form: Path) -> None:
    path = form.with_name("填好.xlsx")
    result = command("template", "--form", form, "--data", _case(form), "-o", path)
    assert result.exit_code == 0, result.output
    row = record(path, "--forms", form)
    assert (row["unit"], row["year"], row["execution"]["rate"]) == ("甲局", 2024, "0.9")
    (one,) = row["indicators"]
    assert (one["name"], one["points"], one["claimed"]) == ("培训人次", "86.40", "86.4")
    sheet = openpyxl.load_workbook(path).active
    assert [sheet[cell].value for cell in ("C6", "G6", "I9", "B22")] == [
        "养护三条道路。",
        "养护了三条道路。",
        9,
        "加强调度。",
    ]


def test_what_their_form_has_no_place_for_is_told(form: Path) -> None:
    case = _case(form, claimed={"grade": "优"}, indicators=[ROW] * 5)
    result = command("template", "--form", form, "--data", case, "-o", form.with_name("填好.xlsx"))
    assert result.exit_code == 2
    assert "claimed_grade：表样上没有填它的格" in result.output
    assert "indicators[5].name：表样上没有填它的格" in result.output


# ---- what the operator is told ----------------------------------------------------------------------------------


def test_without_its_workbook_there_is_no_template(form: Path) -> None:
    original = form.with_name("表样（原样）.xlsx")
    original.write_bytes(published("yn-linxiang").read_bytes())
    result = command("template", "--form", form, "--year", 2025, "-o", form.with_name("甲.xlsx"))
    assert (result.exit_code, "改动过，与表种文件不符" in result.output) == (2, True)
    original.unlink()
    result = command("template", "--form", form, "--year", 2025, "-o", form.with_name("甲.xlsx"))
    assert (result.exit_code, "没有找到表样 表样（原样）.xlsx" in result.output) == (2, True)
    assert not form.with_name("甲.xlsx").exists()
    assert record(published("old-sc-daying225"), "--forms", form)["status"] == "scored"  # reading needs none


def test_a_filled_form_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "官方.xlsx").write_bytes(published("yn-linxiang").read_bytes())
    result = command("adopt", tmp_path / "官方.xlsx")
    assert "表样中已填有内容" in result.output
    assert "--blank" in result.output
    assert (tmp_path / "官方（原样）.xlsx").read_bytes() == published("yn-linxiang").read_bytes()
    again = command("adopt", tmp_path / "官方.xlsx", "--blank")
    assert (again.exit_code, "已经存在" in again.output) == (2, True)
    assert command("adopt", tmp_path / "官方.xlsx", "--blank", "--force").exit_code == 0
    sheet = opened((tmp_path / "官方（原样）.xlsx").read_bytes()).active
    assert [sheet[cell].value for cell in ("B3", "E6", "D12", "E13", "G13")] == [
        None,
        None,
        "三级指标",
        None,
        None,
    ]
    assert [sheet[cell].value for cell in ("G6", "G8", "B12", "C13", "G21")] == [
        10,
        "—",
        "一级指标",
        "数量指标",
        100,
    ]
