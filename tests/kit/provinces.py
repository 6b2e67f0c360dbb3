"""More forms of other provinces, made after the layouts that they publish (仿); figures are made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.kit.layouts import Paper

LEVELS = (
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("效益指标", "社会效益指标"),
    ("满意度指标", "服务对象满意度指标"),
)
NAMES = ("培训教师人数", "培训合格率", "教学能力", "参训教师满意度")
TARGETS, ACTUALS = ("≥300人次", "≥95%", "明显提升", "≥90%"), ("320人次", "96%", "明显提升", "88%")
BARE, DONE, UNITS = (300, 95, "明显提升", 90), (320, 96, "明显提升", 88), ("人次", "%", "", "%")
WEIGHTS, CLAIMED = (20, 30, 30, 10), (20, 30, 30, 9.78)
WHY = (None, None, None, "部分教师反映课时偏紧；下年分两期安排。")


def _head(title: str, project: str = "项目名称", unit: str = "实施单位", supervisor: str = "主管部门") -> Paper:
    p = Paper()
    p.put("A1:J1", title)
    p.row(2, "A B:J", project, "乡村教师培训")
    p.row(3, "A B:E F G:J", supervisor, "示例市教育局", unit, "示例市教师进修学校")
    return p


def _money(p: Paper, heads: tuple[str | None, ...], *lines: tuple[Any, ...]) -> None:
    p.put(f"A4:A{4 + len(lines)}", "项目资金（万元）")
    for row, values in enumerate((heads, *lines), 4):
        p.row(row, " ".join("BCDEFGHI"[: len(values)]), *values)


def _rows(p: Paper, top: int, heads: tuple[str, ...], *columns: tuple[Any, ...]) -> None:
    p.put(f"A{top}:A{top + 4}", "绩效指标")
    letters = " ".join("BCDEFGHIJKLMN"[: len(heads)])
    for row, values in enumerate((heads, *zip(*columns, strict=True)), top):
        p.row(row, letters, *values)


ONE, TWO = tuple(one for one, _ in LEVELS), tuple(two for _, two in LEVELS)
USUAL = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")


def reviewed() -> Paper:
    """江苏、浙江 (仿): points of the unit beside those of the bureau, and what was deducted and why."""
    p = _head("2022年度项目支出绩效自评表")
    _money(p, (None, *USUAL), ("年度资金总额", 50, 50, 50, 10, "100%", 10))
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "目标值",
        "完成值",
        "分值",
        "单位自评得分",
        "财政复核得分",
        "扣分",
        "扣分原因",
    )
    _rows(p, 6, heads, ONE, TWO, NAMES, TARGETS, ACTUALS, WEIGHTS, CLAIMED, (20, 29, 30, 9), (0, 1, 0, 1), WHY)
    return p


def split_values() -> Paper:
    """河北、辽宁 (仿): the target in sign, number, unit; line breaks and spaces inside the headers; a number of the row."""
    p = _head("预算项目绩效自评表（2023年度）", unit="项目实施单位")
    _money(p, (None, *USUAL), ("年度资金总额", 50, 50, 50, 10, "100%", 10))
    heads = (
        "序号",
        "一 级 指 标",
        "二级\n指标",
        "三 级\n指 标",
        "比较符",
        "目标\n数值",
        "计量\n单位",
        "全年\n实际完成",
        "满\n分",
        "自评\n得分",
        "备 注",
    )
    signs = ("≥", "≥", "定性", "≥")
    _rows(p, 6, heads, (1, 2, 3, 4), ONE, TWO, NAMES, signs, BARE, UNITS, DONE, WEIGHTS, CLAIMED, WHY)
    return p


def without_level1() -> Paper:
    """上海 (仿): two levels only, the standard and the source of the data beside each indicator."""
    p = _head("财政项目支出绩效自评表（2021年度）")
    _money(
        p,
        ("预算执行", "预算安排金额", "实际支出金额", "预算执行率", "权重", "得分"),
        ("项目总资金", 50, 50, "100%", 10, 10),
    )
    heads = (
        "指标类型",
        "绩效指标",
        "指标解释",
        "评分标准",
        "数据来源",
        "计划目标值",
        "实际完成情况",
        "权重",
        "自评分",
        "偏差分析",
    )
    text = ("按实际人数", "按考试结果", "按问卷", "按问卷")
    _rows(
        p,
        6,
        heads,
        TWO,
        NAMES,
        text,
        ("达标得满分",) * 4,
        ("培训名册",) * 4,
        TARGETS,
        ACTUALS,
        WEIGHTS,
        CLAIMED,
        WHY,
    )
    return p


def units_in_headers() -> Paper:
    """广东 (仿): 完成/未完成 beside the value, the points first, the supervisor of two tiers."""
    p = _head("项目支出绩效自评表（2024年度）", unit="用款单位", supervisor="省级主管部门")
    _money(p, (None, "年初预算数", "调整后预算数", "到位数", "实际支出数", "支出率（%）", "分值", "自评得分"),
           ("资金总额", 50, 50, 50, 50, "100%", 10, 10), ("其中：财政拨款", 50, 50, 50, 50, "100%", None, None))  # fmt: skip
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "分值（分）",
        "年度指标值",
        "实际完成值",
        "是否完成",
        "自评得分（分）",
        "未完成原因及改进措施",
    )
    _rows(
        p, 7, heads, ONE, TWO, NAMES, WEIGHTS, TARGETS, ACTUALS, ("完成", "完成", "完成", "未完成"), CLAIMED, WHY
    )
    return p


def total_in_head() -> Paper:
    """山东、青海 (仿): the total in the head, other names for what was planned and what was done."""
    p = _head(
        "项目绩效自评表（2020年度）", project="项目（政策）名称", unit="预算执行单位", supervisor="业务主管部门"
    )
    p.row(4, "A B", "自评总得分", 99.78)
    p.put("A5:A6", "项目资金（万元）")
    p.row(5, "B C D E F G H", None, "年初批复预算", "全年可用预算", "全年支出", "满分", "支出进度", "实得分")
    p.row(6, "B C D E F G H", "资金合计", 50, 50, 50, 10, "100%", 10)
    heads = (
        "指标大类",
        "指标小类",
        "具体指标",
        "计划目标",
        "完成结果",
        "指标满分",
        "自评打分",
        "差异原因及整改措施",
    )
    _rows(p, 7, heads, ONE, TWO, NAMES, TARGETS, ACTUALS, WEIGHTS, CLAIMED, WHY)
    return p


def weights_of_levels() -> Paper:
    """湖南 (仿): weights on three levels, each right of its level."""
    p = _head("2023年度项目支出绩效自评表")
    _money(p, (None, *USUAL), ("年度资金总额", 50, 50, 50, 10, "100%", 10))
    heads = (
        "一级指标",
        "分值",
        "二级指标",
        "分值",
        "三级指标",
        "分值",
        "年度指标值",
        "实际完成值",
        "得分",
        "偏差原因分析及改进措施",
    )
    first, second = (50, None, 30, 10), (20, 30, 30, 10)
    _rows(p, 6, heads, ONE, first, TWO, second, NAMES, WEIGHTS, TARGETS, ACTUALS, CLAIMED, WHY)
    return p


def of_a_department() -> Paper:
    """天津、福建 (仿): a department's form, with values of the middle of the year and rates of completion."""
    p = _head("部门整体支出绩效自评表（2022年度）", unit="单位名称", supervisor="主管预算部门")
    p.put("A4:A7", "预算执行情况（万元）")
    p.row(4, "B C D E F G H", "支出类型", "年初预算", "调整后预算数", "全年支出数", "执行率", "权重", "执行率得分")
    p.row(5, "B C D E F G H", "部门预算总额", 50, 50, 50, "100%", 10, 10)
    p.row(6, "B C D E F G H", "基本支出", 30, 30, 30, "100%", None, None)
    p.row(7, "B C D E F G H", "项目支出", 20, 20, 20, "100%", None, None)
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "预期指标值",
        "1-7月监控值",
        "全年实现值",
        "完成率",
        "权重分值",
        "自评得分",
        "偏差原因",
    )
    midyear, rates = ("150人次", "95%", "—", "—"), ("106.67%", "101.05%", "100%", "97.78%")
    _rows(p, 8, heads, ONE, TWO, NAMES, TARGETS, midyear, ACTUALS, rates, WEIGHTS, CLAIMED, WHY)
    return p


