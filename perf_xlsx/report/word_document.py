"""A report as a Word document, the same bytes for the same report.

python-docx opens and keeps the package; the body is built as XML, because a report of 200 indicators has thousands
of runs. Every text is a text node: nothing that a person wrote becomes markup or a field.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from perf_xlsx.figures import bookmark_name
from perf_xlsx.ooxml import Limits, PackageError
from perf_xlsx.ooxml.zip_archive import Archive
from perf_xlsx.report import word_styles
from perf_xlsx.report.page_setup import PAPER, TWIPS_PER_POINT, PageSetup, twips
from perf_xlsx.report.report import (
    Blank,
    Heading,
    Report,
    ReportBlock,
    ReportParagraph,
    ReportTable,
    TextRun,
    Wanting,
)
from perf_xlsx.system.safe_text import one_line

WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # of every part: the same input gives the same bytes
DATED = datetime.datetime(2000, 1, 1)
PROGRAM = "perf_xlsx"
# Of python-docx's blank: relations to parts that a report needs none of, or that tell of another program.
NEEDLESS = ("stylesWithEffects", "numbering", "webSettings", "customXml", "thumbnail", "extended-prop")
SETTINGS = (
    '<w:characterSpacingControl {0} w:val="doNotCompress"/>',
    '<w:compat {0}><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>',
    '<w:themeFontLang {0} w:val="en-US" w:eastAsia="zh-CN"/>',
)
TEMPLATES = (b"wordprocessingml.template.main+xml", b"wordprocessingml.document.main+xml")  # .dotx, .docx
FOOTER_FROM_EDGE = Decimal(25)  # mm: the dashes then stand 7 mm below the text
BLANKS_HEADING = "待填写事项"
BLANKS_FIRST = "本报告有{count}项内容自评表中没有，需要填写。填写后请删去本页："


class WordTemplateError(Exception):
    """A bureau's Word template that cannot be used; the Chinese message says why. For the operator."""


def docx_bytes(paper: Report, page: PageSetup, template: bytes | None = None) -> bytes:
    """The report as .docx. With a `template` its styles and page are used. Raises WordTemplateError."""
    document = _opened(template) if template is not None else _blank(page)
    element = document.styles.element
    ids = word_styles.add_missing_styles(element, page) if template else word_styles.replace_styles(element, page)
    if template is None or not _has_footer(document):
        _number_pages(document, page, ids)
    body = document.element.body
    end = body.sectPr
    for block in _ReportWriter(ids, page).written(paper):
        end.addprevious(block)
    _describe(document, paper)
    return _saved(document)


# ---- the package --------------------------------------------------------------------------------------------


def _blank(page: PageSetup) -> Document:
    """An empty document in the page's set-up."""
    document = docx.Document()
    for source in (document.part.package, document.part):
        for key, relation in list(source.rels.items()):
            if any(word in relation.reltype for word in NEEDLESS):
                del source.rels[key]
    body = document.element.body
    body.remove(body.sectPr)
    body.append(parse_xml(_section(page)))
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    settings.extend(parse_xml(setting.format(nsdecls("w"))) for setting in SETTINGS)
    return document


def _section(page: PageSetup) -> str:
    """Paper, margins, and the grid of lines."""
    lines = round(page.line * TWIPS_PER_POINT)
    margins = {
        "top": twips(page.top), "right": twips(page.right), "bottom": twips(page.bottom), "left": twips(page.left),
        "header": 851, "footer": twips(FOOTER_FROM_EDGE), "gutter": 0,
    }  # fmt: skip
    shown = " ".join(f'w:{side}="{size}"' for side, size in margins.items())
    return (
        f'<w:sectPr {nsdecls("w")}><w:pgSz w:w="{PAPER[0]}" w:h="{PAPER[1]}"/><w:pgMar {shown}/>'
        f'<w:docGrid w:type="lines" w:linePitch="{lines}"/></w:sectPr>'
    )


