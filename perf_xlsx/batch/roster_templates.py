"""A template for each unit of a list, filled in with what the list says of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from perf_xlsx import pipeline
from perf_xlsx.batch.roster import Attendance, ListedUnit, Roster, asked_years, of_year
from perf_xlsx.batch.roster_list import COLUMNS
from perf_xlsx.domain.model import SelfEvaluation
from perf_xlsx.forms import Boxes, Form, load_form
from perf_xlsx.forms.form import BOXES
from perf_xlsx.reading.list_file import ListError
from perf_xlsx.system.output_files import safe_stem, write_atomically
from perf_xlsx.template.prepared import Prepared


class UnitTemplate(Struct, frozen=True):
    """A listed unit's template; `written` is False where the file was there before and was left alone."""

    path: Path
    written: bool


def write_templates(
    roster: Roster, folder: Path, year: int | None, form: str | None, rulebook: str | None, force: bool = False
) -> Iterator[UnitTemplate]:
    """One template a listed unit, filled in with what the list says of it. Existing files are kept unless `force`.

    `form` is for units whose form the list does not say, `year` for those whose year it does not say; those of
    another year are left out. Raises ListError where something is said by neither, or all are of another year,
    and what pipeline.write_template raises.
    """
    rows = rows_of_year(roster, year)
    if without := [str(listed.row) for listed in rows if not (listed.form or form)]:
        raise ListError([f"{roster.name}：第{'、'.join(without)}行没有写表种，请在名单中填写，或用 --form 指定"])
    taken: set[str] = set()
    prepared: dict[tuple[str, int], Prepared] = {}
    several = len({listed.year or year for listed in rows}) > 1
    for listed in rows:
        kind, own = load_form(listed.form or form or ""), listed.year or year or 0
        path = folder / _free(template_file_name(listed, several), taken)
        if os.path.exists(path) and not force:
            yield UnitTemplate(path, False)
            continue
        make = _maker(kind.name, own, rulebook)
        one = prepared.setdefault((kind.name, own), Prepared(make))
        texts = _known(listed, kind)
        write_atomically(path, make(texts) if kind.original else one.template(texts))
        yield UnitTemplate(path, True)


def rows_of_year(roster: Roster, year: int | None) -> Sequence[ListedUnit]:
    """The rows that templates of a year are for: of that year, or of none; without one those with their own.

    Raises ListError where a row has none, or there is no row left.
    """
    if year is None and (without := [str(one.row) for one in roster.listed if one.year is None]):
        some = f"{roster.name}：第{'、'.join(without)}行没有写年度，请写明年度 --year，或在名单中填写"
        raise ListError(["请写明年度 --year。" if len(without) == len(roster.listed) else some])
    rows = of_year(roster.listed, year)
    if roster.listed and not rows:
        years = asked_years(roster.listed)
        raise ListError([f"{roster.name}：名单的年度是{years}，没有{year}年度的。请核对 --year，或改名单的年度"])
    return rows


class ListedForm(Struct, frozen=True):
    """A form that the list asks for: where its template goes, and what the list says of it."""

    path: Path
    listed: ListedUnit

    def boxes(self, form: Form) -> dict[str, str]:
        """What the list says, for the boxes of a form."""
        return _known(self.listed, form)


class ListedForms:
    """Finds the row of a list that a workbook of last year, or of approved targets, belongs to."""

    def __init__(self, roster: Roster, folder: Path) -> None:
        self.folder = folder
        self._attendance, self._roster = Attendance(roster), roster
        self._taken: set[str] = set()

    def of(self, evaluation: SelfEvaluation, file: str, year: int | None) -> ListedForm | None:
        """Where the template of a form for `year` goes; None where no row asks for it. Files may name the unit."""
        unit = evaluation.unit or self._attendance.named_in(file)
        project = evaluation.boxes["project"].value if "project" in evaluation.boxes else None
        rows = self._attendance.answered(unit, evaluation.form, project, year) if unit else ()
        if not rows:
            return None
        name = template_file_name(rows[0])
        several = project and not rows[0].project  # the list asks for any project of the unit
        path = self.folder / _free(safe_stem(f"{name}-{project}") if several else name, self._taken)
        return ListedForm(path, rows[0])

    def others(self, year: int | None) -> Roster:
        """The list of those that no workbook was found for, asked for in a year or in any."""
        return Roster(self._roster.name, of_year(self._attendance.missing(), year))


def _known(listed: ListedUnit, form: Form) -> dict[str, str]:
    """What the list says of a unit, for the boxes that its form has."""
    boxes = {box.key for block in form.blocks if isinstance(block, Boxes) for box in block.boxes}
    boxes &= form.original.labels.get(BOXES, {}).keys() if form.original else boxes
    return {key: text for key in COLUMNS if key in boxes and (text := getattr(listed, key))}


def _maker(form: str, year: int, rulebook: str | None) -> Callable[[Mapping[str, str]], bytes]:
    def make(texts: Mapping[str, str]) -> bytes:
        case = json.dumps({"form": form, "year": year, **texts}, ensure_ascii=False)
        return pipeline.template_bytes(rulebook=rulebook, case=case)

    return make


def template_file_name(listed: ListedUnit, dated: bool = False) -> str:
    """The unit's name (and project's, and the year) as a file name that every system takes, Chinese kept, without
    suffix."""
    year = f"{listed.year}年度" if dated and listed.year else ""
    return safe_stem("-".join(filter(None, (listed.unit, listed.project, year))))


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}({number})"
    taken.add(candidate.casefold())
    return f"{candidate}.xlsx"
