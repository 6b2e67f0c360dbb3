"""A bar chart over columns of a sheet, as its chart and drawing parts; values are stored, so it shows at once."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from perf_xlsx.ooxml.markup import attribute_text, escaped

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_EMU = 9525  # a pixel
_STEPS, _MOST_STEPS = (1, 2, 5, 10, 20, 50, 100), 4
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Series(Struct, frozen=True):
    """One series of bars: its name, the column of its values, its colour."""

    name: str
    column: int
    colour: str
    values: tuple[float | None, ...]


class BarChart(Struct, frozen=True):
    """Horizontal bars, that of the row `first` on top; `row` and `column` are its place."""

    title: str
    categories: tuple[str, ...]
    names_at: tuple[int, int]  # the first row, and the column, of the cells that hold the categories
    first: int
    series: tuple[Series, ...]
    row: int
    column: int
    size: tuple[int, int]  # pixels
    fonts: tuple[str, str]  # of the title, of everything else
    rule: str
    grid: str


def chart_xml(chart: BarChart, area: Callable[[int, int], str], relation_space: str) -> str:
    """The chart part. `area` gives the reference of as many rows as it has categories."""
    title, body = chart.fonts
    series = "".join(_series(n, one, chart, area) for n, one in enumerate(chart.series))
    heading = (
        f"<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:pPr>{_run('defRPr', 1100, title)}</a:pPr>"
        f"<a:r>{_run('rPr', 1100, title)}<a:t>{escaped(chart.title)}</a:t></a:r></a:p></c:rich></c:tx>"
        '<c:layout/><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/>'
    )
    look = f"<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr>{_run('defRPr', 1050, body)}</a:pPr>"
    look += '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    names = (
        '<c:catAx><c:axId val="50010001"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="l"/><c:tickLblPos val="nextTo"/><c:spPr>{_line(chart.rule)}</c:spPr>{look}'
        '<c:crossAx val="50010002"/><c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="100"/><c:tickLblSkip val="1"/></c:catAx>'
    )
    values = (
        '<c:valAx><c:axId val="50010002"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="t"/><c:majorGridlines><c:spPr>{_line(chart.grid)}</c:spPr>'
        '</c:majorGridlines><c:numFmt formatCode="0" sourceLinked="0"/><c:tickLblPos val="nextTo"/>'
        f'{look}<c:crossAx val="50010001"/><c:crosses val="autoZero"/><c:crossBetween val="between"/>'
        f'<c:majorUnit val="{_step(chart)}"/></c:valAx>'
    )
    bars = (
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>{series}'
        '<c:gapWidth val="60"/><c:overlap val="-5"/><c:axId val="50010001"/><c:axId val="50010002"/></c:barChart>'
    )
    legend = f'<c:legend><c:legendPos val="t"/><c:layout/><c:overlay val="0"/>{look}</c:legend>'
    return (
        f'{_DECLARED}<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_MAIN}" xmlns:r="{relation_space}">'
        f'<c:roundedCorners val="0"/><c:chart>{heading}<c:plotArea><c:layout/>{bars}{names}{values}</c:plotArea>'
        f'{legend}<c:plotVisOnly val="1"/></c:chart>{_opaque(chart)}</c:chartSpace>'
    )


def _opaque(chart: BarChart) -> str:
    """White, so that what stands behind the chart is not seen."""
    white = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
    return f"<c:spPr>{white}{_line(chart.grid)}</c:spPr>"


def _step(chart: BarChart) -> int:
    """From one number of the axis to the next: so few that none is turned or left out in a narrow chart."""
    longest = max((value for one in chart.series for value in one.values if value is not None), default=0)
    return next((step for step in _STEPS if longest <= _MOST_STEPS * step), _STEPS[-1])


def drawing_xml(chart: BarChart, relation: str, relation_space: str) -> str:
    """The drawing part that holds the chart, related to it as `relation`."""
    width, height = (pixels * _EMU for pixels in chart.size)
    return (
        f'{_DECLARED}<xdr:wsDr xmlns:xdr="{_SHEET}" xmlns:a="{_MAIN}"><xdr:oneCellAnchor><xdr:from>'
        f"<xdr:col>{chart.column}</xdr:col><xdr:colOff>{12 * _EMU}</xdr:colOff>"
        f"<xdr:row>{chart.row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        f'<xdr:ext cx="{width}" cy="{height}"/><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>'
        f'<xdr:cNvPr id="2" name={attribute_text(chart.title)}/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>'
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{_CHART}"><c:chart xmlns:c="{_CHART}" xmlns:r="{relation_space}" r:id="{relation}"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
    )


def _run(tag: str, size: int, font: str) -> str:
    """Run properties; East Asian text takes its own typeface."""
    faces = "".join(f"<a:{kind} typeface={attribute_text(font)}/>" for kind in ("latin", "ea"))
    return f'<a:{tag} lang="zh-CN" sz="{size}" b="0" baseline="0">{faces}</a:{tag}>'


def _line(colour: str) -> str:
    return f'<a:ln><a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill></a:ln>'


def _series(number: int, one: Series, chart: BarChart, area: Callable[[int, int], str]) -> str:
    names = "".join(
        f'<c:pt idx="{n}"><c:v>{escaped(name)}</c:v></c:pt>' for n, name in enumerate(chart.categories)
    )
    values = "".join(
        f'<c:pt idx="{n}"><c:v>{value:.15g}</c:v></c:pt>'
        for n, value in enumerate(one.values)
        if value is not None
    )
    count = f'<c:ptCount val="{len(chart.categories)}"/>'
    return (
        f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/><c:tx><c:v>{escaped(one.name)}</c:v></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{one.colour[1:]}"/></a:solidFill></c:spPr>'
        f'<c:invertIfNegative val="0"/><c:cat><c:strRef><c:f>{escaped(area(*chart.names_at))}</c:f>'
        f"<c:strCache>{count}{names}</c:strCache></c:strRef></c:cat><c:val><c:numRef>"
        f"<c:f>{escaped(area(chart.first, one.column))}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f"{count}{values}</c:numCache></c:numRef></c:val></c:ser>"
    )
