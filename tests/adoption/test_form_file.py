"""The file of an adopted form is a form file like any other: what is wrong in it is told by file and key."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.kit.command import command
from tests.kit.published import adopted, published, record


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """An adopted form."""
    (tmp_path / "官方.xlsx").write_bytes(published("yn-linxiang").read_bytes())
    return adopted(tmp_path / "官方.xlsx")


def test_it_names_its_base_its_workbook_and_its_labels(form: Path) -> None:
    text = form.read_text("utf-8")
    assert 'base = "project"' in text
    assert 'file = "表样（原样）.xlsx"' in text
    assert '[layout.indicators]\nlevel1 = ["一级指标"]' in text
    assert 'reason = ["偏差原因分析及改进措施"]' in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('base = "project"', 'base = "projects"', "base 是“projects”，应为 department、project 之一"),
        ('title = "', 'titel = "', "缺少 title，它不能取自 base"),
        ("actual = [", "actuals = [", "layout.indicators 不认识“actuals”"),
        ("target = [", 'target = ["实际完成值", ', "layout.indicators“target”和“actual”都有“实际完成值”"),
        (
            'file = "表样（原样）.xlsx"',
            'file = "../表样.xlsx"',
            "file 是“../表样.xlsx”，应为 同一文件夹中的文件名",
        ),
        ('sha256 = "', 'sha256 = "x', "sha256 是“x"),
        ("[layout.other]", "[layout.others]", "不认识“others”"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, told: str, form: Path) -> None:
    form.write_text(form.read_text("utf-8").replace(old, new, 1), "utf-8")
    result = command("check", published("yn-linxiang"), "--forms", form)
    assert (result.exit_code, told in result.output) == (2, True), result.output


def test_a_label_may_be_added_by_hand(form: Path, tmp_path: Path) -> None:
    """A bureau's second way to head a column is a line in the file."""
    book = openpyxl.load_workbook(published("yn-linxiang"))
    book.active["F12"] = "办成了多少"
    book.save(tmp_path / "填报.xlsx")
    text = form.read_text("utf-8")
    form.write_text(text.replace('actual = ["实际完成值"]', 'actual = ["实际完成值", "办成了多少"]'), "utf-8")
    row, usual = record(tmp_path / "填报.xlsx", "--forms", form), record(published("yn-linxiang"))
    assert (row["form"] != "project", row["total"], row["grade"]) == (True, usual["total"], usual["grade"])
