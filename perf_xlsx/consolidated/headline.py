"""A run in a few words: the tiles of 总览, and what is to be done next. On its sheet and on a page alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from perf_xlsx.consolidated.line_sums import EXECUTION
from perf_xlsx.consolidated.long_tables import CHANGES, OUTSTANDING, TROUBLED, UNITS
from perf_xlsx.consolidated.roster_status import RosterStatus
from perf_xlsx.consolidated.scores import Spread
from perf_xlsx.consolidated.short_sheets import money_notes
from perf_xlsx.consolidated.statistics import Statistics
from perf_xlsx.domain.rounding import percent, points
from perf_xlsx.results.result_in_words import OPEN_OR_WRONG, UNDECIDED
from perf_xlsx.sheets import style as s

MOST_YEARS = 4  # that are told besides the usual one
BESIDE = 46  # characters of two lines in the rates' tile


def tiles(found: Statistics, room: float = BESIDE) -> tuple[tuple[str, str, str], ...]:
    """Label, large value and remark of each; there is so much `room` for a remark, in characters."""
    return (
        ("收到", f"{found.received:,}份", _received(found)),
        ("未报送", f"{len(found.roster.missing):,}份" if found.roster.given else "—", _list_words(found.roster)),
        ("平均得分", *_average(found.overall)),
        _spent(found, room),
        ("须退回更正", f"{found.to_mend + found.unreadable:,}份",
         _returned(found)),
        ("问题", f"{found.findings:,}项", f"✖ 错误{found.standings['error']:,}项"),
    )  # fmt: skip


def _received(found: Statistics) -> str:
    checked = f"仅核对{found.checked:,}份，" if found.checked else ""
    return f"已评分{found.scored:,}份，{checked}读不出{found.unreadable:,}份"


def _returned(found: Statistics) -> str:
    undecided = f"，另待核定{found.to_decide:,}份" if found.to_decide else ""
    return f"{OPEN_OR_WRONG}{found.to_mend:,}份，读不出{found.unreadable:,}份{undecided}"


def _spent(found: Statistics, room: float) -> tuple[str, str, str]:
    """Of the form and year with the most returns in large, below it what there is room for of the others."""
    several = len({year for _, year in found.funds}) > 1
    rates = [(line, f"{form}{year}年度" if several else form, percent(line.execution_rate))
             for (form, year), lines in found.funds.items() for line in lines.values()
             if line.total and line.execution_rate is not None]  # fmt: skip
    if not rates:
        return "预算执行率", "—", ""
    rates.sort(key=lambda rate: -rate[0].returns)
    (line, name, value), *others = rates
    own = f"按两数都有的{line.rates[EXECUTION].count:,}份" if line.differs(EXECUTION) else ""
    return f"预算执行率（{name}）", value, _beside(own, [f"{name}{value}" for _, name, value in others], room)


def _beside(own: str, others: list[str], room: float) -> str:
    """What the large rate is of, then as many others as fit into the tile's small line; where they are not all
    there it says where they are."""
    for count in range(len(others), 0, -1):
        words = "；".join(filter(None, (own, *others[:count]))) + ("等，见下表" if count < len(others) else "")
        if s.column_units(words) <= room:
            return words
    return "；".join(filter(None, (own, f"其余{len(others)}项见下表" if others else "")))


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


def next_steps(found: Statistics) -> Iterator[str]:
    """What is to be done, and the limits of the numbers; nothing where all is well."""
    roster = found.roster
    if roster.missing:
        yield f"催报：{len(roster.missing):,}份还没有报送，见“{OUTSTANDING.name}”。"
    if found.unreadable or found.to_mend:
        counts = (found.unreadable, "份读不出来"), (found.to_mend, f"份{OPEN_OR_WRONG}，须更正")
        words = "，".join(f"{count:,}{what}" for count, what in counts if count)
        yield f"退回：{words}，见“{TROUBLED.name}”。"
    yield from _to_check(found)
    yield from _to_decide(found)
    if words := found.compared.changes_in_words:
        yield f"⚠ 重报的有{words}，见“{CHANGES.name}”。"
    yield from _several_years(found)
    yield from _points_that_differ(found)
    if found.without_unit or found.without_money or found.doubted or found.of_unusual_size:
        yield "⚠ " + money_notes(found)
    yield from _beside_the_roster(roster)


def _points_that_differ(found: Statistics) -> Iterator[str]:
    """The forms whose points are none, the unit's own, or not final."""
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


def _beside_the_roster(roster: RosterStatus) -> Iterator[str]:
    """What the list of units and the returns do not have in common."""
    if roster.lacks:
        yield f"⚠ {roster.lacks}"
    if roster.unlisted:
        yield f"⚠ {len(roster.unlisted)}个单位不在名单上，见“{OUTSTANDING.name}”。"
    if others := len(roster.of_other_years):
        yield f"⚠ {others:,}份的年度与名单不同，不算已报送，见“{OUTSTANDING.name}”。"


def _to_check(found: Statistics) -> Iterator[str]:
    """Who has nothing to correct and something to check or explain."""
    if count := found.outcomes.warned:
        other = "另有" if found.unreadable or found.to_mend else ""
        yield f"⚠ {other}{count:,}份没有错误，有警告须核对，见“{TROUBLED.name}”。"


def _several_years(found: Statistics) -> Iterator[str]:
    """That sums and means mix years, and which files are of the years that fewer returns have."""
    (_, usual), *others = found.of_years or [(0, 0)]
    if not others:
        return
    told = [f"{found.of_years[0][0]}年度{usual:,}份"]
    for year, count in others[:MOST_YEARS]:
        files = found.files[str(year)]
        told.append(f"{year}年度{count:,}份（{'、'.join(files)}{'等' if count > len(files) else ''}）")
    more = f"等{len(others) + 1}个年度" if len(others) > MOST_YEARS else ""
    yield f"⚠ 不止一个年度：{'，'.join(told)}{more}，请核对是否报错年度；得分、等级和问题是各年度合在一起统计的。"


def _to_decide(found: Statistics) -> Iterator[str]:
    """What the officer decides on before anything goes back."""
    if found.to_decide:
        yield f"核定：{found.to_decide:,}份待核定，定下以前不退回，见“{UNITS.name}”中状态为“{UNDECIDED}”的。"
    if found.repeats:
        yield (f"⚠ 同一张表多报了{found.repeats:,}份，份数、得分和金额中都含它们；请留下应采用的一份后重新评分。")


class Apart(Struct, frozen=True):
    """The tables that are too long for the workbook: the names of their files by theirs. `of` returns are more
    than the `most` that it lists."""

    files: Mapping[str, str] = {}
    of: int = 0
    most: int = 0

    def __str__(self) -> str:
        """For who reads the workbook, and who has it made; "" where all tables are in it."""
        if not self.files:
            return ""
        names = "、".join(self.files.values())
        csv = "" if names.endswith(".csv") else "需要 CSV 的，运行 perf-xlsx consolidate 并加 --export csv。"
        return (
            f"共{self.of:,}份，超过{self.most:,}份：汇总工作簿只有合计，"
            f"逐份、逐条的明细太长，写成了旁边的文件：{names}。{csv}"
        )
