"""Waivers (豁免): findings that the bureau lets pass, with reason, by whom and until when. Shown, never hidden."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePath

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
    """One row of the list: a code, for one unit or one file (name, not path), at one cell or ("") anywhere."""

    row: int
    code: str
    unit: str
    file: str
    cell: str
    waived: Waived

    def covers(self, code: str, unit: str | None, workbook: str, sheet: str, cell: str | None) -> bool:
        """Whether it lets a finding with this code pass, at that place of that unit's workbook."""
        own_sheet, _, own_cell = self.cell.rpartition("!")
        return (
            self.code == code
            and same_label(self.unit) in ("", same_label(unit or ""))
            and self.file in ("", workbook)
            and own_cell in ("", cell)
            and own_sheet in ("", sheet)
        )

    def __str__(self) -> str:
        """As a person calls it."""
        where = "，".join(part for part in (self.unit, self.file, self.cell) if part)
        return f"第{self.row}行 {self.code}（{where}）"


class Waiving(Struct, frozen=True):
    """The waivers of a run, and the day that they must hold on."""

    waivers: tuple[Waiver, ...]
    today: datetime.date

    @property
    def in_force(self) -> tuple[Waiver, ...]:
        """Those that have not expired."""
        return tuple(waiver for waiver in self.waivers if waiver.waived.until >= self.today)


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """The list's waivers. Raises ListError with every row that cannot be."""
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


def covering(
    waiving: Waiving, unit: str | None, workbook: str, code: str, sheet: str, cell: str | None
) -> list[Waiver]:
    """The waivers in force that let a finding with this code pass, at that place of that unit's workbook."""
    return [waiver for waiver in waiving.in_force if waiver.covers(code, unit, workbook, sheet, cell)]


def waive(findings: Iterable[Finding], unit: str | None, waiving: Waiving) -> tuple[Finding, ...]:
    """The findings, those that a waiver still in force covers marked so."""

    def waived(found: Finding) -> Finding:
        place = found.place
        waivers = covering(waiving, unit, place.workbook, found.code, place.sheet, place.cell)
        return replace(found, waived=waivers[0].waived) if waivers else found

    return tuple(map(waived, findings))


def idle(waiving: Waiving, used: Collection[Waiver]) -> list[str]:
    """Waivers that let nothing pass, each with why: expired, or nothing of the kind was found."""
    expired = [f"{waiver}：已过有效期" for waiver in waiving.waivers if waiver not in waiving.in_force]
    return expired + [
        f"{waiver}：没有对应的问题，或文件没有评分" for waiver in waiving.in_force if waiver not in used
    ]
