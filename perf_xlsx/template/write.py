"""Form -> blank (or filled-in) workbook: guide, sheets, hidden identity. Same input, same bytes."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Form
from perf_xlsx.forms.case import Fill
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import GUIDE, HIDDEN_SHEET, PROPERTY_PREFIX, REQUIRED_HEAD
from perf_xlsx.template import live
from perf_xlsx.template.blocks import SheetState, Writer
from perf_xlsx.template.box import BoxWriter
from perf_xlsx.template.calculator import Cells
from perf_xlsx.template.live_canvas import LiveCanvas
from perf_xlsx.template.steps import Steps
from perf_xlsx.template.word_lists import word_lists


class Template(Struct, frozen=True):
    """A template as a file, and its cells. `sheets` are the names of its sheets in their order."""

    data: bytes
    cells: Cells
    sheets: tuple[str, ...]


def write_template(form: Form, year: int | None, rulebook: Rulebook, fill: Fill | None = None) -> Template:
    """A blank template, or with `fill` typed in exactly as given. Live formulas have their results."""
    out = io.BytesIO()
    canvas = LiveCanvas(out)
    book = canvas.book
    _properties(book, form, year, rulebook)
    guide = canvas.sheet(GUIDE)
    sheets = [(sheet, canvas.sheet(sheet.name)) for sheet in form.sheets]
    hidden = canvas.sheet(HIDDEN_SHEET)
    writer = Writer(canvas, BoxWriter(canvas, form, year, rulebook), year, fill)
    states = [writer.sheet(sheet, worksheet) for sheet, worksheet in sheets]
    _hidden_sheet(canvas, hidden, form, year, rulebook, writer)
    _guide_sheet(canvas, guide, form, year, rulebook, states)
    canvas.settle()
    guide.activate()
    book.close()
    return Template(out.getvalue(), canvas.cells, (GUIDE, *(sheet.name for sheet in form.sheets), HIDDEN_SHEET))


def _properties(book: Any, form: Form, year: int | None, rulebook: Rulebook) -> None:
    book.set_properties({"title": s.dated(form.official, year), "created": datetime.datetime(year or 2020, 1, 1)})
    for key, value in _identity(form, year, rulebook).items():
        book.set_custom_property(f"{PROPERTY_PREFIX}{key}", value, "text")


def _identity(form: Form, year: int | None, rulebook: Rulebook) -> dict[str, str]:
    return {"form": form.name, "version": form.version, "year": str(year or ""), "rulebook": rulebook.name}


def _hidden_sheet(
    canvas: LiveCanvas, sheet: Any, form: Form, year: int | None, rulebook: Rulebook, writer: Writer
) -> None:
    """Identity, what live formulas share, the words that they know, and the lists of dependent drop-downs."""
    sheet.very_hidden()
    sheet.protect()
    row = 0
    for key, value in _identity(form, year, rulebook).items():
        canvas.text(sheet, row, 0, key)
        canvas.text(sheet, row, 1, value)
        row += 1
    shared = _shared_formulas(canvas, form, rulebook, writer)
    for name, content in {**shared, **word_lists(form, rulebook)}.items():
        canvas.text(sheet, row, 0, name.removeprefix("px_"))
        canvas.name(name, HIDDEN_SHEET, row, 1)
        if name in shared:
            canvas.live(sheet, row, 1, f"={content}")
        elif content:
            canvas.text(sheet, row, 1, content)
        row += 1
    for column, (name, values) in enumerate(_dependent_lists(form).items(), 3):
        for offset, value in enumerate(values):
            canvas.text(sheet, offset, column, value)
        canvas.name(name, HIDDEN_SHEET, 0, column, len(values) - 1, column)


def _shared_formulas(canvas: LiveCanvas, form: Form, rulebook: Rulebook, writer: Writer) -> dict[str, str]:
    """The formulas of the hidden sheet by the names of their cells."""
    total = Steps("total", writer.money, {box.key: box.label for box in form.lines("funds").columns})
    rate = live.rate(total, rulebook)
    found = {**writer.hidden, **total.formulas, live.RATE: rate}
    for table in writer.tables:
        if table.required:
            found |= table.counts()
            canvas.named_formulas(table.steps)
    return found


def _dependent_lists(form: Form) -> dict[str, list[str]]:
    """The choices under each choice of another column, by the name of their cells."""
    found: dict[str, list[str]] = {}
    for box in {box.key: box for block in form.blocks for box in block.fields if box.depends_on}.values():
        for choice in box.choices:
            found.setdefault(f"px_list_{box.key}_{choice.under}", []).append(choice.value)
    return found


def _guide_sheet(
    canvas: LiveCanvas,
    sheet: Any,
    form: Form,
    year: int | None,
    rulebook: Rulebook,
    states: list[SheetState],
) -> None:
    """One page: what to do, what the colours mean, what is still missing."""
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 2, 66)
    sheet.set_row(0, 42)
    sheet.merge_range(0, 1, 0, 2, "", canvas.title)
    canvas.text(sheet, 0, 1, f"{form.official}填报说明", canvas.title)
    canvas.text(
        sheet, 1, 1, f"{year}年度" if year else "", canvas.style(bold=True, font_color=s.ACCENT, font_size=12)
    )
    rules = f"评分办法：{rulebook.document}（{rulebook.name}）　模板版本：{form.version}"
    canvas.text(sheet, 1, 2, rules, canvas.style(font_color=s.SOFT, align="right"))
    row = 3
    for line in _guide(form, rulebook):
        sheet.merge_range(row, 1, row, 2, "", canvas.paragraph)
        canvas.text(sheet, row, 1, line, canvas.paragraph)
        sheet.set_row(row, s.height_for([(line, 86)], 24))
        row += 1
    row = _legend_table(canvas, sheet, row + 1)
    row = _todo_table(canvas, sheet, row + 1, states)
    sheet.protect()
    canvas.print_setup(sheet, landscape=False)
    sheet.print_area(0, 0, row, 2)
    sheet.fit_to_pages(1, 1)


def _guide(form: Form, rulebook: Rulebook) -> list[str]:
    """The form's instructions with the rulebook's points in them."""
    full, execution = rulebook.number("total.points"), rulebook.number("execution.weight")
    sets = [
        "、".join(f"{level}{plain(n)}分" for level, n in one.items()) for one in rulebook.weight_sets(form.name)
    ]
    rest = "，或".join(sets) or f"其余{plain(full - execution)}分由单位分到各指标"
    inside = rulebook.word("execution.level")
    place = f"（计入{inside}）" if inside else ""
    alone = f"预算执行率{plain(execution)}分{place}" if execution else "预算执行率不单独计分"
    words = {"{weights}": f"{alone}，{rest}", "{total}": plain(full)}
    return [re.sub(r"\{\w+\}", lambda found: words.get(found[0], found[0]), line) for line in form.guide]


def _legend_table(canvas: LiveCanvas, sheet: Any, row: int) -> int:
    canvas.text(sheet, row, 1, "颜色说明", canvas.head)
    canvas.text(sheet, row, 2, "怎么填", canvas.head)
    legend = (
        ("黄色格", s.REQUIRED_FILL, "必须填写。"),
        ("白色格", s.OPTIONAL_FILL, "按需填写，没有的可以空着。"),
        ("灰色格", s.COMPUTED_FILL, "自动计算，仅供核对，请勿改动。"),
        ("蓝色格", s.HEAD_FILL, "标题和栏目名称，请勿改动。"),
    )
    for offset, (word, colour, meaning) in enumerate(legend, 1):
        canvas.text(sheet, row + offset, 1, word, canvas.style(bg_color=colour, border=1, align="center"))
        canvas.text(sheet, row + offset, 2, meaning, canvas.style(border=1, indent=1))
        sheet.set_row(row + offset, 22)
    return row + len(legend) + 1


def _todo_table(canvas: LiveCanvas, sheet: Any, row: int, states: list[SheetState]) -> int:
    canvas.text(sheet, row, 1, "表名（点击打开）", canvas.head)
    canvas.text(sheet, row, 2, REQUIRED_HEAD, canvas.head)
    link = canvas.style(border=1, font_color=s.ACCENT, underline=1, align="center")
    for offset, state in enumerate(states, 1):
        name = state.sheet.name
        canvas.link(sheet, row + offset, 1, f"internal:'{name}'!{state.first}", name, link)
        canvas.live(sheet, row + offset, 2, f"={state.counter}", canvas.style(border=1, indent=1))
        canvas.counter_colours(sheet, row + offset, 2)
        sheet.set_row(row + offset, 22)
    return row + len(states) + 1
