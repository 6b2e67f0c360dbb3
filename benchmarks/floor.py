"""The floor: the least any such program does. Calamine reads, XlsxWriter writes, zipfile copies the package."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.recorded import Chart, Look, Work


def score(source: Path, output: Path, work: Work) -> None:
    """Read all sheets, write three such sheets, rewrite the package."""
    data = source.read_bytes()
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    _sheets(work)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info, old.read(info))


def _sheets(work: Work) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    looks: dict[Look, xlsxwriter.format.Format] = {}
    for recorded in work.sheets:
        sheet = book.add_worksheet(recorded.title)
        for area in recorded.merges:
            sheet.merge_range(*area, "")
        for row, column, value, look in recorded.cells:
            if look not in looks:
                looks[look] = book.add_format(_properties(look))
            if value is None:
                sheet.write_blank(row, column, None, looks[look])
            elif isinstance(value, str):
                sheet.write_string(row, column, value, looks[look])
            else:
                sheet.write_number(row, column, value, looks[look])
        for row, column, target, text in recorded.links:
            sheet.write_url(row, column, f"internal:{target}", string=text)
        for column, width in recorded.widths:
            sheet.set_column(column, column, width)
        for row, height in recorded.heights:
            sheet.set_row(row, height)
        if recorded.chart:
            sheet.insert_chart(*recorded.chart.at, _chart(book, recorded.title, recorded.chart))
    book.close()
    return buffer.getvalue()


def _chart(book: xlsxwriter.Workbook, sheet: str, recorded: Chart) -> Any:
    chart, (first, last) = book.add_chart({"type": "bar"}), recorded.rows
    chart.set_title({"name": recorded.title})
    for name, column in recorded.series:
        categories = [sheet, first, recorded.categories, last, recorded.categories]
        chart.add_series({"name": name, "categories": categories, "values": [sheet, first, column, last, column]})
    return chart


def _properties(look: Look) -> dict[str, Any]:
    bold, size, ink, fill, border, horizontal, code = look
    found = {"bold": bold, "font_size": size, "font_color": ink, "border": int(border), "valign": "vcenter"}
    found |= {"text_wrap": True, "num_format": code}
    return found | ({"bg_color": fill} if fill else {}) | ({"align": horizontal} if horizontal else {})
