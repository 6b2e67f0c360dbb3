"""The first glance: errors, total and grade, the unit's own, and the rates, in large type."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.model import STANDINGS, UNSCORED_WORDS, Result, Score, Scores, SelfEvaluation
from perf_xlsx.domain.rounding import plain, points
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.summary.grid import GridColumns, SummaryGrid
from perf_xlsx.scored.validity import not_valid
from perf_xlsx.sheets import style as s

TILES = 3  # the row of the tiles' labels, from 0; their values are below
COUNT_OF_ERRORS = f"B{TILES + 2}"  # the cell of the first tile's value
HEIGHTS = (20, 42, 32)  # points, of label, value and remark
TOTAL, WITH_CLAIMS, CHECKED = "计算总分", "总分（含单位自评）", "只核对"


class Tile(Struct, frozen=True):
    """A figure at first glance: its columns, label, value (a number is a number) and remark, and how it looks."""

    columns: GridColumns
    label: str
    value: str | Decimal | Fraction | None
    remark: str
    code: str = "General"
    size: float = 20
    fill: str = "#F3F6FA"
    ink: str = s.INK
    soft: str = s.SOFT


ACCENTED: Mapping[str, str] = {"fill": s.ACCENT, "ink": "#FFFFFF", "soft": "#DCE6F2"}


def write_tiles(grid: SummaryGrid, result: Result, rulebook: Rulebook) -> None:
    """Label, large value and remark in three rows, tile by tile; the errors first."""
    grid.sheet.heights |= dict(enumerate(HEIGHTS, TILES))
    for tile in _tiles(result, rulebook):
        base: dict[str, Any] = {
            "bg_color": tile.fill, "font_color": tile.ink, "align": "center", "text_wrap": False,
        }  # fmt: skip
        soft: dict[str, Any] = {"font_color": tile.soft}
        large: dict[str, Any] = {
            "font_name": s.HEADING, "font_size": tile.size, "shrink": True, "num_format": tile.code,
        }  # fmt: skip
        grid.cell(TILES, tile.columns, tile.label, **base | soft)
        grid.cell(TILES + 1, tile.columns, tile.value, **base | large)
        grid.cell(TILES + 2, tile.columns, tile.remark, **base | soft | {"text_wrap": True})


def _tiles(result: Result, rulebook: Rulebook) -> tuple[Tile, ...]:
    evaluation, scores = result.evaluation, result.scores
    assert evaluation is not None
    assert scores is not None
    claimed, execution = evaluation.claimed, scores.execution
    return (
        _errors(result),
        *_total_and_grade(evaluation, scores, plain(rulebook.number("total.points"))),
        Tile((6, 7), "自评", claimed.total.value, f"自评等级：{claimed.grade.value or '未填'}"),
        Tile((8, 9), "预算执行率", execution.completion, _earned(evaluation, execution), s.PERCENT),
        Tile(
            (10, 11),
            "预算调整率",
            scores.line_rates[evaluation.total_line].adjustment,
            "调整数÷年初预算数",
            s.PERCENT,
        ),
    )


def _total_and_grade(evaluation: SelfEvaluation, scores: Scores, full: str) -> tuple[Tile, Tile]:
    """`full` is the full score."""
    label, total, no_grade = TOTAL, f"满分{full}", ""
    if scores.total is None:
        label, total, no_grade = CHECKED, UNSCORED_WORDS.get(evaluation.unscored, ""), "不计分，不评等级"
    elif scores.claimed_rows:
        label, total = WITH_CLAIMS, f"{total}，含单位自评{scores.claimed_rows}项"
    if scores.provisional:
        total, no_grade = f"暂定：{scores.provisional[0]}", "总分暂定，不评等级"
    shown: str | Decimal = "不计分" if scores.total is None else scores.total
    return (
        Tile((2, 3), label, shown, total, s.POINTS, 26, **ACCENTED),
        Tile((4, 5), "等级", scores.grade, no_grade, size=26, **ACCENTED),
    )


def _earned(evaluation: SelfEvaluation, execution: Score) -> str:
    """What budget execution earned, in words."""
    if not execution.weight:
        return "不计分" if evaluation.unscored else "不单独计分"
    return "" if execution.points is None else f"得分 {points(execution.points)} / {plain(execution.weight)}"


def _errors(result: Result) -> Tile:
    """How many errors have to be corrected; what else was found beside it."""
    count = {key: sum(found.standing == key for found in result.findings) for key in STANDINGS}
    others = [f"{STANDING_SIGNS[key]}{STANDING_NAMES[key]}{count[key]}" for key in STANDINGS[1:] if count[key]]
    remark, value = "　".join(others) or "没有警告和提示", Decimal(count["error"])
    if value:
        label, fill = f"{STANDING_SIGNS['error']} 错误，须更正", f"#{s.MARK_FILLS['error'][2:]}"
        ink = soft = s.STANDING_INK["error"]
    elif not_valid(result):
        label, fill, ink, soft = "○ 没有错误，尚有未定", s.HEAD_FILL, s.INK, s.SOFT
    else:
        label, fill, ink, soft = "✔ 没有错误", s.DONE_FILL, s.DONE_INK, s.DONE_INK
    return Tile((1, 1), label, value, remark, "0", 26, fill, ink, soft)
