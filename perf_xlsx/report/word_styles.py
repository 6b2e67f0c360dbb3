"""The styles of a report: GB/T 9704-2012, with East Asian fonts in every style."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html import escape
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from perf_xlsx.report.page_setup import TWIPS_PER_POINT, PageSetup

# Names as Word writes them: a bureau's template has its own under the same ones.
NORMAL, TITLE, UNDER_TITLE, CAPTION, FOOTER = "Normal", "Title", "Subtitle", "caption", "footer"
HEADINGS = ("heading 1", "heading 2", "heading 3", "heading 4")
BODY, REMARK, CELL, BLANK = "报告正文", "报告提示", "报告表格", "待填写"
BUILT_IN = (
    ("character", "DefaultParagraphFont", "Default Paragraph Font"),
    ("table", "TableNormal", "Normal Table"),
)
GREY = "7F7F7F"
LOOKS = {"body": BODY, "caption": CAPTION, "remark": REMARK}
MARGINS_OF_CELLS = 60  # twips


def add_missing_styles(styles: Any, page: PageSetup) -> dict[str, str]:
    """Add every style of ours that the document has none of that name for; gives the ids by name."""
    for name, definition in _definitions(page):
        if name.casefold() not in _ids(styles):
            styles.append(parse_xml(definition))
    return _ids(styles)


def replace_styles(styles: Any, page: PageSetup) -> dict[str, str]:
    """Leave no style but ours; gives the ids by name."""
    for child in list(styles):
        styles.remove(child)
    fonts = _fonts(page.body_font, page.latin_font)
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    defaults = f"<w:rPrDefault><w:rPr>{fonts}{_size(page.size)}{language}</w:rPr></w:rPrDefault><w:pPrDefault/>"
    styles.append(parse_xml(f"<w:docDefaults {nsdecls('w')}>{defaults}</w:docDefaults>"))
    for kind, identity, name in BUILT_IN:
        flags = f'w:type="{kind}" w:default="1" w:styleId="{identity}"'
        styles.append(parse_xml(f'<w:style {nsdecls("w")} {flags}><w:name w:val="{name}"/></w:style>'))
    return add_missing_styles(styles, page)


def _ids(styles: Any) -> dict[str, str]:
    return {
        style.find(qn("w:name")).get(qn("w:val")).casefold(): style.get(qn("w:styleId"))
        for style in styles.findall(qn("w:style"))
        if style.find(qn("w:name")) is not None
    }


def _definitions(page: PageSetup) -> Iterator[tuple[str, str]]:
    """Each style's name and XML."""
    line = f'<w:spacing w:before="0" w:after="0" w:line="{_twentieths(page.line)}" w:lineRule="exact"/>'
    indent = f'<w:ind w:firstLineChars="200" w:firstLine="{2 * _twentieths(page.size)}"/>'
    flush = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
    no_widow = '<w:widowControl w:val="0"/>'
    both, centre = '<w:jc w:val="both"/>', '<w:jc w:val="center"/>'
    single = '<w:snapToGrid w:val="0"/><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
    box = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="4" w:color="auto"/>' for side in SIDES)
    body, size = _fonts(page.body_font, page.latin_font), _spacing(page.spacing) + _size(page.size)
    small = _size(page.table_size)
    yield NORMAL, _style(NORMAL, f"{no_widow}{line}{both}", body + size, default=True)
    title = _fonts(page.title_font, page.latin_font) + _size(page.title_size)
    yield TITLE, _style(TITLE, f"{line}{centre}", title, next_style=UNDER_TITLE)
    under = _fonts(page.level2_font, page.latin_font) + size
    yield UNDER_TITLE, _style(UNDER_TITLE, f"{line}{centre}", under)
    fonts = (page.level1_font, page.level2_font, page.body_font, page.body_font)
    for level, (name, font) in enumerate(zip(HEADINGS, fonts, strict=True)):
        look = f'<w:keepNext/>{line}{indent}{both}<w:outlineLvl w:val="{level}"/>'
        yield name, _style(name, look, _fonts(font, page.latin_font) + size, next_style=BODY)
    yield BODY, _style(BODY, f"{line}{indent}{both}", body + size)
    yield (
        CAPTION,
        _style(CAPTION, f"<w:keepNext/>{line}{centre}", _fonts(page.level1_font, page.latin_font) + small),
    )
    yield REMARK, _style(REMARK, f"<w:pBdr>{box}</w:pBdr>{line}{flush}{both}", body + small)
    yield CELL, _style(CELL, f"{single}{centre}", body + small)
    number = _fonts(page.page_number_font, page.page_number_font) + _size(page.page_number_size)
    yield FOOTER, _style(FOOTER, single, number)
    grey = f'<w:color w:val="{GREY}"/>'
    yield BLANK, _style(BLANK, "", grey, kind="character")


SIDES = ("top", "left", "bottom", "right")


def style_id(name: str) -> str:
    """The id of a style of ours."""
    return (
        f"px{'_'.join(str(ord(character)) for character in name)}" if not name.isascii() else name.replace(" ", "")
    )


def _style(
    name: str, paragraph: str, run: str, default: bool = False, next_style: str = "", kind: str = "paragraph"
) -> str:
    """A style's XML; `next_style` is that of the paragraph that a person begins behind it."""
    basis = "" if default or kind == "character" else f'<w:basedOn w:val="{NORMAL}"/>'
    following = f'<w:next w:val="{style_id(next_style)}"/>' if next_style else ""
    look = f"<w:pPr>{paragraph}</w:pPr>" if paragraph else ""
    flag = ' w:default="1"' if default else ""
    return (
        f'<w:style {nsdecls("w")} w:type="{kind}"{flag} w:styleId="{style_id(name)}"><w:name w:val="{name}"/>'
        f"{basis}{following}<w:qFormat/>{look}<w:rPr>{run}</w:rPr></w:style>"
    )


def _fonts(chinese: str, latin: str) -> str:
    east, west = escape(chinese), escape(latin)
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{west}" w:hAnsi="{west}" w:eastAsia="{east}" w:cs="{west}"/>'


def _size(points: Decimal) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _spacing(twentieths: int) -> str:
    """What is added behind each character, so that a line has as many as it should."""
    return f'<w:spacing w:val="{twentieths}"/>'


def _twentieths(points: Decimal) -> int:
    return round(points * TWIPS_PER_POINT)
