"""Contents that stand a row off from their labels, or a table's a column off from its headers (R06)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.quantity import normalise, parse_quantity, same_label
from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows, typed
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells import as_shown, day_of
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.header import are_numbers_of_columns
from perf_xlsx.reading.layout import Layout, Table
from perf_xlsx.reading.shift_sums import HERE, Figures


class BlockShift(Struct, frozen=True):
    """A block that is off: its title, the cell that shows it, and whether nothing else can be meant."""

    title: str
    at: Address
    message: str
    advice: str
    sure: bool = True


def block_shifts(form: Form, sheets: Sheets, layout: Layout) -> Iterator[BlockShift]:
    """Every block whose contents do not stand beside their labels; free rows can only slip sideways."""
    for block in form.blocks:
        slip = None
        if isinstance(block, Boxes):
            slip = _boxes(block, sheets, layout)
        elif isinstance(block, Lines):
            slip = _lines(block, sheets, layout)
        elif block.key in layout.tables:
            slip = _sideways(block, layout.tables[block.key], sheets)
        if slip:
            yield slip


def _lower(title: str, at: Address) -> BlockShift:
    message = f"“{title}”的这一格空着，下面的内容与栏目对不上，好像从这里起填低了一行。"
    return BlockShift(title, at, message, "请对照栏目核对，把内容向上移一行后重新报送。")


def _higher(title: str, at: Address) -> BlockShift:
    message = f"“{title}”的这一格空着，上面的内容与栏目对不上，好像到这里为止填高了一行。"
    return BlockShift(title, at, message, "请对照栏目核对，把内容向下移一行后重新报送。")


# ---- single boxes, one below another -------------------------------------------------------------------------


def _boxes(block: Boxes, sheets: Sheets, layout: Layout) -> BlockShift | None:
    """Where an empty box is followed (or preceded) by contents that all belong one box further up (or down)."""
    found = [(box, layout.boxes[box.key]) for box in typed(block.boxes) if box.key in layout.boxes]
    if len(found) < 3:
        return None
    boxes, places = [box for box, _ in found], [at for _, at in found]
    texts = [_text(sheets, at) for at in places]
    taken = set(places)
    for first in range(len(found)):
        for end in range(first + 1, len(found) + 1):
            part = slice(first, end)
            beyond = _beside(places[end - 1], 1)
            if beyond not in taken and _belong(boxes[part], texts[part], _written(sheets, beyond)):
                return _lower(block.title, places[first])
            before = _beside(places[first], -1)
            back = boxes[part][::-1], texts[part][::-1]
            if before not in taken and _belong(*back, _written(sheets, before)):
                return _higher(block.title, places[end - 1])
    return _helps_off(block.title, found, sheets)


def _belong(boxes: Sequence[Box], texts: Sequence[str], beyond: str) -> bool:
    """The first box is empty, two texts do not fit where they stand (or stand in no box), and all fit one back."""
    if texts[0]:
        return False
    odd = sum(bool(text) and not fits(box, text) for box, text in zip(boxes, texts, strict=True))
    moved = zip(boxes, (*texts[1:], beyond), strict=True)
    return odd > 0 and odd + bool(beyond) >= 2 and all(not text or fits(box, text) for box, text in moved)


def _helps_off(title: str, found: Sequence[tuple[Box, Address]], sheets: Sheets) -> BlockShift | None:
    """A label whose row has the help that the template prints behind another box."""
    helps = {same_label(text) for box, _ in found for text in box.helps}
    for box, at in found:
        sheet, row, column = at
        behind = (sheets.cell((sheet, row, c)) for c in range(column, column + 4))
        said = {same_label(cell.value) for cell in behind if cell and isinstance(cell.value, str)} & helps
        if said and said.isdisjoint(map(same_label, box.helps)):
            message = f"“{title}”的栏目名称“{box.label}”与后面的说明对不上，内容与栏目可能错开了一行。"
            return BlockShift(title, at, message, "请对照下发的模板逐格核对，错开的移回原来的行。", sure=False)
    return None


def fits(box: Box, text: str) -> bool:
    """Whether a text could have been meant for the box."""
    match box.kind:
        case "number" | "percent":
            return parse_quantity(text) is not None
        case "date":
            return day_of(text) is not None or "年" in text
        case "choice":
            return normalise(text) in {
                normalise(word) for choice in box.choices for word in (choice.value, *choice.same)
            }
        case _:
            return True


# ---- lines of figures ----------------------------------------------------------------------------------------


def _lines(block: Lines, sheets: Sheets, layout: Layout) -> BlockShift | None:
    columns = typed(block.columns)
    found = {
        line: [at for box in columns if (at := layout.lines.get((block.key, line.key, box.key)))]
        for line in block.lines
    }
    lines, rows = [line for line in found if found[line]], [row for row in found.values() if row]
    if len(rows) < 2:
        return None
    if at := _header_below(columns, rows, sheets):
        message = f"“{block.title}”的填报格里是栏目名称“{_text(sheets, at)}”，内容与栏目好像错开了一行。"
        return BlockShift(block.title, at, message, "请对照栏目核对，把内容移回原来的行后重新报送。")
    figures = Figures(block, sheets, layout)
    if pair := figures.exchanged():
        first, second = (box.label for box in columns if box.key in pair)
        message = f"“{block.title}”的“{first}”与“{second}”两栏好像填反了：互换以后各行才对得上。"
        return BlockShift(block.title, rows[0][0], message, "请对照栏目核对，把两栏换过来后重新报送。")
    if off := figures.off():
        return _off(block.title, off, rows)
    if at := _first_empty(rows, sheets):
        return _lower(block.title, at)
    if not _any(sheets, rows[0]) and not lines[0].required and not figures.totals(HERE):
        return replace(_lower(block.title, rows[0][0]), sure=False) if _any(sheets, rows[1]) else None
    keys = [(block.key, line.key, box.key) for line in block.lines for box in columns]
    labels = {box.key: box.label for box in columns}
    heads = {layout.lines[key][2]: labels[key[2]] for key in keys if key in layout.lines}
    return _columns_off(block, heads, rows, sheets)


def _header_below(columns: Sequence[Box], rows: Sequence[Sequence[Address]], sheets: Sheets) -> Address | None:
    """A box that holds the name of a column: the header was pasted over it."""
    words = {same_label(label) for box in columns for label in box.labels}
    return next((at for row in rows for at in row if same_label(_text(sheets, at)) in words), None)


def _off(title: str, off: tuple[int, int], rows: Sequence[Sequence[Address]]) -> BlockShift:
    """What is said where the figures add up a row or a column elsewhere."""
    if off[0]:
        return _lower(title, rows[0][0]) if off[0] > 0 else _higher(title, rows[-1][0])
    side = "右" if off[1] > 0 else "左"
    message = f"“{title}”的数字与栏目对不上，好像整体填到了{side}边一列。"
    return BlockShift(title, rows[0][0], message, "请对照栏目核对，把数字移回原来的列后重新报送。")


def _first_empty(rows: Sequence[Sequence[Address]], sheets: Sheets) -> Address | None:
    """The first line, where it is empty while the row below the last line is not."""
    beyond = [_written(sheets, _beside(at, 1)) for at in rows[-1]]
    return rows[0][0] if not _any(sheets, rows[0]) and sum(map(bool, beyond)) > 1 else None


def _any(sheets: Sheets, row: Sequence[Address]) -> bool:
    return any(_text(sheets, at) for at in row)


def _columns_off(
    block: Lines, heads: Mapping[int, str], rows: Sequence[Sequence[Address]], sheets: Sheets
) -> BlockShift | None:
    """Columns with a figure just above their first or below their last line, and a line left without one."""
    off: dict[int, Address] = {}
    for row, by in ((rows[0], -1), (rows[-1], 1)):
        around = [_beside(at, by) for at in row]
        if are_numbers_of_columns([text for at in around if (text := _text(sheets, at))]):
            continue
        for at in around:
            gap = any(not _is_number(text) for text in _figures(sheets, rows, at[2]))
            if gap and _is_number(_written(sheets, at)) and not _is_line(sheets, at, min(heads), block.head):
                off.setdefault(at[2], at)
    off = off or _sums_below(rows, sheets)
    if not off:
        return None
    names = "、".join(f"“{heads[column]}”" for column in off)
    message = f"“{block.title}”的{names}有空格，数字与栏目可能错开了一行。"
    advice = "请对照栏目逐格核对，错开的移回原来的行后重新报送。"
    return BlockShift(block.title, next(iter(off.values())), message, advice, sure=False)


def _sums_below(rows: Sequence[Sequence[Address]], sheets: Sheets) -> dict[int, Address]:
    """Columns whose first line is empty and whose second is the sum of the others: a total one row too low."""
    found: dict[int, Address] = {}
    for at in rows[0]:
        first, *others = _figures(sheets, rows, at[2])
        figures = [number.number for text in others if (number := parse_quantity(text))]
        if not first and len(figures) > 1 and figures[0] and figures[0] == sum(figures[1:]):
            found[at[2]] = at
    return found


def _figures(sheets: Sheets, rows: Sequence[Sequence[Address]], column: int) -> list[str]:
    return [_text(sheets, at) for row in rows for at in row if at[2] == column]


def _is_line(sheets: Sheets, at: Address, leftmost: int, head: str) -> bool:
    """Whether the row has a name of its own: a line that is not among ours."""
    sheet, row, _ = at
    before = (_text(sheets, (sheet, row, column)) for column in range(1, leftmost))
    return any(text and not _is_number(text) and same_label(text) != same_label(head) for text in before)


# ---- free rows -----------------------------------------------------------------------------------------------


def _sideways(block: Rows, table: Table, sheets: Sheets) -> BlockShift | None:
    """Where choices do not fit their columns, and those a column further do in every row; or whole rows do."""
    places = [
        (box, (table.sheet, row, table.columns[box.key]))
        for box in block.columns
        if box.kind == "choice" and box.strict and box.key in table.columns
        for row in table.rows
    ]
    odd = [(box, at) for box, at in places if (text := _text(sheets, at)) and not fits(box, text)]
    for by, side in ((1, "右"), (-1, "左")):
        moved = [(box, _text(sheets, (at[0], at[1], at[2] + by))) for box, at in places]
        fit = len(odd) > 1 and any(text for _, text in moved) and all(not t or fits(box, t) for box, t in moved)
        if fit or (table.rows and all(_whole_beside(block, table, row, by, sheets) for row in table.rows)):
            message = f"“{block.title}”的内容与栏目对不上，好像整体填到了{side}边一列。"
            at = odd[0][1] if fit else (table.sheet, table.rows[0], min(table.columns.values()))
            return BlockShift(block.title, at, message, "请对照栏目核对，把内容移回原来的列后重新报送。")
    return None


def _whole_beside(block: Rows, table: Table, row: int, by: int, sheets: Sheets) -> bool:
    """Whether a row is not whole where it stands, and is a column further: nothing missing, each in its kind."""
    boxes = [box for box in block.columns if box.key in table.columns and box.kind != "computed"]
    needed = [box for box in boxes if box.required]

    def whole(by: int) -> bool:
        texts = {box: _text(sheets, (table.sheet, row, table.columns[box.key] + by)) for box in boxes}
        named = not _is_number(texts[needed[0]])
        return (
            named
            and all(texts[box] for box in needed)
            and all(fits(b, t) for b, t in texts.items() if t and b.strict)
        )

    return len(needed) > 1 and whole(by) and not whole(0)


# ---- cells ---------------------------------------------------------------------------------------------------


def _beside(at: Address, by: int) -> Address:
    sheet, row, column = at
    return sheet, row + by, column


def _text(sheets: Sheets, at: Address) -> str:
    return _shown(sheets.cell(at))


def _written(sheets: Sheets, at: Address) -> str:
    """What a person wrote there; not what a formula of the template shows."""
    cell = sheets.cell(at)
    return "" if cell is None or cell.formula is not None else _shown(cell)


def _shown(cell: Cell | None) -> str:
    return as_shown(cell).strip() if cell else ""


def _is_number(text: str) -> bool:
    return bool(text) and parse_quantity(text) is not None
