"""Contents a row off their labels, or a table's a column off its headers (R06).

A block is shifted where contents do not fit their boxes and would fit one row or one column further.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from msgspec.structs import replace

from perf_xlsx.domain.days import day_of
from perf_xlsx.domain.quantity import normalise, parse_quantity, same_label
from perf_xlsx.forms import Box, Boxes, Line, Lines, Rows, typed
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.header import are_numbers_of_columns
from perf_xlsx.reading.layout import Layout, TableLayout
from perf_xlsx.reading.locate import printed_helps
from perf_xlsx.reading.remarks import ReadingRemark
from perf_xlsx.reading.shift_sums import BlockFigures, Offset

BACK = "请对照栏目核对，把内容移回原来的{}后重新报送。"
WORDS = {  # by the offset: where the other contents are, up to where, how they are off, which way back
    (1, 0): ("下面", "从这里起填低了", "上"),
    (-1, 0): ("上面", "到这里为止填高了", "下"),
}


def unread_cells(layout: Layout, shifts: Iterable[ReadingRemark]) -> frozenset[Address]:
    """The cells of blocks that are surely shifted (errors), so that none may be taken for what its label says."""
    titles = {shift.field for shift in shifts if shift.severity is None}
    blocks = [block for block in layout.form.blocks if block.title in titles]
    keys = ((block.key, block.boxes if isinstance(block, Boxes) else ()) for block in blocks)
    return frozenset(at for key, boxes in keys for at in layout.cells_of(key, (box.key for box in boxes)))


def block_shifts(layout: Layout, sheets: Sheets) -> Iterator[ReadingRemark]:
    """One remark for each shifted block: an error where nothing else can be meant, else a warning."""
    for block in layout.form.blocks:
        match block:
            case Boxes():
                shift = _boxes(block, sheets, layout)
            case Lines():
                shift = _lines(block, sheets, layout)
            case Rows():
                shift = _rows(block, layout.tables[block.key], sheets) if block.key in layout.tables else None
        if shift:
            yield shift


def _shifted(title: str, at: Address, offset: Offset, what: str = "内容") -> ReadingRemark:
    """The remark at the first cell of a block that is off by a row or a column."""
    if offset in WORDS:
        others, off, back = WORDS[offset]
        message = f"“{title}”的这一格空着，{others}的内容与栏目对不上，好像{off}一行。"
        return ReadingRemark("R06", at, title, message, f"请对照栏目核对，把内容向{back}移一行后重新报送。")
    message = f"“{title}”的{what}与栏目对不上，好像整体填到了{'右' if offset[1] > 0 else '左'}边一列。"
    return ReadingRemark("R06", at, title, message, BACK.format("列").replace("内容", what))


# ---- single boxes, one below another -------------------------------------------------------------------------


def _boxes(block: Boxes, sheets: Sheets, layout: Layout) -> ReadingRemark | None:
    """An empty box followed (or preceded) by contents that all belong one box further up (or down)."""
    found = [(box, layout.boxes[box.key]) for box in typed(block.boxes) if box.key in layout.boxes]
    taken = {at for _, at in found}
    if len(found) < 3:
        return None
    run = [(box, at, _text(sheets, at)) for box, at in found]
    for by in (1, -1):
        for first, end in combinations(range(len(run) + 1), 2):
            part = run[first:end][::by]
            sheet, row, column = part[-1][1]
            beyond = (sheet, row + by, column)
            if beyond not in taken and _belong(part, _written(sheets, beyond)):
                return _shifted(block.title, part[0][1], (by, 0))
    return _helps_off(block.title, found, sheets)


def _belong(part: Sequence[tuple[Box, Address, str]], beyond: str) -> bool:
    """The first box is empty, two texts do not fit their box (or are in none), and all fit one box back."""
    boxes, texts = [box for box, _, _ in part], [text for _, _, text in part]
    if texts[0]:
        return False
    misfits = sum(bool(text) and not fits(box, text) for box, text in zip(boxes, texts, strict=True))
    moved = zip(boxes, (*texts[1:], beyond), strict=True)
    return misfits > 0 and misfits + bool(beyond) >= 2 and all(not text or fits(box, text) for box, text in moved)


def _helps_off(title: str, found: Sequence[tuple[Box, Address]], sheets: Sheets) -> ReadingRemark | None:
    """A label whose row has the help that the template prints behind another box."""
    helps = printed_helps(box for box, _ in found)
    for box, at in found:
        sheet, row, column = at
        behind = (sheets.cell((sheet, row, c)) for c in range(column, column + 4))
        texts = {same_label(cell.value) for cell in behind if cell and isinstance(cell.value, str)} & helps
        if texts and texts.isdisjoint(map(same_label, box.helps)):
            message = f"“{title}”的栏目名称“{box.label}”与后面的说明对不上，内容与栏目可能错开了一行。"
            advice = "请对照下发的模板逐格核对，错开的移回原来的行。"
            return ReadingRemark("R06", at, title, message, advice, severity="warning")
    return None


def fits(box: Box, text: str) -> bool:
    """Whether a text could have been meant for the box."""
    match box.kind:
        case "number" | "percent":
            return parse_quantity(text) is not None
        case "date":
            return day_of(text) is not None or "年" in text
        case "choice":
            return normalise(text) in box.folded_words
    return True


# ---- lines of money ------------------------------------------------------------------------------------------


def _lines(block: Lines, sheets: Sheets, layout: Layout) -> ReadingRemark | None:
    lines = _boxes_by_line(block, layout)
    rows = [list(boxes.values()) for boxes in lines.values()]
    if len(rows) < 2:
        return None
    figures = BlockFigures(block, sheets, layout)
    if shift := _block_off(block, figures, rows, sheets):
        return shift
    if not (_is_filled(rows[0], sheets) or next(iter(lines)).required or figures.stand()):
        shift = replace(_shifted(block.title, rows[0][0], (1, 0)), severity="warning")
        return shift if _is_filled(rows[1], sheets) else None
    heads = {at[2]: box.label for boxes in lines.values() for box, at in boxes.items()}
    return _columns_off(block, heads, rows, sheets, not figures.are_made())


def _boxes_by_line(block: Lines, layout: Layout) -> dict[Line, dict[Box, Address]]:
    """The boxes that were found of each line."""
    columns, at = typed(block.columns), layout.lines
    found = {x: {b: at[key] for b in columns if (key := (block.key, x.key, b.key)) in at} for x in block.lines}
    return {line: boxes for line, boxes in found.items() if boxes}


def _is_filled(row: Iterable[Address], sheets: Sheets) -> bool:
    return any(_text(sheets, at) for at in row)


def _block_off(
    block: Lines, figures: BlockFigures, rows: Sequence[Sequence[Address]], sheets: Sheets
) -> ReadingRemark | None:
    """All figures off by a row or a column, two columns exchanged, or the header pasted over the boxes."""
    columns, first = typed(block.columns), rows[0][0]
    if at := _header_in_boxes(columns, rows, sheets):
        message = f"“{block.title}”的填报格里是栏目名称“{_text(sheets, at)}”，内容与栏目好像错开了一行。"
        return ReadingRemark("R06", at, block.title, message, BACK.format("行"))
    if pair := figures.exchanged():
        one, other = (box.label for box in columns if box.key in pair)
        message = f"“{block.title}”的“{one}”与“{other}”两栏好像填反了：互换以后各行才对得上。"
        return ReadingRemark("R06", first, block.title, message, "请对照栏目核对，把两栏换过来后重新报送。")
    if offset := figures.offset():
        return _shifted(block.title, rows[-1][0] if offset == (-1, 0) else first, offset, "数字")
    return None


def _header_in_boxes(columns: Sequence[Box], rows: Sequence[Sequence[Address]], sheets: Sheets) -> Address | None:
    """A box that holds the name of a column: the header was pasted over it."""
    words = {same_label(label) for box in columns for label in box.labels}
    return next((at for row in rows for at in row if same_label(_text(sheets, at)) in words), None)


def _columns_off(
    block: Lines, heads: Mapping[int, str], rows: Sequence[Sequence[Address]], sheets: Sheets, summed: bool
) -> ReadingRemark | None:
    """Columns with a figure just above their first or below their last line, and a line left without one.

    `summed`: their totals were typed, so that a sum in a wrong line shows.
    """
    off: dict[int, Address] = {}
    for at in _around(rows, sheets):
        gap = any(not _is_number(text) for text in _figures(sheets, rows, at[2]))
        if gap and _is_number(_written(sheets, at)) and not _is_line(sheets, at, min(heads), block.head):
            off.setdefault(at[2], at)
    off = off or {at[2]: at for at in rows[0] if summed and _sum_below(_figures(sheets, rows, at[2]))}
    if not off:
        return None
    names = "、".join(map("“{}”".format, map(heads.__getitem__, off)))
    message = f"“{block.title}”的{names}有空格，数字与栏目可能错开了一行。"
    advice = "请对照栏目逐格核对，错开的移回原来的行后重新报送。"
    return ReadingRemark("R06", next(iter(off.values())), block.title, message, advice, severity="warning")


def _around(rows: Sequence[Sequence[Address]], sheets: Sheets) -> Iterator[Address]:
    """The cells just above the first line and below the last, but for a row that numbers the columns."""
    for row, by in ((rows[0], -1), (rows[-1], 1)):
        around = [(sheet, line + by, column) for sheet, line, column in row]
        if not are_numbers_of_columns([text for at in around if (text := _text(sheets, at))]):
            yield from around


def _sum_below(figures: Sequence[str]) -> bool:
    """Whether a column's first line is empty and its second is the sum of the others: a total one row too low."""
    numbers = [number.number for text in figures[1:] if (number := parse_quantity(text))]
    return not figures[0] and len(numbers) > 1 and bool(numbers[0]) and numbers[0] == sum(numbers[1:])


