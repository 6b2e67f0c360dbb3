"""The tables of 总览: grades with their chart, points by form, money by line, findings by code."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from xlsxwriter.utility import xl_rowcol_to_cell

from perf_xlsx.consolidated.line_sums import EXECUTION, LineSum
from perf_xlsx.consolidated.long_tables import code_title, standing_word
from perf_xlsx.consolidated.paged_sheet import LiveFormula, PagedSheet
from perf_xlsx.consolidated.scores import UNGRADED, Spread
from perf_xlsx.consolidated.short_sheets import CODES, bases, money_notes, rate_format, repeated
from perf_xlsx.consolidated.statistics import BANDS, NO_RATE, Statistics
from perf_xlsx.consolidated.streamed import GAP
from perf_xlsx.domain.rounding import half_up, plain, points
from perf_xlsx.sheets import style as s

OVERVIEW = "总览"
WIDTHS = (0.8, 11.5, 8.5, 8.5, 8.5, 1.2, 13, 8.5, 8.5, 1.2, 14, 16, 10, 11.5)
LAST = len(WIDTHS) - 1
MOST_CODES = 8
HEADS, ROW, GRADE = 48, 20, 21  # heights of a block's title and header row, of most rows, of a grade's
CHART_WIDTH, LINE_PIXELS = 376, 28


class Graded(Struct, frozen=True):
    """Where the grades and rate bands stand: their count cells, and the row after the block."""

    grades: str
    bands: str
    end: int


def write_grades(page: PagedSheet, row: int, found: Statistics) -> Graded:
    page.turn(row, HEADS + GRADE * (max(len(found.grades), len(BANDS) + 1) + 1))  # a chart is not torn
    page.title(row, "等级分布")
    page.put(row, 6, 6, "预算执行率分布", bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False)
    start = row + 1
    page.heads(
        start, (1, 1, "等级"), (2, 2, "份数"), (3, 3, "占比"),
        (6, 6, "预算执行率"), (7, 7, "份数"), (8, 8, "占比"),
    )  # fmt: skip
    first = start + 1
    grades = [(grade.name, grade.count) for grade in found.grades]
    bands = [(name, found.bands[name]) for name in (*dict(BANDS).values(), NO_RATE)]
    for at, (name, count) in enumerate(grades, first):
        size = 12 if name != UNGRADED else 10
        page.put(at, 1, 1, name, border=1, align="center", bold=True, font_size=size)
        page.number(at, 2, 2, count)
        page.number(at, 3, 3, _share(count, found.scored), s.PERCENT)
    for at, (name, count) in enumerate(bands, first):
        page.put(at, 6, 6, name, border=1, align="center")
        page.number(at, 7, 7, count)
        page.number(at, 8, 8, _share(count, found.scored), s.PERCENT)
    grade_cells = _total(page, first, len(grades), 1, 2, found.scored)
    band_cells = _total(page, first, len(bands), 6, 7, found.scored)
    end = first + max(len(grades), len(bands)) + 1
    for at in range(start, end):
        page.height(at, GRADE)
    if grades:
        _chart(page, row, first, [grade for grade in grades if grade[0] != UNGRADED], end)
    return Graded(grade_cells, band_cells, end)


def _total(page: PagedSheet, first: int, count: int, label: int, column: int, value: int) -> str:
    """A total below a small table; gives the cells that it sums."""
    row = first + count
    cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(max(first, row - 1), column)}"
    page.put(row, label, label, "合计", border=1, bold=True, align="center", bg_color=s.HEAD_FILL)
    page.number(row, column, column, LiveFormula(f"=SUM({cells})", value) if count else 0, bold=True)
    page.number(row, column + 1, column + 1, _share(value, value), s.PERCENT, bold=True)
    return cells


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _chart(page: PagedSheet, row: int, first: int, grades: list[tuple[str, int]], end: int) -> None:
    """Returns by grade, as columns with their numbers."""
    chart = page.canvas.book.add_chart({"type": "column"})
    last = first + len(grades) - 1
    font = {"name": s.BODY, "size": 10}
    chart.add_series(
        {
            "name": "份数",
            "categories": [OVERVIEW, first, 1, last, 1],
            "values": [OVERVIEW, first, 2, last, 2],
            "categories_data": [name for name, _ in grades],  # a streamed sheet cannot be asked for its cells
            "values_data": [count for _, count in grades],
            "fill": {"color": s.ACCENT},
            "gap": 70,
            "data_labels": {"value": True, "font": font},
        }
    )
    chart.set_title({"name": "各等级份数", "name_font": {"name": s.HEADING, "size": 12, "bold": False}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": {"name": s.BODY, "size": 11}, "line": {"color": s.RULE}})
    grid = {"visible": True, "line": {"color": "#E5E7EB"}}
    chart.set_y_axis(
        {"num_font": font, "major_gridlines": grid, "min": 0, "num_format": "0", "line": {"none": True}}
    )
    chart.set_size({"width": CHART_WIDTH, "height": (end - row) * LINE_PIXELS + 2})
    page.sheet.insert_chart(row, 10, chart, {"object_position": 2})


def write_forms(page: PagedSheet, row: int, found: Statistics) -> int:
    page.turn(row, HEADS + ROW * (len(found.spreads) + 1))
    row = page.title(row, "得分" if not found.provisional else "得分（份数以外都不含暂定的）")
    row = page.heads(
        row, (1, 2, "表种"), (3, 3, "份数"), (4, 5, "平均分"), (6, 6, "中位数"), (7, 7, "最高"), (8, 9, "最低"),
        (10, 10, "自评平均"), (11, 11, "自评高出计算"), (12, 13, "说明"),
    )  # fmt: skip
    overall = (found.overall,) if found.overall and len(found.spreads) > 1 else ()
    for one in (*found.spreads, *(spread for spread in overall if spread)):
        bold = one is found.overall
        page.word(row, 1, 2, one.name, bold=bold)
        page.number(row, 3, 3, one.count, bold=bold)
        page.number(row, 4, 5, _two(one.mean), s.POINTS, bold=bold)
        page.number(row, 6, 6, _two(one.median), s.POINTS, bold=bold)
        page.number(row, 7, 7, one.best, s.POINTS, bold=bold)
        page.number(row, 8, 9, one.worst, s.POINTS, bold=bold)
        page.number(row, 10, 10, _two(one.claimed), s.POINTS, bold=bold)
        page.number(row, 11, 11, one.excess, GAP, bold=bold)
        page.word(row, 12, 13, _remark(one), bold=bold)
        page.height(row, s.height_for([(_remark(one), sum(WIDTHS[12:]))], ROW))
        row += 1
    return row if found.spreads else nothing(page, row, "没有可以评分的工作簿。")


def _two(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(value)


def _remark(one: Spread) -> str:
    provisional = f"暂定{one.provisional:,}份" if one.provisional else ""
    if one.excess is None:
        claim = "没有填写自评总分" if one.count > one.provisional else ""
    else:
        claim = "总体一致"
        if one.excess:
            claim = f"平均{'高' if one.excess > 0 else '低'}{plain(abs(one.excess))}分"
        if one.claims < one.count - one.provisional and one.given is not None:
            claim = f"填了自评的{one.claims:,}份（计算平均{points(one.given)}）{claim}"
    return "；".join(filter(None, (claim, provisional)))


def nothing(page: PagedSheet, row: int, words: str) -> int:
    page.put(row, 1, LAST, words, border=1, align="center", font_color=s.SOFT)
    page.height(row, 24)
    return row + 1


def write_money_overview(page: PagedSheet, row: int, found: Statistics) -> int:
    groups = [
        min(ROW + sum(map(_line_height, lines.values())), page.page_height / 2) for lines in found.funds.values()
    ]
    page.turn(row, HEADS + (groups or [ROW])[0])
    row = _money_heads(page, page.title(row, "预算执行（万元）"))
    for height, ((form, year), lines) in zip(groups, found.funds.items(), strict=True):
        if page.turn(row, height):  # kept together, unless it is very long
            row = _money_heads(page, row)
        page.put(row, 1, LAST, f"{form}　{year}年度", border=1, bold=True, bg_color="#F3F6FA")
        page.height(row, ROW)
        row += 1
        for line in lines.values():
            if page.turn(row, _line_height(line)):
                row = _money_heads(page, row)
            _money_line(page, row, line)
            row += 1
    if not found.funds:
        row = nothing(page, row, "没有可以合计的资金数据。")
    notes = money_notes(found) if found.funds else ""
    for words in filter(None, (notes, *bases(found, (EXECUTION,)), *repeated(found))):
        height = s.height_for([(words, sum(WIDTHS[1:]))], 16)
        page.turn(row, height)
        page.put(row, 1, LAST, words, font_color=s.SOFT)
        page.height(row, height)
        row += 1
    return row


def _money_line(page: PagedSheet, row: int, line: LineSum) -> None:
    page.word(row, 1, 3, line.name, bold=line.total)
    spans = ((4, 6, "initial"), (7, 8, "adjustment"), (9, 10, "adjusted"), (11, 11, "executed"))
    for first, last, amount in spans:
        page.number(row, first, last, line.sum_of(amount), s.MONEY, bold=line.total)
    page.number(row, 12, 12, line.execution_rate, rate_format(line, EXECUTION), bold=line.total)
    page.number(row, 13, 13, line.returns, bold=line.total)
    page.height(row, _line_height(line))


def _line_height(line: LineSum) -> float:
    return s.height_for([(line.name, sum(WIDTHS[1:4]))], ROW)


def _money_heads(page: PagedSheet, row: int) -> int:
    return page.heads(
        row, (1, 3, "资金类别"), (4, 6, "年初预算数"), (7, 8, "调整数"), (9, 10, "全年预算数"),
        (11, 11, "全年执行数"), (12, 12, "执行率"), (13, 13, "份数"),
    )  # fmt: skip


def write_codes(page: PagedSheet, row: int, found: Statistics) -> int:
    page.turn(row, HEADS + ROW * (min(len(found.codes), MOST_CODES) + 2))
    row = page.title(row, "问题（严重的、多的在前）")
    row = page.heads(
        row, (1, 1, "编号"), (2, 7, "问题"), (8, 9, "严重程度"), (10, 10, "项数"), (11, 11, "涉及份数"),
        (12, 13, "占收到份数"),
    )  # fmt: skip
    for kind in found.codes[:MOST_CODES]:
        page.put(row, 1, 1, kind.code, border=1, align="center")
        page.word(row, 2, 7, code_title(kind.code))
        fill, ink = "#" + s.MARK_FILLS[kind.standing][2:], s.STANDING_INK[kind.standing]
        page.put(row, 8, 9, standing_word(kind.standing), border=1, align="center", bg_color=fill, font_color=ink)
        page.number(row, 10, 10, kind.items)
        page.number(row, 11, 11, kind.workbooks)
        page.number(row, 12, 13, _share(kind.workbooks, found.received), s.PERCENT)
        page.height(row, ROW)
        row += 1
    rest = found.codes[MOST_CODES:]
    if rest:
        page.word(row, 1, 9, f"其余{len(rest)}类，见“{CODES}”")
        page.number(row, 10, 10, sum(kind.items for kind in rest))
        page.word(row, 11, 13, "")
        page.height(row, ROW)
        row += 1
    if not found.codes:
        return nothing(page, row, "✔ 没有发现问题。")
    page.put(row, 1, 9, "合计", border=1, bold=True, align="center", bg_color=s.HEAD_FILL)
    page.number(row, 10, 10, found.findings, bold=True)
    page.word(row, 11, 13, "")
    page.height(row, ROW)
    return row + 1
