"""Consolidating against its floor: the same cells written by XlsxWriter alone, measured in one run.

    python -m benchmarks.consolidate [RECORDS...]      (default: 1000 10000)

The floor is given the cells ready made, in memory, and writes them in constant_memory mode with the formats and
sheets of the consolidated workbook; it neither reads records nor counts anything. Each measurement has a process
of its own; the peak of memory is that process's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 3  # in turn; the best counts


def ours(records: Path, output: Path) -> float:
    """Seconds of processor time to consolidate (one thread; other work on the machine does not count)."""
    from perf_xlsx.consolidated import Records, consolidate

    start = time.process_time()
    consolidate(Records.open(records), None, output)
    return time.process_time() - start


def floor(records: Path, output: Path) -> float:
    """Seconds of processor time for XlsxWriter to write the same cells, those of the tables' own rows."""
    import xlsxwriter

    from perf_xlsx.consolidated import Records
    from perf_xlsx.consolidated.long_tables import FINDINGS, FUNDS, INDICATORS, UNITS, Return, mending_in_words
    from perf_xlsx.consolidated.returns import return_identity, returned_file_name
    from perf_xlsx.consolidated.streamed import TOP
    from perf_xlsx.sheets.writer import safe

    def cell(value: object) -> object:
        return safe(value) if isinstance(value, str) else None if value is None else float(value)  # type: ignore

    named = ((record, return_identity(record)) for record in Records.open(records))
    returns = [Return(record, who, who) for record, who in named]
    tables = UNITS, FUNDS, INDICATORS, FINDINGS
    cells = {table: [tuple(map(cell, row)) for one in returns for row in table.rows(one)] for table in tables}
    troubled = [
        (
            one.who.code, one.who.unit, mending_in_words(one.record), 1.0, 1.0, 1.0, 0.0, 3.0, one.who.form,
            str(one.who.year), one.who.project, one.record.file,
        )
        for one in returns if one.record.findings
    ]  # fmt: skip
    names = [returned_file_name(one.record.file) for one in returns]
    del returns
    start = time.process_time()
    with xlsxwriter.Workbook(output, {"constant_memory": True, "strings_to_formulas": False}) as book:
        look = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"})
        for table, rows in cells.items():
            sheet = book.add_worksheet(table.name)
            for number, row in enumerate(rows, TOP):
                for column, value in enumerate(row):
                    if isinstance(value, str) and value:
                        sheet.write_string(number, column, value, look)
                    elif value is None or value == "":
                        sheet.write_blank(number, column, None, look)
                    else:
                        sheet.write_number(number, column, value, look)
        sheet = book.add_worksheet("问题按单位")
        for number, row in enumerate(troubled, TOP):
            for column, value in enumerate(row):
                (sheet.write_string if isinstance(value, str) else sheet.write_number)(number, column, value, look)
    assert names
    return time.process_time() - start


def measure(what: str, records: Path, output: Path) -> tuple[float, float]:
    """Seconds, and the peak of memory in MB, of one measurement in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.consolidate", "--one", what, str(records), str(output)]
    found = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return found["seconds"], found["peak"]


def main(counts: list[int]) -> None:
    """Print the table."""
    from tests.kit.batch_of_records import batch

    print("| records | cells from | seconds | floor | ratio | peak MB | workbook MB |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for count in counts:
            records, output = Path(scratch) / f"{count}.jsonl", Path(scratch) / "out.xlsx"
            with records.open("w", encoding="utf-8") as lines:
                for record in batch(count, hostile=False):
                    lines.write(json.dumps(record, ensure_ascii=False) + "\n")
            least, seconds, peak = 1e9, 1e9, 0.0
            for _ in range(REPEATS):
                least = min(least, measure("floor", records, output)[0])
                again, peak = measure("ours", records, output)
                seconds = min(seconds, again)
            size = records.stat().st_size / 1e6
            print(
                f"| {count:,} | {size:.1f} MB of JSON | {seconds:.2f} | {least:.2f} | {seconds / least:.2f} "
                f"| {peak:.0f} | {output.stat().st_size / 1e6:.1f} |"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        seconds = {"ours": ours, "floor": floor}[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak": peak}))
    else:
        main([int(word) for word in sys.argv[1:]] or [1_000, 10_000])
