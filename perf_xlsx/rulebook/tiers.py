"""Tiers (分段计分): what a rate earns from each of its bounds on, parsed and in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from perf_xlsx.domain.rounding import plain
from perf_xlsx.rulebook.rulebook import Tier
from perf_xlsx.rulebook.values import finite_decimal, table_rows

RATIO = "ratio"  # `share` of a tier that earns what the rate earns without tiers
MOST = 20  # tiers: a formula cannot hold many more
_DEDUCTION = {"start", "step", "off", "begun"}


def parse_tiers(raw: Any) -> tuple[Tier, ...]:
    """Tiers from the highest, the last from 0 on. Raises ValueError in Chinese."""
    if raw == []:
        return ()
    tiers = tuple(map(_tier, table_rows(raw, {"share"}, {"from", "above", *_DEDUCTION})))
    if len(tiers) > MOST:
        raise ValueError(f"有{len(tiers)}段，最多{MOST}段")
    for upper, lower in pairwise(tiers):
        if (upper.bound, upper.open) <= (lower.bound, lower.open):
            raise ValueError(f"各段应从高到低排列：{reach(upper)}之后是{reach(lower)}，两段重叠")
    if tiers[-1].bound != 0 or tiers[-1].open:
        raise ValueError(f"最后一段应从0开始（from = 0），低于{_percent(tiers[-1].bound)}的没有规定，留有空档")
    return tiers


def _tier(row: Mapping[str, Any]) -> Tier:
    if ("from" in row) == ("above" in row):
        raise ValueError("的每一段应写明从多少起：from（含）或 above（不含），写一个")
    bound = finite_decimal(row.get("from", row.get("above")))
    if not 0 <= bound <= 100:
        raise ValueError(f"的界限{plain(bound)}应在 0 与 100 之间，如 130% 写 1.3")
    tier = Tier(bound, "above" in row, _share(row["share"]), **_deduction(row))
    if tier.step and not tier.open and tier.start < tier.bound:
        raise ValueError(f"{reach(tier)}的 start 应不低于该段的界限")
    return tier


def _share(raw: Any) -> Decimal | None:
    if raw == RATIO:
        return None
    if isinstance(raw, str) or not 0 <= finite_decimal(raw) <= 1:
        raise ValueError(f"的 share 应在 0 与 1 之间，或写 {RATIO}（按比例）")
    return finite_decimal(raw)


def _deduction(row: Mapping[str, Any]) -> dict[str, Any]:
    """Points off for each step below a rate."""
    if not row.keys() & _DEDUCTION:
        return {}
    if not {"step", "off"} <= row.keys():
        raise ValueError("逐步扣分的要写 step（每低多少）和 off（扣几分），可以写 start（从多少起算）")
    step, off, start = (finite_decimal(row.get(key, 1)) for key in ("step", "off", "start"))
    if not isinstance(row.get("begun", False), bool):
        raise ValueError("的 begun 应为 true（不足一步按一步扣）或 false（不扣）")
    if not Decimal("0.0001") <= step <= 1 or not 0 < off <= 1000 or not 0 <= start <= 100:
        raise ValueError("的 step 应在 0.0001 与 1 之间，off 应大于 0，start 应在 0 与 100 之间")
    return {"start": start, "step": step, "off": off, "begun": bool(row.get("begun", False))}


def tiers_in_words(tiers: tuple[Tier, ...], rate: str) -> str:
    """Every tier: “完成率130%以上（不含）：得0分；…；更低：得0分”."""
    return (
        rate + "；".join(f"{reach(tier)}：{tier_in_words(tier)}" for tier in tiers)
        if tiers
        else "不分段，按比例计分"
    )


def tier_in_words(tier: Tier) -> str:
    """What a tier earns: "得满分", "按比例计分，每低5%扣1分（从90%起算，不足5%的不扣）"."""
    step = _percent(tier.step)
    begun = "按一步扣" if tier.begun else "不扣"
    off = f"每低{step}扣{plain(tier.off)}分（从{_percent(tier.start)}起算，不足{step}的{begun}，扣完为止）"
    match tier.share:
        case None:
            kept = "按比例计分"
        case share if share == 1:
            kept = "从满分起" if tier.step else "得满分"
        case share:
            kept = f"得分值的{_percent(share)}" if share else "得0分"
    return f"{kept}，{off}" if tier.step else kept


def reach(tier: Tier) -> str:
    """From where on a tier counts: "70%及以上", "130%以上（不含）", "更低"."""
    if not tier.bound and not tier.open:
        return "更低"
    return f"{_percent(tier.bound)}{'以上（不含）' if tier.open else '及以上'}"


def _percent(share: Decimal) -> str:
    return f"{plain(share * 100)}%"
