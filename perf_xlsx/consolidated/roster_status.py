"""The list of those who must file (名单): who has not returned anything, and who returned without being on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from perf_xlsx.batch.roster import Attendance, ListedUnit, Roster, asked_years, same_unit
from perf_xlsx.consolidated.returns import is_read, is_return, returned_file_name, short_form_name
from perf_xlsx.results.record import Record

ShownNames = Mapping[str, str]  # by the keys of COLUMNS

LACKS = (
    "评分时用过单位名单，结果里没有留存：名单份数、已报送份数和它们的核对没有列出，未报送和名单外的按评分记录；"
    "要列出，请在汇总时用 --roster 再提供一次名单。"
)

COLUMNS = ("unit", "code", "form", "project", "year", "contact")


class RosterStatus(Struct, frozen=True):
    """The list compared with the returns. `given` False: there was none; `expected`: its rows, where at hand.

    `missing` are the rows that nothing came for, `of_other_years` units and what they returned that the list asks
    for in another year alone. `unread` are the files that name no unit within or in their name,
    `unread_of` units and files of those that do so in their name alone: these go back, and `returned` counts the
    `unread_rows` that they came for.
    """

    given: bool = False
    expected: int | None = None
    missing: tuple[ShownNames, ...] = ()
    unlisted: tuple[str, ...] = ()
    of_other_years: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()
    unread_of: tuple[tuple[str, str], ...] = ()
    unread_rows: int = 0

    @property
    def lacks(self) -> str:
        """What the list of a run would have told and records do not; "" where there was none, or it is kept."""
        return LACKS if self.given and self.expected is None else ""

    @property
    def returned(self) -> int:
        """Rows of the list that something came for."""
        return (self.expected or 0) - len(self.missing)

    @property
    def named(self) -> int:
        """All that are named, with what is wrong."""
        told = self.unlisted, self.of_other_years, self.unread, self.unread_of
        return len(self.missing) + sum(map(len, told))


class RosterComparison:
    """Compares records with a list, one after the other; without a list it collects what their batch reported."""

    def __init__(self, roster: Roster | None) -> None:
        self._roster = roster
        self._attendance = Attendance(roster) if roster else None
        self._outstanding: list[ShownNames] = []
        self._unlisted: dict[tuple[str, ...], str] = {}  # the name, by unit, form and project as they compare
        self._placed = False  # whether a record has the row of a list that it answers
        self._of_other_years: list[tuple[str, str]] = []
        self._unread: list[str] = []
        self._unread_of: list[tuple[str, str]] = []

    def add(self, record: Record) -> None:
        """Take in one record."""
        self._placed |= bool(record.listed_row)
        if not is_return(record):
            self._outstanding.append(_shown(record))
        elif record.listed_unit:
            self._enter_unnamed(record, record.listed_unit)
        elif not is_read(record) or not record.unit:
            self._unread.append(returned_file_name(record.file or ""))
        elif record.unscored == "monitoring":
            return  # the list asks for self-evaluations
        elif not self._lists(record, record.unit):
            key = same_unit(record.unit), record.form or "", same_unit(record.project)
            self._unlisted.setdefault(key, record.unit)
        elif self._attendance and not self._attendance.enter(record):
            self._enter_of_other_year(record, record.unit, self._attendance.of_other_years(record))

    def _lists(self, record: Record, unit: str) -> bool:
        """Whether the list has the unit; without it, whether the run found a row of it for the record."""
        return bool(self._attendance.listed(unit) if self._attendance else record.listed_row)

    def _enter_of_other_year(self, record: Record, unit: str, asked: Sequence[ListedUnit]) -> None:
        """A return that the list asks for in another year."""
        if asked:
            came = f"报送的是{record.year}年度，名单要的是{asked_years(asked)}"
            project = f"“{record.project}”" if record.project else ""
            self._of_other_years.append((unit, f"{short_form_name(record.form)}{project}{came}"))

    def _enter_unnamed(self, record: Record, unit: str) -> None:
        """A file that names its unit in its name alone."""
        self._unread_of.append((unit, returned_file_name(record.file or "")))
        if self._attendance and record.unscored != "monitoring":
            self._attendance.enter_unnamed(unit)

    @property
    def status(self) -> RosterStatus:
        """The result for all records added so far."""
        unread, unread_of = tuple(self._unread), tuple(self._unread_of)
        unlisted = tuple(dict.fromkeys(self._unlisted.values()))
        if self._roster is None or self._attendance is None:
            missing = tuple(self._outstanding)
            unlisted = unlisted if self._placed else ()
            return RosterStatus(self._placed or bool(missing), None, missing, unlisted, (), unread, unread_of)
        missing = tuple(map(_shown, self._attendance.missing()))
        rows = self._attendance.unnamed
        others = tuple(self._of_other_years)
        return RosterStatus(True, len(self._roster.listed), missing, unlisted, others, unread, unread_of, rows)


def _shown(one: ListedUnit | Record) -> ShownNames:
    """A row of the list, or an outstanding unit's record, by the keys of COLUMNS."""
    texts = {key: str(getattr(one, key, None) or "") for key in COLUMNS}
    return texts | {"form": short_form_name(one.form)}
