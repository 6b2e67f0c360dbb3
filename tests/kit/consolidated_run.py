"""A run of sixty returns, consolidated, and its tables as they are read back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from perf_xlsx import consolidated
from perf_xlsx.batch.roster import Roster
from tests.kit.batch_of_records import typed

Record = dict[str, Any]
COUNT = 60
FORMS = {"department": "部门整体支出", "project": "项目支出"}
AWKWARD_NAMES = ("一 二.xlsx", "百分之50%.xlsx", "#1 (新)[终].xlsx", "a%20b.xlsx", "甲&乙'丙.xlsx")
ROSTER = (
    "这是名单,,,\n单位名称,单位编码,表种,联系电话\n示例1县教育局,001,,联系人甲 1\n示例99县教育局,099,,联系人乙 2\n"
    "示例1县水利局,002,,联系人丙 3\n=HYPERLINK(1),003,,联系人丁\n"
)


def consolidate(records: list[Record], roster: Roster | None, output: Path, **options: Any) -> list[Path]:
    """Write the consolidated workbook of these records."""
    return consolidated.consolidate(map(typed, records), roster, output, **options)


def rank(record: Record) -> int:
    """The row of the list that a record's unit has, or the one that an unread file is named after; else the last."""
    rows = {line.partition(",")[0]: number for number, line in enumerate(ROSTER.splitlines())}
    named = next((unit for unit in rows if unit.removeprefix("示例1县") in Path(record["file"] or "").name), "")
    return rows.get(record["unit"] or named, 99)


def scored(records: list[Record]) -> list[Record]:
    """Those of workbooks that were scored."""
    return [record for record in records if record["status"] == "scored"]


def table(sheet: Any, head: str) -> list[dict[str, Any]]:
    """The rows below the header row that holds `head`, to the first row without it; of two alike the left counts."""
    rows = list(sheet.iter_rows(values_only=True))
    at = next(n for n, row in enumerate(rows) if head in row)
    heads, column = rows[at], rows[at].index(head)
    found = []
    for row in rows[at + 1 :]:
        if row[column] is None:
            break
        if row == heads:  # once more on the next printed page
            continue
        found.append({key: value for key, value in reversed([*zip(heads, row, strict=True)]) if key})
    return found


def half_up(value: Fraction) -> float:
    """An exact value as it is shown, by another way than the program's."""
    return float(Decimal(int(value * 100 + Fraction(1, 2))) / 100)