def header_of_two_rows() -> Paper:
    """广西、贵州 (仿): headings over levels, the parts of the target, and the points."""
    p = _head("项目支出绩效自评表（2023年度）")
    _money(p, (None, *USUAL), ("年度资金总额", 50, 50, 50, 10, "100%", 10))
    p.put("A6:A11", "绩效指标")
    p.row(6, "B:D E:G H:I J:K", "指标", "年度目标", "完成情况", "评分")
    p.put("L6:L7", "偏差原因分析及改进措施")
    heads = ("一级指标", "二级指标", "三级指标", "符号", "数值", "单位", "实际完成值", "完成程度", "分值", "得分")
    p.row(7, "B C D E F G H I J K", *heads)
    signs, rates = ("≥", "≥", "定性", "≥"), ("106.67%", "101.05%", "100%", "97.78%")
    columns = (ONE, TWO, NAMES, signs, BARE, UNITS, DONE, rates, WEIGHTS, CLAIMED, WHY)
    for row, values in enumerate(zip(*columns, strict=True), 8):
        p.row(row, "B C D E F G H I J K L", *values)
    return p


def tasks_with_a_sum() -> Paper:
    """陕西、甘肃 (仿): a department's tasks are all its money; the row of their sum has the points of execution."""
    p = Paper()
    p.put("A1:L1", "部门整体支出绩效自评表（2022年度）")
    p.row(2, "A B:L", "部门名称", "示例市教师进修学校")
    p.put("A3:A7", "年度主要任务完成情况")
    for area, text in (("B3:B4", "任务名称"), ("C3:C4", "主要内容"), ("D3:D4", "完成情况"),
                       ("E3:G3", "全年预算数（万元）"), ("H3:J3", "全年执行数（万元）"),
                       ("K3:K4", "分值"), ("L3:L4", "得分")):  # fmt: skip
        p.put(area, text)
    p.row(4, "E F G H I J", "总额", "财政拨款", "其他资金", "总额", "财政拨款", "其他资金")
    cells = "B C D E F G H I J K L"
    p.row(5, cells, "任务1：培训教师", "集中培训", "完成", 30, 30, 0, 30, 30, 0, "—", "—")
    p.row(6, cells, "任务2：改善条件", "购置设备", "完成", 20, 20, 0, 20, 20, 0, "—", "—")
    p.row(7, "B:D E F G H I J K L", "金额合计", 50, 50, 0, 50, 50, 0, 10, 10)
    heads = ("一级指标", "二级指标", "三级指标", "年度指标值", "全年完成值", "分值", "得分", "未完成原因分析")
    _rows(p, 8, heads, ONE, TWO, NAMES, TARGETS, ACTUALS, WEIGHTS, CLAIMED, WHY)
    return p


