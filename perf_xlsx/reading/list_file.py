"""A list that an officer keeps (名单、豁免清单): a workbook's first sheet or a .csv, read by its header texts."""

from __future__ import annotations

import csv
import faulthandler
import io
import json
import os
import subprocess
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from msgspec import Struct

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.foreign import open_original
from perf_xlsx.ooxml import MIB, Book, Grid, Package, PackageError, read_grid
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.safe_text import one_line

HEADER_ROWS = 10  # a title or a remark may stand above the header
LARGEST = 20 * 1024 * 1024  # bytes
LONGEST = 32_767  # characters of one field: Excel's own limit
ZIP = b"PK"
WORKBOOKS = (ZIP, b"\xd0\xcf\x11\xe0", b"\x09\x08")  # how they begin; anything else is text
SECONDS, MEGABYTES = 60, 2048  # for an old format
READER = "from perf_xlsx.reading.list_file import list_process; list_process()"

KeyColumns = dict[str, list[int]]  # where each key stands
RowTexts = Mapping[int, str]  # of one row, by column: only what is there, for Excel has 16,384 columns


class ListError(Exception):
    """The list cannot be read; `problems` say in Chinese what and where. For the operator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


class ListRow(Struct, frozen=True):
    """One row: its number as a person sees it, and the text under each known header ("" where empty)."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.values[key]


