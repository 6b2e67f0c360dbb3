"""Severity in words and signs, the same on the terminal, in notes and on sheets: never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.model import Severity

SEVERITY_NAMES: Mapping[Severity, str] = {"error": "错误", "warning": "警告", "notice": "提示"}
SEVERITY_SIGNS: Mapping[Severity, str] = {"error": "✖", "warning": "⚠", "notice": "ℹ"}
