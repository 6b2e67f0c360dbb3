"""Reports held against cases: through the command, as its JSON says it."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import docx

from perf_xlsx import pipeline
from perf_xlsx.cli.demo import case_text
from perf_xlsx.documents.plain_text import read_plain_text
from perf_xlsx.domain.model import Result
from perf_xlsx.narrative.held import Held, hold_report
from perf_xlsx.rulebook import load_rulebook
from tests import CASES
from tests.kit.command import command
from tests.kit.filled import filled
from tests.kit.report_mutations import Change, changed, exchanged
from tests.kit.written_reports import STYLES

OF_OUR_EXAMPLES = ("department-corrected", "完好的部门自评表", "project", "完好的项目自评表")
Spot = tuple[int, int]


@cache
def case_of(name: str) -> dict[str, Any]:
    """A shipped case, or one of tests/cases, as data."""
    own = CASES / f"{name}.json"
    data: dict[str, Any] = json.loads(own.read_text("utf-8") if own.is_file() else case_text(name))
    return data


def workbook(folder: Path, case: Mapping[str, Any], name: str = "自评表.xlsx") -> Path:
    """A case typed into its template, in a file."""
    path = folder / name
    path.write_bytes(filled(case))
    return path


def word(*paragraphs: str, tables: Iterable[list[list[str]]] = ()) -> bytes:
    """A Word document of these paragraphs, then these tables."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    for rows in tables:
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def checked(report: Path, form: Path, *more: object) -> dict[str, Any]:
    """What `check-report --json` says of one report."""
    result = command("check-report", report, "--with", form, "--json", *more)
    assert result.exit_code in (0, 1, 3), result.output
    data: dict[str, Any] = json.loads(result.output)
    return data


def codes(record: Mapping[str, Any]) -> list[str]:
    """The codes of what was found, in the order of the text."""
    return [one["code"] for one in record["findings"]]


# ---- without the command, for thousands of changes ---------------------------------------------------------------


@cache
def scored(text: str) -> Result:
    """The result of a case, given as JSON."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "自评表.xlsx"
        path.write_bytes(filled(text))
        return pipeline.score(path)


def held(text: str, result: Result) -> Held:
    """A report, given as text, held against a result."""
    evaluation = result.evaluation
    assert evaluation is not None
    return hold_report(
        read_plain_text(text.encode()), "报告.txt", result, load_rulebook(evaluation.rulebook).on(evaluation.form)
    )


def agreeing(one: Held) -> list[Spot]:
    """Where the numbers stand that agree with the form."""
    return [(r.start, r.end) for r in one.reads if r.verdict == "agrees" and r.bound.mention.type == "number"]


def spots(one: Held) -> list[Spot]:
    """Where something was found."""
    return [(found.spot.start, found.spot.end) for found in one.found]


def of_our_examples() -> list[tuple[str, Result]]:
    """Ten reports in five styles, each with the result of its form."""
    found = []
    for name in OF_OUR_EXAMPLES:
        case = case_of(name)
        result = scored(json.dumps(case, ensure_ascii=False))
        found += [(style(case), result) for style in STYLES[case["form"]]]
    return found


def share_found(
    reports: list[tuple[str, Result]], count: int, rng: random.Random, both: bool = False
) -> tuple[float, list[Change]]:
    """The share of so many changes (`both`: exchanges) that are found at their place, and those that are not."""
    figures = [agreeing(held(text, result)) for text, result in reports]
    missed: list[Change] = []
    done = 0
    while done < count:
        at = rng.randrange(len(reports))
        text, result = reports[at]
        change = (
            exchanged(text, *rng.sample(figures[at], 2)) if both else changed(text, rng.choice(figures[at]), rng)
        )
        if change is None:
            continue
        done += 1
        if not change.is_found(spots(held(change.text, result))):
            missed.append(change)
    return 1 - len(missed) / count, missed
