"""A worksheet of XlsxWriter that writes the rows of a long table to disk, as XML of our own.

XlsxWriter stores, checks and formats every cell separately, which takes most of the time for a million similar
cells; and it does not allow an Excel table on a sheet written in constant memory.
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
    """The text without control characters, cut to the UTF-16 units that an Excel cell can hold."""
    text = text if text.isprintable() else safe(text)
    if len(text) <= MAX_TEXT // 2:
        return text
    return text.encode("utf-16-le")[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")


def inline(text: str) -> str:
    """The XML of a text cell, from the end of its style attribute on."""
    return f' t="inlineStr"><is>{text_xml(fitting(text))}</is></c>'


_often = lru_cache(1 << 11)(inline)  # units, forms and levels repeat in many rows
OFTEN = 40  # characters; longer texts rarely repeat


class FileLink(Url):
    """A link to a file by its relative path with forward slashes, which also work outside Windows."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"external:{path}")
        self.path, self.text = path, text
        self._relationship_link = _UNSAFE.sub(lambda found: quote(found[0], safe=""), path)


class Links(Struct):
    """The links of one column by row, in the interface that XlsxWriter expects; stores only the paths."""

    column: int
    paths: dict[int, str] = field(default_factory=dict)

    def keys(self) -> Iterable[int]:
        """The rows."""
        return self.paths.keys()

    def __getitem__(self, row: int) -> dict[int, FileLink]:
        return {self.column: FileLink(self.paths[row], "")}


_UNSAFE = pattern(r"[^\w.~/!$&'()+,;=@\x80-\U0010ffff-]", re.ASCII)

SheetValue = str | int | Decimal | FileLink | None


class TableSheet(Worksheet):
    """Write the cells above the table as usual, top down; then call `begin_rows`, after that only `add_row`."""

    def stretched_table(self, first: int, last: int, heads: Iterable[str], name: str) -> None:
        """Add a table from the header row `first` to `last`. Call it before the header is written.

        XlsxWriter refuses tables in constant memory, because it writes the headers itself. So the table is added
        with two rows, and its range is extended; the caller then overwrites the headers.
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
        """Begin the rows `first` to `last` with these column formats, and flush everything above to disk."""
        self._check_dimensions(last, 0)
        self._write_single_row(first)
        self.columns = [
            (f'<c r="{xl_col_to_name(column)}', f'" s="{style._get_xf_index()}"')
            for column, style in enumerate(styles)
        ]
        self.hyperlinks = Links(len(self.columns) - 1)  # the link column is the last
        self.link_look = f'" s="{link_style._get_xf_index()}"'

    def add_row(self, row: int, height: float, values: Iterable[SheetValue]) -> None:
        """Add a row; its height is in points. Text is never read as a number or formula."""
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
