"""Waivers (豁免): findings that the bureau lets pass, with reason, by whom and until when. Shown, never hidden."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import Finding, Waived
from perf_xlsx.domain.quantity import same_label


class Waiver(Struct, frozen=True):
    """One row of the list: a code, for one unit or one file (name, not path), at one cell or ("") anywhere.

    `part`: of a file with several forms, the one of that name.
    """

    row: int
    code: str
    unit: str
    file: str
    cell: str
    waived: Waived
    part: str = ""

    def covers(
        self, code: str, unit: str | None, workbook: str, sheet: str, cell: str | None, part: str = ""
    ) -> bool:
        """Whether it lets a finding with this code pass, at that place of that unit's form."""
        own_sheet, _, own_cell = self.cell.rpartition("!")
        return (
            self.code == code
            and same_label(self.unit) in ("", same_label(unit or ""))
            and self.file in ("", workbook)
            and same_label(self.part) in ("", same_label(part))
            and own_cell in ("", cell)
            and own_sheet in ("", sheet)
        )

    def __str__(self) -> str:
        """As a person calls it."""
        where = "，".join(part for part in (self.unit, self.file, self.part, self.cell) if part)
        return f"第{self.row}行 {self.code}（{where}）"


class Waiving(Struct, frozen=True):
    """The waivers of a run, and the day that they must hold on."""

    waivers: tuple[Waiver, ...]
    today: datetime.date

    @property
    def in_force(self) -> tuple[Waiver, ...]:
        """Those that have not expired."""
        return tuple(waiver for waiver in self.waivers if waiver.waived.until >= self.today)


def covering(
    waiving: Waiving, unit: str | None, workbook: str, code: str, sheet: str, cell: str | None, part: str
) -> list[Waiver]:
    """The waivers in force that let a finding with this code pass, at that place of that unit's form."""
    return [waiver for waiver in waiving.in_force if waiver.covers(code, unit, workbook, sheet, cell, part)]


def waive(findings: Iterable[Finding], unit: str | None, waiving: Waiving, part: str = "") -> tuple[Finding, ...]:
    """The findings, those that a waiver still in force covers marked so."""

    def waived(found: Finding) -> Finding:
        place = found.place
        waivers = covering(waiving, unit, place.workbook, found.code, place.sheet, place.cell, part)
        return replace(found, waived=waivers[0].waived) if waivers else found

    return tuple(map(waived, findings))


def idle_waivers(waiving: Waiving, used: Collection[Waiver]) -> list[str]:
    """Waivers that let nothing pass, each with why: expired, or nothing of the kind was found."""
    expired = [f"{waiver}：已过有效期" for waiver in waiving.waivers if waiver not in waiving.in_force]
    return expired + [
        f"{waiver}：没有对应的问题，或文件没有评分" for waiver in waiving.in_force if waiver not in used
    ]
