"""核对 on 总览: each number that matters, reached by a second way through the other sheets, as live formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from perf_xlsx.consolidated.headline import Apart
from perf_xlsx.consolidated.long_tables import CHECKED, FINDINGS, TROUBLED, UNITS, UNREAD, WHOLE, LongTable
from perf_xlsx.consolidated.overview_tables import LAST, Graded, nothing
from perf_xlsx.consolidated.paged_sheet import LiveFormula, PagedSheet
from perf_xlsx.consolidated.row_counts import RowCounts
from perf_xlsx.consolidated.short_sheets import CODES, MONEY
from perf_xlsx.consolidated.statistics import Statistics
from perf_xlsx.consolidated.streamed import LongSheets
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.sheets import style as s

SPANS = ((1, 8), (9, 10), (11, 11), (12, 13))


class Over(Struct, frozen=True):
    """A formula over columns of a long table; the cells of the first replace "{0}"."""

    table: LongTable
    pattern: str
    heads: tuple[str, ...]


class Elsewhere(Struct, frozen=True):
    """What the checks are reached by: what the rows of the long tables come to, the sheets that these are on or
    that they are apart, and the cell that totals the findings by code.
    """

    listed: RowCounts
    sheets: Mapping[str, LongSheets]
    apart: Apart
    codes_total: str

    def formula(self, text: str, *parts: Over, result: float) -> LiveFormula:
        """A formula whose `parts` replace "{0}", "{1}"; its result where one of their tables is on no sheet."""
        if any(part.table.key not in self.sheets for part in parts):
            return _number(result)
        return LiveFormula("=" + text.format(*map(self._added, parts)), result)

    def _added(self, part: Over) -> str:
        """Added over the sheets of a table."""
        sheets = self.sheets[part.table.key]
        areas = zip(*map(sheets.range_of, part.heads), strict=True)
        return "+".join(part.pattern.format(*area) for area in areas)


def write_checks(page: PagedSheet, row: int, found: Statistics, elsewhere: Elsewhere, graded: Graded) -> int:
    """Write the block; gives the next row."""
    checks = list(_checks(found, elsewhere, graded)) if found.received else []
    page.turn(row, 70 + 22 * len(checks))
    row = page.title(row, "核对")
    (a, b), (c, d), (e, f), (g, h) = SPANS
    row = page.heads(row, (a, b, "核对内容"), (c, d, "等号左边"), (e, f, "等号右边"), (g, h, "结果"))
    if not found.received:
        return nothing(page, row, "没有收到工作簿，无可核对。")
    for words, one, other in checks:
        page.check(row, SPANS, words, one, other)
        row += 1
    page.put(row, 1, LAST, f"金额的核对见“{MONEY}”。", font_color=s.SOFT)
    return row + 1


BalanceCheck = tuple[str, LiveFormula, LiveFormula]  # what must agree, in words, and the two ways to it


def _checks(found: Statistics, elsewhere: Elsewhere, graded: Graded) -> Iterator[BalanceCheck]:
    yield from _units(found, elsewhere)
    if found.overall:
        yield from _scores(found, elsewhere, graded)
    if found.findings:
        yield from _findings(found, elsewhere)
    roster = found.roster
    if roster.expected is not None:
        left = LiveFormula(f"={roster.returned}+{len(roster.missing)}", roster.returned + len(roster.missing))
        yield "已报送＋未报送＝名单份数", left, _number(roster.expected)


def _state(word: str) -> Over:
    """How many units have the word in their 状态."""
    return Over(UNITS, f'COUNTIF({{0}},"*{word}*")', ("状态",))


def _units(found: Statistics, elsewhere: Elsewhere) -> Iterator[BalanceCheck]:
    listed = elsewhere.listed
    counts = [found.scored, *[found.checked] * bool(found.checked), found.unreadable]
    yield (
        f"已评分＋{'仅核对＋' if found.checked else ''}读不出＝“单位得分”的行数",
        LiveFormula(f"={'+'.join(map(str, counts))}", sum(counts)),
        elsewhere.formula("{0}", Over(UNITS, "COUNTA({0})", ("单位",)), result=listed.rows[UNITS.key]),
    )
    words = [(UNREAD, found.unreadable), *[(CHECKED, found.checked)] * bool(found.checked)]
    for word, count in words:
        right = elsewhere.formula("{0}", _state(word), result=listed.states[word])
        yield f"{word}＝“单位得分”中{word}的行数", _number(count), right


def _scores(found: Statistics, elsewhere: Elsewhere, graded: Graded) -> Iterator[BalanceCheck]:
    listed = elsewhere.listed
    others = f'-COUNTIF({{0}},"*{CHECKED}*")' if found.checked else ""
    read = Over(UNITS, f'COUNTA({{0}})-COUNTIF({{0}},"*{UNREAD}*"){others}', ("状态",))
    count = listed.rows[UNITS.key] - listed.states[UNREAD] - listed.states[CHECKED]
    scored = elsewhere.formula("{0}", read, result=count)
    counted = sum(grade.count for grade in found.grades)
    yield "各等级之和＝“单位得分”中评了分的行数", LiveFormula(f"=SUM({graded.grades})", counted), scored
    counted = sum(found.bands.values())
    yield "执行率各档之和＝“单位得分”中评了分的行数", LiveFormula(f"=SUM({graded.bands})", counted), scored
    if found.overall and found.overall.mean is not None:
        points = Over(UNITS, f'SUMIF({{0}},"*{WHOLE}*",{{1}})', ("状态", "计算总分"))
        mean = float(half_up(listed.mean))
        again = elsewhere.formula("ROUND(({0})/({1}),2)", points, _state(WHOLE), result=mean)
        words = "平均得分＝“单位得分”中完整的计算总分的平均"
        yield words, _number(float(half_up(found.overall.mean))), again


def _findings(found: Statistics, elsewhere: Elsewhere) -> Iterator[BalanceCheck]:
    listed = elsewhere.listed
    total = LiveFormula(f"='{CODES}'!{elsewhere.codes_total}", found.findings)
    rows = Over(FINDINGS, "COUNTA({0})", ("单位",))
    right = elsewhere.formula("{0}", rows, result=listed.rows[FINDINGS.key])
    yield "各类问题之和＝“问题清单”的行数", total, right
    right = elsewhere.formula("{0}", Over(TROUBLED, "SUM({0})", ("合计",)), result=listed.troubles)
    yield "各类问题之和＝“问题按单位”的合计", total, right


def _number(value: float) -> LiveFormula:
    return LiveFormula(f"={value}", value)
