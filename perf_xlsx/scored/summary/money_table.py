"""The table of money: every line and the first projects; a page that it goes on to begins with its heads again."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.domain.model import FundLine, Project, Rates, Scores, SelfEvaluation
from perf_xlsx.scored.summary.grid import LINE_HEIGHT, SPANS, TYPE, WIDTHS, SummaryGrid
from perf_xlsx.sheets import style as s

MOST_PROJECTS = 10  # of more, the paper has them all
HEADS = ("资金类别", "年初预算数", "调整率", "全年预算数", "全年执行数", "执行率")
MoneyLine = tuple[str, FundLine | Project, Rates]


def write_money_table(grid: SummaryGrid, row: int, evaluation: SelfEvaluation, scores: Scores) -> int:
    """Gives the row after the table."""
    begun = row
    row = _heads(grid, row, evaluation)
    for line in _lines(evaluation, scores):
        height = s.height_for([(line[0], TYPE * WIDTHS[1])], LINE_HEIGHT)
        if row > begun + 2 and grid.height(row) + height > grid.page_tops[-1] + grid.page:
            grid.page_tops.append(grid.height(row))
            begun = row
            row = _heads(grid, row, evaluation, "（续）")
        _line(grid, row, line)
        grid.sheet.heights[row] = height
        row += 1
    if left := len(evaluation.projects) - _shown(evaluation):
        grid.text(row, (1, SPANS[-1][1]), f"　其余{left}个项目见“自评表”。")
        grid.sheet.heights[row] = LINE_HEIGHT
        grid.kept.add(row)
        row += 1
    return row


def _heads(grid: SummaryGrid, row: int, evaluation: SelfEvaluation, more: str = "") -> int:
    grid.kept |= {row + 1, row + 2}
    unit = evaluation.boxes["money_unit"].given or "金额单位未填"
    return grid.heads(grid.title(row, f"预算执行情况（{unit}）{more}"), SPANS, HEADS)


def _shown(evaluation: SelfEvaluation) -> int:
    """How many projects are shown."""
    return len(evaluation.projects) if evaluation.unscored else min(MOST_PROJECTS, len(evaluation.projects))


def _lines(evaluation: SelfEvaluation, scores: Scores) -> Iterator[MoneyLine]:
    for key, line in evaluation.funds.items():
        yield line.name, line, scores.line_rates[key]
    shown = _shown(evaluation)
    for project, rates in zip(evaluation.projects[:shown], scores.project_rates[:shown], strict=True):
        yield f"　项目：{project.name.given}", project, rates


def _line(grid: SummaryGrid, row: int, one: MoneyLine) -> None:
    name, line, rates = one
    grid.text(row, SPANS[0], name)
    for span, entry in ((SPANS[1], line.initial), (SPANS[3], line.adjusted), (SPANS[4], line.executed)):
        grid.number(row, span, entry.value, s.MONEY, entry.given or "—")
    grid.number(row, SPANS[2], rates.adjustment, s.PERCENT)
    grid.number(row, SPANS[5], rates.execution, s.PERCENT)
