"""What LibreOffice prints of a sheet, measured: sizes of type, and which characters stand at which height."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec import Struct

from tests.kit.libreoffice import converted

PDFTOTEXT = shutil.which("pdftotext")
needs_pdftotext = pytest.mark.skipif(PDFTOTEXT is None, reason="pdftotext (poppler-utils) is not installed")
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
TOP, BOTTOM = 0.6 * 72, 0.7 * 72  # margins of the sheets that scoring adds


class Word(Struct, frozen=True):
    """A word on a page: its text, where it is, and how wide; points from the upper left corner."""

    text: str
    middle: float
    width: float

    @property
    def size(self) -> float:
        """The size of its type; 0 where it has other characters than full ones, which alone are as wide as high."""
        full = all(unicodedata.east_asian_width(one) == "W" for one in self.text)
        return self.width / len(self.text) if full and len(self.text) > 1 else 0


class Page(Struct, frozen=True):
    """A printed page."""

    height: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Its words without spaces between them."""
        return "".join(word.text for word in self.words)

    def between(self, top: float, bottom: float) -> Counter[str]:
        """The characters at a height, full stops and the like too."""
        return Counter("".join(word.text for word in self.words if top <= word.middle < bottom))


def printed(path: Path, sheet: str) -> list[Page]:
    """The pages of one sheet, printed without the others."""
    book = openpyxl.load_workbook(path)
    for other in book.sheetnames:
        if other != sheet:
            del book[other]
    for name in list(book.defined_names):
        del book.defined_names[name]
    alone = path.with_name(f"{path.stem}-alone.xlsx")
    book.save(alone)
    return printed_whole(alone)


def printed_whole(path: Path) -> list[Page]:
    """The pages of all sheets of a workbook."""
    pdf = converted(path.parent, "pdf", path)
    text = subprocess.run([str(PDFTOTEXT), "-bbox", str(pdf), "-"], check=True, capture_output=True, text=True)
    return [Page(float(height), tuple(_words(inside))) for _, height, inside in PAGE.findall(text.stdout)]


def _words(inside: str) -> Iterator[Word]:
    for left, top, right, bottom, text in WORD.findall(inside):
        yield Word(unescape(text), (float(top) + float(bottom)) / 2, float(right) - float(left))


def sizes(pages: list[Page]) -> list[float]:
    """The sizes of type of all words that tell it."""
    return [word.size for page in pages for word in page.words if word.size]


def cut_off(sheet: Any, pages: list[Page]) -> list[str]:
    """Rows of a sheet of which not all characters are printed at the row's own height, at whatever scale fits best.

    What is merged over several rows is left out.
    """
    tall = {(area.min_row, area.min_col) for area in sheet.merged_cells.ranges if area.size["rows"] > 1}
    return min((_cut_off(sheet, pages, percent / 100, tall) for percent in range(100, 79, -1)), key=len)


def _cut_off(sheet: Any, pages: list[Page], scale: float, tall: set[tuple[int, int]]) -> list[str]:
    found = []
    for row, page, top, bottom in _placed(sheet, pages, scale):
        shown = [c for c in sheet[row] if isinstance(c.value, str) and (row, c.column) not in tall]
        wanted = Counter("".join("".join(str(c.value).split()) for c in shown))
        if missing := wanted - page.between(top, bottom):
            found.append(f"{row}: {''.join(missing.elements())}")
    return found


def _placed(sheet: Any, pages: list[Page], scale: float) -> Iterator[tuple[int, Page, float, float]]:
    """Each row with its page, and where it begins and ends there."""
    heads = sheet.print_title_rows
    head = int(heads.split("$")[1].rstrip(":")) if heads else sheet.max_row
    repeated = sheet.row_dimensions[head].height if heads else 0
    begun = {one.id + 1 for one in sheet.row_breaks.brk}
    rest, top = iter(pages), TOP
    page = next(rest)
    for row in range(1, sheet.max_row + 1):
        height = sheet.row_dimensions[row].height * scale
        if row in begun or top + height > page.height - BOTTOM + 0.5:
            page, top = next(rest, page), TOP + (repeated * scale if row > head else 0)
        yield row, page, top, top + height
        top += height
