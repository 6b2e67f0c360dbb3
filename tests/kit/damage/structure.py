"""Rows and columns: inserted, deleted, swapped, pasted a row lower or a column beside."""

from __future__ import annotations

import re
from typing import Any

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.utils import column_index_from_string, get_column_letter

from tests.kit.damage.bench import CELLS, INDICATORS, REFERENCE, STRUCTURE, Bench, damage, entries, undamaged

# ---- rows and columns -------------------------------------------------------------------------------------------


def shift(book: Any, title: str, row: int = 0, column: int = 0, by: int = 1, names: bool = True) -> None:
    """Insert (by 1) or delete (by -1) a row or a column; with `names`, the names move along as in Excel."""
    sheet = book[title]
    merged = [str(area) for area in sheet.merged_cells.ranges]
    for area in merged:
        sheet.unmerge_cells(area)
    if row:
        (sheet.insert_rows if by > 0 else sheet.delete_rows)(row)
    if column:
        (sheet.insert_cols if by > 0 else sheet.delete_cols)(column)
    for area in merged:
        left, top, right, bottom = openpyxl.utils.range_boundaries(area)
        ends = [_along(left, column, by), _along(top, row, by), _along(right, column, by), _along(bottom, row, by)]
        if ends[0] < ends[2] or ends[1] < ends[3]:
            sheet.merge_cells(start_column=ends[0], start_row=ends[1], end_column=ends[2], end_row=ends[3])
    if not names:
        return

    def moved(found: re.Match[str]) -> str:
        letter = _along(column_index_from_string(found[1]), column, by)
        return f"${get_column_letter(letter)}${_along(int(found[2]), row, by)}"

    for name in book.defined_names.values():
        if name.attr_text.startswith((f"'{title}'!", f"{title}!")):
            ends = [(column_index_from_string(c), int(r)) for c, r in REFERENCE.findall(name.attr_text)]
            gone = by < 0 and (
                (row and all(r == row for _, r in ends)) or (column and all(c == column for c, _ in ends))
            )
            name.attr_text = "#REF!" if gone else REFERENCE.sub(moved, name.attr_text)


def _along(number: int, at: int, by: int) -> int:
    """Where a row or column comes to stand when one is inserted or deleted at `at` (0: none is)."""
    return number + by if at and (number > at or (number == at and by > 0)) else number


def write(sheet: Any, row: int, column: int, value: Any) -> None:
    """Write a cell, unless it is merged into another."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, MergedCell):
        cell.value = value


def drop_names(book: Any) -> None:
    for name in list(book.defined_names):
        del book.defined_names[name]


def rename(book: Any, old: str, new: str) -> None:
    """Rename a sheet as Excel does: the names follow."""
    book[old].title = new
    for name in book.defined_names.values():
        name.attr_text = name.attr_text.replace(f"'{old}'!", f"'{new}'!").replace(f"{old}!", f"'{new}'!")


def _shifts() -> None:
    """Every sheet by row and column, inserted and deleted, with and without the names."""
    places: tuple[tuple[str, dict[str, int], int, str], ...] = (
        ("基本信息", {"row": 6}, 1, "基本信息插入一行"),
        ("基本信息", {"row": 3}, -1, "基本信息上方删除一行"),
        ("基本信息", {"column": 1}, 1, "基本信息左边插入一列"),
        ("基本信息", {"column": 3}, 1, "基本信息标签与内容之间插入一列"),
        ("基本信息", {"column": 1}, -1, "基本信息删除左边空列"),
        ("预算", {"row": 7}, 1, "预算插入一行"),
        ("预算", {"row": 3}, -1, "预算上方删除一行"),
        ("预算", {"column": 4}, 1, "预算插入一列"),
        ("预算", {"column": 1}, -1, "预算删除左边空列"),
        (INDICATORS, {"row": 3}, 1, "指标上方插入一行"),
        (INDICATORS, {"row": 6}, 1, "指标表头下插入一行"),
        (INDICATORS, {"row": 8}, 1, "指标中间插入一行"),
        (INDICATORS, {"row": 3}, -1, "指标上方删除一行"),
        (INDICATORS, {"row": 16}, -1, "指标删除空行"),
        (INDICATORS, {"column": 6}, 1, "指标插入一列"),
        (INDICATORS, {"column": 1}, -1, "指标删除序号列"),
        ("自评结论", {"row": 8}, 1, "结论插入一行"),
        ("自评结论", {"row": 12}, -1, "结论删除空行"),
    )
    for title, where, by, name in places:
        for names, how in ((True, ""), (False, "（名称没有跟着移动）")):

            def apply(
                bench: Bench, title: str = title, where: dict[str, int] = where, by: int = by, names: bool = names
            ) -> None:
                sheet = bench.funds.title if title == "预算" else title
                shift(bench.book, sheet, **where, by=by, names=names)

            damage(name + how, STRUCTURE)(apply)


_shifts()


def _losses() -> None:
    """A label's row or a column with what stood in it."""
    for names, how in ((True, ""), (False, "（名称没有跟着移动）"), (None, "（名称丢失）")):

        def apply_box(bench: Bench, names: bool | None = names) -> None:
            if names is None:
                drop_names(bench.book)
            shift(bench.book, "基本信息", row=bench.cell("boxes.filled_on").row, by=-1, names=bool(names))

        def apply_line(bench: Bench, names: bool | None = names) -> None:
            if names is None:
                drop_names(bench.book)
            row = bench.cell("funds.total.executed").row
            shift(bench.book, bench.funds.title, row=row, by=-1, names=bool(names))

        def apply_funds_column(bench: Bench, names: bool | None = names) -> None:
            if names is None:
                drop_names(bench.book)
            shift(bench.book, bench.funds.title, column=4, by=-1, names=bool(names))

        def apply_column(bench: Bench, names: bool | None = names) -> None:
            if names is None:
                drop_names(bench.book)
            shift(bench.book, INDICATORS, column=8, by=-1, names=bool(names))

        damage(f"删除填报日期一行{how}", STRUCTURE, reads=False, tells=("R06",))(apply_box)
        damage(f"删除合计一行{how}", STRUCTURE, reads=False, tells=("R06",))(apply_line)
        damage(f"删除调整数一列{how}", STRUCTURE, reads=False, tells=("R06",))(apply_funds_column)
        damage(f"删除年中监控值一列{how}", STRUCTURE, reads=False, tells=("R06",))(apply_column)