def read_list(
    path: Path, columns: Mapping[str, tuple[str, ...]], required: Iterable[str], joined: Container[str] = ()
) -> list[ListRow]:
    """The rows of a list. `columns` gives for each key the header texts it may stand under, the surest first.

    A key is read from the column of its surest header; one of `joined` from all of its columns. Headers are
    compared without spaces and brackets' width; the column order is free, other columns are left alone, empty
    rows are skipped. Raises ListError for a file that cannot be read, or lacks a required header.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ListError([f"{path}：超过 {LARGEST // 1024 // 1024} MB，不像一份清单"])
        data = path.read_bytes()
    except OSError as error:
        raise ListError([f"{path}：读不出来（{why(error)}）"]) from None
    rows = list(_workbook(data, path) if data.startswith(WORKBOOKS) else _csv(data, path))
    for position, (_, cells) in enumerate(rows[:HEADER_ROWS]):
        found = _header(cells, columns, joined)
        if set(required) <= found.keys():
            _refuse_doubles(cells, found, joined, path)
            return list(_rows(rows[position + 1 :], columns, found))
    names = "、".join(columns[key][0] for key in required)
    raise ListError([f"{path}：没有找到表头，前{HEADER_ROWS}行中应有一行写着 {names}"])


def _header(cells: RowTexts, columns: Mapping[str, tuple[str, ...]], joined: Container[str]) -> KeyColumns:
    """For each key that a header row has, the columns that it is read from."""
    by_label: KeyColumns = {}
    for column, text in cells.items():
        by_label.setdefault(same_label(text), []).append(column)
    found: KeyColumns = {}
    for key, texts in columns.items():
        known = dict.fromkeys(map(same_label, texts))
        if hits := [by_label[text] for text in known if text in by_label]:
            found[key] = [column for at in hits for column in at] if key in joined else hits[0]
    return found


def _refuse_doubles(cells: RowTexts, found: KeyColumns, joined: Container[str], path: Path) -> None:
    """Of two columns headed alike nobody can say which is meant."""
    doubled = [cells[at[0]].strip() for key, at in found.items() if key not in joined and len(at) > 1]
    if doubled:
        raise ListError([f"{path}：表头中有两列“{head}”，请只留一列" for head in doubled])


def _rows(rows: list[tuple[int, RowTexts]], columns: Iterable[str], found: KeyColumns) -> Iterator[ListRow]:
    read = {at for places in found.values() for at in places}
    for number, cells in rows:
        full = {at: one_line(cells.get(at, "")).strip() for at in read}
        texts = {key: dict.fromkeys(full[at] for at in found.get(key, ())) for key in columns}
        values = {key: " ".join(filter(None, several)) for key, several in texts.items()}
        if any(values.values()):
            yield ListRow(number, values)


def _workbook(data: bytes, path: Path) -> Iterator[tuple[int, RowTexts]]:
    try:
        yield from _cells(data) if data.startswith(ZIP) else _read_apart(data)
    except PackageError as error:
        raise ListError([f"{path}：{error.detail}"]) from None
    except Exception as error:  # as of a return: tests see to it that this is not reached
        detail = f"读取时出现意外错误（{type(error).__name__}: {one_line(str(error))}）"
        raise ListError([f"{path}：{detail}，请用 Excel 或 WPS 另存为 .xlsx，再试一次"]) from None


def _cells(data: bytes) -> Iterator[tuple[int, RowTexts]]:
    """Raises PackageError."""
    grid = _first_sheet(data)
    for row, places in groupby(sorted(grid.cells), key=itemgetter(0)):
        yield row, {column: as_shown(grid.cells[row, column]) for _, column in places}


def _read_apart(data: bytes) -> Iterator[tuple[int, RowTexts]]:
    """The same by a process of its own, within time and memory: no limits bound what reads an old format.

    Raises PackageError.
    """
    found = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(
            [sys.executable, "-c", READER, str(SECONDS)],
            input=data, capture_output=True, timeout=SECONDS, check=False, env=os.environ | {"PYTHONPATH": found},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PackageError("too_large", f"用时超过{SECONDS}秒，没有读完") from None
    if done.returncode:
        raise PackageError("too_large", f"所需内存超过{MEGABYTES}MB，或读取程序意外中止，没有读完")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise PackageError(*answer["refused"])
    for row, texts in answer["rows"]:
        yield row, {int(column): text for column, text in texts.items()}


def list_process() -> None:
    """What that process does: the list comes on stdin, its rows, or why there are none, go to stdout as JSON."""
    cap_memory(MEGABYTES * MIB)
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(int(sys.argv[1]), exit=True, file=nowhere)  # whoever waits for it
        try:
            told: object = {"rows": list(_cells(sys.stdin.buffer.read()))}
        except PackageError as error:
            told = {"refused": [error.fault, error.detail]}
        sys.stdout.write(json.dumps(told))
        sys.stdout.flush()
        faulthandler.cancel_dump_traceback_later()


def _first_sheet(data: bytes) -> Grid:
    """Of whatever format. Raises PackageError."""
    try:
        if original := open_original(data):
            if not original.grids:
                raise PackageError("damaged", "里面没有工作表")
            return original.grids[0]
        book = Book(Package.open(data))
        return read_grid(book, book.sheets[0])
    except MemoryError:
        raise PackageError("too_large", "内容过多，内存不够") from None


def _csv(data: bytes, path: Path) -> Iterator[tuple[int, RowTexts]]:
    for encoding in ("utf-8-sig", "gb18030"):  # Excel in Chinese saves the second
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ListError(
            [f"{path}：既不是工作簿（.xlsx、.xls、.et、.ods），也不是文字编码为 UTF-8 或 GB18030 的 .csv"]
        )
    number = 0
    csv.field_size_limit(LARGEST)  # the module's own limit raises the error of a quote; judged below
    try:  # strict, or a quote that is never closed takes in all rows below it, in silence
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if max(map(len, cells), default=0) > LONGEST:
                advice = "请删短，或检查引号是否成对"
                raise ListError([f"{path}：第{number}行有一格超过 {LONGEST} 字，{advice}"])
            yield number, dict(enumerate(cells))
    except csv.Error:
        advice = "请补上或删去多余的英文双引号，或用 Excel 另存为 .xlsx"
        raise ListError([f"{path}：第{number + 1}行的引号没有成对，{advice}"]) from None
