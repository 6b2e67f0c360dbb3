"""Tiers (分段计分): what a rate of completion or of execution earns, once for both."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.rounding import percent_unlike
from perf_xlsx.rulebook import Tier
from perf_xlsx.rulebook.tiers import reach, tier_in_words

ZERO, ONE = Fraction(0), Fraction(1)


def tier_of(tiers: tuple[Tier, ...], rate: Fraction) -> Tier | None:
    """The highest tier that a rate reaches, by its exact value; a rate below zero is in the last."""
    reached = (tier for tier in tiers if rate > tier.bound or (rate == tier.bound and not tier.open))
    return next(reached, tiers[-1] if tiers else None)


def scaled(
    share: Fraction, rate: Fraction, weight: Decimal, tiers: tuple[Tier, ...]
) -> tuple[Fraction, Tier | None]:
    """The share of the weight that a rate earns by the tiers, and its tier; without tiers `share`, unchanged."""
    tier = tier_of(tiers, rate)
    if tier is None:
        return share, None
    kept = share if tier.share is None else Fraction(tier.share)
    lost = _steps(tier, rate) * Fraction(tier.off)
    if not lost:
        return kept, tier
    return (max(ZERO, kept - lost / Fraction(weight)) if weight > 0 else ZERO), tier


def _steps(tier: Tier, rate: Fraction) -> int:
    """How many steps the rate is below the tier's start."""
    if not tier.step:
        return 0
    steps = max(ZERO, Fraction(tier.start) - rate) / Fraction(tier.step)
    return -(-steps.numerator // steps.denominator) if tier.begun else steps.numerator // steps.denominator


def told(tier: Tier, what: str) -> str:
    """The tier in words: “完成率70%及以上的按比例计分”."""
    lower = tier.bound == 0 and not tier.open
    return f"按规定{'' if lower else what}{reach(tier)}的{tier_in_words(tier)}"


def near(rate: Fraction, tier: Tier) -> str:
    """A rate as percent, with enough decimals to show on which side of the tier's bound it is."""
    return percent_unlike(rate, tier.bound)
