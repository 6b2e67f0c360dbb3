"""The shipped templates, made with python-docx; a bureau may take them and change them in Word.

Layout by GB/T 9704-2012 as far as a letter needs it: A4, text area 156 × 225 mm, 仿宋三号 at 28.95 points a
line, title 小标宋二号, first level 黑体, page number 四号 between dashes. The fonts are named, not shipped.
Tables are 五号, so that most letters take one page.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from perf_xlsx.report.page_setup import PageSetup

PAGE = PageSetup()  # as a report has it
TITLE, BODY, FIRST_LEVEL, NUMBER = PAGE.title_font, PAGE.body_font, PAGE.level1_font, PAGE.page_number_font
NO_2, NO_3, NO_4 = float(PAGE.title_size), float(PAGE.size), float(PAGE.page_number_size)  # 二号, 三号, 四号
NO_5 = 10.5  # 五号, of tables
LINE = float(PAGE.line)
SMALL_LINE = 15
CELL_MARGIN = 3.5  # points beside the text of a cell
STYLES = (
    "Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "Header", "Header Char", "Footer",
    "Footer Char",
)  # fmt: skip
IDLE = ("/stylesWithEffects", "/thumbnail", "/customXml", "/numbering")  # ends of relationship types
CREATED = datetime.datetime(2020, 1, 1)  # fixed: the same input gives the same bytes


def return_letter() -> bytes:
    """退回意见: what a unit must correct and explain."""
    letter = _Letter("绩效自评表退回意见")
    letter.addressed()
    letter.text(
        "你单位报送的【年度】【表名】（文件“【文件】”【报送次数】）已收悉。经核对，【处理要求】现予退回，"
        "请于【期限】前更正后重新报送。"
    )
    letter.text("【如有与上次比较】【与上次比较】")
    letter.heading("【如有更正】【更正节】须更正的（【更正数】处）")
    letter.table(
        ("序号", "位置", "填报内容", "应为", "问题和更正办法"), (11, 22, 34, 22, 67),
        ("【更正.序号】", "【更正.位置】", "【更正.填报内容】", "【更正.应为】", "【更正.问题】【更正.办法】"),
    )  # fmt: skip
    letter.heading("【如有说明】【说明节】须核对或说明的（【说明数】处）")
    letter.table(
        ("序号", "位置", "问题和办法"), (12, 23, 121),
        ("【说明.序号】", "【说明.位置】", "【说明.问题】【说明.办法】"),
    )  # fmt: skip
    letter.heading("【如有改动】【改动节】上次没有要求更正、这次有改动的，请说明")
    letter.table(
        ("序号", "位置", "上次", "这次"), (12, 64, 40, 40),
        ("【改动.序号】", "【改动.位置】", "【改动.上次】", "【改动.这次】"),
    )  # fmt: skip
    letter.text("【如有评分表】随附评分后的工作簿“【评分表】”，其中标出了上述各处，请对照逐处更正或说明。")
    letter.signed()
    letter.note("【如有联系人】收件联系人：【联系人】。")
    letter.note("【如有评分办法】评分办法：【评分办法】。")
    letter.note("【如有校验码】校验码：【校验码】。")
    return letter.bytes()


def reminder() -> bytes:
    """催报通知: what a unit has not returned."""
    letter = _Letter("绩效自评表催报通知")
    letter.addressed()
    letter.text("截至目前，尚未收到你单位应报送的下列【年度】绩效自评表。请于【期限】前报送。")
    letter.table(
        ("序号", "自评表", "项目", "情况"), (12, 60, 60, 24),
        ("【未报.序号】", "【未报.表名】", "【未报.项目】", "【未报.情况】"),
    )  # fmt: skip
    letter.text("如已报送，请告知报送的时间和文件名称，以便核对；不能按期报送的，请说明原因和预计报送的时间。")
    letter.signed()
    letter.note("【如有联系人】收件联系人：【联系人】。")
    return letter.bytes()


class _Letter:
    """A letter being written from its top."""

    def __init__(self, title: str) -> None:
        self.document: Any = Document()
        properties = self.document.core_properties
        properties.author, properties.title, properties.comments = "", title, ""
        properties.created = properties.modified = CREATED
        self._page()
        normal = self.document.styles["Normal"]
        _font(normal, BODY, NO_3)
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:eastAsia"), "zh-CN")  # else its punctuation is that of Taiwan where 仿宋 is missing
        form = normal.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)
        form.space_before = form.space_after = Pt(0)
        head = self._paragraph(title, TITLE, NO_2, WD_ALIGN_PARAGRAPH.CENTER)
        head.paragraph_format.space_after = Pt(LINE / 2)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(float(PAGE.top)), Mm(float(PAGE.bottom))
        section.left_margin, section.right_margin = Mm(float(PAGE.left)), Mm(float(PAGE.right))
        section.footer_distance = Mm(float(PAGE.bottom) - 7 - 5)  # 7 mm below the text
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for text in ("— ", None, " —"):
            run = foot.add_run(text or "")
            _font(run, NUMBER, NO_4)
            if text is None:
                _page_number(run)

    def _paragraph(self, text: str, font: str, size: float, align: Any = None) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = align
        _font(paragraph.add_run(text), font, size)
        return paragraph

    def addressed(self) -> None:
        """To whom."""
        self._paragraph("【单位】：", BODY, NO_3)

    def text(self, text: str) -> None:
        """A paragraph, its first line two characters in."""
        paragraph = self._paragraph(text, BODY, NO_3)
        paragraph.paragraph_format.first_line_indent = Pt(2 * NO_3)

    def note(self, text: str) -> None:
        """A line in small type at the foot."""
        form = self._paragraph(text, BODY, NO_5).paragraph_format
        form.keep_with_next = True
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(SMALL_LINE)

    def heading(self, text: str) -> None:
        """A heading of the first level, kept with what follows."""
        paragraph = self._paragraph(text, FIRST_LEVEL, NO_3)
        paragraph.paragraph_format.first_line_indent = Pt(2 * NO_3)
        paragraph.paragraph_format.keep_with_next = True

    def table(self, heads: Sequence[str], widths: Sequence[float], row: Sequence[str]) -> None:
        """A table with one row for each item; the head is repeated on each page, no row is broken."""
        table = self.document.add_table(rows=2, cols=len(heads))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        _cell_margins(table)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for at, texts in enumerate((heads, row)):
            for number, (cell, text, width) in enumerate(zip(table.rows[at].cells, texts, widths, strict=True)):
                cell.width = Mm(width)
                self._cell(cell, text, bold=at == 0, centred=at == 0 or number == 0)
            _row_property(table.rows[at], "w:cantSplit")
        _row_property(table.rows[0], "w:tblHeader")

    def _cell(self, cell: Any, text: str, bold: bool, centred: bool) -> None:
        paragraph = cell.paragraphs[0]
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(SMALL_LINE)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
        run = paragraph.add_run(text)
        _font(run, FIRST_LEVEL if bold else BODY, NO_5)

    def signed(self) -> None:
        """Who sends it, and when: right, with room for the seal; on one page with what is before and after.

        What is before takes at least two lines, so that a page never begins with less.
        """
        before = self.document.paragraphs[-1].paragraph_format
        before.keep_with_next = before.keep_together = True
        for text in ("【发函单位】", "　　　　年　　月　　日"):
            paragraph = self._paragraph(text, BODY, NO_3, WD_ALIGN_PARAGRAPH.RIGHT)
            paragraph.paragraph_format.right_indent = Pt(4 * NO_3)
            paragraph.paragraph_format.keep_with_next = True
        self.document.paragraphs[-2].paragraph_format.space_before = Pt(LINE)

    def bytes(self) -> bytes:
        """The document, less what python-docx brings and no letter needs: most of its size."""
        part = self.document.part
        for owner in (part, part.package):
            for id, relation in list(owner.rels.items()):
                if relation.reltype.endswith(IDLE):
                    del owner.rels[id]
        for style in list(self.document.styles):
            if style.name not in STYLES:
                style.delete()
        out = BytesIO()
        self.document.save(out)
        return out.getvalue()


def _font(owner: Any, name: str, size: float) -> None:
    """Size and font, for Chinese characters too."""
    owner.font.name, owner.font.size = name, Pt(size)
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:eastAsia", "w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(kind), name)


def _page_number(run: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _cell_margins(table: Any) -> None:
    """Less beside the text than Word leaves: amounts such as 1,650,000.00元 take the room."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), str(round(CELL_MARGIN * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    table._tbl.tblPr.append(margins) if look is None else look.addprevious(margins)


def _row_property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
