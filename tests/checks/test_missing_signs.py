"""Indicators without a sign: read by a target of zero, by the name, or left open; told once, never an error of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.rulebook.direction import by_name
from tests.kit.filled import opened
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.live_template import recalculated
from tests.kit.official_rows import errors, of_rows, official, own, points

Score = Callable[..., Result]


def words(text: str) -> list[str]:
    return text.split()


LOWER = words(
    """公用经费控制率 结转结余率 预算调整率 三公经费变动率 “三公”经费控制率 三公经费增长率 财政供养人员控制率 在职人员控制率 会议费控制率
    安全事故发生率 事故起数 事故死亡人数 投诉率 群众投诉件数 差错率 业务办理差错率 数据处理差错率 逾期率 逾期未还率 返工率 设备损耗率 变质比例
    不合格率 抽检不合格率 未就业率 不满意率 失业率 贫困发生率 单位能耗 二氧化硫排放量 政府债务率 闲置率 学生辍学率 系统故障率 故障响应时间
    平均等候时间 审批时限 单页成本（含装订） 项目总成本 工程造价 管网漏损率 网络中断次数 火灾起数 超概率 不良贷款率 退货率 PM2.5平均浓度
    结余资金结转 拖欠工资人数 项目延期率 学生近视率 违约金额 成本增长率"""
)
HIGHER = words(
    """合格率 事故处理率 投诉办结率 差错整改率 事故下降率 违规问题整改率 投诉处理及时率 投诉处理满意度 预算执行率 每平能耗下降率 安全隐患整改率
    无事故天数 培训时间 志愿服务时长 病虫害控制率 血压控制率 空气质量优良天数 森林覆盖率 收入增长率 存量资金盘活率 结余结转资金使用率 按期完成率
    三公经费压减率 缺陷修复率 欠费追缴率 未成年人入学率 不动产登记及时率"""
)
HINTED = words(
    """成本控制率 受理投诉件数 办结投诉件数 减少事故起数 降低投诉率 查处违规案件数 抢修故障次数 培训费 印刷费 用电量 预算数 资产负债率 信访量
    挽回经济损失 完成时间 未按期完成率 医保基金累计结余"""
)
SILENT = words(
    """培训人次 档案数字化数量 事故应急演练次数 投诉平台建设 失业保险参保人数 集中采购节约成本 发放生活补助费用 费用报销及时笔数 供水量 完成投资额
    投诉回访次数 逾期贷款清收金额 安全事故为零"""
)


@pytest.mark.parametrize(
    ("leaning", "names"), [("lower", LOWER), ("higher", HIGHER), ("hint", HINTED)], ids=["lower", "higher", "hint"]
)
def test_a_name_says_which_way_is_better(leaning: str, names: list[str]) -> None:
    assert {name: by_name(name)[0] for name in names if by_name(name)[0] != leaning} == {}


def test_most_names_say_nothing() -> None:
    saving = {"集中采购节约成本": ""}  # more of it is better, but no word of the table says so
    assert {name: by_name(name)[0] for name in SILENT if by_name(name)[0]} == {
        k: v for k, v in saving.items() if v
    }


# ---- a target of zero ------------------------------------------------------------------------------------

ZEROS = [
    ("安全生产责任起数", "0起", "0起", 10, 10), ("聚集人次", "0人次", "3人次", 10, 10), ("缺失率", "0%", "0%", 10, 10),
    ("扣分次数", "0次", "1次", 10, 10), ("蔬菜变质比例", 0, 0, 10, 10), ("食品变质比例", "0", "0.5", 10, 10),
    ("安全事故", 0, 0, 10, 10), ("税收增长率", "0%", "2%", 10, 10), ("就业率提升率", "0%", "0%", 10, 10),
]  # fmt: skip
OF_ZEROS = ["10.00", "0.00", "10.00", "0.00", "10.00", "0.00", "10.00", None, "10.00"]


def test_zero_without_a_sign_is_at_most_zero_in_an_official_layout(tmp_path: Path) -> None:
    result = official(tmp_path, *ZEROS, total=100)
    assert points(result) == OF_ZEROS
    told = [f.place.row for f in result.findings if f.code == "I01"]
    assert told == [10, 12, 14, 16]  # what is met whichever way needs no sign where there is no column for it
    assert errors(result) == []


def test_zero_without_a_sign_is_at_most_zero_in_our_template(well_made: dict[str, Any], score_case: Score) -> None:
    bare = [(n, *(float(str(v).strip("起人次%")) for v in (t, a)), w, c) for n, t, a, w, c in ZEROS]
    result = score_case(own(well_made, *bare, unit="次"))
    assert points(result) == OF_ZEROS
    assert of_rows(result) == [("I01", "warning", "指标性质")] * len(ZEROS)
    messages = [f.message for f in result.findings if f.code == "I01"]
    assert messages[0] == "“安全生产责任起数”没有填指标性质，指标值为0，暂按“≤”计分。"
    assert "填报的得分与按“≥”计算的一致" in messages[1]
    assert "暂不评分" in messages[7]


def test_the_units_own_zero_is_no_longer_owed_points(tmp_path: Path) -> None:
    result = official(tmp_path, ("查处起数", "0起", "2起", 50, 0), ("满意度", "≥90%", "95%", 40, 40), total=50)
    assert points(result) == ["0.00", "40.00"]
    assert of_rows(result) == [("I01", "warning", "指标性质"), ("I07", "error", "偏差原因")]


def test_a_stated_sign_of_zero_is_the_units(well_made: dict[str, Any], score_case: Score) -> None:
    row = ("安全生产责任起数", 0, 0, 10, 10)
    assert of_rows(score_case(own(well_made, row, unit="起", sign="≥")), "I01", "I02") == [
        ("I02", "error", "年度指标值")
    ]
    assert of_rows(score_case(own(well_made, row, unit="起", sign="=")), "I01", "I02") == []


# ---- names -----------------------------------------------------------------------------------------------

NAMED = [
    ("公用经费控制率", "100%", "97%", 10, 10), ("结转结余率", "2%", "0%", 10, 10), ("预算调整率", "3%", "0%", 10, 10),
    ("三公经费变动率", "5%", "-2%", 10, 10), ("财政供养人员控制率", "100%", "104%", 10, 10), ("投诉处理及时率", "100%", "97%", 10, 9.7),
    ("成本控制率", "100%", "97%", 10, 10), ("培训费", "10万元", "8万元", 10, 10), ("办公面积", "200平方米", "180平方米", 10, 10),
]  # fmt: skip
OF_NAMED = ["10.00", "10.00", "10.00", "10.00", "9.62", "9.70", None, None, "9.00"]


def test_a_name_tells_the_sign_that_is_missing(tmp_path: Path) -> None:
    result = official(tmp_path, *NAMED, total=99.7)
    assert points(result) == OF_NAMED
    assert of_rows(result, "I01") == [("I01", "warning", "指标性质")] * 9
    assert [f.expected for f in result.findings if f.code == "I01"] == [*"≤≤≤≤≥", None, None, None, None]
    assert errors(result) == [("I07", "error", "偏差原因")]  # 9.7 of 10 by the unit's own word


def test_what_rests_on_our_reading_alone_is_no_error(well_made: dict[str, Any], score_case: Score) -> None:
    case = own(well_made, ("办公面积", 200, 180, 90, 90), unit="平方米", level1="产出指标")
    result = score_case(case | {"claimed": {"execution_points": 9.7, "total": 99.7, "grade": "优"}})
    assert points(result) == ["81.00"]
    told = [(f.code, f.severity) for f in result.findings if f.code[0] in "IT" and f.code not in ("I13",)]
    assert told == [("I01", "warning")]  # with the sign that the claims fit, the total is right
    assert errors(result) == []


def test_a_claim_that_fits_no_reading_is_an_error(well_made: dict[str, Any], score_case: Score) -> None:
    result = score_case(own(well_made, ("办公面积", 200, 180, 10, 5), unit="平方米"))
    assert of_rows(result, "I01", "I06") == [("I01", "warning", "指标性质"), ("I06", "error", "自评得分")]


def test_without_a_claim_the_reason_is_asked_for_as_a_warning(
    well_made: dict[str, Any], score_case: Score
) -> None:
    result = score_case(own(well_made, ("办公面积", 200, 180, 10, None), unit="平方米"))
    assert of_rows(result, "I07") == [("I07", "warning", "偏差原因"), ("I07", "warning", "改进措施")]


def test_a_cost_under_its_level_only_hints(tmp_path: Path) -> None:
    rows = [("补助标准", "500元", "480元", 10, 10), ("补贴标准", "500元", "500元", 10, 10)]
    result = official(tmp_path, *rows, level="成本指标")
    assert points(result) == [None, "10.00"]
    assert [f.message for f in result.findings if f.code == "I01"] == [
        "“补助标准”没有填指标性质，成本指标越高越好还是越低越好不能确定，按“≥”和“≤”得分不同，暂不评分。"
    ]


def test_a_rulebook_may_leave_names_aside(well_made: dict[str, Any], score_case: Score, tmp_path: Path) -> None:
    rulebook = tmp_path / "own.toml"
    rulebook.write_text(
        'extends = "mof-2020"\nname = "own"\ntitle = "办法"\ndocument = "文件"\n[quantitative]\n'
        'missing_sign_by_name = { value = false, basis = "不看名称", verified = false }\n'
        'missing_sign_zero = { value = "=", basis = "为0的按等于", verified = false }\n',
        "utf-8",
    )
    case = own(
        well_made, ("投诉率", 2, 1, 10, 5), ("成本控制率", 100, 97, 10, 9.7), ("投诉", 0, 1, 10, 0), unit="%"
    )
    result = score_case(case, rulebook=str(rulebook))
    assert points(result) == ["5.00", "9.70", "0.00"]
    assert result.scores is not None
    assert "（=0%）" in result.scores.indicators[2].why


def test_a_sign_that_the_name_contradicts_is_told(well_made: dict[str, Any], score_case: Score) -> None:
    result = score_case(own(well_made, ("群众投诉率", 2, 3, 10, 10), unit="%", sign="≥"))
    assert [(f.code, f.expected) for f in result.findings if f.code == "I16"] == [("I16", "≤")]


# ---- what the claims say ---------------------------------------------------------------------------------

CLAIMED = [
    ("投诉处理率", "100%", "95%", 10, 10, ["I01", "I05", "I07"], "暂按“≥”计分。"),
    ("差错率", "1%", "2%", 10, 10, ["I01"], "按名称（“差错”越低越好），暂按“≤”计分；填报的得分与按“≥”计算的一致。"),
    ("安全事故", "0起", "2起", 10, 10, ["I01"], "指标值为0，暂按“≤”计分；填报的得分与按“≥”计算的一致。"),
    ("培训", "100人左右", "95人", 10, 10, ["I01", "R08"], "暂按“≥”计分。"),
    ("用地", "100亩", "125亩", 10, 8, ["I01", "I07"], "暂按“≥”计分；填报的得分与按“≤”计算的一致。"),
    ("差错", "2次", "1次", 10, 5, ["I01"], "按名称（“差错”越低越好），暂按“≤”计分；填报的得分与按“≥”计算的一致。"),
]  # fmt: skip


def test_full_points_are_no_witness_against_name_and_rulebook(tmp_path: Path) -> None:
    result = official(tmp_path, *(case[:5] for case in CLAIMED))
    told = {row: sorted({f.code for f in result.findings if f.place.row == row}) for row in range(9, 15)}
    told = {
        row: [code for code in codes if code not in ("R19", "W01", "W05", "I13")] for row, codes in told.items()
    }
    assert [*told.values()] == [case[5] for case in CLAIMED]
    messages = [f.message for f in result.findings if f.code == "I01"]
    assert [one.partition("没有填指标性质，")[2] for one in messages] == [case[6] for case in CLAIMED]
    assert [f.expected for f in result.findings if f.code == "I01"] == [None, "≥", "≥", None, "≤", "≥"]


# ---- the template's live formulas ------------------------------------------------------------------------


@needs_libreoffice
def test_the_template_asks_for_the_sign_or_shows_what_the_engine_gives(
    well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    numbers = [
        (n, *(float(str(v).strip("起人次%万元平方米")) for v in (t, a)), w, c) for n, t, a, w, c in NAMED + ZEROS
    ]
    case = own(well_made, *numbers, unit="次")
    costs = own(well_made, ("补助标准", 500, 480, 10, 10), ("补贴人数", 500, 480, 10, 10), level1="")["indicators"]
    costs[0]["level2"], costs[1]["level2"] = "成本指标", ""  # the second stands under the first
    case["indicators"] += costs
    engine = points(score_case(case))
    data = pipeline.template_bytes(case=json.dumps(case))
    stored, live = opened(data, data_only=True), recalculated(data, tmp_path)
    for book in (stored, live):
        shown = [row[16].value for row in book["绩效指标"].iter_rows(min_row=6, max_row=5 + len(engine))]
        apart = [
            (name, seen, given)
            for (name, *_), seen, given in zip(
                [*numbers, ("补助标准",), ("补贴人数",)], shown, engine, strict=True
            )
            if seen != "请选性质" and (given is None or seen != float(given))
        ]
        assert apart == []
        assert shown.count("请选性质") == len(numbers) + 2  # what a name says only the engine can read
