"""The narrative report says what the form says, each figure in its part, and asks for the rest."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx.cli.stories import case_text
from perf_xlsx.report.facts import OWN
from tests.kit.command import command
from tests.kit.filled import box, changed, filled, template_of, well_made
from tests.kit.layouts import LAYOUTS
from tests.kit.word_report import WordReport, reported

CORRECTED, AS_FILED, PROJECT = "department-corrected", "department-as-filed", "project"


def case(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(case_text(name))
    return data


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> WordReport:
    return reported(tmp_path_factory.mktemp("corrected"), template_of(CORRECTED))


# ---- every figure in its part ------------------------------------------------------------------------------------

# What a published report of this department states of its form, by chapter: role and text.
STATED = {
    "一": """
        staff 124人 | staff 99人 | year 2023年
        initial 6103.71万元 | initial 3103.71万元 | initial 3000.00万元
        adjustment 2811.73万元 | adjusted 3291.98万元 | adjustment_rate -46.07%
        executed 2857.28万元 | execution_rate 86.80% | executed 2761.83万元 | executed 95.45万元
    """,
    "二": """
        adjusted 3184.80万元 | adjusted 1829.47万元 | adjusted 1355.33万元 | executed 2761.83万元 | execution_rate 86.72%
        project_count 3个 | adjusted 107.18万元 | executed 95.45万元
        project_budget 85.04万元 | project_executed 75.04万元
        project_budget 11.34万元 | project_executed 11.34万元
        project_budget 10.80万元 | project_executed 9.07万元
    """,
    "三": """
        adjusted 3291.98万元 | executed 2857.28万元 | execution_rate 86.80% | execution_points 8.68分
        adjustment 2811.73万元
    """,
    "四": "year 2023年 | total 88.01分 | grade 良",
}
INDICATORS = """
    公务用车运行维护费下降率 | 大于等于2% | 0% | 0% | 0% | 8分 | 0分
    预算经费 | 小于等于6103.71万元 | 2857.28万元 | 2857.28万元 | 86.80% | 12分 | 10.42分
    项目支出预算执行率 | 等于100% | 24.46% | 89.06% | 89.06% | 10分 | 8.91分
    政府采购执行率 | 等于100% | 57.07% | 100% | 100% | 10分 | 10分
    固定资产利用率 | 等于100% | 100% | 100% | 100% | 15分 | 15分
    物业保洁验收合格率 | 等于100% | 93.83% | 100% | 100% | 10分 | 10分
    每平能耗下降率 | 大于等于2% | 0% | 2.81% | 140.50% | 15分 | 15分
    受益职工满意度 | 大于等于95% | 95% | 98.28% | 103.45% | 10分 | 10分
