"""Small files that are far too much once they are read: each made by a script, with what must come of it."""

from __future__ import annotations

import json
import struct
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from perf_xlsx.cli.stories import case_text
from tests.kit import layouts
from tests.kit.filled import filled, template_of
from tests.kit.foreign_workbooks import RELATION, TYPES, _biff, _relations, record, wide
from tests.kit.parts import unzipped, zipped
from tests.kit.squares import SQUARES

LONGEST = 32_767  # characters of a cell: Excel's own limit


def passages(text: str) -> bytes:
    """Our template with this text as every passage, reason and measure."""
    case = json.loads(case_text("department-corrected"))
    for indicator in case["indicators"]:
        indicator["reason"] = indicator["improvement"] = text
    for key in case["passages"]:
        case["passages"][key] = text
    return filled(case)


def edited_styles(text: str) -> bytes:
    """Our template, every number shown by this format."""
    from tests.hostile import _formats

    parts = unzipped(template_of("department-corrected"))
    return zipped(parts | {"xl/styles.xml": _formats(parts["xl/styles.xml"], text)})


def official(rows: Callable[[int], str], count: int) -> bytes:
    """An official layout with texts below it, in the column of names."""
    with tempfile.TemporaryDirectory() as folder:
        paper = layouts.national()
        last = paper.sheet.max_row
        for number in range(count):
            paper.sheet.cell(last - 2, 4 + number % 4).value = rows(number)
            paper.sheet.cell(last + 1 + number, 1 + number % 9).value = rows(number)
        return paper.save(Path(folder) / "a.xlsx").read_bytes()


# ---- .xls ----

BOF = 0x0809
XF = struct.pack("<HHHHIIHH", 0, 0, 1, 0x20, 0, 0, 0, 0)[:20]


def biff8(sheets: Iterable[bytes], more: bytes = b"", shared: int = 0) -> bytes:
    """A bare stream of Excel 97: the records of each sheet, and what more the workbook has. `shared` more sheets
    lie where the first does."""
    bodies = [
        _biff(BOF, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 0)) + body + _biff(0x000A)
        for body in sheets
    ]
    font = struct.pack("<HHHHHBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, 5) + b"\0Arial"
    head = _biff(BOF, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 0))
    head += _biff(0x0042, struct.pack("<H", 1200)) + _biff(0x0031, font) * 4 + _biff(0x00E0, XF) * 16 + more
    count = len(bodies) + shared
    names = [f"S{number}".encode() for number in range(count)]
    at = len(head) + sum(4 + 8 + len(name) for name in names) + 4
    for number, name in enumerate(names):
        where = at + sum(map(len, bodies[: number if number < len(bodies) else 0]))
        head += _biff(0x0085, struct.pack("<IHBB", where, 0, len(name), 0) + name)
    return head + _biff(0x000A) + b"".join(bodies)


def number(row: int, column: int) -> bytes:
    """A cell with a number."""
    return _biff(0x0203, struct.pack("<HHHd", row, column, 15, 1.0))


def doubling_names(count: int) -> bytes:
    """Each name stands for the one before it, twice; the first for a long text."""
    out = _name("n0", b"\x17\xfa\0" + b"A" * 250)
    for at in range(1, count):
        before = b"\x43" + struct.pack("<HH", at, 0)
        out += _name(f"n{at}", before + before + b"\x08")
    return out


def _name(name: str, formula: bytes) -> bytes:
    head = struct.pack("<HBBHHHBBBB", 0, 0, len(name), len(formula), 0, 0, 0, 0, 0, 0)
    return _biff(0x0018, head + b"\0" + name.encode() + formula)


def links(count: int) -> bytes:
    """Links over a whole sheet each."""
    guid = b"\xd0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b\xa9\x0b"
    one = struct.pack("<HHHH", 0, 65535, 0, 255) + guid + b"\x02\0\0\0" + struct.pack("<I", 0x08)
    return _biff(0x01B8, one + struct.pack("<I", 2) + "A\0".encode("utf-16-le")) * count


