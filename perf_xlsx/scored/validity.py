"""Why a scored form may not be sealed yet: an error stands, its total is provisional, or its money is in doubt."""

from __future__ import annotations

from perf_xlsx.domain.model import Result
from perf_xlsx.findings.asked import is_open
from perf_xlsx.sheets.fixed_texts import NOT_VALID


def errors_of(result: Result) -> int:
    """How many errors stand."""
    return sum(found.standing == "error" for found in result.findings)


def is_in_doubt(result: Result) -> bool:
    """Whether amounts seem to be in another money unit, and nobody waived it."""
    return is_open(False, result.findings)


def not_valid(result: Result) -> str:
    """What stands at the head of a form that may not be sealed; "" where it may."""
    if errors := errors_of(result):
        return NOT_VALID.format(f"有 {errors} 项错误")
    provisional = result.scores is not None and bool(result.scores.provisional)
    if not is_open(provisional, result.findings):
        return ""
    return NOT_VALID.format("总分暂定" if provisional else "有金额疑似填错单位")
