"""A small official form, with whatever heads, amounts and rows a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from perf_xlsx.domain.model import Result
from tests.kit.layouts import HEADS, Paper

Score = Callable[..., Result]
MONEY = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
AMOUNTS = (100, 100, 100, 10, "100%", 10)
ROWS = (
    ("产出指标", "数量指标", "培训人数", "≥100人", "100人", 30, 30, None),
    ("产出指标", "质量指标", "培训合格率", "≥90%", "95%", 20, 20, None),
    ("效益指标", "社会效益指标", "知晓率", "≥90%", "95%", 30, 30, None),
    ("满意度指标", "服务对象满意度指标", "满意度", "≥90%", "95%", 10, 10, None),
)
TOTAL = ("总分", None, None, None, None, 100, 100, None)


def official(
    path: Path,
    rows: Iterable[tuple[Any, ...]] = ROWS,
    total: tuple[Any, ...] = TOTAL,
    heads: tuple[str, ...] = HEADS,
    money: tuple[str, ...] = MONEY,
    amounts: tuple[Any, ...] = AMOUNTS,
    merged: Iterable[str] = (),
) -> Path:
    """The national form on one sheet; `merged` columns of the total's row ("A:F")."""
    p = Paper()
    p.put("A1:H1", "项目支出绩效自评表")
    p.put("A2:H2", "（2023年度）")
    p.row(3, "A B:H", "项目名称", "业务培训")
    p.row(4, "A B:D E F:H", "主管部门", "示例县人社局", "实施单位", "示例县就业服务中心")
    p.put("A5:B5", "项目资金（万元）")
    p.put("B6", "年度资金总额")
    for column, head, amount in zip("CDEFGH", money, amounts, strict=False):
        p.put(f"{column}5", head)
        p.put(f"{column}6", amount)
    p.row(7, "A B:D E:H", "年度总体目标", "预期目标", "实际完成情况")
    p.row(8, "B:D E:H", "完成年度培训任务，提升队伍能力。", "已全部完成年度培训任务。")
    at = 9
    for row in (heads, *rows, total):
        for column, value in zip("ABCDEFGH", row, strict=False):
            p.put(f"{column}{at}", value)
        at += 1
    for area in merged:
        first, last = area.split(":")
        p.sheet.merge_cells(f"{first}{at - 1}:{last}{at - 1}")
    return p.save(path)


def told(result: Result) -> list[tuple[str, str | None]]:
    """Code and cell of all that was found, but for how the layout was read and heavy weights."""
    return [(f.code, f.place.cell) for f in result.findings if f.code not in ("R19", "W05")]
