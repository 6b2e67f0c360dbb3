"""`adopt` proposes what each label of an official form means; a person corrects it; nothing is left out."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.kit.command import command
from tests.kit.published import MEANINGS, SHEET, adopted, blanked, checking, proposed, published, record

RIGHT = 0.95  # of the meanings


def _workbook(name: str, kind: str, folder: Path) -> Path:
    if kind == "blank":
        return blanked(name, folder / "空白.xlsx")
    (folder / "填好.xlsx").write_bytes(published(name).read_bytes())
    return folder / "填好.xlsx"


@pytest.mark.parametrize("kind", ["filled", "blank"])
def test_what_is_proposed_is_right(kind: str, tmp_path: Path) -> None:
    wrong, count = list[tuple[str, str, str, str]](), 0
    for name, meanings in MEANINGS.items():
        (tmp_path / name).mkdir()
        found = proposed(adopted(_workbook(name, kind, tmp_path / name)))
        wrong += [
            (name, cell, words, found.get(cell, "not listed"))
            for cell, words in meanings.items()
            if found.get(cell) != words
        ]
        count += len(meanings)
    assert len(wrong) <= (1 - RIGHT) * count, wrong
    assert {name for name, *_ in wrong} <= {"cq-liangping", "sd-licheng", "hb-shangwu"}, wrong


def test_every_text_of_the_form_is_listed_or_in_a_row_of_a_table(tmp_path: Path) -> None:
    for name, meanings in MEANINGS.items():
        (tmp_path / name).mkdir()
        path = _workbook(name, "filled", tmp_path / name)
        found, sheet = proposed(adopted(path)), openpyxl.load_workbook(path).active
        body = [sheet[cell].row for cell, words in meanings.items() if words.startswith(("指标栏", "资金栏"))]
        rows = {row for head in body for row in range(head, sheet.max_row + 1)}
        texts = {
            cell.coordinate
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value
        }
        left = {cell for cell in texts - found.keys() if sheet[cell].row not in rows}
        assert not left, (name, left)


def test_each_label_is_coloured_and_noted_on_their_own_sheet(tmp_path: Path) -> None:
    file = adopted(_workbook("old-cq-kexuecheng", "filled", tmp_path))
    book = openpyxl.load_workbook(checking(file))
    sheet = book["部门整体绩效自评表"]
    assert "指标栏：年度指标值（确定：" in sheet["E8"].comment.text
    assert "没有含义，不读取" in sheet["K8"].comment.text
    assert len({sheet[cell].fill.fgColor.rgb for cell in ("B2", "C4", "E8", "K8", "A8")}) == 5
    assert book.active.title == SHEET


def test_a_drop_down_offers_every_meaning(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(checking(adopted(_workbook("yn-linxiang", "filled", tmp_path))))[SHEET]
    rule = next(one for one in sheet.data_validations.dataValidation if "G7" in str(one.sqref))
    column, first, _, last = rule.formula1.replace("$", " ").replace(":", " ").split()
    assert column == "I"
    offered = (
        [sheet[f"I{row}"].value for row in range(int(first), int(last.removeprefix("I")) + 1)]
        if last.isdigit()
        else []
    )
    offered = offered or [cell.value for cell in sheet["I"][int(first) - 1 :] if cell.value]
    assert {"单格：项目名称", "资金栏：全年执行数", "资金行：年度资金总额", "指标栏：实际完成值"} <= set(offered)


# ---- corrections ----------------------------------------------------------------------------------------------


def _corrected(file: Path, **cells: str | None) -> str:
    """What `adopt` says of the workbook for checking after cells of the sheet of meanings were changed."""
    book = openpyxl.load_workbook(checking(file))
    rows = {str(row[1].value): row for row in book[SHEET].iter_rows(min_row=7, max_col=7)}
    for cell, words in cells.items():
        rows[cell][3 if words is None else 6].value = words
    book.save(checking(file))
    result = command("adopt", checking(file))
    return f"{result.exit_code} {result.output}"


def test_a_correction_changes_the_form(tmp_path: Path) -> None:
    file = adopted(_workbook("old-cq-kexuecheng", "filled", tmp_path))
    assert 'indicators = ["是否核心指标"]' in file.read_text("utf-8")
    assert _corrected(file, H8="指标栏：指标完成率", F8=None, K8="备注、签字、联系人等（不读取）").startswith("0 ")
    text = file.read_text("utf-8")
    assert 'claimed_completion = ["得分系数（%）"]' in text
    assert 'indicators = ["调整指标值", "是否核心指标"]' in text
    assert "adjusted_target" not in text
    row = record(published("old-cq-kexuecheng"), "--forms", file)
    assert row["status"] == "scored"
    assert len(row["indicators"]) == 19


def test_what_cannot_be_taken_is_told_at_the_cell(tmp_path: Path) -> None:
    file = adopted(_workbook("old-cq-kexuecheng", "filled", tmp_path))
    before = file.read_text("utf-8")
    rows = [
        str(row[0])
        for row in openpyxl.load_workbook(checking(file))[SHEET].iter_rows(7, None, 2, 2, values_only=True)
    ]
    places = {cell: f"G{number}" for number, cell in enumerate(rows, 7)}
    said = _corrected(file, H8="完成系数", K8="指标栏：实际完成值")
    assert said.startswith("2 ")
    assert f"“各栏的含义”{places['H8']}：“完成系数”不是列表中的含义，请从下拉列表选择。" in said
    assert f"“各栏的含义”{places['K8']}：“指标栏：实际完成值”已用于G8" in said
    assert file.read_text("utf-8") == before


def test_an_unknown_header_becomes_known(tmp_path: Path) -> None:
    path = _workbook("yn-linxiang", "filled", tmp_path)
    book = openpyxl.load_workbook(path)
    book.active["F12"], book.active["D5"] = "办成了多少", "起先批了多少"
    for row in range(13, 21):
        book.active[f"F{row}"] = None  # nothing shows what the column is for
    book.save(path)
    file = adopted(path)
    found = proposed(file)
    assert (found["F12"], found["D5"]) == ("", "")
    assert _corrected(file, F12="指标栏：实际完成值", D5="资金栏：年初预算数").startswith("0 ")
    for line in range(13, 21):
        book.active[f"F{line}"] = openpyxl.load_workbook(published("yn-linxiang")).active[f"F{line}"].value
    book.save(path)
    row, usual = record(path, "--forms", file), record(published("yn-linxiang"))
    assert (row["total"], row["grade"]) == (usual["total"], usual["grade"])
    assert [one["actual"] for one in row["indicators"]] == [one["actual"] for one in usual["indicators"]]
    assert row["execution"] == usual["execution"]


# ---- what is no form ------------------------------------------------------------------------------------------


def test_what_cannot_be_adopted_says_why(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "通讯录"
    book.save(tmp_path / "a.xlsx")
    result = command("adopt", tmp_path / "a.xlsx")
    assert (result.exit_code, "没有找到自评表的栏目" in result.output) == (2, True)
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    assert command("adopt", tmp_path / "b.xlsx").exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_a_label_without_a_meaning_is_not_guessed(tmp_path: Path) -> None:
    """What a person took the meaning from is not read, however much it looks like a known label, and is told."""
    path = _workbook("sd-licheng", "filled", tmp_path)
    file = adopted(path)
    assert _corrected(file, I12=None).startswith("0 ")
    row = record(path, "--forms", file)
    told = next(found["message"] for found in row["findings"] if found["code"] == "R19")
    assert "未完成原因" in told.partition("没有读取的栏：")[2]
    assert "得分计算方法" in told.partition("没有读取的栏：")[2]
