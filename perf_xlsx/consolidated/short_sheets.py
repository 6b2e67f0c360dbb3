"""The short sheets after 总览: money by line with its checks, findings by code, who is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from xlsxwriter.utility import xl_rowcol_to_cell

from perf_xlsx.consolidated.line_sums import ADJUSTMENT, EXECUTION, LineSum, RateHeads
from perf_xlsx.consolidated.long_tables import FINDINGS, OUTSTANDING, code_title, standing_word
from perf_xlsx.consolidated.paged_sheet import LiveFormula, PagedSheet
from perf_xlsx.consolidated.roster_status import COLUMNS, RosterStatus
from perf_xlsx.consolidated.row_counts import RowCounts
from perf_xlsx.consolidated.statistics import Compared, Statistics
from perf_xlsx.consolidated.streamed import LongSheets, standing_colours
from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.asked import UNUSUAL_SIZE, WRONG_UNIT
from perf_xlsx.sheets import a4
from perf_xlsx.sheets import style as s

CODES, MONEY = "问题汇总", "执行情况"
AMOUNT_NAMES = {
    "initial": "年初预算数",
    "adjustment": "调整数",
    "adjusted": "全年预算数",
    "executed": "全年执行数",
}
GAP = "+#,##0.00????;-#,##0.00????;0.00"  # a difference of less than a cent is one, too
ELSEWHERE = "※"  # behind a rate that is not of the sums beside it
FEWEST = 3  # rows that a block begins with at the foot of a page
TITLE_HEIGHT = 34  # points, of the row that each page repeats
MONEY_WIDTHS = (0.8, 13.4, 5.4, 12.4, 5, 12.5, 12.5, 12.5, 12.5, 8, 8, 12, 7.5)
MONEY_ROW = 22
COMPARED = {"adjusted": 7, "executed": 8}  # the amounts of 合计与分项, with their columns
CODE_WIDTHS = (1.0, 7, 38, 10, 8, 9.5, 10.5)
OUTSTANDING_COLUMNS: Mapping[str, tuple[str, float]] = {
    "unit": ("单位", 34), "code": ("单位编码", 13), "form": ("表种", 15), "project": ("项目", 28),
    "year": ("年度", 8), "contact": ("联系人、电话", 26),
}  # fmt: skip


def money_notes(found: Statistics) -> str:
    """How amounts were brought to one unit, and which could not be."""
    notes = ["金额单位：万元"]
    if found.converted:
        notes.append(f"其中{found.converted}份按元（或亿元）填报，已折算为万元，显示两位小数，按原数计算")
    if found.without_unit:
        notes.append(f"{found.without_unit}份没有写明金额单位，未计入合计")
    if found.without_money:
        notes.append(f"{found.without_money}份的记录里没有资金数据，未计入合计")
    if found.doubted:
        notes.append(f"{found.doubted}份有金额疑似填错单位（{WRONG_UNIT}），有疑问的金额未计入")
    if found.of_unusual_size:
        notes.append(
            f"{found.of_unusual_size}份的数额少见，疑似整表按元填写（{UNUSUAL_SIZE}），金额照填报数计入合计，"
            f"请先核对，见“{FINDINGS.name}”"
        )
    if found.partial:
        notes.append("有的单位没有填全：没填的金额不计入合计，执行率、调整率只按两项都有的计算")
    return "；".join(notes) + "。"


def heading(page: PagedSheet, title: str, note: str) -> None:
    """Title and note of a short sheet."""
    last = len(page.widths) - 1
    page.height(0, TITLE_HEIGHT)
    page.put(0, 1, last, title, font_name=s.HEADING, font_size=18, align="center", text_wrap=False)
    page.put(1, 1, last, note, font_color=s.SOFT)
    page.height(1, s.height_for([(note, sum(page.widths[1:]))], 18))


def finish(page: PagedSheet, last_row: int, repeat: int, head: str, landscape: bool = True) -> None:
    """Print set-up of a short sheet; `head` is at the head of each page."""
    page.canvas.print_setup(page.sheet, landscape, a4.SCALE)
    page.sheet.set_header(s.page_header(head))
    page.sheet.repeat_rows(0, repeat)
    page.sheet.print_area(0, 0, last_row, len(page.widths) - 1)
    page.write()


# ---- 执行情况 ------------------------------------------------------------------------------------------------


def write_money(page: PagedSheet, found: Statistics, details: LongSheets | None, listed: RowCounts) -> None:
    """Sums by form, year and line; each set against the rows of 资金明细 and against its own parts.

    `details` None: these rows are on no sheet; what they come to is a value then.
    """
    heading(page, MONEY, money_notes(found) + "各表种分别合计：项目支出已含在部门整体支出之内，不能相加。")
    row = _money_heads(page, 3)
    places: dict[tuple[str, int | str, str], int] = {}
    for (form, year), lines in found.funds.items():
        heights = [_line_height(line.name) for line in lines.values()]
        group = min(sum(heights), page.page_height / 2)  # kept together, unless it is very long
        for number, (height, (key, line)) in enumerate(zip(heights, lines.items(), strict=True)):
            if page.turn(row, height if number else group):
                row = _money_heads(page, row)
            _money_row(page, row, form, year, line, details, listed)
            places[form, year, key] = row
            row += 1
    if not places:
        page.put(row, 1, 12, "没有可以合计的资金数据。", border=1, align="center", font_color=s.SOFT)
        page.height(row, 30)
        finish(page, row, 0, found.head)
        return
    if notes := list(bases(found)):
        row = _said_of_sums(page, row + 1, notes, font_color=s.SOFT)
    row = _parts(page, row + 1, found, places)
    row = _said_of_sums(page, row, repeated(found), font_color=s.TODO_INK, bg_color=s.TODO_FILL)
    finish(page, row, 0, found.head)


def _said_of_sums(page: PagedSheet, row: int, sentences: Iterable[str], **look: str) -> int:
    for words in sentences:
        height = s.height_for([(words, sum(MONEY_WIDTHS[1:]))], MONEY_ROW)
        page.turn(row, height)
        page.put(row, 1, 12, words, **look)
        page.height(row, height)
        row += 1
    return row


def _money_heads(page: PagedSheet, row: int) -> int:
    """Written anew on each page: rows repeated by the printer would stand above the other block too."""
    page.heads(
        row, (1, 1, "表种"), (2, 2, "年度"), (3, 3, "资金类别"), (4, 4, "份数"), (5, 5, "年初预算数"),
        (6, 6, "调整数"), (7, 7, "全年预算数"), (8, 8, "全年执行数"), (9, 9, "预算调整率"), (10, 10, "预算执行率"),
        (11, 11, "年初＋调整－全年\n（三项都填的）"), (12, 12, "与明细核对"),
    )  # fmt: skip
    page.height(row, 64)
    return row + 1


def _money_row(
    page: PagedSheet,
    row: int,
    form: str,
    year: int | str,
    line: LineSum,
    details: LongSheets | None,
    listed: RowCounts,
) -> None:
    bold = line.total
    page.word(row, 1, 1, form, bold=bold)
    page.put(row, 2, 2, year, border=1, align="center", bold=bold)
    page.word(row, 3, 3, line.name, bold=bold)
    page.number(row, 4, 4, line.returns, bold=bold)
    for column, amount in enumerate(AMOUNTS, 5):
        page.number(row, column, column, line.sum_of(amount), s.MONEY, bold=bold)
    for column, rate in ((9, ADJUSTMENT), (10, EXECUTION)):
        page.number(row, column, column, line.rates[rate].value, rate_format(line, rate), bold=bold)
    cells = [xl_rowcol_to_cell(row, column) for column in (5, 6, 7, 8)]
    page.number(row, 11, 11, line.gap if line.whole else None, GAP)
    rows = listed.of(form, year, line.name)
    sums = _sums_of(details, row, (form, str(year), line.name)) if details else plain(rows)
    agree = abs(rows - sum(line.sums.values())) < Decimal("0.005")
    page.verdict(row, 12, 12, f"ABS({sums}-SUM({cells[0]}:{cells[3]}))<0.005", agree, bold)
    page.height(row, _line_height(line.name))


def _line_height(name: str) -> float:
    """Of the row of a line, whose name may take more lines than one."""
    width = MONEY_WIDTHS[3]
    return MONEY_ROW if s.column_units(name) < width else s.height_for([(name, width - 1)], MONEY_ROW)


def _sums_of(details: LongSheets, row: int, texts: Sequence[str]) -> str:
    """What all amounts in the rows of 资金明细 come to, for form, year and line in that row of this sheet."""
    own = [_exactly(text, xl_rowcol_to_cell(row, at, col_abs=True)) for at, text in enumerate(texts, 1)]
    return "+".join(_sum_if(details, AMOUNT_NAMES[amount], own) for amount in AMOUNTS)


def _sum_if(details: LongSheets, amount: str, own: Sequence[str]) -> str:
    """What the rows of 资金明细 come to, for the form, year and line that `own` are the criteria of."""
    areas = zip(*map(details.range_of, (amount, "表种", "年度", "资金类别")), strict=True)
    return "+".join(
        f"SUMIFS({area},{forms},{own[0]},{years},{own[1]},{lines},{own[2]})" for area, forms, years, lines in areas
    )


def _exactly(text: str, cell: str) -> str:
    """The criterion for the text in a cell; what reads as a pattern or a comparison is taken as it stands."""
    if not re.search(r"[*?~]|^[=<>]", text):
        return cell
    for sign in "~*?":
        cell = f'SUBSTITUTE({cell},"{sign}","~{sign}")'
    return f'"="&{cell}'


def _parts(page: PagedSheet, row: int, found: Statistics, places: dict[tuple[str, int | str, str], int]) -> int:
    checks = list(_part_checks(found, places))
    if not checks:
        return row
    heights = [s.height_for([(words, sum(MONEY_WIDTHS[1:5]))], MONEY_ROW) for words, *_ in checks]
    page.turn(row, 48 + sum(heights[:FEWEST]))
    row = _part_heads(page, page.title(row, "合计与分项"))
    for height, (words, whole, parts, gap) in zip(heights, checks, strict=True):
        if page.turn(row, height):
            row = _part_heads(page, row)
        page.word(row, 1, 4, words)
        page.number(row, 5, 5, whole, s.MONEY)
        page.number(row, 6, 7, parts, s.MONEY)
        one, other = xl_rowcol_to_cell(row, 5), xl_rowcol_to_cell(row, 6)
        page.number(row, 8, 8, LiveFormula(f"=ROUND({one}-{other},6)", float(gap)), GAP)
        said = "✔ 相符" if gap == 0 else "⚠ 有的单位合计与分项不符（F01），见“问题清单”"
        page.word(row, 9, 12, said)
        page.height(row, height)
        row += 1
    return row + 1


def _part_heads(page: PagedSheet, row: int) -> int:
    return page.heads(row, (1, 4, "核对内容"), (5, 5, "合计"), (6, 7, "分项之和"), (8, 8, "相差"), (9, 12, "说明"))


Side = LiveFormula | Decimal


def _part_checks(
    found: Statistics, places: dict[tuple[str, int | str, str], int]
) -> Iterator[tuple[str, Side, Side, Decimal]]:
    """For each line with parts: its words, its sum and that of its parts, and the difference.

    Only what the engine compared on the forms (F01) is compared here. The two sides are formulas over the rows
    above where these are the sums of the forms that were compared, else numbers.
    """
    for (form, year), sums in found.parts.items():
        lines = found.funds[form, year]
        order = list(lines)
        for (key, column, parts), own in sorted(sums.items(), key=lambda item: _in_order(item[0], order)):
            if column not in COMPARED:
                continue
            names = "＋".join(lines[part].name for part in parts)
            some = "" if own.returns == lines[key].given[column] else f"（{own.returns}份）"
            words = f"{form} {year}年度 {AMOUNT_NAMES[column]}：{lines[key].name}＝{names}{some}"
            at = COMPARED[column]
            cells = [xl_rowcol_to_cell(places[form, year, line], at) for line in (key, *parts)]
            left: Side = own.whole
            right: Side = own.parts
            if own.whole == lines[key].sums[column]:
                left = LiveFormula(f"=SUM({cells[0]})", float(own.whole))
            if own.parts == sum((lines[part].sums[column] for part in parts), Decimal(0)):
                right = LiveFormula(f"=SUM({','.join(cells[1:])})", float(own.parts))
            yield words, left, right, own.whole - own.parts


def _in_order(compared: Compared, lines: Sequence[str]) -> tuple[int, int, tuple[int, ...]]:
    key, column, parts = compared
    return lines.index(key), AMOUNTS.index(column), tuple(map(lines.index, parts))


def rate_format(line: LineSum, rate: RateHeads) -> str:
    """How a rate of sums looks: with a sign where `bases` says what it is made of."""
    return f'{s.PERCENT}"{ELSEWHERE}"' if line.basis(rate) else s.PERCENT


def bases(found: Statistics, rates: Sequence[RateHeads] = (EXECUTION, ADJUSTMENT)) -> Iterator[str]:
    """Where a rate is not that of the sums beside it, what it is made of and who is left out; lines of which the
    same holds together."""
    for (form, year), lines in found.funds.items():
        same: dict[str, list[str]] = {}
        for line in lines.values():
            if words := "。".join(filter(None, map(line.basis, rates))):
                same.setdefault(words, []).append(line.name)
        for words, names in same.items():
            yield f"{ELSEWHERE} {form} {year}年度 {'、'.join(names)}：{words}。"


def repeated(found: Statistics) -> Iterator[str]:
    """For each form and year, the amounts that repeated returns of one form add to the totals."""
    for (form, year), lines in found.funds.items():
        for line in lines.values():
            if line.total and any(line.repeated.values()):
                yield (
                    f"⚠ {form} {year}年度的合计中含同一单位重复报送的部分："
                    f"全年预算数{line.repeated['adjusted']:,.2f}万元，全年执行数{line.repeated['executed']:,.2f}万元。请留下应采用的一份后重新评分。"
                )


# ---- 问题 ----------------------------------------------------------------------------------------------------


def write_codes(page: PagedSheet, found: Statistics) -> int:
    """Findings by code, the gravest and most frequent first; gives the row of the total."""
    heading(page, CODES, "按类别统计，严重的、多的在前。按单位的见“问题按单位”，逐条的见“问题清单”。")
    row = first = page.heads(
        3, (1, 1, "编号"), (2, 2, "问题"), (3, 3, "严重程度"), (4, 4, "项数"), (5, 5, "涉及份数"),
        (6, 6, "占收到份数"),
    )  # fmt: skip
    for kind in found.codes:
        page.put(row, 1, 1, kind.code, border=1, align="center")
        page.word(row, 2, 2, code_title(kind.code))
        page.put(row, 3, 3, standing_word(kind.standing), border=1, align="center")
        page.number(row, 4, 4, kind.items)
        page.number(row, 5, 5, kind.workbooks)
        page.number(row, 6, 6, Decimal(kind.workbooks) / found.received, s.PERCENT)
        page.height(row, s.height_for([(code_title(kind.code), CODE_WIDTHS[2])], 22))
        row += 1
    if found.codes:
        standing_colours(page.canvas, page.sheet, first, row - 1, 3)
        page.put(row, 1, 3, "合计", border=1, bold=True, align="center", bg_color=s.HEAD_FILL)
        area = f"{xl_rowcol_to_cell(first, 4)}:{xl_rowcol_to_cell(row - 1, 4)}"
        page.number(row, 4, 4, LiveFormula(f"=SUM({area})", found.findings), bold=True)
        page.word(row, 5, 6, "", bold=True)
    else:
        page.put(
            row, 1, 6, "✔ 没有发现问题。", border=1, align="center", bg_color=s.DONE_FILL, font_color=s.DONE_INK
        )
    page.height(row, 26)
    page.sheet.freeze_panes(4, 0)
    finish(page, row, 3, found.head, landscape=False)
    return row


# ---- 未报送 --------------------------------------------------------------------------------------------------


def outstanding_widths(roll: RosterStatus) -> tuple[float, ...]:
    """The widths of the sheet's columns."""
    return (1.0, 6, *(OUTSTANDING_COLUMNS[key][1] for key in _outstanding_keys(roll)))


