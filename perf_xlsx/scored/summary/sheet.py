"""评分汇总: total and grade first, then rates, then each indicator, the costliest first."""

from __future__ import annotations

from perf_xlsx.domain.model import UNSCORED_WORDS, Result, Scores, SelfEvaluation
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import SheetDraft
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.finding_list import PROBLEMS
from perf_xlsx.scored.items import items
from perf_xlsx.scored.page_fit import page_starts
from perf_xlsx.scored.summary.chart import room_beside, rows_beside, write_chart
from perf_xlsx.scored.summary.grid import LAST, USUAL_HEIGHT, WIDTHS, SummaryGrid, short
from perf_xlsx.scored.summary.money_table import write_money_table
from perf_xlsx.scored.summary.points_tables import ItemTable, write_levels
from perf_xlsx.scored.summary.tiles import HEIGHTS, TILES, write_tiles
from perf_xlsx.scored.validity import errors_of, is_in_doubt
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.a4 import OWN_SIZE
from perf_xlsx.sheets.fixed_texts import SUMMARY

TITLE_SIZE = 18
NEXT_STEP = TILES + len(HEIGHTS) + 1  # the row of the sentence; the tables begin two rows below
# Units of type to a character, up to which LibreOffice shows a link whole, which it never wraps.
ON_ONE_LINE = 1.25
LONGEST_HEADER = 110  # units of a page's header, which has one line


def summary_sheet(result: Result, form: Form, rulebook: Rulebook, size: float = OWN_SIZE) -> SheetDraft:
    """The sheet. The result must have been scored. `size` is that of the type that widths count in."""
    evaluation, scores = result.evaluation, result.scores
    assert evaluation is not None
    assert scores is not None
    grid = SummaryGrid(size)
    _heading(grid, evaluation, form, rulebook)
    grid.blank(TILES - 1)
    write_tiles(grid, result, rulebook)
    grid.blank(NEXT_STEP - 1)
    _next_step(grid, result, evaluation, scores)
    end = _tables(grid, grid.blank(NEXT_STEP + 1), evaluation, scores, rulebook)
    grid.sheet.print_area = (0, 0, end - 1, LAST)
    grid.sheet.selected = (TILES + 1, 1)
    return grid.sheet


def _tables(grid: SummaryGrid, row: int, evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> int:
    """The small tables with the chart beside them, and the table of items; gives the row after them."""
    found = items(evaluation, scores)
    table = ItemTable(grid, found, evaluation, scores)
    if evaluation.unscored:
        end = table.write(grid.blank(write_money_table(grid, row, evaluation, scores)))
    else:
        room = room_beside(grid, row)
        after = grid.blank(write_levels(grid, row, found, evaluation, scores, rulebook))
        beside, after = rows_beside(grid, row, write_money_table(grid, after, evaluation, scores), room)
        end = table.write(grid.blank(after))
        write_chart(grid, beside, table.items, table.first, bool(scores.claimed_rows))
    _pages(grid, end, table)
    return end


def _pages(grid: SummaryGrid, end: int, table: ItemTable) -> None:
    """Begin pages where no table is torn from its heads, nor the chart in two."""
    heights = [grid.sheet.heights.get(row, USUAL_HEIGHT) for row in range(end)]
    heads = dict.fromkeys(range(table.first, table.first + len(table.items) + 1), table.first - 1)
    grid.sheet.page_starts = page_starts(heights, grid.kept, grid.page, heads)


def _heading(grid: SummaryGrid, evaluation: SelfEvaluation, form: Form, rulebook: Rulebook) -> None:
    sheet, over_all = grid.sheet, (1, LAST)
    year = f"{evaluation.year}年度" if evaluation.year else ""
    name = evaluation.boxes["project"].given if "project" in evaluation.boxes else ""
    unit = evaluation.unit or "单位未填"
    title = f"{name}（{unit}）　{year}" if name else f"{unit}　{year}"
    grid.cell(0, over_all, title, font_name=s.HEADING, font_size=TITLE_SIZE)
    sheet.heights[0] = _title_height(title)
    sheet.following = s.page_header(f"{short(title, LONGEST_HEADER)}　{SUMMARY}")
    book = f"{form.title}　评分办法：{rulebook.document}（{rulebook.name}）"
    note = f"，各项规定的依据：{rulebook.trust_in_words()}"
    grid.cell(1, over_all, book + note, font_color=s.SOFT)
    sheet.heights[1] = s.height_for([(book + note, grid.across)])


def _title_height(title: str) -> float:
    """Of the title's row: one line for most, more for a long project of a unit with a long name."""
    larger = TITLE_SIZE / s.BODY_SIZE
    lines = s.lines_needed(title, sum(WIDTHS[1:]) / larger)
    return min(s.MAX_HEIGHT, max(36, lines * s.LINE_HEIGHT * larger + 6))


def _next_step(grid: SummaryGrid, result: Result, evaluation: SelfEvaluation, scores: Scores) -> None:
    """One sentence that leads to 问题清单; a long one is no link, so that it is shown whole."""
    sheet, row, words = grid.sheet, NEXT_STEP, _step(result, evaluation, scores)
    one_line = s.column_units(words) <= ON_ONE_LINE * sum(WIDTHS[1:])
    style = s.link(bold=True) if one_line else s.look(bold=True, font_color=s.ACCENT)
    sheet.merge(row, 1, row, LAST, style)
    if one_line:
        sheet.link(row, 1, PROBLEMS, "A1", words, style, to_draft=True)
    else:
        sheet.text(row, 1, words, style)
    sheet.heights[row] = s.height_for([(words, grid.across)], 22)


def _step(result: Result, evaluation: SelfEvaluation, scores: Scores) -> str:
    why = "；".join(scores.provisional)
    still = f"总分是暂定的（{why}），不评等级。" if why else ""
    if errors := errors_of(result):
        return f"下一步：有{errors}项错误须更正。{still}请打开“{PROBLEMS}”逐项更正标色的单元格，保存后重新报送。"
    if still:
        return f"下一步：{still}请打开“{PROBLEMS}”，改好不能评分的地方，保存后重新报送。"
    if is_in_doubt(result):
        return f"下一步：有金额疑似填错单位。请打开“{PROBLEMS}”核对更正，保存后重新报送。"
    if evaluation.unscored:
        return f"{UNSCORED_WORDS.get(evaluation.unscored, '')}。请打开“{PROBLEMS}”核对。"
    if result.findings:
        return f"下一步：没有错误。请打开“{PROBLEMS}”核对警告和提示，确认无误后打印“自评表”盖章报送。"
    return "下一步：没有发现问题，可以打印“自评表”盖章报送。"
