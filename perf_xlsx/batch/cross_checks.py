"""Checks across workbooks (B): the same form twice, units missing from the list or from the returns, copies.

They look at records in plan order, so that what they find does not depend on which workbook was done first. What
later records are compared with is in a temporary sqlite database, on disk beyond its cache: memory does not grow
with the batch.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch.roster import Attendance, ListedUnit, Roster, asked_years, return_key, same_unit
from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import load_form
from perf_xlsx.judging.waivers import Waiving, waive
from perf_xlsx.results.record import SCHEMA, FindingRecord, Record
from perf_xlsx.results.recording import finding_record
from perf_xlsx.rulebook import load_rulebook
from perf_xlsx.system.output_files import printable_path

if TYPE_CHECKING:
    import sqlite3

FEWEST_ROWS = 3  # indicators with target and actual value; fewer agree by chance
LONG = 60  # characters of a passage without spaces; shorter ones are phrases that everybody writes
BEGINNING = 16  # characters of a passage that are shown


class Earlier(Struct, frozen=True):
    """An earlier record with the same key: its file, which of its forms, unit, and digest of the content."""

    file: str
    which: str
    unit: str
    content: str | None


class CrossChecks:
    """Compares every record with the earlier ones and the list. Use it in a `with` block.

    `single`: there is one workbook; of a single form nothing is remembered and no database is loaded.
    """

    def __init__(
        self,
        roster: Roster | None = None,
        rulebook: str | None = None,
        waiving: Waiving | None = None,
        single: bool = False,
    ) -> None:
        self.roster, self.rulebook, self.waiving, self.single = roster, rulebook, waiving, single
        self.attendance = Attendance(roster) if roster else None

    @cached_property
    def database(self) -> sqlite3.Connection:
        """The first record of every key."""
        from perf_xlsx.system.temporary_database import temporary_database  # a single workbook needs none

        database = temporary_database()
        database.execute(
            "create table first"
            " (key blob primary key, file text, which text, unit text, content text) without rowid"
        )
        return database

    def __enter__(self) -> CrossChecks:
        return self

    def __exit__(self, *_: object) -> None:
        if "database" in vars(self):
            self.database.close()

    def compared(self, record: Record) -> Record:
        """The record with what comparing finds, and the row of the list that it answers; itself without either."""
        found = self.findings(record)
        if found:
            record = replace(record, findings=(*record.findings, *found))
        return self.attendance.placed(record) if self.attendance else record

    def findings(self, record: Record) -> tuple[FindingRecord, ...]:
        """What comparing finds in this record."""
        if not record.is_read or not record.unit:
            if record.unscored != "monitoring":  # the list asks for self-evaluations
                self._enter_unnamed(record.file or "")
            return ()
        rulebook = load_rulebook(self.rulebook or record.rulebook or "")
        place = Place(printable_path(Path(Path(record.file or "").name)))
        checks: tuple[tuple[str, Callable[[Record, str, Place], Iterator[Observation]]], ...] = (
            ("B01", self._came_twice),
            ("B02", self._not_listed),
            ("B03", self._copies),
        )
        found = [
            finding(code, observed, rulebook)
            for code, check in checks
            for observed in check(record, record.unit, place)
        ]
        return self._recorded(found, record.unit, record.part or "")

    def _recorded(self, found: Iterable[Finding], unit: str, part: str = "") -> tuple[FindingRecord, ...]:
        return tuple(map(finding_record, waive(found, unit, self.waiving, part) if self.waiving else found))

    def _enter_unnamed(self, file: str) -> None:
        """Enter a file without a unit for the listed unit that its path names."""
        unit = self.attendance.named_in(file) if self.attendance else None
        if self.attendance and unit is not None:
            self.attendance.enter_unnamed(unit)

    def _came_twice(self, record: Record, unit: str, place: Place) -> Iterator[Observation]:
        """B01: the unit (year, form, project; scored or not) has returned a workbook before this one.

        Good: one workbook a unit, year and form.  Bad: 水利局.xlsx and 水利局(更正).xlsx in one folder.
        """
        first = self._first("unit", return_key(record), record)
        if first is None:
            return
        what = f"{unit}{_project(record.project)}{record.year or ''}年度的自评表"
        if first.file == printable_path(Path(record.file or "")):
            message, advice = "在同一个工作簿里", "请与单位核对以哪一张为准，删去另一张，再运行一次。"
        elif first.content == record.sha256:
            message, advice = "两个文件完全相同", "请移走其中一份，再运行一次。"
        else:
            message, advice = "两个文件不完全相同", "请与单位核对以哪一份为准，移走另一份，再运行一次。"
        yield Observation(
            place, "单位名称", unit, f"{what}已有一份：{first.file}{first.which}，{message}。", advice
        )

    def _not_listed(self, record: Record, unit: str, place: Place) -> Iterator[Observation]:
        """B02: the unit is not on the list, or not with this form, project or year.

        Good: a listed unit's form.  Bad: a unit that is not on the list.
        """
        if self.roster is None or self.attendance is None or record.unscored == "monitoring":
            return  # the list asks for self-evaluations
        if self.attendance.enter(record):
            return
        title = f"{load_form(record.form or '').official}{_project(record.project)}"
        if others := self.attendance.of_other_years(record):
            asked = f"名单第{_rows(others)}行要{unit}报送的是{asked_years(others)}的{title}"
            message = f"{asked}，这张表是{record.year}年度的，不算已报送。"
            advice = "请核对年度：年度写错的，请退回更正；确应报送这一年度的，请补入名单。"
            yield Observation(place, "年度", str(record.year), message, advice)
            return
        message = (
            f"名单第{_rows(listed)}行有{unit}，但不是这张表（{title}）。"
            if (listed := self.attendance.listed(unit))
            else f"名单（{self.roster.name}）中没有{unit}。"
        )
        advice = "请核对单位名称、表种和项目名称的写法；确应报送的，请补入名单。"
        yield Observation(place, "单位名称", unit, message, advice)

    def _copies(self, record: Record, unit: str, place: Place) -> Iterator[Observation]:
        """B03: indicators or long passages are word for word those of another unit.

        Good: the same indicators, each unit's own actual values.  Bad: eight rows the same to the last digit.
        """
        same: dict[str, list[str]] = defaultdict(list)
        rows = _filled_rows(record)
        if len(rows) >= FEWEST_ROWS and (first := self._other_unit("indicators", rows, record)):
            same[first].append(f"{len(rows)}个绩效指标的名称、指标值和完成值")
        for text in dict.fromkeys("".join(normalise(passage).split()) for passage in record.passages):
            if len(text) >= LONG and (first := self._other_unit("passage", text, record)):
                same[first].append(f"文字说明“{text[:BEGINNING]}…”")
        advice = "请核对是否照抄；确实相同的请说明原因。"
        for other, what in same.items():
            field = "绩效指标" if "绩效指标" in what[0] else "文字说明"
            yield Observation(place, field, None, f"{'，'.join(what)}与{other}完全相同。", advice)

    def _other_unit(self, kind: str, key: Any, record: Record) -> str | None:
        """The file and unit that had the same before, if it is another unit."""
        first = self._first(kind, key, record)
        if first is None or same_unit(first.unit) == same_unit(record.unit):
            return None
        return f"{first.file}{first.which}（{first.unit}）"

    def _first(self, kind: str, key: Any, record: Record) -> Earlier | None:
        """The first record with this key; None where it is this one."""
        if self.single and not record.parts:
            return None
        digest = hashlib.sha256(repr((kind, key)).encode("utf-8", "surrogatepass")).digest()[:16]
        row = (digest, printable_path(Path(record.file or "")), record.which, record.unit, record.sha256)
        if self.database.execute("insert or ignore into first values (?, ?, ?, ?, ?)", row).rowcount:
            return None
        return Earlier(
            *self.database.execute(
                "select file, which, unit, content from first where key = ?", row[:1]
            ).fetchone()
        )

    def outstanding(self) -> Iterator[Record]:
        """A record for every listed unit that returned nothing, in the list's order."""
        for listed in self.attendance.missing() if self.attendance else ():
            yield self._outstanding(listed)

    def _outstanding(self, listed: ListedUnit) -> Record:
        assert self.roster is not None
        year = f"{listed.year}年度" if listed.year else ""
        form = f"的{year}{load_form(listed.form).official if listed.form else '自评表'}"
        whom = f"（联系人：{listed.contact}）" if listed.contact else ""
        message = f"没有读到{listed.unit}{_project(listed.project)}{form}。"
        advice = f"请联系{listed.unit}{whom}报送。"
        place = Place(printable_path(Path(self.roster.name)), 0, listed.row)
        observed = Observation(place, f"第{listed.row}行", listed.unit, message, advice)
        rulebook = load_rulebook(self.rulebook) if self.rulebook else None
        return Record(
            file=None,
            status="outstanding",
            form=listed.form,
            unit=listed.unit,
            year=listed.year,
            complete=None,
            total=None,
            grade=None,
            findings=self._recorded([finding("B02", observed, rulebook)], listed.unit),
            supervisor=listed.supervisor or None,
            project=listed.project or None,
            listed_row=listed.row,
            code=listed.code or None,
            contact=listed.contact or None,
            schema=SCHEMA,
        )


def _filled_rows(record: Record) -> list[tuple[str | None, ...]]:
    """Name, target and actual of the indicators that have all three."""
    rows = ((row.name, row.target, row.actual) for row in record.indicators or ())
    return [row for row in rows if all(row)]


def _rows(listed: Iterable[ListedUnit]) -> str:
    return "、".join(str(one.row) for one in listed)


def _project(name: str | None) -> str:
    return f"“{name}”" if name else ""