def _outstanding_keys(roll: RosterStatus) -> list[str]:
    """The columns; that of the year where the list names years."""
    dated = any(one["year"] for one in roll.missing)
    return [key for key in COLUMNS if dated or key != "year"]


def write_outstanding(page: PagedSheet, found: Statistics, most: int | None = None) -> None:
    """Who has not returned, with whom to call; then who returned without being on the list.

    `most` is how many of each are named, None for all.
    """
    roll = found.roster
    heading(page, OUTSTANDING.name, _said(roll))
    row = 3
    if roll.missing:
        keys = _outstanding_keys(roll)
        heads = [(column, column, OUTSTANDING_COLUMNS[key][0]) for column, key in enumerate(keys, 2)]
        row = page.heads(row, (1, 1, "序号"), *heads)
        for number, one in enumerate(roll.missing[:most], 1):
            page.put(row, 1, 1, number, border=1, align="center")
            shown = [(one[key], OUTSTANDING_COLUMNS[key][1]) for key in keys]
            for column, (text, _) in enumerate(shown, 2):
                page.word(row, column, column, text)
            page.height(row, s.height_for(shown, 22))
            row += 1
        row = _rest(page, row, len(roll.missing), most)
    else:
        words = "✔ 名单上的单位都已报送。" if roll.given else "没有提供名单，不能列出未报送的单位。"
        page.put(row, 1, len(page.widths) - 1, words, border=1, align="center", font_size=12)
        page.height(row, 34)
        row += 1
    named = tuple(f"{unit}：{file}" for unit, file in roll.unread_of)
    row = _names(page, row + 1, "收到了、但读不出来或没有填单位的（已列入退回，不算未报送）", named, most)
    row = _names(page, row + 1, "读不出单位的工作簿（其中可能有上列单位报送的）", roll.unread, most)
    row = _names(page, row + 1, "报送了、但名单上没有的单位", roll.unlisted, most)
    others = tuple(f"{unit}：{how}" for unit, how in roll.of_other_years)
    row = _names(page, row + 1, "报送了、但年度与名单不同的（不算已报送）", others, most)
    page.sheet.freeze_panes(4, 0)
    finish(page, row, 3, found.head)


