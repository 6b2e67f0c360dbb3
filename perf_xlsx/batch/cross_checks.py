"""Checks across workbooks (B): the same unit twice, who is not on the list or did not return, copies.

They look at records in plan order, so that what they find does not depend on who was done first. What must be
remembered is kept in a temporary sqlite database, on disk beyond its cache: memory does not grow with the batch.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from perf_xlsx.batch.roster import Listed, Roster, same_unit
from perf_xlsx.batch.state import Record
from perf_xlsx.domain.model import Finding, Result
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import load_form
from perf_xlsx.judging.waivers import Waiving, waive
from perf_xlsx.results.records import SCHEMA
from perf_xlsx.results.report import as_record, finding_json
from perf_xlsx.rulebook import load_rulebook
from perf_xlsx.system.output_files import printable_path

FEWEST_ROWS = 3  # indicators with target and actual value; fewer agree by chance
LONG = 60  # characters of a passage without spaces; shorter ones are phrases that everybody writes
BEGINNING = 16  # characters of a passage that are shown

FILES = 3  # that are named of one unit

Seen = dict[str, Any]


class Across:
    """Sees every record once, in plan order, and remembers what later ones are compared with."""

    def __init__(
        self, roster: Roster | None = None, rulebook: str | None = None, waiving: Waiving | None = None
    ) -> None:
        self.roster, self.rulebook, self.waiving = roster, rulebook, waiving
        self.listed: dict[str, list[Listed]] = {}
        for listed in roster.listed if roster else ():
            self.listed.setdefault(same_unit(listed.unit), []).append(listed)
        self.returned: set[int] = set()
        self.lengths = sorted({len(unit) for unit in self.listed if len(unit) > 1}, reverse=True)
        self.unread: dict[str, list[str]] = {}

    def __enter__(self) -> Across:
        self.memory = sqlite3.connect("")
        self.memory.execute("pragma cache_size = -500")  # KB; the rest lies on the disk
        self.memory.execute(
            "create table first (key blob primary key, file text, unit text, content text) without rowid"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.memory.close()

    def found(self, record: Record) -> list[dict[str, Any]]:
        """What comparing finds in this record, as plain data."""
        if record["status"] != "scored":
            self._could_not_be_read(record["file"])
            return []
        if not record["unit"]:
            return []
        rulebook = load_rulebook(self.rulebook or record["rulebook"])
        place = Place(printable_path(Path(Path(record["file"]).name)))
        checks: tuple[tuple[str, Callable[[Record, Place], Iterator[Observation]]], ...] = (
            ("B01", self._came_twice),
            ("B02", self._not_listed),
            ("B03", self._copies),
        )
        found = [finding(code, seen, rulebook) for code, function in checks for seen in function(record, place)]
        return self._told(found, record["unit"])

    def _told(self, found: Iterable[Finding], unit: str) -> list[dict[str, Any]]:
        return [finding_json(one) for one in (waive(found, unit, self.waiving) if self.waiving else found)]

    def _could_not_be_read(self, file: str) -> None:
        """Remember it under the listed unit whose name its own name, or its folder's, holds; the longest such."""
        named = same_unit(printable_path(Path(file)))
        parts = (named[at : at + length] for length in self.lengths for at in range(len(named) - length + 1))
        unit = next((part for part in parts if part in self.listed), None)
        if unit is not None:
            files = self.unread.setdefault(unit, [])
            if len(files) < FILES:
                files.append(printable_path(Path(file)))

    def _came_twice(self, record: Record, place: Place) -> Iterator[Observation]:
        """B01: the unit (year, form, project) has returned a workbook before this one.

        Good: one workbook a unit, year and form.  Bad: 水利局.xlsx and 水利局(更正).xlsx in one folder.
        """
        names = [same_unit(record["unit"]), same_unit(record["project"])]
        first = self._first("unit", [record["form"], record["year"], *names], record)
        if first is None:
            return
        what = f"{record['unit']}{_project(record)}{record['year'] or ''}年度的自评表"
        if first["content"] == record["sha256"]:
            message, advice = "两个文件完全相同", "请移走其中一份，再运行一次。"
        else:
            message, advice = "两个文件不完全相同", "请与单位核对以哪一份为准，移走另一份，再运行一次。"
        yield Observation(
            place, "单位名称", record["unit"], f"{what}已有一份：{first['file']}，{message}。", advice
        )

    def _not_listed(self, record: Record, place: Place) -> Iterator[Observation]:
        """B02: the unit is not on the list, or not with this form or project.

        Good: a listed unit's form.  Bad: a unit that is not on the list.
        """
        if self.roster is None:
            return
        listed = self.listed.get(same_unit(record["unit"]), [])
        matching = [one for one in listed if _is_meant(one, record)]
        self.returned |= {one.row for one in matching}
        if matching:
            return
        rows = "、".join(str(one.row) for one in listed)
        title = load_form(record["form"]).official
        message = (
            f"名单第{rows}行有{record['unit']}，但不是这张表（{title}{_project(record)}）。"
            if listed
            else f"名单（{self.roster.name}）中没有{record['unit']}。"
        )
        advice = "请核对单位名称、表种和项目名称的写法；确应报送的，请补入名单。"
        yield Observation(place, "单位名称", record["unit"], message, advice)

    def _copies(self, record: Record, place: Place) -> Iterator[Observation]:
        """B03: indicators or long passages are word for word those of another unit.

        Good: the same indicators, each unit's own actual values.  Bad: eight rows the same to the last digit.
        """
        same: dict[str, list[str]] = defaultdict(list)
        rows = [
            (row["name"], row["target"], row["actual"])
            for row in record["indicators"]
            if row["name"] and row["target"] and row["actual"]
        ]
        if len(rows) >= FEWEST_ROWS and (first := self._other("indicators", rows, record)):
            same[first].append(f"{len(rows)}个绩效指标的名称、指标值和完成值")
        for text in dict.fromkeys("".join(normalise(passage).split()) for passage in record["passages"]):
            if len(text) >= LONG and (first := self._other("passage", text, record)):
                same[first].append(f"文字说明“{text[:BEGINNING]}…”")
        advice = "请核对是否照抄；确实相同的请说明原因。"
        for other, what in same.items():
            field = "绩效指标" if "绩效指标" in what[0] else "文字说明"
            yield Observation(place, field, None, f"{'，'.join(what)}与{other}完全相同。", advice)

    def _other(self, kind: str, key: Any, record: Record) -> str | None:
        """The file and unit that had the same before, if it is another unit."""
        first = self._first(kind, key, record)
        if first is None or same_unit(first["unit"]) == same_unit(record["unit"]):
            return None
        return f"{first['file']}（{first['unit']}）"

    def _first(self, kind: str, key: Any, record: Record) -> Seen | None:
        """The first record with this key; None where it is this one."""
        digest = hashlib.sha256(repr((kind, key)).encode("utf-8", "surrogatepass")).digest()[:16]
        row = (digest, printable_path(Path(record["file"])), record["unit"], record["sha256"])
        if self.memory.execute("insert or ignore into first values (?, ?, ?, ?)", row).rowcount:
            return None
        found = self.memory.execute("select file, unit, content from first where key = ?", row[:1]).fetchone()
        return dict(zip(("file", "unit", "content"), found, strict=True))

    def outstanding(self) -> Iterator[Record]:
        """A record for every listed unit that returned nothing, in the list's order, `status` "outstanding"."""
        for listed in self.roster.listed if self.roster else ():
            if listed.row not in self.returned:
                yield self._outstanding(listed)

    def _outstanding(self, listed: Listed) -> Record:
        assert self.roster is not None
        form = f"的{load_form(listed.form).official}" if listed.form else "的自评表"
        whom = f"（联系人：{listed.contact}）" if listed.contact else ""
        message = f"没有读到{listed.unit}{_project({'project': listed.project})}{form}"
        if files := self.unread.get(same_unit(listed.unit)):
            message += f"：文件名中有这个单位的 {'、'.join(files)} 读不出来。"
            advice = f"请先看该文件的问题；不能解决的，请联系{listed.unit}{whom}重新报送。"
        else:
            message += "（读不出来的文件不算）。"
            advice = f"请联系{listed.unit}{whom}报送。"
        place = Place(printable_path(Path(self.roster.name)), 0, listed.row)
        seen = Observation(place, f"第{listed.row}行", listed.unit, message, advice)
        rulebook = load_rulebook(self.rulebook) if self.rulebook else None
        return as_record(Result("", "", None, None, ())) | {
            "file": None,
            "status": "outstanding",
            "form": listed.form,
            "unit": listed.unit,
            "findings": self._told([finding("B02", seen, rulebook)], listed.unit),
            "supervisor": listed.supervisor or None,
            "project": listed.project or None,
            "code": listed.code or None,
            "contact": listed.contact or None,
            "schema": SCHEMA,
        }


def _project(record: Record) -> str:
    return f"“{record['project']}”" if record["project"] else ""


def _is_meant(listed: Listed, record: Record) -> bool:
    """Whether this form of the unit is the one that the row asks for."""
    project = same_unit(listed.project)
    return listed.form in (None, record["form"]) and project in ("", same_unit(record["project"]))
