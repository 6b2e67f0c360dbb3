"""The forms of a workbook made from our template: one, or several where its sheets were copied for other units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.forms import Form, load_form
from perf_xlsx.ooxml import Grid
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Forms, Layout, LocatedForm
from perf_xlsx.reading.locate import COPY, locate
from perf_xlsx.sheets.fixed_texts import GUIDE

WHOSE = ("unit", "project")  # boxes that say whose form it is


def template_forms(name: str, sheets: Sheets, most: int) -> Forms:
    """Our template, its copies for other units, and official layouts on other sheets; at most so many."""
    form = load_form(name)
    layout = locate(form, sheets)
    own = _copied_for_others(form, layout, sheets)[:most] or [(sheets, layout)]
    known = set().union(*(one.sheets() | one.copies() for _, one in own)) | layout.copies()
    others = [
        n for n in sheets.searched if n not in known and GUIDE not in sheets.names[n] and sheets.grids[n].cells
    ]
    if not others:
        return Forms(tuple(own))
    from perf_xlsx.reading.official import official_forms, other_forms  # late: most forms are ours, and alone

    begins = other_forms(sheets, known)
    rest = official_forms(_with_only(sheets, {at[0] for at in begins}), most - len(own)) if begins else Forms(())
    read = {at for _, one in rest.located for at in one.sheets()}
    unread = tuple(at for at in begins if at[0] not in read and not rest.remarks)
    first, *copies = own
    own = [(first[0], replace(first[1], forms=unread)), *copies]
    return Forms((*own, *rest.located), rest.remarks)


def _copied_for_others(form: Form, layout: Layout, sheets: Sheets) -> list[LocatedForm]:
    """The template and its copies, each with its own sheets; none where it is not copied for another unit.

    A copy is another form where its sheets of basics and of indicators belong together, and name another unit or
    project than all others.
    """
    sets = _sets(layout, sheets)
    located = []
    for own in sets:
        others = {n for one in sets if one is not own for n in one}
        seen = sheets.with_grids({n: Grid({}, ()) for n in others})
        located.append((seen, locate(form, seen)))
    whose = [tuple(_text(seen, one.boxes.get(key)) for key in WHOSE) for seen, one in located]
    differ = len({*whose}) == len(whose) and all(any(names) for names in whose)
    return located if differ else []


def _text(sheets: Sheets, address: Address | None) -> str:
    cell = sheets.cell(address) if address else None
    return same_label(as_shown(cell)) if cell else ""


def _sets(layout: Layout, sheets: Sheets) -> list[set[int]]:
    """The sheets of each copy; none unless every block was copied, and it is clear which sheets belong together."""
    tabs = [sorted((home.sheet, *home.others)) for home in layout.homes.values() if home.sheet >= 0]
    counts = {len(one) for one in tabs}
    if len(counts) != 1 or counts == {1}:
        return []
    sets = [{one[at] for one in tabs} for at in range(counts.pop())]
    side_by_side = all(max(one) < min(other) for one, other in zip(sets, sets[1:], strict=False))
    return sets if side_by_side or all(_named_alike(one, sheets.names) for one in sets) else []


def _named_alike(sheets: set[int], names: Sequence[str]) -> bool:
    """Whether the sheets have the same ending that a copy gets, or none."""
    return len({found[0] if (found := COPY.search(names[n])) else "" for n in sheets}) == 1


def _with_only(sheets: Sheets, shown: set[int]) -> Sheets:
    """The workbook with nothing on the other sheets."""
    return sheets.with_grids({n: Grid({}, ()) for n in sheets.searched if n not in shown})
