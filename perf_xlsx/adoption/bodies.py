"""Which rows below a header are answers: up to the total, a remark, a box or the next table."""

from __future__ import annotations

from perf_xlsx.adoption.surveyed_labels import SURE, LabelledTable
from perf_xlsx.adoption.surveyed_sheet import SurveyedSheet
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, PASSAGES
from perf_xlsx.reading.official.labels import LONGEST, core

FEW = 3  # texts of a row: fewer beside a box's label are no row of a table


def add_body(page: SurveyedSheet, block: str) -> None:
    """Find the rows of a table; their texts are answers."""
    table = page.found.tables[block]
    others = [one.top for key, one in page.found.tables.items() if key != block and one.top > table.top]
    below = range(table.bottom + 1, min(others, default=page.last + 1))
    end = next((row for row in below if _ends(page, row)), None)
    table.ended = end is not None or bool(others)
    last = end - 1 if end else max((*below, _beside(page, table)), default=0)
    table.rows = [row for row in range(table.bottom + 1, last + 1) if not _repeats(page, block, table, row)]
    page.answers |= {(row, column) for row in table.rows for column in page.rows.get(row, {})}


def _repeats(page: SurveyedSheet, block: str, table: LabelledTable, row: int) -> bool:
    """Whether a row is the header once more, as on a new page; its labels are noted."""
    texts, head = page.rows.get(row, {}), {column: core(text) for column, (_, text) in table.cells.items()}
    if sum(core(text) == head.get(column) for column, text in texts.items()) * 2 <= len(head):
        return False
    for column, text in texts.items():
        page.add((row, column), text, block, page.other(HEADINGS), SURE, "重复的栏目名称")
    return True


def _beside(page: SurveyedSheet, table: LabelledTable) -> int:
    """The last row that a heading left of the table is merged over; 0 where there is none."""
    bottoms = (page.merge((row, column))[2] for column, (row, _) in table.cells.items())
    return max((bottom for bottom in bottoms if bottom > table.bottom), default=0)


def _ends(page: SurveyedSheet, row: int) -> bool:
    texts = page.rows.get(row, {})
    if not texts:
        return False
    if any(core(text) in page.kind.totals for text in texts.values()):
        return True
    first = next(iter(texts.values()))
    if len(first) > 2 * LONGEST:
        return True
    if first in page.known[PASSAGES] or core(normalise(first).partition(":")[0]) in page.words[ASIDES]:
        return True
    return first in page.known[BOXES] and len(texts) < FEW
