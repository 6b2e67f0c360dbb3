"""Reference values beside an adopted form: execution rates and points, each indicator's points, and sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from perf_xlsx.adoption.answers import AnswerCell
from perf_xlsx.adoption.live_points import LivePoints
from perf_xlsx.adoption.surveyed_labels import Survey
from perf_xlsx.domain.rounding import plain
from perf_xlsx.ooxml import cell_name
from perf_xlsx.rulebook import RESCALED, Rulebook
from perf_xlsx.sheets.fixed_texts import Prompt
from perf_xlsx.template.live import RATE, execution_points
from perf_xlsx.template.missing import rate_amounts

MOST_CELLS = 200  # in a sum: Excel takes 255 arguments
CHECK, COMPLETION, POINTS, WEIGHTS = range(4)  # columns beside the table of indicators


class Aid(Struct, frozen=True):
    """A text, or a formula, at a row and column; `rate` formulas are shown as percents."""

    at: tuple[int, int]
    text: str
    formula: bool = False
    rate: bool = False


def aids(
    answers: Sequence[AnswerCell], found: Survey, rulebook: Rulebook, column: int, live: LivePoints | None
) -> list[Aid]:
    """Every reference value, from the column on."""
    money = list(_rates(answers, found, rulebook, column))
    execution = next((_name(one.at) for one in money if one.formula and not one.rate), "")
    return [
        *money,
        *_indicators(answers, found, column, live),
        *_sums(answers, found, rulebook, column, live, execution),
    ]


def _rates(answers: Sequence[AnswerCell], found: Survey, rulebook: Rulebook, column: int) -> Iterator[Aid]:
    """The execution rate of each line of money, and the points of the total."""
    part, base = rate_amounts(rulebook)
    lines: dict[str, dict[str, str]] = {}
    for one in (one for one in answers if one.line):
        lines.setdefault(one.line, {})[one.key] = _name(one.at[1:])
    rows = {one.line: one.at[1] for one in answers if one.line}
    known = {line: cells for line, cells in lines.items() if part in cells and base in cells}
    total, head = found.kind.form.total_line, found.tables["funds"].bottom if known else 0
    if known:
        yield Aid((head, column), "参考执行率")
    for line, cells in known.items():
        yield Aid((rows[line], column), _rate(cells[part], cells[base]), formula=True, rate=True)
    if total in known:
        yield Aid((head, column + 1), "参考得分")
        shown = _name((rows[total], column))
        points = execution_points(rulebook).replace(RATE, shown)
        yield Aid((rows[total], column + 1), f'IF(ISNUMBER({shown}),{points},"")', formula=True)


def _rate(part: str, base: str) -> str:
    spent, budget = _number(part), _number(base)
    return _if_filled((part, base), f'IF(AND({spent}>=0,{budget}>0),{spent}/{budget},"")')


def _number(cell: str) -> str:
    """The number that a cell shows, one that was typed as a text too: forms have cells in text format."""
    return f"VALUE({cell})"


def _if_filled(cells: Sequence[str], formula: str) -> str:
    """A formula over cells that are all filled; nothing where one of them holds no number."""
    filled = ",".join(f'{cell}<>""' for cell in cells)
    return f'IF(AND({filled}),IFERROR({formula},""),"")'


def _indicators(
    answers: Sequence[AnswerCell], found: Survey, column: int, live: LivePoints | None
) -> Iterator[Aid]:
    """Of each indicator whether it claims too much, and where signs have a column its completion and points."""
    rows: dict[int, dict[str, str]] = {}
    for one in (one for one in answers if one.label.role.block == "indicators"):
        rows.setdefault(one.at[1], {})[one.key] = _name(one.at[1:])
    heads = {CHECK: "核对"} | ({COMPLETION: "参考完成率", POINTS: "参考得分"} if live else {})
    counted = {row: cells for row, cells in rows.items() if cells.keys() >= {"weight", "claimed_points"}}
    if counted:
        yield from (Aid((found.tables["indicators"].bottom, column + at), text) for at, text in heads.items())
    for row, cells in counted.items():
        yield Aid((row, column + CHECK), _check(cells["weight"], cells["claimed_points"]), formula=True)
        if live:
            yield Aid((row, column + COMPLETION), live.completion, formula=True, rate=True)
            yield Aid((row, column + POINTS), live.points, formula=True)


def _check(weight: str, claimed: str) -> str:
    return _if_filled((weight, claimed), f'IF({_number(claimed)}>{_number(weight)},"得分超过分值","✔")')


def _sums(
    answers: Sequence[AnswerCell],
    found: Survey,
    rulebook: Rulebook,
    column: int,
    live: LivePoints | None,
    execution: str,
) -> Iterator[Aid]:
    """The sums of weights and claimed points with those of budget execution, and the reference total."""
    table, stated = found.tables["indicators"], _execution(answers, found)
    words = {
        "weight": f"分值合计（应为{plain(rulebook.number('total.points'))}）",
        "claimed_points": "自评得分合计",
    }
    spans = {key: span for key in words if (span := _span(answers, key))}
    first = column + (WEIGHTS if live else COMPLETION)
    for at, (key, (top, bottom, own)) in enumerate(spans.items(), first):
        cells = [_name((row, own)) for row in range(top, bottom + 1)]
        yield Aid((table.bottom, at), words[key])
        yield Aid((table.bottom + 1, at), _sum([*cells, *filter(None, [stated.get(key)])]), formula=True)
    plain_sum = (
        not rulebook.caps
        and not rulebook.word("execution.level")
        and rulebook.word("total.not_applicable") != RESCALED
    )
    if live and execution and plain_sum and "weight" in spans:
        top, bottom, own = spans["weight"]
        scored = f"{_name((top, column + POINTS))}:{_name((bottom, column + POINTS))}"
        weights = f"{_name((top, own))}:{_name((bottom, own))}"
        weighed = f"SUMPRODUCT(ISNUMBER(--{weights})*(LEN({weights})>0))"
        complete = f"AND(ISNUMBER({execution}),COUNT({scored})>0,COUNT({scored})={weighed})"
        total = f'IF({complete},ROUND(SUM({scored},{execution}),2),"{Prompt.FILL_FIRST}")'
        yield Aid((table.bottom, first + len(spans)), "参考总分")
        yield Aid((table.bottom + 1, first + len(spans)), total, formula=True)


def _sum(cells: Sequence[str]) -> str:
    """The sum of what cells show; a dash adds nothing. A very long table is summed as numbers alone."""
    if len(cells) > MOST_CELLS:
        return f"SUM({cells[0]}:{cells[-2]},{cells[-1]})"
    return f"SUM({','.join(f'IFERROR({_number(cell)},0)' for cell in cells)})"


def _execution(answers: Sequence[AnswerCell], found: Survey) -> Mapping[str, str]:
    """The weight and claimed points of budget execution: their cells, by the columns that they are added to."""
    total = found.kind.form.total_line
    cells = {one.key: _name(one.at[1:]) for one in answers if one.line == total}
    named = {"weight": cells.get("execution_weight", ""), "claimed_points": cells.get("execution_points", "")}
    return {key: cell for key, cell in named.items() if cell}


def _span(answers: Sequence[AnswerCell], key: str) -> tuple[int, int, int] | None:
    """The first and last row and the column of a column of indicators."""
    spots = [one.at for one in answers if one.label.role.block == "indicators" and one.key == key]
    return (min(spots)[1], max(spots)[1], spots[0][2]) if spots else None


def _name(at: tuple[int, int]) -> str:
    return cell_name(at[0] - 1, at[1] - 1)
