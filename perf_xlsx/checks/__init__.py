"""Checks: one file per letter of the catalogue (I has two). Importing this package registers them."""

from perf_xlsx.checks import funds, indicators, intake, passages, plausibility, totals, weights

__all__ = ["funds", "indicators", "intake", "passages", "plausibility", "totals", "weights"]