"""


@pytest.mark.parametrize("chapter", STATED)
def test_each_chapter_states_the_figures_of_its_part(corrected: WordReport, chapter: str) -> None:
    stated = [f"{one.bookmark.role} {one.text}" for one in corrected.figures if one.chapter == chapter]
    wanted = [words.strip() for line in STATED[chapter].strip().splitlines() for words in line.split("|")]
    assert [words for words in wanted if words not in stated] == []


@pytest.mark.parametrize("line", INDICATORS.strip().splitlines())
def test_each_indicator_has_a_paragraph(corrected: WordReport, line: str) -> None:
    name, target, midyear, actual, completion, weight, points = (word.strip() for word in line.split("|"))
    (paragraph,) = corrected.below(name)
    assert paragraph.startswith(
        f"该指标预期指标值为{target}，年中监控值为{midyear}，实际完成值为{actual}，完成率为{completion}。"
    )
    assert paragraph.endswith(f"该指标权重分值为{weight}，自评得分{points}。")


def test_a_lost_point_has_its_reason_and_measure_and_stands_among_the_problems(corrected: WordReport) -> None:
    (paragraph,) = corrected.below("公务用车运行维护费下降率")
    assert "偏差原因：公务用车运行维护费增加。改进措施：减少公车出行次数。" in paragraph
    problems = corrected.below("存在的主要问题及原因分析")
    assert (
        "（一）公务用车运行维护费下降率：权重分值为8分，自评得分0分，扣8分。原因：公务用车运行维护费增加。"
        in problems
    )
    assert "1.公务用车运行维护费下降率：减少公车出行次数。" in corrected.below("改进措施")


def test_every_figure_can_be_traced_to_its_cell(corrected: WordReport) -> None:
    sheets = openpyxl.load_workbook(io.BytesIO(template_of(CORRECTED))).worksheets
    traced = {
        (one.bookmark.role, sheets[one.bookmark.sheet_index][one.bookmark.cell].value): one.text
        for one in corrected.figures
        if one.bookmark.cell
    }
    assert traced["executed", 2857.28] == "2857.28万元"
    assert traced["execution_rate", "86.80%"] == "86.80%"
    assert traced["indicator_completion", "140.50%"] == "140.50%"
    assert traced["total", 88.01] == "88.01分"
    assert traced["grade", "良"] == "良"


def test_bookmarks_are_hidden_and_have_names_of_their_own(corrected: WordReport) -> None:
    body = corrected.document.element.body
    names = [element.get(element.nsmap["w"].join("{}") + "name") for element in body.iter("{*}bookmarkStart")]
    assert len(set(map(str.lower, names))) == len(names) > 100
    assert all(name.startswith("_") and len(name) <= 40 for name in names)


# ---- what the form does not know ---------------------------------------------------------------------------------


def test_what_the_form_does_not_say_is_asked_for_in_grey_and_listed_at_the_end(corrected: WordReport) -> None:
    assert corrected.blanks == [
        "部门（单位）的主要职能",
        "机构设置情况",
        "年度重点工作及完成情况",
        "资金使用的主要内容及范围",
        "适用的管理制度及执行情况",
        "资金使用的审批、支付和监督情况",
        "对预算绩效管理工作的建议；没有的，写明没有",
    ]
    at = corrected.paragraphs.index("待填写事项")
    assert corrected.paragraphs[at + 2 :] == [
        "1. 第一部分“主要职能”：部门（单位）的主要职能。",
        "2. 第一部分“机构设置及人员构成”：机构设置情况。",
        "3. 第一部分“年度重点工作”：年度重点工作及完成情况。",
        "4. 第一部分“资金使用主要内容及范围”：资金使用的主要内容及范围。",
        "5. 第二部分“管理制度健全性”：适用的管理制度及执行情况。",
        "6. 第二部分“资金使用合规性和安全性”：资金使用的审批、支付和监督情况。",
        "7. 第六部分“建议”：对预算绩效管理工作的建议；没有的，写明没有。",
    ]
    grey = [
        run.text
        for paragraph in corrected.document.paragraphs
        for run in paragraph.runs
        if run.style.name == "待填写"
    ]
    assert len(grey) == 7
    assert all(text.startswith("〔请填写：") for text in grey)


BOXES = {
    "主要职能": "承担示例事务的管理。",
    "机构与人员": "内设三个科。",
    "年度重点工作": "一是甲。\n二是乙。",
    "资金使用内容": "主要用于人员和运转。",
    "管理制度": "执行本单位财务管理制度。",
    "资金使用合规性": "按程序审批和支付。",
    "建议": "开展培训。",
}


def test_the_boxes_of_the_template_fill_their_parts_and_nothing_is_left_to_ask(tmp_path: Path) -> None:
    data = case(CORRECTED)
    data["passages"] |= BOXES
    written = reported(tmp_path, data)
    assert written.blanks == []
    assert "待填写事项" not in written.text
    assert written.below("主要职能") == ["承担示例事务的管理。"]
    assert written.below("年度重点工作") == ["一是甲。", "二是乙。"]
    assert written.below("管理制度健全性") == ["执行本单位财务管理制度。"]


def test_the_boxes_are_optional(tmp_path: Path) -> None:
    data = well_made()
    (tmp_path / "returned.xlsx").write_bytes(filled(data))
    assert command("check", tmp_path / "returned.xlsx").exit_code == 0
    assert not any(box in command("check", tmp_path / "returned.xlsx").output for box in BOXES)


def test_passages_that_no_part_wants_stand_at_the_end(tmp_path: Path) -> None:
    data = case(CORRECTED)
    data["passages"]["疫情影响"] = "二季度停工一个月。"
    assert reported(tmp_path, data).below("其他需要说明的情况") == ["疫情影响：二季度停工一个月。"]


def test_a_filler_is_no_reason(tmp_path: Path) -> None:
    data = case(CORRECTED)
    data["indicators"][0] |= {"reason": "无", "improvement": "见附件"}
    (paragraph,) = reported(tmp_path, data, code=1).below("公务用车运行维护费下降率")
    name = "“公务用车运行维护费下降率”"
    assert f"偏差原因：〔请填写：{name}的偏差原因〕。改进措施：〔请填写：{name}的改进措施〕。" in paragraph


def test_what_could_not_be_read_is_asked_for_with_what_stands_there(tmp_path: Path) -> None:
    data = case(CORRECTED)
    data["indicators"][3]["actual"] = "完成较好"
    written = reported(tmp_path, data, code=1)
    (paragraph,) = written.below("政府采购执行率")
    assert "实际完成值为〔请填写：“政府采购执行率”的实际完成值（自评表中是“完成较好”，没有读出）〕" in paragraph


def test_an_empty_form_gives_a_report_of_blanks(tmp_path: Path) -> None:
    written = reported(tmp_path, {"form": "department", "year": 2023}, code=1)
    assert {one.bookmark.role for one in written.figures} == {"year", "execution_weight"}
    assert "年初预算数为〔请填写：合计年初预算数〕" in written.text
    assert "自评总分为〔请填写：自评总分〕，自评等级为“〔请填写：自评等级〕”。" in written.text
    assert "〔请填写：各项绩效指标的完成情况〕" in written.text


def test_without_a_money_unit_the_unit_is_asked_for_and_not_guessed(tmp_path: Path) -> None:
    def erase(book: Any) -> None:
        box(book, "金额单位").value = None

    written = reported(tmp_path, changed(template_of(CORRECTED), erase), code=1)
    assert "年初预算数为6103.71〔请填写：金额单位〕" in written.text


# ---- sentences agree with the numbers ----------------------------------------------------------------------------


def with_funds(**total: object) -> dict[str, Any]:
    data = copy.deepcopy(case(PROJECT))
    data["funds"] = [{"line": "年度资金总额", **total}]
    data["passages"] = {}
    return data


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ({"initial": 100, "adjusted": 80, "executed": 80}, "年中调减20.00万元，调整后全年预算数为80.00万元，预算调整率为-20%。"),
        ({"initial": 100, "adjusted": 125, "executed": 80}, "年中调增25.00万元，调整后全年预算数为125.00万元，预算调整率为25%。"),
        ({"initial": 100, "adjusted": 100, "executed": 80}, "年中没有调整，全年预算数为100.00万元。"),
        ({"adjusted": 100, "executed": 80}, "年初批复预算数为〔请填写：年度资金总额年初预算数〕，全年预算数为100.00万元。"),
        ({"initial": 100, "adjusted": 100, "executed": 86.5}, "预算执行率为86.50%，未执行13.50万元。"),
        ({"initial": 100, "adjusted": 100, "executed": 100}, "预算执行率为100%。"),
        ({"initial": 100, "adjusted": 100, "executed": 101}, "预算执行率为101%，超出全年预算数1.00万元。"),
        ({"initial": 100, "adjusted": 100.123456, "executed": 100}, "未执行0.123456万元。"),
    ],
)  # fmt: skip
def test_sentences_say_what_the_numbers_say(total: dict[str, object], words: str, tmp_path: Path) -> None:
    workbook = tmp_path / "returned.xlsx"
    workbook.write_bytes(filled(with_funds(**total)))
    command("report", workbook)
    assert words in WordReport(workbook.with_suffix(".docx").read_bytes()).text


PRAISE = (
    "不存在",
    "合理",
    "规范",
    "有力",
    "圆满",
    "相匹配",
    "较好",
    "充分",
    "有效",
    "成效",
    "显著",
    "均完成",
    "全部",
)


@pytest.mark.parametrize("name", [CORRECTED, PROJECT])
def test_no_sentence_of_ours_praises(name: str, tmp_path: Path) -> None:
    data = case(name)
    data["passages"] = data["goal"] = {}
    data.pop("goal" if name == CORRECTED else "projects", None)
    for row in data["indicators"]:
        row |= {"name": "甲", "reason": None, "improvement": None, "target": 1, "actual": 1, "sign": "≥"}
    workbook = tmp_path / "returned.xlsx"
    workbook.write_bytes(filled(data))
    command("report", workbook)
    text = WordReport(workbook.with_suffix(".docx").read_bytes()).text
    assert [word for word in PRAISE if word in text] == []


def test_while_an_error_stands_the_first_page_says_so(tmp_path: Path) -> None:
    written = reported(tmp_path, template_of(AS_FILED), code=1)
    assert written.paragraphs[:4] == [
        "提示：自评表还有3处错误没有改正。请先改正自评表，再重新生成本报告；改正前不要报送。",
        "I06 绩效指标 M7：“预算经费”自评得分10.42，计算得分12.00，相差-1.58。",
        "W01 绩效指标 K8：分值合计98.91（预算执行率10＋各指标88.91），应为100；“项目支出预算执行率”若为10则合计正好100。",
        "T02 自评结论 C7：其他问题更正后，自评总分填88.01，按评分办法计算为89.59，相差-1.58。",
    ]


# ---- the unit's figures, or ours ---------------------------------------------------------------------------------


def test_the_units_own_points_are_reported_unless_ours_are_asked_for(tmp_path: Path) -> None:
    data = template_of(AS_FILED)
    (own,) = reported(tmp_path, data, code=1).below("预算经费")
    (ours,) = reported(tmp_path, data, "--figures", "computed", code=1).below("预算经费")
    assert own.endswith("自评得分10.42分。")
    assert ours.endswith("自评得分12分。")


def test_what_the_unit_did_not_claim_is_asked_for_and_not_filled_in_by_us(tmp_path: Path) -> None:
    data = case(CORRECTED)
    data["claimed"] = {}
    data["indicators"][0]["claimed_points"] = None
    written = reported(tmp_path, data, code=1)
    roles = {"execution_points", "total", "grade"}
    assert roles < OWN
    assert [one for one in written.figures if one.bookmark.role in roles] == []
    assert {"自评总分", "自评等级", "预算执行率得分"} < set(written.blanks)
    assert "自评总分为88.01分" in reported(tmp_path, template_of(CORRECTED), "--figures", "computed").text


def test_a_provisional_total_is_not_stated_as_final(tmp_path: Path) -> None:
    data = case(CORRECTED)
    data["indicators"][3]["actual"] = None
    written = reported(tmp_path, data, "--figures", "computed", code=1)
    assert "自评总分为〔请填写：自评总分〕" in written.text
    assert "按评分办法计算，总分尚不能确定：" in written.text


def test_a_table_states_its_unit_once(tmp_path: Path) -> None:
    written = reported(tmp_path, template_of(PROJECT))
    money, indicators = written.tables
    assert "项目资金执行情况表（单位：万元）" in written.paragraphs
    assert money[1:] == [
        ["年度资金总额", "860.00", "40.00", "900.00", "846.36", "94.04%"],
        ["当年财政拨款", "800.00", "40.00", "840.00", "786.36", "93.61%"],
        ["上年结转资金", "60.00", "0.00", "60.00", "60.00", "100%"],
    ]
    assert indicators[2] == ["新增和改善供水人口", "≥18000人", "17600人", "97.78%", "15", "14.67"]


# ---- other forms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_official_layouts_give_a_report_with_a_paragraph_for_each_indicator(layout: str, tmp_path: Path) -> None:
    LAYOUTS[layout]().save(tmp_path / "returned.xlsx")
    done = command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx")
    assert done.exit_code in (0, 1), done.output
    written = WordReport((tmp_path / "report.docx").read_bytes())
    paragraphs = [text for text in written.paragraphs if text.startswith("该指标")]
    assert len(paragraphs) > 3
    assert all("权重分值为" in text and "自评得分" in text for text in paragraphs)
    assert "None" not in written.text


def test_reason_and_measure_of_one_box_are_said_once(tmp_path: Path) -> None:
    LAYOUTS["全国"]().save(tmp_path / "returned.xlsx")
    command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx")
    (paragraph,) = WordReport((tmp_path / "report.docx").read_bytes()).below("修补路面面积")
    assert paragraph.count("雨季停工；下年提前到三月开工") == 1


def test_amounts_in_yuan_stay_in_yuan(tmp_path: Path) -> None:
    data = with_funds(initial=8600000, adjusted=9000000, executed=8463600.5)
    data["money_unit"] = "元"
    workbook = tmp_path / "returned.xlsx"
    workbook.write_bytes(filled(data))
    command("report", workbook)
    text = WordReport(workbook.with_suffix(".docx").read_bytes()).text
    assert "全年预算数为9000000.00元，全年实际支出8463600.50元" in text
    assert "万元" not in text.partition("项目绩效目标")[0]


def test_headings_count_in_chinese_however_many_there_are(tmp_path: Path) -> None:
    data = case(CORRECTED)
    row = data["indicators"][3] | {"weight": 0.01, "claimed_points": 0.01}
    data["indicators"] = [row | {"name": f"指标{number}"} for number in range(1, 1003)]
    written = reported(tmp_path, data, code=1)
    for text in (
        "（十）指标10",
        "（二十一）指标21",
        "（一百零三）指标103",
        "（九百九十九）指标999",
        "（1002）指标1002",
    ):
        assert text in written.paragraphs


def test_without_a_year_the_year_is_asked_for(tmp_path: Path) -> None:
    LAYOUTS["全国"]().save(tmp_path / "returned.xlsx")
    book = openpyxl.load_workbook(tmp_path / "returned.xlsx")
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("2023", "")
    book.save(tmp_path / "returned.xlsx")
    command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx")
    assert "年度" in WordReport((tmp_path / "report.docx").read_bytes()).blanks


# ---- the file ----------------------------------------------------------------------------------------------------


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (reported(tmp_path, template_of(CORRECTED)).data for _ in range(2))
    assert first == second


def test_the_scored_workbook_gives_the_same_report_as_the_returned_one(tmp_path: Path) -> None:
    returned = reported(tmp_path, template_of(CORRECTED))
    command("score", tmp_path / "returned.xlsx", "-o", tmp_path / "scored")
    scored = reported(tmp_path, (tmp_path / "scored" / "returned.xlsx").read_bytes())
    assert scored.paragraphs == returned.paragraphs


def test_a_folder_gives_a_folder_of_reports(tmp_path: Path) -> None:
    for name in ("甲/自评表.xlsx", "乙/自评表.xlsx"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        (tmp_path / "in" / name).write_bytes(template_of(CORRECTED))
    (tmp_path / "in" / "坏.xlsx").write_bytes(b"no workbook")
    done = command("report", tmp_path / "in", "-o", tmp_path / "out")
    assert done.exit_code == 3
    assert "坏.xlsx：没有写报告。" in done.output
    written = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert written == ["乙/自评表.docx", "甲/自评表.docx"]


def test_a_report_that_somebody_went_on_writing_is_not_overwritten(tmp_path: Path) -> None:
    workbook, report = tmp_path / "returned.xlsx", tmp_path / "returned.docx"
    workbook.write_bytes(template_of(CORRECTED))
    assert command("report", workbook).exit_code == 0
    assert command("report", workbook).exit_code == 0  # nothing differs
    report.write_bytes(report.read_bytes() + b"theirs")
    done = command("report", workbook)
    assert done.exit_code == 3
    assert "已经存在，没有改动它" in done.output
    assert report.read_bytes().endswith(b"theirs")
    assert command("report", workbook, "--force").exit_code == 0
    assert not report.read_bytes().endswith(b"theirs")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "请写明工作簿或文件夹"),
        (("{in}", "{in}"), "请用 -o 写明放报告的文件夹"),
        (("{in}", "--outline", "xinjiang"), "没有提纲 xinjiang，现有"),
        (("{in}", "--outline", "mof-project"), "用于 project，这份是 department"),
        (("{in}", "--word-template", "{in}"), "Word 模板"),
    ],
)
def test_wrong_usage_is_told(words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    workbook = tmp_path / "returned.xlsx"
    workbook.write_bytes(template_of(CORRECTED))
    done = command("report", *(word.replace("{in}", str(workbook)) for word in words))
    assert done.exit_code in (2, 3)
    assert message in done.output