def money_beside_labels() -> Paper:
    """贵州 (仿): no table of money: each amount stands right of its name, 分值 and 得分 in the next row."""
    p = Paper()
    p.put("A1:H1", "部门整体支出绩效自评表（2021年度）")
    p.row(2, "A B:H", "部门名称", "示例市教师进修学校")
    p.put("A3:A4", "预算执行情况（万元）")
    p.row(3, "B C D E F G", "调整后预算数", 50, "全年支出数", "50万元", "执行率", "100%")
    p.row(4, "B C D E", "分值", 10, "得分", 10)
    heads = ("一级指标", "二级指标", "三级指标", "绩效指标值", "实际完成值", "分值", "得分", "备注及原因")
    _rows(p, 5, heads, ONE, TWO, NAMES, TARGETS, ACTUALS, WEIGHTS, CLAIMED, WHY)
    return p


def units_before_values() -> Paper:
    """山西 (仿): each value has its unit before it, and no heading is over the pair."""
    p = _head("项目支出绩效自评表（2021年度）")
    _money(p, (None, *USUAL), ("年度资金总额", 50, 50, 50, 10, "100%", 10))
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "单位",
        "目标值",
        "单位",
        "完成值",
        "指标完成率",
        "分值",
        "得分",
        "原因",
    )
    rates = ("106.67%", "101.05%", "100%", "97.78%")
    _rows(p, 6, heads, ONE, TWO, NAMES, UNITS, BARE, UNITS, DONE, rates, WEIGHTS, CLAIMED, WHY)
    return p


