"""The code at a unit's name, and the word behind its sign of percent, are left out for every use alike."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.results.recording import as_json
from perf_xlsx.scored.items import actual_words, target_words
from tests.kit.layouts import Paper, national
from tests.kit.published_tables import PUBLISHED


def with_unit(typed: str) -> Paper:
    paper = national()
    paper.sheet["C4"] = paper.sheet["H4"] = typed
    return paper


@pytest.mark.parametrize(
    "typed",
    [
        "314002-成安县民政局", "314002 — 成安县民政局", "314002－成安县民政局", "[235]成安县民政局", "（314002）成安县民政局",
        "314002成安县民政局", "314002 成安县民政局", "314002001：成安县民政局", "成安县民政局（314002）", "成安县民政局[314002001]",
    ],
)  # fmt: skip
def test_the_code_is_no_part_of_a_units_name(typed: str, tmp_path: Path) -> None:
    result = pipeline.score(with_unit(typed).save(tmp_path / "a.xlsx"), tmp_path / "b.xlsx")
    assert result.evaluation is not None
    entries = [result.evaluation.boxes[key] for key in ("unit", "supervisor")]
    assert {(entry.value, entry.given) for entry in entries} == {("成安县民政局", "成安县民政局")}
    assert as_json(result)["unit"] == "成安县民政局"
    told = [(f.code, f.severity, f.place.cell) for f in result.findings if f.expected == "成安县民政局"]
    assert sorted(told) == [("R12", "notice", "C4"), ("R12", "notice", "H4")]


@pytest.mark.parametrize(
    "name", ["110指挥中心", "12345热线办", "某中学（2022）", "成安县民政局", "第七中学", "731-2022"]
)
def test_a_name_with_a_number_is_a_name(name: str, tmp_path: Path) -> None:
    assert as_json(pipeline.score(with_unit(name).save(tmp_path / "a.xlsx")))["unit"] == name


def test_our_sheets_show_neither_the_code_nor_the_word_behind_the_sign(tmp_path: Path) -> None:
    result = pipeline.score(PUBLISHED / "he-chengan.xlsx", tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    shown = [str(cell.value) for name in ("评分汇总", "自评表(2)") for row in book[name] for cell in row]
    assert not any("314002" in text or "百分比）" in text for text in shown)
    assert result.evaluation is not None
    words = {(target_words(row), actual_words(row)) for row in result.evaluation.indicators}
    assert words == {("≥98%", "100%"), ("≥99%", "100%"), ("≥75%", "100%"), ("≥95%", "100%")}
