"""A worksheet of XlsxWriter whose long table goes to disk as our own XML, a row at a time.

XlsxWriter remembers, checks and dresses each cell by itself, which takes most of the time of a table of a million
cells that are all alike; and it refuses an Excel table on a sheet that is written so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from msgspec import Struct, field
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from perf_xlsx.ooxml import MAX_TEXT
from perf_xlsx.ooxml.sheet_xml import text_xml
from perf_xlsx.sheets.writer import safe
from perf_xlsx.system.pattern import pattern


def fitting(text: str) -> str:
    """A text that XML and Excel can hold: no control characters, no more than so many units of UTF-16."""
    text = text if text.isprintable() else safe(text)
    if len(text) <= MAX_TEXT // 2:
        return text
    return text.encode("utf-16-le")[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")


def inline(text: str) -> str:
    """A cell from behind its format on, holding this text."""
    return f' t="inlineStr"><is>{text_xml(fitting(text))}</is></c>'


_often = lru_cache(1 << 11)(inline)  # units, forms and indicators' levels come row after row
OFTEN = 40  # characters; longer texts come once


class FileLink(Url):
    """A link to a file by its relative path, slashes forward: backslashes mean nothing outside Windows."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"external:{path}")
        self.path, self.text = path, text
        self._relationship_link = _UNSAFE.sub(lambda found: quote(found[0], safe=""), path)


class Links(Struct):
    """The links of one column by row, as XlsxWriter asks for them; only paths are kept, for there are many."""

    column: int
    paths: dict[int, str] = field(default_factory=dict)

    def keys(self) -> Iterable[int]:
        """The rows."""
        return self.paths.keys()

    def __getitem__(self, row: int) -> dict[int, FileLink]:
        return {self.column: FileLink(self.paths[row], "")}


_UNSAFE = pattern(r"[^\w.~/!$&'()+,;=@\x80-\U0010ffff-]", re.ASCII)

CellValue = str | int | Decimal | FileLink | None


class TableSheet(Worksheet):
    """Its head is written as on any sheet, top down; then `begin_rows`, and only `add_row` from there."""

    def stretched_table(self, first: int, last: int, heads: Iterable[str], name: str) -> None:
        """A table from the header row `first` to `last`; to be called before the header is written.

        XlsxWriter refuses tables for such sheets, because it writes the headers itself and remembers every cell.
        So it gets two rows only, and the range is stretched; its headers are overwritten by ours.
        """
        columns = [{"header": head} for head in heads]
        self.constant_memory = False
        try:
            self.add_table(
                first, 0, first + 1, len(columns) - 1, {"columns": columns, "name": name, "style": None}
            )
        finally:
            self.constant_memory = True
        area = xl_range(first, 0, last, len(columns) - 1)
        self.tables[-1].update(range=area, a_range=area, autofilter=area)

    def begin_rows(self, first: int, last: int, styles: Iterable[Any], link_style: Any) -> None:
        """Rows first to last come now, their columns in these formats; what was written above goes to disk."""
        self._check_dimensions(last, 0)
        self._write_single_row(first)
        self.columns = [
            (f'<c r="{xl_col_to_name(column)}', f'" s="{style._get_xf_index()}"')
            for column, style in enumerate(styles)
        ]
        self.hyperlinks = Links(len(self.columns) - 1)  # the link column is the last
        self.link_look = f'" s="{link_style._get_xf_index()}"'

    def add_row(self, row: int, height: float, values: Iterable[CellValue]) -> None:
        """The next row, its height in points; text is always text."""
        number = row + 1
        cells = [f'<row r="{number}" ht="{height:.10g}" customHeight="1">']
        for (place, look), value in zip(self.columns, values, strict=True):
            if value is None or value == "":
                cells.append(f"{place}{number}{look}/>")
            elif isinstance(value, str):
                cells.append(f"{place}{number}{look}{(_often if len(value) < OFTEN else inline)(value)}")
            elif isinstance(value, FileLink):
                self.hyperlinks.paths[row] = value.path
                cells.append(f"{place}{number}{self.link_look}{inline(value.text)}")
            else:
                cells.append(f"{place}{number}{look}><v>{float(value):.16G}</v></c>")
        cells.append("</row>")
        self.row_data_fh.write("".join(cells))
