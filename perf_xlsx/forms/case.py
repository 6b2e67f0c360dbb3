"""A filled-in form as data: JSON in, and what is to be typed into which box out.

The format is a form's own vocabulary: single boxes (some grouped in an object), `funds` with a row a line, free
rows (`projects`, `indicators`) and `passages` by title. Every number may be a text instead; null or "" leaves the
cell empty. Anything unknown is refused by name.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, cast

from msgspec import Struct

from perf_xlsx.domain.model import Approved
from perf_xlsx.domain.rounding import plain
from perf_xlsx.domain.text import LONGEST
from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows, form_names, load_form, typed
from perf_xlsx.system.os_errors import stopped_at
from perf_xlsx.system.safe_text import cleaned


class FormattedNumber(Struct, frozen=True):
    """A number with the number format that it is shown in: 0.868 as "0.00%" is 86.80%."""

    value: Decimal
    number_format: str


Typed = Decimal | str | bool | datetime.date | FormattedNumber | None

GROUPS = ("staff", "goal", "claimed")  # objects whose members are single boxes: staff.actual is box staff_actual
GROUPED = tuple(f"{group}_" for group in GROUPS)
OPTIONAL = ("project", "supervisor", "projects")  # null where the form does not ask for them
YEARS = range(2000, 2100)  # as `template --year` takes them
LEAST, MOST, DIGITS = Decimal("1e-300"), Decimal("1e300"), 40  # beyond these a cell holds 0, or no number at all


class CaseError(Exception):
    """The case cannot be typed in; `problems` says each reason in Chinese, with its path. For the operator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


class Fill(Struct, frozen=True):
    """What is to be typed: single boxes by key, line cells by (block, line, column), rows by block.

    `year` is None only for a carried-over workbook that does not name it. `approved` are the approved indicators:
    cells that hold what was approved are locked, and all of it is remembered. `remarks` are added to the guide.
    """

    form: Form
    year: int | None
    boxes: Mapping[str, Typed]
    lines: Mapping[tuple[str, str, str], Typed]
    rows: Mapping[str, tuple[Mapping[str, Typed], ...]]
    approved: tuple[Approved, ...] = ()
    remarks: tuple[str, ...] = ()


def in_unit(value: Decimal, unit: str | None) -> Typed:
    """A number as it is typed beside its unit; up to 1% as a percentage, because a bare 0.5 may be a share."""
    return as_percent(value / 100) if unit == "%" and 0 < abs(value) <= 1 else value


def as_percent(share: Decimal) -> FormattedNumber:
    """A share as a percentage with all of its digits."""
    digits = min(len(plain(share * 100).partition(".")[2]), 15)
    return FormattedNumber(share, f"0.{'0' * digits}%" if digits else "0%")


def as_text(value: Typed) -> str:
    """What is typed, in words; a percentage is its number of percent."""
    match value:
        case FormattedNumber():
            return plain(value.value * 100)
        case Decimal():
            return plain(value)
        case datetime.date():
            return value.isoformat()
    return str(value or "")


def load_case(text: str, form: str | None = None, year: int | None = None) -> Fill:
    """Read a case; `form` and `year` override what it says. Raises CaseError with every problem at once."""
    raw = _parse(text)
    name = form or raw.get("form")
    if name not in form_names():
        raise CaseError([f"form：{name!r} 不是已知的表种，应为 {' 或 '.join(form_names())}"])
    years = year or raw.get("year")
    if not isinstance(years, int | Decimal) or isinstance(years, bool) or years not in YEARS:
        shown = _shown(years) if isinstance(years, Decimal) else repr(years)
        raise CaseError([f"year：{shown} 不是年度，应为 {YEARS[0]} 到 {YEARS[-1]} 的整数，如 2023"])
    return _CaseReader(load_form(name), int(years)).fill(raw)


def _parse(text: str) -> dict[str, Any]:
    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                twice.append(f"{key}：同一处出现两次，请只保留一个")
            found[key] = value
        return found

    try:
        raw = cleaned(json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=unique))
    except (ValueError, RecursionError) as error:
        raise CaseError([f"不是 JSON{stopped_at(error)}"]) from None
    if not isinstance(raw, dict):
        raise CaseError(["不是一份填报数据：最外层应为对象 {…}"])
    if twice:
        raise CaseError(twice)
    return raw


def _shown(number: Decimal) -> str:
    """A number for a message; one of many digits as its size alone."""
    return str(number) if len(str(number)) <= DIGITS else f"{number:.3E}"


