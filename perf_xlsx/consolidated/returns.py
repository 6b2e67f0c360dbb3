"""One record as the consolidated workbook shows it: its names, one money unit, the link to its scored workbook."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.forms import Form, form_names, load_form
from perf_xlsx.forms.official import official_form
from perf_xlsx.results.record import FundRecord, Record
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.system.pattern import pattern

DEFAULT_NAME = "汇总.xlsx"  # beside the scored copies
MISSING = "未填"
MONEY_UNIT = "万元"  # the one unit that all money is shown in
POWERS: Mapping[str, int] = {"元": -4, "万元": 0, "亿元": 4}  # of ten, to that unit: exact
_NUMBER = pattern(r"-?\d+(\.\d+)?")


def short_form_name(form: str | None, stated: str | None = None) -> str:
    """The short name of a form kind ("部门整体支出"); of an unknown kind, the name in its record."""
    return load_form(form).short if form in form_names() else stated or form or ""


def _line_names(form: str | None) -> Mapping[str, str]:
    return _lines_of(official_form(form).form) if form in form_names() else {}


@lru_cache(64)
def _lines_of(form: Form) -> Mapping[str, str]:
    return {line.key: line.label for line in form.lines("funds").lines}


def line_name(form: str | None, fund: FundRecord) -> str:
    """One name for a fund line however a return calls it (财政资金, 当年财政拨款): totals are found by it."""
    return _line_names(form).get(fund.key, fund.name)


def rulebook_name(name: str) -> str:
    """A rulebook by title and document, which 自评表 cites, with its name; of one not shipped, its name."""
    if name not in rulebook_names():
        return name
    book = load_rulebook(name)
    return (
        f"{book.document}（{name}）" if book.title in book.document else f"{book.title}（{name}，{book.document}）"
    )


class ReturnIdentity(Struct, frozen=True):
    """Whose form it is: the first columns of its rows."""

    code: str
    unit: str
    supervisor: str
    form: str
    year: int | str
    project: str


def is_scored(record: Record) -> bool:
    """Whether the form was read and scored."""
    return record.status == "scored"


def is_read(record: Record) -> bool:
    """Whether the form was read: scored, or only checked because it holds no points."""
    return record.is_read


def counts_years_money(record: Record) -> bool:
    """Whether the form's money is that of the year: a monitoring form is filled in before its end."""
    return is_read(record) and record.unscored != "monitoring"


def is_return(record: Record) -> bool:
    """Whether something was returned: a batch with a list also records who returned nothing."""
    return record.status != "outstanding"


def returned_file_name(path: str) -> str:
    """The last part of a path that may come from another system."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def identity_told_apart(who: ReturnIdentity, words: str) -> ReturnIdentity:
    """Whose form it is, and which of several returns of the same form."""
    return replace(who, unit=f"{who.unit}（{words}）")


def return_place(record: Record) -> str:
    """The path of a return, and which of its forms: no two records have the same."""
    return f"{record.file or ''}{record.which}"


def return_identity(record: Record) -> ReturnIdentity:
    """Whose form it is; a workbook without a unit's name goes by its file."""
    read = is_read(record)
    file = f"{returned_file_name(record.file or '')}{record.which}"
    unit = record.unit or f"（{'未填单位' if read else '未读出'}）{file}"
    if record.listed_unit:
        unit = f"{record.listed_unit}（{'未填单位' if read else '读不出'}：{file}）"
    year = record.year or (MISSING if read else "")
    form = short_form_name(record.form, record.form_title)
    return ReturnIdentity(record.code or "", unit, record.supervisor or "", form, year, record.project or "")


def recorded_decimal(text: str | None) -> Decimal | None:
    """A number of a record."""
    return None if text is None else Decimal(text)


def recorded_amount(text: str | None, unit: str | None) -> Decimal | None:
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


def link_target(output: str | None, base: Path, folder: Path) -> str | None:
    """A scored workbook's path relative to `folder`, with forward slashes; None where there is none.

    A relative path of a record is sought from `base`, then from the working folder.
    """
    if not output:
        return None
    for path in (os.path.join(base, output), output):  # not pathlib: this is done for every return
        if os.path.isfile(path):
            try:
                return os.path.relpath(path, folder).replace(os.sep, "/")
            except ValueError:  # another drive of Windows
                return None
    return None
