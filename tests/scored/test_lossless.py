"""The scored copy: what is the unit's stays byte for byte, and everything of ours can be taken away again."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.domain.model import Result
from perf_xlsx.ooxml import Book, Package, strip
from perf_xlsx.ooxml.note_text import DELIMITER
from perf_xlsx.sheets.style import MARK_FILLS
from tests.kit.filled import at, filled
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.parts import edited, unzipped
from tests.kit.rich_workbook import rich
from tests.kit.sent_back import SHEETS

CHANGED_ON_PURPOSE = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",  # was the selected sheet
    "xl/worksheets/sheet3.xml",  # 预算执行, marked
    "xl/worksheets/sheet5.xml",  # 绩效指标, marked
    "xl/worksheets/_rels/sheet6.xml.rels",
    "xl/worksheets/sheet6.xml",  # 自评结论, marked
    "xl/comments1.xml",  # our text joined to theirs
    "xl/drawings/vmlDrawing1.vml",
}


@pytest.fixture
def returned(as_filed: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "返回 的 表.xlsm"
    path.write_bytes(rich(as_filed))
    return path


@pytest.fixture
def scored(returned: Path, tmp_path: Path) -> Path:
    result = pipeline.score(returned, tmp_path / "scored" / returned.name)
    assert result.scores is not None
    return Path(result.output or "")


def looks(path: Path | io.BytesIO) -> dict[tuple[str, str], tuple[object, ...]]:
    """Every cell with its value, formats and note, as openpyxl sees them."""
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): (
            cell.value,
            cell.number_format,
            cell.fill.fill_type,
            cell.fill.fgColor.rgb if cell.fill.fill_type else None,
            cell.font.name,
            cell.font.b,
            cell.border.left.style,
            cell.protection.locked,
            cell.comment.text if cell.comment else None,
        )
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
    }


def test_every_part_we_do_not_change_is_byte_for_byte_what_it_was(returned: Path, scored: Path) -> None:
    before, after = unzipped(returned.read_bytes()), unzipped(scored.read_bytes())
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed <= CHANGED_ON_PURPOSE
    for kept in ("xl/vbaProject.bin", "xl/media/image1.png", "xl/charts/chart1.xml", "customXml/item1.xml"):
        assert after[kept] == before[kept]
    assert b"x14:dataValidation" in after["xl/worksheets/sheet5.xml"]
    assert b"x14:conditionalFormatting" in after["xl/worksheets/sheet5.xml"]
    assert b"legacyDrawingHF" in after["xl/worksheets/sheet5.xml"]


def test_untouched_parts_are_copied_without_recompression(returned: Path, scored: Path) -> None:
    def raw(path: Path, name: str) -> tuple[int, int]:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(name)
            return info.compress_size, info.compress_type

    assert raw(returned, "xl/media/image1.png") == raw(scored, "xl/media/image1.png")


def test_the_input_is_never_written_to(returned: Path, tmp_path: Path) -> None:
    before = returned.read_bytes()
    pipeline.score(returned, tmp_path / "out.xlsm")
    assert returned.read_bytes() == before
    with pytest.raises(pipeline.OutputError):
        pipeline.score(returned, returned)
    assert returned.read_bytes() == before


def test_a_marked_cell_keeps_everything_but_its_fill(returned: Path, scored: Path) -> None:
    before, after = looks(returned), looks(scored)
    marked = [place for place in before if before[place][3] != after[place][3]]
    assert ("绩效指标", "M7") in marked
    for place in marked:
        kept = [i for i in range(8) if i not in (2, 3)]
        assert [before[place][i] for i in kept] == [after[place][i] for i in kept]


def test_our_note_is_joined_to_theirs(scored: Path) -> None:
    note = str(looks(scored)["绩效指标", "M7"][8])
    assert note.startswith("财务科：按执行率打分，\n请审核\n" + DELIMITER)
    assert "I06" in note
    assert "整改意见：" in note


def test_the_workbook_opens_on_the_summary_and_scores_are_values(scored: Path) -> None:
    book = openpyxl.load_workbook(scored)
    assert book.active.title == SHEETS[0]
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == [SHEETS[0]]
    for name in SHEETS:
        assert not [c for row in book[name].iter_rows() for c in row if c.data_type == "f"]


def test_taking_ours_away_gives_back_every_cell(returned: Path, scored: Path) -> None:
    package = Package.open(scored)
    assert strip(package)
    assert looks(io.BytesIO(package.to_bytes())) == looks(returned)
    assert set(Package.open(package.to_bytes()).names()) == set(Package.open(returned).names())
    assert not strip(Package.open(returned))


def test_scoring_twice_is_scoring_once_to_the_byte(scored: Path, tmp_path: Path) -> None:
    again = pipeline.score(scored, tmp_path / "again" / scored.name)
    assert Path(again.output or "").read_bytes() == scored.read_bytes()


def test_a_corrected_return_is_scored_afresh(as_filed: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(as_filed)
    first = pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert "I06" in {found.code for found in first.findings}
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    sheet = book["绩效指标"]
    sheet[at("指标2·计分方法")], sheet[at("指标3·分值")] = "按执行率", 10  # method of #2, weight of #3
    sheet.insert_rows(3)  # openpyxl moves neither names nor notes: the hardest kind of editor
    book.save(tmp_path / "c.xlsx")
    second = pipeline.score(tmp_path / "c.xlsx", tmp_path / "d.xlsx")
    assert second.scores is not None
    assert (str(second.scores.total), second.scores.grade) == ("88.01", "良")
    titles = openpyxl.load_workbook(tmp_path / "d.xlsx").sheetnames
    assert [title for title in titles if title.startswith(SHEETS)] == list(SHEETS)


def test_a_sheet_of_theirs_with_our_name_is_kept(as_filed: bytes, tmp_path: Path) -> None:
    renamed = edited(
        as_filed, {"xl/workbook.xml": lambda text: text.replace('name="填报说明"', 'name="评分汇总"')}
    )
    (tmp_path / "a.xlsx").write_bytes(renamed)
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert result.output
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames[0] == "评分汇总"
    assert book.active.title == "评分汇总(2)"


def test_links_lead_to_their_sheet_or_to_ours_also_where_both_have_one_name(
    as_filed: bytes, tmp_path: Path
) -> None:
    theirs = {"xl/workbook.xml": lambda text: text.replace("绩效指标", "问题清单")}
    (tmp_path / "a.xlsx").write_bytes(edited(as_filed, theirs))
    pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    links = {cell.hyperlink.location for row in book["问题清单(2)"].iter_rows() for cell in row if cell.hyperlink}
    assert "'问题清单'!M7" in links
    steps = [cell for cell in book["评分汇总"]["B"] if str(cell.value).startswith("下一步")]
    assert [cell.hyperlink.location for cell in steps] == ["'问题清单(2)'!A1"]


def test_numbers_and_texts_of_ours_are_written_as_they_are(tmp_path: Path) -> None:
    case = json.loads(case_text("project"))
    odd = "  _x0041_ <b> & ＂\n=1+1 "
    case["indicators"][0] |= {"name": odd, "weight": 9.13, "claimed_points": 8.01}
    (tmp_path / "a.xlsx").write_bytes(filled(case))
    pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    for value in (8.01, 9.13):
        assert f"<v>{value}</v>".encode() in part_of_sheet(tmp_path / "b.xlsx", "评分汇总")
    shown = [
        cell for cell in openpyxl.load_workbook(tmp_path / "b.xlsx")["评分汇总"]["B"] if "0041" in str(cell.value)
    ]
    assert [(cell.value.replace("_x005F", ""), cell.data_type) for cell in shown] == [(odd.strip(), "s")]


def part_of_sheet(path: Path, name: str) -> bytes:
    package = Package.open(path)
    return package.read(next(sheet.part for sheet in Book(package).sheets if sheet.name == name))


@needs_libreoffice
def test_libreoffice_opens_saves_and_returns_it_and_we_still_find_our_traces(scored: Path, tmp_path: Path) -> None:
    saved = converted(tmp_path / "libreoffice", "xlsx:Calc MS Excel 2007 XML", scored)
    package = Package.open(saved)
    assert strip(package)
    stripped = looks(io.BytesIO(package.to_bytes()))
    assert not {sheet for sheet, _ in stripped} & set(SHEETS)
    colours = {look[3] for look in stripped.values()}
    assert not colours & set(MARK_FILLS.values())
    assert not [look for look in stripped.values() if DELIMITER in str(look[8])]
    before, after = pipeline.score(scored), pipeline.score(saved)
    assert before.scores == after.scores
    assert places(before) == places(after)


def places(result: Result) -> list[tuple[str, str | None]]:
    """Findings by place, but for what stands beside the form: as .xlsx the workbook has no macro any more."""
    return [(f.code, f.place.cell) for f in result.findings if f.code != "R16"]


def test_an_ooxml_validator_accepts_what_we_write(as_filed: bytes, scored: Path, tmp_path: Path) -> None:
    from openxml_audit import OpenXmlValidator

    (tmp_path / "t.xlsx").write_bytes(as_filed)
    pipeline.score(tmp_path / "t.xlsx", tmp_path / "s.xlsx")
    for path in (tmp_path / "t.xlsx", tmp_path / "s.xlsx"):
        result = OpenXmlValidator().validate(str(path))
        assert result.is_valid, [str(error) for error in result.errors][:5]
