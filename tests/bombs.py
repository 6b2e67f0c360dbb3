"""Workbooks that are far too much of one thing, made from a filled template."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.rich_workbook import edited

SHEET = "xl/worksheets/sheet5.xml"  # 绩效指标
STYLES, STRINGS, BOOK = "xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


def into(part: str, before: str, text: str) -> Callable[[bytes], bytes]:
    """Text put into a part of a workbook, before a tag of it."""
    return lambda data: edited(data, {part: lambda xml: xml.replace(before, text + before, 1)})


def rows(count: int, cells: str, first: int = 1000) -> str:
    """Many rows of the same cells, which say nothing of where they stand."""
    return "".join(f'<row r="{n}">{cells}</row>' for n in range(first, first + count))


def indicator_rows(data: bytes, count: int) -> bytes:
    """The last indicator row over and over."""

    def more(xml: str) -> str:
        found = re.findall(r'<row r="(\d+)".*?</row>', xml, re.DOTALL)
        last = re.search(r'<row r="8".*?</row>', xml, re.DOTALL)
        assert last and found
        made = [re.sub(r'(r="[A-Z]*)8"', rf'\g<1>{n}"', last[0]) for n in range(9, 9 + count)]
        head, tail = xml[: last.end()], xml[last.end() :]
        tail = re.sub(r'<row r="(\d+)".*?</row>', "", tail, flags=re.DOTALL)
        return re.sub(r"<mergeCells.*?</mergeCells>", "", head + "".join(made) + tail)

    return edited(data, {SHEET: more})


HUGE: dict[str, Callable[[bytes], bytes]] = {
    "一百万个共享文字": into(STRINGS, "</sst>", "<si><t>a</t></si>" * 1_000_000),
    "三百万个共享文字": into(STRINGS, "</sst>", "<si><t>a</t></si>" * 3_000_000),
    "十万种格式": into(STYLES, "</cellXfs>", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>' * 100_000),
    "五万种格式": into(
        STYLES, "</cellXfs>", "".join(f'<xf numFmtId="0" fontId="{n}" fillId="0" borderId="0"/>' for n in range(50_000))
    ),
    "四十万个文字格": into(SHEET, "</sheetData>", rows(40_000, '<c t="inlineStr"><is><t>单位名称</t></is></c>' * 10)),
    "六十万个数字格": into(SHEET, "</sheetData>", rows(60_000, "<c><v>1</v></c>" * 10)),
    "百万个空格": into(SHEET, "</sheetData>", rows(100_000, '<c s="1"/>' * 10)),
    "二万处合并": into(
        SHEET, "</mergeCells>", "".join(f'<mergeCell ref="A{n}:XFD{n}"/>' for n in range(2000, 22_000 - 100))
    ),
    "十万处合并": into(SHEET, "</mergeCells>", '<mergeCell ref="A1:XFD1048576"/>' * 100_000),
    "十万个名称": into(
        BOOK,
        "</definedNames>",
        "".join(f"<definedName name=\"px_n{n}\">'绩效指标'!$A$1:$XFD$1048576</definedName>" for n in range(100_000)),
    ),
    "十万个工作表": into(
        BOOK, "</sheets>", "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(100, 100_100))
    ),
    "十万条条件格式": lambda data: edited(
        data,
        {
            SHEET: lambda xml: re.sub(
                r"(</sheetData>)",
                r"\1" + '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>1</formula>'
                "</cfRule></conditionalFormatting>" * 100_000,
                xml,
            )
        },
    ),
    "千层嵌套": into(SHEET, "</sheetData>", "<row>" + "<a>" * 1000 + "</a>" * 1000 + "</row>"),
    "二十兆的属性": into(SHEET, "</sheetData>", f'<row r="99999" x="{"x" * 20_000_000}"/>'),
    "二十兆的文字": into(SHEET, "</sheetData>", f'<row><c t="inlineStr"><is><t>{"x" * 20_000_000}</t></is></c></row>'),
    "四万字的格": into(SHEET, "</sheetData>", f'<row><c t="inlineStr"><is><t>{"字" * 40_000}</t></is></c></row>'),
    "一千九百个指标": lambda data: indicator_rows(data, 1900),
    "五千个指标": lambda data: indicator_rows(data, 5000),
}
