"""退回清单.xlsx: a row a letter, from which mail can be merged: the heads are in the first row."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO

from msgspec import Struct

from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import PROPERTY_PREFIX, RETURN_LIST
from perf_xlsx.sheets.writer import Canvas

NAME = "退回清单.xlsx"
CREATED = datetime.datetime(2020, 1, 1)  # fixed: the same input gives the same bytes
COLUMNS: tuple[tuple[str, float], ...] = (
    ("序号", 5), ("单位编码", 9), ("单位", 20), ("联系人", 16), ("事项", 8), ("自评表", 16), ("报送文件", 16),
    ("报送次数", 6), ("错误", 5), ("须说明", 7), ("期限", 14), ("信函", 20),
)  # fmt: skip
COUNTS = frozenset(("序号", "报送次数", "错误", "须说明"))


class Row(Struct, frozen=True):
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


def list_workbook(rows: Sequence[Row]) -> bytes:
    """The workbook, in the order of the list of units, else of the returns."""
    out = BytesIO()
    canvas = Canvas(out)
    canvas.book.set_properties({"title": "退回清单", "created": CREATED})
    canvas.book.set_custom_property(f"{PROPERTY_PREFIX}form", RETURN_LIST, "text")
    sheet = canvas.book.add_worksheet("退回清单")
    for column, (head, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        canvas.text(sheet, 0, column, head, canvas.head)
    sheet.set_row(0, 34)
    text = canvas.style(border=1, align="left")
    number = canvas.style(border=1, align="center", num_format="0")
    for at, row in enumerate(sorted(rows, key=lambda one: one.rank), 1):
        values = (
            at, row.code, row.unit, row.contact, row.matter, row.form, row.file, row.round, row.errors,
            row.warnings, row.until, row.letter,
        )  # fmt: skip
        for column, ((head, _), value) in enumerate(zip(COLUMNS, values, strict=True)):
            shown_as = Decimal(value) if isinstance(value, int) else value or None
            canvas.typed(sheet, at, column, shown_as, number if head in COUNTS else text)
        shown = [
            (value, width) for (_, width), value in zip(COLUMNS, values, strict=True) if isinstance(value, str)
        ]
        sheet.set_row(at, s.height_for(shown, 20))
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) - 1)
    sheet.repeat_rows(0)
    canvas.print_setup(sheet, landscape=True)
    canvas.book.close()
    return out.getvalue()
