"""What people do to a workbook before they send it back: each kind of damage as one small function.

A damage changes the workbook as Excel, WPS or a person would. Those of cells come before those of structure, so
that a cell is found where the template put it. What openpyxl cannot write is put in afterwards, in the XML.
"""

from __future__ import annotations

import datetime
import io
import pickle
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from lxml import etree
from msgspec.structs import asdict
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.utils import column_index_from_string, get_column_letter

from perf_xlsx import pipeline
from perf_xlsx.cli.demo import case_text
from perf_xlsx.domain.model import Entry, SelfEvaluation
from perf_xlsx.forms import load_form
from perf_xlsx.ooxml import Package
from perf_xlsx.reading.read import read
from tests.kit.filled import saved

CELLS, MERGED, STRUCTURE, SHEETS, NAMES = 0, 1, 2, 3, 4
REFERENCE = re.compile(r"\$([A-Z]{1,3})\$(\d+)")
INDICATORS = "绩效指标"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "5a4d7ff80000000049454e44ae426082"
)


# ---- the workbook under treatment -------------------------------------------------------------------------------


@cache
def filled(story: str) -> bytes:
    """The story's form as the unit saved it, without what costs time at every load and says nothing to reading."""
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(case=case_text(story))))
    for sheet in book.worksheets:
        if sheet.title in ("项目明细", INDICATORS):
            sheet.delete_rows(19, 60)
        sheet.data_validations.dataValidation = []
        sheet.conditional_formatting = ConditionalFormattingList()
    return saved(book)


@cache
def opened(story: str) -> bytes:
    """The same, opened by openpyxl and pickled: eight times as fast as to open it again."""
    return pickle.dumps(openpyxl.load_workbook(io.BytesIO(filled(story))))


@cache
def undamaged(story: str) -> SelfEvaluation:
    """What is read from it."""
    evaluation, _ = read(Package.open(filled(story)), "returned.xlsx")
    assert evaluation is not None
    return evaluation


def entries(form: SelfEvaluation) -> dict[str, Entry[Any]]:
    """Every value of a form by its path: boxes.unit, funds.total.executed, indicators.0.actual."""
    found = {f"boxes.{key}": entry for key, entry in form.boxes.items()}
    rows: dict[str, Any] = {f"funds.{key}": line for key, line in form.funds.items()} | {"claimed": form.claimed}
    for table in ("projects", "indicators", "passages"):
        rows |= {f"{table}.{number}": row for number, row in enumerate(getattr(form, table))}
    for path, row in rows.items():
        found |= {f"{path}.{key}": entry for key, entry in asdict(row).items() if isinstance(entry, Entry)}
    return found


@dataclass
class Bench:
    """One workbook under treatment: the book, where the boxes stood, and what is put in after saving."""

    story: str
    book: Any
    raw: dict[str, tuple[str, str]] = field(default_factory=dict)
    later: list[Callable[[dict[str, bytes]], None]] = field(default_factory=list)

    @property
    def funds(self) -> Any:
        """The sheet of the money."""
        return self.book["预算执行" if "预算执行" in self.book else "项目资金"]

    def value(self, path: str) -> Any:
        """What is read in a box of the undamaged form."""
        return entries(undamaged(self.story))[path].value

    def cell(self, path: str) -> Any:
        """The cell of a box."""
        place = entries(undamaged(self.story))[path].place
        return self.book[place.sheet].cell(place.row, place.column)

    def numbers(self) -> Iterable[tuple[str, Any]]:
        """Paths and cells of the amounts, weights and points that are typed as numbers."""
        for path, entry in entries(undamaged(self.story)).items():
            last = path.rsplit(".", 1)[1]
            if isinstance(entry.value, Decimal) and last not in ("claimed_rate", "claimed_completion"):
                cell = self.cell(path)
                if isinstance(cell.value, int | float):
                    yield path, cell

    def put(self, path: str, inner: str, kind: str = "n") -> None:
        """Write a cell's XML after saving."""
        mark = f"⟦{len(self.raw)}⟧"
        self.raw[mark] = (kind, inner)
        self.cell(path).value = mark

    def finish(self) -> bytes:
        """Save, and put in what openpyxl cannot write."""
        out = io.BytesIO()
        self.book.save(out)
        with zipfile.ZipFile(out) as saved:
            parts = {name: saved.read(name) for name in saved.namelist()}
        if self.raw:
            shared = self._shared(parts)
            for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
                parts[name] = self._written(parts[name], shared)
        for change in self.later:
            change(parts)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written_zip:
            for name, data in parts.items():
                written_zip.writestr(name, data)
        return packed.getvalue()

    def _shared(self, parts: dict[str, bytes]) -> list[str]:
        """The shared strings, if there are any."""
        if "xl/sharedStrings.xml" not in parts:
            return []
        return ["".join(map(str, item.itertext())) for item in etree.fromstring(parts["xl/sharedStrings.xml"])]

    def _written(self, sheet: bytes, shared: list[str]) -> bytes:
        """A sheet with the cells that were put in as XML."""
        root = etree.fromstring(sheet)
        for cell in root.iter(f"{{{MAIN}}}c"):
            text = "".join(map(str, cell.itertext()))
            mark = shared[int(text)] if cell.get("t") == "s" else text
            if mark in self.raw:
                kind, inner = self.raw[mark]
                for child in list(cell):
                    cell.remove(child)
                cell.set("t", kind)
                cell.extend(etree.fromstring(f'<c xmlns="{MAIN}">{inner}</c>'))
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


