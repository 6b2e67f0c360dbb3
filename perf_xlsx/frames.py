"""Results as pandas DataFrames, for whoever goes on in Python: a row a unit, an indicator, a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from perf_xlsx.model import Result
from perf_xlsx.report import as_json

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("file", "unit", "year", "form")


def units(results: Iterable[Result]) -> pd.DataFrame:
    """A row a workbook: status, execution rate and points, total, grade and what was claimed; exact as text."""
    import pandas as pd  # 0.4 s of start-up that scoring does not need

    rows = []
    for result in results:
        found = as_json(result)
        execution = found.pop("execution") or {}
        row = {key: value for key, value in found.items() if key not in ("indicators", "findings")}
        rows.append(row | {f"execution_{key}": value for key, value in execution.items()})
    return pd.DataFrame(rows)


def indicators(results: Iterable[Result]) -> pd.DataFrame:
    """A row an indicator, with the workbook and unit it belongs to."""
    return _long(results, "indicators")


def findings(results: Iterable[Result]) -> pd.DataFrame:
    """A row a finding, with the workbook and unit it belongs to."""
    return _long(results, "findings")


def _long(results: Iterable[Result], part: str) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for result in results:
        found = as_json(result)
        rows += [{key: found[key] for key in KEYS} | row for row in found[part] or []]
    return pd.DataFrame(rows)
