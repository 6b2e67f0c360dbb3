"""Everything but the plain .xlsx of a form: templates, rosters, other formats and layouts, large workbooks.

    python -m benchmarks.others [--rounds 7]

Every row is processor time of one process, and its ratio to scoring the form as .xlsx (of a report: its own form),
measured in turn with it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from perf_xlsx import pipeline
from perf_xlsx.cli.demo import case_text
from perf_xlsx.ooxml import Book, Package
from perf_xlsx.ooxml.graft import add_sheet
from perf_xlsx.report import compose, default_outline, docx_bytes, facts_of
from tests.kit import layouts
from tests.kit.foreign_workbooks import contents, number_of, xlsb, zipped

STORY = "department-as-filed"
FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
BIG = (40_000, 5)  # rows and columns of a sheet beside the form
INDICATORS = 1_800
REPORTED = 200  # indicators of a form whose report is written
ROSTER = 300
OASIS = "urn:oasis:names:tc:opendocument:xmlns"

Row = tuple[str, str, str]  # what, measured, aimed at


def in_turn(rounds: int, works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of processor time of each: other work on the machine counts for little."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):  # the first one warms up
        for name, work in works.items():
            start = time.process_time()
            work()
            times[name] += [time.process_time() - start] if number else []
    return {name: statistics.median(taken) for name, taken in times.items()}


def with_big_sheet(form: bytes, text: bool) -> bytes:
    """The form with a sheet of 200,000 cells behind it: numbers, or numbers and texts."""
    package = Package.open(form)
    book = Book(package)
    rows = "".join(
        f'<row r="{row}">{"".join(_cell(row, column, text) for column in range(BIG[1]))}</row>'
        for row in range(1, BIG[0] + 1)
    )
    part = package.free_name("xl/worksheets/sheet{}.xml")
    package.write(part, f'<worksheet xmlns="{book.space}"><sheetData>{rows}</sheetData></worksheet>'.encode())
    add_sheet(book, "明细", part)
    return package.to_bytes()


def _cell(row: int, column: int, text: bool) -> str:
    at = f'r="{"ABCDE"[column]}{row}"'
    if text and column in (0, 3):
        return f'<c {at} t="inlineStr"><is><t>第{row}笔支出</t></is></c>'
    return f"<c {at}><v>{row * 7 + column}.{row % 100:02}</v></c>"


def many_indicators(number: int) -> bytes:
    """The form with its indicators repeated under other names, so that there are so many."""
    case = json.loads(case_text(STORY))
    rows = case["indicators"]
    case["indicators"] = [
        row | {"name": f"{row['name']}{n // len(rows)}"}
        for n, row in enumerate((rows * (number // len(rows) + 1))[:number])
    ]
    return pipeline.template_bytes(case=json.dumps(case, ensure_ascii=False))


def as_ods(data: bytes) -> bytes:
    """The values of an .xlsx as an .ods, cell by cell."""
    book, grids = contents(data)
    tables = []
    for sheet, grid in zip(book.sheets, grids, strict=True):
        height = max((row for row, _ in grid.cells), default=0)
        width = max((column for _, column in grid.cells), default=0)
        lines = (
            "".join(_ods_cell(grid.cells.get((row, column))) for column in range(1, width + 1))
            for row in range(1, height + 1)
        )
        body = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
        tables.append(f'<table:table table:name="{escape(sheet.name)}">{body}</table:table>')
    spaces = " ".join(f'xmlns:{name}="{OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{''.join(tables)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": mimetype, "content.xml": content.encode()})


def _ods_cell(cell: object) -> str:
    value = getattr(cell, "value", None)
    if value is None:
        return "<table:table-cell/>"
    if (number := number_of(value)) is not None:
        kind = f'office:value-type="float" office:value="{number!r}"'
        return f"<table:table-cell {kind}><text:p>{number:g}</text:p></table:table-cell>"
    text = escape(str(value))
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def report(workbook: Path) -> bytes:
    """Score a form and write its narrative report, as the command does."""
    result = pipeline.score(workbook)
    facts = facts_of(result)
    assert facts is not None
    outline = default_outline(facts.evaluation)
    return docx_bytes(compose(outline, facts, result.findings), outline.page)


def roster(folder: Path) -> Callable[[], object]:
    """Write a template for each of 300 units, as the command does."""
    from click.testing import CliRunner

    from perf_xlsx.cli.main import main

    listed = folder / "roster.csv"
    units = "".join(f"示例{number:03}局,部门\n" for number in range(ROSTER))
    listed.write_text(f"单位名称,表种\n{units}", "utf-8")
    words = ["template", "--roster", str(listed), "--year", "2025", "-o", str(folder / "blanks"), "--force"]

    def write() -> None:
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output

    return write


def measure(folder: Path, rounds: int) -> list[Row]:
    """Rows of the table."""
    output, form = folder / "out.xlsx", folder / "form.xlsx"
    pipeline.write_template(form, case=case_text(STORY))
    pipeline.score(form, folder / "scored.xlsx")
    layouts.national().save(folder / "national.xlsx")
    (folder / "form.xlsb").write_bytes(xlsb(form.read_bytes()))
    for name, text in (("numbers", False), ("texts", True)):
        (folder / f"{name}.xlsx").write_bytes(with_big_sheet(form.read_bytes(), text))
        pipeline.score(folder / f"{name}.xlsx", folder / f"{name}-scored.xlsx")
    large = many_indicators(INDICATORS)
    (folder / "many.xlsx").write_bytes(large)
    (folder / "reported.xlsx").write_bytes(many_indicators(REPORTED))
    (folder / "many.ods").write_bytes(as_ods(large))

    def scoring(path: Path) -> Callable[[], object]:
        return lambda: pipeline.score(path, output)

    base = "the form as .xlsx"
    small: dict[str, tuple[Callable[[], object], str]] = {
        base: (scoring(form), ""),
        "a scored copy again": (scoring(folder / "scored.xlsx"), "≤ 1.3×"),
        "official layout (.xlsx)": (scoring(folder / "national.xlsx"), "≤ 1×"),
        ".xls": (scoring(FIXTURES / "部门整体.xls"), "≤ 3×"),
        ".xlsb": (scoring(folder / "form.xlsb"), "≤ 3×"),
        ".ods": (scoring(FIXTURES / "部门整体.ods"), "≤ 4×"),
        "blank template": (lambda: pipeline.template_bytes(form="department", year=2025), "≤ 3×"),
        "filled template": (lambda: pipeline.template_bytes(case=case_text(STORY)), "≤ 3×"),
    }
    large_works: dict[str, tuple[Callable[[], object], str]] = {
        base: (scoring(form), ""),
        f"{ROSTER} templates of a roster": (roster(folder), "≤ 4 s"),
        "200,000 numbers beside the form": (scoring(folder / "numbers.xlsx"), "≤ 0.5 s"),
        "200,000 numbers and texts beside the form": (scoring(folder / "texts.xlsx"), "≤ 0.5 s"),
        "the same scored again": (scoring(folder / "texts-scored.xlsx"), "≤ 0.7 s"),
        f"{INDICATORS:,} indicators, .xlsx": (scoring(folder / "many.xlsx"), "≤ 3 s"),
        f"{INDICATORS:,} indicators, .ods": (scoring(folder / "many.ods"), "≤ 5 s"),
    }
    reports: dict[str, tuple[Callable[[], object], str]] = {
        f"{REPORTED} indicators, .xlsx": (scoring(folder / "reported.xlsx"), ""),
        f"the report of {REPORTED} indicators": (lambda: report(folder / "reported.xlsx"), "< 10×"),
    }
    rows = []
    for works, times in ((small, rounds), (large_works, max(rounds // 3, 1)), (reports, rounds)):
        took = in_turn(times, {name: work for name, (work, _) in works.items()})
        base = next(iter(works))
        rows += [
            (name, f"{seconds * 1000:,.0f} ms, {seconds / took[base]:.2f}×", works[name][1])
            for name, seconds in took.items()
        ]
    return rows


def main() -> None:
    """Print the rows."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--rounds", type=int, default=7)
    with tempfile.TemporaryDirectory() as folder:
        for row in measure(Path(folder), words.parse_args().rounds):
            print(" | ".join(row), flush=True)


if __name__ == "__main__":
    main()
