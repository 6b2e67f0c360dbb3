"""Cells of an .ods: types, formats and merges as an .xlsx has them; repeated rows cost what they hold."""

from __future__ import annotations

import pytest

from perf_xlsx.foreign import open_original
from perf_xlsx.ooxml import Limits, PackageError
from tests.kit.parts import zipped


def ods(content: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>".encode(),
        }
    )


def test_what_an_ods_says_of_its_cells() -> None:
    def cell(kind: str, value: str, shown: str) -> str:
        return f'<table:table-cell office:value-type="{kind}" {value}><text:p>{shown}</text:p></table:table-cell>'

    row = (
        cell("percentage", 'office:value="0.868"', "86.8%")
        + cell("float", 'office:value="0.1"', "0.1")
        + cell("date", 'office:date-value="2024-04-15"', "2024年4月15日")
        + cell("boolean", 'office:boolean-value="true"', "TRUE")
        + cell("string", 'table:formula="of:=1/0"', "#DIV/0!")
        + cell("string", "", 'a<text:s text:c="2"/>b</text:p><text:p>c')
        + cell("string", "", "").replace(
            "<text:p>", "<office:annotation><text:p>问</text:p></office:annotation><text:p>"
        )
    )
    original = open_original(
        ods(f'<table:table table:name="a"><table:table-row>{row}</table:table-row></table:table>')
    )
    assert original is not None
    cells = original.grids[0].cells
    assert [(str(cells[1, n].value), cells[1, n].number_format) for n in (1, 2, 3, 4)] == [
        ("0.868", "0.00%"), ("0.1", "General"), ("2024-04-15", "yyyy-mm-dd"), ("True", "General"),
    ]  # fmt: skip
    assert (cells[1, 5].error, cells[1, 5].formula) == ("#DIV/0!", "1/0")
    assert cells[1, 6].value == "a  b\nc"
    assert (1, 7) not in cells
    assert [(extra.what, extra.cell, extra.text) for extra in original.extras] == [("批注", "G1", "问")]


def test_repeated_rows_are_counted_before_they_are_kept() -> None:
    cell = '<table:table-cell table:number-columns-repeated="16000"><text:p>1</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    bomb = ods(f'<table:table table:name="a">{row}</table:table>')
    with pytest.raises(PackageError, match="too_large"):
        open_original(bomb, Limits(cells=1000))


def test_blank_rows_repeated_to_the_end_cost_nothing() -> None:
    blank = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    last = "<table:table-row><table:table-cell><text:p>末</text:p></table:table-cell></table:table-row>"
    original = open_original(ods(f'<table:table table:name="a">{blank}{last}</table:table>'))
    assert original is not None
    assert [(at, cell.value) for at, cell in original.grids[0].cells.items()] == [((1048571, 1), "末")]


@pytest.mark.parametrize(
    ("value", "shown", "unit", "unseen", "scaled"),
    [
        ("2857.28", "2,857.28", "", False, False),
        ("2857.28", "2857.28元", "元", False, False),
        ("2857.28", "2,857.28 万元", "万元", False, False),
        ("2857.28", "", "", True, False),
        ("2857280", "2,857.28", "", False, True),
        ("2857.281", "2857.28", "", False, False),
        ("0.868", "0.87", "", False, False),
        ("0", "-", "", False, False),
    ],
)
def test_what_an_ods_shows_is_a_witness_as_a_format_is(
    value: str, shown: str, unit: str, unseen: bool, scaled: bool
) -> None:
    typed = f'office:value-type="float" office:value="{value}"'
    row = (
        f"<table:table-row><table:table-cell {typed}><text:p>{shown}</text:p></table:table-cell></table:table-row>"
    )
    original = open_original(ods(f'<table:table table:name="a">{row}</table:table>'))
    assert original is not None
    cell = original.grids[0].cells[1, 1]
    assert (cell.unit, cell.unseen, cell.scaled) == (unit, unseen, scaled)


def test_what_lies_under_a_merge_in_an_ods_is_read_as_in_an_xlsx() -> None:
    spanned = '<table:table-cell table:number-columns-spanned="2"><text:p>合计</text:p></table:table-cell>'
    under = "<table:covered-table-cell><text:p>2857.28</text:p></table:covered-table-cell>"
    row = f"<table:table-row>{spanned}{under}</table:table-row>"
    original = open_original(ods(f'<table:table table:name="a">{row}</table:table>'))
    assert original is not None
    assert {at: cell.value for at, cell in original.grids[0].cells.items()} == {(1, 1): "合计", (1, 2): "2857.28"}
    assert original.grids[0].merges == ((1, 1, 1, 2),)
