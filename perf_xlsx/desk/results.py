"""What `score` wrote about a folder, as rows of a table; each has an id that nobody can guess."""

from __future__ import annotations

import math
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx import batch
from perf_xlsx.batch.repeated import Undecided
from perf_xlsx.batch.roster import return_key
from perf_xlsx.consolidated.returns import short_form_name
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.secret import made_id
from perf_xlsx.domain.rounding import percent, plain
from perf_xlsx.letters import letter_files
from perf_xlsx.pipeline import OutputError
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records, RecordsError
from perf_xlsx.results.result_in_words import OUTCOMES, TO_MEND, UNDECIDED, outcome, total_in_words
from perf_xlsx.system.output_files import printable_path
from perf_xlsx.system.safe_text import one_line

SortKey = tuple[int, str]
PER_PAGE = 200
TO_CORRECT = "须退回更正"  # a choice of states that the table is filtered by
STATES: Mapping[str, tuple[str, ...]] = {TO_CORRECT: (TO_MEND, "读不出来"), **{one: (one,) for one in OUTCOMES}}
ENCRYPTED = "R02"  # the finding of a workbook with a password to open


class ResultRow(Struct, frozen=True):
    """One form of the table; `at` is where its record begins, `workbook` the file's path in the records.

    `place` counts the units as they stand in the table. `copy` is the digest of its scored copy, "" without one.
    `whose` is alike of returns of one form of one unit; () where the form names none.
    """

    id: str
    at: int
    file: str
    workbook: str
    unit: str
    form: str
    rate: str
    total: str
    claimed: str
    grade: str
    errors: int
    warnings: int
    state: str
    rate_number: Decimal | None = None
    total_number: Decimal | None = None
    claimed_number: Decimal | None = None
    password: Literal["", "needed", "used"] = ""
    copy: str = ""
    place: int = 0
    year: int | None = None
    whose: tuple[object, ...] = ()


SORTS: Mapping[str, Callable[[ResultRow], SortKey | tuple[int, Decimal] | tuple[int, int]]] = {
    "file": lambda row: (0, row.file),
    "unit": lambda row: (0, row.place),
    "form": lambda row: (0, row.form),
    "rate": lambda row: _number(row.rate_number),
    "total": lambda row: _number(row.total_number),
    "claimed": lambda row: _number(row.claimed_number),
    "grade": lambda row: (0, row.grade),
    "errors": lambda row: (0, row.errors),
    "warnings": lambda row: (0, row.warnings),
    "state": lambda row: (0, OUTCOMES.index(row.state)),
}


def _number(value: Decimal | None) -> tuple[int, Decimal]:
    """What is not known stands behind every number."""
    return (1, Decimal(0)) if value is None else (0, value)


class TableQuery(Struct, frozen=True):
    """Which rows of the table are shown, in which order; `page` counts from 1."""

    words: str = ""
    state: str = ""
    sort: str = ""
    down: bool = False
    page: int = 1

    def query(self, page: int = 1) -> str:
        """The same as an address says it, "?" included; "" where all is as it comes."""
        asked = {"words": self.words, "state": self.state, "sort": self.sort, "down": "1" if self.down else ""}
        asked["page"] = str(page) if page > 1 else ""
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"?{found}" if found else ""

    def around(self, rows: Sequence[ResultRow], row: ResultRow) -> tuple[str, ResultRow | None, ResultRow | None]:
        """Where in the table a row is (the address's rest), and the rows of the workbooks before and after it."""
        wanted = self.of(rows)
        at = next((at for at, one in enumerate(wanted) if one.id == row.id), None)
        if at is None:
            return self.query(), None, None
        before = next(
            (one for one in reversed(wanted[:at]) if one.workbook != row.workbook or not row.workbook), None
        )
        after = next((one for one in wanted[at + 1 :] if one.workbook != row.workbook or not row.workbook), None)
        return f"{self.query(at // PER_PAGE + 1)}#r-{row.id}", before, after

    def of(self, rows: Sequence[ResultRow]) -> Sequence[ResultRow]:
        """All rows that are wanted."""
        word = self.words.casefold()
        found = [
            row
            for row in rows
            if (not self.state or row.state in STATES[self.state])
            and (not word or word in f"{row.unit}\n{row.file}\n{row.form}".casefold())
        ]
        if self.sort in SORTS:
            found.sort(key=SORTS[self.sort], reverse=self.down)
            found.sort(key=lambda row: SORTS[self.sort](row)[0])  # what is not known comes last, either way
        return found


class ResultList(Struct, frozen=True):
    """What a complete run wrote: its rows, by id too."""

    rows: Sequence[ResultRow] = ()
    by_id: Mapping[str, ResultRow] = {}
    problem: str = ""


