"""The list of those who must file (名单): who has not returned anything, and who returned without being on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from perf_xlsx.batch.roster import Attendance, Listed, Roster, same_unit
from perf_xlsx.consolidated.returns import file_name, form_name, is_read, is_return
from perf_xlsx.results.record import Record

Shown = Mapping[str, str]  # by the keys of COLUMNS

COLUMNS = ("unit", "code", "form", "project", "contact", "unread")


class RosterStatus(Struct, frozen=True):
    """The list compared with the returns. `given` False: there was none; `expected`: its rows, where at hand.

    `missing` are the rows that nothing was returned for, with the unreadable files that name their unit; `unread`
    the files that name none.
    """

    given: bool = False
    expected: int | None = None
    missing: tuple[Shown, ...] = ()
    unlisted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def returned(self) -> int:
        """Rows of the list that something was returned for."""
        return (self.expected or 0) - len(self.missing)

    @property
    def named(self) -> int:
        """All that are named, with what is wrong."""
        return len(self.missing) + len(self.unlisted) + len(self.unread)


class RosterComparison:
    """Compares records with a list, one after the other; without a list it collects what their batch reported."""

    def __init__(self, roster: Roster | None) -> None:
        self._roster = roster
        self._attendance = Attendance(roster) if roster else None
        self._outstanding: list[Shown] = []
        self._unlisted: dict[tuple[str, ...], str] = {}  # the name, by unit, form and project as they compare
        self._unread: list[str] = []
        self._unread_of: dict[str, list[str]] = {}  # by unit as it compares

    def add(self, record: Record) -> None:
        """Take in one record."""
        if not is_return(record):
            self._outstanding.append(_shown(record))
        elif record.listed_unit:
            self._unread_of.setdefault(same_unit(record.listed_unit), []).append(file_name(record.file or ""))
        elif not is_read(record) or not record.unit:
            self._unread.append(file_name(record.file or ""))
        elif record.unscored == "monitoring":
            return  # the list asks for self-evaluations
        elif self._attendance and not self._attendance.listed(record.unit):
            key = same_unit(record.unit), record.form or "", same_unit(record.project)
            self._unlisted.setdefault(key, record.unit)
        elif self._attendance:
            self._attendance.enter(record.unit, record.form, record.project)

    @property
    def status(self) -> RosterStatus:
        """The result for all records added so far."""
        unread = tuple(self._unread)
        if self._roster is None or self._attendance is None:
            return RosterStatus(bool(self._outstanding), None, self._told(self._outstanding), unread=unread)
        missing = self._told(map(_shown, self._attendance.missing()))
        unlisted = tuple(dict.fromkeys(self._unlisted.values()))
        return RosterStatus(True, len(self._roster.listed), missing, unlisted, unread)

    def _told(self, missing: Iterable[Shown]) -> tuple[Shown, ...]:
        """The missing rows, each with the unreadable files that name its unit."""
        return tuple(
            {**one, "unread": "、".join(self._unread_of.get(same_unit(one["unit"]), ()))} for one in missing
        )


def _shown(one: Listed | Record) -> Shown:
    """A row of the list, or an outstanding unit's record, by the keys of COLUMNS."""
    return {key: getattr(one, key, None) or "" for key in COLUMNS} | {"form": form_name(one.form)}
