"""The list of units that are to return a form (名单), and which of them have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import UNSET, Struct
from msgspec.structs import replace

from perf_xlsx.domain.quantity import same_name
from perf_xlsx.results.record import Record
from perf_xlsx.system.output_files import printable_path
from perf_xlsx.system.pattern import pattern

PLACE = pattern("[^省市县区旗州盟]{1,10}[省市县区旗州盟]")  # at the head of a unit's name
SHORTEST = 3  # characters of a name without its place: 教育局


class ListedUnit(Struct, frozen=True):
    """One listed unit, and the row it stands in. `form` None: any form will do; `project` "": any project.

    `or_forms` are other forms with the title that the list asks for, `year` the budget year that it asks for.
    """

    row: int
    unit: str
    code: str = ""
    form: str | None = None
    contact: str = ""
    project: str = ""
    supervisor: str = ""
    or_forms: tuple[str, ...] = ()
    year: int | None = None


class Roster(Struct, frozen=True):
    """A list of units by the name of its file."""

    name: str
    listed: Sequence[ListedUnit]


class Attendance:
    """Which rows of a list something was returned for."""

    def __init__(self, roster: Roster) -> None:
        self.by_unit: dict[str, list[ListedUnit]] = {}
        for listed in roster.listed:
            self.by_unit.setdefault(same_unit(listed.unit), []).append(listed)
        self._roster = roster
        self._returned: set[int] = set()
        self._undated: list[Sequence[ListedUnit]] = []  # rows of several years, of which a return names none
        self._unnamed: Counter[str] = Counter()  # files that name a unit in their name alone, by unit
        self._names = {**_short_names(self.by_unit), **{unit: unit for unit in self.by_unit if len(unit) > 1}}
        self._lengths = sorted(set(map(len, self._names)), reverse=True)

    def listed(self, unit: str) -> Sequence[ListedUnit]:
        """The rows of a unit."""
        return self.by_unit.get(same_unit(unit), ())

    def enter(self, record: Record) -> bool:
        """Enter a return; gives whether a row of the list asks for it."""
        return bool(self.answered(record.unit or "", record.form, record.project, record.year))

    def answered(self, unit: str, form: str | None, project: str | None, year: int | None) -> Sequence[ListedUnit]:
        """Enter a return of the unit; gives the rows of the list that ask for it."""
        rows = of_year(self._of_kind(unit, form, project), year)
        if len({one.year for one in rows}) > 1 and year is None:
            self._undated.append(rows)
        else:
            self._returned.update(one.row for one in rows)
        return rows

    def of_other_years(self, record: Record) -> Sequence[ListedUnit]:
        """The rows that ask for a return's form and project, where all of them ask for another year."""
        rows = self._of_kind(record.unit or "", record.form, record.project)
        return () if of_year(rows, record.year) else rows

    def _of_kind(self, unit: str, form: str | None, project: str | None) -> list[ListedUnit]:
        """The rows of the unit that ask for this form and project, of whatever year."""
        project = same_unit(project)
        return [
            one
            for one in self.listed(unit)
            if (one.form in (None, form) or form in one.or_forms) and same_unit(one.project) in ("", project)
        ]

    def named_in(self, file: str) -> str | None:
        """The listed unit that a file's path names, as it compares; of several, the longest name.

        Also by its name without the place, as people call their files: 教育局 for 示例县教育局.
        """
        path = same_unit(printable_path(Path(file)))
        parts = (path[at : at + length] for length in self._lengths for at in range(len(path) - length + 1))
        return next((self._names[part] for part in parts if part in self._names), None)

    def placed(self, record: Record) -> Record:
        """The record with the row of the list that it answers, and what the list says there.

        A return that names no unit goes by its file's name; one of another year by the row that asks for its form
        and project; one that no row asks for, by its unit's first row.
        """
        unit = record.unit or self.named_in(record.file or "")
        if unit is None:
            return unplaced(record)
        alike = self._of_kind(unit, record.form, record.project)
        rows = of_year(alike, record.year) or alike or self.listed(unit)
        if not rows:
            return unplaced(record)
        one = rows[0]
        placed = replace(unplaced(record), listed_row=one.row, code=one.code or None, contact=one.contact or None)
        if record.unit:
            return placed
        sole = one if len(self.listed(unit)) == 1 else None
        form, project = (sole.form, sole.project) if sole else (None, "")
        return replace(placed, listed_unit=one.unit, listed_form=form or UNSET, listed_project=project or UNSET)

    def enter_unnamed(self, unit: str) -> None:
        """Enter a file that names the unit in its name alone, mostly because it cannot be read.

        It goes back, so that one row less is missing.
        """
        self._unnamed[same_unit(unit)] += 1

    def missing(self) -> Iterator[ListedUnit]:
        """The rows that nothing came for, in the list's order; a file without a unit came for the unit's first."""
        return (one for one, came in self._unanswered() if not came)

    @property
    def unnamed(self) -> int:
        """For how many rows only a file came that names the unit in its name alone."""
        return sum(came for _, came in self._unanswered())

    def _unanswered(self) -> Iterator[tuple[ListedUnit, bool]]:
        """The rows that no form answers, and whether a file came for them that names no unit within."""
        left, answered = Counter(self._unnamed), self._answered()
        for one in self._roster.listed:
            if one.row not in answered:
                unit = same_unit(one.unit)
                came = left[unit] > 0
                left[unit] -= came
                yield one, came

    def _answered(self) -> set[int]:
        """The rows that a form answers; one that names no year, the first of its rows that no other answers."""
        found = set(self._returned)
        for rows in self._undated:
            found.update([one.row for one in rows if one.row not in found][:1])
        return found


def of_year(rows: Iterable[ListedUnit], year: int | None) -> list[ListedUnit]:
    """The rows that ask for a year or for none; all of them for a return that names none."""
    return [one for one in rows if year is None or one.year in (None, year)]


def _short_names(units: Iterable[str]) -> dict[str, str]:
    """Units by their names without the place at the head, where others have that place too and none the name."""
    places = {unit: place[0] for unit in units if (place := PLACE.match(unit))}
    shared = {place for place, count in Counter(places.values()).items() if count > 1}
    short = [(unit[len(place) :], unit) for unit, place in places.items() if place in shared]
    count = Counter(name for name, _ in short)
    return {name: unit for name, unit in short if count[name] == 1 and len(name) >= SHORTEST}


def asked_years(rows: Iterable[ListedUnit]) -> str:
    """The years that rows ask for, in words."""
    return "、".join(f"{year}年度" for year in sorted({one.year for one in rows if one.year}))


def unplaced(record: Record) -> Record:
    """The record without what a list says of it."""
    return replace(
        record, listed_row=UNSET, listed_unit=UNSET, listed_form=UNSET, listed_project=UNSET, code=UNSET,
        contact=UNSET,
    )  # fmt: skip


def return_key(record: Record) -> list[object]:
    """What makes two returns the same form of the same unit: form, year, unit, project, scored or not."""
    unit, project = same_unit(record.unit), same_unit(record.project)
    return [record.form, record.year, unit, project, record.unscored or ""]


def same_unit(name: str | None) -> str:
    """A unit's or project's name as it compares."""
    return same_name(name or "").casefold()
