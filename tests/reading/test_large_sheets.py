"""A large sheet that shows no labels of a form is not read cell by cell; nothing else changes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.ooxml import Book, Limits, Package, PackageError, cells, read_grid
from perf_xlsx.reading.form_words import may_show_a_form
from perf_xlsx.reading.read import read
from tests.kit import layouts
from tests.kit.filled import template_of


def scored(path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> Result:
    monkeypatch.setattr(cells, "LARGE", large)
    return pipeline.score(path)


@pytest.mark.parametrize(
    "layout", ["national", "yunnan", "sichuan", "hubei", "beijing", "anhui", "chongqing", "xinjiang"]
)
def test_every_official_layout_is_read_however_large(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = getattr(layouts, layout)().save(tmp_path / "form.xlsx")
    assert scored(path, monkeypatch, 0) == scored(path, monkeypatch, 10_000)


@pytest.mark.parametrize("story", ["department-as-filed", "project"])
def test_our_template_is_read_however_large(story: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(template_of(story))
    pipeline.score(path, tmp_path / "scored.xlsx")
    for file in (path, tmp_path / "scored.xlsx"):
        assert scored(file, monkeypatch, 0) == scored(file, monkeypatch, 10_000)


def with_details(path: Path, formula: str = "") -> None:
    """A filled form with a sheet of accounts behind it, and perhaps a formula in the box of an amount."""
    path.write_bytes(template_of("department-as-filed"))
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("明细")
    for row in range(1, 40):
        sheet.append([row, f"第{row}笔支出", row * 1.5])
    if formula:
        book["预算执行"]["D8"] = formula
    book.save(path)


def test_a_large_sheet_of_accounts_is_reported_and_partly_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_details(tmp_path / "form.xlsx")
    assert scored(tmp_path / "form.xlsx", monkeypatch, 20) == scored(tmp_path / "form.xlsx", monkeypatch, 10_000)
    book = Book(Package.open(tmp_path / "form.xlsx"))
    monkeypatch.setattr(cells, "LARGE", 20)
    grid = read_grid(book, book.sheets[-1], may_show_a_form)
    assert (grid.partial, len(grid.cells)) == (True, 1)


def test_the_identity_is_read_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package.open(template_of("department-as-filed"))
    package.take_away("docProps/custom.xml")
    monkeypatch.setattr(cells, "LARGE", 0)
    evaluation = read(package, "returned.xlsx")[0].evaluation
    assert evaluation is not None
    assert (evaluation.form, evaluation.rulebook) == ("department", "mof-2020")


def test_a_formula_that_looks_at_a_sheet_in_part_is_not_recomputed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_details(tmp_path / "form.xlsx", "=SUM(明细!C1:C9)")
    assert scored(tmp_path / "form.xlsx", monkeypatch, 20) == scored(tmp_path / "form.xlsx", monkeypatch, 10_000)


def test_the_limit_of_cells_holds_for_sheets_that_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_details(tmp_path / "form.xlsx")
    monkeypatch.setattr(cells, "LARGE", 20)
    book = Book(Package.open(tmp_path / "form.xlsx", Limits(cells=100)))
    with pytest.raises(PackageError, match="超过 100 个单元格"):
        read_grid(book, book.sheets[-1], may_show_a_form)


def test_labels_spaced_or_bracketed_are_labels_and_prose_is_not() -> None:
    assert may_show_a_form(["三 级 指 标", "实际完成值（万元）", "得分："])
    assert not may_show_a_form(
        ["三级指标", "说明：三级指标和实际完成值、得分由各单位按要求自行填写，不得空缺，报送后不再修改"]
    )
    assert not may_show_a_form(["项目名称", "凭证号", "摘要", "备注"])


def test_a_long_text_may_end_with_a_label_at_the_very_end() -> None:
    assert not may_show_a_form(["请各单位逐条说明情况并在本年度报送实际完成值"])
