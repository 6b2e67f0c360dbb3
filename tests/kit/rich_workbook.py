"""A returned workbook with everything that people and Office put into one, and that openpyxl would lose.

Picture, text box, chart, their own notes, x14 validation and conditional format, header picture, picture in a cell
(as WPS inserts a seal), custom XML, printer settings, macros. Made from a filled template by adding parts by hand.
"""

from __future__ import annotations

import base64

from tests.kit.parts import HEAD, MAIN, OFFICE, edited, rels

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAROxCnMTAAAAAElFTkSuQmCC"
)

DRAWING = f"""{HEAD}<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{OFFICE}">
<xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5</xdr:row><xdr:rowOff>0</xdr:rowOff>
</xdr:from><xdr:ext cx="952500" cy="952500"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="公章"/><xdr:cNvPicPr/>
</xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr>
<a:xfrm><a:off x="0" y="0"/><a:ext cx="952500" cy="952500"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
</xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor>
<xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>12</xdr:row><xdr:rowOff>0</xdr:rowOff>
</xdr:from><xdr:ext cx="1905000" cy="476250"/><xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="3" name="文本框"/>
<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1905000" cy="476250"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>经局长办公会审议</a:t></a:r>
</a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:oneCellAnchor>
<xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>16</xdr:row><xdr:rowOff>0</xdr:rowOff>
</xdr:from><xdr:ext cx="3810000" cy="1905000"/><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>
<xdr:cNvPr id="4" name="图表"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/>
<a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">
<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rId2"/></a:graphicData></a:graphic>
</xdr:graphicFrame><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"""

CHART = f"""{HEAD}<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{OFFICE}"><c:chart><c:plotArea><c:layout/>
<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:ser><c:idx val="0"/><c:order val="0"/><c:val><c:numRef>
<c:f>'预算执行'!$C$6:$C$10</c:f></c:numRef></c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart>
<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>
<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:axPos val="l"/><c:crossAx val="1"/></c:valAx>
</c:plotArea></c:chart></c:chartSpace>"""

# As Excel writes it: not well-formed XML, because of <br>.
NOTES_VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="5"/>
</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>
<v:shape id="_x0000_s5121" type="#_x0000_t202" style="position:absolute;width:108pt;height:60pt;visibility:hidden"
 fillcolor="#ffffe1" o:insetmode="auto"><v:textbox><div>a<br>b</div></v:textbox><x:ClientData ObjectType="Note">
<x:Anchor>13, 15, 5, 2, 15, 15, 9, 4</x:Anchor><x:Row>6</x:Row><x:Column>12</x:Column></x:ClientData></v:shape></xml>"""

COMMENTS = f"""{HEAD}<comments xmlns="{MAIN}"><authors><author>财务科</author></authors><commentList>
<comment ref="M7" authorId="0"><text><r><rPr><b/><sz val="9"/><rFont val="宋体"/></rPr><t>财务科：</t></r><r>
<t xml:space="preserve">按执行率打分，
请审核</t></r></text></comment></commentList></comments>"""

HEADER_VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="CH" type="#_x0000_t75" style="width:10pt;height:10pt">
<v:imagedata o:relid="rId1" o:title="logo"/></v:shape></xml>"""

CELL_IMAGES = f"""{HEAD}<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"
 xmlns:r="{OFFICE}"/>"""

