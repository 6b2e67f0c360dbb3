"""The floor: the least any such program does. Calamine reads, XlsxWriter writes, zipfile copies the package."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks.recorded import Look, Work


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
        for row, column, value, look in recorded.cells:
            if look not in looks:
                bold, size, ink, fill, border, horizontal = look
                style = {
                    "bold": bold,
                    "font_size": size,
                    "border": int(border),
                    "valign": "vcenter",
                    "text_wrap": True,
                }
                if fill:
                    style["bg_color"] = f"#{fill[-6:]}"
                if ink:
                    style["font_color"] = f"#{ink[-6:]}"
                if horizontal != "general":
                    style["align"] = horizontal
                looks[look] = book.add_format(style)
            if value is None:
                sheet.write_blank(row - 1, column - 1, None, looks[look])
            elif isinstance(value, str):
                sheet.write_string(row - 1, column - 1, value, looks[look])
            else:
                sheet.write(row - 1, column - 1, value, looks[look])
        for letter, width in recorded.widths:
            sheet.set_column(f"{letter}:{letter}", width)
        for row, height in recorded.heights:
            sheet.set_row(row - 1, height)
    book.close()
    return buffer.getvalue()
