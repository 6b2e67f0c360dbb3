"""The list of waivers (豁免清单) as a file: .xlsx or .csv."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path, PurePath

from perf_xlsx.domain.days import usual_day
from perf_xlsx.domain.model import Waived
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.judging.waivers import Waiver
from perf_xlsx.reading.list_file import ListError, ListRow, read_list
from perf_xlsx.system.pattern import pattern

COLUMNS = {
    "code": ("编号", "问题编号"),
    "unit": ("单位", "单位名称"),
    "file": ("文件", "文件名"),
    "part": ("自评表", "分表"),
    "cell": ("单元格", "位置"),
    "reason": ("原因", "豁免原因"),
    "by": ("批准人", "批准单位"),
    "until": ("有效期至", "截止日期"),
}
REQUIRED = ("code", "reason", "by", "until")
CELL = pattern(r"(?:(?P<sheet>.+)!)?(?P<cell>[A-Z]{1,3}[0-9]+)")


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """The list's waivers. Raises ListError with every row that cannot be."""
    problems: list[str] = []
    waivers = [_waiver(row, problems) for row in read_list(path, COLUMNS, REQUIRED)]
    if problems:
        raise ListError([f"{path}：{problem}" for problem in problems])
    return tuple(waiver for waiver in waivers if waiver)


def _waiver(row: ListRow, problems: list[str]) -> Waiver | None:
    code, place, until = row["code"].upper(), _place(row["cell"]), usual_day(row["until"])
    found = [f"第{row.number}行{problem}" for problem in _problems(row, place, until)]
    problems += found
    if until is None or found:
        return None
    file = PurePath(row["file"].replace("\\", "/")).name
    return Waiver(row.number, code, row["unit"], file, place, Waived(row["reason"], row["by"], until), row["part"])


def _place(cell: str) -> str:
    """The cell as findings name it, perhaps behind the name of its sheet."""
    sheet, _, name = normalise(cell).replace("$", "").rpartition("!")
    return f"{sheet.strip(chr(39))}!{name.upper()}" if sheet else name.upper()


def _problems(row: ListRow, place: str, until: datetime.date | None) -> Iterator[str]:
    """What is wrong in a row, in words."""
    if row["code"].upper() not in catalogue():
        yield f"的编号“{row['code']}”不认识，见 perf-xlsx explain"
    if not row["unit"] and not row["file"]:
        yield "没有写明单位或文件，至少写一个"
    if place and not CELL.fullmatch(place):
        yield f"的单元格“{row['cell']}”应写成 绩效指标!K6 或 K6"
    if until is None:
        yield f"的有效期至“{row['until']}”不是日期，应写成 2025-12-31"
    for key in ("reason", "by"):
        if not row[key]:
            yield f"没有填“{COLUMNS[key][0]}”"
