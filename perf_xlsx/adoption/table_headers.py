"""The headers of an official form's tables, and what their columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perf_xlsx.adoption.roles import NONE
from perf_xlsx.adoption.surveyed_labels import NEAR, OPEN, SURE, LabelledTable
from perf_xlsx.adoption.surveyed_sheet import SHORT, SurveyedSheet, most_alike
from perf_xlsx.domain.quantity import is_blank, parse_quantity
from perf_xlsx.forms.form import HEADINGS, LINES
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.labels import core

LEAST = {"indicators": 3, "funds": 2, "projects": 3}  # columns that make a row a header
NEEDS = {  # of which a header has one
    "indicators": ("name", "target", "actual"),
    "funds": ("executed", "adjusted", "initial"),
    "projects": ("executed", "adjusted"),
}
UNGUESSED = ("method",)  # a column that is proposed by its own words alone

KnownColumn = tuple[int, str]  # how far from our own label, and the key


def find_table(page: SurveyedSheet, block: str) -> LabelledTable | None:
    """The header with most of a table's labels; where the reader found one with as many, that."""
    header = page.read(block)
    least = len(header.columns) - (page.kind.form.original is not None) if header else 0  # its words are known
    best, most = None, max(LEAST[block] - 1, least)
    for row, texts in page.rows.items():
        if any(table.top <= row <= table.bottom for table in page.found.tables.values()):
            continue
        keys = {known[1] for text in texts.values() if (known := page.known[block].of(text))}
        count = len(keys)
        if block == "funds" and _is_above_lines(page, row):
            count += LEAST[block]
        elif keys.isdisjoint(NEEDS[block]):
            continue
        if count > most:
            best, most = row, count
    if header and best is None:
        table = _table(page, header.top, header.bottom)
        table.cells |= dict(_as_read(page, header))
        return table
    return _table(page, best, _bottom(page, best)) if best else None


def _is_above_lines(page: SurveyedSheet, row: int) -> bool:
    """Whether names of two lines of money stand in the next two rows, so that this is their header by any name."""
    found = [_lines_in(page, at) for at in (row, row + 1, row + 2)]
    return len(page.rows[row]) > 1 and not found[0] and len({key for keys in found[1:] for key in keys[:1]}) > 1


def _lines_in(page: SurveyedSheet, row: int) -> list[str]:
    """The lines of money that are named in a row."""
    texts = page.rows.get(row, {}).values()
    return [known[1] for text in texts if (known := page.known[LINES].of(text))]


def _as_read(page: SurveyedSheet, header: Header) -> Iterator[tuple[int, tuple[int, str]]]:
    """The label by which the reader knows each column, which may stand over others."""
    for key, column in header.columns.items():
        for row in range(header.top, header.bottom + 1):
            text = page.rows.get(row, {}).get(column)
            if text is not None and core(text) == header.titles.get(key):
                yield column, (row, text)


def read_there(page: SurveyedSheet, block: str, table: LabelledTable) -> Header | None:
    """The header that the reader found, where it is this table's."""
    header = page.read(block)
    return header if header and header.top <= table.bottom and table.top <= header.bottom else None


def _bottom(page: SurveyedSheet, row: int) -> int:
    """The last row of a header: one more where labels stand under one that is merged over them."""
    for column in page.rows[row]:
        _, left, bottom, right = page.merge((row, column))
        below = [at for at in page.rows.get(row + 1, {}) if left <= at <= right]
        if bottom == row and right > left and len(below) > 1:
            return row + 1
    return row


def _table(page: SurveyedSheet, top: int, bottom: int) -> LabelledTable:
    """A header's labels, the lowest of each column; one above others is a heading."""
    cells: dict[int, tuple[int, str]] = {}
    for row in range(top, bottom + 1):
        for column, text in page.rows.get(row, {}).items():
            cells[column] = row, text
    for column, (row, _) in list(cells.items()):
        _, left, low, right = page.merge((row, column))
        if low < bottom and any(other > row and left < at <= right for at, (other, _) in cells.items()):
            del cells[column]
    return LabelledTable(top, bottom, cells)


def first_column(page: SurveyedSheet, table: LabelledTable) -> int:
    """The first column of a table: left of it are headings, which are merged over its rows."""
    own = (at for at, (row, _) in table.cells.items() if page.merge((row, at))[2] <= table.bottom)
    return min(own, default=0)


