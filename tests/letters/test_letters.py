"""What goes back to each unit: a letter that says what to correct, a reminder, and a list to merge mail from."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from tests.kit.command import command
from tests.kit.several import Asked, side_by_side
from tests.letters.conftest import Run, case_of, overclaimed, put, words

LETTER = "退回意见-水利局.docx"
PUBLISHED = Path(__file__).parents[1] / "fixtures" / "published"


def listed(letters: Path) -> list[list[Any]]:
    """The rows of 退回清单, its heads first."""
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(letters / "退回清单.xlsx").active]


def names(letters: Path) -> list[str]:
    return sorted(path.name for path in letters.iterdir())


def test_a_letter_says_which_cell_what_was_given_what_is_right_and_what_to_do(
    returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    done = run()
    assert done.exit_code == 1, done.output
    assert "退回意见1封，催报通知3封" in done.output
    assert [text for text in words(letters / LETTER) if not text.startswith("校验码：")] == [
        "绩效自评表退回意见",
        "水利局：",
        "你单位报送的2024年度部门（单位）整体支出绩效自评表（文件“水利局.xlsx”）已收悉。经核对，有2处错误须更正。"
        "现予退回，请于2026年3月31日前更正后重新报送。",
        "一、须更正的（2处）",
        "随附评分后的工作簿“水利局.xlsx”，其中标出了上述各处，请对照逐处更正或说明。",
        "示例县财政局",
        "　　　　年　　月　　日",
        "收件联系人：李四 0991-2。",
        "评分办法：参照财预〔2020〕10号《项目支出绩效评价管理办法》。",
        "序号 | 位置 | 填报内容 | 应为 | 问题和更正办法",
        "1 | 绩效指标 M6 | 20 | 15 | “档案数字化数量”没有全部完成，自评得分20却给了满分。实际完成值150000页未达到指标值"
        "（≥200000页），得分20×150000÷200000=15.00分。请把自评得分改为15.00，或核对实际完成值。",
        "2 | 自评结论 C7 | 98.03 | 93.03 | 自评总分填98.03，按评分办法计算为93.03，相差5。请把自评总分改为93.03。",
    ]


def test_what_must_only_be_explained_stands_apart(returns: Path, run: Run, letters: Path) -> None:
    case = overclaimed("水利局")
    case["indicators"][1] |= {"claimed_points": 3}
    put(returns, "水利局.xlsx", case)
    run()
    found = words(letters / LETTER)
    assert "二、须核对或说明的（1处）" in found
    assert found[-1].startswith("1 | 绩效指标 M7 | “数字化成果验收合格率”已达到指标值，自评得分3却少于分值20")


def test_beside_a_wrong_sum_stands_the_right_sum_and_not_the_right_part(
    returns: Path, run: Run, letters: Path
) -> None:
    """It said 95 and 10: the sum of all weights, and the weight of the one indicator that is too small."""
    case = case_of("水利局")
    case["indicators"][0]["weight"] -= 5
    put(returns, "水利局.xlsx", case)
    run()
    assert "1 | 绩效指标 K6 | 95 | 100 | 分值合计95（" in "\n".join(words(letters / LETTER))


def test_a_sound_return_gets_no_letter_and_a_missing_one_a_reminder(
    returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "教育局.xlsx", case_of("教育局"))
    run()
    assert names(letters) == [
        "催报通知-林业局.docx",
        "催报通知-民政局.docx",
        "催报通知-水利局.docx",
        "退回清单.xlsx",
    ]
    assert words(letters / "催报通知-民政局.docx") == [
        "绩效自评表催报通知",
        "民政局：",
        "截至目前，尚未收到你单位应报送的下列2024年度绩效自评表。请于2026年3月31日前报送。",
        "如已报送，请告知报送的时间和文件名称，以便核对；不能按期报送的，请说明原因和预计报送的时间。",
        "示例县财政局",
        "　　　　年　　月　　日",
        "收件联系人：王五 0991-3。",
        "序号 | 自评表 | 项目 | 情况",
        "1 | 部门（单位）整体支出绩效自评表 | — | 未报送",
    ]


def test_an_unreadable_file_goes_back_to_the_unit_that_its_name_holds(
    returns: Path, run: Run, letters: Path
) -> None:
    """It got a reminder as if nothing had come, and the file stood among those of nobody."""
    (returns / "林业局自评表.xlsx").write_bytes(b"PK\3\4")
    assert run().exit_code == 3
    assert "催报通知-林业局.docx" not in names(letters)
    assert words(letters / "退回意见-林业局.docx")[1:3] == [
        "林业局：",
        "你单位报送的部门（单位）整体支出绩效自评表（文件“林业局自评表.xlsx”）已收悉。经核对，文件读不出来，无法评分。"
        "现予退回，请于2026年3月31日前更正后重新报送。",
    ]
    book = openpyxl.load_workbook(letters.parent / "汇总.xlsx")
    shown = [[c.value for c in row if c.value] for row in book["未报送"].iter_rows()]
    assert ["林业局：林业局自评表.xlsx"] in shown
    assert "林业局" not in {text for row in shown for text in row}
    assert book["单位得分"]["B4"].value == "林业局（读不出：林业局自评表.xlsx）"
    told = {cell.value for row in book["总览"].iter_rows() for cell in row}
    assert "催报：3份还没有报送，见“未报送”。" in told


def test_a_letter_about_an_unreadable_file_says_what_list_run_and_file_name_know(
    returns: Path, run: Run, letters: Path
) -> None:
    """It had neither year nor form nor project."""
    put(returns, "教育局.xlsx", case_of("教育局"))
    for name in ("民政局自评表.xlsx", "2023年水利局自评表.xlsx", "农业局.xlsx"):
        (returns / name).write_bytes(b"PK\3\4")
    roster = returns.parent / "另一份.csv"
    roster.write_text(
        "单位名称,表种,项目名称\n教育局,,\n民政局,项目,养老服务\n水利局,部门,\n农业局,部门,\n农业局,项目,良种\n",
        "utf-8-sig",
    )
    run("--roster", roster)
    told = {
        unit: words(next(letters.glob(f"退回意见-{unit}*.docx")))[2].partition("（文件")[0]
        for unit in ("民政局", "水利局", "农业局")
    }
    assert told == {
        "民政局": "你单位报送的2024年度项目支出绩效自评表（项目：养老服务）",  # the year of all that can be read
        "水利局": "你单位报送的2023年度部门（单位）整体支出绩效自评表",
        "农业局": "你单位报送的2024年度绩效自评表",  # of two that the list asks for nobody knows which
    }
    forms = {row[2]: row[5] for row in listed(letters)}
    assert forms["民政局"] == "项目支出绩效自评表（养老服务）"


def test_no_program_tears_a_minus_sign_from_its_number(returns: Path, run: Run, letters: Path) -> None:
    """调整率- stood at the end of a line and 96.43% on the next."""
    put(returns, "水利局.xlsx", json.loads(case_text("department-as-filed")) | {"unit": "水利局"})
    run()
    document = Document(str(letters / LETTER))
    told = [
        cell
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        if "调整率-96.43%" in cell.text
    ]
    assert told
    for cell in told:
        assert "-" not in "".join(text.text or "" for text in cell._tc.iter(qn("w:t")))
        assert len([*cell._tc.iter(qn("w:noBreakHyphen"))]) == cell.text.count("-")


def test_a_workbook_with_several_forms_gets_one_letter(returns: Path, run: Run, letters: Path) -> None:
    forms = [Asked(project, unit="水利局", year=2024) for project in ("培训", "宣传")]
    (returns / "两张.xlsx").write_bytes(side_by_side(*forms))
    book = openpyxl.load_workbook(returns / "两张.xlsx")
    for sheet in book:
        (total,) = [row for row in sheet.iter_rows() if row[0].value == "总分"]
        total[6].value = 90
    book.save(returns / "两张.xlsx")
    run()
    assert [name for name in names(letters) if name.startswith("退回意见")] == [LETTER]
    found = words(letters / LETTER)
    assert "2024年度项目支出绩效自评表（共2张）（文件“两张.xlsx”）" in found[2]
    assert [row[:10] for row in found[-2:]] == ["1 | 表1 G12", "2 | 表2 G12"]


def test_a_workbook_with_forms_of_several_units_gets_a_letter_for_each_that_has_to_correct(
    returns: Path, run: Run, letters: Path
) -> None:
    """The error is in the second form and the third: the first unit has nothing to correct."""
    units = ("教育局", "水利局", "民政局", "水利局")
    forms = [Asked(f"项目{number}", unit=unit, year=2024) for number, unit in enumerate(units, 1)]
    (returns / "合在一起.xlsx").write_bytes(side_by_side(*forms))
    book = openpyxl.load_workbook(returns / "合在一起.xlsx")
    for sheet in book.worksheets[1:3]:
        (total,) = [row for row in sheet.iter_rows() if row[0].value == "总分"]
        total[6].value = 90
    book.save(returns / "合在一起.xlsx")
    run()
    assert [name for name in names(letters) if name.startswith("退回意见")] == [
        "退回意见-民政局-项目3.docx", LETTER,
    ]  # fmt: skip
    found = words(letters / LETTER)
    assert "你单位报送的2024年度项目支出绩效自评表（共2张）（文件“合在一起.xlsx”）" in found[2]
    assert "有1处错误须更正。" in found[2]
    assert [row[:10] for row in found if row.startswith("1 | ")] == ["1 | 表2 G12"]
    listed = openpyxl.load_workbook(letters / "退回清单.xlsx").active
    sent = [
        (row[2].value, row[6].value, row[8].value)
        for row in listed.iter_rows(min_row=2)
        if row[4].value == "退回意见"
    ]
    assert sorted(sent) == [("民政局", "合在一起.xlsx", 1), ("水利局", "合在一起.xlsx", 1)]


def test_nothing_is_written_without_a_folder_to_write_to_or_for_one_file(returns: Path, tmp_path: Path) -> None:
    path = put(returns, "水利局.xlsx", overclaimed("水利局"))
    command("score", returns, "--jobs", "1")
    command("score", path, "-o", tmp_path / "一份")
    command("check", returns, "--jobs", "1")
    assert not list(tmp_path.rglob("退回*"))


def test_where_nothing_goes_back_there_is_no_folder(returns: Path, run: Run, letters: Path) -> None:
    for unit in ("水利局", "教育局", "民政局", "林业局"):
        put(returns, f"{unit}.xlsx", overclaimed(unit))
    run()
    assert len(names(letters)) == 5
    for unit in ("水利局", "教育局", "民政局", "林业局"):
        put(returns, f"{unit}.xlsx", case_of(unit))
    assert run().exit_code == 0
    assert not letters.exists()


def test_the_list_has_its_heads_in_the_first_row_and_keeps_the_order_of_the_units(
    returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    (returns / "别处.xlsx").write_bytes(b"PK\3\4")
    run()
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(letters / "退回清单.xlsx").active]
    assert rows[0] == [
        "序号", "单位编码", "单位", "联系人", "事项", "自评表", "报送文件", "报送次数", "错误", "须说明", "期限", "信函",
    ]  # fmt: skip
    assert [row[1:5] + row[8:9] for row in rows[1:]] == [
        ["102", "水利局", "李四 0991-2", "退回意见", 2],
        ["101", "教育局", "张三 0991-1", "催报通知", None],
        ["103", "民政局", "王五 0991-3", "催报通知", None],
        ["104", "林业局", "赵六", "催报通知", None],
        [None, "报送“别处.xlsx”的单位", None, "退回意见", 1],
    ]
    assert all((letters / row[-1]).is_file() for row in rows[1:])


@pytest.mark.parametrize("first", [case_of, overclaimed])
def test_of_the_same_form_twice_both_are_in_the_list_and_none_gets_a_letter_before_one_is_chosen(
    first: Callable[[str], Any], returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "a.xlsx", first("水利局"))
    put(returns, "b.xlsx", case_of("水利局", filled_on="2025-03-21"))
    output = run().output
    rows = [row for row in listed(letters) if row[2] == "水利局"]
    assert [row[4] for row in rows] == ["待核定", "待核定"]
    assert [row[6] for row in rows] == ["a.xlsx", "b.xlsx"]
    assert {row[-1] for row in rows} == {"（报送了几份，请先核定采用哪一份，移走其余的，再评一次）"}
    assert LETTER not in names(letters)
    assert "待核定2份，催报通知3封，清单：" in output
    (returns / "a.xlsx").unlink()
    run()
    assert "水利局" not in {row[2] for row in listed(letters)}


def test_the_list_counts_errors_as_the_workbook_of_all_does(returns: Path, run: Run, letters: Path) -> None:
    """It left out what comparing with other returns had found: 1 stood beside 2."""
    put(returns, "a.xlsx", overclaimed("水利局"))
    put(returns, "b.xlsx", case_of("水利局", filled_on="2025-03-21"))
    run()
    sheet = openpyxl.load_workbook(letters.parent / "汇总.xlsx")["单位得分"]
    heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    at = {head: column for column, head in enumerate(heads)}
    counts = {row[at["单位"]]: row[at["错误"]] for row in rows if row[at["单位"]].startswith("水利局")}
    own = [row for row in listed(letters) if row[2] == "水利局"]
    assert {f"水利局（第{turn}份：{row[6]}）": row[8] for turn, row in enumerate(own, 1)} == counts
    assert [*counts.values()] == [2, 1]


def test_terminal_sheets_list_and_lines_count_alike(returns: Path, run: Run, letters: Path) -> None:
    """The terminal said 待核定1份 and the sheet 2; who sent an unreadable file stood among the outstanding too."""
    put(returns, "a.xlsx", overclaimed("水利局"))
    put(returns, "b.xlsx", overclaimed("水利局", reason="设备到货晚，有四分之一没有做。"))
    put(returns, "c.xlsx", overclaimed("教育局"))
    (returns / "林业局.xlsx").write_bytes(b"PK\3\4")
    output = run().output
    assert "1份有错误或不能定分，须退回更正，1份读不出来，须重新报送，2份待核定（" in output
    assert "，1份没有报送。" in output
    assert "退回意见2封，待核定2份，催报通知1封，清单：" in output or "待核定2份，退回意见2封" in output
    matters = Counter(row[4] for row in listed(letters)[1:])
    assert matters == {"退回意见": 2, "待核定": 2, "催报通知": 1}
    book = openpyxl.load_workbook(letters.parent / "汇总.xlsx")
    states = [row[3].value for row in book["单位得分"].iter_rows(min_row=4)]
    assert Counter(state.partition("（")[0] for state in states) == {"待核定": 2, "退回": 2}
    told = [cell.value for row in book["总览"].iter_rows() for cell in row if cell.value]
    assert {"未报送", "1份", "名单4份", "有错误或不能定分1份，读不出1份，另待核定2份"} <= set(told)
    assert "催报：1份还没有报送，见“未报送”。" in told
    assert "退回：1份读不出来，1份有错误或不能定分，须更正，见“问题按单位”。" in told
    assert book["未报送"]["B2"].value.startswith(
        "名单4份，已报送3份（其中1份读不出来或没有填单位，须退回），未报送1份；"
    )
    lines = run("--json", out="别处").stdout.splitlines()
    assert Counter(json.loads(line)["status"] for line in lines) == {
        "scored": 3, "unreadable": 1, "outstanding": 1,
    }  # fmt: skip


def test_the_list_says_on_paper_what_it_is_of_what_year_and_from_whom(
    returns: Path, run: Run, letters: Path
) -> None:
    """Its first row must be the heads, for mail merge."""
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    sheet = openpyxl.load_workbook(letters / "退回清单.xlsx").active
    assert sheet.oddHeader.left.text == "退回清单（2024年度）　示例县财政局"
    put(returns, "教育局.xlsx", overclaimed("教育局") | {"year": 2023})
    run()
    sheet = openpyxl.load_workbook(letters / "退回清单.xlsx").active
    assert sheet.oddHeader.left.text == "退回清单（2023、2024年度）　示例县财政局"


# ---- what stays, what goes ---------------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes_and_nothing_is_written_again(
    returns: Path, run: Run, letters: Path
) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    run("--force", out="别处")
    other = letters.parents[1] / "别处" / "退回"
    assert names(letters) == names(other)
    assert all((letters / name).read_bytes() == (other / name).read_bytes() for name in names(letters))
    before = {path: path.stat().st_mtime_ns for path in letters.iterdir()}
    run()
    assert {path: path.stat().st_mtime_ns for path in letters.iterdir()} == before


def test_a_letter_that_no_longer_holds_is_taken_away(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    put(returns, "水利局.xlsx", case_of("水利局"))
    put(returns, "民政局.xlsx", case_of("民政局"))
    run()
    assert names(letters) == ["催报通知-教育局.docx", "催报通知-林业局.docx", "退回清单.xlsx"]


def test_a_letter_that_somebody_has_changed_is_never_lost(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    (letters / LETTER).write_bytes(b"by hand")
    (letters / "手写.docx").write_bytes(b"by hand")
    done = run()
    assert (letters / LETTER).read_bytes() == b"by hand"
    assert f"有1份信函写出以后改过，没有覆盖：{LETTER}" in done.output
    put(returns, "水利局.xlsx", overclaimed("水利局", claimed_points=18))
    run()
    assert (letters / "退回意见-水利局（留存）.docx").read_bytes() == b"by hand"
    assert "18" in words(letters / LETTER)[-2]
    (letters / LETTER).write_bytes(b"again")
    put(returns, "水利局.xlsx", case_of("水利局"))
    run()
    assert (letters / LETTER).read_bytes() == b"again"
    assert (letters / "手写.docx").read_bytes() == b"by hand"


def test_letters_are_no_returns_wherever_they_lie(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run(out="收回/第一次")
    done = run()
    assert "共1份" in done.output
    assert "没有读 第一次" in done.output
    done = command("check", returns / "第一次" / "退回" / "退回清单.xlsx")
    assert "是本软件写出的退回清单工作簿，不是自评表" in done.output


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_nothing_is_written_through_a_link(returns: Path, run: Run, letters: Path, tmp_path: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    (elsewhere := tmp_path / "别处").mkdir()
    letters.parent.mkdir()
    letters.symlink_to(elsewhere)
    done = run()
    assert done.exit_code == 3
    assert "退回意见没有写出" in done.output
    assert not list(elsewhere.iterdir())


# ---- hostile texts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "../../逃出", "甲<w:p/>&amp;局", "{ HYPERLINK \"x\" }局", "=cmd|' /C calc'!A0", "【期限】局", "CON", "局\u202e\ue000*更正\ue001",
        "长" * 150,
    ],
)  # fmt: skip
def test_a_units_name_is_text_in_a_letter_and_no_path(unit: str, returns: Path, run: Run, letters: Path) -> None:
    put(returns, "a.xlsx", overclaimed(unit))
    run()
    (path,) = letters.glob("退回意见-*.docx")
    assert path.parent == letters
    assert not set(path.name) & set('\\/:*?"<>|')
    assert len(path.name.encode()) < 240
    shown = words(path)[1].removesuffix("：")
    assert shown == unit.replace("\u202e", "")
    assert "<w:p/>" not in path.name
    (row,) = [
        list(row) for row in openpyxl.load_workbook(letters / "退回清单.xlsx").active if row[4].value == "退回意见"
    ]
    assert row[2].data_type == "s"


def test_a_letter_names_the_project_that_goes_back(tmp_path: Path) -> None:
    folder = tmp_path / "收回"
    folder.mkdir()
    case = json.loads(case_text("project"))
    case["indicators"][0]["claimed_points"] = 15
    pipeline.write_template(folder / "水利局.xlsx", case=json.dumps(case, ensure_ascii=False))
    command("score", folder, "-o", tmp_path / "结果")
    assert listed(tmp_path / "结果" / "退回")[1][5] == "项目支出绩效自评表（农村饮水安全巩固提升项目）"
    (letter,) = (tmp_path / "结果" / "退回").glob("退回意见-*.docx")
    assert "2024年度项目支出绩效自评表（项目：农村饮水安全巩固提升项目）（文件“水利局.xlsx”）已收悉" in "".join(
        words(letter)
    )


# ---- list and letters say the same -------------------------------------------------------------------------------


def test_a_reminder_names_the_year_of_most_returns_or_that_of_the_list(
    returns: Path, run: Run, letters: Path
) -> None:
    """One return of another year took the year from all of them."""
    put(returns, "a.xlsx", case_of("教育局"))
    put(returns, "b.xlsx", case_of("水利局"))
    put(returns, "c.xlsx", case_of("民政局") | {"year": 2023})
    run()
    assert "应报送的下列2024年度绩效自评表" in words(letters / "催报通知-林业局.docx")[2]
    (returns / "b.xlsx").unlink()
    run()
    assert "应报送的下列绩效自评表" in words(letters / "催报通知-林业局.docx")[2], "one of each year"
    (returns.parent / "有年度.csv").write_text("单位名称,年度\n教育局,2025\n林业局,2025年度\n", "utf-8-sig")
    run("--roster", returns.parent / "有年度.csv")
    assert "应报送的下列2025年度绩效自评表" in words(letters / "催报通知-林业局.docx")[2]


COUNTED = re.compile(r"有(\d+)处错误须更正(?:，(\d+)处须核对或说明)?")


def test_list_and_letter_count_alike_and_the_list_marks_who_is_not_on_the_roster(
    returns: Path, run: Run, letters: Path
) -> None:
    """It counted B02 and R17, which only the office can do something about."""
    for name in ("hb-shangwu.xlsx", "nx-yuanzhou.xlsx", "sc-qingshen.xlsx"):
        (returns / name).write_bytes((PUBLISHED / name).read_bytes())
    put(returns, "a.xlsx", overclaimed("水利局"))
    put(returns, "b.xlsx", overclaimed("文化馆"))
    (returns / "林业局.xlsx").write_bytes(b"PK\3\4")
    run()
    heads, *rows = listed(letters)
    at = {head: column for column, head in enumerate(heads)}
    sent = [row for row in rows if row[at["事项"]] == "退回意见"]
    assert len(sent) == 6
    for row in sent:
        (said,) = (text for text in words(letters / row[at["信函"]]) if "已收悉" in text)
        counts = COUNTED.search(said)
        errors, warnings = counts.groups() if counts else ("1", None)
        assert (row[at["错误"]], row[at["须说明"]]) == (int(errors), int(warnings) if warnings else None), said
    codes = {row[at["单位"]]: row[at["单位编码"]] for row in rows}
    assert (codes["水利局"], codes["林业局"], codes["民政局"]) == ("102", "104", "103")
    assert {code for unit, code in codes.items() if unit not in "水利局、林业局、民政局、教育局"} == {"名单外"}
    command("score", returns, "-o", returns.parent / "没有名单", "--jobs", "1")
    assert not [row[1] for row in listed(returns.parent / "没有名单" / "退回")[1:] if row[1]]
