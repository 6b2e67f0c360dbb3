"""Parts that were made to say one thing to a person and another to a reader, or to no end."""

from __future__ import annotations

import io
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from perf_xlsx.domain.model import Result
from tests import FIXTURES
from tests.kit.filled import template_of
from tests.kit.outcome import with_copy
from tests.kit.parts import edited

SHEET, STRINGS, STYLES = "xl/worksheets/sheet5.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BOOK, BOOK_RELS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
COMPATIBLE = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
FOREIGN = 'xmlns:q="urn:q"'
OFFICE = 'xmlns:q="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
STRICT = 'xmlns:q="http://purl.oclc.org/ooxml/spreadsheetml/main"'
VALUE = re.compile(r'(<c r="I8"[^>]*>)<v>89.06</v></c>')
HONEST, AS_MADE = "80.10", "88.01"  # with 10 in place of 89.06, and as it is


def told(result: Result) -> str:
    """The total, or the code of the refusal."""
    return str(result.scores.total) if result.scores else " ".join(found.code for found in result.findings)


def within(part: str, change: Callable[[str], str], space: str) -> Callable[[bytes], bytes]:
    """A part changed, with a prefix "q" of its own on its root, and "mc"."""

    def made(data: bytes) -> bytes:
        def apply(xml: str) -> str:
            changed = change(xml)
            assert changed != xml
            return re.sub(r"<(\w+) xmlns=", rf"<\1 {COMPATIBLE} {space} xmlns=", changed, count=1)

        return edited(data, {part: apply})

    return made


def cell(content: str, attributes: str = "") -> Callable[[str], str]:
    """Another content for the cell that holds 89.06."""
    return lambda xml: VALUE.sub(lambda found: f"{found[1][:-1]}{attributes}>{content}</c>", xml)


def ten(xml: str) -> str:
    return cell("<v>10</v>")(xml)


def both(xml: str, choice: str = "", fallback: Callable[[str], str] = ten) -> str:
    """The eighth row for newer programs, and for all others."""
    found = re.search(r'<row r="8".*?</row>', xml, re.DOTALL)
    assert found
    choices = f'<mc:Choice Requires="q">{choice}</mc:Choice>'
    twice = f"<mc:AlternateContent>{choices}<mc:Fallback>{fallback(found[0])}</mc:Fallback></mc:AlternateContent>"
    return xml.replace(found[0], twice)


def row(xml: str) -> str:
    found = re.search(r'<row r="8".*?</row>', xml, re.DOTALL)
    assert found
    return found[0]


def behind_data(xml: str) -> str:
    """The data as it was made in a foreign element, behind that with ten in it."""
    found = re.search(r"<sheetData>.*</sheetData>", xml, re.DOTALL)
    assert found
    return ten(xml).replace("</sheetData>", "</sheetData>" + re.sub(r"(</?)(?=sheetData)", r"\1q:", found[0]))


def in_front(tag: str, more: str) -> Callable[[str], str]:
    return lambda xml: xml.replace(tag, more + tag, 1)


def behind(tag: str, more: str) -> Callable[[str], str]:
    return lambda xml: xml.replace(tag, tag + more, 1)


