"""The sheets that scoring adds, as a workbook of their own in memory; they are then grafted into the return."""

from __future__ import annotations

import datetime
import io

from perf_xlsx.forms import Form
from perf_xlsx.model import Result
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.workbook.canvas import Canvas
from perf_xlsx.workbook.official import OFFICIAL, write_official
from perf_xlsx.workbook.origin import Origin, write_origin
from perf_xlsx.workbook.problems import PROBLEMS, write_problems
from perf_xlsx.workbook.summary import SUMMARY, write_summary

SHEETS = (SUMMARY, OFFICIAL, PROBLEMS)


def scored_sheets(result: Result, form: Form, rulebook: Rulebook, origin: Origin | None = None) -> bytes:
    """评分汇总, 自评表 and 问题清单: values only, the same bytes for the same result.

    来源对照 too, where the workbook was carried over from another format.
    """
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.book.set_properties({"created": datetime.datetime(2020, 1, 1)})
    write_summary(canvas, result, form, rulebook)
    write_official(canvas, result, form, rulebook)
    write_problems(canvas, result)
    if origin is not None:
        write_origin(canvas, origin)
    canvas.book.close()
    return out.getvalue()
