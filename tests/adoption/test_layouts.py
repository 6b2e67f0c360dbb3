"""Layouts of every region: the form that is adopted, its template filled in, and what is read of it then."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import MergedCell

from tests.kit import layouts
from tests.kit.published import adopted, expected, filled_in, published, record, template

LAYOUTS = ["national", "yunnan", "sichuan", "hubei", "beijing", "anhui", "chongqing", "xinjiang", "one_sheet"]
READ = (
    "status",
    "unit",
    "supervisor",
    "project",
    "year",
    "money_unit",
    "total",
    "grade",
    "claimed_total",
    "execution",
)
INDICATOR = ("name", "sign", "target", "unit", "actual", "weight", "claimed", "points")


def _typed(path: Path, source: Path, out: Path) -> Path:
    """A template with the answers of a filled form: only into cells that are not locked."""
    answers, book = openpyxl.load_workbook(source), openpyxl.load_workbook(path)
    for sheet in answers:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            box = book[sheet.title][cell.coordinate]
            if box.value == cell.value or isinstance(box, MergedCell) or "年度" in str(cell.value):
                continue
            assert not box.protection.locked, cell.coordinate
            box.value, box.number_format = cell.value, cell.number_format
            if isinstance(cell.value, str):
                box.data_type = "s"
    book.save(out)
    return out


@pytest.mark.parametrize("name", LAYOUTS)
def test_its_template_is_read_as_the_layout(name: str, tmp_path: Path) -> None:
    source = getattr(layouts, name)().save(tmp_path / "官方.xlsx")
    usual = record(source)
    file = adopted(source, "--blank")
    row = record(_typed(template(file, usual["year"] or 2023), source, tmp_path / "填报.xlsx"), "--forms", file)
    assert {key: row.get(key) for key in READ} == {key: usual.get(key) for key in READ}
    for one, other in zip(row["indicators"], usual["indicators"], strict=True):
        assert {key: one[key] for key in INDICATOR} == {key: other[key] for key in INDICATOR}


READABLE = sorted(name for name, form in expected().items() if form.get("readable", True))


@pytest.mark.parametrize("name", READABLE)
def test_a_template_of_a_published_form_is_read_as_that_form(name: str, tmp_path: Path) -> None:
    (tmp_path / "官方.xlsx").write_bytes(published(name).read_bytes())
    usual = record(published(name))
    file = adopted(tmp_path / "官方.xlsx", "--blank")
    typed = filled_in(template(file, usual["year"] or 2023), name, tmp_path / "填报.xlsx")
    row = record(typed, "--forms", file)
    same = [key for key in READ if key != "year" or usual["year"]]
    assert {key: row.get(key) for key in same} == {key: usual.get(key) for key in same}
    for one, other in zip(row["indicators"], usual["indicators"], strict=True):
        assert {key: one[key] for key in INDICATOR} == {key: other[key] for key in INDICATOR}
