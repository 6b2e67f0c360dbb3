"""One record as the consolidated workbook shows it: named, in one money unit, linked to its scored workbook."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from perf_xlsx.batch.roster import same_unit
from perf_xlsx.domain.model import Severity, Standing
from perf_xlsx.forms import Form, form_names, load_form
from perf_xlsx.forms.official import official_form
from perf_xlsx.system.pattern import pattern

DEFAULT_NAME = "汇总.xlsx"  # beside the scored copies
MISSING = "未填"
MONEY_UNIT = "万元"  # the one unit that all money is shown in
POWERS: Mapping[str, int] = {"元": -4, "万元": 0, "亿元": 4}  # of ten, to that unit: exact
_NUMBER = pattern(r"-?\d+(\.\d+)?")

Record = Mapping[str, Any]


def form_name(form: str | None, stated: str | None = None) -> str:
    """The short name of a form kind ("部门整体支出"); of one that is not known here, what its record says."""
    return load_form(form).short if form in form_names() else stated or form or ""


def _line_names(form: str | None) -> Mapping[str, str]:
    return _lines_of(official_form(form).form) if form in form_names() else {}


@lru_cache(64)
def _lines_of(form: Form) -> Mapping[str, str]:
    return {line.key: line.label for line in form.lines("funds").lines}


def line_name(form: str | None, fund: Record) -> str:
    """One name for a fund line however a return calls it (财政资金, 当年财政拨款): totals are found by it."""
    return _line_names(form).get(fund["key"], fund["name"])


class Identity(Struct, frozen=True):
    """Whose form it is, as its rows begin."""

    unit: str
    supervisor: str
    form: str
    year: int | str
    project: str


def is_scored(record: Record) -> bool:
    """Whether the workbook could be read and scored."""
    return bool(record["status"] == "scored")


def is_return(record: Record) -> bool:
    """Whether something was returned: a batch with a list also records who returned nothing."""
    return bool(record["status"] != "outstanding")


def standing(finding: Record) -> Standing:
    """How a finding counts: its severity, or that it was waived."""
    severity: Severity = finding["severity"]
    return "waived" if "waived" in finding else severity


def file_name(path: str) -> str:
    """The last part of a path that may come from another system."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def identity(record: Record) -> Identity:
    """Whose form it is; a workbook without a unit's name is told by its file."""
    unit = record.get("unit")
    if not unit:
        unit = f"（{'未填单位' if is_scored(record) else '未读出'}）{file_name(record['file'])}"
    year = record.get("year") or (MISSING if is_scored(record) else "")
    project, supervisor = record.get("project") or "", record.get("supervisor") or ""
    return Identity(unit, supervisor, form_name(record.get("form"), record.get("form_title")), year, project)


def repeat_key(record: Record) -> tuple[Any, ...] | None:
    """What two returns of the same form have in common; None where unit or project is not known."""
    if not is_scored(record) or not record.get("unit") or "project" not in record:
        return None
    return (
        same_unit(record["unit"]),
        record.get("form"),
        record.get("year"),
        same_unit(record.get("project")),
    )


def decimal(text: str | None) -> Decimal | None:
    """A number of a record."""
    return None if text is None else Decimal(text)


def money(text: str | None, unit: str | None) -> Decimal | None:
    """An amount in 万元, exactly; None where it or its unit is unknown."""
    power = POWERS.get(unit or "")
    if text is None or power is None:
        return None
    value = Decimal(text)
    return value.scaleb(power) if power else value


def with_unit(value: str | None, unit: str | None, sign: str | None = None) -> str:
    """A target or actual as a form shows it: "≥95%"; words as they are."""
    if value is None:
        return ""
    if not _NUMBER.fullmatch(value):
        return value
    return f"{sign if sign and sign != '定性' else ''}{value}{unit or ''}"


def link_target(record: Record, base: Path, folder: Path) -> str | None:
    """The scored workbook's path relative to `folder`, with forward slashes; None where there is none.

    A relative path of a record is sought from `base`, then from the working folder.
    """
    output = record.get("output")
    if not output:
        return None
    for path in (os.path.join(base, output), output):  # not pathlib: this is done for every return
        if os.path.isfile(path):
            try:
                return os.path.relpath(path, folder).replace(os.sep, "/")
            except ValueError:  # another drive of Windows
                return None
    return None
