"""Forms of approved targets (绩效目标批复表): no results, no points, mostly no weights. The figures are made up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.kit.layouts import Paper

Target = tuple[str, str, str, str, int]  # levels 1 and 2, name, target, weight
TARGETS: tuple[Target, ...] = (
    ("产出指标", "数量指标", "养护里程", "≥42公里", 20),
    ("产出指标", "质量指标", "养护合格率", "≥95%", 15),
    ("产出指标", "成本指标", "每公里养护成本", "≤0.8万元", 15),
    ("效益指标", "社会效益指标", "出行条件改善情况", "明显改善", 30),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", 10),
)


def approved_form(
    folder: Path,
    title: str = "项目支出绩效目标批复表",
    head: str = "指标值",
    weights: bool = True,
    year: int = 2026,
    targets: Sequence[Target] = TARGETS,
) -> Path:
    """The targets of a project as a bureau approves them."""
    p = Paper()
    p.put("A1:F1", title)
    p.put("A2:F2", f"（{year}年度）")
    p.row(3, "A B:C D E:F", "项目名称", "乡村道路养护", "主管部门", "示例县交通运输局")
    p.row(4, "A B:C D E:F", "实施单位", "示例县公路养护中心", "项目属性", "延续项目")
    p.row(5, "A B:C D E:F", "项目资金（万元）", "年度资金总额", 100, None)
    p.row(6, "B:C D E:F", "其中：财政拨款", 100, None)
    p.row(7, "A B:F", "年度目标", "养护村道四十二公里，保障群众出行。")
    columns = "B C D E F" if weights else "B C D E:F"
    heads = ("一级指标", "二级指标", "三级指标", head, "分值")
    p.put("A8", "绩效指标")
    p.row(8, columns, *heads[: len(columns.split())])
    for at, target in enumerate(targets, 9):
        p.row(at, columns, *target[: len(columns.split())])
    return p.save(folder / "批复.xlsx")


def approved_department(folder: Path) -> Path:
    """The targets of a department, with its main tasks and sign, number and unit apart."""
    p = Paper()
    p.put("A1:G1", "部门（单位）整体支出绩效目标申报表")
    p.put("A2:G2", "（2026年度）")
    p.row(3, "A:B C:G", "部门（单位）名称", "示例县水利局")
    p.row(4, "A B C:D E F G", "年度主要任务", "任务名称", "主要内容", "总额（万元）", "财政拨款", "其他资金")
    p.row(5, "B C:D E F G", "水库维修", "维修水库三座", 200, 200, 0)
    p.row(6, "A B:G", "年度总体目标", "完成水库维修，保障防汛安全。")
    p.row(7, "A B C D E F G", "绩效指标", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位")
    p.row(8, "B C D E F G", "产出指标", "数量指标", "维修水库", "≥", 3, "座")
    p.row(9, "B C D E F G", "产出指标", "质量指标", "验收合格率", "=", 100, "%")
    p.row(10, "B C D E F G", "效益指标", "社会效益指标", "防汛能力", "定性", "有所提高", None)
    p.row(11, "B C D E F G", "满意度指标", "服务对象满意度指标", "群众满意度", "≥", 0.9, "%")
    p.sheet["F11"].number_format = "0%"
    return p.save(folder / "批复.xlsx")
