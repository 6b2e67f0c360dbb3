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
from pathlib import Path
from typing import Any

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.filled import filled
from tests.kit.reports import held, of_our_examples, scored, share_found
from tests.kit.written_reports import full_sentences

CHANGES = 1_000
SEED = 16
MANY = 200  # indicators
REPORTS = 1_000


def large_case() -> dict[str, Any]:
    """A department form with many indicators."""
    from tests.kit.reports import case_of

    case = json.loads(json.dumps(case_of("完好的部门自评表")))
    one = case["indicators"][1]
    case["indicators"] = [
        one | {"name": f"第{n}类档案整理合格率", "weight": 0.45, "claimed_points": 0.45} for n in range(MANY)
    ]
    return case


def ratio() -> float:
    """The time of checking a report with many indicators over that of scoring its workbook."""
    case = large_case()
    text = full_sentences(case)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(filled(case))
        times: dict[str, list[float]] = {"score": [], "check": []}
        for _ in range(5):
            start = time.process_time()
            result = pipeline.score(path)
            between = time.process_time()
            held(text, result)
            times["score"].append(between - start)
            times["check"].append(time.process_time() - between)
    return min(times["check"]) / min(times["score"])


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
    print(f"checking ÷ scoring, {MANY} indicators: {ratio():.2f}×")
    print("peak memory after a tenth and after all of {} reports: {} and {} KB".format(REPORTS, *memory()))


if __name__ == "__main__":
    main()
