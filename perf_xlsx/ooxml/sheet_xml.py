"""A draft as a worksheet part: XML in the namespaces and formats of the workbook that it goes into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from perf_xlsx.domain.place import column_name
from perf_xlsx.ooxml.book import cell_name, quote_sheet
from perf_xlsx.ooxml.look import Look
from perf_xlsx.ooxml.markup import attribute_text, escaped
from perf_xlsx.ooxml.merges import Span
from perf_xlsx.ooxml.sheet_draft import DataBar, Link, SheetDraft
from perf_xlsx.system.pattern import pattern

_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ESCAPE_LIKE = pattern("_x[0-9A-Fa-f]{4}_")
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_XM = "http://schemas.microsoft.com/office/excel/2006/main"


def worksheet_xml(
    draft: SheetDraft, format_of: Callable[[Look], int], names: Mapping[str, str], space: str, relation_space: str,
    drawing: str | None = None, selected: bool = False,
) -> bytes:  # fmt: skip
    """The worksheet part. `names`: draft titles -> sheet names; `drawing`: the id of the related drawing.

    `selected`: the workbook opens on it.
    """
    head = f'<worksheet xmlns="{space}" xmlns:r="{relation_space}">'
    pieces = [
        _DECLARED, head, _properties(draft), _views(draft, selected), '<sheetFormatPr defaultRowHeight="15"/>',
        _columns(draft), "<sheetData>", *_rows(draft, format_of), "</sheetData>", _ranges(draft, names),
        '<printOptions horizontalCentered="1"/>',
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>',
        _page(draft), _header_footer(draft), _break(draft),
        f'<drawing r:id="{drawing}"/>' if drawing else "", _extensions(draft.bars), "</worksheet>",
    ]  # fmt: skip
    return "".join(pieces).encode()


def area_name(area: Span, fixed: bool = False) -> str:
    """ "A1:C3", or "$A$1:$C$3"."""
    top, left, bottom, right = area
    return f"{cell_name(top, left, fixed)}:{cell_name(bottom, right, fixed)}"


def _properties(draft: SheetDraft) -> str:
    tab = f'<tabColor rgb="FF{draft.tab_colour[1:]}"/>' if draft.tab_colour else ""
    last = max(draft.cells, default=0), max((max(cells) for cells in draft.cells.values() if cells), default=0)
    fit = "" if draft.scale else '<pageSetUpPr fitToPage="1"/>'
    return f'<sheetPr>{tab}{fit}</sheetPr><dimension ref="A1:{cell_name(*last)}"/>'


def _views(draft: SheetDraft, selected: bool) -> str:
    cell, pane, inner = cell_name(*draft.selected), "", ""
    if draft.frozen_rows:
        below = cell_name(draft.frozen_rows, 0)
        pane, inner = (
            f'<pane ySplit="{draft.frozen_rows}" topLeftCell="{below}" activePane="bottomLeft" state="frozen"/>',
            'pane="bottomLeft" ',
        )
    chosen = f'<selection {inner}activeCell="{cell}" sqref="{cell}"/>'
    tab = ' tabSelected="1"' if selected else ""
    view = f'<sheetView showGridLines="0"{tab} workbookViewId="0">{pane}{chosen}</sheetView>'
    return f"<sheetViews>{view}</sheetViews>"


def _columns(draft: SheetDraft) -> str:
    """Widths as Excel stores them: five pixels of padding on top of seven a character."""
    shown = "".join(
        f'<col min="{column + 1}" max="{column + 1}" width="{int((width * 7 + 5) / 7 * 256) / 256:.10g}"'
        ' customWidth="1"/>'
        for column, width in sorted(draft.widths.items())
    )
    return f"<cols>{shown}</cols>" if shown else ""


def _rows(draft: SheetDraft, format_of: Callable[[Look], int]) -> Iterator[str]:
    looks = dict.fromkeys(look for cells in draft.cells.values() for _, look in cells.values())
    formats = {look: f's="{format_of(look)}"' for look in looks}
    for row in sorted({*draft.cells, *draft.heights}):
        height = draft.heights.get(row)
        sized = f' ht="{height:.10g}" customHeight="1"' if height is not None else ""
        number = row + 1
        yield f'<row r="{number}"{sized}>'
        cells = draft.cells.get(row, {})
        for column in sorted(cells):
            value, look = cells[column]
            place = f'<c r="{column_name(column + 1)}{number}" {formats[look]}'
            if value is None or value == "":
                yield f"{place}/>"
            elif isinstance(value, str):
                yield f'{place} t="inlineStr"><is>{text_xml(value)}</is></c>'
            else:
                yield f"{place}><v>{repr(value).removesuffix('.0')}</v></c>"
        yield "</row>"


def text_xml(text: str) -> str:
    """A text element: outer blanks kept, and what looks like an escape of ECMA-376 kept as it is written."""
    if "_x" in text:
        text = _ESCAPE_LIKE.sub(lambda found: f"_x005F{found[0]}", text)
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<t{kept}>{escaped(text)}</t>"


def _ranges(draft: SheetDraft, names: Mapping[str, str]) -> str:
    found = f'<autoFilter ref="{area_name(draft.filtered)}"/>' if draft.filtered else ""
    if draft.merges:
        merged = "".join(f'<mergeCell ref="{area_name(area)}"/>' for area in draft.merges)
        found += f'<mergeCells count="{len(draft.merges)}">{merged}</mergeCells>'
    found += "".join(_bar(number, bar) for number, bar in enumerate(draft.bars, 1))
    if draft.links:
        found += f"<hyperlinks>{''.join(_link(link, names) for link in draft.links)}</hyperlinks>"
    return found


def _link(link: Link, names: Mapping[str, str]) -> str:
    sheet = names[link.sheet] if link.to_draft else link.sheet
    where = attribute_text(f"{quote_sheet(sheet)}!{link.cell}")
    at, shown = cell_name(link.row, link.column), attribute_text(link.shown)
    return f'<hyperlink ref="{at}" location={where} display={shown}/>'


def _page(draft: SheetDraft) -> str:
    """Paper and orientation; pages are counted from 1 on each sheet, also where the whole workbook is printed."""
    size = f'scale="{round(100 * draft.scale)}"' if draft.scale else 'fitToHeight="0"'
    way = "landscape" if draft.landscape else "portrait"
    return f'<pageSetup paperSize="9" {size} firstPageNumber="1" orientation="{way}" useFirstPageNumber="1"/>'


def _break(draft: SheetDraft) -> str:
    count, rows = len(draft.page_starts), draft.page_starts
    breaks = "".join(f'<brk id="{row}" max="16383" man="1"/>' for row in rows)
    return f'<rowBreaks count="{count}" manualBreakCount="{count}">{breaks}</rowBreaks>' if rows else ""


def _header_footer(draft: SheetDraft) -> str:
    """Header and footer, of the same size at any scale."""
    foot = escaped(draft.footer)
    if not draft.following:
        return f'<headerFooter scaleWithDoc="0"><oddFooter>{foot}</oddFooter></headerFooter>'
    pages = f"<oddHeader>{escaped(draft.following)}</oddHeader><oddFooter>{foot}</oddFooter>"
    first = f"<firstHeader/><firstFooter>{foot}</firstFooter>"
    return f'<headerFooter differentFirst="1" scaleWithDoc="0">{pages}{first}</headerFooter>'


# ---- data bars: once for programs of 2007, once more for those that draw them in one colour --------------------


def _bar_area(bar: DataBar) -> str:
    return area_name((bar.first, bar.column, bar.last, bar.column))


def _bar_id(number: int) -> str:
    return f"{{DA7ABA51-AAAA-BBBB-0001-{number:012d}}}"


def _bar(number: int, bar: DataBar) -> str:
    return (
        f'<conditionalFormatting sqref="{_bar_area(bar)}">'
        f'<cfRule type="dataBar" priority="{number}"><dataBar><cfvo type="num" val="0"/><cfvo type="num" val="1"/>'
        f'<color rgb="FF{bar.colour[1:]}"/></dataBar><extLst><ext xmlns:x14="{_X14}" '
        f'uri="{{B025F937-C7B1-47D3-B67F-A62EFF666E3E}}"><x14:id>{_bar_id(number)}</x14:id></ext></extLst></cfRule>'
        "</conditionalFormatting>"
    )


def _extensions(bars: list[DataBar]) -> str:
    if not bars:
        return ""
    rules = "".join(
        f'<x14:conditionalFormatting xmlns:xm="{_XM}"><x14:cfRule type="dataBar" id="{_bar_id(number)}">'
        '<x14:dataBar minLength="0" maxLength="100" border="1" gradient="0" '
        'negativeBarBorderColorSameAsPositive="0"><x14:cfvo type="num"><xm:f>0</xm:f></x14:cfvo>'
        f'<x14:cfvo type="num"><xm:f>1</xm:f></x14:cfvo><x14:borderColor rgb="FF{bar.colour[1:]}"/>'
        '<x14:negativeFillColor rgb="FFFF0000"/><x14:negativeBorderColor rgb="FFFF0000"/>'
        '<x14:axisColor rgb="FF000000"/></x14:dataBar></x14:cfRule>'
        f"<xm:sqref>{_bar_area(bar)}</xm:sqref></x14:conditionalFormatting>"
        for number, bar in enumerate(bars, 1)
    )
    return (
        f'<extLst><ext xmlns:x14="{_X14}" uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}">'
        f"<x14:conditionalFormattings>{rules}</x14:conditionalFormattings></ext></extLst>"
    )
