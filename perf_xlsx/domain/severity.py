"""Severities in words and signs, the same on terminal, notes and sheets: never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.domain.model import Finding, Standing

STANDING_NAMES: Mapping[Standing, str] = {"error": "错误", "warning": "警告", "notice": "提示", "waived": "已豁免"}
STANDING_SIGNS: Mapping[Standing, str] = {"error": "✖", "warning": "⚠", "notice": "ℹ", "waived": "○"}


def label(found: Finding) -> str:
    """Sign and word: "✖ 错误"."""
    return f"{STANDING_SIGNS[found.standing]} {STANDING_NAMES[found.standing]}"


def what_to_do(found: Finding) -> str:
    """The advice, or that no correction is needed because the finding was waived."""
    if found.waived is None:
        return found.advice
    return waiver_text(found.waived.reason, found.waived.by, found.waived.until.isoformat())


def waiver_text(reason: str, by: str, until: str) -> str:
    """The text in place of the advice where a finding was waived."""
    return f"不必更正：{reason}（{by}批准，有效期至{until}）。"
