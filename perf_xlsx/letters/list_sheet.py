"""退回清单.xlsx: a row a letter, from which mail can be merged: the heads are in the first row."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from io import BytesIO

from msgspec import Struct
from msgspec.structs import astuple

from perf_xlsx.sheets import a4
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import PROPERTY_PREFIX, RETURN_LIST
from perf_xlsx.sheets.table_sheet import TableSheet
from perf_xlsx.sheets.writer import WorkbookCanvas
from perf_xlsx.system.temporary_database import temporary_database

NAME = "退回清单.xlsx"
CREATED = datetime.datetime(2020, 1, 1)  # fixed: the same input gives the same bytes
COLUMNS: tuple[tuple[str, float], ...] = (
    ("序号", 5), ("单位编码", 8.5), ("单位", 16), ("联系人", 12.5), ("事项", 8.5), ("自评表", 15),
    ("报送文件", 15), ("报送次数", 6), ("错误", 5), ("须说明", 7), ("期限", 10), ("信函", 14.5),
)  # fmt: skip
COUNTS = frozenset(("序号", "报送次数", "错误", "须说明"))


class LetterRow(Struct, frozen=True):
    """One letter, or a return with errors that gets none; `rank` is its row in the list of units."""

    rank: float
    code: str
    unit: str
    contact: str
    matter: str
    form: str
    file: str
    round: int | None
    errors: int | None
    warnings: int | None
    until: str
    letter: str
    year: int | None
    forms: int = 1


class LetterRows:
    """The rows of the list, in a temporary database. Use it in a `with` block."""

    def __enter__(self) -> LetterRows:
        self._database, self._count = temporary_database(), 0
        self._years: set[int] = set()
        self._database.execute("create table row (rank, more text)")
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, row: LetterRow) -> None:
        """One more."""
        self._count += 1
        self._years |= {row.year} if row.year else set()
        more = json.dumps(astuple(row))  # names may hold half a character
        self._database.execute("insert into row values (?, ?)", (row.rank, more))

    @property
    def years(self) -> frozenset[int]:
        """The years of all returns."""
        return frozenset(self._years)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[LetterRow]:
        """In the order of the list of units, else of the returns."""
        for (more,) in self._database.execute("select more from row order by rank, rowid"):
            yield LetterRow(*json.loads(more))


def list_workbook(rows: LetterRows, sender: str = "") -> bytes:
    """The workbook. There must be rows. Title, year and sender are in the page's head: row 1 is for mail merge."""
    out = BytesIO()
    canvas = WorkbookCanvas(out, streamed=True)
    canvas.book.set_properties({"title": "退回清单", "created": CREATED})
    canvas.book.set_custom_property(f"{PROPERTY_PREFIX}form", RETURN_LIST, "text")
    sheet = canvas.book.add_worksheet("退回清单", TableSheet)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    sheet.repeat_rows(0)
    sheet.set_header(s.page_header("　".join(filter(None, (s.of_years("退回清单", rows.years), sender)))))
    canvas.print_setup(sheet, landscape=True, scale=a4.SCALE)
    sheet.set_row(0, 34)
    for column, (head, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        canvas.text(sheet, 0, column, head, canvas.head)
    text = canvas.style(border=1, align="left")
    number = canvas.style(border=1, align="center", num_format="0")
    sheet.begin_rows(1, len(rows), [number if head in COUNTS else text for head, _ in COLUMNS], text)
    for at, row in enumerate(rows, 1):
        values = (
            at, row.code, row.unit, row.contact, row.matter, row.form, row.file, row.round, row.errors,
            row.warnings, row.until, row.letter,
        )  # fmt: skip
        shown = [
            (value, width) for (_, width), value in zip(COLUMNS, values, strict=True) if isinstance(value, str)
        ]
        sheet.add_row(at, s.height_for(shown, 20), values)
    canvas.book.close()
    return out.getvalue()
