"""Lists what a workbook of another format holds besides the boxes that were converted."""

from __future__ import annotations

from collections.abc import Container, Iterator

from perf_xlsx.conversion.transfer import Transcript
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.foreign import ForeignWorkbook
from perf_xlsx.ooxml import Cell
from perf_xlsx.ooxml.note_text import Recorded, has_ours, remaining
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.extra_content import below, printed_texts, written_cells
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Layout, OfficialParts
from perf_xlsx.reading.official import known_labels, says_nothing
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.workbook_extras import other_sheets
from perf_xlsx.rulebook import BY_REFERENCE
from perf_xlsx.sheets.fixed_texts import NUMBER
from perf_xlsx.sheets.origin import LeftBehind

MOST_LEFT = 500  # cells listed one by one; the rest is counted


def left_behind(
    original: ForeignWorkbook, transcript: Transcript, layout: Layout, recorded: Recorded | None
) -> Iterator[LeftBehind]:
    """Cells, sheets, notes, pictures and macros of the original that the new workbook has not.

    `recorded` are the notes that an earlier scoring wrote.
    """
    was = transcript.was
    others = dict(other_sheets(was, layout))
    yield from _cells_left(transcript, layout, others)
    forms = {sheet for sheet, _, _ in layout.forms}
    for sheet, count in others.items():
        why = "另一张自评表" if sheet in forms else "不属于自评表"
        yield LeftBehind("工作表", was.names[sheet], "", f"整张工作表，共{count}格", why)
    titles = {"", *(was.names[index] for index in was.searched + was.earlier)}
    for extra in (extra for extra in original.extras if extra.sheet in titles):
        text = remaining(extra.text, recorded)
        if text or not has_ours(extra.text):
            yield LeftBehind(extra.what, extra.sheet, extra.cell, text)


def _cells_left(transcript: Transcript, layout: Layout, others: Container[int]) -> Iterator[LeftBehind]:
    """The first cells one by one, and how many more there are; without those of `others`, which are left whole."""
    was = transcript.was
    cells = [
        LeftBehind("单元格", *was.shown(address), as_shown(cell), _note(transcript, layout, address, cell))
        for address, cell in _left(transcript, layout)
        if address[0] not in others
    ]
    yield from cells[:MOST_LEFT]
    if len(cells) > MOST_LEFT:
        yield LeftBehind("单元格", "", "", f"其余{len(cells) - MOST_LEFT}格", "请看原文件")


def _left(transcript: Transcript, layout: Layout) -> Iterator[tuple[Address, Cell]]:
    """Cells that hold something and were neither carried over nor printed on every such form."""
    was = transcript.was
    cells = _not_of_layout(was, layout.official) if layout.official else _not_of_template(transcript)
    for address in cells:
        cell = was.cell(address)
        if cell is not None and _holds(cell) and address not in transcript.sources:
            yield address, cell


def _holds(cell: Cell) -> bool:
    return cell.value is not None or bool(cell.error) or cell.struck is not None or cell.picture


def _note(transcript: Transcript, layout: Layout, address: Address, cell: Cell) -> str:
    """That it is a formula, that it was crossed out, and how it was read, or its column's heading on a layout."""
    notes = ["公式"] if cell.formula is not None else []
    notes += ["划去的内容"] if cell.crossed_out else []
    if read := transcript.read.get(address):
        notes.append(read)
    elif layout.official and (heading := _heading(layout, layout.official, transcript.was, address)):
        notes.append(f"“{heading}”栏")
    return "；".join(notes)


def _heading(layout: Layout, official: OfficialParts, was: Sheets, address: Address) -> str:
    """The heading of the cell's column, in a row of an official layout's table; "" elsewhere."""
    sheet, row, column = address
    rows = {"funds": tuple(official.fund_rows.values())} | {
        key: table.rows for key, table in layout.tables.items()
    }
    headers = {"indicators": official.indicators, "funds": official.funds, "projects": official.projects}
    for key, header in headers.items():
        if header is None or header.sheet != sheet or row not in rows[key]:
            continue
        for at in range(header.bottom, header.top - 1, -1):
            cell = was.cell((sheet, at, column))
            if cell is not None and isinstance(cell.value, str):
                return core(cell.value)
    return ""


def _not_of_layout(was: Sheets, layout: OfficialParts) -> Iterator[Address]:
    """Cells that are neither label nor heading nor row number of an official layout, nor blank."""
    own, known = layout.labels | below(was, (NUMBER,)), known_labels(layout.kind)
    for sheet in was.searched:
        for (row, column), cell in sorted(was.grids[sheet].cells.items()):
            text = cell.label
            empty = text is not None and (text in known or says_nothing(layout.kind, text))
            if not empty and (sheet, row, column) not in own:
                yield sheet, row, column


def _not_of_template(transcript: Transcript) -> Iterator[Address]:
    """What our template neither prints, on its guide too, nor computes."""
    was, form = transcript.was, transcript.form
    own = transcript.template.words([trace.place for trace in transcript.traces])
    before = (text.replace(BY_REFERENCE, "", 1) for text in own)  # as templates of earlier versions have it
    yield from written_cells(
        form, was, was.searched, printed_texts(form) | {same_label(text) for text in (*own, *before)}
    )
