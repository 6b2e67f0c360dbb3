"""Cells merged, hidden, commented or covered by a picture."""

from __future__ import annotations

from typing import Any

from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.worksheet.dimensions import RowDimension

from tests.kit.damage.bench import INDICATORS, MERGED, PICTURE, Bench, damage

# ---- merged, hidden, commented ----------------------------------------------------------------------------------


@damage("两行的偏差原因合并了", MERGED, reads=False, tells=("R21",))
def reasons_merged(bench: Bench) -> None:
    bench.book[INDICATORS].merge_cells("P7:P8")


@damage("两行的实际完成值合并了", MERGED, reads=False, tells=("R07",))
def actuals_merged(bench: Bench) -> None:
    bench.book[INDICATORS].merge_cells("I8:I9")


@damage("偏差原因与改进措施合并了", MERGED, reads=False, tells=("R21",))
def reason_and_improvement_merged(bench: Bench) -> None:
    bench.book[INDICATORS].merge_cells("P7:Q7")


@damage("合计的预算数与执行数合并了", MERGED, reads=False, tells=("R07",))
def total_merged_sideways(bench: Bench) -> None:
    row = bench.cell("funds.total.executed").row
    bench.funds.merge_cells(f"E{row}:F{row}")


@damage("内容与说明合并了", MERGED)
def value_and_help_merged(bench: Bench) -> None:
    row = bench.cell("boxes.unit").row
    bench.book["基本信息"].merge_cells(f"C{row}:D{row}")


@damage("两行的金额合并了", MERGED, reads=False, tells=("R21",))
def amounts_merged(bench: Bench) -> None:
    bench.funds.merge_cells("E8:E9")


@damage("同级指标合并了", MERGED)
def levels_merged(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    if sheet["B6"].value and sheet["B6"].value == sheet["B7"].value:
        sheet.merge_cells("B6:B7")


@damage("同级指标只写在第一行", MERGED)
def levels_in_the_first_row(bench: Bench) -> None:
    for key in ("level1", "level2"):
        last = None
        for number in range(8):
            cell = bench.cell(f"indicators.{number}.{key}")
            if isinstance(cell, MergedCell) or cell.value is None:
                continue
            same, last = cell.value == last, cell.value
            cell.value = None if same and bench.value(f"indicators.{number}.level1") == "产出指标" else cell.value


def _hide(sheet: Any, row: int) -> None:
    sheet.row_dimensions[row] = RowDimension(sheet, index=row, hidden=True)


@damage("隐藏行", tells=("R22",))
def rows_hidden(bench: Bench) -> None:
    for row in (7, 8):
        _hide(bench.book[INDICATORS], row)


@damage("筛选后保存", tells=("R22",))
def rows_filtered(bench: Bench) -> None:
    sheet = bench.book[INDICATORS]
    sheet.auto_filter.ref = "A5:Q65"
    sheet.auto_filter.add_filter_column(4, ["≥"])
    for row in (7, 9):
        _hide(sheet, row)


@damage("隐藏列", tells=("R22",))
def column_hidden(bench: Bench) -> None:
    bench.book[INDICATORS].column_dimensions["H"].hidden = True


@damage("填报格上有批注")
def comments(bench: Bench) -> None:
    for path in ("boxes.unit", "indicators.3.actual", "funds.total.executed"):
        if not isinstance(cell := bench.cell(path), MergedCell):  # another damage may have merged it
            cell.comment = Comment("请核对：应为 77", "审核")


@damage("填报格上有图片")
def picture(bench: Bench) -> None:
    basics = bench.book["基本信息"]

    def draw(parts: dict[str, bytes]) -> None:
        sheet = f"xl/worksheets/sheet{bench.book.index(basics) + 1}.xml"
        rels = sheet.replace("worksheets/", "worksheets/_rels/") + ".rels"
        if sheet not in parts or rels in parts:
            return
        space = "http://schemas.openxmlformats.org"
        office = f"{space}/officeDocument/2006/relationships"
        top = f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="rId1" Type="{office}'
        parts[rels] = f'{top}/drawing" Target="../drawings/drawing9.xml"/></Relationships>'.encode()
        parts["xl/drawings/_rels/drawing9.xml.rels"] = (
            f'{top}/image" Target="../media/image9.png"/></Relationships>'.encode()
        )
        parts["xl/media/image9.png"] = PICTURE
        main = f"{space}/drawingml/2006"
        parts["xl/drawings/drawing9.xml"] = (
            f'<xdr:wsDr xmlns:xdr="{main}/spreadsheetDrawing" xmlns:a="{main}/main" xmlns:r="{office}">'
            "<xdr:oneCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>4</xdr:row>"
            '<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="990000" cy="990000"/><xdr:pic><xdr:nvPicPr>'
            '<xdr:cNvPr id="2" name="公章"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/>'
            "</xdr:blipFill><xdr:spPr/></xdr:pic><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
        ).encode()
        types = parts["[Content_Types].xml"].decode().replace(
            "</Types>",
            '<Default Extension="png" ContentType="image/png"/><Override PartName="/xl/drawings/drawing9.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/></Types>',
        )  # fmt: skip
        parts["[Content_Types].xml"] = types.encode()
        data = (
            parts[sheet].decode().replace("</worksheet>", f'<drawing xmlns:r="{office}" r:id="rId1"/></worksheet>')
        )
        parts[sheet] = data.encode()

    bench.later.append(draw)
