"""Reads every text of an official form, blank or filled in, and proposes what each means.

Nothing is left out: a text that is no known label, and stands where a label would stand, is listed without a role;
what stands where an answer would stand is listed as an answer. Rows of the tables are answers as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from perf_xlsx.adoption.bodies import add_body
from perf_xlsx.adoption.money_lines import add_lines, first_amount
from perf_xlsx.adoption.roles import NONE
from perf_xlsx.adoption.singles import add_singles, one_word
from perf_xlsx.adoption.surveyed_labels import OPEN, SURE, Label, Survey
from perf_xlsx.adoption.surveyed_sheet import SurveyedSheet
from perf_xlsx.adoption.table_headers import add_columns, find_table, first_column, heading_over
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms.form import BOXES, OTHER, PASSAGES
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.official.labels import core, texts_by_row, without_spaces

TITLE_ROWS = 12  # at the top of a sheet, in which its title is


def survey(sheets: Sheets, sheet: int, kind: OfficialForm, layout: Layout | None = None) -> Survey:
    """Propose a role for each text of a sheet; `layout` is what the reader found there, which comes first."""
    page = SurveyedSheet(sheets, sheet, kind, layout)
    for key in (key for key in ("indicators", "funds", "projects") if key in page.fields):
        if header := find_table(page, key):
            page.found.tables[key] = header
    if money := page.found.tables.get("funds"):
        add_lines(page, money)
    for block, table in page.found.tables.items():
        if block != "funds":
            add_body(page, block)
        add_columns(
            page, block, table, first_amount(page, table) if block == "funds" else first_column(page, table)
        )
    add_singles(page)
    _keep_one_of_each(page)
    _name_by_headings(page)
    _tell_apart(page)
    page.found.labels.sort(key=lambda label: label.at)
    return page.found


def _keep_one_of_each(page: SurveyedSheet) -> None:
    """Of several labels of one box the surest keeps it."""
    groups: dict[str, list[Label]] = {}
    for label in page.found.labels:
        if label.role.block == BOXES:
            groups.setdefault(label.role.key, []).append(label)
    for same in (group for group in groups.values() if len(group) > 1):
        best = min(same, key=lambda label: _distance(page, label))
        for label in (label for label in same if label is not best):
            why = f"“{one_word(best)}”已是{label.role.words}"
            page.found.labels[page.found.labels.index(label)] = replace(label, role=NONE, sure=OPEN, why=why)


def _name_by_headings(page: SurveyedSheet) -> None:
    """Give columns of a table that say the same their headings."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, label in enumerate(page.found.labels):
        if page.found.is_column(label):
            groups.setdefault((label.zone, core(label.text)), []).append(number)
    for (block, _), numbers in groups.items():
        for number in numbers if len(numbers) > 1 else ():
            label = page.found.labels[number]
            heading = heading_over(page, page.found.tables[block], label.at[1:])
            page.found.labels[number] = replace(label, heading=heading)


def _tell_apart(page: SurveyedSheet) -> None:
    """Of labels of one block that say the same and mean different boxes, only the first has a meaning."""
    first: dict[tuple[str, str], Label] = {}
    for at, label in enumerate(page.found.labels):
        if label.role.key and label.role.block not in (OTHER, PASSAGES):
            other = first.setdefault((label.role.block, core(label.name)), label)
            if other.role != label.role:
                why = f"与{page.sheets.shown(other.at)[1]}同名，读取时分不清"
                page.found.labels[at] = replace(label, role=NONE, sure=OPEN, why=why)


def _distance(page: SurveyedSheet, label: Label) -> tuple[bool, int, int, tuple[int, int, int]]:
    known = page.known[BOXES].of(normalise(label.text).partition(":")[0])
    return label.sure != SURE, known[0] if known else 99, len(label.text), label.at


def titles(sheets: Sheets, sheet: int) -> Mapping[int, str]:
    """The title lines of a sheet by row, letters set apart or not."""
    return {
        row: without_spaces(text)
        for row, texts in texts_by_row(sheets, sheet, TITLE_ROWS).items()
        for text in texts.values()
        if without_spaces(text).endswith("表") or "自评" in text
    }
