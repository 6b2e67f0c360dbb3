"""One cell in, one value out, with everything worth saying about how it was understood (R08 to R13)."""

from perf_xlsx.reading.cells.dates import day_of
from perf_xlsx.reading.cells.display import as_shown
from perf_xlsx.reading.cells.numbers import RowUnit, around, points_in, unit_shown
from perf_xlsx.reading.cells.rates import Intake, ratios, small_by_nature

__all__ = [
    "Intake",
    "RowUnit",
    "around",
    "as_shown",
    "day_of",
    "points_in",
    "ratios",
    "small_by_nature",
    "unit_shown",
]