def _figures(sheets: Sheets, rows: Sequence[Sequence[Address]], column: int) -> list[str]:
    return [_text(sheets, at) for row in rows for at in row if at[2] == column]


def _is_line(sheets: Sheets, at: Address, leftmost: int, head: str) -> bool:
    """Whether the row has a name of its own: a line that is not among ours."""
    sheet, row, _ = at
    before = (_text(sheets, (sheet, row, column)) for column in range(1, leftmost))
    return any(text and not _is_number(text) and same_label(text) != same_label(head) for text in before)


# ---- free rows -----------------------------------------------------------------------------------------------


def _rows(block: Rows, table: TableLayout, sheets: Sheets) -> ReadingRemark | None:
    """Choices that do not fit their columns, while those a column further do in every row; or entire rows do."""
    boxes = [box for box in typed(block.columns) if box.key in table.columns]
    strict = [box for box in boxes if (box.kind, box.strict) == ("choice", True)]
    misfits, _ = _choices_at(strict, table, 0, sheets)
    for by in (1, -1):
        others, count = _choices_at(strict, table, by, sheets)
        if len(misfits) > 1 and count > 0 and not others:
            return _shifted(block.title, misfits[0], (0, by))
        if _rows_off(boxes, table, by, sheets):
            at = (table.sheet, table.rows[0], min(table.columns.values()))
            return _shifted(block.title, at, (0, by))
    return None


