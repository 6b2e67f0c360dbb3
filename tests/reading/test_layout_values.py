"""Weights that an official form does not state, and what stands inside its targets: taken only where it is certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.layouts import hubei, national
from tests.kit.outcome import findings_of
from tests.kit.scored_layouts import layout_notice, score_paper, shown


def test_weights_follow_from_the_claims_only_where_that_is_proven(tmp_path: Path) -> None:
    result = score_paper(hubei(), tmp_path, "hubei")
    assert "分值按自评得分读取" in layout_notice(result).message
    assert result.scores is not None
    assert result.scores.complete


@pytest.mark.parametrize(
    "claims", [(20, 20, 10, 19, 10), (20, 20, 10, 20, 11), (20, 20, 10, 20, 0)], ids=["少1分", "多1分", "0分"]
)
def test_weights_that_are_not_proven_stay_open(claims: tuple[float, ...], tmp_path: Path) -> None:
    result = score_paper(hubei(claims), tmp_path, "hubei")
    (told,) = findings_of(result, "R06")
    assert (told.severity, told.place.cell, told.expected) == ("warning", "G7", "有“分值”一栏")
    assert "分值也无法从自评得分推定，5个指标暂不评分" in told.message
    assert result.evaluation is not None
    assert result.scores is not None
    assert all(row.weight.value is None for row in result.evaluation.indicators)
    assert not result.scores.complete
    assert {f.code for f in result.findings if f.severity == "error"} == set()


def test_a_missed_target_leaves_the_weights_open(tmp_path: Path) -> None:
    paper = hubei()
    paper.sheet["F8"] = "60艘"
    result = score_paper(paper, tmp_path, "hubei")
    assert [found.field for found in findings_of(result, "R06")] == ["分值"]


def test_another_weight_of_execution_than_the_rulebooks_is_told(tmp_path: Path) -> None:
    found = findings_of(score_paper(hubei(), tmp_path), "R17")
    assert [(f.severity, f.place.cell, f.given, f.expected) for f in found] == [("warning", "A5", "20", None)]
    assert "hubei" in found[0].advice
    assert findings_of(score_paper(hubei(), tmp_path, "hubei"), "R17") == []


TARGETS = [
    ("≥50个", "≥", "50", "个"),
    ("不低于 90％", "≥", "90", "%"),
    ("=100%", "=", "100", "%"),
    ("＝１００％", "=", "100", "%"),
    ("不超过3次", "≤", "3", "次"),
    ("100百分比", None, "100", "%"),
    ("90%以上", "≥", "90", "%"),
    ("95%及以上", "≥", "95", "%"),
    ("3天以内", "≤", "3", "天"),
    ("达到95%", "≥", "95", "%"),
    ("12个月", None, "12", "个月"),
    ("＜5起", "<", "5", "起"),
    ("2023年12月底前", "定性", "2023年12月底前", None),
    ("12月31日前", "定性", "12月31日前", None),
    ("2023-12-31", "定性", "2023-12-31", None),
    ("2023.12.31前", "定性", "2023.12.31前", None),
    ("2023.6", "定性", "2023.6", None),
    ("2023.12底前", "定性", "2023.12底前", None),
    ("2023.12完成", "定性", "2023.12完成", None),
    ("≤2050.5万元", "≤", "2050.5", "万元"),
    ("2050.5万元", None, "2050.5", "万元"),
    ("≥12020.50元", "≥", "12020.5", "元"),
    ("不超过2050.1", "≤", "2050.1", None),
    ("2050.75", None, "2050.75", None),
    ("按时完成", "定性", "按时完成", None),
    ("3—5次", "定性", "3—5次", None),
]


@pytest.mark.parametrize(("typed", "sign", "target", "unit"), TARGETS, ids=[case[0] for case in TARGETS])
def test_sign_number_and_unit_inside_a_target(
    typed: str, sign: str | None, target: str, unit: str | None, tmp_path: Path
) -> None:
    paper = national()
    paper.put("E13", typed)
    paper.put("F13", None)
    result = score_paper(paper, tmp_path)
    assert result.evaluation is not None
    row = result.evaluation.indicators[0]
    assert (row.sign.value, shown(row.target.value), row.unit.value) == (sign, target, unit)
    assert not [f for f in result.findings if f.place.cell == "E13" and f.code in ("R08", "R09")]


def test_a_time_that_nobody_judged_is_left_open(tmp_path: Path) -> None:
    paper = national()
    paper.put("F16", "12月20日完成")
    result = score_paper(paper, tmp_path)
    assert result.scores is not None
    assert result.scores.indicators[3].points is None
    assert not result.scores.complete
    assert ("R13", "F16") in [(f.code, f.place.cell) for f in result.findings]
    how = [(f.code, f.severity) for f in result.findings if f.place.cell == "E16"]
    assert how == [("R19", "notice")]  # and asked at the actual


def test_a_sign_that_cannot_be_told_apart_matters_only_when_it_does(tmp_path: Path) -> None:
    paper = national()
    for row, (target, actual) in {13: ("42公里", "42公里"), 14: ("3320平方米", "3400平方米")}.items():
        paper.put(f"E{row}", target)
        paper.put(f"F{row}", actual)
    found = [f.place.cell for f in score_paper(paper, tmp_path).findings if f.code == "I01"]
    assert found == ["E14"]


def test_a_rate_beside_a_number_of_things_is_not_compared(tmp_path: Path) -> None:
    paper = national()
    paper.put("F13", "100%")
    result = score_paper(paper, tmp_path)
    assert result.scores is not None
    assert result.scores.indicators[0].points is None
    assert ("R08", "F13") in [(f.code, f.place.cell) for f in result.findings]
