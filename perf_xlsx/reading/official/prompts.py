"""What a form prints where something is to be written: 说明完成情况（100字以内）. By itself it is no answer."""

from __future__ import annotations

from collections.abc import Sequence

from perf_xlsx.domain.quantity import normalise
from perf_xlsx.reading.official.labels import without_spaces
from perf_xlsx.system.pattern import pattern

_LIMIT = pattern(r"[(（\[【]?(?:限|不超过)?\d{1,4}字(?:以内|之内|左右)?[)）\]】]?")
_ASKS = pattern("说明|填写|填报|简述|概述|描述|阐述|分析|对照|提出|列出|填列|请")
_NUMBERED = pattern(r"\d{1,2}[.、．]")
_BETWEEN = " \t\r\n。；;：:，,、"


def is_prompt(text: str, prompts: Sequence[str]) -> bool:
    """Whether a text is only what the form prints."""
    return bool(text.strip()) and not behind_prompt(text, prompts)


def behind_prompt(text: str, prompts: Sequence[str]) -> str:
    """What somebody wrote: the text, what is behind its prompt or before its limit; "" for a mere prompt."""
    folded = without_spaces(text)
    if not any(without_spaces(word) in folded for word in prompts):
        return text
    limits = list(_LIMIT.finditer(text))
    if not limits:
        return ""
    behind = text[limits[-1].end() :].lstrip(_BETWEEN).rstrip()
    if behind:
        return "" if _NUMBERED.match(behind) else behind
    before = text[: limits[0].start()].strip()
    return "" if len(limits) > 1 or not before or _ASKS.search(normalise(before)) else before