_losses()


@damage("名称全部丢失", STRUCTURE)
def names_lost(bench: Bench) -> None:
    drop_names(bench.book)


@damage("标识全部丢失", STRUCTURE)
def identity_lost(bench: Bench) -> None:
    del bench.book["_perf_xlsx"]
    for item in list(bench.book.custom_doc_props.props):
        del bench.book.custom_doc_props[item.name]


def head_row(sheet: Any) -> int:
    """The row that the header of a table stands in now."""
    words = ("三级指标", "全年执行数")
    return next(
        c.row
        for row in sheet.iter_rows()
        for c in row
        if re.sub(r"[\s*：\u200b]", "", str(c.value)).startswith(words)
    )


@damage("列的顺序变了", STRUCTURE)
def columns_swapped(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    for row in range(head_row(sheet), 66):
        one, other = sheet.cell(row, 6), sheet.cell(row, 9)
        first, second = one.value, other.value
        write(sheet, row, 6, second)
        write(sheet, row, 9, first)
        one.number_format, other.number_format = other.number_format, one.number_format


@damage("表头重复一行", STRUCTURE)
def header_repeated(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    head = head_row(sheet)
    shift(bench.book, INDICATORS, row=head + 5)
    for column in range(1, 18):
        sheet.cell(head + 5, column, sheet.cell(head, column).value)


# ---- pasted one row lower ---------------------------------------------------------------------------------------


def paste_lower(sheet: Any, top: int, left: int, bottom: int, right: int) -> None:
    """Copy a block one row down, its merged cells too; its first row stays as it is."""
    merged = [area for area in list(sheet.merged_cells.ranges) if top <= area.min_row and left <= area.min_col]
    for area in merged:
        sheet.unmerge_cells(str(area))
    block = [[sheet.cell(r, c).value for c in range(left, right + 1)] for r in range(top, bottom + 1)]
    for r, line in enumerate(block, top + 1):
        for c, value in enumerate(line, left):
            write(sheet, r, c, value)
    for area in merged:
        area.shift(row_shift=1)
        sheet.merge_cells(str(area))


@damage("指标连表头粘贴低了一行", STRUCTURE)
def table_lower(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    paste_lower(sheet, head_row(sheet), 1, 40, 18)


@damage("指标连表头移低了一行", STRUCTURE)
def table_moved(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    head = head_row(sheet)
    paste_lower(sheet, head, 1, 40, 18)
    for column in range(1, 19):
        write(sheet, head, column, None)


@damage("指标内容粘贴低了一行", STRUCTURE)
def rows_lower(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    top = head_row(sheet) + 1
    left = next((c.column for c in sheet[top - 1] if str(c.value).endswith("一级指标")), 2)
    paste_lower(sheet, top, left, 40, 18)
    for column in range(left, 19):
        write(sheet, top, column, None)


@damage("指标表末尾写了合计行", CELLS, tells=("R16",))
def total_row(bench: Bench) -> None:
    below_the_last(bench, level1="合 计", weight=90, claimed_points=78.3)


def below_the_last(bench: Bench, below: int = 1, **texts: Any) -> None:
    """Write into the row below the last indicator, by the keys of the boxes."""
    last = max(
        int(path.split(".")[1]) for path in entries(undamaged(bench.story)) if path.startswith("indicators.")
    )
    for key, text in texts.items():
        above = bench.cell(f"indicators.{last}.{key}")
        write(bench.book[INDICATORS], above.row + below, above.column, text)


REMARKS: dict[str, dict[str, Any]] = {
    "指标名称处写了注": {"name": "注：以上指标值均来自年初批复。"},
    "一级指标处写了注": {"level1": "注1.以上指标值均来自年初批复。"},
    "偏差原因处写了备注": {"reason": "备注：本表数据截至12月31日"},
    "表内写了签字行": {"level1": "填表人：张三", "name": "审核人：李四", "actual": "联系电话：0991-1234567"},
    "表内写了小标题": {"name": "（二）效益指标"},
    "表内写了以下空白": {"name": "——以下空白——"},
}


def _remarks() -> None:
    for name, texts in REMARKS.items():

        def apply(bench: Bench, texts: dict[str, Any] = texts) -> None:
            below_the_last(bench, **texts)

        damage(name, CELLS, tells=("R16",))(apply)


_remarks()


@damage("表头分页重复，名称写得不全", CELLS)
def header_in_between(bench: Bench) -> None:
    below_the_last(
        bench, name="三级指标", sign="性质", target="指标值", midyear="监控值", actual="完成值", weight="分 值"
    )


@damage("表头下面有栏次号", STRUCTURE)
def columns_numbered(bench: Bench) -> None:
    top = head_row(bench.book[INDICATORS]) + 1
    shift(bench.book, INDICATORS, row=top)
    for column in range(2, 16):
        write(bench.book[INDICATORS], top, column, f"（{column}）")


@damage("最后一个指标填在表外很远处", STRUCTURE, tells=("R06",))
def indicator_far_below(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    last = max(row for row in range(6, 19) if sheet.cell(row, 9).value is not None)
    for column in range(2, 17):
        write(sheet, 90, column, sheet.cell(last, column).value)
        write(sheet, last, column, None)


@damage("合计写在序号栏", CELLS, tells=("R16",))
def total_in_the_number_column(bench: Bench) -> None:
    below_the_last(bench, weight=90, claimed_points=79.33)
    write(bench.book[INDICATORS], bench.cell("indicators.7.weight").row + 1, 1, "合　计")


@damage("合计行没有写合计二字", CELLS, tells=("R16",))
def total_without_a_word(bench: Bench) -> None:
    for key in ("weight", "claimed_points"):
        below_the_last(bench, **{key: float(sum(bench.value(f"indicators.{n}.{key}") for n in range(8)))})


@damage("指标内容整体粘贴到右边一列", STRUCTURE, reads=False, tells=("R06",))
def indicators_sideways(bench: Bench) -> None:
    paste_beside(bench.book[INDICATORS], 1)


@damage("指标内容整体粘贴到左边一列", STRUCTURE, reads=False, tells=("R06",))
def indicators_sideways_left(bench: Bench) -> None:
    paste_beside(bench.book[INDICATORS], -1)


def paste_beside(sheet: Any, by: int) -> None:
    """Move what stands below the header a column on."""
    top = head_row(sheet) + 1
    block = [[sheet.cell(row, column).value for column in range(2, 16)] for row in range(top, 66)]
    for row, line in enumerate(block, top):
        for column in range(2, 16):
            write(sheet, row, column, None)
        for column, value in enumerate(line, 2 + by):
            write(sheet, row, column, value)


@damage("资金连表头粘贴低了一行", STRUCTURE)
def funds_lower(bench: Bench) -> None:
    paste_lower(bench.funds, head_row(bench.funds), 2, 10, 7)


@damage("资金数字粘贴低了一行", STRUCTURE, reads=False, tells=("R06",))
def amounts_lower(bench: Bench) -> None:
    rows = {bench.cell(path).row for path in entries(undamaged(bench.story)) if path.startswith("funds.")}
    top = head_row(bench.funds) + 1
    paste_lower(bench.funds, top, 3, top + len(rows) - 1, 7)
    for column in range(3, 8):
        write(bench.funds, top, column, None)


@damage("资金数字粘贴到右边一列", CELLS, reads=False, tells=("R06",))
def amounts_sideways(bench: Bench) -> None:
    for row in {bench.cell(path).row for path in entries(undamaged(bench.story)) if path.startswith("funds.")}:
        for column in range(8, 2, -1):
            write(bench.funds, row, column, bench.funds.cell(row, column - 1).value if column > 3 else None)


@damage("基本信息内容粘贴低了一行", STRUCTURE, reads=False, tells=("R06",))
def boxes_lower(bench: Bench) -> None:
    sheet = bench.book["基本信息"]
    rows = [bench.cell(path).row for path in ("boxes.unit", "boxes.staff_actual", "boxes.staff_authorised")]
    first = bench.cell("boxes.project").row if "boxes.project" in entries(undamaged(bench.story)) else min(rows)
    sheet.cell(max(rows), 3).value = sheet.cell(max(rows), 3).value or 99
    paste_lower(sheet, first, 3, max(rows), 3)
    sheet.cell(first, 3).value = None
