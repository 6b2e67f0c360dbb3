"""Weights typed as fractions of the whole: 0.5, 0.3 and 0.1 where 50, 30 and 10 are meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.domain.model import Entry, Indicator
from perf_xlsx.domain.rounding import plain
from perf_xlsx.reading.cells.cell_findings import CellFindings
from perf_xlsx.rulebook import Rulebook

HUNDRED = Decimal(100)
FEWEST = 2  # one weight alone proves nothing


def in_points(rows: Sequence[Indicator], findings: CellFindings, rulebook: Rulebook) -> tuple[Indicator, ...]:
    """The indicators with their weights in points, where only a hundred times as much gives the full score (R12).

    So are the claims, where they are fractions as well.
    """
    if not _fractions(rows, rulebook):
        return tuple(rows)
    claims = [row.claimed_points for row in rows]
    both = _are_fractions(claims)
    given = "、".join(plain(row.weight.value or 0) for row in rows[:3])
    what, first = "分值和自评得分" if both else "分值", rows[0].weight
    right = plain((first.value or 0) * HUNDRED)
    message = (
        f"{what}填的是小数（{given}{'等' if len(rows) > 3 else ''}），乘以100后合计正好"
        f"{plain(rulebook.number('total.points'))}，已按乘以100后的数读取。"
    )
    advice = f"请核对，{what}按分数填写，如 {right}。"
    findings.about("R12", first, message, advice, right, "warning")
    return tuple(
        replace(row, weight=_points(row.weight), claimed_points=_points(row.claimed_points) if both else claim)
        for row, claim in zip(rows, claims, strict=True)
    )


def _fractions(rows: Sequence[Indicator], rulebook: Rulebook) -> bool:
    weights = [row.weight for row in rows]
    total = sum((weight.value or Decimal(0) for weight in weights), Decimal(0)) * HUNDRED
    wanted = rulebook.number("total.points") - rulebook.number("execution.weight")
    return len(weights) >= FEWEST and total == wanted and all(w.value for w in weights) and _are_fractions(weights)


def _are_fractions(entries: Iterable[Entry[Decimal]]) -> bool:
    values = [entry.value for entry in entries if entry.value is not None]
    return any(values) and all(0 <= value < 1 for value in values)


def _points(entry: Entry[Decimal]) -> Entry[Decimal]:
    return entry if entry.value is None else replace(entry, value=entry.value * HUNDRED)
