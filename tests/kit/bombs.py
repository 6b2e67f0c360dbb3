"""Workbooks that are far too much of one thing, made from a filled template."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.kit.parts import edited, rels

SHEET = "xl/worksheets/sheet5.xml"  # 绩效指标
STYLES, STRINGS, BOOK = "xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
RELS, TYPES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
LEDGER = "xl/worksheets/sheet11.xml"  # the last sheet of a department form that was scored


def into(part: str, before: str, text: str | Callable[[], str]) -> Callable[[bytes], bytes]:
    """Text put into a part of a workbook, before a tag of it; a large one is made when it is needed."""

    def put(data: bytes) -> bytes:
        made = text if isinstance(text, str) else text()
        return edited(data, {part: lambda xml: xml.replace(before, made + before, 1)})

    return put


def rows(count: int, cells: str, first: int = 1000) -> str:
    """Many rows of the same cells, which say nothing of where they stand."""
    return "".join(f'<row r="{n}">{cells}</row>' for n in range(first, first + count))


def indicator_rows(data: bytes, count: int) -> bytes:
    """The last indicator row over and over."""

    def more(xml: str) -> str:
        last = re.search(r'<row r="8".*?</row>', xml, re.DOTALL)
        assert last
        made = [re.sub(r'(r="[A-Z]*)8"', rf'\g<1>{n}"', last[0]) for n in range(9, 9 + count)]
        head, tail = xml[: last.end()], xml[last.end() :]
        tail = re.sub(r'<row r="(\d+)".*?</row>', "", tail, flags=re.DOTALL)
        return re.sub(r"<mergeCells.*?</mergeCells>", "", head + "".join(made) + tail)

    return edited(data, {SHEET: more})


def many(pattern: str, count: int, around: str = "{}") -> Callable[[], str]:
    """A text for each number in it, and a text around them all."""
    return lambda: around.format("".join([pattern.replace("#", str(n)) for n in range(1000, 1000 + count)]))


Bomb = Callable[[bytes], bytes]
RULE = '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"/></conditionalFormatting>'
NAME = "<definedName name=\"px_n#\">'绩效指标'!$A$1:$XFD$1048576</definedName>"
INLINE = '<c t="inlineStr"><is><t>{}</t></is></c>'

# Each with the total that is still read, or the code of the refusal.
HUGE: dict[str, tuple[Bomb, str]] = {
    "一百万个共享文字": (into(STRINGS, "</sst>", "<si><t>a</t></si>" * 1_000_000), "88.01"),
    "三百万个共享文字": (into(STRINGS, "</sst>", many("<si><t>#</t></si>", 3_000_000)), "R03"),
    "五万种格式": (into(STYLES, "</cellXfs>", many('<xf numFmtId="0" fontId="#"/>', 50_000)), "88.01"),
    "十万种格式": (into(STYLES, "</cellXfs>", '<xf numFmtId="0"/>' * 100_000), "R03"),
    "二十万个文字格": (into(SHEET, "</sheetData>", rows(20_000, INLINE.format("单位名称") * 10)), "88.01"),
    "二十万个表外格": (into(SHEET, "</sheetData>", rows(20_000, INLINE.format("备注") * 10)), "88.01"),
    "六十万个数字格": (into(SHEET, "</sheetData>", rows(60_000, "<c><v>1</v></c>" * 10)), "R03"),
    "五十万个空格": (into(SHEET, "</sheetData>", rows(50_000, '<c s="1"/>' * 10)), "88.01"),
    "近二万处合并": (into(SHEET, "</mergeCells>", many('<mergeCell ref="A#:XFD#"/>', 19_000)), "88.01"),
    "十万处合并": (into(SHEET, "</mergeCells>", '<mergeCell ref="A1:XFD1048576"/>' * 100_000), "R03"),
    "十万个名称": (into(BOOK, "</definedNames>", many(NAME, 100_000)), "88.01"),
    "十万个工作表": (into(BOOK, "</sheets>", many('<sheet name="s#" sheetId="#" r:id="rId1"/>', 100_000)), "R01"),
    "十万条条件格式": (into(SHEET, "<conditionalFormatting", RULE * 100_000), "88.01"),
    "千层嵌套": (into(SHEET, "</sheetData>", "<row>" + "<a>" * 1000 + "</a>" * 1000 + "</row>"), "R03"),
    "二十兆的属性": (into(SHEET, "</sheetData>", many("#", 3_000_000, '<row x="{}"/>')), "R03"),
    "二十兆的文字": (into(SHEET, "</sheetData>", many("#", 3_000_000, f"<row>{INLINE}</row>")), "R03"),
    "四万字的格": (into(SHEET, "</sheetData>", f"<row>{INLINE.format('字' * 40_000)}</row>"), "R03"),
    "近二千个指标": (lambda data: indicator_rows(data, 1900), "16957.01"),
    "五千个指标": (lambda data: indicator_rows(data, 5000), "R03"),
}

CIRCLE = {
    f"q/_rels/p{n}.xml.rels": rels(("r1", "x", f"p{(n + 1) % 900}.xml"), ("r2", "x", f"p{n}.xml"))
    for n in range(900)
}
LEDGER_ROW = (
    f'<row r="#">{INLINE.format("mark")}{INLINE.format("_px_mark_#")}{INLINE.format("绩效指标")}'
    f"{INLINE.format('B#')}{INLINE.format('FFF9C6C1')}</row>"
)

# Beside the form, in a workbook that was scored before.
BOMBS: dict[str, Bomb] = {
    "十万条批注": into("xl/comments1.xml", "</commentList>", many('<comment ref="A#" authorId="0"/>', 100_000)),
    "没有结尾的图形": into("xl/drawings/vmlDrawing1.vml", "</xml>", "<v:shape " * 500_000),
    "三十万个图形": into(
        "xl/drawings/vmlDrawing1.vml", "</xml>", many('<v:shape id="_x0000_s#"></v:shape>', 300_000)
    ),
    "三万个关系": into(RELS, "</Relationships>", many('<Relationship Id="q#" Type="x" Target="y#"/>', 30_000)),
    "三万个内容类型": into(TYPES, "</Types>", many('<Override PartName="/q#" ContentType="x"/>', 30_000)),
    "伪造的记录": into(LEDGER, "</sheetData>", many(LEDGER_ROW, 20_000)),
    "首尾相接的关系": lambda data: edited(
        data,
        {
            RELS: lambda xml: xml.replace(
                "</Relationships>", '<Relationship Id="q" Type="x" Target="/q/p0.xml"/></Relationships>'
            )
        },
        {f"q/p{n}.xml": "<a/>" for n in range(900)} | CIRCLE,
    ),
}
