"""The long tables as files for other programs: CSV, or Parquet through pyarrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from perf_xlsx.consolidated.tables import Return, Table, Value
from perf_xlsx.domain.rounding import plain
from perf_xlsx.sheets.writer import safe
from perf_xlsx.system.output_files import atomic_write

Format = Literal["csv", "parquet"]
CHUNK = 20_000  # rows in memory at a time
# What a spreadsheet would take for the start of a formula; in East Asian editions the full-width signs too.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class ExportError(Exception):
    """The tables cannot be written in that format; the Chinese message says what to install. For the operator."""


def export(returns: Iterable[Return], tables: Iterable[Table], output: Path, how: Format) -> list[Path]:
    """Write the long tables next to `output`, as "汇总-单位得分.csv"; returns the files.

    CSV: UTF-8 with a mark, so that Excel reads it; every field quoted; numbers exact; text that a spreadsheet
    would run as a formula has an apostrophe before it. Parquet: numbers as floats.
    Raises ExportError and OSError.
    """
    write = _write_csv if how == "csv" else _parquet()
    paths = []
    for table in tables:
        path = output.with_name(f"{output.stem}-{table.name}.{how}")
        with atomic_write(path) as file:
            write(file, table, (row for one in returns for row in table.rows(one)))
        paths.append(path)
    return paths


def _write_csv(file: Any, table: Table, rows: Iterator[tuple[Value, ...]]) -> None:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # or ";" and a tab begin a field where a program splits there
    writer.writerow([column.head for column in table.columns])
    for row in rows:
        writer.writerow([_shown(value) for value in row])
    text.flush()
    text.detach()


def _shown(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        value = safe(value)
        return "'" + value if value.startswith(RISKY) else value
    return plain(value)


def _parquet() -> Any:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ExportError(
            "写 Parquet 需要 pyarrow：pip install 'perf-xlsx[parquet]'；或者改用 --export csv。"
        ) from None

    def write(file: Any, table: Table, rows: Iterator[tuple[Value, ...]]) -> None:
        schema = pa.schema(
            [(column.head, pa.float64() if column.numeric else pa.string()) for column in table.columns]
        )
        with pq.ParquetWriter(file, schema) as writer:
            while chunk := list(islice(rows, CHUNK)):
                columns = zip(*(_plain(table, row) for row in chunk), strict=True)
                writer.write_table(pa.table([list(column) for column in columns], schema))

    return write


def _plain(table: Table, row: tuple[Value, ...]) -> list[float | str | None]:
    return [
        None if value is None else float(value) if column.numeric else safe(str(value))
        for column, value in zip(table.columns, row, strict=True)
    ]
