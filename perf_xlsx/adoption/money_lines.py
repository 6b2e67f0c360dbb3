"""The lines of money of an official form: known sources, its own ones, and texts with figures in them."""

from __future__ import annotations

from perf_xlsx.adoption.roles import ANSWER, NONE
from perf_xlsx.adoption.surveyed_labels import NEAR, OPEN, SURE, LabelledTable
from perf_xlsx.adoption.surveyed_sheet import SurveyedSheet
from perf_xlsx.adoption.table_headers import (
    first_column,
    is_words,
    names_lines,
    read_there,
    surest_columns,
    values_column,
)
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms.form import BOXES, HEADINGS, LINES, OTHER, PASSAGES, SOURCES
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.official.likeness import roles_of
from perf_xlsx.system.pattern import pattern

TOTAL = "年度资金总额"  # what most forms call the first line
_FIGURE = pattern(r":\s*-?\d")  # "按收入性质分：2030.12"


def first_amount(page: SurveyedSheet, table: LabelledTable) -> int:
    """The first column of amounts: left of it are headings and the names of lines."""
    first = first_column(page, table)
    own = [column for column in table.cells if column >= first and not names_lines(page, table, column)]
    known = {at: one for at, (_, text) in table.cells.items() if (one := page.known["funds"].of(text))}
    named = [values_column(page, table, column) for column in surest_columns(known).values() if column >= first]
    header = read_there(page, "funds", table)
    columns = [column for column in (*own, *named) if not names_lines(page, table, column)]
    return min((*columns, *(header.columns.values() if header else ())), default=first)


def add_lines(page: SurveyedSheet, table: LabelledTable) -> None:
    """Note the names of the lines below a header, and what else is written in their rows."""
    first, taken = first_amount(page, table), set[str]()
    for row in range(table.bottom + 1, _end(page, table, first) + 1):
        is_empty = row not in page.rows and _beside(page, table, first) >= row
        if not is_empty and not _add_line(page, row, first, taken):
            break
        table.rows.append(row)


def _end(page: SurveyedSheet, table: LabelledTable, first: int) -> int:
    """The last row beside the heading left of the table; else the row before the next table."""
    beside = _beside(page, table, first)
    others = [one.top for one in page.found.tables.values() if one.top > table.bottom]
    limit = min(others, default=page.last + 1) - 1
    return min(beside, limit) if beside > table.bottom else limit


def _beside(page: SurveyedSheet, table: LabelledTable, first: int) -> int:
    """The last row that a heading left of the table is merged over; 0 where there is none."""
    heads = [(row, column) for column, (row, _) in table.cells.items() if column < first]
    return max((page.merge(at)[2] for at in heads), default=0)


def _add_line(page: SurveyedSheet, row: int, first: int, taken: set[str]) -> bool:
    """Note the line of this row; False where the table has ended."""
    texts = page.rows.get(row, {})
    before = [(column, text) for column, text in texts.items() if column < first]
    if not before:
        return row in page.rows
    if _ends(page, before[0][1]):
        return False
    column, text = before[-1]
    _add_name(page, (row, column), text, taken)
    for at, other in before[:-1]:
        page.add((row, at), other, LINES, page.other(HEADINGS), NEAR, "资金行左边的文字")
    for at, other in texts.items():
        if at >= first:
            _add_beside(page, (row, at), other)
    page.answers |= {(row, at) for at in texts if at >= first}
    return True


def _ends(page: SurveyedSheet, text: str) -> bool:
    others = page.is_heading(text) or text in page.known[BOXES] or text in page.known[PASSAGES]
    return others and text not in page.known[LINES]


def _add_name(page: SurveyedSheet, at: tuple[int, int], text: str, taken: set[str]) -> None:
    known, total = page.known[LINES].of(text), page.kind.form.total_line
    official = page.layout.official if page.layout else None
    read = {row: key for key, row in official.fund_rows.items()}.get(at[0]) if official else None
    if read and page.role(LINES, read).key and read not in taken and not (known and known[1] == read):
        taken.add(read)
        page.add(at, text, LINES, page.role(LINES, read), NEAR, "按资金表中的数")
    elif known and known[1] not in taken:
        taken.add(known[1])
        page.add(at, text, LINES, page.role(LINES, known[1]), SURE, "资金行的名称")
    elif not taken and total in roles_of("lines", page.kind.form.lines("funds").lines).likely(text):
        taken.add(total)
        page.add(at, text, LINES, page.role(LINES, total), NEAR, f"第一行，与“{TOTAL}”的说法相近")
    elif _FIGURE.search(normalise(text)):
        page.add(at, text, LINES, NONE, OPEN, "名称中有数字，没有读取")
    else:
        sure = SURE if core(text) in _own_sources(page) else NEAR
        page.add(at, text, LINES, page.other(SOURCES), sure, "资金表中的一行，不是通常的来源")


def _own_sources(page: SurveyedSheet) -> set[str]:
    original = page.kind.form.original
    return set(map(core, original.labels.get(OTHER, {}).get(SOURCES, ()))) if original else set()


def _add_beside(page: SurveyedSheet, at: tuple[int, int], text: str) -> None:
    """Note a text among the amounts, which is no amount."""
    if page.is_heading(text):
        page.add(at, text, LINES, page.other(HEADINGS), SURE, "小标题")
    elif _FIGURE.search(normalise(text)):
        page.add(at, text, LINES, NONE, OPEN, "名称中有数字，没有读取")
    elif is_words(text):
        page.add(at, text, LINES, page.other(ANSWER), NEAR, "资金表中的内容")