def _choices_at(boxes: Sequence[Box], table: TableLayout, by: int, sheets: Sheets) -> tuple[list[Address], int]:
    """The cells `by` columns from the choices whose texts do not fit, and how many texts there are."""
    places = [(box, (table.sheet, row, table.columns[box.key] + by)) for box in boxes for row in table.rows]
    texts = [(box, at, text) for box, at in places if (text := _text(sheets, at))]
    return [at for box, at, text in texts if not fits(box, text)], len(texts)


def _rows_off(boxes: Sequence[Box], table: TableLayout, by: int, sheets: Sheets) -> bool:
    """Whether every row is incomplete where it is and complete a column further."""
    required = [box for box in boxes if box.required]
    return (
        len(required) > 1
        and bool(table.rows)
        and all(
            _is_complete(boxes, required, table, row, by, sheets)
            and not _is_complete(boxes, required, table, row, 0, sheets)
            for row in table.rows
        )
    )


def _is_complete(
    boxes: Sequence[Box], required: Sequence[Box], table: TableLayout, row: int, by: int, sheets: Sheets
) -> bool:
    """Whether nothing is missing in a row `by` columns further, and each text is of its kind."""
    texts = {box: _text(sheets, (table.sheet, row, table.columns[box.key] + by)) for box in boxes}
    full = not _is_number(texts[required[0]]) and all(map(texts.__getitem__, required))
    return full and all(fits(box, text) for box, text in texts.items() if text and box.strict)


# ---- cells ---------------------------------------------------------------------------------------------------


def _text(sheets: Sheets, at: Address) -> str:
    cell = sheets.cell(at)
    return as_shown(cell).strip() if cell else ""


def _written(sheets: Sheets, at: Address) -> str:
    """What a person wrote there; not what a formula of the template shows."""
    cell = sheets.cell(at)
    return "" if cell is None or cell.formula is not None else as_shown(cell).strip()


def _is_number(text: str) -> bool:
    return bool(text) and parse_quantity(text) is not None
