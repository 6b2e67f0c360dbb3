"""总览: returns received, scores, budget execution, findings, and the reconciliation of the sums."""

from __future__ import annotations

from typing import Any

from perf_xlsx.consolidated.headline import next_steps, tiles
from perf_xlsx.consolidated.long_tables import (
    CHANGES,
    EXTRAS,
    FINDINGS,
    FUNDS,
    INDICATORS,
    OUTSTANDING,
    RECEIPTS,
    REPORTS,
    TROUBLED,
    UNITS,
)
from perf_xlsx.consolidated.overview_tables import (
    LAST,
    WIDTHS,
    write_codes,
    write_forms,
    write_grades,
    write_money_overview,
)
from perf_xlsx.consolidated.paged_sheet import PagedSheet, SheetLink
from perf_xlsx.consolidated.reconciliation import Elsewhere, write_checks
from perf_xlsx.consolidated.returns import rulebook_name
from perf_xlsx.consolidated.short_sheets import CODES, MONEY
from perf_xlsx.consolidated.statistics import Statistics
from perf_xlsx.sheets import a4
from perf_xlsx.sheets import style as s

TILES = ((1, 2), (3, 4), (6, 7), (8, 10), (11, 12), (13, 13))  # their columns
CONTENTS = {
    UNITS.name: "每份一行：状态，自评与计算的得分、等级，问题数，执行率，评分后工作簿的链接；可筛选、排序",
    MONEY: "按资金类别合计，带核对",
    FUNDS.name: "每个资金类别一行，统一为万元",
    INDICATORS.name: "每个指标一行，可作数据透视",
    EXTRAS.name: "表种文件中自加的格和栏",
    CODES: "按类别统计的问题",
    TROUBLED.name: "每份的错误在哪一格、评分后工作簿的链接",
    FINDINGS.name: "逐条的问题：在哪里、怎么改",
    CHANGES.name: "重报的与上次相比，单位改了哪些格，上次要求了没有",
    REPORTS.name: "绩效自评报告与自评表逐个数字核对的结果",
    OUTSTANDING.name: "名单上还没有报送的单位、联系人",
    RECEIPTS.name: "每张评分后的自评表的校验码，供以后核对",
}
SOMETIMES = (EXTRAS.name, CHANGES.name, REPORTS.name, RECEIPTS.name)  # sheets that not every run has


def write_overview(page: PagedSheet, found: Statistics, elsewhere: Elsewhere) -> None:
    """Write the sheet from its top; every block gives the row that the next may start at."""
    _heading(page, found)
    _tiles(page, found)
    row = _apart(page, _next_steps(page, 7, found), str(elsewhere.apart))
    graded = write_grades(page, row + 1, found)
    row = write_forms(page, graded.end + 1, found)
    row = write_money_overview(page, row + 1, found)
    row = write_codes(page, row + 1, found)
    row = write_checks(page, row + 1, found, elsewhere, graded)
    row = _contents(page, row + 1, elsewhere)
    page.sheet.set_tab_color(s.ACCENT)
    page.canvas.print_setup(page.sheet, landscape=True, scale=a4.SCALE)
    page.sheet.set_header(s.page_header(found.head))
    page.sheet.print_area(0, 0, row - 1, LAST)
    page.sheet.set_first_sheet()
    page.sheet.activate()
    page.write()


def _heading(page: PagedSheet, found: Statistics) -> None:
    years = "、".join(f"{year}年度" for year in sorted(found.years))
    page.height(0, 38)
    title = f"绩效自评汇总　{years}"
    page.put(0, 1, LAST, title, font_name=s.HEADING, font_size=20, text_wrap=False)
    forms = "，".join(f"{one.name}{one.count}份" for one in found.spreads) or "没有可以评分的工作簿"
    books = "，".join(f"{rulebook_name(name)}{count}份" for name, count in sorted(found.rulebooks.items()))
    note = f"{forms}。" + (f"评分办法：{books}。" if books else "")
    page.put(1, 1, LAST, note, font_color=s.SOFT)
    page.height(1, s.height_for([(note, sum(WIDTHS[1:]))], 18))


def _tiles(page: PagedSheet, found: Statistics) -> None:
    """Label, large value and remark in three rows."""
    shown = list(zip(TILES, tiles(found), strict=True))
    remarks = [(remark, sum(WIDTHS[first : last + 1])) for (first, last), (_, _, remark) in shown]
    for row, height in ((3, 22), (4, 46), (5, s.height_for(remarks, 22))):
        page.height(row, height)
    for (first, last), (label, value, remark) in shown:
        accent = label in ("收到", "平均得分")
        base: dict[str, Any] = {
            "bg_color": s.ACCENT if accent else "#F3F6FA", "font_color": "#FFFFFF" if accent else s.INK,
            "align": "center", "text_wrap": False, "shrink": True,
        }  # fmt: skip
        soft = {"font_color": "#DCE6F2" if accent else s.SOFT}
        page.put(3, first, last, label, **base | soft)
        page.put(4, first, last, value, **base, font_name=s.HEADING, font_size=24 if accent else 19)
        page.put(5, first, last, remark, **base | soft | {"text_wrap": True, "shrink": False})


def _next_steps(page: PagedSheet, row: int, found: Statistics) -> int:
    """The next steps and the limits of the numbers, a line each; returns the next row."""
    steps = list(next_steps(found))
    ink = s.TODO_INK if steps else s.DONE_INK
    for words in steps or ["✔ 全部读出并评分，没有须更正的。"]:
        page.put(row, 1, LAST, words, font_color=ink, bold=True)
        page.height(row, s.height_for([(words, sum(WIDTHS[1:]))], 19))
        row += 1
    return row


def _apart(page: PagedSheet, row: int, words: str) -> int:
    """Which tables are on no sheet, if any; returns the next row."""
    if words:
        page.put(row, 1, LAST, words, font_color=s.ACCENT, bold=True)
        page.height(row, s.height_for([(words, sum(WIDTHS[1:]))], 19))
        row += 1
    return row


def _contents(page: PagedSheet, row: int, elsewhere: Elsewhere) -> int:
    parts = {sheets.name: sheets.names for sheets in elsewhere.sheets.values()}
    there = {name for name in CONTENTS if name not in SOMETIMES} | parts.keys() | elsewhere.apart.files.keys()
    contents = {name: words for name, words in CONTENTS.items() if name in there}
    page.turn(row, 24 + 18 * len(contents))
    row = page.title(row, "本工作簿")
    for name, words in contents.items():
        sheets, file = parts.get(name, [name]), elsewhere.apart.files.get(name)
        if page.canvas.book.get_worksheet_by_name(sheets[0]):
            page.put(row, 1, 2, SheetLink(sheets[0]), font_color=s.ACCENT, underline=1, text_wrap=False)
        else:
            page.put(row, 1, 2, name, text_wrap=False)
        more = f"（分成{len(sheets)}张：{sheets[0]}至{sheets[-1]}）" if len(sheets) > 1 else ""
        words += more + (f"（全部在文件“{file}”里）" if file else "")
        page.put(row, 3, LAST, words)
        page.height(row, s.height_for([(words, sum(WIDTHS[3:]))], 18) if file else 18)
        row += 1
    return row
