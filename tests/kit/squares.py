"""Small files that once took the square of something: of namespaces and formats, sheets and headers, runs and cells."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from pathlib import Path

from perf_xlsx import pipeline
from tests import FIXTURES
from tests.kit import layouts
from tests.kit.bombs import indicator_rows
from tests.kit.filled import template_of
from tests.kit.parts import unzipped, zipped

SPACE = "http://schemas.openxmlformats.org/"
BOOK, RELS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
INDICATORS, LEDGER = "xl/worksheets/sheet5.xml", "xl/worksheets/sheet11.xml"
STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
Parts = dict[str, bytes]


@cache
def _template() -> bytes:
    return template_of("department-corrected")


def _filled() -> Parts:
    return unzipped(_template())


@cache
def _copy() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.xlsx", Path(folder) / "b.xlsx"
        source.write_bytes(template_of("department-as-filed"))
        pipeline.score(source, target)
        return target.read_bytes()


def _scored() -> Parts:
    return unzipped(_copy())


def _inline(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def _rows(count: int, first: int, cells: Callable[[int], str]) -> str:
    return "".join(f'<row r="{first + n}">{cells(n)}</row>' for n in range(count))


def _into(parts: Parts, part: str, text: str, tag: str = "</sheetData>") -> Parts:
    return parts | {part: parts[part].decode().replace(tag, text + tag, 1).encode()}


def _more_sheets(parts: Parts, count: int, rows: str) -> Parts:
    """The workbook with sheets of these rows, named zz0 and so on."""
    main, package = f"{SPACE}spreadsheetml/2006/main", f"{SPACE}officeDocument/2006/relationships"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    parts = parts | {f"xl/worksheets/zz{n}.xml": sheet for n in range(count)}
    listed = "".join(
        f'<sheet xmlns:q="{package}" name="zz{n}" sheetId="{900 + n}" q:id="zz{n}"/>' for n in range(count)
    )
    related = "".join(
        f'<Relationship Id="zz{n}" Type="{package}/worksheet" Target="worksheets/zz{n}.xml"/>'
        for n in range(count)
    )
    named = "".join(f'<Override PartName="/xl/worksheets/zz{n}.xml" ContentType="{kind}"/>' for n in range(count))
    parts = _into(_into(parts, BOOK, listed, "</sheets>"), RELS, related, "</Relationships>")
    return _into(parts, TYPES, named, "</Types>")


def namespaces() -> bytes:
    """Namespaces in the styles, which as text each format repeats."""
    parts = _filled()
    declared = " ".join(f'xmlns:n{n}="u{n}"' for n in range(2000))
    parts[STYLES] = parts[STYLES].replace(b"<styleSheet ", f"<styleSheet {declared} ".encode(), 1)
    formats = "".join(f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="{n}"/>' for n in range(40000))
    return zipped(_into(parts, STYLES, formats, "</cellXfs>"))


def columns() -> bytes:
    """Columns, and marks on cells that are not there."""
    parts = unzipped(indicator_rows(_template(), 900))
    xml = re.sub(r"<f>.*?</f>", "", parts[INDICATORS].decode(), flags=re.DOTALL)
    xml = re.sub(r'<c r="K\d{2,}"[^>]*>.*?</c>', "", xml, flags=re.DOTALL)
    spans = '<col min="5000" max="5000" width="9"/>' * 200_000
    return zipped(parts | {INDICATORS: xml.replace("<cols>", f"<cols>{spans}", 1).encode()})


def headers() -> bytes:
    """Sheets that each have the header of indicators, and nothing else of a form."""
    with tempfile.TemporaryDirectory() as folder:
        parts = unzipped(layouts.national().save(Path(folder) / "a.xlsx").read_bytes())
    first = "xl/worksheets/sheet1.xml"
    parts[first] = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData/>", parts[first], flags=re.DOTALL)
    rows = f'<row r="1">{"".join(map(_inline, layouts.HEADS))}</row>' + _rows(
        999, 2, lambda n: _inline(f"甲{n % 7}")
    )
    return zipped(_more_sheets(parts, 80, rows))


FUNDS = ("年度资金总额", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")


def sheet_of(count: int, cells: Callable[[int], Iterable[str]]) -> bytes:
    """A workbook of one sheet: the title of a form, and below it rows of these texts."""
    with tempfile.TemporaryDirectory() as folder:
        parts = unzipped(layouts.national().save(Path(folder) / "a.xlsx").read_bytes())
    first = "xl/worksheets/sheet1.xml"
    rows = _rows(1, 1, lambda _: _inline("项目支出绩效自评表"))
    rows += _rows(count, 2, lambda n: "".join(map(_inline, cells(n))))
    xml = re.sub(r"<mergeCells.*?</mergeCells>", "", parts[first].decode(), flags=re.DOTALL)
    xml = re.sub(r"<sheetData>.*</sheetData>", lambda _: f"<sheetData>{rows}</sheetData>", xml, flags=re.DOTALL)
    return zipped(parts | {first: xml.encode()})


def repeated_headers(count: int) -> bytes:
    """The headers of both tables over and over."""
    return sheet_of(count, lambda n: (FUNDS, layouts.HEADS)[n % 2])


def unknown_headers(count: int) -> bytes:
    """Headers of labels that are like those of a form, no two the same."""
    return sheet_of(count, lambda n: (f"{word}甲{n}" for word in layouts.HEADS))


def unknown_words(count: int) -> bytes:
    """The header of indicators above texts that are like nothing, no two the same."""
    return sheet_of(count, lambda n: (f"天地{n}玄黄{at}" for at in range(8)) if n else layouts.HEADS)


def listed_beside(count: int) -> bytes:
    """An official form, and a sheet with a list of which no two texts are the same."""
    with tempfile.TemporaryDirectory() as folder:
        parts = unzipped(layouts.national().save(Path(folder) / "a.xlsx").read_bytes())
    rows = _rows(count, 1, lambda n: "".join(_inline(f"天地{n}玄黄{at}") for at in range(8)))
    return zipped(
        _more_sheets(parts, 1, rows + _rows(1, count + 1, lambda _: "".join(map(_inline, layouts.HEADS))))
    )


def shapes() -> bytes:
    """Shapes that all end where the last one does."""
    drawing = "xl/drawings/vmlDrawing1.vml"
    return zipped(_into(_scored(), drawing, "<v:shape " * 100_000 + "</v:shape>", "</xml>"))


def runs_of_a_note() -> bytes:
    """A note in runs, with our lines in each."""
    parts, comments = _scored(), "xl/comments1.xml"
    ours = "──── 绩效自评核对 ────", "──── 以下可填写答复 ────"
    runs = f"<r><t>a</t></r><r><t>{ours[0]}</t></r><r><t>{ours[1]}</t></r>" * 8_000
    ledger = re.sub(r'<c r="[HIJ]\d+"[^>]*>.*?</c>', "", parts[LEDGER].decode())
    note = re.sub(r"<text>.*?</text>", f"<text>{runs}</text>", parts[comments].decode(), count=1, flags=re.DOTALL)
    return zipped(parts | {LEDGER: ledger.encode(), comments: note.encode()})


def fill() -> bytes:
    """A ledger whose fills are long, and cells in the colour of a mark."""
    parts = _scored()
    long = f'<fill xmlns="{SPACE}spreadsheetml/2006/main"><patternFill patternType="solid">'
    long = escape(long + '<bgColor a="1"/>' * 1_500 + "</patternFill></fill>", quote=False)
    ledger = re.sub(r"&lt;fill.*?&lt;/fill&gt;", lambda _: long, parts[LEDGER].decode())
    marked = re.search(r"mark</t>.*?绩效指标.*?<t[^>]*>([A-Z]+\d+)</t>", ledger, re.DOTALL)
    assert marked
    style = re.search(rf'<c r="{marked[1]}"[^>]*s="(\d+)"', parts[INDICATORS].decode())
    assert style
    cells = _rows(6_000, 5_000, lambda _: f'<c s="{style[1]}"/>' * 20)
    return zipped(_into(parts | {LEDGER: ledger.encode()}, INDICATORS, cells))


def forged() -> bytes:
    """A ledger of sheets that are not there, and formulas."""
    listed = _rows(3000, 3000, lambda n: _inline("sheet") + _inline(f"_px_sheet_{3000 + n}") + _inline(f"q{n}"))
    formulas = _rows(100_000, 5_000, lambda n: f"<c><f>A!{n}</f><v>1</v></c>")
    return zipped(_into(_into(_scored(), LEDGER, listed), INDICATORS, formulas))


def kept() -> bytes:
    """Sheets of ours that are kept, and defined names."""
    parts = _more_sheets(_scored(), 800, '<row r="1"><c r="A1"><v>1</v></c></row>')
    told = ("sheet", "_px_sheet_{}", "zz{}", "0", "1")
    listed = _rows(800, 3000, lambda n: "".join(_inline(t.format(n + 3000 * ("px" in t))) for t in told))
    names = "".join(f'<definedName name="q{n}">A!$A$1+{n}</definedName>' for n in range(40_000))
    return zipped(_into(_into(parts, LEDGER, listed), BOOK, names, "</definedNames>"))


def labels() -> bytes:
    """Labels, and merges elsewhere."""
    sheet = "xl/worksheets/sheet2.xml"
    parts = _into(_filled(), sheet, _rows(20_000, 1_000, lambda _: _inline("参考总分") * 10))
    merges = "".join(f'<mergeCell ref="ZZ{n}:AAA{n}"/>' for n in range(500_000, 518_900))
    return zipped(_into(parts, sheet, merges, "</mergeCells>"))


def runs() -> bytes:
    """One text in runs, in many cells."""
    parts = _filled()
    number = parts[STRINGS].count(b"<si>")
    text = "<r><rPr><strike/></rPr><t>甲</t></r><r><t>a</t></r>" * 8_000
    cells = _rows(5_000, 3_000, lambda _: f'<c t="s"><v>{number}</v></c>' * 10)
    return zipped(_into(_into(parts, STRINGS, f"<si>{text}</si>", "</sst>"), INDICATORS, cells))


def reasons() -> bytes:
    """One long text as reason and measure of every indicator."""
    parts = unzipped(indicator_rows(_template(), 1_200))
    number = parts[STRINGS].count(b"<si>")
    xml = re.sub(r"<f>.*?</f>", "", parts[INDICATORS].decode(), flags=re.DOTALL)
    cell = r'<c r="([NO](?:[89]|\d{2,}))" s="(\d+)"(?:/>|[^>]*>.*?</c>)'
    parts[INDICATORS] = re.sub(cell, rf'<c r="\1" s="\2" t="s"><v>{number}</v></c>', xml).encode()
    return zipped(_into(parts, STRINGS, f"<si><t>{'绩效指标完成情况说明' * 3276}</t></si>", "</sst>"))


def crossed_out() -> bytes:
    """An .ods with columns, and cells, where some style crosses out."""
    parts = unzipped((FIXTURES / "部门整体.ods").read_bytes())
    style = (
        '<style:style style:name="xx" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    )
    one = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
    row = f'<table:table-row><table:table-cell table:number-columns-repeated="15900"/>{one * 20}</table:table-row>'
    table = f'<table:table table:name="zz">{"<table:table-column/>" * 16_000}{row * 4_000}</table:table>'
    parts = _into(parts, "content.xml", style, "</office:automatic-styles>")
    return zipped(_into(parts, "content.xml", table, "</office:spreadsheet>"))


# Each with the suffix it comes under, and the code of the refusal where it is not scored.
SQUARES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "两千个命名空间和四万种格式": (namespaces, ".xlsx", ""),
    "二十万个列和没有的格": (columns, ".xlsx", ""),
    "八十个只有表头的表": (headers, ".xlsx", "R04"),
    "一千五百个重复的表头": (lambda: repeated_headers(1_500), ".xlsx", "R07"),
    "六千行像表头的文字": (lambda: unknown_headers(6_000), ".xlsx", "R03"),
    "一千行不相干的文字": (lambda: unknown_words(1_000), ".xlsx", ""),
    "十万个批注框一处结束": (shapes, ".xlsx", ""),
    "一个批注两万多段": (runs_of_a_note, ".xlsx", ""),
    "台账中很长的填充": (fill, ".xlsx", ""),
    "台账中三千个表和十万个公式": (forged, ".xlsx", ""),
    "留存八百个表和四万个名称": (kept, ".xlsx", ""),
    "二十万个标签和近二万处合并": (labels, ".xlsx", ""),
    "一段一万六千节的文字": (runs, ".xlsx", ""),
    "每行同一段长文字": (reasons, ".xlsx", ""),
    "ods 一万六千列和八万格": (crossed_out, ".ods", ""),
}
