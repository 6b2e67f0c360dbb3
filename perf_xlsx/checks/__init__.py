"""Checks: one file per letter of the catalogue. Importing this package registers them, in reading order."""

from perf_xlsx.checks import funds, indicators, intake, totals, weights

__all__ = ["funds", "indicators", "intake", "totals", "weights"]
