"""The forms of a workbook made from our template: one, or several where its sheets were copied for other units."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.forms import Form, load_form
from perf_xlsx.ooxml import Grid
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Forms, Home, Layout, LocatedForm
from perf_xlsx.reading.locate import COPY, locate
from perf_xlsx.sheets.fixed_texts import GUIDE

WHOSE = ("unit", "project")  # boxes that say whose form it is


def template_forms(name: str, sheets: Sheets, most: int) -> Forms:
    """Our template, its copies for other units, and official layouts on other sheets; at most so many."""
    form = load_form(name)
    layout = locate(form, sheets)
    own = _copied_for_others(form, layout, sheets)[:most] or [(sheets, layout)]
    known = set().union(*(one.sheets() for _, one in own))
    if not any(_may_hold_a_form(sheets, n) for n in sheets.searched if n not in known):
        return Forms(tuple(own))
    return _with_official_layouts(own, known, sheets, most)


def _may_hold_a_form(sheets: Sheets, sheet: int) -> bool:
    return bool(sheets.grids[sheet].cells) and GUIDE not in sheets.names[sheet]


def _with_official_layouts(own: Sequence[LocatedForm], known: set[int], sheets: Sheets, most: int) -> Forms:
    """The forms of our template with the official layouts on sheets that are not `known`."""
    from perf_xlsx.reading.official import official_forms, other_forms  # late: most forms are ours, and alone

    begins = other_forms(sheets, known)
    if not begins:
        return Forms(tuple(own))
    rest = official_forms(_with_only(sheets, {at[0] for at in begins}), most - len(own))
    read = {at for _, one in rest.located for at in one.sheets()}
    unread = tuple(at for at in begins if at[0] not in read and not rest.remarks)
    (seen, layout), *copies = own
    homes = {
        title: Home(home.sheet, tuple(n for n in home.others if n not in read))
        for title, home in layout.homes.items()
    }  # an official layout has tables like ours
    copies_left = {n for home in homes.values() for n in home.others}
    layout = replace(layout, homes=homes, forms=tuple(at for at in unread if at[0] not in copies_left))
    return Forms(((seen, layout), *copies, *rest.located), rest.remarks)


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
    """The sheets of each copy; none unless every block was copied and it is clear which sheets belong together."""
    tabs = [sorted((home.sheet, *home.others)) for home in layout.homes.values() if home.sheet >= 0]
    counts = {len(one) for one in tabs}
    if len(counts) != 1 or counts == {1}:
        return []
    sets = [{one[at] for one in tabs} for at in range(counts.pop())]
    side_by_side = all(max(one) < min(other) for one, other in pairwise(sets))
    return sets if side_by_side or all(_named_alike(one, sheets.names) for one in sets) else []


def _named_alike(sheets: set[int], names: Sequence[str]) -> bool:
    """Whether the sheets have the same ending that a copy gets, or none."""
    return len({found[0] if (found := COPY.search(names[n])) else "" for n in sheets}) == 1


def _with_only(sheets: Sheets, shown: set[int]) -> Sheets:
    """The workbook with nothing on the other sheets."""
    return sheets.with_grids({n: Grid({}, ()) for n in sheets.searched if n not in shown})
