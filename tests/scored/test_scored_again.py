"""A scored workbook comes back with something written or put on our sheets: it is kept, and told once (R23)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.comments import Comment

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES
from perf_xlsx.ooxml import LEDGER, Book, Package
from tests.kit.damage import DAMAGES, PICTURE, damaged
from tests.kit.filled import changed, opened, template_of
from tests.kit.layouts import national
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.outcome import findings_of
from tests.kit.parts import edited
from tests.kit.sent_back import ANSWER, SHEETS, Sent, ours, settled

KEPT = "问题清单（留存）"
SEAL = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{space}"><xdr:oneCellAnchor><xdr:from>'
    "<xdr:col>8</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>24</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    '<xdr:ext cx="900000" cy="900000"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="章"/><xdr:cNvPicPr/>'
    '</xdr:nvPicPr><xdr:blipFill><a:blip r:embed="{id}"/></xdr:blipFill><xdr:spPr>'
    '<a:prstGeom prst="rect"/></xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>'
)


# ---- our sheets ------------------------------------------------------------------------------------------------


@pytest.mark.finding("R23")
def test_an_answer_beside_the_list_of_problems_is_kept_and_told_once(scored_copy: bytes, tmp_path: Path) -> None:
    def answer(book: Any) -> None:
        book["问题清单"]["L8"] = ANSWER
        book["绩效指标"]["K8"] = 10

    sent = Sent(changed(scored_copy, answer), tmp_path)
    (found,) = findings_of(sent.result, "R23")
    assert found.message == (
        f"在评分加入的工作表“问题清单”上写了内容：L8“{ANSWER}”。没有读取；该表已改名为“{KEPT}”，原样保留。"
    )
    assert found.advice == f"要更正的，请填在自评表相应的填报格里；“{KEPT}”不再需要的，可以删去。"
    assert (found.severity, found.place.sheet) == ("warning", KEPT)
    assert not [f for f in sent.result.findings if f.code == "R16" and f.place.sheet == KEPT]
    assert (sent.kept, ours(sent)) == ([KEPT], list(SHEETS))
    assert sent.book[KEPT]["L8"].value == ANSWER
    before = opened(scored_copy)["问题清单"]
    for row in before.iter_rows():
        for cell in row:
            assert sent.book[KEPT][cell.coordinate].value == cell.value
            assert sent.book[KEPT][cell.coordinate].fill.fgColor.rgb == cell.fill.fgColor.rgb
    assert sent.book["问题清单"]["L8"].value is None
    second = settled(sent, [KEPT])
    assert second.book[KEPT]["B4"].fill.fgColor.rgb == before["B4"].fill.fgColor.rgb


def test_what_refers_to_a_kept_sheet_follows_it(scored_copy: bytes, tmp_path: Path) -> None:
    def write(book: Any) -> None:
        for name in SHEETS:
            book[name]["N3"] = "请复核"

    sent = Sent(changed(scored_copy, write), tmp_path)
    assert sent.kept == [f"{name}（留存）" for name in SHEETS]
    for name in sent.kept:
        area = sent.book[name].print_area
        assert area.startswith(f"'{name}'!"), area
        for row in sent.book[name].iter_rows():
            for cell in row:
                if cell.hyperlink:
                    title = cell.hyperlink.location.rpartition("!")[0].strip("'")
                    assert title in sent.book.sheetnames
    (chart,) = sent.book["评分汇总（留存）"]._charts
    assert {series.val.numRef.f.rpartition("!")[0] for series in chart.series} == {"'评分汇总（留存）'"}
    assert sent.book[KEPT].auto_filter.ref
    names = [name.attr_text for name in sent.book.defined_names.values() if name.name.startswith("_px_sheet_")]
    assert names == [f"'{name}'!$A$1" for name in SHEETS]
    settled(sent, sent.kept)


CHANGES: dict[str, tuple[Callable[[Any], None], str, str]] = {
    "a figure of the form": (lambda book: book["自评表"].__setitem__("D5", 10.5), "自评表", "：D5现为“10.5”。"),
    "a text of ours": (
        lambda book: book["评分汇总"].__setitem__("B1", "某某局"),
        "评分汇总",
        "：B1现为“某某局”。",
    ),
    "a formula": (lambda book: book["评分汇总"].__setitem__("M5", "=B5+1"), "评分汇总", "M5“"),
    "a cell emptied": (lambda book: book["问题清单"].__setitem__("I5", None), "问题清单", "：I5已清空。"),
    "a row deleted": (lambda book: book["问题清单"].delete_rows(6), "问题清单", "移动、排序或删减"),
    "the first row deleted": (lambda book: book["自评表"].delete_rows(1), "自评表", "移动、排序或删减"),
    "a row inserted": (lambda book: insert(book["问题清单"]), "问题清单", "：I7“插入的说明”。"),
    "a list sorted without its numbers": (
        lambda book: swap(book["问题清单"], first=3),
        "问题清单",
        "移动、排序或删减",
    ),
    "rows sorted": (lambda book: swap(book["问题清单"]), "问题清单", "移动、排序或删减"),
    "rows sorted and answered": (
        lambda book: (swap(book["问题清单"]), book["问题清单"].__setitem__("L5", ANSWER)),
        "问题清单",
        f"：L5“{ANSWER}”。",
    ),
    "a note": (
        lambda book: setattr(book["问题清单"]["I5"], "comment", Comment("已改", "甲")),
        "问题清单",
        "批注",
    ),
}


def insert(sheet: Any) -> None:
    sheet.insert_rows(7)
    sheet["I7"] = "插入的说明"


def swap(sheet: Any, first: int = 1) -> None:
    """Two rows change places from that column on, as sorting does."""
    for column in range(first, 12):
        one, other = sheet.cell(4, column), sheet.cell(9, column)
        one.value, other.value = other.value, one.value


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_done_to_a_sheet_of_ours_it_is_kept(name: str, scored_copy: bytes, tmp_path: Path) -> None:
    change, title, words = CHANGES[name]
    data = changed(scored_copy, change)
    sent = Sent(data, tmp_path)
    (told,) = sent.told
    assert words in told
    assert f"“{title}”" in told
    assert (sent.kept, ours(sent)) == ([f"{title}（留存）"], list(SHEETS))
    there, here = opened(data)[title], sent.book[f"{title}（留存）"]
    assert [[c.value for c in row] for row in here.iter_rows()] == [
        [c.value for c in r] for r in there.iter_rows()
    ]
    settled(sent, sent.kept)


def test_a_seal_on_our_form_is_kept_with_it(scored_copy: bytes, tmp_path: Path) -> None:
    sent = Sent(sealed(scored_copy), tmp_path)
    assert sent.told == [
        "在评分加入的工作表“自评表”上放了图片、图形或批注。没有读取；该表已改名为“自评表（留存）”，原样保留。"
    ]
    assert picture_on(sent.data, "自评表（留存）") == PICTURE
    settled(sent, ["自评表（留存）"])


def sealed(data: bytes) -> bytes:
    """The workbook with a picture put onto 自评表."""
    book = Book(Package.open(data))
    package, sheet = book.package, next(sheet for sheet in book.sheets if sheet.name == "自评表")
    package.write("xl/media/seal.png", PICTURE)
    package.set_default_type("png", "image/png")
    package.write("xl/drawings/drawing9.xml", b"")
    package.set_content_type(
        "xl/drawings/drawing9.xml", "application/vnd.openxmlformats-officedocument.drawing+xml"
    )
    image = package.add_relationship("xl/drawings/drawing9.xml", book.relation("image"), "xl/media/seal.png")
    package.write("xl/drawings/drawing9.xml", SEAL.format(space=book.relation_space, id=image).encode())
    id = package.add_relationship(sheet.part, book.relation("drawing"), "xl/drawings/drawing9.xml")
    drawn = f'<drawing xmlns:r="{book.relation_space}" r:id="{id}"/></worksheet>'
    package.write(sheet.part, package.read(sheet.part).replace(b"</worksheet>", drawn.encode()))
    return package.to_bytes()


def picture_on(data: bytes, title: str) -> bytes:
    book = Book(Package.open(data))
    drawing = book.package.one_related(next(s.part for s in book.sheets if s.name == title), "drawing")
    assert drawing is not None
    return book.package.read(book.package.one_related(drawing, "image") or "")


def filtered(book: Any) -> None:
    book["问题清单"].auto_filter.add_filter_column(1, ["✖ 错误"])
    book["问题清单"].row_dimensions[5].hidden = True


UNCHANGED: dict[str, Callable[[Any], None]] = {
    "saved": lambda book: None,
    "hidden": lambda book: setattr(book["自评表"], "sheet_state", "hidden"),
    "moved": lambda book: book.move_sheet("问题清单", -8),
    "renamed": lambda book: setattr(book["评分汇总"], "title", "得分"),
    "protected": lambda book: setattr(book["评分汇总"].protection, "sheet", True),
    "filtered": filtered,
    "widths": lambda book: setattr(book["问题清单"].column_dimensions["I"], "width", 90),
    "deleted": lambda book: book.remove(book["问题清单"]),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_is_no_content_is_no_change(name: str, scored_copy: bytes, tmp_path: Path) -> None:
    def rename(book: Any) -> None:
        UNCHANGED[name](book)
        for defined in book.defined_names.values() if name == "renamed" else ():  # Excel renames there too
            defined.attr_text = defined.attr_text.replace("'评分汇总'", "'得分'")

    sent = Sent(changed(scored_copy, rename), tmp_path)
    assert (sent.told, sent.kept, ours(sent)) == ([], [], list(SHEETS))
    assert "得分" not in sent.book.sheetnames


@needs_libreoffice
@pytest.mark.parametrize("story", STORIES)
def test_saved_by_libreoffice_nothing_is_a_change(story: str, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(template_of(story))
    pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    saved = converted(tmp_path / "libreoffice", "xlsx:Calc MS Excel 2007 XML", tmp_path / "b.xlsx")
    sent = Sent(saved.read_bytes(), tmp_path)
    assert (sent.told, sent.kept, ours(sent)) == ([], [], list(SHEETS))


def test_a_ledger_of_an_earlier_version_takes_all_away_as_it_did(scored_copy: bytes, tmp_path: Path) -> None:
    def age(book: Any) -> None:
        for row in book[LEDGER].iter_rows():
            for cell in row[3:] if row[0].value == "sheet" else row[7:]:
                cell.value = None
        book["问题清单"]["L8"] = ANSWER
        book["绩效指标"]["M7"].comment.text += "说明"

    sent = Sent(changed(scored_copy, age), tmp_path)
    assert (sent.told, sent.kept, ours(sent)) == ([], [], list(SHEETS))


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("name", ["", *DAMAGES])
def test_scoring_the_same_again_gives_the_same(name: str, story: str, tmp_path: Path) -> None:
    first = Sent(damaged(story, *filter(None, [name])), tmp_path)
    assert first.told == []
    assert first.next().data == first.data


def test_a_name_as_long_as_it_may_be(scored_copy: bytes, tmp_path: Path) -> None:
    long = "单位自己起的很长很长很长很长很长很长很长很长很长的名称一二三"
    renamed = edited(scored_copy, {"xl/workbook.xml": lambda text: text.replace("评分汇总", long)})
    sent = Sent(changed(renamed, lambda book: book[long].__setitem__("M3", ANSWER)), tmp_path)
    (kept,) = sent.kept
    assert len(kept) <= 31
    assert kept.endswith("（留存）")
    settled(sent, [kept])


def test_answered_twice_both_answers_stay(scored_copy: bytes, tmp_path: Path) -> None:
    data = changed(scored_copy, lambda book: book["问题清单"].__setitem__("L8", ANSWER))
    first = Sent(data, tmp_path)
    second = Sent(changed(first.data, lambda book: book["问题清单"].__setitem__("L9", "又更正")), tmp_path, 2)
    assert second.kept == [KEPT, f"{KEPT}(2)"]
    assert len(second.told) == 1
    assert (second.book[KEPT]["L8"].value, second.book[f"{KEPT}(2)"]["L9"].value) == (ANSWER, "又更正")


def test_an_official_layout_is_read_and_not_our_form_that_was_kept(tmp_path: Path) -> None:
    """Both show the tables of a self-evaluation, and ours stands in front."""
    plain = Sent(national().save(tmp_path / "a.xlsx").read_bytes(), tmp_path)

    def answer(book: Any) -> None:
        book["自评表"]["N3"] = "请复核"
        book["自评表"]["A40"] = book["自评表"]["A1"].value
        book.move_sheet("自评表", -9)

    sent = Sent(changed(plain.data, answer), tmp_path, 2)
    assert (len(sent.told), sent.kept) == (1, ["自评表（留存）"])
    assert sent.result.scores == plain.result.scores
    assert sent.result.evaluation is not None
    assert {row.name.place.sheet for row in sent.result.evaluation.indicators} == {"自评表（定稿）"}
    settled(sent, sent.kept)
