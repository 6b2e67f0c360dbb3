"""A template made from a bureau's own workbook: retyped labels as they were printed, and without our aids.

Each label of such a template has a defined name, and the hidden sheet says what was printed there. A label that
was retyped is read as it was printed, unless the printed one is somewhere else on the sheet: then the name has
moved away from it. Our aids (rates and sums beside the form) are no part of the form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.ooxml.merges import Span, Spot
from perf_xlsx.reading.grids import Workbook
from perf_xlsx.reading.remarks import ReadingRemark
from perf_xlsx.sheets.fixed_texts import AID_NAME, HIDDEN_SHEET, LABEL_NAME


class Printed(Struct, frozen=True):
    """The grids with printed labels and without our aids, a remark for each retyped label.

    `theirs`: the template is a bureau's own workbook.
    """

    grids: list[Grid]
    retyped: tuple[ReadingRemark, ...] = ()
    theirs: bool = False


def as_printed(book: Workbook, grids: Sequence[Grid]) -> Printed:
    """The grids of a workbook as they were printed."""
    names = [sheet.name for sheet in book.sheets]
    labels = _printed(grids[names.index(HIDDEN_SHEET)]) if HIDDEN_SHEET in names else {}
    found, remarks = list(grids), list[ReadingRemark]()
    if not labels:
        return Printed(found)
    areas = {name.name: area for name in book.defined_names() if (area := name.area()) and area[0] in names}
    for at, sheet in enumerate(names):
        on_sheet = {name: area[1:] for name, area in areas.items() if area[0] == sheet}
        aids = [area for name, area in on_sheet.items() if name.startswith(AID_NAME)]
        cells = dict(_without(grids[at].cells, aids))
        retyped = _retyped(cells, {on_sheet[name][:2]: text for name, text in labels.items() if name in on_sheet})
        remarks += [_remark((at, *spot), cells.get(spot), text) for spot, text in retyped.items()]
        printed = {spot: replace(cells.get(spot) or Cell(None), value=text) for spot, text in retyped.items()}
        found[at] = replace(grids[at], cells=cells | printed)
    return Printed(found, tuple(remarks), theirs=True)


def _printed(hidden: Grid) -> Mapping[str, str]:
    """What was printed at each named label, as the hidden sheet says."""
    return {
        str(cell.value): str(text.value)
        for (row, column), cell in hidden.cells.items()
        if column == 1 and str(cell.value).startswith(LABEL_NAME) and (text := hidden.cells.get((row, 2)))
    }


def _without(cells: Mapping[Spot, Cell], areas: Iterable[Span]) -> Iterator[tuple[Spot, Cell]]:
    """The cells outside the areas."""
    bounds = list(areas)
    for (row, column), cell in cells.items():
        if not any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in bounds):
            yield (row, column), cell


def _retyped(cells: Mapping[Spot, Cell], labels: Mapping[Spot, str]) -> dict[Spot, str]:
    """The labels that were retyped or cleared, as they were printed."""
    there = {same_label(cell.label) for cell in cells.values() if cell.label}
    return {
        at: text for at, text in labels.items() if same_label(text) not in there and _is_label(cells.get(at), text)
    }


def _is_label(cell: Cell | None, printed: str) -> bool:
    """Whether a cell may stand for the label: it holds a text, not a number, and no answer behind the label."""
    if cell is None:
        return True
    return cell.label is not None and not same_label(cell.label).startswith(same_label(printed))


def _remark(at: tuple[int, int, int], cell: Cell | None, printed: str) -> ReadingRemark:
    given = (cell.label or "") if cell else ""
    how = f"被改成了“{given[:30]}”" if given else "被清空了"
    message = f"栏目名称“{printed}”{how}，仍按“{printed}”读取。"
    return ReadingRemark(
        "R19",
        at,
        printed,
        message,
        "请恢复表样上的栏目名称；如这一栏改作他用，请把内容另行填写。",
        given,
        "warning",
    )
