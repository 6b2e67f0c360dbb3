"""A project form whose target and actual value have columns of their own for sign, number and unit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.layouts import Paper, first_rows

ROWS: tuple[tuple[Any, ...], ...] = (  # name, sign, target, unit, actual, weight, claimed points
    ("每平方米用电", "≤", 30, "千瓦时", 40, 30, 22.5),
    ("维修面积", "≥", 50000, "平方米", 48000, 30, 28.8),
    ("验收合格率", "=", 100, "%", 100, 30, 30),
)


def parted(
    target: Sequence[str],
    rows: Sequence[tuple[Any, ...]] = ROWS,
    actual: Sequence[str] = (),
    headings: tuple[str, str] = ("年初目标值", "全年完成值"),
    own: Sequence[tuple[Any, Any]] = (),
) -> Paper:
    """A form whose `target` has these labels below its heading, and its `actual` value too where given.

    `own` are sign and unit of each row's actual value.
    """
    p = Paper()
    first_rows(p, "校舍维修", "示例县第一中学", ("维修校舍。", "完成维修。"), last="K")
    _header(p, target, actual, headings)
    for at, (name, sign, number, unit, done, weight, claimed) in enumerate(rows):
        row = 10 + at
        p.row(row, "A B C D E F", "产出指标", "数量指标", name, sign, number, unit)
        if actual:
            its_sign, its_unit = own[at] if own else ("=", unit)
            p.row(row, "G H I J K L", its_sign, done, its_unit, weight, claimed, None)
        else:
            p.row(row, "G H I J", done, weight, claimed, None)
    total = 10 + sum(row[-1] for row in rows)
    p.row(10 + len(rows), "A:E J K" if actual else "A:E H I", "总分", 100, total)
    return p


def _header(p: Paper, target: Sequence[str], actual: Sequence[str], headings: tuple[str, str]) -> None:
    for column, text in zip("ABC", ("一级指标", "二级指标", "三级指标"), strict=True):
        p.put(f"{column}8:{column}9", text)
    p.put("D8:F8" if target else "D8:F9", headings[0])
    p.row(9, "D E F", *target) if target else None
    p.put("G8:I8" if actual else "G8:G9", headings[1])
    p.row(9, "G H I", *actual) if actual else None
    for column, text in zip("JKL" if actual else "HIJ", ("分值", "得分", "偏差原因分析及改进措施"), strict=True):
        p.put(f"{column}8:{column}9", text)


def scored(folder: Path, paper: Paper) -> Result:
    """Score the form."""
    return pipeline.score(paper.save(folder / "parted.xlsx"))