class Results:
    """The records of the last complete run, read anew whenever they have changed."""

    def __init__(self, folders: Folders, secret: bytes) -> None:
        self.folders, self.secret = folders, secret
        self.lock = threading.Lock()
        self.state: object = None
        self.shown = ResultList()
        self.letters: tuple[ResultList, Mapping[str, Path]] | None = None
        self.records: Records | None = None  # one object: it knows which state of its file it has looked through

    def now(self) -> ResultList:
        """What there is to show."""
        with self.lock:
            self.records = self.records or Records.of_run(self.folders.results)
            state = _state(self.records.path) if self.records else None
            if state != self.state:
                self.shown = self._read(self.records) if self.records and state else ResultList()
                self.state = state
            return self.shown

    def _read(self, records: Records) -> ResultList:
        try:
            rows = self._rows(records)
        except RecordsError as error:
            return ResultList(problem=str(error))
        return ResultList(rows, {row.id: row for row in rows})

    def _rows(self, records: Records) -> list[ResultRow]:
        """All rows, those of forms that came more than once as undecided. Raises RecordsError."""
        undecided, rows = Undecided(), list[tuple[float, ResultRow]]()
        for at, record in records.located():
            undecided.add(record)
            rows.append((record.listed_row or math.inf, self._row(record, at)))
        return [
            replace(row, state=UNDECIDED) if row.whose and undecided.holds(row.whose) else row
            for row in _in_order(rows)
        ]

    def _row(self, record: Record, at: int) -> ResultRow:
        part = "" if record.part is None or not isinstance(record.part, str) else record.part
        names = (record.file or "", part, "" if record.file else f"{record.unit}{record.listed_row}")
        return row_of(record, made_id(self.secret, "return", *names), at)

    def open(self) -> Records:
        """The records. Raises RecordsError where there are none."""
        return self.records or Records.open(self.folders.results)

    def records_of(self, row: ResultRow) -> Sequence[Record]:
        """The records of the row's workbook, of all its forms. Raises RecordsError."""
        records = self.open()
        one = next(records.at_all([row.at]))
        if one.file is None or not one.parts:
            return [one]
        offsets = [other.at for other in self.shown.rows if other.workbook == row.workbook]
        return list(records.at_all(offsets))

    def letter_about(self, record: Record) -> Path | None:
        """The letter that `score` wrote about a return, or to who sent none; as it is now."""
        shown = self.now()
        if self.letters is None or self.letters[0] is not shown:
            try:
                self.letters = shown, letter_files(self.open())
            except (RecordsError, OSError):
                return None
        path = self.letters[1].get(record.file or record.unit or "")
        return path if path and os.path.isfile(path) else None

    def unscored(self) -> int:
        """How many workbooks there are that no complete run has scored."""
        known = {row.workbook for row in self.now().rows}
        try:
            plan = batch.plan([self.folders.returns], None)
        except OutputError:
            return 0
        return sum(file not in known for file, _ in plan.rows)

    def redone(self) -> Mapping[str, bool]:
        """What a stopped run has done anew: by workbook, whether its copy is another than the one told of here."""
        done = batch.begun(self.folders.results) if batch.saved(self.folders.results) else {}
        if not done:
            return {}
        told = {row.workbook: row.copy for row in self.now().rows}
        return {file: (copy or "") != told[file] for file, copy in done.items() if file in told}

    def copy_of(self, record: Record) -> Path | None:
        """The scored copy, if it is there and lies where `score` writes."""
        return inside(self.folders.results, record.output)

    def original_of(self, record: Record) -> Path | None:
        """The return, if it is there."""
        return inside(self.folders.returns, record.file)


def _in_order(rows: Iterable[tuple[float, ResultRow]]) -> list[ResultRow]:
    """The rows in the order of the list of units, what it does not name behind, as it was scored."""
    places: dict[str, int] = {}
    ordered = [row for _, row in sorted(rows, key=lambda one: one[0])]
    return [replace(row, place=places.setdefault(row.unit or row.id, len(places))) for row in ordered]


def inside(folder: Path, relative: str | None) -> Path | None:
    """A file below a folder by a path from records, which anybody may have written; None where it leads out."""
    if not relative:
        return None
    path = folder / relative
    whole, top = os.path.realpath(path), os.path.join(os.path.realpath(folder), "")
    return path if whole.startswith(top) and os.path.isfile(whole) else None


def row_of(record: Record, name: str, at: int = 0) -> ResultRow:
    """A record as a row."""
    counts = Counter(found.standing for found in record.findings)
    rate, total, claimed = _decimals(record)
    file = one_line(printable_path(Path(record.file))) + record.which if record.file else ""
    return ResultRow(
        name, at, file, record.file or "",
        unit=one_line(record.unit or record.listed_unit or ""),
        form=one_line("·".join(filter(None, (short_form_name(record.form, record.form_title), record.project)))),
        rate=percent(rate) if rate is not None else "—",
        total=total_in_words(record) if record.is_read else "—",
        claimed=_like_ours(claimed) if claimed is not None else "—", grade=record.grade or "—",
        errors=counts["error"], warnings=counts["warning"], state=outcome(record),
        rate_number=rate, total_number=total, claimed_number=claimed, password=_password(record),
        copy=record.output_sha256 or "", year=record.year,
        whose=tuple(return_key(record)) if record.is_read and record.unit else (),
    )  # fmt: skip


def _like_ours(claimed: Decimal) -> str:
    """Claimed points with two decimals, as ours beside them have; all that were typed where there are more."""
    return f"{claimed:.2f}" if claimed == round(claimed, 2) else plain(claimed)


def _password(record: Record) -> Literal["", "needed", "used"]:
    """Whether a password is needed to open the workbook, or one opened it."""
    if not any(found.code == ENCRYPTED for found in record.findings):
        return ""
    return "used" if record.is_read else "needed"


def _decimals(record: Record) -> list[Decimal | None]:
    """Execution rate, total and claimed total."""
    texts = (record.execution.rate if record.execution else None, record.total, record.claimed_total)
    return [Decimal(text) if text is not None else None for text in texts]


def _state(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