def reasons_in_boxes() -> Paper:
    """辽宁 (仿): three rows of headers; the kinds of reasons are ticked, the reason itself is behind them."""
    p = _head("项目支出绩效自评表（2023年度）")
    _money(p, (None, *USUAL), ("年度资金总额", 50, 50, 50, 10, "100%", 10))
    for area, text in (("B6:B8", "一级指标"), ("C6:C8", "二级指标"), ("D6:D8", "三级指标"), ("E6:G6", "指标值"),
                       ("E7:E8", "运算符号"), ("F7:F8", "内容"), ("G7:G8", "度量单位"), ("H6:H8", "实际完成值"),
                       ("I6:I8", "赋分权重"), ("J6:J8", "得分"), ("K6:P6", "未完成原因分析"), ("K7:O7", "原因分类"),
                       ("P7:P8", "原因说明")):  # fmt: skip
        p.put(area, text)
    p.row(8, "K L M N O", "经费保障", "制度保障", "人员保障", "硬件条件保障", "其他")
    signs, ticks = (">=", ">=", "定性", ">="), (None, None, None, "√")
    columns = (ONE, TWO, NAMES, signs, BARE, UNITS, DONE, WEIGHTS, CLAIMED, ticks, WHY)
    for row, values in enumerate(zip(*columns, strict=True), 9):
        p.row(row, "B C D E F G H I J K P", *values)
    return p


def with_evidence() -> Paper:
    """广西 (仿): the papers that prove a result, and a text about it, beside the result itself."""
    p = _head("2023年度项目支出绩效自评表")
    _money(p, (None, *USUAL), ("年度资金总额", 50, 50, 50, 10, "100%", 10))
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "年初设定值",
        "实际完成情况",
        "年末实现值",
        "完成值佐证材料",
        "分值",
        "自评得分",
        "扣分依据",
    )
    text, papers = ("按期开班", "按期考试", "反映良好", "反映良好"), ("培训名册", "成绩单", "问卷", "问卷")
    _rows(p, 6, heads, ONE, TWO, NAMES, TARGETS, text, ACTUALS, papers, WEIGHTS, CLAIMED, WHY)
    return p


YEARS: dict[Callable[[], Paper], int] = {
    reviewed: 2022, split_values: 2023, without_level1: 2021, units_in_headers: 2024, total_in_head: 2020,
    weights_of_levels: 2023, of_a_department: 2022, header_of_two_rows: 2023, tasks_with_a_sum: 2022,
    money_beside_labels: 2021, units_before_values: 2021, reasons_in_boxes: 2023,
    with_evidence: 2023,
}  # fmt: skip
FORMS: dict[str, Callable[[], Paper]] = {made.__name__: made for made in YEARS}