@pytest.mark.parametrize("space", [FOREIGN, STRICT])
@pytest.mark.parametrize(
    ("part", "change", "expected"),
    [
        (SHEET, ten, HONEST),
        (SHEET, cell("<v>10</v><q:v>89.06</q:v>"), HONEST),
        (SHEET, cell("<q:v>89.06</q:v><v>10</v>"), HONEST),
        (SHEET, cell("<v>10</v><q:f>1+88.06</q:f><q:is><q:t>89.06</q:t></q:is>"), HONEST),
        (SHEET, cell("<is><t>10</t><q:t>89.06</q:t></is>", ' t="inlineStr"'), HONEST),
        (SHEET, cell("<is><t>10</t><q:r><q:t>89.06</q:t></q:r></is>", ' t="inlineStr"'), HONEST),
        (SHEET, behind_data, HONEST),
        (SHEET, in_front('<row r="8"', '<q:row r="8"><c r="I8"><v>10</v></c></q:row>'), AS_MADE),
        (SHEET, in_front('<c r="I8"', '<q:c r="I8"><v>10</v></q:c>'), AS_MADE),
        (SHEET, in_front("<sheetData>", "<q:cols><q:col min='1' max='9' hidden='1'/></q:cols>"), AS_MADE),
        (STRINGS, in_front("<si>", "<q:si><q:t>evil</q:t></q:si>"), AS_MADE),
        (STYLES, lambda xml: re.sub(r"(<cellXfs[^>]*>)", r'\1<q:xf numFmtId="10"/>', xml), AS_MADE),
        (STYLES, lambda xml: re.sub(r"(<fonts[^>]*>)", r"\1<q:font><q:strike/></q:font>", xml), AS_MADE),
        (STYLES, lambda xml: re.sub(r"<font>", r"<font><q:strike/>", xml), AS_MADE),
        (STYLES, lambda xml: xml.replace("</styleSheet>", '<q:cellXfs><q:xf numFmtId="10"/></q:cellXfs></styleSheet>'), AS_MADE),
        (BOOK, in_front("<sheets>", '<q:sheets><q:sheet name="x" sheetId="99"/></q:sheets>'), AS_MADE),
        (BOOK, behind("<sheets>", '<q:sheet name="x" sheetId="99"/>'), AS_MADE),
        (BOOK, in_front("<sheets>", '<q:workbookPr date1904="1"/>'), AS_MADE),
        (BOOK_RELS, lambda xml: xml.replace("<Relationship ", '<q:Relationship Id="z" Type="x/styles" Target="z.xml"/><Relationship ', 1), AS_MADE),
    ],
)  # fmt: skip
def test_what_no_other_program_reads_does_not_count(
    part: str, change: Callable[[str], str], expected: str, space: str, corrected: bytes, tmp_path: Path
) -> None:
    result = with_copy(within(part, change, space)(corrected), tmp_path)
    assert told(result) == expected
    assert result.output
    assert told(with_copy((tmp_path / "out.xlsx").read_bytes(), tmp_path)) == expected


@pytest.mark.parametrize(
    ("change", "space", "expected"),
    [
        (both, FOREIGN, HONEST),
        (lambda xml: both(xml, row(xml)), FOREIGN, HONEST),
        (lambda xml: both(xml, row(xml), str), OFFICE, AS_MADE),
        (lambda xml: both(xml, row(xml)), OFFICE, "R01"),
        (both, OFFICE, "R01"),
        (
            cell("<mc:AlternateContent><mc:Fallback><v>10</v></mc:Fallback></mc:AlternateContent>"),
            FOREIGN,
            HONEST,
        ),
        (cell("<v>10</v><mc:AlternateContent><mc:Fallback><v>9</v></mc:Fallback></mc:AlternateContent>"), FOREIGN, "R01"),
        (cell('<mc:AlternateContent><mc:Choice Requires="q"><v>9</v></mc:Choice><mc:Fallback><v>10</v></mc:Fallback></mc:AlternateContent>'), OFFICE, "R01"),
    ],
)  # fmt: skip
def test_what_is_written_twice_is_read_as_others_do_or_refused(
    change: Callable[[str], str], space: str, expected: str, corrected: bytes, tmp_path: Path
) -> None:
    result = with_copy(within(SHEET, change, space)(corrected), tmp_path)
    assert told(result) == expected
    if result.output:
        assert told(with_copy((tmp_path / "out.xlsx").read_bytes(), tmp_path)) == expected


@pytest.mark.parametrize(
    ("part", "change", "expected"),
    [
        (SHEET, cell("<v>10</v><v>89.06</v>"), "R01"),
        (SHEET, cell("<v>89.06</v><v>89.06</v>"), AS_MADE),
        (SHEET, cell("<v>89.06</v><extLst/>"), AS_MADE),
        (SHEET, cell("<f>1+1</f><f>1+2</f><v>89.06</v>"), "R01"),
        (SHEET, cell("<v>10<q:x/>89</v>"), "R01"),
        (SHEET, cell("<is><t>10</t></is><is><t>89.06</t></is>", ' t="inlineStr"'), "R01"),
        (SHEET, cell("<is><t>10</t><t>89.06</t></is>", ' t="inlineStr"'), "R01"),
        (SHEET, cell("<is><r><t>10</t><t>89.06</t></r></is>", ' t="inlineStr"'), "R01"),
        (SHEET, behind("</sheetData>", '<sheetData><row r="8"><c r="I8"><v>10</v></c></row></sheetData>'), "R01"),
        (STYLES, behind("</cellXfs>", "<cellXfs><xf/></cellXfs>"), "R01"),
        (BOOK, behind("</sheets>", "<sheets/>"), "R01"),
        (BOOK, behind("</definedNames>", "<definedNames/>"), "R01"),
    ],
)
def test_two_where_one_may_stand_are_damage_unless_they_say_the_same(
    part: str, change: Callable[[str], str], expected: str, corrected: bytes, tmp_path: Path
) -> None:
    assert told(with_copy(within(part, change, FOREIGN)(corrected), tmp_path)) == expected


