"""What a person chooses in the workbook for checking holds, or is told at its cell; every choice is tried."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.kit.bureau_forms import SUB_HEADERS, bureau_form
from tests.kit.command import command
from tests.kit.published import SHEET, adopted, checking, proposed, record, template

ASIDES = "备注、签字、联系人等（不读取）"
HEALTH = {
    "E13": "指标栏：指标性质", "F13": "指标栏：年度指标值", "G13": "指标栏：计量单位", "H13": ASIDES,
    "I13": "指标栏：实际完成值", "J13": ASIDES,
}  # fmt: skip


def correct(file: Path, cells: dict[str, str]) -> str:
    """What `adopt` says of the workbook for checking with these corrections; its exit code first."""
    book = openpyxl.load_workbook(checking(file))
    rows = {str(row[1].value): row for row in book[SHEET].iter_rows(min_row=7, max_col=7)}
    for cell, words in cells.items():
        rows[cell][6].value = words
    book.save(checking(file))
    result = command("adopt", checking(file))
    return f"{result.exit_code} {result.output}"


def _offered(file: Path) -> list[str]:
    column = openpyxl.load_workbook(checking(file))[SHEET]["I"]
    return [str(cell.value) for cell in column[6:] if cell.value]


def _read(path: Path, file: Path) -> list[tuple[str, str, str, str]]:
    rows = record(path, "--forms", file)["indicators"]
    return [(row["sign"], row["target"], row["unit"], row["actual"]) for row in rows]


@pytest.mark.parametrize("heads", [SUB_HEADERS, {**SUB_HEADERS, "H13": "完成值符号", "J13": "完成值单位"}])
def test_a_column_that_is_not_to_be_read_is_not(heads: dict[str, str], tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", **heads)
    file = adopted(path)
    said = correct(file, HEALTH)
    assert said.startswith("0 ")
    assert "读不到" not in said
    row = record(path, "--forms", file)
    assert (row["total"], row["status"]) == ("97.04", "scored")
    assert _read(path, file)[1] == ("≥", "12000", "人", "11800")
    unread = next(found["message"] for found in row["findings"] if found["code"] == "R19")
    assert f"{heads['H13']}、{heads['J13']}" in unread.partition("没有读取的栏：")[2]


def test_every_choice_for_a_column_holds_or_is_told(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", **SUB_HEADERS)
    file = adopted(path)
    assert correct(file, HEALTH).startswith("0 ")
    offered = _offered(file)
    assert len(offered) > 50
    refused, told = list[str](), list[str]()
    for words in offered:
        said = correct(file, HEALTH | {"H13": words})
        if said.startswith("2 "):
            refused.append(words)
            assert "“各栏的含义”G" in said
        elif "H13“比较”" in said:
            told.append(words)
        else:
            wanted = words.startswith("指标栏：")
            read = [one[3] for one in _read(path, file)]
            of_the_value = words.endswith("实际完成值的计量单位")  # "=" is none: the value stays open
            assert read[:2] == ([None, None] if of_the_value else ["92", "11800"]), words
            text = file.read_text("utf-8")
            section = text.partition("[layout.indicators]" if wanted else "[layout.unread]")[2]
            assert '"比较"' in section or (wanted and '"全年完成值·比较"' in section), words
    assert told == []
    kinds = {words.partition("：")[0] for words in refused}
    assert {"单格", "资金栏", "资金行", "文字说明", "总分一行的名称"} <= kinds
    assert [words for words in refused if words.startswith("指标栏")]  # meanings that other columns have


@pytest.mark.parametrize(
    "words",
    [
        "备注、签字、联系人等（不读取）",
        "小标题（下面分栏，自己没有内容）",
        "表名、年度",
        "填报内容（不是栏目名称）",
    ],
)
@pytest.mark.parametrize("cell", ["H4", "D8", "N5", "L5", "H13", "N12", "M12"])
def test_what_is_not_to_be_read_is_read_nowhere(cell: str, words: str, tmp_path: Path) -> None:
    """Of a box, a line of money, a column of money, a column of indicators."""
    path = bureau_form("health", tmp_path / "官方.xlsx", **SUB_HEADERS)
    file = adopted(path)
    said = correct(file, HEALTH | {cell: words})
    assert said.startswith("0 "), said
    assert "读不到" not in said
    row = record(path, "--forms", file)
    match cell:
        case "H4":
            assert row["unit"] == "某区卫健局"  # the department in charge, which is told
            assert any("本表没有“实施单位”一栏" in one["message"] for one in row["findings"])
        case "D8":
            assert "上年结转资金" not in str(row["findings"])
        case "M12":
            assert {one["claimed"] for one in row["indicators"]} == {None}
        case "N12":
            assert {one.get("reason") for one in row["indicators"]} <= {None, ""}


def test_every_choice_for_a_box_holds_or_is_told(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", **SUB_HEADERS)
    file = adopted(path)
    usual = HEALTH | {"A4": ASIDES}
    told, refused = list[str](), list[str]()
    for words in _offered(file):
        said = correct(file, usual | {"H4": words})
        if said.startswith("2 "):
            refused.append(words)
        elif "H4“实施单位”" in said:
            told.append(words)
        else:
            row = record(path, "--forms", file)
            is_read = words in ("单格：实施单位", "单格：主管部门")  # a form without a unit goes by its supervisor
            assert row["unit"] == ("某区疾控中心" if is_read else None), words
    assert told == ["单格：预算执行率得分", "单格：自评总分"]  # which stand in the tables
    assert {words.partition("：")[0] for words in refused} == {
        "单格", "资金栏", "资金行", "指标栏", "总分一行的名称",
    }  # fmt: skip


def test_every_choice_for_a_line_of_money_holds_or_is_told(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", **SUB_HEADERS, I8=77)
    file = adopted(path)
    assert correct(file, HEALTH).startswith("0 ")
    for words in _offered(file):
        said = correct(file, HEALTH | {"D8": words})
        if said.startswith("2 "):
            assert not words.startswith("资金行：本表"), words
            continue
        assert "读不到" not in said, words
        told = [one["message"] for one in record(path, "--forms", file)["findings"]]
        assert any("I8“77”" in one for one in told) != words.startswith("资金行"), words


def test_the_row_of_the_total_is_that_whatever_is_chosen(tmp_path: Path) -> None:
    file = adopted(bureau_form("health", tmp_path / "官方.xlsx", **SUB_HEADERS))
    said = correct(file, HEALTH | {"A22": ASIDES})
    assert said.startswith("2 ")
    assert "它总是读作总分一行；不是总分的，请在官方表样中改写名称，再运行一次 adopt。" in said


def test_a_line_of_money_that_is_not_to_be_read_ends_nothing(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", **SUB_HEADERS, E8=5)
    file = adopted(path)
    assert correct(file, HEALTH | {"D8": ASIDES}).startswith("0 ")
    found = record(path, "--forms", file)
    assert not [one for one in found["findings"] if "上年结转" in one["message"]]
    assert "E8“5”" in str([one["message"] for one in found["findings"]])


# ---- labels of the same words --------------------------------------------------------------------------------------


SAME = {
    "E13": "指标栏：指标性质", "F13": "指标栏：年度指标值", "G13": "指标栏：计量单位", "H13": ASIDES,
    "I13": "指标栏：实际完成值", "J13": ASIDES,
}  # fmt: skip


def _labels(file: Path) -> dict[str, str]:
    rows = openpyxl.load_workbook(checking(file))[SHEET].iter_rows(min_row=7, max_col=3, values_only=True)
    return {str(row[1]): str(row[2]) for row in rows if row[1]}


def test_the_same_sub_header_is_known_by_the_header_above(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", G13="单位", H13="符号")
    file = adopted(path)
    shown = _labels(file)
    assert [shown[f"{column}13"] for column in "EFGHIJ"] == [
        "年度指标值·符号", "年度指标值·值", "年度指标值·单位", "全年完成值·符号", "全年完成值·值", "全年完成值·单位",
    ]  # fmt: skip
    said = correct(file, SAME)
    assert said.startswith("0 "), said
    assert "读不到" not in said
    assert 'target = ["年度指标值·值"]' in file.read_text("utf-8")
    row = record(path, "--forms", file)
    assert (row["total"], len(row["indicators"])) == ("97.04", 8)
    assert _read(path, file)[1] == ("≥", "12000", "人", "11800")


def test_what_is_below_each_header_may_mean_anything(tmp_path: Path) -> None:
    """The other way round: what was achieved is left, what was planned right."""
    path = bureau_form("health", tmp_path / "官方.xlsx", G13="单位", H13="符号", E12="甲", H12="乙")
    file = adopted(path)
    other = {
        "E13": ASIDES, "F13": "指标栏：实际完成值", "G13": ASIDES,
        "H13": "指标栏：指标性质", "I13": "指标栏：年度指标值", "J13": "指标栏：计量单位",
    }  # fmt: skip
    said = correct(file, other)
    assert said.startswith("0 "), said
    assert "读不到" not in said
    assert _read(path, file)[1] == ("=", "11800", "人", "12000")


AWARDS = {
    "A5": "指标栏：一级指标", "C5": "指标栏：二级指标", "E5": "指标栏：三级指标", "F5": "指标栏：分值",
}  # fmt: skip


def test_names_and_weights_of_three_levels_are_told_apart(tmp_path: Path) -> None:
    path = bureau_form("awards", tmp_path / "官方.xlsx")
    file = adopted(path)
    assert _labels(file)["A5"] == "一级指标·名称"
    said = correct(file, {"B5": ASIDES, "D5": ASIDES} | AWARDS)
    assert said.startswith("0 "), said
    assert "读不到" not in said
    row = record(path, "--forms", file)
    assert [one["name"] for one in row["indicators"]][-1] == "企业满意度"
    assert [one["weight"] for one in row["indicators"]] == ["12", "8", "25", "15", "30", "10"]
    assert [one["level1"] for one in row["indicators"]][:3] == ["过程", "过程", "产出"]


def test_a_name_below_a_level_is_that_levels_without_being_told(tmp_path: Path) -> None:
    path = bureau_form("awards", tmp_path / "官方.xlsx")
    file = adopted(path)
    found = proposed(file)
    assert [found[f"{column}5"] for column in "ABCDEF"] == [
        "指标栏：一级指标", "", "指标栏：二级指标", "", "指标栏：三级指标", "指标栏：分值",
    ]  # fmt: skip
    for row in (record(path), record(path, "--forms", file)):
        assert [one["name"] for one in row["indicators"]][:2] == ["资金支出率", "支出规范性"]
        assert [one["weight"] for one in row["indicators"]] == ["12", "8", "25", "15", "30", "10"]


def test_a_template_of_such_a_form_is_read_like_it(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", G13="单位", H13="符号")
    file = adopted(path)
    assert correct(file, SAME).startswith("0 ")
    made = template(file, 2024)
    assert _read(made, file) == _read(path, file)
    book = openpyxl.load_workbook(made)
    for name in list(book.defined_names):
        del book.defined_names[name]
    del book["_perf_xlsx"]
    book.active.delete_cols(15, 10)  # what we show beside the form
    book.save(made)
    assert _read(made, file) == _read(path, file)


def test_two_columns_that_nothing_tells_apart_say_what_to_do(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "官方.xlsx", G13="单位", I13="比较", H13="比较")
    file = adopted(path)
    said = correct(file, SAME)
    assert "“各栏的含义”G" in said
    assert "读取时分不清：请在官方表样中改写其中一个名称" in said
    said = correct(file, SAME | {"H13": "指标栏：指标完成率"})
    assert said.startswith("2 ")
    assert "读取时分不清：请在官方表样中改写其中一个名称，再运行一次 adopt。" in said