def _opened(data: bytes) -> Document:
    """A bureau's Word template (.docx or .dotx), its text left out. Raises WordTemplateError."""
    try:
        archive = Archive.open(data, Limits())
        parts = {name: archive.unpack(name) for name in sorted(archive.infos)}
    except PackageError as error:
        raise WordTemplateError(f"打不开（{error.detail}）。请用 Word 或 WPS 另存为 .docx") from None
    types = parts.get("[Content_Types].xml", b"").replace(*TEMPLATES)
    if b"macroEnabled" in types:
        raise WordTemplateError("含有宏。请另存为不带宏的 .docx")
    try:
        document = docx.Document(io.BytesIO(_zipped({**parts, "[Content_Types].xml": types})))
        body = document.element.body
        for child in [child for child in body if child.tag != qn("w:sectPr")]:
            body.remove(child)
        _detach(document)
        return document if body.sectPr is not None else _with_section(document)
    except Exception as error:  # python-docx and lxml raise a dozen kinds
        raise WordTemplateError(f"不是 Word 文档，或已损坏（{type(error).__name__}）。请另存为 .docx") from None


def _detach(document: Document) -> None:
    """Take out the link to the template's own template, which Word would fetch from wherever it is."""
    settings = document.settings.element
    for child in settings.findall(qn("w:attachedTemplate")):
        settings.remove(child)
    rels = document.part.part_related_by(RELATION.SETTINGS).rels
    for key in [key for key, relation in rels.items() if relation.is_external]:
        del rels[key]


def _with_section(document: Document) -> Document:
    document.element.body.append(parse_xml(_section(PageSetup())))
    return document


def _has_footer(document: Document) -> bool:
    return document.element.body.sectPr.find(qn("w:footerReference")) is not None


def _describe(document: Document, paper: Report) -> None:
    """The document's properties, nothing of which depends on when or where it was made."""
    properties = document.core_properties
    properties.title = one_line("".join(piece.text for piece in paper.title.pieces))[:255]
    properties.author = properties.last_modified_by = PROGRAM
    properties.created = properties.modified = DATED
    properties.comments, properties.revision = "", 1


def _saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as made:
        return _zipped({name: made.read(name) for name in made.namelist()})


