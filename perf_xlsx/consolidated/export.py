"""The long tables as files for other programs: CSV, or Parquet through pyarrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Literal, get_args

from perf_xlsx.consolidated.long_tables import ALWAYS, WHERE_ANY, LongTable, LongTableRow, TableValue
from perf_xlsx.domain.rounding import plain
from perf_xlsx.sheets.writer import safe
from perf_xlsx.system.output_files import atomic_write

ExportFormat = Literal["csv", "parquet"]
Add = Callable[[LongTableRow], None]
CHUNK = 10_000  # rows of a table in memory at a time
# What a spreadsheet would take for the start of a formula; in East Asian editions the full-width signs too.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class ExportError(Exception):
    """The tables cannot be written in that format; the Chinese message says what to install. For the operator."""


def usual_format() -> ExportFormat:
    """What is written where nobody asked for a format: Parquet where it can be written."""
    return "parquet" if find_spec("pyarrow") else "csv"


def files_beside(output: Path) -> list[Path]:
    """The files of tables that are next to a workbook."""
    paths = (path_of(table, output, how) for table in (*ALWAYS, *WHERE_ANY) for how in get_args(ExportFormat))
    return [path for path in paths if path.is_file()]


def path_of(table: LongTable, output: Path, how: ExportFormat) -> Path:
    """Where the file of a table is: next to the workbook, as "汇总-单位得分.csv"."""
    return output.with_name(f"{output.stem}-{table.name}.{how}")


@contextmanager
def exported(paths: Mapping[LongTable, Path]) -> Generator[Mapping[str, Add]]:
    """Gives what adds a row to a table's file, by the table's key; at the end of the block the files are there.

    Their suffixes say the format.

    CSV: UTF-8 with a mark, so that Excel reads it; every field quoted; numbers exact; text that a spreadsheet
    would run as a formula has an apostrophe before it. Parquet: numbers as floats.
    Raises ExportError and OSError.
    """
    with ExitStack() as stack:
        files = {table: stack.enter_context(atomic_write(path)) for table, path in paths.items()}
        yield {
            table.key: stack.enter_context(FORMATS[paths[table].suffix](file, table))
            for table, file in files.items()
        }


@contextmanager
def _csv(file: IO[bytes], table: LongTable) -> Generator[Add]:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # or ";" and a tab begin a field where a program splits there
    writer.writerow([column.head for column in table.columns])
    yield lambda row: writer.writerow([_shown(value) for value in row])
    text.flush()
    text.detach()


def _shown(value: TableValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        value = safe(value)
        return "'" + value if value.startswith(RISKY) else value
    return plain(value)


@contextmanager
def _parquet(file: IO[bytes], table: LongTable) -> Generator[Add]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ExportError(
            "写 Parquet 需要 pyarrow：pip install 'perf-xlsx[parquet]'；或者改用 --export csv。"
        ) from None
    kinds = [(column.head, pa.float64() if column.numeric else pa.string()) for column in table.columns]
    schema, rows = pa.schema(kinds), list[list[float | str | None]]()

    def write() -> None:
        columns = [list(column) for column in zip(*rows, strict=True)]
        writer.write_table(pa.table(columns, schema))
        rows.clear()

    def add(row: LongTableRow) -> None:
        rows.append(_plain(table, row))
        if len(rows) == CHUNK:
            write()

    with pq.ParquetWriter(file, schema) as writer:
        yield add
        if rows:
            write()


FORMATS: Mapping[str, Callable[[IO[bytes], LongTable], AbstractContextManager[Add]]] = {
    ".csv": _csv, ".parquet": _parquet,
}  # fmt: skip


def _plain(table: LongTable, row: LongTableRow) -> list[float | str | None]:
    return [
        None if value is None else float(value) if column.numeric else safe(str(value))
        for column, value in zip(table.columns, row, strict=True)
    ]
