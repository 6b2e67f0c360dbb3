"""总览: how many came, how they scored, how the money was spent, what is wrong; with its sums checked on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from perf_xlsx.consolidated.page import Formula, Page, SheetLink, two
from perf_xlsx.consolidated.roster import Roll
from perf_xlsx.consolidated.sheets import CODES, MONEY, OUTSTANDING, TROUBLED, money_notes, repeated
from perf_xlsx.consolidated.statistics import BANDS, NO_RATE, Statistics
from perf_xlsx.consolidated.streamed import GAP, LongSheets
from perf_xlsx.consolidated.tables import FINDINGS, FUNDS, INDICATORS, UNITS, code_title, severity_word
from perf_xlsx.numerals import percent, plain, points
from perf_xlsx.workbook import style as s

OVERVIEW = "总览"
WIDTHS = (1.5, 12, 9, 9, 9, 2, 14, 9, 9, 2, 16, 18, 11, 13)
LAST = len(WIDTHS) - 1
MOST_KINDS = 10
CHART_WIDTH, LINE_PIXELS = 424, 29
CONTENTS = {
    UNITS.name: "每份一行：自评与计算的得分、等级，执行率，问题数，评分后工作簿的链接；可筛选、排序",
    MONEY: "按资金类别合计，带核对",
    FUNDS.name: "每个资金类别一行，统一为万元",
    INDICATORS.name: "每个指标一行，可作数据透视",
    CODES: "按类别统计的问题",
    TROUBLED: "按单位统计的问题，多的在前",
    FINDINGS.name: "逐条的问题：在哪里、怎么办",
    OUTSTANDING: "名单上还没有报送的单位、联系人",
}


@dataclass(frozen=True)
class Elsewhere:
    """What the checks are reached by: the other sheets, and the cell that totals the findings by code."""

    long: Mapping[str, LongSheets]
    codes_total: str


def write_overview(page: Page, found: Statistics, roll: Roll, elsewhere: Elsewhere) -> None:
    """Write the sheet from its top; every block gives the row that the next may start at."""
    _heading(page, found)
    _tiles(page, found, roll)
    row = _next_steps(page, 7, found, roll)
    graded = _grades(page, row + 1, found)
    row = _forms(page, graded.end + 1, found)
    row = _money(page, row + 1, found)
    row = _kinds(page, row + 1, found)
    row = _checks(page, row + 1, found, roll, elsewhere, graded)
    row = _contents(page, row + 1, elsewhere)
    page.sheet.set_tab_color(s.ACCENT)
    page.canvas.print_setup(page.sheet, landscape=True)
    page.sheet.print_area(0, 0, row - 1, LAST)
    page.sheet.set_first_sheet()
    page.sheet.activate()
    page.write()


def _heading(page: Page, found: Statistics) -> None:
    years = "、".join(f"{year}年度" for year in sorted(found.years))
    page.height(0, 38)
    title = f"绩效自评汇总　{years}"
    page.put(0, 1, LAST, title, font_name=s.HEADING, font_size=20, text_wrap=False)
    forms = "，".join(f"{one.name}{one.count}份" for one in found.spreads) or "没有可以评分的工作簿"
    books = "，".join(f"{name}（{count}份）" for name, count in sorted(found.rulebooks.items()))
    note = f"{forms}。" + (f"评分办法：{books}。" if books else "")
    page.put(1, 1, LAST, note, font_color=s.SOFT)
    page.height(1, s.height_for([(note, sum(WIDTHS[1:]))], 18))


def _tiles(page: Page, found: Statistics, roll: Roll) -> None:
    """Label, large value and remark in three rows."""
    overall = found.overall
    rates = [(form, line.execution_rate) for (form, _), lines in found.funds.items() for line in lines.values()
             if line.total and line.execution_rate is not None]  # fmt: skip
    others = "；".join(f"{form}{percent(rate)}" for form, rate in rates[1:])
    tiles = (
        (1, 2, "收到", f"{found.received:,}份", f"已评分{found.scored:,}份，读不出{found.unreadable:,}份"),
        (3, 4, "未报送", f"{len(roll.missing):,}份" if roll.given else "—",
         f"名单{roll.expected:,}份" if roll.given else "没有提供名单"),
        (6, 7, "平均得分", points(overall.mean) if overall else "—",
         f"中位数{points(overall.median)}" if overall else ""),
        (8, 10, f"预算执行率（{rates[0][0]}）" if rates else "预算执行率", percent(rates[0][1]) if rates else "—", others),
        (11, 12, "须退回更正", f"{found.erroneous + found.unreadable:,}份", f"有错误{found.erroneous:,}份，读不出{found.unreadable:,}份"),
        (13, 13, "问题", f"{found.findings:,}项", f"✖ 错误{found.severities['error']:,}项"),
    )  # fmt: skip
    for row, height in ((3, 22), (4, 46), (5, 22)):
        page.height(row, height)
    for first, last, label, value, remark in tiles:
        accent = label in ("收到", "平均得分")
        base: dict[str, Any] = {
            "bg_color": s.ACCENT if accent else "#F3F6FA", "font_color": "#FFFFFF" if accent else s.INK,
            "align": "center", "text_wrap": False, "shrink": True,
        }  # fmt: skip
        soft = {"font_color": "#DCE6F2" if accent else s.SOFT}
        page.put(3, first, last, label, **base | soft)
        page.put(4, first, last, value, **base, font_name=s.HEADING, font_size=24 if accent else 19)
        page.put(5, first, last, remark, **base | soft | {"font_size": 9})


def _next_steps(page: Page, row: int, found: Statistics, roll: Roll) -> int:
    """What is to be done, a line each; what limits the numbers stands here too."""
    steps = []
    if roll.missing:
        steps.append((f"催报：{len(roll.missing)}份还没有报送，见“{OUTSTANDING}”。", True))
    if found.unreadable or found.erroneous:
        steps.append(
            (f"退回：{found.unreadable}份读不出来，{found.erroneous}份有错误须更正，见“{TROUBLED}”。", True)
        )
    if any(found.repeats):
        words = f"⚠ {sum(found.repeats)}份为同一单位重复报送，份数、得分和金额中都含它们；请留下应采用的一份后重新汇总。"
        steps.append((words, True))
    if found.provisional:
        steps.append((f"⚠ {found.provisional}份得分是暂定的：有的项目不能评分，按0分计。", True))
    if found.without_unit or found.without_money:
        steps.append(("⚠ " + money_notes(found), True))
    if roll.unlisted:
        steps.append((f"⚠ {len(roll.unlisted)}个单位不在名单上，见“{OUTSTANDING}”。", True))
    if not steps:
        steps = [("✔ 全部读出并评分，没有须更正的错误。", False)]
    for words, todo in steps:
        ink = s.TODO_INK if todo else s.DONE_INK
        page.put(row, 1, LAST, words, font_color=ink, bold=True)
        page.height(row, s.height_for([(words, sum(WIDTHS[1:]))], 19))
        row += 1
    return row


# ---- tables --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Graded:
    """Where the grades and rate bands stand: their count cells, and the row after the block."""

    grades: str
    bands: str
    end: int


def _grades(page: Page, row: int, found: Statistics) -> Graded:
    page.title(row, "等级分布")
    page.put(row, 6, 6, "预算执行率分布", bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False)
    start = row + 1
    page.heads(
        start, (1, 1, "等级"), (2, 2, "份数"), (3, 3, "占比"), (4, 4, "其中暂定"), (6, 6, "预算执行率"), (7, 7, "份数"),
        (8, 8, "占比"),
    )  # fmt: skip
    first = start + 1
    grades = [(grade.name, grade.count, grade.provisional) for grade in found.grades]
    bands = [(name, found.bands[name]) for name in (*(name for _, name in BANDS), NO_RATE)]
    for at, (name, count, provisional) in enumerate(grades, first):
        page.put(at, 1, 1, name, border=1, align="center", bold=True, font_size=12)
        page.number(at, 2, 2, count)
        page.number(at, 3, 3, _share(count, found.scored), s.PERCENT)
        page.number(at, 4, 4, provisional)
    for at, (name, count) in enumerate(bands, first):
        page.put(at, 6, 6, name, border=1, align="center")
        page.number(at, 7, 7, count)
        page.number(at, 8, 8, _share(count, found.scored), s.PERCENT)
    grade_cells = _total(page, first, len(grades), 1, 2, found.scored)
    band_cells = _total(page, first, len(bands), 6, 7, found.scored)
    end = first + max(len(grades), len(bands)) + 1
    for at in range(start, end):
        page.height(at, 22)
    if grades:
        _chart(page, row, first, grades, end)
    return Graded(grade_cells, band_cells, end)


def _total(page: Page, first: int, count: int, label: int, column: int, value: int) -> str:
    """A total below a small table; gives the cells that it sums."""
    row = first + count
    cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(max(first, row - 1), column)}"
    page.put(row, label, label, "合计", border=1, bold=True, align="center", bg_color=s.HEAD_FILL)
    page.number(row, column, column, Formula(f"=SUM({cells})", value) if count else 0, bold=True)
    page.number(row, column + 1, column + 1, _share(value, value), s.PERCENT, bold=True)
    return cells


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _chart(page: Page, row: int, first: int, grades: list[tuple[str, int, int]], end: int) -> None:
    """Returns by grade, as columns with their numbers."""
    chart = page.canvas.book.add_chart({"type": "column"})
    last = first + len(grades) - 1
    font = {"name": s.BODY, "size": 10}
    chart.add_series(
        {
            "name": "份数",
            "categories": [OVERVIEW, first, 1, last, 1],
            "values": [OVERVIEW, first, 2, last, 2],
            "categories_data": [name for name, _, _ in grades],  # a streamed sheet cannot be asked for its cells
            "values_data": [count for _, count, _ in grades],
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


def _forms(page: Page, row: int, found: Statistics) -> int:
    row = page.title(row, "得分")
    row = page.heads(
        row, (1, 2, "表种"), (3, 3, "份数"), (4, 5, "平均分"), (6, 6, "中位数"), (7, 7, "最高"), (8, 9, "最低"),
        (10, 10, "自评平均"), (11, 11, "自评高出计算"), (12, 13, "自评高出的，多为须核对的"),
    )  # fmt: skip
    overall = (found.overall,) if found.overall and len(found.spreads) > 1 else ()
    for one in (*found.spreads, *(spread for spread in overall if spread)):
        look = {"bold": True} if one is found.overall else {}
        page.word(row, 1, 2, one.name, **look)
        page.number(row, 3, 3, one.count, **look)
        page.number(row, 4, 5, two(one.mean), s.POINTS, **look)
        page.number(row, 6, 6, two(one.median), s.POINTS, **look)
        page.number(row, 7, 7, one.best, s.POINTS, **look)
        page.number(row, 8, 9, one.worst, s.POINTS, **look)
        page.number(row, 10, 10, None if one.claimed is None else two(one.claimed), s.POINTS, **look)
        page.number(row, 11, 11, None if one.excess is None else two(one.excess), GAP, **look)
        page.word(row, 12, 13, _excess_words(one.excess), **look)
        page.height(row, 22)
        row += 1
    return row if found.spreads else _none(page, row, "没有可以评分的工作簿。")


def _excess_words(excess: Fraction | None) -> str:
    if excess is None:
        return "没有填写自评总分"
    rounded = two(excess)
    return "总体一致" if rounded == 0 else f"平均{'高' if rounded > 0 else '低'}{plain(abs(rounded))}分"


def _none(page: Page, row: int, words: str) -> int:
    page.put(row, 1, LAST, words, border=1, align="center", font_color=s.SOFT)
    page.height(row, 24)
    return row + 1


def _money(page: Page, row: int, found: Statistics) -> int:
    row = page.title(row, "预算执行（万元）")
    row = page.heads(
        row, (1, 3, "资金类别"), (4, 6, "年初预算数"), (7, 8, "调整数"), (9, 10, "全年预算数"), (11, 11, "全年执行数"),
        (12, 12, "执行率"), (13, 13, "占收到份数"),
    )  # fmt: skip
    for (form, year), lines in found.funds.items():
        page.put(row, 1, LAST, f"{form}　{year}年度", border=1, bold=True, bg_color="#F3F6FA")
        page.height(row, 22)
        row += 1
        for line in lines.values():
            look = {"bold": True} if line.total else {}
            page.word(row, 1, 3, line.name, **look)
            spans = ((4, 6, "initial"), (7, 8, "adjustment"), (9, 10, "adjusted"), (11, 11, "executed"))
            for first, last, amount in spans:
                page.number(row, first, last, line.sums[amount], s.MONEY, **look)
            page.number(row, 12, 12, line.execution_rate, s.PERCENT, **look)
            page.number(row, 13, 13, _share(line.returns, found.received), "0%", **look)
            page.height(row, 22)
            row += 1
    if not found.funds:
        row = _none(page, row, "没有可以合计的资金数据。")
    notes = money_notes(found) if found.funds else ""
    for words in (notes, *repeated(found)):
        if words:
            page.put(row, 1, LAST, words, font_color=s.SOFT, font_size=9)
            page.height(row, s.height_for([(words, sum(WIDTHS[1:]))], 16))
            row += 1
    return row


def _kinds(page: Page, row: int, found: Statistics) -> int:
    row = page.title(row, "问题（严重的、多的在前）")
    row = page.heads(
        row, (1, 1, "编号"), (2, 7, "问题"), (8, 9, "严重程度"), (10, 10, "项数"), (11, 11, "涉及份数"),
        (12, 13, "占收到份数"),
    )  # fmt: skip
    for kind in found.kinds[:MOST_KINDS]:
        page.put(row, 1, 1, kind.code, border=1, align="center")
        page.word(row, 2, 7, code_title(kind.code))
        fill, ink = "#" + s.MARK_FILLS[kind.severity][2:], s.SEVERITY_INK[kind.severity]  # type: ignore[index]
        page.put(row, 8, 9, severity_word(kind.severity), border=1, align="center", bg_color=fill, font_color=ink)
        page.number(row, 10, 10, kind.items)
        page.number(row, 11, 11, kind.workbooks)
        page.number(row, 12, 13, _share(kind.workbooks, found.received), s.PERCENT)
        page.height(row, 22)
        row += 1
    rest = found.kinds[MOST_KINDS:]
    if rest:
        page.word(row, 1, 9, f"其余{len(rest)}类，见“{CODES}”")
        page.number(row, 10, 10, sum(kind.items for kind in rest))
        page.word(row, 11, 13, "")
        page.height(row, 22)
        row += 1
    if not found.kinds:
        return _none(page, row, "✔ 没有发现问题。")
    page.put(row, 1, 9, "合计", border=1, bold=True, align="center", bg_color=s.HEAD_FILL)
    page.number(row, 10, 10, found.findings, bold=True)
    page.word(row, 11, 13, "")
    page.height(row, 22)
    return row + 1


# ---- checks --------------------------------------------------------------------------------------------------


def _checks(page: Page, row: int, found: Statistics, roll: Roll, elsewhere: Elsewhere, graded: Graded) -> int:
    """Each number that matters, reached by two ways."""
    row = page.title(row, "核对")
    spans = ((1, 8), (9, 10), (11, 11), (12, 13))
    row = page.heads(row, (1, 8, "核对内容"), (9, 10, "一"), (11, 11, "二"), (12, 13, "结果"))
    units, details = elsewhere.long[UNITS.key], elsewhere.long[FINDINGS.key]
    state = next(n for n, column in enumerate(UNITS.columns) if column.head == "状态")
    names, states = units.range_of(0), units.range_of(state)
    came = Formula("=" + "+".join(f"COUNTA({area})" for area in names), found.received)
    read = "+".join(f'COUNTA({area})-COUNTIF({area},"读不出*")' for area in states)
    unread = "+".join(f'COUNTIF({area},"读不出*")' for area in states)
    if not found.received:
        return _none(page, row, "没有收到工作簿，无可核对。")
    said = Formula(f"={found.scored}+{found.unreadable}", found.received)
    page.check(row, spans, "已评分＋读不出＝“单位得分”的行数", said, came)
    scored = Formula("=" + read, found.scored)
    if found.grades:
        page.check(
            row + 1,
            spans,
            "各等级之和＝“单位得分”中评了分的行数",
            Formula(f"=SUM({graded.grades})", found.scored),
            scored,
        )
        row += 1
    page.check(
        row + 1,
        spans,
        "执行率各档之和＝“单位得分”中评了分的行数",
        Formula(f"=SUM({graded.bands})", found.scored),
        scored,
    )
    page.check(
        row + 2,
        spans,
        "读不出的份数＝“单位得分”中读不出的行数",
        Formula(f"={found.unreadable}", found.unreadable),
        Formula("=" + unread, found.unreadable),
    )
    row += 3
    if found.findings:
        listed = "=" + "+".join(f"COUNTA({area})" for area in details.range_of(0))
        total = Formula(f"='{CODES}'!{elsewhere.codes_total}", found.findings)
        page.check(row, spans, "各类问题之和＝“问题清单”的行数", total, Formula(listed, found.findings))
        by_unit = "=" + "+".join(f"SUM({area})" for area in elsewhere.long[TROUBLED].range_of(7))
        page.check(row + 1, spans, "各类问题之和＝“问题按单位”的合计", total, Formula(by_unit, found.findings))
        row += 2
    if found.overall:
        column = next(n for n, one in enumerate(UNITS.columns) if one.head == "计算总分")
        sums = "+".join(f"SUM({area})" for area in units.range_of(column))
        mean = float(two(found.overall.mean))
        page.check(
            row,
            spans,
            "平均分＝“单位得分”计算总分的平均",
            Formula(f"={mean}", mean),
            Formula(f"=ROUND(({sums})/({read}),2)", mean),
        )
        row += 1
    if roll.given:
        left = Formula(f"={roll.returned}+{len(roll.missing)}", roll.expected)
        page.check(row, spans, "已报送＋未报送＝名单份数", left, Formula(f"={roll.expected}", roll.expected))
        row += 1
    page.put(row, 1, LAST, f"金额的核对见“{MONEY}”。", font_color=s.SOFT, font_size=9)
    return row + 1


def _contents(page: Page, row: int, elsewhere: Elsewhere) -> int:
    row = page.title(row, "本工作簿")
    parts = {
        sheets.names[0].rstrip("1") if len(sheets.names) > 1 else sheets.names[0]: sheets.names
        for sheets in elsewhere.long.values()
    }
    for name, words in CONTENTS.items():
        sheets = parts.get(name, [name])
        page.put(row, 1, 2, SheetLink(sheets[0]), font_color=s.ACCENT, underline=1, text_wrap=False)
        more = f"（分成{len(sheets)}张：{sheets[0]}至{sheets[-1]}）" if len(sheets) > 1 else ""
        page.put(row, 3, LAST, words + more)
        page.height(row, 18)
        row += 1
    return row