# ---- .xlsb and .ods ----


def xlsb_of(strings: bytes = b"", book: bytes = b"", sheet: bytes = b"") -> bytes:
    """A workbook of one sheet with these records."""
    parts = {
        "xl/workbook.bin": record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("S")) + book,
        "xl/sharedStrings.bin": strings,
        "xl/sheet1.bin": sheet or record(129),
        "xl/_rels/workbook.bin.rels": _relations(
            [
                ("rId1", RELATION.format("worksheet"), "sheet1.bin"),
                ("rId2", RELATION.format("sharedStrings"), "sharedStrings.bin"),
            ]
        ),
        "_rels/.rels": _relations([("rId1", RELATION.format("officeDocument"), "xl/workbook.bin")]),
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.bin" ContentType="'
            f'{TYPES.format("sheet.binary.macroEnabled.main")}"/></Types>'
        ).encode(),
    }
    return zipped(parts)


ODS = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"


def ods(table: str, tables: int = 1) -> bytes:
    """A spreadsheet whose tables hold this XML."""
    content = (
        f'<office:document-content xmlns:office="{ODS.format("office")}" xmlns:table="{ODS.format("table")}" '
        f'xmlns:text="{ODS.format("text")}"><office:body><office:spreadsheet>'
        + f'<table:table table:name="S">{table}</table:table>' * tables
        + "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}
    return zipped(parts)


CELL = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
ROW = "<table:table-row{}>{}</table:table-row>"
FAR = ' table:number-columns-repeated="16384"', ' table:number-rows-repeated="1048576"'


def nested_rows(depth: int, count: int) -> str:
    """Rows within groups within groups."""
    rows = ROW.format("", CELL.format("", "a")) * count
    return "<table:table-row-group>" * depth + rows + "</table:table-row-group>" * depth


def sheets_of_one_part(count: int) -> bytes:
    """A workbook that names the same sheet over and over."""
    parts = unzipped(template_of("department-corrected"))
    book = parts["xl/workbook.xml"].decode()
    first = book.index("<sheet ")
    relation = book[first:].split('r:id="')[1].split('"')[0]
    more = "".join(f'<sheet name="x{n}" sheetId="{900 + n}" r:id="{relation}"/>' for n in range(count))
    return zipped(parts | {"xl/workbook.xml": book.replace("</sheets>", more + "</sheets>").encode()})


# Each with the suffix it comes under, and the code of the refusal where it is not scored.
DENSE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "十万个左括号的格式": (lambda: edited_styles("(" * 100_000), ".xlsx", ""),
    "十万个方括号的格式": (lambda: edited_styles("[" * 100_000), ".xlsx", ""),
    "十万个引号的格式": (lambda: edited_styles('"a' * 50_000 + '"'), ".xlsx", ""),
    "组合符": (lambda: passages("\u0301\u0323" * (LONGEST // 2)), ".xlsx", ""),
    "字母和组合符": (lambda: passages("a" + "\u0323\u0301" * (LONGEST // 2 - 1)), ".xlsx", ""),
    "折开就长的字": (lambda: passages("\ufdfa" * LONGEST), ".xlsx", ""),
    "换行": (lambda: passages("甲" + "\n" * (LONGEST - 2) + "乙"), ".xlsx", ""),
    "字和换行": (lambda: passages("字\n" * (LONGEST // 2)), ".xlsx", ""),
    "空格": (lambda: passages("甲" + " " * (LONGEST - 2) + "乙"), ".xlsx", ""),
    "数字": (lambda: passages("支出" + "1" * (LONGEST - 4) + "。。"), ".xlsx", ""),
    "四十行左括号": (lambda: official(lambda n: "(" * LONGEST, 40), ".xlsx", "R04"),
    "十行组合符": (lambda: official(lambda n: "甲" + "\u0301\u0323" * 16_000, 10), ".xlsx", "R04"),
    "十行其中": (lambda: official(lambda n: "其中" * 16_000, 10), ".xlsx", "R04"),
    "四十行空格": (lambda: official(lambda n: "2023" + " " * 32_000 + "年", 40), ".xlsx", "R04"),
    "一个部件作两千个表": (lambda: sheets_of_one_part(2_000), ".xlsx", "R01"),
    "xls 最远的一格": (lambda: biff8([number(65535, 255)]), ".xls", "R04"),
    "xls 二十个表最远的一格": (lambda: biff8([number(65535, 255)] * 20), ".xls", "R04"),
    "xls 各行最远的一格": (lambda: biff8([b"".join(number(n, 255) for n in range(0, 65536, 8))]), ".xls", "R04"),
    "xls 翻倍的名称": (lambda: biff8([number(0, 0)], doubling_names(30)), ".xls", "R04"),
    "xls 十万个名称": (lambda: biff8([number(0, 0)], _name("n", b"\x1e\1\0") * 100_000), ".xls", "R04"),
    "xls 十万种格式": (lambda: biff8([number(0, 0)], _biff(0x00E0, XF) * 100_000), ".xls", "R03"),
    "xls 三十万个字体": (lambda: biff8([number(0, 0)], _biff(0x0031, b"\0" * 16) * 300_000), ".xls", "R03"),
    "xls 整表的链接": (lambda: biff8([number(0, 0) + links(200)]), ".xls", "R04"),
    "xls 同一个表两千次": (lambda: biff8([number(0, 0) * 2_000], shared=1_999), ".xls", "R03"),
    "xls 三千个表": (lambda: biff8([number(0, 0)], shared=3_000), ".xls", "R03"),
    "xls 一百万处合并": (
        lambda: biff8([(_biff(0x00E5, struct.pack("<H", 1027) + struct.pack("<HHHH", 0, 1, 0, 1) * 1027)) * 1000]),
        ".xls",
        "R03",
    ),
    "xlsb 一千八百万个文字": (lambda: xlsb_of(record(19, b"\0" * 5) * 18_000_000), ".xlsb", "R03"),
    "xlsb 六千万个记录": (lambda: xlsb_of(book=record(500) * 40_000_000), ".xlsb", "R03"),
    "xlsb 很长的文字": (lambda: xlsb_of(record(19, b"\0" + wide("a" * 30_000_000))), ".xlsb", "R03"),
    "xlsb 一百万个表": (
        lambda: xlsb_of(book=record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("S")) * 1_000_000),
        ".xlsb",
        "R03",
    ),
    "xlsb 最远的一格": (
        lambda: xlsb_of(sheet=record(0, struct.pack("<I", 1_048_575) + bytes(13)) + record(5, struct.pack("<IId", 16_383, 0, 1.0))),
        ".xlsb",
        "R04",
    ),
    "ods 重复到最远": (lambda: ods(ROW.format(FAR[1], CELL.format(FAR[0], "a"))), ".ods", "R03"),
    "ods 空的重复到最远": (lambda: ods(ROW.format(FAR[1], CELL.format(FAR[0], "")) * 3), ".ods", "R04"),
    "ods 隐藏的重复行": (
        lambda: ods(ROW.format(FAR[1] + ' table:visibility="collapse"', "<table:table-cell/>") * 1000), ".ods", "R04"
    ),
    "ods 数出来的空格": (
        lambda: ods(ROW.format("", CELL.format("", '<text:s text:c="1000"/>' * 33)) * 20_000), ".ods", "R04"
    ),
    "ods 套了又套的行": (lambda: ods(nested_rows(200, 50_000)), ".ods", "R04"),
    "ods 十万个表": (lambda: ods("", 100_000), ".ods", "R03"),
    **SQUARES,
}  # fmt: skip
