"""The identity of a workbook: form, template version, year, rulebook.

A template carries these in a very hidden sheet and in custom document properties; either may be lost on the way.
"""

from __future__ import annotations

import re

from msgspec import Struct

from perf_xlsx.forms import form_names, load_form
from perf_xlsx.reading.grids import Sheets, Workbook
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET, PROPERTY_PREFIX
from perf_xlsx.system.pattern import pattern

OURS = 0.8  # the share of our labels that speaks for our template where its names are lost

_YEAR = pattern(r"(20\d\d)\s*年")


class WorkbookIdentity(Struct, frozen=True):
    """What is known of a workbook's origin; None where unknown.

    `nearest` and `lacking` describe the best guess where no form is named: its title and the labels not found.
    A workbook without our identity, our names or nearly all of our labels did not come from our template: `form`
    is then None.
    """

    form: str | None
    version: str | None
    year: int | None
    rulebook: str | None
    nearest: str = ""
    lacking: tuple[str, ...] = ()


def identify(book: Workbook, sheets: Sheets) -> WorkbookIdentity:
    """Read the identity; where it was lost, recognise the form by its labels and the year by the titles."""
    stated = _stated(book, sheets)
    year = stated.get("year", "")
    years = int(year) if re.fullmatch(r"20\d\d", year) else _year_in_text(sheets)
    if form := stated.get("form"):
        return WorkbookIdentity(form, stated.get("version"), years, stated.get("rulebook"))
    form, nearest, lacking = _recognise(sheets)
    return WorkbookIdentity(form, stated.get("version"), years, stated.get("rulebook"), nearest, lacking)


def _stated(book: Workbook, sheets: Sheets) -> dict[str, str]:
    stated = {
        key.removeprefix(PROPERTY_PREFIX): str(value)
        for key, value in book.custom_properties().items()
        if key.startswith(PROPERTY_PREFIX)
    }
    if HIDDEN_SHEET in sheets.names:
        cells = sheets.grids[sheets.names.index(HIDDEN_SHEET)].cells
        for (row, column), cell in cells.items():
            value = cells.get((row, column + 1))
            if column == 1 and cell.value in ("form", "version", "year", "rulebook") and value:
                stated[str(cell.value)] = str(value.value)
    return stated


def _year_in_text(sheets: Sheets) -> int | None:
    for sheet in sheets.searched:
        for _, cell in sorted(sheets.grids[sheet].cells.items()):
            if isinstance(cell.value, str) and (found := _YEAR.search(cell.value)):
                return int(found.group(1))
    return None


def _recognise(sheets: Sheets) -> tuple[str | None, str, tuple[str, ...]]:
    """The form that most labels match, the nearest form's title, and the labels that it lacks."""
    best: tuple[float, int, str, tuple[str, ...]] = (0.0, 0, "", ())
    for name in (name for name in form_names() if load_form(name).original is None):
        labels = [words for block in load_form(name).blocks for words in block.labels]
        lacking = tuple(words[0] for words in labels if next(sheets.labelled(words), None) is None)
        share = 1 - len(lacking) / len(labels)
        if (share, len(labels)) > best[:2]:  # of two that both fit, the one with more labels
            best = (share, len(labels), name, lacking)
    share, _, name, lacking = best
    title = load_form(name).title if name else ""
    return (name if share > (0.5 if sheets.areas else OURS) else None), title, lacking
