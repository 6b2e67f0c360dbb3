"""One cell in, one value out; everything doubtful about it is reported (R08 to R13)."""

from perf_xlsx.reading.cells.display import as_shown
from perf_xlsx.reading.cells.numbers import (
    WORDED,
    RowUnit,
    around,
    number_in,
    numbers_in_lines,
    points_in,
    unit_shown,
)
from perf_xlsx.reading.cells.rates import ratios, small_by_nature
from perf_xlsx.reading.cells.reader import CellReader

__all__ = [
    "WORDED",
    "CellReader",
    "RowUnit",
    "around",
    "as_shown",
    "number_in",
    "numbers_in_lines",
    "points_in",
    "ratios",
    "small_by_nature",
    "unit_shown",
]
