"""What was scored, in words: budget execution and the indicators, as the scored sheets show them."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import NOT_APPLICABLE, Entry, Indicator, Score, Scores, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import plain

BOUNDS = ("≥", "≤", ">", "<", "＞", "＜")
UNGRADED = "未填一级指标"


class Item(Struct, frozen=True):
    """One scored thing: budget execution, or an indicator."""

    name: str
    place: Place
    level1: str
    target: str
    actual: str
    score: Score
    claimed: Decimal | None

    @property
    def lost(self) -> Decimal:
        """Points short of the weight; what is open counts as lost, what does not apply loses nothing."""
        return (
            (self.score.weight or Decimal(0)) - (self.score.points or Decimal(0))
            if self.score.applies
            else Decimal(0)
        )


def items(evaluation: SelfEvaluation, scores: Scores) -> list[Item]:
    """Budget execution, then the indicators in the form's order; those that share their points are one."""
    line = evaluation.total_funds
    adjusted, executed = line.adjusted, line.executed
    unit = evaluation.boxes["money_unit"].value or ""
    found = [
        Item(
            "预算执行率", executed.place, "预算执行", f"预算{adjusted.given}{unit}", f"{executed.given}{unit}",
            scores.execution, evaluation.claimed.execution_points.value,
        )
    ]  # fmt: skip
    for row, score in zip(evaluation.indicators, scores.indicators, strict=True):
        rows = [row, *(part for part in evaluation.parts if row.together and part.together == row.together)]
        found.append(
            Item(
                "、".join(one.name.given or "（未填名称）" for one in rows), row.name.place,
                row.level1.given or UNGRADED,
                "；".join(map(target_words, rows)), "；".join(map(actual_words, rows)),
                replace(score, completion=None) if row.together else score, row.claimed_points.value,
            )
        )  # fmt: skip
    return found


def unscored(score: Score) -> str:
    """What stands in the place of points that were not given."""
    return "未评" if score.applies else NOT_APPLICABLE


def target_words(row: Indicator) -> str:
    """Sign, target and unit as a form shows them: "≥95%"."""
    if isinstance(row.target.value, Decimal):
        sign = row.sign.value if row.sign.value not in (None, "定性") else ""
        return f"{sign}{plain(row.target.value)}{row.unit.given}"
    return row.target.given


def actual_words(row: Indicator) -> str:
    """Actual and unit: "98.28%"."""
    return _in_unit(row.actual, row)


def midyear_words(row: Indicator) -> str:
    """The value at midyear and its unit: "45.2%"."""
    return _in_unit(row.midyear, row)


def _in_unit(entry: Entry[Decimal | str], row: Indicator) -> str:
    if isinstance(entry.value, Decimal) and not entry.given.startswith(BOUNDS):
        return f"{plain(entry.value)}{row.unit.given}"
    return entry.given  # of a bound (≥90%) nobody knows the number