def _zipped(parts: dict[str, bytes]) -> bytes:
    """The parts as a zip, sorted, the types first, as readers expect them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, WRITTEN_AT)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, parts[name])
    return out.getvalue()


def _number_pages(document: Document, page: PageSetup, ids: dict[str, str]) -> None:
    """— 1 — below the text: odd pages right, even pages left, one character in."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    one = round(page.page_number_size * TWIPS_PER_POINT)
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        element = footer._element
        for child in list(element):
            element.remove(child)
        look = f'<w:pStyle w:val="{ids[word_styles.FOOTER]}"/><w:ind w:{side}="{one}"/><w:jc w:val="{side}"/>'
        field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        dash = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
        words = f"{dash.format('— ')}{field}{dash.format(' —')}"
        element.append(parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{look}</w:pPr>{words}</w:p>"))


# ---- the body -----------------------------------------------------------------------------------------------


class _ReportWriter:
    """Writes a report's blocks as XML and numbers the bookmarks."""

    def __init__(self, ids: dict[str, str], page: PageSetup) -> None:
        self.ids, self.page = ids, page
        self.bookmarks = 0

    def written(self, paper: Report) -> Iterator[Any]:
        """Every block of the body, in order."""
        yield from (self.paragraph(remark.pieces, word_styles.REMARK) for remark in paper.warning)
        yield self.paragraph(paper.title.pieces, word_styles.TITLE)
        yield from (self.paragraph(line.pieces, word_styles.UNDER_TITLE) for line in paper.under_title)
        yield self.paragraph((), word_styles.BODY)
        for block in paper.blocks:
            yield from self.block(block)
        yield from self.blanks(paper.blanks)

    def block(self, block: ReportBlock) -> Iterator[Any]:
        """A heading, paragraph or table."""
        match block:
            case Heading():
                yield self.paragraph((TextRun(block.number + block.text),), word_styles.HEADINGS[block.level - 1])
            case ReportParagraph():
                yield self.paragraph(block.pieces, word_styles.LOOKS[block.look])
            case ReportTable():
                yield self.table(block)

    def blanks(self, blanks: tuple[Wanting, ...]) -> Iterator[Any]:
        """The list of what is to be filled in, on a page of its own."""
        if not blanks:
            return
        heading = self.paragraph((TextRun(BLANKS_HEADING),), word_styles.HEADINGS[0])
        heading[0].append(OxmlElement("w:pageBreakBefore"))
        yield heading
        yield self.paragraph((TextRun(BLANKS_FIRST.format(count=len(blanks))),), word_styles.BODY)
        for number, one in enumerate(blanks, 1):
            again = f"（共{one.places}处）" if one.places > 1 else ""
            yield self.paragraph((TextRun(f"{number}. {one.where}：{one.what}{again}。"),), word_styles.BODY)

    def paragraph(self, pieces: tuple[TextRun, ...], style: str) -> Any:
        """A paragraph in a style."""
        element = OxmlElement("w:p")
        look = OxmlElement("w:pPr")
        look.append(_valued("w:pStyle", self.ids[style.casefold()]))
        element.append(look)
        for piece in _joined(pieces):
            element.extend(self.runs(piece))
        return element

    def runs(self, piece: TextRun) -> Iterator[Any]:
        """The run of a piece; around a figure the bookmark that says where it comes from."""
        if piece.figure is None:
            yield self.run(piece)
            return
        self.bookmarks += 1
        number = str(self.bookmarks)
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), number)
        start.set(qn("w:name"), bookmark_name(piece.figure, self.bookmarks))
        end.set(qn("w:id"), number)
        yield from (start, self.run(piece), end)

    def run(self, piece: TextRun) -> Any:
        """A run with its text; a blank in grey."""
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        if isinstance(piece, Blank):
            look = OxmlElement("w:rPr")
            look.append(_valued("w:rStyle", self.ids[word_styles.BLANK]))
            run.append(look)
        text.text = one_line(piece.shown if isinstance(piece, Blank) else piece.text)
        text.set(_SPACE, "preserve")
        run.append(text)
        return run

    def table(self, table: ReportTable) -> Any:
        """A table over the width of the text, whose head stands on each of its pages."""
        total = self.page.text_width
        widths = [total * share // sum(table.widths) for share in table.widths]
        element = parse_xml(_table(total, widths))
        centred = ["center"] * len(widths)
        element.append(self.row([(TextRun(head),) for head in table.heads], widths, centred, head=True))
        sides = ["left", *["right" if table.amounts else "center"] * (len(widths) - 1)]
        for row in table.rows:
            element.append(self.row(list(row), widths, sides))
        return element

    def row(
        self, cells: list[tuple[TextRun, ...]], widths: list[int], sides: list[str], head: bool = False
    ) -> Any:
        """A row of a table, its cells aligned to their sides; it is never broken over two pages."""
        row, look = OxmlElement("w:tr"), OxmlElement("w:trPr")
        look.append(OxmlElement("w:cantSplit"))
        if head:
            look.append(OxmlElement("w:tblHeader"))
        row.append(look)
        for pieces, width, side in zip(cells, widths, sides, strict=True):
            cell, paragraph = parse_xml(_cell(width)), self.paragraph(pieces, word_styles.CELL)
            paragraph[0].append(_valued("w:jc", side))
            cell.append(paragraph)
            row.append(cell)
        return row


_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def _joined(pieces: tuple[TextRun, ...]) -> Iterator[TextRun]:
    """The pieces, with neighbours that are mere words as one."""
    words = ""
    for piece in pieces:
        if type(piece) is TextRun and piece.figure is None:
            words += piece.text
            continue
        if words:
            yield TextRun(words)
        words = ""
        yield piece
    if words:
        yield TextRun(words)


def _valued(name: str, value: str) -> Any:
    element = OxmlElement(name)
    element.set(qn("w:val"), value)
    return element


@cache
def _cell(width: int) -> str:
    look = f'<w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
    return f"<w:tc {nsdecls('w')}><w:tcPr>{look}</w:tcPr></w:tc>"


def _table(total: int, widths: list[int]) -> str:
    sides = (*word_styles.SIDES, "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    margins = "".join(f'<w:{s} w:w="{word_styles.MARGINS_OF_CELLS}" w:type="dxa"/>' for s in ("left", "right"))
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar>"
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid></w:tbl>"
    )
