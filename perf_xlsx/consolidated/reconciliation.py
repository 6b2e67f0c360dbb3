"""核对 on 总览: each number that matters, reached by a second way through the other sheets, as live formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from perf_xlsx.consolidated.overview_tables import LAST, Graded, nothing
from perf_xlsx.consolidated.page import Formula, Page
from perf_xlsx.consolidated.sheets import CODES, MONEY, TROUBLED
from perf_xlsx.consolidated.statistics import Statistics
from perf_xlsx.consolidated.streamed import LongSheets
from perf_xlsx.consolidated.tables import FINDINGS, UNITS
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.sheets import style as s

UNREAD, CHECKED, WHOLE = '"*读不出*"', '"*仅核对*"', '"*完整*"'  # what 状态 holds
SPANS = ((1, 8), (9, 10), (11, 11), (12, 13))


class Elsewhere(Struct, frozen=True):
    """What the checks are reached by: the long tables, and the cell that totals the findings by code."""

    long: Mapping[str, LongSheets]
    codes_total: str

    def over(self, key: str, pattern: str, *heads: str) -> str:
        """A formula over columns of a long table, added over its sheets; the cells of the first replace "{0}"."""
        areas = zip(*(self.long[key].range_of(head) for head in heads), strict=True)
        return "+".join(pattern.format(*area) for area in areas)


def write_checks(page: Page, row: int, found: Statistics, elsewhere: Elsewhere, graded: Graded) -> int:
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
    page.put(row, 1, LAST, f"金额的核对见“{MONEY}”。", font_color=s.SOFT, font_size=9)
    return row + 1


def _checks(found: Statistics, elsewhere: Elsewhere, graded: Graded) -> Iterator[tuple[str, Formula, Formula]]:
    """What must agree, in words, and the two ways to it."""
    units = elsewhere.long[UNITS.key]
    unread = elsewhere.over(UNITS.key, f"COUNTIF({{0}},{UNREAD})", "状态")
    others = f"-COUNTIF({{0}},{CHECKED})" if found.checked else ""
    read = elsewhere.over(UNITS.key, f"COUNTA({{0}})-COUNTIF({{0}},{UNREAD}){others}", "状态")
    scored = Formula(f"={read}", units.written - found.unreadable - found.checked)
    counts = [found.scored, *[found.checked] * bool(found.checked), found.unreadable]
    yield (
        f"已评分＋{'仅核对＋' if found.checked else ''}读不出＝“单位得分”的行数",
        Formula(f"={'+'.join(map(str, counts))}", sum(counts)),
        Formula("=" + elsewhere.over(UNITS.key, "COUNTA({0})", "单位"), units.written),
    )
    yield "读不出＝“单位得分”中读不出的行数", _number(found.unreadable), Formula(f"={unread}", found.unreadable)
    if found.checked:
        checked = elsewhere.over(UNITS.key, f"COUNTIF({{0}},{CHECKED})", "状态")
        words = "仅核对＝“单位得分”中仅核对的行数"
        yield words, _number(found.checked), Formula(f"={checked}", found.checked)
    if found.overall:
        counted = sum(grade.count for grade in found.grades)
        yield "各等级之和＝“单位得分”中评了分的行数", Formula(f"=SUM({graded.grades})", counted), scored
        counted = sum(found.bands.values())
        yield "执行率各档之和＝“单位得分”中评了分的行数", Formula(f"=SUM({graded.bands})", counted), scored
        if found.overall.mean is not None:
            mean = float(half_up(found.overall.mean))
            points = elsewhere.over(UNITS.key, f"SUMIF({{0}},{WHOLE},{{1}})", "状态", "计算总分")
            whole = elsewhere.over(UNITS.key, f"COUNTIF({{0}},{WHOLE})", "状态")
            again = Formula(f"=ROUND(({points})/({whole}),2)", mean)
            yield "平均得分＝“单位得分”中完整的计算总分的平均", _number(mean), again
    if found.findings:
        total = Formula(f"='{CODES}'!{elsewhere.codes_total}", found.findings)
        listed = elsewhere.over(FINDINGS.key, "COUNTA({0})", "单位")
        yield "各类问题之和＝“问题清单”的行数", total, Formula(f"={listed}", elsewhere.long[FINDINGS.key].written)
        by_unit = elsewhere.over(TROUBLED, "SUM({0})", "合计")
        counted = sum(found.standings.values())
        yield "各类问题之和＝“问题按单位”的合计", total, Formula(f"={by_unit}", counted)
    roster = found.roster
    if roster.expected is not None:
        left = Formula(f"={roster.returned}+{len(roster.missing)}", roster.returned + len(roster.missing))
        yield "已报送＋未报送＝名单份数", left, _number(roster.expected)


def _number(value: float) -> Formula:
    return Formula(f"={value}", value)
