"""One cell in, one value out, with everything worth saying about how it was understood (R08 to R13)."""

from perf_xlsx.workbook.intake.days import day_of
from perf_xlsx.workbook.intake.numbers import RowUnit, around, points_in, unit_shown
from perf_xlsx.workbook.intake.rates import Intake, ratios, small_by_nature
from perf_xlsx.workbook.intake.shown import as_shown

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
