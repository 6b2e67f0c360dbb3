"""A finding of one's own is told like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Scores, SelfEvaluation
from perf_xlsx.findings import catalogue as findings
from perf_xlsx.findings.catalogue import CatalogueEntry, Observation, check, observed
from perf_xlsx.results.explain import rules_document
from perf_xlsx.rulebook import Rulebook
from tests import CASES
from tests.kit.command import command
from tests.kit.own_forms import shown


@pytest.fixture
def longest_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A finding of one's own: its entry in the catalogue, and its check."""
    entry = CatalogueEntry(
        "I99", "指标名称过长", ("notice",), "名称太长不便汇总。", "改造农村供水工程", "……", basis="本单位约定"
    )
    monkeypatch.setitem(findings.catalogue(), "I99", entry)  # type: ignore[arg-type]  # what is read from the TOML
    monkeypatch.setattr(findings, "CHECKS", [*findings.CHECKS])

    @check("I99")
    def names_are_short(evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
        for row in evaluation.indicators:
            if len(row.name.given) > 12:
                yield observed(row.name, f"{row.display_name}名称过长。", "请缩短。", expected="不超过12个字")

    return "I99"


def test_a_finding_of_ones_own_is_told_like_any_other(longest_name: str, tmp_path: Path) -> None:
    usual = (CASES / "完好的项目自评表.json").read_text("utf-8")
    pipeline.write_template(tmp_path / "a.xlsx", case=usual)
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    (found,) = [one for one in result.findings if one.code == longest_name]
    assert (found.severity, found.field, found.basis) == ("notice", "三级指标", "本单位约定")
    assert found.given == "建立长效管护机制的工程占比"
    assert any("名称过长" in row for row in shown(tmp_path / "b.xlsx", "问题清单"))
    assert "**I99 指标名称过长**（提示）" in rules_document()
    assert "依据：本单位约定" in command("explain", "I99").output
