"""The list of those who must file (名单): who of it has not returned, and who returned without being on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from perf_xlsx.batch import read_roster as read_list_of_units
from perf_xlsx.batch.roster import same_unit
from perf_xlsx.consolidated.returns import Record, file_name, form_name, is_return, is_scored
from perf_xlsx.forms import form_names

COLUMNS = ("unit", "code", "form", "project", "contact")


class RosterRow(Protocol):
    """A row with the texts "unit", "code", "form", "project" and "contact" ("" where empty)."""

    def __getitem__(self, key: str, /) -> str: ...


@dataclass
class Came:
    """Who returned something: units by their name as it compares, with form and project; files that name no unit.

    `names` False: there is no list that units would be compared with, and they are not kept.
    `outstanding` are those that the batch itself found on its list without a return.
    """

    names: bool = True
    units: dict[tuple[str, str, str], str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    outstanding: list[RosterRow] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Take note of one record."""
        if not is_return(record):
            row = {key: record.get(key) or "" for key in COLUMNS}
            self.outstanding.append(row | {"form": form_name(record.get("form"))})
        elif is_scored(record) and record.get("unit"):
            if not self.names:
                return
            key = same_unit(record["unit"]), record.get("form") or "", same_unit(record.get("project"))
            self.units.setdefault(key, record["unit"])
        else:
            self.unread.append(file_name(record["file"]))


@dataclass(frozen=True)
class Roll:
    """The list set against the returns. `given` False: there was none; `expected`: its rows, where at hand."""

    given: bool = False
    expected: int | None = None
    missing: tuple[RosterRow, ...] = ()
    unlisted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def returned(self) -> int:
        """Rows of the list that something was returned for."""
        return (self.expected or 0) - len(self.missing)


def read_roster(path: Path) -> list[RosterRow]:
    """The rows of a list, .xlsx or .csv. Raises ListError."""
    return [
        {
            "unit": one.unit,
            "code": one.code,
            "form": form_name(one.form),
            "project": one.project,
            "contact": one.contact,
        }
        for one in read_list_of_units(path).listed
    ]


def form_of(row: RosterRow) -> str:
    """The form kind that a row names; "" where it names none: any form will do."""
    return next((name for name in form_names() if row["form"] in (name, form_name(name))), "")


def call(came: Came, roster: Iterable[RosterRow] | None) -> Roll:
    """Set the list against the returns, by the unit's name and, where the list names them, form and project."""
    unread = tuple(came.unread)
    if roster is None:
        return Roll(bool(came.outstanding), None, tuple(came.outstanding), unread=unread)
    rows = [(same_unit(row["unit"]), form_of(row), same_unit(row["project"]), row) for row in roster]
    asked = {
        (unit, known, which)
        for unit, form, project in came.units
        for known in ("", form)
        for which in ("", project)
    }
    missing = tuple(row for *wanted, row in rows if tuple(wanted) not in asked)
    listed = {unit for unit, *_ in rows}
    unlisted = dict.fromkeys(name for (unit, *_), name in came.units.items() if unit not in listed)
    return Roll(True, len(rows), missing, tuple(unlisted), unread)
