"""Written reports: how many slips are found, how long a large one takes, whether memory stays flat.

`python -m benchmarks.reports [REPORT.txt CASE.json]`: the changes are also made in that report.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.narrative.check_report import check_report
from perf_xlsx.ooxml import Limits
from perf_xlsx.report import compose, default_outline, docx_bytes, facts_of
from tests.kit.filled import filled
from tests.kit.reports import held, of_our_examples, scored, share_found
from tests.kit.written_reports import full_sentences

CHANGES = 1_000
SEED = 16
MANY = 200  # indicators
REPORTS = 1_000
T = TypeVar("T")


def large_case() -> dict[str, Any]:
    """A department form with many indicators."""
    from tests.kit.reports import case_of

    case = json.loads(json.dumps(case_of("完好的部门自评表")))
    one = case["indicators"][1]
    case["indicators"] = [
        one | {"name": f"第{n}类档案整理合格率", "weight": 0.45, "claimed_points": 0.45} for n in range(MANY)
    ]
    return case


def ratios() -> tuple[float, float]:
    """The times of writing a report with many indicators, and of checking it, over that of scoring its form."""
    case = large_case()
    times: dict[str, list[float]] = {"score": [], "write": [], "check": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(filled(case))
        for _ in range(5):
            result = _timed(times["score"], lambda: pipeline.score(path))
            data = _timed(times["write"], lambda result=result: _written(result))
            text = full_sentences(case).encode()
            for report in (data, text):  # one with its bookmarks, one by its words alone
                (Path(folder) / "report").write_bytes(report)
                _timed(
                    times["check"], lambda result=result: check_report(Path(folder) / "report", [result], Limits())
                )
    score = min(times["score"])
    return min(times["write"]) / score, max(times["check"][-2:]) / score


def _timed(times: list[float], work: Callable[[], T]) -> T:
    start = time.process_time()
    done = work()
    times.append(time.process_time() - start)
    return done


def _written(result: Result) -> bytes:
    """The report of a result as Word."""
    facts = facts_of(result, False)
    assert facts is not None
    outline = default_outline(facts.evaluation)
    return docx_bytes(compose(outline, facts, result.findings), outline.page)


def memory() -> tuple[int, int]:
    """The peak of memory (KB) after a tenth and after all of many reports."""
    reports = of_our_examples()
    peaks = []
    for number in range(REPORTS):
        held(*reports[number % len(reports)])
        if number in (REPORTS // 10, REPORTS - 1):
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return peaks[0], peaks[1]


def main() -> None:
    """Print what was measured."""
    reports: list[tuple[str, Result]] = of_our_examples()
    if len(sys.argv) == 3:
        text, case = (Path(name).read_text("utf-8") for name in sys.argv[1:])
        reports += [(text, scored(case))] * 4
    for what, both in (("single changes found at their place", False), ("exchanges found", True)):
        share, missed = share_found(reports, CHANGES, random.Random(SEED), both)
        print(f"{what}: {share:.1%} of {CHANGES}")
        for one in missed[:20]:
            print(f"    {one.what}")
    print("writing ÷ scoring, checking ÷ scoring, {} indicators: {:.2f}×, {:.2f}×".format(MANY, *ratios()))
    print("peak memory after a tenth and after all of {} reports: {} and {} KB".format(REPORTS, *memory()))


if __name__ == "__main__":
    main()