X14 = (
    '<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"'
    ' xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:conditionalFormattings>'
    '<x14:conditionalFormatting xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<x14:cfRule type="dataBar" id="{11111111-2222-3333-4444-555555555555}"><x14:dataBar minLength="0" maxLength="100">'
    '<x14:cfvo type="autoMin"/><x14:cfvo type="autoMax"/></x14:dataBar></x14:cfRule><xm:sqref>K6:K20</xm:sqref>'
    "</x14:conditionalFormatting></x14:conditionalFormattings></ext>"
    '<ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"'
    ' xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>\'基本信息\'!$C$5:$C$9</xm:f></x14:formula1>'
    "<xm:sqref>Z6:Z20</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


def rich(data: bytes) -> bytes:
    """A filled department template as a macro workbook with everything in it. Sheet 2 is 基本信息, 5 绩效指标."""

    def types(text: str) -> str:
        text = text.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
        extra = (
            '<Default Extension="png" ContentType="image/png"/>'
            '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
            '<Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"/>'
        )
        for name, kind in {
            "xl/drawings/drawing1.xml": "application/vnd.openxmlformats-officedocument.drawing+xml",
            "xl/charts/chart1.xml": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
            "xl/comments1.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
            "xl/cellimages.xml": "application/vnd.wps-officedocument.cellimage+xml",
            "xl/vbaProject.bin": "application/vnd.ms-office.vbaProject",
            "customXml/itemProps1.xml": "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
        }.items():
            extra += f'<Override PartName="/{name}" ContentType="{kind}"/>'
        return text.replace("</Types>", extra + "</Types>")

    def basics(text: str) -> str:
        return text.replace("</worksheet>", '<drawing r:id="rId1"/></worksheet>')

    def indicators(text: str) -> str:
        return text.replace(
            "</worksheet>", f'<legacyDrawing r:id="rId1"/><legacyDrawingHF r:id="rId3"/>{X14}</worksheet>'
        )

    def workbook(text: str) -> str:
        more = (
            f'<Relationship Id="rId90" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
            f'Target="vbaProject.bin"/><Relationship Id="rId91" '
            f'Type="http://www.wps.cn/officeDocument/2020/cellImage" Target="cellimages.xml"/>'
            f'<Relationship Id="rId92" Type="{OFFICE}/customXml" Target="../customXml/item1.xml"/></Relationships>'
        )
        return text.replace("</Relationships>", more)

    return edited(
        data,
        {
            "[Content_Types].xml": types,
            "xl/worksheets/sheet2.xml": basics,
            "xl/worksheets/sheet5.xml": indicators,
            "xl/_rels/workbook.xml.rels": workbook,
        },
        {
            "xl/worksheets/_rels/sheet2.xml.rels": rels(("rId1", "drawing", "../drawings/drawing1.xml")),
            "xl/worksheets/_rels/sheet5.xml.rels": rels(
                ("rId1", "vmlDrawing", "../drawings/vmlDrawing1.vml"),
                ("rId2", "comments", "../comments1.xml"),
                ("rId3", "vmlDrawing", "../drawings/vmlDrawing2.vml"),
                ("rId4", "printerSettings", "../printerSettings/printerSettings1.bin"),
            ),
            "xl/drawings/drawing1.xml": DRAWING,
            "xl/drawings/_rels/drawing1.xml.rels": rels(
                ("rId1", "image", "../media/image1.png"), ("rId2", "chart", "../charts/chart1.xml")
            ),
            "xl/charts/chart1.xml": CHART,
            "xl/media/image1.png": PNG,
            "xl/comments1.xml": COMMENTS,
            "xl/drawings/vmlDrawing1.vml": NOTES_VML,
            "xl/drawings/vmlDrawing2.vml": HEADER_VML,
            "xl/drawings/_rels/vmlDrawing2.vml.rels": rels(("rId1", "image", "../media/image1.png")),
            "xl/printerSettings/printerSettings1.bin": b"\x01\x02printer",
            "xl/cellimages.xml": CELL_IMAGES,
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0not really a project",
            "customXml/item1.xml": '<会签 xmlns="urn:example"><科室>财务科</科室></会签>',
            "customXml/itemProps1.xml": f'{HEAD}<ds:datastoreItem ds:itemID="{{11111111-2222-3333-4444-555555555555}}" '
            'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>',
            "customXml/_rels/item1.xml.rels": rels(("rId1", "customXmlProps", "itemProps1.xml")),
        },
    )
