"""A list that an officer keeps (名单、豁免清单): an .xlsx's first sheet or a .csv, read by its header texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from perf_xlsx.ooxml import Book, Package, PackageError, read_grid
from perf_xlsx.target import same_label
from perf_xlsx.workbook.intake import as_shown

HEADER_ROWS = 10  # a title or a remark may stand above the header
LARGEST = 20 * 1024 * 1024  # bytes


class ListError(Exception):
    """The list cannot be read; `problems` say in Chinese what and where. For the operator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class ListRow:
    """One row: its number as a person sees it, and the text under each known header ("" where empty)."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.values[key]


def read_list(path: Path, columns: Mapping[str, tuple[str, ...]], required: Iterable[str]) -> list[ListRow]:
    """The rows of a list. `columns` gives for each key the header texts it may stand under.

    Headers are compared without spaces and brackets' width; the column order is free, other columns are left
    alone, empty rows are skipped. Raises ListError for a file that cannot be read, or lacks a required header.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ListError([f"{path}：超过 {LARGEST // 1024 // 1024} MB，不像一份清单"])
        data = path.read_bytes()
    except OSError as error:
        raise ListError([f"{path}：读不出来（{error.strerror}）"]) from None
    rows = list(_workbook(data, path) if data[:2] == b"PK" else _csv(data, path))
    wanted = {same_label(text): key for key, texts in columns.items() for text in texts}
    for position, (_, cells) in enumerate(rows[:HEADER_ROWS]):
        found = {wanted[same_label(text)]: at for at, text in enumerate(cells) if same_label(text) in wanted}
        if set(required) <= found.keys():
            return list(_rows(rows[position + 1 :], columns, found))
    names = "、".join(columns[key][0] for key in required)
    raise ListError([f"{path}：没有找到表头，前{HEADER_ROWS}行中应有一行写着 {names}"])


def _rows(
    rows: list[tuple[int, list[str]]], columns: Iterable[str], found: Mapping[str, int]
) -> Iterator[ListRow]:
    for number, cells in rows:
        full = [*cells, *[""] * (max(found.values()) + 1 - len(cells))]
        values = {key: full[found[key]].strip() if key in found else "" for key in columns}
        if any(values.values()):
            yield ListRow(number, values)


def _workbook(data: bytes, path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        book = Book(Package.open(data))
        grid = read_grid(book, book.sheets[0])
    except PackageError as error:
        raise ListError([f"{path}：{error.detail}"]) from None
    width = max((column for _, column in grid.cells), default=0)
    for row in sorted({row for row, _ in grid.cells}):
        cells = (grid.cells.get((row, column)) for column in range(1, width + 1))
        yield row, [as_shown(cell) if cell else "" for cell in cells]


def _csv(data: bytes, path: Path) -> Iterator[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "gb18030"):  # Excel in Chinese saves the second
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ListError([f"{path}：既不是 .xlsx，也不是文字编码为 UTF-8 或 GB18030 的 .csv"])
    yield from enumerate(csv.reader(io.StringIO(text, newline="")), 1)
