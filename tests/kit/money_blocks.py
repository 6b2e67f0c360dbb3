"""Ways in which forms lay out their money (仿): every one holds a budget of 50 and 45 spent, above the same indicators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.kit.layouts import Paper

HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("产出指标", "数量指标", "培训人数", "≥300人次", "320人次", 30, 30, None),
    ("产出指标", "质量指标", "合格率", "≥95%", "96%", 20, 20, None),
    ("效益指标", "社会效益指标", "教学能力", "明显提升", "达成", 30, 30, None),
    ("满意度指标", "服务对象满意度指标", "参训教师满意度", "≥90%", "95%", 10, 10, None),
)


def form(*money: tuple[str, tuple[Any, ...]], total: float = 99) -> Paper:
    """A form with these rows of money, each as columns and values, from row 4 on."""
    p = Paper()
    p.put("A1:I1", "项目支出绩效自评表（2023年度）")
    p.row(2, "A B:I", "项目名称", "教师培训")
    p.row(3, "A B:D E F:I", "主管部门", "某市教育局", "实施单位", "某市教师进修学校")
    for row, (columns, values) in enumerate(money, 4):
        p.row(row, columns, *values)
    top = 5 + len(money)
    for row, values in enumerate((HEADS, *ROWS), top):
        p.row(row, "B C D E F G H I", *values)
    p.put(f"A{top}:A{top + 4}", "绩效指标")
    p.row(top + 5, "A:F G H I", "总分", 100, total, None)
    return p


SEVEN = "A B C D E F G H"


def sources_as_columns() -> Paper:
    """湖北广水: 中央, 省地, 本级, 其他 are columns; 合计 is the budget, as the rate tells."""
    heads = ("项目资金来源", "中央\n（万元）", "省、地\n（万元）", "本级\n（万元）", "其他\n（万元）", "合计\n（万元）", "执行数\n（万元）", "执行率")  # fmt: skip
    return form((SEVEN, heads), (SEVEN, (None, None, None, 50, None, 50, 45, "90%")))


def one_line() -> Paper:
    """One line alone, which is not called 年度资金总额."""
    heads = ("项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    return form((SEVEN, heads), (SEVEN, (None, "财政拨款", 50, 50, 45, 10, "90%", 9)))


def names_beside() -> Paper:
    """四川安居: 预算数 and 执行数 stand beside their figures, parts below them, points without a label behind them."""
    columns = "A B:C D E:F G H"
    return form(
        (columns, ("预算执行情况（万元）", "预算数：", 50, "执行数：", 45, 9)),
        (columns, (None, "其中：中央补助", "40万元", "其中：中央补助", "40万元", None)),
    )


def boxes_of_two_rows() -> Paper:
    """Boxes in two rows, the rate among them."""
    return form(
        ("A B:D E F:I", ("年初预算数（万元）", 48, "全年预算数（万元）", 50)),
        ("A B:D E F:I", ("全年执行数（万元）", 45, "预算执行率", "90%")),
    )


def sources_across() -> Paper:
    """The budget and what was spent are lines, 合计 and its sources are columns."""
    return form(
        ("A B C D E F", ("项目资金（万元）", None, "合计", "中央资金", "省级资金", "县级资金")),
        ("A B C D E F", (None, "全年预算数", 50, 30, 10, 10)),
        ("A B C D E F", (None, "全年执行数", 45, 30, 10, 5)),
    )


def units_behind_amounts() -> Paper:
    """The money unit stands behind every amount, and nowhere else."""
    heads = (
        "项目资金",
        None,
        "年初预算（A）",
        "调整后预算（B）",
        "实际支出（C）",
        "执行率（C/B）",
        "满分",
        "自评分",
    )
    return form((SEVEN, heads), (SEVEN, (None, "总额", "48万元", "50万元", "45万元", "90%", 10, 9)))


def without_a_sum() -> Paper:
    """Sources of both without their sums: nobody can tell that the first is none."""
    return form(
        ("A B C D E", ("项目资金（万元）", None, "中央资金", "省级资金", "县级资金")),
        ("A B C D E", (None, "全年预算数", 25, 15, 10)),
        ("A B C D E", (None, "全年执行数", 25, 10, 10)),
    )


def twice() -> Paper:
    """Two budgets: which one counts, no label tells."""
    return form(
        ("A B:D E F:I", ("预算数（万元）", 48, "预算数（万元）", 50)),
        ("A B:D E F:I", ("执行数（万元）", 45, "执行率", "90%")),
    )


READ: tuple[Callable[[], Paper], ...] = (
    sources_as_columns, one_line, names_beside, boxes_of_two_rows, sources_across, units_behind_amounts,
)  # fmt: skip
OPEN: tuple[Callable[[], Paper], ...] = (without_a_sum, twice)


def only_initial() -> Paper:
    """北京海淀 2016: the initial budget alone, a rate without decimals, how points follow beside them."""
    heads = (
        "项目资金（万元）",
        None,
        "年初预算数（A）",
        "全年执行数（B）",
        "分值（10分）",
        "执行率（B/A）",
        "得分",
        "得分计算方法",
    )
    return form(
        (SEVEN, heads), (SEVEN, (None, "年度资金总额：", 310.2, 154.74, 10, "50%", 5, "执行率*该指标分值"))
    )


def of_sichuan_2020() -> Paper:
    """四川 2018—2020: no points; headings left of the goals, 其中-财政拨款 below the amounts."""
    p = Paper()
    p.put("A1:F1", "项目绩效目标完成情况表")
    p.put("A2:F2", "（2020年度）")
    p.row(3, "A:B C:F", "项目名称", "河道保洁服务费")
    p.row(4, "A:B C:F", "预算单位", "某县经济开发区管理委员会")
    p.put("A5:A7", "预算执行情况（万元）")
    p.row(5, "B C:D E F", "预算数：", 15, "执行数：", 10.5)
    p.row(6, "B C:D E F", "其中-财政拨款：", 15, "其中-财政拨款：", 10.5)
    p.row(7, "B C:D E F", "其它资金：", None, "其它资金：", None)
    p.put("A8:A9", "年度目标完成情况")
    p.row(8, "B:D E:F", "预期目标", "实际完成目标")
    p.row(9, "B:D E:F", "做好河道保洁服务。", "河道保洁按月验收，结余4.5万元因合同价低于预算。")
    heads = (
        "一级指标",
        "二级指标",
        "三级指标",
        "预期指标值（包含数字及文字描述）",
        "实际完成指标值（包含数字及文字描述）",
    )
    rows = [heads, ("项目完成指标", "数量指标", "保洁河道", "3条", "3条"), ("效益指标", "社会效益指标", "河道环境", "美化环境。", "美化环境。"),
            ("满意度指标", "满意度指标", "企业满意率", "95%以上", "97%")]  # fmt: skip
    for row, values in enumerate(rows, 10):
        p.row(row, "B C D E F", *values)
    p.put("A10:A13", "绩效指标完成情况")
    return p
