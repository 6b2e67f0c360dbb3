"""R19: what was recognised of an official layout, how sure that is, and what the layout does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perf_xlsx.domain.model import UNSCORED_WORDS, Indicator, SelfEvaluation, columns_of
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import EXECUTION_WEIGHT
from perf_xlsx.findings.office import ASK_RULES
from perf_xlsx.forms import load_form, typed
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Layout, OfficialParts
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.official.single_boxes import CLAIMS
from perf_xlsx.reading.remarks import ReadingRemark
from perf_xlsx.rulebook import Rulebook, load_rulebook
from perf_xlsx.rulebook.fitting import fitting_rulebooks

WEIGHTS = {
    None: "",
    True: "；没有“分值”栏，各指标均已完成，自评得分与预算执行率分值合计正好是满分，分值按自评得分读取",
    False: "",  # a finding of its own: R06
}
ADVICE = "请核对以上读法；如有读错或漏读，请把内容填入下发的模板后重新报送。"
ADVICE_ON_THEIRS = (  # it may be the template itself
    "请核对以上读法；如有读错或漏读，请由下发表样的单位在“（核对）”工作簿中更正，再运行一次 perf-xlsx adopt。"
)


def recognised(layout: Layout, official: OfficialParts, sheets: Sheets, proven: bool | None) -> str:
    """One sentence: the layout, where its tables are, what goes by another name, what it lacks.

    `proven` tells whether missing weights follow from the claims; None where the form has a column for them.
    """
    table, funds, projects = official.indicators, official.funds, official.projects
    tables = "没有找到资金表"
    if funds:
        tables = f"资金表在“{sheets.names[funds.sheet]}”第{funds.top}行起，共{len(official.fund_rows)}行"
    elif official.fund_rows:
        rows = "、".join(str(row) for row in official.fund_rows.values())
        tables = f"资金在“{sheets.names[table.sheet]}”第{rows}行，各数在其名称的右边"
    if projects:
        count = len(layout.tables["projects"].rows)
        tables += f"，项目明细在“{sheets.names[projects.sheet]}”第{projects.top}行起，共{count}个项目"
    count = len(layout.tables["indicators"].rows)
    tables += f"，指标表在“{sheets.names[table.sheet]}”第{table.top}行起，共{count}个指标"
    remarks = [f"{title}：{'、'.join(words)}" for title, words in _remarks(layout, official).items() if words]
    theirs = layout.form.original is not None
    own = f"按表样“{layout.form.title}”读取"
    beginning = f"{own if theirs else f'没有使用下发的模板，按“{layout.form.official}”版式读取'}：{tables}"
    unscored = UNSCORED_WORDS.get(official.unscored, "")
    return "；".join(filter(None, (beginning, *remarks, unscored))) + WEIGHTS[proven] + "。"


def _remarks(layout: Layout, official: OfficialParts) -> Mapping[str, list[str]]:
    """Lists of names, by what they have in common."""
    headers = [header for header in (official.funds, official.projects, official.indicators) if header]
    known = ("", *official.kind.headings)
    judged = layout.form.original is not None  # a person has said what its columns mean
    return {
        "按相近名称对应的栏": [] if judged else list(dict.fromkeys(_renamed(layout, official))),
        "本表没有的栏": [] if judged else list(absent(layout, official).values()),
        "没有读取的栏": [word for header in headers for word in header.unread if word not in known],
        "没有读取的项目明细行": [f"第{row}行“{word}”" for row, word in official.other_projects.items()],
        "不参与合计核对的资金行": [] if official.sums_up else [line.label for line in official.extra],
    }


def _renamed(layout: Layout, official: OfficialParts) -> Iterator[str]:
    """Columns known by another label than ours, as "完成值→实际完成值"."""
    tables = {"funds": official.funds, "projects": official.projects, "indicators": official.indicators}
    for key, header in tables.items():
        if header:
            own = {box.key: box.label for box in layout.form.block(key).fields}
            yield from (
                f"{header.titles[box]}→{own[box]}" for box in header.ranks if core(own[box]) != header.titles[box]
            )


def absent(layout: Layout, official: OfficialParts) -> dict[str, str]:
    """Key and label of the columns, claims and the money unit that the layout has no place for."""
    form, columns = load_form(layout.form.name), official.indicators.columns
    expected = columns_of(Indicator) - columns.keys()  # nobody expects columns that only the form knows
    lacking = {box.key: box.label for box in typed(form.rows("indicators").columns) if box.key in expected}
    if "improvement" in lacking and "reason" in columns:
        lacking["improvement"] = "改进措施（与偏差原因同栏）"
    keys = {*CLAIMS, "money_unit", "goal_expected", "goal_achieved"} - layout.boxes.keys()
    return lacking | {box.key: box.label for box in form.single_boxes if box.key in keys}


def recognition(
    evaluation: SelfEvaluation,
    layout: Layout,
    official: OfficialParts,
    sheets: Sheets,
    rulebook: Rulebook,
    proven: bool | None,
) -> Iterator[ReadingRemark]:
    """R19: how the layout was read, and what is doubtful; R17: it gives execution another weight than the rules.

    `proven` tells whether missing weights follow from the claims; None where the form has a column for them.
    """
    advice = ADVICE_ON_THEIRS if layout.form.original else ADVICE
    at = (official.indicators.sheet, 0, 0)
    yield ReadingRemark("R19", at, "版式", recognised(layout, official, sheets, proven), advice)
    yield from official.remarks
    if proven is False:
        yield _without_weights(layout, official, sheets)
    weight = rulebook.number("execution.weight")
    if official.stated_weight and official.stated_weight[1] != weight:
        address, stated = official.stated_weight
        fits = "、".join(load_rulebook(name).called for name in fitting_rulebooks(evaluation, stated))
        own = f"本次所用评分办法{rulebook.called}是{plain(weight)}"
        message = f"本表的预算执行率分值是{plain(stated)}，{own}，各项得分会不同。"
        if not official.fund_rows:
            message = f"没有找到资金表，各指标的分值合计已是满分，没有给预算执行率留分；{own}，总分会不同。"
        advice = f"{ASK_RULES}{f'（分值相符的有{fits}）' if fits else ''}。"
        yield ReadingRemark(
            "R17", address, EXECUTION_WEIGHT, message, advice, plain(stated)
        )  # nothing else would be right


def _without_weights(layout: Layout, official: OfficialParts, sheets: Sheets) -> ReadingRemark:
    """R06, at the labels of the indicators: nothing tells their weights, so none of them is scored."""
    count = len(layout.tables["indicators"].rows)
    message = f"指标表没有“分值”一栏，分值也无法从自评得分推定，{count}个指标暂不评分。"
    advice = "请补上“分值”一栏，或在各指标名称后写明分值，如“（10分）”。"
    table = official.indicators
    at = (table.sheet, table.top, table.columns.get("claimed_points", min(table.columns.values())))
    return ReadingRemark("R06", at, "分值", message, advice, severity="warning", expected="有“分值”一栏")
