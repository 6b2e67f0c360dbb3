"""One box of a template: how it looks, what it accepts, and its live formula where it is computed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from perf_xlsx.domain.levels import level_named
from perf_xlsx.domain.numerals import ONE_TO_TEN
from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import NEXT_YEAR, Box, Form, Lines, Rows
from perf_xlsx.forms.case import FormattedNumber, Typed
from perf_xlsx.rulebook import OTHERS, Rulebook
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import IDLE
from perf_xlsx.template import live
from perf_xlsx.template.live_canvas import LiveCanvas
from perf_xlsx.template.steps import Steps, in_row, is_redirected

ANY_YEAR = 2023
ALIGNED = {"number": "right", "percent": "right", "value": "right", "choice": "center"}  # other kinds: left
MONEY_COLUMNS = ("initial", "adjustment", "adjusted", "executed")
LEFT = 1  # tables and boxes begin in column B; A is a margin, or counts rows


LEVELS, NO_LIST = "px_list_judgements", "px_list_none"  # lists on the hidden sheet
QUALITATIVE = "定性"  # the sign of rows whose actual is one of the judgements


def list_name(key: str, under: str = "") -> str:
    """The name of the hidden list of a box's choices, or of those under a choice of the level above."""
    return f"px_list_{key}_{under}" if under else f"px_list_{key}"


