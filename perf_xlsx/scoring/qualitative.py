"""Qualitative indicators (定性): three bands of the weight, the unit choosing its points within one."""

from __future__ import annotations

from fractions import Fraction

from perf_xlsx.domain.model import Citation, Indicator
from perf_xlsx.domain.rounding import plain
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring.outcome import Outcome


def judged_outcome(indicator: Indicator, rulebook: Rulebook) -> Outcome:
    """The claimed points where they lie within the judgement's band, else the nearest edge of the band."""
    basis: tuple[Citation, ...] = (rulebook.cite("qualitative.bands"),)
    band = rulebook.band(indicator.actual)
    if band is None:
        names = "、".join(band.judgement for band in rulebook.bands)
        word = "未填" if indicator.actual.empty else f"“{indicator.actual.given}”不是 {names} 之一"
        return Outcome(None, None, None, f"{indicator.actual.field}{word}", basis)
    met = band is rulebook.bands[0]
    span = f"{plain(band.low * 100)}%—{plain(band.high * 100)}%"
    said = f"实际完成情况为“{band.judgement}”"
    if indicator.weight.place.cell is None and indicator.claimed_points.place.cell is None:
        return Outcome(None, None, met, said, basis)  # the form has no points
    said += f"，应在分值的{span}之间"
    weight, claimed = indicator.weight.value, indicator.claimed_points.value
    if claimed is None or not weight:
        unclaimed = f"{said}，单位未填自评得分" if claimed is None else said
        default = rulebook.unclaimed.get(band.judgement)
        if default is None:
            return Outcome(None, None, met, unclaimed, basis)
        basis = (*basis, rulebook.cite("qualitative.unclaimed"))
        return Outcome(Fraction(default), None, met, unclaimed, basis)
    share = Fraction(claimed) / Fraction(weight)
    kept = min(max(share, Fraction(band.low)), Fraction(band.high))
    word = "采用自评得分" if kept == share else "自评得分超出区间，按最接近的界限计"
    return Outcome(kept, None, met, f"{said}，{word}", basis, chosen=kept == share)
