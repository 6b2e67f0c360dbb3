"""What a person sees in a cell."""

from __future__ import annotations

import datetime
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.domain.model import PICTURE
from perf_xlsx.domain.rounding import plain
from perf_xlsx.ooxml import Cell

HUNDRED = Decimal(100)


def as_shown(cell: Cell) -> str:
    """The cell's content as a person sees it."""
    match cell.value:
        case _ if cell.error is not None:
            return cell.error
        case _ if cell.picture:
            return PICTURE
        case None:
            return _without_value(cell)
        case bool(truth):
            return str(truth).upper()
        case Decimal() as number:
            return f"{plain(number * HUNDRED)}%" if cell.percent else plain(number)
        case datetime.date() as day:
            return _day(day) if cell.seen is None else cell.seen
        case text:
            return text


def _without_value(cell: Cell) -> str:
    """What was struck out, or the formula."""
    if cell.struck is not None:
        return as_shown(replace(cell, value=cell.struck, struck=None))
    return f"={cell.formula}" if cell.formula is not None else ""


def _day(day: datetime.date) -> str:
    """The day, with its time unless that is midnight."""
    if not isinstance(day, datetime.datetime):
        return day.isoformat()
    return day.isoformat(" ") if day.time() != datetime.time() else day.date().isoformat()
