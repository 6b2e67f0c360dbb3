"""Checks of a scored form, registered by importing them, in files by the letters of the catalogue.

`indicators`, `plausibility`, `approved`: I; `funds`, `amount_size`: F; `passages`: N; `totals`: T; `weights`: W;
`intake`: R.
`claims`, `clauses`, `explanations`, `accounts` and `sums` help them and register nothing; `diagnoses` holds what
several checks ask for. `money_unit` (F10) precedes scoring.
"""

from perf_xlsx.checks import (
    amount_size,
    approved,
    funds,
    indicators,
    intake,
    passages,
    plausibility,
    totals,
    weights,
)

__all__ = [
    "amount_size",
    "approved",
    "funds",
    "indicators",
    "intake",
    "passages",
    "plausibility",
    "totals",
    "weights",
]
