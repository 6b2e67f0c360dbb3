"""What a number is said to be of, and what stands on it: units of any size, marks and signs, on both roads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.domain.text import LONGEST, MOST_COMBINED, fold
from tests.kit.filled import box, opened, saved
from tests.kit.layouts import HEADS, Paper
from tests.kit.outcome import findings_of, scored

Told = tuple[str, ...]


def official(rows: list[tuple[Any, ...]], units: bool = False) -> Paper:
    """A form in the national layout, an indicator a case: target, actual and, where it has the column, unit."""
    paper = Paper()
    paper.put("A1:J1", "项目支出绩效自评表")
    paper.put("A2:J2", "（2023年度）")
    paper.row(3, "A:B C:J", "项目名称", "农村公路日常养护项目")
    paper.row(4, "A:B C:E F:G H:J", "主管部门", "示例县交通运输局", "实施单位", "示例县公路养护中心")
    paper.put("A5:B6", "项目资金\n（万元）")
    paper.row(5, "C:D E F G H I J", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    paper.row(6, "C:D E F G H I J", "年度资金总额", 100, 100, 100, 10, "100%", 10)
    paper.row(7, "B C D E F G H I", *HEADS)
    if units:
        paper.put("J7", "计量单位")
    for row, (target, actual, *unit) in enumerate(rows, 8):
        paper.row(
            row,
            "B C D E F G H I",
            "产出指标",
            "数量指标",
            f"指标{'甲乙丙丁戊己庚辛壬癸'[row % 10]}{row}",
            target,
            actual,
            10,
            None,
            "原因",
        )
        if unit:
            paper.put(f"J{row}", unit[0])
    return paper


def read(rows: list[tuple[Any, ...]], folder: Path, units: bool = False) -> list[tuple[str, Told]]:
    """Points of each row, and the codes at its target and actual."""
    result = pipeline.score(official(rows, units).save(folder / "a.xlsx"))
    return points(result, "EF", 8, len(rows))


def points(result: Result, columns: str, first: int, count: int) -> list[tuple[str, Told]]:
    assert result.scores is not None, [f.message for f in result.findings]
    codes_of_values = ("R08", "R09", "R12", "R13", "R19")
    told = {(f.place.cell, f.code) for f in result.findings if f.code in codes_of_values}
    together = [f.message for f in result.findings if f.code == "R12"]  # one note may name the cells of a column
    told |= {(cell, "R12") for message in together for cell in re.findall(r"([A-Z]+\d+)“", message)}
    rows = [{f"{column}{row}" for column in columns} for row in range(first, first + count)]
    codes = [tuple(sorted(code for cell, code in told if cell in cells)) for cells in rows]
    scores = ["" if score.points is None else str(score.points) for score in result.scores.indicators[:count]]
    return list(zip(scores, codes, strict=True))


def compare(cases: list[tuple[Any, ...]], got: list[tuple[str, Told]]) -> None:
    """The last two of each case are its points and codes."""
    wrong = [
        (case, found)
        for case, found in zip(cases, got, strict=True)
        if found != (case[-2], tuple(case[-1].split()))
    ]
    assert not wrong


# ---- units of one kind and different size --------------------------------------------------------------------

SIZES: list[tuple[Any, ...]] = [
    ("≥2万人", "19000人", "9.50", "R09"),
    ("≥20000平方米", "1.9万平方米", "9.50", "R09"),
    ("≥2天", "48小时", "10.00", "R09"),
    ("≥3公里", "2900米", "9.67", "R09"),
    ("≥1吨", "900千克", "9.00", "R09"),
    ("≤24小时", "2天", "5.00", "R09"),
    ("≥2年", "19个月", "7.92", "R09"),
    ("≥2平方公里", "190公顷", "9.50", "R09"),
    ("≥2亿元", "19000万元", "9.50", "R09"),
    ("≤5000元", "0.6万元", "8.33", "R09"),
    ("≤5000元", "6千元", "8.33", "R09"),
    ("≥18000人", "17.6千人", "9.78", "R09"),
    ("≥18000人", "17.6k", "9.78", "R09"),
    ("≥2百万元", "190万元", "9.50", "R09"),
    ("≥2万", "19000人", "9.50", "R09"),
    ("≥2万人", "1.9万", "9.50", ""),
    ("≥90%", "9成", "10.00", "R12"),
    ("≥9成", "81%", "9.00", "R12"),
    ("≥百分之九十", "81%", "9.00", "R12"),
    ("≤3‰", "0.4%", "7.50", "R09"),
    ("≥100千瓦时", "90度", "9.00", ""),
    ("≥100兆瓦时", "90000千瓦时", "9.00", "R09"),
    ("≥20000人", "19000", "9.50", ""),
    ("≥20000㎡", "19000平方米", "9.50", ""),
    ("≥20000 m²", "1.9万㎡", "9.50", "R09"),
    ("≤35μg/m³", "70ug/m3", "5.00", ""),
    ("≥100吨CO2", "90吨CO₂", "9.00", "R09"),
    ("≥2天", "40小时", "8.33", "R09"),
    ("100%覆盖", "90%", "9.00", ""),
    ("≥1小时", "50分钟", "8.33", "R09"),
    ("≥5000", "4.5k", "9.00", "R12"),
    ("≥100人", "90余人", "9.00", "R09"),
    ("≥12个月", "1年", "10.00", "R09"),
    ("≥99.5%", "995‰", "10.00", "R09"),
    ("≥200元/平方米", "190元/㎡", "9.50", ""),
    ("≤25μg/m³", "0.03mg/m³", "8.33", "R09"),
    ("≥100M", "90M宽带", "9.00", "R09"),
    ("≤55dB", "60分贝", "9.17", ""),
    ("≤55分贝", "60dB(A)", "9.17", ""),
    ("≥一百人", "90人", "9.00", "R12"),
    ("不少于二十场", "19场", "9.50", "R12"),
    ("≥100人左右", "80人", "8.00", "R09"),
    ("≥100人左右", "100人", "10.00", "R09"),
    ("≤100件", "80余件", "10.00", "R09"),
    ("≥300元/人", "290元", "9.67", "R09"),
    ("≥4次/年", "3次", "7.50", "R09"),
    ("≥95.", "94。", "9.89", ""),
    ("≥90%", "≥90%", "10.00", "R12"),
    ("≥85%", "90%以上", "10.00", "R12"),
    (">90%", ">90%", "10.00", "R12"),
    ("≤5件", "≤3件", "10.00", "R12"),
    ("≤8件", "<8件", "10.00", "R09"),
    ("≥100%", "1.2", "10.00", "R19"),
    ("≥90%", "0.81", "9.00", "R19"),
    ("≤0起", "无", "10.00", "R12"),
    ("≤0起", "未发生", "10.00", "R12"),
    ("=0次", "未发生安全事故", "10.00", "R12"),
    ("≥(100)万元", "90万元", "10.00", "R12"),
]  # fmt: skip


def test_sizes_of_one_kind_convert_exactly_on_an_official_layout(tmp_path: Path) -> None:
    compare(SIZES, read([case[:2] for case in SIZES], tmp_path))


OPEN: list[tuple[Any, ...]] = [
    ("≥2万人", "19000", "", "R08"),
    ("≥20000人", "1.9", "", "R08"),
    ("≥20000", "1.9万人", "", "R08"),
    ("≥2天", 48, "", "R08"),
    ("≥3公里", 2900, "", "R08"),
    ("≥2年", "24", "", "R08"),
    ("≤2.8万元", 26400, "", "R08"),
    ("≤60天", "2个月", "", "R08"),
    ("≤60天", "20个工作日", "", "R08"),
    ("≥2年", "700天", "", "R08"),
    ("≥100公顷", "1400亩", "", "R08"),
    ("≥10公里", "12平方公里", "", "R08"),
    ("≥10公里", "12条", "", "R08"),
    ("≥42公里", "100%", "", "R08"),
    ("≥300元/人", "400元/户", "", "R08"),
    ("≥5GB", "6000MB", "", "R08"),
    ("≥100吨", "90美元", "", "R08"),
    ("≥3天", "不足3天", "", "R08"),
    ("≥95%", "≥90%", "", "R08"),
    ("=90%", "≥90%", "", "R08"),
    (">90%", "≥90%", "", "R08"),
    ("≤5件", "≤8件", "", "R08"),
    ("<8件", "8件以内", "", "R08"),
    ("≤3天", "超过3天", "", "R08"),
    ("≤3天", "3天以上", "", "R08"),
    ("≥12个", "1O个", "", "R08"),
    ("≥1G", "900M", "", "R08"),
    ("≥10kV", "9500V", "", "R08"),
    ("≥2MPa", "1900kPa", "", "R08"),
    ("≥100人", "(95)", "", "R08"),
    ("≥5%", "(4)%", "", "R08"),
    ("≥(100)人", "95人", "", "R13"),
    ("≥5起", "无", "", "R08"),
    ("≤80件", "80余件", "", "R08"),
    ("≤10天", "10多天", "", "R08"),
    ("≥85件", "80余件", "", "R08"),
    ("≥100余人", "105人", "", "R08"),
    ("≥100人左右", "95人", "", "R08"),
    ("≥1.9万人", "1.9万余人", "", "R08"),
    ("≥4次/季度", "4次", "", "R08"),
    ("≥4次/季度", "12次", "", "R08"),
    ("≥100吨/日", "36500吨", "", "R08"),
    ("≥95", "0.96", "", "R08"),
    ("≥0.9", "92", "", "R08"),
    ("≥100", 1, "", "R08"),
    ("≤0起", "杜绝", "", "R08"),
    ("≥100人", "九十五人", "", "R08"),
]  # fmt: skip


def test_what_does_not_compare_for_sure_stays_open(tmp_path: Path) -> None:
    compare(OPEN, read([case[:2] for case in OPEN], tmp_path))


STATED: list[tuple[Any, ...]] = [
    ("≥20000", "1.9万人", "人", "9.50", "R09"),
    ("≥2", "19000人", "万人", "9.50", "R09"),
    ("≥2", "1.9", "万人", "9.50", ""),
    ("≥2万人", "19000", "人", "9.50", "R09"),
    ("≥20000", "19000m2", "㎡", "9.50", "R12"),
    ("≥2", "19000㎡", "万平方米", "9.50", "R09"),
    ("≥42公里", "40公里", "项", "9.52", "R09"),
    ("≥42公里", "40000米", "项", "9.52", "R09"),
    ("≥30000", "2.7万", "公里", "9.00", "R09"),
    ("≥3", "2.7万", "万千瓦", "9.00", "R12"),
    ("≥30000", "2.7万", "千克", "9.00", "R09"),
    ("≥5", "4500W", "kW", "9.00", "R09"),
    ("≥30000", "2.7W", "人", "9.00", "R09"),
    ("≥12", "100%", "处", "", "R08"),
    ("≥60", "2个月", "天", "", "R08"),
]  # fmt: skip


def test_the_unit_of_a_column_counts_on_an_official_layout(tmp_path: Path) -> None:
    got = read([case[:3] for case in STATED], tmp_path, units=True)
    compare(STATED, [(score, tuple(dict.fromkeys(codes))) for score, codes in got])


def ours(project_form: bytes, rows: list[tuple[Any, ...]], folder: Path) -> Result:
    """Our template with other indicators: sign, target, unit, actual."""
    book = opened(project_form)
    for number, (sign, target, unit, actual) in enumerate(rows, 1):
        values = {
            "一级指标": "产出指标", "二级指标": "数量指标", "三级指标": f"指标{number + 5}", "指标性质": sign,
            "年度指标值": target, "计量单位": unit, "年中监控值": None, "实际完成值": actual, "指标完成率": None,
            "分值": 10, "计分方法": None, "自评得分": 10, "偏差原因": "原因", "改进措施": "措施",
        }  # fmt: skip
        for label, value in values.items():
            cell = box(book, f"指标{number}·{label}", "project")
            cell.value, cell.number_format = value, "General"
    return scored(saved(book), folder)


OURS: list[tuple[Any, ...]] = [
    ("≥", 20000, "人", "1.9万人", "9.50", "R09"),
    ("≥", 2, "万人", "19000人", "9.50", "R09"),
    ("≤", 24, "小时", "2天", "5.00", "R09"),
    ("≥", 18000, "㎡", "17600㎡", "9.78", "R12"),
    ("≥", 18000, "平方米", "17600m2", "9.78", "R12"),
    ("≥", 18000, "m²", "1.76万平方米", "9.78", "R09"),
    ("≥", "2万人", None, 19000, "", "R08 R09"),
    (None, "3天以内", None, "6天", "5.00", "R09 R09"),
    (None, "达到90%", None, "81%", "9.00", "R09 R09"),
    ("≥", 3, "天", "不足3天", "", "R08"),
    ("≥", 95, None, 0.96, "", "R08"),
    ("≤", 300, "万元", 2998000, "", "R08"),
    ("≤", 3000000, "元", 299.8, "", "R08"),
    ("≥", 1, "万人", 9980, "", "R08"),
    ("≥", 4, "次/季度", "4次", "", "R08"),
    ("≥", 100, "%", 1.2, "", "R12"),
    ("≥", 20000, "人", 12, "0.01", ""),
    ("≤", 300, "万元", 31, "10.00", ""),
    ("≤", 0, "起", "无", "10.00", "R12"),
    ("≥", "≥100人", None, "(95)", "", "R08 R09"),
]  # fmt: skip


def test_our_own_template_reads_by_the_same_rule(project_form: bytes, tmp_path: Path) -> None:
    compare(OURS, points(ours(project_form, [case[:4] for case in OURS], tmp_path), "FI", 6, len(OURS)))


BOTH = [
    "19000人",
    "1.9万人",
    "17600①",
    "10⁴",
    "94¹",
    "1½",
    "17600㎡",
    "2天",
    "3成",
    "1.9千",
    "②",
    "19000",
    "900千克",
    "不足5",
    "3W",
]


def test_both_roads_give_the_same_points(project_form: bytes, tmp_path: Path) -> None:
    """The unit column says 人: what is typed beside it counts the same, whoever made the form."""
    outside = [score for score, _ in read([("≥20000", actual, "人") for actual in BOTH], tmp_path, units=True)]
    result = ours(project_form, [("≥", 20000, "人", actual) for actual in BOTH], tmp_path)
    assert outside == [score for score, _ in points(result, "FI", 6, len(BOTH))]
    expected = ["9.50", "9.50", "8.80", "", "0.05", "", "", "", "", "0.95", "", "9.50", "", "", "10.00"]
    assert outside == expected


FORMATS = [
    ("≥20000人", 1.9, '0.0"万人"', "9.50", "R09"),
    ("≥2万人", 19000, '0"人"', "9.50", "R09"),
    ("≥20000㎡", 19000, '0"㎡"', "9.50", ""),
    ("≥20000㎡", 19000, '0"m²"', "9.50", ""),
    ("≥20000人", 19000, '0"㎡"', "", "R08"),
]  # fmt: skip


def test_a_unit_that_a_format_shows_is_the_values_own(tmp_path: Path) -> None:
    paper = official([case[:2] for case in FORMATS])
    for row, case in enumerate(FORMATS, 8):
        paper.sheet[f"F{row}"].number_format = case[2]
    result = pipeline.score(paper.save(tmp_path / "a.xlsx"))
    compare(FORMATS, points(result, "EF", 8, len(FORMATS)))


def test_the_midyear_value_converts_as_the_others_do(project_form: bytes, tmp_path: Path) -> None:
    ours(project_form, [("≥", 2, "万人", "1.9万人"), ("≥", "2万人", None, "1.9万人")], tmp_path)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["绩效指标"]["H6"], book["绩效指标"]["H7"] = "9000人", 9000
    book.save(tmp_path / "a.xlsx")
    result = pipeline.score(tmp_path / "a.xlsx")
    assert result.evaluation is not None
    assert [str(row.midyear.value) for row in result.evaluation.indicators[:2]] == ["0.9", "None"]
    assert {("R09", "H6"), ("R08", "H7")} <= {(f.code, f.place.cell) for f in result.findings}


MONEY = [
    ("5千", None), ("5千元", None), ("5百万", None), ("3k", None), ("5美元", None), ("848.36元", None),
    ("848.36万人民币", "848.36"), ("848.36万", "848.36"), ("848.36w", "848.36"), ("¥848.36", "848.36"),
    ("848.36③", "848.36"), ("848.36³", None), ("848⅓", None),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "number"), MONEY)
def test_an_amount_is_in_the_forms_unit_or_none(
    typed: str, number: str | None, project_form: bytes, tmp_path: Path
) -> None:
    book = opened(project_form)
    book["项目资金"]["F6"] = typed
    book.save(tmp_path / "a.xlsx")
    result = pipeline.score(tmp_path / "a.xlsx")
    assert result.evaluation is not None
    value = result.evaluation.total_funds.executed.value
    assert (value if value is None else str(value)) == number
    assert {f.code for f in result.findings if f.place.cell == "F6" and f.code[0] == "R"} & {"R08", "R09", "R12"}


# ---- marks ---------------------------------------------------------------------------------------------------

MARKS: list[tuple[Any, ...]] = [
    ("≥20000人", "17600①", "8.80", "R09"),
    ("≥20000人", "①17600人", "8.80", "R09"),
    ("≥20000人", "17600⑴人", "8.80", "R09"),
    ("≥20000人", "17600人⒈", "8.80", "R09"),
    ("≥20000人", "㈠17600人", "8.80", "R09"),
    ("≥20000人", "17600❶", "8.80", "R09"),
    ("≥20000人", "17600人²", "8.80", "R09"),
    ("≥20000人①", "17600人", "8.80", "R09"),
    ("≥95%", "94¹", "9.89", "R09"),
    ("≥95%", "94%²", "9.89", "R09"),
    ("≥95%", "94²", "", "R08"),
    ("≥95%", "94₂", "", "R08"),
    ("≥10000", "10⁴", "", "R08"),
    ("≥10⁴人", "9000人", "", "R08"),
    ("≥10000", "1.2×10⁴", "", "R08"),
    ("≥2", "1½", "", "R08"),
    ("≥2", "½", "", "R08"),
    ("≥2", "②", "", "R08"),
    ("≥2", "Ⅱ", "", "R08"),
    ("≥20000人", "①17600②18000", "", "R08"),
    ("≥20000人", "1760\u20e3", "", "R08"),
    ("≥20000人", "1̶7600", "", "R08"),
    ("≥20000人", "１７６００", "8.80", "R12"),
    ("≥20000人", "١٧٦٠٠", "8.80", "R12"),
]  # fmt: skip


def test_a_mark_never_becomes_a_digit(tmp_path: Path) -> None:
    compare(MARKS, read([case[:2] for case in MARKS], tmp_path))


def test_marks_on_money_weights_and_claims(project_form: bytes, tmp_path: Path) -> None:
    book = opened(project_form)
    book["项目资金"]["F6"], book["绩效指标"]["K6"], book["绩效指标"]["M6"] = "848.36①", "10①", "10⁴"
    book["绩效指标"]["J6"] = "100%②"
    book.save(tmp_path / "a.xlsx")
    result = pipeline.score(tmp_path / "a.xlsx")
    evaluation = result.evaluation
    assert evaluation is not None
    row = evaluation.indicators[0]
    assert [str(row.weight.value), row.claimed_points.value, str(row.claimed_completion.value)] == [
        "10",
        None,
        "1",
    ]
    assert str(evaluation.total_funds.executed.value) == "848.36"
    told = {(f.code, f.place.cell) for f in result.findings if f.place.cell in ("F6", "K6", "M6", "J6")}
    assert {("R09", "F6"), ("R09", "K6"), ("R08", "M6"), ("R09", "J6")} <= told


@pytest.mark.parametrize(
    "text",
    [
        "①预算执行率①94.04%，②资金使用规范。",
        "预算执行率10⁴%。",
        "全年支出10²万元。",
        "预算执行率⒈94.04%。",
        "预算执行率94½%。",
    ],
)
def test_marks_in_a_passage_make_no_figure(text: str, project_form: bytes, tmp_path: Path) -> None:
    assert not [f.message for f in passage(project_form, text, tmp_path).findings if f.code == "N03"]


def test_a_figure_beside_a_mark_is_compared_as_it_stands(project_form: bytes, tmp_path: Path) -> None:
    (found,) = findings_of(passage(project_form, "①预算执行率34.04%①。", tmp_path), "N03")
    assert "“预算执行率34.04%”" in found.message


def passage(project_form: bytes, text: str, folder: Path) -> Result:
    book = opened(project_form)
    book["自评结论"]["C16"] = text
    book.save(folder / "a.xlsx")
    return pipeline.score(folder / "a.xlsx")


def test_item_numbers_in_a_target_of_words_leave_it_one(tmp_path: Path) -> None:
    paper = official([("①完成培训；②完成验收", "达成"), ("①≥80个；②≥90个", "达成"), ("①2023年12月底前", "达成")])
    result = pipeline.score(paper.save(tmp_path / "a.xlsx"))
    assert result.evaluation is not None
    assert [row.sign.value for row in result.evaluation.indicators] == ["定性"] * 3
    assert [score for score, _ in points(result, "EF", 8, 3)] == ["10.00"] * 3


def test_long_runs_of_combining_characters_are_cut_before_they_are_sorted() -> None:
    text = "a" + "\u0301\u0316" * 16_000
    assert len(fold(text)) <= 1 + MOST_COMBINED
    assert fold("e\u0301" * 50) == "é" * 50
    assert len(fold("，" * 40_000)) == LONGEST


# ---- signs ---------------------------------------------------------------------------------------------------

SIGNS = [
    ("⩾5", "≥"), ("≮5", "≥"), ("至少5", "≥"), ("不得少于5", "≥"), ("多于5", ">"), ("高于5", ">"), ("超过5", ">"),
    ("⩽5", "≤"), ("≯5", "≤"), ("不多于5", "≤"), ("未超过5", "≤"), ("至多5", "≤"), ("控制在5", "≤"), ("控制在5以上", "≥"),
    ("5以内", "≤"), ("5个内", "≤"), ("低于5", "<"), ("少于5", "<"), ("不足5", "<"), ("==5", "="), ("5", None),
]  # fmt: skip


def test_signs_in_all_their_words(project_form: bytes, tmp_path: Path) -> None:
    evaluation = pipeline.score(
        official([(typed, "5") for typed, _ in SIGNS]).save(tmp_path / "b.xlsx")
    ).evaluation
    assert evaluation is not None
    assert [(row.sign.value, str(row.target.value)) for row in evaluation.indicators] == [
        (sign, "5") for _, sign in SIGNS
    ]
    words = [
        ("⩾", "≥"),
        ("≮", "≥"),
        ("不多于", "≤"),
        ("≯", "≤"),
        ("高于", ">"),
        ("少于", "<"),
        ("正向", "≥"),
        ("＞＝", "≥"),
        ("定性指标", "定性"),
    ]
    evaluation = ours(project_form, [(typed, 5, "个", 5) for typed, _ in words], tmp_path).evaluation
    assert evaluation is not None
    assert [row.sign.value for row in evaluation.indicators[: len(words)]] == [sign for _, sign in words]


# ---- labels and names ----------------------------------------------------------------------------------------


def test_marks_beside_labels_are_no_part_of_them(tmp_path: Path) -> None:
    paper = official([("≥20000人", "17600人")])
    for cell, text in {
        "C5": None,
        "E5": "年初预算数①",
        "F5": "②全年预算数",
        "G5": "全年执行数³",
        "E7": "年度指标值①",
        "F7": "㈡实际完成值",
    }.items():
        paper.sheet[cell] = text
    result = pipeline.score(paper.save(tmp_path / "a.xlsx"))
    assert points(result, "EF", 8, 1) == [("8.80", ())]
    assert result.evaluation is not None
    assert str(result.evaluation.total_funds.executed.value) == "100"