class _CaseReader:
    """Sorts a case's values into a form's boxes, collecting every problem."""

    def __init__(self, form: Form, year: int) -> None:
        self.form, self.year = form, year
        self.problems: list[str] = []
        self.boxes: dict[str, Typed] = {}
        self.lines: dict[tuple[str, str, str], Typed] = {}
        self.rows: dict[str, tuple[Mapping[str, Typed], ...]] = {}
        self.known = {box.key: box for box in typed(form.single_boxes)}

    def fill(self, raw: dict[str, Any]) -> Fill:
        for key, value in raw.items():
            if key not in ("form", "year"):
                self.take(key, value)
        if self.problems:
            raise CaseError(self.problems)
        return Fill(self.form, self.year, self.boxes, self.lines, self.rows)

    def take(self, key: str, value: Any) -> None:
        """Sort one member of the case in."""
        if key in self.known and not key.startswith(GROUPED):
            self.boxes[key] = self.typed(value, key, self.known[key])
        elif key in (*GROUPS, "passages"):
            self.take_object(key, value)
        elif self.form.has(key) and not isinstance(block := self.form.block(key), Boxes):
            self.block(block, value)
        elif value is not None or key not in OPTIONAL:
            self.refuse(key, value)

    def take_object(self, key: str, value: Any) -> None:
        """A group of single boxes, or the passages by their titles."""
        if isinstance(value, dict) and key in GROUPS:
            for member, inner in value.items():
                self.group_member(key, member, inner)
        elif isinstance(value, dict) and self.form.has(key):
            self.rows[key] = self.passages(value)
        elif value is not None:
            self.refuse(key, value)

    def refuse(self, path: str, value: Any) -> None:
        groups = {group for group in GROUPS if any(box.startswith(f"{group}_") for box in self.known)}
        single = {box for box in self.known if not box.startswith(GROUPED)}
        tables = {key for key in ("funds", "projects", "indicators", "passages") if self.form.has(key)}
        known = sorted({"form", "year"} | single | groups | tables)
        if path in known:
            self.problems.append(f"{path}：{value!r} 的写法不对，应为对象或列表")
        else:
            self.problems.append(f"{path}：“{self.form.title}”没有这一项，已知的有 {'、'.join(known)}")

    def group_member(self, group: str, member: str, value: Any) -> None:
        box = self.known.get(f"{group}_{member}")
        if box is None:
            members = [key[len(group) + 1 :] for key in self.known if key.startswith(f"{group}_")]
            if members:
                self.problems.append(f"{group}.{member}：没有这一项，已知的有 {'、'.join(members)}")
            else:
                self.refuse(f"{group}.{member}", value)
            return
        self.boxes[box.key] = self.typed(value, f"{group}.{member}", box)

    def block(self, block: Lines | Rows, value: Any) -> None:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            if value is not None:
                self.problems.append(f"{block.key}：应为列表，每行一个对象")
            return
        columns = {box.key: box for box in typed(block.columns)}
        if isinstance(block, Lines):
            self.fund_lines(block, value, columns)
        else:
            self.rows[block.key] = tuple(
                self.row(row, columns, f"{block.key}[{number}]") for number, row in enumerate(value, 1)
            )

    def row(self, row: dict[str, Any], columns: Mapping[str, Box], path: str) -> Mapping[str, Typed]:
        for key in row.keys() - columns.keys():
            self.problems.append(f"{path}.{key}：没有这一项，已知的有 {'、'.join(columns)}")
        return {
            key: self.typed(value, f"{path}.{key}", columns[key]) for key, value in row.items() if key in columns
        }

    def fund_lines(self, block: Lines, value: list[dict[str, Any]], columns: Mapping[str, Box]) -> None:
        by_label = {label: line.key for line in block.lines for label in line.labels}
        names, taken = "、".join(line.label for line in block.lines), set[str]()
        for number, row in enumerate(value, 1):
            path = f"{block.key}[{number}]"
            line = by_label.get(str(row.get("line")).strip(), "")
            if not line or line in taken:
                word = "这一行出现了两次" if line else "没有这一行"
                self.problems.append(f"{path}.line：{row.get('line')!r} {word}，已知的有 {names}")
                continue
            taken.add(line)
            cells = self.row({key: one for key, one in row.items() if key != "line"}, columns, path)
            self.lines |= {(block.key, line, key): one for key, one in cells.items()}

    def passages(self, value: dict[str, Any]) -> tuple[Mapping[str, Typed], ...]:
        block = self.form.rows("passages")
        text = next(box for box in block.columns if box.key == "text")
        titles = [row[0] for row in block.preset] + [t for t in value if (t,) not in block.preset]
        return tuple(
            {"title": title, "text": self.typed(value.get(title), f"passages.{title}", text)} for title in titles
        )

    def typed(self, value: Any, path: str, box: Box) -> Typed:
        """The value as a person would type it; None, and a problem noted, for what no cell can hold."""
        if problem := _not_typed(value):
            self.problems.append(f"{path}：{problem}")
            return None
        if box.kind == "date" and isinstance(value, str):
            with suppress(ValueError):
                return datetime.date.fromisoformat(value)
        return None if value == "" else cast(Typed, value)


def _not_typed(value: Any) -> str:
    """Why a value of JSON cannot be in a cell: true, a list or an object, a number or a text without bounds."""
    match value:
        case bool():
            return f"{value!r} 填不进一个单元格，应为数字、文字或 null"
        case Decimal() if not value.is_finite():
            return f"{value} 不是有限的数字"
        case Decimal() if value and not LEAST < abs(value) < MOST:
            return f"{_shown(value)} 太大或太小，单元格里写不下"
        case str() if len(value) > LONGEST:
            return f"有 {len(value)} 字，一个单元格最多 {LONGEST} 字"
        case Decimal() | str() | None:
            return ""
    return f"{value!r} 填不进一个单元格，应为数字、文字或 null"
