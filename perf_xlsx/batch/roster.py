"""The list of units that are to return a form (名单), and which of them have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from perf_xlsx.domain.quantity import same_name


class Listed(Struct, frozen=True):
    """One listed unit, and the row it stands in. `form` None: any form will do; `project` "": any project."""

    row: int
    unit: str
    code: str = ""
    form: str | None = None
    contact: str = ""
    project: str = ""
    supervisor: str = ""


class Roster(Struct, frozen=True):
    """A list of units by the name of its file."""

    name: str
    listed: Sequence[Listed]


class Attendance:
    """Which rows of a list something was returned for."""

    def __init__(self, roster: Roster) -> None:
        self.by_unit: dict[str, list[Listed]] = {}
        for listed in roster.listed:
            self.by_unit.setdefault(same_unit(listed.unit), []).append(listed)
        self._roster = roster
        self._returned: set[int] = set()

    def listed(self, unit: str) -> Sequence[Listed]:
        """The rows of a unit."""
        return self.by_unit.get(same_unit(unit), ())

    def enter(self, unit: str, form: str | None, project: str | None) -> bool:
        """Enter a return of the unit; gives whether a row of the list asks for it."""
        project = same_unit(project)
        rows = [
            one.row
            for one in self.listed(unit)
            if one.form in (None, form) and same_unit(one.project) in ("", project)
        ]
        self._returned.update(rows)
        return bool(rows)

    def missing(self) -> Iterator[Listed]:
        """The rows that nothing was returned for, in the list's order."""
        return (one for one in self._roster.listed if one.row not in self._returned)


def same_unit(name: str | None) -> str:
    """A unit's or project's name as it compares."""
    return same_name(name or "").casefold()
