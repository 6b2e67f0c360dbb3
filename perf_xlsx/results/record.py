"""The record of one result: what `score --json` prints, a run remembers and a consolidated workbook is made of.

Numbers are text of exact decimals, null where they are unknown. The order of the fields is the order of the keys.
A field that is UNSET has no key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from perf_xlsx.domain.model import Severity, Standing, Waived
from perf_xlsx.system.safe_text import escaped_json

SCHEMA = 1  # another number where keys come to mean something else

NumberText = Annotated[str, Meta(pattern=r"^-?[0-9]{1,300}(\.[0-9]{1,1000})?\Z")]  # a double and more
Points = Annotated[str, Meta(pattern=r"^-?[0-9]{1,24}(\.[0-9]{1,1000})?\Z")]  # a weight has up to 13 digits
Code = Annotated[str, Meta(pattern=r"^[A-Z][0-9]{2}\Z")]
CheckCode = Annotated[str, Meta(pattern=r"^[2-9A-HJ-NP-Z]{12}\Z")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Year = Annotated[int, Meta(ge=0, le=9999)]


class CorrectionRecord(Struct, frozen=True):
    """The one right value of a cell, as a person types it ("8.91", "86.80%", "≤")."""

    sheet: str | None
    cell: str | None
    value: str


class FindingRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding; `waived` has no key where the finding was not waived, `others` where it is about one cell."""

    code: Code
    severity: Severity
    place: str | None
    sheet: str | None
    cell: str | None
    field: str | None
    given: str | None
    expected: str | None
    difference: str | None
    message: str
    advice: str
    basis: str | None
    correction: CorrectionRecord | UnsetType | None = UNSET
    waived: Waived | None = None
    others: tuple[str, ...] = ()  # addresses of further cells that it is about

    @property
    def standing(self) -> Standing:
        """How it counts: its severity, or that it was waived."""
        return "waived" if self.waived else self.severity

    @property
    def cell_address(self) -> str:
        """The place within its workbook: "绩效指标!C7", or "" for the whole file."""
        return "!".join(part for part in (self.sheet, self.cell) if part)


class ExecutionRecord(Struct, frozen=True):
    """Budget execution: rate, points and weight."""

    rate: NumberText | None
    points: Points | None = None
    weight: NumberText | None = None


class IndicatorRecord(Struct, frozen=True, kw_only=True):
    """One indicator and its score; `target` and `actual` may be words. `cells` are on its sheet, by key."""

    name: str | None
    sheet: str | None = None
    cell: str | None = None
    sign: str | None
    target: str | None
    actual: str | None
    completion: NumberText | None
    weight: NumberText | None
    points: Points | None
    claimed: NumberText | None
    method: str | None
    why: str | None
    basis: str | None = None
    level1: str | None = None
    level2: str | None = None
    unit: str | None = None
    points_by: Literal["unit"] | UnsetType = UNSET  # whose they are where no rule can compute them
    cells: Mapping[str, str] | UnsetType = UNSET


class FundRecord(Struct, frozen=True):
    """One fund line, amounts in the form's own money unit; null also where one seems to be in another unit.

    `sums` are the keys of the lines that each amount was compared with the sum of (F01), by the amount's key;
    `sheet` and `cells` say where each amount stands, `computed` are those that the sheet makes by itself.
    """

    key: str
    name: str
    initial: NumberText | None
    adjustment: NumberText | None
    adjusted: NumberText | None
    executed: NumberText | None
    execution_rate: NumberText | None
    adjustment_rate: NumberText | None
    total: bool
    sums: dict[str, tuple[str, ...]] | UnsetType = UNSET
    sheet: str | UnsetType = UNSET
    cells: Mapping[str, str] | UnsetType = UNSET
    computed: tuple[str, ...] | UnsetType = UNSET


class ExtraRecord(Struct, frozen=True, kw_only=True):
    """A box or column that only the form knows; `value` is null where it could not be read."""

    table: str | None = None
    row: str | None = None
    key: str
    label: str
    sheet: str | None = None
    cell: str | None = None
    value: str | None
    given: str


class ChangeRecord(Struct, frozen=True, omit_defaults=True):
    """What a unit changed between two returns: where, and both values; null where there is none.

    `place` says it in words, `cell` is its address in the later return and `box` what stands there ("" in records
    of former versions).
    """

    place: str
    was: str | None
    now: str | None
    cell: str = ""
    box: str = ""


class SinceRecord(Struct, frozen=True, omit_defaults=True):
    """A return compared with the one before it, which came as `file`.

    `fixed` are the earlier findings that are gone, `kept` code and address of those present ones that were there
    before, also of those that were waived since. `changed` are changes that nobody asked for, `changes` their
    number, which may be greater; `asked` and `asked_changes` likewise those that an earlier finding asked for.
    """

    file: str
    fixed: tuple[FindingRecord, ...]
    kept: tuple[tuple[str, str], ...]
    changed: tuple[ChangeRecord, ...]
    changes: int
    asked: tuple[ChangeRecord, ...] = ()
    asked_changes: int = 0


class Options(Struct, frozen=True, omit_defaults=True):
    """The options of a run that a record depends on; of files, digests."""

    rulebook: str | None
    limits: str
    waivers: str | None
    forms: str | UnsetType = UNSET


