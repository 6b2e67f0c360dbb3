"""Why a scored form may not be sealed yet: an error stands, its total is provisional, or its money is in doubt."""

from __future__ import annotations

from perf_xlsx.domain.model import Result
from perf_xlsx.sheets.fixed_texts import NOT_VALID

IN_DOUBT = "F10"  # amounts in another money unit: no sum, rate or points are computed from them


def errors_of(result: Result) -> int:
    """How many errors stand."""
    return sum(found.standing == "error" for found in result.findings)


def is_in_doubt(result: Result) -> bool:
    """Whether amounts seem to be in another money unit, and nobody waived it."""
    return any(found.code == IN_DOUBT and found.standing == "warning" for found in result.findings)


def not_valid(result: Result) -> str:
    """What stands at the head of a form that may not be sealed; "" where it may."""
    errors, scores = errors_of(result), result.scores
    if errors:
        return NOT_VALID.format(f"有 {errors} 项错误")
    if scores is not None and scores.provisional:
        return NOT_VALID.format("总分暂定")
    return NOT_VALID.format("有金额疑似填错单位") if is_in_doubt(result) else ""
