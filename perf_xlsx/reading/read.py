"""A returned workbook -> SelfEvaluation and findings: from our template, or in an official layout."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec.structs import replace

from perf_xlsx.domain.model import Finding, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.forms import load_form
from perf_xlsx.ooxml import Book, Package, read_grid
from perf_xlsx.ooxml.book import Sheet
from perf_xlsx.reading.earlier_run import had_no_place, reports
from perf_xlsx.reading.form import Reading
from perf_xlsx.reading.form_words import may_show_a_form
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.identity import identify
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.unsupported import other_rulebook, refuse
from perf_xlsx.sheets.fixed_texts import GUIDE, HIDDEN_SHEET


def read(
    package: Package, workbook: str, rulebook: str | None = None
) -> tuple[SelfEvaluation | None, tuple[Finding, ...]]:
    """Read a returned workbook. `rulebook` overrides the one that the template remembers.

    None where it is no form that we know (R04) or made from what this version does not read (R05); the findings
    then say why. Raises PackageError for damage inside the package.
    """
    book = Book(package)
    grids = [read_grid(book, sheet, _may_be_the_forms(book, sheet)) for sheet in book.sheets]
    sheets = Sheets(book, grids, skip=(HIDDEN_SHEET,), reports=reports(book, grids))
    identity = identify(book, sheets)
    if identity.form is None and (found := _read_outside(package, sheets, workbook, rulebook)):
        return found
    if identity.form is None and sheets.reports:  # our own 自评表 may be all that was sent in
        sheets = Sheets(book, grids, skip=(HIDDEN_SHEET,))
        if found := _read_outside(package, sheets, workbook, rulebook):
            return found
    if refusal := refuse(identity, Place(workbook), rulebook):
        return None, (refusal,)
    form = load_form(identity.form or "")
    reading = Reading(form, sheets, workbook, limits=package.limits)
    find_other_forms(sheets, reading.layout)
    evaluation = reading.evaluation(identity.year, rulebook or identity.rulebook or form.rulebook)
    said = [
        *reading.intake.findings,
        *reading.beside_the_form(package),
        *other_rulebook(identity, workbook, rulebook),
    ]
    return _without_places(evaluation, had_no_place(form, grids)), tuple(said)


def _may_be_the_forms(book: Book, sheet: Sheet) -> Callable[[Collection[str]], bool]:
    """Whether a large sheet must be read: it has the identity, a box that a name leads to, or labels."""

    def is_wanted(texts: Collection[str]) -> bool:
        areas = (name.area() for name in book.defined_names() if name.name.startswith("px_"))
        named = {HIDDEN_SHEET, *(area[0] for area in areas if area)}
        return sheet.name in named or may_show_a_form(texts)

    return is_wanted


def _without_places(form: SelfEvaluation, keys: frozenset[str]) -> SelfEvaluation:
    """The form without the empty boxes that the original of a carried-over workbook had no place for."""
    filled = {f"claimed_{key}" for key in ("execution_points", "total", "grade") if not _empty(form, key)}
    filled |= {"claimed_points" for row in form.indicators if not row.claimed_points.empty}
    return replace(form, absent=form.absent | (keys - filled))


def _empty(form: SelfEvaluation, claim: str) -> bool:
    empty: bool = getattr(form.claimed, claim).empty
    return empty


def find_other_forms(sheets: Sheets, layout: Layout) -> None:
    """Note official layouts on sheets beside a form from our template."""
    known = layout.sheets() | layout.copies()
    if any(n not in known and GUIDE not in sheets.names[n] and sheets.grids[n].cells for n in sheets.searched):
        from perf_xlsx.reading.official import other_forms  # late: most forms are ours, and alone

        layout.forms += other_forms(sheets, known)


def _read_outside(
    package: Package, sheets: Sheets, workbook: str, rulebook: str | None
) -> tuple[SelfEvaluation, tuple[Finding, ...]] | None:
    """A form in an official layout; None where it is none that we know."""
    from perf_xlsx.reading.official import OfficialReading, locate_official  # late: most forms are ours

    layout = locate_official(sheets)
    if layout is None:
        return None
    reading = OfficialReading(layout, sheets, workbook, package.limits)
    evaluation = reading.evaluation(layout.year, rulebook or layout.form.rulebook)
    return evaluation, (*reading.intake.findings, *reading.beside_the_form(package))
