"""R19: what was recognised in a form without our names, how sure, and what its layout does not have. Told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perf_xlsx.domain.model import Finding, Indicator, columns_of
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import EXECUTION_WEIGHT, Observation, finding
from perf_xlsx.forms import load_form, typed
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.headers import core
from perf_xlsx.reading.official.layout import CLAIMS
from perf_xlsx.reading.official.located import OfficialLayout
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names

WEIGHTS = {
    None: "",
    True: "；没有“分值”栏，各指标均已完成，自评得分与预算执行率分值合计正好是满分，分值按自评得分读取",
    False: "；没有“分值”栏，分值无法从自评得分推定，各指标暂不评分",
}


def recognised(layout: OfficialLayout, sheets: Sheets, proven: bool | None) -> str:
    """One sentence: the layout, where its tables stand, what goes by another name, what it lacks.

    `proven` tells whether missing weights follow from the claims; None where the form has a column for them.
    """
    table = layout.indicators
    parts = [f"没有使用下发的模板，按“{layout.form.official}”版式读取"]
    if layout.funds:
        name = sheets.names[layout.funds.sheet]
        parts[0] += f"：资金表在“{name}”第{layout.funds.top}行起，共{len(layout.fund_rows)}行"
    else:
        parts[0] += "：没有找到资金表"
    if layout.projects:
        rows = layout.tables["projects"].rows
        parts[0] += (
            f"，项目明细在“{sheets.names[layout.projects.sheet]}”第{layout.projects.top}行起，共{len(rows)}个项目"
        )
    count = len(layout.tables["indicators"].rows)
    parts[0] += f"，指标表在“{sheets.names[table.sheet]}”第{table.top}行起，共{count}个指标"
    parts += [f"{title}：{'、'.join(words)}" for title, words in _remarks(layout).items() if words]
    return "；".join(parts) + WEIGHTS[proven] + "。"


def _remarks(layout: OfficialLayout) -> Mapping[str, list[str]]:
    """Lists of column names, by what is said of them."""
    table = layout.indicators
    return {
        "按相近名称对应的栏": list(_renamed(layout)),
        "本表没有的栏": list(absent(layout).values()),
        "没有读取的栏": [
            word
            for header in (layout.funds, layout.projects, table)
            if header
            for word in header.unread
            if word not in ("", *layout.kind.headings)
        ],
        "没有读取的项目明细行": [f"第{row}行“{word}”" for row, word in layout.other_projects.items()],
        "不参与合计核对的资金行": [] if layout.sums_up else [line.label for line in layout.extra],
    }


def _renamed(layout: OfficialLayout) -> Iterator[str]:
    """Columns known by another label than ours, as "完成值→实际完成值"."""
    tables = {"funds": layout.funds, "projects": layout.projects, "indicators": layout.indicators}
    for block, header in tables.items():
        if header:
            own = {box.key: box.label for box in layout.form.block(block).fields}
            yield from (
                f"{header.titles[key]}→{own[key]}"
                for key, rank in header.ranks.items()
                if rank and core(own[key]) != header.titles[key]
            )


def absent(layout: OfficialLayout) -> dict[str, str]:
    """Key and label of the columns, claims and the money unit that the layout has no place for."""
    form = load_form(layout.form.name)
    known = columns_of(Indicator)  # of others nobody expects that an official layout has them
    lacking = {
        box.key: box.label
        for box in typed(form.rows("indicators").columns)
        if box.key in known - layout.columns.keys()
    }
    if "improvement" in lacking and "reason" in layout.columns:
        lacking["improvement"] = "改进措施（与偏差原因同栏）"
    return lacking | {
        box.key: box.label
        for box in typed(form.single_boxes)
        if box.key not in layout.boxes and box.key in (*CLAIMS, "money_unit", "goal_expected", "goal_achieved")
    }


def outside_findings(
    layout: OfficialLayout, sheets: Sheets, workbook: str, rulebook: Rulebook, proven: bool | None
) -> Iterator[Finding]:
    """R19: the notice and a warning for each doubt; R17: the form weighs execution otherwise than the rules."""
    message = recognised(layout, sheets, proven)
    advice = "请核对以上读法；如有读错或漏读，请把内容填入下发的模板后重新报送。"
    place = _place(sheets, workbook, (layout.indicators.sheet, 0, 0))
    yield finding("R19", Observation(place, "版式", None, message, advice), None)
    for doubt in layout.doubts:
        place = _place(sheets, workbook, doubt.address)
        seen = Observation(
            place, doubt.field, doubt.given or None, doubt.message, doubt.advice, severity="warning"
        )
        yield finding("R19", seen, None)
    weight = rulebook.number("execution.weight")
    if layout.stated_weight and layout.stated_weight[1] != weight:
        address, stated = layout.stated_weight
        books = [load_rulebook(name) for name in rulebook_names()]
        fits = "、".join(
            b.name for b in books if b.number("execution.weight") == stated and layout.form.name in b.forms
        )
        own = f"本次所用评分办法“{rulebook.name}”是{plain(weight)}"
        message = f"本表的预算执行率分值是{plain(stated)}，{own}，各项得分会不同。"
        advice = f"请用 --rulebook 指定本表适用的评分办法{f'（分值相符的有 {fits}）' if fits else ''}，重新评分。"
        seen = Observation(
            _place(sheets, workbook, address), EXECUTION_WEIGHT, plain(stated), message, advice, plain(weight)
        )
        yield finding("R17", seen, None)


def _place(sheets: Sheets, workbook: str, address: Address) -> Place:
    sheet, row, column = address
    return Place(workbook, sheets.positions[sheet], row, column, sheets.names[sheet])
