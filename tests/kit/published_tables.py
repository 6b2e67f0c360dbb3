"""The published forms of fixtures/published as tables: where the headers of each are, which columns hold values.

What a column is for follows from its own printed header, by the lists of `synonyms`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from msgspec import Struct
from openpyxl.utils import column_index_from_string as number_of
from openpyxl.utils import range_boundaries

from tests import FIXTURES

PUBLISHED = FIXTURES / "published"
Cell = tuple[int, int]


class Part(Struct, frozen=True):
    """A table: the rows of its header, its last row, and its columns of values; "E:G" stay together."""

    head: tuple[int, int]
    last: int
    columns: str

    @property
    def groups(self) -> list[range]:
        """The columns of values; those below one heading as one group."""
        ends = (group.partition(":") for group in self.columns.split())
        return [range(number_of(first), number_of(last or first) + 1) for first, _, last in ends]


class Form(Struct, frozen=True):
    """A published form; `money` is None where names stand beside values."""

    indicators: Part
    money: Part | None
    sheet: int = 0


def _one(head: int, last: int, columns: str) -> Part:
    return Part((head, head), last, columns)


FORMS: Mapping[str, Form] = {
    "ah-xiaoxian": Form(_one(11, 28, "E F G H I"), _one(5, 8, "E F G H I")),
    "cq-liangping": Form(_one(8, 14, "C D E F G H I"), _one(3, 5, "D E F G H I")),
    "hb-shangwu": Form(_one(10, 19, "E F G"), _one(8, 9, "D E F G")),
    "he-chengan": Form(Part((11, 12), 18, "D E:G H I J:L"), None),
    "hn-guantang": Form(_one(13, 18, "E F G H I"), _one(4, 5, "D E F G H I"), 1),
    "layout-neimeng": Form(_one(6, 12, "E F G H I J K"), _one(4, 5, "D E F G H I")),
    "nx-yuanzhou": Form(_one(12, 23, "E F G H I"), _one(6, 10, "D F H")),
    "old-ah-guichi-cunji": Form(_one(13, 21, "E F G H I"), _one(6, 10, "D E F G H I")),
    "old-cq-kexuecheng": Form(_one(8, 27, "C D E F G H I J K"), _one(4, 5, "C D E F G H")),
    "old-hb-huangshi": Form(_one(10, 20, "E F G"), _one(8, 9, "D E F G")),
    "old-jx-shangrao": Form(_one(13, 17, "E F G H I"), _one(6, 10, "D E F G H I")),
    "old-nx-yinchuan": Form(_one(8, 26, "D E F G H I"), _one(5, 7, "C D E F")),
    "old-sc-daying225": Form(_one(14, 19, "E F G H I J K"), _one(8, 13, "D E F G H I")),
    "sc-qingshen": Form(_one(14, 17, "E F G H I J K"), _one(8, 13, "D E F G H I")),
    "sd-licheng": Form(_one(12, 29, "E F G H I J"), _one(8, 11, "D E F G H")),
    "sh-putuo-2forms": Form(_one(12, 18, "E F G H I"), _one(5, 9, "D E F G H I")),
    "sx-jishan-yibao": Form(_one(13, 20, "E F G H I"), _one(6, 10, "D E F G H I")),
    "yn-linxiang": Form(_one(12, 21, "E F G H I"), _one(5, 9, "D E F G H I")),
}


def fold(text: Any) -> str:
    """A label without spaces, with half-width brackets and colons."""
    return re.sub(r"\s", "", str(text)).translate(str.maketrans("（），：", "(),:"))


class Sheet(Struct):
    """One sheet that is being retyped; `origin` gives for each cell the one that it was."""

    cells: dict[Cell, Any]
    merges: list[tuple[int, int, int, int]]  # top, left, bottom, right
    origin: dict[Cell, Cell]
    form: Form

    @classmethod
    def of(cls, path: Path, form: Form) -> Sheet:
        """The sheet of a form in a workbook."""
        sheet = openpyxl.load_workbook(path).worksheets[form.sheet]
        cells = {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        bounds = [range_boundaries(str(area)) for area in sheet.merged_cells.ranges]
        merges = [(top, left, bottom, right) for left, top, right, bottom in bounds]
        every = {(row, column) for row in range(1, 80) for column in range(1, 30)}
        return cls(cells, merges, {at: at for at in every}, form)

    def save(self, path: Path) -> Path:
        """Write it as the one sheet of a workbook."""
        book = openpyxl.Workbook()
        sheet = book.active
        for (row, column), value in self.cells.items():
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
        for top, left, bottom, right in self.merges:
            if (top, left) != (bottom, right):
                sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        book.save(path)
        return path

    def now(self) -> Mapping[Cell, Cell]:
        """Where each cell of the original is now."""
        return {was: at for at, was in self.origin.items()}

    def header_of(self, column: int, part: Part) -> list[Cell]:
        """The cells of a header above a column, and those merged over it."""
        found = []
        for row in range(part.head[0], part.head[1] + 1):
            areas = (m for m in self.merges if m[0] <= row <= m[2] and m[1] <= column <= m[3])
            top, left, *_ = next(areas, (row, column))
            if (top, left) in self.cells:
                found.append((top, left))
        return found

    def roles(self, part: Part, words: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> dict[str, int]:
        """The column of each meaning whose header is printed, by the surest text of its header."""
        names = {fold(label): key for key, (labels, _) in words.items() for label in labels}
        found: dict[str, int] = {}
        rows = range(part.head[0], part.head[1] + 1)
        for (row, column), text in sorted(self.cells.items()):
            if row in rows and (key := names.get(fold(text))):
                found.setdefault(key, column)
        return found
