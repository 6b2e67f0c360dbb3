"""Workbooks of other formats give the same values, scores and findings as the .xlsx.

The files in tests/fixtures are the report as filed, saved by LibreOffice as .xls (BIFF8) and .ods. .xlsb, Excel
5.0/95 and strict OOXML, which nothing at hand writes, are built by tests/kit/foreign_workbooks.py; what is built
there is shown to be what those formats are by readers that know nothing of it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES
from perf_xlsx.foreign import open_original
from tests import FIXTURES
from tests.kit.filled import at, changed
from tests.kit.foreign_results import same, values
from tests.kit.foreign_workbooks import biff5, number_of, strict, xlsb
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.outcome import with_copy

TOTALS = {
    "department-corrected": ("88.01", "良"),
    "department-as-filed": ("88.62", None),  # weights that do not make 100 earn no grade
    "project": ("96.40", "优"),
}


@pytest.mark.parametrize("story", STORIES)
def test_xlsb(story: str, filled: dict[str, bytes], tmp_path: Path) -> None:
    result = with_copy(xlsb(filled[story]), tmp_path, "报送.xlsb")
    assert result.scores is not None
    assert (str(result.scores.total), result.scores.grade) == TOTALS[story]
    same(result, with_copy(filled[story], tmp_path, "a.xlsx"))


@pytest.mark.parametrize("story", ["department-corrected", "project"])
def test_excel_95(story: str, filled: dict[str, bytes], tmp_path: Path) -> None:
    result = with_copy(biff5(filled[story]), tmp_path, "报送.xls")
    assert result.scores is not None
    assert (str(result.scores.total), result.scores.grade) == TOTALS[story]
    same(result, with_copy(filled[story], tmp_path, "a.xlsx"))
    assert "Excel 5.0/95" in (next(f for f in result.findings if f.code == "R18").given or "")


@pytest.mark.parametrize("name", ["部门整体.xls", "部门整体.ods", "部门整体.et", "部门整体.xlsx"])
def test_saved_by_another_program_whatever_the_suffix(name: str, filled: dict[str, bytes], tmp_path: Path) -> None:
    source = FIXTURES / ("部门整体.ods" if name.endswith("ods") else "部门整体.xls")
    same(
        with_copy(source.read_bytes(), tmp_path, name),
        with_copy(filled["department-as-filed"], tmp_path, "a.xlsx"),
    )


@needs_libreoffice
def test_every_example_saved_by_libreoffice(filled: dict[str, bytes], tmp_path: Path) -> None:
    for story, data in filled.items():
        (tmp_path / f"{story}.xlsx").write_bytes(data)
    for kind in ("xls:MS Excel 97", "ods:calc8"):
        suffix = kind.partition(":")[0]
        converted(tmp_path, kind, *(tmp_path / f"{story}.xlsx" for story in filled))
        for story in filled:
            result = pipeline.score(tmp_path / f"{story}.{suffix}", tmp_path / "out.xlsx")
            same(result, pipeline.score(tmp_path / f"{story}.xlsx"))


@needs_libreoffice
def test_what_is_built_here_is_what_libreoffice_knows(filled: dict[str, bytes], tmp_path: Path) -> None:
    data = filled["department-as-filed"]
    expected = with_copy(data, tmp_path, "a.xlsx")
    for name, built in (("b.xlsb", xlsb(data)), ("c.xls", biff5(data)), ("d.xlsx", strict(data))):
        (tmp_path / name).write_bytes(built)
        (tmp_path / "back").mkdir(exist_ok=True)
        converted(tmp_path / "back", "xlsx:Calc MS Excel 2007 XML", tmp_path / name)
        result = pipeline.score(tmp_path / "back" / f"{name[0]}.xlsx")
        assert values(result)["total"] == values(expected)["total"]
        # The formulas that are built here are all =1, which LibreOffice computes: those are no checks of ours.
        assert len([f for f in result.findings if f.code != "R16"]) == len(expected.findings)


def test_calamine_sees_the_same_in_the_xlsb(filled: dict[str, bytes]) -> None:
    from python_calamine import CalamineWorkbook

    data = xlsb(filled["department-as-filed"])
    original = open_original(data)
    assert original is not None
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == [sheet.name for sheet in original.sheets]
    for sheet, grid in zip(original.sheets, original.grids, strict=True):
        rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        theirs = {
            (r, c): value
            for r, row in enumerate(rows, 1)
            for c, value in enumerate(row, 1)
            if value not in ("", None)
        }
        ours = {at: cell.value for at, cell in grid.cells.items() if cell.value is not None}
        assert theirs.keys() == ours.keys()
        for place, value in theirs.items():
            if isinstance(value, bool):
                assert ours[place] is value
            elif isinstance(value, float | int):
                assert number_of(ours[place]) == value
            elif isinstance(value, str):
                assert ours[place] == value


@pytest.mark.parametrize("build", [xlsb, biff5])
def test_the_number_format_tells_a_fraction_from_a_percentage(
    build: Callable[[bytes], bytes], filled: dict[str, bytes], tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        sheet = book["预算执行"]
        sheet[at("合计·预算执行率")], sheet[at("合计·预算执行率")].number_format = 0.8679518, "0.00%"
        sheet[at("项目支出·预算执行率")] = 0.89

    data = changed(filled["department-corrected"], change)
    result = with_copy(build(data), tmp_path, "b")
    same(result, with_copy(data, tmp_path, "a.xlsx"))
    assert [f.place.cell for f in result.findings if f.code == "R12"] == [at("项目支出·预算执行率")]
    again = openpyxl.load_workbook(tmp_path / "out.xlsx")["预算执行"]
    assert again[at("项目支出·预算执行率")].number_format == "General"
