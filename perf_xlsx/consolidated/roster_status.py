"""The list of those who must file (名单): who of it has not returned, and who returned without being on it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from perf_xlsx.batch import Roster
from perf_xlsx.batch.roster import Listed, same_unit
from perf_xlsx.consolidated.returns import Record, file_name, form_name, is_return, is_scored

COLUMNS = ("unit", "code", "form", "project", "contact")


class Received(Struct):
    """Who returned something: units by their name as it compares, with form and project; files that name no unit.

    `names` False: there is no list that units would be compared with, and they are not kept.
    `outstanding` are those that the batch itself found on its list without a return.
    """

    names: bool = True
    units: dict[tuple[str, str, str], str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    outstanding: list[Listed] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Take note of one record."""
        if not is_return(record):
            known = {key: record.get(key) or "" for key in COLUMNS if key != "form"}
            self.outstanding.append(Listed(0, form=record.get("form"), **known))
        elif is_scored(record) and record.get("unit"):
            if not self.names:
                return
            key = same_unit(record["unit"]), record.get("form") or "", same_unit(record.get("project"))
            self.units.setdefault(key, record["unit"])
        else:
            self.unread.append(file_name(record["file"]))


class RosterStatus(Struct, frozen=True):
    """The list set against the returns. `given` False: there was none; `expected`: its rows, where at hand.

    `missing` are the rows that nothing was returned for, as they are shown, by the keys of COLUMNS.
    """

    given: bool = False
    expected: int | None = None
    missing: tuple[Mapping[str, str], ...] = ()
    unlisted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def returned(self) -> int:
        """Rows of the list that something was returned for."""
        return (self.expected or 0) - len(self.missing)


def compare_with_roster(came: Received, roster: Roster | None) -> RosterStatus:
    """Set the list against the returns, by the unit's name and, where the list names them, form and project."""
    unread = tuple(came.unread)
    if roster is None:
        return RosterStatus(bool(came.outstanding), None, tuple(map(_shown, came.outstanding)), unread=unread)
    asked = {
        (unit, known, which)
        for unit, form, project in came.units
        for known in ("", form)
        for which in ("", project)
    }
    missing = tuple(_shown(one) for one in roster.listed if _wanted(one) not in asked)
    listed = {same_unit(one.unit) for one in roster.listed}
    unlisted = dict.fromkeys(name for (unit, *_), name in came.units.items() if unit not in listed)
    return RosterStatus(True, len(roster.listed), missing, tuple(unlisted), unread)


def _wanted(one: Listed) -> tuple[str, str, str]:
    return same_unit(one.unit), one.form or "", same_unit(one.project)


def _shown(one: Listed) -> Mapping[str, str]:
    return {key: getattr(one, key) for key in COLUMNS} | {"form": form_name(one.form)}
