"""Waivers (豁免): findings that the bureau accepts, with reason, by whom and until when. Shown, never hidden."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import Finding, Waived
from perf_xlsx.domain.quantity import normalise, same_label
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.reading.list_file import ListError, ListRow, read_list
from perf_xlsx.system.pattern import pattern

COLUMNS = {
    "code": ("编号", "问题编号"),
    "unit": ("单位", "单位名称"),
    "file": ("文件", "文件名"),
    "cell": ("单元格", "位置"),
    "reason": ("原因", "豁免原因"),
    "by": ("批准人", "批准单位"),
    "until": ("有效期至", "截止日期"),
}
REQUIRED = ("code", "reason", "by", "until")
CELL = pattern(r"(?:(?P<sheet>.+)!)?(?P<cell>[A-Z]{1,3}[0-9]+)")


class Waiver(Struct, frozen=True):
    """One row of the list: a code, for one unit or one file (its name), at one cell or ("") any cell."""

    row: int
    code: str
    unit: str
    file: str
    cell: str
    waived: Waived

    def covers(self, code: str, unit: str | None, workbook: str, sheet: str, cell: str | None) -> bool:
        """Whether it waives a finding with this code at this place of this unit's workbook."""
        own_sheet, _, own_cell = self.cell.rpartition("!")
        return (
            self.code == code
            and same_label(self.unit) in ("", same_label(unit or ""))
            and self.file in ("", workbook)
            and own_cell in ("", cell)
            and own_sheet in ("", sheet)
        )

    def __str__(self) -> str:
        """In Chinese: row, code, and what it covers."""
        where = "，".join(part for part in (self.unit, self.file, self.cell) if part)
        return f"第{self.row}行 {self.code}（{where}）"


class Waiving(Struct, frozen=True):
    """The waivers of a run, and the day on which they must be in force."""

    waivers: tuple[Waiver, ...]
    today: datetime.date

    @property
    def in_force(self) -> tuple[Waiver, ...]:
        """Those that have not expired."""
        return tuple(waiver for waiver in self.waivers if waiver.waived.until >= self.today)


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a list of waivers. Raises ListError with every wrong row."""
    problems: list[str] = []
    waivers = [_waiver(row, problems) for row in read_list(path, COLUMNS, REQUIRED)]
    if problems:
        raise ListError([f"{path}：{problem}" for problem in problems])
    return tuple(waiver for waiver in waivers if waiver)


def _waiver(row: ListRow, problems: list[str]) -> Waiver | None:
    code, place = row["code"].upper(), normalise(row["cell"]).replace("$", "")
    head, _, tail = place.rpartition("!")
    place = f"{head.strip(chr(39))}!{tail.upper()}" if head else tail.upper()
    until, said = _date(row["until"]), len(problems)
    if code not in catalogue():
        problems.append(f"第{row.number}行的编号“{row['code']}”不认识，见 perf-xlsx explain")
    if not row["unit"] and not row["file"]:
        problems.append(f"第{row.number}行没有写明单位或文件，至少写一个")
    if place and not CELL.fullmatch(place):
        problems.append(f"第{row.number}行的单元格“{row['cell']}”应写成 绩效指标!K6 或 K6")
    if until is None:
        problems.append(f"第{row.number}行的有效期至“{row['until']}”不是日期，应写成 2025-12-31")
    problems += [f"第{row.number}行没有填“{COLUMNS[key][0]}”" for key in ("reason", "by") if not row[key]]
    if until is None or len(problems) > said:
        return None
    file = PurePath(row["file"].replace("\\", "/")).name
    return Waiver(row.number, code, row["unit"], file, place, Waived(row["reason"], row["by"], until))


def _date(text: str) -> datetime.date | None:
    found = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", normalise(text))
    try:
        return datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def waive(findings: Iterable[Finding], unit: str | None, waiving: Waiving) -> tuple[Finding, ...]:
    """The findings; those that a waiver in force covers are marked as waived."""

    def waived(found: Finding) -> Finding:
        place = found.place
        for waiver in waiving.in_force:
            if waiver.covers(found.code, unit, place.workbook, place.sheet, place.cell):
                return replace(found, waived=waiver.waived)
        return found

    return tuple(map(waived, findings))


def covering(waiving: Waiving, record: Mapping[str, Any]) -> set[Waiver]:
    """The waivers in force that cover a waived finding of this record (of report.as_record)."""
    workbook = PurePath(record["file"] or "").name
    return {
        waiver
        for waiver in waiving.in_force
        for found in record["findings"]
        if "waived" in found
        and waiver.covers(found["code"], record["unit"], workbook, found["sheet"] or "", found["cell"])
    }


def idle(waiving: Waiving, used: Collection[Waiver]) -> list[str]:
    """Waivers that covered nothing, each with the reason: expired, or no such finding."""
    expired = [f"{waiver}：已过有效期" for waiver in waiving.waivers if waiver not in waiving.in_force]
    return expired + [
        f"{waiver}：没有对应的问题，或文件没有评分" for waiver in waiving.in_force if waiver not in used
    ]