class Key(Struct, frozen=True):
    """All that a record depends on: digests of content and rulebook, the program's version, the options."""

    content: str
    rulebook: str | None
    rules: str | None = None
    version: str | None = None
    options: Options | None = None


class Record(Struct, frozen=True, kw_only=True):
    """One form's result, or (`status` "outstanding") a listed unit that returned nothing.

    `file` and `part` together are unique: of a workbook with several forms each has a record, `part` is its name
    and `parts` their number; the only form of a workbook has neither key. A form that holds no points is
    "checked", as is one for monitoring, whatever it holds: it has no total, and `unscored` says why.
    `claimed_rows` is how many indicators have the points that the unit claims, because no rule can compute them;
    there is no such key where there are none. `content` is the digest of what was filled in, `inputs` what a
    receipt may keep of it, by sheet and cell; `check_code` is on 自评表 too.

    `cells` are the addresses of the boxes and passages that returns are compared by, `computed` those boxes that
    the sheet makes by itself.

    `schema` and what stands around it are there in the records of a batch: `output_sha256` and `key` (null where
    the next run is to try again) of a return; with a list of units, the `listed_row` that it answers and what the
    list says in it; `listed_unit`, `listed_form` and `listed_project` only where the return itself names no unit,
    the last two only where the list asks that unit for one form. A second return has `round` 2, and `since`.
    """

    file: str | None
    part: str | UnsetType = UNSET
    parts: Annotated[int, Meta(ge=2)] | UnsetType = UNSET
    status: Literal["scored", "checked", "unreadable", "outstanding"]
    unscored: Literal["no_points", "monitoring"] | UnsetType = UNSET
    form: str | None = None
    unit: str | None = None
    year: Year | None = None
    rulebook: str | None = None
    sha256: str | None = None
    complete: bool | None
    execution: ExecutionRecord | None = None
    indicators: tuple[IndicatorRecord, ...] | None = None
    total: Points | None
    claimed_rows: int | UnsetType = UNSET
    grade: str | None
    claimed_total: NumberText | None = None
    claimed_grade: str | None = None
    check_code: CheckCode | UnsetType = UNSET
    extras: tuple[ExtraRecord, ...] = ()
    findings: tuple[FindingRecord, ...]
    output: str | None = None
    form_title: str | None = None
    money_unit: str | None = None
    supervisor: str | None = None
    project: str | None = None
    funds: tuple[FundRecord, ...] = ()
    passages: tuple[str, ...] = ()
    content: Digest | UnsetType = UNSET
    inputs: Mapping[str, Mapping[str, str]] | UnsetType = UNSET
    cells: Mapping[str, str] | UnsetType = UNSET
    computed: tuple[str, ...] | UnsetType = UNSET
    round: Annotated[int, Meta(ge=2)] | UnsetType = UNSET
    since: SinceRecord | UnsetType = UNSET
    listed_row: int | UnsetType = UNSET
    listed_unit: str | UnsetType = UNSET
    listed_form: str | UnsetType = UNSET
    listed_project: str | UnsetType = UNSET
    code: str | UnsetType | None = UNSET
    contact: str | UnsetType | None = UNSET
    output_sha256: str | UnsetType | None = UNSET
    schema: int | UnsetType | None = UNSET
    key: Key | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError where something is null that a record of this status has."""
        if self.status == "outstanding":
            return
        read = (self.form, self.execution, self.indicators, self.rulebook)
        if self.file is None or (self.is_read and None in read):
            raise ValueError("a value is missing")
        if self.status == "scored" and None in (self.complete, self.total):
            raise ValueError("a value is missing")

    @property
    def is_read(self) -> bool:
        """Whether it is a form that was read: scored, or only checked."""
        return self.status in ("scored", "checked")

    @property
    def which(self) -> str:
        """Which of the workbook's forms, in brackets; "" for the only one."""
        return "" if self.part is UNSET else f"（{self.part}）"


PUBLIC = Record.__struct_fields__[: Record.__struct_fields__.index("output") + 1]  # the keys of `score --json`


def public(record: Record) -> dict[str, Any]:
    """What `score --json` prints of a record, keys in their order."""
    values = ((key, getattr(record, key)) for key in PUBLIC)
    return {key: value for key, value in values if value is not UNSET}


def json_line(record: Record) -> str:
    """The public part of a record as one line of JSON, without what a terminal obeys or a line ends with."""
    return escaped_json(encode_record(public(record)).decode("utf-8", "surrogateescape"))


def encode_record(data: object) -> bytes:
    """A record, or plain data, as one line of JSON without its end; bytes of file names that are no UTF-8 stay."""
    try:
        return msgspec.json.format(msgspec.json.encode(data), indent=0)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(data), ensure_ascii=False)
        return text.encode("utf-8", "surrogateescape")


def decode_record(line: bytes) -> Record:
    """The record that a line holds, whoever wrote it. Raises ValueError or RecursionError if it does not fit."""
    data = json.loads(
        line.decode("utf-8", "surrogateescape"), object_pairs_hook=_unique_keys, parse_constant=_no_number
    )
    return msgspec.convert(data, Record)


def decode_known(line: bytes) -> Record:
    """The same for a line that `encode` wrote or `decode` has accepted: several times faster."""
    try:
        return msgspec.json.decode(line, type=Record)
    except ValueError:  # bytes that are no UTF-8
        return decode_record(line)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)
