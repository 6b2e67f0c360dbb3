"""Standing in words and signs, the same on the terminal, in notes and on sheets: never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from perf_xlsx.domain.model import Standing, Waived

STANDING_NAMES: Mapping[Standing, str] = {"error": "错误", "warning": "警告", "notice": "提示", "waived": "已豁免"}
STANDING_SIGNS: Mapping[Standing, str] = {"error": "✖", "warning": "⚠", "notice": "ℹ", "waived": "○"}


class AdvisedFinding(Protocol):
    """A finding, or its record."""

    @property
    def advice(self) -> str: ...
    @property
    def waived(self) -> Waived | None: ...
    @property
    def standing(self) -> Standing: ...


def label(found: AdvisedFinding) -> str:
    """Sign and word: "✖ 错误"."""
    return f"{STANDING_SIGNS[found.standing]} {STANDING_NAMES[found.standing]}"


def what_to_do(found: AdvisedFinding) -> str:
    """The advice, or that no correction is needed because the finding was waived."""
    if (waived := found.waived) is None:
        return found.advice
    return f"不必更正：{waived.reason}（{waived.by}批准，有效期至{waived.until}）。"
