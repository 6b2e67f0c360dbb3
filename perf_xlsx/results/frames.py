"""Results as pandas DataFrames (extra `[frames]`): a row a form, an indicator, a fund line, a finding.

Each takes results of `pipeline.score`, or records of a run read back: `units(Records.open(Path("OUT")))`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from perf_xlsx.domain.model import Result
from perf_xlsx.results.record import Record
from perf_xlsx.results.recording import as_records

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("file", "part", "unit", "year", "form")
LONG = ("indicators", "funds", "findings", "passages", "extras")


def units(results: Iterable[Result | Record]) -> pd.DataFrame:
    """A row a form: status, execution rate and points, total, grade and what was claimed; exact as text."""
    rows = []
    for found in _records(results):
        execution = found["execution"] or {}
        row = {key: value for key, value in found.items() if key not in (*LONG, "execution")}
        rows.append(row | {f"execution_{key}": value for key, value in execution.items()})
    return _frame(rows)


def indicators(results: Iterable[Result | Record]) -> pd.DataFrame:
    """A row an indicator, with the workbook and unit it belongs to."""
    return _long(results, "indicators")


def funds(results: Iterable[Result | Record]) -> pd.DataFrame:
    """A row a fund line, amounts in the form's own `money_unit`."""
    return _long(results, "funds")


def findings(results: Iterable[Result | Record]) -> pd.DataFrame:
    """A row a finding, with the workbook and unit it belongs to."""
    return _long(results, "findings")


def extras(results: Iterable[Result | Record]) -> pd.DataFrame:
    """A row a box that only the form knows, as it was filled in."""
    return _long(results, "extras")


def _long(results: Iterable[Result | Record], part: str) -> pd.DataFrame:
    rows = []
    for found in _records(results):
        own = {key: found[key] for key in KEYS} | (
            {"money_unit": found.get("money_unit")} if part == "funds" else {}
        )
        rows += [own | row for row in found.get(part) or []]
    return _frame(rows)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    try:
        import pandas as pd  # 160 MB that no command needs
    except ImportError:
        raise ImportError("perf_xlsx.results.frames needs pandas: pip install 'perf-xlsx[frames]'") from None
    return pd.DataFrame(rows)


def _records(results: Iterable[Result | Record]) -> Iterator[dict[str, Any]]:
    """Each record as plain data; `part` is None for the only form of a workbook."""
    for result in results:
        for record in as_records(result) if isinstance(result, Result) else (result,):
            yield {"file": record.file, "part": None} | msgspec.to_builtins(record)
