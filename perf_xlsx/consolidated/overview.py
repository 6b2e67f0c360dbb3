"""总览: returns received, scores, budget execution, findings, and the reconciliation of the sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from perf_xlsx.consolidated.overview_tables import (
    LAST,
    WIDTHS,
    write_forms,
    write_grades,
    write_kinds,
    write_money,
)
from perf_xlsx.consolidated.page import Page, SheetLink
from perf_xlsx.consolidated.reconciliation import Elsewhere, write_checks
from perf_xlsx.consolidated.roster_status import RosterStatus
from perf_xlsx.consolidated.scores import Spread
from perf_xlsx.consolidated.sheets import CODES, MONEY, OUTSTANDING, TROUBLED, money_notes
from perf_xlsx.consolidated.statistics import Statistics
from perf_xlsx.consolidated.tables import FINDINGS, FUNDS, INDICATORS, UNITS
from perf_xlsx.domain.rounding import percent, points
from perf_xlsx.sheets import style as s

BESIDE = 27 * s.BODY_SIZE / 9  # width of the rates' tile, in characters of its small line
CONTENTS = {
    UNITS.name: "每份一行：状态，自评与计算的得分、等级，问题数，执行率，评分后工作簿的链接；可筛选、排序",
    MONEY: "按资金类别合计，带核对",
    FUNDS.name: "每个资金类别一行，统一为万元",
    INDICATORS.name: "每个指标一行，可作数据透视",
    CODES: "按类别统计的问题",
    TROUBLED: "每份的错误在哪一格、评分后工作簿的链接",
    FINDINGS.name: "逐条的问题：在哪里、怎么改",
    OUTSTANDING: "名单上还没有报送的单位、联系人",
}


def write_overview(page: Page, found: Statistics, elsewhere: Elsewhere) -> None:
    """Write the sheet from its top; every block gives the row that the next may start at."""
    _heading(page, found)
    _tiles(page, found)
    row = _next_steps(page, 7, found)
    graded = write_grades(page, row + 1, found)
    row = write_forms(page, graded.end + 1, found)
    row = write_money(page, row + 1, found)
    row = write_kinds(page, row + 1, found)
    row = write_checks(page, row + 1, found, elsewhere, graded)
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


def _tiles(page: Page, found: Statistics) -> None:
    """Label, large value and remark in three rows."""
    tiles = (
        (1, 2, "收到", f"{found.received:,}份", _received(found)),
        (3, 4, "未报送", f"{len(found.roster.missing):,}份" if found.roster.given else "—",
         _list_words(found.roster)),
        (6, 7, "平均得分", *_average(found.overall)),
        (8, 10, *_spent(found)),
        (11, 12, "须退回更正", f"{found.erroneous + found.unreadable:,}份",
         f"有错误{found.erroneous:,}份，读不出{found.unreadable:,}份"),
        (13, 13, "问题", f"{found.findings:,}项", f"✖ 错误{found.standings['error']:,}项"),
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


def _received(found: Statistics) -> str:
    checked = f"仅核对{found.checked:,}份，" if found.checked else ""
    return f"已评分{found.scored:,}份，{checked}读不出{found.unreadable:,}份"


def _spent(found: Statistics) -> tuple[str, str, str]:
    """Of the form and year with the most returns in large, below it what there is room for of the others."""
    several = len({year for _, year in found.funds}) > 1
    rates = [(line.returns, f"{form}{year}年度" if several else form, percent(line.execution_rate))
             for (form, year), lines in found.funds.items() for line in lines.values()
             if line.total and line.execution_rate is not None]  # fmt: skip
    if not rates:
        return "预算执行率", "—", ""
    rates.sort(key=lambda rate: -rate[0])
    (_, name, value), *others = rates
    return f"预算执行率（{name}）", value, _beside([f"{name}{value}" for _, name, value in others])


def _beside(others: list[str]) -> str:
    """As many as fit into the tile's small line; where they are not all there it says where they are."""
    for count in range(len(others), 0, -1):
        words = "；".join(others[:count]) + ("等，见下表" if count < len(others) else "")
        if s.units(words) <= BESIDE:
            return words
    return f"其余{len(others)}项见下表" if others else ""


def _average(overall: Spread | None) -> tuple[str, str]:
    """The mean in large type, below it the median and the number of returns that neither counts."""
    if overall is None:
        return "—", ""
    left = f"不含暂定{overall.provisional:,}份" if overall.provisional else ""
    if overall.mean is None or overall.median is None:
        return "—", left
    return points(overall.mean), "，".join(filter(None, (f"中位数{points(overall.median)}", left)))


def _list_words(roll: RosterStatus) -> str:
    if roll.expected is not None:
        return f"名单{roll.expected:,}份"
    return "按评分时的名单" if roll.given else "没有提供名单"


def _next_steps(page: Page, row: int, found: Statistics) -> int:
    """The next steps and the limits of the numbers, a line each; returns the next row."""
    steps = list(_steps(found))
    ink = s.TODO_INK if steps else s.DONE_INK
    for words in steps or ["✔ 全部读出并评分，没有须更正的错误。"]:
        page.put(row, 1, LAST, words, font_color=ink, bold=True)
        page.height(row, s.height_for([(words, sum(WIDTHS[1:]))], 19))
        row += 1
    return row


def _steps(found: Statistics) -> Iterator[str]:
    roster = found.roster
    if roster.missing:
        yield f"催报：{len(roster.missing)}份还没有报送，见“{OUTSTANDING}”。"
    if found.unreadable or found.erroneous:
        yield f"退回：{found.unreadable}份读不出来，{found.erroneous}份有错误须更正，见“{TROUBLED}”。"
    if found.repeats:
        yield (
            f"⚠ {found.repeats}份为同一单位重复报送，份数、得分和金额中都含它们；请留下应采用的一份后重新汇总。"
        )
    if found.checked:
        yield f"{found.checked}份没有分值和得分，或是监控表，只核对，不计分；它们不在得分、等级和执行率分档中。"
    if found.with_claims:
        yield (
            f"⚠ {found.with_claims}份总分含单位自评得分：有的指标没有指标值，不能按规则计算，"
            "见“单位得分”中状态为“含自评”的。"
        )
    if found.provisional:
        yield (
            f"⚠ {found.provisional}份得分是暂定的：有的项目不能评分（按0分计），有的必填项没有填写，"
            "或分值合计不是满分；它们不评等级，平均分、中位数、最高和最低不含它们。"
        )
    if found.without_unit or found.without_money or found.doubted:
        yield "⚠ " + money_notes(found)
    if roster.unlisted:
        yield f"⚠ {len(roster.unlisted)}个单位不在名单上，见“{OUTSTANDING}”。"


def _contents(page: Page, row: int, elsewhere: Elsewhere) -> int:
    page.turn(row, 24 + 18 * len(CONTENTS))
    row = page.title(row, "本工作簿")
    parts = {sheets.name: sheets.names for sheets in elsewhere.long.values()}
    for name, words in CONTENTS.items():
        sheets = parts.get(name, [name])
        page.put(row, 1, 2, SheetLink(sheets[0]), font_color=s.ACCENT, underline=1, text_wrap=False)
        more = f"（分成{len(sheets)}张：{sheets[0]}至{sheets[-1]}）" if len(sheets) > 1 else ""
        page.put(row, 3, LAST, words + more)
        page.height(row, 18)
        row += 1
    return row
