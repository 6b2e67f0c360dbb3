"""Reference values beside an adopted form: execution rates and points, sums of weights and of claimed points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from perf_xlsx.adoption.answers import Answer
from perf_xlsx.adoption.labels import Survey
from perf_xlsx.domain.rounding import plain
from perf_xlsx.ooxml import cell_name
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.template.live import RATE, execution_points
from perf_xlsx.template.missing import rate_amounts


class Aid(Struct, frozen=True):
    """A text, or a formula, at a row and column."""

    at: tuple[int, int]
    text: str
    formula: bool = False
    rate: bool = False


def aids(answers: Sequence[Answer], found: Survey, rulebook: Rulebook, column: int) -> Iterator[Aid]:
    """Every reference value, from the column on."""
    yield from _rates(answers, found, rulebook, column)
    yield from _sums(answers, found, rulebook, column)


def _rates(answers: Sequence[Answer], found: Survey, rulebook: Rulebook, column: int) -> Iterator[Aid]:
    """The execution rate of each line of money, and the points of the total."""
    part, base = rate_amounts(rulebook)
    lines: dict[str, dict[str, str]] = {}
    for one in (one for one in answers if one.line):
        lines.setdefault(one.line, {})[one.key] = _cell(one)
    rows = {one.line: one.at[1] for one in answers if one.line}
    known = {line: cells for line, cells in lines.items() if part in cells and base in cells}
    if not known:
        return
    yield Aid((found.tables["funds"].bottom, column), "参考执行率")
    for line, cells in known.items():
        yield Aid((rows[line], column), _rate(cells[part], cells[base]), formula=True, rate=True)
    total = found.kind.form.total_line
    if total in known:
        yield Aid((found.tables["funds"].bottom, column + 1), "参考得分")
        points = execution_points(rulebook).replace(RATE, cell_name(rows[total] - 1, column - 1))
        shown = cell_name(rows[total] - 1, column - 1)
        yield Aid((rows[total], column + 1), f'IF(ISNUMBER({shown}),{points},"")', formula=True)


def _rate(part: str, base: str) -> str:
    return f'IF(AND(ISNUMBER({part}),ISNUMBER({base})),IF(AND({part}>=0,{base}>0),{part}/{base},""),"")'


def _sums(answers: Sequence[Answer], found: Survey, rulebook: Rulebook, column: int) -> Iterator[Aid]:
    """The sums of weights and claimed points with those of budget execution, and rows that claim too much."""
    table = found.tables["indicators"]
    spans = {key: _span(answers, key) for key in ("weight", "claimed_points")}
    execution = _execution(answers, found)
    full = plain(rulebook.number("total.points"))
    words = {"weight": f"分值合计（应为{full}）", "claimed_points": "自评得分合计"}
    for offset, (key, span) in enumerate((key, span) for key, span in spans.items() if span):
        more = f",{execution[key]}" if execution.get(key) else ""
        yield Aid((table.bottom, column + 1 + offset), words[key])
        yield Aid((table.bottom + 1, column + 1 + offset), f"SUM({span}{more})", formula=True)
    if not all(spans.values()):
        return
    yield Aid((table.bottom, column), "核对")
    rows: dict[int, dict[str, str]] = {}
    for one in answers:
        if one.label.role.block == "indicators" and one.key in spans:
            rows.setdefault(one.at[1], {})[one.key] = _cell(one)
    for row, cells in rows.items():
        if len(cells) == len(spans):
            yield Aid((row, column), _check(cells["weight"], cells["claimed_points"]), formula=True)


def _check(weight: str, claimed: str) -> str:
    return f'IF(AND(ISNUMBER({weight}),ISNUMBER({claimed})),IF({claimed}>{weight},"得分超过分值","✔"),"")'


def _execution(answers: Sequence[Answer], found: Survey) -> Mapping[str, str]:
    """The weight and claimed points of budget execution: their cells, by the columns that they are added to."""
    total = found.kind.form.total_line
    cells = {one.key: _cell(one) for one in answers if one.line == total}
    named = {"weight": cells.get("execution_weight", ""), "claimed_points": cells.get("execution_points", "")}
    return {key: cell for key, cell in named.items() if cell}


def _span(answers: Sequence[Answer], key: str) -> str:
    spots = [one.at for one in answers if one.label.role.block == "indicators" and one.key == key]
    if not spots:
        return ""
    first, last = min(spots), max(spots)
    return f"{cell_name(first[1] - 1, first[2] - 1)}:{cell_name(last[1] - 1, last[2] - 1)}"


def _cell(answer: Answer) -> str:
    return cell_name(answer.at[1] - 1, answer.at[2] - 1)
