"""Checks of a scored form, one file for each letter of the catalogue (I has three), registered by importing them.

`diagnoses` holds what several checks need; `claims`, `clauses`, `explanations` and `accounts` work it out. F10
(`money_unit`) precedes scoring; `sums` adds corrections to the findings about sums.
"""

from perf_xlsx.checks import approved, funds, indicators, intake, passages, plausibility, totals, weights

__all__ = ["approved", "funds", "indicators", "intake", "passages", "plausibility", "totals", "weights"]