def _said(roll: RosterStatus) -> str:
    if not roll.given:
        columns = "单位、单位编码、表种、项目、年度、联系人"
        return f"汇总时用 --roster 提供单位名单（{columns}），这里就会列出还没有报送的单位。"
    if roll.expected is None:
        return f"按评分时提供的名单，未报送{len(roll.missing)}份。{roll.lacks}"
    unread = f"（其中{roll.unread_rows}份读不出来或没有填单位，须退回）" if roll.unread_rows else ""
    counts = f"名单{roll.expected}份，已报送{roll.returned}份{unread}，未报送{len(roll.missing)}份"
    return f"{counts}；按单位名称（和表种、项目、年度）核对。"


def _names(page: PagedSheet, row: int, title: str, names: tuple[str, ...], most: int | None) -> int:
    if not names:
        return row
    row = page.title(row, f"{title}：{len(names)}")
    for name in names[:most]:
        page.word(row, 1, len(page.widths) - 1, name)
        page.height(row, s.height_for([(name, sum(page.widths[1:]))], 20))
        row += 1
    return _rest(page, row, len(names), most)


def _rest(page: PagedSheet, row: int, count: int, most: int | None) -> int:
    """How many are not named on this sheet, if any."""
    if most is None or count <= most:
        return row
    page.put(
        row,
        1,
        len(page.widths) - 1,
        f"其余{count - most:,}个见旁边的文件，文件名见“总览”。",
        font_color=s.TODO_INK,
    )
    page.height(row, 22)
    return row + 1
