"""What a workbook of another format holds besides the boxes that are carried over: all of it is told."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.conversion.transfer import Transcript
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.foreign import Original
from perf_xlsx.ooxml import Cell
from perf_xlsx.ooxml.note_text import Recorded, has_ours, remaining
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.extra_content import below, printed, written
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.official import OfficialLayout, known_labels, says_nothing
from perf_xlsx.rulebook import BY_REFERENCE
from perf_xlsx.sheets.fixed_texts import GUIDE, NUMBER
from perf_xlsx.sheets.origin import LeftBehind

MOST_LEFT = 500  # cells told one by one; the rest is told as a number


def other_sheets(was: Sheets, layout: Layout) -> Iterator[tuple[str, int]]:
    """Sheets that are not of the form, with the number of their cells."""
    used = layout.sheets()
    for index in sorted(was.searched + was.reports):
        title, cells = was.names[index], was.grids[index].cells
        if index not in used and cells and GUIDE not in title:
            yield title, len(cells)


def left_behind(
    original: Original, transcript: Transcript, layout: Layout, recorded: Recorded | None
) -> Iterator[LeftBehind]:
    """Cells, sheets, notes, pictures and macros of the original that the new workbook has not.

    `recorded` are the notes of an earlier scoring, which are ours.
    """
    was = transcript.was
    others = list(other_sheets(was, layout))
    skipped = {was.names.index(title) for title, _ in others}
    cells = [
        LeftBehind("单元格", *was.shown(address), as_shown(cell), _note(was, layout, address, cell))
        for address, cell in _left(transcript, layout)
        if address[0] not in skipped
    ]
    yield from cells[:MOST_LEFT]
    if len(cells) > MOST_LEFT:
        yield LeftBehind("单元格", "", "", f"其余{len(cells) - MOST_LEFT}格", "请看原文件")
    forms = {was.names[sheet] for sheet, _, _ in layout.forms}
    for title, count in others:
        why = "另一张自评表" if title in forms else "不属于自评表"
        yield LeftBehind("工作表", title, "", f"整张工作表，共{count}格", why)
    kept = {"", *(was.names[index] for index in was.searched + was.reports)}
    for extra in (extra for extra in original.extras if extra.sheet in kept):
        text = remaining(extra.text, recorded)
        if text or not has_ours(extra.text):
            yield LeftBehind(extra.what, extra.sheet, extra.cell, text)


def _left(transcript: Transcript, layout: Layout) -> Iterator[tuple[Address, Cell]]:
    """Cells that hold something and were neither carried over nor printed on every such form."""
    was = transcript.was
    theirs = _not_of_layout(was, layout) if isinstance(layout, OfficialLayout) else _not_of_template(transcript)
    for address in theirs:
        cell = was.cell(address)
        if cell is not None and _holds(cell) and address not in transcript.sources:
            yield address, cell


def _holds(cell: Cell) -> bool:
    return cell.value is not None or bool(cell.error) or cell.struck is not None or cell.picture


def _note(was: Sheets, layout: Layout, address: Address, cell: Cell) -> str:
    """That it is a formula, and the column that it stands in, where an official layout has a heading for it."""
    notes = ["公式"] if cell.formula is not None else []
    notes += ["划去的内容"] if cell.crossed_out else []
    if isinstance(layout, OfficialLayout) and (heading := layout.heading(was, address)):
        notes.append(f"“{heading}”栏")
    return "；".join(notes)


def _not_of_layout(was: Sheets, layout: OfficialLayout) -> Iterator[Address]:
    """What is neither label nor heading nor row number of an official layout, and says something."""
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
    yield from written(form, was, was.searched, printed(form) | {same_label(text) for text in (*own, *before)})