class BoxWriter:
    """Writes the boxes of one template."""

    def __init__(self, canvas: LiveCanvas, form: Form, year: int | None, rulebook: Rulebook) -> None:
        self.canvas, self.form, self.year, self.rulebook = canvas, form, year, rulebook

    def style(self, box: Box, value: Typed = None, **more: Any) -> Any:
        """The look of an empty box, or of one with `value` in it."""
        look: dict[str, Any] = {
            "border": 1, "locked": False, "bg_color": s.OPTIONAL_FILL, "align": ALIGNED.get(box.kind, "left"),
        }  # fmt: skip
        if box.kind in ("number", "percent"):
            look |= {"text_wrap": False, "shrink": True}  # smaller digits instead of ####
        if box.kind == "number":
            look["num_format"] = s.MONEY if box.key in MONEY_COLUMNS else "General"
        elif box.kind == "date":
            look["num_format"] = s.DATE
        match value:
            case FormattedNumber():
                look["num_format"] = value.number_format
            case datetime.datetime():
                look["num_format"] = s.MOMENT
            case datetime.date():
                look["num_format"] = s.DATE
        return self.canvas.style(**look | more)

    def formulas(self) -> dict[str, str]:
        """The live formulas of computed single boxes, by what they are called in a form."""
        return {
            "execution_points": live.execution_points(self.rulebook),
            "total": live.total(self.rulebook, self.form),
            "grade": live.grade(self.rulebook),
            "claimed_total": live.CLAIMED_SUM,
        }

    def row_formulas(self, sheet: str, block: Lines | Rows, left: int) -> dict[str, str]:
        """The live formulas of computed columns, the same in every row; the first column is `left`, from 0."""
        cells = {box.key: in_row(sheet, column_name(at + 1)) for at, box in enumerate(block.columns, left)}
        steps = Steps(block.key, cells, {box.key: box.label for box in block.columns})
        redirected = is_redirected(sheet, column_name(left + len(block.columns)))
        wanted = {box.formula for box in block.columns if box.formula}
        found: dict[str, str] = {}
        if "line_rate" in wanted:
            found["line_rate"] = live.line_rate(steps, redirected, self.rulebook)
        if wanted & {"indicator_completion", "indicator_points"}:
            row = live.IndicatorSteps(steps, redirected, self.rulebook)
            found |= {"indicator_completion": row.completion, "indicator_points": row.points}
            found |= {"indicator_hint": row.hint}
        self.canvas.named_formulas(steps)
        return found

    def computed(self, worksheet: Any, row: int, column: int, box: Box, formulas: Mapping[str, str]) -> None:
        """A cell that is worked out by one of the formulas."""
        look: dict[str, Any] = {"align": "right", "num_format": _shown_as(box)}
        if box.formula == "indicator_hint":
            look = {"align": "left"}
        style = self.canvas.style(border=1, bg_color=s.COMPUTED_FILL, **look)
        self.canvas.live(worksheet, row, column, f"={formulas[box.formula]}", style)

    def ask(self, worksheet: Any, row: int, column: int, last: int, box: Box) -> None:
        """Give a box, or a column of boxes, its input message and validation; a computed one, hint colours."""
        if box.kind == "computed":
            if box.formula == "indicator_hint":
                self.canvas.check_colours(worksheet, row, column, last, column, scored=f'"{IDLE} 以评分为准"')
            elif box.formula and box.formula != "grade":
                self.canvas.hint_colours(worksheet, row, column, last)
            return
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": box.label[:32],
            "input_message": self._message(box.help or f"请填写{box.label}。"),
            "error_title": f"{box.label}填写有误"[:32],
            "error_message": self._message(box.error or f"请按说明填写{box.label}。"),
        }
        rule |= self._accepted(box, row)
        worksheet.data_validation(row, column, last, column, rule)

    def _accepted(self, box: Box, row: int) -> dict[str, Any]:
        """What a box accepts, for a column of boxes that begins in a row."""
        match box.kind:
            case "choice":
                source: Any = self._choices(box)
                if box.depends_on:
                    columns = next(block.columns for block in self.form.tables if box in block.columns)
                    above = next(c for c, b in enumerate(columns, LEFT) if b.key == box.depends_on)
                    cell = f"${column_name(above + 1)}{row + 1}"
                    known = f"COUNTIF({list_name(box.key, 'above')},{cell})>0"
                    source = f'=IF({known},INDIRECT("{list_name(box.key)}_"&{cell}),{list_name(box.key)})'
                severity = "stop" if box.strict else "information"
                return {"validate": "list", "source": source, "error_type": severity}
            case "number":
                low = float(box.minimum) if box.minimum is not None else -1e12
                high = float(self.rulebook.number("total.points")) if box.points else 1e12
                return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
            case "value" if box.key == "actual":
                columns = next(block.columns for block in self.form.tables if box in block.columns)
                sign = next(c for c, b in enumerate(columns, LEFT) if b.key == "sign")
                qualitative = f'ISNUMBER(FIND("{QUALITATIVE}",${column_name(sign + 1)}{row + 1}))'
                source = f"=IF({qualitative},{LEVELS},{NO_LIST})"
                return {"validate": "list", "source": source, "show_error": False}
            case "date":
                return {"validate": "date", "criteria": ">=", "value": datetime.date(2000, 1, 1)}
        return {}

    def _choices(self, box: Box) -> list[str]:
        """The choices of a box; of the levels 1 also those that only the rulebook names, and these first."""
        own = [choice.value for choice in box.choices]
        sets = self.rulebook.weight_sets(self.form.name) if box.key == "level1" else ()
        ruled = dict.fromkeys(level for weights in sets for level in weights if level != OTHERS)
        more = [level for level in ruled if level not in own and level_named(level) not in own]
        return [*more, *own]

    def _message(self, text: str) -> str:
        return message(text, self.year, self.rulebook)

    def dated(self, text: str) -> str:
        """A help with a year that fits the template's."""
        return dated_help(text, self.year)


def _shown_as(box: Box) -> str:
    """The number format of a computed box."""
    if box.formula in ("line_rate", "indicator_completion"):
        return s.PERCENT
    return s.MONEY if box.key in MONEY_COLUMNS else s.POINTS


def message(text: str, year: int | None, rulebook: Rulebook) -> str:
    """A message of a box with the rulebook's score and words and the year in it, cut to what Excel takes."""
    bands = [band.judgement for band in rulebook.bands]
    words = {
        "{total}": plain(rulebook.number("total.points")),
        "{judgements}": "、".join(bands),
        "{bands}": ONE_TO_TEN[len(bands) - 1] if len(bands) <= len(ONE_TO_TEN) else str(len(bands)),
    }
    return re.sub(r"\{\w+\}", lambda found: words.get(found[0], found[0]), dated_help(text, year))[:255]


def dated_help(text: str, year: int | None) -> str:
    """A help with a year that fits the template's; of an unknown one, any serves as an example."""
    return text.replace(NEXT_YEAR, str((year or ANY_YEAR) + 1))
