"""Items together: what they weigh, claim and earn. What is open is no zero, and has no sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from perf_xlsx.domain.model import Score, Scores, SelfEvaluation
from perf_xlsx.scored.items import Item


class ItemGroup(Struct, frozen=True):
    """All items of a form, or those of a level. `execution` is the score of its budget execution."""

    items: Sequence[Item]
    execution: Score
    unscored: bool = False

    @property
    def _applying(self) -> list[Score]:
        return [item.score for item in self.items if item.score.applies]

    @property
    def is_scored(self) -> bool:
        """Whether any of them has points."""
        return any(score.points is not None for score in self._applying)

    @property
    def weight(self) -> Decimal | None:
        """The sum of weights; None where an indicator's is open. A rulebook may give execution none."""
        known = [item.score.weight for item in self.items if item.score.weight is not None]
        lacking = any(score.weight is None for score in self._applying if score is not self.execution)
        return None if not known or lacking or self.unscored else sum(known, Decimal(0))

    @property
    def claimed(self) -> Decimal | None:
        """The sum of the unit's own points; None where one is missing."""
        known = [item.claimed for item in self.items if item.claimed is not None]
        return sum(known, Decimal(0)) if len(known) == len(self.items) else None

    @property
    def earned(self) -> Decimal | None:
        """The sum of the points so far; None where the form gets none."""
        earned = (score.points or Decimal(0) for score in self._applying)
        return None if self.unscored else sum(earned, Decimal(0))

    @property
    def is_open(self) -> bool:
        """Whether points or a weight are not known."""
        counted = [score for score in self._applying if score.weight or score is not self.execution]
        return any(score.points is None or score.weight is None for score in counted)

    def gap(self, earned: Decimal | None) -> Decimal | None:
        """What was claimed beyond what was `earned`; None where either is open."""
        claimed = self.claimed
        return None if claimed is None or earned is None or self.is_open else claimed - earned

    @property
    def share(self) -> Fraction | None:
        """Points ÷ weight; None where either is open."""
        if self.is_open or self.earned is None or not self.weight:
            return None
        return Fraction(self.earned) / Fraction(self.weight)


def indicators_by_level(
    items: Sequence[Item], evaluation: SelfEvaluation, scores: Scores
) -> Iterator[tuple[str, ItemGroup]]:
    """The items of each 一级指标 that apply, in the form's order."""
    for name in dict.fromkeys(item.level1 for item in items):
        group = [item for item in items if item.level1 == name and item.score.applies]
        yield name, ItemGroup(group, scores.execution, bool(evaluation.unscored))
