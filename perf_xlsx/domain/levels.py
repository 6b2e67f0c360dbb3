"""Level-1 indicators (一级指标) as they compare; the words are in vocabulary/levels.toml."""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.domain.model import Indicator, SelfEvaluation
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.vocabulary import vocabulary

_WORDS = vocabulary("levels")
LEVEL_WORDS: Mapping[str, list[str]] = _WORDS["level1"]
SATISFACTION, COST, _, OUTPUT = LEVEL_WORDS
REQUIRED_DIMENSIONS: list[str] = _WORDS["required"]["dimensions"]
OTHER_SCHEMES: list[str] = _WORDS["required"]["other_schemes"]


def level_named(given: str) -> str:
    """The level that a name belongs to: "产出" and "数量指标" are 产出指标, "管理" is 管理指标; "" stays."""
    text = same_label(given)
    known = next((level for level, words in LEVEL_WORDS.items() if any(word in text for word in words)), None)
    return known or (text if not text or text.endswith("指标") else f"{text}指标")


def by_level(evaluation: SelfEvaluation) -> dict[str, list[Indicator]]:
    """The indicators by level 1; a row without one belongs to the level above it."""
    groups: dict[str, list[Indicator]] = {}
    level = ""
    for row in evaluation.indicators:
        level = level_named(row.level1.given) or level
        groups.setdefault(level, []).append(row)
    return groups


def is_judged_level(*levels: str) -> bool:
    """Whether indicators of this level (the first that is given) are judged and need no target: 决策, 过程."""
    level = same_label(next(filter(None, levels), ""))
    known = _WORDS["judged"]
    return any(word in level for word in known["words"]) and not any(word in level for word in known["not"])