def add_columns(page: SurveyedSheet, block: str, table: LabelledTable, first: int) -> None:
    """Note a header's labels: as the reader found them, by known words, else by the most alike."""
    header = read_there(page, block, table)
    columns = _read_columns(page, table, header) if header else {}
    known = {at: one for at in table.cells if (one := _known(page, block, table, at))}
    own = surest_columns(
        {column: one for column, one in known.items() if _value(page, block, table, column) >= first}
    )
    columns = {column: key for key, column in own.items() if key not in columns.values()} | columns
    taken = set(columns.values())
    for column, (row, text) in sorted(table.cells.items()):
        heading = column not in columns and page.is_heading(text)
        if column not in columns and (column < first or heading):
            page.add((row, column), text, block, page.other(HEADINGS), SURE, "表格左边的小标题")
        elif column in columns:
            over = _value(page, block, table, column)
            over = header.columns.get(columns[column], over) if header else over
            _add_column(page, block, (row, column), text, columns[column], known.get(column), over)
        else:
            _add_unknown(page, block, (row, column), text, taken)
    for row in range(table.top, table.bottom + 1):
        for column, text in page.rows.get(row, {}).items():
            page.add((row, column), text, block, page.other(HEADINGS), SURE, "下面分栏")


def _known(page: SurveyedSheet, block: str, table: LabelledTable, column: int) -> KnownColumn | None:
    """What a label is known as; a short one under another is known by that: 值 under 预期指标值."""
    row, text = table.cells[column]
    known = page.known[block].of(text)
    if known or len(core(text)) > SHORT:
        return known
    above = (other for at, other in page.rows.get(row - 1, {}).items() if _covers(page, (row - 1, at), column))
    return next((one for other in above if (one := page.known[block].of(other))), None)


def heading_over(page: SurveyedSheet, table: LabelledTable, at: tuple[int, int]) -> str:
    """The nearest text of the header that is merged over a label and others; "" where there is none."""
    for row in range(at[0] - 1, table.top - 1, -1):
        for column, text in page.rows.get(row, {}).items():
            if _covers(page, (row, column), at[1]) and page.merge((row, column))[3] > column:
                return text
    return ""


def _covers(page: SurveyedSheet, at: tuple[int, int], column: int) -> bool:
    _, left, _, right = page.merge(at)
    return left <= column <= right


def _value(page: SurveyedSheet, block: str, table: LabelledTable, column: int) -> int:
    return values_column(page, table, column) if block == "funds" else column


def _read_columns(page: SurveyedSheet, table: LabelledTable, header: Header) -> dict[int, str]:
    """What the reader takes each label for, which may be merged over the column of its values."""
    found = {column: key for key, column in header.columns.items() if column in table.cells}
    for key, over in ((key, column) for key, column in header.columns.items() if column not in table.cells):
        for column, (row, _) in table.cells.items():
            if column not in found and _covers(page, (row, column), over):
                found[column] = key
    return found


def _add_column(
    page: SurveyedSheet, block: str, at: tuple[int, int], text: str, key: str, known: KnownColumn | None, over: int
) -> None:
    box = next((box for box in page.fields[block] if box.key == key), None)
    if box is None:
        page.add(at, text, block, NONE, OPEN, "没有认出")
    elif known and known[1] == key:
        why = f"与“{box.label}”是同一种说法" if known[0] else "名称相同"
        page.add(at, text, block, page.role(block, key), SURE, why, over=over if over != at[1] else 0)
    else:
        page.add(at, text, block, page.role(block, key), NEAR, "按栏中内容", over=over if over != at[1] else 0)


def _add_unknown(page: SurveyedSheet, block: str, at: tuple[int, int], text: str, taken: set[str]) -> None:
    """A header that nobody knows: proposed is the most alike of those that are left."""
    open_boxes = (box for box in page.fields[block] if box.key not in taken and box.key not in UNGUESSED)
    box = most_alike(text, block, open_boxes)
    if box is None:
        page.add(at, text, block, NONE, OPEN, "没有认出")
    else:
        taken.add(box.key)
        page.add(at, text, block, page.role(block, box.key), NEAR, f"与“{box.label}”的说法相近")


def names_lines(page: SurveyedSheet, table: LabelledTable, column: int) -> bool:
    """Whether the lines of money have their names below this header."""
    below = (page.rows.get(row, {}).get(column) for row in range(table.bottom + 1, table.bottom + 4))
    return any(text is not None and is_words(text) for text in below)


def values_column(page: SurveyedSheet, table: LabelledTable, column: int) -> int:
    """The column of the values of a label: the second where it is merged over names with values beside them."""
    row, _ = table.cells[column]
    return column + (page.merge((row, column))[3] > column and names_lines(page, table, column))


def is_words(text: str) -> bool:
    """Whether a text is neither a number nor a dash."""
    return not is_blank(text) and text.strip() != "/" and parse_quantity(text) is None


def surest_columns(known: Mapping[int, KnownColumn]) -> dict[str, int]:
    """The column of each key: of several the one by the surest label, the first."""
    found: dict[str, int] = {}
    for column, (_, key) in sorted(known.items(), key=lambda one: (one[1][0], one[0])):
        found.setdefault(key, column)
    return found