@pytest.mark.parametrize("part", [SHEET, STRINGS, STYLES, BOOK])
def test_a_part_in_a_foreign_namespace_is_damage(part: str, corrected: bytes, tmp_path: Path) -> None:
    def foreign(xml: str) -> str:
        return xml.replace('xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"', 'xmlns="urn:q"', 1)

    result = with_copy(edited(corrected, {part: foreign}), tmp_path)
    assert told(result) == "R01"
    assert "已损坏" in result.findings[0].message


def test_a_sheet_that_points_at_two_parts_is_damage(corrected: bytes, tmp_path: Path) -> None:
    more = 'xmlns:q="http://purl.oclc.org/ooxml/officeDocument/relationships" q:id="rId1" name="绩效指标"'
    data = edited(corrected, {BOOK: lambda xml: xml.replace('name="绩效指标"', more)})
    assert told(with_copy(data, tmp_path)) == "R01"
    ignored = 'xmlns:q="urn:q" q:id="rId1" name="绩效指标"'
    data = edited(corrected, {BOOK: lambda xml: xml.replace('name="绩效指标"', ignored)})
    assert told(with_copy(data, tmp_path)) == AS_MADE


# ---- what leads to no end, or to nowhere ------------------------------------------------------------------------


def short_chain(chain: list[int], size: int = 400) -> bytes:
    """A container of 2,560 bytes, whose workbook lies in short sectors chained like this."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<iiiiiiii", head, 44, 1, 1, 0, 4096, 2, 1, -2, 0)
    struct.pack_into("<109i", head, 76, 0, *[-1] * 108)

    def node(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text, data = name.encode("utf-16-le") + b"\0\0", bytearray(128)
        data[: len(text)] = text
        struct.pack_into("<HBBiii", data, 64, len(text), kind, 1, -1, -1, child)
        struct.pack_into("<ii", data, 116, first, size)
        return bytes(data)

    table = struct.pack("<128i", -3, -2, -2, -2, *[-1] * 124)
    names = node("Root Entry", 5, 1, 3, 512) + node("Workbook", 2, -1, 0, size) + b"\0" * 256
    short = struct.pack("<128i", *chain, *[-1] * (128 - len(chain)))
    return bytes(head) + table + names + short + b"\x09\x08\x10\0\0\6\5\0" + b"\0" * 504


@pytest.mark.parametrize("chain", [[1, 0], [0], [1, 2, 3, 4, 5, 6, 7, 3], [*range(1, 128), 0]])
@pytest.mark.parametrize("size", [400, 0, -1])
def test_a_chain_of_short_sectors_in_a_circle_is_damage(chain: list[int], size: int, tmp_path: Path) -> None:
    start = time.process_time()
    assert told(with_copy(short_chain(chain, size), tmp_path, "in.xls")) == "R01"
    assert time.process_time() - start < 2


OPEN_DOCUMENT = (FIXTURES / "部门整体.ods").read_bytes()


@pytest.mark.parametrize("value", ["1e400", "-1e400", "9" * 400, "1e9999999999999999999", "Infinity", "sNaN"])
def test_a_number_beyond_all_numbers_is_none_in_an_ods(value: str, tmp_path: Path) -> None:
    def beyond(xml: str) -> str:
        assert 'office:value="3184.8"' in xml
        return xml.replace('office:value="3184.8"', f'office:value="{value}"')

    shown = with_copy(edited(OPEN_DOCUMENT, {"content.xml": beyond}), tmp_path, "in.ods")
    assert not any("意外" in found.message for found in shown.findings)
    assert shown.scores


@pytest.mark.parametrize("text", ["1e9999999", "1e-9999999", "1e999999", "NaN", "1e9999999999999999999"])
def test_a_number_shown_as_one_beyond_all_numbers_is_read(text: str, tmp_path: Path) -> None:
    def beyond(xml: str) -> str:
        return re.sub(r'(office:value="3184.8"[^>]*><text:p>)[^<]*', rf"\g<1>{text}", xml)

    data = edited(OPEN_DOCUMENT, {"content.xml": beyond})
    assert data != edited(OPEN_DOCUMENT)
    assert not any("意外" in found.message for found in with_copy(data, tmp_path, "in.ods").findings)


@pytest.mark.finding("R01")
def test_a_part_without_a_name_is_damage(corrected: bytes, tmp_path: Path) -> None:
    out = io.BytesIO(corrected)
    with zipfile.ZipFile(out, "a") as archive:
        nameless = zipfile.ZipInfo("x")
        nameless.filename = ""
        archive.writestr(nameless, b"x")
    assert told(with_copy(out.getvalue(), tmp_path)) == "R01"


# ---- what is added to a workbook ---------------------------------------------------------------------------------

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CHARTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.chartsheet+xml"


def with_chart_sheet(data: bytes) -> bytes:
    """With a chart sheet that is selected."""
    listed = f'<sheet xmlns:r="{RELATION}" name="图" sheetId="77" r:id="rIdC"/>'
    related = f'<Relationship Id="rIdC" Type="{RELATION}/chartsheet" Target="chartsheets/sheet1.xml"/>'
    kind = f'<Override PartName="/xl/chartsheets/sheet1.xml" ContentType="{CHARTS}"/>'
    view = '<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
    return edited(
        data,
        {
            BOOK: in_front("</sheets>", listed),
            BOOK_RELS: in_front("</Relationships>", related),
            "[Content_Types].xml": in_front("</Types>", kind),
        },
        {"xl/chartsheets/sheet1.xml": f'<chartsheet xmlns="{SPREADSHEET}">{view}</chartsheet>'},
    )


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def test_only_our_summary_is_selected_in_the_copy(corrected: bytes, tmp_path: Path) -> None:
    assert with_copy(with_chart_sheet(corrected), tmp_path).output
    copy = parts((tmp_path / "out.xlsx").read_bytes())
    assert len([name for name, text in copy.items() if "tabSelected" in text]) == 1
    assert "tabSelected" not in copy["xl/chartsheets/sheet1.xml"]


def called(data: bytes) -> tuple[list[str], list[str]]:
    """The names of the sheets and the defined names that hold everywhere, as Excel compares them."""
    book = parts(data)[BOOK]
    names = re.findall(r'<definedName [^>]*?name="([^"]*)"([^>]*)>', book)
    sheets = [name.casefold() for name in re.findall(r'<sheet [^>]*name="([^"]*)"', book)]
    return sheets, [name.casefold() for name, more in names if "localSheetId" not in more]


def with_sheet(data: bytes, name: str, cells: str = '<row r="1"><c r="A1"><v>1</v></c></row>') -> bytes:
    """With a worksheet of theirs."""
    listed = f'<sheet xmlns:r="{RELATION}" name="{name}" sheetId="77" r:id="rIdC"/>'
    related = f'<Relationship Id="rIdC" Type="{RELATION}/worksheet" Target="worksheets/theirs.xml"/>'
    sheet = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{cells}</sheetData></worksheet>'
    return edited(
        data,
        {BOOK: in_front("</sheets>", listed), BOOK_RELS: in_front("</Relationships>", related)},
        {"xl/worksheets/theirs.xml": sheet},
    )


def with_name(data: bytes, name: str, attributes: str = "") -> bytes:
    """With a defined name of theirs."""
    more = f"<definedName name=\"{name}\"{attributes}>'基本信息'!$F$20</definedName>"
    return edited(data, {BOOK: in_front("</definedNames>", more)})


def without_ledger(data: bytes) -> bytes:
    """As Excel's document inspector leaves it: hidden sheets are gone, hidden names are not."""
    found = re.search(r'<sheet [^>]*name="_perf_xlsx_ledger"[^>]*id="(\w+)"/>', parts(data)[BOOK])
    assert found
    return edited(
        data,
        {
            BOOK: lambda xml: xml.replace(found[0], ""),
            BOOK_RELS: lambda xml: re.sub(rf'<Relationship [^>]*Id="{found[1]}"[^>]*/>', "", xml),
        },
    )


