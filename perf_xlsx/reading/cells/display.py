"""What a person sees in a cell."""

from __future__ import annotations

import datetime
from decimal import Decimal

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
        case None if cell.struck is not None:
            return as_shown(cell._replace(value=cell.struck, struck=None))
        case None:
            return f"={cell.formula}" if cell.formula is not None else ""
        case bool(truth):
            return "TRUE" if truth else "FALSE"
        case Decimal() as number:
            return f"{plain(number * HUNDRED)}%" if cell.percent else plain(number)
        case datetime.date() if (part := cell.seen) is not None:
            return part
        case datetime.datetime() as moment if moment.time() != datetime.time():
            return moment.isoformat(" ")
        case datetime.datetime() as moment:
            return moment.date().isoformat()
        case datetime.date() as day:
            return day.isoformat()
        case text:
            return text
