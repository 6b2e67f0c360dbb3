"""Points in brackets are not below zero, amounts are; a percent format on what is no percentage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.results.recording import as_json
from tests.kit.filled import at, box
from tests.kit.layouts import national
from tests.kit.scored_layouts import score_paper
from tests.kit.typed_cells import changed, message, row, told


@pytest.mark.parametrize("text", ["（20）", "(20)", "【20】", "[ 20 ]", "（20分）", "〔20〕"])
def test_points_in_brackets_are_not_below_zero(text: str, sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·分值").value = box(book, "指标2·自评得分").value = text

    result = changed(sound, tmp_path, change)
    assert (row(result, 1).weight.value, row(result, 1).claimed_points.value) == (20, 20)
    assert told(result) == {("R12", "notice", at("指标2·分值")), ("R12", "notice", at("指标2·自评得分"))}


def test_official_points_in_brackets_are_not_below_zero(tmp_path: Path) -> None:
    paper, plain = national(), score_paper(national(), tmp_path)
    for cell in ("G13", "G14", "H13", "H14", "H6", "J6", "H24"):
        paper.put(cell, f"（{paper.sheet[cell].value}）")
    result = score_paper(paper, tmp_path)
    assert as_json(result)["total"] == as_json(plain)["total"]
    assert {(found.code, found.severity) for found in result.findings} - {
        (found.code, found.severity) for found in plain.findings
    } <= {("R12", "notice")}


def test_an_amount_in_brackets_is_below_zero(sound: bytes, tmp_path: Path) -> None:
    result = changed(sound, tmp_path, lambda book: box(book, "人员经费·全年执行数").__setattr__("value", "（50）"))
    assert result.evaluation is not None
    assert result.evaluation.funds["people"].executed.value == -50
    assert ("F07", "error", at("人员经费·全年执行数")) in told(result)


@pytest.mark.parametrize("stored", [980, 9.8, 0.5])
def test_an_amount_in_a_percent_format_is_open(stored: float, sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        box(book, "合计·全年执行数").value, box(book, "合计·全年执行数").number_format = stored, "0%"

    result = changed(sound, tmp_path, change)
    assert result.evaluation is not None
    assert result.scores is not None
    assert (result.evaluation.total_funds.executed.value, result.scores.complete) == (None, False)
    assert told(result) == {("R08", "error", at("合计·全年执行数"))}
    assert f"格里存的是{stored}" in message(result, "R08")


@pytest.mark.parametrize(("stored", "code"), [(0.2, "R12"), (20, "R09")])
def test_points_in_a_percent_format_are_as_many_as_points_can_be(
    stored: float, code: str, sound: bytes, tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·分值").value, box(book, "指标2·分值").number_format = stored, "0%"

    result = changed(sound, tmp_path, change)
    assert row(result, 1).weight.value == 20
    assert {(found.code, found.place.cell) for found in result.findings} == {(code, at("指标2·分值"))}