FILED = template_of("department-as-filed")
THEIRS: dict[str, Callable[[bytes], bytes]] = {
    "a sheet called like the ledger": lambda copy: with_sheet(FILED, "_perf_xlsx_ledger"),
    "in capitals": lambda copy: with_sheet(FILED, "_PERF_XLSX_LEDGER"),
    "numbered": lambda copy: with_sheet(FILED, "_perf_xlsx_ledger(2)"),
    "in a scored copy": lambda copy: with_sheet(copy, "_PERF_XLSX_LEDGER(2)"),
    "an empty sheet": lambda copy: with_sheet(FILED, "_perf_xlsx_ledger", ""),
    "a name like a mark's": lambda copy: with_name(FILED, "_px_mark_1"),
    "in capitals, too": lambda copy: with_name(FILED, "_PX_Mark_2"),
    "a name like a sheet's": lambda copy: with_name(FILED, "_px_sheet_1"),
    "one of a sheet": lambda copy: with_name(FILED, "_px_mark_3", ' localSheetId="0"'),
    "in a scored copy, too": lambda copy: with_name(copy, "_px_mark_9999"),
    "names without their ledger": without_ledger,
}


@pytest.mark.parametrize("how", THEIRS)
def test_what_is_called_like_ours_stays_and_nothing_is_called_twice(
    how: str, scored_copy: bytes, tmp_path: Path
) -> None:
    data = THEIRS[how](scored_copy)
    first = with_copy(data, tmp_path)
    copy = (tmp_path / "out.xlsx").read_bytes()
    sheets, names = called(copy)
    assert len(set(sheets)) == len(sheets)
    assert len(set(names)) == len(names)
    before = [name for kind in called(data) for name in kind]
    assert set(before) <= {*sheets, *names}
    second = with_copy(copy, tmp_path)
    assert second.scores == first.scores
    again = called((tmp_path / "out.xlsx").read_bytes())
    assert again == (sheets, names)