@dataclass(frozen=True)
class Damage:
    """One kind. `reads`: every value is read as if nothing had happened; else some are lost, and told.

    `tells`: codes of findings that must be there.
    """

    name: str
    stage: int
    reads: bool
    tells: tuple[str, ...]
    apply: Callable[[Bench], None]


DAMAGES: dict[str, Damage] = {}


def damage(
    name: str, stage: int = CELLS, reads: bool = True, tells: tuple[str, ...] = ()
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Register a damage."""

    def register(function: Callable[[Bench], None]) -> Callable[[Bench], None]:
        assert name not in DAMAGES
        DAMAGES[name] = Damage(name, stage, reads, tells, function)
        return function

    return register


def damaged(story: str, *names: str) -> bytes:
    """The story's workbook after these damages, those of cells first."""
    bench = Bench(story, pickle.loads(opened(story)))
    for name in sorted(names, key=lambda name: DAMAGES[name].stage):
        DAMAGES[name].apply(bench)
    return bench.finish()


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
    paste_lower(sheet, head_row(sheet), 1, 40, 16)


@damage("指标连表头移低了一行", STRUCTURE)
def table_moved(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    head = head_row(sheet)
    paste_lower(sheet, head, 1, 40, 16)
    for column in range(1, 17):
        write(sheet, head, column, None)


@damage("指标内容粘贴低了一行", STRUCTURE)
def rows_lower(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    top = head_row(sheet) + 1
    left = next((c.column for c in sheet[top - 1] if str(c.value).endswith("一级指标")), 2)
    paste_lower(sheet, top, left, 40, 16)
    for column in range(left, 17):
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


# ---- sheets -----------------------------------------------------------------------------------------------------


@damage("工作表改名", NAMES)
def sheets_renamed(bench: Bench) -> None:
    for old, new in ((INDICATORS, "指标（终稿）"), (bench.funds.title, "钱"), ("基本信息", "Sheet1")):
        if old in bench.book:  # it may have been renamed before
            rename(bench.book, old, new)


@damage("工作表改名（名称没有跟着变）", NAMES)
def sheets_renamed_without_names(bench: Bench) -> None:
    for old, new in ((INDICATORS, "指标（终稿）"), ("基本信息", "Sheet1")):
        if old in bench.book:
            bench.book[old].title = new


@damage("工作表隐藏", SHEETS, tells=("R22",))
def sheet_hidden(bench: Bench) -> None:
    bench.book[INDICATORS].sheet_state = "hidden"


@damage("工作表换了顺序", SHEETS)
def sheets_moved(bench: Bench) -> None:
    bench.book.move_sheet(INDICATORS, -3)
    bench.book.move_sheet("基本信息", 3)


def copy_sheet(bench: Bench, title: str, first: bool = False) -> Any:
    """A copy of a sheet as Excel names it, at the end or in front."""
    copied = bench.book.copy_worksheet(bench.book[title])
    copied.title = f"{title} (2)"
    if first:
        bench.book.move_sheet(copied, -len(bench.book.sheetnames) + 1)
    return copied


@damage("绩效指标复制了一份", SHEETS, tells=("R06",))
def sheet_copied(bench: Bench) -> None:
    copy_sheet(bench, INDICATORS)


@damage("绩效指标复制了一份，改过，放在前面，名称丢失", SHEETS, tells=("R06",))
def sheet_copied_and_changed(bench: Bench) -> None:
    drop_names(bench.book)
    copied = copy_sheet(bench, INDICATORS, first=True)
    copied["I6"], copied["K6"] = 77, 3


@damage("绩效指标复制了一份，原表改名，名称丢失", SHEETS, reads=False, tells=("R06",))
def sheet_copied_and_original_renamed(bench: Bench) -> None:
    drop_names(bench.book)
    copied = copy_sheet(bench, INDICATORS, first=True)
    bench.book[INDICATORS].title = "旧"
    copied["I6"], copied["K6"] = 77, 3


def copy_form(bench: Bench) -> list[Any]:
    """All sheets of the form once more, of another unit."""
    titles = [title for title in bench.book.sheetnames if title not in ("_perf_xlsx", "填报说明")]
    copied = [copy_sheet(bench, title) for title in titles]
    for sheet in copied:
        for row in sheet.iter_rows(min_row=5, min_col=3):
            for cell in row:
                if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                    cell.value += 1
                elif cell.value == bench.value("boxes.unit"):
                    cell.value = "另一个单位"
    return copied


@damage("两个单位的表放在一个工作簿", SHEETS, tells=("R06",))
def two_forms(bench: Bench) -> None:
    copy_form(bench)


@damage("两个单位的表放在一个工作簿，名称丢失", SHEETS, tells=("R06",))
def two_forms_without_names(bench: Bench) -> None:
    copy_form(bench)
    drop_names(bench.book)


@damage("两个单位的表交错放置，名称丢失", SHEETS, tells=("R06",))
def two_forms_mixed(bench: Bench) -> None:
    copied = copy_form(bench)
    drop_names(bench.book)
    for sheet in copied[::2]:
        bench.book.move_sheet(sheet, -bench.book.index(sheet))


# ---- labels -----------------------------------------------------------------------------------------------------


HEADS = {"预算执行": (5,), "项目资金": (5,), "项目明细": (5,), INDICATORS: (5,), "自评结论": (14,)}  # header rows
LABELLED = {
    "基本信息": 99,
    "预算执行": 99,
    "项目资金": 99,
    "自评结论": 13,
}  # rows up to which column B holds labels


def relabel(bench: Bench, change: Callable[[str], str]) -> None:
    """Retype every label of the form."""
    for sheet in bench.book.worksheets:
        for row in sheet.iter_rows(min_row=5):
            for cell in row:
                head = cell.row in HEADS.get(sheet.title, ())
                if isinstance(cell.value, str) and (
                    head or (cell.column == 2 and cell.row <= LABELLED.get(sheet.title, 0))
                ):
                    cell.value = change(cell.value)


@damage("标签中间加了空格")
def labels_spaced(bench: Bench) -> None:
    relabel(bench, lambda text: "　" + text[0] + " " + text[1:] + "\u00a0")


@damage("标签加了冒号和零宽字符")
def labels_with_colon(bench: Bench) -> None:
    relabel(bench, lambda text: text[:1] + "\u200b" + text[1:].rstrip(" *") + "：")


@damage("标签换成了同义的写法和括号")
def labels_synonyms(bench: Bench) -> None:
    words = {"全年预算数": "全年预算数（A）", "全年执行数": "全年执行数（Ｂ）", "分值": "权重分值"}
    relabel(bench, lambda text: words.get(text.rstrip(" *"), text))


@damage("标签分两行写")
def labels_broken(bench: Bench) -> None:
    relabel(bench, lambda text: text[:2] + "\n" + text[2:])


@damage("标签被改成了别的字")
def labels_overwritten(bench: Bench) -> None:
    bench.book[INDICATORS]["K5"] = "打分"
    bench.cell("boxes.unit").offset(0, -1).value = "我们单位"


# ---- numbers ----------------------------------------------------------------------------------------------------


def plain_text(number: float) -> str:
    return f"{Decimal(str(number)):f}"


def retype_all(bench: Bench, change: Callable[[float], Any]) -> None:
    for _, cell in list(bench.numbers()):
        cell.value = change(cell.value)


@damage("数字存成文本", tells=("R12",))
def numbers_as_text(bench: Bench) -> None:
    retype_all(bench, plain_text)


@damage("数字是全角", tells=("R12",))
def numbers_full_width(bench: Bench) -> None:
    retype_all(bench, lambda n: "".join(chr(ord(ch) + 0xFEE0) for ch in plain_text(n)))


@damage("数字带千位逗号", tells=("R12",))
def numbers_with_commas(bench: Bench) -> None:
    retype_all(bench, lambda n: f"{Decimal(str(n)):,}")


@damage("数字带全角逗号", tells=("R12",))
def numbers_with_wide_commas(bench: Bench) -> None:
    retype_all(bench, lambda n: f"{Decimal(str(n)):,}".replace(",", "，"))


@damage("数字带空格和不可见字符", tells=("R12",))
def numbers_with_spaces(bench: Bench) -> None:
    retype_all(bench, lambda n: f"\u00a0{plain_text(n)}\u200b ".replace(".", "\u200b."))


@damage("数字写成科学记数", tells=("R12",))
def numbers_scientific(bench: Bench) -> None:
    retype_all(bench, lambda n: f"{Decimal(str(n)):E}")


@damage("金额带本表单位", tells=("R09",))
def amount_with_unit(bench: Bench) -> None:
    for path in ("funds.total.adjusted", "funds.total.executed"):
        bench.cell(path).value = f"{bench.value(path):,}万元"


@damage("金额以元为单位", reads=False, tells=("R08",))
def amount_in_yuan(bench: Bench) -> None:
    bench.cell("funds.total.executed").value = f"{bench.value('funds.total.executed') * 10000:,}元"


@damage("金额写成亿", reads=False, tells=("R08",))
def amount_in_yi(bench: Bench) -> None:
    bench.cell("funds.total.executed").value = f"{bench.value('funds.total.executed') / 10000}亿"


@damage("金额存成元，格式显示成万元", reads=False, tells=("R12",))
def amount_scaled_by_format(bench: Bench) -> None:
    for path, code in (("funds.total.executed", '0\\.0,"万元"'), ("indicators.3.actual", "#,##0,")):
        if isinstance(bench.cell(path).value, int | float):
            bench.cell(path).value = float(bench.value(path) * 10000)
            bench.cell(path).number_format = code


@damage("分值带分字", tells=("R12",))
def weight_with_unit(bench: Bench) -> None:
    bench.cell("indicators.0.weight").value = f"{bench.value('indicators.0.weight')}分"


@damage("金额大写", tells=("R12",))
def amount_in_words(bench: Bench) -> None:
    for path in ("funds.total.adjusted", "funds.total.executed"):
        bench.cell(path).value = capitals(bench.value(path) * 10000)


@damage("金额大写而没有元字", reads=False, tells=("R08",))
def amount_in_words_without_unit(bench: Bench) -> None:
    words = capitals(bench.value("funds.total.executed") * 10000)
    bench.cell("funds.total.executed").value = words.split("元")[0]


@damage("分值写成汉字", tells=("R12",))
def weight_in_words(bench: Bench) -> None:
    words = {8: "八", 10: "十", 12: "十二", 15: "拾伍"}
    bench.cell("indicators.4.weight").value = words.get(int(bench.value("indicators.4.weight")), "伍")


def capitals(yuan: Decimal) -> str:
    """An amount in yuan as it is written on a cheque."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
    text, zero = "", False
    whole, cents = divmod(int(yuan * 100), 100)
    figures = str(whole)
    for place, figure in zip(range(len(figures) - 1, -1, -1), figures, strict=True):
        if figure == "0":
            zero = True
        else:
            text += ("零" if zero and text else "") + digits[int(figure)] + units[place % 4]
            zero = False
        if place % 4 == 0 and place and whole // 10**place % 10000:
            text += "万" if place % 8 == 4 else "亿"
    tail = (f"{digits[cents // 10]}角" if cents // 10 else "") + (f"{digits[cents % 10]}分" if cents % 10 else "")
    return f"{text}元{tail or '整'}"


NEGATIVES = {
    "括号": "({})", "全角括号": "（{}）", "全角负号": "－{}", "数学负号": "−{}", "△": "△{}", "▲": "▲{}",
    "负字": "负{}",
}  # fmt: skip


def _negatives() -> None:
    for name, pattern in NEGATIVES.items():

        def apply(bench: Bench, pattern: str = pattern) -> None:
            path = "funds.total.adjustment"
            number = bench.value(path)
            cell = bench.cell(path)
            cell.value = pattern.format(f"{abs(number):,}") if number < 0 else f"{number:,}"  # 40 stays as it is

        damage(f"负数写成{name}", tells=("R12",))(apply)


_negatives()


@damage("金额带货币符号", tells=("R09",))
def amount_with_currency(bench: Bench) -> None:
    path = "funds.total.executed"
    bench.cell(path).value = f"￥{bench.value(path):,}"


@damage("数字位置填了逻辑值", reads=False, tells=("R08",))
def number_is_true(bench: Bench) -> None:
    bench.put("indicators.3.actual", "<v>1</v>", "b")
    bench.put("funds.total.executed", "<v>0</v>", "b")


@damage("数字里混了字母", reads=False, tells=("R08",))
def letter_for_a_digit(bench: Bench) -> None:
    bench.cell("indicators.3.weight").value = "1O"
    bench.cell("indicators.3.actual").value = "1O0"


@damage("金额的格式变成了日期", reads=False, tells=("R08",))
def amount_as_a_day(bench: Bench) -> None:
    bench.cell("funds.total.executed").number_format = "yyyy-mm-dd"


@damage("数字分组不对", reads=False, tells=("R08",))
def number_grouped_wrong(bench: Bench) -> None:
    bench.cell("funds.total.executed").value = "1.234,56"
    bench.cell("indicators.3.actual").value = "1,2345"


# ---- percent and fraction ---------------------------------------------------------------------------------------

SHARE = "indicators.3.actual"  # in percent in every story


@damage("百分数带百分号格式")
def percent_by_format(bench: Bench) -> None:
    cell = bench.cell(SHARE)
    cell.value, cell.number_format = float(bench.value(SHARE) / 100), "0.00%"
    rate = bench.cell("funds.total.claimed_rate")
    rate.value, rate.number_format = float(bench.value("funds.total.claimed_rate")), "0.00%"


@damage("百分号只是格式里的字")
def percent_literal(bench: Bench) -> None:
    cell = bench.cell(SHARE)
    cell.value, cell.number_format = float(bench.value(SHARE)), '0.00"%"'
    rate = bench.cell("funds.total.claimed_rate")
    rate.value, rate.number_format = float(bench.value("funds.total.claimed_rate") * 100), r"0.00\%"


@damage("百分数写成全角文本")
def percent_full_width(bench: Bench) -> None:
    bench.cell(SHARE).value = f"{bench.value(SHARE)} ％"
    bench.cell("funds.total.claimed_rate").value = f"{bench.value('funds.total.claimed_rate') * 100:.2f}％"


@damage("执行率写成小数", tells=("R12",))
def rate_as_fraction(bench: Bench) -> None:
    bench.cell("funds.total.claimed_rate").value = float(bench.value("funds.total.claimed_rate"))


@damage("执行率写成文本小数", tells=("R12",))
def rate_as_text_fraction(bench: Bench) -> None:
    bench.cell("funds.total.claimed_rate").value = str(bench.value("funds.total.claimed_rate"))


@damage("执行率只写数字")
def rate_as_number(bench: Bench) -> None:
    bench.cell("funds.total.claimed_rate").value = float(bench.value("funds.total.claimed_rate") * 100)


@damage("超过1的完成率写成小数", tells=("R12",))
def completion_as_fraction(bench: Bench) -> None:
    path = "indicators.7.claimed_completion"
    bench.cell(path).value = float(bench.value(path))


@damage("百分数写成小数，没有旁证", reads=False, tells=("R12",))
def share_as_fraction(bench: Bench) -> None:
    path = "indicators.3.midyear"
    bench.cell(path).value = float(bench.value(path) / 100)


@damage("百分数写成小数，完成率可以作证", tells=("R12",))
def share_as_fraction_with_witness(bench: Bench) -> None:
    bench.cell(SHARE).value = float(bench.value(SHARE) / 100)


# ---- formulas ---------------------------------------------------------------------------------------------------


def typed_number(bench: Bench, path: str) -> str:
    return f"{bench.value(path):f}"


@damage("公式有结果", tells=("R11",))
def formula_with_result(bench: Bench) -> None:
    for path in ("indicators.3.actual", "funds.total.executed"):
        bench.put(path, f"<f>1+1</f><v>{typed_number(bench, path)}</v>")


@damage("公式引用别的工作簿，有结果", tells=("R11",))
def linked_with_result(bench: Bench) -> None:
    path = "funds.total.adjusted"
    bench.put(path, f"<f>[1]汇总!$B$3</f><v>{typed_number(bench, path)}</v>")


@damage("数组公式和共享公式有结果", tells=("R11",))
def array_formula(bench: Bench) -> None:
    one, other = "indicators.3.actual", "indicators.4.actual"
    bench.put(one, f'<f t="array" ref="I9">SUM(I6:I8)</f><v>{typed_number(bench, one)}</v>')
    bench.put(other, f'<f t="shared" si="0"/><v>{typed_number(bench, other)}</v>')


@damage("公式没有结果", reads=False, tells=("R10",))
def formula_without_result(bench: Bench) -> None:
    bench.cell("indicators.3.actual").value = "=H9+1"
    bench.cell("funds.total.executed").value = "=[1]汇总!B3"
    bench.cell("boxes.unit").value = "=A1"


def _errors() -> None:
    for error in ("#DIV/0!", "#REF!", "#N/A"):

        def apply(bench: Bench, error: str = error) -> None:
            bench.put("indicators.3.actual", f"<f>1/0</f><v>{error}</v>", "e")
            bench.put("funds.total.claimed_rate", f"<v>{error}</v>", "e")
            bench.put("indicators.3.sign", f"<v>{error}</v>", "e")

        damage(f"错误值{error}", reads=False, tells=("R10",))(apply)


_errors()


@damage("WPS单元格图片", reads=False, tells=("R10",))
def picture_in_cell(bench: Bench) -> None:
    formula = '_xlfn.DISPIMG("ID_1",1)'
    bench.put("boxes.unit", f"<f>{escape(formula)}</f><v>={escape(formula)}</v>", "str")


# ---- merged, hidden, commented ----------------------------------------------------------------------------------


@damage("两行的偏差原因合并了", MERGED, reads=False, tells=("R21",))
def reasons_merged(bench: Bench) -> None:
    bench.book[INDICATORS].merge_cells("N7:N8")


@damage("两行的实际完成值合并了", MERGED, reads=False, tells=("R07",))
def actuals_merged(bench: Bench) -> None:
    bench.book[INDICATORS].merge_cells("I8:I9")


@damage("偏差原因与改进措施合并了", MERGED, reads=False, tells=("R21",))
def reason_and_improvement_merged(bench: Bench) -> None:
    bench.book[INDICATORS].merge_cells("N7:O7")


@damage("合计的预算数与执行数合并了", MERGED, reads=False, tells=("R07",))
def total_merged_sideways(bench: Bench) -> None:
    row = bench.cell("funds.total.executed").row
    bench.funds.merge_cells(f"E{row}:F{row}")


@damage("内容与说明合并了", MERGED)
def value_and_help_merged(bench: Bench) -> None:
    row = bench.cell("boxes.unit").row
    bench.book["基本信息"].merge_cells(f"C{row}:D{row}")


@damage("两行的金额合并了", MERGED, reads=False, tells=("R21",))
def amounts_merged(bench: Bench) -> None:
    bench.funds.merge_cells("E8:E9")


@damage("同级指标合并了", MERGED)
def levels_merged(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    if sheet["B6"].value and sheet["B6"].value == sheet["B7"].value:
        sheet.merge_cells("B6:B7")


@damage("同级指标只写在第一行", MERGED)
def levels_in_the_first_row(bench: Bench) -> None:
    for key in ("level1", "level2"):
        last = None
        for number in range(8):
            cell = bench.cell(f"indicators.{number}.{key}")
            if isinstance(cell, MergedCell) or cell.value is None:
                continue
            same, last = cell.value == last, cell.value
            cell.value = None if same and bench.value(f"indicators.{number}.level1") == "产出指标" else cell.value


@damage("隐藏行", tells=("R22",))
def rows_hidden(bench: Bench) -> None:
    for row in (7, 8):
        bench.book[INDICATORS].row_dimensions[row].hidden = True


@damage("筛选后保存", tells=("R22",))
def rows_filtered(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    sheet.auto_filter.ref = "A5:Q65"
    sheet.auto_filter.add_filter_column(4, ["≥"])
    for row in (7, 9):
        sheet.row_dimensions[row].hidden = True


@damage("隐藏列", tells=("R22",))
def column_hidden(bench: Bench) -> None:
    bench.book[INDICATORS].column_dimensions["H"].hidden = True


@damage("填报格上有批注")
def comments(bench: Bench) -> None:
    for path in ("boxes.unit", "indicators.3.actual", "funds.total.executed"):
        if not isinstance(cell := bench.cell(path), MergedCell):  # another damage may have merged it
            cell.comment = Comment("请核对：应为 77", "审核")


@damage("填报格上有图片")
def picture(bench: Bench) -> None:
    basics = bench.book["基本信息"]

    def draw(parts: dict[str, bytes]) -> None:
        sheet = f"xl/worksheets/sheet{bench.book.index(basics) + 1}.xml"
        rels = sheet.replace("worksheets/", "worksheets/_rels/") + ".rels"
        if sheet not in parts or rels in parts:
            return
        space = "http://schemas.openxmlformats.org"
        office = f"{space}/officeDocument/2006/relationships"
        top = f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="rId1" Type="{office}'
        parts[rels] = f'{top}/drawing" Target="../drawings/drawing9.xml"/></Relationships>'.encode()
        parts["xl/drawings/_rels/drawing9.xml.rels"] = (
            f'{top}/image" Target="../media/image9.png"/></Relationships>'.encode()
        )
        parts["xl/media/image9.png"] = PICTURE
        main = f"{space}/drawingml/2006"
        parts["xl/drawings/drawing9.xml"] = (
            f'<xdr:wsDr xmlns:xdr="{main}/spreadsheetDrawing" xmlns:a="{main}/main" xmlns:r="{office}">'
            "<xdr:oneCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>4</xdr:row>"
            '<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="990000" cy="990000"/><xdr:pic><xdr:nvPicPr>'
            '<xdr:cNvPr id="2" name="公章"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/>'
            "</xdr:blipFill><xdr:spPr/></xdr:pic><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
        ).encode()
        types = parts["[Content_Types].xml"].decode().replace(
            "</Types>",
            '<Default Extension="png" ContentType="image/png"/><Override PartName="/xl/drawings/drawing9.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/></Types>',
        )  # fmt: skip
        parts["[Content_Types].xml"] = types.encode()
        data = (
            parts[sheet].decode().replace("</worksheet>", f'<drawing xmlns:r="{office}" r:id="rId1"/></worksheet>')
        )
        parts[sheet] = data.encode()

    bench.later.append(draw)


# ---- texts and dates --------------------------------------------------------------------------------------------


@damage("文字带空格和不可见字符")
def texts_with_spaces(bench: Bench) -> None:
    unit = bench.cell("boxes.unit")
    if unit.value not in bench.raw:  # another damage has put something else there
        unit.value = f"\u200b {unit.value}\u00a0\u3000"
    name = bench.cell("indicators.2.name")
    name.value = f"{name.value[:2]}\ufeff{name.value[2:]}\n"
    bench.cell("indicators.2.unit").value += "\u00a0"
    bench.cell("boxes.money_unit").value = " 万\u200b元"
    bench.cell("claimed.grade").value += "\u3000"


@damage("内容前重复了栏目名称", tells=("R12",))
def label_before_the_text(bench: Bench) -> None:
    if bench.cell("boxes.unit").value not in bench.raw:
        bench.cell("boxes.unit").value = f"单位名称： {bench.value('boxes.unit')}"


@damage("文字分成几种字体，带拼音")
def rich_strings(bench: Bench) -> None:
    text = bench.value("boxes.unit")
    runs = f"<r><t>{text[:3]}</t></r><r><rPr><b/></rPr><t>{text[3:]}</t></r>"
    phonetic = '<rPh sb="0" eb="2"><t>pinyin</t></rPh><phoneticPr fontId="1"/>'
    bench.put("boxes.unit", f"<is>{runs}{phonetic}</is>", "inlineStr")
    shared = f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{MAIN}"><si>{runs}{phonetic}</si></sst>'

    def share(parts: dict[str, bytes]) -> None:
        """As Excel has it, where this writer has no shared strings of its own."""
        if "xl/sharedStrings.xml" in parts:
            return
        parts["xl/sharedStrings.xml"] = shared.encode()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        put_in(
            parts,
            "[Content_Types].xml",
            "</Types>",
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>',
        )
        put_in(
            parts, "xl/_rels/workbook.xml.rels", "</Relationships>",
            f'<Relationship Id="rId99" Type="{space}/sharedStrings" Target="sharedStrings.xml"/>',
        )  # fmt: skip
        for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
            cell = re.compile(rb't="inlineStr"><is>(?:(?!</is>).)*<rPh.*?</is>', re.DOTALL)
            parts[name] = cell.sub(b't="s"><v>0</v>', parts[name])

    bench.later.append(share)


def put_in(parts: dict[str, bytes], name: str, before: str, text: str) -> None:
    parts[name] = parts[name].decode().replace(before, text + before).encode()


@damage("指标性质写成别的样子")
def signs_in_words(bench: Bench) -> None:
    words = {"≥": "＞＝", "≤": "不超过", "=": "＝", "定性": "定性 "}
    for number in range(8):
        cell = bench.cell(f"indicators.{number}.sign")
        cell.value = words.get(cell.value, cell.value)


@damage("级别后面写了分值")
def levels_with_points(bench: Bench) -> None:
    for number in range(8):
        cell = bench.cell(f"indicators.{number}.level1")
        cell.value = cell.value and f"{cell.value}（{number + 10} 分）"


@damage("定性的完成值写成表上的说法")
def judged_as_printed(bench: Bench) -> None:
    for number in range(8):
        cell = bench.cell(f"indicators.{number}.actual")
        cell.value = "达成预期指标" if cell.value == "达成" else cell.value


DATES: Mapping[str, Callable[[datetime.date], Any]] = {
    "2024.4.15": lambda day: f"{day.year}.{day.month}.{day.day}",
    "2024/04/15": lambda day: f"{day:%Y/%m/%d}",
    "2024年4月15日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "全角": lambda day: "".join(chr(ord(ch) + 0xFEE0) for ch in f"{day.year}/{day.month}/{day.day}"),
    "20240415": lambda day: int(f"{day:%Y%m%d}"),
    "文本20240415": lambda day: f"{day:%Y%m%d}",
    "没有日期格式的序号": lambda day: (day - datetime.date(1899, 12, 30)).days,
    "文本日期": lambda day: day.isoformat() + " ",
    "二〇二四年四月十五日": lambda day: chinese_day(day),
    "2024年4月15号（星期一）": lambda day: f"{day.year}年{day.month}月{day.day}号（星期一）",
    "顿号隔开": lambda day: f"{day.year}、{day.month}、{day.day}",
    "填报日期：2024年4月15日": lambda day: f"填报日期：{day.year}年{day.month}月{day.day}日",
    "没有日期格式的序号带时间": lambda day: (day - datetime.date(1899, 12, 30)).days + 0.5,
    "带时间": lambda day: datetime.datetime(day.year, day.month, day.day, 10, 30),
}


def chinese_day(day: datetime.date) -> str:
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(figure)] for figure in str(day.year))

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")

    return f"{year}年{small(day.month)}月{small(day.day)}日"


def _dates() -> None:
    for name, write in DATES.items():

        def apply(bench: Bench, write: Callable[[datetime.date], Any] = write) -> None:
            cell = bench.cell("boxes.filled_on")
            cell.value = write(datetime.date.fromisoformat(bench.value("boxes.filled_on")))
            cell.number_format = "yyyy-mm-dd" if isinstance(cell.value, datetime.datetime) else "General"

        damage(f"日期写成{name}")(apply)


_dates()


@damage("日期只写了月份", reads=False, tells=("R15",))
def month_only(bench: Bench) -> None:
    bench.cell("boxes.filled_on").value = "2024年4月"


def labels_of_path(form: str, path: str) -> set[str]:
    """How a finding on lost structure may name the box at a path: the block, or the block with a label."""
    parts = path.split(".")
    key = {"claimed": lambda: f"claimed_{parts[1]}"}.get(parts[0], lambda: parts[-1])()
    found = {"自评表"}
    for block in (block for sheet in load_form(form).sheets for block in sheet.blocks):
        if parts[0] in ("boxes", "claimed") and hasattr(block, "boxes"):
            found |= {t for b in block.boxes if b.key == key for t in (block.title, f"{block.title}·{b.label}")}
        elif block.key == parts[0]:
            found |= {block.title, *(f"{block.title}·{b.label}" for b in block.columns if b.key == key)}
            found |= {f"{block.title}·{x.label}" for x in getattr(block, "lines", ()) if x.key == parts[1]}
    return found