def test_a_forged_ledger_does_not_swell(scored_copy: bytes, tmp_path: Path) -> None:
    """16,000 cells with one text of 32,000 characters, as the codes of two sheets."""
    copy = parts(scored_copy)
    ledger = next(name for name, text in copy.items() if "_px_sheet_1" in text and "worksheets/" in name)
    count = copy[STRINGS].count("<si>")
    code = f'<c t="s"><v>{count}</v></c>'
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows = "".join(
        f'<row r="{9000 + n}">{text.format("sheet")}{text.format(f"_px_sheet_{n}")}{text.format("基本信息")}'
        f"{text.format('0')}{text.format('1')}{code * 16_000}</row>"
        for n in range(100, 102)
    )
    data = edited(
        scored_copy,
        {
            ledger: in_front("</sheetData>", rows),
            STRINGS: in_front("</sst>", f"<si><t>{'ABCD' * 8000}</t></si>"),
        },
    )
    tracemalloc.start()
    try:
        result = with_copy(data, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.findings
    assert peak < 400 << 20


def ods_told(change: Callable[[str], str], folder: Path) -> tuple[str, int]:
    result = with_copy(edited(OPEN_DOCUMENT, {"content.xml": change}), folder, "in.ods")
    return told(result), len(result.findings)


@pytest.mark.parametrize(
    "more",
    [
        (r'(office:value="3184.8")', r'q:value="1" \1'),
        (r'(office:value="3184.8")', r'table:value="1" text:value="1" \1'),
        (r'(<table:table-cell [^>]*office:value="3184.8")', r'<q:table-cell/><text:table-cell/>\1'),
        (r'(<table:table-row[ >])', r'<q:table-row><q:table-cell/></q:table-row>\1'),
        (r'(<table:table [^>]*>)', r'\1<q:table-column q:visibility="collapse"/>'),
        (r'(office:value="3184.8"[^>]*>)', r'\1<q:p>1</q:p>'),
        (r'(office:value-type="float")', r'q:value-type="error" \1'),
        (r'(<office:spreadsheet>)', r'\1<q:table q:name="x"/>'),
    ],
)  # fmt: skip
def test_foreign_names_do_not_count_in_an_ods_either(more: tuple[str, str], tmp_path: Path) -> None:
    def change(xml: str) -> str:
        changed = re.sub(*more, xml)
        assert changed != xml
        return changed.replace("<office:document-content ", f"<office:document-content {FOREIGN} ", 1)

    assert ods_told(change, tmp_path) == ods_told(str, tmp_path)
